"""What-ifs: a workload's lines priced again with another model, processing or a cached prefix.

A what-if is computed from the lines as they are priced, and is a comparison, not a forecast: the
same calls with one change. ``estimates.workload`` has the workload itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from pricing.catalogue.models import CacheTtl, Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import InvalidRequest
from pricing.estimates.caching import (
    CacheKind,
    all_from_cache,
    cache_kinds,
    why_not_of_kinds,
    write_bucket,
)
from pricing.estimates.calculator import Priced, is_at, price_attempts
from pricing.estimates.estimate import ComparedStatus
from pricing.estimates.hours import hour_assumption, hours_of
from pricing.estimates.inputs import CallInput, MeasuredInput, check_same_parts
from pricing.money import ONE, ZERO, add, multiply, percent_of, subtract
from pricing.notices import Notice
from pricing.timestamps import AsOf
from pricing.usage.buckets import Attempt, Processing, Terms, asked_anew
from pricing.usage.parsed import Unread
from pricing.values import immutable


@immutable
class Caching:
    """A prefix that all calls share: read from the cache at ``hit_rate`` (0 to 1), else written."""

    prefix_tokens: int
    hit_rate: Decimal
    ttl: CacheTtl = "5m"


@immutable
class WhatIf:
    """One change to ``share`` of the calls of the lines that match.

    ``claimed_percent`` is a claimed saving, to check against what is possible.
    """

    name: str
    model: str | None = None
    processing: Processing | None = None
    caching: Caching | None = None
    match_name: str | None = None
    match_model: str | None = None
    share: Decimal = ONE
    claimed_percent: Decimal | None = None


@immutable
class Line:
    """A priced line of a workload, with everything that is needed to price it again."""

    book: PriceBook
    as_of: AsOf
    name: str
    model: Model
    call: CallInput
    attempts: tuple[Attempt, ...]
    terms: Terms
    calls: int
    priced: Priced
    assumptions: tuple[str, ...]
    notices: tuple[Notice, ...]
    unread: tuple[Unread, ...]

    @property
    def at(self) -> datetime:
        """The moment of the line's prices: of a date alone, its model's most expensive hour."""
        return hours_of(self.model, self.as_of)[0]

    @property
    def total_usd(self) -> Decimal:
        """The line's cost per period."""
        return self.priced.total_usd

    def repriced(self, attempts: Sequence[Attempt] | None = None) -> Priced:
        """Price the line, or other attempts of it.

        Raises InvalidRequest if the change prices a component that was not, or the reverse: the
        difference of the two costs would be that component's price, and no saving.
        """
        priced = self.priced_at(self.at, self.attempts if attempts is None else attempts)
        now, then = (_without_price(one) for one in (self.priced, priced))
        if then - now:
            raise InvalidRequest.at("", f"{self.model.id} has no price for a component of it.")
        if now - then:
            detail = f"no price is known for its present {', '.join(sorted(now - then))}."
            raise InvalidRequest.at("", f"Its cost with this change cannot be compared: {detail}")
        return priced

    def priced_at(self, moment: datetime, attempts: Sequence[Attempt]) -> Priced:
        """Price attempts of the line at another moment; raises InvalidRequest."""
        return price_attempts(self.book, self.model, moment, attempts, self.terms, self.calls)

    def hour_assumption(self) -> tuple[str, ...]:
        """Return what is assumed of the hour, and the line's cost at the cheapest one."""

        def usd_at(moment: datetime) -> Decimal:
            return self.priced_at(moment, self.attempts).total_usd

        return hour_assumption(self.model, self.as_of, f"the cost of {self.name}", usd_at)


def _without_price(priced: Priced) -> set[str]:
    """Return the components that are used and have no known price."""
    return {item.component for item in priced.line_items if item.cost_usd is None}


@immutable
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


@immutable
class Claim:
    """A claimed saving compared with the what-if and, for caching, with the ceiling."""

    claimed_percent: Decimal
    """The claimed saving, as sent."""
    possible: bool
    """Whether the saving is possible."""
    overshoot_percent: Decimal
    """Percentage points by which the claim exceeds what is possible; ``0`` if possible."""


@immutable
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
    status: ComparedStatus
    """``partial`` when a line has a component without a known price, or an unread count."""
    ceiling: Ceiling | None
    """The most that caching could save; null when the change has no caching."""
    claim: Claim | None
    """Check of the claimed saving; null when none was sent."""
    notes: tuple[str, ...]
    """Remarks on the change, as sentences."""


