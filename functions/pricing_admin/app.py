"""Administrators' routes: activate, reject, cancel, correct, refresh, and the audit of it all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import pricing.api.quick_start  # noqa: F401 - before what it makes quicker to import
from pricing import errors
from pricing.api.handler import Call, Route, serve
from pricing.api.requests.billing import RateCardRequest
from pricing.api.requests.versions import (
    ActivateRequest,
    AuditQuery,
    CancelRequest,
    CorrectionRequest,
    RefreshRequest,
    RejectRequest,
)
from pricing.aws import environment
from pricing.catalogue.rate_cards import StoredRateCard
from pricing.jsonio import members
from pricing.slack.notices import Activation, announce
from pricing.store import bundled, connect
from pricing.store.ledger import Ledger
from pricing.timestamps import rfc3339
from pricing.validation import Request
from pricing.versions.audit import Entry
from pricing.versions.cancellation import (
    Activated,
    Cancelled,
    RefreshStarted,
    Rejected,
    without_scheduled,
)
from pricing.versions.correction import CorrectionProposed, corrected
from pricing.versions.groups import still_held, with_groups
from pricing.versions.proposals import Proposal
from pricing.versions.views import AuditPage, audit_page

if TYPE_CHECKING:
    from datetime import datetime

    from pricing.catalogue.price_book import PriceBook
    from pricing.store.idempotency import Once
    from pricing.store.repository import Pointer

ledger = cache(connect.ledger)
rate_cards = cache(connect.rate_cards)
Answer = TypeVar("Answer")
#: How long the answer to an Idempotency-Key is kept.
KEPT_SECONDS = 24 * 60 * 60
#: Longer than this function may run: a key that is held for longer may be taken over.
HELD_SECONDS = 60


@cache
def once() -> Once:
    """The stored answers by Idempotency-Key."""
    return connect.once("IDEMPOTENCY", kept_seconds=KEPT_SECONDS, held_seconds=HELD_SECONDS)


def activate_version(request: ActivateRequest, call: Call) -> Activated:
    """Make a stored or bundled version the active one."""
    version, actor = call.path["id"], call.caller

    def work() -> Activated:
        if request.groups is not None:
            return _approve(request, version, actor, call.now)
        _store_bundled(ledger(), version)
        before = ledger().active_at(request.expected_revision)
        pointer = ledger().activate(
            version,
            expected_revision=request.expected_revision,
            actor=actor,
            reason=request.reason,
            withdraw_rejection=request.withdraw_rejection,
        )
        was = before.version if before else None
        return Activated(version, pointer.revision, was, actor, request.reason)

    return _once(request, call, Activated, work, _tell)


def _approve(request: ActivateRequest, version: str, actor: str, now: datetime) -> Activated:
    """Activate some groups of a version's pending prices, and propose the others on top."""
    store, expected = ledger(), request.expected_revision
    active, stored, proposal = store.approvable(version, actor=actor, expected_revision=expected)
    held = store.get(version)
    if held is None or active is None:
        raise errors.UnknownVersion(f"There is no version {version} with pending prices.")
    book, approved, pending = with_groups(
        active, held, proposal.quarantined, request.groups or (), rfc3339(now)
    )
    summary = {"groups": list(request.groups or ()), "of": version}
    approval = Proposal(stored.proposer, proposal.source, summary, tuple(approved))
    made = _made_active(book, approval, expected, actor, request.reason)
    rest = still_held(held, book, pending)
    if rest is not None:
        others = Proposal(stored.proposer, proposal.source, proposal.summary, tuple(pending))
        store.propose(rest, proposal=others, reason=f"Still pending of {version}.")
    return Activated(
        book.id, made.revision, active.id, actor, request.reason, rest.id if rest else None
    )


def reject_version(request: RejectRequest, call: Call) -> Rejected:
    """Decide that a version is never to be active."""
    version, actor = call.path["id"], call.caller

    def work() -> Rejected:
        _store_bundled(ledger(), version)
        ledger().reject(
            version, actor=actor, reason=request.reason, expected_revision=request.expected_revision
        )
        return Rejected(version, "rejected", actor, request.reason)

    return _once(request, call, Rejected, work)


