"""The small signed reader and boto3's client get the same answers from the same store."""

from pathlib import Path
from typing import Any

import pytest

from pricing.aws import environment as aws_environment
from pricing.aws.signed_client import Credentials, DynamoReader
from pricing.errors import StoreUnavailable
from pricing.store import connect as environment
from tests.support.tables import REGION, SECRET, StoreTable

ITEMS: list[dict[str, Any]] = [
    {"pk": {"S": "a"}, "sk": {"S": "1"}, "content": {"B": bytes(range(256))}},
    {"pk": {"S": "a"}, "sk": {"S": "2"}, "content": {"B": b"\x00"}, "B": {"S": "text"}},
    {"pk": {"S": "a"}, "sk": {"S": "3"}, "n": {"N": "12"}, "yes": {"BOOL": True}},
    {
        "pk": {"S": "a"},
        "sk": {"S": "4 \N{SNOWMAN} é"},
        "map": {"M": {"B": {"B": b"inner"}, "L": {"L": [{"B": b"x"}, {"NULL": True}]}}},
    },
    {"pk": {"S": "b"}, "sk": {"S": "1"}},
]


@pytest.fixture
def filled_table(store_table: StoreTable) -> StoreTable:
    for item in ITEMS:
        store_table.client.put_item(TableName=store_table.name, Item=item)
    return store_table


def reader(endpoint: str) -> DynamoReader:
    return DynamoReader(
        endpoint=endpoint, region=REGION, credentials=lambda: Credentials(SECRET, SECRET, None)
    )


def answer(response: Any) -> dict[str, Any]:
    """A response without what boto3 adds about its transport."""
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def same(table: StoreTable, operation: str, **request: Any) -> dict[str, Any]:
    """The one answer of both clients."""
    request = {"TableName": table.name, **request}
    ours: dict[str, Any] = getattr(reader(table.endpoint), operation)(**request)
    assert ours == answer(getattr(table.client, operation)(**request))
    return ours


def test_an_item_is_the_one_boto3_gets(filled_table: StoreTable) -> None:
    for item in ITEMS:
        for consistent in (True, False):
            found = same(
                filled_table,
                "get_item",
                Key={"pk": item["pk"], "sk": item["sk"]},
                ConsistentRead=consistent,
            )
            assert found == {"Item": item}


def test_an_item_that_is_not_there_is_the_same_nothing(filled_table: StoreTable) -> None:
    assert same(filled_table, "get_item", Key={"pk": {"S": "a"}, "sk": {"S": "9"}}) == {}


def query(partition: str, **more: Any) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": partition}},
        **more,
    }


def test_a_query_gets_the_items_boto3_gets_in_the_same_order(filled_table: StoreTable) -> None:
    found = same(filled_table, "query", **query("a"))
    assert found["Items"] == ITEMS[:4]
    assert same(filled_table, "query", **query("nobody"))["Items"] == []


def test_a_query_goes_on_from_where_the_page_before_ended(filled_table: StoreTable) -> None:
    first = same(filled_table, "query", **query("a", Limit=3))
    assert first["Items"] == ITEMS[:3]
    start = first["LastEvaluatedKey"]
    assert start == {"pk": {"S": "a"}, "sk": {"S": "3"}}
    rest = same(filled_table, "query", **query("a", ExclusiveStartKey=start))
    assert rest["Items"] == ITEMS[3:4]
    assert "LastEvaluatedKey" not in rest


@pytest.mark.parametrize("operation", ["get_item", "query"])
def test_a_table_that_is_not_there_is_the_store_being_unavailable(
    store_table: StoreTable, operation: str
) -> None:
    request = query("a") if operation == "query" else {"Key": {"pk": {"S": "a"}, "sk": {"S": "1"}}}
    with pytest.raises(StoreUnavailable) as lost:
        getattr(reader(store_table.endpoint), operation)(TableName="nowhere", **request)
    assert "ResourceNotFoundException" in lost.value.cause


def test_the_environment_names_endpoint_and_credentials(
    filled_table: StoreTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARIFF_DYNAMODB_ENDPOINT", filled_table.endpoint)
    key = {"pk": {"S": "b"}, "sk": {"S": "1"}}
    found = environment.reader().get_item(TableName=filled_table.name, Key=key)
    assert found == {"Item": ITEMS[-1]}


def test_credentials_are_those_of_the_environment_or_of_botocores_chain(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert aws_environment.credentials() == Credentials(SECRET, SECRET, None)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    assert aws_environment.credentials() == Credentials(SECRET, SECRET, "token")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    with pytest.raises(StoreUnavailable, match="no AWS credentials"):
        aws_environment.credentials()
    shared = tmp_path / "credentials"
    shared.write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(shared))
    assert aws_environment.credentials() == Credentials("a", "b", None)


def test_without_an_endpoint_dynamodb_of_the_region_is_asked() -> None:
    assert environment.reader()._url.geturl() == f"https://dynamodb.{REGION}.amazonaws.com"
