"""A price book is a value named by its own hash, and a reference means one model or none."""

import difflib
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pricing.catalogue import price_book
from pricing.catalogue.listing import ModelFilter
from pricing.catalogue.price_book import Match, PriceBook
from pricing.catalogue.spellings import spellings
from pricing.errors import CorruptBook, UnknownModel
from pricing.jsonio import canonical_json
from pricing.store import bundled
from tests.support.books import book, document, row

CURRENT = bundled.current()


def means(reference: str, within: PriceBook = CURRENT) -> tuple[str, str]:
    match = within.find(reference)
    return match.model.id, match.matched_by


def suggestions(reference: str, within: PriceBook = CURRENT) -> tuple[str, ...]:
    with pytest.raises(UnknownModel) as unknown:
        within.find(reference)
    return unknown.value.suggestions


@pytest.mark.parametrize(
    ("reference", "model", "matched_by"),
    [
        ("claude-sonnet-5-5", "claude-sonnet-5-5", "id"),
        ("claude-sonnet-5.5", "claude-sonnet-5-5", "alias"),
        ("claude-opus-4-20250514", "claude-opus-4", "alias"),
        ("anthropic/claude-sonnet-5-5", "claude-sonnet-5-5", "provider_id"),
        ("anthropic/claude-opus-4-20250514", "claude-opus-4", "provider_id"),
        ("claude-sonnet-5-5[1m]", "claude-sonnet-5-5", "context_suffix"),
        ("claude-opus-4-20250514[1m]", "claude-opus-4", "context_suffix"),
        ("anthropic/claude-sonnet-5-5[1m]", "claude-sonnet-5-5", "context_suffix"),
        ("opus[1m]", "claude-opus-5-5", "context_suffix"),
        ("opus", "claude-opus-5-5", "family"),
    ],
)
def test_a_known_name_means_its_model_and_says_which_rule_found_it(
    reference: str, model: str, matched_by: str
) -> None:
    assert means(reference) == (model, matched_by)


@pytest.mark.parametrize(
    "reference",
    [
        "claude-haiku-4-50",  # a prefix of it is a model
        "claude-haiku-4-",
        "claude-haiku-4",
        "claude",
        "claude-haiku-4-5-2025100",
        "claude\u00a0haiku-4-5",
        "openai/opus",
        "mistral/mistral-small",  # a model's own name once, and not the family
        "claude-gpt",
        "openai/claude-haiku-4-5",
        "anthropic/",
        "/claude-haiku-4-5",
        "anthropic/anthropic/claude-haiku-4-5",
        "claude-haiku-4-5[1M]",
        "claude-haiku-4-5[2m]",
        "claude-haiku-4-5[1m][1m]",
        "[1m]claude-haiku-4-5",
        "[1m]",
        "",
        "claude-ha\u0456ku-4-5",  # a Cyrillic letter
    ],
)
def test_nothing_but_a_known_name_means_a_model(reference: str) -> None:
    with pytest.raises(UnknownModel, match="has no model with this name"):
        CURRENT.find(reference)


def test_every_id_and_alias_of_every_model_finds_it() -> None:
    for model in CURRENT.models():
        for name in (model.id, *model.aliases):
            bare = [name, f"{name}[1m]"] if model.provider == "anthropic" else []
            for reference in (f"{model.provider}/{name}", *bare):
                assert CURRENT.find(reference).model is model, reference


def test_an_id_wins_over_another_models_alias() -> None:
    within = book("b", [row("x", aliases=["y"]), row("y")])
    assert means("y", within) == ("y", "id")
    within = book("b", [row("y"), row("x", aliases=["y"])])
    assert means("y", within) == ("y", "id")


def test_an_alias_that_two_providers_share_means_the_first_and_each_within_its_provider() -> None:
    within = book("b", [row("x", aliases=["s"]), row("y", provider="other", aliases=["s"])])
    assert means("s", within) == ("x", "alias")
    assert means("acme/s", within) == ("x", "provider_id")
    assert means("other/s", within) == ("y", "provider_id")


