"""Import the public price lists: ``python -m tariff.catalogue.import_lists``, run in
``.venv-bench``.

Writes ``catalogue/imported/<provider>.json``: what genai-prices and litellm say, side by side, in
Tariff's columns and without a judgement. ``python -m tariff.catalogue.build`` merges it. The
files depend on the two packages' data alone; ``sources.json`` names them by version and SHA-256.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

from pricing.sources import litellm as sources_litellm
from pricing.sources.merge import side_by_side

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = ROOT / "catalogue" / "imported"
SOURCES = "sources.json"
#: The packages, the file in each that holds the prices, and where they are made.
PACKAGES = {
    "genai-prices": ("genai_prices/data.py", "https://github.com/pydantic/genai-prices"),
    "litellm": (
        "litellm/model_prices_and_context_window_backup.json",
        "https://github.com/BerriAI/litellm",
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the imported files, or compare them; 0 is success, 1 a difference."""
    parser = argparse.ArgumentParser(description="Import the public price lists.")
    parser.add_argument("--check", action="store_true", help="compare only; write nothing")
    parser.add_argument("--into", type=Path, default=IMPORTED)
    parser.add_argument(
        "--as-of", type=date.fromisoformat, help="day of retrieval; today when the data changed"
    )
    options = parser.parse_args(arguments)
    files = imported(options.into, options.as_of)
    if options.check:
        stale = [
            name
            for name, text in files.items()
            if not (path := options.into / name).exists() or path.read_text("utf-8") != text
        ]
        print(*(f"{name}: differs from the packages' data" for name in stale), sep="\n")
        return 1 if stale else 0
    options.into.mkdir(parents=True, exist_ok=True)
    for leftover in {path.name for path in options.into.glob("*.json")} - files.keys():
        (options.into / leftover).unlink()
    for name, text in files.items():
        (options.into / name).write_text(text, encoding="utf-8")
    return 0


def imported(folder: Path, as_of: date | None) -> dict[str, str]:
    """Every imported file by name."""
    from genai_prices.data import providers

    path = Path(str(metadata.distribution("litellm").locate_file(PACKAGES["litellm"][0])))
    litellm = sources_litellm.rows_of(json.loads(path.read_text("utf-8"), parse_float=Decimal))
    files = {SOURCES: _lines(_sources(folder, as_of))}
    for provider, lists in side_by_side(providers, litellm).items():
        files[f"{provider}.json"] = _lines(lists)
    return files


def _sources(folder: Path, as_of: date | None) -> dict[str, Any]:
    """The packages as they are now; a retrieval date stays while their data stay the same."""
    path = folder / SOURCES
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    sources = {}
    for package, (file, url) in PACKAGES.items():
        content = Path(str(metadata.distribution(package).locate_file(file))).read_bytes()
        entry = {
            "version": metadata.version(package),
            "file": file,
            "sha256": hashlib.sha256(content).hexdigest(),
            "url": url,
        }
        before = dict(known.get(package, {}))
        retrieved = before.pop("as_of", None)
        if as_of or entry != before:
            retrieved = (as_of or datetime.now(UTC).date()).isoformat()
        sources[package] = entry | {"as_of": retrieved}
    return sources


def _lines(document: Mapping[str, Any]) -> str:
    """JSON with one model a line, so that a changed price is a changed line."""
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


if __name__ == "__main__":
    sys.exit(main())
