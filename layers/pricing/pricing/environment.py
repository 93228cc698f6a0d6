"""What a function reads from its environment, when it is first asked and not before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pricing.aws_api import Credentials, DynamoReader
from pricing.books import RECHECK_SECONDS, Books
from pricing.errors import StoreUnavailable
from pricing.estimate import EstimateQuery
from pricing.price_book import PriceBook
from pricing.repository import Repository

if TYPE_CHECKING:
    from pricing.exact_count import CountEndpoint
    from pricing.policies import Policies


def books() -> Books:
    """Price books behind the table that ``TARIFF_TABLE`` names; bundled ones without it."""
    table = os.environ.get("TARIFF_TABLE")
    recheck = float(os.environ.get("TARIFF_RECHECK_SECONDS", RECHECK_SECONDS))
    repository = Repository(table, reader()) if table else None
    return Books(repository, recheck_seconds=recheck)


def policies() -> Policies | None:
    """The routing policies in the table that ``TARIFF_TABLE`` names; None without it."""
    from pricing.policies import Policies  # one function's, and its imports are not small

    table = os.environ.get("TARIFF_TABLE")
    return Policies(table, reader(), writer) if table else None


def writer() -> Any:
    """boto3's low-level DynamoDB client, for what is rarely done: its import takes a second."""
    import boto3
    from botocore.config import Config

    patience = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
    endpoint = os.environ.get("TARIFF_DYNAMODB_ENDPOINT")
    return boto3.client(
        "dynamodb", endpoint_url=endpoint, region_name=os.environ["AWS_REGION"], config=patience
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


def reader() -> DynamoReader:
    """A signed reader for ``TARIFF_DYNAMODB_ENDPOINT``, by default DynamoDB in ``AWS_REGION``."""
    region = os.environ["AWS_REGION"]
    endpoint = os.environ.get("TARIFF_DYNAMODB_ENDPOINT")
    return DynamoReader(
        endpoint=endpoint or f"https://dynamodb.{region}.amazonaws.com",
        region=region,
        credentials=credentials,
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
