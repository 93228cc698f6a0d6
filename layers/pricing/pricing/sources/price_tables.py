"""Price tables: what one model costs by mode, tier and component, and how a list is completed.

A price list has two forms. A document holds ``{mode: {"rates": {...}, "tiers": [...]}}`` with
decimal strings. A ``PriceTable`` holds the same as decimals by mode and threshold; the readers of
the sources, the merge and the refresh checks compute with it. ``table_of`` and ``document_of``
convert between the two.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import DISCOUNT_MODES, PART_OF, PREMIUM_MODES, TOKEN_COMPONENTS, Row
from pricing.money import EXACT, plain

#: The two lists write one threshold differently (199,999 and 200,000); they are the same tier.
SAME_TIER_TOKENS = 1

#: USD by component: per million tokens, or per use.
Rates = dict[str, Decimal]
#: Rates by threshold in tokens; those of threshold 0 apply from the first token on.
Tiers = dict[int, Rates]
#: Tiers by mode (``standard``, ``batch``, ...).
PriceTable = dict[str, Tiers]


def table_of(lists: Mapping[str, Any]) -> PriceTable:
    """Read the price lists of a document."""
    return {
        mode: {0: _rates(row["rates"])}
        | {tier["above_tokens"]: _rates(tier["rates"]) for tier in row.get("tiers", ())}
        for mode, row in lists.items()
    }


def document_of(table: PriceTable) -> dict[str, Any]:
    """Write a table as a document's price lists: sorted, decimal strings, no empty tiers."""
    document: dict[str, Any] = {}
    for mode, tiers in sorted(table.items()):
        rows = [
            {"above_tokens": above, "rates": _strings(rates)}
            for above, rates in sorted(tiers.items())
            if above
        ]
        document[mode] = {"rates": _strings(tiers.get(0, {}))} | ({"tiers": rows} if rows else {})
    return document


def _rates(row: Mapping[str, str]) -> Rates:
    return {component: Decimal(price) for component, price in row.items()}


def _strings(rates: Rates) -> dict[str, str]:
    return {component: plain(price) for component, price in sorted(rates.items())}


def per_million(usd_per_token: Decimal) -> Decimal:
    """Convert USD per token to USD per million tokens, exactly."""
    return EXACT.scaleb(usd_per_token, 6)


def threshold_like(tiers: Tiers, above: int) -> int | None:
    """Return the threshold in ``tiers`` that means the same tier as ``above``, if there is one."""
    return next((known for known in tiers if abs(known - above) <= SAME_TIER_TOKENS), None)


def tier_at(table: PriceTable, mode: str, above: int) -> Rates:
    """Return the rates listed for exactly this tier; empty if the list does not have it."""
    return {
        component: price
        for known, rates in table.get(mode, {}).items()
        if abs(known - above) <= SAME_TIER_TOKENS
        for component, price in rates.items()
    }


def rates_at(table: PriceTable, mode: str, above: int) -> Rates:
    """Return the rates that a prompt of more than ``above`` tokens pays: its tier's, or those of
    the highest tier below. Empty if the mode is not priced.
    """
    tiers = table.get(mode, {})
    reached = [known for known in tiers if known <= above + SAME_TIER_TOKENS]
    return tiers[max(reached)] if reached else {}


def prices_in(table: PriceTable) -> Iterator[tuple[str, int, str, Decimal]]:
    """Yield each price as (mode, threshold, component, price)."""
    for mode, tiers in table.items():
        for above, rates in tiers.items():
            for component, price in rates.items():
                yield mode, above, component, price


def completed(table: PriceTable) -> tuple[PriceTable, list[str]]:
    """Complete every mode from the standard prices; also return a note for each gap.

    * A tier of ``standard`` without a price has the price of the tier below.
    * A discount without a price, or without a tier, pays the standard price: an upper bound.
    * A premium without the price of a token component is left out: the standard price would be
      too low.
    * A discount that prices only one of input and output is left out.
    * A component that costs the same as the one it is billed as is not written.
    """
    standard = _completed_tiers(table["standard"])
    done: PriceTable = {"standard": standard}
    notes: list[str] = []
    for mode, tiers in sorted(table.items()):
        if mode == "standard":
            continue
        stated = {above: _stated(tiers, above, done) for above in sorted(tiers)}
        if _is_incomplete(mode, stated, done):
            notes.append(f"{mode.capitalize()} is not priced: the lists leave out a token price.")
            continue
        done[mode] = {
            above: without_parts(rates_at(done, "standard", above) | rates)
            for above, rates in stated.items()
        }
        beyond = {
            above: rates
            for above, rates in standard.items()
            if threshold_like(stated, above) is None
        }
        if mode in DISCOUNT_MODES and beyond:
            done[mode] |= beyond
            notes.append(
                f"{mode.capitalize()} has no listed long-context price: standard's is used."
            )
    return done, notes


