"""The answer of a usage report: what was spent, on what, and what should change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.price_book import Provenance
from pricing.money import ZERO, add, share_of
from pricing.notices import Notice
from pricing.reports.budgets import Budget, BudgetQuery
from pricing.reports.dimensions import Dimension, Privacy, is_label, shown
from pricing.reports.rates import unscaled
from pricing.reports.savings import (
    LEAST_CALLS,
    ReportRecommendation,
    ReportReplacement,
    ReportSavings,
)
from pricing.reports.source_formats import AS_RECOGNISED, ReadOptions
from pricing.reports.stated import StatedCosts
from pricing.timestamps import EPOCH
from pricing.values import immutable

#: Whether prices that were corrected after a month had ended change its report, or are told only.
Corrections = Literal["show", "apply"]
#: An answer holds so many rows of one group (the rest is added up), rejected lines, and reasons of
#: unpriced calls.
MAX_ROWS = 1_000
MAX_REJECTED = 100
MAX_REASONS = 100


@immutable
class Filters:
    """Which calls to report on: those with one of the values of each dimension of ``match``.

    ``start`` is the first day and ``end`` the day after the last; None is unlimited.
    """

    match: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict)
    start: date | None = None
    end: date | None = None


@immutable
class ReportQuery:
    """What to report: a group for each entry of ``group_by``, of one dimension or two crossed.

    A group has at most ``most_rows`` rows; the rest is added up. ``privacy`` hashes or drops the
    values of labels, after filters and budgets matched them.
    """

    group_by: tuple[tuple[Dimension, ...], ...] = (("model",), ("day",), ("endpoint",), ("team",))
    top: int = 3
    filters: Filters = Filters()
    most_rows: int = MAX_ROWS
    options: ReadOptions = AS_RECOGNISED
    privacy: Privacy = "show"
    budgets: tuple[BudgetQuery, ...] = ()
    corrections: Corrections = "show"

    @property
    def columns(self) -> tuple[Dimension, ...]:
        """What to read from the records besides endpoint and team: labels, and hours."""
        matches = (self.filters.match, *(budget.match for budget in self.budgets))
        used = [name for by in self.group_by for name in by]
        used += [name for match in matches for name in match]
        return tuple(name for name in dict.fromkeys(used) if is_label(name) or name == "hour")


@immutable
class Records:
    """What became of every record: ``read = filtered_out + priced + partial + unpriced + rejected +
    duplicates + merged``.
    """

    read: int
    """Records in the body or file, without blank lines."""
    priced: int
    """Records with a known price for everything that was used."""
    partial: int
    """Records of which something has no known price, or was not understood, and is not in the
    total.
    """
    unpriced: int
    """Records without a known price."""
    rejected: int
    """Records that could not be read."""
    duplicates: int
    """Records that are equal to an earlier one of the same request id."""
    merged: int
    """Further lines of a call that a tool logs in several, whose counts are the largest of each;
    spans that repeat what the spans inside of them used.
    """
    filtered_out: int
    """Calls that the filter excludes."""
    read_singly: int
    """Records read one by one instead of in columns: iterations and unusual formats."""
    not_calls: int
    """Lines of a tool's log that are not calls, such as prompts, settings and events; they are not
    among those read.
    """


@immutable
class SummedCalls:
    """Records that sum up several calls, which may be in different price tiers."""

    records: int
    """Number of such records."""
    calls: int
    """Number of calls that they sum up, as far as it is stated."""
    cost_usd: Decimal
    """Their cost in the total: at the tier of a mean call, or the lowest where the number of calls
    is not stated.
    """
    low_usd: Decimal
    """Their cost if every call was in the lowest tier that it can be in."""
    high_usd: Decimal
    """Their cost if every call was in the highest tier that it can be in."""


@immutable
class ReportTotals:
    """The cost and usage of all priced calls."""

    cost_usd: Decimal | None
    """Exact cost of all priced calls; null when nothing was priced."""
    calls: int
    """Number of priced calls; a record that sums up calls counts as so many."""
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

    @property
    def known_usd(self) -> Decimal:
        """The cost to compare with: zero where nothing was priced."""
        return ZERO if self.cost_usd is None else self.cost_usd


@immutable
class GroupRow:
    """The priced calls of one value, or pair of values."""

    values: tuple[str | None, ...]
    """The value of each dimension; null for records without one."""
    cost_usd: Decimal | None
    """Cost of the calls; null when none has a known price."""
    net_usd: Decimal | None
    """Cost at the rate card's prices; null without a rate card, or a known price."""
    share: Decimal | None
    """Share of the report's cost, from 0 to 1; null when the cost is not known, or that is zero."""
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
        """The cost to add to a sum: zero where it is unknown."""
        return ZERO if self.cost_usd is None else self.cost_usd

    @property
    def paid_usd(self) -> Decimal:
        """The known cost at the rate card's prices, or at list prices without a card."""
        return self.known_usd if self.net_usd is None else self.net_usd


