"""What differs between two price versions, field by field, and what changed by the calendar.

A field is written as a refresh writes it: ``mode.component``, with ``>tokens`` for a tier,
``~from-to/days`` for an off-peak window and ``@instant`` for a price announced for later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pricing.instants import rfc3339
from pricing.models import Model, PriceList, PricePeriod
from pricing.money import percent_of, subtract
from pricing.price_book import PriceBook

#: A field's name, with what its price is for.
Rates = Mapping[str, Decimal]
_PRICES = "prices"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One price before and after; null is no price. USD per million tokens, or per use.

    ``change_percent`` is null where there is no price before, or a price of zero.
    """

    field: str
    before: Decimal | None
    after: Decimal | None
    change_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A model that is not the same in both versions, or in one of them only.

    ``fields`` are the prices in force at the asked moment or announced for later. ``past`` tells
    whether prices that had ended by then differ too, ``also`` which other facts do.
    """

    provider: str
    id: str
    kind: Literal["added", "removed", "changed"]
    fields: tuple[FieldChange, ...]
    past: bool
    also: tuple[str, ...]

    @property
    def key(self) -> str:
        """``provider/id``."""
        return f"{self.provider}/{self.id}"


@dataclass(frozen=True, slots=True)
class TookEffect:
    """A price that began by the calendar, without a new version; ``fields`` against the last."""

    provider: str
    id: str
    starts: datetime
    fields: tuple[FieldChange, ...]


def difference(before: PriceBook, after: PriceBook, instant: datetime) -> tuple[ModelChange, ...]:
    """What ``after`` says differently, in the order of ``provider/id``.

    Prices are those in force at ``instant``, or announced for later.
    """
    ours, theirs = before.models_unlike(after), after.models_unlike(before)
    return tuple(
        _model_change(ours.get(key), theirs.get(key), instant)
        for key in sorted(ours.keys() | theirs.keys())
    )


def took_effect(book: PriceBook, since: datetime, now: datetime) -> tuple[TookEffect, ...]:
    """Prices whose time began after ``since`` and by ``now``, each beside the ones it ended."""
    return tuple(
        TookEffect(model.provider, model.id, period.start, changed)
        for model in book.models()
        for last, period in _consecutive(model.prices)
        if period.start is not None and since < period.start <= now
        if (changed := tuple(field_changes(rates_of(last), rates_of(period))))
    )


def field_changes(before: Rates, after: Rates) -> Iterator[FieldChange]:
    """Every field that is not the same in both, sorted by name."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            both = old is not None and new is not None
            yield FieldChange(name, old, new, _percent(old, new) if both else None)


def rates_of(period: PricePeriod | None) -> dict[str, Decimal]:
    """Every price of a period by field."""
    if period is None:
        return {}
    found = dict(_rates(period.lists, ""))
    for window in period.windows:
        days = "".join(str(day) for day in sorted(window.days))
        name = f"~{window.start.isoformat()}-{window.end.isoformat()}" + (f"/{days}" if days else "")
        found |= dict(_rates(window.lists, name))
    return found


def _percent(old: Decimal | None, new: Decimal | None) -> Decimal | None:
    if not old or new is None:
        return None
    return percent_of(subtract(new, old), old)


def _model_change(ours: Model | None, theirs: Model | None, instant: datetime) -> ModelChange:
    one = theirs or ours
    assert one is not None  # noqa: S101 - a key is in at least one of the versions
    changes = field_changes(_ahead(ours, instant), _ahead(theirs, instant))
    if ours is None or theirs is None:
        kind: Literal["added", "removed"] = "removed" if theirs is None else "added"
        return ModelChange(one.provider, one.id, kind, tuple(changes), past=False, also=())
    also = (
        fact.name
        for fact in fields(Model)
        if fact.name != _PRICES and getattr(ours, fact.name) != getattr(theirs, fact.name)
    )
    past = _ended(ours, instant) != _ended(theirs, instant)
    return ModelChange(one.provider, one.id, "changed", tuple(changes), past, tuple(also))


def _ahead(model: Model | None, instant: datetime) -> dict[str, Decimal]:
    """The prices in force, and those that a later period changes, marked with its start."""
    if model is None:
        return {}
    last = model.period_at(instant)
    found = rates_of(last)
    for period in model.prices:
        if period.start is None or period.start <= instant:
            continue
        changes = field_changes(rates_of(last), rates_of(period))
        mark = f"@{rfc3339(period.start)}"
        found |= {f"{one.field}{mark}": one.after for one in changes if one.after is not None}
        last = period
    return found


def _ended(model: Model, instant: datetime) -> list[tuple[datetime | None, datetime, Rates]]:
    return [
        (period.start, period.end, rates_of(period))
        for period in model.prices
        if period.end is not None and period.end <= instant
    ]


def _consecutive(
    prices: Sequence[PricePeriod],
) -> Iterator[tuple[PricePeriod | None, PricePeriod]]:
    return zip([None, *prices], prices, strict=False)


def _rates(lists: Mapping[str, PriceList], window: str) -> Iterator[tuple[str, Decimal]]:
    for mode, prices in lists.items():
        for component, rate in prices.rates.items():
            yield f"{mode}.{component}{window}", rate
        for tier in prices.tiers:
            for component, rate in tier.rates.items():
                yield f"{mode}.{component}>{tier.above_tokens}{window}", rate