def test_a_provider_chooses_between_models_of_the_same_id() -> None:
    within = book("b", [row("x"), row("x", provider="other")])
    assert within.find("acme/x").model.provider == "acme"
    assert within.find("other/x").model.provider == "other"


def test_a_name_that_ends_like_the_suffix_is_looked_up_as_it_is_first() -> None:
    within = book("b", [row("x"), row("x-long", aliases=["x[1m]"])])
    assert means("x[1m]", within) == ("x-long", "alias")


def test_a_match_is_a_value() -> None:
    assert CURRENT.find("opus") == Match(CURRENT.model("anthropic/claude-opus-5-5"), "family")


def test_a_misspelt_name_is_answered_with_the_nearest_first() -> None:
    assert suggestions("claude-haiku-4-50")[0] == "claude-haiku-4-5"
    assert suggestions("claude-sonet-5-5")[0] == "claude-sonnet-5-5"
    assert suggestions("Opuss") == ("opus",)
    assert suggestions("claude-sonet-5-5[1m]")[0] == "claude-sonnet-5-5"


def test_the_families_that_a_first_word_begins_are_suggested_first() -> None:
    assert suggestions("claude")[0] == "fable"


@pytest.mark.parametrize("reference", ["claude-haiku-4-50", "sonnett"])
def test_suggestions_are_at_most_three_different_models_similar_enough_in_order(
    reference: str,
) -> None:
    found = suggestions(reference)
    assert 1 <= len(found) <= 3
    models = [CURRENT.find(name).model.id for name in found]
    assert len(set(models)) == len(models)
    similar = [difflib.SequenceMatcher(None, name, reference).ratio() for name in found]
    assert similar == sorted(similar, reverse=True)
    assert similar[-1] >= 0.6


@pytest.mark.parametrize(
    ("reference", "model"),
    [
        ("gpt-6-luna-2026-09-10", "gpt-6-luna"),
        ("claude-opus-5-5-20260922", "claude-opus-5-5"),
        ("claude-sonnet-5-5@20260928", "claude-sonnet-5-5"),
        ("gemini-3.8-flash-001", "gemini-3.8-flash"),
        ("azure/gpt-6-luna-2026-09-10", "azure/gpt-6-luna"),
    ],
)
def test_an_unknown_snapshot_is_answered_with_the_model_that_it_is_one_of(
    reference: str, model: str
) -> None:
    assert suggestions(reference)[0] == model


def test_a_similarity_of_0_6_is_suggested_and_less_is_not() -> None:
    # Similarity is twice the letters in common over all letters: 2 * 3 / 10, and 2 * 3 / 11.
    within = book("b", [row("abcde")])
    assert suggestions("abcxy", within) == ("abcde",)
    assert suggestions("abcxyz", within) == ()


def test_a_model_is_suggested_once_whatever_its_aliases() -> None:
    within = book("b", [row("rocket-1", aliases=["rocket-1a", "rocket-1b"]), row("rocket-2")])
    found = suggestions("rocket-1c", within)
    assert [within.find(name).model.id for name in found] == ["rocket-1", "rocket-2"]


@pytest.mark.parametrize(
    "nonsense", ["qqqqqqqq", "q" * 128, "ab" * 64, "[1m]", "", "-" * 128, "\N{SNOWMAN}" * 128]
)
def test_nonsense_gets_no_suggestions(nonsense: str) -> None:
    assert suggestions(nonsense) == ()


def test_the_error_names_families_and_repeats_nothing_of_the_reference() -> None:
    with pytest.raises(UnknownModel) as unknown:
        CURRENT.find("canary-5f3a")
    assert all(repr(family) in unknown.value.detail for family in sorted(CURRENT.families)[:3])
    assert "canary" not in unknown.value.detail


def test_canonical_json_has_one_form_whatever_order_it_was_built_in() -> None:
    left, right = {"b": 1, "a": {"d": "é", "c": []}}, {"a": {"c": [], "d": "é"}, "b": 1}
    assert canonical_json(left) == canonical_json(right) == '{"a":{"c":[],"d":"é"},"b":1}'.encode()