def status_of_lines(lines: Sequence[Line]) -> ComparedStatus:
    """Return whether a sum of these lines covers everything that was used."""
    complete = all(line.priced.complete and not line.unread for line in lines)
    return "priced" if complete else "partial"


def answer_what_if(lines: Sequence[Line], change: WhatIf) -> WhatIfAnswer:
    """Reprice the matching lines; raises UnknownModel, or InvalidRequest if no line matches."""
    key = None
    if change.match_model is not None:
        key = lines[0].book.find(change.match_model, "/match/model").model.key
    matched = [
        line
        for line in lines
        if change.match_name in (None, line.name) and key in (None, line.model.key)
    ]
    if not matched:
        detail = "must match a line of the workload: by its `name`, its `model`, or both"
        raise InvalidRequest.at("/match", detail)
    before = add(line.total_usd for line in lines)
    notes: dict[str, None] = {}
    outcomes = [_outcome(line, change, notes) for line in matched]
    saves, most, anyway = (
        multiply(add(amounts), change.share) for amounts in zip(*outcomes, strict=True)
    )
    if saves <= 0 and not notes:
        notes["This change saves nothing here: what is used now costs no more."] = None
    ceiling = None
    if change.caching:
        ceiling = Ceiling(most, percent_of(most, before), anyway, percent_of(anyway, before))
    return WhatIfAnswer(
        name=change.name,
        total_usd=subtract(before, saves),
        saves_usd=saves,
        saves_percent=percent_of(saves, before),
        status=status_of_lines(lines),
        ceiling=ceiling,
        claim=_claim(change, percent_of(saves, before), ceiling),
        notes=tuple(notes),
    )


#: What a line saves when all its calls change, and the most that caching could save: in prompts
#: that reach the cache minimum, and in all prompts.
_Outcome = tuple[Decimal, Decimal, Decimal]


def _outcome(line: Line, change: WhatIf, notes: dict[str, None]) -> _Outcome:
    """Return what one line saves; zero, with a note, if the change does not apply to it.

    Where processing and caching have no price together, the one of them that saves more applies.
    """
    try:
        changed = _changed(line, change, notes)
        if change.caching is None:
            return subtract(line.total_usd, changed.repriced().total_usd), ZERO, ZERO
        kinds = cache_kinds(changed.model, changed.at, changed.terms)
        why_not = _why_not_cached(changed, kinds, change.caching)
        if why_not is None:
            cost = _cached_cost(changed, kinds, change.caching)
            if changed.model.cache_minimum_tokens is None:
                notes[
                    f"{line.name}: the shortest prefix that {changed.model.id} caches is not"
                    " published; a shorter one saves nothing."
                ] = None
        else:
            notes[f"{line.name}: {why_not}"] = None
            cost = line.total_usd if changed is line else changed.repriced().total_usd
        most, anyway = _read_entirely(changed, kinds)
    except InvalidRequest as error:
        notes[f"{line.name}: {error.reason}"] = None
        if change.processing is None or change.caching is None:
            return ZERO, ZERO, ZERO
        cached, most, anyway = _outcome(line, replace(change, processing=None), notes)
        processed, _, _ = _outcome(line, replace(change, caching=None), notes)
        saves, part = max((cached, "caching"), (processed, "processing"))
        if saves > 0:
            notes[f"{line.name}: only the change of `{part}` is applied."] = None
        return saves, max(most, processed), max(anyway, processed)
    before = line.total_usd
    return subtract(before, cost), subtract(before, most), subtract(before, anyway)


def _changed(line: Line, change: WhatIf, notes: dict[str, None]) -> Line:
    """Return the line with the model and the processing of the change, before any caching."""
    if change.model is not None:
        model = line.book.find(change.model).model
        call = line.call.anew() if isinstance(line.call, MeasuredInput) else line.call
        counted = call.counted_for(model)
        check_same_parts((line.model, line.unread), (model, counted.unread))
        attempts = counted.attempts
        if attempts == asked_anew(line.attempts) and model.tokenizer != line.model.tokenizer:
            notes[
                f"{model.id} and {line.model.id} count tokens differently; the same counts are"
                " assumed. POST /v1/compare with `equal`: text recounts them."
            ] = None
        if model.lifecycle.retired(line.as_of.day):
            notes[f"{model.id} retired on {model.lifecycle.retires}."] = None
        line = replace(line, model=model, attempts=attempts)
    if change.processing is not None:
        line = replace(line, terms=replace(line.terms, processing=change.processing))
    if change.model is not None:
        notes |= dict.fromkeys(line.hour_assumption())
    return line


