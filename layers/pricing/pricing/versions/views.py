"""The pages about price versions: lists, one version, the audit log, differences, changes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from pricing.catalogue.price_book import BookInForce, PriceBook, Provenance, provenance
from pricing.pagination import page_of
from pricing.timestamps import AsOf, rfc3339
from pricing.values import immutable
from pricing.versions.audit import AuditRow
from pricing.versions.changes import ModelChange, TookEffect, difference, took_effect
from pricing.versions.groups import PendingGroup, pending_groups
from pricing.versions.proposals import Proposal, QuarantinedField, StoredVersion

Status = Literal["active", "earlier", "proposed", "superseded", "rejected", "bundled"]

#: Every announced price begins before it.
_END = datetime.max.replace(tzinfo=UTC)


@immutable
class VersionStoreView:
    """What is known of the store: its versions, which is active, and its audit rows.

    ``stale`` when the store did not answer: then only the bundled versions are known, and
    ``revision`` is None. A bundled version that is stored too is listed once, as the store has it.
    """

    stored: Sequence[StoredVersion]
    bundled: Sequence[PriceBook]
    active: str | None
    revision: int | None
    audit: Sequence[AuditRow]
    stale: bool

    def summary(self, row: StoredVersion) -> "VersionSummary":
        """Return the summary of a stored version."""
        status: Status = "earlier" if row.decision == "accepted" else row.decision
        if row.decision == "proposed" and row.needs_approval and row.base != self.active:
            status = "superseded"
        return VersionSummary(
            id=row.id,
            status="active" if row.id == self.active else status,
            published_at=row.published_at,
            sha256=row.sha256,
            models=row.models,
            proposer=row.proposer,
            proposed_at=row.proposed_at,
            waiting=row.waiting if status == "proposed" else 0,
        )

    def active_at(self, instant: datetime) -> str | None:
        """Return the version that was active at a moment; None before the first activation."""
        found = None
        for row in self.activations():
            if datetime.fromisoformat(row.at) <= instant:
                found = row.after
        return found

    def without_people(self) -> "VersionStoreView":
        """Return what callers other than administrators may know: not who, and not why."""
        nameless = [replace(row, actor="", reason="") for row in self.audit]
        return replace(self, audit=nameless)

    def activations(self) -> list[AuditRow]:
        """Return every change of the active version, oldest first."""
        return [row for row in self.audit if row.action == "activate"]


@immutable
class VersionSummary:
    """One price version."""

    id: str
    """The version's id, which always names the same content."""
    status: Status
    """``earlier`` versions have been active; ``bundled`` ones ship with Tariff; ``superseded`` ones
    were proposed on a version that is not active any more, and cannot be approved.
    """
    published_at: str
    """When the version was published."""
    sha256: str
    """SHA-256 of the version's canonical JSON."""
    models: int
    """Number of models that the version prices."""
    proposer: str | None
    """Who proposed it; null for a version that ships with Tariff."""
    proposed_at: str | None
    """When it was stored; null for a version that ships with Tariff."""
    waiting: int
    """Number of prices that need another person's approval; 0 once the version is decided."""


@immutable
class VersionList:
    """A page of the price versions, newest first."""

    versions: tuple[VersionSummary, ...]
    """The versions on this page."""
    next_cursor: str | None
    """Send this as ``cursor`` to get the next page; null on the last page."""
    active: str | None
    """Id of the active version; null before the first activation, or when ``stale``."""
    revision: int | None
    """Number of activations so far, which the next one must state; null when ``stale``."""
    stale: bool
    """True when the store did not answer: only bundled versions are listed."""


@immutable
class Decided:
    """A decision about one version."""

    at: str
    """When it was decided: RFC 3339 in UTC."""
    actor: str | None
    """Who decided: the ARN of an IAM principal, or ``jwt:`` and a token's subject; null unless the
    request's token has the administrators' scope.
    """
    action: str
    """The decision, such as ``activate`` or ``reject``."""
    reason: str | None
    """The reason that the actor gave; null where ``actor`` is."""