def test_a_book_is_named_by_the_sha256_of_its_canonical_json() -> None:
    content = canonical_json(document("b"))
    made = PriceBook.from_document(document("b"))
    assert made.sha256 == hashlib.sha256(content).hexdigest()
    assert made.to_json() == content
    assert PriceBook.from_json(content, sha256=made.sha256).sha256 == made.sha256


def test_canonical_json_is_one_document_with_a_model_a_line() -> None:
    rows = [row("x"), row("y", aliases=["line\nbreak"])]
    content = canonical_json(document("b", rows))
    assert json.loads(content) == document("b", rows)
    first, *lines, last = content.decode().split("\n")
    assert [json.loads(line.rstrip(",")) for line in lines] == rows
    assert json.loads(first + last) == {**document("b", rows), "models": []}


def test_a_model_a_line_is_not_optional() -> None:
    with pytest.raises(CorruptBook, match="model a line"):
        PriceBook.from_json(json.dumps(document("b")).encode())
    with pytest.raises(CorruptBook, match="canonical"):
        PriceBook.from_json(b"not JSON")


@pytest.mark.parametrize("version", bundled.ids())
def test_a_bundled_book_is_written_again_byte_for_byte(version: str) -> None:
    copy = bundled.load(version)
    assert copy is not None
    file = Path(bundled.__file__).parent.parent / "data" / f"{version}.json"
    assert copy.to_json() == file.read_bytes()


def test_content_with_another_hash_is_refused() -> None:
    content = book("b").to_json()
    changed = content.replace(b'"15"', b'"1.5"')
    assert changed != content
    with pytest.raises(CorruptBook, match="expected"):
        PriceBook.from_json(changed, sha256=hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("schema", [0, 2, "1", None])
def test_another_schema_is_refused_even_with_the_right_hash(schema: Any) -> None:
    content = canonical_json({**document("b"), "schema": schema})
    with pytest.raises(CorruptBook, match="schema"):
        PriceBook.from_json(content, sha256=hashlib.sha256(content).hexdigest())


def test_a_document_without_a_schema_is_refused() -> None:
    content = document("b")
    del content["schema"]
    with pytest.raises(CorruptBook, match="schema"):
        PriceBook.from_document(content)


def test_models_come_in_the_order_of_their_keys_and_are_built_once() -> None:
    within = book("b", [row("y"), row("x"), row("x", provider="able")])
    assert within.model_keys() == ["able/x", "acme/x", "acme/y"]
    assert [model.key for model in within.models()] == within.model_keys()
    assert within.model("acme/x") is within.model("acme/x")
    assert len(within) == 3
    with pytest.raises(KeyError):
        within.model("acme/z")


def keys_of(book: PriceBook, **wanted: str) -> list[str]:
    filtered = ModelFilter(**wanted)
    keys = book.model_keys(filtered.parts())
    return [key for key in keys if filtered.accepts(book.model(key))]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        *({"q": text} for text in ("ROCKET", "acme/ro", "k\u212aelvin kelvin", "ro ck")),
        *({"q": text} for text in ("\u00c9t\u00e9", '"two"', "a\\b")),
        *({"family": text} for text in ("Gr\u00f6sse", 'say "hi"', "plain")),
        *({"capability": text} for text in ("vision", "tools")),
        {"family": "plain", "capability": "vision", "q": "two"},
    ],
)  # fmt: skip
def test_a_filter_by_the_bytes_of_rows_finds_what_a_filter_of_all_models_finds(
    wanted: dict[str, str],
) -> None:
    rows = [
        row("rocket"),
        row("RO/cket-2", aliases=["acme-two"], family="plain", capabilities=["vision"]),
        row("\u212aelvin", name="\u00c9T\u00c9", family="Gr\u00f6sse"),
        row("quoted", name='"Two"', family='say "hi"', capabilities=["tools", "vision"]),
        row("a\\b", family="plain", notes=["vision, rocket"]),
    ]
    found = keys_of(book("1", rows), **wanted)
    models = list(book("1", rows).models())
    assert found == [model.key for model in models if ModelFilter(**wanted).accepts(model)]