def _claim(change: WhatIf, saves: Decimal | None, ceiling: Ceiling | None) -> Claim | None:
    """Return whether a claimed percentage is possible: with caching at best, else as computed."""
    if change.claimed_percent is None:
        return None
    most = (ceiling.saves_percent if ceiling else saves) or ZERO
    over = max(subtract(change.claimed_percent, most), ZERO)
    return Claim(change.claimed_percent, possible=over == 0, overshoot_percent=over)


def _cached_cost(line: Line, kinds: tuple[CacheKind, ...], caching: Caching) -> Decimal:
    """Return the line's total with its prefix read on a hit and written on a miss."""
    prefix = caching.prefix_tokens
    write = write_bucket("automatic" if "automatic" in kinds else caching.ttl)
    first = next(n for n, attempt in enumerate(line.attempts) if is_at(line.model, attempt))
    # If the first prompt of a call writes the prefix, any further prompt of it reads it.
    reading = [_cached(line, attempt, prefix, "cache_read") for attempt in line.attempts]
    writing = [*reading]
    writing[first] = _cached(line, line.attempts[first], prefix, write)
    hits = multiply(caching.hit_rate, Decimal(line.calls))
    costs = [(hits, reading), (subtract(Decimal(line.calls), hits), writing)]
    return add(
        multiply(line.repriced(attempts).per_call_usd, calls) for calls, attempts in costs if calls
    )


def _why_not_cached(line: Line, kinds: tuple[CacheKind, ...], caching: Caching) -> str | None:
    """Return why the provider would not cache this prefix of the line's prompts, or None.

    Tokens that a prompt already reads from the cache come before the prefix and count with it.
    """
    model, prefix = line.model, caching.prefix_tokens
    usages = [attempt.usage for attempt in line.attempts if is_at(model, attempt)]
    if not usages:
        return f"none of its prompts goes to {model.id}."
    shortest = prefix + min(usage.cache_read for usage in usages)
    why_not = why_not_of_kinds(model, kinds, shortest, caching.ttl)
    fresh = min(sum(getattr(usage, bucket) for bucket in _PREFIX) for usage in usages)
    if why_not is None and prefix > fresh:
        return f"a prompt has fewer than {prefix} tokens that are not read from the cache already."
    return why_not


#: The buckets of a prefix that is not yet read from the cache, in the order of the prompt: what is
#: written comes first, and of that what is kept for longer.
_PREFIX = ("cache_write_1h", "cache_write_5m", "input")


def _cached(line: Line, attempt: Attempt, prefix: int, bucket: str) -> Attempt:
    """Move the first tokens of an attempt to another bucket, if it is at the line's model."""
    if not is_at(line.model, attempt):
        return attempt
    counts = {name: getattr(attempt.usage, name) for name in (*_PREFIX, bucket)}
    left = prefix
    for name in _PREFIX:
        moved = min(left, counts[name])
        counts[name] -= moved
        left -= moved
    counts[bucket] += prefix  # added last: tokens that were moved in must not be moved again
    return replace(attempt, usage=replace(attempt.usage, **counts))


def _read_entirely(line: Line, kinds: tuple[CacheKind, ...]) -> tuple[Decimal, Decimal]:
    """Return the line's totals with its long enough, and with all, prompts read from the cache."""
    minimum = line.model.cache_minimum_tokens or 1
    if why_not_of_kinds(line.model, kinds, minimum) is not None:
        plain = line.repriced().total_usd
        return plain, plain
    whole = [
        replace(attempt, usage=all_from_cache(attempt.usage))
        if is_at(line.model, attempt)
        else attempt
        for attempt in line.attempts
    ]
    long_enough = [
        read if sent.usage.prompt_tokens >= minimum else sent
        for read, sent in zip(whole, line.attempts, strict=True)
    ]
    anyway = line.repriced(whole).total_usd
    return (anyway if long_enough == whole else line.repriced(long_enough).total_usd), anyway
