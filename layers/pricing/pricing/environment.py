"""What a function reads from its environment, when it is first asked and not before."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pricing.aws_api import Credentials, DynamoReader
from pricing.aws_patience import ANSWERING, Patience
from pricing.books import RECHECK_SECONDS, Books
from pricing.errors import Conflict, StoreUnavailable
from pricing.estimate import EstimateQuery
from pricing.price_book import PriceBook
from pricing.repository import Repository

if TYPE_CHECKING:
    from pricing.exact_count import CountEndpoint
    from pricing.idempotency import Once
    from pricing.ledger import Ledger
    from pricing.policies import Policies
    from pricing.shelves import Shelves
    from pricing.summary_store import Summaries

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
    from pricing.policies import Policies  # one function's, and its imports are not small

    table = os.environ.get("TARIFF_TABLE")
    return Policies(table, reader(), writer) if table else None


def shelves() -> Shelves:
    """The pages about versions, from the table that ``TARIFF_TABLE`` names."""
    from pricing.records import Records  # one function's
    from pricing.shelves import Shelves

    table = os.environ.get("TARIFF_TABLE")
    return Shelves(Records(table, reader()) if table else None)


def ledger() -> Ledger:
    """The store for whoever may change it; raises StoreUnavailable where there is none."""
    from pricing.ledger import Ledger  # its imports are those of a writer

    table = os.environ.get("TARIFF_TABLE")
    if table is None:
        raise StoreUnavailable("There is no price store here: TARIFF_TABLE is not set.")
    return Ledger(table, reader(), writer())


def once() -> Once:
    """The memory of ``Idempotency-Key``s, in the same table."""
    from pricing.idempotency import Once

    return Once(os.environ["TARIFF_TABLE"], writer())


def start_refresh(*, actor: str, reason: str) -> None:
    """Start the refresh function and return; raises Conflict where there is none to start."""
    function = os.environ.get("TARIFF_REFRESH_FUNCTION")
    if not function:
        raise Conflict(
            "There is no refresh function here to start: TARIFF_REFRESH_FUNCTION names none."
        )
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    event = json.dumps({"actor": actor, "reason": reason})
    try:
        boto3.client(
            "lambda", region_name=os.environ["AWS_REGION"], config=ANSWERING.config()
        ).invoke(FunctionName=function, InvocationType="Event", Payload=event.encode())
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(
            "The refresh function did not say that it begins; it may begin all the same. Look into"
            " GET /v1/pricing/audit in a minute, and ask again if there is no refresh in it.",
            cause=type(error).__name__,
        ) from error


def writer(patience: Patience = ANSWERING) -> Any:
    """boto3's low-level DynamoDB client, for what is rarely done: its import takes a second."""
    import boto3

    return boto3.client(
        "dynamodb",
        endpoint_url=os.environ.get("TARIFF_DYNAMODB_ENDPOINT") or None,
        region_name=os.environ["AWS_REGION"],
        config=patience.config(),
    )


def counted(book: PriceBook, query: EstimateQuery, *references: str) -> EstimateQuery:
    """The query with exact token counts where ``TARIFF_ANTHROPIC_API_KEY`` allows them."""
    key = os.environ.get("TARIFF_ANTHROPIC_API_KEY")
    if not key:
        return query
    from pricing.exact_count import CountEndpoint, count_exactly  # few deployments have a key

    endpoint = _ENDPOINTS.setdefault(key, CountEndpoint(key))
    return count_exactly(endpoint, book, query, references)


#: One endpoint a key, since it remembers when it last failed.
_ENDPOINTS: dict[str, CountEndpoint] = {}


def summaries(timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> Summaries | None:
    """The kept headlines of monthly reports; None without a table."""
    from pricing.summary_store import Summaries

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


def credentials() -> Credentials:
    """Those Lambda puts into the environment, or whatever botocore's chain finds elsewhere."""
    access_key = os.environ.get("AWS_ACCESS_KEY_ID")
    if access_key:
        return Credentials(
            access_key, os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN")
        )
    from botocore.session import Session  # slow to import, and never needed inside Lambda

    found = Session().get_credentials()
    if found is None:
        raise StoreUnavailable("There are no AWS credentials to read the price store with.")
    frozen = found.get_frozen_credentials()
    return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)
