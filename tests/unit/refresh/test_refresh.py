"""A refresh without a store: from the active book and the sources' answers to the next books."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest

from pricing.catalogue.price_book import PriceBook
from pricing.refresh.memory import Memory
from pricing.refresh.refresh import Refreshed, refresh
from pricing.sources.payload import Payload
from pricing.store import bundled
from pricing.versions.correction import Correction, corrected

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
GENAI, LITELLM, OPENROUTER = "genai-prices", "litellm", "openrouter"
RULES = {**bundled.merge_rules(), "corrections": {"as_of": "2026-11-23"}, "families": []}
#: Models of groq and of openrouter, with input and output in USD per million tokens.
Models = Mapping[str, tuple[str, str]]


def genai(groq: Models, openrouter: Models) -> Payload:
    def models(prices: Models) -> list[Any]:
        return [
            {
                "id": name,
                "match": {"equals": name},
                "prices": {"input_mtok": float(one[0]), "output_mtok": float(one[1])},
            }
            for name, one in prices.items()
        ]

    document = [
        {"id": name, "name": name, "models": models(prices)}
        for name, prices in (("groq", groq), ("openrouter", openrouter))
    ]
    return payload(GENAI, document)


def litellm(groq: Models, batch: Models | None = None) -> Payload:
    def prices(one: tuple[str, str], mode: str = "") -> dict[str, float]:
        columns = (f"input_cost_per_token{mode}", f"output_cost_per_token{mode}")
        return {
            name: float(Decimal(usd).scaleb(-6)) for name, usd in zip(columns, one, strict=True)
        }

    document = {
        f"groq/{name}": {"litellm_provider": "groq", "mode": "chat", **prices(one)}
        for name, one in groq.items()
    }
    for name, one in (batch or {}).items():
        document[f"groq/{name}"] |= prices(one, "_batches")
    return payload(LITELLM, document)


def openrouter(models: Models) -> Payload:
    def token(price: str) -> str:
        return f"{Decimal(price).scaleb(-6):f}"

    return payload(
        OPENROUTER,
        {
            "data": [
                {"id": name, "pricing": {"prompt": token(one[0]), "completion": token(one[1])}}
                for name, one in models.items()
            ]
        },
    )


def payload(source: str, document: Any) -> Payload:
    content = json.dumps(document).encode()
    return Payload(source, "https://example.com/list", "2026-11-24T03:00:00Z", None, content)


SOLD: Models = {"maker/swift": ("2", "10")} | {
    f"maker/swallow-{number}": ("1", "4") for number in range(9)
}
HOSTED: Models = {f"tern-{number}": ("1", "5") for number in range(10)}


def first_book(batch: Models | None = None) -> PriceBook:
    """The book that the valid lists of the day before make."""
    empty = PriceBook.from_document(
        {
            "schema": 1,
            "id": "2026-11-23.1",
            "published_at": "2026-11-23T03:00:00Z",
            "provenance": [],
            "families": {},
            "models": [],
        }
    )
    lists = [genai(HOSTED, SOLD), litellm(HOSTED, batch), openrouter(SOLD)]
    done = refresh(empty, lists, RULES, Memory(), datetime(2026, 11, 23, 3, tzinfo=UTC))
    assert done.clean
    return done.clean


def refreshed(payloads: Sequence[Payload]) -> Refreshed:
    return refresh(first_book(), payloads, RULES, Memory(), NOW)


def price(book: PriceBook | None, key: str) -> str:
    assert book
    return str(book.model(key).prices[-1].lists["standard"].rates["input"])


def test_openrouter_charges_what_its_own_list_has_and_not_what_copies_of_it_have() -> None:
    copied, own = ({**SOLD, "maker/swift": (one, "10")} for one in ("1.7", "2.4"))
    done = refreshed([genai(HOSTED, copied), litellm(HOSTED), openrouter(own)])
    assert price(done.clean, "openrouter/maker/swift") == "2.4"
    assert [change["sources"] for change in done.changes] == [["openrouter"]]


@pytest.mark.parametrize("copied", [("1.7", "10"), ("2", "10")])
def test_a_copy_changes_no_price_of_a_model_that_openrouters_list_has_no_more(
    copied: tuple[str, str],
) -> None:
    own = {name: prices for name, prices in SOLD.items() if name != "maker/swift"}
    done = refreshed(
        [genai(HOSTED, {**SOLD, "maker/swift": copied}), litellm(HOSTED), openrouter(own)]
    )
    assert (done.changes, done.quarantined, done.added) == ((), (), ())


def test_a_model_that_only_a_copy_of_openrouters_list_has_is_not_added() -> None:
    done = refreshed(
        [genai(HOSTED, {**SOLD, "maker/new": ("1", "4")}), litellm(HOSTED), openrouter(SOLD)]
    )
    assert (done.changes, done.quarantined, done.added) == ((), (), ())


def test_without_its_own_list_openrouters_prices_stay_as_they_are() -> None:
    copied = {**SOLD, "maker/swift": ("2.2", "10"), "maker/tit": ("1", "2")}
    done = refreshed([genai(HOSTED, copied), litellm(HOSTED)])
    assert (done.clean, done.added) == (None, ())
    assert [(one.provider, one.code) for one in done.quarantined] == [
        ("openrouter", "source_refused")
    ]


def test_openrouters_price_for_a_makers_model_is_a_second_source() -> None:
    hosted = {**HOSTED, "tern-1": ("1.5", "5")}
    resold = {**SOLD, "groq/tern-1": ("1.5", "5")}
    alone = refreshed([genai(hosted, SOLD), litellm({**HOSTED}), openrouter(SOLD)])
    both = refreshed([genai(hosted, SOLD), litellm({**HOSTED}), openrouter(resold)])
    assert [one.code for one in alone.quarantined] == ["change_over_25_percent"]
    # LiteLLM's quote for groq's own model is unchanged, and so does not contradict.
    assert price(both.clean, "groq/tern-1") == "1.5"


def test_the_mark_of_a_missing_model_stays_while_its_list_does_not_answer() -> None:
    document = json.loads(first_book().to_json())
    for row in document["models"]:
        if row["id"] == "maker/swift":
            row["lifecycle"] = {"missing_upstream_since": "2026-11-01"}
    hosted = {**HOSTED, "tern-1": ("1.1", "5")}
    active = PriceBook.from_document(document)
    done = refresh(active, [genai(hosted, {}), litellm(hosted)], RULES, Memory(), NOW)
    assert done.clean
    model = done.clean.model("openrouter/maker/swift")
    assert str(model.lifecycle.missing_upstream_since) == "2026-11-01"


def test_a_refresh_from_a_list_that_lost_over_a_fifth_is_not_a_whole_one() -> None:
    def left(count: int) -> Refreshed:
        hosted = dict(list(HOSTED.items())[:count])
        return refreshed([genai(HOSTED, SOLD), litellm(hosted), openrouter(SOLD)])

    assert [left(count).complete for count in (10, 8, 7)] == [True, True, False]


def test_what_no_version_can_hold_is_refused_and_cannot_be_approved() -> None:
    """A free input with a batch price above zero: the two contradict each other."""
    batch = {"tern-1": ("0.5", "2.5")}
    hosted = {**HOSTED, "tern-1": ("0", "5"), "tern-2": ("3", "5")}
    lists = [
        genai(hosted, SOLD),
        litellm({**hosted, "tern-2": ("1", "5")}, batch),
        openrouter(SOLD),
    ]
    done = refresh(first_book(batch), lists, RULES, Memory(), NOW)
    codes = {(one.model, one.field): one.code for one in done.quarantined if one.after}
    assert codes["tern-1", "standard.input"] == "broken_invariant"
    assert codes["tern-2", "standard.input"] == "change_over_25_percent"
    assert price(done.held, "groq/tern-1") == "1"
    assert price(done.held, "groq/tern-2") == "3"


def test_a_new_model_that_no_version_can_hold_was_never_added() -> None:
    """Otherwise its absence would look like a rollback."""
    hosted = {**HOSTED, "tern-new": ("1", "5")}
    lists = [genai(hosted, SOLD), litellm(HOSTED), openrouter(SOLD)]
    with mock.patch("pricing.refresh.refresh.problems_in") as problems:
        problems.side_effect = lambda document: [
            f"groq/{row['id']}: unsound" for row in document["models"] if row["id"] == "tern-new"
        ]
        done = refreshed(lists)
    assert (done.added, dict(done.memory.applied)) == ((), {})
    assert refreshed(lists).added == ("groq/tern-new",)


def scaled(factor: str, *names: str) -> bytes:
    """OpenRouter's list with every price, or those of some models, times a factor."""
    wrong = {
        name: (f"{Decimal(one[0]) * Decimal(factor)}", f"{Decimal(one[1]) * Decimal(factor)}")
        if name in names or not names
        else one
        for name, one in SOLD.items()
    }
    return openrouter(wrong).content


