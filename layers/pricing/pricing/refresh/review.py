"""One model judged: every field on which the sources differ, and what makes it wait.

Judging happens in steps, each of which may add doubts: each change by itself (``guard_rules``),
then changes of one list together, and, once the whole refresh is seen, changes that many models
share (``guard``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pricing.money import plain
from pricing.refresh.candidates import OWN, Candidate
from pricing.refresh.rules import WITNESSABLE, WITNESSES, Doubt, Witness, doubt_about, is_inverted
from pricing.refresh.timeline import (
    ALWAYS,
    Difference,
    Field,
    Segment,
    at_step,
    rebuilt,
    segments,
    windows_of,
    without_cancelled,
)
from pricing.sources.merge import GENAI, LITELLM, Row, disagreements
from pricing.sources.price_tables import (
    DISCOUNTS,
    SAME_TIER_TOKENS,
    Rates,
    Sketch,
    Steps,
    document_of,
    instant,
    sketch_of,
    today,
)
from pricing.sources.rows import PACKAGES
from pricing.versions.proposals import QuarantinedField


@dataclass(slots=True)
class Judgement:
    """One model's changes with the doubts about them.

    ``active`` is the row in force, and ``model`` the id of the one to be: an alias of the active
    row that costs something else by now becomes a row of its own.
    """

    model: str
    active: Row
    candidate: Candidate
    now: str
    parts: list[Segment]
    changes: dict[Field, Difference] = field(default_factory=dict)
    doubts: dict[Field, Doubt] = field(default_factory=dict)
    sources: dict[Field, frozenset[str]] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        """Who sells it."""
        return str(self.active["provider"])

    @property
    def key(self) -> str:
        """``provider/model``."""
        return f"{self.provider}/{self.model}"

    def believed(self, place: Field) -> bool:
        """Whether a change is to be in force at once."""
        return place not in self.doubts

    def believed_if_approved(self, place: Field) -> bool:
        """Whether a change would be in force if somebody approved what waits."""
        doubt = self.doubts.get(place)
        return doubt is None or self._waiting(place, doubt).approvable

    def prices(self, *, approved: bool = False) -> list[dict[str, Any]]:
        """The row's price periods with what is believed."""
        believed = self.believed_if_approved if approved else self.believed
        return rebuilt(self.active["prices"], self.parts, self.now, self._source(), believed)

    def accepted(self) -> Iterator[Difference]:
        """The changes that are believed."""
        return (one for place, one in self.changes.items() if self.believed(place))

    def waiting(self) -> Iterator[QuarantinedField]:
        """The changes that wait."""
        return (self._waiting(place, doubt) for place, doubt in self.doubts.items())

    def hold(self, place: Field, doubt: Doubt) -> None:
        """Add a doubt; the first one a field has stays."""
        if place in self.changes:
            self.doubts.setdefault(place, doubt)

    def said_standard(self, place: Field) -> Mapping[str, Decimal]:
        """The standard prices that are said for the segment and window of a place."""
        (part,) = [part for part in self.parts if part.starts == place.starts]
        return windows_of(part.said).get(place.window, {}).get("standard", {}).get(0, {})

    def _source(self) -> str:
        """Where the new prices are from.

        A list that says them of another name only is left out: the next refresh would take it
        for one that no longer has the model, and hear nothing more about it.
        """
        stated = str(self.candidate.row["prices"][-1]["source"])
        if self.candidate.own:
            return stated
        silent = {*PACKAGES.values()} - self.candidate.said.keys()
        heard = [one for one in stated.split(", ") if one.rpartition(" ")[0] not in silent]
        return ", ".join(heard) or stated

    def _waiting(self, place: Field, doubt: Doubt) -> QuarantinedField:
        one = self.changes[place]
        return QuarantinedField(
            self.provider,
            self.model,
            str(place),
            _plain(one.before),
            _plain(one.after),
            tuple(sorted(self.sources[place])),
            doubt.code,
            doubt.reason,
        )


def judge(model: str, active: Row, candidate: Candidate, now: str) -> Judgement:
    """Every change of one model with the doubts each gives reason for by itself.

    A model that one of its sources no longer lists keeps its price: what the other says was
    known, and is no news.
    """
    candidate = candidate.of([active["id"], *active.get("aliases", ())])
    candidate = with_news(active, candidate, now)
    is_silent = not candidate.own and sources_of(active, now) - candidate.said.keys()
    ahead = active["prices"] if is_silent else candidate.row["prices"]
    cancelled = {instant(start) for start in active.get("cancelled", ())}
    if cancelled:
        ahead = without_cancelled(ahead, cancelled)
    parts = segments(active["prices"], ahead, now)
    found = Judgement(model, active, candidate, now, parts)
    earlier = _earlier(active, now)
    for part in parts:
        for change in part.differences():
            place = change.field
            found.changes[place] = change
            witness = _witness(found, change, earlier)
            found.sources[place] = witness.sources
            doubt = doubt_about(change, witness) or _doubt_since_today(part, parts, change, witness)
            is_known = _is_cancelled(part, parts, change) or _was_completed(part, change)
            if doubt and not (is_known and doubt.code in WITNESSABLE):
                found.hold(place, doubt)
    _follow_standard(found)
    _keep_stated(found)
    _inversions(found)
    return found


def _doubt_since_today(
    part: Segment, parts: list[Segment], change: Difference, witness: Witness
) -> Doubt | None:
    """An announced price is judged against today's too: many small steps are one large one."""
    place = change.field
    if part.starts is None:
        return None
    steps = windows_of(parts[0].active).get(place.window, {}).get(place.mode, {})
    now = at_step(steps, place.above).get(place.column)
    if now is None or now == change.after:
        return None
    return doubt_about(Difference(place, now, change.after), witness)


