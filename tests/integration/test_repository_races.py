"""Writers that race: proved on DynamoDB Local, because moto's conditions are not atomic."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
import pytest
from botocore.config import Config

from pricing.aws.signed_client import Credentials, DynamoReader
from pricing.catalogue.price_book import PriceBook
from pricing.errors import StaleRevision, StoreUnavailable, VersionExists
from pricing.store.ledger import Ledger
from pricing.store.repository import Pointer
from tests.slow.linearizable import WithoutConditions
from tests.support.books import BY, PLAIN, book, row
from tests.support.tables import REGION, SECRET, StoreTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Result = TypeVar("Result")
THREADS = 16


@pytest.fixture
def writer(dynamodb_local_table: StoreTable) -> Iterator[DynamoDBClient]:
    """A client with a connection for every thread."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=dynamodb_local_table.endpoint,
        region_name=REGION,
        config=Config(max_pool_connections=THREADS),
    )
    yield client
    client.close()


def repository(table: StoreTable, writer: Any) -> Ledger:
    reader = DynamoReader(
        endpoint=table.endpoint,
        region=REGION,
        credentials=lambda: Credentials(SECRET, SECRET, None),
        timeout_seconds=30,
    )
    return Ledger(table.name, reader, writer)


@pytest.fixture
def store(dynamodb_local_table: StoreTable, writer: DynamoDBClient) -> Ledger:
    return repository(dynamodb_local_table, writer)


@pytest.fixture
def unconditional(dynamodb_local_table: StoreTable, writer: DynamoDBClient) -> Ledger:
    """The same store through a writer that leaves every condition out."""
    return repository(dynamodb_local_table, WithoutConditions(writer))


