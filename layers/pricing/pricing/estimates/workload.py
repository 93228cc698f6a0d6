"""Many calls a day or a month on any mix of models: ``POST /v1/estimate/workload``."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pricing.catalogue.price_book import BookInForce, PriceBook, Provenance, provenance
from pricing.errors import under
from pricing.estimates.estimate import EstimateQuery, price_query
from pricing.estimates.what_if import (
    Line,
    PricedStatus,
    WhatIf,
    WhatIfAnswer,
    answer_what_if,
    status_of,
)
from pricing.money import add, multiply, share_of
from pricing.notices import Notice
from pricing.timestamps import AsOf

Period = Literal["day", "month"]
MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class WorkloadItem:
    """One line: ``query.calls`` identical calls in each period."""

    name: str
    query: EstimateQuery


@dataclass(frozen=True, slots=True)
class Workload:
    """What to price, and how its period becomes a month and a year."""

    items: tuple[WorkloadItem, ...]
    as_of: AsOf
    period: Period = "day"
    working_days_per_month: int = 22
    working_days_per_year: int = 260
    what_if: tuple[WhatIf, ...] = ()


@dataclass(frozen=True, slots=True)
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
    """``partial`` when a component that was used has no known price and is not in the total."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The sum of the lines and its projection."""

    period_usd: Decimal
    """Cost per period."""
    monthly_usd: Decimal
    """Cost per month."""
    yearly_usd: Decimal
    """Cost per year."""
    status: PricedStatus
    """``partial`` when a line has a component without a known price."""


@dataclass(frozen=True, slots=True)
class WorkloadEstimate:
    """Lines, totals and what-ifs, all from one price version."""

    items: tuple[PricedItem, ...]
    """The priced lines, in the order sent."""
    totals: Totals
    """All lines together."""
    what_if: tuple[WhatIfAnswer, ...]
    """The outcome of each change, in the order sent."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the estimate takes for granted, as sentences."""
    warnings: tuple[Notice, ...]


def estimate_workload(in_force: BookInForce, workload: Workload) -> WorkloadEstimate:
    """Price every line and every what-if; raises what ``estimate`` raises, pointing at the line."""
    book = in_force.book
    lines: list[Line] = []
    said: dict[Notice, None] = {}
    for number, item in enumerate(workload.items):
        with under(f"/items/{number}"):
            line = _line(book, item)
        lines.append(line)
        said.update(dict.fromkeys(line.notices))
    total = add(line.total_usd for line in lines)
    return WorkloadEstimate(
        items=tuple(_item(line, total) for line in lines),
        totals=_projected(total, workload, status_of(lines)),
        what_if=_what_ifs(book, workload, lines),
        pricing=provenance(in_force, workload.as_of),
        assumptions=tuple(dict.fromkeys(one for line in lines for one in line.assumptions)),
        warnings=tuple(said),
    )


def _line(book: PriceBook, item: WorkloadItem) -> Line:
    found = price_query(book, item.query)
    return Line(
        name=item.name,
        model=found.match.model,
        call=item.query.call,
        attempts=found.counted.attempts,
        terms=found.terms,
        calls=item.query.calls,
        priced=found.priced,
        assumptions=found.assumptions,
        notices=found.notices,
    )


def _item(line: Line, total: Decimal) -> PricedItem:
    return PricedItem(
        name=line.name,
        model=line.model.id,
        calls=line.calls,
        per_call_usd=line.priced.per_call_usd,
        total_usd=line.total_usd,
        share=share_of(line.total_usd, total),
        status=status_of([line]),
    )


def _projected(total: Decimal, workload: Workload, status: PricedStatus) -> Totals:
    if workload.period == "month":
        return Totals(total, total, multiply(total, Decimal(MONTHS_PER_YEAR)), status)
    return Totals(
        period_usd=total,
        monthly_usd=multiply(total, Decimal(workload.working_days_per_month)),
        yearly_usd=multiply(total, Decimal(workload.working_days_per_year)),
        status=status,
    )


def _what_ifs(
    book: PriceBook, workload: Workload, lines: Sequence[Line]
) -> tuple[WhatIfAnswer, ...]:
    answers: list[WhatIfAnswer] = []
    for number, change in enumerate(workload.what_if):
        with under(f"/what_if/{number}"):
            answers.append(answer_what_if(book, workload.as_of.instant, lines, change))
    return tuple(answers)
