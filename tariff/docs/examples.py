"""Requests that the reference shows, recorded in events, and the answers of Tariff's functions.

An answer is computed with the bundled price versions in place of a store, at the moment the current
one was published: it changes with the prices, and with nothing else.
"""

import contextlib
import io
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple
from unittest import mock

from pricing.api.handler import IDEMPOTENCY_HEADER
from pricing.aws.logs import logger
from pricing.aws.signed_client import AGAIN, DYNAMODB
from pricing.catalogue.price_book import BookInForce
from pricing.errors import StoreUnavailable
from pricing.store import bundled
from pricing.store.books import ACTIVE, Books
from pricing.store.version_views import VersionViews
from tariff.docs import example_store
from tariff.template import ROOT

EVENTS = ROOT / "events"


class Example(NamedTuple):
    """A recorded request to a route: the name of its file, what it shows, and what it sends.

    ``body`` is None where the event's is not JSON.
    """

    name: str
    summary: str
    event: Mapping[str, Any]
    body: Any
    query: Mapping[str, str]
    path: Mapping[str, str]


def _recorded() -> Mapping[str, Sequence[Example]]:
    found: defaultdict[str, list[Example]] = defaultdict(list)
    for path in sorted(EVENTS.glob("*.json"), key=lambda path: path.stem):
        event = json.loads(path.read_text(encoding="utf-8"))
        if "routeKey" in event:
            is_json = event["headers"].get("content-type") == "application/json"
            body = json.loads(event["body"]) if is_json else None
            sent = [event.get(f"{part}Parameters", {}) for part in ("queryString", "path")]
            found[event["routeKey"]].append(
                Example(path.stem, event["x-summary"], event, body, *sent)
            )
    return found


#: By route key, in the order of the files' names.
EXAMPLES: Mapping[str, Sequence[Example]] = _recorded()
#: The route that shows every problem, by ``PROBLEMS``.
REFUSING = "POST /v1/estimate"


def _one_call(**changes: Any) -> dict[str, Any]:
    """Changes to an event whose body is the route's first example, changed."""
    return {"body": json.dumps(EXAMPLES[REFUSING][0].body | changes)}


#: Problem slug -> the changes to an event that is answered with it.
PROBLEMS: Mapping[str, Mapping[str, Any]] = {
    "malformed-json": {"body": '{"model": "sonnet", "calls": NaN}'},
    "body-too-large": {"body": " " * 300 * 1024},
    "unsupported-media-type": {"headers": {"content-type": "text/plain"}},
    "invalid-request": _one_call(calls=0, colour="blue"),
    "unpriced": _one_call(model="claude-mythos-preview"),
    "unknown-model": _one_call(model="claude-sonet-5-5"),
    "unknown-version": _one_call(pricing_version="2020-01-01.1"),
    "store-unavailable": _one_call(pricing_version="2020-01-01.1"),
}


class ConfirmedBooks(Books):
    """The bundled price versions, the current one as if a store had just confirmed it."""

    def in_force(self, reference: str, now: datetime) -> BookInForce:
        """Return the active version as confirmed; any other as ``Books`` does."""
        if reference == ACTIVE:
            return BookInForce(bundled.current(), "store", stale=False, age_seconds=0)
        return super().in_force(reference, now)


def published() -> datetime:
    """Return the moment every example is asked at."""
    return datetime.fromisoformat(bundled.current().published_at)


def answer_to(module: ModuleType, event: Mapping[str, Any], books: Books | None = None) -> Any:
    """Return the JSON document with which a function answers from these books."""
    headers = {name: one for name, one in event["headers"].items() if name != IDEMPOTENCY_HEADER}
    with _alone(module, books or ConfirmedBooks(None)):
        return json.loads(module.lambda_handler({**event, "headers": headers}, None)["body"])


def problem_of(module: ModuleType, slug: str) -> Any:
    """Return the problem document of this kind, as the function of ``REFUSING`` answers it."""
    event = {**EXAMPLES[REFUSING][0].event, **PROBLEMS[slug]}
    unavailable = StoreUnavailable(f"{DYNAMODB.name} did not answer. {AGAIN}")
    lost = mock.Mock(in_force=mock.Mock(side_effect=unavailable))
    return answer_to(module, event, lost if slug == "store-unavailable" else None)


@contextlib.contextmanager
def _alone(module: ModuleType, books: Books) -> Iterator[None]:
    """A function with these books at that moment, without this machine's settings or a log."""
    settings = {name: one for name, one in os.environ.items() if not name.startswith("TARIFF_")}
    cards = example_store.rate_cards(EXAMPLES["POST /v1/rate-cards"][0].body)
    ledger = cache(lambda: example_store.ledger(published()))
    stand_ins: Mapping[str, Any] = {
        "books": lambda: books,
        "rate_cards": mock.Mock(return_value=cards),
        "ledger": ledger,
        "version_views": lambda: VersionViews(ledger()),
    }
    known = {name: stand_in for name, stand_in in stand_ins.items() if hasattr(module, name)}
    with (
        mock.patch.dict(os.environ, settings, clear=True),
        mock.patch.multiple(module, **known),
        contextlib.redirect_stdout(io.StringIO()),
        mock.patch.object(logger.registered_handler, "stream", io.StringIO()),
        mock.patch("pricing.api.handler.datetime", mock.Mock(now=lambda _: published())),
        mock.patch("pricing.aws.environment.start_refresh"),
        mock.patch("pricing.api.billing.rate_cards", return_value=cards),
        mock.patch("pricing.aws.s3.read", example_store.report_object),
    ):
        yield