def at_once(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """The results of calls that all begin together, each on a thread of its own."""
    gate = threading.Barrier(len(calls))

    def run(one: Callable[[], Result]) -> Result:
        gate.wait(timeout=30)
        return one()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def outcome(attempt: Callable[[], object]) -> str:
    """``won``, or the error that says why not."""
    try:
        attempt()
    except (VersionExists, StaleRevision, StoreUnavailable) as error:
        return type(error).__name__
    return "won"


def rivals() -> list[PriceBook]:
    """Books of one id with different contents, of different lengths."""
    return [
        book("contested", [row(f"writer-{n}-model-{m}") for m in range(1 + 10 * n)])
        for n in range(THREADS)
    ]


@pytest.mark.parametrize("chunk_bytes", [380_000, 100])
def test_of_16_writers_of_one_version_exactly_one_wins_and_all_of_it_is_stored(
    store: Ledger, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int
) -> None:
    monkeypatch.setattr("pricing.store.ledger.CONTENT_BYTES", chunk_bytes)
    books = rivals()
    outcomes = at_once(
        [partial(outcome, partial(store.propose, one, proposal=PLAIN)) for one in books]
    )
    assert outcomes.count("won") == 1
    assert set(outcomes) <= {"won", "VersionExists", "StoreUnavailable"}
    winner = books[outcomes.index("won")]
    stored = store.get("contested")
    assert stored is not None
    assert stored.to_json() == winner.to_json()
    assert [one.id for one in store.versions()] == ["contested"]
    # A client that only collided with the winner's transaction learns at the next try that it lost.
    assert {outcome(partial(store.propose, one, proposal=PLAIN)) for one in books} == {
        "VersionExists"
    }


def test_without_its_condition_a_second_writer_would_replace_a_version(
    unconditional: Ledger,
) -> None:
    first, second = rivals()[1:3]
    assert outcome(partial(unconditional.propose, first, proposal=PLAIN)) == "won"
    assert outcome(partial(unconditional.propose, second, proposal=PLAIN)) == "won"
    stored = unconditional.get("contested")
    assert stored is not None
    assert stored.to_json() == second.to_json() != first.to_json()


def activate(store: Ledger, version: str, expected: int) -> Pointer | None:
    """The pointer an activation made, or None when another one came first."""
    try:
        return store.activate(version, expected_revision=expected, **BY)
    except StaleRevision:
        return None


def lost_updates(history: Sequence[Pointer]) -> int:
    """The number of reported activations that another one overwrote unseen."""
    return sum(times - 1 for times in Counter(one.revision for one in history).values())


def activate_at_once(store: Ledger, expected: int) -> list[Pointer]:
    """What 16 activations from the same revision made, each of a version of its own.

    By turns of one half of the versions: what is active is not activated again.
    """
    first = THREADS * (expected % 2)
    versions = [f"v{number}" for number in range(first, first + THREADS)]
    made = at_once([partial(activate, store, version, expected) for version in versions])
    return [pointer for pointer in made if pointer is not None]


def add_versions(store: Ledger, count: int) -> None:
    for number in range(count):
        store.propose(book(f"v{number}", [row(f"model-{number}")]), proposal=PLAIN)


def test_of_16_activations_from_one_revision_exactly_one_wins(store: Ledger) -> None:
    add_versions(store, 2 * THREADS)
    for expected in range(5):
        made = activate_at_once(store, expected)
        assert len(made) == 1
        assert made[0].revision == expected + 1
        assert store.active() == made[0]


CLIENTS = 8
ACTIVATIONS_EACH = 25


def test_200_activations_by_8_clients_that_read_again_lose_no_update(store: Ledger) -> None:
    add_versions(store, 2 * CLIENTS)

    def keep_activating(client: int) -> list[Pointer]:
        made: list[Pointer] = []
        while len(made) < ACTIVATIONS_EACH:
            current = store.active()
            # By turns one of two of its own: what is active is not activated again.
            version = f"v{client + CLIENTS * (len(made) % 2)}"
            pointer = activate(store, version, current.revision if current else 0)
            if pointer is not None:
                made.append(pointer)
        return made

    histories = at_once([partial(keep_activating, client) for client in range(CLIENTS)])
    history = sorted((one for made in histories for one in made), key=lambda one: one.revision)
    assert len(history) == 200
    assert lost_updates(history) == 0
    assert [one.revision for one in history] == list(range(1, 201))
    assert store.active() == history[-1]
    for made in histories:  # no client saw a smaller revision later
        assert [one.revision for one in made] == sorted(one.revision for one in made)


class Overtaken:
    """A DynamoDB client that makes another change between its caller's reads and first write."""

    def __init__(self, client: Any, change: Callable[[], object]) -> None:
        self._client = client
        self._changes = [change]

    def transact_write_items(self, **request: Any) -> None:
        """Make the other change, if it is not made yet, then write."""
        while self._changes:
            self._changes.pop()()
        self._client.transact_write_items(**request)


def overtaken(table: StoreTable, writer: Any) -> list[Pointer]:
    """What two activations made that both read revision 0, of which the second wrote first."""
    made: list[Pointer | None] = []
    rival = repository(table, writer)
    add_versions(rival, 2)
    slow = Overtaken(writer, lambda: made.append(activate(rival, "v1", 0)))
    made.append(activate(repository(table, slow), "v0", 0))
    return [pointer for pointer in made if pointer is not None]


def test_an_activation_that_another_one_overtakes_is_refused(
    dynamodb_local_table: StoreTable, writer: DynamoDBClient, store: Ledger
) -> None:
    made = overtaken(dynamodb_local_table, writer)
    assert [one.version for one in made] == ["v1"]
    assert store.active() == made[0]


def test_without_its_condition_the_overtaken_activation_would_win_and_the_check_sees_it(
    dynamodb_local_table: StoreTable, writer: DynamoDBClient, store: Ledger
) -> None:
    made = overtaken(dynamodb_local_table, WithoutConditions(writer))
    assert [one.version for one in made] == ["v1", "v0"]
    assert store.active() == made[1]
    assert lost_updates(made) == 1
