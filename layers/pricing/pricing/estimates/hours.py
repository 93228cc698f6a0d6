"""The hour that a bare date is priced at, where a provider's prices depend on the hour.

Every answer but a usage report asks ``hours_of``, so that a plan, a what-if and an estimate of the
same day agree. A report prices a record with a date alone at midnight, UTC, and says how much more
the peak costs (``reports/assumed.py``).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from pricing.catalogue.models import Model
from pricing.money import add, plain
from pricing.timestamps import AsOf


def hours_of(model: Model, as_of: AsOf) -> tuple[datetime, datetime]:
    """Return the moment to price at, and the least expensive one that was meant as well.

    They are the same for an instant, and for a model whose prices do not depend on the hour. A date
    alone means its most expensive hour. Hours are compared by their standard prices and not by what
    one call uses, so that all calls of an answer have the prices of one moment.
    """
    period = model.period_at(as_of.instant)
    if period is None or not period.windows or not as_of.is_date:
        return as_of.instant, as_of.instant
    day = as_of.instant.date()
    starts = {time for window in period.windows for time in (window.start, window.end)}
    moments = sorted({as_of.instant, *(datetime.combine(day, time, UTC) for time in starts)})
    prices = {at: add(period.lists_at(at)["standard"].rates.values()) for at in moments}
    peak, cheapest = max(moments, key=prices.__getitem__), min(moments, key=prices.__getitem__)
    return (as_of.instant, as_of.instant) if prices[peak] == prices[cheapest] else (peak, cheapest)


def hour_assumption(
    model: Model, as_of: AsOf, what: str, usd_at: Callable[[datetime], Decimal]
) -> tuple[str, ...]:
    """Return what is assumed of the hour, and what ``what`` is at the cheapest one.

    Nothing is assumed where the hour makes no difference.
    """
    peak, cheapest = hours_of(model, as_of)
    if peak == cheapest or (high := usd_at(peak)) == (low := usd_at(cheapest)):
        return ()
    sentence = (
        f"The price of {model.id} depends on the hour: {as_of.text} is priced at {peak:%H:%M} UTC,"
        f" its peak, where {what} is {plain(high)} USD; at the cheapest hour it is {plain(low)}"
        " USD. Send an instant for another hour."
    )
    return (sentence,)
