"""The store that the handlers read: moto's DynamoDB on loopback, with two tables."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from pricing.catalogue.price_book import PriceBook
from pricing.store import bundled
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal
from tariff.serve.embedded_store import moto_server
from tariff.template import create_table_arguments, load_template
from tests.support.tables import CREDENTIALS, local_client


class Store(NamedTuple):
    """``bundled_table``'s active version ships with the code, ``newer_table``'s does not."""

    endpoint: str
    bundled_table: str
    newer_table: str
    newer_version: str
    bundled_version: str

    def settings(self, table: str) -> dict[str, str]:
        """Return the environment of a function that reads ``table``."""
        return {
            "TARIFF_TABLE": table,
            "TARIFF_DYNAMODB_ENDPOINT": self.endpoint,
            **CREDENTIALS,
        }


@contextmanager
def store() -> Iterator[Store]:
    """Yield a seeded store, stopped afterwards."""
    shipped = bundled.current()
    newer = PriceBook.from_document({**json.loads(shipped.to_json()), "id": "2099-01-01.1"})
    with moto_server() as endpoint:
        client = local_client("dynamodb", endpoint)
        _seed(client, "bundled", shipped)
        _seed(client, "newer", newer)
        yield Store(endpoint, "bundled", "newer", newer.id, shipped.id)


def _seed(client: Any, table: str, book: PriceBook) -> None:
    client.create_table(**create_table_arguments(load_template(), table))
    repository = Ledger(table, client, client)
    repository.propose(book, proposal=Proposal("bench", "manual", {}))
    repository.activate(book.id, expected_revision=0, actor="bench", reason="to measure")
