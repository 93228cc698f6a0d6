"""A model's prices from now on, and what is left of them when some of what is said is believed.

A refresh looks forward only: periods that have ended are history, and stay. From now on prices
are a row of segments, between the days on which either the active version or the sources change
one. Within a segment a price is one *field*: window, mode, tier threshold and component.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from pricing.catalogue.models import PART_OF
from pricing.sources.price_tables import (
    SAME_TIER_TOKENS,
    Period,
    Sketch,
    Steps,
    _ahead,
    document_of,
    instant,
    sketch_of,
)

#: Price lists by daily window; the one without a name holds outside every window.
Windows = dict[str, Sketch]
ALWAYS = ""
#: By threshold and component: the new price, and whether it is believed.
Changes = dict[tuple[int, str], tuple[Decimal | None, bool]]


class Field(NamedTuple):
    """One price of a model: ``starts`` is None today, else the instant it is announced for."""

    starts: str | None
    window: str
    mode: str
    above: int
    column: str

    def __str__(self) -> str:
        tier = f">{self.above}" if self.above else ""
        window = f"~{self.window}" if self.window else ""
        starts = f"@{self.starts}" if self.starts else ""
        return f"{self.mode}.{self.column}{tier}{window}{starts}"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field on which the sources differ from the active version; None is no price."""

    field: Field
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class Segment:
    """From ``starts`` (None: now) until the next segment: the active prices and those said.

    Where the active version has no change of its own, ``follows`` the segment before: what was
    believed there goes on, and ``before`` is what was said there.
    """

    starts: str | None
    active: Period
    before: Period
    said: Period
    follows: bool

    def differences(self) -> Iterator[Difference]:
        """Every field on which ``said`` differs from ``before``."""
        ours, theirs = windows_of(self.before), windows_of(self.said)
        for window in sorted(ours.keys() | theirs.keys()):
            mine, yours = ours.get(window, {}), theirs.get(window, {})
            for mode in sorted(mine.keys() | yours.keys()):
                for above, column, before, after in _between(mine.get(mode), yours.get(mode)):
                    field = Field(self.starts, window, mode, above, column)
                    yield Difference(field, before, after)


def segments(active: Sequence[Period], said: Sequence[Period], now: str) -> list[Segment]:
    """What either says from ``now`` on; empty when one of them has no price today."""
    ours, theirs = _ahead(active, now), _ahead(said, now)
    if not ours or not theirs:
        return []
    starts = sorted({instant(p["from"]) for p in [*ours[1:], *theirs[1:]]})
    found: list[Segment] = []
    for start in [None, *starts]:
        mine, yours = _at(ours, start or now), _at(theirs, start or now)
        follows = bool(found) and found[-1].active is mine
        found.append(Segment(start, mine, found[-1].said if follows else mine, yours, follows))
    return found


def without_beyond(prices: Sequence[Period], horizon: str) -> tuple[list[Period], list[str]]:
    """The periods that begin by ``horizon``, the last one open; and the later ones' starts."""
    near = [p for p in prices if "from" not in p or instant(p["from"]) <= horizon]
    beyond = [p["from"] for p in prices if p not in near]
    if beyond and near:
        near[-1] = {key: value for key, value in near[-1].items() if key != "to"}
    return near, beyond


def without_cancelled(prices: Sequence[Period], starts: Collection[str]) -> list[Period]:
    """The periods but those that begin at one of ``starts``; the one before each goes on.

    A person took these back: lists that still announce them are not news.
    """
    kept: list[Period] = []
    for period in prices:
        if not kept or instant(period.get("from", "")) not in starts:
            kept.append(period)
            continue
        before = {key: value for key, value in kept[-1].items() if key != "to"}
        kept[-1] = before | ({"to": period["to"]} if "to" in period else {})
    return kept


def rebuilt(
    prices: Sequence[Period],
    parts: Sequence[Segment],
    now: str,
    source: str,
    believed: Callable[[Field], bool],
) -> list[dict[str, Any]]:
    """The active prices with every believed field, from ``now`` on; equal when none is.

    What has ended stays as it is, and what is in force ends now where it changes.
    """
    after = believed_periods(parts, source, believed)
    if all(new is part.active for new, part in zip(after, parts, strict=True)):
        return [dict(p) for p in prices]
    rows = [dict(p) for p in prices if "to" in p and instant(p["to"]) <= now]
    current = parts[0].active
    started = instant(current["from"]) if "from" in current else None
    if after[0] is not current:
        if started != now:
            rows.append({**current, "to": now})
        started = now
    run: list[tuple[str | None, Period]] = [(started, after[0])]
    for part, new in zip(parts[1:], after[1:], strict=True):
        if new is not run[-1][1] and not _same_prices(new, run[-1][1]):
            run.append((part.starts, new))
    for (start, period), (end, _) in pairwise([*run, (None, {})]):
        bounds = {"from": start, "to": end}
        bare = {key: value for key, value in period.items() if key not in bounds}
        rows.append(bare | {key: day for key, day in bounds.items() if day})
    return rows


