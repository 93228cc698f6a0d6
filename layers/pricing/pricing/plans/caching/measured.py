"""What caching did to calls that were made: hit rate and saving from their usage counters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pricing.estimates.caching import without_cache
from pricing.money import add, percent_of, share_of, subtract
from pricing.notices import Notice
from pricing.plans.workloads import CallGroup, PlanWorkload, plan_workload
from pricing.usage.buckets import Usage


@dataclass(frozen=True, slots=True)
class CachingMeasured:
    """The effect of caching on calls that were made.

    Without caching, every token read or written would be plain input.
    """

    calls: int
    """Number of calls."""
    calls_that_read: int
    """Calls that read from the cache."""
    calls_that_wrote: int
    """Calls that wrote to the cache."""
    input_tokens: int
    """Input tokens neither read from nor written to the cache."""
    cache_read_tokens: int
    """Input tokens read from the cache."""
    cache_write_5m_tokens: int
    """Input tokens written for 5 minutes."""
    cache_write_1h_tokens: int
    """Input tokens written for an hour."""
    hit_rate: Decimal | None
    """Tokens read, as a share of tokens read or written; null when there are none."""
    prompt_share_read: Decimal | None
    """Tokens read, as a share of all input; null when there is none."""
    cost_usd: Decimal
    """Cost of the calls."""
    without_caching_usd: Decimal
    """What the calls would have cost without caching."""
    saves_usd: Decimal
    """What caching saved; negative when it cost more."""
    saves_percent: Decimal | None
    """Saving as a percentage of the cost without caching; null when that is zero."""


def measure_caching(groups: Sequence[CallGroup]) -> CachingMeasured:
    """Add up what was measured, and price it again without a cache; raises as pricing does."""
    read = _tokens(groups, "cache_read", "audio_cache_read")
    written_5m = _tokens(groups, "cache_write_5m")
    written_1h = _tokens(groups, "cache_write_1h")
    prompt = sum(one.calls * used.prompt_tokens for one in groups for used in _usages(one))
    cost = add(one.month_usd for one in groups)
    plain = add(_without_cache(one).month_usd for one in groups)
    saves = subtract(plain, cost)
    return CachingMeasured(
        calls=sum(one.calls for one in groups),
        calls_that_read=_calls_with(groups, "cache_read", "audio_cache_read"),
        calls_that_wrote=_calls_with(groups, "cache_write_5m", "cache_write_1h"),
        input_tokens=prompt - read - written_5m - written_1h,
        cache_read_tokens=read,
        cache_write_5m_tokens=written_5m,
        cache_write_1h_tokens=written_1h,
        hit_rate=share_of(Decimal(read), Decimal(read + written_5m + written_1h)),
        prompt_share_read=share_of(Decimal(read), Decimal(prompt)),
        cost_usd=cost,
        without_caching_usd=plain,
        saves_usd=saves,
        saves_percent=percent_of(saves, plain),
    )


def measured_workloads(groups: Sequence[CallGroup]) -> tuple[PlanWorkload, ...]:
    """The calls as they were, and as they would have been without a cache."""
    return (
        plan_workload("without_caching", map(_without_cache, groups)),
        plan_workload("as_measured", groups),
    )


def measured_notices(found: CachingMeasured) -> tuple[Notice, ...]:
    """What the counters give cause to say."""
    written = found.cache_write_5m_tokens + found.cache_write_1h_tokens
    if not written and not found.cache_read_tokens:
        message = "Nothing was read from or written to a cache: no call was marked, or too short."
        return (Notice("nothing_cached", message),)
    if found.saves_usd < 0:
        message = (
            "Caching cost more than it saved: too many writes were never read. Space calls closer"
            " than the time to live, use a longer one, or stop marking what varies."
        )
        return (Notice("caching_lost_money", message),)
    return ()


def _without_cache(group: CallGroup) -> CallGroup:
    plain = (replace(one, usage=without_cache(one.usage)) for one in group.attempts)
    return replace(group, attempts=tuple(plain))


def _usages(group: CallGroup) -> Iterable[Usage]:
    return (one.usage for one in group.attempts)


def _tokens(groups: Iterable[CallGroup], *buckets: str) -> int:
    return sum(
        one.calls * getattr(used, bucket)
        for one in groups
        for used in _usages(one)
        for bucket in buckets
    )


def _calls_with(groups: Iterable[CallGroup], *buckets: str) -> int:
    return sum(one.calls for one in groups if _tokens((one,), *buckets))
