"""Many calls per day or month on any mix of models: ``POST /v1/estimate/workload``."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.price_book import BookInForce, PriceBook, Provenance, provenance
from pricing.errors import InvalidRequest, under
from pricing.estimates.estimate import (
    ComparedStatus,
    EstimateQuery,
    PricedStatus,
    price_query,
    status_of,
)
from pricing.estimates.what_if import Line, WhatIf, WhatIfAnswer, answer_what_if, status_of_lines
from pricing.money import add, multiply, plain, share_of
from pricing.notices import Notice
from pricing.timestamps import AsOf, rfc3339
from pricing.usage.parsed import Unread
from pricing.values import immutable

Period = Literal["day", "month"]
MONTHS_PER_YEAR = 12
_YEAR = timedelta(days=365)


@immutable
class WorkloadItem:
    """One line: ``query.calls`` identical calls per period."""

    name: str
    query: EstimateQuery


@immutable
class Workload:
    """Lines to price, and the days that turn their period into a month and a year."""

    items: tuple[WorkloadItem, ...]
    as_of: AsOf
    period: Period = "day"
    working_days_per_month: int = 22
    working_days_per_year: int = 260
    what_if: tuple[WhatIf, ...] = ()


@immutable
class PricedItem:
    """One workload line's cost per period."""

    name: str
    """The line's name, as sent."""
    model: str
    """The model's canonical id."""
    calls: int
    """Calls per period."""
    per_call_usd: Decimal
    """Exact cost of one call."""
    total_usd: Decimal
    """Exact cost of the line per period."""
    share: Decimal | None
    """The line's share of the total, from 0 to 1; null when the total is zero."""
    status: PricedStatus
    """``partial`` when something that was used has no known price or was not understood, and is not
    in the total; ``unpriced`` when nothing that was used has a price.
    """


@immutable
class Totals:
    """The sum of the lines and its projection."""

    period_usd: Decimal
    """Cost per period."""
    monthly_usd: Decimal
    """Cost per month."""
    yearly_usd: Decimal
    """Cost per year."""
    status: ComparedStatus
    """``partial`` when a line is not ``priced``."""


@immutable
class WorkloadEstimate:
    """Lines, totals and what-ifs, all from one price version."""

    items: tuple[PricedItem, ...]
    """The priced lines, in the order sent."""
    totals: Totals
    """All lines together."""
    what_if: tuple[WhatIfAnswer, ...]
    """The outcome of each change, in the order sent."""
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the estimate takes for granted, as sentences."""
    warnings: tuple[Notice, ...]
    net: "WorkloadEstimate | None" = None
    """The same answer at the rate card's prices; null without a rate card."""
    rate_card: str | None = None
    """The id of the rate card whose prices this answer has; null at list prices."""
    converted: Converted | None = None
    """The amounts in ``currency``; null without one."""


def estimate_workload(in_force: BookInForce, workload: Workload) -> WorkloadEstimate:
    """Price every line and every what-if; errors point at the line or the what-if.

    Raises UnknownModel, Unpriced or InvalidRequest.
    """
    lines: list[Line] = []
    for number, item in enumerate(workload.items):
        with under(f"/items/{number}"):
            lines.append(_line(in_force.book, workload.as_of, item))
    total = add(line.total_usd for line in lines)
    answers: list[WhatIfAnswer] = []
    for number, change in enumerate(workload.what_if):
        with under(f"/what_if/{number}"):
            answers.append(answer_what_if(lines, change))
    return WorkloadEstimate(
        items=tuple(
            PricedItem(
                name=line.name,
                model=line.model.id,
                calls=line.calls,
                per_call_usd=line.priced.per_call_usd,
                total_usd=line.total_usd,
                share=share_of(line.total_usd, total),
                status=status_of(line.priced, line.unread),
            )
            for line in lines
        ),
        totals=_totals(total, workload, status_of_lines(lines)),
        what_if=tuple(answers),
        unread=tuple(one for line in lines for one in line.unread),
        pricing=provenance(in_force, workload.as_of),
        assumptions=(
            *dict.fromkeys(text for line in lines for text in line.assumptions),
            projection(workload),
        ),
        warnings=tuple(dict.fromkeys(notice for line in lines for notice in _notices(line))),
    )


def _notices(line: Line) -> tuple[Notice, ...]:
    """What to warn of about a line: also that it costs something else within the year."""
    later = _later_price(line)
    return line.notices if later is None else (*line.notices, Notice("price_changes", later))


def _later_price(line: Line) -> str | None:
    """Say what the line costs from the next prices of its model on; None if that is the same."""
    model, year = line.model, line.at + _YEAR
    starts = (period.start for period in model.prices if period.start is not None)
    start = next((start for start in starts if line.at < start <= year), None)
    if start is None:
        return None
    moment = datetime.combine(start.date(), line.at.timetz())
    moment = moment if moment >= start else moment + timedelta(days=1)
    try:
        later = line.priced_at(moment, line.attempts).total_usd
    except InvalidRequest as error:
        return f"The prices of {line.name} end at {rfc3339(start)}: {error.reason}"
    if later == line.total_usd:
        return None
    return (
        f"From {rfc3339(start)} on, {model.id} has other prices, and {line.name} costs"
        f" {plain(later)} USD in place of {plain(line.total_usd)} USD: the totals are at the"
        f" prices of {line.as_of.text}."
    )


def _line(book: PriceBook, as_of: AsOf, item: WorkloadItem) -> Line:
    found = price_query(book, item.query)
    return Line(
        book=book,
        as_of=as_of,
        name=item.name,
        model=found.match.model,
        call=item.query.call,
        attempts=found.counted.attempts,
        terms=found.terms,
        calls=item.query.calls,
        priced=found.priced,
        assumptions=found.assumptions,
        notices=found.notices,
        unread=found.counted.unread,
    )


def projection(workload: Workload) -> str:
    """Say which days turn the calls of the period into a month and a year."""
    if workload.period == "month":
        return f"The calls are those of a month, and a year has {MONTHS_PER_YEAR} such months."
    return (
        f"The calls are those of a working day: {workload.working_days_per_month} a month,"
        f" {workload.working_days_per_year} a year."
    )


def _totals(total: Decimal, workload: Workload, status: ComparedStatus) -> Totals:
    """Return the total per period, month and year."""
    if workload.period == "month":
        return Totals(total, total, multiply(total, Decimal(MONTHS_PER_YEAR)), status)
    return Totals(
        period_usd=total,
        monthly_usd=multiply(total, Decimal(workload.working_days_per_month)),
        yearly_usd=multiply(total, Decimal(workload.working_days_per_year)),
        status=status,
    )
