"""Which price list a call's terms select, and what an answer says of it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.estimates.calculator import Modifier, price, price_attempts
from pricing.estimates.quantities import SEARCHES_IN_BATCHES
from pricing.usage.buckets import Attempt, SummedUsage, Terms, Usage
from tests.support.books import book, row

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CALL = Usage(input=1_000_000, output=1_000_000)
STANDARD = {"input": "2", "output": "8"}


def priced(lists: dict[str, Any], usage: Usage = CALL, *, calls: int = 1, **terms: Any) -> Any:
    """The price of a call on a model with these lists."""
    lists = {name: {"rates": rates} for name, rates in lists.items()}
    found = book("v", [row("rocket", prices=[{"source": "price list", "lists": lists}])])
    return price(found.find("rocket").model, NOW, usage, Terms(**terms), calls)


@pytest.mark.parametrize(
    ("batch", "factor", "total"),
    [
        ({"input": "1", "output": "4"}, Decimal("0.5"), "5"),
        ({"input": "1", "output": "5"}, None, "6"),
        ({"input": "1.5", "output": "4"}, None, "5.5"),
        ({"input": "2", "output": "8"}, Decimal(1), "10"),
        ({"input": "1", "output": "4", "cache_read": "0.3"}, Decimal("0.5"), "5"),
    ],
)
def test_a_list_has_a_factor_if_every_price_of_tokens_has_the_same(
    batch: dict[str, str], factor: Decimal | None, total: str
) -> None:
    answer = priced({"standard": STANDARD, "batch": batch}, processing="batch")
    assert answer.modifiers == (Modifier("batch", factor),)
    assert answer.total_usd == Decimal(total)


def test_free_tokens_decide_no_factor() -> None:
    free = {"input": "0", "output": "8"}
    half = {"input": "0", "output": "4"}
    answer = priced({"standard": free, "batch": half}, processing="batch")
    assert answer.modifiers == (Modifier("batch", Decimal("0.5")),)
    nothing = {"input": "0", "output": "0"}
    answer = priced({"standard": nothing, "batch": nothing}, processing="batch")
    assert answer.modifiers == (Modifier("batch", None),)


def test_the_standard_list_has_no_factor() -> None:
    assert priced({"standard": STANDARD}).modifiers == ()


def test_the_fast_list_is_chosen_by_speed_and_excludes_other_processing() -> None:
    lists = {"standard": STANDARD, "fast": {"input": "12", "output": "48"}, "batch": STANDARD}
    answer = priced(lists, speed="fast")
    assert answer.total_usd == Decimal(60)
    assert answer.modifiers == (Modifier("fast", Decimal(6)),)
    with pytest.raises(InvalidRequest) as refused:
        priced(lists, speed="fast", processing="batch")
    assert [error.pointer for error in refused.value.errors] == ["/speed"]


def test_a_list_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    lists = {"standard": STANDARD, "batch": STANDARD, "fast": STANDARD}
    with pytest.raises(InvalidRequest) as refused:
        priced(lists, processing="flex")
    (error,) = refused.value.errors
    assert error.pointer == "/processing"
    assert error.detail.endswith(
        "It offers `processing`: standard, batch; `speed`: standard, fast."
    )


def test_a_missing_fast_list_is_refused_at_the_speed() -> None:
    with pytest.raises(InvalidRequest) as refused:
        priced({"standard": STANDARD}, speed="fast")
    (error,) = refused.value.errors
    assert error.pointer == "/speed"
    assert "`speed`" not in error.detail.partition("It offers")[2]


def test_priority_without_a_list_is_priced_as_standard_with_a_warning() -> None:
    answer = priced({"standard": STANDARD}, processing="priority")
    assert answer.total_usd == Decimal(10)
    assert [notice.code for notice in answer.warnings] == ["priority_at_list_price"]
    assert answer.modifiers == ()


@pytest.mark.parametrize(
    ("processing", "searches", "assumed"),
    [("batch", 1, True), ("batch", 0, False), ("standard", 1, False)],
)
def test_what_a_search_costs_in_a_batch_is_an_assumption_of_such_calls_only(
    processing: str, searches: int, assumed: bool
) -> None:
    lists = {mode: {**STANDARD, "web_search": "0.01"} for mode in ("standard", "batch")}
    answer = priced(lists, replace(CALL, web_search=searches), processing=processing)
    assert (SEARCHES_IN_BATCHES in answer.assumptions) is assumed
    assert answer.total_usd == Decimal(10) + searches * Decimal("0.01")


@pytest.mark.parametrize(
    ("rates", "total", "components"),
    [
        (STANDARD, "18", {"input": 1_000_000, "output": 2_000_000}),
        (
            {**STANDARD, "reasoning_output": "3"},
            "13",
            {"input": 1_000_000, "output": 1_000_000, "reasoning_output": 1_000_000},
        ),
    ],
)
def test_a_part_costs_its_own_price_or_else_that_of_its_whole(
    rates: dict[str, str], total: str, components: dict[str, int]
) -> None:
    answer = priced({"standard": rates}, replace(CALL, reasoning_output=1_000_000))
    assert answer.total_usd == Decimal(total)
    assert {line.component: int(line.quantity) for line in answer.line_items} == components


def test_a_component_without_a_price_leaves_the_total_incomplete_and_is_named() -> None:
    answer = priced({"standard": {"input": "2"}})
    assert (answer.total_usd, answer.complete) == (Decimal(2), False)
    assert [line.status for line in answer.line_items if line.cost_usd is None] == ["unpriced"]
    assert [notice.message.split()[0] for notice in answer.warnings] == ["output"]


@pytest.mark.parametrize("kind", ["message", "fallback_message"])
def test_an_attempt_of_another_kind_than_message_is_marked_in_every_line(kind: Any) -> None:
    found = book("v", [row("rocket")])
    model = found.find("rocket").model
    answer = price_attempts(found, model, NOW, [Attempt(CALL, kind)], Terms(), 1)
    marked = None if kind == "message" else kind
    assert {line.attempt for line in answer.line_items} == {marked}
    assert answer.total_usd == Decimal(18)  # $3 and $15


def tiered(usage: Usage) -> Any:
    """The price at $2 and $8, and at twice that from 200,001 tokens of prompt on."""
    higher = {"input": "4", "output": "16"}
    tiers = [{"above_tokens": 200_000, "rates": higher}]
    lists = {"standard": {"rates": STANDARD, "tiers": tiers}}
    found = book("v", [row("rocket", prices=[{"source": "price list", "lists": lists}])])
    return price(found.find("rocket").model, NOW, usage, Terms(), 1)


@pytest.mark.parametrize(
    ("longest", "assumes"), [(0, True), (1, False), (200_000, False), (200_001, True)]
)
def test_a_sum_of_calls_names_the_range_unless_its_longest_prompt_is_short(
    longest: int, assumes: bool
) -> None:
    # Four calls of 100,000 tokens in the mean: $2 x 0.4, or $4 x 0.4.
    answer = tiered(SummedUsage(input=400_000, calls=4, longest_prompt=longest))
    assert answer.total_usd == Decimal("0.8")
    assert bool(answer.assumptions) is assumes
    assert all("from 0.8 to 1.6 USD" in text for text in answer.assumptions)


def test_a_single_call_has_no_range() -> None:
    answer = tiered(Usage(input=400_000))
    assert answer.total_usd == Decimal("1.6")
    assert answer.assumptions == ()
