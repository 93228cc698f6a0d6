"""What the local gateway puts into a store, and what it leaves as it is."""

import uuid
from typing import Any

import pytest

from pricing.store import bundled
from pricing.store.ledger import Ledger
from tariff.serve.stores import Store, StoreDown, fill, settings
from tests.support.books import BY
from tests.support.tables import STORES, local_client


@pytest.fixture(params=STORES)
def endpoint(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(STORES[request.param])
    return found


@pytest.fixture
def client(endpoint: str) -> Any:
    return local_client("dynamodb", endpoint)


@pytest.fixture
def table() -> str:
    return f"tariff-{uuid.uuid4().hex}"


def test_an_empty_store_gets_the_table_the_versions_and_an_active_one(
    endpoint: str, client: Any, table: str, template: dict[str, Any]
) -> None:
    contents = fill(template, table, endpoint)
    assert contents.added == tuple(bundled.ids())
    assert contents.active == bundled.current_id()
    repository = Ledger(table, client, client)
    assert [one.id for one in repository.versions()] == bundled.ids()
    for version in bundled.ids():
        stored, shipped = repository.get(version), bundled.load(version)
        assert stored is not None
        assert shipped is not None
        assert stored.to_json() == shipped.to_json()


def test_a_store_in_use_is_left_as_it_is(
    endpoint: str, client: Any, table: str, template: dict[str, Any]
) -> None:
    fill(template, table, endpoint)
    Ledger(table, client, client).activate("lesson-2025", expected_revision=1, **BY)
    contents = fill(template, table, endpoint)
    assert contents.added == ()
    assert contents.active == "lesson-2025"


def test_a_store_that_does_not_answer_is_down(template: dict[str, Any], table: str) -> None:
    with pytest.raises(StoreDown):
        fill(template, table, "http://127.0.0.1:1")


def test_a_store_of_ours_never_sees_real_keys() -> None:
    found = settings(Store("ours", lambda: "http://here", is_ours=True), "http://here")
    assert found["TARIFF_DYNAMODB_ENDPOINT"] == "http://here"
    assert found["AWS_ACCESS_KEY_ID"] == found["AWS_SECRET_ACCESS_KEY"] == "local"
    assert found["AWS_SESSION_TOKEN"] == ""


def test_a_store_of_someone_elses_gets_the_keys_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = Store("theirs", lambda: "http://there", is_ours=False)
    assert "AWS_ACCESS_KEY_ID" not in settings(theirs, "http://there")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert settings(theirs, "http://there")["AWS_ACCESS_KEY_ID"] == "local"
