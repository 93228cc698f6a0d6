"""Requests that the reference shows, and the answers that Tariff's own functions give to them.

Nothing here is written down twice: an answer is what the function answers, with the bundled price
versions in the place of a store and the moment the current one was published as the clock. So it
changes with the prices and with nothing else.
"""

import contextlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any
from unittest import mock

from pricing.api.handler import Asset, Call, Route
from pricing.aws.signed_client import AGAIN, DYNAMODB
from pricing.catalogue.price_book import BookInForce
from pricing.errors import StoreUnavailable
from pricing.jsonio import to_json
from pricing.store import bundled
from pricing.store.books import ACTIVE, Books
from pricing.store.version_views import Shelves
from pricing.validation import parse, parse_query
from tariff.docs import example_store
from tariff.docs.plan import PLAN_EXAMPLES
from tariff.docs.pricing import PRICING_EXAMPLES
from tariff.docs.recommend import RECOMMEND_EXAMPLES
from tariff.docs.usage_report import USAGE_REPORT_EXAMPLES

LESSON = "lesson-2025"
REQUEST_ID = "Jc3XHiVOliAEJ8g="
JSON = {"content-type": "application/json"}
#: What a responder may see of the event: an administrator's.
EVENT: Mapping[str, Any] = {
    "headers": JSON,
    "requestContext": {
        "authorizer": {
            "iam": {"userArn": "arn:aws:sts::123456789012:assumed-role/tariff-admin/oncall"}
        }
    },
}


