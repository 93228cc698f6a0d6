"""Records that are priced one by one: those of several prompts or tools, and sums of many calls.

Each call of a sum is in a price tier of its own, which is decided for a mean call.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError, UnknownModel
from pricing.estimates.calculator import price_attempts
from pricing.estimates.discounts import billed_terms
from pricing.money import add, plain, subtract
from pricing.reports.rates import (
    BUCKETS,
    PROMPT_BUCKETS,
    Row,
    label_of,
    scaled,
    unit_rates,
    why_unknown,
    why_unrated,
)
from pricing.reports.readers.records import UsageRecord
from pricing.reports.sql import STATED_TYPE, TERMS
from pricing.usage.buckets import Attempt, Usage
from pricing.values import immutable

#: Costs of records that are priced one by one are integers of this many decimals: more than any
#: price has.
SINGLE_PLACES = 30
#: What the 38 digits of a column cannot hold next to these decimals.
MOST_USD = 10**8
#: What is known of a call that was priced by itself: ``net`` is its cost at the prices of a rate
#: card, ``low`` and ``high`` bound it if it sums up calls, ``document`` is its record, with which
#: other lines may have to be merged.
ALONE = ("label", "reason", "partial", "cost", "unread", "net", "calls", "low", "high", "document")
COSTS = ("cost", "net", "low", "high")
#: The records that were read one by one: those that their counts price, and those of ``ALONE``.
PLAIN_ROWS, ALONE_ROWS = "singly WHERE label IS NULL", "singly WHERE label IS NOT NULL"
#: The types of ``CALL_COLUMNS`` and ``ALONE`` that are not text.
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("line", "moment", *BUCKETS, "calls"), "BIGINT"),
    **dict.fromkeys(COSTS, "DECIMAL(38, 0)"),
    "partial": "INTEGER",
    "stated": STATED_TYPE,
}
_COST = ALONE.index("cost")


def types_of(columns: Iterable[str]) -> dict[str, str]:
    """The types of columns of calls."""
    return {name: _TYPES.get(name, "VARCHAR") for name in columns}


def declared(columns: Iterable[str]) -> str:
    """Columns of calls as those of a new table."""
    return ", ".join(f"{name} {kind}" for name, kind in types_of(columns).items())


def priced_alone(
    book: PriceBook, record: UsageRecord, document: Any = None, net_book: PriceBook | None = None
) -> tuple[UsageRecord, tuple[object, ...]]:
    """Return a call that its counts alone do not price, settled, and the columns of ``ALONE``.

    ``partial`` is 1 when a component has no price, 2 when a count was not understood.
    """
    kept = "" if record.request_id is None else json.dumps(_short(document), default=float)
    calls = record.calls

    def unpriced(label: str, reason: str) -> tuple[UsageRecord, tuple[object, ...]]:
        return record, (label, reason, 0, "", "", "", calls, "", "", kept)

    net = "" if net_book is None else priced_alone(net_book, record)[1][_COST]

    try:
        match, name, attempts = record.settled(book)
    except UnknownModel:
        return unpriced(record.model, why_unknown(book, record.model))
    except TariffError as error:
        return unpriced(record.model, reason_of(error))
    noticed = record.noticed(match.model)
    record = replace(record, asked=name, served=None, attempts=attempts, notices=noticed)
    label = label_of(book, match.model)
    terms, _ = billed_terms(match.model, record.at, record.terms)
    try:
        if record.summed:
            found = price_sum(book, match.model, replace(record, terms=terms))
        else:
            priced = price_attempts(book, match.model, record.at, attempts, terms, calls)
            total = priced.total_usd
            found = SumPrice(total, total, total, priced.complete)
        if net == "" and not found.complete and not found.total_usd:
            rates = unit_rates(match.model, record.at, terms, 0)
            if not rates.any_known:
                return unpriced(label, why_unrated(match.model, record.at))
    except TariffError as error:
        return unpriced(label, reason_of(error))
    unread = " ".join(one.pointer[1:].replace("/", ".") for one in record.unread)
    partial = 1 if not found.complete else 2 if unread else 0
    amounts = (found.total_usd, found.low_usd, found.high_usd)
    if max(amounts) >= MOST_USD:
        return unpriced(label, f"costs {MOST_USD:,} USD or more, which no column can hold")
    cost, low, high = (scaled(amount, SINGLE_PLACES) for amount in amounts)
    return record, (label, "", partial, cost, unread, net, calls, low, high, kept)


def call_row(line: int, record: UsageRecord, labels: str | None) -> Row:
    """The columns of ``CALL_COLUMNS`` of a record."""
    counts = counts_of(record.attempts)
    terms = (getattr(record.terms, term) for term in TERMS)
    named = (record.request_id or "", record.model, record.endpoint or "", record.team or "")
    columns = (line, record.moment, *named, labels, *terms)
    stated = None if record.stated is None else plain(record.stated)
    return (*columns, *(counts[bucket] for bucket in BUCKETS), stated)


def reason_of(error: TariffError) -> str:
    """What is wrong with a record, from the error of its reader."""
    if error.errors:
        return "; ".join(str(wrong) for wrong in error.errors)
    return error.detail.replace("The body", "The record", 1)


def _short(value: Any) -> Any:
    """A document with long texts cut, which are the content of calls and are not read."""
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value]
    return value[:MAX_KEPT] if isinstance(value, str) else value


MAX_KEPT = 200


@immutable
class SumPrice:
    """What the calls of a record cost: at the tier that it states, or that of a mean call.

    ``low_usd`` and ``high_usd`` are what they cost if all were in the lowest tier that they can be
    in, or the highest.
    """

    total_usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    complete: bool


def price_sum(book: PriceBook, model: Model, record: UsageRecord) -> SumPrice:
    """Price a record as that many calls of the mean usage; raises what the calculator raises."""
    parts = _mean_calls(record)
    priced = [
        (calls, attempts, price_attempts(book, model, record.at, attempts, record.terms, calls))
        for calls, attempts in parts
    ]
    total = add(found.total_usd for _, _, found in priced)
    complete = all(found.complete for _, _, found in priced)
    plain = SumPrice(total, total, total, complete)
    thresholds = _thresholds(model, record)
    if len(record.attempts) > 1 or not complete or not thresholds:
        return plain
    # What a rate does not give, such as the fees of tools, is the same in every tier.
    rated = [_rated(model, record, attempts, calls) for calls, attempts, _ in priced]
    extra = subtract(total, add(rated))
    longest, above = record.max_prompt_tokens, (0, *thresholds)
    reached = [bound for bound in above if not bound or longest is None or longest > bound]
    counts = counts_of(record.attempts)
    try:
        tiers = [add((_cost(model, record, counts, bound), extra)) for bound in reached]
    except TariffError:  # a tier lacks a price
        return plain
    if record.tier is not None:
        stated = tiers[-1] if record.tier == "long_context" else tiers[0]
        return SumPrice(stated, stated, stated, complete)
    prompt = sum(counts[name] for name in PROMPT_BUCKETS)
    mean = sum(bound > 0 and prompt > bound * record.calls for bound in reached)
    if record.calls == 1 and longest is None:  # a sum of calls of unknown number
        mean = 0
    return SumPrice(tiers[mean], min(tiers), max(tiers), complete)


def _mean_calls(record: UsageRecord) -> list[tuple[int, tuple[Attempt, ...]]]:
    """All but one of the calls with the mean of every count, rounded down, and one with the rest.

    Together they are the sum.
    """
    mean, last = [], []
    for attempt in record.attempts:
        counts = counts_of((attempt,))
        each = {name: count // record.calls for name, count in counts.items()}
        left = {name: count - each[name] * (record.calls - 1) for name, count in counts.items()}
        mean.append(replace(attempt, usage=Usage.of(each)))
        last.append(replace(attempt, usage=replace(Usage.of(left), units=attempt.usage.units)))
    parts = [(record.calls - 1, tuple(mean)), (1, tuple(last))]
    return [(calls, attempts) for calls, attempts in parts if calls]


def counts_of(attempts: tuple[Attempt, ...]) -> Mapping[str, int]:
    """The counts of all attempts, by bucket."""
    counts: Counter[str] = Counter()
    for attempt in attempts:
        counts.update({name: getattr(attempt.usage, name) for name in BUCKETS})
    return counts


def _thresholds(model: Model, record: UsageRecord) -> list[int]:
    """The lengths of a prompt at which the model's prices change."""
    lists = model.lists_at(record.at).values()
    return sorted({tier.above_tokens for prices in lists for tier in prices.tiers})


def _rated(model: Model, record: UsageRecord, attempts: tuple[Attempt, ...], calls: int) -> Decimal:
    """What one part costs by the rates of its tier."""
    counts = counts_of(attempts)
    prompt = sum(counts[name] for name in PROMPT_BUCKETS)
    above = max((one for one in _thresholds(model, record) if prompt > one), default=0)
    sums = {name: count * calls for name, count in counts.items()}
    return _cost(model, replace(record, calls=calls), sums, above)


def _cost(model: Model, record: UsageRecord, counts: Mapping[str, int], above: int) -> Decimal:
    cost = unit_rates(model, record.at, record.terms, above).cost(counts, record.calls)
    if cost is None:
        raise TariffError("a tier has a component without a known price")
    return cost
