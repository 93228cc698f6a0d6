"""The prices of a prefix sent plain, written and read, and which choice is cheapest at which rate.

One write and its reads replace plain calls; how many calls are reads follows from how often calls
come, and from the cache's time to live.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Literal

from pricing.estimates.caching import CacheKind
from pricing.money import (
    EXACT,
    HUNDRED,
    ONE,
    RATIO_PLACES,
    ZERO,
    add,
    divide_evenly,
    multiply,
    percent_of,
    ratio,
    subtract,
)
from pricing.values import immutable


@immutable
class PrefixPrices:
    """Prices of the prefix in USD per million tokens.

    One write and n reads replace n + 1 plain calls. The write costs ``extra`` more than a plain
    call, and each read costs ``gain`` less.
    """

    plain: Decimal
    write: Decimal
    read: Decimal

    @property
    def extra(self) -> Decimal:
        """What a write costs more than plain input; it may be negative."""
        return subtract(self.write, self.plain)

    @property
    def gain(self) -> Decimal:
        """What a read costs less than plain input."""
        return subtract(self.plain, self.read)

    @property
    def break_even_reads(self) -> Decimal | None:
        """Reads that pay for one write, rounded at 12 places; None if a read saves nothing."""
        return ratio(self.extra, self.gain) if self.gain > 0 else None

    @property
    def first_cheaper_reads(self) -> int | None:
        """The fewest whole reads with which caching costs less; None if there are none."""
        if self.gain <= 0:
            return None
        return max(0, int(EXACT.divide_int(self.extra, self.gain)) + 1) if self.extra >= 0 else 0

    @property
    def break_even_hit_rate(self) -> Decimal | None:
        """The share of reads at which caching costs the same as not caching."""
        spread = add((self.extra, self.gain))
        return ratio(self.extra, spread) if spread > 0 else None

    def saves_percent(self, reads: int) -> Decimal | None:
        """Return the saving on the prefix of one write and ``reads``; negative if it costs more."""
        before = multiply(self.plain, Decimal(reads + 1))
        after = add((self.write, multiply(self.read, Decimal(reads))))
        return percent_of(subtract(before, after), before)

    def reads_for(self, percent: Decimal) -> int | None:
        """Return the fewest reads per write that save this much on the prefix; None if none do."""
        a_read = subtract(multiply(HUNDRED, self.gain), multiply(percent, self.plain))
        owed = add((multiply(HUNDRED, self.extra), multiply(percent, self.plain)))
        if a_read <= 0:
            return None
        whole, part = EXACT.divmod(owed, a_read)
        return max(0, int(add((whole, ONE)) if part > 0 else whole))


Arrivals = Literal["even", "poisson"]
#: OpenAI keeps what it caches by itself for five to ten minutes without a call; other providers do
#: not say, so that the shorter time is assumed for all of them.
TTL_SECONDS: Mapping[CacheKind, int] = {"5m": 300, "1h": 3600, "automatic": 300}
SECONDS_PER_HOUR = 3600
#: An exponential has no exact decimal: it is computed to 50 digits and rounded at 12 places.
_DIGITS = Context(prec=50, rounding=ROUND_HALF_EVEN)


def seconds_between(calls_per_hour: Decimal) -> Decimal:
    """Return the mean time between two calls, rounded at 12 places."""
    return ratio(SECONDS_PER_HOUR, calls_per_hour)


def always_hits(calls_per_hour: Decimal, ttl: CacheKind) -> bool:
    """Return whether evenly spaced calls come within the time to live, or at its very end."""
    return multiply(calls_per_hour, Decimal(TTL_SECONDS[ttl])) >= SECONDS_PER_HOUR


def hit_rate(calls_per_hour: Decimal, ttl: CacheKind, arrivals: Arrivals) -> Decimal:
    """Return the expected share of hits after the first call, to 50 digits."""
    if arrivals == "even":
        return ONE if always_hits(calls_per_hour, ttl) else ZERO
    expected = multiply(calls_per_hour, Decimal(TTL_SECONDS[ttl]))
    missed = _DIGITS.exp(_DIGITS.minus(_DIGITS.divide(expected, Decimal(SECONDS_PER_HOUR))))
    return _DIGITS.subtract(ONE, missed)


def rounded_rate(rate: Decimal) -> Decimal:
    """Round half-even at 12 places."""
    return rate.quantize(Decimal(1).scaleb(-RATIO_PLACES), context=_DIGITS)


def expected_reads(calls: int, cold_starts: int, rate: Decimal) -> int:
    """Return the calls that read: none of the cold starts, and ``rate`` of the others.

    The number is rounded half-even to a whole call, because only whole calls are billed.
    """
    later = Decimal(calls - cold_starts)
    return int(multiply(rate, later).to_integral_value(ROUND_HALF_EVEN))


BestTtl = Literal["none", "5m", "1h", "automatic"]
#: Choices for Poisson arrivals are compared up to this rate. At 1,000 calls an hour a gap of 5
#: minutes comes once in e^83 calls, so the choice does not change any more.
_MOST_CALLS_PER_HOUR = Decimal(1000)
#: The search goes up in steps of a tenth, and halves a step in which the choice changes until the
#: rate is known past 12 places.
_STEP = Decimal("1.1")
_HALVINGS = 50


@immutable
class RateBand:
    """The rates of calls at which one choice is the cheapest, up to the next band's.

    Where caching just breaks even, at the rate itself, both choices cost the same.
    """

    from_calls_per_hour: Decimal
    """The band's lowest rate in calls per hour, rounded at 12 places."""
    best_ttl: BestTtl
    """The cheapest choice; ``none`` for no caching."""