@immutable
class VersionPage:
    """One version, its pending prices, and the decisions about it."""

    id: str
    """The version's id, which always names the same content."""
    status: Status | None
    """``earlier`` versions have been active; null when ``stale``."""
    published_at: str
    """When the version was published."""
    sha256: str
    """SHA-256 of the version's canonical JSON."""
    models: int
    """Number of models that the version prices."""
    proposer: str | None
    """Who proposed it; null for a version that ships with Tariff, and when ``stale``."""
    proposed_at: str | None
    """When it was stored; null for a version that ships with Tariff, and when ``stale``."""
    waiting: int | None
    """Number of prices that need another person's approval; null when ``stale``."""
    quarantined: tuple[QuarantinedField, ...] | None
    """Prices that take effect on activation, or were rejected with it; null when ``stale``."""
    groups: tuple[PendingGroup, ...] | None
    """The prices that can be approved, by their cause; null when ``stale``."""
    approved: tuple[QuarantinedField, ...] | None
    """Prices that were approved by activating this version; null when ``stale``."""
    decisions: tuple[Decided, ...] | None
    """The decisions about this version, oldest first; null when ``stale``."""
    sources: tuple[str, ...]
    """Where the version's prices come from."""
    revision: int | None
    """Number of activations so far, of any version; null when ``stale``."""
    stale: bool
    """True when the store did not answer: what only the store knows is null."""


@immutable
class AuditPage:
    """A page of the audit log, newest first."""

    rows: tuple[AuditRow, ...]
    """The entries on this page."""
    next_cursor: str | None
    """Send this as ``cursor`` to get the next page; null on the last page."""
    broken_row: int | None
    """Number of the first row that was changed after it was written; null when there is none."""


def list_versions(store: VersionStoreView, *, cursor: str | None, limit: int) -> VersionList:
    """Return up to ``limit`` versions, newest first; raises InvalidRequest for a wrong cursor."""
    rows = [store.summary(row) for row in store.stored]
    known = {row.id for row in rows}
    rows += [_bundled_summary(book) for book in store.bundled if book.id not in known]
    page = page_of(
        "versions",
        rows,
        lambda row: f"{row.published_at} {row.id}",
        cursor=cursor,
        limit=limit,
        descending=True,
    )
    return VersionList(
        versions=page.rows,
        next_cursor=page.next_cursor,
        active=store.active,
        revision=store.revision,
        stale=store.stale,
    )


