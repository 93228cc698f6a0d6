"""The rows of the next version: what is believed of each row, put back into the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pricing.guard_candidate import Candidate
from pricing.guard_model import Judgement
from pricing.guard_news import differing
from pricing.merge_prices import Row


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


def key_of_row(row: Row) -> str:
    """``provider/id``."""
    return f"{row['provider']}/{row['id']}"


def names_of(row: Row) -> set[str]:
    """A row's id and aliases."""
    return {row["id"], *row.get("aliases", ())}


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
