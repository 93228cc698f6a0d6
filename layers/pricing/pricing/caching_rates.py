"""Which time to live is the cheapest at which rate of calls, and where the choice flips."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from pricing.arrivals import SECONDS_PER_HOUR, TTL_SECONDS, Arrivals, hit_rate, rounded
from pricing.caching_prices import PrefixPrices
from pricing.money import ONE, ZERO, add, divide_evenly, multiply, ratio, subtract
from pricing.what_if import CacheTtl

BestTtl = Literal["none", "5m", "1h"]
#: Poisson flips are looked for up to this rate: with 1,000 calls an hour a gap of 5 minutes comes
#: once in e^83 calls, and the choice is settled.
_MOST_CALLS_PER_HOUR = Decimal(1000)
#: The search steps up by a tenth, then halves the step in which the choice changed past 12 places.
_STEP = Decimal("1.1")
_HALVINGS = 50


@dataclass(frozen=True, slots=True)
class RateBand:
    """From this rate on, up to the next band's, this choice costs least.

    A rate that is not a whole number of calls is rounded at 12 places. Where caching just breaks
    even, at the flip itself, both choices cost the same.
    """

    from_calls_per_hour: Decimal
    best_ttl: BestTtl


def bands(
    prices: Mapping[CacheTtl, PrefixPrices], arrivals: Arrivals, session_hours: int
) -> tuple[RateBand, ...]:
    """The best choice by rate, when every session of so many hours starts with an empty cache.

    A session is taken to hold its mean number of calls, whole or not; its first call writes.
    """
    hours = Decimal(session_hours)

    def best_at(rate: Decimal) -> BestTtl:
        return cheapest(
            {ttl: _extra(one, ttl, rate, arrivals, hours) for ttl, one in prices.items()}
        )

    found = _even(prices, hours, best_at) if arrivals == "even" else _poisson(hours, best_at)
    return tuple(_merged(found))


def cheapest(extras: Mapping[CacheTtl, Decimal]) -> BestTtl:
    """The choice that costs least more than plain calls; of equals no caching, then the shorter."""
    best: BestTtl = "none"
    least = ZERO
    for ttl in TTL_SECONDS:
        if ttl in extras and extras[ttl] < least:
            best, least = ttl, extras[ttl]
    return best


def _extra(
    prices: PrefixPrices, ttl: CacheTtl, rate: Decimal, arrivals: Arrivals, hours: Decimal
) -> Decimal:
    """What a session costs more than plain calls, per million tokens of the prefix."""
    calls = multiply(rate, hours)
    reads = multiply(max(subtract(calls, ONE), ZERO), hit_rate(rate, ttl, arrivals))
    if_all_wrote = multiply(prices.extra, calls)
    return subtract(if_all_wrote, multiply(reads, subtract(prices.write, prices.read)))


def _even(
    prices: Mapping[CacheTtl, PrefixPrices],
    hours: Decimal,
    best_at: Callable[[Decimal], BestTtl],
) -> Iterator[RateBand]:
    """Evenly spaced calls: only these rates can flip the choice, so each band has one best."""
    candidates = {ZERO}
    for ttl, one in prices.items():
        candidates.add(ratio(SECONDS_PER_HOUR, TTL_SECONDS[ttl]))
        if one.gain > 0:
            candidates.add(ratio(add((one.extra, one.gain)), multiply(one.gain, hours)))
    rates = sorted(candidates)
    for low, high in pairwise((*rates, add((rates[-1], ONE)))):
        yield RateBand(low, best_at(divide_evenly(add((low, high)), 2)))


def _poisson(hours: Decimal, best_at: Callable[[Decimal], BestTtl]) -> Iterator[RateBand]:
    low = ratio(ONE, hours)
    best = best_at(low)
    yield RateBand(ZERO, best)
    while low < _MOST_CALLS_PER_HOUR:
        high = rounded(multiply(low, _STEP))
        while best_at(high) != best:
            low = _flip(low, high, best_at)
            best = best_at(low)
            yield RateBand(rounded(low), best)
        low = high


def _flip(low: Decimal, high: Decimal, best_at: Callable[[Decimal], BestTtl]) -> Decimal:
    """The least rate past ``low`` with another choice, to well past 12 places."""
    best = best_at(low)
    for _ in range(_HALVINGS):
        middle = divide_evenly(add((low, high)), 2)
        if best_at(middle) == best:
            low = middle
        else:
            high = middle
    return high


def _merged(found: Iterable[RateBand]) -> Iterator[RateBand]:
    last: BestTtl | None = None
    for band in found:
        if band.best_ttl != last:
            last = band.best_ttl
            yield band
