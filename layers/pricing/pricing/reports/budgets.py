"""Budgets: what is spent of an amount per period, and what the period will have cost at its end."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from pricing.display import counted
from pricing.money import ZERO, add, multiply, plain, ratio, share_of, subtract, whole_times
from pricing.reports.dimensions import Dimension, period_of
from pricing.values import immutable

BudgetPeriod = Literal["day", "week", "month", "quarter", "year"]
BudgetStatus = Literal["within", "unknown", "will_exceed", "exceeded"]


@immutable
class BudgetQuery:
    """An amount per period for the calls that match; no ``match`` is all calls."""

    name: str
    usd: Decimal
    period: BudgetPeriod = "month"
    match: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict)


@immutable
class Budget:
    """What is spent of a budget in the period of the report's last day."""

    name: str
    """The budget's name, as sent."""
    usd: Decimal
    """The amount for the period."""
    period: BudgetPeriod
    """The length of the period."""
    start: date
    """The first day of the period, UTC."""
    end: date
    """The day after the last, UTC."""
    spent_usd: Decimal
    """What the matching calls of the period cost, at the rate card's prices where there is one."""
    spent_share: Decimal | None
    """Spent, as a share of the amount; null when that is zero."""
    projected_usd: Decimal
    """Spent by the period's end, if its other days cost as much as the reported days did."""
    basis: str
    """How the projection was computed."""
    status: BudgetStatus
    """``exceeded``, or what the projection says; ``unknown`` where that is within the amount, but
    ``spent_usd`` leaves out something, which ``basis`` names.
    """
    crossed_at: date | None
    """The day on which spending exceeds the amount, by the projection if it is yet to come; null
    when it does not.
    """


@immutable
class Day:
    """What the calls of a budget cost on one day, and how many of them have no known price."""

    day: date
    cost: Decimal
    unpriced_calls: int = 0


def budget_of(
    query: BudgetQuery, days: Sequence[Day], first: date, last: date, left_out: Mapping[str, int]
) -> Budget:
    """Compare a budget with the cost of the matching calls of each day, in the order of days.

    ``first`` and ``last`` are the first and last day of the report, which may begin or end within
    the period: the days between them are those that the projection is based on. ``left_out``
    counts, by what they are, records that may be of this budget and whose cost is not in ``days``.
    """
    start, end = period_of(last, query.period)
    reported_from = max(start, first)
    reported, left = (last - reported_from).days + 1, (end - last).days - 1
    unpriced = sum(one.unpriced_calls for one in days if start <= one.day)
    spent, crossed = ZERO, None
    for one in days:
        if start <= one.day < end:
            spent = add((spent, one.cost))
            if crossed is None and spent > query.usd:
                crossed = one.day
    projected = add((spent, ratio(multiply(spent, Decimal(left)), reported)))
    status: BudgetStatus = "exceeded" if crossed else "within"
    if crossed is None and projected > query.usd:
        status = "will_exceed"
        # The first day by whose end more than what is left of the amount is spent.
        affordable = whole_times(multiply(subtract(query.usd, spent), Decimal(reported)), spent)
        crossed = last + timedelta(days=affordable + 1)
    missing = [
        counted(number, name)
        for name, number in {"unpriced call": unpriced, **left_out}.items()
        if number
    ]
    if missing and status == "within":
        status = "unknown"
    return Budget(
        name=query.name,
        usd=query.usd,
        period=query.period,
        start=start,
        end=end,
        spent_usd=spent,
        spent_share=share_of(spent, query.usd),
        projected_usd=projected,
        basis=f"{plain(spent)} USD in {counted(reported, 'reported day')} from {reported_from} to"
        f" {last}; {counted(left, 'day')} of the {query.period} at the same daily mean follow."
        + (f" Not included: {', '.join(missing)}." if missing else ""),
        status=status,
        crossed_at=crossed,
    )
