"""Compare two price versions, price by price, and find the prices that reached their date.

A price is named as in a refresh: ``mode.component``, with ``>tokens`` for a tier, ``~from-to/days``
for an off-peak window and ``@instant`` for a difference that begins later. A price by the unit also
has its selectors, as in ``standard.image[quality=hd,size=1024x1024]``.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

from pricing.catalogue.models import Model, PriceList, PricePeriod, model_from_document, row_bounds
from pricing.catalogue.price_book import PriceBook
from pricing.money import percent_of, subtract
from pricing.timestamps import rfc3339
from pricing.values import immutable

#: Prices by field name.
Rates = Mapping[str, Decimal]
_PRICES = "prices"
#: Facts of a period other than its rates.
_PERIOD_FACTS = ("source", "served_as_standard", "context_window")
#: The value of a row's member when it is left out, where that is not null or empty.
_DEFAULTS: Mapping[str, Any] = {"bare_names": True}
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_NEXT = timedelta(microseconds=1)


@immutable
class FieldChange:
    """One price before and after.

    A price with a later ``@instant`` applies from then on; equal prices there mean that the
    difference ends.
    """

    field: str
    """``mode.component``, with ``>tokens`` for a tier, ``[selectors]`` for a price by the unit,
    ``~from-to/days`` for an off-peak window and ``@instant`` for a later start, such as
    ``batch.output>200000`` or ``standard.image[size=1024x1024]``.
    """
    before: Decimal | None
    """USD per million tokens, per use or per unit; null for no price."""
    after: Decimal | None
    """USD per million tokens, per use or per unit; null for no price."""
    change_percent: Decimal | None
    """Change as a percentage of the price before; null when there was none, or it was zero."""


@immutable
class ModelChange:
    """A model that is new, removed, or different."""

    provider: str
    """The provider."""
    id: str
    """The model's id at this provider."""
    kind: Literal["added", "removed", "changed"]
    """Whether the model was added, removed or changed."""
    fields: tuple[FieldChange, ...]
    """Prices that differ at the requested moment, or from a later moment on."""
    past: bool
    """Whether earlier prices differ too: a correction of the history."""
    also: tuple[str, ...]
    """Names of other facts that differ; those of an unchanged price start with ``prices.``."""

    @property
    def key(self) -> str:
        """``provider/id``."""
        return f"{self.provider}/{self.id}"


@immutable
class TookEffect:
    """Prices that take effect at their announced date, without a new version."""

    provider: str
    """The provider."""
    id: str
    """The model's id at this provider."""
    starts: datetime
    """When the prices take effect."""
    fields: tuple[FieldChange, ...]
    """The prices, and those they replaced."""


def difference(before: PriceBook, after: PriceBook, instant: datetime) -> tuple[ModelChange, ...]:
    """Return the models that differ, in the order of ``provider/id``.

    Prices are compared at ``instant`` and at every later moment. A model whose rows are written
    differently but mean the same does not differ.
    """
    bounds = _all_bounds(before, after)
    number = bisect_right(bounds, instant)
    last = bounds[number - 1] if number else _BEGINNING
    # Until the next price begins, every moment after this one has the same difference.
    return _difference(before, after, instant if instant == last else last + _NEXT)


@lru_cache(maxsize=4)
def _difference(before: PriceBook, after: PriceBook, instant: datetime) -> tuple[ModelChange, ...]:
    """Kept, since versions never change and a page of a list needs the whole."""
    ours, theirs = _unlike(before, after)
    found = (
        _model_change(ours.get(key), theirs.get(key), instant)
        for key in sorted(ours.keys() | theirs.keys())
    )
    return tuple(change for change in found if change is not None)


@lru_cache(maxsize=4)
def _all_bounds(before: PriceBook, after: PriceBook) -> list[datetime]:
    """Return the moments at which a price of a differing row begins or ends, in order."""
    rows = (row for book in _unlike(before, after) for row in book.values())
    return sorted({bound for row in rows for bound in row_bounds(row)})


@lru_cache(maxsize=1)
def _unlike(
    before: PriceBook, after: PriceBook
) -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, Mapping[str, Any]]]:
    return before.rows_unlike(after), after.rows_unlike(before)


def took_effect(book: PriceBook, since: datetime, now: datetime) -> tuple[TookEffect, ...]:
    """Return the prices that began after ``since`` and by ``now``, and those they replaced."""
    return tuple(
        TookEffect(model.provider, model.id, period.start, changed)
        for model in book.models()
        for last, period in pairwise((None, *model.prices))
        if period and period.start is not None and since < period.start <= now
        if (changed := _begun(last, period))
    )


def _rates_of(period: PricePeriod | None) -> dict[str, Decimal]:
    """Return every price of a period by field name."""
    if period is None:
        return {}
    found = dict(_rates(period.lists, ""))
    for window in period.windows:
        found |= dict(
            _rates(window.lists, f"~{window_name(window.start, window.end, window.days)}")
        )
    return found


