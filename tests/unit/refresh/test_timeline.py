"""Segments of a model's prices from now on, and the rows after some changes are accepted."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.refresh.timeline import (
    PriceField,
    Segment,
    accepted_periods,
    price_in,
    rebuilt,
    segments,
    windows_of,
    without_beyond,
    without_cancelled,
)

NOW = "2026-11-24T03:00:00"
Row = dict[str, Any]


def rates(input_: str, output: str = "10", **more: str) -> Row:
    return {"rates": {"input": input_, "output": output, **more}}


def period(standard: Row, start: str = "", end: str = "", **more: Any) -> Row:
    row: Row = {"lists": {"standard": standard}, "source": "active", **more}
    return row | ({"from": start} if start else {}) | ({"to": end} if end else {})


def window(standard: Row, hours: str = "16:30-00:30", days: list[int] | None = None) -> Row:
    start, _, end = hours.partition("-")
    row: Row = {"from": start, "to": end, "lists": {"standard": standard}}
    return row | ({"days": days} if days else {})


def fields(parts: list[Segment]) -> list[tuple[str, str | None, str | None]]:
    """Every change as its field's text, and the price before and after."""
    return [
        (str(change.field), _text(change.before), _text(change.after))
        for part in parts
        for change in part.changes()
    ]


def _text(price: Decimal | None) -> str | None:
    return None if price is None else str(price)


def everything(_field: PriceField) -> bool:
    return True


def nothing(_field: PriceField) -> bool:
    return False


def test_a_window_has_its_own_prices_and_changes_by_itself() -> None:
    active = [period(rates("2"), windows=[window(rates("1"), days=[1, 2])])]
    quoted = [period(rates("2"), windows=[window(rates("0.5"), days=[1, 2])])]
    parts = segments(active, quoted, NOW)
    assert fields(parts) == [("standard.input~16:30-00:30/12", "1", "0.5")]
    (_, row) = rebuilt(active, parts, NOW, "lists", everything)
    assert row["lists"]["standard"]["rates"] == {"input": "2", "output": "10"}
    assert row["windows"] == [window(rates("0.5"), days=[1, 2])]
    assert (row["from"], row["source"]) == (NOW, "lists")


def test_a_window_that_only_one_side_has_is_a_change_of_each_of_its_prices() -> None:
    plain, windowed = period(rates("2")), period(rates("2"), windows=[window(rates("1"))])
    added = fields(segments([plain], [windowed], NOW))
    assert added == [
        ("standard.input~16:30-00:30", None, "1"),
        ("standard.output~16:30-00:30", None, "10"),
    ]
    removed = fields(segments([windowed], [plain], NOW))
    assert [(name, after) for name, _, after in removed] == [
        ("standard.input~16:30-00:30", None),
        ("standard.output~16:30-00:30", None),
    ]
    (_, row) = rebuilt([windowed], segments([windowed], [plain], NOW), NOW, "l", everything)
    assert "windows" not in row


def test_modes_of_either_side_are_compared() -> None:
    both = {"standard": rates("2"), "batch": rates("1")}
    other = {"standard": rates("2"), "priority": rates("4")}
    found = fields(
        segments([{"lists": both, "source": "a"}], [{"lists": other, "source": "b"}], NOW)
    )
    assert [(name, before, after) for name, before, after in found if "input" in name] == [
        ("batch.input", "1", None),
        ("priority.input", None, "4"),
    ]


def test_a_part_that_costs_what_it_is_billed_as_changes_nothing() -> None:
    with_reasoning = period(rates("2", reasoning_output="10"))
    raised = period(rates("2", reasoning_output="12"))
    assert fields(segments([period(rates("2"))], [with_reasoning], NOW)) == []
    assert fields(segments([period(rates("2"))], [raised], NOW)) == [
        ("standard.reasoning_output", None, "12")
    ]