def cancel_prices(request: CancelRequest, call: Call) -> Cancelled:
    """Make a version without an announced price, and activate it."""
    actor = call.caller

    def work() -> Cancelled:
        active = _active(request.expected_revision)
        book = without_scheduled(active, request.model, request.start(), call.now)
        summary = {"cancelled": request.model, "starts": request.starts, "of": active.id}
        proposal = Proposal(actor, "manual", summary)
        made = _made_active(book, proposal, request.expected_revision, actor, request.reason)
        return Cancelled(
            book.id, made.revision, active.id, request.model, request.starts, actor, request.reason
        )

    return _once(request, call, Cancelled, work, _tell)


def correct_prices(request: CorrectionRequest, call: Call) -> CorrectionProposed:
    """Propose a version with a corrected past, which another administrator approves."""
    actor = call.caller

    def work() -> CorrectionProposed:
        active = _active(request.expected_revision)
        book, changed, closed = corrected(active, request.correction(), call.now)
        summary = {"corrected": request.model, "source": request.source, "of": active.id}
        proposal = Proposal(actor, "manual", summary, changed)
        ledger().propose(book, proposal=proposal, reason=request.reason)
        return CorrectionProposed(
            book.id,
            active.id,
            request.model,
            len(changed),
            rfc3339(closed) if closed else None,
            actor,
            request.reason,
        )

    return _once(request, call, CorrectionProposed, work)


def _made_active(
    book: PriceBook, proposal: Proposal, expected_revision: int, actor: str, reason: str
) -> Pointer:
    """Store a new version and activate it; it is rejected if another became active first."""
    store = ledger()
    store.propose(book, proposal=proposal, reason=reason)
    try:
        return store.activate(
            book.id, expected_revision=expected_revision, actor=actor, reason=reason
        )
    except errors.StaleRevision:
        store.reject(book.id, actor=actor, reason="Another version became active first.")
        raise


def _active(expected_revision: int) -> PriceBook:
    """Return the active version; raises StaleRevision, and Conflict if there is none."""
    pointer = ledger().active_at(expected_revision)
    active = ledger().get(pointer.version) if pointer else None
    if active is None:
        raise errors.Conflict("No version is active yet: activate one first.")
    return active


def start_refresh(request: RefreshRequest, call: Call) -> RefreshStarted:
    """Start a refresh now."""
    actor = call.caller

    def work() -> RefreshStarted:
        environment.start_refresh(actor=actor, reason=request.reason)
        ledger().audit(actor, "refresh_requested", request.reason)
        return RefreshStarted("started", actor, request.reason)

    return _once(request, call, RefreshStarted, work)


def create_rate_card(request: RateCardRequest, call: Call) -> StoredRateCard:
    """Store a rate card; the same rules have the same id, and are recorded once."""
    card, store = request.card(), rate_cards()
    if store is None:
        raise errors.StoreUnavailable("There is no price store here: TARIFF_TABLE is not set.")
    put = store.put(card.id, card.content)

    def work() -> StoredRateCard:
        details = {"rate_card": card.id, "rules": len(card.rules)}
        entry = Entry(call.caller, "store_rate_card", card.name or "", details=details)
        ledger().store(put, entry)
        return StoredRateCard.of(card)

    return _once(request, call, StoredRateCard, work)


def list_audit_rows(query: AuditQuery, _call: Call) -> AuditPage:
    """A page of the audit."""
    rows, broken = ledger().checked_audit()
    return audit_page(rows, broken, cursor=query.cursor, limit=query.limit)


def _store_bundled(store: Ledger, version: str) -> None:
    """Store a bundled version when it is first activated."""
    book = bundled.load(version)
    if book is not None and store.version(version) is None:
        proposal = Proposal("tariff", "manual", {"bundled": True})
        with suppress(errors.VersionExists):  # another request stores it at the same time
            store.propose(book, proposal=proposal, reason="It comes with Tariff.")