def version_page(
    store: VersionStoreView, book: PriceBook, proposal: Proposal | None
) -> VersionPage:
    """Return one version's page.

    ``proposal`` is None where the store has none, or did not answer: a bundled version has no
    pending prices, and of any other they are not known.
    """
    row = next((row for row in store.stored if row.id == book.id), None)
    summary: VersionSummary | None = None
    fields: tuple[QuarantinedField, ...] | None = None
    if row is not None:
        summary, fields = store.summary(row), proposal.quarantined if proposal else None
    elif book.id in {bundled.id for bundled in store.bundled}:
        summary, fields = _bundled_summary(book), ()
    is_accepted = row is not None and row.decision == "accepted"
    approved = tuple(field for field in fields or () if is_accepted and field.approvable)
    pending = tuple(field for field in fields or () if field not in approved)
    about = [entry for entry in store.audit if book.id in (entry.before, entry.after)]
    return VersionPage(
        id=book.id,
        status=summary.status if summary else None,
        published_at=book.published_at,
        sha256=book.sha256,
        models=len(book),
        proposer=summary.proposer if summary else None,
        proposed_at=summary.proposed_at if summary else None,
        waiting=summary.waiting if summary else None,
        quarantined=None if fields is None else pending,
        groups=None if fields is None else pending_groups(pending),
        approved=None if fields is None else approved,
        decisions=None
        if store.stale
        else tuple(
            Decided(row.at, row.actor or None, row.action, row.reason or None) for row in about
        ),
        sources=tuple(str(entry["title"]) for entry in book.provenance if "title" in entry),
        revision=store.revision,
        stale=store.stale or fields is None,
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


def audit_page(
    rows: Sequence[AuditRow], broken_row: int | None, *, cursor: str | None, limit: int
) -> AuditPage:
    """Return up to ``limit`` rows, newest first; raises InvalidRequest for a wrong cursor."""
    page = page_of(
        "audit", rows, lambda row: f"{row.number:012}", cursor=cursor, limit=limit, descending=True
    )
    return AuditPage(page.rows, page.next_cursor, broken_row)


@immutable
class PriceDiff:
    """A page of the models that differ between two versions, in the order of ``provider/id``.

    The counts cover all pages.
    """

    from_version: str
    """Id of the version before."""
    to_version: str
    """Id of the version after."""
    as_of: str
    """The moment whose prices are compared."""
    from_pricing: Provenance
    """The version before, and how fresh that is."""
    to_pricing: Provenance
    """The version after, and how fresh that is."""
    stale: bool
    """True when the store did not confirm which version is ``active``."""
    added: int
    """Number of models that only the version after has."""
    removed: int
    """Number of models that only the version before has."""
    changed: int
    """Number of models that both have and that differ."""
    changes: tuple[ModelChange, ...]
    """One entry per model that differs."""
    next_cursor: str | None
    """Send this as ``cursor`` to get the next page; null on the last page."""


@immutable
class Activation:
    """One change of the active version."""

    at: str
    """When it was activated: RFC 3339 in UTC."""
    version: str
    """The version that became active."""
    before: str | None
    """The version that was active before; null for the first."""
    actor: str | None
    """Who activated it: the ARN of an IAM principal, or ``jwt:`` and a token's subject; null unless
    the request's token has the administrators' scope.
    """
    reason: str | None
    """The reason that the actor gave; null where ``actor`` is."""


@immutable
class PriceChanges:
    """A page of changes since a moment: new active versions, and prices that reached their date.

    The three lists are one sequence (activations, changes, prices that took effect), of which a
    page is a part.
    """

    since: str
    """The start of the period, exclusive."""
    until: str
    """The end of the period: now."""
    from_version: str | None
    """The version that was active at the start; null when there was none."""
    to_version: str
    """The version that is active now."""
    activations: tuple[Activation, ...]
    """Changes of the active version, oldest first."""
    changes: tuple[ModelChange, ...]
    """One entry per model that differs between the two versions at present prices."""
    took_effect: tuple[TookEffect, ...]
    """Prices of the active version that reached their date since, earliest first."""
    announced: tuple[TookEffect, ...]
    """Prices of the active version that begin on a later date, earliest first."""
    next_cursor: str | None
    """Send this as ``cursor`` to get the next page; null on the last page."""
    stale: bool
    """True when the store did not answer: no activations are known."""


def diff(
    before: BookInForce, after: BookInForce, as_of: AsOf, *, cursor: str | None, limit: int
) -> PriceDiff:
    """Return up to ``limit`` differences; raises InvalidRequest for a wrong cursor."""
    found = difference(before.book, after.book, as_of.instant)
    kinds = [change.kind for change in found]
    page = page_of("diff", found, lambda change: change.key, cursor=cursor, limit=limit)
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
    store: VersionStoreView,
    before: PriceBook | None,
    active: PriceBook,
    span: tuple[AsOf, AsOf],
    *,
    cursor: str | None,
    limit: int,
) -> PriceChanges:
    """Return up to ``limit`` changes in ``span`` or announced for later, of all kinds together.

    ``before`` is the version that was active at its start. Raises InvalidRequest for a wrong
    cursor.
    """
    since, until = span
    found = _all_changes(store, before, active, span)
    page = page_of("changes", found, lambda change: change[0], cursor=cursor, limit=limit)
    changes = [change for _, change in page.rows]
    begun = [change for change in changes if isinstance(change, TookEffect)]
    return PriceChanges(
        since=since.text,
        until=until.text,
        from_version=before.id if before else None,
        to_version=active.id,
        activations=tuple(change for change in changes if isinstance(change, Activation)),
        changes=tuple(change for change in changes if isinstance(change, ModelChange)),
        took_effect=tuple(change for change in begun if change.starts <= until.instant),
        announced=tuple(change for change in begun if change.starts > until.instant),
        next_cursor=page.next_cursor,
        stale=store.stale,
    )


def _all_changes(
    store: VersionStoreView, before: PriceBook | None, active: PriceBook, span: tuple[AsOf, AsOf]
) -> Iterator[tuple[str, Activation | ModelChange | TookEffect]]:
    """Yield everything that changed, each with its sort key in the one list of all."""
    since, until = (bound.instant for bound in span)
    for row in store.activations():
        if datetime.fromisoformat(row.at) > since:
            activation = Activation(
                row.at, row.after or "", row.before, row.actor or None, row.reason or None
            )
            yield f"1 {row.number:012}", activation
    for change in difference(before, active, until) if before else ():
        yield f"2 {change.key}", change
    for begun in took_effect(active, since, _END):
        yield f"3 {rfc3339(begun.starts)} {begun.provider}/{begun.id}", begun
