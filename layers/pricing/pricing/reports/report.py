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
    """What became of every record: ``read = filtered_out + priced + unpriced + rejected +
    duplicates``.
    """

    read: int
    """Records in the body or file, without blank lines."""
    priced: int
    """Calls with a known price."""
    partial: int
    """Priced calls with a component that has no known price and is not in the total."""
    unpriced: int
    """Calls without a known price."""
    rejected: int
    """Records that could not be read."""
    duplicates: int
    """Records with the request id of an earlier one."""
    filtered_out: int
    """Calls that the filter excludes."""
    read_singly: int
    """Records read one by one instead of in columns: iterations and unusual formats."""


@dataclass(frozen=True, slots=True)
class ReportTotals:
    """The cost and usage of all priced calls."""

    cost_usd: Decimal
    """Exact cost of all priced calls."""
    calls: int
    """Number of priced calls."""
    prompt_tokens: int
    """Input tokens, including cache reads and writes."""
    cache_read_tokens: int
    """Input tokens read from the cache."""
    cache_write_tokens: int
    """Input tokens written to the cache."""
    output_tokens: int
    """Output tokens, reasoning included."""
    first_day: date | None
    """First day with a priced call, UTC; null when there is none."""
    last_day: date | None
    """Last day with a priced call, UTC; null when there is none."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The priced calls of one value, or pair of values."""

    values: tuple[str | None, ...]
    """The value of each dimension; null for records without one."""
    cost_usd: Decimal | None
    """Cost of the calls; null when none has a known price."""
    share: Decimal | None
    """Share of the report's cost, from 0 to 1; null when either is zero or not known."""
    calls: int
    """Number of priced calls."""
    prompt_tokens: int
    """Input tokens, including cache reads and writes."""
    cache_read_tokens: int
    """Input tokens read from the cache."""
    cache_write_tokens: int
    """Input tokens written to the cache."""
    output_tokens: int
    """Output tokens, reasoning included."""
    unpriced_calls: int
    """Number of calls without a known price, which are not in the other columns."""

    @property
    def known_usd(self) -> Decimal:
        """What is known of the cost: nothing is nothing to add."""
        return ZERO if self.cost_usd is None else self.cost_usd


@dataclass(frozen=True, slots=True)
class Group:
    """One table of the report.

    It has at most 1,000 rows; ``others`` adds up the rest, so that the table makes the report's
    total.
    """

    by: tuple[Dimension, ...]
    """The dimensions of the rows."""
    rows: tuple[GroupRow, ...]
    """Days in order; everything else from the highest cost to the lowest."""
    others: GroupRow | None
    """The sum of all further rows; null when there are none."""


@dataclass(frozen=True, slots=True)
class UnpricedReason:
    """Calls of one model that have no known price."""

    model: str
    """The name in the records, or the model that it was resolved to."""
    reason: str
    """Why there is no price."""
    calls: int
    """Number of calls."""


@dataclass(frozen=True, slots=True)
class UnpricedCalls:
    """Calls without a known price, which are not in the totals."""

    calls: int
    """Number of calls."""
    share: Decimal | None
    """Share of all calls, priced or not, from 0 to 1; null when there are none."""
    reasons: tuple[UnpricedReason, ...]
    """By model and reason, most calls first; at most 100."""


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A record that could not be read."""

    line: int
    """The record's number, from 1; in a CSV file the header is line 1."""
    reason: str
    """Where the record is wrong, and how. Its content is not repeated."""


@dataclass(frozen=True, slots=True)
class ReportRecommendation:
    """One change, and what it would have saved on the calls of this report.

    Each saving is computed on what is left after the recommendations before it, so that they add
    up.
    """

    kind: Kind
    """The kind of change."""
    target: str
    """What to change to: a model, a time to live, a length or a processing mode."""
    endpoint: str | None
    """The endpoint that it concerns; null for a model at every endpoint."""
    model: str
    """The model that the calls were made on."""
    saves_usd: Decimal
    """What it would have saved; negative when a change that is due costs more."""
    saves_percent: Decimal | None
    """Saving as a percentage of ``before_usd``."""
    before_usd: Decimal
    """Cost of the calls with the earlier recommendations applied."""
    after_usd: Decimal
    """Cost of the calls with this one applied too."""
    calls: int
    """Number of calls that it concerns."""
    why: str
    """The reason for the change."""
    arithmetic: str
    """How the saving was computed."""
    confidence: Confidence
    """Confidence in the saving, from the log alone."""


@dataclass(frozen=True, slots=True)
class SavingStep:
    """What all recommendations of one kind save together."""

    kind: Kind
    """The kind of change."""
    saves_usd: Decimal
    """Saving of all recommendations of this kind."""


@dataclass(frozen=True, slots=True)
class ReportSavings:
    """The cost, all savings, and what remains: ``spent - sum(steps) = remaining``, exactly."""

    spent_usd: Decimal
    """The report's cost."""
    steps: tuple[SavingStep, ...]
    """The saving of each kind of change."""
    remaining_usd: Decimal
    """The cost with all recommendations applied."""


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What usage records cost, each at its own date, and what would have cost less."""

    totals: ReportTotals
    """All priced calls together."""
    records: Records
    """What became of every record."""
    groups: tuple[Group, ...]
    """One table per entry of ``group_by``."""
    top_drivers: tuple[GroupRow, ...]
    """The endpoint and model pairs with the highest cost."""
    recommendations: tuple[ReportRecommendation, ...]
    """What would have cost less, in the order applied."""
    savings: ReportSavings
    """All recommendations together."""
    unpriced: UnpricedCalls
    """Calls that are not in the totals."""
    rejected: tuple[RejectedLine, ...]
    """The first 100 records that could not be read."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the report takes for granted, as sentences."""
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
