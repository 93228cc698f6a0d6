"""Which price versions there are, what waits in them, and what changed: the typed answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pricing.audit_chain import AuditRow
from pricing.instants import AsOf
from pricing.price_book import PriceBook
from pricing.price_changes import ModelChange, TookEffect, difference, took_effect
from pricing.quarantine import Proposal, QuarantinedField
from pricing.versions import StoredVersion

Status = Literal["active", "earlier", "proposed", "rejected", "bundled"]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is known of the store: its versions, which is active, and what was recorded.

    ``stale`` when the store did not answer; then only the bundled versions are known. A bundled
    version may be in the store too, and is then listed once, as the store has it.
    """

    stored: Sequence[StoredVersion]
    bundled: Sequence[PriceBook]
    active: str | None
    revision: int
    audit: Sequence[AuditRow]
    stale: bool

    def status_of(self, version_id: str) -> Status | None:
        """What became of a version; None when there is no such version."""
        row = self.row(version_id)
        if row is None:
            known = any(one.id == version_id for one in self.bundled)
            return "bundled" if known else None
        if version_id == self.active:
            return "active"
        return "earlier" if row.decision == "accepted" else row.decision

    def row(self, version_id: str) -> StoredVersion | None:
        """The store's row of a version."""
        return next((one for one in self.stored if one.id == version_id), None)

    def active_at(self, instant: datetime) -> str | None:
        """The version that was active at a moment; None before the first activation."""
        found = None
        for row in self.activations():
            if datetime.fromisoformat(row.at) <= instant:
                found = row.after
        return found

    def activations(self) -> list[AuditRow]:
        """Every change of the active version, oldest first."""
        return [row for row in self.audit if row.action == "activate"]


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """One version. ``bundled`` ones come with Tariff and are not in the store (yet).

    ``waiting`` counts the prices that somebody other than ``proposer`` has to approve before the
    version may be activated for the first time.
    """

    id: str
    status: Status
    published_at: str
    sha256: str
    models: int
    proposer: str | None
    proposed_at: str | None
    waiting: int


@dataclass(frozen=True, slots=True)
class VersionList:
    """A page of the versions, newest first; ``next_cursor`` is null on the last page.

    ``revision`` counts activations: the next one has to name it. ``stale`` when the store did
    not answer, and only the bundled versions are known.
    """

    versions: tuple[VersionSummary, ...]
    next_cursor: str | None
    active: str | None
    revision: int
    stale: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """An audit row about one version: what was done, by whom, and why."""

    at: str
    actor: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version, the prices that wait in it with the reason each, and what was decided."""

    id: str
    status: Status
    published_at: str
    sha256: str
    models: int
    proposer: str | None
    proposed_at: str | None
    waiting: int
    quarantined: tuple[QuarantinedField, ...]
    decisions: tuple[Decided, ...]
    sources: tuple[str, ...]
    revision: int
    stale: bool


@dataclass(frozen=True, slots=True)
class PriceDiff:
    """A page of the models that differ between two versions, in the order of ``provider/id``.

    Counts are of all differences, not of the page.
    """

    from_version: str
    to_version: str
    as_of: str
    added: int
    removed: int
    changed: int
    changes: tuple[ModelChange, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Activation:
    """One change of the active version."""

    at: str
    version: str
    before: str | None
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class PriceChanges:
    """What became different since a moment: by a new version, or because a price's time came.

    ``changes`` is the difference between the version active then and the one active now, with
    prices as of now; empty when none was active then. ``took_effect`` are the active version's
    own prices that began since.
    """

    since: str
    until: str
    from_version: str | None
    to_version: str
    activations: tuple[Activation, ...]
    changes: tuple[ModelChange, ...]
    took_effect: tuple[TookEffect, ...]
    next_cursor: str | None
    stale: bool


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit, newest first. ``broken_row`` is the number of the first row that is
    not as it was written; null when all are.
    """

    rows: tuple[AuditRow, ...]
    next_cursor: str | None
    broken_row: int | None


