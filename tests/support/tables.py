"""Tables for tests, made from template.yaml's own key schema so that they cannot drift from it."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore.config import Config

from tariff.template import create_table_arguments

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "eu-west-1"
#: Stands for every key and secret: local stores check none, and no real one may be near a test.
SECRET = "test"
#: The variables with which a function reaches a local store.
CREDENTIALS = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": SECRET,
    "AWS_SECRET_ACCESS_KEY": SECRET,
}
#: The fixtures with an endpoint of each store.
STORES = {"moto": "moto_endpoint", "dynamodb-local": "dynamodb_local_endpoint"}


class StoreTable(NamedTuple):
    """An empty table at a local endpoint, and a boto3 client that reaches it."""

    name: str
    endpoint: str
    client: DynamoDBClient

    def environment(self) -> dict[str, str]:
        """The variables that point a function at this table."""
        return {"TARIFF_TABLE": self.name, "TARIFF_DYNAMODB_ENDPOINT": self.endpoint}


@functools.cache
def local_client(
    service: str, endpoint: str, connections: int = 10, verify: str | None = None
) -> Any:
    """A boto3 client of a local store, made once: making it takes longer than many a test."""
    client: Any = boto3.client  # typed for names that are written out
    return client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        verify=verify,
        aws_access_key_id=SECRET,
        aws_secret_access_key=SECRET,
        config=Config(max_pool_connections=connections),
    )


@contextmanager
def fresh_table(template: dict[str, Any], endpoint: str) -> Iterator[StoreTable]:
    """A uniquely named empty table at ``endpoint``, deleted afterwards."""
    name = f"tariff-test-{uuid.uuid4().hex}"
    client = local_client("dynamodb", endpoint)
    client.create_table(**create_table_arguments(template, name))
    try:
        yield StoreTable(name, endpoint, client)
    finally:
        client.delete_table(TableName=name)
