"""The arithmetic of a call: usage times explicit prices gives line items that add up exactly.

For each prompt: choose the price list for the terms, choose the tier by the length of the whole
prompt, multiply each bucket by its own column, apply the residency multiplier to tokens, and add
server tools. No price is derived from a percentage. A call may have several attempts (compactions,
advisors, fallbacks); each is priced at its own model, and equal lines are added up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, fields, replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar, Literal, get_args

from pricing.catalogue.models import (
    COMPONENT_UNITS,
    PART_OF,
    QUANTITY_UNITS,
    REQUEST_FEE,
    TOKEN,
    Model,
    PriceList,
)
from pricing.catalogue.price_book import PriceBook
from pricing.errors import InvalidRequest, Unpriced
from pricing.estimates.quantities import SEARCHES_IN_BATCHES, billed_quantities
from pricing.money import add, divide_evenly, multiply, per_million, plain, ratio
from pricing.notices import Notice
from pricing.usage.buckets import Attempt, AttemptKind, Processing, SummedUsage, Terms, Usage
from pricing.values import immutable

PriceLists = Mapping[str, PriceList]


@immutable
class LineItem:
    """One billed component; ``cost_usd`` is quantity x price, exactly.

    Tokens carry ``usd_per_mtok``; anything else carries the price field its unit names. A
    component without a known price has ``cost_usd: null, status: unpriced``: unknown, not free.
    ``attempt`` and ``model`` are set where an attempt other than the plain message is billed.
    """

    LEFT_OUT_WHEN_NULL: ClassVar = frozenset(
        (
            *("usd_per_mtok", "usd_per_search", "usd_per_request", "usd_per_image"),
            *("usd_per_second", "usd_per_character", "usd_per_page", "usd_per_search_unit"),
            *("usd_per_query", "usd_per_session", "usd_per_hour", "usd_per_token_hour"),
            *("usd_per_gb_day", "status", "attempt", "model"),
        )
    )

    component: str
    """What is billed, such as ``input``, ``cache_read``, ``cache_write_5m`` or ``web_search``."""
    quantity: Decimal
    """Units billed, over all calls."""
    unit: str
    """What is counted: ``token``, ``search``, ``execution``, ``request``, ``image``, ``second``,
    ``character``, ``page``, ``search_unit``, ``query``, ``session``, ``hour``, ``token_hour`` or
    ``gb_day``.
    """
    usd_per_mtok: Decimal | None = None
    """Price in USD per million tokens."""
    usd_per_search: Decimal | None = None
    """Price in USD of one search."""
    usd_per_request: Decimal | None = None
    """Price in USD of one request."""
    usd_per_image: Decimal | None = None
    """Price in USD of one image."""
    usd_per_second: Decimal | None = None
    """Price in USD of one second of audio or video."""
    usd_per_character: Decimal | None = None
    """Price in USD of one character."""
    usd_per_page: Decimal | None = None
    """Price in USD of one page."""
    usd_per_search_unit: Decimal | None = None
    """Price in USD of one search unit: a query with up to 100 documents to rank."""
    usd_per_query: Decimal | None = None
    """Price in USD of one query."""
    usd_per_session: Decimal | None = None
    """Price in USD of one session."""
    usd_per_hour: Decimal | None = None
    """Price in USD of one hour."""
    usd_per_token_hour: Decimal | None = None
    """Price in USD of one token stored for an hour."""
    usd_per_gb_day: Decimal | None = None
    """Price in USD of one gigabyte stored for a day."""
    cost_usd: Decimal | None = None
    """Quantity times price; null when no price is known."""
    status: Literal["unpriced"] | None = None
    """``unpriced`` when no price is known; absent otherwise."""
    attempt: AttemptKind | None = None
    """The kind of attempt that was billed; absent for the plain message."""
    model: str | None = None
    """The model of the attempt; absent when it is the call's own."""


