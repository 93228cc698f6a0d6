"""Learned routing policies in DynamoDB: added once, never changed, identified by their content.

Each is one item in the table of the price versions: ``POLICY#<id>`` / ``DOC`` with the canonical
JSON, zlib-compressed. It contains no text of a task.
"""

import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pricing.errors import InvalidRequest, UnknownPolicy
from pricing.recommendations.policy import LearnedPolicy, PolicyDocument, learned_policy, policy_id
from pricing.store.repository import DynamoReads, readable
from pricing.store.writes import NotWritten, writing

#: Below DynamoDB's 400 KB item limit, with room for keys and attribute names.
MAX_BYTES = 380_000
#: Policies kept in memory, since a policy never changes.
MAX_KEPT = 16


class Policies:
    """Routing policies of one table; ``writer`` makes boto3's low-level client when it is needed.

    Every method raises StoreUnavailable when DynamoDB does not answer.
    """

    def __init__(self, table: str, reader: DynamoReads, writer: Callable[[], Any]) -> None:
        self._table = table
        self._reader = reader
        self._writer = writer
        self._kept: dict[str, LearnedPolicy] = {}

    def get(self, wanted: str) -> LearnedPolicy:
        """Return the policy with this id; raises UnknownPolicy."""
        if wanted in self._kept:
            return self._kept[wanted]
        item = self._reader.get_item(
            TableName=self._table, Key=_key(wanted), ConsistentRead=True
        ).get("Item")
        if item is None:
            raise unknown()
        with readable("this routing policy"):
            content = zlib.decompress(bytes(item["content"]["B"]))
            if policy_id(content) != wanted:
                raise ValueError("another policy")
            found = learned_policy(wanted, json.loads(content))
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[wanted] = found
        return found

    def add(self, document: PolicyDocument) -> None:
        """Store a policy, unless it is stored: the same id has the same content."""
        packed = zlib.compress(document.content, 9)
        if len(packed) > MAX_BYTES:
            detail = f"make a policy of {len(packed)} bytes, over the {MAX_BYTES} that are stored"
            raise InvalidRequest.at("/rows", detail)
        with suppress(NotWritten), writing():
            self._writer().put_item(
                TableName=self._table,
                Item={**_key(document.id), "content": {"B": packed}},
                ConditionExpression="attribute_not_exists(pk)",
            )


def unknown() -> UnknownPolicy:
    """Return the error of an id without a policy."""
    return UnknownPolicy("There is no routing policy with this id; calibrate makes one.")


def _key(wanted: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"POLICY#{wanted}"}, "sk": {"S": "DOC"}}
