"""Which price versions there are, what waits in them, and what was decided: the typed answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pricing.catalogue.price_book import BookInForce, PriceBook, Provenance, provenance
from pricing.pagination import page_of
from pricing.timestamps import AsOf, rfc3339
from pricing.versions.audit import AuditRow
from pricing.versions.changes import ModelChange, TookEffect, difference, took_effect
from pricing.versions.proposals import Proposal, QuarantinedField, StoredVersion

Status = Literal["active", "earlier", "proposed", "rejected", "bundled"]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is known of the store: its versions, which is active, and what was recorded.

    ``stale`` when the store did not answer; then only the bundled versions are known, and no
    ``revision``. A bundled version may be in the store too, and is then listed once, as the store
    has it.
    """

    stored: Sequence[StoredVersion]
    bundled: Sequence[PriceBook]
    active: str | None
    revision: int | None
    audit: Sequence[AuditRow]
    stale: bool

    def status_of(self, row: StoredVersion) -> Status:
        """What became of a stored version."""
        if row.id == self.active:
            return "active"
        return "earlier" if row.decision == "accepted" else row.decision

    def is_bundled(self, version_id: str) -> bool:
        """Whether a version comes with Tariff."""
        return any(one.id == version_id for one in self.bundled)

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
    """One version. ``bundled`` ones come with Tariff; the store does not have them (yet), or does
    not answer.

    ``waiting`` counts the prices that somebody other than ``proposer`` has to approve before the
    version may be activated for the first time: none, once it was accepted or rejected.
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
    not answer: then only the bundled versions are known, and ``active`` and ``revision`` are null.
    """

    versions: tuple[VersionSummary, ...]
    next_cursor: str | None
    active: str | None
    revision: int | None
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
    """One version, the prices that wait or waited in it with the reason each, and what was decided.

    ``quarantined`` are not in force by this version: they wait, or were rejected with it.
    ``approved`` waited until somebody activated it. ``stale`` when the store did not answer: what
    only the store knows is null then.
    """

    id: str
    status: Status | None
    published_at: str
    sha256: str
    models: int
    proposer: str | None
    proposed_at: str | None
    waiting: int | None
    quarantined: tuple[QuarantinedField, ...] | None
    approved: tuple[QuarantinedField, ...] | None
    decisions: tuple[Decided, ...] | None
    sources: tuple[str, ...]
    revision: int | None
    stale: bool


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit, newest first. ``broken_row`` is the number of the first row that is
    not as it was written; null when all are.
    """

    rows: tuple[AuditRow, ...]
    next_cursor: str | None
    broken_row: int | None


def list_versions(shelf: Shelf, *, cursor: str | None, limit: int) -> VersionList:
    """Up to ``limit`` versions, newest first; raises InvalidRequest for an unknown cursor."""
    rows = [_stored_summary(shelf, row) for row in shelf.stored]
    known = {row.id for row in rows}
    rows += [_bundled_summary(one) for one in shelf.bundled if one.id not in known]
    page = page_of(
        "versions",
        rows,
        lambda one: f"{one.published_at} {one.id}",
        cursor=cursor,
        limit=limit,
        descending=True,
    )
    return VersionList(
        versions=page.rows,
        next_cursor=page.next_cursor,
        active=shelf.active,
        revision=shelf.revision,
        stale=shelf.stale,
    )


def version_page(shelf: Shelf, book: PriceBook, proposal: Proposal | None) -> VersionPage:
    """One version that is known to be there; ``proposal`` is None where none is known."""
    row = shelf.row(book.id)
    summary: VersionSummary | None = None
    fields: _Fields | None = None
    if row is not None:
        summary = _stored_summary(shelf, row)
        fields = _fields(row, proposal) if proposal else None
    elif shelf.is_bundled(book.id):
        summary, fields = _bundled_summary(book), _Fields((), ())
    about = [one for one in shelf.audit if book.id in (one.before, one.after)]
    return VersionPage(
        id=book.id,
        status=summary.status if summary else None,
        published_at=book.published_at,
        sha256=book.sha256,
        models=len(book),
        proposer=summary.proposer if summary else None,
        proposed_at=summary.proposed_at if summary else None,
        waiting=summary.waiting if summary else None,
        quarantined=fields.quarantined if fields else None,
        approved=fields.approved if fields else None,
        decisions=None
        if shelf.stale
        else tuple(Decided(one.at, one.actor, one.action, one.reason) for one in about),
        sources=tuple(str(one["title"]) for one in book.provenance if "title" in one),
        revision=shelf.revision,
        stale=shelf.stale or fields is None,
    )


def audit_page(
    rows: Sequence[AuditRow], broken_row: int | None, *, cursor: str | None, limit: int
) -> AuditPage:
    """Up to ``limit`` rows, newest first; raises InvalidRequest for an unknown cursor."""
    page = page_of(
        "audit",
        rows,
        lambda one: f"{one.number:012}",
        cursor=cursor,
        limit=limit,
        descending=True,
    )
    return AuditPage(page.rows, page.next_cursor, broken_row)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields a version was proposed with: those not in force by it, and those approved."""

    quarantined: tuple[QuarantinedField, ...]
    approved: tuple[QuarantinedField, ...]


