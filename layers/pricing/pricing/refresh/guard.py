"""The guard between the public lists and the prices in force.

Values in, values out: the active rows and what the sources make of them; a verdict comes back
with what is believed, what waits with its reason, and the rows of the next version. Nothing is
removed here: a model that is gone from the lists keeps its price and gets a mark.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pricing.money import multiply, plain
from pricing.refresh.bounds import contradictions
from pricing.refresh.candidates import OWN, Candidate
from pricing.refresh.patterns import (
    PATTERN_MODELS,
    VANISHED_SHARE,
    doubt_lists,
    followers,
    lost,
    patterns,
    published_ratios,
)
from pricing.refresh.review import Judgement, differing, judge, standard_rates
from pricing.refresh.rules import PLAUSIBLE, Doubt, Names, broken
from pricing.refresh.timeline import Difference, without_beyond
from pricing.sources.merge import Row
from pricing.sources.price_tables import instant, sketch_of
from pricing.sources.rows import key_of_row, names_of
from pricing.versions.proposals import QuarantinedField

#: Where a refresh remembers that it added a whole model, instead of a field's new price.
ADDED = "added"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a refresh comes to. ``rows`` and ``approved_rows`` are whole versions' rows, the
    second with everything a person could approve; each equals the active rows if nothing changed.
    """

    accepted: tuple[tuple[str, Difference, frozenset[str]], ...]
    waiting: tuple[QuarantinedField, ...]
    added: tuple[str, ...]
    missing: tuple[str, ...]
    rows: list[Row]
    approved_rows: list[Row]
    #: Fields on which a source differed, believed or not.
    compared: int
    #: The lists that lost over a fifth of what was priced from them.
    shrunk: frozenset[str] = frozenset()


def decide(
    active: Sequence[Row],
    candidates: Sequence[Candidate],
    now: str,
    horizon: str,
    *,
    complete: bool = True,
    applied: Mapping[str, str] = NOTHING,
) -> Verdict:
    """Judge every candidate against the active rows.

    ``now`` is an instant without offset, UTC; prices announced for after ``horizon`` wait.
    Callers leave out the active rows whose sources did not answer. Only ``complete`` lists can
    show that a model is gone. ``applied`` is what refreshes put in force last, by model and field:
    where that is not in force now, a person went back, and it waits.
    """
    waiting: list[QuarantinedField] = []
    candidates = [_within(candidate, horizon, waiting) for candidate in candidates]
    pairs, new = _paired(active, candidates)
    judgements = [judge(pair.model, pair.active, pair.candidate, now) for pair in pairs]
    gone_from = lost(judgements, active, now)
    followers(judgements)
    patterns(judgements)  # before contradictions, which would hide half of a pattern
    published_ratios(judgements)
    # After all that lifts a doubt: nothing makes up for these two.
    doubt_lists(judgements, gone_from)
    _hold_taken_back(judgements, applied)
    for judgement in judgements:
        contradictions(judgement)
        waiting += judgement.waiting()
    names = Names(
        (row["provider"], name) for row in active for name in (row["id"], *row.get("aliases", ()))
    )
    added = []
    bands = _bands(active)
    for candidate in new:
        doubt = _doubt_about_new(candidate, names, bands.get(candidate.row["provider"]))
        if doubt is None and not candidate.own and candidate.said.keys() <= gone_from:
            doubt = Doubt.of("list_shrunk")
        if doubt is None and applied.get(f"{key_of_row(candidate.row)} {ADDED}"):
            doubt = Doubt.of("taken_back")
        if doubt is None:
            added.append((candidate, True))
        else:
            held = _whole(candidate, doubt)
            waiting.append(held)
            if held.approvable:
                added.append((candidate, False))
    aliases, refused = _new_aliases(pairs, judgements, names)
    waiting += refused
    seen = {id(pair.active) for pair in pairs}
    gone = [row for row in active if row.get("prices") and id(row) not in seen]
    missing = tuple(key_of_row(row) for row in gone) if complete else ()
    waiting += _vanished(active, missing)
    taken: Taken = {}
    for pair, judgement in zip(pairs, judgements, strict=True):
        taken.setdefault(id(pair.active), []).append((pair, judgement))
    return Verdict(
        accepted=tuple(
            (found.key, change, found.sources[change.field])
            for found in judgements
            for change in found.accepted()
        ),
        waiting=tuple(waiting),
        added=tuple(key_of_row(candidate.row) for candidate, sound in added if sound),
        missing=missing,
        rows=assembled(active, taken, aliases, [c.row for c, sound in added if sound]),
        approved_rows=assembled(active, taken, aliases, [c.row for c, _ in added], approved=True),
        compared=sum(len(found.changes) for found in judgements),
        shrunk=gone_from,
    )


