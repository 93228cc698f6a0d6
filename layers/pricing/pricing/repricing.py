"""What a workload would cost after a change, repriced line by line.

A what-if is never a flat percentage of the total: each matching line is priced again as changed.
Where the change cannot help a line, its cost stays and a note says why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from pricing.errors import InvalidRequest
from pricing.money import add, multiply, percent_of, subtract
from pricing.price_book import PriceBook
from pricing.usage import asked_anew
from pricing.what_if import Ceiling, Claim, Line, WhatIf, WhatIfAnswer, status_of
from pricing.what_if_caching import cached_cost, price_line, read_entirely, why_not_cacheable


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
        why_not = why_not_cacheable(changed, change.caching)
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
        attempts = asked_anew(line.work.on(model).attempts)
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
