"""What became of the records of a file, and what prices them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pricing.notices import Notice
from pricing.reports.rates import Cuts, PricedKey, Row
from pricing.reports.report import RejectedLine
from pricing.values import immutable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class LoadedUsage:
    """The counts of a file's records by outcome, and the keys that price them.

    ``places`` is the scale of the engine's integer costs, ``cuts`` where prices change.
    """

    read: int = 0
    rejected: int = 0
    duplicates: int = 0
    merged: int = 0
    filtered_out: int = 0
    read_singly: int = 0
    priced: int = 0
    unpriced: int = 0
    partial: int = 0
    #: Lines of a tool's log that are not calls; what was taken for granted of records.
    not_calls: int = 0
    assumed: Counter[str] = field(default_factory=Counter)
    notices: tuple[Notice, ...] = ()
    #: How many priced calls have a component without a price, and which counts were not understood.
    incomplete: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    places: int = 0
    rejections: list[RejectedLine] = field(default_factory=list)
    formats: dict[str, int] = field(default_factory=dict)
    cuts: Cuts = field(default_factory=Cuts)
    keys: list[PricedKey] = field(default_factory=list)
    #: The records that sum up calls which may be in different tiers: how many, of how many calls,
    #: and their cost, its lower and its upper bound as integers.
    sums: Row = (0, 0, 0, 0, 0)
    #: Whether records may state their cost, and of those that do: how many priced calls, what they
    #: state, what they cost at list and at net prices as integers, what calls without price state.
    states_cost: bool = False
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
