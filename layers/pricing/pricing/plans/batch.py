"""The same requests one by one and in batches: ``POST /v1/plan/batch``.

Both prices are explicit columns of the price book; neither is derived from the other.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.models import CacheTtl
from pricing.catalogue.price_book import BookInForce, MatchedModel, Provenance
from pricing.errors import InvalidRequest
from pricing.estimates.estimate import ComparedStatus, Pricer, compared_status
from pricing.estimates.inputs import CallInput
from pricing.money import percent_of, subtract
from pricing.notices import Notice
from pricing.plans.batch_suitability import BatchWork, Suitability, suitability
from pricing.plans.caching.prices import expected_reads
from pricing.plans.workloads import CallGroup, PlanWorkload, plan_workload
from pricing.timestamps import AsOf
from pricing.usage.buckets import StatedTerms, Terms, moved, settle
from pricing.usage.parsed import Unread
from pricing.values import immutable

#: The limits of one batch. The provider documents 256 MB, read as the smaller 256 million bytes.
MAX_REQUESTS = 100_000
MAX_BYTES = 256 * 10**6

#: The room in the queue of the smallest customers, over all their batches.
QUEUE_REQUESTS = 200_000

#: The lowest and the highest hit rate that the provider reports for caching in batches.
BEST_EFFORT = (Decimal("0.3"), Decimal("0.98"))

_LIMITS = (
    f"A batch holds at most {MAX_REQUESTS:,} requests or 256 MB (read as {MAX_BYTES:,} bytes),"
    " whichever comes first; it expires after 24 hours, and errored, canceled and expired requests"
    " are not billed."
)


@immutable
class BatchCaching:
    """A prefix that all requests share; without a hit rate, the reported range is priced."""

    prefix_tokens: int
    ttl: CacheTtl = "1h"
    hit_rate: Decimal | None = None


@immutable
class BatchQuery:
    """``requests`` identical requests a month, made one by one or in batches."""

    model: str
    call: CallInput
    as_of: AsOf
    requests: int
    about: BatchWork
    requested: StatedTerms = StatedTerms()
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()
    bytes_per_request: int | None = None
    caching: BatchCaching | None = None


@immutable
class BatchSize:
    """The number of batches, and the batch limit that decides it."""

    batches: int
    """Number of batches."""
    requests_per_batch: int
    """Requests in a full batch."""
    decided_by: Literal["requests", "bytes"]
    """The batch limit that decides: the number of requests, or their size in bytes."""
    bytes_per_request: int | None
    """Mean size of a request in bytes, as sent; null when none was."""
    most_bytes_per_full_batch: int
    """Mean request size in bytes up to which the number of requests decides."""


@immutable
class StackedPrice:
    """The cost of all requests in batches with a cached prefix."""

    name: str
    """The name of its entry in ``workloads``."""
    hit_rate: Decimal
    """Share of requests that read the prefix, from 0 to 1."""
    writes: int
    """Requests that write the prefix."""
    reads: int
    """Requests that read the prefix: the hit rate of all, rounded half-even."""
    cost_usd: Decimal
    """Cost of all requests."""
    saves_usd: Decimal
    """Saving compared with ``standard_usd``; negative when it costs more."""
    saves_percent: Decimal | None
    """Saving as a percentage of ``standard_usd``; null when that is zero."""


@immutable
class BatchAnswer:
    """The cost of the requests one by one, in batches, and in batches with caching.

    Every saving is relative to ``standard_usd``, and is the difference of two ``workloads``, each
    of which can be sent to ``POST /v1/estimate/workload`` unchanged.
    """

    model: MatchedModel
    status: ComparedStatus
    """``partial`` when something that was used has no known price or was not understood; both ways
    leave it out.
    """
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""
    requests: int
    """Number of requests."""
    standard_usd: Decimal
    """Cost of all requests, one by one."""
    batch_usd: Decimal | None
    """Cost of all requests in batches; null when the model has no batch price."""
    saves_usd: Decimal | None
    """What batches save; null when the model has no batch price."""
    saves_percent: Decimal | None
    """Saving as a percentage of ``standard_usd``; null when that is zero or not possible."""
    size: BatchSize
    suitability: Suitability
    stacked: tuple[StackedPrice, ...]
    """Batches with caching; empty when no caching was sent, or it is not possible."""
    workloads: tuple[PlanWorkload, ...]
    """The months that were compared."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the plan takes for granted, as sentences."""
    warnings: tuple[Notice, ...]
    net: "BatchAnswer | None" = None
    """The same answer at the rate card's prices; null without a rate card."""
    rate_card: str | None = None
    """The id of the rate card whose prices this answer has; null at list prices."""
    converted: Converted | None = None
    """The amounts in ``currency``; null without one."""


