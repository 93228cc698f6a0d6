"""A version store in memory, for the examples of the OpenAPI document: one caller, no races.

It takes the requests of ``ledger`` and keeps their items. Conditions are not checked: examples
ask for what is there.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pricing.api.requests.billing import RateCardRequest
from pricing.catalogue.rate_cards import RateCard
from pricing.store import bundled
from pricing.store.documents import RATE_CARDS, Documents
from pricing.store.ledger import Ledger
from pricing.validation import parse
from pricing.versions.proposals import Proposal

Item = dict[str, Any]


class ItemsInMemory:
    """DynamoDB's item calls, as far as the ledger makes them."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Item] = {}

    def get_item(self, **request: Any) -> Mapping[str, Any]:
        """GetItem."""
        item = self._items.get(_key(request["Key"]))
        return {"Item": item} if item else {}

    def query(self, **request: Any) -> Mapping[str, Any]:
        """Query of one partition, in key order."""
        wanted = request["ExpressionAttributeValues"][":pk"]["S"]
        return {"Items": [self._items[key] for key in sorted(self._items) if key[0] == wanted]}

    def put_item(self, **request: Any) -> None:
        """PutItem."""
        self._items[_key(request["Item"])] = request["Item"]

    def transact_write_items(self, **request: Any) -> None:
        """TransactWriteItems of puts, and of updates that set what was decided."""
        for write in request["TransactItems"]:
            if "Put" in write:
                item = write["Put"]["Item"]
                self._items[_key(item)] = item
            elif "Update" in write:
                values = write["Update"]["ExpressionAttributeValues"]
                self._items[_key(write["Update"]["Key"])]["decision"] = values[":decision"]


def ledger(now: datetime) -> Ledger:
    """A store that holds the bundled versions, the current one active."""
    items = ItemsInMemory()
    store = Ledger("tariff", items, items, clock=lambda: now)
    proposal = Proposal("tariff", "manual", {"bundled": True})
    why = "It comes with Tariff."
    for version in bundled.ids():
        book = bundled.load(version)
        if book is not None:
            store.propose(book, proposal=proposal, reason=why)
    store.activate(bundled.current_id(), expected_revision=0, actor=proposal.proposer, reason=why)
    return store


def rate_cards(document: Mapping[str, Any]) -> Documents[RateCard]:
    """A store that holds the rate card of this request."""
    items = ItemsInMemory()
    store = Documents(RATE_CARDS, "tariff", items, lambda: items)
    card = parse(RateCardRequest, document).card()
    store.add(card.id, card.content)
    return store


def report_object(key: str) -> bytes | None:
    """What a report's folder in S3 holds while a job sums the calls of 31 files."""
    asked = {"source": {"s3_uri": "s3://logs/2026-10/"}, "pricing_version": bundled.current_id()}
    objects = {
        "request.json": {"request": asked, "caller": "", "started_at": "2026-11-22T09:29:12Z"},
        "progress.json": {"step": "summing", "files": 31},
    }
    found = objects.get(key.rsplit("/", 1)[-1])
    return json.dumps(found).encode() if found else None


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