@dataclass(frozen=True, slots=True)
class Example:
    """A request; ``name`` is unique within its route."""

    name: str
    summary: str
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request to one route that is refused, with what is broken for it to happen."""

    route: str
    body: str
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    store_is_lost: bool = False


USAGE = {"input_tokens": 2000, "output_tokens": 1000, "cache_read_input_tokens": 50000}
EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "POST /v1/estimate": (
        Example(
            "usage",
            "One call, most of its prompt read from the cache",
            {"model": "claude-sonnet-5-5", "usage": USAGE},
        ),
        Example(
            "batch",
            "Ten thousand calls in a batch, kept in the US; the model named by its family",
            {
                "model": "haiku",
                "usage": {"input_tokens": 120_000, "output_tokens": 800},
                "calls": 10_000,
                "processing": "batch",
                "inference_geo": "us",
            },
        ),
        Example(
            "response",
            "A raw response, at the prices of another day",
            {
                "response": {
                    "type": "message",
                    "model": "claude-opus-5",
                    "usage": {
                        "input_tokens": 50,
                        "cache_creation_input_tokens": 2000,
                        "cache_creation": {
                            "ephemeral_5m_input_tokens": 500,
                            "ephemeral_1h_input_tokens": 1500,
                        },
                        "output_tokens": 503,
                        "server_tool_use": {"web_search_requests": 2},
                    },
                },
                "as_of": "2026-11-01",
            },
        ),
        Example(
            "text",
            "A prompt that has not been sent yet: counted, with a band",
            {
                "model": "sonnet",
                "system": "You review Python code.",
                "text": "Is this function correct?\n\ndef double(n):\n    return n + n\n",
                "expected_output_tokens": 400,
            },
        ),
    ),
    "POST /v1/estimate/workload": (
        Example(
            "what-if",
            "A day's work at another version's prices, and two ways to do it for less",
            {
                "pricing_version": LESSON,
                "items": [
                    {
                        "name": "Reviews",
                        "model": "sonnet",
                        "calls": 3,
                        "usage": {"input_tokens": 15000, "output_tokens": 3000},
                    },
                    {
                        "name": "Lookups",
                        "model": "haiku",
                        "calls": 10,
                        "usage": {"input_tokens": 1000, "output_tokens": 500},
                    },
                ],
                "what_if": [
                    {"name": "Half the reviews in a batch", "processing": "batch",
                     "share": "0.5", "match": {"name": "Reviews"}},
                    {"name": "Reviews with a cached prefix",
                     "caching": {"prefix_tokens": 12000, "hit_rate": "0.9", "ttl": "1h"},
                     "match": {"name": "Reviews"}, "claimed_percent": 60},
                ],
            },
        ),
    ),
    "POST /v1/compare": (
        Example(
            "families",
            "The same usage on three families, beside the dearest",
            {
                "usage": {"input_tokens": 2000, "output_tokens": 1000},
                "models": ["opus", "sonnet", "haiku"],
                "baseline": "opus",
            },
        ),
    ),
    "GET /v1/models": (
        Example(
            "family",
            "The first two models of a family",
            query={"family": "opus", "limit": "2"},
        ),
    ),
    "GET /v1/models/{provider}/{id}": (
        Example(
            "sonnet",
            "One model, at the prices of another day",
            path={"provider": "anthropic", "id": "claude-sonnet-5-5"},
            query={"as_of": "2026-11-01"},
        ),
    ),
    "GET /v1/health": (Example("well", "While the store confirms the prices"),),
    # Slack signs its requests, which no curl line can show: the examples are the forms it sends.
    "POST /slack/commands": (Example("sent", "A command"),),
    "POST /slack/interactions": (Example("sent", "A press of Share"),),
    "GET /openapi.json": (Example("document", "The document"),),
    "GET /docs": (Example("page", "The page"),),
    **{route: tuple(Example(*one) for one in shown) for route, shown in PLAN_EXAMPLES.items()},
    **{route: tuple(Example(*one) for one in shown) for route, shown in RECOMMEND_EXAMPLES.items()},
    **{
        route: tuple(Example(*one) for one in shown)
        for route, shown in USAGE_REPORT_EXAMPLES.items()
    },
    **{route: tuple(Example(**one) for one in shown) for route, shown in PRICING_EXAMPLES.items()},
}  # fmt: skip

ESTIMATE = "POST /v1/estimate"
ONE_CALL = {"model": "claude-sonnet-5-5", "usage": USAGE}
#: By the slug of the problem that each one meets.
REFUSALS: Mapping[str, Refusal] = {
    "malformed-json": Refusal(ESTIMATE, '{"model": "sonnet", "calls": NaN}'),
    "body-too-large": Refusal(ESTIMATE, " " * 300 * 1024),
    "unsupported-media-type": Refusal(ESTIMATE, "model=sonnet", {"content-type": "text/plain"}),
    "invalid-request": Refusal(
        ESTIMATE, json.dumps({**ONE_CALL, "calls": 0, "currency": "EUR"})
    ),
    "unpriced": Refusal(ESTIMATE, json.dumps({**ONE_CALL, "model": "claude-mythos-preview"})),
    "unknown-model": Refusal(ESTIMATE, json.dumps({**ONE_CALL, "model": "claude-sonet-5-5"})),
    "unknown-version": Refusal(
        ESTIMATE, json.dumps({**ONE_CALL, "pricing_version": "2020-01-01.1"})
    ),
    "store-unavailable": Refusal(
        ESTIMATE, json.dumps({**ONE_CALL, "pricing_version": "2020-01-01.1"}), store_is_lost=True
    ),
}  # fmt: skip


class ConfirmedBooks(Books):
    """The bundled price versions, the current one as a store would just have confirmed it."""

    def __init__(self, *, lost: bool = False) -> None:
        super().__init__(None)
        self._lost = lost

    def in_force(self, reference: str, now: datetime) -> BookInForce:
        """Like any other books, but for the active version."""
        if self._lost:
            raise StoreUnavailable(f"{DYNAMODB.name} did not answer. {AGAIN}")
        if reference == ACTIVE:
            return BookInForce(bundled.current(), "store", stale=False, age_seconds=0)
        return super().in_force(reference, now)


def published() -> datetime:
    """The moment every example is asked at."""
    return datetime.fromisoformat(bundled.current().published_at)


def answer_to(module: ModuleType, route: Route, example: Example) -> Any:
    """The JSON document that a function answers, or None where it answers with a page."""
    request: Any = None
    if route.body is not None:
        request = parse(route.body, example.body)
    elif route.query is not None:
        request = parse_query(route.query, example.query)
    if route.answer is Asset:
        return None
    with _alone(module, ConfirmedBooks()):
        found = route.respond(request, Call(published(), example.path, EVENT))
    return json.loads(to_json(found))


def problem_of(module: ModuleType, refusal: Refusal) -> Any:
    """The problem document that a function's handler answers a refused request with."""
    event = {
        "routeKey": refusal.route,
        "rawPath": refusal.route.partition(" ")[2],
        "headers": refusal.headers,
        "requestContext": {"requestId": REQUEST_ID},
        "body": refusal.body,
    }
    with _alone(module, ConfirmedBooks(lost=refusal.store_is_lost)):
        return json.loads(module.lambda_handler(event, None)["body"])


@contextlib.contextmanager
def _alone(module: ModuleType, books: Books) -> Iterator[None]:
    """A function with these books, without this machine's settings, and without its log."""
    settings = {name: one for name, one in os.environ.items() if not name.startswith("TARIFF_")}
    stand_ins: dict[str, object] = {"books": books}
    if {"shelves", "ledger"} & {*vars(module)}:
        ledger = example_store.ledger(published())
        stand_ins |= {"ledger": ledger, "shelves": Shelves(ledger)}
    with (
        mock.patch.dict(os.environ, settings, clear=True),
        contextlib.ExitStack() as patches,
        contextlib.redirect_stdout(io.StringIO()),
        mock.patch("pricing.aws.environment.start_refresh"),
    ):
        for name, stand_in in stand_ins.items():
            if hasattr(module, name):
                patches.enter_context(mock.patch.object(module, name, return_value=stand_in))
        yield