def list_versions(shelf: Shelf, *, after: str | None, limit: int) -> VersionList:
    """Up to ``limit`` versions that are older than ``after``, the id that ended the last page."""
    rows = [_stored_summary(shelf, row) for row in shelf.stored]
    known = {row.id for row in rows}
    rows += [_bundled_summary(one) for one in shelf.bundled if one.id not in known]
    rows.sort(key=lambda one: (one.published_at, one.id), reverse=True)
    if after is not None:
        seen = [one.id for one in rows]
        rows = rows[seen.index(after) + 1 :] if after in seen else []
    page = rows[:limit]
    return VersionList(
        versions=tuple(page),
        next_cursor=page[-1].id if len(rows) > limit else None,
        active=shelf.active,
        revision=shelf.revision,
        stale=shelf.stale,
    )


def version_page(shelf: Shelf, book: PriceBook, proposal: Proposal | None) -> VersionPage:
    """One version that is known to be there."""
    row = shelf.row(book.id)
    summary = _stored_summary(shelf, row) if row else _bundled_summary(book)
    about = [one for one in shelf.audit if book.id in (one.before, one.after)]
    return VersionPage(
        id=summary.id,
        status=summary.status,
        published_at=summary.published_at,
        sha256=summary.sha256,
        models=summary.models,
        proposer=summary.proposer,
        proposed_at=summary.proposed_at,
        waiting=summary.waiting,
        quarantined=proposal.quarantined if proposal else (),
        decisions=tuple(Decided(one.at, one.actor, one.action, one.reason) for one in about),
        sources=tuple(str(one["title"]) for one in book.provenance if "title" in one),
        revision=shelf.revision,
        stale=shelf.stale,
    )


def diff(
    before: PriceBook, after: PriceBook, as_of: AsOf, *, cursor: str | None, limit: int
) -> PriceDiff:
    """Up to ``limit`` differences whose ``provider/id`` sorts behind ``cursor``."""
    found = difference(before, after, as_of.instant)
    kinds = [one.kind for one in found]
    page, next_cursor = _page(found, cursor, limit)
    return PriceDiff(
        from_version=before.id,
        to_version=after.id,
        as_of=as_of.text,
        added=kinds.count("added"),
        removed=kinds.count("removed"),
        changed=kinds.count("changed"),
        changes=page,
        next_cursor=next_cursor,
    )


def changes_since(
    shelf: Shelf,
    before: PriceBook | None,
    active: PriceBook,
    span: tuple[AsOf, AsOf],
    *,
    cursor: str | None,
    limit: int,
) -> PriceChanges:
    """What changed in ``span``; ``before`` is the version that was active at its start."""
    since, until = span
    found = difference(before, active, until.instant) if before else ()
    page, next_cursor = _page(found, cursor, limit)
    return PriceChanges(
        since=since.text,
        until=until.text,
        from_version=before.id if before else None,
        to_version=active.id,
        activations=tuple(
            Activation(row.at, row.after or "", row.before, row.actor, row.reason)
            for row in shelf.activations()
            if datetime.fromisoformat(row.at) > since.instant
        ),
        changes=page,
        took_effect=took_effect(active, since.instant, until.instant),
        next_cursor=next_cursor,
        stale=shelf.stale,
    )


def audit_page(
    rows: Sequence[AuditRow], broken_row: int | None, *, before: int | None, limit: int
) -> AuditPage:
    """Up to ``limit`` rows with numbers below ``before``."""
    newest = [one for one in reversed(rows) if before is None or one.number < before]
    page = newest[:limit]
    more = len(newest) > limit
    return AuditPage(tuple(page), str(page[-1].number) if more else None, broken_row)


def _page(
    found: Sequence[ModelChange], cursor: str | None, limit: int
) -> tuple[tuple[ModelChange, ...], str | None]:
    rest = [one for one in found if cursor is None or one.key > cursor]
    page = rest[:limit]
    return tuple(page), page[-1].key if len(rest) > limit else None


def _stored_summary(shelf: Shelf, row: StoredVersion) -> VersionSummary:
    return VersionSummary(
        id=row.id,
        status=shelf.status_of(row.id) or "proposed",
        published_at=row.published_at,
        sha256=row.sha256,
        models=row.models,
        proposer=row.proposer,
        proposed_at=row.proposed_at,
        waiting=row.waiting,
    )


def _bundled_summary(book: PriceBook) -> VersionSummary:
    return VersionSummary(
        id=book.id,
        status="bundled",
        published_at=book.published_at,
        sha256=book.sha256,
        models=len(book),
        proposer=None,
        proposed_at=None,
        waiting=0,
    )
