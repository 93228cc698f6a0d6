"""What a workload would cost after a change, repriced line by line.

A what-if is never a flat percentage of the total: each matching line is priced again as changed.
Where the change cannot help a line, its cost stays and a note says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pricing.attempts import price_attempts
from pricing.calculator import Priced
from pricing.errors import InvalidRequest
from pricing.models import Model
from pricing.money import ONE, add, multiply, percent_of, subtract
from pricing.notices import Notice
from pricing.price_book import PriceBook
from pricing.usage import Attempt, Processing, Terms, Usage
from pricing.work import Work

CacheTtl = Literal["5m", "1h"]


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
    work: Work
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
    """The most that caching could ever save: every prompt token read from the cache.

    The first pair leaves out prompts below their model's cache minimum, which the provider
    silently does not cache. The second ignores that rule; nothing at all can exceed it.
    """

    saves_usd: Decimal
    saves_percent: Decimal | None
    ignoring_minimum_usd: Decimal
    ignoring_minimum_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A promised saving held against the what-if and, for caching, against the ceiling."""

    claimed_percent: Decimal
    possible: bool
    overshoot_percent: Decimal


@dataclass(frozen=True, slots=True)
class WhatIfAnswer:
    """The period's total with the change; a negative saving is an extra cost."""

    name: str
    total_usd: Decimal
    saves_usd: Decimal
    saves_percent: Decimal | None
    ceiling: Ceiling | None
    claim: Claim | None
    notes: tuple[str, ...]


def answer_what_if(
    book: PriceBook, at: datetime, lines: Sequence[Line], change: WhatIf
) -> WhatIfAnswer:
    """Reprice the matching lines; raises UnknownModel, or InvalidRequest when nothing matches."""
    matched = [line for line in lines if _matches(book, line, change)]
    if not matched:
        raise InvalidRequest.at("/match", "matches no line of the workload")
    before = add(line.total_usd for line in lines)
    notes: dict[str, None] = {}
    saves = add(_saving(book, at, line, change, notes) for line in matched)
    if saves <= 0 and not notes:
        notes["This change saves nothing here: what is used now is already the cheaper."] = None
    ceiling = _ceiling(book, at, matched, before) if change.caching else None
    return WhatIfAnswer(
        name=change.name,
        total_usd=subtract(before, saves),
        saves_usd=saves,
        saves_percent=percent_of(saves, before),
        ceiling=ceiling,
        claim=_claim(change, percent_of(saves, before), ceiling),
        notes=tuple(notes),
    )


def _matches(book: PriceBook, line: Line, change: WhatIf) -> bool:
    if change.match_name is not None and change.match_name != line.name:
        return False
    if change.match_model is None:
        return True
    return book.find(change.match_model).model.key == line.model.key


def _saving(
    book: PriceBook, at: datetime, line: Line, change: WhatIf, notes: dict[str, None]
) -> Decimal:
    """What one line saves; zero, with a note, when the change cannot apply to it."""
    model, terms, attempts = line.model, line.terms, line.attempts
    if change.model is not None:
        model = book.find(change.model).model
        attempts = line.work.on(model).attempts
        if attempts == line.attempts and model.tokenizer != line.model.tokenizer:
            notes[
                f"{model.id} and {line.model.id} count tokens differently; the same counts are"
                " assumed. POST /v1/compare with equal: text recounts."
            ] = None
    if change.processing is not None:
        terms = replace(terms, processing=change.processing)
    changed = replace(line, model=model, attempts=attempts, terms=terms)
    try:
        cost = _cost(book, at, changed, change.caching)
    except InvalidRequest as error:
        notes[f"{line.name}: not possible, {error.errors[0].detail}."] = None
        return Decimal(0)
    if isinstance(cost, str):
        notes[f"{line.name}: {cost}"] = None
        return Decimal(0)
    return multiply(subtract(line.total_usd, cost), change.share)


