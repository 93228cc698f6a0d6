"""Connect to the stores that this environment names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pricing.aws.environment import ca_file, credentials, sdk_client
from pricing.aws.settings import endpoint_of, settings
from pricing.aws.signed_client import DynamoReader
from pricing.aws.timeouts import ANSWERING, ONE_ATTEMPT, Timeouts
from pricing.errors import StoreUnavailable
from pricing.store.books import Books
from pricing.store.repository import Repository

if TYPE_CHECKING:
    from pricing.catalogue.rate_cards import RateCard
    from pricing.recommendations.policy import LearnedPolicy
    from pricing.store.documents import Documents
    from pricing.store.idempotency import Once
    from pricing.store.ledger import Ledger
    from pricing.store.rates import StoredRates
    from pricing.store.refresh_state import RefreshStore
    from pricing.store.summaries import Summaries
    from pricing.store.version_views import VersionViews

#: Timeout of one read of the store, in seconds.
STORE_TIMEOUT_SECONDS = 2.0


def books(*, timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> Books:
    """Connect to the price books of the table; the bundled ones without a table."""
    table = settings.table
    repository = Repository(table, reader(timeout_seconds)) if table else None
    return Books(repository, recheck_seconds=settings.recheck_seconds)


def policies() -> Documents[LearnedPolicy] | None:
    """Connect to the routing policies of the table; None without a table."""
    from pricing.store.documents import Documents
    from pricing.store.policies import POLICIES  # one function's, and its imports are not small

    table = settings.table
    return Documents(POLICIES, table, reader(), writer) if table else None


def rate_cards(timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> Documents[RateCard] | None:
    """Connect to the rate cards of the table; None without a table."""
    from pricing.store.documents import RATE_CARDS, Documents  # few requests name a card

    table = settings.table
    return Documents(RATE_CARDS, table, reader(timeout_seconds), writer) if table else None


def stored_rates(timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> StoredRates | None:
    """Connect to the exchange rates that refreshes stored; None without a table."""
    from pricing.store.rates import StoredRates

    table = settings.table
    return StoredRates(table, reader(timeout_seconds), writer) if table else None


def version_views() -> VersionViews:
    """Connect to the version store for the pages about versions."""
    from pricing.store.history import VersionHistory  # one function's
    from pricing.store.version_views import VersionViews

    table = settings.table
    return VersionViews(VersionHistory(table, reader()) if table else None)


def ledger() -> Ledger:
    """Connect to the version store for changes; raises StoreUnavailable without a table."""
    from pricing.store.ledger import Ledger  # its imports are those of a writer

    return Ledger(_table(), reader(), writer())


def refresh_store(timeouts: Timeouts) -> RefreshStore:
    """Connect to the store of a refresh; raises StoreUnavailable without a table."""
    from pricing.store.refresh_state import RefreshStore  # one function's

    return RefreshStore(_table(), writer(timeouts))


def once(
    partition: str, *, kept_seconds: int, held_seconds: int, timeouts: Timeouts = ANSWERING
) -> Once:
    """Connect to the results under one partition key; raises StoreUnavailable without a table."""
    from pricing.store.idempotency import Once  # with boto3

    return Once(
        _table(),
        writer(timeouts),
        partition=partition,
        kept_seconds=kept_seconds,
        held_seconds=held_seconds,
    )


def summaries(timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> Summaries | None:
    """Connect to the stored headlines of monthly reports; None without a table."""
    from pricing.store.summaries import Summaries

    table = settings.table
    if not table:
        return None
    return Summaries(table, reader(timeout_seconds), lambda: writer(ONE_ATTEMPT))


def writer(timeouts: Timeouts = ANSWERING) -> Any:
    """boto3's low-level DynamoDB client; ``store.writes`` translates its errors."""
    return sdk_client("dynamodb", timeouts)


def reader(timeout_seconds: float = STORE_TIMEOUT_SECONDS) -> DynamoReader:
    """A signed reader of DynamoDB, which loads no SDK."""
    return DynamoReader(
        endpoint=endpoint_of("dynamodb") or f"https://dynamodb.{settings.region}.amazonaws.com",
        region=settings.region,
        credentials=credentials,
        timeout_seconds=timeout_seconds,
        ca_file=ca_file(),
    )


def _table() -> str:
    """The table's name; raises StoreUnavailable if none is configured."""
    if not settings.table:
        raise StoreUnavailable("There is no price store here: TARIFF_TABLE is not set.")
    return settings.table
