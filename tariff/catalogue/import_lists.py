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
from tariff.catalogue.published import FILES, installed, installed_file, installed_version, released
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
    withdrawn: Annotated[
        str | None,
        Option(help="An older release of litellm whose models are kept, as of that day."),
    ] = None,
) -> int:
    """Import the public price lists.

    They are those of the pinned releases in .venv-bench.
    """
    files = imported(into, as_of.date() if as_of else None, withdrawn)
    wanted = {into / name: text.encode() for name, text in files.items()}
    return update(wanted, "make import-prices", check=check, owned=(into, "*.json"))


def imported(folder: Path, as_of: date | None, withdrawn: str | None = None) -> dict[str, str]:
    """Return every imported file by name."""
    current = _documents(installed("litellm"), installed_version("litellm"))
    known = _read(folder / SOURCES)
    sources = _sources(known, None if withdrawn else as_of)
    before = {name: _read(folder / name) for name in current}
    older = _documents(released("litellm", withdrawn), withdrawn) if withdrawn else {}
    missing = {"missing_since": str(as_of), "release": withdrawn}
    files = {SOURCES: _lines(sources)}
    for name, document in current.items():
        kept = dict(document)
        for key, package in ((GENAI, "genai-prices"), (LITELLM, "litellm"), ("rows", "litellm")):
            if key not in document:
                continue
            mark = {
                "missing_since": sources[package]["as_of"],
                "release": known.get(package, sources[package])["version"],
            }
            is_newer = mark["release"] != sources[package]["version"]
            rows = [row for row in before[name].get(key, ()) if is_newer or "missing_since" in row]
            rows = [mark | row for row in rows]
            if package == "litellm":
                rows += [missing | row for row in older.get(name, {}).get(key, ())]
            kept[key] = _with_missing(document[key], rows)
        files[name] = _lines(kept)
    return files


def _documents(litellm_list: bytes, version: str) -> dict[str, dict[str, Any]]:
    """Return both lists side by side by file name, with a release of litellm."""
    notes = SourceNotes("the releases")
    genai, lite = (
        Payload(name, url, "", None, content)
        for (name, url), content in zip(LISTS, (installed(LISTS[0][0]), litellm_list), strict=True)
    )
    lists = side_by_side(genai_prices.read(genai, notes), litellm.read(lite, notes))
    documents = {f"{provider}.json": listed for provider, listed in lists.items()}
    return documents | {media.MEDIA: {"rows": media.read(lite, version)}}


def _with_missing(now: list[dict[str, Any]], missing: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the rows that an older list had and a newer one has not: old calls still name them.

    They have the day since when they are missing, and the last release that had them.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for row in [*now, *missing]:
        rows.setdefault((row.get("provider", ""), row["id"]), row)
    return [rows[key] for key in sorted(rows)]


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def _sources(known: Mapping[str, Any], as_of: date | None) -> dict[str, Any]:
    """Describe the packages; a retrieval date is kept while the package's data are unchanged."""
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
