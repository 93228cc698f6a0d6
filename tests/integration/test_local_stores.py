"""The stores that the other tests use behave as those tests assume."""

import http.client
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tariff.dynamodb_local import dynamodb_local_server
from tariff.template import create_table_arguments
from tests.support.tables import StoreTable, local_client


def answers(endpoint: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=10)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()
    return True


def test_a_table_has_the_keys_of_template_yaml(
    store_table: StoreTable, template: dict[str, Any]
) -> None:
    expected = create_table_arguments(template, store_table.name)
    described = store_table.client.describe_table(TableName=store_table.name)["Table"]
    assert described["KeySchema"] == expected["KeySchema"]


def test_two_tables_share_nothing(
    dynamodb_table: Callable[[str], StoreTable], moto_endpoint: str
) -> None:
    first, second = dynamodb_table(moto_endpoint), dynamodb_table(moto_endpoint)
    first.client.put_item(TableName=first.name, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    assert first.client.scan(TableName=first.name)["Count"] == 1
    assert second.client.scan(TableName=second.name)["Count"] == 0


@pytest.mark.usefixtures("dynamodb_local_endpoint")
def test_dynamodb_local_stops_when_it_is_told_to() -> None:
    with dynamodb_local_server() as endpoint:
        assert answers(endpoint)
    assert not answers(endpoint)


@pytest.mark.usefixtures("dynamodb_local_endpoint")
def test_dynamodb_local_keeps_its_data_in_the_folder_it_is_given(
    tmp_path: Path, template: dict[str, Any]
) -> None:
    with dynamodb_local_server(tmp_path) as endpoint:
        client = local_client("dynamodb", endpoint)
        client.create_table(**create_table_arguments(template, "kept"))
    with dynamodb_local_server(tmp_path) as endpoint:
        client = local_client("dynamodb", endpoint)
        assert client.list_tables()["TableNames"] == ["kept"]