def without_parts(rates: Rates) -> Rates:
    """Leave out each component that costs the same as the component it is otherwise billed as."""
    kept = dict(rates)
    for part, parent in PART_OF.items():
        if part in kept and kept[part] == kept.get(parent):
            del kept[part]
    return kept


def _completed_tiers(tiers: Tiers) -> Tiers:
    """Complete each tier from the one below, without components that only a tier has."""
    done: Tiers = {}
    rates: Rates = {}
    for above in sorted(tiers):
        known = {name: price for name, price in tiers[above].items() if name in tiers[0]}
        rates = without_parts(rates | known)
        done[above] = rates
    return done


def _stated(tiers: Tiers, above: int, done: PriceTable) -> Rates:
    """What a mode states for a tier; a lower tier's price counts if standard has one price too."""
    here = rates_at(done, "standard", above)
    flat = {
        component: price
        for lower in sorted(tiers)
        if lower < above
        for component, price in tiers[lower].items()
        if here.get(component) == rates_at(done, "standard", lower).get(component)
    }
    return flat | tiers[above]


def _is_incomplete(mode: str, stated: Tiers, done: PriceTable) -> bool:
    """Whether a mode states too little to be completed: see ``completed``."""
    if mode in PREMIUM_MODES:
        return any(
            (rates_at(done, "standard", above).keys() & TOKEN_COMPONENTS) - rates.keys()
            for above, rates in stated.items()
        )
    essential = done["standard"][0].keys() & {"input", "output"}
    known = stated[0].keys() & essential
    return bool(known) and known != essential


def instant(text: str) -> str:
    """Return a period's bound, a date or an instant, as an instant: bounds then compare as text."""
    return text if "T" in text else f"{text}T00:00:00"


def periods_ahead(prices: Sequence[Row], now: str) -> list[Row]:
    """Return the periods from ``now`` on, the current one first; empty if none is current."""
    ahead = [p for p in prices if "to" not in p or instant(p["to"]) > now]
    is_priced = ahead and ("from" not in ahead[0] or instant(ahead[0]["from"]) <= now)
    return ahead if is_priced else []


def current_period(prices: Sequence[Row], now: str) -> Row | None:
    """Return the period that applies at ``now``, if there is one."""
    return next(iter(periods_ahead(prices, now)), None)


def period_on(prices: Sequence[Row], day: str) -> Row:
    """Return the period that applies at the end of a day; raises ValueError if there is none."""
    period = current_period(prices, f"{day}T23:59:59")
    if period is None:
        raise ValueError(f"it has no price on {day}")
    return period


def is_same_price(*tables: PriceTable) -> bool:
    """Whether the lists have one input and output price: only then one completes the other."""
    bases = [table["standard"][0] for table in tables if table]
    return all(
        base.get(name) == bases[0].get(name) for base in bases for name in ("input", "output")
    )


def combined(first: PriceTable, second: PriceTable) -> PriceTable:
    """Return both tables as one: each mode, tier and price of ``first``, else that of ``second``.

    Where both have a mode, the tiers are those of ``first``. One exception: a discount to which
    ``first`` gives one price although its standard has tiers says nothing of tiers, and takes the
    second one's.
    """
    together = dict(second) | first
    is_tiered = len(first.get("standard", ())) > 1
    for mode in first.keys() & second.keys():
        tiers = {above: dict(rates) for above, rates in first[mode].items()}
        says_nothing = mode in DISCOUNT_MODES and is_tiered and len(tiers) == 1
        for above, rates in second[mode].items():
            same = threshold_like(tiers, above)
            if same is not None:
                tiers[same] = rates | tiers[same]
            elif says_nothing:
                tiers[above] = rates
        together[mode] = tiers
    return together
