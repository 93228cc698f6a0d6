"""The lesson's own tasks through the handler, as its classifier reads them."""

from typing import Any

import pytest

from tariff.template import recorded_event
from tests.support.handlers import handler, post

EVENT = recorded_event("recommend")
LESSON = {"pricing_version": "lesson-2025", "as_of": "2025-07-01"}
HAIKU, SONNET, OPUS = "claude-3-5-haiku", "claude-sonnet-4", "claude-opus-4"
#: Section 6.1's examples, the third of which its own rule gets wrong, and exercise 2's tasks.
TASKS = {
    "Extract the email from this text": {HAIKU},
    "Refactor this function to use async/await": {SONNET},
    "Design a distributed cache with consistency guarantees": {OPUS},
    "Classifying 50,000 customer emails into 5 categories": {HAIKU},
    "Debugging a race condition in a distributed system": {OPUS},
    "Generating unit tests for a CRUD API": {SONNET},
    "Translating a 200-page technical manual": {HAIKU, SONNET},
    "Designing a database schema for a new application": {SONNET, OPUS},
}


@pytest.fixture(scope="module")
def recommended() -> dict[str, dict[str, Any]]:
    body = {"tasks": list(TASKS), "expected_output_tokens": 500, "realtime": False, **LESSON}
    answer = post(handler("recommend"), EVENT, body)
    assert answer.status == 200, answer.body
    return dict(zip(TASKS, answer.body["recommendations"], strict=True))


@pytest.mark.parametrize("task", TASKS)
def test_each_task_gets_a_sensible_model_with_a_reason(
    recommended: dict[str, dict[str, Any]], task: str
) -> None:
    found = recommended[task]
    assert found["model"]["id"] in TASKS[task]
    assert found["decided_by"] == "policy"
    assert found["signals"]
    assert found["model"]["id"] in found["why"]
    assert found["why"].endswith(".")
    assert found["why"].count(". ") == 0


@pytest.mark.parametrize(
    "task",
    [
        "Classifying 50,000 customer emails into 5 categories",
        "Translating a 200-page technical manual",
    ],
)
def test_bulk_work_suits_a_batch_at_half_the_price(
    recommended: dict[str, dict[str, Any]], task: str
) -> None:
    found = recommended[task]
    assert found["batch"]["suitable"] is True
    assert 2 * float(found["batch"]["saves_usd"]) == float(found["estimate"]["total_usd"])
