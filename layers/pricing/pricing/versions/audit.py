"""The audit log, a hash chain: who changed what, and why.

Each row holds the SHA-256 of the row before it, and its own hash covers that. A row that is
changed, dropped or inserted later breaks the chain from there on. Someone who may write the table
can make the chain anew, so each row's number and hash are also in the log of the function that
wrote it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, NamedTuple

from pricing.jsonio import canonical_json, digest
from pricing.values import immutable

_TEXTS = ("at", "actor", "action", "reason", "previous")


@immutable
class Entry:
    """An action to record.

    ``action`` is ``propose``, ``activate``, ``reject``, ``refresh_requested``, ``refresh``,
    ``refresh_failed`` or ``store_rate_card``. ``before`` and ``after`` are version ids, None if it
    is not about one.
    """

    actor: str
    action: str
    reason: str
    before: str | None = None
    after: str | None = None
    details: Mapping[str, Any] | None = None


@immutable
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


class StoredRow(NamedTuple):
    """One entry as the table holds it: ``content`` is the JSON that ``hash`` covers."""

    number: int
    content: str
    hash: str


@immutable
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


def row_from(stored: StoredRow) -> AuditRow | None:
    """Read a row as stored; None if it is not in the form of one.

    What a later release adds to rows is left out.
    """
    try:
        document = json.loads(stored.content)
        texts = {name: document[name] for name in _TEXTS}
        versions = {name: document[name] for name in ("before", "after")}
        number, details = document["number"], document["details"]
        is_dated = datetime.fromisoformat(texts["at"]).tzinfo is not None
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    is_whole = is_dated and type(number) is int and isinstance(details, dict)
    if not is_whole or not {*map(type, (*texts.values(), *versions.values()))} <= {str, type(None)}:
        return None
    return AuditRow(number=number, details=details, hash=stored.hash, **texts, **versions)


def first_broken(rows: Iterable[StoredRow], head: Head) -> int | None:
    """Return the number of the first row that is not as it was written; None if all are.

    ``rows`` are all rows from the first on. ``head`` shows whether the last ones are missing; an
    empty one in spite of rows shows that it is missing itself.
    """
    before = Head()
    for stored in rows:
        row = row_from(stored)
        follows = row and row.number == before.number + 1 and row.previous == before.hash
        if not follows or digest(stored.content.encode(errors="surrogatepass")) != stored.hash:
            return before.number + 1
        before = Head(before.number + 1, stored.hash)
    if before == head:
        return None
    return before.number + 1 if head.number else 1


def first_contradicted(rows: Iterable[StoredRow], logged: Iterable[Head]) -> int | None:
    """Return the first number whose row is not the one that the log names; None if all are.

    ``logged`` has a number and a hash for each row that was written while the log was kept.
    """
    hashes = {stored.number: stored.hash for stored in rows}
    wrong = (line.number for line in logged if hashes.get(line.number) != line.hash)
    return min(wrong, default=None)
