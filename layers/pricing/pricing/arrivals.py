"""How often a call finds the cache entry of the call before it still alive.

An entry lives for its time to live (TTL), and every read starts that time anew, free of charge.
So a call hits exactly when it comes no later than one TTL after the call before it:

- evenly spaced calls all hit, when their spacing is at most the TTL, or all miss;
- Poisson arrivals have exponential gaps, so the share that hits is ``1 - e^(-rate x TTL)``.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

from pricing.money import ONE, RATIO_PLACES, ZERO, multiply, ratio
from pricing.what_if import CacheTtl

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