def window_name(start: time, end: time, days: Iterable[int]) -> str:
    """Return how the fields of an off-peak window name it: ``from-to/days``."""
    digits = "".join(str(day) for day in sorted(days))
    return f"{start.isoformat()}-{end.isoformat()}" + (f"/{digits}" if digits else "")


def _field_change(field: str, old: Decimal | None, new: Decimal | None) -> FieldChange:
    percent = None if old is None or new is None else percent_of(subtract(new, old), old)
    return FieldChange(field, old, new, percent)


def _model_change(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, instant: datetime
) -> ModelChange | None:
    """Compare two rows, at least one of which is there; None if they mean the same."""
    ours, theirs = (model_from_document(row) if row else None for row in (old, new))
    changes = tuple(_from_then_on(ours, theirs, instant))
    known = theirs or ours
    assert known is not None  # noqa: S101 - a key is in at least one of the versions
    if ours is None or theirs is None or old is None or new is None:
        kind: Literal["added", "removed"] = "removed" if theirs is None else "added"
        return ModelChange(known.provider, known.id, kind, changes, past=False, also=())
    moments = [_BEGINNING, *_bounds(ours, theirs)]
    past = any(
        _rates_at(ours, moment) != _rates_at(theirs, moment)
        for moment in moments
        if moment < instant
    )
    facts = {fact.name for fact in fields(Model)}
    differing = [f.name for f in fields(Model) if getattr(ours, f.name) != getattr(theirs, f.name)]
    also = [name for name in differing if name != _PRICES]
    for name in sorted((old.keys() | new.keys()) - facts):  # such as ``cancelled``
        before, after = (row.get(name, _DEFAULTS.get(name)) for row in (old, new))
        if (before or None) != (after or None):
            also.append(name)
    also += _period_facts(ours, theirs, moments)
    if not (changes or past or also):
        return None
    return ModelChange(known.provider, known.id, "changed", changes, past, tuple(also))


def _period_facts(ours: Model, theirs: Model, moments: Sequence[datetime]) -> Iterator[str]:
    """Yield the facts that differ about periods whose prices are the same."""
    pairs = [
        (old, new)
        for old, new in ((ours.period_at(at), theirs.period_at(at)) for at in moments)
        if old and new and _rates_of(old) == _rates_of(new)
    ]
    for fact in _PERIOD_FACTS:
        if any(getattr(old, fact) != getattr(new, fact) for old, new in pairs):
            yield f"{_PRICES}.{fact}"


def _from_then_on(
    ours: Model | None, theirs: Model | None, instant: datetime
) -> Iterator[FieldChange]:
    """Yield each difference at ``instant``, and each that begins or changes later."""
    known: dict[str, tuple[Decimal | None, Decimal | None]] = {}
    later = (bound for bound in _bounds(ours, theirs) if bound > instant)
    for moment in (instant, *later):
        mark = "" if moment == instant else f"@{rfc3339(moment)}"
        old, new = (_rates_at(model, moment) for model in (ours, theirs))
        for name in sorted(old.keys() | new.keys() | known.keys()):
            pair = old.get(name), new.get(name)
            if known[name] != pair if name in known else pair[0] != pair[1]:
                known[name] = pair
                yield _field_change(f"{name}{mark}", *pair)


def _bounds(*models: Model | None) -> list[datetime]:
    """Return the moments at which a price of one of the models begins or ends, in order."""
    periods = [period for model in models if model for period in model.prices]
    bounds = {bound for period in periods for bound in (period.start, period.end)}
    return sorted(bound for bound in bounds if bound)


def _rates_at(model: Model | None, moment: datetime) -> Rates:
    return _rates_of(model.period_at(moment) if model else None)


def _begun(last: PricePeriod | None, period: PricePeriod) -> tuple[FieldChange, ...]:
    """Compare a period's prices with those it replaced; after a gap, it replaced none."""
    ended = _rates_of(last if last and last.end == period.start else None)
    begun = _rates_of(period)
    return tuple(
        _field_change(name, ended.get(name), begun.get(name))
        for name in sorted(ended.keys() | begun.keys())
        if ended.get(name) != begun.get(name)
    )


def _rates(lists: Mapping[str, PriceList], window: str) -> Iterator[tuple[str, Decimal]]:
    for mode, prices in lists.items():
        for component, rate in prices.rates.items():
            yield f"{mode}.{component}{window}", rate
        for tier in prices.tiers:
            for component, rate in tier.rates.items():
                yield f"{mode}.{component}>{tier.above_tokens}{window}", rate
        for unit in prices.units:
            selected = ",".join(f"{name}={value}" for name, value in sorted(unit.when.items()))
            which = f"[{selected}]" if selected else ""
            yield f"{mode}.{unit.component}{which}{window}", unit.usd
