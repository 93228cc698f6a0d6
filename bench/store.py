"""The store that the handlers read: moto's AWS on loopback, over TLS, with two tables."""

import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import certifi
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from pricing.aws.logs import logger
from pricing.aws.signed_client import AMAZON_ROOTS
from pricing.catalogue.price_book import PriceBook
from pricing.store import bundled
from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal
from tariff.template import create_table_arguments, load_template
from tests.support.dripping import self_signed
from tests.support.tables import CREDENTIALS, local_client


class Store(NamedTuple):
    """``bundled_table``'s active version ships with the code, ``newer_table``'s does not.

    ``authorities`` are Amazon's, which Tariff trusts, and ``all_authorities`` those that an SDK
    trusts; the store's own certificate is added to both.
    """

    endpoint: str
    bundled_table: str
    newer_table: str
    newer_version: str
    bundled_version: str
    authorities: Path
    all_authorities: Path

    def settings(self, table: str, *, sdk: bool = False) -> dict[str, str]:
        """Return the environment of a function that reads ``table``, perhaps by an SDK."""
        return {
            "AWS_CA_BUNDLE": str(self.all_authorities if sdk else self.authorities),
            "TARIFF_TABLE": table,
            "TARIFF_DYNAMODB_ENDPOINT": self.endpoint,
            **CREDENTIALS,
        }


@contextmanager
def store() -> Iterator[Store]:
    """Yield a seeded store, stopped afterwards."""
    shipped = bundled.current()
    newer = PriceBook.from_document({**json.loads(shipped.to_json()), "id": "2099-01-01.1"})
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder, _tls(Path(folder)) as server:
        endpoint, certificate = server
        ours, all_of_them = Path(folder) / "amazon.pem", Path(folder) / "all.pem"
        ours.write_bytes(AMAZON_ROOTS.read_bytes() + certificate)
        all_of_them.write_bytes(Path(certifi.where()).read_bytes() + certificate)
        client = local_client("dynamodb", endpoint, verify=str(ours))
        _seed(client, "bundled", shipped)
        _seed(client, "newer", newer)
        yield Store(endpoint, "bundled", "newer", newer.id, shipped.id, ours, all_of_them)


class _Keeping(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def _tls(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield moto's URL, and the certificate to trust."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    logger.setLevel(logging.WARNING)  # the ledger logs every audit row
    pem = self_signed(folder)
    server = make_server(
        "localhost",
        0,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=_Keeping,
        ssl_context=(str(pem), str(pem)),
    )
    thread = Thread(target=server.serve_forever, args=(0.1,))
    thread.start()
    try:
        certificate = pem.read_bytes().partition(b"-----END PRIVATE KEY-----")[2]
        yield f"https://localhost:{server.port}", certificate.lstrip()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _seed(client: Any, table: str, book: PriceBook) -> None:
    client.create_table(**create_table_arguments(load_template(), table))
    repository = Ledger(table, client, client)
    repository.propose(book, proposal=Proposal("bench", "manual", {}))
    repository.activate(book.id, expected_revision=0, actor="bench", reason="to measure")
