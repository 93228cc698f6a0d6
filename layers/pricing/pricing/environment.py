"""What a function reads from its environment, when it is first asked and not before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pricing.aws_api import Credentials, DynamoReader
from pricing.books import RECHECK_SECONDS, Books
from pricing.errors import StoreUnavailable
from pricing.estimate import EstimateQuery
from pricing.price_book import PriceBook
from pricing.repository import Repository

if TYPE_CHECKING:
    from pricing.exact_count import CountEndpoint

STORE_TIMEOUT_SECONDS = 2.0


def books(*, timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> Books:
    """Price books behind the table that ``TARIFF_TABLE`` names; bundled ones without it.

    A read of the store gives up after ``timeout_seconds``.
    """
    table = os.environ.get("TARIFF_TABLE")
    recheck = float(os.environ.get("TARIFF_RECHECK_SECONDS", RECHECK_SECONDS))
    repository = Repository(table, reader(timeout_seconds)) if table else None
    return Books(repository, recheck_seconds=recheck)


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
