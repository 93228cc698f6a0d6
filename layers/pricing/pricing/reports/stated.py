"""What records state as their costs, compared with what a report prices the same calls at."""

from collections.abc import Iterator
from decimal import Decimal

from pricing.display import counted, usd
from pricing.money import subtract
from pricing.notices import Notice
from pricing.reports.rates import Row, unscaled
from pricing.values import immutable

#: A difference of up to one part of so many is that of rounded amounts.
_TOLERATED = 100


@immutable
class StatedCosts:
    """What records say that calls were charged, compared with what Tariff prices the same calls at.

    Records that state 0 are left out: tools write it for what they do not know.
    """

    calls: int
    """Number of priced calls whose records state a cost."""
    stated_usd: Decimal
    """What these records state, at 20 decimals."""
    priced_usd: Decimal
    """What the same calls cost by this report, at the rate card's prices if there is a card."""
    difference_usd: Decimal
    """``priced_usd`` less ``stated_usd``."""
    without_price_usd: Decimal
    """What records without a known price state, which is in no other amount."""


def stated_costs(sums: Row, places: int, *, with_card: bool) -> StatedCosts | None:
    """The comparison, from ``LoadedUsage.stated``; None where no record states a cost."""
    calls, stated, cost, net, without_price = sums
    if not stated + without_price:
        return None
    priced = unscaled(int(net if with_card else cost), places)
    stated, without_price = Decimal(stated), Decimal(without_price)
    return StatedCosts(int(calls), stated, priced, subtract(priced, stated), without_price)


def differing(stated: StatedCosts) -> Iterator[Notice]:
    """Warn of stated costs that are others than the priced ones, by more than their rounding."""
    difference, allowed = stated.difference_usd, max(stated.stated_usd, stated.priced_usd)
    if stated.calls and abs(difference) * _TOLERATED > allowed:
        message = (
            f"The log states costs of {usd(stated.stated_usd)} for"
            f" {counted(stated.calls, 'call')}; by this report it is {usd(stated.priced_usd)},"
            f" {usd(abs(difference))} {'less' if difference < 0 else 'more'}. Counts"
            " that the log leaves out, another tier, discounts and fees of a gateway are the usual"
            " reasons."
        )
        yield Notice("stated_cost_differs", message)
    if stated.without_price_usd:
        message = (
            f"Calls without a known price state costs of {usd(stated.without_price_usd)},"
            " which are not in the total."
        )
        yield Notice("stated_cost_without_price", message)
