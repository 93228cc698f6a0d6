"""genai-prices' published data: strict with each entry, and one bad entry costs no other."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from pricing.sources import genai_prices
from pricing.sources.genai_prices import check_rule, rule_accepts
from pricing.sources.payload import SourceNotes
from tariff.catalogue.recorded import recorded
from tests.support.payloads import payload


def genai(**model: Any) -> tuple[list[Any], list[tuple[str, str]]]:
    entry = {"id": "swift", "match": {"equals": "swift"}, "prices": {"input_mtok": 1}, **model}
    sound = {"id": "swallow", "match": {"equals": "swallow"}, "prices": {"input_mtok": 2}}
    notes = SourceNotes("genai-prices")
    document = [{"id": "openai", "name": "OpenAI", "models": [entry, sound]}]
    models = genai_prices.read(payload(document), notes)["openai"]
    return [model.id for model in models], [(one.model, one.code) for one in notes.left_out]


def test_every_kind_of_published_price_is_read() -> None:
    assert genai(
        match={"or": [{"starts_with": "swift-"}, {"regex": r"^swift-\d{8}$"}]},
        prices=[
            {"prices": {"input_mtok": {"base": 1, "tiers": [{"start": 200000, "price": 2}]}}},
            {"constraint": {"start_date": "2026-03-13"}, "prices": {"input_mtok": 1.5}},
            {
                "constraint": {"start_time": "00:30:00Z", "end_time": "16:30:00Z"},
                "prices": {"input_mtok": 3},
            },
        ],
    ) == (["swift", "swallow"], [])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"prices": {"input_mtok": -1}}, "invalid_price"),
        ({"prices": {"input_mtok": None}}, "invalid_price"),
        ({"prices": {"input_mtok": "1"}}, "invalid_price"),
        ({"prices": {"input_mtok": True}}, "invalid_price"),
        ({"prices": {"input_mtok": {"base": 1, "tiers": [{"start": 0, "price": 2}]}}}, None),
        ({"prices": 7}, "invalid_entry"),
        ({"prices": [{"constraint": {"start_date": "soon"}, "prices": {}}]}, "invalid_entry"),
        ({"match": {"sounds_like": "swift"}}, "invalid_entry"),
        ({"match": {"regex": "(a+)+$"}}, "invalid_entry"),
        ({"match": {"regex": "("}}, "invalid_entry"),
        ({"context_window": "1M"}, "invalid_entry"),
        ({"currency": "EUR"}, "invalid_entry"),
        ({"id": 7}, "invalid_entry"),
        ({"id": ["swift"]}, "invalid_entry"),
        ({"id": ""}, "invalid_entry"),
    ],
)
def test_a_wrong_model_is_left_out_and_noted(wrong: dict[str, Any], code: str | None) -> None:
    names, found = genai(**wrong)
    assert names == ["swallow"]
    assert [one[1] for one in found] == [code or "invalid_price"]


def test_neither_price_of_a_model_listed_twice_is_used() -> None:
    assert genai(id="swallow") == ([], [("swallow", "invalid_entry")] * 2)


def rows(**entry: Any) -> tuple[list[dict[str, Any] | None], list[str]]:
    """The row of one genai-prices model, and why it was left out."""
    notes = SourceNotes("genai-prices")
    models = [{"id": "m", "match": {"equals": "m"}, **entry}]
    found = genai_prices.read(payload([{"id": "openai", "models": models}]), notes)
    return [model.row for model in found["openai"]], [one.reason for one in notes.left_out]


def row(**entry: Any) -> dict[str, Any]:
    ((found,), left_out) = rows(**entry)
    assert found
    assert left_out == []
    return found


def equals(name: str) -> dict[str, str]:
    return {"equals": name}


def since(day: str, **prices: Any) -> dict[str, Any]:
    return {"constraint": {"start_date": day}, "prices": prices}


def between(start: str, end: str, **prices: Any) -> dict[str, Any]:
    return {"constraint": {"start_time": start, "end_time": end}, "prices": prices}


def test_names_are_stated_ones_never_patterns() -> None:
    rules = [equals("swift-1"), {"starts_with": "swift-1-"}, equals("swift-1-x")]
    found = row(id="swift", match={"or": rules}, prices={"input_mtok": 1})
    assert found["names"] == ["swift-1", "swift-1-x"]


def test_a_label_before_an_id_is_not_part_of_it() -> None:
    rule = {"contains": "maker.swift"}
    found = row(id="regional.maker.swift-v1:0", match=rule, prices={"input_mtok": 1})
    assert found["names"] == ["maker.swift-v1:0"]


def test_an_id_that_its_own_rule_does_not_accept_is_not_a_name() -> None:
    rule = {"contains": "us.maker.swift"}
    found = row(id="regional.maker.swift-v1:0", match=rule, prices={"input_mtok": 1})
    assert "names" not in found


@pytest.mark.parametrize(
    ("rule", "name", "accepts"),
    [
        ({"equals": "Ab"}, "aB", True),
        ({"equals": "ab"}, "abc", False),
        ({"starts_with": "ab"}, "abc", True),
        ({"ends_with": "bc"}, "abc", True),
        ({"ends_with": "ab"}, "abc", False),
        ({"contains": "b"}, "abc", True),
        ({"regex": r"^a\d$"}, "a1", True),
        ({"regex": r"^a\d$"}, "ab", False),
        ({"and": [equals("ab"), {"regex": "^b"}]}, "ab", False),
        ({"or": [equals("x"), equals("ab")]}, "ab", True),
    ],
)
def test_a_rule_is_read_as_data(rule: dict[str, Any], name: str, accepts: bool) -> None:
    assert genai_prices.rule_accepts(rule, name) is accepts


def test_a_rule_of_an_unknown_kind_is_an_error() -> None:
    found, (reason,) = rows(match={"sounds_like": "ab"}, prices={"input_mtok": 1})
    assert found == []
    assert "unknown match rule" in reason


def test_tiers_and_per_thousand_prices_become_components() -> None:
    long = {"base": 1, "tiers": [{"start": 200_000, "price": 2}]}
    found = row(prices={"input_mtok": long, "output_mtok": 5, "web_searches_kcount": 10})
    assert found["periods"] == [
        {
            "lists": {
                "standard": {
                    "rates": {"input": "1", "output": "5", "web_search": "0.01"},
                    "tiers": [{"above_tokens": 200_000, "rates": {"input": "2"}}],
                }
            }
        }
    ]


def test_dated_prices_become_periods_that_join() -> None:
    prices = [{"prices": {"input_mtok": 10}}, since("2025-06-10", input_mtok=2)]
    periods = row(prices=prices)["periods"]
    assert [(part.get("from"), part.get("to")) for part in periods] == [
        (None, "2025-06-10"),
        ("2025-06-10", None),
    ]
    assert [part["lists"]["standard"]["rates"]["input"] for part in periods] == ["10", "2"]


def test_a_variants_date_is_when_it_was_seen_so_it_holds_for_its_whole_period() -> None:
    prices = [{"prices": {"input_mtok": 10}}, since("2025-06-10", input_mtok=2)]
    seen = [{"when": {"processing": "batch"}, **since("2026-10-14", input_mtok=1)}]
    before, after = row(prices=prices, price_variants=seen)["periods"]
    assert set(before["lists"]) == {"standard"}
    assert after["lists"]["batch"]["rates"] == {"input": "1"}


def test_of_two_variants_the_one_that_applies_when_the_period_ends_is_used() -> None:
    prices = [{"prices": {"input_mtok": 2}}, since("2026-12-01", input_mtok=4)]
    batch = {"when": {"processing": "batch"}}
    seen = [batch | since("2026-12-01", input_mtok=2), batch | since("2026-10-14", input_mtok=1)]
    periods = row(prices=prices, price_variants=seen)["periods"]
    assert [part["lists"]["batch"]["rates"]["input"] for part in periods] == ["1", "2"]


def test_a_variant_for_anything_else_is_not_a_mode() -> None:
    seen = [{"when": {"route": "mistral/eu"}, "prices": {"input_mtok": 9}}]
    (period,) = row(prices={"input_mtok": 1}, price_variants=seen)["periods"]
    assert set(period["lists"]) == {"standard"}


def test_peak_hours_become_off_peak_windows_of_the_newest_period_only() -> None:
    prices = [
        {"prices": {"input_mtok": 9}},
        since("2026-08-17", input_mtok=1),
        between("01:00:00Z", "04:00:00Z", input_mtok=2),
        between("06:00:00Z", "10:00:00Z", input_mtok=2),
    ]
    before, after = row(prices=prices)["periods"]
    assert "windows" not in before
    assert after["lists"]["standard"]["rates"] == {"input": "2"}
    assert [(part["from"], part["to"]) for part in after["windows"]] == [
        ("04:00", "06:00"),
        ("10:00", "01:00"),
    ]
    assert all(part["lists"]["standard"]["rates"] == {"input": "1"} for part in after["windows"])


def test_two_different_peaks_are_not_guessed_at() -> None:
    prices = [
        {"prices": {"input_mtok": 1}},
        between("01:00:00Z", "04:00:00Z", input_mtok=2),
        between("06:00:00Z", "10:00:00Z", input_mtok=3),
    ]
    found, (reason,) = rows(prices=prices)
    assert found == []
    assert "several peak prices" in reason


def test_cached_images_have_a_price_of_their_own() -> None:
    found = row(prices={"input_mtok": 5, "cache_read_mtok": 1.25, "cache_image_read_mtok": 2.5})
    (period,) = found["periods"]
    assert period["lists"]["standard"]["rates"] == {
        "input": "5",
        "cache_read": "1.25",
        "image_cache_read": "2.5",
    }


@pytest.mark.parametrize("prices", [{}, {"audio_hours": 3}])
def test_a_model_without_token_prices_has_no_row(prices: dict[str, Any]) -> None:
    assert rows(prices=prices) == ([None], [])


def patterns_in(rule: Any) -> Iterator[str]:
    """Every pattern in a published match rule."""
    for kind, value in rule.items():
        if kind == "regex":
            yield value
        for part in value if isinstance(value, list) else ():
            yield from patterns_in(part)


def test_every_pattern_of_the_published_list_is_accepted() -> None:
    published = json.loads(recorded("genai-prices"))
    rules = [entry["match"] for provider in published for entry in provider["models"]]
    patterns = {pattern for rule in rules for pattern in patterns_in(rule)}
    assert len(patterns) > 50
    for pattern in patterns:
        check_rule({"regex": pattern})


@pytest.mark.parametrize(
    "pattern",
    [
        ".*.*.*.*.*.*.*.*=", "a*a*a*a*a*b", "[a-z]*[a-z]*[a-z]*!", ".{0,200}.{0,200}.{0,200}=",
        "(a|a)?" * 30 + "b", "a?" * 30 + "a" * 30, "(a{1,30}){30}b", "(a+)+$", "(?:a|aa)+$",
        r"(a)\1*\1*b", "^a{1,}b{1,}c", "a+", "^.*.*x", "^(?P<n>a*)(?P=n)", "^a**",
        "^[]a*]*[^]b*]*c", "x" * 201,
    ],
)  # fmt: skip
def test_a_pattern_that_could_take_long_is_refused_before_it_is_used(pattern: str) -> None:
    """Eight ``.*`` took ten times as long for every two letters more, and no refresh ended."""
    with pytest.raises((ValueError, re.error)):
        check_rule({"regex": pattern})


@pytest.mark.parametrize(
    "pattern",
    ["^a.*b", r"^a\d+$", "^(a/)?b(-c)?(-d)?(-e)?$", "^(a|b|c|d)$", r"^\[.*\]$", r"^a\*\*$"],
)
def test_a_pattern_that_is_accepted_ends_at_once_on_any_name(pattern: str) -> None:
    check_rule({"regex": pattern})
    started = time.process_time()
    for name in ("a" * 2_000, "ab" * 1_000, "a-c-d-e" * 300, "[" * 2_000):
        rule_accepts({"regex": pattern}, name)
    assert time.process_time() - started < 0.1
