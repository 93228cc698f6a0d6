"""The checks that every price book must pass before it is published.

Each check yields sentences that name the row and the problem; none stops at the first problem.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pricing.catalogue.bounds import contradictions_in
from pricing.catalogue.models import (
    COMPONENT_UNITS,
    DISCOUNT_MODES,
    MODES,
    QUANTITY_UNITS,
    Lifecycle,
    Model,
    PriceList,
    PricePeriod,
    UnitPrice,
    model_from_document,
    row_key,
    row_names,
)

CAPABILITIES = {"vision", "thinking", "tools", "streaming", "batch", "caching"}
#: A request refuses a longer model name.
MAX_NAME = 128

Rates = Mapping[str, Decimal]


def problems_in(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield one sentence for each problem of a price book document."""
    yield from _name_problems(document)
    yield from _family_problems(document)
    for row in document["models"]:
        where = row_key(row)
        model = _read(row)
        if isinstance(model, str):
            yield f"{where}: {model}"
            continue
        yield from (f"{where}: {problem}" for problem in _model_problems(model, row))


def _read(row: Mapping[str, Any]) -> Model | str:
    try:
        return model_from_document(row)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        return f"cannot be read ({error!r})"


def _name_problems(document: Mapping[str, Any]) -> Iterator[str]:
    owner: dict[str, str] = dict.fromkeys(document["families"], "a family")
    for row in document["models"]:
        names = row_names(row)
        for name in names:
            qualified = f"{row['provider']}/{name}"
            if not name.isascii() or not name.isprintable() or " " in name:
                yield f"{qualified!r}: a name is printable ASCII without spaces"
            if len(qualified) > MAX_NAME:
                yield f"{qualified}: longer than a request may name a model"
            for known in (qualified, name) if row.get("bare_names", True) else (qualified,):
                if known in owner:
                    yield f"{row['id']}: the name {known!r} already belongs to {owner[known]}"
                owner[known] = row["id"]
        if not {*row.get("ambiguous_aliases", ())} <= {*names}:
            yield f"{row['id']}: an ambiguous alias is not one of its names"


def _family_problems(document: Mapping[str, Any]) -> Iterator[str]:
    rows = {row_key(row): row for row in document["models"]}
    for family, key in document["families"].items():
        if key not in rows:
            yield f"family {family}: {key} is an unknown model"
        elif rows[key].get("family") != family:
            yield f"family {family}: {key} is not of that family"


def _model_problems(model: Model, row: Mapping[str, Any]) -> Iterator[str]:
    unknown = model.capabilities - CAPABILITIES
    if unknown:
        yield f"unknown capability {', '.join(sorted(unknown))}"
    if not model.prices and not model.notes:
        yield "has no prices, and no note gives the reason"
    yield from _lifecycle_problems(model.lifecycle)
    for earlier, later in pairwise(model.prices):
        if earlier.end is None or later.start is None or later.start < earlier.end:
            yield f"the period from {later.start} overlaps the one before it"
    for period in model.prices:
        yield from (
            f"from {period.start or 'the beginning'}: {problem}"
            for problem in _period_problems(period, row)
        )


def _lifecycle_problems(life: Lifecycle) -> Iterator[str]:
    known = [day for day in (life.released, life.deprecated, life.retires) if day is not None]
    if known != sorted(known):
        yield "released, deprecated and retires are out of order"
    if life.retires and life.retires_not_before and life.retires < life.retires_not_before:
        yield "retires before retires_not_before"


def _period_problems(period: PricePeriod, row: Mapping[str, Any]) -> Iterator[str]:
    if not period.source:
        yield "the prices have no source"
    for lists in (period.lists, *(window.lists for window in period.windows)):
        standard = lists.get("standard")
        if standard is None:
            yield "has no standard prices"
            continue
        if lists.keys() - MODES:
            yield f"unknown mode {', '.join(sorted(lists.keys() - MODES))}"
        for mode, prices in lists.items():
            yield from (f"{mode}: {problem}" for problem in _unit_problems(prices.units, row))
            for above, rates in rates_by_threshold(prices):
                if not rates and prices.units:
                    continue  # it is billed by the unit alone
                where = mode if above is None else f"{mode} above {above} tokens"
                yield from (f"{where}: {problem}" for problem in _rate_problems(rates, row))
            yield from (f"{mode}: {problem}" for problem in _mode_problems(mode, prices, standard))
    if period.served_as_standard & period.lists.keys():
        yield "a mode is both priced and served as standard"


def _rate_problems(rates: Rates, row: Mapping[str, Any]) -> Iterator[str]:
    wanted = {"input"} if row.get("input_only") else {"input", "output"}
    if wanted - rates.keys():
        yield f"{' and '.join(sorted(wanted))} must be priced"
    if rates.keys() - COMPONENT_UNITS.keys():
        yield "prices something that is not a component"
    notes = " ".join(row.get("notes", ()))
    for column, price in sorted(rates.items()):
        if not price.is_finite() or price.is_signed():
            yield f"{column} {price} is not a price of zero or more"
        elif not price and f"{column} costs nothing" not in notes:
            yield f"{column} is free, and no note confirms it"
    read, fresh = rates.get("cache_read", Decimal(0)), rates.get("input", Decimal(0))
    if read > fresh and "cached prompt costs more" not in notes:
        yield "a cached prompt costs more than a fresh one, and no note confirms it"
    yield from contradictions_in(dict(row), rates)


def _unit_problems(units: Sequence[UnitPrice], row: Mapping[str, Any]) -> Iterator[str]:
    notes = " ".join(row.get("notes", ()))
    seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()
    defaults: set[str] = set()
    for unit in units:
        name = unit.component
        if name not in QUANTITY_UNITS:
            yield f"{name} is not a component that has a unit"
        if not unit.usd.is_finite() or unit.usd.is_signed():
            yield f"{name} {unit.usd} is not a price of zero or more"
        elif not unit.usd and f"{name} costs nothing" not in notes:
            yield f"{name} is free, and no note confirms it"
        if not unit.minimum.is_finite() or unit.minimum.is_signed():
            yield f"{name} minimum {unit.minimum} is not a number of units"
        if not all(value and value == value.lower() for value in unit.when.values()):
            yield f"{name}: a selector's value must be text in lower case"
        selected = name, frozenset(unit.when.items())
        if selected in seen:
            yield f"{name} is priced twice for the same selectors"
        seen.add(selected)
        if unit.default and name in defaults:
            yield f"{name} has two default prices"
        if unit.default:
            defaults.add(name)


def _mode_problems(mode: str, prices: PriceList, standard: PriceList) -> Iterator[str]:
    thresholds = [tier.above_tokens for tier in prices.tiers]
    if thresholds != sorted({*thresholds}) or any(above <= 0 for above in thresholds):
        yield "its tiers do not ascend from above zero"
    whole = dict(rates_by_threshold(standard))
    for above, rates in rates_by_threshold(prices):
        base = whole.get(above, {}) if mode in DISCOUNT_MODES else {}
        for column in sorted(base.keys() & rates.keys()):
            if rates[column] > base[column]:
                yield f"{column} {rates[column]} is more than the standard price, {base[column]}"
    for rates in (tier.rates for tier in prices.tiers):
        if prices.rates.keys() - rates.keys():
            yield "a tier has no price for a component that the base rates have"


def rates_by_threshold(prices: PriceList) -> Iterator[tuple[int | None, Rates]]:
    """Yield the base rates, then each tier's, with the tier's threshold in tokens."""
    yield None, prices.rates
    for tier in prices.tiers:
        yield tier.above_tokens, tier.rates
