"""The hit rate and the saving of caching in calls that were made, from their usage counters."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from pricing.estimates.caching import without_cache
from pricing.money import add, percent_of, share_of, subtract
from pricing.notices import Notice
from pricing.plans.workloads import CallGroup, PlanWorkload, plan_workload
from pricing.values import immutable

_READS = ("cache_read", "audio_cache_read", "image_cache_read")


@immutable
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
    """Add up what was measured, and price it again without a cache; raises what pricing raises."""
    read = _tokens(groups, *_READS)
    written_5m = _tokens(groups, "cache_write_5m")
    written_1h = _tokens(groups, "cache_write_1h")
    prompt = _tokens(groups, "prompt_tokens")
    cost = add(group.month_usd for group in groups)
    plain = add(_without_cache(group).month_usd for group in groups)
    saves = subtract(plain, cost)
    return CachingMeasured(
        calls=sum(group.calls for group in groups),
        calls_that_read=_calls_with(groups, *_READS),
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
    """Return the calls without a cache, and as measured."""
    return (
        plan_workload("without_caching", map(_without_cache, groups)),
        plan_workload("as_measured", groups),
    )


def measured_notices(found: CachingMeasured) -> tuple[Notice, ...]:
    """Return the warnings that the counters give."""
    written = found.cache_write_5m_tokens + found.cache_write_1h_tokens
    if not written and not found.cache_read_tokens:
        message = "No call used the cache: none was marked for caching, or all were too short."
        return (Notice("nothing_cached", message),)
    if found.saves_usd < 0:
        message = (
            "Caching cost more than it saved: too many writes were never read. Send calls within"
            " the time to live, use a longer one, or do not mark what varies."
        )
        return (Notice("caching_lost_money", message),)
    return ()


def _without_cache(group: CallGroup) -> CallGroup:
    plain = (replace(attempt, usage=without_cache(attempt.usage)) for attempt in group.attempts)
    return replace(group, attempts=tuple(plain))


def _tokens(groups: Iterable[CallGroup], *buckets: str) -> int:
    """Return the tokens in these buckets, over all calls."""
    return sum(
        group.calls * getattr(attempt.usage, bucket)
        for group in groups
        for attempt in group.attempts
        for bucket in buckets
    )


def _calls_with(groups: Iterable[CallGroup], *buckets: str) -> int:
    """Return the number of calls with tokens in one of these buckets."""
    return sum(group.calls for group in groups if _tokens((group,), *buckets))
