"""One call (or many identical ones) on one model: the answer to ``POST /v1/estimate``."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pricing.attempts import price_attempts
from pricing.calculator import LineItem, LongContext, Modifier
from pricing.instants import AsOf
from pricing.models import Model
from pricing.notices import Notice
from pricing.price_book import BookInForce, MatchedBy, PriceBook
from pricing.usage import Attempt, StatedTerms, Terms, settle
from pricing.work import Counted, Work

#: How long before a retirement an answer starts to mention it.
RETIREMENT_NOTICE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class EstimateQuery:
    """What to price: a model reference, one call's work, the terms asked for and served.

    ``notices`` are things the reader of the usage object wants said in the answer.
    """

    model: str
    work: Work
    as_of: AsOf
    calls: int = 1
    requested: StatedTerms = StatedTerms()
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchedModel:
    """The model a reference was found to mean, and by which rule."""

    requested: str
    id: str
    provider: str
    matched_by: MatchedBy


@dataclass(frozen=True, slots=True)
class ContextUse:
    """How full the context window is: prompt plus output, of the longest attempt."""

    window: int | None
    used_tokens: int
    fits: bool | None


@dataclass(frozen=True, slots=True)
class Counting:
    """How the input was counted from text, and what the call costs at both ends of the band.

    The band holds the true count for about 95% of texts; docs/token-counting.md has the figures.
    """

    method: str
    input_tokens: int
    low_tokens: int
    high_tokens: int
    low_total_usd: Decimal
    high_total_usd: Decimal


@dataclass(frozen=True, slots=True)
class Provenance:
    """The price version an answer stands on, the moment it was priced at, and its freshness."""

    version: str
    as_of: str
    source: Literal["store", "bundled"]
    stale: bool
    age_seconds: int | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The exact cost. ``line_items`` cover all calls and add up to ``total_usd``.

    ``status`` is ``partial`` when a used component has no known price: the total then leaves
    it out, its line says ``unpriced`` and a warning names it.
    """

    total_usd: Decimal
    per_call_usd: Decimal
    calls: int
    status: Literal["priced", "partial"]
    model: MatchedModel
    line_items: tuple[LineItem, ...]
    modifiers: tuple[Modifier, ...]
    long_context: LongContext | None
    context: ContextUse
    counting: Counting | None
    pricing: Provenance
    assumptions: tuple[str, ...]
    warnings: tuple[Notice, ...]


def estimate(in_force: BookInForce, query: EstimateQuery) -> Estimate:
    """Price a query from a price book; raises UnknownModel, Unpriced or InvalidRequest.

    What the provider says was served wins over what the caller asked for.
    """
    match = in_force.book.find(query.model)
    model = match.model
    terms, differing = settle(query.requested, query.served)
    at = query.as_of.instant
    counted = query.work.on(model)
    priced = price_attempts(in_force.book, model, at, counted.attempts, terms, query.calls)
    context = context_use(model, at, counted.attempts)
    return Estimate(
        total_usd=priced.total_usd,
        per_call_usd=priced.per_call_usd,
        calls=query.calls,
        status="priced" if priced.complete else "partial",
        model=MatchedModel(query.model, model.id, model.provider, match.matched_by),
        line_items=priced.line_items,
        modifiers=priced.modifiers,
        long_context=priced.long_context,
        context=context,
        counting=_counting(in_force.book, model, query, counted, terms),
        pricing=provenance(in_force, query.as_of),
        assumptions=(*counted.assumptions, *priced.assumptions),
        warnings=(
            *query.notices,
            *ambiguity_notices(model, query.model),
            *_served_notices(terms, differing),
            *priced.warnings,
            *notices_of(model, query.as_of, counted, terms, context),
        ),
    )


def notices_of(
    model: Model, as_of: AsOf, counted: Counted, terms: Terms, context: ContextUse
) -> tuple[Notice, ...]:
    """What a model's dates and limits give cause to say about the work."""
    return (
        *_lifecycle_notices(model, as_of),
        *_limit_notices(model, counted.attempts, terms, context),
    )


