"""What a usage report answers: what was spent, on what, and what should change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from pricing.catalogue.price_book import Provenance
from pricing.money import ZERO, add, share_of
from pricing.notices import Notice
from pricing.reports.rates import unscaled

Dimension = Literal["model", "day", "endpoint", "team"]
DIMENSIONS: tuple[Dimension, ...] = ("model", "day", "endpoint", "team")
Kind = Literal["retirement", "downgrade", "long_context", "cache_ttl", "caching", "batch"]
Confidence = Literal["high", "medium", "low"]
#: Rows of one group, and lines that were rejected, that an answer holds; the rest is added up.
MAX_ROWS = 1_000
MAX_REJECTED = 100


@dataclass(frozen=True, slots=True)
class Filters:
    """Which calls a report is about; each None lets everything pass. ``end`` is exclusive."""

    model: tuple[str, ...] | None = None
    endpoint: tuple[str, ...] | None = None
    team: tuple[str, ...] | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """What to report. ``group_by`` names one dimension or two crossed, each a group.

    ``most_rows`` of each are told apart, the rest is added up.
    """

    group_by: tuple[tuple[Dimension, ...], ...] = (("model",), ("day",), ("endpoint",), ("team",))
    top: int = 3
    filters: Filters = Filters()
    most_rows: int = MAX_ROWS


@dataclass(frozen=True, slots=True)
class Records:
    """Where every row went: ``read = filtered_out + priced + unpriced + rejected + duplicates``.

    ``partial`` is how many of those priced used a component without a known price, which is not in
    the total. ``read_singly`` went through the reader of single records, not the columnar one.
    """

    read: int
    priced: int
    partial: int
    unpriced: int
    rejected: int
    duplicates: int
    filtered_out: int
    read_singly: int


@dataclass(frozen=True, slots=True)
class ReportTotals:
    """What all priced calls cost and used. ``prompt_tokens`` holds cached and written ones too."""

    cost_usd: Decimal
    calls: int
    prompt_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The priced calls of one value, or pair of values; null is a record that did not say.

    ``cost_usd`` is null when none of its calls has a known price. ``share`` is its part of the
    report's cost; null when either is nothing.
    """

    values: tuple[str | None, ...]
    cost_usd: Decimal | None
    share: Decimal | None
    calls: int
    prompt_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    unpriced_calls: int

    @property
    def known_usd(self) -> Decimal:
        """What is known of the cost: nothing is nothing to add."""
        return ZERO if self.cost_usd is None else self.cost_usd


@dataclass(frozen=True, slots=True)
class Group:
    """Rows by these dimensions: days in order, all else from the dearest down.

    At most 1,000, or what was asked for; ``others`` adds up the rest, so that they and it make
    the report's total.
    """

    by: tuple[Dimension, ...]
    rows: tuple[GroupRow, ...]
    others: GroupRow | None


@dataclass(frozen=True, slots=True)
class UnpricedReason:
    """Calls of one model that have no price, and why."""

    model: str
    reason: str
    calls: int


@dataclass(frozen=True, slots=True)
class UnpricedCalls:
    """What is not in the totals, being unknown; ``share`` is of the calls priced or not."""

    calls: int
    share: Decimal | None
    reasons: tuple[UnpricedReason, ...]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A record that could not be read: its place in the file or list, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReportRecommendation:
    """One change, and what it would have saved on the calls of this report.

    ``saves_usd`` counts what is left after the recommendations before it, so they add up.
    """

    kind: Kind
    target: str
    endpoint: str | None
    model: str
    saves_usd: Decimal
    saves_percent: Decimal | None
    before_usd: Decimal
    after_usd: Decimal
    calls: int
    why: str
    arithmetic: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class SavingStep:
    """What all recommendations of one kind save together."""

    kind: Kind
    saves_usd: Decimal


@dataclass(frozen=True, slots=True)
class ReportSavings:
    """From what was spent to what would have been: ``spent - sum(steps) = remaining``, exactly."""

    spent_usd: Decimal
    steps: tuple[SavingStep, ...]
    remaining_usd: Decimal


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What records of usage cost, each at its own date, by group, and what would cost less."""

    totals: ReportTotals
    records: Records
    groups: tuple[Group, ...]
    top_drivers: tuple[GroupRow, ...]
    recommendations: tuple[ReportRecommendation, ...]
    savings: ReportSavings
    unpriced: UnpricedCalls
    rejected: tuple[RejectedLine, ...]
    pricing: Provenance
    assumptions: tuple[str, ...]
    warnings: tuple[Notice, ...]


#: What each kind of recommendation is called, in the order they are applied.
KINDS: Mapping[Kind, str] = {
    "retirement": "Leave retiring models",
    "downgrade": "Use a smaller model",
    "long_context": "Stay under a price threshold",
    "cache_ttl": "Cache for the right time",
    "caching": "Cache repeated input",
    "batch": "Run in batches",
}


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Reasons of unpriced calls that an answer holds.
MAX_REASONS = 100
ASSUMPTIONS = (
    "Each record is priced at its own date, at the prices this version has for it.",
    "Records with the same request id are one call: the first counts.",
    "Savings are computed one after another on the calls reported, so they add up.",
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
