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
from contextlib import suppress
from typing import Any, get_args

from pricing.errors import StoreUnavailable
from pricing.store.repository import Repository, readable
from pricing.versions.audit import AuditRow, Head, StoredRow, first_broken, row_from
from pricing.versions.proposals import (
    Decision,
    Proposal,
    StoredVersion,
    is_version_id,
    quarantined_from,
)

HEAD_KEY = {"pk": {"S": "AUDIT"}, "sk": {"S": "HEAD"}}


class VersionHistory(Repository):
    """Reads of the version store for its pages, its audit and its writers."""

    def versions(self) -> list[StoredVersion]:
        """Return all stored versions that can be read, sorted by id."""
        found = []
        for item in self._query("VERSIONS"):
            with suppress(StoreUnavailable):  # one damaged row does not hide the others
                found.append(_stored(item))
        return found

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
        with readable(f"the proposal of {version_id}"):
            found = json.loads(zlib.decompress(bytes(item["content"]["B"])))
            return Proposal(
                stored.proposer,
                "refresh" if stored.source == "refresh" else "manual",
                found["summary"],
                tuple(quarantined_from(pending) for pending in found["quarantined"]),
            )

    def audit_rows(self) -> list[AuditRow]:
        """Return every audit row that can be read, oldest first."""
        return [row for stored in self.stored_audit() if (row := row_from(stored))]

    def checked_audit(self) -> tuple[list[AuditRow], int | None]:
        """Return the audit rows that can be read, and the number of the first one that was changed.

        A row that cannot be read was changed, and so was the first one if the end of the log is
        gone. A row that is written while the others are read comes behind ``head``.
        """
        head, rows = self.audit_head(), self.stored_audit()
        if rows and not head.number:  # the first row of all may have been written in between
            head, rows = self.audit_head(), self.stored_audit()
        if head.number:
            rows = [stored for stored in rows if stored.number <= head.number]
        return [row for stored in rows if (row := row_from(stored))], first_broken(rows, head)

    def audit_head(self) -> Head:
        """Return the end of the audit."""
        item = self._item(HEAD_KEY)
        with readable("the end of the audit"):
            return Head(int(item["number"]["N"]), str(item["hash"]["S"])) if item else Head()

    def stored_audit(self) -> list[StoredRow]:
        """Return every audit row as it is stored, oldest first."""
        items = [item for item in self._query("AUDIT") if item.get("sk") != HEAD_KEY["sk"]]
        return [
            StoredRow(_number(item), _text(item, "content"), _text(item, "hash")) for item in items
        ]


def proposal_key(version_id: str) -> dict[str, Any]:
    """Return the key: not the version's own partition, which every price look-up reads whole."""
    return {"pk": {"S": f"PROPOSAL#{version_id}"}, "sk": {"S": "PROPOSAL"}}


def _stored(item: Mapping[str, Any]) -> StoredVersion:
    with readable("the row of a price version"):
        names = ("sha256", "published_at", "decision", "proposer", "source", "proposed_at")
        texts: dict[str, Any] = {name: str(item[name]["S"]) for name in names}
        if texts["decision"] not in get_args(Decision):
            raise ValueError("a decision that only another release knows")
        return StoredVersion(
            id=str(item["sk"]["S"]),
            models=int(item["models"]["N"]),
            waiting=int(item["waiting"]["N"]),
            base=str(item["base"]["S"]) if "base" in item else None,
            rejected_by=str(item["rejected_by"]["S"]) if "rejected_by" in item else None,
            was_accepted=item.get("was_accepted") == {"BOOL": True},
            **texts,
        )


def _number(item: Mapping[str, Any]) -> int:
    """The number of an audit row, by its key; 0 if that is none."""
    text = _text(item, "sk")
    return int(text) if text.isascii() and text.isdigit() else 0


def _text(item: Mapping[str, Any], name: str) -> str:
    attribute = item.get(name)
    found = attribute.get("S") if isinstance(attribute, dict) else None
    return found if isinstance(found, str) else ""
