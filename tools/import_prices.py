"""Import the public price lists: ``python -m tools.import_prices``, run in ``.venv-bench``.

Writes ``catalogue/imported/<provider>.json``: what genai-prices and litellm say, side by side, in
Tariff's columns and without a judgement. ``python -m tools.build_price_book`` merges it. The
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

from tools import import_genai_prices, import_litellm

ROOT = Path(__file__).resolve().parent.parent
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
#: genai-prices' provider names, and ours. Its Google prices are those of both Google doors.
GENAI_PROVIDERS = {
    "anthropic": "anthropic",
    "arcee": "arcee",
    "aws": "bedrock",
    "azure": "azure",
    "baseten": "baseten",
    "cerebras": "cerebras",
    "cloudflare": "cloudflare",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "fireworks": "fireworks",
    "google": "google",
    "groq": "groq",
    "meta": "meta",
    "minimax": "minimax",
    "mistral": "mistral",
    "moonshotai": "moonshotai",
    "novita": "novita",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity": "perplexity",
    "together": "together",
    "voyageai": "voyageai",
    "x-ai": "xai",
    "zai": "zai",
}
GOOGLE, VERTEX = "google", "vertex"

Rows = list[dict[str, Any]]


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

    models = {provider.id: provider for provider in providers}
    genai = {
        ours: (models[theirs], import_genai_prices.rows_of(models[theirs]))
        for theirs, ours in GENAI_PROVIDERS.items()
    }
    path = Path(str(metadata.distribution("litellm").locate_file(PACKAGES["litellm"][0])))
    litellm = import_litellm.rows_of(json.loads(path.read_text("utf-8"), parse_float=Decimal))
    files = {SOURCES: _lines(_sources(folder, as_of))}
    for provider in sorted({*genai, *litellm}):
        theirs, rows = genai.get(GOOGLE if provider == VERTEX else provider, (None, []))
        listed = _one_each(litellm.get(provider, []))
        for row in listed:
            like = _like(theirs, rows, row["id"])
            if like:
                row["like"] = like
        if provider == VERTEX:
            rows = [_on_vertex(row) for row in rows if _is_sold_on_vertex(row, listed)]
        elif provider == GOOGLE:
            rows = [row for row in rows if not row["id"].startswith("claude")]
        files[f"{provider}.json"] = _lines(
            {
                "provider": provider,
                "genai_prices": sorted(rows, key=lambda row: str(row["id"])),
                "litellm": sorted(listed, key=lambda row: str(row["id"])),
            }
        )
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


def _one_each(rows: Rows) -> Rows:
    """One row an id: the key that names the endpoint wins, and another price is noted."""
    chosen: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=_preference):
        first = chosen.setdefault(row["id"], row)
        if first is not row and first["lists"] != row["lists"]:
            note = f"litellm lists this id twice, differently: {first['key']} is used."
            first["notes"] = sorted({*first.get("notes", ()), note})
    return list(chosen.values())


def _preference(row: Mapping[str, Any]) -> tuple[bool, bool, str]:
    key = str(row["key"])
    return (not key.startswith("bedrock_mantle/"), "/" not in key, key)


def _like(provider: Any, rows: Rows, name: str) -> list[str] | None:
    """The genai-prices row whose rules accept this name, and whether they state it in full."""
    if provider is None:
        return None
    by_id = {row["id"]: row for row in rows}
    for model in provider.models:
        if import_genai_prices.clause_matches(model.match, name):
            row = by_id.get(model.id)
            if row is None:
                return None
            names = {known.lower() for known in row.get("names", ())}
            return [model.id, "name" if name.lower() in names else "pattern"]
    return None


def _is_sold_on_vertex(row: Mapping[str, Any], listed: Rows) -> bool:
    matched = {other["like"][0] for other in listed if "like" in other}
    return row["id"] in matched or str(row["id"]).startswith("claude")


def _on_vertex(row: Mapping[str, Any]) -> dict[str, Any]:
    """Claude under its names; a Google model to compare with, whose ids litellm knows."""
    is_claude = str(row["id"]).startswith("claude")
    return {key: value for key, value in row.items() if key != "names" or is_claude}


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
