"""A provider's own list next to the copies that others keep of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from pricing.sources.book import merges
from pricing.sources.corrections import Corrections
from pricing.sources.price_tables import table_of
from tests.support.merging import ONE, TWO, VERSIONS, genai, standard
from tests.support.refresh_checks import lists


def test_a_providers_own_list_is_what_it_charges() -> None:
    tiers = [{"above_tokens": 200_000, "rates": {"input": "2", "output": "10"}}]
    copied = {"standard": {"rates": ONE, "tiers": tiers}}
    imported = {"provider": "openrouter", "genai_prices": [genai(copied)], "litellm": []}
    named = {"swift": table_of(lists(standard=TWO))}
    tables = Corrections({"as_of": date(2026, 11, 22)})
    (merge,) = merges([], [imported], tables, VERSIONS, [], named)
    (row,) = merge.rows
    assert standard(row) == TWO
    assert row["prices"][0]["lists"]["standard"]["tiers"] == tiers
    assert row["prices"][0]["source"] == "openrouter 2026-11-22, genai-prices 1"


def resold(
    copies: list[dict[str, Any]],
    own: Mapping[str, Mapping[str, str]],
    past: Mapping[str, list[dict[str, Any]]],
) -> dict[str, dict[str, Any]]:
    """OpenRouter's rows by name: of copies, of its own list, and of what it had once."""
    imported = {"provider": "openrouter", "genai_prices": copies, "litellm": []}
    named = {name: table_of(lists(standard=rates)) for name, rates in own.items()}
    tables = Corrections({"as_of": date(2026, 11, 22)})
    (merge,) = merges([], [imported], tables, VERSIONS, [], named, {"past": {"openrouter": past}})
    return {name: row for row in merge.rows for name in (row["id"], *row.get("aliases", ()))}


def seen(row: Mapping[str, Any]) -> list[tuple[Any, Any, Any]]:
    """The beginning of each price of a row, its input and its cached input."""
    every = [(period.get("from"), period["lists"]["standard"]["rates"]) for period in row["prices"]]
    return [(begun, rates["input"], rates.get("cache_read")) for begun, rates in every]


def test_a_dated_name_costs_what_the_own_list_has_for_the_name_of_its_row() -> None:
    """OpenRouter answers with dated names, which are in no list but genai-prices' copy."""
    copied = genai(lists(standard=ONE), id="a/swift", names=["a/swift", "a/swift-20260816"])
    found = resold([copied], {"a/swift": TWO}, {})
    assert found["a/swift-20260816"] is found["a/swift"]
    assert standard(found["a/swift"]) == TWO


def test_a_model_that_the_own_list_has_no_more_keeps_its_prices_and_not_those_of_a_copy() -> None:
    states = [
        {"lists": lists(standard=TWO), "to": "2026-03-01"},
        {"lists": lists(standard={"input": "3", "output": "5"}), "gone": "2026-09-01"},
    ]
    copied = genai(lists(standard=ONE), id="a/swift", names=["a/swift"])
    row = resold([copied], {}, {"a/swift": states})["a/swift"]
    assert seen(row) == [(None, "2", None), ("2026-03-01", "3", None)]
    assert {period["source"] for period in row["prices"]} == {"openrouter, until 2026-09-01"}


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        ("2026-08-31", [(None, "2", None)]),  # the own list had the model still
        ("2026-09-01", [(None, "2", None), ("2026-09-01", "1", None)]),
    ],
)
def test_what_a_copy_dates_after_the_own_list_is_a_later_price(
    begun: str, expected: list[Any]
) -> None:
    states = [{"lists": lists(standard=TWO), "gone": "2026-09-01"}]
    periods = [
        {"lists": lists(standard={"input": "9", "output": "9"}), "to": begun},
        {"lists": lists(standard=ONE), "from": begun},
    ]
    copied = {"id": "a/swift", "names": ["a/swift"], "periods": periods}
    assert seen(resold([copied], {}, {"a/swift": states})["a/swift"]) == expected


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ("2026-09-15", [(None, "2", None), ("2026-09-15", "3", None), ("2026-10-01", "1", None)]),
        ("2026-10-01", [(None, "2", None), ("2026-10-01", "1", None)]),
        ("2026-10-30", [(None, "2", None), ("2026-10-01", "1", None)]),
    ],
)
def test_a_recorded_price_that_began_after_the_copy_s_own_date_is_that_of_the_copy(
    ended: str, expected: list[Any]
) -> None:
    states = [
        {"lists": lists(standard=TWO), "to": ended},
        {"lists": lists(standard={"input": "3", "output": "5"}), "gone": "2026-09-01"},
    ]
    periods = [
        {"lists": lists(standard={"input": "9", "output": "9"}), "to": "2026-10-01"},
        {"lists": lists(standard=ONE), "from": "2026-10-01"},
    ]
    copied = {"id": "a/swift", "names": ["a/swift"], "periods": periods}
    assert seen(resold([copied], {}, {"a/swift": states})["a/swift"]) == expected


def test_a_copy_at_the_last_price_of_the_own_list_completes_it() -> None:
    states = [{"lists": lists(standard=TWO), "gone": "2026-09-01"}]
    copied = genai(lists(standard=TWO | {"cache_read": "0.2"}), id="a/swift", names=["a/swift"])
    row = resold([copied], {}, {"a/swift": states})["a/swift"]
    assert seen(row) == [(None, "2", "0.2")]


def test_a_model_of_no_list_is_known_with_the_day_since_when_it_is_gone() -> None:
    free = [{"lists": lists(standard={"input": "0", "output": "0"}), "gone": "2026-09-01"}]
    paid = [{"lists": lists(standard=TWO), "gone": "2026-09-01"}]
    found = resold([], {"b/one": ONE}, {"a/swift": paid, "a/swift:free": free, "b/two:free": free})
    assert found.keys() == {"a/swift", "b/one", "b/two:free"}  # a free variant needs no row
    assert found["a/swift"]["lifecycle"] == {"missing_upstream_since": "2026-09-01"}
    assert standard(found["b/two:free"]) == {"input": "0", "output": "0"}


def test_a_recorded_past_comes_before_a_price_that_has_ended_itself() -> None:
    states: list[dict[str, Any]] = [
        {"to": "2026-03-01", "lists": lists(standard={"input": "3", "output": "5"})},
        {"to": "2026-10-30", "lists": lists(standard=ONE)},
        {"lists": lists(standard=TWO)},
    ]
    periods = [
        {"lists": lists(standard=ONE), "to": "2026-10-19"},
        {"lists": lists(standard=TWO), "from": "2026-10-19"},
    ]
    copied = {"id": "a/swift", "names": ["a/swift"], "periods": periods}
    row = resold([copied], {}, {"a/swift": states})["a/swift"]
    assert seen(row) == [(None, "3", None), ("2026-03-01", "1", None), ("2026-10-19", "2", None)]
