"""Tariff's own corrections to the imported lists: ``catalogue/corrections.toml``.

Each entry names the models it is about (ids, or one pattern) and gives a reason; an entry that no
longer matches anything is an error, so that corrections do not outlive their cause.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

ENTRY_KEYS = {
    "exclude": {"provider", "ids", "pattern", "reason"},
    "prefer": {"provider", "ids", "pattern", "reason", "list"},
    "replace": {"provider", "ids", "reason", "source", "period", "notes"},
    "window": {"provider", "ids", "reason", "source", "from", "to", "days"},
    "add": {"provider", "ids", "reason", "source", "from", "lists"},
    "note": {"provider", "ids", "pattern", "reason"},
}


class Corrections:
    """What to leave out, whom to believe, and which prices to put in; all of it counted.

    Built from the file as plain data; raises ValueError for a table or key that does not exist.
    """

    def __init__(self, document: Mapping[str, Any], as_of: str | None = None) -> None:
        #: The day whose prices are compared, as an ISO date; the file's own unless one is given.
        self.as_of: str = as_of or str(document["as_of"])
        self._entries: dict[str, list[Mapping[str, Any]]] = {
            kind: document.get(kind, []) for kind in ENTRY_KEYS
        }
        self._used: set[int] = set()
        self._missed: set[int] = set()
        unknown = sorted(document.keys() - {"as_of", *ENTRY_KEYS})
        if unknown:
            raise ValueError(f"corrections.toml: unknown table {', '.join(unknown)}")
        for kind, entries in self._entries.items():
            for entry in entries:
                unknown = sorted(entry.keys() - ENTRY_KEYS[kind])
                if unknown or not entry.get("reason"):
                    raise ValueError(f"corrections.toml, {kind}: {unknown or 'no reason'}")

    def excludes(self, provider: str, name: str) -> bool:
        """Whether a name is left out."""
        return any(True for _ in self._matching("exclude", provider, name))

    def preferred(self, provider: str, name: str) -> str | None:
        """The list to believe for this name, if one was chosen by hand."""
        return next((entry["list"] for entry in self._matching("prefer", provider, name)), None)

    def replacement(self, provider: str, name: str) -> Mapping[str, Any] | None:
        """A whole price history that stands instead of the lists' own."""
        return next(self._matching("replace", provider, name), None)

    def additions(self, provider: str, name: str) -> Iterator[Mapping[str, Any]]:
        """Price lists to put into one period of a model."""
        return self._matching("add", provider, name)

    def windows(self, provider: str, name: str) -> Iterator[Mapping[str, Any]]:
        """More hours of a model's off-peak price."""
        return self._matching("window", provider, name)

    def notes(self, provider: str, name: str) -> list[str]:
        """Sentences to put on a row."""
        return [entry["reason"] for entry in self._matching("note", provider, name)]

    def miss(self, addition: Mapping[str, Any]) -> None:
        """Note that an addition found its model, but not the period it is for."""
        self._missed.add(id(addition))

    def unused(self) -> list[str]:
        """One sentence for each entry that matched nothing."""
        return [
            f"corrections.toml: {kind} {entry.get('ids') or entry.get('pattern')} of"
            f" {entry['provider']} matches nothing any more"
            for kind, entries in self._entries.items()
            for entry in entries
            if id(entry) not in self._used or id(entry) in self._missed
        ]

    def _matching(self, kind: str, provider: str, name: str) -> Iterator[Mapping[str, Any]]:
        for entry in self._entries[kind]:
            if entry["provider"] in (provider, "*") and _is_about(entry, name):
                self._used.add(id(entry))
                yield entry


def _is_about(entry: Mapping[str, Any], name: str) -> bool:
    if "pattern" in entry:
        return re.search(entry["pattern"], name) is not None
    return name in entry["ids"]
