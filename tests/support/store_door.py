"""Record the requests to a local store, and let it stop answering."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.support.loopback import LoopbackServer, QuietHandler, serving

#: What each part of a transaction needs, which IAM knows by the names of the single calls.
_PARTS = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}


class Use(NamedTuple):
    """One action of IAM on the items of one partition key."""

    action: str
    partition: str


class StoreDoor(LoopbackServer):
    """Hands every request on to the store at ``endpoint``.

    From the request with the number ``shut_from`` on (the first is 0), requests are taken and never
    answered. ``hung`` has the User-Agent of each of those: boto3's, or nothing. ``written`` says
    whether any other asked to change something.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__(_Request)
        self.store = str(urlsplit(endpoint).netloc)
        self.uses: set[Use] = set()
        self.shut_from: int | None = None
        self.requests = 0
        self.written = False
        self.hung: list[str] = []
        self.closing = threading.Event()

    def again(self, shut_from: int | None = None) -> None:
        """Begin to count anew."""
        self.requests, self.shut_from, self.hung, self.written = 0, shut_from, [], False


@contextmanager
def store_door(endpoint: str) -> Iterator[StoreDoor]:
    """Start a recorder for as long as a test needs it."""
    with serving(StoreDoor(endpoint)) as door:
        try:
            yield door
        finally:
            door.closing.set()


def uses_in(operation: str, request: Mapping[str, Any]) -> Iterator[Use]:
    """The permissions that one request needs; raises KeyError for an unknown operation."""
    if operation == "TransactWriteItems":
        for one in request["TransactItems"]:
            ((kind, part),) = one.items()
            yield Use(_PARTS[kind], _partition(part))
    else:
        yield Use(f"dynamodb:{operation}", _partition(request))


def _partition(request: Mapping[str, Any]) -> str:
    if "KeyConditionExpression" in request:
        assert request["KeyConditionExpression"] == "pk = :pk"
        return str(request["ExpressionAttributeValues"][":pk"]["S"])
    return str((request.get("Key") or request["Item"])["pk"]["S"])


class _Request(QuietHandler):
    server: StoreDoor
    protocol_version = "HTTP/1.1"

    def respond(self) -> None:
        body = self.received()
        door, number = self.server, self.server.requests
        door.requests += 1
        if door.shut_from is not None and number >= door.shut_from:
            door.hung.append(self.headers.get("user-agent", ""))
            door.closing.wait()
            self.close_connection = True
            return
        operation = self.headers["x-amz-target"].partition(".")[2]
        door.uses.update(uses_in(operation, json.loads(body)))
        door.written |= operation not in ("GetItem", "Query")
        connection = http.client.HTTPConnection(door.store, timeout=30)
        try:
            connection.request("POST", "/", body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        with suppress(OSError):  # the client may have given up
            self.reply(content, answer.status, "application/x-amz-json-1.0")
