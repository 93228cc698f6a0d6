"""The prices of one model from now on, as segments, and how accepted changes are put into them.

A refresh looks forward only: periods that have ended are history and stay as they are. From now on
prices are a row of segments, between the days on which the active version or the sources change a
price. Within a segment each price is one *field*: window, mode, tier threshold and component.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from pricing.catalogue.models import CACHE_WRITE_MULTIPLES, PART_OF, Row
from pricing.money import ratio
from pricing.sources.price_tables import (
    PriceTable,
    Tiers,
    document_of,
    instant,
    periods_ahead,
    rates_at,
    table_of,
    threshold_like,
)
from pricing.values import immutable

#: Price tables by daily window; the one without a name applies outside every window.
Windows = dict[str, PriceTable]
ALWAYS = ""


class PriceField(NamedTuple):
    """One price of a model: ``starts`` is None for today's, else the instant it is announced for.

    Its text is ``mode.component``, with ``>tokens`` for a tier, ``~from-to/days`` for an off-peak
    window and ``@instant`` for an announced price.
    """

    starts: str | None
    window: str
    mode: str
    above: int
    component: str

    def __str__(self) -> str:
        tier = f">{self.above}" if self.above else ""
        window = f"~{self.window}" if self.window else ""
        starts = f"@{self.starts}" if self.starts else ""
        return f"{self.mode}.{self.component}{tier}{window}{starts}"


@immutable
class PriceChange:
    """A field whose quoted price is not the active one; None means that there is no price.

    ``sources`` quote ``after``; empty where it was completed from another price.
    """

    field: PriceField
    before: Decimal | None
    after: Decimal | None
    sources: frozenset[str] = frozenset()

    @property
    def factor(self) -> Decimal | None:
        """The price after the change by the one before; None where one of them is none or 0."""
        return ratio(self.after, self.before) if self.before and self.after else None


#: What a row of a price page has, in each mode and tier.
PRICE_ROW = {"input", "output", "cache_read", *CACHE_WRITE_MULTIPLES}
#: Whether a change is accepted.
Accepted = Callable[[PriceField], bool]


@immutable
class Segment:
    """The prices from ``starts`` (None: now) until the next segment.

    ``active`` is the active version's period, ``quoted`` holds the sources' prices. ``before`` is
    what these are compared with: the active prices, or those quoted in the segment before if the
    active version has no change of its own here. Then ``continues`` is true, and what was accepted
    there goes on.
    """

    starts: str | None
    active: Row
    before: Windows
    quoted: Windows
    continues: bool

    def changes(self) -> Iterator[PriceChange]:
        """Yield every field in which ``quoted`` differs from ``before``."""
        for window in sorted(self.before.keys() | self.quoted.keys()):
            ours, theirs = self.before.get(window, {}), self.quoted.get(window, {})
            for mode in sorted(ours.keys() | theirs.keys()):
                for above, component, before, after in _differences(mode, ours, theirs):
                    field = PriceField(self.starts, window, mode, above, component)
                    yield PriceChange(field, before, after)


def _differences(
    mode: str, active: PriceTable, quoted: PriceTable
) -> Iterator[tuple[int, str, Decimal | None, Decimal | None]]:
    """Yield (threshold, component, active price, quoted price) where the two differ."""
    known = active.get(mode, {})
    new = {above for above in quoted.get(mode, {}) if threshold_like(known, above) is None}
    for above in sorted({0, *known, *new}):
        ours, theirs = rates_at(active, mode, above), rates_at(quoted, mode, above)
        for component in sorted(ours.keys() | theirs.keys()):
            before, after = ours.get(component), theirs.get(component)
            # A part that costs what it is billed as is not listed by itself.
            is_part = before is None and after == ours.get(PART_OF.get(component, component))
            if before != after and not is_part:
                yield above, component, before, after


def segments(active: Sequence[Row], quoted: Sequence[Row], now: str) -> list[Segment]:
    """Return the segments from ``now`` on; none if either side has no price today."""
    ours, theirs = periods_ahead(active, now), periods_ahead(quoted, now)
    if not ours or not theirs:
        return []
    starts = sorted({instant(p["from"]) for p in [*ours[1:], *theirs[1:]]})
    found: list[Segment] = []
    for start in [None, *starts]:
        mine, yours = (
            [p for p in side if "from" not in p or instant(p["from"]) <= (start or now)][-1]
            for side in (ours, theirs)
        )
        continues = bool(found) and found[-1].active is mine
        before = found[-1].quoted if continues else windows_of(mine)
        found.append(Segment(start, mine, before, windows_of(yours), continues))
    return found


def without_beyond(prices: Sequence[Row], horizon: str) -> tuple[list[Row], list[str]]:
    """Return the periods that begin by ``horizon``, the last one open, and the later starts."""
    near = [p for p in prices if "from" not in p or instant(p["from"]) <= horizon]
    beyond = [p["from"] for p in prices if p not in near]
    if beyond and near:
        near[-1] = {key: value for key, value in near[-1].items() if key != "to"}
    return near, beyond


def without_cancelled(prices: Sequence[Row], starts: Collection[str]) -> list[Row]:
    """Return the periods without those that begin at one of ``starts``; the one before goes on.

    An administrator cancelled these: a list that still announces them changes nothing.
    """
    kept: list[Row] = []
    for period in prices:
        if not kept or instant(period.get("from", "")) not in starts:
            kept.append(period)
            continue
        before = {key: value for key, value in kept[-1].items() if key != "to"}
        kept[-1] = before | ({"to": period["to"]} if "to" in period else {})
    return kept


def rebuilt(
    prices: Sequence[Row], parts: Sequence[Segment], now: str, source: str, accepted: Accepted
) -> list[Row]:
    """Return the active prices with every accepted change; equal to ``prices`` if there is none.

    What has ended stays as it is, and a current period that changes ends now.
    """
    after = accepted_periods(parts, source, accepted)
    if all(new is part.active for new, part in zip(after, parts, strict=True)):
        return [dict(p) for p in prices]
    rows = [dict(p) for p in prices if "to" in p and instant(p["to"]) <= now]
    current = parts[0].active
    started = instant(current["from"]) if "from" in current else None
    if after[0] is not current:
        if started != now:
            rows.append({**current, "to": now})
        started = now
    run: list[tuple[str | None, Row]] = [(started, after[0])]
    for part, new in zip(parts[1:], after[1:], strict=True):
        last = run[-1][1]
        is_same = new["lists"] == last["lists"] and new.get("windows") == last.get("windows")
        if new is not last and not is_same:
            run.append((part.starts, new))
    for (start, period), (end, _) in pairwise([*run, (None, {})]):
        bounds = {"from": start, "to": end}
        bare = {key: value for key, value in period.items() if key not in bounds}
        rows.append(bare | {key: day for key, day in bounds.items() if day})
    return rows


def accepted_periods(parts: Sequence[Segment], source: str, accepted: Accepted) -> list[Row]:
    """Return each segment's period with the accepted changes; ``active`` itself without any."""
    after: list[Row] = []
    for part in parts:
        base = after[-1] if part.continues else part.active
        after.append(_accept(part, base, source, accepted))
    return after


