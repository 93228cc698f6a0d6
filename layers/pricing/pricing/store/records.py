"""Read the decisions about price versions, with their actors and reasons.

In addition to the items of ``repository``, the table has

``PROPOSAL#<id>`` / ``PROPOSAL``  a summary of the version, and its pending fields
``AUDIT`` / ``<number>``          what was done by whom and why, chained by hashes
``AUDIT`` / ``HEAD``              number and hash of the last row

A version's row in ``VERSIONS`` has its proposer and the decision.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from pricing.store.repository import Repository
from pricing.versions.audit import AuditRow, Head, first_broken, row_from
from pricing.versions.proposals import Proposal, StoredVersion, is_version_id, quarantined_from

HEAD_KEY = {"pk": {"S": "AUDIT"}, "sk": {"S": "HEAD"}}


class Records(Repository):
    """The version store with its proposals, decisions and audit, for reading."""

    def versions(self) -> list[StoredVersion]:
        """All stored versions, sorted by id."""
        return [_stored(item) for item in self._query("VERSIONS")]

    def version(self, version_id: str) -> StoredVersion | None:
        """One row of ``versions``."""
        if not is_version_id(version_id):
            return None
        item = self._item({"pk": {"S": "VERSIONS"}, "sk": {"S": version_id}})
        return _stored(item) if item else None

    def proposal(self, version_id: str) -> Proposal | None:
        """A version's proposal: its summary and its pending fields; None if it is not stored."""
        stored = self.version(version_id)
        item = self._item(proposal_key(version_id)) if stored else None
        if stored is None or item is None:
            return None
        found = json.loads(zlib.decompress(bytes(item["content"]["B"])))
        return Proposal(
            stored.proposer,
            "refresh" if stored.source == "refresh" else "manual",
            found["summary"],
            tuple(quarantined_from(one) for one in found["quarantined"]),
        )

    def audit_rows(self) -> list[AuditRow]:
        """Every audit row, oldest first."""
        rows = [item for item in self._query("AUDIT") if item["sk"]["S"] != "HEAD"]
        return [row_from(json.loads(row["content"]["S"]), row["hash"]["S"]) for row in rows]

    def checked_audit(self) -> tuple[list[AuditRow], int | None]:
        """Every audit row, and the number of the first that was changed after writing, if any."""
        head = self.audit_head()  # first: a row written while the others are read is not missing
        rows = [row for row in self.audit_rows() if row.number <= head.number]
        return rows, first_broken(rows, head)

    def audit_head(self) -> Head:
        """The number and hash of the last audit row."""
        item = self._item(HEAD_KEY)
        return Head(int(item["number"]["N"]), item["hash"]["S"]) if item else Head()


def proposal_key(version_id: str) -> dict[str, Any]:
    """The key of a version's proposal, in its own partition: pricing reads the version's whole."""
    return {"pk": {"S": f"PROPOSAL#{version_id}"}, "sk": {"S": "PROPOSAL"}}


def _stored(item: Mapping[str, Any]) -> StoredVersion:
    return StoredVersion(
        id=item["sk"]["S"],
        sha256=item["sha256"]["S"],
        published_at=item["published_at"]["S"],
        models=int(item["models"]["N"]),
        decision=item["decision"]["S"],
        proposer=item["proposer"]["S"],
        source=item["source"]["S"],
        proposed_at=item["proposed_at"]["S"],
        waiting=int(item["waiting"]["N"]),
        base=item["base"]["S"] if "base" in item else None,
    )
