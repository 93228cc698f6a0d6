"""The periods of one name: its past before them, corrections into them, hours onto them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import Row
from pricing.sources.price_tables import (
    Tiers,
    combined,
    document_of,
    instant,
    is_same_price,
    period_on,
    table_of,
    threshold_like,
)


def correct(periods: Iterable[Row], mistake: Mapping[str, Any]) -> bool:
    """Replace wrong prices by the right ones, and drop those without; False if none is there."""
    wrong, right = ({k: Decimal(v) for k, v in mistake[of].items()} for of in ("wrong", "right"))
    found = False
    for period in periods:
        table = table_of(period["lists"])
        tiers = table.get(mistake.get("mode", "standard"), {})
        for above, rates in tiers.items():
            if wrong.items() <= rates.items():
                found = True
                kept = {name: price for name, price in rates.items() if name not in wrong}
                tiers[above] = kept | right
        period["lists"] = document_of(table)
    return found


def with_recorded_past(periods: list[Row], states: Sequence[Row]) -> list[Row]:
    """Put recorded states before the first price, which has no start, if it is one of them."""
    first = table_of(periods[0]["lists"])
    same = (n for n, state in enumerate(states) if is_same_price(first, table_of(state["lists"])))
    number = max(same, default=0)
    end = periods[0].get("to")
    if "from" in periods[0] or (
        end and number and instant(states[number - 1]["to"]) >= instant(end)
    ):
        return periods
    for state in states[:number]:
        periods = with_past(periods, state)
    return periods


def with_own_past(periods: Sequence[Row], states: Sequence[Row], day: str) -> list[Row]:
    """Return the states of a name in the provider's own list, then what a copy dates later.

    What a copy has at the last state's price on that ``day`` completes it.
    """
    *ended, last = states
    own, copy = table_of(last["lists"]), table_of(period_on(periods, day)["lists"])
    lists = document_of(combined(own, copy) if is_same_price(own, copy) else own)
    later = [p for p in periods if "from" in p and instant(p["from"]) >= instant(last["gone"])]
    merged: list[Row] = later or [{"lists": lists}]
    if later:
        start = later[0]["from"]
        ended.append({"lists": lists, "to": start})
        # A state that began later than the copy's date is that of the copy.
        first = next(n for n, state in enumerate(ended) if instant(state["to"]) >= instant(start))
        ended[first:] = [ended[first] | {"to": start}]
    for state in ended:
        merged = with_past(merged, state)
    return merged


def with_past(periods: Sequence[Row], ended: Row) -> list[Row]:
    """Put a price that applied until a day before the periods, which go on from that day."""
    to = ended["to"]
    before = [p for p in periods if "to" in p and instant(p["to"]) < instant(to)]
    since = before[-1]["to"] if before else None
    after = [p for p in periods if "to" not in p or instant(p["to"]) > instant(to)]
    stated = {key: ended[key] for key in ("to", "lists", "windows") if key in ended}
    first = stated | ({"from": since} if since else {})
    return [*before, first, {**after[0], "from": to}, *after[1:]]


def add(periods: list[Row], addition: Mapping[str, Any], day: str) -> bool:
    """Add price lists to the period that begins on the addition's day; False if there is none.

    They are added to all of its hours.

    An addition without a day is for the period that ``day`` is in.
    """
    start = addition.get("from", period_on(periods, day).get("from"))
    period = next((period for period in periods if period.get("from") == start), None)
    if period is None:
        return False
    lists = addition["lists"].items()  # of rates, or of rates and of tiers
    added = table_of({mode: one if "rates" in one else {"rates": one} for mode, one in lists})

    def completed(priced: Row) -> Row:
        return priced | {"lists": document_of(combined(table_of(priced["lists"]), added))}

    if "windows" in period:
        period["windows"] = [completed(window) for window in period["windows"]]
    period.update(completed(period))
    return True


def add_hours(periods: list[Row], window: Mapping[str, Any]) -> None:
    """Extend the off-peak price of each period that has one to further hours."""
    hours = {key: window[key] for key in ("from", "to", "days")}
    for period in periods:
        if "windows" in period:
            period["windows"] = [*period["windows"], period["windows"][0] | hours]


def overwrite(period: Row, standard: Tiers) -> None:
    """Replace a period's standard prices by those of the provider's own list, tier by tier."""
    table = table_of(period["lists"])
    for above, rates in standard.items():
        same = threshold_like(table["standard"], above)
        table["standard"].setdefault(above if same is None else same, {}).update(rates)
    period["lists"] = document_of(table)
