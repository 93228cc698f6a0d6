"""The history of price versions: who proposed and decided what, and why.

Items in addition to those of ``repository``:

``PROPOSAL#<id>`` / ``PROPOSAL``  a summary of the version, and its pending prices
``AUDIT`` / ``<number>``          what was done by whom and why, chained by hashes
``AUDIT`` / ``HEAD``              number and hash of the last row

A version's row in ``VERSIONS`` holds its proposer and the decision.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from pricing.store.repository import Repository
from pricing.versions.audit import AuditRow, Head, first_broken, row_from
from pricing.versions.proposals import Proposal, StoredVersion, is_version_id, quarantined_from

HEAD_KEY = {"pk": {"S": "AUDIT"}, "sk": {"S": "HEAD"}}


class VersionHistory(Repository):
    """Reads of the version store for its pages, its audit and its writers."""

    def versions(self) -> list[StoredVersion]:
        """Return all stored versions, sorted by id."""
        return [_stored(item) for item in self._query("VERSIONS")]

    def version(self, version_id: str) -> StoredVersion | None:
        """Return one row of ``versions``."""
        if not is_version_id(version_id):
            return None
        item = self._item({"pk": {"S": "VERSIONS"}, "sk": {"S": version_id}})
        return _stored(item) if item else None

    def proposal(self, version_id: str) -> Proposal | None:
        """Return a version's proposal, with its pending prices."""
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
        """Return every audit row, oldest first."""
        rows = [item for item in self._query("AUDIT") if item["sk"]["S"] != "HEAD"]
        return [row_from(json.loads(row["content"]["S"]), row["hash"]["S"]) for row in rows]

    def checked_audit(self) -> tuple[list[AuditRow], int | None]:
        """Return every audit row, and the number of the first one changed since it was written."""
        head = self.audit_head()  # first: a row written while the others are read is not missing
        rows = [row for row in self.audit_rows() if row.number <= head.number]
        return rows, first_broken(rows, head)

    def audit_head(self) -> Head:
        """Return the end of the audit."""
        item = self._item(HEAD_KEY)
        return Head(int(item["number"]["N"]), item["hash"]["S"]) if item else Head()


def proposal_key(version_id: str) -> dict[str, Any]:
    """Return the key: not the version's own partition, which every price look-up reads whole."""
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
