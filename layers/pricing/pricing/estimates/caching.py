"""Prompt caching as every answer sees it: which prefixes a model caches, and calls without a cache.

Plans, what-ifs and report advice all ask ``why_not_cached``, so that none of them promises a saving
that another one denies.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal, get_args

from pricing.catalogue.models import CacheTtl, Model
from pricing.estimates.calculator import price
from pricing.usage.buckets import Terms, Usage

CACHE_TTLS: tuple[CacheTtl, ...] = get_args(CacheTtl)
#: A time to live that a caller chooses and pays for, or a provider that caches by itself: then only
#: reads have a price, and a call that finds no entry pays plain input.
CacheKind = Literal["5m", "1h", "automatic"]


def offers(model: Model, at: datetime, terms: Terms, component: str) -> bool:
    """Return whether the model's price list has this component; raises what ``price`` raises."""
    return price(model, at, Usage.of({component: 1}), terms).complete


def cache_kinds(model: Model, at: datetime, terms: Terms) -> tuple[CacheKind, ...]:
    """Return the ways to cache a prefix that have a price; raises what ``price`` raises."""
    if "caching" not in model.capabilities:
        return ()
    each = Usage(cache_read=1, cache_write_5m=1, cache_write_1h=1)
    found = price(model, at, each, terms).line_items
    offered = {line.component for line in found if line.cost_usd is not None}
    if "cache_read" not in offered:
        return ()
    ttls = tuple(ttl for ttl in CACHE_TTLS if f"cache_write_{ttl}" in offered)
    return ttls or ("automatic",)


def write_bucket(kind: CacheKind) -> str:
    """Return the bucket of the tokens that a call writes to the cache."""
    return "input" if kind == "automatic" else f"cache_write_{kind}"


def why_not_cached(
    model: Model,
    at: datetime,
    terms: Terms,
    prefix_tokens: int,
    *ttls: CacheTtl,
    marked: bool = False,
) -> str | None:
    """Return why the provider would not cache such a prefix, or None if it would.

    A prefix is cached if the model can cache, has prices for a read and for a write with one of
    ``ttls`` (any, if none is given), and the prefix reaches the model's cache minimum. A provider
    that caches automatically has no price for a write; ``marked`` asks for one that caches what a
    request marks. A provider reports no error for a shorter prefix. A minimum that is not published
    counts as 1 token.

    Raises what ``price`` raises: Unpriced, or InvalidRequest for terms the model does not offer.
    """
    kinds = cache_kinds(model, at, terms)
    return why_not_of_kinds(model, kinds, prefix_tokens, *ttls, marked=marked)


def why_not_of_kinds(
    model: Model,
    kinds: tuple[CacheKind, ...],
    prefix_tokens: int,
    *ttls: CacheTtl,
    marked: bool = False,
) -> str | None:
    """``why_not_cached`` for a model whose ``cache_kinds`` are known."""
    if not kinds:
        return f"{model.id} offers no prompt caching, or none with a known price."
    automatic = "automatic" in kinds
    if automatic and marked:
        return f"{model.id} has no price for a cache write: its provider caches automatically."
    if ttls and not automatic and not {*ttls} & {*kinds}:
        return f"{model.id} has no {ttls[0]} cache. It offers `ttl`: {', '.join(kinds)}."
    minimum = model.cache_minimum_tokens or 1
    if prefix_tokens >= minimum:
        return None
    return (
        f"{model.id} has a cache minimum of {minimum:,} tokens. A prefix of {prefix_tokens:,} is"
        " accepted without an error, but is not cached and is billed as plain input every time."
    )


def without_cache(usage: Usage) -> Usage:
    """Return the same call with every token that was read from or written to a cache as input."""
    return replace(
        usage,
        input=usage.input + usage.cached_tokens,
        audio_input=usage.audio_input + usage.audio_cache_read,
        image_input=usage.image_input + usage.image_cache_read,
        cache_read=0,
        audio_cache_read=0,
        image_cache_read=0,
        cache_write_5m=0,
        cache_write_1h=0,
    )


def all_from_cache(usage: Usage) -> Usage:
    """Return the same call with its whole prompt read from a cache; video counts as text."""
    plain = without_cache(usage)
    return replace(
        plain,
        input=0,
        image_input=0,
        video_input=0,
        audio_input=0,
        cache_read=plain.input + plain.video_input,
        audio_cache_read=plain.audio_input,
        image_cache_read=plain.image_input,
    )
