"""Prompt caching as every answer sees it: which prefixes a model caches, and calls without a cache.

Plans, what-ifs and report advice all ask ``why_not_cached``, so that none of them promises a saving
that another one denies.
"""

from dataclasses import replace
from datetime import datetime
from typing import get_args

from pricing.catalogue.models import CacheTtl, Model
from pricing.estimates.calculator import price
from pricing.usage.buckets import Terms, Usage

CACHE_TTLS: tuple[CacheTtl, ...] = get_args(CacheTtl)


def offers(model: Model, at: datetime, terms: Terms, component: str) -> bool:
    """Return whether the model's price list has this component; raises what ``price`` raises."""
    return price(model, at, Usage.of({component: 1}), terms).complete


def why_not_cached(
    model: Model, at: datetime, terms: Terms, prefix_tokens: int, *ttls: CacheTtl
) -> str | None:
    """Return why the provider would not cache such a prefix, or None if it would.

    A prefix is cached if the model can cache, has prices for a read and for a write with one of
    ``ttls`` (any, if none is given), and the prefix reaches the model's cache minimum. A provider
    reports no error for a shorter prefix. A minimum that is not published counts as 1 token.

    Raises what ``price`` raises: Unpriced, or InvalidRequest for terms the model does not offer.
    """
    if "caching" not in model.capabilities or not offers(model, at, terms, "cache_read"):
        return f"{model.id} offers no prompt caching, or none with a known price."
    priced = [ttl for ttl in CACHE_TTLS if offers(model, at, terms, f"cache_write_{ttl}")]
    if not priced:
        return (
            f"{model.id} has no price for a cache write: its provider caches automatically, or not"
            " at all."
        )
    if ttls and not {*ttls} & {*priced}:
        return f"{model.id} has no {ttls[0]} cache. It offers `ttl`: {', '.join(priced)}."
    minimum = model.cache_minimum_tokens or 1
    if prefix_tokens >= minimum:
        return None
    return (
        f"{model.id} has a cache minimum of {minimum} tokens. A prefix of {prefix_tokens} is"
        " accepted without an error, but is not cached and is billed as plain input every time."
    )


def without_cache(usage: Usage) -> Usage:
    """Return the same call with every token that was read from or written to a cache as input."""
    return replace(
        usage,
        input=usage.input + usage.cached_tokens,
        audio_input=usage.audio_input + usage.audio_cache_read,
        cache_read=0,
        audio_cache_read=0,
        cache_write_5m=0,
        cache_write_1h=0,
    )


def all_from_cache(usage: Usage) -> Usage:
    """Return the same call with its whole prompt read from a cache; images count as text."""
    plain = without_cache(usage)
    return replace(
        plain,
        input=0,
        image_input=0,
        video_input=0,
        audio_input=0,
        cache_read=plain.input + plain.image_input + plain.video_input,
        audio_cache_read=plain.audio_input,
    )
