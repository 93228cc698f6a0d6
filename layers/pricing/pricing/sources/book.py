"""Every provider's rows from the two lists, under the merge rules and Tariff's corrections."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pricing.sources.claude_on_clouds import ClaudeOnClouds
from pricing.sources.corrections import Corrections
from pricing.sources.merge import Listing, Merger, Row, current, disagreements
from pricing.sources.price_tables import Sketch, sketch_of
from pricing.sources.rows import RowMaker

NOTHING: Mapping[str, Sketch] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Merge:
    """One provider's lists, merged: its rows, and what each name was merged from."""

    provider: str
    rows: list[Row]
    merger: Merger
    listings: list[Listing]


def merges(
    own: Iterable[Row],
    lists: Iterable[Mapping[str, Any]],
    corrections: Corrections,
    versions: Mapping[str, str],
    families: Iterable[Mapping[str, Any]],
    sold: Mapping[str, Sketch] = NOTHING,
) -> Iterator[Merge]:
    """Each provider of ``lists`` merged. ``own`` are the hand-written rows Claude's prices on
    the clouds are computed from; ``versions`` says which state of each package was read; ``sold``
    are the prices that the seller's own list names, which the lists only copy.
    """
    claude = ClaudeOnClouds(own)
    maker = RowMaker(corrections, claude, versions, families)
    for listed in lists:
        merger = Merger(listed, corrections, claude, sold)
        listings = merger.listings()
        rows = maker.rows(listed["provider"], listings)
        yield Merge(listed["provider"], rows, merger, listings)


def cross_checked(rows: list[Row], merge: Merge, as_of: str) -> list[Row]:
    """Hand-written rows, each with what the lists say differently about it on that day."""
    said = {listing.name: merge.merger.said(listing) for listing in merge.listings}
    checked = []
    for row in rows:
        names = {row["id"], *row.get("aliases", ())}
        found = []
        for name in sorted(names & said.keys()):
            if row.get("prices"):
                used = sketch_of(current(row["prices"], as_of)["lists"])
                found += [one for one in disagreements(*said[name], used) if one not in found]
        checked.append(row | ({"disagreements": found} if found else {}))
    return checked
