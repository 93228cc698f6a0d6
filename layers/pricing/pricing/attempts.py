"""A call of several attempts: each priced alone, at its own model, then told as one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from pricing.calculator import LineItem, LongContext, Priced, price
from pricing.models import Model
from pricing.money import add, divide_evenly
from pricing.price_book import PriceBook
from pricing.usage import Attempt, Terms


def price_attempts(
    book: PriceBook,
    model: Model,
    at: datetime,
    attempts: Sequence[Attempt],
    terms: Terms,
    calls: int,
) -> Priced:
    """The price of every attempt of a call; a plain call is one attempt.

    Raises what ``price`` raises, and UnknownModel for an attempt at a model the book lacks.
    """
    if len(attempts) == 1 and attempts[0].kind == "message" and attempts[0].model is None:
        return price(model, at, attempts[0].usage, terms, calls)
    parts: list[Priced] = []
    for attempt in attempts:
        if attempt.model is None:
            part = price(model, at, attempt.usage, terms, calls)
        else:
            other = book.find(attempt.model).model
            part = price(other, at, attempt.usage, _offered(terms, other, at), calls)
        parts.append(_labelled(part, attempt))
    return _together(parts, calls)


def _offered(terms: Terms, model: Model, at: datetime) -> Terms:
    """The call's terms as far as the other model of an attempt offers them."""
    period = model.period_at(at)
    lists = period.lists_at(at) if period else {}
    return Terms(
        processing=terms.processing if terms.processing in lists else "standard",
        speed=terms.speed if terms.speed in lists else "standard",
        inference_geo=terms.inference_geo if model.us_multiplier else "global",
    )


def _labelled(part: Priced, attempt: Attempt) -> Priced:
    kind = None if attempt.kind == "message" else attempt.kind
    lines = (replace(line, attempt=kind, model=attempt.model) for line in part.line_items)
    return replace(part, line_items=tuple(lines))


def _together(parts: Sequence[Priced], calls: int) -> Priced:
    lines = _merged(line for part in parts for line in part.line_items)
    total = add(line.cost_usd for line in lines if line.cost_usd is not None)
    return Priced(
        total_usd=total,
        per_call_usd=divide_evenly(total, calls),
        complete=all(part.complete for part in parts),
        line_items=lines,
        modifiers=tuple(dict.fromkeys(one for part in parts for one in part.modifiers)),
        long_context=_longest(part.long_context for part in parts),
        assumptions=tuple(dict.fromkeys(one for part in parts for one in part.assumptions)),
        warnings=tuple(dict.fromkeys(one for part in parts for one in part.warnings)),
    )


def _merged(lines: Iterable[LineItem]) -> tuple[LineItem, ...]:
    """Lines of the same component at the same price for the same attempt kind become one."""
    merged: dict[LineItem, tuple[Decimal, Decimal | None]] = {}
    for line in lines:
        key = replace(line, quantity=Decimal(0), cost_usd=None)
        quantity, cost = merged.get(key, (Decimal(0), None))
        costs = [one for one in (cost, line.cost_usd) if one is not None]
        merged[key] = (add((quantity, line.quantity)), add(costs) if costs else None)
    return tuple(
        replace(key, quantity=quantity, cost_usd=cost) for key, (quantity, cost) in merged.items()
    )


def _longest(found: Iterable[LongContext | None]) -> LongContext | None:
    """Tiers are decided prompt by prompt; the longest prompt stands for the call."""
    known = [one for one in found if one is not None]
    return max(known, key=lambda one: one.prompt_tokens) if known else None
