"""What to send instead of a property that Tariff does not have: ``data/hints.toml``.

The file is read at the first error: a request without one needs none of it.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[2] / "data" / "hints.toml"


class Hints(Mapping[str, str]):
    """The sentence for each name that these tables of the file have, of which the last decides."""

    def __init__(self, *tables: str) -> None:
        self._tables = tables

    @cached_property
    def _sentences(self) -> Mapping[str, str]:
        return {
            name: entry["say"].replace("NAME", name.rstrip("="))
            for table in self._tables
            for entry in _file()[table]
            for name in entry["of"].split()
        }

    def __getitem__(self, name: str) -> str:
        return self._sentences[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)


HINTS = Hints("common")


def provider_objects() -> Sequence[tuple[frozenset[str], str]]:
    """Return names of which several tell a provider's whole object, and what to do with it."""
    return [(frozenset(entry["of"].split()), entry["say"]) for entry in _file()["wholes"]]


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
