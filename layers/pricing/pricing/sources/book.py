"""Merge every provider of the two public lists into price book rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pricing.catalogue.models import Row, row_names
from pricing.sources.claude_on_clouds import ClaudeOnClouds
from pricing.sources.corrections import Corrections
from pricing.sources.merge import GENAI, LITELLM, Listing, Merger, disagreements
from pricing.sources.price_tables import PriceTable, period_on, table_of
from pricing.sources.rows import RowMaker

NOTHING: Mapping[str, PriceTable] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Merge:
    """One provider's lists, merged: its rows, and the listings they were made of by name."""

    provider: str
    rows: list[Row]
    listings: Mapping[str, Listing]


def merges(
    own: Iterable[Row],
    lists: Iterable[Mapping[str, Any]],
    corrections: Corrections,
    versions: Mapping[str, str],
    families: Iterable[Mapping[str, Any]],
    first_hand: Mapping[str, PriceTable] = NOTHING,
) -> Iterator[Merge]:
    """Merge each provider of ``lists``.

    ``own`` are the hand-written rows from which Claude's prices on the clouds are computed;
    ``versions`` says which release of each package was read; ``first_hand`` are the prices in the
    provider's own list, which the lists only copy.
    """
    claude = ClaudeOnClouds(own)
    maker = RowMaker(corrections, claude, versions, families)
    for listed in lists:
        listings = Merger(listed, corrections, claude, first_hand).listings()
        rows = maker.rows(listed["provider"], listings)
        yield Merge(listed["provider"], rows, {one.name: one for one in listings})


def cross_checked(rows: Sequence[Row], merge: Merge, as_of: str) -> list[Row]:
    """Return hand-written rows, each with what the lists say differently about it on that day."""
    checked = []
    for row in rows:
        names = sorted({*row_names(row)} & merge.listings.keys()) if row.get("prices") else []
        used = table_of(period_on(row["prices"], as_of)["lists"]) if names else {}
        found: list[Row] = []
        for name in names:
            genai, litellm = (merge.listings[name].quotes.get(key, {}) for key in (GENAI, LITELLM))
            differences = disagreements(genai, litellm, used)
            found += [difference for difference in differences if difference not in found]
        checked.append(row | ({"disagreements": found} if found else {}))
    return checked
