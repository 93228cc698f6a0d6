"""TODO: say what this module is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pricing.refresh.guard import ADDED
from pricing.sources.payload import Payload

#: Answers remembered for each source, so that an old one is known for what it is.
REMEMBERED = 400
#: Fields whose last change is remembered.
APPLIED = 5000
#: Refreshes in a row that refuse an old copy.
OLD_COPIES = 2


@dataclass(frozen=True, slots=True)
class Memory:
    """What one refresh leaves for the next.

    The hashes of the answers seen, newest last; since when models are missing; and how often in
    a row a source's answer was refused as an old copy; and what was put in force last, by field.
    """

    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    old_copies: Mapping[str, int] = field(default_factory=dict)
    applied: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "seen": {name: list(found) for name, found in self.seen.items()},
            "missing": dict(self.missing),
            "old_copies": dict(self.old_copies),
            "applied": dict(self.applied),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> "Memory":
        """Read what ``document`` wrote."""
        found = document or {}
        seen = {name: tuple(hashes) for name, hashes in found.get("seen", {}).items()}
        rest = {name: dict(found.get(name, {})) for name in ("missing", "old_copies", "applied")}
        return cls(seen, **rest)

    def is_old_copy(self, payload: Payload) -> bool:
        """Whether an answer was seen before a newer one.

        A cache's old copy is gone by the next days; a list whose project took a mistake back
        stays as it was before the mistake, and is then believed again.
        """
        is_old = payload.sha256 in self.seen.get(payload.source, ())[:-1]
        return is_old and self.old_copies.get(payload.source, 0) < OLD_COPIES

    def after(
        self,
        payloads: Iterable[Payload],
        missing: Mapping[str, str],
        changes: Iterable[Mapping[str, Any]] = (),
        added: Iterable[str] = (),
    ) -> "Memory":
        """The memory of the next refresh."""
        seen, old = dict(self.seen), dict(self.old_copies)
        for payload in payloads:
            if self.is_old_copy(payload):
                old[payload.source] = old.get(payload.source, 0) + 1
                continue
            old.pop(payload.source, None)
            known = seen.get(payload.source, ())
            if known[-1:] != (payload.sha256,):
                seen[payload.source] = (*known, payload.sha256)[-REMEMBERED:]
        applied = dict(self.applied)
        dated: dict[str, list[str]] = {}
        for one in applied:
            if "@" in one:
                dated.setdefault(one.partition("@")[0], []).append(one)
        for change in changes:  # the newest last, and only the last price of each field
            place = f"{change['model']} {change['field']}"
            # What was announced for this place is history once it has another price.
            for earlier in dated.pop(place, ()):
                del applied[earlier]
            applied.pop(place, None)
            applied[place] = change["after"]
        applied |= {f"{key} {ADDED}": ADDED for key in added}
        kept = dict(list(applied.items())[-APPLIED:])
        return Memory(seen, missing, old, kept)
