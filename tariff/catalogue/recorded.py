"""The two public lists whole, as the bundled book was made from them: ``make upstream-excerpts``.

``catalogue/recorded`` holds them compressed, prose left out, one model a line, in the formats
that their projects publish. They are what a local refresh reads first: with less than the whole
lists, every model they lack would count as gone.
"""

import json
import lzma
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tariff.catalogue.published import ROOT, installed
from tariff.catalogue.upstream_excerpts import PROSE

FOLDER = ROOT / "catalogue" / "recorded"


def recorded(source: str, folder: Path = FOLDER) -> bytes:
    """One list as UTF-8 JSON; raises FileNotFoundError for a source that has no recording."""
    return lzma.decompress((folder / f"{source}.json.xz").read_bytes())


def main(folder: Path = FOLDER) -> int:
    """Record both lists as the pinned releases have them."""
    folder.mkdir(parents=True, exist_ok=True)
    for source, lines in LINES.items():
        text = lines(json.loads(installed(source)))
        (folder / f"{source}.json.xz").write_bytes(lzma.compress(text.encode(), preset=9))
    return 0


def _genai(providers: Iterable[Mapping[str, Any]]) -> str:
    parts = []
    for provider in providers:
        head = _compact({"id": provider["id"], "name": provider["name"]}).removesuffix("}")
        models = ",\n".join(_compact(_facts(model)) for model in provider["models"])
        parts.append(f'{head},"models":[\n{models}\n]}}')
    return "[\n" + ",\n".join(parts) + "\n]\n"


def _litellm(entries: Mapping[str, Mapping[str, Any]]) -> str:
    lines = (f"{_compact(name)}:{_compact(_facts(entry))}" for name, entry in entries.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


LINES: dict[str, Callable[[Any], str]] = {"genai-prices": _genai, "litellm": _litellm}


def _facts(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in PROSE}


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    sys.exit(main())