@immutable
class Modifier:
    """A term that changed prices, such as a processing mode or a region."""

    name: str
    """The term that applied, such as ``batch`` or ``inference_geo_us``."""
    multiplier: Decimal | None
    """Factor on the standard prices; null when components have different factors."""
    applies_to: Literal["tokens"] = "tokens"
    """What is multiplied: token prices."""


@immutable
class LongContext:
    """The price list's prompt length threshold, and whether the prompt exceeds it."""

    above_tokens: int
    """The threshold in tokens: a longer prompt pays the higher tier for all its tokens."""
    prompt_tokens: int
    """Prompt length in tokens: uncached, cache reads and cache writes."""
    applied: bool
    """Whether the prompt is longer than the threshold."""


@immutable
class Priced:
    """The price of identical calls; not ``complete`` if a component has no known price."""

    total_usd: Decimal
    per_call_usd: Decimal
    complete: bool
    line_items: tuple[LineItem, ...]
    modifiers: tuple[Modifier, ...]
    long_context: LongContext | None
    assumptions: tuple[str, ...]
    warnings: tuple[Notice, ...]


def price(model: Model, at: datetime, usage: Usage, terms: Terms, calls: int = 1) -> Priced:
    """Price ``calls`` identical calls of ``usage`` on ``model``, at the prices of ``at``.

    Raises Unpriced if the model has no price then, and InvalidRequest for terms that the model does
    not offer or that exclude each other.
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

    A tier applies to one prompt. Prompts of the same tier are billed together; lines of different
    tiers stay separate. ``named_at`` points at the model's name in the request. Raises what
    ``price`` raises.
    """
    period = model.period_at(at)
    if period is None:
        raise Unpriced.at(named_at, f"{model.id} has no verified price for this date.")
    lists = period.lists_at(at)
    mode, warnings = _mode(model, lists, period.served_as_standard, terms)
    prices = lists[mode]
    modifiers = [] if mode == "standard" else [_mode_modifier(mode, lists)]
    residency = None
    if terms.inference_geo == "us":
        residency = model.us_multiplier
        if residency is None:
            detail = f"{model.id} does not offer `inference_geo`: us. Send global, or leave it out."
            raise InvalidRequest.at("/inference_geo", detail)
        modifiers.append(Modifier("inference_geo_us", residency))

    billed = billed_quantities(model.id, usages, prices, lists["standard"])
    lines = [*_component_lines(prices, usages, calls, residency)]
    if billed.sums and not lists["standard"].rates:  # a model that is billed by the unit alone
        lines = [line for line in lines if line.unit != TOKEN]
    for (component, rate), count in billed.sums.items():
        quantity = multiply(count, Decimal(calls))
        lines.append(_line(component, quantity, QUANTITY_UNITS[component], rate))
    costs = [line.cost_usd for line in lines if line.cost_usd is not None]
    total = add(costs)
    searches = mode == "batch" and any(usage.web_search for usage in usages)
    return Priced(
        total_usd=total,
        per_call_usd=divide_evenly(total, calls),
        complete=len(costs) == len(lines),
        line_items=tuple(lines),
        modifiers=tuple(modifiers),
        long_context=_long_context(prices, usages),
        assumptions=(
            *((SEARCHES_IN_BATCHES,) if searches else ()),
            *_tiers_of_sums(prices, usages),
            *billed.assumptions,
        ),
        warnings=(*warnings, *_unpriced(lines)),
    )


def _component_lines(
    prices: PriceList, usages: Sequence[Usage], calls: int, residency: Decimal | None
) -> Iterator[LineItem]:
    """Yield a line for each component that was used, at the rates of each tier."""
    for rates, prompts in _by_tier(prices, usages):
        for component, count in _billed(prompts, rates).items():
            unit, rate = COMPONENT_UNITS[component], rates.get(component)
            if rate is not None and residency and unit == TOKEN:  # published for tokens only
                rate = multiply(rate, residency)
            if count:
                yield _line(component, Decimal(count * calls), unit, rate)