def believed_periods(
    parts: Sequence[Segment], source: str, believed: Callable[[Field], bool]
) -> list[Period]:
    """Each segment's period as far as it is believed; the active one itself where nothing is."""
    after: list[Period] = []
    for part in parts:
        base = after[-1] if part.follows else part.active
        after.append(_believe(part, base, source, believed))
    return after


def _believe(part: Segment, base: Period, source: str, believed: Callable[[Field], bool]) -> Period:
    changes: dict[tuple[str, str], Changes] = {}
    for one in part.differences():
        field = one.field
        of_mode = changes.setdefault((field.window, field.mode), {})
        of_mode[field.above, field.column] = (one.after, believed(field))
    if not any(taken for of_mode in changes.values() for _, taken in of_mode.values()):
        return base
    ours, assumed, theirs = windows_of(base), windows_of(part.before), windows_of(part.said)
    lists: Windows = {}
    for window in ours.keys() | theirs.keys():
        mine, before, yours = (of.get(window, {}) for of in (ours, assumed, theirs))
        modes = {
            mode: _believed_steps(
                mine.get(mode), before.get(mode), yours.get(mode), changes.get((window, mode), {})
            )
            for mode in mine.keys() | yours.keys()
        }
        lists[window] = {mode: steps for mode, steps in modes.items() if steps}
    kept = {key: value for key, value in base.items() if key not in ("lists", "windows")}
    row = {**kept, "source": source, "lists": document_of(lists.pop(ALWAYS))}
    windows = [_window_row(name, sketch) for name, sketch in sorted(lists.items()) if sketch]
    return row | ({"windows": windows} if windows else {})


def windows_of(period: Period) -> Windows:
    """A period's price lists by daily window."""
    found = {ALWAYS: sketch_of(period["lists"])}
    for window in period.get("windows", ()):
        found[_window_name(window)] = sketch_of(window["lists"])
    return found


def _window_name(window: Mapping[str, Any]) -> str:
    days = "".join(str(day) for day in window.get("days", ()))
    return f"{window['from']}-{window['to']}" + (f"/{days}" if days else "")


def _window_row(name: str, sketch: Sketch) -> dict[str, Any]:
    hours, _, days = name.partition("/")
    start, _, end = hours.partition("-")
    bounds: dict[str, Any] = {"from": start, "to": end}
    if days:
        bounds["days"] = [int(day) for day in days]
    return bounds | {"lists": document_of(sketch)}


def _believed_steps(
    mine: Steps | None, before: Steps | None, yours: Steps | None, changes: Changes
) -> Steps | None:
    """One mode: as said where all of it is believed, else field by field."""
    taken = [believed for _, believed in changes.values()]
    if not any(taken):
        return mine
    if all(taken) and mine == before:
        return yours
    steps = {above: dict(rates) for above, rates in (mine or {}).items()}
    for above in sorted({above for above, _ in changes}):
        here = {column: one for (step, column), one in changes.items() if step == above}
        if above not in steps:  # a step is new as a whole or not at all, and never the first
            if not all(believed for _, believed in here.values()) or (above and not steps):
                continue
            steps[above] = at_step(steps, above)
        for column, (after, believed) in here.items():
            if believed:
                steps[above].pop(column, None)
                if after is not None:
                    steps[above][column] = after
    return steps or None


def _between(
    mine: Steps | None, yours: Steps | None
) -> Iterator[tuple[int, str, Decimal | None, Decimal | None]]:
    mine, yours = mine or {}, yours or {}
    thresholds = sorted({0, *mine, *(_near(above, mine) for above in yours)})
    for above in thresholds:
        ours, theirs = at_step(mine, above), at_step(yours, above)
        for column in sorted(ours.keys() | theirs.keys()):
            before, after = ours.get(column), theirs.get(column)
            # A part that costs what it is billed as has no column of its own.
            is_part = before is None and after == ours.get(PART_OF.get(column, column))
            if before != after and not is_part:
                yield above, column, before, after


def _near(above: int, steps: Steps) -> int:
    """The threshold of ``steps`` that is the same but for how it is written."""
    return next((step for step in steps if abs(step - above) <= SAME_TIER_TOKENS), above)


def at_step(steps: Steps, above: int) -> dict[str, Decimal]:
    """The rates of the highest step at or below a threshold."""
    below = [step for step in steps if step <= above + SAME_TIER_TOKENS]
    return dict(steps[max(below)]) if below else {}


def _at(ahead: Sequence[Period], moment: str) -> Period:
    return [p for p in ahead if "from" not in p or instant(p["from"]) <= moment][-1]


def _same_prices(one: Period, other: Period) -> bool:
    return one["lists"] == other["lists"] and one.get("windows") == other.get("windows")
