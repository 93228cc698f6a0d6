"""Extend the hand-written book by every provider of ``catalogue/imported``."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.cloud_claude import ClaudeOnClouds
from tools.corrections import Corrections
from tools.imported_rows import RowMaker
from tools.merge_prices import Merger, Row, current, disagreements
from tools.price_columns import sketch_of
from tools.read_catalogue import CatalogueError

SOURCES = "sources.json"


def extended(document: Mapping[str, Any], imported: Path) -> dict[str, Any]:
    """The document with the rows, families and provenance of the imported lists.

    ``imported`` is a folder beside ``corrections.toml`` and ``families.toml``. The document's own
    providers stay as they are, but for what the lists disagree with. Raises CatalogueError.
    """
    catalogue = imported.parent
    corrections = Corrections.read(catalogue / "corrections.toml")
    families = tomllib.loads((catalogue / "families.toml").read_text(encoding="utf-8"))["family"]
    sources = json.loads((imported / SOURCES).read_text(encoding="utf-8"))
    claude = ClaudeOnClouds(document["models"])
    versions = {package: entry["version"] for package, entry in sources.items()}
    maker = RowMaker(corrections, claude, versions, families)
    own = {row["provider"] for row in document["models"]}
    rows = list(document["models"])
    for path in sorted(imported.glob("*.json")):
        if path.name == SOURCES:
            continue
        listed = json.loads(path.read_text(encoding="utf-8"))
        if listed["provider"] in own:
            rows = _cross_checked(rows, Merger(listed, corrections, claude), corrections.as_of)
        else:
            rows += maker.rows(listed)
    unused = corrections.unused()
    if unused:
        raise CatalogueError(*unused)
    return {
        **document,
        "families": dict(document["families"])
        | {family["name"]: f"{family['provider']}/{family['current']}" for family in families},
        "provenance": [*document["provenance"], *_provenance(sources)],
        "models": rows,
    }


def _cross_checked(rows: list[Row], merger: Merger, as_of: str) -> list[Row]:
    """Rows of our own, each with what the lists say differently about it today."""
    said = {listing.name: merger.said(listing) for listing in merger.listings()}
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


def _provenance(sources: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, str]]:
    for package, entry in sorted(sources.items()):
        yield {
            "title": f"{package} {entry['version']}, {entry['file']}",
            "url": entry["url"],
            "as_of": entry["as_of"],
            "sha256": entry["sha256"],
        }