def _cost(book: PriceBook, at: datetime, line: Line, caching: Caching | None) -> Decimal | str:
    """The line's total as changed, or why caching cannot change it."""
    if caching is None:
        return _price(book, at, line, line.attempts).total_usd
    why_not = _not_cacheable(line, caching)
    if why_not is not None:
        return why_not
    hits = multiply(caching.hit_rate, Decimal(line.calls))
    misses = subtract(Decimal(line.calls), hits)
    costs = [
        multiply(_per_call(book, at, line, _reading(line, caching.prefix_tokens)), hits),
        multiply(_per_call(book, at, line, _writing(line, caching)), misses),
    ]
    return add(costs)


def _not_cacheable(line: Line, caching: Caching) -> str | None:
    model, prefix = line.model, caching.prefix_tokens
    if model.cache_minimum_tokens is not None and prefix < model.cache_minimum_tokens:
        return (
            f"impossible, a prefix of {prefix} tokens is under the cache minimum of {model.id},"
            f" {model.cache_minimum_tokens} tokens."
        )
    if any(prefix > attempt.usage.input for attempt in line.attempts):
        return f"impossible, its prompt has fewer than {prefix} uncached input tokens."
    return None


def _reading(line: Line, prefix: int) -> tuple[Attempt, ...]:
    """Every attempt with its prefix read from the cache."""
    return moved(line.attempts, prefix, "cache_read")


def _writing(line: Line, caching: Caching) -> tuple[Attempt, ...]:
    """The first attempt writes the prefix; any further attempt of the call reads it."""
    first = moved(line.attempts[:1], caching.prefix_tokens, f"cache_write_{caching.ttl}")
    return (*first, *moved(line.attempts[1:], caching.prefix_tokens, "cache_read"))


def moved(attempts: Sequence[Attempt], tokens: int, bucket: str) -> tuple[Attempt, ...]:
    """Every attempt with so many of its plain input tokens in a bucket of the cache instead."""
    return tuple(replace(one, usage=_move(one.usage, tokens, bucket)) for one in attempts)


def _move(usage: Usage, tokens: int, bucket: str) -> Usage:
    held: int = getattr(usage, bucket)
    return replace(usage, input=usage.input - tokens, **{bucket: held + tokens})


def _price(book: PriceBook, at: datetime, line: Line, attempts: tuple[Attempt, ...]) -> Priced:
    """Raises InvalidRequest where a component of the changed line has no price."""
    priced = price_attempts(book, line.model, at, attempts, line.terms, line.calls)
    if not priced.complete and line.priced.complete:
        raise InvalidRequest.at("", f"{line.model.id} has no price for it")
    return priced


def _per_call(book: PriceBook, at: datetime, line: Line, attempts: tuple[Attempt, ...]) -> Decimal:
    return _price(book, at, line, attempts).per_call_usd


def _ceiling(book: PriceBook, at: datetime, lines: Sequence[Line], before: Decimal) -> Ceiling:
    saved, saved_anyway = [], []
    for line in lines:
        fresh = min(attempt.usage.input for attempt in line.attempts)
        try:
            cheapest = _price(book, at, line, _reading(line, fresh)).total_usd
        except InvalidRequest:  # the model has no cache price: it caches nothing
            continue
        saving = subtract(line.total_usd, cheapest)
        saved_anyway.append(saving)
        if fresh >= (line.model.cache_minimum_tokens or 0):
            saved.append(saving)
    most, anyway = add(saved), add(saved_anyway)
    return Ceiling(most, percent_of(most, before), anyway, percent_of(anyway, before))


def _claim(change: WhatIf, saves: Decimal | None, ceiling: Ceiling | None) -> Claim | None:
    """Whether a promised percentage can be: for caching at best, otherwise as computed."""
    if change.claimed_percent is None:
        return None
    most = (ceiling.saves_percent if ceiling else saves) or Decimal(0)
    over = max(subtract(change.claimed_percent, most), Decimal(0))
    return Claim(change.claimed_percent, possible=over == 0, overshoot_percent=over)