def _accept(part: Segment, base: Row, source: str, accepted: Accepted) -> Row:
    changes: dict[tuple[str, str], list[PriceChange]] = {}
    for change in part.changes():
        changes.setdefault((change.field.window, change.field.mode), []).append(change)
    if not any(accepted(change.field) for of_mode in changes.values() for change in of_mode):
        return base
    ours, tables = windows_of(base), Windows()
    for window in ours.keys() | part.quoted.keys():
        tables[window] = {}
        for mode in ours.get(window, {}).keys() | part.quoted.get(window, {}).keys():
            mine, assumed, yours = (
                side.get(window, {}).get(mode) for side in (ours, part.before, part.quoted)
            )
            of_mode = changes.get((window, mode), [])
            taken = [accepted(change.field) for change in of_mode]
            if not any(taken):
                tiers = mine
            elif all(taken) and mine == assumed:
                tiers = yours
            else:
                tiers = _accept_each(mode, mine or {}, of_mode, accepted)
            if tiers:
                tables[window][mode] = tiers
    kept = {key: value for key, value in base.items() if key not in ("lists", "windows")}
    lists = document_of(tables.pop(ALWAYS))
    for mode, units in _unit_prices(base).items():  # a refresh reads token prices
        if mode in lists:
            lists[mode]["units"] = units
    row = {**kept, "source": source, "lists": lists}
    windows = [_window_row(name, table) for name, table in sorted(tables.items()) if table]
    return row | ({"windows": windows} if windows else {})


def _unit_prices(period: Row) -> dict[str, Any]:
    return {mode: prices["units"] for mode, prices in period["lists"].items() if "units" in prices}


def _accept_each(
    mode: str, mine: Tiers, changes: Sequence[PriceChange], accepted: Accepted
) -> Tiers:
    """Put the accepted changes into one mode, field by field.

    A tier's price row is new as a whole or not at all, and never a mode's first.
    """
    tiers = {above: dict(rates) for above, rates in mine.items()}
    for above in sorted({change.field.above for change in changes}):
        here = [change for change in changes if change.field.above == above]
        if above not in tiers:
            row = [change for change in here if change.field.component in PRICE_ROW] or here
            if not all(accepted(change.field) for change in row) or (above and not tiers):
                continue
            tiers[above] = dict(rates_at({mode: tiers}, mode, above))
        for change in here:
            if accepted(change.field):
                tiers[above].pop(change.field.component, None)
                if change.after is not None:
                    tiers[above][change.field.component] = change.after
    return tiers


def windows_of(period: Mapping[str, Any]) -> Windows:
    """Return a period's price tables by daily window, each named ``from-to/days``."""
    found = {ALWAYS: table_of(period["lists"])}
    for window in period.get("windows", ()):
        days = "".join(str(day) for day in window.get("days", ()))
        name = f"{window['from']}-{window['to']}" + (f"/{days}" if days else "")
        found[name] = table_of(window["lists"])
    return found


def price_in(windows: Windows, field: PriceField) -> Decimal | None:
    """Return the price that applies in a field, its own or that of a lower tier."""
    table = windows.get(field.window, {})
    return rates_at(table, field.mode, field.above).get(field.component)


def _window_row(name: str, table: PriceTable) -> Row:
    hours, _, days = name.partition("/")
    start, _, end = hours.partition("-")
    bounds: Row = {"from": start, "to": end}
    if days:
        bounds["days"] = [int(day) for day in days]
    return bounds | {"lists": document_of(table)}