def sources_of(row: Row, now: str) -> frozenset[str]:
    """The public lists that a row's price of today is from; empty for prices of our own."""
    ahead = [p for p in row.get("prices", ()) if "to" not in p or instant(p["to"]) > now]
    named = {part.rpartition(" ")[0] for p in ahead[:1] for part in p["source"].split(", ")}
    return frozenset(named & {*PACKAGES.values()})


def _witness(
    found: Judgement, change: Difference, earlier: Mapping[tuple[str, str, int, str], set[Decimal]]
) -> Witness:
    place, candidate = change.field, found.candidate
    if candidate.own:  # reviewed, or computed from prices that were judged already
        return Witness(frozenset({OWN, "anthropic"}))
    if place.starts or place.window:  # only a list with periods and windows can say these
        return Witness(frozenset(list(candidate.said)[:1]))
    sources = candidate.saying(place, change.after)
    against = set()
    # What copies of a seller's list say otherwise is no word against the seller's own.
    for source in () if sources & candidate.first_hand else candidate.said.keys() - sources:
        prices = candidate.prices_of(source, place)
        was_known = {change.before, *known(found.active, source, place)}
        if prices and (source in candidate.first_hand or not prices <= was_known):
            against.add(source)
    return Witness(sources, frozenset(against), frozenset(earlier.get(place[1:], ())))


def _earlier(active: Row, now: str) -> dict[tuple[str, str, int, str], set[Decimal]]:
    """The prices that have ended, by place."""
    found: dict[tuple[str, str, int, str], set[Decimal]] = {}
    for period in active["prices"]:
        if "to" in period and instant(period["to"]) <= now:
            for window, sketch in windows_of(period).items():
                for mode, above, column, price in _prices_in(sketch):
                    found.setdefault((window, mode, above, column), set()).add(price)
    return found


def _prices_in(sketch: Sketch) -> Iterator[tuple[str, int, str, Decimal]]:
    for mode, steps in sketch.items():
        for above, rates in steps.items():
            for column, price in rates.items():
                yield mode, above, column, price


def _is_cancelled(part: Segment, parts: list[Segment], change: Difference) -> bool:
    """Whether an announced price gives way to the one in force: an announcement withdrawn."""
    if part.starts is None:
        return False
    place = change.field
    previous = windows_of(parts[parts.index(part) - 1].active).get(place.window, {})
    steps = previous.get(place.mode)
    return bool(steps) and at_step(steps or {}, place.above).get(place.column) == change.after


def _was_completed(part: Segment, change: Difference) -> bool:
    """Whether a discount gets its own price where standard's stood in for it: an addition."""
    place = change.field
    steps = windows_of(part.before).get(place.window, {}).get("standard", {})
    stand_in = at_step(steps, place.above).get(place.column)
    return (
        place.mode in DISCOUNTS
        and change.before == stand_in
        and (change.after is not None and change.before is not None)
        and change.after < change.before
    )


def _follow_standard(found: Judgement) -> None:
    """A column no source states was completed from the standard list, or from the step below, and
    shares its fate.

    Where the standard price waits, what one source alone says of another mode waits with it.
    """
    for place in sorted(found.changes, key=lambda one: (one.mode != "standard", one.above)):
        bases = [place._replace(mode="standard"), place._replace(above=0)]
        copied = None if found.sources[place] else _copied(found, place, bases)
        if copied:
            found.doubts.pop(place, None)
            if copied in found.doubts:
                found.doubts[place] = found.doubts[copied]
            found.sources[place] = found.sources[copied]
        elif bases[0] in found.doubts and len(found.sources[place]) < WITNESSES:
            found.hold(place, found.doubts[bases[0]])


def _copied(found: Judgement, place: Field, bases: Iterable[Field]) -> Field | None:
    """The change that this one only repeats, because its price is completed from there."""
    after = found.changes[place].after
    return next(
        (
            base
            for base in bases
            if base != place and base in found.changes and found.changes[base].after == after
        ),
        None,
    )


def _keep_stated(found: Judgement) -> None:
    """A price that no list states any more is kept, whatever stands in for it in a whole list.

    A discount without a price of its own is completed from the standard one: an upper bound, and
    no word against the price that was known.
    """
    for place, change in found.changes.items():
        is_ours = found.candidate.own or found.sources[place]
        is_completed = place.mode != "standard" or place.above
        if is_completed and change.before is not None and not is_ours:
            found.doubts[place] = Doubt.of("price_withdrawn")


def _inversions(found: Judgement) -> None:
    if found.candidate.own:
        return
    for part in found.parts:
        before, after = windows_of(part.before), windows_of(part.said)
        for window, mode, above in steps_changed(found, part):
            ours, theirs = (of.get(window, {}).get(mode, {}) for of in (before, after))
            if is_inverted(at_step(ours, above), at_step(theirs, above)):
                for column in ("input", "output"):
                    place = Field(part.starts, window, mode, above, column)
                    found.hold(place, Doubt.of("input_output_inverted"))


def steps_changed(found: Judgement, part: Segment) -> set[tuple[str, str, int]]:
    """The windows, modes and thresholds in which something changes."""
    return {
        (place.window, place.mode, place.above)
        for place in found.changes
        if place.starts == part.starts
    }


def standard_rates(prices: Iterable[Mapping[str, Any]]) -> Mapping[str, Decimal]:
    """The newest standard base rates of a row's periods."""
    newest = list(prices)[-1]
    steps: Steps = windows_of(newest)[ALWAYS]["standard"]
    return steps[0]


def _plain(price: Decimal | None) -> str | None:
    return None if price is None else plain(price)


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
