"""Price versions in DynamoDB: added once, never changed, one of them active.

One table, keys ``pk`` and ``sk``:

``VERSION#<id>`` / ``DOC#0000``...  the canonical JSON, zlib-compressed, cut below the item limit
``VERSION#<id>`` / ``META``         sha256, published_at, sizes; sorts behind the chunks
``VERSIONS`` / ``<id>``             one row a version, for listings
``ACTIVE`` / ``POINTER``            version, sha256, revision

A version is one Query, the pointer one GetItem, so a cold start reads twice at most.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from pricing.errors import (
    Conflict,
    CorruptBook,
    StaleRevision,
    StoreUnavailable,
    TariffError,
    UnknownVersion,
    VersionExists,
)
from pricing.price_book import PriceBook, digest

#: Below DynamoDB's 400 KB item limit, with room for keys and attribute names.
CHUNK_BYTES = 380_000
_POINTER_KEY = {"pk": {"S": "ACTIVE"}, "sk": {"S": "POINTER"}}


class DynamoReads(Protocol):
    """The reads the repository makes, as boto3's low-level client and DynamoReader offer them."""

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
    """The version store in one table.

    Every method raises StoreUnavailable when DynamoDB does not answer. ``writer`` is boto3's
    low-level client; functions that only read leave it out, and their role could not write.
    """

    def __init__(self, table: str, reader: DynamoReads, writer: Any = None) -> None:
        self._table = table
        self._reader = reader
        self._writer = writer

    def active(self) -> Pointer | None:
        """The active pointer, read consistently; None before the first activation."""
        item = self._reader.get_item(
            TableName=self._table, Key=_POINTER_KEY, ConsistentRead=True
        ).get("Item")
        if item is None:
            return None
        return Pointer(item["version"]["S"], item["sha256"]["S"], int(item["revision"]["N"]))

    def get(self, version_id: str) -> PriceBook | None:
        """The version with this id; raises CorruptBook when its content is not what was added."""
        items = self._query(f"VERSION#{version_id}")
        if not items:
            return None
        *chunks, meta = items
        try:
            content = zlib.decompress(b"".join(bytes(chunk["content"]["B"]) for chunk in chunks))
        except zlib.error as error:
            raise CorruptBook(f"price version {version_id} cannot be decompressed") from error
        return PriceBook.from_json(content, sha256=meta["sha256"]["S"])

    def version_ids(self) -> list[str]:
        """The ids of all stored versions, sorted."""
        return [item["sk"]["S"] for item in self._query("VERSIONS")]

    def add(self, book: PriceBook) -> None:
        """Store a version, all of it or nothing.

        Raises VersionExists when its id is taken, and CorruptBook for a book that was read from
        JSON in another than the canonical form: its hash is not that of what would be stored.
        """
        content = book.to_json()
        if digest(content) != book.sha256:
            raise CorruptBook(f"price version {book.id} was not read from canonical JSON")
        packed = zlib.compress(content, 9)
        chunks = [packed[at : at + CHUNK_BYTES] for at in range(0, len(packed), CHUNK_BYTES)]
        summary = {
            "sha256": {"S": book.sha256},
            "published_at": {"S": book.published_at},
            "models": {"N": str(len(book))},
            "bytes": {"N": str(len(packed))},
        }
        version = f"VERSION#{book.id}"
        items = [
            {"pk": {"S": version}, "sk": {"S": f"DOC#{number:04}"}, "content": {"B": chunk}}
            for number, chunk in enumerate(chunks)
        ]
        items.append({"pk": {"S": version}, "sk": {"S": "META"}, **summary})
        items.append({"pk": {"S": "VERSIONS"}, "sk": {"S": book.id}, **summary})
        puts = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for item in items
        ]
        self._write(puts, VersionExists(f"Price version {book.id} exists."))

    def activate(self, version_id: str, *, expected_revision: int) -> Pointer:
        """Make a stored version the active one, if the pointer has not moved meanwhile.

        ``expected_revision`` is the revision the caller read, 0 when nothing was active. Raises
        UnknownVersion, or StaleRevision when another activation came first.
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
            **_POINTER_KEY,
            "version": {"S": pointer.version},
            "sha256": {"S": pointer.sha256},
            "revision": {"N": str(pointer.revision)},
        }
        moved = StaleRevision(
            f"The active version is no longer at revision {expected_revision}; read it again."
        )
        # A transaction of one: its token makes boto3's own retry of a write that did land succeed.
        self._write([{"Put": {"TableName": self._table, "Item": item, **unmoved}}], moved)
        return pointer

    def _write(self, items: Sequence[Mapping[str, Any]], on_condition: Conflict) -> None:
        """All items or none; raises ``on_condition`` when a condition does not hold."""
        with _writing():
            try:
                self._writer.transact_write_items(TransactItems=items)
            except self._writer.exceptions.TransactionCanceledException as error:
                raise _cancelled(error, on_condition) from error

    def _query(self, partition: str) -> list[dict[str, Any]]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
            # A version is read right after it was written: half of one would look corrupt.
            "ConsistentRead": True,
        }
        items: list[dict[str, Any]] = []
        while True:  # a page ends at 1 MB, which no compressed version has reached yet
            page = self._reader.query(**request)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@contextmanager
def _writing() -> Iterator[None]:
    """Whatever boto3 raises when a write is not answered, or is refused, is StoreUnavailable."""
    from botocore.exceptions import BotoCoreError, ClientError  # only writers have botocore

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(
            f"DynamoDB did not take the write: {type(error).__name__}"
        ) from error


def _cancelled(error: Any, on_condition: Conflict) -> TariffError:
    """A cancelled transaction is a failed condition, or a collision worth another try."""
    codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    if "ConditionalCheckFailed" in codes:
        return on_condition
    return StoreUnavailable(f"DynamoDB cancelled the write: {', '.join(map(str, codes))}")