def _tell(done: Activated | Cancelled, call: Call) -> None:
    announce(Activation(done.before, done.version, done.actor, done.reason, call.now))


def _once(
    request: Request,
    call: Call,
    kind: type[Answer],
    work: Callable[[], Answer],
    tell: Callable[[Answer, Call], None] = lambda _done, _call: None,
) -> Answer:
    """Do ``work``, or return its earlier answer to the same Idempotency-Key.

    ``tell`` announces the change after everything else is done.
    """
    done: list[Answer] = []

    def remembered() -> Answer:
        try:
            done.append(work())
        except errors.StaleRevision:  # the store's error does not name the revision
            raise _stale(getattr(request, "expected_revision", None)) from None
        return done[0]

    key = call.idempotency_key
    try:
        if key is None:
            return remembered()
        scope = f"{call.caller} {call.event['routeKey']} {key}"
        body = request.model_dump(mode="json")
        sent: dict[str, Any] = {"path": call.event["rawPath"], "body": body}
        found: Answer = once().do(
            scope, sent, remembered, kept=members, again=lambda kept: kind(**kept)
        )
        return found
    finally:
        for answer in done:  # also if the answer could not be stored: the change is made
            tell(answer, call)


def _stale(expected: int | None) -> errors.StaleRevision:
    pointer = ledger().active()
    revision = pointer.revision if pointer else 0
    other = "" if expected in (None, revision) else f", not {expected}"
    return errors.StaleRevision(
        f"The active version is at revision {revision}{other}; read it again."
    )


_CHANGES = (errors.UnknownVersion, errors.Conflict, errors.Forbidden, errors.StoreUnavailable)
ROUTES = (
    Route(
        "POST",
        "/v1/pricing/versions/{id}/activate",
        activate_version,
        body=ActivateRequest,
        answer=Activated,
        summary="Activate a version; activating an earlier version is a rollback.",
        raises=_CHANGES,
        idempotent=True,
    ),
    Route(
        "POST",
        "/v1/pricing/versions/{id}/reject",
        reject_version,
        body=RejectRequest,
        answer=Rejected,
        summary="Reject a version, so that it can never be activated.",
        raises=_CHANGES,
        idempotent=True,
    ),
    Route(
        "POST",
        "/v1/pricing/cancellations",
        cancel_prices,
        body=CancelRequest,
        answer=Cancelled,
        summary="Cancel prices that were announced for later, in a new active version.",
        raises=(errors.Conflict, errors.Forbidden, errors.StoreUnavailable),
        idempotent=True,
    ),
    Route(
        "POST",
        "/v1/pricing/corrections",
        correct_prices,
        body=CorrectionRequest,
        answer=CorrectionProposed,
        summary="Propose a version with corrected past prices, for another person to approve.",
        raises=(errors.Conflict, errors.Forbidden, errors.StoreUnavailable),
        idempotent=True,
    ),
    Route(
        "POST",
        "/v1/pricing/refresh",
        start_refresh,
        body=RefreshRequest,
        answer=RefreshStarted,
        summary="Fetch the price lists now instead of at the scheduled time.",
        raises=(errors.Conflict, errors.Forbidden, errors.StoreUnavailable),
        idempotent=True,
        status=202,
    ),
    Route(
        "POST",
        "/v1/rate-cards",
        create_rate_card,
        body=RateCardRequest,
        answer=StoredRateCard,
        summary="Store a rate card: your prices instead of the list prices, under an id.",
        raises=(errors.Conflict, errors.StoreUnavailable),
        idempotent=True,
    ),
    Route(
        "GET",
        "/v1/pricing/audit",
        list_audit_rows,
        query=AuditQuery,
        answer=AuditPage,
        summary="Who changed what, when and why, newest first, and whether the record is whole.",
        raises=(errors.StoreUnavailable,),
    ),
)
lambda_handler = serve(*ROUTES)
