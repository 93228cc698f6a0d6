"""Price versions in DynamoDB: added once, never changed, one of them active.

One table, keys ``pk`` and ``sk``:

``VERSION#<id>`` / ``DOC#0000``...  the canonical JSON, zlib-compressed, cut below the item limit
``VERSION#<id>`` / ``META``         sha256, published_at, sizes; sorts behind the chunks
``VERSIONS`` / ``<id>``             one row per version, for listings
``ACTIVE`` / ``POINTER``            version, sha256, revision

A version is one Query, the pointer one GetItem, so a cold start reads twice at most.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pricing.catalogue.price_book import PriceBook
from pricing.errors import CorruptBook
from pricing.versions.proposals import is_version_id

POINTER_KEY = {"pk": {"S": "ACTIVE"}, "sk": {"S": "POINTER"}}


class DynamoReads(Protocol):
    """The reads of the repository, as boto3's low-level client and DynamoReader offer them."""

    def get_item(self, **request: Any) -> Any:
        """GetItem."""

    def query(self, **request: Any) -> Any:
        """Query."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version is active. ``revision`` counts activations, the first being 1."""

    version: str
    sha256: str
    revision: int


class Repository:
    """Reads of the price versions in one table; ``ledger`` changes them.

    Every method raises StoreUnavailable when DynamoDB does not answer.
    """

    def __init__(self, table: str, reader: DynamoReads) -> None:
        self._table = table
        self._reader = reader

    def active(self) -> Pointer | None:
        """Return the active pointer, read consistently; None before the first activation."""
        item = self._item(POINTER_KEY)
        if item is None:
            return None
        return Pointer(item["version"]["S"], item["sha256"]["S"], int(item["revision"]["N"]))

    def get(self, version_id: str) -> PriceBook | None:
        """Return the version with this id; raises CorruptBook if its content was changed."""
        items = self._query(f"VERSION#{version_id}") if is_version_id(version_id) else []
        if not items:
            return None
        *chunks, meta = items
        try:
            content = zlib.decompress(b"".join(bytes(chunk["content"]["B"]) for chunk in chunks))
        except zlib.error as error:
            raise CorruptBook(f"price version {version_id} cannot be decompressed") from error
        return PriceBook.from_json(content, sha256=meta["sha256"]["S"])

    def _item(self, key: Mapping[str, Any]) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._reader.get_item(
            TableName=self._table, Key=key, ConsistentRead=True
        ).get("Item")
        return found

    def _query(self, partition: str) -> list[dict[str, Any]]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
            # A version may be read right after it was written: half of it would look corrupt.
            "ConsistentRead": True,
        }
        items: list[dict[str, Any]] = []
        while True:  # a page ends at 1 MB, which no compressed version has reached yet
            page = self._reader.query(**request)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
