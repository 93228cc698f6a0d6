"""The 120 everyday tasks have the form, the spread and the fields that their README states."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "data/routing"


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


TASKS = read("everyday_tasks.jsonl")
FIELDS = {"id", "area", "language", "tier", "clear", "reason", "task"}
OPTIONAL = {"adversarial", "system", "tools", "messages"}


def test_the_tiers_areas_and_languages_are_spread_as_planned() -> None:
    assert Counter(task["tier"] for task in TASKS) == {"simple": 40, "moderate": 45, "complex": 35}
    languages = Counter(task["language"] for task in TASKS)
    assert languages.pop("en") == 60
    assert set(languages) == {"de", "fr", "es", "pt", "ja", "zh"}
    assert min(languages.values()) >= 9
    tiers_of_areas = {(task["area"], task["tier"]) for task in TASKS}
    assert len(tiers_of_areas) == 7 * 3  # every area has every tier
    assert Counter(task.get("adversarial") for task in TASKS)[None] == 120 - 25


def test_every_row_has_exactly_the_stated_fields() -> None:
    for task in TASKS:
        assert FIELDS <= set(task) <= FIELDS | OPTIONAL, task["id"]
        assert isinstance(task["clear"], bool)
        assert all(task[name].strip() for name in FIELDS - {"clear"}), task["id"]


def test_no_task_occurs_twice_or_is_among_the_sixty() -> None:
    assert len({task["id"] for task in TASKS}) == 120
    texts = [task["task"] for task in TASKS + read("labelled_tasks.jsonl")]
    assert len(set(texts)) == 120 + 60


def test_the_task_is_the_last_text_of_the_user_in_its_messages() -> None:
    conversations = [task for task in TASKS if "messages" in task]
    assert conversations
    for task in conversations:
        texts = [
            message["content"]
            for message in task["messages"]
            if message["role"] == "user" and isinstance(message["content"], str)
        ]
        assert texts[-1] == task["task"], task["id"]
