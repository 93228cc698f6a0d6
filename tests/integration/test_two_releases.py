"""Two releases on one table: rows with what a later one adds, without what an earlier lacked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.test_garbage_in_the_store import REQUESTS
from tests.support.handlers import Answer, Event, call, handler, post
from tests.support.price_server import Answer as PriceAnswer
from tests.support.refreshing import Refreshing, refreshing
from tests.support.tables import StoreTable

Item = dict[str, Any]
READS = [one for one in REQUESTS if one[2]["routeKey"].startswith("GET ")] + [
    one for one in REQUESTS if one[0] in ("estimate", "recommend")
]
#: The time of an answer, and how long ago its prices were checked.
MOMENT = re.compile(r'"[0-9-]{10}T[0-9:]{8}Z"|"age_seconds": [0-9]+')
CARD = {"name": "agreement", "rules": [{"match": {"provider": "openai"}, "multiply": "0.85"}]}


class Shared:
    """A table after a refresh, an approval and a rate card, and what every reader answers."""

    def __init__(self, table: StoreTable) -> None:
        self.name = table.name
        self.client: Any = table.client

    def items(self) -> list[Item]:
        """Every item of the table."""
        found: list[Item] = self.client.scan(TableName=self.name)["Items"]
        return found

    def put(self, item: Item) -> None:
        """Replace an item."""
        self.client.put_item(TableName=self.name, Item=item)

    def answers(self) -> dict[str, Answer]:
        """The answer of each recorded request, from functions that have read nothing before."""
        cold = {folder: handler(folder) for folder in {folder for _, folder, _ in READS}}
        return {name: call(cold[folder], event) for name, folder, event in READS}


@pytest.fixture
def shared(moto_table: StoreTable, event: Event) -> Iterator[Shared]:
    with refreshing(moto_table) as refreshes, pytest.MonkeyPatch.context() as patch:
        for name, value in refreshes.environment.items():
            patch.setenv(name, value)
        _use(refreshes, event)
        yield Shared(moto_table)


def _use(refreshes: Refreshing, event: Event) -> None:
    genai = json.loads(refreshes.lists["genai-prices"])
    for provider in genai:
        for model in provider["models"]:
            if model["id"] == "devstral-small":
                model["prices"]["input_mtok"] = 0.12
    refreshes.serve("genai-prices", PriceAnswer(json.dumps(genai).encode()))
    assert refreshes.run()["outcome"] == "refreshed"
    assert post(handler("pricing_admin"), event("rate_cards"), CARD).status == 200


def plain(answers: dict[str, Answer]) -> dict[str, tuple[int, str]]:
    """The answers without their own moments."""
    return {
        name: (answer.status, MOMENT.sub("", json.dumps(answer.body, sort_keys=True)))
        for name, answer in answers.items()
    }


def test_what_a_later_release_adds_to_any_row_changes_no_answer(shared: Shared) -> None:
    before = shared.answers()
    assert {answer.status for answer in before.values()} <= {200, 404}
    for item in shared.items():
        shared.put({**item, "later": {"M": {"added": {"S": "by a later release"}}}})
    assert plain(shared.answers()) == plain(before)


def test_a_row_without_one_of_its_attributes_stops_no_priced_answer(shared: Shared) -> None:
    priced = [name for name, folder, _ in READS if folder not in ("catalogue", "pricing_admin")]
    tried = 0
    for item in shared.items():
        for missing in item.keys() - {"pk", "sk"}:
            shared.put({name: value for name, value in item.items() if name != missing})
            answers = shared.answers()
            where = (item["pk"]["S"], item["sk"]["S"], missing)
            assert [one for one, answer in answers.items() if answer.status == 500] == [], where
            assert {answers[name].status for name in priced} <= {200, 404}, where
            tried += 1
        shared.put(item)
    assert tried > 20