def plan_batch(in_force: BookInForce, query: BatchQuery) -> BatchAnswer:
    """Price both ways; raises UnknownModel, Unpriced or InvalidRequest."""
    terms = Terms(inference_geo=settle(query.requested, query.served)[0].inference_geo)
    standard = Pricer.of(in_force, query.model, query.as_of, terms)
    counted = standard.comparable(query.call.counted_for(standard.model))
    status, unread = compared_status(counted)
    plain = CallGroup("requests", standard, counted.attempts, query.requests)
    before = plan_workload("standard", (plain,))
    batch, why_not = in_batch(plain)
    after = None if batch is None else plan_workload("batch", (replace(plain, pricer=batch),))
    saves = None if after is None else subtract(before.month_usd, after.month_usd)
    cached = StackedPrices()
    if query.caching is not None:
        cached = stacked(plain, batch, query.caching, before.month_usd)
    # Of the batch if there is one: it may allow a longer output.
    notices = (batch or standard).notices(*(attempt.usage for attempt in counted.attempts))
    priced = (batch or standard).priced(*counted.attempts)
    return BatchAnswer(
        model=standard.matched,
        status=status,
        unread=unread,
        requests=query.requests,
        standard_usd=before.month_usd,
        batch_usd=None if after is None else after.month_usd,
        saves_usd=saves,
        saves_percent=None if saves is None else percent_of(saves, before.month_usd),
        size=batch_size(query.requests, query.bytes_per_request),
        suitability=suitability(query.about, why_not, standard.model.provider),
        stacked=cached.rows,
        workloads=(before, *((after,) if after else ()), *cached.workloads),
        pricing=standard.provenance,
        assumptions=(
            *counted.assumptions,
            *priced.assumptions,
            *standard.hour_assumption(*counted.attempts),
            *_assumptions(query),
        ),
        warnings=(
            *query.notices,
            *counted.notices,
            *notices,
            *_limit_notices(query.requests, standard.model.provider),
            *cached.warnings,
        ),
    )


def batch_size(requests: int, bytes_per_request: int | None) -> BatchSize:
    """Return the fewest batches for these requests; raises InvalidRequest if not even one fits."""
    by_bytes = MAX_BYTES // bytes_per_request if bytes_per_request else MAX_REQUESTS
    if not by_bytes:
        detail = f"must be at most the {MAX_BYTES} bytes of a whole batch"
        raise InvalidRequest.at("/bytes_per_request", detail)
    each = min(MAX_REQUESTS, by_bytes)
    return BatchSize(
        batches=-(-requests // each),
        requests_per_batch=min(requests, each),
        decided_by="bytes" if each < min(MAX_REQUESTS, requests) else "requests",
        bytes_per_request=bytes_per_request,
        most_bytes_per_full_batch=MAX_BYTES // MAX_REQUESTS,
    )


def in_batch(plain: CallGroup) -> tuple[Pricer | None, str | None]:
    """Return the pricer of the same calls in a batch, or why the model has none."""
    batch = replace(plain.pricer, terms=replace(plain.pricer.terms, processing="batch"))
    try:
        batch.priced(*plain.attempts)
    except InvalidRequest as error:
        return None, error.reason
    return batch, None


def _assumptions(query: BatchQuery) -> tuple[str, ...]:
    assumptions = [_LIMITS]
    if query.bytes_per_request is None:
        assumptions.append("No `bytes_per_request` was sent: the number of requests decides.")
    if query.caching is not None:
        assumptions.append(
            "A cache hit in a batch is best effort: the provider reports 30% to 98%. Use the 1 hour"
            " time to live, because a batch may take longer than 5 minutes."
        )
    return tuple(assumptions)


def _limit_notices(requests: int, provider: str) -> tuple[Notice, ...]:
    if provider != "anthropic":
        message = f"The limits of a batch are Anthropic's; those of {provider} may differ."
        return (Notice("batch_limits_unverified", message),)
    if requests <= QUEUE_REQUESTS:
        return ()
    message = (
        f"A queue has room for {QUEUE_REQUESTS:,} to 300,000 requests or more, by usage tier. If"
        " yours is full, send the batches one after another."
    )
    return (Notice("batch_queue_limit", message),)


@immutable
class StackedPrices:
    """The priced rows with their workloads, or a warning why there are none."""

    rows: tuple[StackedPrice, ...] = ()
    workloads: tuple[PlanWorkload, ...] = ()
    warnings: tuple[Notice, ...] = ()


def stacked(
    plain: CallGroup, batch: Pricer | None, caching: BatchCaching, before_usd: Decimal
) -> StackedPrices:
    """Price caching with and without the batch; raises InvalidRequest for too long a prefix."""
    why_not = plain.pricer.why_not_cached(caching.prefix_tokens, caching.ttl, marked=True)
    if why_not is not None:
        return StackedPrices(warnings=(Notice("not_cacheable", why_not),))
    fresh = min(attempt.usage.input for attempt in plain.attempts)
    if caching.prefix_tokens > fresh:
        detail = f"must be at most the {fresh} uncached input tokens of a request"
        raise InvalidRequest.at("/caching/prefix_tokens", detail)
    # The first attempt of a request may write the prefix; any further attempt of it reads it.
    reading = tuple(
        moved(attempt, caching.prefix_tokens, "cache_read") for attempt in plain.attempts
    )
    write = moved(plain.attempts[0], caching.prefix_tokens, f"cache_write_{caching.ttl}")
    rows, workloads = [], []
    for name, pricer, rate in _ways(plain.pricer, batch, caching.hit_rate):
        reads = expected_reads(plain.calls, 0, rate)
        groups = (
            CallGroup("write", pricer, (write, *reading[1:]), plain.calls - reads),
            CallGroup("read", pricer, reading, reads),
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
    return StackedPrices(tuple(rows), tuple(workloads))


def _ways(
    standard: Pricer, batch: Pricer | None, hit_rate: Decimal | None
) -> Iterator[tuple[str, Pricer, Decimal]]:
    """Yield the name, pricer and hit rate of every row."""
    if hit_rate is not None:
        yield "standard_and_caching", standard, hit_rate
        if batch is not None:
            yield "batch_and_caching", batch, hit_rate
    elif batch is not None:
        worst, best = BEST_EFFORT
        yield "batch_and_caching_worst", batch, worst
        yield "batch_and_caching_best", batch, best
