"""What to send instead of a property that Tariff does not have: ``data/hints.toml``.

The file is read at the first error: a request without one needs none of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

_FILE = __file__.rpartition("/api/")[0] + "/data/hints.toml"


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
    import tomllib  # only an error needs it

    with open(_FILE, "rb") as file:  # noqa: PTH123 - as in store/bundled.py
        return tomllib.load(file)
