"""``tariff catalogue import``: the public price lists, as files of the catalogue.

Writes ``catalogue/imported/<provider>.json``: the prices of genai-prices and litellm side by side,
in Tariff's columns and not yet merged; ``tariff catalogue build`` merges them. The files depend on
the two packages' data alone; ``sources.json`` names the packages by version and SHA-256.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from pricing.sources import genai_prices, litellm
from pricing.sources.merge import GENAI, LITELLM, side_by_side
from pricing.sources.payload import Payload, SourceNotes
from tariff.catalogue import media
from tariff.catalogue.published import FILES, installed, installed_file, installed_version
from tariff.generated_files import Check, update
from tariff.paths import ROOT

#: The name of the folder of imported lists within a catalogue.
IMPORTED = "imported"
SOURCES = "sources.json"
#: The packages, and where they are published.
LISTS = (
    ("genai-prices", "https://github.com/pydantic/genai-prices"),
    ("litellm", "https://github.com/BerriAI/litellm"),
)


def import_lists(
    check: Check = False,
    into: Annotated[Path, Option(help="The folder to write.")] = ROOT / "catalogue" / IMPORTED,
    as_of: Annotated[
        datetime | None,
        Option(
            formats=["%Y-%m-%d"], help="The day of retrieval; by default today, if a list changed."
        ),
    ] = None,
) -> int:
    """Import the public price lists.

    They are those of the pinned releases in .venv-bench.
    """
    files = imported(into, as_of.date() if as_of else None)
    wanted = {into / name: text.encode() for name, text in files.items()}
    return update(wanted, "make import-prices", check=check, owned=(into, "*.json"))


def imported(folder: Path, as_of: date | None) -> dict[str, str]:
    """Return every imported file by name."""
    genai, lite = (Payload(name, url, "", None, installed(name)) for name, url in LISTS)
    notes = SourceNotes("the pinned releases")
    lists = side_by_side(genai_prices.read(genai, notes), litellm.read(lite, notes))
    media_rows = media.read(lite, installed_version("litellm"))
    sources = _sources(folder, as_of)
    documents = {f"{provider}.json": listed for provider, listed in lists.items()}
    documents[media.MEDIA] = {"rows": media_rows}
    files = {name: _lines(_kept(folder, name, now, sources)) for name, now in documents.items()}
    return files | {SOURCES: _lines(sources)}


def _kept(
    folder: Path, name: str, now: Mapping[str, Any], sources: Mapping[str, Any]
) -> dict[str, Any]:
    """Add the rows that the import before had and a newer list has not: old calls still name them.

    They have the day since when they are missing. What a release of the same version lacks is no
    longer wanted.
    """
    before, known = (_read(folder / file) for file in (name, SOURCES))
    kept = dict(now)
    for key, package in ((GENAI, "genai-prices"), (LITELLM, "litellm"), ("rows", "litellm")):
        if key not in before:
            continue
        ids = {(row.get("provider"), row["id"]) for row in now[key]}
        is_newer = known[package]["version"] != sources[package]["version"]
        missing = [
            {"missing_since": sources[package]["as_of"]} | row
            for row in before[key]
            if (is_newer or "missing_since" in row) and (row.get("provider"), row["id"]) not in ids
        ]
        rows = [*now[key], *missing]
        kept[key] = sorted(rows, key=lambda row: (row.get("provider", ""), row["id"]))
    return kept


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def _sources(folder: Path, as_of: date | None) -> dict[str, Any]:
    """Describe the packages; a retrieval date is kept while the package's data are unchanged."""
    known = _read(folder / SOURCES)
    sources = {}
    for package, url in LISTS:
        entry = {
            "version": installed_version(package),
            "file": FILES[package],
            "sha256": hashlib.sha256(installed_file(package)).hexdigest(),
            "url": url,
        }
        before = dict(known.get(package, {}))
        retrieved = before.pop("as_of", None)
        if as_of or entry != before:
            retrieved = (as_of or datetime.now(UTC).date()).isoformat()
        sources[package] = entry | {"as_of": retrieved}
    return sources


def _lines(document: Mapping[str, Any]) -> str:
    """Return JSON with one model a line, so that a changed price is a changed line."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list):
            rows = ",\n".join(_compact(row) for row in value)
            parts.append(f"{_compact(key)}: [\n{rows}\n]" if value else f"{_compact(key)}: []")
        else:
            parts.append(f"{_compact(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