@immutable
class Group:
    """One table of the report.

    It has at most 1,000 rows; ``others`` adds up the rest, so that the table makes the report's
    total.
    """

    by: tuple[Dimension, ...]
    """The dimensions of the rows."""
    rows: tuple[GroupRow, ...]
    """Periods in order; everything else from the highest cost to the lowest."""
    others: GroupRow | None
    """The sum of all further rows; null when there are none."""


@immutable
class UnpricedReason:
    """Calls of one model that have no known price."""

    model: str
    """The name in the records, or the model that it was resolved to."""
    reason: str
    """Why there is no price."""
    calls: int
    """Number of calls."""


@immutable
class UnpricedCalls:
    """Calls without a known price, which are not in the totals."""

    calls: int
    """Number of calls."""
    share: Decimal | None
    """Share of all calls, priced or not, from 0 to 1; null when there are none."""
    reasons: tuple[UnpricedReason, ...]
    """By model and reason, most calls first; at most 100."""


@immutable
class RejectedLine:
    """A record that could not be read."""

    line: int
    """The record's number, from 1; in a CSV file the header is line 1."""
    reason: str
    """Where the record is wrong, and how. Its content is not repeated."""
    lines: int = 1
    """Number of lines: those in no known format that look alike are named once."""


@immutable
class NetReport:
    """What the calls of a report cost at a rate card's prices."""

    rate_card: str
    """The id of the rate card."""
    total_usd: Decimal
    """Exact cost of all priced calls at the card's prices."""
    saves_usd: Decimal
    """What the card saves on the list prices; negative when its prices are higher."""


@immutable
class CorrectedReport:
    """What the calls of a report cost at prices that were corrected after their month had ended."""

    total_usd: Decimal
    """Exact cost of all priced calls at the corrected list prices."""
    net_usd: Decimal | None
    """The same at the rate card's prices; null without a rate card."""
    difference_usd: Decimal
    """What the correction adds to the report's cost, at the rate card's prices where there is one;
    negative when it takes away.
    """
    models: tuple[str, ...]
    """The models whose prices were corrected."""


@immutable
class UsageReport:
    """What usage records cost, each at its own date, and what would have cost less."""

    status: Literal["priced", "partial", "unpriced"]
    """``priced`` if everything that was read is in the total, ``unpriced`` if nothing is."""
    totals: ReportTotals
    """All priced calls together, at list prices."""
    net: NetReport | None
    """All priced calls at the rate card's prices; null without a rate card. Savings and budgets are
    computed at these prices.
    """
    converted: Converted | None
    """The report's amounts in ``currency``, at the rate of its last day, without the rows of its
    groups; null without a currency.
    """
    corrected: CorrectedReport | None
    """What the calls cost at prices that were corrected after their month had ended; null when that
    is what the report has. The report itself uses the earlier prices.
    """
    summed: SummedCalls | None
    """Bounds of the cost of records that sum up several calls; null when their tier is certain."""
    stated: StatedCosts | None
    """What the records themselves state as costs; null when none does."""
    records: Records
    """What became of every record."""
    formats: Mapping[str, int]
    """Lines by the format that they were read in: Tariff's own, or a tool's."""
    groups: tuple[Group, ...]
    """One table per entry of ``group_by``."""
    top_drivers: tuple[GroupRow, ...]
    """The endpoint and model pairs with the highest cost."""
    recommendations: tuple[ReportRecommendation, ...]
    """What would have cost less, in the order applied."""
    replacements: tuple[ReportReplacement, ...]
    """Models that must be replaced by one that costs as much or more; in no saving."""
    savings: ReportSavings
    """All recommendations together."""
    budgets: tuple[Budget, ...]
    """What is spent of each budget, in the order sent."""
    unpriced: UnpricedCalls
    """Calls that are not in the totals."""
    rejected: tuple[RejectedLine, ...]
    """The first 100 records that could not be read."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the report takes for granted, as sentences."""
    warnings: tuple[Notice, ...]


