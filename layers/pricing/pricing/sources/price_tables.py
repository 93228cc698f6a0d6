"""What the imported price lists have in common: columns, modes, and how a list is made whole.

A *sketch* is what one public list says: ``{mode: {"rates": {...}, "tiers": [...]}}`` with only the
columns it states. A *whole* list prices every column that the standard one prices.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import COMPONENT_UNITS, PART_OF, TOKEN
from pricing.money import EXACT, plain

#: Modes that cost less than standard: a column they leave out is billed as standard.
DISCOUNTS = ("batch", "flex")
#: Modes that cost more: a column they leave out has no known price.
PREMIUMS = ("priority", "fast")
MODES = ("standard", *DISCOUNTS, *PREMIUMS)
TOKEN_COLUMNS = frozenset(name for name, unit in COMPONENT_UNITS.items() if unit == TOKEN)
#: The two lists write one threshold differently (199,999 and 200,000); they are the same tier.
SAME_TIER_TOKENS = 1

Rates = dict[str, Decimal]
Steps = dict[int, Rates]  # by threshold in tokens; 0 is the price from the first token on
Sketch = dict[str, Steps]


def sketch_of(lists: Mapping[str, Any]) -> Sketch:
    """Read price lists written as a document holds them."""
    return {
        mode: {0: rates_of(row["rates"])}
        | {tier["above_tokens"]: rates_of(tier["rates"]) for tier in row.get("tiers", ())}
        for mode, row in lists.items()
    }


def rates_of(row: Mapping[str, str]) -> Rates:
    """Decimals of a document's strings."""
    return {column: Decimal(price) for column, price in row.items()}


def document_of(sketch: Sketch) -> dict[str, Any]:
    """The same lists as a document holds them: sorted, decimal strings, no empty tiers."""
    document: dict[str, Any] = {}
    for mode, steps in sorted(sketch.items()):
        rows = [
            {"above_tokens": above, "rates": _strings(rates)}
            for above, rates in sorted(steps.items())
            if above
        ]
        document[mode] = {"rates": _strings(steps.get(0, {}))} | ({"tiers": rows} if rows else {})
    return document


def per_million(usd_per_token: Decimal) -> Decimal:
    """USD per million tokens, exactly."""
    return EXACT.scaleb(usd_per_token, 6)


def per_single(usd_per_thousand: Decimal) -> Decimal:
    """USD for one of what is quoted per thousand, exactly."""
    return EXACT.scaleb(usd_per_thousand, -3)


def without_parts(rates: Rates) -> Rates:
    """Leave out a special column that costs what the column it falls back to costs."""
    kept = dict(rates)
    for part, parent in PART_OF.items():
        if part in kept and kept[part] == kept.get(parent):
            del kept[part]
    return kept


def whole(sketch: Sketch) -> tuple[Sketch, list[str]]:
    """Complete every list from the standard one; also sentences on what could not be.

    A discount without a column, or without a tier that standard has, is billed as standard there:
    an upper bound. A premium mode that leaves out a token column cannot be completed honestly,
    because the standard price would be too low: it is left out. So is a discount on input alone.
    """
    standard = _stepped(sketch["standard"])
    done: Sketch = {"standard": standard}
    said: list[str] = []
    for mode, steps in sorted(sketch.items()):
        if mode == "standard":
            continue
        stepped = {above: _stated(steps, above, standard) for above in sorted(steps)}
        if _is_fragment(mode, stepped, standard):
            said.append(f"{mode.capitalize()} is not priced: the lists leave out a token price.")
            continue
        done[mode] = {
            above: without_parts(_at(standard, above) | rates) for above, rates in stepped.items()
        }
        beyond = {above: rates for above, rates in standard.items() if not _has(stepped, above)}
        if mode in DISCOUNTS and beyond:
            done[mode] |= beyond
            said.append(
                f"{mode.capitalize()} has no listed long-context price: standard's is used."
            )
    return done, said


def _stated(steps: Steps, above: int, standard: Steps) -> Rates:
    """What a mode states at a step; a lower step's price counts where standard is flat too."""
    flat = {
        column: price
        for lower in sorted(steps)
        if lower < above
        for column, price in steps[lower].items()
        if _at(standard, above).get(column) == _at(standard, lower).get(column)
    }
    return flat | steps[above]


def _has(steps: Steps, above: int) -> bool:
    return any(abs(step - above) <= SAME_TIER_TOKENS for step in steps)


def _is_fragment(mode: str, steps: Steps, standard: Steps) -> bool:
    """Whether a mode states too little: no output beside its input, or a premium in part."""
    if mode in PREMIUMS:
        return any(
            (_at(standard, above).keys() & TOKEN_COLUMNS) - rates.keys()
            for above, rates in steps.items()
        )
    essential = standard[0].keys() & {"input", "output"}
    stated = steps[0].keys() & essential
    return bool(stated) and stated != essential


def _stepped(steps: Steps) -> Steps:
    """Each tier completed from the step below it, without columns that only a tier has."""
    done: Steps = {}
    rates: Rates = {}
    for above in sorted(steps):
        known = {name: price for name, price in steps[above].items() if name in steps[0]}
        rates = without_parts(rates | known)
        done[above] = rates
    return done


def _at(steps: Steps, above: int) -> Rates:
    """The rates of the highest step at or below a threshold."""
    return steps[max(step for step in steps if step <= above + SAME_TIER_TOKENS)]


def _strings(rates: Rates) -> dict[str, str]:
    return {column: plain(price) for column, price in sorted(rates.items())}


Period = Mapping[str, Any]


def instant(text: str) -> str:
    """A period's bound as an instant, so that bounds compare as text."""
    return text if "T" in text else f"{text}T00:00:00"


def today(prices: Sequence[Period], now: str) -> Period | None:
    """The period in force; None where none is."""
    return next(iter(_ahead(prices, now)), None)


def _ahead(prices: Sequence[Period], now: str) -> list[Period]:
    ahead = [p for p in prices if "to" not in p or instant(p["to"]) > now]
    is_priced = ahead and ("from" not in ahead[0] or instant(ahead[0]["from"]) <= now)
    return ahead if is_priced else []
