"""Tariff's own corrections to the imported lists: ``catalogue/corrections.toml``.

Each entry names the models it is about (ids, or one pattern) and gives a reason. An entry that no
longer matches anything is an error, so that no correction outlives its cause.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

ENTRY_KEYS = {
    "exclude": {"provider", "ids", "pattern", "reason"},
    "prefer": {"provider", "ids", "pattern", "reason", "list"},
    "replace": {"provider", "ids", "reason", "source", "period", "notes"},
    "model": {"provider", "ids", "reason", "source", "period", "facts"},
    "correct": {"provider", "ids", "reason", "source", "mode", "wrong", "right"},
    "past": {"provider", "ids", "reason", "source", "to", "lists", "period"},
    "since": {"provider", "ids", "reason", "source", "from", "lists"},
    "window": {"provider", "ids", "reason", "source", "from", "to", "days"},
    "add": {"provider", "ids", "pattern", "reason", "source", "from", "lists"},
    "cache_minimum": {"provider", "ids", "pattern", "reason", "tokens"},
    "note": {"provider", "ids", "pattern", "reason"},
}


class Corrections:
    """The entries of the file, by kind. Each use is counted, see ``unused``.

    ``document`` is the file as plain data. ``as_of`` is the day whose prices are compared, as an
    ISO date; without it the file's own. Raises ValueError for an unknown table or key.
    """

    def __init__(self, document: Mapping[str, Any], as_of: str | None = None) -> None:
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
        """Return the list whose price is used for this name, if an entry chooses one."""
        return next((entry["list"] for entry in self._matching("prefer", provider, name)), None)

    def replacement(self, provider: str, name: str) -> Mapping[str, Any] | None:
        """Return a whole price history to use instead of the lists' own, if an entry has one."""
        return next(self._matching("replace", provider, name), None)

    def unlisted(self, provider: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the names that no list has yet, and the entry with their prices."""
        for entry in self._entries["model"]:
            if entry["provider"] == provider:
                self._used.add(id(entry))
                yield from ((name, entry) for name in entry["ids"])

    def additions(self, provider: str, name: str) -> Iterator[Mapping[str, Any]]:
        """Yield price lists to add to one period of a model."""
        return self._matching("add", provider, name)

    def mistakes(self, provider: str, name: str) -> Iterator[Mapping[str, Any]]:
        """Yield the prices that a list has wrong, and the right ones; see ``corrections.toml``."""
        return self._matching("correct", provider, name)

    def past(self, provider: str, name: str) -> Iterator[Mapping[str, Any]]:
        """Yield prices that applied until a day, the earliest first."""
        return self._matching("past", provider, name)

    def moves(self, provider: str, name: str) -> Iterator[Mapping[str, Any]]:
        """Yield prices that apply from a moment on, the earliest first."""
        return self._matching("since", provider, name)

    def windows(self, provider: str, name: str) -> Iterator[Mapping[str, Any]]:
        """Yield further hours of a model's off-peak price."""
        return self._matching("window", provider, name)

    def cache_minimum(self, provider: str, name: str) -> int | None:
        """Return the shortest prefix that is cached, in tokens, where no list states it."""
        return next(
            (entry["tokens"] for entry in self._matching("cache_minimum", provider, name)), None
        )

    def notes(self, provider: str, name: str) -> list[str]:
        """Return the sentences to put on a row."""
        return [entry["reason"] for entry in self._matching("note", provider, name)]

    def miss(self, entry: Mapping[str, Any]) -> None:
        """Record that an entry found its model, but not the period or price it is for."""
        self._missed.add(id(entry))

    def unused(self) -> list[str]:
        """Return one sentence for each entry that matched nothing."""
        return [
            f"corrections.toml: {kind} {entry.get('ids') or entry.get('pattern')} of"
            f" {entry['provider']} matches nothing any more"
            for kind, entries in self._entries.items()
            for entry in entries
            if id(entry) not in self._used or id(entry) in self._missed
        ]

    def _matching(self, kind: str, provider: str, name: str) -> Iterator[Mapping[str, Any]]:
        for entry in self._entries[kind]:
            if entry["provider"] not in (provider, "*"):
                continue
            pattern = entry.get("pattern")
            if re.search(pattern, name) is not None if pattern else name in entry["ids"]:
                self._used.add(id(entry))
                yield entry
