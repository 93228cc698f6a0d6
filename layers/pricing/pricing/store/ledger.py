"""Change the version store: each change and its audit row are one transaction.

``repository`` and ``history`` list the items.
"""

import random
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pricing.aws.logs import logger
from pricing.catalogue.price_book import PriceBook
from pricing.errors import (
    Conflict,
    CorruptBook,
    NotTheApprover,
    StaleRevision,
    StoreUnavailable,
    TariffError,
    UnknownVersion,
    VersionExists,
)
from pricing.jsonio import canonical_json, digest
from pricing.store import bundled
from pricing.store.history import HEAD_KEY, VersionHistory, proposal_key
from pricing.store.repository import POINTER_KEY, DynamoReads, Pointer
from pricing.store.writes import CONDITION_FAILED, CONTENT_BYTES, NotWritten, writing
from pricing.timestamps import rfc3339
from pricing.values import immutable
from pricing.versions.audit import AuditRow, Entry, chained
from pricing.versions.proposals import Proposal, StoredVersion, is_version_id

#: Attempts of a writer that collides with others at the end of the audit; one succeeds each time.
ATTEMPTS = 40
_PAUSE_SECONDS = 0.02
#: The log's line about an audit row that was written.
AUDIT_LINE = "An audit row was written."
_ABSENT: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}


@immutable
class Write:
    """One item of a transaction, and the error to raise if its condition does not hold."""

    request: Mapping[str, Any]
    refusal: TariffError


class AlreadyStored(Conflict):
    """The document is in the table, and so is its audit row."""


