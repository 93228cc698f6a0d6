"""What releases say of the past: two lists, one for a name that moves, and OpenRouter's own."""

from typing import Any

import pytest

from pricing.sources.price_tables import PriceTable, table_of
from tariff.catalogue.history import _past

DAYS = ("2026-01-01", "2026-02-01", "2026-03-01")


def priced(usd: str) -> PriceTable:
    return table_of({"standard": {"rates": {"input": usd, "output": "9"}}})


def past(
    provider: str, name: str, *quoted: dict[str, str], copied: tuple[str, ...] = ()
) -> list[tuple[str, Any, Any]]:
    """The states of a name, of which each day's lists quoted these prices."""
    days = [
        (day, {provider: {of: {name: priced(usd)} for of, usd in lists.items()}})
        for day, lists in zip(DAYS, quoted, strict=True)
    ]
    copies = [(day, [(name, (name,), priced(usd))]) for day, usd in zip(DAYS, copied, strict=False)]
    states = _past(days, copies).get(provider, {}).get(name, [])
    return [
        (state["lists"]["standard"]["rates"]["input"], state.get("to"), state.get("gone"))
        for state in states
    ]


def both(usd: str) -> dict[str, str]:
    return {"genai-prices": usd, "litellm": usd}


def test_a_price_that_both_lists_left_ended_with_the_first_quote_of_the_next() -> None:
    moved = past("openai", "swift", both("1"), {"genai-prices": "2", "litellm": "1"}, both("2"))
    assert moved == [("1", "2026-02-01", None), ("2", None, None)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("swift-latest", [("1", "2026-03-01", None), ("2", None, None)]),
        ("swift", []),  # more often a mistake that the list corrected
    ],
)
def test_one_list_is_enough_for_a_name_that_says_that_it_moves(
    name: str, expected: list[Any]
) -> None:
    alone = [{"litellm": usd} for usd in ("1", "1", "2")]
    assert past("openai", name, *alone) == expected


def test_a_name_that_moves_needs_both_lists_where_both_have_it() -> None:
    quoted = [{"litellm": usd, "genai-prices": "7"} for usd in ("1", "1", "2")]
    assert past("openai", "swift-latest", *quoted) == []


def test_a_model_that_openrouters_list_has_no_more_has_the_first_day_without_it() -> None:
    gone = past("openrouter", "swift", {"openrouter": "1"}, {"openrouter": "2"}, {})
    assert gone == [("1", "2026-02-01", None), ("2", None, "2026-03-01")]
    assert past("openrouter", "swift", {"openrouter": "1"}, {"openrouter": "1"}, {}) == [
        ("1", None, "2026-03-01")
    ]
    back = [{"openrouter": "1"}, {}, {"openrouter": "1"}]
    assert past("openrouter", "swift", *back) == []


def test_a_price_that_both_lists_had_ends_where_the_one_that_keeps_the_name_leaves_it() -> None:
    kept = past("azure", "swift", both("1"), {"litellm": "1"}, {"litellm": "2"})
    assert kept == [("1", "2026-03-01", None), ("2", None, None)]
    assert past("azure", "swift", both("1"), {"litellm": "1"}, {"litellm": "1"}) == []
    # Both still have the name, and do not agree on what follows.
    disputed = {"genai-prices": "1", "litellm": "2"}
    assert past("azure", "swift", both("1"), both("1"), disputed) == []


def test_a_copy_is_newer_than_openrouters_list_only_at_a_price_it_did_not_have_before() -> None:
    own = [{"openrouter": "1"}, {}, {}]
    old = past("openrouter", "swift", *own, copied=("3", "3", "3"))
    assert old == [("1", None, "2026-02-01")]
    new = past("openrouter", "swift", *own, copied=("3", "3", "4"))
    assert new == [("1", "2026-03-01", None), ("4", None, "2026-02-01")]


def test_of_a_model_that_only_copies_have_they_are_the_past() -> None:
    assert past("openrouter", "swift", {}, {}, {}, copied=("3", "3", "4")) == [
        ("3", "2026-03-01", None),
        ("4", None, None),
    ]
    assert past("openrouter", "swift", {}, {}, {}, copied=("3", "3", "3")) == []


def test_a_copy_says_nothing_of_a_model_that_openrouters_list_has() -> None:
    own = [{"openrouter": "1"}, {"openrouter": "1"}, {"openrouter": "1"}]
    assert past("openrouter", "swift", *own, copied=("3", "3", "4")) == []
