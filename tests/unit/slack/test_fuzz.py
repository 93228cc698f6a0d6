"""Whatever comes in at Slack's routes is answered with 200 or 401, and 200 only where it is due."""

import random
from collections.abc import Mapping
from typing import Any

import pytest

from tariff.serve import slack
from tests.slow import fuzz_slack
from tests.support.handlers import handler


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFF_SLACK_SIGNING_SECRETS", fuzz_slack.SECRET)
    monkeypatch.setenv("TARIFF_SLACK_WORKSPACES", slack.TEAM)
    monkeypatch.setenv("TARIFF_SLACK_HOOKS", "http://127.0.0.1:1")


def test_four_thousand_forged_requests_get_200_or_401() -> None:
    # `make fuzz-slack` sends 100,000.
    outcome = fuzz_slack.fuzz(handler("slack"), 4000, seed=7)

    assert outcome.wrong == []
    assert set(outcome.statuses) == {200, 401}
    assert min(outcome.statuses.values()) > 1000


def test_a_handler_that_answers_everybody_is_caught() -> None:
    def careless(_event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        return {"statusCode": 200}

    assert fuzz_slack.fuzz(careless, 100, seed=7).wrong


def test_a_handler_that_raises_is_caught() -> None:
    answer = handler("slack")

    def fragile(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        int(event["headers"]["x-slack-request-timestamp"])
        return answer(event, None)

    assert any("raised" in one for one in fuzz_slack.fuzz(fragile, 300, seed=7).wrong)


def test_the_same_seed_sends_the_same_bodies() -> None:
    def bodies(seed: int) -> list[Any]:
        dice = random.Random(seed)  # noqa: S311 - a repeatable sequence
        return [fuzz_slack.request(dice)[0]["body"] for _ in range(50)]

    assert bodies(1) == bodies(1) != bodies(2)
