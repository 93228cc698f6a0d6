"""Answers at list prices and at a rate card's, side by side, and their amounts converted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce
from pricing.notices import Notice

Answer = TypeVar("Answer")
WITHOUT_EFFECT = Notice(
    "rate_card_without_effect",
    "No rule of the rate card changes an amount of this answer: they are at list prices.",
)


def side_by_side(
    in_force: BookInForce,
    day: date,
    answer: Callable[[BookInForce], Answer],
    total: Callable[[Answer], Decimal | None] = lambda _: None,
) -> Answer:
    """Return the answer at list prices, with what the request's rate card and currency add to it.

    ``Answer`` is a dataclass whose ``net`` holds the same answer at the card's prices, whose
    ``rate_card`` names the card of a net answer, and whose ``converted`` has the amounts in the
    currency at the rate of ``day``. Raises what ``answer`` raises.
    """
    found: Any = answer(in_force.at_list)
    if in_force.net is not None:
        net: Any = answer(in_force.at_net)
        if net == found:
            found = replace(found, warnings=(*found.warnings, WITHOUT_EFFECT))
        found = replace(found, net=replace(net, rate_card=in_force.rate_card))
    if in_force.currency is not None:
        found = replace(found, converted=in_force.currency.convert(found, day, total(found)))
    return found  # type: ignore[no-any-return]


def card_notices(in_force: BookInForce, model: Model) -> tuple[Notice, ...]:
    """Warn of a rate card without a rule for the model."""
    if in_force.net is None or in_force.net.model(model.key) != model:
        return ()
    message = f"No rule of the rate card changes a price of {model.key}; its list prices are used."
    return (Notice("rate_card_without_effect", message),)
