"""The audit log, a hash chain: who changed what, and why.

Each row holds the SHA-256 of the row before it, and its own hash covers that. A row that is
changed, dropped or inserted later breaks the chain from there on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from pricing.jsonio import canonical_json, digest


@dataclass(frozen=True, slots=True)
class Entry:
    """An action to record.

    ``action`` is ``propose``, ``activate``, ``reject``, ``refresh_requested``, ``refresh`` or
    ``refresh_failed``. ``before`` and ``after`` are version ids, None if it is not about one.
    """

    actor: str
    action: str
    reason: str
    before: str | None = None
    after: str | None = None
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry of the audit log, which is a hash chain."""

    number: int
    """The entry's number, from 1 without a gap."""
    at: str
    """When it was written: RFC 3339 in UTC."""
    actor: str
    """Who acted: the ARN of an IAM principal, or ``jwt:`` and a token's subject."""
    action: str
    """The action, such as ``activate``, ``reject`` or ``refresh_requested``."""
    reason: str
    """The reason that the actor gave."""
    before: str | None
    """The version that was active, or that was decided about; null when there is none."""
    after: str | None
    """The version that became active; null when none did."""
    details: Mapping[str, Any]
    """Further facts about the action."""
    previous: str
    """Hash of the entry before; empty in the first."""
    hash: str
    """SHA-256 of everything else in the entry."""

    def document(self) -> dict[str, Any]:
        """Return what the hash covers, as JSON stores it."""
        names = (field.name for field in fields(self) if field.name != "hash")
        return {name: getattr(self, name) for name in names} | {"details": dict(self.details)}


@dataclass(frozen=True, slots=True)
class Head:
    """The number and hash of the last row; 0 and empty without any."""

    number: int = 0
    hash: str = ""


def chained(head: Head, entry: Entry, at: str) -> AuditRow:
    """Return the row that records ``entry`` after ``head``; ``at`` is RFC 3339 in UTC."""
    row = AuditRow(
        number=head.number + 1,
        at=at,
        actor=entry.actor,
        action=entry.action,
        reason=entry.reason,
        before=entry.before,
        after=entry.after,
        details=entry.details or {},
        previous=head.hash,
        hash="",
    )
    return replace(row, hash=digest(canonical_json(row.document())))


def row_from(document: Mapping[str, Any], hash_: str) -> AuditRow:
    """Build a row from an ``AuditRow.document`` and the hash it is stored with."""
    return AuditRow(**document, hash=hash_)


def first_broken(rows: Iterable[AuditRow], head: Head) -> int | None:
    """Return the number of the first row that is not as it was written; None if all are.

    ``rows`` are all rows from the first on. ``head`` shows whether the last ones are missing.
    """
    before = Head()
    for row in rows:
        follows = row.number == before.number + 1 and row.previous == before.hash
        if not follows or digest(canonical_json(row.document())) != row.hash:
            return before.number + 1
        before = Head(row.number, row.hash)
    return None if before == head else before.number + 1
