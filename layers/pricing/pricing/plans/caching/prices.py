"""The three prices of a prefix, plain, written and read, and what follows from them alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import pairwise
from typing import Literal

from pricing.catalogue.models import CacheTtl
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


@dataclass(frozen=True, slots=True)
class PrefixPrices:
    """USD per million tokens of the prefix.

    One write and n reads replace n + 1 plain calls: the write costs ``extra`` more than plain,
    each read ``gain`` less.
    """

    plain: Decimal
    write: Decimal
    read: Decimal

    @property
    def extra(self) -> Decimal:
        """What a write costs over plain input; nothing where a provider writes for free."""
        return subtract(self.write, self.plain)

    @property
    def gain(self) -> Decimal:
        """What a read saves against plain input."""
        return subtract(self.plain, self.read)

    @property
    def break_even_reads(self) -> Decimal | None:
        """The reads that pay for one write, rounded at 12 places; None if reads save nothing."""
        return ratio(self.extra, self.gain) if self.gain > 0 else None

    @property
    def first_cheaper_reads(self) -> int | None:
        """The least whole number of reads with which caching is strictly the cheaper."""
        if self.gain <= 0:
            return None
        return max(0, int(EXACT.divide_int(self.extra, self.gain)) + 1) if self.extra >= 0 else 0

    @property
    def break_even_hit_rate(self) -> Decimal | None:
        """The share of calls that must read for caching to cost the same as not caching."""
        spread = add((self.extra, self.gain))
        return ratio(self.extra, spread) if spread > 0 else None

    def saves_percent(self, reads: int) -> Decimal | None:
        """What one write and so many reads save on the prefix; negative: an extra cost."""
        before = multiply(self.plain, Decimal(reads + 1))
        after = add((self.write, multiply(self.read, Decimal(reads))))
        return percent_of(subtract(before, after), before)

    def reads_for(self, percent: Decimal) -> int | None:
        """The least reads a write that save this much on the prefix; None: no number does."""
        a_read = subtract(multiply(HUNDRED, self.gain), multiply(percent, self.plain))
        owed = add((multiply(HUNDRED, self.extra), multiply(percent, self.plain)))
        if a_read <= 0:
            return None
        whole, part = EXACT.divmod(owed, a_read)
        return max(0, int(add((whole, ONE)) if part > 0 else whole))


Arrivals = Literal["even", "poisson"]
TTL_SECONDS: Mapping[CacheTtl, int] = {"5m": 300, "1h": 3600}
SECONDS_PER_HOUR = 3600
#: An exponential has no exact decimal: it is computed to 50 digits, then rounded at 12 places.
_DIGITS = Context(prec=50, rounding=ROUND_HALF_EVEN)


def seconds_between(calls_per_hour: Decimal) -> Decimal:
    """The mean gap between two calls, rounded at 12 places."""
    return ratio(SECONDS_PER_HOUR, calls_per_hour)


def always_hits(calls_per_hour: Decimal, ttl: CacheTtl) -> bool:
    """Whether evenly spaced calls come within the TTL; at exactly the TTL they still do."""
    return multiply(calls_per_hour, Decimal(TTL_SECONDS[ttl])) >= SECONDS_PER_HOUR


def hit_rate(calls_per_hour: Decimal, ttl: CacheTtl, arrivals: Arrivals) -> Decimal:
    """The expected share of calls that hit, after the first, to 50 digits."""
    if arrivals == "even":
        return ONE if always_hits(calls_per_hour, ttl) else ZERO
    expected = multiply(calls_per_hour, Decimal(TTL_SECONDS[ttl]))
    missed = _DIGITS.exp(_DIGITS.minus(_DIGITS.divide(expected, Decimal(SECONDS_PER_HOUR))))
    return _DIGITS.subtract(ONE, missed)


def rounded(rate: Decimal) -> Decimal:
    """Half-even at 12 places."""
    return rate.quantize(Decimal(1).scaleb(-RATIO_PLACES), context=_DIGITS)


def expected_reads(calls: int, cold_starts: int, rate: Decimal) -> int:
    """Of ``calls``, those that read: none of the cold starts, ``rate`` of the others.

    Rounded half-even to a whole call, because only whole calls are billed.
    """
    later = Decimal(calls - cold_starts)
    return int(multiply(rate, later).to_integral_value(ROUND_HALF_EVEN))


BestTtl = Literal["none", "5m", "1h"]
#: Poisson flips are looked for up to this rate: with 1,000 calls an hour a gap of 5 minutes comes
#: once in e^83 calls, and the choice is settled.
_MOST_CALLS_PER_HOUR = Decimal(1000)
#: The search steps up by a tenth, then halves the step in which the choice changed past 12 places.
_STEP = Decimal("1.1")
_HALVINGS = 50


@dataclass(frozen=True, slots=True)
class RateBand:
    """The rates of calls at which one choice is the cheapest, up to the next band's.

    Where caching just breaks even, at the rate itself, both choices cost the same.
    """

    from_calls_per_hour: Decimal
    """The band's lowest rate in calls per hour, rounded at 12 places."""
    best_ttl: BestTtl
    """The cheapest choice; ``none`` for no caching."""


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
