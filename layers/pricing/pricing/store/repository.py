"""Price versions in DynamoDB: added once, never changed, one of them active.

One table, keys ``pk`` and ``sk``:

``VERSION#<id>`` / ``DOC#0000``...  the canonical JSON, zlib-compressed, cut below the item limit
``VERSION#<id>`` / ``META``         sha256, published_at, sizes; sorts behind the chunks
``VERSIONS`` / ``<id>``             one row per version, for listings
``ACTIVE`` / ``POINTER``            version, sha256, revision, checked_at

A version is one Query, the pointer one GetItem, so a cold start reads twice at most.
"""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from pricing.catalogue.price_book import PriceBook
from pricing.errors import CorruptBook, StoreUnavailable
from pricing.values import immutable
from pricing.versions.proposals import is_version_id

#: What reading an item raises that is not in the form it was written in.
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, zlib.error)
POINTER_KEY = {"pk": {"S": "ACTIVE"}, "sk": {"S": "POINTER"}}


class DynamoReads(Protocol):
    """The reads of the repository, as boto3's low-level client and DynamoReader offer them."""

    def get_item(self, **request: Any) -> Any:
        """GetItem."""

    def query(self, **request: Any) -> Any:
        """Query."""


@immutable
class Pointer:
    """Which version is active. ``revision`` counts activations, the first being 1.

    ``checked_at`` is when a refresh last compared its prices; empty before the first did.
    """

    version: str
    sha256: str
    revision: int
    checked_at: str = ""

    def item(self) -> dict[str, Any]:
        """Return the pointer as it is stored."""
        item = {
            **POINTER_KEY,
            "version": {"S": self.version},
            "sha256": {"S": self.sha256},
            "revision": {"N": str(self.revision)},
        }
        return item | ({"checked_at": {"S": self.checked_at}} if self.checked_at else {})


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Raise StoreUnavailable in place of the errors of reading an item in an unexpected form.

    An item may have been edited by hand, restored from elsewhere, or written by another release.
    """
    try:
        yield
    except _UNREADABLE as error:
        raise StoreUnavailable(
            f"The price store holds {what} in a form that cannot be read. Report it.",
            cause=f"unreadable {type(error).__name__}",
        ) from error


class Repository:
    """Reads of the price versions in one table; ``ledger`` changes them.

    Every method raises StoreUnavailable when DynamoDB does not answer, or not in the form that is
    expected here.
    """

    def __init__(self, table: str, reader: DynamoReads) -> None:
        self._table = table
        self._reader = reader

    def active(self) -> Pointer | None:
        """Return the active pointer, read consistently; None before the first activation."""
        item = self._item(POINTER_KEY)
        if item is None:
            return None
        with readable("the pointer to the active version"):
            version, sha256 = item["version"]["S"], item["sha256"]["S"]
            checked_at = item["checked_at"]["S"] if "checked_at" in item else ""
            revision = int(item["revision"]["N"])
            return Pointer(str(version), str(sha256), revision, str(checked_at))

    def get(self, version_id: str) -> PriceBook | None:
        """Return the version with this id; raises CorruptBook if its content was changed."""
        items = self._query(f"VERSION#{version_id}") if is_version_id(version_id) else []
        if not items:
            return None
        *chunks, meta = items
        try:
            content = zlib.decompress(b"".join(bytes(chunk["content"]["B"]) for chunk in chunks))
            sha256 = str(meta["sha256"]["S"])
        except _UNREADABLE as error:
            raise CorruptBook(f"price version {version_id} is not as it was stored") from error
        return PriceBook.from_json(content, sha256=sha256)

    def _item(self, key: Mapping[str, Any]) -> dict[str, Any] | None:
        answer = self._reader.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        found: dict[str, Any] | None = answer.get("Item")
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
            with readable(f"an answer about {partition}"):
                items += [dict(item) for item in page["Items"]]
                last = page.get("LastEvaluatedKey")
                if last is None:
                    return items
                key = {name: {"S": str(last[name]["S"])} for name in ("pk", "sk")}
                if key == request.get("ExclusiveStartKey"):
                    raise ValueError("the same page again")
            request["ExclusiveStartKey"] = key
