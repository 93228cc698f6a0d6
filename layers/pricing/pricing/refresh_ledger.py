"""The version store as a refresh writes to it: proposals, activation with its audit row.

``PROPOSALS`` / ``<id>``    who proposed a version, a summary, and the fields that wait
``AUDIT`` / ``<number>``    who did what and why, each row with the SHA-256 of the one before
``AUDIT`` / ``HEAD``        the number and hash of the last row
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pricing.errors import Conflict, StaleRevision, StoreUnavailable, UnknownVersion
from pricing.price_book import PriceBook, canonical_json, digest
from pricing.quarantine import Proposal
from pricing.repository import Pointer, Repository

_HEAD = {"pk": {"S": "AUDIT"}, "sk": {"S": "HEAD"}}
_POINTER = {"pk": {"S": "ACTIVE"}, "sk": {"S": "POINTER"}}
_ATTEMPTS = 5


class Ledger(Repository):
    """A repository whose every change leaves an audit row, chained to the one before."""

    def propose(self, book: PriceBook, *, proposal: Proposal) -> None:
        """Store a version and what waits with it; raises VersionExists."""
        document = {
            "proposer": proposal.proposer,
            "source": proposal.source,
            "summary": dict(proposal.summary),
            "quarantined": [one.document() for one in proposal.quarantined],
        }
        item = {
            "pk": {"S": "PROPOSALS"},
            "sk": {"S": book.id},
            "status": {"S": "proposed"},
            "content": {"S": canonical_json(document).decode()},
        }
        # First what waits: a version is never seen without it.
        self._write([{"Put": {"TableName": self._table, "Item": item}}], Conflict("no condition"))
        self.add(book)

    def activate(
        self,
        version_id: str,
        *,
        expected_revision: int,
        actor: str = "unknown",
        reason: str = "",
    ) -> Pointer:
        """Move the pointer and write the audit row, both or neither.

        Raises UnknownVersion, or StaleRevision when another activation came first.
        """
        meta = self._reader.get_item(
            TableName=self._table,
            Key={"pk": {"S": f"VERSION#{version_id}"}, "sk": {"S": "META"}},
            ConsistentRead=True,
        ).get("Item")
        if meta is None:
            raise UnknownVersion(f"There is no price version {version_id}.")
        pointer = Pointer(version_id, meta["sha256"]["S"], expected_revision + 1)
        unmoved: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if expected_revision:
            unmoved = {
                "ConditionExpression": "revision = :expected",
                "ExpressionAttributeValues": {":expected": {"N": str(expected_revision)}},
            }
        item = {
            **_POINTER,
            "version": {"S": pointer.version},
            "sha256": {"S": pointer.sha256},
            "revision": {"N": str(pointer.revision)},
        }
        moved = StaleRevision(
            f"The active version is no longer at revision {expected_revision}; read it again."
        )
        put = {"Put": {"TableName": self._table, "Item": item, **unmoved}}
        details = {"version": version_id, "revision": pointer.revision}
        before = self.active()
        if (before.revision if before else 0) != expected_revision:
            raise moved
        details["before"] = before.version if before else ""
        self._write([put, *self._row(actor, "activate", reason, details)], moved)
        return pointer

    def audit(self, actor: str, action: str, reason: str, details: Mapping[str, Any]) -> None:
        """Append one row; raises StoreUnavailable when others keep coming first."""
        taken = Conflict("another row came first")
        for _ in range(_ATTEMPTS):
            try:
                self._write(self._row(actor, action, reason, details), taken)
            except Conflict:
                continue
            return
        raise StoreUnavailable("The audit could not be written: others kept coming first.")

    def _row(
        self, actor: str, action: str, reason: str, details: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        head = self._reader.get_item(TableName=self._table, Key=_HEAD, ConsistentRead=True).get(
            "Item"
        )
        number = int(head["number"]["N"]) + 1 if head else 1
        row = {
            "number": number,
            "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "actor": actor,
            "action": action,
            "reason": reason,
            "details": dict(details),
            "previous": head["hash"]["S"] if head else "",
        }
        content = canonical_json(row)
        keys = {"pk": {"S": "AUDIT"}, "sk": {"S": f"{number:012}"}}
        hashed = {"hash": {"S": digest(content)}}
        unmoved: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if head:
            unmoved = {
                "ConditionExpression": "#n = :before",
                "ExpressionAttributeNames": {"#n": "number"},
                "ExpressionAttributeValues": {":before": head["number"]},
            }
        return [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {**keys, **hashed, "content": {"S": content.decode()}},
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {**_HEAD, **hashed, "number": {"N": str(number)}},
                    **unmoved,
                }
            },
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Every audit row, oldest first."""
        found = [item for item in self._query("AUDIT") if item["sk"]["S"] != "HEAD"]
        return [json.loads(item["content"]["S"]) for item in found]