class Ledger(VersionHistory):
    """The version store for administrators and refreshes. ``client`` is boto3's low-level client.

    Every method raises StoreUnavailable when DynamoDB does not confirm the write. The change may
    have been made all the same, and can be requested again.
    """

    def __init__(
        self,
        table: str,
        reader: DynamoReads,
        client: Any,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(table, reader)
        self._client = client
        self._clock = clock
        self._pause = pause

    def propose(self, book: PriceBook, *, proposal: Proposal, reason: str = "proposed") -> None:
        """Store a version with its pending fields, in one transaction.

        Raises VersionExists if its id is taken, and CorruptBook for a book with an invalid id, or
        one that was not read from canonical JSON: its hash is not that of the stored bytes.
        """
        if not is_version_id(book.id):
            raise CorruptBook(f"{book.id!r} cannot name a price version")
        content = book.to_json()
        if digest(content) != book.sha256:
            raise CorruptBook(f"price version {book.id} was not read from canonical JSON")
        taken = VersionExists(f"Price version {book.id} exists.")
        items = self._items_of(book, zlib.compress(content, 9), proposal)
        self._commit(
            [self._put(item, taken, **_ABSENT) for item in items],
            Entry(
                proposal.proposer,
                "propose",
                reason,
                after=book.id,
                details={"sha256": book.sha256, "waiting": len(proposal.quarantined)},
            ),
        )

    def _items_of(
        self, book: PriceBook, packed: bytes, proposal: Proposal
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the items of a new version: its content, its summary, its row and its proposal."""
        version, base = f"VERSION#{book.id}", self.active()
        summary = {
            "sha256": {"S": book.sha256},
            "published_at": {"S": book.published_at},
            "models": {"N": str(len(book))},
            "bytes": {"N": str(len(packed))},
        }
        document = {
            "summary": dict(proposal.summary),
            "quarantined": [one.document() for one in proposal.quarantined],
        }
        for number, at in enumerate(range(0, len(packed), CONTENT_BYTES)):
            chunk = {"content": {"B": packed[at : at + CONTENT_BYTES]}}
            yield {"pk": {"S": version}, "sk": {"S": f"DOC#{number:04}"}, **chunk}
        yield {"pk": {"S": version}, "sk": {"S": "META"}, **summary}
        yield {
            "pk": {"S": "VERSIONS"},
            "sk": {"S": book.id},
            **summary,
            "decision": {"S": "proposed"},
            "proposer": {"S": proposal.proposer},
            "source": {"S": proposal.source},
            "proposed_at": {"S": rfc3339(self._clock())},
            "waiting": {"N": str(len(proposal.quarantined))},
            **({"base": {"S": base.version}} if base else {}),
        }
        kept = {"content": {"B": zlib.compress(canonical_json(document), 9)}}
        yield {**proposal_key(book.id), **kept}

    def approvable(
        self, version_id: str, *, actor: str, expected_revision: int
    ) -> tuple[PriceBook | None, StoredVersion, Proposal]:
        """Return the active version, and a version whose pending prices ``actor`` may approve.

        Raises as ``activate`` does, and Conflict for a version without pending prices.
        """
        stored, proposal = self._known(version_id), self.proposal(version_id)
        before = self.active_at(expected_revision)
        if proposal is None or stored.decision != "proposed" or not stored.needs_approval:
            raise Conflict(f"{version_id} has no pending prices. Activate it without groups.")
        _check_approval(stored, actor, before)
        return (self.get(before.version) if before else None), stored, proposal

    def activate(
        self,
        version_id: str,
        *,
        expected_revision: int,
        actor: str,
        reason: str,
        withdraw_rejection: bool = False,
    ) -> Pointer:
        """Make a stored version the active one, if the pointer has not moved meanwhile.

        ``expected_revision`` is the revision the caller read, 0 when nothing was active. With
        ``withdraw_rejection`` a version may be rejected that was accepted before. Raises
        UnknownVersion; StaleRevision when another activation came first; NotTheApprover when
        ``actor`` proposed the version's pending prices, or rejected the version; Conflict when it
        was rejected, is already active, or has pending prices proposed on top of another version
        than the active one: approving those would revert every change since.
        """
        stored = self._known(version_id)
        if stored.decision == "rejected":
            _check_withdrawal(stored, actor, withdraw_rejection=withdraw_rejection)
        before = self.active_at(expected_revision)
        if before is not None and before.version == version_id:
            # Only the revision would change, which would fail every other client's next change.
            raise Conflict(f"{version_id} is the active version already; nothing was changed.")
        _check_approval(stored, actor, before)
        pointer = Pointer(version_id, stored.sha256, expected_revision + 1)
        unmoved = _at_revision(expected_revision)
        self._commit(
            [
                self._put(pointer.item(), _stale(expected_revision), **unmoved),
                self._decide(
                    stored, "accepted", Conflict(f"{version_id} was decided about just now.")
                ),
            ],
            Entry(
                actor,
                "activate",
                reason,
                before=before.version if before else None,
                after=version_id,
                details={"revision": pointer.revision},
            ),
        )
        return pointer

    def reject(
        self, version_id: str, *, actor: str, reason: str, expected_revision: int | None = None
    ) -> None:
        """Reject a version, for good unless it was accepted before.

        Raises UnknownVersion, Conflict when it is active or rejected already, and StaleRevision
        when ``expected_revision`` is given and the pointer has moved.
        """
        stored = self._known(version_id)
        active = self.active() if expected_revision is None else self.active_at(expected_revision)
        if active is not None and active.version == version_id:
            raise Conflict(f"{version_id} is the active version; activate another one first.")
        if stored.decision == "rejected":
            raise Conflict(f"{version_id} is rejected already.")
        once_trusted = stored.decision == "accepted" or bundled.came_with_tariff(version_id)
        revision = active.revision if active else 0
        check = {"TableName": self._table, "Key": POINTER_KEY, **_at_revision(revision)}
        self._commit(
            [
                Write({"ConditionCheck": check}, _stale(revision)),
                self._decide(
                    stored,
                    "rejected",
                    Conflict(f"{version_id} was decided about just now."),
                    rejected_by={"S": actor},
                    was_accepted={"BOOL": once_trusted},
                ),
            ],
            Entry(actor, "reject", reason, before=version_id),
        )

    def audit(
        self, actor: str, action: str, reason: str, details: Mapping[str, Any] | None = None
    ) -> None:
        """Add an audit row for an action that changed no version."""
        self._commit([], Entry(actor, action, reason, details=details))

    def store(self, document: Mapping[str, Any], entry: Entry) -> None:
        """Put a document that is not in the table yet, by a request of ``Documents.put``."""
        with suppress(AlreadyStored):
            self._commit([Write({"Put": document}, AlreadyStored("It is stored."))], entry)

    def active_at(self, expected_revision: int) -> Pointer | None:
        """The active pointer; raises StaleRevision unless it has the expected revision."""
        pointer = self.active()
        if expected_revision != (pointer.revision if pointer else 0):
            raise _stale(expected_revision)
        return pointer

    def _known(self, version_id: str) -> StoredVersion:
        stored = self.version(version_id)
        if stored is None:  # the id is not repeated: it may be any text
            raise UnknownVersion("There is no price version with this id.")
        return stored

    def _decide(
        self, stored: StoredVersion, decision: str, refusal: TariffError, **attributes: Any
    ) -> Write:
        """Set the decision, unless it is another one by now than the one that was read."""
        changed = {"decision": {"S": decision}, **attributes}
        assigned = ", ".join(f"{name} = :{name}" for name in changed)
        update = {
            "TableName": self._table,
            "Key": {"pk": {"S": "VERSIONS"}, "sk": {"S": stored.id}},
            "UpdateExpression": f"SET {assigned}",
            "ConditionExpression": "decision = :before",
            "ExpressionAttributeValues": {
                **{f":{name}": value for name, value in changed.items()},
                ":before": {"S": stored.decision},
            },
        }
        return Write({"Update": update}, refusal)

    def _put(self, item: Mapping[str, Any], refusal: TariffError, **condition: Any) -> Write:
        return Write({"Put": {"TableName": self._table, "Item": item, **condition}}, refusal)

    def _commit(self, writes: Sequence[Write], entry: Entry) -> None:
        """Write all items and their audit row, or none; raise the refusal of the first that fails.

        If only the end of the audit has moved, it is read again and the transaction repeated.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(random.uniform(0, _PAUSE_SECONDS * min(attempt, 10)))  # noqa: S311
            row = chained(self.audit_head(), entry, rfc3339(self._clock()))
            together = [*writes, *self._record(row)]
            try:
                with writing():
                    self._client.transact_write_items(
                        TransactItems=[one.request for one in together]
                    )
            except NotWritten as cancelled:
                refusal = _refusal(writes, cancelled.codes)
                if refusal is not None:
                    raise refusal from cancelled
            else:
                # In the log, which no writer of the table can change: see ``first_contradicted``.
                logger.info(AUDIT_LINE, extra={"audit": {"number": row.number, "hash": row.hash}})
                return
        raise StoreUnavailable(
            "Too many changes were made at the same time; send the request again."
        )

    def _record(self, row: AuditRow) -> Iterator[Write]:
        overtaken = Conflict("Another change was recorded first.")
        hash_ = {"hash": {"S": row.hash}}
        content = {"content": {"S": canonical_json(row.document()).decode()}}
        keys = {"pk": {"S": "AUDIT"}, "sk": {"S": f"{row.number:012}"}}
        unmoved: dict[str, Any] = {
            "ConditionExpression": "#number = :before",
            "ExpressionAttributeNames": {"#number": "number"},
            "ExpressionAttributeValues": {":before": {"N": str(row.number - 1)}},
        }
        last = {**HEAD_KEY, "number": {"N": str(row.number)}, **hash_}
        yield self._put({**keys, **content, **hash_}, overtaken, **_ABSENT)
        yield self._put(last, overtaken, **(unmoved if row.number > 1 else _ABSENT))


def _check_withdrawal(stored: StoredVersion, actor: str, *, withdraw_rejection: bool) -> None:
    """Raise Conflict unless a rejected version may become active again."""
    if not stored.was_accepted:
        raise Conflict(f"Price version {stored.id} was rejected and stays so.")
    if not withdraw_rejection:
        raise Conflict(
            f"Price version {stored.id} was rejected after it had been active. Another"
            " administrator may withdraw that by activating it with `withdraw_rejection`: true."
        )
    if actor == stored.rejected_by:
        raise NotTheApprover(
            f"You rejected {stored.id} yourself: another administrator must withdraw that."
        )


def _refusal(writes: Sequence[Write], codes: Sequence[str]) -> TariffError | None:
    """The error to raise; None if the transaction should be tried again."""
    for write, code in zip(writes, codes, strict=False):
        if code == CONDITION_FAILED:
            return write.refusal
    if {*codes} <= {"None", CONDITION_FAILED, "TransactionConflict"}:
        return None
    return StoreUnavailable(f"DynamoDB cancelled the write: {', '.join(codes)}")


def _check_approval(stored: StoredVersion, actor: str, before: Pointer | None) -> None:
    """Raise NotTheApprover or Conflict if this actor may not approve the version now."""
    if not stored.may_be_activated_by(actor):
        raise NotTheApprover(
            f"{stored.waiting} prices of {stored.id} are pending. Another administrator than"
            " their proposer must approve them."
        )
    if stored.needs_approval and stored.base != (before.version if before else None):
        raise Conflict(
            f"The pending prices of {stored.id} were proposed on {stored.base}, which is not"
            " the active version. Approve them in a version made from the active one."
        )


def _stale(revision: int) -> StaleRevision:
    return StaleRevision(f"The active version is no longer at revision {revision}; read it again.")


def _at_revision(revision: int) -> dict[str, Any]:
    """The condition that the pointer still has this revision; 0 means that there is none."""
    if not revision:
        return _ABSENT
    return {
        "ConditionExpression": "revision = :expected",
        "ExpressionAttributeValues": {":expected": {"N": str(revision)}},
    }
