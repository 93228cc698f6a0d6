"""Documents in DynamoDB that are added once, never changed, and identified by their content.

Learned routing policies and rate cards. Each is one item in the table of the price versions:
``<PARTITION>#<id>`` / ``DOC`` with the canonical JSON, zlib-compressed.
"""

import json
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Generic, TypeVar

from pricing.catalogue.rate_cards import RateCard, card_id
from pricing.errors import InvalidRequest, NotFound, UnknownRateCard
from pricing.store.repository import DynamoReads, readable
from pricing.store.writes import CONTENT_BYTES, NotWritten, writing
from pricing.values import immutable
from pricing.versions.proposals import is_version_id

#: Documents kept in memory, since a document never changes.
MAX_KEPT = 16
Document = TypeVar("Document")


@immutable
class DocumentKind(Generic[Document]):
    """A kind of document: how its id follows from its content, and how it is read."""

    partition: str
    #: What errors call it, and the request's member that it is made of.
    name: str
    made_of: str
    id_of: Callable[[bytes], str]
    read: Callable[[str, Mapping[str, Any]], Document]
    unknown: Callable[[str], NotFound]


class Documents(Generic[Document]):
    """The documents of one kind; ``writer`` makes boto3's low-level client when it is needed.

    Every method raises StoreUnavailable when DynamoDB does not answer.
    """

    def __init__(
        self,
        kind: DocumentKind[Document],
        table: str,
        reader: DynamoReads,
        writer: Callable[[], Any],
    ) -> None:
        self._kind = kind
        self._table = table
        self._reader = reader
        self._writer = writer
        self._kept: dict[str, Document] = {}

    def get(self, wanted: str) -> Document:
        """Return the document with this id; raises the kind's NotFound."""
        if wanted in self._kept:
            return self._kept[wanted]
        if not is_version_id(wanted):  # DynamoDB refuses a key that is too long
            raise self._kind.unknown(wanted)
        item = self._reader.get_item(
            TableName=self._table, Key=self._key(wanted), ConsistentRead=True
        ).get("Item")
        if item is None:
            raise self._kind.unknown(wanted)
        with readable(f"this {self._kind.name}"):
            content = zlib.decompress(bytes(item["content"]["B"]))
            if self._kind.id_of(content) != wanted:
                raise ValueError("another document")
            found = self._kind.read(wanted, json.loads(content))
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[wanted] = found
        return found

    def add(self, document_id: str, content: bytes) -> None:
        """Store a document, unless it is stored: the same id has the same content."""
        with suppress(NotWritten), writing():
            self._writer().put_item(**self.put(document_id, content))

    def put(self, document_id: str, content: bytes) -> dict[str, Any]:
        """Return DynamoDB's request to store a document, which fails if it is stored.

        Raises InvalidRequest for a document that is too large.
        """
        packed = zlib.compress(content, 9)
        if len(packed) > CONTENT_BYTES:
            detail = (
                f"make a {self._kind.name} of {len(packed)} bytes, over the {CONTENT_BYTES} that"
                " are stored"
            )
            raise InvalidRequest.at(self._kind.made_of, detail)
        return {
            "TableName": self._table,
            "Item": {**self._key(document_id), "content": {"B": packed}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }

    def _key(self, wanted: str) -> dict[str, dict[str, str]]:
        return {"pk": {"S": f"{self._kind.partition}#{wanted}"}, "sk": {"S": "DOC"}}


RATE_CARDS = DocumentKind(
    "RATECARD", "rate card", "/rules", card_id, RateCard.from_document, UnknownRateCard.of
)
