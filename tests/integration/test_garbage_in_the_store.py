"""Whatever JSON the store holds, priced routes answer from the last good or the bundled book."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from pricing.aws.signed_client import Credentials, DynamoReader
from pricing.errors import StoreUnavailable
from tariff.serve import slack
from tariff.template import ROOT, load_template, resources
from tests.support.dripping import dripping
from tests.support.handlers import call, handler
from tests.support.loopback import LoopbackServer, QuietHandler, serving
from tests.support.tables import REGION, SECRET

POINTER = {"version": {"S": "v9"}, "sha256": {"S": "0" * 64}, "revision": {"N": "7"}}
ROW = {"pk": {"S": "VERSIONS"}, "sk": {"S": "v9"}}
AUDITED = {"pk": {"S": "AUDIT"}, "sk": {"S": "000000000001"}, "hash": {"S": "0" * 64}}
#: The store's answers to GetItem and to Query.
GARBAGE: dict[str, tuple[Any, Any]] = {
    "a pointer without its revision": ({"Item": {"version": {"S": "v9"}}}, {"Items": []}),
    "a revision that is no number": ({"Item": {**POINTER, "revision": "abc"}}, {"Items": []}),
    "a version that is a number": ({"Item": {**POINTER, "version": {"N": "1"}}}, {"Items": []}),
    "an item that is a list": ({"Item": []}, {"Items": []}),
    "an item that is text": ({"Item": "x"}, {"Items": []}),
    "a version that is not stored": ({"Item": POINTER}, {}),
    "items that are text": ({"Item": POINTER}, {"Items": "xyz"}),
    "items that are numbers": ({"Item": POINTER}, {"Items": [1, 2]}),
    "rows without attributes": ({"Item": POINTER}, {"Items": [ROW, {}, {"pk": 1, "sk": []}]}),
    "an audit row that is no JSON": (
        {"Item": POINTER},
        {"Items": [{**AUDITED, "content": {"S": "{"}}]},
    ),
    "a page that comes again and again": (
        {"Item": POINTER},
        {"Items": [ROW], "LastEvaluatedKey": ROW},
    ),
    "a page that goes on after no key": (
        {"Item": POINTER},
        {"Items": [], "LastEvaluatedKey": {"pk": {}, "sk": None, "other": {"X": 1}}},
    ),
    "numbers for everything": (
        {"Item": {"version": 1, "sha256": 2, "revision": 3, "number": 4, "content": 5}},
        {"Items": [{"content": {"B": "eA=="}, "sha256": {"S": 5}, "sk": {"S": None}}]},
    ),
}


class GarbageStore(LoopbackServer):
    """A DynamoDB that answers every read with the same JSON, and takes every write."""

    def __init__(self, item: Any, page: Any) -> None:
        super().__init__(_Request)
        self.answers = {"GetItem": item, "Query": page}


class _Request(QuietHandler):
    server: GarbageStore

    def respond(self) -> None:
        self.received()
        operation = self.headers["x-amz-target"].partition(".")[2]
        content = json.dumps(self.server.answers.get(operation, {})).encode()
        self.reply(content, kind="application/x-amz-json-1.0")


def recorded_requests() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every recorded request to a function that reads the table: name, folder, event."""
    functions = resources(load_template(), "AWS::Serverless::Function").values()
    folders = {
        source["Properties"]["Path"]: function["Properties"]["CodeUri"].split("/")[1]
        for function in functions
        for source in function["Properties"].get("Events", {}).values()
        if "Path" in source["Properties"]
    }
    for path in sorted((ROOT / "events").glob("*.json")):
        event = json.loads(path.read_text(encoding="utf-8"))
        folder = folders.get(event.get("routeKey", "").partition(" ")[2])
        if folder and folder not in ("site", "slack"):
            yield path.stem, folder, event


REQUESTS = list(recorded_requests())


def test_the_requests_are_of_every_kind() -> None:
    assert len({event["routeKey"] for _, _, event in REQUESTS}) >= 23


@pytest.mark.parametrize("kind", GARBAGE)
def test_no_request_meets_an_error_of_ours(kind: str) -> None:
    with serving(GarbageStore(*GARBAGE[kind])) as store:
        os.environ["TARIFF_TABLE"] = "table"
        os.environ["TARIFF_DYNAMODB_ENDPOINT"] = f"http://127.0.0.1:{store.server_port}"
        handlers = {folder: handler(folder) for folder in {folder for _, folder, _ in REQUESTS}}
        answers = {name: call(handlers[folder], event) for name, folder, event in REQUESTS}
    # 503 only where the store itself is asked for: by administrators, and for its own documents.
    odd = {
        name: (answer.status, answer.body.get("detail"))
        for (name, folder, _), answer in zip(REQUESTS, answers.values(), strict=True)
        if answer.status >= 500
        and (answer.status != 503 or folder != "pricing_admin")
        and (answer.status != 503 or name not in ("catalogue_changes", "catalogue_rate_card"))
    }
    assert odd == {}
    priced = [answer for answer in answers.values() if "pricing" in (answer.body or {})]
    assert len(priced) >= 15
    assert {answer.body["pricing"]["source"] for answer in priced} == {"bundled"}
    is_stale = {
        (answer.body["pricing"]["version"] != "lesson-2025") == answer.body["pricing"]["stale"]
        for answer in priced
    }
    assert is_stale == {True}


@pytest.mark.parametrize("kind", GARBAGE)
def test_slack_is_answered_with_prices(kind: str) -> None:
    with serving(GarbageStore(*GARBAGE[kind])) as store:
        os.environ |= slack.SETTINGS
        os.environ["TARIFF_TABLE"] = "table"
        os.environ["TARIFF_DYNAMODB_ENDPOINT"] = f"http://127.0.0.1:{store.server_port}"
        to = handler("slack")
        for text in ("estimate sonnet 2k in 1k out", "report"):
            body = slack.command_body(text)
            reply = to(slack.event_of(slack.COMMANDS, body, slack.signed(body)), None)
            assert reply["statusCode"] == 200


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n"])
def test_a_store_that_drips_is_left_at_the_deadline(head: bytes) -> None:
    with dripping(head, b"x" * 100) as port:
        reader = DynamoReader(
            endpoint=f"http://127.0.0.1:{port}",
            region=REGION,
            credentials=lambda: Credentials(SECRET, SECRET, None),
            timeout_seconds=0.3,
        )
        started = time.monotonic()
        with pytest.raises(StoreUnavailable) as lost:
            reader.get_item(TableName="t", Key={})
        assert time.monotonic() - started < 2
    assert lost.value.cause == "TimeoutError"
