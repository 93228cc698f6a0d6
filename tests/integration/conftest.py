"""Store tables: on moto for speed, on DynamoDB Local where the store's own rules are proved."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.support.tables import StoreTable, fresh_table


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


@pytest.fixture(params=["moto", "dynamodb-local"])
def store_table(
    request: pytest.FixtureRequest, dynamodb_table: Callable[[str], StoreTable]
) -> StoreTable:
    """An empty table on each store in turn: for what must hold on both."""
    fixture = {"moto": "moto_endpoint", "dynamodb-local": "dynamodb_local_endpoint"}
    return dynamodb_table(request.getfixturevalue(fixture[request.param]))
