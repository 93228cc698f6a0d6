"""Extend the hand-written book by every provider of ``catalogue/imported``."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pricing.sources.book import cross_checked, merges
from pricing.sources.corrections import Corrections
from tariff.catalogue.toml_files import CatalogueError

SOURCES = "sources.json"


def extended(document: Mapping[str, Any], imported: Path) -> dict[str, Any]:
    """The document with the rows, families and provenance of the imported lists.

    ``imported`` is a folder beside ``corrections.toml`` and ``families.toml``. The document's own
    providers stay as they are, but for what the lists disagree with. Raises CatalogueError.
    """
    catalogue = imported.parent
    rules = merge_rules(catalogue)
    corrections = Corrections(rules["corrections"])
    families = rules["families"]
    sources = json.loads((imported / SOURCES).read_text(encoding="utf-8"))
    versions = {package: entry["version"] for package, entry in sources.items()}
    own = {row["provider"] for row in document["models"]}
    rows = list(document["models"])
    lists = (
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(imported.glob("*.json"))
        if path.name != SOURCES
    )
    for merge in merges(document["models"], lists, corrections, versions, families):
        if merge.provider in own:
            rows = cross_checked(rows, merge, corrections.as_of)
        else:
            rows += merge.rows
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


def merge_rules(catalogue: Path) -> dict[str, Any]:
    """What a merge needs beside the lists, as JSON: the corrections and the families."""
    corrections = tomllib.loads((catalogue / "corrections.toml").read_text(encoding="utf-8"))
    families = tomllib.loads((catalogue / "families.toml").read_text(encoding="utf-8"))
    return {
        "corrections": corrections | {"as_of": corrections["as_of"].isoformat()},
        "families": families["family"],
    }


def _provenance(sources: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, str]]:
    for package, entry in sorted(sources.items()):
        yield {
            "title": f"{package} {entry['version']}, {entry['file']}",
            "url": entry["url"],
            "as_of": entry["as_of"],
            "sha256": entry["sha256"],
        }
