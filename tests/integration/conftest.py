"""Store tables and the input bucket, on moto for speed; on DynamoDB Local for the store's rules."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest import mock

import pytest

from pricing.store.ledger import Ledger
from pricing.versions.proposals import Proposal
from tests.support.administration import ANN, WAITING, Api, cheap_and_dear
from tests.support.books import BY, PLAIN
from tests.support.catalogue import Catalogue
from tests.support.handlers import Answer, Ask, Event, Handler, handler, post
from tests.support.refreshing import Refreshing, refreshing
from tests.support.tables import STORES, StoreTable, fresh_table, local_client


@pytest.fixture
def dynamodb_table(template: dict[str, Any]) -> Iterator[Callable[[str], StoreTable]]:
    """``dynamodb_table(endpoint)`` makes an empty table there; it goes when the test ends."""
    with ExitStack() as tables:
        yield lambda endpoint: tables.enter_context(fresh_table(template, endpoint))


@pytest.fixture
def moto_table(dynamodb_table: Callable[[str], StoreTable], moto_endpoint: str) -> StoreTable:
    """An empty table on moto's server."""
    return dynamodb_table(moto_endpoint)


@pytest.fixture
def dynamodb_local_table(
    dynamodb_table: Callable[[str], StoreTable], dynamodb_local_endpoint: str
) -> StoreTable:
    """An empty table on AWS's own DynamoDB Local."""
    return dynamodb_table(dynamodb_local_endpoint)


@pytest.fixture(params=STORES)
def store_table(
    request: pytest.FixtureRequest, dynamodb_table: Callable[[str], StoreTable]
) -> StoreTable:
    """An empty table on each store in turn: for what must hold on both."""
    return dynamodb_table(request.getfixturevalue(STORES[request.param]))


@pytest.fixture
def bucket(moto_endpoint: str) -> Iterator[Callable[[str, bytes], str]]:
    """``bucket(key, content)`` puts an object into the input bucket and answers its URI."""
    client = local_client("s3", moto_endpoint)
    client.create_bucket(
        Bucket="inputs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    os.environ |= {"TARIFF_INPUT_BUCKET": "inputs", "TARIFF_S3_ENDPOINT": moto_endpoint}

    def put(key: str, content: bytes) -> str:
        client.put_object(Bucket="inputs", Key=key, Body=content)
        return f"s3://inputs/{key}"

    yield put
    for found in client.list_objects_v2(Bucket="inputs").get("Contents", ()):
        client.delete_object(Bucket="inputs", Key=found["Key"])
    client.delete_bucket(Bucket="inputs")


@pytest.fixture
def estimate(event: Event) -> Ask:
    """``estimate(body)`` posts a body to ``POST /v1/estimate``."""
    to = handler("estimate")
    return lambda body: post(to, event("estimate"), body)


@pytest.fixture
def ask(event: Event) -> Ask:
    """``ask(**fields)``, or ``ask(body)``, posts to ``POST /v1/estimate``."""
    to = handler("estimate")

    def send(body: Any = None, **fields: Any) -> Answer:
        return post(to, event("estimate"), fields if body is None else body)

    return send


@pytest.fixture(scope="module")
def recommend() -> Handler:
    """The function of recommendations; one for a module, since it takes long to load."""
    return handler("recommend")


@pytest.fixture
def start_catalogue(event: Event) -> Callable[[], Catalogue]:
    """``start_catalogue()`` is a cold start with the environment as it is then."""
    return lambda: Catalogue(handler("catalogue"), event("catalogue"))


@pytest.fixture
def catalogue(start_catalogue: Callable[[], Catalogue]) -> Catalogue:
    """The function without a store: it answers from the bundled book."""
    return start_catalogue()


@pytest.fixture
def api(moto_table: StoreTable, event: Event) -> Iterator[Api]:
    """Administrators' routes and the pages about versions, on an empty store."""
    environment = {**moto_table.environment(), "TARIFF_RECHECK_SECONDS": "0"}
    with mock.patch.dict("os.environ", environment):
        client: Any = moto_table.client
        ledger = Ledger(moto_table.name, client, client)
        yield Api(handler("pricing_admin"), handler("catalogue"), event("pricing_admin"), ledger)


@pytest.fixture
def two(api: Api) -> Api:
    """v1 active, v2 proposed with a pending price."""
    first, second = cheap_and_dear()
    api.ledger.propose(first, proposal=PLAIN)
    api.ledger.activate("v1", expected_revision=0, **BY)
    api.ledger.propose(second, proposal=Proposal(ANN, "refresh", {}, (WAITING,)))
    return api


@pytest.fixture
def refreshes(moto_table: StoreTable) -> Iterator[Refreshing]:
    """The refresh on an empty store, and the price lists that it reads."""
    with refreshing(moto_table) as found:
        yield found
