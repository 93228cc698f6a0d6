"""The labelled tasks have the form, the spread and the fields that their README states."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "data/routing"


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


TASKS = read("everyday_tasks.jsonl")
FRESH = read("fresh_tasks.jsonl")
LATER = read("later_tasks.jsonl")
FIELDS = {"id", "area", "language", "tier", "clear", "reason", "task"}
OPTIONAL = {"adversarial", "system", "tools", "messages"}


@pytest.mark.parametrize(
    ("tasks", "tiers", "adversarial"),
    [(TASKS, (40, 45, 35), 25), (FRESH, (41, 43, 36), 19), (LATER, (45, 43, 32), 14)],
)
def test_the_tiers_areas_and_languages_are_spread_as_planned(
    tasks: list[dict[str, Any]], tiers: tuple[int, int, int], adversarial: int
) -> None:
    spread = Counter(task["tier"] for task in tasks)
    assert (spread["simple"], spread["moderate"], spread["complex"]) == tiers
    languages = Counter(task["language"] for task in tasks)
    assert languages.pop("en") == 60
    assert set(languages) == {"de", "fr", "es", "pt", "ja", "zh"}
    assert min(languages.values()) >= 8
    tiers_of_areas = {(task["area"], task["tier"]) for task in tasks}
    assert len(tiers_of_areas) == 7 * 3  # every area has every tier
    assert Counter(task.get("adversarial") for task in tasks)[None] == 120 - adversarial


def test_every_row_has_exactly_the_stated_fields() -> None:
    for task in TASKS + FRESH + LATER:
        assert FIELDS <= set(task) <= FIELDS | OPTIONAL, task["id"]
        assert isinstance(task["clear"], bool)
        assert all(task[name].strip() for name in FIELDS - {"clear"}), task["id"]


def test_no_task_occurs_twice() -> None:
    assert len({task["id"] for task in TASKS + FRESH + LATER}) == 3 * 120
    texts = [task["task"] for task in TASKS + FRESH + LATER + read("labelled_tasks.jsonl")]
    assert len(set(texts)) == 3 * 120 + 60


def test_the_task_is_the_last_text_of_the_user_in_its_messages() -> None:
    conversations = [task for task in TASKS + FRESH + LATER if "messages" in task]
    assert conversations
    for task in conversations:
        texts = [
            message["content"]
            for message in task["messages"]
            if message["role"] == "user" and isinstance(message["content"], str)
        ]
        assert texts[-1] == task["task"], task["id"]
