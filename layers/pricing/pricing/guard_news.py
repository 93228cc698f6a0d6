"""What is news: a list that says of a price what it did not say before.

Merging prefers one list, so a merge by itself would be deaf to the other, and would take back the
next day what was believed, or approved, on the other's word. So a price moves only where a list
says something new of it; what each list is known to say differently is on the row, under
``disagreements``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pricing.guard_candidate import Candidate
from pricing.merge_prices import GENAI, LITELLM, Row, disagreements
from pricing.merged_rows import PACKAGES
from pricing.price_columns import SAME_TIER_TOKENS, Rates, Sketch, document_of, sketch_of
from pricing.price_timeline import ALWAYS, Field, at_step, today


def with_news(active: Row, candidate: Candidate, now: str) -> Candidate:
    """The candidate with today's prices as the lists newly say, and else as they are in force.

    What is in force nowhere yet stays as it was merged. So does a price that its seller names
    itself: the lists only copy it. What nobody states follows the price that it stands in for.
    """
    ours, theirs = today(active["prices"], now), today(candidate.row["prices"], now)
    if ours is None or theirs is None or candidate.own:
        return candidate
    mine, merged = sketch_of(ours["lists"]), sketch_of(theirs["lists"])
    heard: Sketch = {}
    for mode in sorted(merged, key="standard".__ne__):  # first what the others are completed from
        for above, rates in sorted(merged[mode].items()):
            before = at_step(mine.get(mode, {}), above)
            now_heard: Rates = {}
            for column, price in rates.items():
                place = Field(None, ALWAYS, mode, above, column)
                followed = _stood_in_for(candidate, place, merged, heard)
                if followed is not None:
                    now_heard[column] = followed
                elif column in before:
                    now_heard[column] = _heard(active, candidate, place, before[column], price)
                else:
                    now_heard[column] = price
            heard.setdefault(mode, {})[above] = now_heard
    said = list(candidate.row["prices"])
    at = next(at for at, period in enumerate(said) if period is theirs)
    later = [_carried_on(period, merged, heard) for period in said[at + 1 :]]
    periods = [*said[:at], {**theirs, "lists": document_of(heard)}, *later]
    return replace(candidate, row={**candidate.row, "prices": periods})


def _carried_on(period: Mapping[str, Any], merged: Sketch, heard: Sketch) -> Mapping[str, Any]:
    """An announced period with what is heard of today, where it announces no other price."""
    lists = sketch_of(period["lists"])
    for mode, steps in lists.items():
        for above, rates in steps.items():
            was, now = (at_step(of.get(mode, {}), above) for of in (merged, heard))
            for column, price in rates.items():
                if was.get(column) == price:
                    rates[column] = now[column]
    return {**period, "lists": document_of(lists)}


def _stood_in_for(
    candidate: Candidate, place: Field, merged: Sketch, heard: Sketch
) -> Decimal | None:
    """What is heard of the price that this one, which nobody states, was completed from.

    That is the standard price of the same step, or the mode's own of the step below; None where a
    source states the price, or where it is another one.
    """
    if any(candidate.prices_of(source, place) for source in candidate.said):
        return None
    price = merged[place.mode][place.above][place.column]
    below = place.above - SAME_TIER_TOKENS - 1
    parents = [("standard", place.above)] if place.mode != "standard" else []
    for mode, above in [*parents, (place.mode, below)]:
        if at_step(merged.get(mode, {}), above).get(place.column) == price:
            return at_step(heard.get(mode, {}), above).get(place.column)
    return None


def _heard(
    active: Row, candidate: Candidate, place: Field, before: Decimal, merged: Decimal
) -> Decimal:
    said = {source: candidate.prices_of(source, place) for source in candidate.said}
    if any(merged in said.get(seller, ()) for seller in candidate.first_hand):
        return merged
    news = [
        price
        for source, prices in sorted(said.items())
        if before not in prices  # of one name it says so still: that is no word about the row
        for price in sorted(prices - known(active, source, place))
    ]
    if merged == before:
        return news[0] if news else before
    is_stated = any(merged in prices for prices in said.values())
    return before if is_stated and merged not in news else merged


def known(active: Row, source: str, place: Field) -> set[Decimal]:
    """What this source was already known to say differently, of any of the row's names."""
    return {
        Decimal(said)
        for one in active.get("disagreements", ())
        if (one["mode"], one.get("tier", 0), one["component"])
        == (place.mode, place.above, place.column)
        and (said := one.get(source.replace("-", "_"))) is not None
    }


def differing(candidate: Candidate, prices: Sequence[Mapping[str, Any]], now: str) -> list[Row]:
    """What each list says differently of the prices in force: known, and no news tomorrow."""
    period = today(prices, now)
    used = sketch_of(period["lists"]) if period else {}
    genai, litellm = (PACKAGES[name] for name in (GENAI, LITELLM))
    found: list[Row] = []
    for said in candidate.by_name.values():
        rows = disagreements(said.get(genai, {}), said.get(litellm, {}), used)
        found += [row for row in rows if row not in found]
    return found