_ASSUMPTIONS = (
    "Each record is priced at its own date, with the prices that this version has for that date.",
    "Records with the same request id are one call: the largest of each count, at the first time.",
    f"No change is recommended on the evidence of fewer than {LEAST_CALLS} calls.",
)
_ADD_UP = "Savings are computed one after another on the calls reported, so they add up."


def assumptions_of(recommendations: Sequence[ReportRecommendation]) -> tuple[str, ...]:
    """What every report takes for granted, and what one with savings does."""
    return (*_ASSUMPTIONS, _ADD_UP) if recommendations else _ASSUMPTIONS


def day_of(moment: int) -> date:
    """The UTC day of a moment in microseconds since 1970."""
    return (EPOCH + timedelta(microseconds=moment)).date()


def totals_of(row: Mapping[str, Any], places: int, *, known: bool = False) -> ReportTotals:
    """The report's totals, from the engine's sums, which are NULL without any call.

    ``known`` is set where nothing was used, so that no calls cost nothing.
    """
    return ReportTotals(
        cost_usd=unscaled(int(row["cost"] or 0), places) if row["calls"] or known else None,
        **{name: int(row[name] or 0) for name in SUMS if name != "unpriced_calls"},
        first_day=None if row["first_day"] is None else day_of(row["first_day"]),
        last_day=None if row["last_day"] is None else day_of(row["last_day"]),
    )


def group_of(
    by: tuple[Dimension, ...],
    rows: Sequence[Mapping[str, Any]],
    most: int,
    total_usd: Decimal,
    places: int,
) -> Group:
    """A group of the engine's sums, whose costs are integers of ``places`` decimals.

    The row after the first ``most`` has the sum of all others.
    """

    def row_of(values: tuple[str | None, ...], row: Mapping[str, Any]) -> GroupRow:
        known = row["calls"] > 0
        cost = unscaled(int(row["cost"]), places) if known else None
        net = unscaled(int(row["net"]), places) if known and "net" in row else None
        return _group_row(values, cost, net, total_usd, {name: int(row[name]) for name in SUMS})

    found = []
    for row in rows[:most]:
        values = tuple(shown(name, row[f"value_{number}"]) for number, name in enumerate(by))
        found.append(row_of(values, row))
    rest = [row_of((None,) * len(by), row) for row in rows[most:]]
    return Group(by, tuple(found), rest[0] if rest else None)


def shortened(group: Group, most: int, total_usd: Decimal) -> Group:
    """The group with at most ``most`` rows; further rows are added to ``others``."""
    rest = [*group.rows[most:], *([group.others] if group.others else [])]
    if not rest:
        return group
    cost = add(row.known_usd for row in rest) if any(row.calls for row in rest) else None
    nets = [row.net_usd for row in rest if row.net_usd is not None]
    sums = {name: sum(getattr(row, name) for row in rest) for name in SUMS}
    values = (None,) * len(group.by)
    others = _group_row(values, cost, add(nets) if nets else None, total_usd, sums)
    return Group(group.by, group.rows[:most], others)


def cut(report: UsageReport, most: int) -> UsageReport:
    """The report with at most ``most`` rows in each table, and a warning that says so."""
    message = (
        f"The tables end after {most} rows, because the whole answer would be larger than 6 MB;"
        " `others` adds up the rest. Ask for fewer tables at once to see more rows of each."
    )
    total_usd = report.totals.known_usd
    return replace(
        report,
        groups=tuple(shortened(group, most, total_usd) for group in report.groups),
        warnings=(*report.warnings, Notice("answer_cut", message)),
    )


def _group_row(
    values: tuple[str | None, ...],
    cost: Decimal | None,
    net: Decimal | None,
    total_usd: Decimal,
    sums: dict[str, int],
) -> GroupRow:
    share = None if cost is None else share_of(cost, total_usd)
    return GroupRow(values, cost, net, share, **sums)


#: What the engine sums for a group, as ``GroupRow`` names it.
SUMS = (
    *("calls", "prompt_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens"),
    "unpriced_calls",
)


def unpriced_of(rows: Iterable[tuple[Any, ...]], priced_calls: int) -> UnpricedCalls:
    """Calls without a price, from the engine's ``(model, reason, calls)``."""
    reasons = [UnpricedReason(model, reason, int(calls)) for model, reason, calls in rows]
    calls = sum(reason.calls for reason in reasons)
    share = share_of(Decimal(calls), Decimal(calls + priced_calls))
    return UnpricedCalls(calls, share, tuple(reasons[:MAX_REASONS]))
