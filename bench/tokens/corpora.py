"""Texts for calibrating and measuring the token estimate, from any machine that ran ``make``.

They come from Python itself (documentation, modules, headers, test data), from the packages of
.venv (READMEs, licences, JavaScript, HTML, JSON), and from tests/data/token_counts, whose
paragraphs were written for this. Nothing is downloaded.
"""

import hashlib
import json
import pydoc_data.topics
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path

from tariff.paths import ROOT

DATA = ROOT / "tests" / "data" / "token_counts"
IMPORTED = ROOT / "catalogue" / "imported"
CHUNK = 3000
PER_CORPUS = 40

_PATHS = sysconfig.get_paths()
_STDLIB, _PACKAGES = Path(_PATHS["stdlib"]), Path(_PATHS["purelib"])
_TYPOGRAPHIC = str.maketrans({"'": "\u2019", "`": "\u2018", '"': "\u201d", "-": "\u2013"})


def corpora() -> Mapping[str, list[str]]:
    """Return texts of a few thousand characters, by kind of content."""
    documentation = "\n\n".join(text for _, text in sorted(pydoc_data.topics.topics.items()))
    found = {
        "documentation": documentation,
        "typographic": documentation.translate(_TYPOGRAPHIC),
        "licences": _all_of(_PACKAGES.rglob("LICENSE*")),
        "readmes": "\n".join(
            _read(path).partition("\n\n")[2]
            for path in sorted(_PACKAGES.glob("*.dist-info/METADATA"))
        ),
        "python": _all_of(_STDLIB.glob("*.py")),
        "c": _all_of(Path(_PATHS["include"]).glob("*.h")),
        "javascript": _all_of(_PACKAGES.rglob("*.js")),
        "html": _all_of(_PACKAGES.rglob("*.html")),
        "json": _all_of(_PACKAGES.rglob("*.json")),
        "json, minified": _all_of(IMPORTED.glob("*.json")),
        "decimals": _all_of((_STDLIB / "test" / "decimaltestdata").glob("*.decTest")),
        "hashes and timestamps": "\n".join(map(_log_line, range(300))),
    }
    return {name: chunks for name, text in found.items() if (chunks := _chunks(text))}


def paragraphs() -> Mapping[str, list[str]]:
    """Return two paragraphs a language or script: one to calibrate, one to measure."""
    content: dict[str, list[str]] = json.loads((DATA / "paragraphs.json").read_text("utf-8"))
    return content


def _chunks(text: str) -> list[str]:
    """Return evenly spaced pieces of the text, at most PER_CORPUS of them."""
    pieces = [text[at : at + CHUNK] for at in range(0, len(text) - CHUNK + 1, CHUNK)]
    return pieces[:: max(1, len(pieces) // PER_CORPUS)][:PER_CORPUS]


def _all_of(paths: Iterable[Path]) -> str:
    """Join every distinct file of less than half a megabyte, in order of path."""
    texts = dict.fromkeys(
        _read(path)
        for path in sorted(paths)
        if path.is_file() and path.suffix != ".pyc" and path.stat().st_size < 1 << 19
    )
    return "\n".join(texts)


def _read(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def _log_line(number: int) -> str:
    name = hashlib.sha256(str(number).encode()).hexdigest()
    return f"{number},{name},2026-11-{number % 30 + 1:02}T{number % 24:02}:00:07Z,{number * 7919}"
