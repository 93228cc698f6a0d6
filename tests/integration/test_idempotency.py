"""Work is done once a key, also if it is repeated, raced for, or ended in the middle."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import boto3
import pytest

from pricing.errors import Conflict, InvalidRequest, StoreUnavailable
from pricing.store.idempotency import InProgress, Once
from tests.support.tables import StoreTable

REQUEST = {"path": "/v1/x", "body": {"reason": "so"}}


def memory(table: StoreTable, *, held_seconds: int = 60, kept_seconds: int = 3600) -> Once:
    client: Any = table.client
    return Once(
        table.name, client, partition="TEST", kept_seconds=kept_seconds, held_seconds=held_seconds
    )


def do(once: Once, work: Callable[[], str], key: str = "k1", request: Any = REQUEST) -> str:
    return once.do(key, request, work, kept=str, again=lambda kept: f"again {kept}")


def killed() -> str:
    """What no function can clean up after: its process ends."""
    raise KeyboardInterrupt


def test_the_second_time_it_is_not_done_and_the_first_answer_is_given(
    store_table: StoreTable,
) -> None:
    done: list[str] = []

    def work() -> str:
        done.append("work")
        return "answer"

    assert do(memory(store_table), work) == "answer"
    assert do(memory(store_table), work) == "again answer"
    assert do(memory(store_table), work, key="k2") == "answer"
    assert len(done) == 2


def test_a_key_is_good_for_one_request(store_table: StoreTable) -> None:
    do(memory(store_table), lambda: "answer")
    with pytest.raises(InvalidRequest, match="was used for another request"):
        do(memory(store_table), lambda: "other", request={**REQUEST, "body": {"reason": "else"}})


@pytest.mark.parametrize("error", [Conflict("refused"), StoreUnavailable("lost"), ValueError("x")])
def test_work_that_raises_gives_its_key_back(store_table: StoreTable, error: Exception) -> None:
    def work() -> str:
        raise error

    with pytest.raises(type(error)):
        do(memory(store_table), work)
    assert store_table.client.scan(TableName=store_table.name)["Items"] == []
    assert do(memory(store_table), lambda: "answer", request={"corrected": True}) == "answer"


def test_a_key_whose_holder_died_is_free_once_it_was_held_long_enough(
    store_table: StoreTable,
) -> None:
    with suppress(KeyboardInterrupt):
        do(memory(store_table, held_seconds=60), killed, key="recent")
    with pytest.raises(InProgress, match="not done yet"):
        do(memory(store_table), lambda: "answer", key="recent")

    with suppress(KeyboardInterrupt):
        do(memory(store_table, held_seconds=-1), killed, key="long ago")
    assert do(memory(store_table), lambda: "answer", key="long ago") == "answer"


def test_an_answer_that_is_no_longer_kept_is_given_anew(store_table: StoreTable) -> None:
    do(memory(store_table, kept_seconds=-2), lambda: "first")
    assert do(memory(store_table), lambda: "second") == "second"


def test_of_many_at_once_one_does_it_and_the_others_are_told_so(
    dynamodb_local_table: StoreTable,
) -> None:
    done: list[str] = []

    def one_of_many(key: str) -> str:
        def work() -> str:
            done.append(key)
            return "answer"

        try:
            return do(memory(dynamodb_local_table), work, key=key)
        except InProgress:
            return "in progress"

    keys = [f"k{number}" for number in range(10)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one_of_many, [key for key in keys for _ in range(8)]))

    assert sorted(done) == keys
    assert answers.count("answer") == len(keys)
    assert set(answers) <= {"answer", "again answer", "in progress"}


def test_a_store_that_is_lost_or_refuses_is_unavailable_and_says_why(
    store_table: StoreTable,
) -> None:
    client: Any = store_table.client
    missing = Once("no-such-table", client, partition="T", kept_seconds=60, held_seconds=60)
    with pytest.raises(StoreUnavailable, match="did not confirm the change") as refused:
        do(missing, lambda: "answer")
    assert refused.value.cause == "ResourceNotFoundException"

    nowhere: Any = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:1")
    lost = Once("tariff", nowhere, partition="T", kept_seconds=60, held_seconds=60)
    with pytest.raises(StoreUnavailable) as unreachable:
        do(lost, lambda: "answer")
    assert unreachable.value.cause == "EndpointConnectionError"
