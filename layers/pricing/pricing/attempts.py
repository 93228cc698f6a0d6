"""A call of several attempts: each priced as its own prompt, at its own model, then told as one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal

from pricing.calculator import LineItem, LongContext, Priced, price_prompts
from pricing.models import Model
from pricing.money import add, divide_evenly
from pricing.notices import Notice
from pricing.price_book import PriceBook
from pricing.usage import Attempt, AttemptKind, Terms, Usage


def price_attempts(
    book: PriceBook,
    model: Model,
    at: datetime,
    attempts: Sequence[Attempt],
    terms: Terms,
    calls: int,
    named_at: str = "/model",
) -> Priced:
    """The price of every attempt of a call; a plain call is one attempt.

    Attempts of one kind at one model are priced together, so a call of a thousand attempts takes
    little longer than one of a few. Raises what ``price`` raises, and UnknownModel for an attempt
    at a model the book lacks. ``named_at`` points at the name of the call's own model.
    """
    if len(attempts) == 1 and attempts[0].kind == "message" and attempts[0].model is None:
        return price_prompts(model, at, (attempts[0].usage,), terms, calls, named_at)
    parts: list[Priced] = []
    for group in _groups(attempts):
        if group.model is None:
            part = price_prompts(model, at, group.usages, terms, calls, named_at)
        else:
            other, notices = beside(book, model, group.model, group.named_at)
            offered = terms if other is model else _offered(terms, other, at)
            part = price_prompts(other, at, group.usages, offered, calls, group.named_at)
            notices += _differences(terms, offered, other)
            part = replace(part, warnings=(*part.warnings, *notices))
        parts.append(_labelled(part, group))
    return _together(parts, calls)


@dataclass(frozen=True, slots=True)
class _Group:
    """The attempts of one kind at one model."""

    kind: AttemptKind
    model: str | None
    named_at: str
    usages: list[Usage] = field(default_factory=list)


def _groups(attempts: Sequence[Attempt]) -> list[_Group]:
    """In the order of each group's first attempt."""
    groups: dict[tuple[AttemptKind, str | None], _Group] = {}
    for one in attempts:
        key = one.kind, one.model
        group = groups.get(key)
        if group is None:
            group = groups[key] = _Group(one.kind, one.model, one.named_at)
        group.usages.append(one.usage)
    return list(groups.values())


def beside(
    book: PriceBook, model: Model, reference: str, named_at: str
) -> tuple[Model, tuple[Notice, ...]]:
    """The model an attempt names, as the provider of the call's own model sells it.

    A response names an advisor by its first-party id on every cloud, but the cloud bills it, at
    the endpoint the call went to. Where the cloud has no price of its own for it, the first-party
    price is taken and a notice says so. Raises UnknownModel.
    """
    match = book.find(reference, named_at)
    found = match.model
    endpoint, claude, _ = model.id.partition(_CLAUDE)
    if found.provider == model.provider or match.matched_by == "provider_id" or not claude:
        return found, ()
    for name in dict.fromkeys((reference, found.id, *found.aliases)):
        for suffix in _CLOUD_SUFFIXES:
            sold = book.known(f"{model.provider}/{endpoint}{name}{suffix}")
            if sold is not None:
                return sold.model, ()
    message = (
        f"No price of {found.id} at {model.provider} is known: its part is priced as"
        f" {found.provider} sells it."
    )
    return found, (Notice("attempt_priced_elsewhere", message),)


def is_at(model: Model, attempt: Attempt) -> bool:
    """Whether an attempt went to the call's own model, whose limits and cache then hold for it."""
    return attempt.model is None or attempt.model == model.id or attempt.model in model.aliases


#: Where the name of a model begins in a cloud's id, and what a cloud may write behind it.
_CLAUDE = "claude-"
_CLOUD_SUFFIXES = ("", "-v1:0", "-v1")


def _offered(terms: Terms, model: Model, at: datetime) -> Terms:
    """The call's terms as far as the other model of an attempt offers them."""
    period = model.period_at(at)
    lists = period.lists_at(at) if period else {}
    return Terms(
        processing=terms.processing if terms.processing in lists else "standard",
        speed=terms.speed if terms.speed in lists else "standard",
        inference_geo=terms.inference_geo if model.us_multiplier else "global",
    )


def _differences(terms: Terms, offered: Terms, model: Model) -> tuple[Notice, ...]:
    """What an attempt at another model is not billed as, though the call is."""
    return tuple(
        Notice(
            "attempt_terms_differ",
            f"{model.id} is not offered with {one.name} {getattr(terms, one.name)}: its part is"
            f" priced as {getattr(offered, one.name)}.",
        )
        for one in fields(Terms)
        if getattr(terms, one.name) != getattr(offered, one.name)
    )


def _labelled(part: Priced, group: _Group) -> Priced:
    kind = None if group.kind == "message" else group.kind
    lines = (replace(line, attempt=kind, model=group.model) for line in part.line_items)
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
