"""What is news: a list that says of a price what it did not say before.

Merging prefers one list, so a merge by itself would be deaf to the other, and would take back the
next day what was believed, or approved, on the other's word. So a price moves only where a list
says something new of it; what each list is known to say differently is on the row, under
``disagreements``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pricing.guard_candidate import Candidate
from pricing.merge_prices import GENAI, LITELLM, Row, disagreements
from pricing.merged_rows import PACKAGES
from pricing.price_columns import SAME_TIER_TOKENS, document_of, sketch_of
from pricing.price_timeline import ALWAYS, Field, at_step, today


def with_news(active: Row, candidate: Candidate, now: str) -> Candidate:
    """The candidate with today's prices as the lists newly say, and else as they are in force.

    What is in force nowhere yet, and what nobody states, stays as it was merged. So does a price
    that its seller names itself: the lists only copy it.
    """
    ours, theirs = today(active["prices"], now), today(candidate.row["prices"], now)
    if ours is None or theirs is None or candidate.own:
        return candidate
    mine, lists = sketch_of(ours["lists"]), sketch_of(theirs["lists"])
    for mode, steps in lists.items():
        for above, rates in steps.items():
            before = at_step(mine.get(mode, {}), above)
            for column in rates.keys() & before.keys():
                place = Field(None, ALWAYS, mode, above, column)
                rates[column] = _heard(active, candidate, place, before[column], rates[column])
    periods = [
        {**period, "lists": document_of(lists)} if period is theirs else period
        for period in candidate.row["prices"]
    ]
    return replace(candidate, row={**candidate.row, "prices": periods})


def _heard(
    active: Row, candidate: Candidate, place: Field, before: Decimal, merged: Decimal
) -> Decimal:
    said = {source: {*_stated(candidate, source, place)} for source in candidate.said}
    if any(said.get(seller) for seller in candidate.first_hand):
        return merged
    news = [
        price
        for source, prices in sorted(said.items())
        for price in sorted(prices - {before, known(active, source, place)})
    ]
    if merged == before:
        return news[0] if news else before
    is_stated = any(merged in prices for prices in said.values())
    return before if is_stated and merged not in news else merged


def _stated(candidate: Candidate, source: str, place: Field) -> Iterator[Decimal]:
    """What a source says of this very step, and not merely of one below it."""
    for sketch in candidate.said[source]:
        for above, rates in sketch.get(place.mode, {}).items():
            if abs(above - place.above) <= SAME_TIER_TOKENS and place.column in rates:
                yield rates[place.column]


def known(active: Row, source: str, place: Field) -> Decimal | None:
    """What this source was already known to say differently."""
    for one in active.get("disagreements", ()):
        here = (one["mode"], one.get("tier", 0), one["component"])
        if here == (place.mode, place.above, place.column):
            said = one.get(source.replace("-", "_"))
            return None if said is None else Decimal(said)
    return None


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