@pytest.mark.parametrize(
    ("ends", "history"),
    [("2026-11-24T02:59:59", 1), ("2026-11-24T03:00:00", 1), ("2026-11-24T03:00:01", 0)],
)
def test_a_period_that_has_ended_by_now_is_history(ends: str, history: int) -> None:
    active = [period(rates("1"), end=ends), period(rates("2"), start=ends)]
    quoted = [period(rates("3"))]
    rows = rebuilt(active, segments(active, quoted, NOW), NOW, "lists", everything)
    assert rows[0]["lists"] == active[0]["lists"]
    assert rows[0]["to"] == (ends if history else NOW)
    assert rows[-1]["lists"]["standard"]["rates"]["input"] == "3"
    assert "to" not in rows[-1]


def test_a_current_period_that_begins_now_is_replaced_and_not_ended() -> None:
    active = [period(rates("1"), end=NOW), period(rates("2"), start=NOW)]
    rows = rebuilt(active, segments(active, [period(rates("3"))], NOW), NOW, "l", everything)
    assert [(row.get("from"), row.get("to")) for row in rows] == [(None, NOW), (NOW, None)]


def test_periods_that_begin_together_are_one_segment() -> None:
    later = "2027-01-01"
    active = [period(rates("2"), end=later), period(rates("3"), start=later)]
    quoted = [period(rates("2"), end=later), period(rates("4"), start=later)]
    parts = segments(active, quoted, NOW)
    assert [part.starts for part in parts] == [None, "2027-01-01T00:00:00"]
    assert fields(parts) == [("standard.input@2027-01-01T00:00:00", "3", "4")]


def test_what_is_accepted_today_goes_on_where_only_the_sources_change_later() -> None:
    later = "2027-01-01"
    active = [period(rates("2"))]
    quoted = [period(rates("3"), end=later), period(rates("5"), start=later)]
    parts = segments(active, quoted, NOW)
    assert [part.continues for part in parts] == [False, True]
    assert fields(parts) == [
        ("standard.input", "2", "3"),
        ("standard.input@2027-01-01T00:00:00", "3", "5"),
    ]

    def today(field: PriceField) -> bool:
        return field.starts is None

    rows = rebuilt(active, parts, NOW, "lists", today)
    assert [row["lists"]["standard"]["rates"]["input"] for row in rows] == ["2", "3"]
    rows = rebuilt(active, parts, NOW, "lists", everything)
    assert [row["lists"]["standard"]["rates"]["input"] for row in rows] == ["2", "3", "5"]


def test_without_an_accepted_change_the_rows_are_those_before() -> None:
    active = [period(rates("2"), windows=[window(rates("1"))])]
    parts = segments(active, [period(rates("9"))], NOW)
    assert rebuilt(active, parts, NOW, "lists", nothing) == active
    assert accepted_periods(parts, "lists", nothing)[0] is active[0]


def test_one_accepted_price_leaves_the_others_as_they_are() -> None:
    active = [period(rates("2", "10"))]
    parts = segments(active, [period(rates("3", "15"))], NOW)
    rows = rebuilt(active, parts, NOW, "lists", lambda field: field.component == "input")
    assert rows[-1]["lists"]["standard"]["rates"] == {"input": "3", "output": "10"}


@pytest.mark.parametrize(("component", "taken"), [("output", False), (None, True)])
def test_the_price_row_of_a_new_tier_is_accepted_as_a_whole_or_not(
    component: str | None, taken: bool
) -> None:
    tier = {"above_tokens": 200_000, "rates": {"input": "4", "output": "20"}}
    active = [period(rates("2"))]
    parts = segments(active, [period({**rates("3"), "tiers": [tier]})], NOW)

    def accepted(field: PriceField) -> bool:
        return field.component != component or not field.above

    rows = rebuilt(active, parts, NOW, "lists", accepted)
    assert ("tiers" in rows[-1]["lists"]["standard"]) is taken
    assert rows[-1]["lists"]["standard"]["rates"]["input"] == "3"