def spoiled(price: Any) -> bytes:
    """OpenRouter's list with something else for one price."""
    document = json.loads(openrouter(SOLD).content)
    document["data"][0]["pricing"]["prompt"] = price
    return json.dumps(document).encode()


SOUND = openrouter(SOLD).content
CORRUPT = {
    "every price times 1,000": scaled("1000"),
    "every price through 1,000,000": scaled("0.000001"),
    "every price plus 20%": scaled("1.2"),
    "another currency's figures": scaled("0.92"),
    "every price zero": scaled("0"),
    "one model times 1,000": scaled("1000", "maker/swift"),
    "one model through 1,000": scaled("0.001", "maker/swift"),
    "one model plus 50%": scaled("1.5", "maker/swift"),
    "one model zero": scaled("0", "maker/swift"),
    "input and output swapped": openrouter({**SOLD, "maker/swift": ("10", "2")}).content,
    "one price negative": spoiled("-2"),
    "one price a number": spoiled(0.000002),
    "one price null": spoiled(None),
    "one price NaN": spoiled("NaN"),
    "one price infinite": spoiled("1e999999"),
    "one price for the routed model": spoiled("-1"),
    "one price in words": spoiled("two"),
    "one price a list": spoiled(["0.000002"]),
    "no models": openrouter({}).content,
    "half of the models": openrouter(dict(list(SOLD.items())[:5])).content,
    "one page of several": SOUND[:-1] + b', "links": {"next": "/page/2"}}',
    "a key twice": SOUND.replace(b'"prompt":', b'"prompt": "0.000001", "prompt":', 1),
    "another shape": b'{"data": {}}',
    "an error object": b'{"error": "rate limited"}',
    "an error page": b"<html>We'll be back soon</html>",
    "half a document": SOUND[: len(SOUND) // 2],
    "nothing at all": b"",
    "nesting": b"[" * 100_000,
    "not UTF-8": b"\xff\xfe" + SOUND,
    "a look-alike of a name": SOUND.replace(b"maker/swift", "maker/sw\u0456ft".encode()),
}


@pytest.mark.parametrize("case", CORRUPT)
def test_nothing_in_a_corrupt_openrouter_list_becomes_active(case: str) -> None:
    own = replace(openrouter(SOLD), content=CORRUPT[case])
    done = refreshed([genai(HOSTED, SOLD), litellm(HOSTED), own])
    assert (done.clean, done.changes, done.added) == (None, (), ())


def test_the_sound_list_that_these_are_made_from_changes_nothing_either() -> None:
    done = refreshed([genai(HOSTED, SOLD), litellm(HOSTED), openrouter(SOLD)])
    assert (done.clean, done.quarantined) == (None, ())


def test_a_refresh_moves_token_prices_and_leaves_prices_by_the_unit_as_they_are() -> None:
    """Unit prices stay on a row that changes; a row of them alone is neither changed nor missed."""
    document = json.loads(first_book().to_json())
    units = [{"component": "file_search", "usd": "0.0025"}]
    known = next(one for one in document["models"] if one["provider"] == "groq")
    known["prices"][-1]["lists"]["standard"]["units"] = units
    whisper = {
        "provider": "groq",
        "id": "whisper",
        "name": "Whisper",
        "mode": "audio_transcription",
        "refreshed": False,
        "prices": [
            {
                "source": "litellm 1.106.2",
                "lists": {
                    "standard": {"rates": {}, "units": [{"component": "audio_second", "usd": "1"}]}
                },
            }
        ],
    }
    document["models"].append(whisper)
    raised = {name: (str(Decimal(one[0]) * Decimal("1.1")), one[1]) for name, one in HOSTED.items()}
    done = refresh(
        PriceBook.from_document(document),
        [genai(raised, SOLD), litellm(raised), openrouter(SOLD)],
        RULES,
        Memory(),
        NOW,
    )
    assert done.clean
    key = f"groq/{known['id']}"
    assert key in {change["model"] for change in done.changes}
    (price_of_search,) = done.clean.model(key).prices[-1].lists["standard"].units
    assert (price_of_search.component, price_of_search.usd) == ("file_search", Decimal("0.0025"))
    assert done.clean.model("groq/whisper").lifecycle.missing_upstream_since is None
    assert "groq/whisper" not in done.missing
    rows = {one["id"]: one for one in json.loads(done.clean.to_json())["models"]}
    assert rows["whisper"] == whisper


def corrected_price(end: datetime | None) -> PriceBook:
    """The first book, where groq's tern-1 cost 1.2 until ``end`` (None: still does) and not 1."""
    start = datetime(2026, 9, 1, tzinfo=UTC)
    right = {"standard.input": Decimal("1.2")}
    wanted = Correction("groq/tern-1", start, end, right, "https://groq.com/pricing")
    return corrected(first_book(), wanted, NOW)[0]


def test_a_refresh_keeps_a_correction_of_the_past_and_what_closed_months_cost() -> None:
    hosted = {**HOSTED, "tern-1": ("1.1", "5")}
    before = corrected_price(datetime(2026, 10, 1, tzinfo=UTC))
    after = refresh(
        before, [genai(hosted, SOLD), litellm(hosted), openrouter(SOLD)], RULES, Memory(), NOW
    ).clean
    assert after
    model, was = (book.model("groq/tern-1") for book in (after, before))
    assert model.closed_months == was.closed_months
    inputs = [period.lists["standard"].rates["input"] for period in model.prices]
    assert inputs == [Decimal(1), Decimal("1.2"), Decimal(1), Decimal("1.1")]


def test_lists_that_go_on_quoting_the_wrong_price_do_not_undo_a_correction_of_the_present() -> None:
    before = corrected_price(None)
    lists = [genai(HOSTED, SOLD), litellm(HOSTED), openrouter(SOLD)]
    unmoved = refresh(before, lists, RULES, Memory(), NOW)
    assert (unmoved.clean, unmoved.changes, unmoved.quarantined) == (None, (), ())
    hosted = {**HOSTED, "tern-1": ("1.3", "5")}
    moved = refresh(
        before, [genai(hosted, SOLD), litellm(hosted), openrouter(SOLD)], RULES, Memory(), NOW
    )
    assert price(moved.clean, "groq/tern-1") == "1.3"
