"""What it costs to leave a model that holds the prompt in its cache."""

from dataclasses import dataclass, replace
from decimal import Decimal

from pricing.caching import why_not_cacheable
from pricing.errors import InvalidRequest
from pricing.money import add, multiply, subtract
from pricing.pricer import Pricer
from pricing.usage import Usage


@dataclass(frozen=True, slots=True)
class CacheSwitch:
    """Staying on the current model, whose cache is warm, beside moving to another.

    ``stay_usd`` and ``move_usd`` are all calls, the cached tokens read wherever they can be; the
    first call after a move writes them. ``lost_usd`` is what that call pays for finding no cache.
    """

    current_model: str
    cached_tokens: int
    stay_usd: Decimal
    move_usd: Decimal
    lost_usd: Decimal
    staying_saves_usd: Decimal


def cache_switch(
    current: Pricer, chosen: Pricer, usage: Usage, cached: int, calls: int
) -> CacheSwitch:
    """Price both; raises InvalidRequest where the current model cannot have cached so much."""
    cold = _cold(usage)
    if cached > cold.input:
        detail = f"is more than the {cold.input} input tokens of a call"
        raise InvalidRequest.at("/cached_tokens", detail)
    if not current.offers("cache_read"):
        detail = f"names {current.model.id}, which has no price of a cache read"
        raise InvalidRequest.at("/current_model", detail)
    stay_call = current.cost(_reading(cold, cached))
    stay = multiply(stay_call, Decimal(calls))
    if current.model.key == chosen.model.key:
        move, lost = stay, Decimal(0)
    else:
        first, later = _arriving(chosen, cold, cached)
        move = add((first, multiply(later, Decimal(calls - 1))))
        lost = subtract(first, later)
    return CacheSwitch(
        current_model=current.model.id,
        cached_tokens=cached,
        stay_usd=stay,
        move_usd=move,
        lost_usd=lost,
        staying_saves_usd=subtract(move, stay),
    )


def _arriving(chosen: Pricer, cold: Usage, cached: int) -> tuple[Decimal, Decimal]:
    """The first call after a move and every later one; alike where the model caches nothing."""
    if why_not_cacheable(chosen, cached, "5m") is not None:
        plain = chosen.cost(cold)
        return plain, plain
    writing = replace(cold, input=cold.input - cached, cache_write_5m=cached)
    return chosen.cost(writing), chosen.cost(_reading(cold, cached))


def _cold(usage: Usage) -> Usage:
    """The same call with nothing cached."""
    known = usage.cache_read + usage.cache_write_5m + usage.cache_write_1h
    return replace(
        usage, input=usage.input + known, cache_read=0, cache_write_5m=0, cache_write_1h=0
    )


def _reading(cold: Usage, cached: int) -> Usage:
    return replace(cold, input=cold.input - cached, cache_read=cached)
