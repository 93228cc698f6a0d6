"""The catalogue function behind its routes, and a store for it."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pricing.aws.signed_client import Credentials, DynamoReader
from pricing.catalogue.price_book import PriceBook
from pricing.store import bundled
from pricing.store.ledger import Ledger
from tests.support.books import BY, PLAIN
from tests.support.handlers import Answer, Handler, call
from tests.support.tables import REGION, SECRET, StoreTable

DOCUMENT = json.loads(
    (Path(bundled.__file__).parent.parent / "data" / f"{bundled.current_id()}.json").read_bytes()
)
#: Anthropic's, whose rows are hand-written; every request below asks for them unless it says else.
ROWS = {one["id"]: one for one in DOCUMENT["models"] if one["provider"] == "anthropic"}


class Catalogue:
    """The catalogue function, asked through the recorded event with parts of it replaced."""

    def __init__(self, instance: Handler, recorded: dict[str, Any]) -> None:
        self._instance = instance
        self._recorded = recorded

    def models(self, *, if_none_match: str = "", **query: str) -> Answer:
        asked = {"provider": "anthropic", **query}
        return self._get("/v1/models", "/v1/models", {}, asked, if_none_match)

    def model(
        self, provider: str, model_id: str, *, if_none_match: str = "", **query: str
    ) -> Answer:
        parts = {"provider": provider, "id": model_id}
        path = f"/v1/models/{provider}/{model_id}"
        return self._get("/v1/models/{provider}/{id+}", path, parts, query, if_none_match)

    def health(self, **query: str) -> Answer:
        return self._get("/v1/health", "/v1/health", {}, query, "")

    def _get(
        self,
        route: str,
        path: str,
        parts: dict[str, str],
        query: dict[str, str],
        if_none_match: str,
    ) -> Answer:
        event = {**self._recorded, "routeKey": f"GET {route}", "rawPath": path}
        # API Gateway leaves these members out when there is nothing to put into them.
        del event["queryStringParameters"]
        event["rawQueryString"] = urlencode(query)
        if query:
            event["queryStringParameters"] = query
        if parts:
            event["pathParameters"] = parts
        if if_none_match:
            event["headers"] = {**event["headers"], "if-none-match": if_none_match}
        return call(self._instance, event)


def seed(table: StoreTable, *books: PriceBook) -> Ledger:
    """Store these books, the first of them active."""
    reader = DynamoReader(
        endpoint=table.endpoint,
        region=REGION,
        credentials=lambda: Credentials(SECRET, SECRET, None),
    )
    repository = Ledger(table.name, reader, table.client)
    for one in books:
        repository.propose(one, proposal=PLAIN)
    repository.activate(books[0].id, expected_revision=0, **BY)
    return repository


def ids(answer: Answer) -> list[str]:
    """The models of a page of the list."""
    assert answer.status == 200, answer.body
    return [model["id"] for model in answer.body["models"]]


def problem(answer: Answer, status: int) -> dict[str, Any]:
    """The problem+json of an answer that must have this status."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.body
    assert body["status"] == status
    return body
