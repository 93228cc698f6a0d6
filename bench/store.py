"""The store that the handlers read: moto's DynamoDB on loopback, with two tables."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import boto3

from pricing.catalogue.price_book import PriceBook
from pricing.store import bundled
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal
from tariff.serve.embedded_store import moto_server
from tariff.template import create_table_arguments, load_template

REGION = "eu-west-1"
#: Not credentials: moto checks none, but clients need some in order to sign.
KEY_ID = KEY = "bench"


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
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": KEY,
        }


@contextmanager
def store() -> Iterator[Store]:
    """Yield a seeded store, stopped afterwards."""
    shipped = bundled.current()
    newer = PriceBook.from_document({**json.loads(shipped.to_json()), "id": "2099-01-01.1"})
    with moto_server() as endpoint:
        client = boto3.client(
            "dynamodb",
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=KEY,
        )
        _seed(client, "bundled", shipped)
        _seed(client, "newer", newer)
        client.close()
        yield Store(endpoint, "bundled", "newer", newer.id, shipped.id)


def _seed(client: Any, table: str, book: PriceBook) -> None:
    client.create_table(**create_table_arguments(load_template(), table))
    repository = Ledger(table, client, client)
    repository.propose(book, proposal=Proposal("bench", "manual", {}))
    repository.activate(book.id, expected_revision=0, actor="bench", reason="to measure")