def bands(
    prices: Mapping[CacheKind, PrefixPrices], arrivals: Arrivals, session_hours: int
) -> tuple[RateBand, ...]:
    """Return the cheapest choice by rate, if every session of so many hours starts cold.

    A session is assumed to have its mean number of calls, whole or not; its first call writes.
    """
    hours = Decimal(session_hours)

    def best_at(rate: Decimal) -> BestTtl:
        return cheapest(
            {ttl: _extra(price, ttl, rate, arrivals, hours) for ttl, price in prices.items()}
        )

    found = _even(prices, hours, best_at) if arrivals == "even" else _poisson(hours, best_at)
    return tuple(next(band) for _, band in groupby(found, key=attrgetter("best_ttl")))


def cheapest(extras: Mapping[CacheKind, Decimal]) -> BestTtl:
    """Return the choice that costs least compared with plain calls.

    Of choices that cost the same: first no caching, then the shorter time to live.
    """
    best: BestTtl = "none"
    least = ZERO
    for ttl in TTL_SECONDS:
        if ttl in extras and extras[ttl] < least:
            best, least = ttl, extras[ttl]
    return best


def _extra(
    prices: PrefixPrices, ttl: CacheKind, rate: Decimal, arrivals: Arrivals, hours: Decimal
) -> Decimal:
    """Return what a session costs more than plain calls, per million tokens of the prefix."""
    calls = multiply(rate, hours)
    reads = multiply(max(subtract(calls, ONE), ZERO), hit_rate(rate, ttl, arrivals))
    if_all_wrote = multiply(prices.extra, calls)
    return subtract(if_all_wrote, multiply(reads, subtract(prices.write, prices.read)))


def _even(
    prices: Mapping[CacheKind, PrefixPrices], hours: Decimal, best_at: Callable[[Decimal], BestTtl]
) -> Iterator[RateBand]:
    """Yield the bands of evenly spaced calls; the choice can change only at these rates."""
    candidates = {ZERO}
    for ttl, price in prices.items():
        candidates.add(ratio(SECONDS_PER_HOUR, TTL_SECONDS[ttl]))
        if price.gain > 0:
            candidates.add(ratio(add((price.extra, price.gain)), multiply(price.gain, hours)))
    rates = sorted(candidates)
    for low, high in pairwise((*rates, add((rates[-1], ONE)))):
        yield RateBand(low, best_at(divide_evenly(add((low, high)), 2)))


def _poisson(hours: Decimal, best_at: Callable[[Decimal], BestTtl]) -> Iterator[RateBand]:
    low = ratio(ONE, hours)
    best = best_at(low)
    yield RateBand(ZERO, best)
    while low < _MOST_CALLS_PER_HOUR:
        high = rounded_rate(multiply(low, _STEP))
        while best_at(high) != best:
            low = _next_change(low, high, best_at)
            best = best_at(low)
            yield RateBand(rounded_rate(low), best)
        low = high


def _next_change(low: Decimal, high: Decimal, best_at: Callable[[Decimal], BestTtl]) -> Decimal:
    """Return the lowest rate past ``low`` with another choice, to well past 12 places."""
    best = best_at(low)
    for _ in range(_HALVINGS):
        middle = divide_evenly(add((low, high)), 2)
        if best_at(middle) == best:
            low = middle
        else:
            high = middle
    return high
