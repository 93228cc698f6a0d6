"""Corrections of past prices, each as a new version that another person approves.

Only a part of one model's history changes. Months that had ended (UTC) keep the prices that they
were reported at (``closed_months`` of the row): reports go on with these, and say what the
correction would change (``reports.corrections``).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pricing.catalogue.checks import problems_in
from pricing.catalogue.models import COMPONENT_UNITS, QUANTITY_UNITS, Row, row_key
from pricing.catalogue.price_book import PriceBook
from pricing.errors import InvalidRequest
from pricing.jsonio import canonical_json, digest
from pricing.money import plain
from pricing.timestamps import rfc3339
from pricing.values import immutable
from pricing.versions.changes import window_name
from pricing.versions.proposals import QuarantinedField

_MARK_CHARACTERS = 12
#: The lists whose quotes a row's known disagreements name.
_LISTS = ("genai-prices", "litellm")
#: A price's name, as ``versions.changes`` writes it, without ``@instant``.
_FIELD = re.compile(
    r"(?P<mode>[a-z]+)\.(?P<component>[a-z0-9_]+)(\[(?P<when>[^\]]+)\])?(>(?P<above>\d{1,9}))?"
    r"(~(?P<window>[0-9:/-]+))?",
    re.ASCII,
)


@immutable
class Correction:
    """Other prices of a model, ``provider/id``, from ``start`` (None: the first) to ``end``.

    ``end`` None is when the prices at ``start`` end. ``prices`` are by field, as in
    ``versions.changes``; None removes one.
    """

    model: str
    start: datetime | None
    end: datetime | None
    prices: Mapping[str, Decimal | None]
    source: str


@immutable
class CorrectionProposed:
    """A version with a corrected past, which another administrator activates or rejects."""

    version: str
    """The new version, which is not active yet."""
    base: str
    """The active version that it was made from, and must be approved on."""
    model: str
    """The model, as sent."""
    waiting: int
    """Number of prices that it changes; the version's page lists them, before and after."""
    closed_until: str | None
    """Reports of calls before this instant go on with the earlier prices, and say what the
    correction would change; null if it changes no month that has ended.
    """
    actor: str
    """Who proposed it: the ARN of an IAM principal, or ``jwt:`` and a token's subject."""
    reason: str
    """The reason that the actor gave."""


def corrected(
    book: PriceBook, correction: Correction, now: datetime
) -> tuple[PriceBook, tuple[QuarantinedField, ...], datetime | None]:
    """Return the book with a corrected past, the prices that change, and until when months closed.

    Raises InvalidRequest for an unknown model, a time without prices or that has not begun, a price
    that cannot be named so, and prices that contradict each other or change nothing.
    """
    document = json.loads(book.to_json())
    row = next((row for row in document["models"] if row_key(row) == correction.model), None)
    if row is None:
        raise InvalidRequest.at("/model", "is not the provider/id of a model of this version")
    start, end = _span(row["prices"], correction, now)
    before = deepcopy(row["prices"])
    row["prices"], changed = _with_prices(before, start, end, correction)
    if not changed:
        raise InvalidRequest.at("/prices", "has only the prices that this version has")
    was, current = (_current(periods, now) for periods in (before, row["prices"]))
    if was and current:
        mark = _mark(current)
        moved = [field for field in changed if field.field.partition("@")[2] == mark[1:]]
        row["disagreements"] = _disagreements(row, was["source"], moved)
    month = datetime(now.year, now.month, 1, tzinfo=UTC)
    closed = month if start is None or start < month else None
    if closed is not None:
        row["closed_months"] = _closed_months(row.get("closed_months"), before, closed)
    free = {_component(name) for name, price in correction.prices.items() if price == 0}
    notes = [f"{component} costs nothing: {correction.source}" for component in sorted(free)]
    row["notes"] = list(dict.fromkeys([*row.get("notes", ()), *notes]))
    for problem in problems_in({"families": {}, "models": [row]}):
        raise InvalidRequest.at("/prices", f"make a row that no price book may have: {problem}")
    del document["id"]
    document["published_at"] = rfc3339(now.replace(microsecond=0))
    mark = digest(canonical_json(document))[:_MARK_CHARACTERS]
    made = PriceBook.from_document({**document, "id": f"{now:%Y-%m-%d}-corrected-{mark}"})
    return made, tuple(changed), closed


