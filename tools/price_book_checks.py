"""What must be true of a price book before it is published, whatever wrote it.

Every check yields sentences that name the row and say what is wrong; none stops at the first.
The price relations are the provider's own published rules: a batch costs half of every token
column, a 1-hour cache write twice and a 5-minute cache write 1.25 times the input price. A row
lists in ``rounded`` the columns where the provider's printed price is rounded instead.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pricing.models import (
    COMPONENT_UNITS,
    TOKEN,
    Lifecycle,
    Model,
    PriceList,
    PricePeriod,
    model_from_document,
)

CAPABILITIES = {"vision", "thinking", "tools", "streaming", "batch", "caching"}
CACHE_COLUMNS = {"cache_write_5m", "cache_write_1h", "cache_read"}
TOKEN_COLUMNS = {component for component, unit in COMPONENT_UNITS.items() if unit == TOKEN}
#: A cache write's price as a multiple of the input price.
WRITE_MULTIPLES = {"cache_write_5m": Decimal("1.25"), "cache_write_1h": Decimal(2)}
BATCH_SHARE = Decimal("0.5")

Rates = Mapping[str, Decimal]


def problems_in(document: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each thing that is wrong with a price book document."""
    yield from _name_problems(document)
    for row in document["models"]:
        where = f"{row['provider']}/{row['id']}"
        if not row.get("source"):
            yield f"{where}: the row names no source"
        try:
            model = model_from_document(row)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            yield f"{where}: cannot be read ({error!r})"
            continue
        yield from (f"{where}: {problem}" for problem in _model_problems(model, row))


def _name_problems(document: Mapping[str, Any]) -> Iterator[str]:
    rows = {f"{row['provider']}/{row['id']}": row for row in document["models"]}
    owner: dict[str, str] = dict.fromkeys(document["families"], "a family")
    for row in document["models"]:
        for name in (row["id"], *row.get("aliases", ())):
            if name in owner:
                yield f"{row['id']}: the name {name!r} already belongs to {owner[name]}"
            owner[name] = row["id"]
    for family, key in document["families"].items():
        if key not in rows:
            yield f"family {family}: there is no model {key}"
        elif rows[key].get("family") != family:
            yield f"family {family}: {key} is not of that family"


def _model_problems(model: Model, row: Mapping[str, Any]) -> Iterator[str]:
    unknown = model.capabilities - CAPABILITIES
    if unknown:
        yield f"unknown capability {', '.join(sorted(unknown))}"
    if not model.prices and not model.notes:
        yield "has no prices and no note that says why"
    yield from _lifecycle_problems(model.lifecycle)
    for earlier, later in pairwise(model.prices):
        if earlier.end is None or later.start is None or later.start < earlier.end:
            yield f"the period from {later.start} overlaps the one before it"
    rounded = frozenset(row.get("rounded", ()))
    for period in model.prices:
        yield from (
            f"from {period.start or 'the beginning'}: {problem}"
            for problem in _period_problems(period, model.capabilities, rounded)
        )


def _lifecycle_problems(life: Lifecycle) -> Iterator[str]:
    known = [day for day in (life.released, life.deprecated, life.retires) if day is not None]
    if known != sorted(known):
        yield "released, deprecated and retires are out of order"
    if life.retires and life.retires_not_before and life.retires < life.retires_not_before:
        yield "retires before its own floor"


def _period_problems(
    period: PricePeriod, capabilities: frozenset[str], rounded: frozenset[str]
) -> Iterator[str]:
    if not period.source:
        yield "the prices name no source"
    standard = period.lists.get("standard")
    if standard is None:
        yield "has no standard prices"
        return
    if period.served_as_standard & period.lists.keys():
        yield "a mode is both priced and served as standard"
    if "batch" in capabilities and "batch" not in period.lists:
        yield "can batch but has no batch prices"
    if "caching" in capabilities and not standard.rates.keys() >= CACHE_COLUMNS:
        yield "can cache but lacks a cache price"
    for mode, prices in period.lists.items():
        for above, rates in _steps(prices):
            where = mode if above is None else f"{mode} above {above} tokens"
            base = dict(_steps(standard)).get(above)
            yield from (
                f"{where}: {problem}" for problem in _rate_problems(mode, rates, base, rounded)
            )
    batch = period.lists.get("batch")
    if batch is not None and dict(_steps(batch)).keys() != dict(_steps(standard)).keys():
        yield "batch does not have the tiers of standard"


def _rate_problems(
    mode: str, rates: Rates, standard: Rates | None, rounded: frozenset[str]
) -> Iterator[str]:
    if {"input", "output"} - rates.keys():
        yield "input and output must both be priced"
        return
    if rates.keys() - COMPONENT_UNITS.keys():
        yield "prices something that is not a component"
    for column, multiple in WRITE_MULTIPLES.items():
        if column in rates and column not in rounded and rates[column] != rates["input"] * multiple:
            yield f"{column} {rates[column]} is not {multiple} times the input {rates['input']}"
    if standard is None:
        yield "has no standard price beside it"
        return
    if rates.keys() != standard.keys():
        yield "does not price the components that standard prices"
    elif mode == "batch":
        for column in sorted(TOKEN_COLUMNS & rates.keys()):
            if rates[column] != standard[column] * BATCH_SHARE:
                yield f"{column} {rates[column]} is not half of {standard[column]}"


def _steps(prices: PriceList) -> Iterator[tuple[int | None, Rates]]:
    """The base rates, then each tier's, with the threshold that leads to them."""
    yield None, prices.rates
    for tier in prices.tiers:
        yield tier.above_tokens, tier.rates