def _unpriced(lines: Iterable[LineItem]) -> Iterator[Notice]:
    for line in lines:
        if line.status == "unpriced":
            message = f"{line.component} has no known price here, so the total does not include it."
            yield Notice("component_unpriced", message)


def _by_tier(
    prices: PriceList, usages: Sequence[Usage]
) -> list[tuple[Mapping[str, Decimal], Sequence[Usage]]]:
    """Return the rates of each tier that applies to a prompt, with the prompts it applies to."""
    if not prices.tiers:
        return [(prices.rates, usages)]
    by_tier: dict[int, list[Usage]] = {}
    rates = {0: prices.rates}
    for usage in usages:
        tier = prices.tier_for(usage.mean_prompt_tokens)
        above = tier.above_tokens if tier else 0
        by_tier.setdefault(above, []).append(usage)
        if tier:
            rates[above] = tier.rates
    return [(rates[above], prompts) for above, prompts in by_tier.items()]


def _tiers_of_sums(prices: PriceList, usages: Sequence[Usage]) -> Iterator[str]:
    """Say of which tier the calls behind a sum are taken to be, and the range of their cost.

    Nothing is assumed where the longest of them is stated and below every threshold.
    """
    for usage in usages if prices.tiers else ():
        if not isinstance(usage, SummedUsage):
            continue
        if 0 < usage.longest_prompt <= prices.tiers[0].above_tokens:
            continue
        costs = [
            add(
                per_million(Decimal(count), rates[name])
                for name, count in _billed((usage,), rates).items()
                if name in rates and COMPONENT_UNITS[name] == TOKEN
            )
            for rates in (prices.rates, *(tier.rates for tier in prices.tiers))
        ]
        yield (
            f"The counts are the sum of {usage.calls:,} calls, priced by the length of their mean"
            f" prompt, {usage.mean_prompt_tokens:,} tokens. By the lengths of the single prompts,"
            f" the tokens cost from {plain(min(costs))} to {plain(max(costs))} USD;"
            " `max_prompt_tokens` in the usage tells."
        )


def _billed(usages: Sequence[Usage], rates: Mapping[str, Decimal]) -> dict[str, int]:
    """Return the counts of each component; parts without a price of their own join their whole."""
    summed: tuple[int, ...] = _counts_of(usages[0])
    if len(usages) > 1:
        summed = tuple(map(sum, zip(*map(_counts_of, usages), strict=True)))
    counts = dict(zip(_COUNTED, summed, strict=True))
    for part, whole in PART_OF.items():
        if counts[part] and part not in rates:
            counts[whole] += counts[part]
            counts[part] = 0
    if REQUEST_FEE in rates:
        counts[REQUEST_FEE] = sum(usage.sum_of for usage in usages)
    return counts


_COUNTED = tuple(component for component in COMPONENT_UNITS if component != REQUEST_FEE)
_counts_of = attrgetter(*_COUNTED)


def _mode(
    model: Model, lists: PriceLists, served_as_standard: frozenset[str], terms: Terms
) -> tuple[str, list[Notice]]:
    """Return the price list that the terms select, with a warning if they name another one."""
    if terms.speed == "fast" and terms.processing != "standard":
        raise InvalidRequest.at(
            "/speed",
            f"`speed`: fast cannot be combined with `processing`: {terms.processing}. Send one of"
            " them.",
        )
    mode = "fast" if terms.speed == "fast" else terms.processing
    if mode in lists:
        return mode, []
    if mode in served_as_standard:
        message = f"{model.id} no longer has a {mode} mode: it runs and is billed as standard."
        return "standard", [Notice(f"{mode}_served_as_standard", message)]
    if mode == "priority":
        message = "Priority capacity is paid for by commitment; the list price is shown."
        return "standard", [Notice("priority_at_list_price", message)]
    offered = ", ".join(name for name in get_args(Processing) if name in lists)
    speeds = "; `speed`: standard, fast" if "fast" in lists else ""
    raise InvalidRequest.at(
        "/speed" if mode == "fast" else "/processing",
        f"{model.id} has no {mode} prices on this date. It offers `processing`: {offered}{speeds}.",
    )


