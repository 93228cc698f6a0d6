"""A change to a workload and what it comes to: the values of a what-if."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pricing.catalogue.models import CacheTtl, Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import InvalidRequest
from pricing.estimates.caching import all_from_cache, why_not_cached
from pricing.estimates.calculator import Priced, is_at, price_attempts
from pricing.estimates.inputs import CallInput
from pricing.money import ONE, add, multiply, percent_of, subtract
from pricing.notices import Notice
from pricing.usage.buckets import Attempt, Processing, Terms, asked_anew

PricedStatus = Literal["priced", "partial"]


@dataclass(frozen=True, slots=True)
class Caching:
    """A prefix every call shares: read from the cache at ``hit_rate`` (0 to 1), else written."""

    prefix_tokens: int
    hit_rate: Decimal
    ttl: CacheTtl = "5m"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One change to the lines that match; it takes ``share`` of their calls, the rest stays.

    ``claimed_percent`` is a saving somebody promised, to be held against what is possible.
    """

    name: str
    model: str | None = None
    processing: Processing | None = None
    caching: Caching | None = None
    match_name: str | None = None
    match_model: str | None = None
    share: Decimal = ONE
    claimed_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A priced line of a workload, with all that is needed to price it differently."""

    name: str
    model: Model
    call: CallInput
    attempts: tuple[Attempt, ...]
    terms: Terms
    calls: int
    priced: Priced
    assumptions: tuple[str, ...]
    notices: tuple[Notice, ...]

    @property
    def total_usd(self) -> Decimal:
        """What the line costs a period."""
        return self.priced.total_usd


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that a change with caching could save: every prompt token read from the cache.

    It is computed on the lines as the change leaves them, with its model, processing and share.
    Tokens that the lines already read from the cache are not counted as a saving.
    """

    saves_usd: Decimal
    """The largest possible saving, without prompts shorter than the cache minimum."""
    saves_percent: Decimal | None
    """That saving as a percentage of the total; null when the total is zero."""
    ignoring_minimum_usd: Decimal
    """The largest possible saving if prompts of every length could be cached."""
    ignoring_minimum_percent: Decimal | None
    """That saving as a percentage of the total; null when the total is zero."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed saving compared with the what-if and, for caching, with the ceiling."""

    claimed_percent: Decimal
    """The claimed saving, as sent."""
    possible: bool
    """Whether the saving is possible."""
    overshoot_percent: Decimal
    """Percentage points by which the claim exceeds what is possible; ``0`` if possible."""


@dataclass(frozen=True, slots=True)
class WhatIfAnswer:
    """The workload's cost per period with one change."""

    name: str
    """The change's name, as sent."""
    total_usd: Decimal
    """Exact cost per period with the change."""
    saves_usd: Decimal
    """Saving per period; negative when the change costs more."""
    saves_percent: Decimal | None
    """Saving as a percentage of the unchanged total; null when that is zero."""
    status: PricedStatus
    """``partial`` when a line has a component without a known price."""
    ceiling: Ceiling | None
    """The most that caching could save; null when the change has no caching."""
    claim: Claim | None
    """Check of the claimed saving; null when none was sent."""
    notes: tuple[str, ...]
    """Remarks on the change, as sentences."""


def status_of(lines: Sequence[Line]) -> PricedStatus:
    """Whether a sum of these lines covers everything that was used."""
    return "priced" if all(line.priced.complete for line in lines) else "partial"


def answer_what_if(
    book: PriceBook, at: datetime, lines: Sequence[Line], change: WhatIf
) -> WhatIfAnswer:
    """Reprice the matching lines; raises UnknownModel, or InvalidRequest when nothing matches."""
    matched = _matching(book, lines, change)
    if not matched:
        raise InvalidRequest.at("/match", "matches no line of the workload")
    before = add(line.total_usd for line in lines)
    notes: dict[str, None] = {}
    outcomes = [_outcome(book, at, line, change, notes) for line in matched]
    saves = _sum_of(change.share, (one.saves_usd for one in outcomes))
    if saves <= 0 and not notes:
        notes["This change saves nothing here: what is used now is already the cheaper."] = None
    ceiling = _ceiling(change.share, outcomes, before) if change.caching else None
    return WhatIfAnswer(
        name=change.name,
        total_usd=subtract(before, saves),
        saves_usd=saves,
        saves_percent=percent_of(saves, before),
        status=status_of(lines),
        ceiling=ceiling,
        claim=_claim(change, percent_of(saves, before), ceiling),
        notes=tuple(notes),
    )