def test_prices_of_units_stay_with_their_mode() -> None:
    standard = {**rates("2"), "units": [{"unit": "image", "usd": "0.04"}]}
    active = [period(standard)]
    rows = rebuilt(active, segments(active, [period(rates("3"))], NOW), NOW, "l", everything)
    assert rows[-1]["lists"]["standard"]["units"] == standard["units"]


def test_periods_beyond_the_horizon_are_left_out_and_named() -> None:
    prices = [
        period(rates("1"), end="2027-01-01"),
        period(rates("2"), start="2027-01-01", end="2029-01-01"),
        period(rates("3"), start="2029-01-01"),
    ]
    near, beyond = without_beyond(prices, "2027-01-01T00:00:00")
    assert [row.get("to") for row in near] == ["2027-01-01", None]
    assert beyond == ["2029-01-01"]
    assert without_beyond(prices, "2026-12-31T23:59:59")[1] == ["2027-01-01", "2029-01-01"]


def test_a_cancelled_start_is_skipped_and_the_period_before_goes_on() -> None:
    prices = [
        period(rates("1"), end="2027-01-01"),
        period(rates("2"), start="2027-01-01", end="2028-01-01"),
        period(rates("3"), start="2028-01-01"),
    ]
    kept = without_cancelled(prices, {"2027-01-01T00:00:00"})
    assert [(row["lists"]["standard"]["rates"]["input"], row.get("to")) for row in kept] == [
        ("1", "2028-01-01"),
        ("3", None),
    ]
    kept = without_cancelled(prices, {"2028-01-01T00:00:00"})
    assert [row.get("to") for row in kept] == ["2027-01-01", None]


@pytest.mark.parametrize(
    ("field", "price"),
    [
        (PriceField(None, "", "standard", 0, "input"), "2"),
        (PriceField(None, "", "standard", 300_000, "input"), "4"),
        (PriceField(None, "16:30-00:30", "standard", 0, "input"), "1"),
        (PriceField(None, "00:00-01:00", "standard", 0, "input"), None),
    ],
)
def test_a_field_has_the_price_of_its_window_and_its_tier(
    field: PriceField, price: str | None
) -> None:
    tier = {"above_tokens": 200_000, **rates("4", "20")}
    tiered = {**rates("2"), "tiers": [tier]}
    found = windows_of(period(tiered, windows=[window(rates("1"))]))
    assert _text(price_in(found, field)) == price


def test_no_segment_without_a_price_of_today() -> None:
    tomorrow = [period(rates("2"), start="2026-11-25")]
    today = [period(rates("2"))]
    assert segments(tomorrow, today, NOW) == []
    assert segments(today, tomorrow, NOW) == []


def test_a_last_period_with_an_end_keeps_it_where_nothing_is_beyond_the_horizon() -> None:
    ends = [period(rates("2"), end="2027-01-01")]
    assert without_beyond(ends, "2027-06-01T00:00:00") == (ends, [])
    far = [period(rates("2"), "2028-01-01")]
    assert without_beyond(far, "2027-06-01T00:00:00") == ([], ["2028-01-01"])


@pytest.mark.parametrize(
    ("refused", "taken"),
    [("search", {"input": "4", "output": "20"}), ("input", None), (None, "everything")],
)
def test_a_new_tier_needs_its_row_of_prices_and_not_what_is_next_to_it(
    refused: str | None, taken: Any
) -> None:
    tier = {"above_tokens": 200_000, "rates": {"input": "4", "output": "20", "search": "1"}}
    active = [period(rates("2"))]
    parts = segments(active, [period({**rates("2"), "tiers": [tier]})], NOW)
    rows = rebuilt(active, parts, NOW, "lists", lambda field: field.component != refused)
    (found,) = rows[-1]["lists"]["standard"].get("tiers", [{"rates": None}])
    assert found["rates"] == (tier["rates"] if taken == "everything" else taken)