def test_a_row_with_several_ids_in_it_is_parsed_for_its_own() -> None:
    rows = [row("rocket", disagreements=[{"id": "other", "provider": "list"}]), row("arrow")]
    assert book("1", rows).model_keys() == ["acme/arrow", "acme/rocket"]
    assert book("1", rows).model("acme/rocket").id == "rocket"
    with pytest.raises(KeyError):
        book("1", rows).model("acme/other")


@pytest.mark.parametrize(
    ("entries", "checked_at"),
    [
        ([{"retrieved_at": "2026-11-03", "as_of": "2026-11-09"}], "2026-11-03"),
        ([{"as_of": "2026-11-02"}, {"retrieved_at": "2026-11-03"}], "2026-11-03"),
        ([{"as_of": "2026-11-04"}, {"retrieved_at": "2026-11-03"}], "2026-11-04"),
        ([{"title": "without a date"}], "2026-11-01T00:00:00Z"),
        ([], "2026-11-01T00:00:00Z"),
    ],
)
def test_prices_were_checked_when_the_last_source_was_read(
    entries: list[dict[str, str]], checked_at: str
) -> None:
    found = PriceBook.from_document(document("v") | {"provenance": entries})
    assert found.checked_at == checked_at


@pytest.mark.parametrize(
    ("written", "family"),
    [
        ("Opus", "opus"),
        (" sonnet ", "sonnet"),
        ("Claude Sonnet", "sonnet"),
        ("claude-haiku", "haiku"),
        ("anthropic/opus", "opus"),
        ("anthropic/claude-opus", "opus"),
        ("GPT Mini", "gpt-mini"),
    ],
)
def test_a_family_is_meant_in_capitals_and_with_its_makers_words(written: str, family: str) -> None:
    assert CURRENT.find(written) == CURRENT.find(family)


@pytest.mark.parametrize("family", CURRENT.families)
def test_the_words_of_a_family_never_mean_another_model(family: str) -> None:
    """``Gemini Pro`` was OpenRouter's first ``google/gemini-pro``."""
    words = family.replace("-", " ")
    for written in (words, words.title(), family.upper()):
        assert CURRENT.find(written) == CURRENT.find(family)


def test_a_family_in_capitals_is_the_family_although_a_model_has_that_name() -> None:
    found = book("v", [row("opus"), row("rocket")], families={"opus": "acme/rocket"})
    assert means("opus", found) == ("rocket", "family")
    assert means("OPUS", found) == ("rocket", "family")
    assert means("acme/OPUS", found) == ("opus", "letter_case")


def test_a_name_is_searched_once_whether_it_is_known_or_not() -> None:
    """A report asks for each name several times: an unknown one cost 0.2 ms each time."""
    made = book("2026-01")
    with mock.patch.object(price_book, "spellings", wraps=spellings) as spelled:
        assert made.known("unknown-1") is None
        assert made.known("ROCKET") is not None
        searched = spelled.call_count
        assert made.known("unknown-1") is None
        assert made.known("ROCKET") is not None
        assert spelled.call_count == searched


def test_the_names_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_book, "_REMEMBERED", 3)
    made = book("2026-01")
    for number in range(7):
        assert made.known(f"unknown-{number}") is None
        assert len(made._matches) <= 3


def test_the_rows_of_a_book_unlike_anothers_are_those_that_differ_or_are_new() -> None:
    same, before, after, new = row("same"), row("changed"), row("changed", name="Other"), row("new")
    old = book("before", [same, before])
    found = book("after", [same, after, new]).rows_unlike(old)
    assert {key: value["id"] for key, value in found.items()} == {
        "acme/changed": "changed",
        "acme/new": "new",
    }
    assert [*old.rows_unlike(old)] == []


@pytest.mark.parametrize(("day", "current"), [(30, ("acme/x", "acme/y")), (31, ("acme/y",))])
def test_a_family_s_current_model_is_current_until_it_retires(
    day: int, current: tuple[str, ...]
) -> None:
    rows = [
        row("x", family="swift", lifecycle={"retires": "2026-12-31"}),
        row("y", family="slow", lifecycle={"retires": "2027-01-01"}),
    ]
    found = book("v", rows, families={"swift": "acme/x", "slow": "acme/y"})
    assert found.current_models(date(2026, 12, day)) == current