def _hold_taken_back(judgements: Iterable[Judgement], applied: Mapping[str, str]) -> None:
    """Hold what was in force, or announced for a day that has come, and is not now."""
    gone: dict[str, set[str]] = {}
    for place, price in applied.items():
        gone.setdefault(place.partition("@")[0], set()).add(price)
    for found in judgements:
        for change in list(found.accepted()):
            place = f"{found.key} {change.field}".partition("@")[0]
            if change.after is not None and plain(change.after) in gone.get(place, ()):
                found.hold(change.field, Doubt.of("taken_back"))


def _within(candidate: Candidate, horizon: str, waiting: list[QuarantinedField]) -> Candidate:
    """The candidate without prices announced for after the horizon."""
    near, beyond = without_beyond(candidate.row["prices"], horizon)
    if not beyond or not near:
        return candidate
    doubt = Doubt.of("far_future", instant(beyond[0]))
    waiting.append(_whole(candidate, doubt))
    return replace(candidate, row={**candidate.row, "prices": near})


def _whole(candidate: Candidate, doubt: Doubt) -> QuarantinedField:
    row = candidate.row
    return QuarantinedField(
        row["provider"],
        str(row["id"])[:128],
        "",
        None,
        None,
        tuple(sorted(candidate.said)) or (OWN,),
        doubt.code,
        doubt.reason,
    )


def _bands(active: Iterable[Row]) -> dict[str, tuple[Decimal, Decimal]]:
    """The lowest and highest token price of each provider's models today."""
    prices: dict[str, list[Decimal]] = {}
    for row in active:
        if row.get("prices"):
            rates = standard_rates(row["prices"])
            known = [rates[name] for name in ("input", "output") if rates.get(name)]
            prices.setdefault(row["provider"], []).extend(known)
    return {provider: (min(found), max(found)) for provider, found in prices.items() if found}


def _doubt_about_new(
    candidate: Candidate, names: Names, band: tuple[Decimal, Decimal] | None
) -> Doubt | None:
    row = candidate.row
    for name in (row["id"], *row.get("aliases", ())):
        doubt = names.doubt_about(row["provider"], str(name))
        if doubt:
            return doubt
    if not row.get("prices"):
        return Doubt.of("invalid_entry", "it has no price by now")
    rates = standard_rates(row["prices"])
    low, high = band or (None, None)
    for column in ("input", "output"):
        price = rates.get(column)
        if price is None:
            continue
        if not price:
            return Doubt.of("implausible_price", f"{column} costs nothing")
        if low and high and not low <= multiply(price, PLAUSIBLE) <= high * PLAUSIBLE**2:
            return Doubt.of("implausible_price", f"{column} ${price}, where ${low} to ${high} is")
    for period in row["prices"]:
        for _, _, sentence in broken(sketch_of(period["lists"]), claude=False):
            return Doubt.of("implausible_price", sentence)
    return None


def _vanished(active: Sequence[Row], missing: Sequence[str]) -> Iterator[QuarantinedField]:
    """A finding for each provider that lost over a fifth of its models at once."""
    known = Counter(row["provider"] for row in active if row.get("prices"))
    gone = Counter(key.partition("/")[0] for key in missing)
    for provider, count in sorted(gone.items()):
        if count > VANISHED_SHARE * known[provider] and (
            count >= PATTERN_MODELS or count == known[provider]
        ):
            doubt = Doubt.of("vanished_many", f"{count} of {known[provider]}; all keep their price")
            yield QuarantinedField(provider, "*", "", None, None, (), doubt.code, doubt.reason)


@dataclass(frozen=True, slots=True)
class Pair:
    """An active row, the names of it that one candidate row now holds, and that row.

    ``splits`` where other names of the active row went elsewhere.
    """

    active: Row
    candidate: Candidate
    splits: bool = False

    @property
    def moved(self) -> list[str]:
        """The aliases that part from the active row, the one to be the new row's id first."""
        said = self.candidate.row
        moved = [name for name in self.active.get("aliases", ()) if name in names_of(said)]
        return sorted(moved, key=said["id"].__ne__)

    @property
    def model(self) -> str:
        """The id of the row that the candidate's prices are for."""
        return str(self.moved[0] if self.splits else self.active["id"])


