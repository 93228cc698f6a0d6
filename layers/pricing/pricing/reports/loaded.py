"""What became of the records of a file, and what prices them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pricing.notices import Notice
from pricing.reports.rates import Cuts, PricedKey, Row
from pricing.reports.report import MAX_REJECTED, RejectedLine
from pricing.values import immutable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class ReadOutcome:
    """What became of a file's records as they were read, before any is priced.

    ``merged`` are those that sum up others, such as a span around calls; ``ignored`` has the
    properties that are not read, and how many records have each.
    """

    read: int = 0
    rejected: int = 0
    merged: int = 0
    read_singly: int = 0
    #: Lines of a tool's log that are not calls.
    not_calls: int = 0
    #: Whether any record may state its cost.
    states_cost: bool = False
    formats: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    #: What was taken for granted of records.
    assumed: Counter[str] = field(default_factory=Counter)
    rejections: list[RejectedLine] = field(default_factory=list)

    def add(self, other: ReadOutcome) -> None:
        """Add what became of the records of another file."""
        self.read += other.read
        self.rejected += other.rejected
        self.merged += other.merged
        self.read_singly += other.read_singly
        self.not_calls += other.not_calls
        self.states_cost |= other.states_cost
        self.formats.update(other.formats)
        self.ignored.update(other.ignored)
        self.assumed.update(other.assumed)
        self.rejections += other.rejections

    def reject(self, line: int, reason: str, lines: int = 1) -> None:
        """Count rejected lines; the first ones of the file are remembered."""
        self.rejected += lines
        self.rejections.append(RejectedLine(line, reason, lines))
        if len(self.rejections) > 2 * MAX_REJECTED:
            self.rejections = first_rejected(self.rejections)


def first_rejected(found: Iterable[RejectedLine]) -> list[RejectedLine]:
    """The rejected lines that an answer holds: the first of the file."""
    return sorted(found, key=lambda rejected: (rejected.line, rejected.reason))[:MAX_REJECTED]


@dataclass(slots=True)
class LoadedUsage(ReadOutcome):
    """The counts of a file's records by outcome, and the keys that price them.

    ``places`` is the scale of the engine's integer costs, ``cuts`` where prices change.
    """

    duplicates: int = 0
    filtered_out: int = 0
    priced: int = 0
    unpriced: int = 0
    partial: int = 0
    notices: tuple[Notice, ...] = ()
    #: How many priced calls have a component without a price, and which counts were not understood.
    incomplete: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    places: int = 0
    cuts: Cuts = field(default_factory=Cuts)
    keys: list[PricedKey] = field(default_factory=list)
    #: The records that sum up calls which may be in different tiers: how many, of how many calls,
    #: and their cost, its lower and its upper bound as integers.
    sums: Row = (0, 0, 0, 0, 0)
    #: Of records that state their cost: how many priced calls, what they state, what they cost at
    #: list and at net prices as integers, what calls without price state.
    stated: Row = (0, 0, 0, 0, 0)
    #: The same keys at the prices of a rate card, in the same order; empty without one.
    net_keys: list[PricedKey] = field(default_factory=list)


@immutable
class SummedFolder:
    """What another engine read: folders of Parquet files, and the counts of the records.

    ``cube`` sums the calls by ``cube``, and ``slots`` says when by ``slots_of``. Calls in
    ``alone`` are not summed, and have the columns of ``ALONE`` too. ``fetch_calls`` makes the
    folder ``calls``, which is only needed to count calls with a component of unknown price: they
    have the columns of ``CALL_COLUMNS`` but ``labels``, and those of labels and hours that were
    asked for.
    """

    folder: Path
    usage: LoadedUsage
    fetch_calls: Callable[[], object]
