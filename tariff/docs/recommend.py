"""Requests for recommendations that the OpenAPI document shows."""

from collections.abc import Mapping
from typing import Any

_EASY = ("Extract the date of note", "Translate headline")
_HARD = ("Find the race in queue", "Design failover of cluster")


def _outcomes() -> list[dict[str, Any]]:
    """A hundred made-up outcomes: the cheap model fails three hard tasks of four."""
    rows = []
    for number in range(100):
        hard = number % 5 in (1, 3)
        text = (_HARD if hard else _EASY)[number // 5 % 2]
        cheap = number % 20 == 1 if hard else number % 25 > 0
        rows.append({"task": f"{text} {number}", "cheap_ok": cheap, "strong_ok": number > 0})
    return rows


#: Route to (name, summary, body).
RECOMMEND_EXAMPLES: Mapping[str, tuple[tuple[str, str, Any], ...]] = {
    "POST /v1/recommend": (
        (
            "tasks",
            "Two tasks, the first of them for fifty thousand emails that nobody waits for",
            {
                "tasks": [
                    {
                        "task": "Classify customer emails into 5 categories",
                        "calls": 50_000,
                        "realtime": False,
                        "expected_input_tokens": 1500,
                        "expected_output_tokens": 10,
                        "prefix_tokens": 1100,
                    },
                    {
                        "task": "Debug a race condition in a distributed system",
                        "expected_input_tokens": 12_000,
                        "expected_output_tokens": 3000,
                        "requires": {"thinking": True},
                    },
                ]
            },
        ),
        (
            "warm-cache",
            "A conversation whose prompt is in the cache of a stronger model",
            {
                "task": "Rename a variable in this function",
                "expected_input_tokens": 52_000,
                "expected_output_tokens": 400,
                "current_model": "opus",
                "cached_tokens": 50_000,
                "policy": {"simple": "sonnet"},
            },
        ),
        (
            "nothing-fits",
            "A ceiling that no model keeps",
            {
                "task": "Summarize the minutes of the meeting",
                "expected_input_tokens": 8000,
                "expected_output_tokens": 500,
                "max_usd_per_call": "0.0001",
            },
        ),
    ),
    "POST /v1/recommend/cascade": (
        (
            "tool-calls",
            "A cheap model whose tool calls are held against the schema",
            {
                "usage": {"input_tokens": 2000, "output_tokens": 300},
                "calls": 10_000,
                "stages": [
                    {"model": "haiku", "correct_rate": "0.75", "verifier": "tool_schema"},
                    {"model": "opus", "correct_rate": "0.9"},
                ],
            },
        ),
        (
            "past-break-even",
            "Two models so near in price that too few answers pass",
            {
                "usage": {"input_tokens": 2000, "output_tokens": 300},
                "stages": [
                    {"model": "sonnet", "pass_rate": "0.4", "verifier": "own"},
                    {"model": "opus"},
                ],
            },
        ),
    ),
    "POST /v1/recommend/tiers": (
        (
            "support",
            "Customer support on three tiers, whose complaints are the longest",
            {
                "monthly_queries": 50_000,
                "single_model": "sonnet",
                "tiers": [
                    {
                        "name": "FAQ",
                        "share": "0.7",
                        "model": "haiku",
                        "usage": {"input_tokens": 500, "output_tokens": 150},
                    },
                    {
                        "name": "Troubleshooting",
                        "share": "0.2",
                        "model": "sonnet",
                        "usage": {"input_tokens": 1500, "output_tokens": 500},
                    },
                    {
                        "name": "Complaints",
                        "share": "0.1",
                        "model": "opus",
                        "usage": {"input_tokens": 3000, "output_tokens": 1000},
                    },
                ],
                "pricing_version": "lesson-2025",
            },
        ),
    ),
    "POST /v1/recommend/calibrate": (
        (
            "outcomes",
            "A hundred made-up outcomes, and what a typical call uses",
            {
                "usage": {"input_tokens": 800, "output_tokens": 200},
                "wanted_quality": "0.9",
                "rows": _outcomes(),
            },
        ),
    ),
}
