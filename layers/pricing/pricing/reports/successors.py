"""Moves to the current model of a family: because a model retires, or because that costs less."""

from datetime import date
from decimal import Decimal

from pricing.catalogue.models import Model
from pricing.display import counted
from pricing.estimates.call_notices import RETIREMENT_NOTICE
from pricing.reports.slices import CallGroup, SuggestedChange, last_price_from


def retirement(group: CallGroup) -> date | None:
    """The day on which the model retires, if it did or will within 90 days of the last call."""
    life = group.slices[0].model.lifecycle
    return life.retires if life.retired(group.last_day + RETIREMENT_NOTICE) else None


def leave_retiring(group: CallGroup) -> SuggestedChange | None:
    """Replace a model that retires by the current one of its family."""
    model, retires = group.slices[0].model, retirement(group)
    successor = group.pricer.successor(model, group.last_day)
    if retires is None or successor is None:
        return None
    when = "retired" if retires <= group.last_day else "retires"
    return SuggestedChange(
        target=successor.id,
        action=f"Replace {model.id} by {successor.id}",
        slices=tuple(part.on(successor) for part in group.slices),
        why=f"{model.id} {when} on {retires}; {successor.id} is the current model of its family.",
        arithmetic=moved(group, model, successor),
        confidence="medium" if successor.tokenizer != model.tokenizer else "high",
        due=retires,
    )


def use_newer(group: CallGroup) -> SuggestedChange | None:
    """Move to the current model of the family at the same provider, with limits as large."""
    model = group.slices[0].model
    newer = group.pricer.successor(model, group.last_day)
    if newer is None or newer.provider != model.provider or not _follows(newer, model):
        return None
    same = newer.tokenizer == model.tokenizer
    after = tuple(part.on(newer) for part in group.slices)
    known = same or all(part.recounted for part in after)
    return SuggestedChange(
        target=newer.id,
        action=f"Move from {model.id} to {newer.id}",
        slices=after,
        why=f"{newer.id} is a newer model of the same family, and its limits are as large. Try it"
        " on a sample before moving all calls.",
        arithmetic=moved(group, model, newer),
        confidence="medium" if known else "low",
    )


def _follows(newer: Model, model: Model) -> bool:
    """Whether a model is known to be newer than another, and known to take and make as much."""
    since = newer.lifecycle.released or newer.lifecycle.first_seen
    before = model.lifecycle.released or model.lifecycle.first_seen
    is_newer = since is not None and (before is None or since > before)
    return is_newer and _takes_as_much(newer, model)


def of_a_similar_price(group: CallGroup, target: str | None) -> tuple[Model, Decimal] | None:
    """The provider's current model that the calls cost least on, of those that take as much.

    A model on which they cost less than two thirds is taken for a smaller one. Nor is it the model
    itself, the ``target``, or one that retires.
    """
    model, pricer, before = group.slices[0].model, group.pricer, group.cost()
    found = []
    for other in pricer.current_models(model.provider, group.last_day):
        if other.id in (model.id, target):
            continue
        cost = group.cost(tuple(part.on(other) for part in group.slices))
        if (
            cost is None
            or before is None
            or 3 * cost < 2 * before
            or not _takes_as_much(other, model)
        ):
            continue
        found.append((other, cost))
    return min(found, key=lambda one: (one[1], one[0].id), default=None)


def _takes_as_much(newer: Model, model: Model) -> bool:
    """Whether a model is known to take and make as many tokens as another."""

    def limits(one: Model) -> tuple[int | None, ...]:
        window = one.context_window
        return window, one.max_input_tokens or window, one.max_output_tokens

    pairs = zip(limits(newer), limits(model), strict=True)
    return all(old is None or (new is not None and new >= old) for new, old in pairs)


def moved(group: CallGroup, model: Model, successor: Model) -> str:
    """How the cost on another model is computed, as the end of a sentence."""
    text = f"{counted(group.calls, 'call')} with the same text on {successor.id}"
    last = max(part.at for part in group.slices)
    if (start := last_price_from(successor, last)) > last:
        text = f"{text} at its prices from {start.date()} on"
    if any(part.on(successor).recounted and not part.recounted for part in group.slices):
        return f"{text}; tokens are recounted for its tokenizer"
    if successor.tokenizer != model.tokenizer:
        return f"{text} and the same token counts; the ratio of the tokenizers is not published"
    return text