def _mode_modifier(mode: str, lists: PriceLists) -> Modifier:
    """Return the factor between this list and the standard one; None if components differ."""
    standard, chosen = lists["standard"].rates, lists[mode].rates
    shared = [name for name in chosen if name in standard and COMPONENT_UNITS[name] == TOKEN]
    multiplier = next((ratio(chosen[n], standard[n]) for n in shared if standard[n]), None)
    if multiplier is None or any(multiply(standard[n], multiplier) != chosen[n] for n in shared):
        return Modifier(mode, None)
    return Modifier(mode, multiplier)


def _line(component: str, quantity: Decimal, unit: str, rate: Decimal | None) -> LineItem:
    if rate is None:
        return LineItem(component, quantity, unit, status="unpriced")
    if unit == TOKEN:
        cost = per_million(quantity, rate)
        return LineItem(component, quantity, unit, usd_per_mtok=rate, cost_usd=cost)
    cost = multiply(quantity, rate)
    field_name = "usd_per_request" if unit == "execution" else f"usd_per_{unit}"
    priced: Mapping[str, Any] = {field_name: rate}
    return LineItem(component, quantity, unit, cost_usd=cost, **priced)


def _long_context(prices: PriceList, usages: Sequence[Usage]) -> LongContext | None:
    """Return the threshold nearest to the call's longest prompt."""
    if not prices.tiers:
        return None
    prompt_tokens = max(usage.mean_prompt_tokens for usage in usages)
    tier = prices.tier_for(prompt_tokens)
    threshold = (tier or prices.tiers[0]).above_tokens
    return LongContext(threshold, prompt_tokens, applied=tier is not None)


def price_attempts(
    book: PriceBook,
    model: Model,
    at: datetime,
    attempts: Sequence[Attempt],
    terms: Terms,
    calls: int,
    named_at: str = "/model",
) -> Priced:
    """Price every attempt of ``calls`` identical calls; a plain call is one attempt.

    Attempts of one kind at one model are priced together, so a call of a thousand attempts takes
    little longer than one of a few. ``named_at`` points at the name of the call's own model. Raises
    what ``price`` raises, and UnknownModel for an attempt at a model that is not in the book.
    """
    if len(attempts) == 1 and attempts[0].kind == "message" and attempts[0].model is None:
        return price_prompts(model, at, (attempts[0].usage,), terms, calls, named_at)
    parts: list[Priced] = []
    for group in _groups(attempts):
        if group.model is None:
            part = price_prompts(model, at, group.usages, terms, calls, named_at)
        else:
            other, notices = model_of_attempt(book, model, group.model, group.named_at)
            offered = terms if other is model else _terms_offered(terms, other, at)
            part = price_prompts(other, at, group.usages, offered, calls, group.named_at)
            notices += _terms_notices(terms, offered, other)
            part = replace(part, warnings=(*part.warnings, *notices))
        kind = None if group.kind == "message" else group.kind
        lines = (replace(line, attempt=kind, model=group.model) for line in part.line_items)
        parts.append(replace(part, line_items=tuple(lines)))
    return _sum(parts, calls)


@immutable
class _Group:
    """The attempts of one kind at one model."""

    kind: AttemptKind
    model: str | None
    named_at: str
    usages: list[Usage] = field(default_factory=list)


def _groups(attempts: Sequence[Attempt]) -> list[_Group]:
    """Group the attempts, in the order of each group's first attempt."""
    groups: dict[tuple[AttemptKind, str | None], _Group] = {}
    for attempt in attempts:
        key = attempt.kind, attempt.model
        group = groups.get(key)
        if group is None:
            group = groups[key] = _Group(attempt.kind, attempt.model, attempt.named_at)
        group.usages.append(attempt.usage)
    return list(groups.values())