def _matching(book: PriceBook, lines: Sequence[Line], change: WhatIf) -> list[Line]:
    key = None
    if change.match_model is not None:
        key = book.find(change.match_model, "/match/model").model.key
    return [
        line
        for line in lines
        if change.match_name in (None, line.name) and key in (None, line.model.key)
    ]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one line saves when all its calls change, and the most it could by caching."""

    saves_usd: Decimal = Decimal(0)
    at_most_usd: Decimal = Decimal(0)
    ignoring_minimum_usd: Decimal = Decimal(0)


def _outcome(
    book: PriceBook, at: datetime, line: Line, change: WhatIf, notes: dict[str, None]
) -> _Outcome:
    """What one line saves; zero, with a note, when the change cannot apply to it."""
    try:
        changed = _changed(book, line, change, notes)
        if change.caching is None:
            return _Outcome(subtract(line.total_usd, price_line(book, at, changed).total_usd))
        why_not = _why_not_cached(changed, at, change.caching)
        if why_not is None:
            cost = cached_cost(book, at, changed, change.caching)
        else:
            notes[f"{line.name}: {why_not}"] = None
            cost = line.total_usd if changed is line else price_line(book, at, changed).total_usd
        most, anyway = read_entirely(book, at, changed)
    except InvalidRequest as error:
        notes[f"{line.name}: not possible, {error.errors[0].detail}."] = None
        return _Outcome()
    return _Outcome(*(subtract(line.total_usd, one) for one in (cost, most, anyway)))


def _changed(book: PriceBook, line: Line, change: WhatIf, notes: dict[str, None]) -> Line:
    """The line on the model and with the processing of the change, before any caching."""
    if change.model is not None:
        model = book.find(change.model).model
        attempts = asked_anew(line.call.counted_for(model).attempts)
        if attempts == asked_anew(line.attempts) and model.tokenizer != line.model.tokenizer:
            notes[
                f"{model.id} and {line.model.id} count tokens differently; the same counts are"
                " assumed. POST /v1/compare with equal: text recounts."
            ] = None
        line = replace(line, model=model, attempts=attempts)
    if change.processing is not None:
        line = replace(line, terms=replace(line.terms, processing=change.processing))
    return line


def _sum_of(share: Decimal, amounts: Iterable[Decimal]) -> Decimal:
    return multiply(add(amounts), share)


def _ceiling(share: Decimal, outcomes: Sequence[_Outcome], before: Decimal) -> Ceiling:
    most = _sum_of(share, (one.at_most_usd for one in outcomes))
    anyway = _sum_of(share, (one.ignoring_minimum_usd for one in outcomes))
    return Ceiling(most, percent_of(most, before), anyway, percent_of(anyway, before))


def _claim(change: WhatIf, saves: Decimal | None, ceiling: Ceiling | None) -> Claim | None:
    """Whether a promised percentage can be: for caching at best, otherwise as computed."""
    if change.claimed_percent is None:
        return None
    most = (ceiling.saves_percent if ceiling else saves) or Decimal(0)
    over = max(subtract(change.claimed_percent, most), Decimal(0))
    return Claim(change.claimed_percent, possible=over == 0, overshoot_percent=over)


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


def _why_not_cached(line: Line, at: datetime, caching: Caching) -> str | None:
    """Return why the provider would not cache this prefix of the line's prompts, or None.

    What a prompt reads from the cache already comes before the prefix, and counts with it.
    """
    model, prefix = line.model, caching.prefix_tokens
    usages = [one.usage for one in line.attempts if is_at(model, one)]
    if not usages:
        return f"none of its prompts goes to {model.id}."
    shortest = prefix + min(usage.cache_read for usage in usages)
    why_not = why_not_cached(model, at, line.terms, shortest, caching.ttl)
    if why_not is None and any(
        prefix > sum(getattr(usage, bucket) for bucket in _PREFIX) for usage in usages
    ):
        return f"a prompt has fewer than {prefix} tokens that are not read from the cache already."
    return why_not


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
    least = line.model.cache_minimum_tokens or 1
    if why_not_cached(line.model, at, line.terms, least) is not None:
        plain = price_line(book, at, line).total_usd
        return plain, plain
    whole = [
        replace(one, usage=all_from_cache(one.usage)) if is_at(line.model, one) else one
        for one in line.attempts
    ]
    anyway = price_line(book, at, line, whole).total_usd
    long_enough = [
        read if was.usage.prompt_tokens >= least else was
        for read, was in zip(whole, line.attempts, strict=True)
    ]
    if long_enough == whole:
        return anyway, anyway
    return price_line(book, at, line, long_enough).total_usd, anyway
