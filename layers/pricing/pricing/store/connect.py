"""What a function reads from its environment, when it is first asked and not before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pricing.aws.environment import credentials
from pricing.aws.signed_client import DynamoReader
from pricing.aws.timeouts import ANSWERING, Patience
from pricing.errors import StoreUnavailable
from pricing.store.books import RECHECK_SECONDS, Books
from pricing.store.repository import Repository

if TYPE_CHECKING:
    from pricing.store.idempotency import Once
    from pricing.store.ledger import Ledger
    from pricing.store.policies import Policies
    from pricing.store.summaries import Summaries
    from pricing.store.version_views import Shelves

#: One read of the store, by functions that answer without it or not at all.
STORE_TIMEOUT_SECONDS = 2.0


def books(*, timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> Books:
    """Price books behind the table that ``TARIFF_TABLE`` names; bundled ones without it.

    A read of the store gives up after ``timeout_seconds``.
    """
    table = os.environ.get("TARIFF_TABLE")
    recheck = float(os.environ.get("TARIFF_RECHECK_SECONDS", RECHECK_SECONDS))
    repository = Repository(table, reader(timeout_seconds)) if table else None
    return Books(repository, recheck_seconds=recheck)


def policies() -> Policies | None:
    """The routing policies in the table that ``TARIFF_TABLE`` names; None without it."""
    from pricing.store.policies import Policies  # one function's, and its imports are not small

    table = os.environ.get("TARIFF_TABLE")
    return Policies(table, reader(), writer) if table else None


def shelves() -> Shelves:
    """The pages about versions, from the table that ``TARIFF_TABLE`` names."""
    from pricing.store.records import Records  # one function's
    from pricing.store.version_views import Shelves

    table = os.environ.get("TARIFF_TABLE")
    return Shelves(Records(table, reader()) if table else None)


def ledger() -> Ledger:
    """The store for whoever may change it; raises StoreUnavailable where there is none."""
    from pricing.store.ledger import Ledger  # its imports are those of a writer

    table = os.environ.get("TARIFF_TABLE")
    if table is None:
        raise StoreUnavailable("There is no price store here: TARIFF_TABLE is not set.")
    return Ledger(table, reader(), writer())


def once() -> Once:
    """The memory of ``Idempotency-Key``s, in the same table."""
    from pricing.store.idempotency import Once

    return Once(os.environ["TARIFF_TABLE"], writer())


def writer(patience: Patience = ANSWERING) -> Any:
    """boto3's low-level DynamoDB client, for what is rarely done: its import takes a second."""
    import boto3

    return boto3.client(
        "dynamodb",
        endpoint_url=os.environ.get("TARIFF_DYNAMODB_ENDPOINT") or None,
        region_name=os.environ["AWS_REGION"],
        config=patience.config(),
    )


def summaries(timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> Summaries | None:
    """The kept headlines of monthly reports; None without a table."""
    from pricing.store.summaries import Summaries

    table = os.environ.get("TARIFF_TABLE")
    return Summaries(table, reader(timeout_seconds)) if table else None


def engine_memory_mb() -> int:
    """What the report engine may use: two thirds of the function's memory, 600 MB elsewhere."""
    return int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "900")) * 2 // 3


def reader(timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> DynamoReader:
    """A signed reader for ``TARIFF_DYNAMODB_ENDPOINT``, by default DynamoDB in ``AWS_REGION``."""
    region = os.environ["AWS_REGION"]
    endpoint = os.environ.get("TARIFF_DYNAMODB_ENDPOINT")
    return DynamoReader(
        endpoint=endpoint or f"https://dynamodb.{region}.amazonaws.com",
        region=region,
        credentials=credentials,
        timeout_seconds=timeout_seconds,
    )