def model_of_attempt(
    book: PriceBook, model: Model, reference: str, named_at: str
) -> tuple[Model, tuple[Notice, ...]]:
    """Return the model that an attempt names, as offered by the provider of the call's own model.

    A response names an advisor by its first-party id on every cloud, but the cloud bills it, at
    the endpoint the call went to. If the cloud has no price of its own for it, the first-party
    price is used, with a warning. Raises UnknownModel.
    """
    match = book.find(reference, named_at)
    found = match.model
    endpoint, claude, _ = model.id.partition(_CLAUDE)
    if found.provider == model.provider or match.matched_by == "provider_id" or not claude:
        return found, ()
    for name in dict.fromkeys((reference, found.id, *found.aliases)):
        for suffix in _CLOUD_SUFFIXES:
            offered = book.known(f"{model.provider}/{endpoint}{name}{suffix}")
            if offered is not None:
                return offered.model, ()
    message = (
        f"{found.id} has no known price at {model.provider}: its part uses the price of"
        f" {found.provider}."
    )
    return found, (Notice("attempt_priced_elsewhere", message),)


def is_at(model: Model, attempt: Attempt) -> bool:
    """Return whether an attempt went to the call's own model: its limits and cache then apply."""
    return attempt.model is None or attempt.model == model.id or attempt.model in model.aliases


#: Where a model's name begins in a cloud's id, and what a cloud may write after it.
_CLAUDE = "claude-"
_CLOUD_SUFFIXES = ("", "-v1:0", "-v1")


def _terms_offered(terms: Terms, model: Model, at: datetime) -> Terms:
    """Return the call's terms as far as the other model of an attempt offers them."""
    lists = model.lists_at(at)
    return Terms(
        processing=terms.processing if terms.processing in lists else "standard",
        speed=terms.speed if terms.speed in lists else "standard",
        inference_geo=terms.inference_geo if model.us_multiplier else "global",
    )


def _terms_notices(terms: Terms, offered: Terms, model: Model) -> tuple[Notice, ...]:
    """Return a warning for each term of the call that an attempt at another model is not billed."""
    return tuple(
        Notice(
            "attempt_terms_differ",
            f"{model.id} is not offered with {term.name} {getattr(terms, term.name)}: its part is"
            f" priced as {getattr(offered, term.name)}.",
        )
        for term in fields(Terms)
        if getattr(terms, term.name) != getattr(offered, term.name)
    )


def _sum(parts: Sequence[Priced], calls: int) -> Priced:
    """Add up the parts of a call. Tiers apply to prompts: the longest one is shown for the call."""
    lines = _merged(line for part in parts for line in part.line_items)
    total = add(line.cost_usd for line in lines if line.cost_usd is not None)
    contexts = [part.long_context for part in parts if part.long_context is not None]
    return Priced(
        total_usd=total,
        per_call_usd=divide_evenly(total, calls),
        complete=all(part.complete for part in parts),
        line_items=lines,
        modifiers=tuple(dict.fromkeys(modifier for part in parts for modifier in part.modifiers)),
        long_context=max(contexts, key=attrgetter("prompt_tokens"), default=None),
        assumptions=tuple(dict.fromkeys(text for part in parts for text in part.assumptions)),
        warnings=tuple(dict.fromkeys(notice for part in parts for notice in part.warnings)),
    )


def _merged(lines: Iterable[LineItem]) -> tuple[LineItem, ...]:
    """Add up the lines of the same component, price and kind of attempt."""
    merged: dict[LineItem, tuple[Decimal, Decimal | None]] = {}
    for line in lines:
        key = replace(line, quantity=Decimal(0), cost_usd=None)
        quantity, cost = merged.get(key, (Decimal(0), None))
        costs = [usd for usd in (cost, line.cost_usd) if usd is not None]
        merged[key] = (add((quantity, line.quantity)), add(costs) if costs else None)
    return tuple(
        replace(key, quantity=quantity, cost_usd=cost) for key, (quantity, cost) in merged.items()
    )
