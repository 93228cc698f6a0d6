"""A line of a workload priced again: with a prefix cached, or its whole prompt read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from pricing.attempts import is_at, price_attempts
from pricing.calculator import Priced
from pricing.errors import InvalidRequest
from pricing.money import add, multiply, subtract
from pricing.price_book import PriceBook
from pricing.usage import Attempt, Usage
from pricing.what_if import CacheTtl, Caching, Line


def price_line(
    book: PriceBook, at: datetime, line: Line, attempts: Sequence[Attempt] | None = None
) -> Priced:
    """Raises InvalidRequest where a component of the changed line has no price."""
    held = line.attempts if attempts is None else attempts
    priced = price_attempts(book, line.model, at, held, line.terms, line.calls)
    if not priced.complete and line.priced.complete:
        raise InvalidRequest.at("", f"{line.model.id} has no price for it")
    return priced


def cached_cost(book: PriceBook, at: datetime, line: Line, caching: Caching) -> Decimal:
    """The line's total with its prefix read where it is found and written where it is not."""
    prefix, write = caching.prefix_tokens, _WRITES[caching.ttl]
    first = next(number for number, one in enumerate(line.attempts) if is_at(line.model, one))
    # Where the first prompt of a call writes the prefix, any further prompt of it reads it.
    reading = [_cached(line, one, prefix, _READ) for one in line.attempts]
    writing = [*reading]
    writing[first] = _cached(line, line.attempts[first], prefix, write)
    hits = multiply(caching.hit_rate, Decimal(line.calls))
    costs = [(hits, reading), (subtract(Decimal(line.calls), hits), writing)]
    return add(
        multiply(price_line(book, at, line, attempts).per_call_usd, calls)
        for calls, attempts in costs
        if calls
    )


def why_not_cacheable(line: Line, caching: Caching) -> str | None:
    """Why the provider would not cache this prefix of the line's prompts, or None."""
    model, prefix = line.model, caching.prefix_tokens
    usages = [one.usage for one in line.attempts if is_at(model, one)]
    if not usages:
        return f"impossible, none of its prompts goes to {model.id}."
    least = model.cache_minimum_tokens or 0
    if any(prefix + usage.cache_read < least for usage in usages):
        return (
            f"impossible, a prefix of {prefix} tokens is under the cache minimum of {model.id},"
            f" {least} tokens."
        )
    if any(prefix > sum(getattr(usage, bucket) for bucket in _PREFIX) for usage in usages):
        return f"impossible, its prompt has fewer than {prefix} tokens that are not read already."
    return None


#: Where a prefix lies that is not read from the cache yet: what is written today comes first in a
#: prompt, and of that what is written for longer.
_PREFIX = ("cache_write_1h", "cache_write_5m", "input")
_READ = "cache_read"
_WRITES: Mapping[CacheTtl, str] = {"5m": "cache_write_5m", "1h": "cache_write_1h"}


def _cached(line: Line, attempt: Attempt, prefix: int, bucket: str) -> Attempt:
    """The attempt with its first tokens in another bucket; one at another model stays as it is."""
    if not is_at(line.model, attempt):
        return attempt
    counts = {name: getattr(attempt.usage, name) for name in (*_PREFIX, bucket)}
    left = prefix
    for name in _PREFIX:
        moved = min(left, counts[name])
        counts[name] -= moved
        left -= moved
    counts[bucket] += prefix  # not before: what was moved in would be moved again
    return replace(attempt, usage=replace(attempt.usage, **counts))


def read_entirely(book: PriceBook, at: datetime, line: Line) -> tuple[Decimal, Decimal]:
    """The line's total with every prompt read from the cache: those long enough, and all."""
    least = line.model.cache_minimum_tokens or 0
    whole = [
        replace(one, usage=_all_read(one.usage)) if is_at(line.model, one) else one
        for one in line.attempts
    ]
    try:
        anyway = price_line(book, at, line, whole).total_usd
        long_enough = [
            read if was.usage.prompt_tokens >= least else was
            for read, was in zip(whole, line.attempts, strict=True)
        ]
        if long_enough == whole:
            return anyway, anyway
        return price_line(book, at, line, long_enough).total_usd, anyway
    except InvalidRequest:  # the model has no cache price: it caches nothing
        plain = price_line(book, at, line).total_usd
        return plain, plain


def _all_read(usage: Usage) -> Usage:
    held = sum(getattr(usage, name) for name in (*_PREFIX, "image_input", _READ))
    audio = usage.audio_input + usage.audio_cache_read
    empty = dict.fromkeys((*_PREFIX, "image_input", "audio_input"), 0)
    return replace(usage, **empty, cache_read=held, audio_cache_read=audio)
