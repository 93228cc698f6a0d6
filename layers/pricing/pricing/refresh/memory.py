"""What one refresh leaves for the next, so that it recognises old copies and rollbacks."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pricing.refresh.checks import ADDED
from pricing.sources.payload import Payload
from pricing.values import immutable

#: Answers remembered for each source, so that an old copy is recognised.
REMEMBERED = 400
#: Fields whose last change is remembered.
APPLIED = 5000
#: Within so many days one source alone moves a price by 25% in all, and not every day.
MOVED_DAYS = timedelta(days=30)
#: Refreshes in a row that refuse an old copy.
OLD_COPIES = 2


@immutable
class Memory:
    """What one refresh leaves for the next.

    ``seen`` holds the SHA-256 of each source's answers, the newest last; ``missing`` since which
    day a model is in no list; ``old_copies`` how often in a row a source's answer was refused as an
    old copy; ``applied`` the price that was activated last, by ``provider/model field``. ``moved``
    has, by the same name, ``<day> <price>`` of a field that one source alone has moved since.
    ``compared`` is the moment of the refresh.
    """

    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    old_copies: Mapping[str, int] = field(default_factory=dict)
    applied: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    compared: str = ""

    def document(self) -> dict[str, Any]:
        """Return the memory as JSON stores it."""
        return asdict(self) | {"seen": {name: list(found) for name, found in self.seen.items()}}

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> "Memory":
        """Read a ``Memory.document``; raises ValueError, or as Decimal does, for another form."""
        found = document or {}
        seen = {name: tuple(hashes) for name, hashes in found.get("seen", {}).items()}
        refused = {name: int(times) for name, times in found.get("old_copies", {}).items()}
        days, applied, moved = (
            {name: str(text) for name, text in found.get(kind, {}).items()}
            for kind in ("missing", "applied", "moved")
        )
        for text in moved.values():
            if not Decimal(text.partition(" ")[2]).is_finite():
                raise ValueError("a price is not a number")
        for text in (*days.values(), *moved.values()):
            date.fromisoformat(text.partition(" ")[0])
        compared = str(found.get("compared", ""))
        if compared:
            datetime.fromisoformat(compared)
        return cls(seen, days, refused, applied, moved, compared)

    def is_old_copy(self, payload: Payload) -> bool:
        """Whether an answer was seen before a newer one, and is not refused too often.

        A cache serves an old copy for some days at most. A list whose project corrected a mistake
        stays as it was before the mistake, and is used again after two refusals.
        """
        is_old = payload.sha256 in self.seen.get(payload.source, ())[:-1]
        return is_old and self.old_copies.get(payload.source, 0) < OLD_COPIES

    def moved_since(self, day: str) -> dict[str, str]:
        """Return ``moved`` without the fields whose first move is over ``MOVED_DAYS`` ago."""
        first = (date.fromisoformat(day) - MOVED_DAYS).isoformat()
        return {name: text for name, text in self.moved.items() if text >= first}

    def confirmed(self, day: str) -> dict[str, Decimal]:
        """Return the price of each field before one source alone began to move it."""
        moved = self.moved_since(day)
        return {name: Decimal(text.partition(" ")[2]) for name, text in moved.items()}

    def after(
        self,
        payloads: Iterable[Payload],
        missing: Mapping[str, str],
        changes: Iterable[Mapping[str, Any]] = (),
        added: Iterable[str] = (),
        now: str = "2000-01-01T00:00:00",
    ) -> "Memory":
        """Return the memory for the next refresh.

        ``changes`` are ``{model, field, before, after, sources}`` of the activated prices,
        ``added`` the new models.
        """
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
        announced: dict[str, list[str]] = {}
        for name in applied:
            if "@" in name:
                announced.setdefault(name.partition("@")[0], []).append(name)
        day = now[:10]
        moved = self.moved_since(day)
        for change in changes:  # the newest last, and only the last price of each field
            name = f"{change['model']} {change['field']}"
            # A price that was announced for this field is history once the field has another.
            for earlier in announced.pop(name, ()):
                del applied[earlier]
            applied.pop(name, None)
            applied[name] = change["after"]
            if len(change.get("sources", ())) != 1 or not change["before"]:
                moved.pop(name, None)
            else:
                moved.setdefault(name, f"{day} {change['before']}")
        applied |= {f"{key} {ADDED}": ADDED for key in added}
        return Memory(seen, missing, old, dict(list(applied.items())[-APPLIED:]), moved, now)