def provenance(in_force: BookInForce, as_of: AsOf) -> Provenance:
    """The ``pricing`` block every priced answer carries."""
    return Provenance(
        version=in_force.book.id,
        as_of=as_of.text,
        source=in_force.source,
        stale=in_force.stale,
        age_seconds=in_force.age_seconds,
    )


def _counting(
    book: PriceBook, model: Model, query: EstimateQuery, counted: Counted, terms: Terms
) -> Counting | None:
    """The cost at both ends of the count's error band; None when nothing was estimated."""
    count = counted.count
    if count is None:
        return None
    totals = []
    for tokens in (count.low, count.high):
        first, *rest = counted.attempts
        usage = replace(first.usage, input=first.usage.input - count.tokens + tokens)
        attempts = (replace(first, usage=usage), *rest)
        at = query.as_of.instant
        totals.append(price_attempts(book, model, at, attempts, terms, query.calls).total_usd)
    return Counting(count.method, count.tokens, count.low, count.high, *totals)


def context_use(model: Model, at: datetime, attempts: tuple[Attempt, ...]) -> ContextUse:
    """The window of a model at a moment, and what the longest attempt fills of it."""
    period = model.period_at(at)
    window = (period and period.context_window) or model.context_window
    usages = [attempt.usage for attempt in attempts]
    used = max(usage.prompt_tokens + usage.output_tokens for usage in usages)
    return ContextUse(window, used, None if window is None else used <= window)


def ambiguity_notices(model: Model, reference: str) -> list[Notice]:
    """A cloud id that does not say whether it means the regional or the global endpoint."""
    if reference.removeprefix(f"{model.provider}/") not in model.ambiguous_aliases:
        return []
    message = (
        f"This id does not say which endpoint it means; {model.id} is priced. Name the regional or"
        " the global id to be sure."
    )
    return [Notice("ambiguous_model_id", message)]


def _served_notices(terms: Terms, differing: tuple[str, ...]) -> list[Notice]:
    return [
        Notice(
            "served_terms_differ",
            f"The usage object says {name} was {getattr(terms, name)}; that is what is priced.",
        )
        for name in differing
    ]


def _lifecycle_notices(model: Model, as_of: AsOf) -> list[Notice]:
    life, day = model.lifecycle, as_of.instant.date()
    if life.released and day < life.released:
        message = f"{model.id} was released on {life.released}; its first known price is used."
        return [Notice("before_release", message)]
    if life.retires and day >= life.retires:
        message = f"{model.id} retired on {life.retires}; its last known price is used."
        return [Notice("model_retired", message)]
    if life.retires and day >= life.retires - RETIREMENT_NOTICE:
        return [Notice("model_retiring", f"{model.id} retires on {life.retires}.")]
    return []


def _limit_notices(
    model: Model, attempts: tuple[Attempt, ...], terms: Terms, context: ContextUse
) -> list[Notice]:
    notices = []
    if context.fits is False:
        message = (
            f"{context.used_tokens} tokens do not fit the {context.window} token window of"
            f" {model.id}: one call cannot use this much."
        )
        notices.append(Notice("context_exceeded", message))
    limit = model.max_output_tokens
    if terms.processing == "batch":
        limit = model.max_output_tokens_batch or limit
    output = max(attempt.usage.output_tokens for attempt in attempts)
    if limit is not None and output > limit:
        message = f"{output} output tokens are over the limit of {model.id}: {limit}."
        notices.append(Notice("output_limit_exceeded", message))
    usage = attempts[0].usage
    cached = usage.cache_read + usage.cache_write_5m + usage.cache_write_1h
    if model.cache_minimum_tokens is not None and 0 < cached < model.cache_minimum_tokens:
        message = (
            f"{model.id} caches prefixes of at least {model.cache_minimum_tokens} tokens; a"
            f" shorter one is silently billed as plain input."
        )
        notices.append(Notice("below_cache_minimum", message))
    return notices
