"""Forks of Codex sessions begin with their parent's events, which are calls of the parent.

GPT-5.1-Codex costs 1.25 USD per million tokens in, 0.125 for cached ones and 10 for tokens out.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.reports import outcomes_add_up, report_file


def session(name: str, parent: str | None = None) -> list[dict[str, Any]]:
    meta = {"id": name, "cwd": "/x", **({"forked_from_id": parent} if parent else {})}
    turn = {"model": "gpt-5.1-codex"}
    at = "2026-09-08T09:00:00.000Z"
    return [
        {"timestamp": at, "type": "session_meta", "payload": meta},
        {"timestamp": at, "type": "turn_context", "payload": turn},
    ]


def counts(prompt: int, cached: int, answer: int) -> dict[str, int]:
    return {
        "input_tokens": prompt,
        "cached_input_tokens": cached,
        "output_tokens": answer,
        "reasoning_output_tokens": 0,
        "total_tokens": prompt + answer,
    }


def call(total: dict[str, int], last: dict[str, int]) -> dict[str, Any]:
    info = {"total_token_usage": total, "last_token_usage": last}
    return {
        "timestamp": "2026-09-08T09:00:10.000Z",
        "type": "event_msg",
        "payload": {"type": "token_count", "info": info},
    }


#: 2000 x 1.25 + 8000 x 0.125 + 500 x 10 = 8500, and 4000 x 1.25 + 8000 x 0.125 + 200 x 10 = 8000
FIRST = call(counts(10_000, 8_000, 500), counts(10_000, 8_000, 500))
SECOND = call(counts(22_000, 16_000, 700), counts(12_000, 8_000, 200))
#: another call of the fork that used as much as the first of the parent
AGAIN = call(counts(32_000, 24_000, 1_200), counts(10_000, 8_000, 500))


def cost_of(folder: Path, *lines: dict[str, Any]) -> tuple[Decimal | None, int]:
    text = "\n".join(map(json.dumps, lines))
    found = report_file(text.encode(), "jsonl", folder)
    assert outcomes_add_up(found)
    assert found.status == "priced"
    return found.totals.cost_usd, found.totals.calls


def test_the_events_that_a_fork_repeats_are_calls_of_its_parent_alone(tmp_path: Path) -> None:
    lines = (*session("a"), FIRST, *session("b", parent="a"), FIRST, SECOND, AGAIN)
    assert cost_of(tmp_path, *lines) == (Decimal("0.025"), 3)


def test_sessions_that_are_not_forks_may_use_the_same(tmp_path: Path) -> None:
    lines = (*session("a"), FIRST, *session("b"), FIRST)
    assert cost_of(tmp_path, *lines) == (Decimal("0.017"), 2)


def test_a_fork_without_its_parent_is_read_as_it_is(tmp_path: Path) -> None:
    assert cost_of(tmp_path, *session("b", parent="a"), FIRST, SECOND) == (Decimal("0.0165"), 2)


def test_what_a_fork_inherits_before_its_first_call_is_none(tmp_path: Path) -> None:
    inherited = call(counts(10**8, 10**8, 10**6), counts(0, 0, 0))
    lines = (session("b", parent="a")[0], inherited, *session("b", parent="a")[1:], FIRST)
    assert cost_of(tmp_path, *lines) == (Decimal("0.0085"), 1)