def _span(
    periods: Iterable[Row], correction: Correction, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return from when to when prices are corrected; raises InvalidRequest as ``corrected``."""
    start, end = correction.start, correction.end
    if start is not None and start >= now:
        detail = "is not in the past; a price that is announced can be cancelled, not corrected"
        raise InvalidRequest.at("/from", detail)
    if end is not None and end > now:
        detail = "is in the future; leave it out for prices that are still effective"
        raise InvalidRequest.at("/to", detail)
    if start is not None and end is not None and end <= start:
        raise InvalidRequest.at("/to", "must be after from")
    covering = [
        period
        for period in periods
        if start is None
        or (
            _begins(period) <= start and (period.get("to") is None or start < _moment(period["to"]))
        )
    ]
    if not covering:
        raise InvalidRequest.at("/from", "is in a time for which this model has no prices")
    if end is None and "to" in covering[0]:
        end = _moment(covering[0]["to"])
    return start, end


def _with_prices(
    periods: Iterable[Row], start: datetime | None, end: datetime | None, correction: Correction
) -> tuple[list[Row], list[QuarantinedField]]:
    """Return the periods with the prices, and each price that differs."""
    found: list[Row] = []
    changed: list[QuarantinedField] = []
    for period in periods:
        for part in _cut(period, start, end):
            begins, ends = _begins(part), _moment(part["to"]) if "to" in part else None
            is_inside = (start is None or begins >= start) and (
                end is None or (ends is not None and ends <= end)
            )
            moved = list(_set_prices(part, correction)) if is_inside else []
            changed += moved
            if moved:
                part["source"] = correction.source
            found.append(part)
    return found, changed


def _disagreements(row: Row, source: str, moved: Iterable[QuarantinedField]) -> list[Row]:
    """Return the row's known disagreements, with what the lists in ``source`` go on quoting.

    A refresh then takes the earlier prices for known quotes, and not for changes.
    """
    lists = [name for name in _LISTS if name in source]
    found = {_place(known): known for known in row.get("disagreements", ())}
    for field in moved:
        named = _FIELD.fullmatch(field.field.partition("@")[0])
        if field.before is None or field.after is None or named is None or not lists:
            continue
        if named["when"] or named["window"]:
            continue
        place = {"mode": named["mode"], "component": named["component"]}
        place |= {"tier": int(named["above"])} if named["above"] else {}
        quotes = {name.replace("-", "_"): field.before for name in lists}
        found[_place(place)] = quotes | found.get(_place(place), {}) | place | {"used": field.after}
    return list(found.values())


def _place(known: Row) -> tuple[str, int, str]:
    return known["mode"], known.get("tier", 0), known["component"]


def _cut(period: Row, start: datetime | None, end: datetime | None) -> Iterator[Row]:
    """Yield a period's parts before, in and after a span."""
    ends = _moment(period["to"]) if "to" in period else None
    cuts = [
        moment
        for moment in (start, end)
        if moment is not None and _begins(period) < moment and (ends is None or moment < ends)
    ]
    bounds = [period.get("from"), *(_bound(cut) for cut in cuts), period.get("to")]
    for begins, until in pairwise(bounds):
        part = deepcopy(period)
        part |= {name: bound for name, bound in (("from", begins), ("to", until)) if bound}
        yield part


def _set_prices(period: Row, correction: Correction) -> Iterator[QuarantinedField]:
    """Set the prices in a period, and yield those that differ."""
    lasts = f"until {period['to']}" if "to" in period else "until now"
    reason = f"corrects the price from {period.get('from', 'the first')} {lasts}"
    for name, price in sorted(correction.prices.items()):
        after = None if price is None else plain(price)
        before = _set_price(period, name, after)
        if (None if before is None else Decimal(before)) == price:
            continue
        provider, _, model = correction.model.partition("/")
        sources = (correction.source,)
        yield QuarantinedField(
            provider, model, f"{name}{_mark(period)}", before, after, sources, "correction", reason
        )


def _set_price(period: Row, name: str, after: str | None) -> str | None:
    """Set one price of a period, and return what it was; raises InvalidRequest for other names."""
    named = _FIELD.fullmatch(name)
    component = named["component"] if named else ""
    if named is None or component not in {*COMPONENT_UNITS, *QUANTITY_UNITS}:
        detail = "has a name that is not a price's, which is written as standard.input"
        raise InvalidRequest.at("/prices", detail)
    lists = period["lists"]
    if named["window"]:
        windows = {_window(window): window for window in period.get("windows", ())}
        if named["window"] not in windows:
            raise _unknown(name, "names an off-peak window that these prices do not have")
        lists = windows[named["window"]]["lists"]
    prices = lists.setdefault(named["mode"], {"rates": {}})
    if named["when"] or component not in COMPONENT_UNITS:
        before = _set_unit(prices, component, named["when"], after)
    else:
        rates = prices["rates"]
        if named["above"]:
            above = int(named["above"])
            tiers = {tier["above_tokens"]: tier["rates"] for tier in prices.get("tiers", ())}
            if above not in tiers:
                raise _unknown(name, "names a long prompt's threshold that the prices do not have")
            rates = tiers[above]
        before = rates.pop(component, None)
        if after is not None:
            rates[component] = after
    if not (prices["rates"] or prices.get("units")):
        del lists[named["mode"]]
    return before


def _set_unit(prices: Row, component: str, when: str | None, after: str | None) -> str | None:
    """Set a price by the unit, of these selectors, and return what it was."""
    selected = dict(pair.split("=", 1) for pair in (when or "").split(",") if "=" in pair)
    units: list[Row] = prices.setdefault("units", [])
    known = [u for u in units if u["component"] == component and u.get("when", {}) == selected]
    before: str | None = known[0]["usd"] if known else None
    if after is None:
        prices["units"] = [unit for unit in units if unit not in known]
    elif known:
        known[0]["usd"] = after
    else:
        units.append({"component": component, "usd": after} | ({"when": selected} if when else {}))
    if not prices["units"]:
        del prices["units"]
    return before


def _closed_months(known: Row | None, prices: Iterable[Row], until: datetime) -> Row:
    """Return what a model's months before ``until`` are reported at: what was known until then."""
    since = _moment(known["until"]) if known else datetime.min.replace(tzinfo=UTC)
    kept = list(known["prices"]) if known else []
    for period in prices:
        begins = max(_begins(period), since)
        ends = min(_moment(period["to"]), until) if "to" in period else until
        if begins < ends:
            part = {**period, "to": _bound(ends)}
            kept.append(part if _begins(period) == begins else part | {"from": _bound(begins)})
    return {"until": _bound(until), "prices": kept}


def _unknown(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest.at(f"/prices/{name.replace('~', '~0').replace('/', '~1')}", detail)


def _component(name: str) -> str:
    named = _FIELD.fullmatch(name)
    return named["component"] if named else ""


def _window(window: Row) -> str:
    start, end = (time.fromisoformat(window[name]) for name in ("from", "to"))
    return window_name(start, end, window.get("days", ()))


def _begins(period: Mapping[str, Any]) -> datetime:
    """Return when a period begins; the first one, before everything."""
    return _moment(period["from"]) if "from" in period else datetime.min.replace(tzinfo=UTC)


def _current(periods: Iterable[Row], now: datetime) -> Row | None:
    covering = (period for period in periods if _begins(period) <= now)
    return next((one for one in covering if "to" not in one or now < _moment(one["to"])), None)


def _mark(period: Row) -> str:
    """Return the end of a field's name for the prices of a period that has a start."""
    return f"@{rfc3339(_begins(period))}" if "from" in period else ""


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _bound(moment: datetime) -> str:
    """Write a period's bound: a date, or an instant where it is not midnight."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return text.removesuffix("T00:00:00")
