"""Who changed what, and why: rows that can be added to and never rewritten unnoticed.

Each row holds the SHA-256 of the one before it, and its own hash covers that, so a row that is
changed, dropped or put in later breaks every row behind it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pricing.jsonio import canonical_json, digest

Action = Literal[
    "propose", "activate", "reject", "cancel", "refresh_requested", "refresh", "refresh_failed"
]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done. ``before`` and ``after`` are version ids; None: not about one."""

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
        """What the hash covers, as JSON holds it."""
        return {
            "number": self.number,
            "at": self.at,
            "actor": self.actor,
            "action": self.action,
            "reason": self.reason,
            "before": self.before,
            "after": self.after,
            "details": dict(self.details),
            "previous": self.previous,
        }


@dataclass(frozen=True, slots=True)
class Head:
    """The number and hash of the last row; of none, 0 and nothing."""

    number: int = 0
    hash: str = ""


def chained(head: Head, entry: Entry, at: str) -> AuditRow:
    """The row that records ``entry`` behind ``head``."""
    document = {
        "number": head.number + 1,
        "at": at,
        "actor": entry.actor,
        "action": entry.action,
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
        "details": dict(entry.details or {}),
        "previous": head.hash,
    }
    return row_from(document, digest(canonical_json(document)))


def row_from(document: Mapping[str, Any], hash_: str) -> AuditRow:
    """Read what ``AuditRow.document`` wrote, with the hash it is stored under."""
    return AuditRow(**document, hash=hash_)


def first_broken(rows: Iterable[AuditRow], head: Head) -> int | None:
    """The number of the first row that is not as it was written; None when all are.

    ``rows`` are all of them from the first on. A missing last row is one that ``head`` knows of.
    """
    before = Head()
    for row in rows:
        follows = row.number == before.number + 1 and row.previous == before.hash
        if not follows or digest(canonical_json(row.document())) != row.hash:
            return before.number + 1
        before = Head(row.number, row.hash)
    return None if before == head else before.number + 1
