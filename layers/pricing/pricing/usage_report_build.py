"""A report from the engine's sums: typed, in order, with every total exact."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pricing.money import add, share_of
from pricing.usage_report import (
    MAX_ROWS,
    Dimension,
    Group,
    GroupRow,
    ReportTotals,
    UnpricedCalls,
    UnpricedReason,
)
from pricing.usage_report_prices import unscaled

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Reasons of unpriced calls that an answer holds.
MAX_REASONS = 100
ASSUMPTIONS = (
    "Each record is priced at its own date, at the prices this version has for it.",
    "Records with the same request id are one call: the first counts.",
    "ReportSavings are of the calls reported, one after the other, so they add up.",
)


def day_of(moment: int) -> date:
    """The UTC day a microsecond since 1970 is in."""
    return (_EPOCH + timedelta(microseconds=moment)).date()


def totals_of(row: Mapping[str, Any], days: Sequence[date], places: int) -> ReportTotals:
    """The sums of the whole report."""
    return ReportTotals(
        cost_usd=unscaled(int(row["cost"] or 0), places),
        calls=int(row["calls"] or 0),
        prompt_tokens=int(row["prompt_tokens"] or 0),
        cache_read_tokens=int(row["read_tokens"] or 0),
        cache_write_tokens=int(row["written_tokens"] or 0),
        output_tokens=int(row["output_tokens"] or 0),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
    )


def group_of(
    by: tuple[Dimension, ...],
    rows: Iterable[Mapping[str, Any]],
    total_usd: Decimal,
    places: int,
    most: int = MAX_ROWS,
) -> Group:
    """One group's rows, in order; those beyond the limit added up."""
    found = [_row(by, row, total_usd, places) for row in rows]
    if "day" in by:
        day = by.index("day")
        found.sort(key=lambda one: (one.values[day] or "", -one.known_usd, _text(one)))
    else:
        found.sort(key=lambda one: (-one.known_usd, _text(one)))
    others = _together(found[most:], len(by), total_usd) if len(found) > most else None
    return Group(by, tuple(found[:most]), others)


def _text(row: GroupRow) -> tuple[str, ...]:
    return tuple(one or "" for one in row.values)


def _row(
    by: tuple[Dimension, ...], row: Mapping[str, Any], total_usd: Decimal, places: int
) -> GroupRow:
    cost = unscaled(int(row["cost"]), places) if row["calls"] else None
    values = [row[f"{one}_value"] for one in by]
    return GroupRow(
        values=tuple(
            day_of(value).isoformat() if one == "day" else value
            for one, value in zip(by, values, strict=True)
        ),
        cost_usd=cost,
        share=None if cost is None else share_of(cost, total_usd),
        calls=int(row["calls"]),
        prompt_tokens=int(row["prompt_tokens"]),
        cache_read_tokens=int(row["read_tokens"]),
        cache_write_tokens=int(row["written_tokens"]),
        output_tokens=int(row["output_tokens"]),
        unpriced_calls=int(row["unpriced_calls"]),
    )


def _together(rows: Sequence[GroupRow], width: int, total_usd: Decimal) -> GroupRow:
    cost = add(one.known_usd for one in rows) if any(one.calls for one in rows) else None
    return GroupRow(
        values=(None,) * width,
        cost_usd=cost,
        share=None if cost is None else share_of(cost, total_usd),
        calls=sum(one.calls for one in rows),
        prompt_tokens=sum(one.prompt_tokens for one in rows),
        cache_read_tokens=sum(one.cache_read_tokens for one in rows),
        cache_write_tokens=sum(one.cache_write_tokens for one in rows),
        output_tokens=sum(one.output_tokens for one in rows),
        unpriced_calls=sum(one.unpriced_calls for one in rows),
    )


def unpriced_of(rows: Iterable[tuple[Any, ...]], priced_calls: int) -> UnpricedCalls:
    """What has no price, and its part of all calls that were read."""
    reasons = [UnpricedReason(model, reason, int(calls)) for model, reason, calls in rows]
    calls = sum(one.calls for one in reasons)
    share = share_of(Decimal(calls), Decimal(calls + priced_calls))
    return UnpricedCalls(calls, share, tuple(reasons[:MAX_REASONS]))
