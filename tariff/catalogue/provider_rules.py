"""Check hand-written prices against the rules that their provider publishes.

A batch costs half of every token price. A 1-hour cache write costs twice the input price, and a
5-minute cache write 1.25 times. A row lists in ``rounded`` the columns for which the provider
publishes a rounded price instead.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pricing.catalogue.checks import Rates, rates_by_threshold
from pricing.catalogue.models import (
    CACHE_WRITE_MULTIPLES,
    TOKEN_COMPONENTS,
    PricePeriod,
    model_from_document,
    row_key,
)

CACHE_COLUMNS = {"cache_write_5m", "cache_write_1h", "cache_read"}
BATCH_SHARE = Decimal("0.5")


def rule_problems_in(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each price that contradicts its provider's published rules.

    The document must have passed ``problems_in``.
    """
    for row in document["models"]:
        where = row_key(row)
        if not row.get("source"):
            yield f"{where}: the row names no source"
        model = model_from_document(row)
        rounded = frozenset(row.get("rounded", ()))
        for period in model.prices:
            yield from (
                f"{where}: from {period.start or 'the beginning'}: {problem}"
                for problem in _rule_problems(period, model.capabilities, rounded)
            )


def _rule_problems(
    period: PricePeriod, capabilities: frozenset[str], rounded: frozenset[str]
) -> Iterator[str]:
    standard = period.lists.get("standard")
    if standard is None:
        return
    if "batch" in capabilities and "batch" not in period.lists:
        yield "can batch but has no batch prices"
    if "caching" in capabilities and not standard.rates.keys() >= CACHE_COLUMNS:
        yield "can cache but lacks a cache price"
    bases = dict(rates_by_threshold(standard))
    for mode, prices in period.lists.items():
        for above, rates in rates_by_threshold(prices):
            where = mode if above is None else f"{mode} above {above} tokens"
            found = _relations(mode, rates, bases.get(above), rounded)
            yield from (f"{where}: {problem}" for problem in found)
    batch = period.lists.get("batch")
    if batch is not None and dict(rates_by_threshold(batch)).keys() != bases.keys():
        yield "batch does not have the tiers of standard"


def _relations(
    mode: str, rates: Rates, standard: Rates | None, rounded: frozenset[str]
) -> Iterator[str]:
    for column, multiple in CACHE_WRITE_MULTIPLES.items():
        priced = {"input", column} <= rates.keys() and column not in rounded
        if priced and rates[column] != rates["input"] * multiple:
            yield f"{column} {rates[column]} is not {multiple} times the input {rates['input']}"
    if standard is None:
        yield "has no standard price to compare with"
        return
    if rates.keys() != standard.keys():
        yield "does not price the components that standard prices"
    elif mode == "batch":
        for column in sorted(TOKEN_COMPONENTS & rates.keys()):
            if rates[column] != standard[column] * BATCH_SHARE:
                yield f"{column} {rates[column]} is not half of {standard[column]}"
