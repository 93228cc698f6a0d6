"""Price what is billed by the quantity: images, seconds, pages, searches, hours of storage.

A price list may hold several prices of one component, by selectors such as size, quality or
resolution. A stated selector must have a price; one that is not stated is an assumption that names
the range of prices.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pricing.catalogue.models import QUANTITY_UNITS, REQUEST_FEE, TOKEN, PriceList, UnitPrice
from pricing.errors import InvalidRequest
from pricing.money import add, plain
from pricing.usage.buckets import Quantity, Usage
from pricing.usage.meanings import AUDIO_SECOND, SECOND
from pricing.values import immutable

SEARCHES_IN_BATCHES = "Web searches in a batch are billed in full: no batch price is published."
#: What a model's seconds are of.
_SECONDS = (AUDIO_SECOND, "video_second")
#: What Perplexity's fee of a request pays for, at its models that have one.
_WITHIN_FEE = ("search_query", "citation")
_FEE_PAYS = "The fee of a request pays for its searches and citations, which cost nothing more."
TOKENS_NOT_BILLED = (
    "The model is billed by the unit alone: the tokens in its usage cost nothing more."
)


@immutable
class BilledQuantities:
    """Sums by component and price (None: not known), and what their prices take for granted."""

    sums: dict[tuple[str, Decimal | None], Decimal]
    assumptions: tuple[str, ...]


def billed_quantities(
    model: str, usages: Sequence[Usage], prices: PriceList, standard: PriceList
) -> BilledQuantities:
    """Find the price of each quantity, in the mode's own ``prices`` or else in the standard ones.

    Raises InvalidRequest for a selector whose value has no price, naming those that have.
    """
    sums: dict[tuple[str, Decimal | None], Decimal] = {}
    assumptions: list[str] = []
    billed = {unit.component for unit in standard.units}
    for quantity, requests in _used(usages, standard.units):
        name = quantity.component
        if name in _WITHIN_FEE and name not in billed and REQUEST_FEE in billed:
            assumptions.append(_FEE_PAYS)
            continue
        known = [unit for unit in prices.units if unit.component == name]
        if not known:
            known = [unit for unit in standard.units if unit.component == name]
            if known and prices is not standard:
                assumptions.append(f"{name} is priced as standard: it has no price of this mode.")
        usd, count = None, quantity.count
        if known:
            matching = _matching(quantity, known)
            chosen = next((unit for unit in matching if unit.default), None)
            chosen = chosen or max(matching, key=lambda unit: unit.usd)
            assumptions += _assumptions(model, quantity, chosen, matching)
            usd, least = chosen.usd, chosen.minimum * requests
            if count < least:
                count = least
                assumptions.append(_billed_minimum(model, chosen))
        sums[name, usd] = add((sums.get((name, usd), Decimal(0)), count))
    if sums and not standard.rates and any(usage.prompt_tokens for usage in usages):
        assumptions.append(TOKENS_NOT_BILLED)
    return BilledQuantities(sums, tuple(dict.fromkeys(assumptions)))


def _used(usages: Sequence[Usage], standard: Sequence[UnitPrice]) -> Sequence[tuple[Quantity, int]]:
    """Return what was used, and in how many requests.

    A fee of every request is billed if the model has one, and only then, whether or not the usage
    states what it depends on. Images whose tokens are counted are billed by those.
    """
    used = [
        (_as_billed(unit, standard), usage.sum_of)
        for usage in usages
        for unit in usage.units
        if unit.count and not (unit.component == "input_image" and usage.image_input)
    ]
    if not any(unit.component == REQUEST_FEE for unit in standard):
        return [one for one in used if one[0].component != REQUEST_FEE]
    if any(unit.component == REQUEST_FEE for unit, _ in used):
        return used
    requests = sum(usage.sum_of for usage in usages)
    return [*used, (Quantity(REQUEST_FEE, Decimal(requests)), requests)]


def _as_billed(quantity: Quantity, standard: Sequence[UnitPrice]) -> Quantity:
    """Return the quantity as what the model bills: seconds of nothing stated, a reranker's queries.

    Gateways count the search units of a reranker as queries.
    """
    billed = [unit.component for unit in standard]
    if quantity.component == "search_query" and "search_unit" in billed:
        return replace(quantity, component="search_unit")
    if quantity.component != SECOND:
        return quantity
    seconds = (component for component in billed if component in _SECONDS)
    return replace(quantity, component=next(seconds, AUDIO_SECOND))


def _billed_minimum(model: str, chosen: UnitPrice) -> str:
    least = f"{plain(chosen.minimum)} {QUANTITY_UNITS[chosen.component]}s"
    return f"A request to {model} is billed for at least {least} ({chosen.component})."


def _matching(quantity: Quantity, known: Sequence[UnitPrice]) -> Sequence[UnitPrice]:
    """Return the prices that apply to what the quantity states; raises InvalidRequest for none."""
    for name, stated in quantity.selectors:
        values = {unit.when[name] for unit in known if name in unit.when}
        exact = [unit for unit in known if unit.when.get(name) == stated.lower()]
        rest = [unit for unit in known if name not in unit.when]
        if not exact and not rest:
            here = quantity.named_at
            raise InvalidRequest.at(
                here if here.endswith(name) else f"{here}/{name}",
                f"has no price; send one of {', '.join(sorted(values))}",
            )
        known = exact or rest
    return known


#: OpenAI's containers, which alone have a memory, are billed by the minute since 2026-06-02.
_CONTAINER_TIME = (
    "A container is priced for 20 minutes. It is billed by the minute, for five at least: a shorter"
    " session costs less, down to a quarter, and a longer one more."
)


def _assumptions(
    model: str, quantity: Quantity, chosen: UnitPrice, matching: Sequence[UnitPrice]
) -> list[str]:
    """Return the sentences on selectors that do not change the price, or would and are missing."""
    said = [
        f"{name} {value} does not change the price of {quantity.component} at {model}."
        for name, value in quantity.selectors
        if name not in chosen.when
    ]
    if "memory" in chosen.when:
        said.append(_CONTAINER_TIME)
    prices = sorted({unit.usd for unit in matching})
    if len(prices) == 1:
        return said
    stated = {name for name, _ in quantity.selectors}
    open_names = sorted({name for unit in matching for name in unit.when} - stated)
    selected = ", ".join(
        f"{name} {chosen.when[name]}" for name in open_names if name in chosen.when
    )
    unit = QUANTITY_UNITS[quantity.component]
    per = "million tokens" if unit == TOKEN else unit.replace("_", " ")
    sentence = (
        f"No {' or '.join(open_names)} is stated for {quantity.component}: {model} is priced at"
        f" {selected or 'the price without it'}, {plain(chosen.usd)} USD per {per}; its prices go"
        f" from {plain(prices[0])} to {plain(prices[-1])} USD."
    )
    return [*said, sentence]
