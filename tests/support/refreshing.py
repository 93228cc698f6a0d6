"""A refresh from end to end: a price server on loopback, a table, the function itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

from functions.refresh_pricing import app
from pricing.catalogue.price_book import PriceBook
from pricing.refresh.memory import Memory
from pricing.store import bundled
from pricing.store.refresh_state import RefreshStore
from pricing.store.repository import Pointer
from pricing.versions.audit import AuditRow
from tariff.template import ROOT
from tests.slow.corrupt_refreshes.lists import GENAI, LITELLM, SOURCES
from tests.support.books import BY, PLAIN
from tests.support.handlers import CONTEXT
from tests.support.price_server import Answer, PriceServer, price_server
from tests.support.tables import StoreTable

FOLDER = ROOT / "tests" / "data" / "upstream"
PROVIDERS = {"anthropic", "deepseek", "mistral", "openai"}
EVENT = {"scheduled_time": "2026-11-24T03:00:00Z"}
VARIABLES = {GENAI: "TARIFF_SOURCE_GENAI_PRICES", LITELLM: "TARIFF_SOURCE_LITELLM"}


def excerpt(source: str) -> bytes:
    """A recorded answer of one source."""
    return (FOLDER / f"{source}.json").read_bytes()


def excerpt_book() -> PriceBook:
    """The bundled book's rows of the providers that the excerpts hold."""
    document = json.loads(bundled.current().to_json())
    models = [row for row in document["models"] if row["provider"] in PROVIDERS]
    keys = {f"{row['provider']}/{row['id']}" for row in models}
    families = {name: key for name, key in document["families"].items() if key in keys}
    changed = {"id": "2026-11-23.excerpt", "published_at": "2026-11-23T00:00:00Z"}
    return PriceBook.from_document({**document, **changed, "models": models, "families": families})


def frozen(moment: str) -> AbstractContextManager[object]:
    """The function's time of day stands still at this moment."""
    now = datetime.fromisoformat(moment)
    return mock.patch.object(app, "clock", return_value=now)


class Refreshing:
    """A table with an active book, and sources that answer soundly until told otherwise."""

    def __init__(self, table: StoreTable, server: PriceServer, lists: Mapping[str, bytes]) -> None:
        self.server = server
        self.lists = lists
        client: Any = table.client
        self.store = RefreshStore(table.name, client)
        self.ledger = self.store.ledger
        self.environment = {
            **table.environment(),
            **{VARIABLES[name]: server.url_of(f"/{name}") for name in SOURCES},
            "TARIFF_FETCH_LOOPBACK": "allowed-locally",
        }
        self.sound()

    def begin(self, book: PriceBook) -> Pointer:
        """Store and activate the first book."""
        self.ledger.propose(book, proposal=PLAIN)
        return self.ledger.activate(book.id, expected_revision=0, **BY)

    def sound(self) -> None:
        """Let every source answer as recorded."""
        for name, content in self.lists.items():
            self.server.answers[f"/{name}"] = Answer(content)

    def serve(self, source: str, answer: Answer) -> None:
        """Let one source answer otherwise."""
        self.server.answers[f"/{source}"] = answer

    def remember(self, memory: Memory) -> None:
        """What an earlier refresh would have left."""
        self.store._remember(memory)

    def run(
        self, event: Mapping[str, Any] = EVENT, at: str | None = None, **environment: str
    ) -> dict[str, Any]:
        """One refresh through the handler, at the scheduled time unless ``at`` is another."""
        with (
            mock.patch.dict(os.environ, {**self.environment, **environment}),
            frozen(at or event["scheduled_time"]),
        ):
            return app.lambda_handler(event, CONTEXT)

    def outcomes(self) -> list[AuditRow]:
        """The audit's rows of whole refreshes; what each of them stored has rows of its own."""
        return [row for row in self.ledger.audit_rows() if row.action.startswith("refresh")]

    def active(self) -> PriceBook:
        """The active book, read back whole."""
        pointer = self.ledger.active()
        assert pointer
        book = self.ledger.get(pointer.version)
        assert book
        return book


@contextmanager
def refreshing(
    table: StoreTable, lists: Mapping[str, bytes] | None = None, book: PriceBook | None = None
) -> Iterator[Refreshing]:
    """A running price server and a table whose active book is ``book``."""
    with price_server() as server:
        found = Refreshing(table, server, lists or {name: excerpt(name) for name in SOURCES})
        found.begin(book or excerpt_book())
        yield found
