"""Store the result of a refresh: versions, pending changes, its memory, the audit row.

In addition to the items of ``repository`` and ``history``, the table has

``REFRESH`` / ``MEMORY``  the answers seen lately and the models missing, as one JSON text

A refresh writes in this order: the version, the pointer with its audit row, the held version,
the memory, the refresh's own audit row. Each write is one transaction, so a refresh that stops
between two of them leaves the old or the new version active, and the next refresh completes it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from pricing.errors import VersionExists
from pricing.refresh.memory import Memory
from pricing.refresh.refresh import Refreshed
from pricing.store.ledger import Ledger
from pricing.store.repository import readable
from pricing.store.writes import NotWritten, SdkReader, writing
from pricing.versions.groups import pending_groups
from pricing.versions.proposals import Proposal

if TYPE_CHECKING:
    from pricing.catalogue.price_book import PriceBook
    from pricing.store.repository import Pointer

ACTOR = "refresh"
#: Who requests the daily refresh.
SCHEDULE = "schedule"
MEMORY_KEY = {"pk": {"S": "REFRESH"}, "sk": {"S": "MEMORY"}}
#: Fields that an audit row names one by one; an item ends at 400 KB. The groups of what is pending
#: name every model in any case, and the proposal has every field.
MAX_QUARANTINED = 500
MAX_CHANGES = 700


class RefreshStore:
    """The writes of one refresh. ``client`` is boto3's low-level DynamoDB client.

    Every method raises StoreUnavailable when DynamoDB does not answer, or does not take the write.
    """

    def __init__(self, table: str, client: Any) -> None:
        self._table = table
        self._client = client
        self._reader = SdkReader(client)
        self.ledger = Ledger(table, self._reader, client)

    def memory(self) -> Memory:
        """The memory that the last refresh stored."""
        item = self._reader.get_item(
            TableName=self._table, Key=MEMORY_KEY, ConsistentRead=True
        ).get("Item")
        if item is None:
            return Memory()
        with readable("the memory of the last refresh"):
            return Memory.of(json.loads(zlib.decompress(bytes(item["content"]["B"]))))

    def save(
        self, done: Refreshed, pointer: Pointer | None, details: Mapping[str, Any]
    ) -> Pointer | None:
        """Store and activate a refresh's result; return the pointer after it.

        Prices that need approval are proposed by ``details["requested_by"]``: an administrator who
        starts a refresh does not approve what it finds.

        Raises StaleRevision if another version was activated meanwhile.
        """
        summary = summary_of(done)
        if done.clean is not None:
            proposal = Proposal(ACTOR, "refresh", summary)
            self._propose(done.clean, proposal)
            if pointer is None or pointer.version != done.clean.id:
                pointer = self.ledger.activate(
                    done.clean.id,
                    expected_revision=pointer.revision if pointer else 0,
                    actor=ACTOR,
                    reason=headline(done),
                )
        if done.held is not None:
            waiting = tuple(one for one in done.quarantined if one.approvable)
            asked = details.get("requested_by", SCHEDULE)
            proposer = ACTOR if asked == SCHEDULE else asked
            self._propose(done.held, Proposal(proposer, "refresh", summary, waiting))
        self._remember(done.memory)
        self.ledger.audit(ACTOR, "refresh", headline(done), {**details, **summary})
        if pointer is not None and done.complete:
            self._confirm(pointer, str(details["scheduled"]))
        return pointer

    def fail(self, reason: str, details: Mapping[str, Any]) -> None:
        """Record in the audit that a refresh could not be used; write nothing else."""
        self.ledger.audit(ACTOR, "refresh_failed", reason, details)

    def _propose(self, book: PriceBook, proposal: Proposal) -> None:
        try:
            self.ledger.propose(book, proposal=proposal)
        except VersionExists:
            return  # the id is derived from the content: the same refresh stored it before

    def _confirm(self, pointer: Pointer, at: str) -> None:
        """Record that the sources were compared with the active version, unless it changed."""
        condition = {
            "ConditionExpression": "revision = :revision",
            "ExpressionAttributeValues": {":revision": {"N": str(pointer.revision)}},
        }
        item = replace(pointer, checked_at=at).item()
        with suppress(NotWritten), writing():
            self._client.put_item(TableName=self._table, Item=item, **condition)

    def _remember(self, memory: Memory) -> None:
        text = json.dumps(memory.document(), sort_keys=True, separators=(",", ":"))
        item = {**MEMORY_KEY, "content": {"B": zlib.compress(text.encode(), 9)}}
        with writing():
            self._client.put_item(TableName=self._table, Item=item)


def summary_of(done: Refreshed) -> dict[str, Any]:
    """A refresh as JSON, for listings and the audit: counts, and the fields themselves."""
    counts: dict[str, int] = {}
    for one in done.quarantined:
        counts[one.code] = counts.get(one.code, 0) + 1
    return {
        "version": done.clean.id if done.clean else None,
        "held_version": done.held.id if done.held else None,
        "complete": done.complete,
        "compared": done.compared,
        "changed": len(done.changes),
        "changes": [dict(change) for change in done.changes[:MAX_CHANGES]],
        "added": list(done.added[:MAX_CHANGES]),
        "waiting": counts,
        "groups": [asdict(group) for group in pending_groups(done.quarantined)],
        # What no group has comes first.
        "quarantined": [
            one.document()
            for one in sorted(done.quarantined, key=lambda one: one.approvable)[:MAX_QUARANTINED]
        ],
        "missing": len(done.missing),
    }


def headline(done: Refreshed) -> str:
    """A refresh in one sentence."""
    what = f"{len(done.changes)} prices changed, {len(done.added)} models new"
    groups = len(pending_groups(done.quarantined))
    waits = f", {len(done.quarantined)} pending in {groups} groups" if done.quarantined else ""
    return f"{what}{waits}{'' if done.complete else '; a list did not answer, or not whole'}."
