"""The arithmetic: usage x explicit prices = line items that add up exactly.

One rule a step: choose the price list for the terms, choose the tier by the length of the whole
prompt, multiply each bucket by its own column, apply the residency multiplier to tokens, add
what server tools cost. No price is derived from a percentage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Literal

from pricing.errors import InvalidRequest, Unpriced
from pricing.models import COMPONENT_UNITS, PART_OF, REQUEST_FEE, TOKEN, Model, PriceList
from pricing.money import add, divide_evenly, multiply, per_million, ratio
from pricing.notices import Notice
from pricing.usage import AttemptKind, Terms, Usage

PriceLists = Mapping[str, PriceList]


@dataclass(frozen=True, slots=True)
class LineItem:
    """One billed component; ``cost_usd`` is quantity x price, exactly.

    Tokens carry ``usd_per_mtok``; anything else carries the price field its unit names. A
    component without a known price has ``cost_usd: null, status: unpriced``: unknown, not free.
    ``attempt`` and ``model`` are set where an attempt other than the plain message is billed.
    """

    component: str
    quantity: Decimal
    unit: str
    usd_per_mtok: Decimal | None = None
    usd_per_search: Decimal | None = None
    usd_per_request: Decimal | None = None
    cost_usd: Decimal | None = None
    status: Literal["unpriced"] | None = None
    attempt: AttemptKind | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Modifier:
    """A term that changed prices: what it multiplied, and by how much.

    ``multiplier`` is None where the price columns differ in their ratio to the standard list.
    """

    name: str
    multiplier: Decimal | None
    applies_to: Literal["tokens"] = "tokens"


@dataclass(frozen=True, slots=True)
class LongContext:
    """Which side of a length threshold the prompt fell on; strictly over pays the higher tier."""

    above_tokens: int
    prompt_tokens: int
    applied: bool


@dataclass(frozen=True, slots=True)
class Priced:
    """What ``calls`` identical calls cost. Incomplete when a component has no known price."""

    total_usd: Decimal
    per_call_usd: Decimal
    complete: bool
    line_items: tuple[LineItem, ...]
    modifiers: tuple[Modifier, ...]
    long_context: LongContext | None
    assumptions: tuple[str, ...]
    warnings: tuple[Notice, ...]


def price(model: Model, at: datetime, usage: Usage, terms: Terms, calls: int = 1) -> Priced:
    """Price ``calls`` identical calls of ``usage`` on ``model`` at the prices in force ``at``.

    Raises Unpriced when the model has no price then, and InvalidRequest for terms the model
    does not offer or that exclude each other.
    """
    return price_prompts(model, at, (usage,), terms, calls)


def price_prompts(
    model: Model,
    at: datetime,
    usages: Sequence[Usage],
    terms: Terms,
    calls: int,
    named_at: str = "/model",
) -> Priced:
    """Price ``calls`` identical calls, each of which sends these prompts one after the other.

    A tier looks at one prompt, so prompts that fall into the same one are billed together and
    lines of different tiers stay apart. Raises what ``price`` raises; ``named_at`` points at the
    name of the model in the request.
    """
    period = model.period_at(at)
    if period is None:
        raise Unpriced.at(named_at, f"names {model.id}, which has no verified price for this date")
    lists = period.lists_at(at)
    mode, warnings = _mode(model, lists, period.served_as_standard, terms)
    prices = lists[mode]
    modifiers = [] if mode == "standard" else [_mode_modifier(mode, lists)]
    residency = None
    if terms.inference_geo == "us":
        residency = _us_multiplier(model)
        modifiers.append(Modifier("inference_geo_us", residency))

    lines: list[LineItem] = []
    for rates, held in _by_tier(prices, usages):
        for component, count in _billed(held, rates).items():
            if not count:
                continue
            unit, rate = COMPONENT_UNITS[component], rates.get(component)
            if rate is None:
                lines.append(LineItem(component, Decimal(count * calls), unit, status="unpriced"))
                message = f"{component} has no known price here and is not in the total."
                warnings.append(Notice("component_unpriced", message))
                continue
            if residency and unit == TOKEN:  # published for token prices only
                rate = multiply(rate, residency)
            lines.append(_line(component, Decimal(count * calls), unit, rate))
    costs = [line.cost_usd for line in lines if line.cost_usd is not None]
    total = add(costs)
    return Priced(
        total_usd=total,
        per_call_usd=divide_evenly(total, calls),
        complete=len(costs) == len(lines),
        line_items=tuple(lines),
        modifiers=tuple(modifiers),
        long_context=_long_context(prices, usages),
        assumptions=_assumptions(mode, usages),
        warnings=tuple(warnings),
    )


def _by_tier(
    prices: PriceList, usages: Sequence[Usage]
) -> list[tuple[Mapping[str, Decimal], Sequence[Usage]]]:
    """The rates of each tier that some prompt falls into, with its prompts."""
    if not prices.tiers:
        return [(prices.rates, usages)]
    held: dict[int, list[Usage]] = {}
    rates = {0: prices.rates}
    for usage in usages:
        tier = prices.tier_for(usage.prompt_tokens)
        above = tier.above_tokens if tier else 0
        held.setdefault(above, []).append(usage)
        if tier:
            rates[above] = tier.rates
    return [(rates[above], prompts) for above, prompts in held.items()]


def _billed(usages: Sequence[Usage], rates: Mapping[str, Decimal]) -> dict[str, int]:
    """Counts per component this price list bills: parts without a column join their whole."""
    held: tuple[int, ...] = _counts_of(usages[0])
    if len(usages) > 1:
        held = tuple(map(sum, zip(*map(_counts_of, usages), strict=True)))
    counts = dict(zip(_COUNTED, held, strict=True))
    for part, whole in PART_OF.items():
        if counts[part] and part not in rates:
            counts[whole] += counts[part]
            counts[part] = 0
    if REQUEST_FEE in rates:
        counts[REQUEST_FEE] = len(usages)
    return counts


_COUNTED = tuple(component for component in COMPONENT_UNITS if component != REQUEST_FEE)
_counts_of = attrgetter(*_COUNTED)


def _mode(
    model: Model, lists: PriceLists, served_as_standard: frozenset[str], terms: Terms
) -> tuple[str, list[Notice]]:
    """The price list the terms select, and what to say when it is not the one they name."""
    if terms.speed == "fast" and terms.processing != "standard":
        raise InvalidRequest.at(
            "/speed",
            f"fast cannot be combined with {terms.processing} processing; choose one",
        )
    mode = "fast" if terms.speed == "fast" else terms.processing
    if mode in lists:
        return mode, []
    if mode in served_as_standard:
        message = f"{model.id} no longer has a {mode} mode: it runs and bills as standard."
        return "standard", [Notice(f"{mode}_served_as_standard", message)]
    if mode == "priority":
        message = "Priority capacity is paid for by commitment; the list price is shown."
        return "standard", [Notice("priority_at_list_price", message)]
    field = "/speed" if mode == "fast" else "/processing"
    offered = ", ".join(sorted(lists))
    raise InvalidRequest.at(
        field, f"asks for {mode}, which {model.id} does not offer at this date; use {offered}"
    )


def _us_multiplier(model: Model) -> Decimal:
    if model.us_multiplier is None:
        raise InvalidRequest.at(
            "/inference_geo", f"asks for us, which {model.id} does not offer; use global"
        )
    return model.us_multiplier


def _mode_modifier(mode: str, lists: PriceLists) -> Modifier:
    """Names the multiple of the standard list that this list is, where it is a uniform one."""
    standard, chosen = lists["standard"].rates, lists[mode].rates
    shared = [name for name in chosen if name in standard and COMPONENT_UNITS[name] == TOKEN]
    multiplier = next((ratio(chosen[n], standard[n]) for n in shared if standard[n]), None)
    if multiplier is None or any(multiply(standard[n], multiplier) != chosen[n] for n in shared):
        return Modifier(mode, None)
    return Modifier(mode, multiplier)


def _line(component: str, quantity: Decimal, unit: str, rate: Decimal) -> LineItem:
    if unit == TOKEN:
        cost = per_million(quantity, rate)
        return LineItem(component, quantity, unit, usd_per_mtok=rate, cost_usd=cost)
    cost = multiply(quantity, rate)
    if unit == "search":
        return LineItem(component, quantity, unit, usd_per_search=rate, cost_usd=cost)
    return LineItem(component, quantity, unit, usd_per_request=rate, cost_usd=cost)


def _long_context(prices: PriceList, usages: Sequence[Usage]) -> LongContext | None:
    """The longest prompt stands for the call."""
    if not prices.tiers:
        return None
    prompt_tokens = max(usage.prompt_tokens for usage in usages)
    tier = prices.tier_for(prompt_tokens)
    threshold = (tier or prices.tiers[0]).above_tokens
    return LongContext(threshold, prompt_tokens, applied=tier is not None)


def _assumptions(mode: str, usages: Sequence[Usage]) -> tuple[str, ...]:
    if mode == "batch" and any(usage.web_search for usage in usages):
        return ("Web searches in a batch are billed in full: no batch price is published.",)
    return ()
