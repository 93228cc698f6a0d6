"""A refresh as a value: what the sources' answers make of the active book, without a store."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pricing import bundled
from pricing.price_book import PriceBook
from pricing.refresh import Memory, Refreshed, refresh
from pricing.sources import Payload

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


SOLD: Models = {"maker/swift": ("2", "10"), "maker/swallow": ("1", "4")}
HOSTED: Models = {f"tern-{number}": ("1", "5") for number in range(10)}


def first_book(batch: Models | None = None) -> PriceBook:
    """What the sound lists of the day before had."""
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


def test_openrouter_charges_what_its_own_list_says_and_not_what_copies_of_it_say() -> None:
    copied, own = ({**SOLD, "maker/swift": (one, "10")} for one in ("1.7", "2.4"))
    done = refreshed([genai(HOSTED, copied), litellm(HOSTED), openrouter(own)])
    assert price(done.clean, "openrouter/maker/swift") == "2.4"
    assert [change["sources"] for change in done.changes] == [["openrouter"]]


def test_without_its_own_list_openrouters_prices_stay_as_they_are() -> None:
    copied = {**SOLD, "maker/swift": ("2.2", "10"), "maker/tit": ("1", "2")}
    done = refreshed([genai(HOSTED, copied), litellm(HOSTED)])
    assert (done.clean, done.added) == (None, ())
    assert [(one.provider, one.code) for one in done.waiting] == [("openrouter", "source_refused")]


def test_what_openrouter_charges_for_a_makers_model_is_a_second_word_about_it() -> None:
    hosted = {**HOSTED, "tern-1": ("1.5", "5")}
    resold = {**SOLD, "groq/tern-1": ("1.5", "5")}
    alone = refreshed([genai(hosted, SOLD), litellm({**HOSTED}), openrouter(SOLD)])
    both = refreshed([genai(hosted, SOLD), litellm({**HOSTED}), openrouter(resold)])
    assert [one.code for one in alone.waiting] == ["change_over_25_percent"]
    # LiteLLM says of groq's own model what it said before, and that is no contradiction.
    assert price(both.clean, "groq/tern-1") == "1.5"


def test_a_mark_of_a_model_that_is_gone_stays_while_its_seller_does_not_answer() -> None:
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


def test_what_no_version_can_hold_is_refused_and_not_left_waiting() -> None:
    """A free input beside a batch that still costs something: nobody could approve both."""
    batch = {"tern-1": ("0.5", "2.5")}
    hosted = {**HOSTED, "tern-1": ("0", "5"), "tern-2": ("3", "5")}
    lists = [
        genai(hosted, SOLD),
        litellm({**hosted, "tern-2": ("1", "5")}, batch),
        openrouter(SOLD),
    ]
    done = refresh(first_book(batch), lists, RULES, Memory(), NOW)
    codes = {(one.model, one.field): one.code for one in done.waiting if one.after}
    assert codes["tern-1", "standard.input"] == "broken_invariant"
    assert codes["tern-2", "standard.input"] == "change_over_25_percent"
    assert price(done.held, "groq/tern-1") == "1"
    assert price(done.held, "groq/tern-2") == "3"
