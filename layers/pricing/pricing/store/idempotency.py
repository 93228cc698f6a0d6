"""``Idempotency-Key``: the same write sent again gets the same answer and is done once.

One item a key and caller, ``IDEMPOTENCY#<hash>`` / ``RESULT``, which DynamoDB deletes a day
later. A request that is refused leaves nothing behind: corrected, it may use its key again.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from pricing.errors import Conflict, InvalidRequest, TariffError
from pricing.jsonio import canonical_json, digest, members
from pricing.store.writes import NotWritten, writing

KEPT_SECONDS = 24 * 60 * 60
#: Longer than any function may run: whoever held a key for longer has died.
IN_FLIGHT_SECONDS = 60
HEADER = "idempotency-key"
#: Visible ASCII: a header holds no more that every client and proxy hands on unchanged.
KEY_FORM = re.compile(r"[!-~]{1,128}", re.ASCII)

Answer = TypeVar("Answer")


class Once:
    """Remembers answers in the version table. ``client`` is boto3's low-level client."""

    def __init__(self, table: str, client: Any) -> None:
        self._table = table
        self._client = client

    def do(
        self,
        scope: str,
        request: Mapping[str, Any],
        now: datetime,
        kind: type[Answer],
        work: Callable[[], Answer],
    ) -> Answer:
        """The answer of ``work``, or the one it gave before to the same request in this scope.

        ``scope`` names caller, route and key. Raises InvalidRequest when the key was used for
        another request, and Conflict while that one is not done.
        """
        key = {"pk": {"S": f"IDEMPOTENCY#{digest(scope.encode())}"}, "sk": {"S": "RESULT"}}
        hashed = digest(canonical_json(request))
        seconds = int(now.timestamp())
        known = self._begin(key, hashed, seconds)
        if known is not None:
            return kind(**known)
        try:
            answer = work()
        except TariffError:
            self._write("delete_item", Key=key)
            raise
        self._write(
            "put_item",
            Item={
                **key,
                "request": {"S": hashed},
                "answer": {"S": json.dumps(members(answer))},
                "expires_at": {"N": str(seconds + KEPT_SECONDS)},
            },
        )
        return answer

    def _begin(self, key: Mapping[str, Any], hashed: str, seconds: int) -> Mapping[str, Any] | None:
        """Take the key; or the answer it already has."""
        item = {
            **key,
            "request": {"S": hashed},
            "expires_at": {"N": str(seconds + IN_FLIGHT_SECONDS)},
        }
        free = self._write(
            "put_item",
            Item=item,
            ConditionExpression="attribute_not_exists(pk) OR expires_at < :now",
            ExpressionAttributeValues={":now": {"N": str(seconds)}},
        )
        if free:
            return None
        with writing():
            found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        before = found.get("Item")
        if before is None:
            raise Conflict("The request with this Idempotency-Key was just refused; send it again.")
        if before["request"]["S"] != hashed:
            detail = "was used for another request; use a new one"
            raise InvalidRequest.at("/Idempotency-Key", detail)
        if "answer" not in before:
            raise Conflict("The request with this Idempotency-Key is not done yet; wait for it.")
        answer: Mapping[str, Any] = json.loads(before["answer"]["S"])
        return answer

    def _write(self, method: str, **request: Any) -> bool:
        """Whether the condition held; raises StoreUnavailable when the write was not taken."""
        try:
            with writing():
                getattr(self._client, method)(TableName=self._table, **request)
        except NotWritten:
            return False
        return True