def _fields(row: StoredVersion, proposal: Proposal) -> _Fields:
    approved = row.decision == "accepted"
    return _Fields(
        tuple(one for one in proposal.quarantined if not (approved and one.approvable)),
        tuple(one for one in proposal.quarantined if approved and one.approvable),
    )


def _stored_summary(shelf: Shelf, row: StoredVersion) -> VersionSummary:
    return VersionSummary(
        id=row.id,
        status=shelf.status_of(row),
        published_at=row.published_at,
        sha256=row.sha256,
        models=row.models,
        proposer=row.proposer,
        proposed_at=row.proposed_at,
        waiting=row.waiting if row.decision == "proposed" else 0,
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


@dataclass(frozen=True, slots=True)
class PriceDiff:
    """A page of the models that differ between two versions, in the order of ``provider/id``.

    Counts are of all differences, not of the page. ``stale`` when one of the versions was meant by
    ``active`` and the store did not say which that is.
    """

    from_version: str
    to_version: str
    as_of: str
    from_pricing: Provenance
    to_pricing: Provenance
    stale: bool
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
    """A page of what became different since a moment: by a new version, or because a price's time
    came.

    ``changes`` is the difference between the version active then and the one active now, with
    prices as of now; empty when none was active then. ``took_effect`` are the active version's
    own prices that began since. The three lists are one: first every activation, then every change,
    then every price that took effect, and a page holds a stretch of it.
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


def diff(
    before: BookInForce, after: BookInForce, as_of: AsOf, *, cursor: str | None, limit: int
) -> PriceDiff:
    """Up to ``limit`` differences; raises InvalidRequest for an unknown cursor."""
    found = difference(before.book, after.book, as_of.instant)
    kinds = [one.kind for one in found]
    page = page_of("diff", found, lambda one: one.key, cursor=cursor, limit=limit)
    return PriceDiff(
        from_version=before.book.id,
        to_version=after.book.id,
        as_of=as_of.text,
        from_pricing=provenance(before, as_of),
        to_pricing=provenance(after, as_of),
        stale=before.stale or after.stale,
        added=kinds.count("added"),
        removed=kinds.count("removed"),
        changed=kinds.count("changed"),
        changes=page.rows,
        next_cursor=page.next_cursor,
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
    """Up to ``limit`` things that changed in ``span``, of all three kinds together.

    ``before`` is the version that was active at its start. Raises InvalidRequest for an unknown
    cursor.
    """
    since, until = span
    found = _told(shelf, before, active, span)
    page = page_of("changes", found, lambda one: one[0], cursor=cursor, limit=limit)
    told = [one for _, one in page.rows]
    return PriceChanges(
        since=since.text,
        until=until.text,
        from_version=before.id if before else None,
        to_version=active.id,
        activations=tuple(one for one in told if isinstance(one, Activation)),
        changes=tuple(one for one in told if isinstance(one, ModelChange)),
        took_effect=tuple(one for one in told if isinstance(one, TookEffect)),
        next_cursor=page.next_cursor,
        stale=shelf.stale,
    )


def _told(
    shelf: Shelf, before: PriceBook | None, active: PriceBook, span: tuple[AsOf, AsOf]
) -> Iterator[tuple[str, Activation | ModelChange | TookEffect]]:
    """Everything that changed, each with its place in the one list of it all."""
    since, until = (one.instant for one in span)
    for row in shelf.activations():
        if datetime.fromisoformat(row.at) > since:
            one = Activation(row.at, row.after or "", row.before, row.actor, row.reason)
            yield f"1 {row.number:012}", one
    for change in difference(before, active, until) if before else ():
        yield f"2 {change.key}", change
    for begun in took_effect(active, since, until):
        yield f"3 {rfc3339(begun.starts)} {begun.provider}/{begun.id}", begun