def _paired(
    active: Iterable[Row], candidates: Iterable[Candidate]
) -> tuple[list[Pair], list[Candidate]]:
    """Active rows with the candidate that holds their id first; and candidates nobody knows."""
    holder: dict[tuple[str, str], Candidate] = {}
    for candidate in candidates:
        row = candidate.row
        for name in (row["id"], *row.get("aliases", ())):
            holder.setdefault((row["provider"], name), candidate)
    pairs: list[Pair] = []
    met: set[int] = set()
    for row in active:
        if not row.get("prices"):
            continue
        found: list[Candidate] = []
        for name in (row["id"], *row.get("aliases", ())):
            candidate_of = holder.get((row["provider"], name))
            if candidate_of and candidate_of not in found:
                found.append(candidate_of)
        met |= {id(candidate) for candidate in found}
        pairs += [Pair(row, candidate, at > 0) for at, candidate in enumerate(found)]
    return pairs, [candidate for candidate in candidates if id(candidate) not in met]


def _costs_as_said(pair: Pair, judgement: Judgement, name: str) -> bool:
    """Whether a list states the row's price for this very name, or none states any."""
    said = pair.candidate.by_name.get(name, {})
    rates = standard_rates(judgement.prices())
    columns = ("input", "output")
    return not said or any(
        all(stated.get(one) == rates.get(one) for one in columns)
        for sketch in said.values()
        for stated in [sketch.get("standard", {}).get(0, {})]
    )


def _new_aliases(
    pairs: Sequence[Pair], judgements: Sequence[Judgement], names: Names
) -> tuple[dict[int, list[str]], list[QuarantinedField]]:
    """Names nobody knew, of models whose price is as said; and those that are refused."""
    found: dict[int, list[str]] = {}
    refused: list[QuarantinedField] = []
    for pair, judgement in zip(pairs, judgements, strict=True):
        row = pair.candidate.row
        for name in sorted(names_of(row)):
            if names.knows(row["provider"], name):
                continue
            doubt = names.doubt_about(row["provider"], name)
            if doubt:
                refused.append(replace(_whole(pair.candidate, doubt), model=name[:128]))
            elif not judgement.doubts and not pair.splits and _costs_as_said(pair, judgement, name):
                found.setdefault(id(pair.active), []).append(name)
                names.add(row["provider"], name)
    return found, refused


#: By the identity of an active row: what was found out about it.
Taken = dict[int, list[tuple[Pair, Judgement]]]


def assembled(
    active: Sequence[Row],
    taken: Taken,
    aliases: Mapping[int, list[str]],
    added: Sequence[Row],
    *,
    approved: bool = False,
) -> list[Row]:
    """The rows of a version: changed ones rebuilt, names moved where prices part, new ones."""
    bare = {name for row in active for name in _bare_names(row)}
    rows: list[Row] = []
    for row in active:
        own = row.get("bare_names", True)
        new = [name for name in aliases.get(id(row), ()) if not (own and name in bare)]
        bare |= {*new} if own else set()
        rows += _row_after(row, taken.get(id(row), []), new, approved=approved)
    for row in added:
        clash = bare & names_of(row)
        rows.append({**row, "bare_names": False} if clash else row)
        bare |= set(_bare_names(rows[-1]))
    return rows


def _bare_names(row: Row) -> list[str]:
    return [row["id"], *row.get("aliases", ())] if row.get("bare_names", True) else []


def _row_after(
    row: Row, taken: Sequence[tuple[Pair, Judgement]], new: list[str], *, approved: bool
) -> list[Row]:
    after = dict(row)
    if new:
        after["aliases"] = [*row.get("aliases", ()), *new]
    splits: list[Row] = []
    for pair, judgement in taken:
        prices = judgement.prices(approved=approved)
        if not pair.splits:
            after |= _changed(row, judgement, prices)
        elif prices != after["prices"]:
            moved = pair.moved
            after["aliases"] = [name for name in after["aliases"] if name not in moved]
            split = {**row, "id": moved[0], "name": moved[0], "aliases": moved[1:], "family": None}
            splits.append(_tidy(split | _changed(row, judgement, prices)))
    return [row if after == row else _tidy(after), *splits]


def _changed(row: Row, judgement: Judgement, prices: list[Any]) -> Row:
    """What differs in a row whose prices changed; nothing if they did not."""
    if prices == row["prices"]:
        return {}
    notes = [*row.get("notes", ())]
    notes += [note for note in judgement.candidate.row.get("notes", ()) if note not in notes]
    known = differing(judgement.candidate, prices, judgement.now)
    return {"prices": prices, "notes": notes, "disagreements": known}


def _tidy(row: Row) -> Row:
    names = names_of(row)
    ambiguous = [name for name in row.get("ambiguous_aliases", ()) if name in names]
    after = row | ({"ambiguous_aliases": ambiguous} if "ambiguous_aliases" in row else {})
    return {key: value for key, value in after.items() if value or isinstance(value, bool)}
