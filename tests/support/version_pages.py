"""The pages about price versions, as their functions answer them in front of a store."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

from pricing.aws.signed_client import DynamoReader
from pricing.errors import StoreUnavailable
from pricing.store.ledger import Ledger
from tests.support.handlers import Answer, call, handler

LIST = "/v1/pricing/versions"
AUDIT = "/v1/pricing/audit"


class Pages:
    """The catalogue and the administrators' function in front of one store."""

    def __init__(self, ledger: Ledger, recorded: Callable[[str], dict[str, Any]]) -> None:
        self.ledger = ledger
        self._read, self._write = recorded("catalogue"), recorded("pricing_admin")
        self._write["headers"].pop("idempotency-key")
        self._catalogue, self._admin = handler("catalogue"), handler("pricing_admin")

    def get(
        self, path: str, query: Mapping[str, str] | None = None, known: str | None = None
    ) -> Answer:
        """An answer; ``known`` is the ETag of one the caller has."""
        inside = path.startswith(f"{LIST}/")
        to, event = (self._admin, self._write) if path == AUDIT else (self._catalogue, self._read)
        headers = {**event["headers"], **({"if-none-match": known} if known else {})}
        return call(
            to,
            event,
            routeKey=f"GET {LIST}/{{id}}" if inside else f"GET {path}",
            rawPath=path,
            headers=headers,
            pathParameters={"id": path.removeprefix(f"{LIST}/")} if inside else {},
            queryStringParameters=dict(query or {}),
        )

    def admin(self, path: str, /, **body: Any) -> Answer:
        """An administrator's request to a path without parameters."""
        return call(
            self._admin, self._write, routeKey=f"POST {path}", rawPath=path, pathParameters={},
            body=json.dumps({"reason": "so", **body}),
        )  # fmt: skip

    def decide(self, version: str, what: str, /, *, key: str | None = None, **body: Any) -> Answer:
        """Activate or reject a version; ``key`` is an Idempotency-Key."""
        headers = {**self._write["headers"], **({"idempotency-key": key} if key else {})}
        return call(
            self._admin,
            {**self._write, "headers": headers},
            routeKey=f"POST {LIST}/{{id}}/{what}",
            rawPath=f"{LIST}/{version}/{what}",
            pathParameters={"id": version},
            body=json.dumps({"reason": "so", **body}),
        )


@contextmanager
def store_lost() -> Iterator[None]:
    """The store answers no read, warm instances go on."""
    lost = StoreUnavailable("lost")
    with (
        mock.patch.object(DynamoReader, "get_item", side_effect=lost),
        mock.patch.object(DynamoReader, "query", side_effect=lost),
    ):
        yield


@contextmanager
def asked_at(moment: str) -> Iterator[None]:
    """Requests are made at this moment."""
    with mock.patch("pricing.api.handler.datetime") as clock:
        clock.now.return_value = datetime.fromisoformat(moment)
        yield
