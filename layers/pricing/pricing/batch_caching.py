"""Caching on top of batching: the discounts stack, but a hit inside a batch is best effort."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.arrivals import expected_reads
from pricing.caching import why_not_cacheable
from pricing.errors import InvalidRequest
from pricing.money import percent_of, subtract
from pricing.notices import Notice
from pricing.plan_workloads import Calls, PlanWorkload, plan_workload
from pricing.pricer import Pricer
from pricing.usage import Attempt, moved
from pricing.what_if import CacheTtl

#: Hit rates the provider reports for caching inside batches, from worst to best.
BEST_EFFORT = (Decimal("0.3"), Decimal("0.98"))


@dataclass(frozen=True, slots=True)
class BatchCaching:
    """A prefix all requests share. Without a hit rate the range seen in batches is priced."""

    prefix_tokens: int
    ttl: CacheTtl = "1h"
    hit_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StackedPrice:
    """All requests with caching, named as in ``workloads``; saves against the standard price.

    Reads are ``hit_rate`` of the requests, rounded half-even to a whole one; the others write.
    A negative saving is an extra cost.
    """

    name: str
    hit_rate: Decimal
    writes: int
    reads: int
    cost_usd: Decimal
    saves_usd: Decimal
    saves_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Stacked:
    """The priced rows with their workloads, or a warning that says why there are none."""

    rows: tuple[StackedPrice, ...] = ()
    workloads: tuple[PlanWorkload, ...] = ()
    warnings: tuple[Notice, ...] = ()


def stacked(
    plain: Calls, batch: Pricer | None, caching: BatchCaching, before_usd: Decimal
) -> Stacked:
    """Price caching with and without the batch; raises InvalidRequest for an impossible prefix."""
    why_not = why_not_cacheable(plain.pricer, caching.prefix_tokens, caching.ttl)
    if why_not is not None:
        return Stacked(warnings=(Notice("not_cacheable", why_not),))
    fresh = min(attempt.usage.input for attempt in plain.attempts)
    if caching.prefix_tokens > fresh:
        detail = f"is more than the {fresh} uncached input tokens of a request"
        raise InvalidRequest.at("/caching/prefix_tokens", detail)
    rows, workloads = [], []
    for name, pricer, rate in _ways(plain.pricer, batch, caching.hit_rate):
        reads = expected_reads(plain.calls, 0, rate)
        groups = (
            Calls("write", pricer, _writing(plain.attempts, caching), plain.calls - reads),
            Calls("read", pricer, _reading(plain.attempts, caching), reads),
        )
        workload = plan_workload(name, groups)
        saves = subtract(before_usd, workload.month_usd)
        rows.append(
            StackedPrice(
                name=name,
                hit_rate=rate,
                writes=plain.calls - reads,
                reads=reads,
                cost_usd=workload.month_usd,
                saves_usd=saves,
                saves_percent=percent_of(saves, before_usd),
            )
        )
        workloads.append(workload)
    return Stacked(tuple(rows), tuple(workloads))


def _ways(
    standard: Pricer, batch: Pricer | None, hit_rate: Decimal | None
) -> Iterator[tuple[str, Pricer, Decimal]]:
    """Name, pricer and hit rate of every row."""
    if hit_rate is not None:
        yield "standard_and_caching", standard, hit_rate
        if batch is not None:
            yield "batch_and_caching", batch, hit_rate
    elif batch is not None:
        worst, best = BEST_EFFORT
        yield "batch_and_caching_worst", batch, worst
        yield "batch_and_caching_best", batch, best


def _reading(attempts: Sequence[Attempt], caching: BatchCaching) -> tuple[Attempt, ...]:
    return tuple(moved(one, caching.prefix_tokens, "cache_read") for one in attempts)


def _writing(attempts: Sequence[Attempt], caching: BatchCaching) -> tuple[Attempt, ...]:
    """The first attempt writes the prefix; any further attempt of the request reads it."""
    first = moved(attempts[0], caching.prefix_tokens, f"cache_write_{caching.ttl}")
    return (first, *_reading(attempts[1:], caching))
