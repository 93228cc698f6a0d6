"""Codex writes a record of each response next to its event: each response is one call.

GPT-5.1-Codex costs 1.25 USD per million tokens in, 0.125 for cached ones and 10 for tokens out,
and twice that as priority.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.reports.test_codex_forks import call, cost_of, counts, session

#: 2000 x 1.25 + 8000 x 0.125 + 500 x 10 = 8500, and 4000 x 1.25 + 8000 x 0.125 + 200 x 10 = 8000
FIRST, SECOND = counts(10_000, 8_000, 500), counts(12_000, 8_000, 200)
BOTH = counts(22_000, 16_000, 700)
EVENTS = (call(FIRST, FIRST), call(BOTH, SECOND))


def record(response: str, usage: dict[str, int], thread: str = "a", **more: Any) -> dict[str, Any]:
    payload = {"thread_id": thread, "session_id": thread, "turn_id": "t", "response_id": response}
    sums = {"turn_token_usage": counts(10**6, 0, 0), "thread_token_usage": counts(10**7, 0, 0)}
    return {
        "timestamp": "2026-09-08T09:00:10.000Z",
        "type": "token_usage_record",
        "payload": {**payload, "usage": usage, **sums, **more},
    }


RECORDS = (record("r1", FIRST), record("r2", SECOND))


def settings(tier: str | None) -> dict[str, Any]:
    chosen = {"type": "thread_settings_applied", "thread_settings": {"service_tier": tier}}
    return {"timestamp": "2026-09-08T09:00:05.000Z", "type": "event_msg", "payload": chosen}


@pytest.mark.parametrize(
    "lines",
    [
        (RECORDS[0], EVENTS[0], RECORDS[1], EVENTS[1]),
        (EVENTS[0], RECORDS[0], EVENTS[1], RECORDS[1]),
        (RECORDS[0], EVENTS[0], EVENTS[0], RECORDS[1], EVENTS[1], EVENTS[1]),
        RECORDS,
        EVENTS,
        # an older version wrote the first of them
        (EVENTS[0], RECORDS[1], EVENTS[1]),
        (RECORDS[0], EVENTS[0], EVENTS[1]),
    ],
)
def test_a_response_with_a_record_and_an_event_is_one_call(
    tmp_path: Path, lines: tuple[dict[str, Any], ...]
) -> None:
    assert cost_of(tmp_path, *session("a"), *lines) == (Decimal("0.0165"), 2)


def test_a_compaction_has_a_record_alone(tmp_path: Path) -> None:
    again = call(FIRST, counts(0, 0, 0) | {"total_tokens": 7})
    lines = (RECORDS[0], EVENTS[0], RECORDS[1], again)
    assert cost_of(tmp_path, *session("a"), *lines) == (Decimal("0.0165"), 2)


def test_responses_that_used_the_same_are_as_many_calls(tmp_path: Path) -> None:
    lines = (RECORDS[0], EVENTS[0], record("r3", FIRST), call(counts(20_000, 16_000, 1_000), FIRST))
    assert cost_of(tmp_path, *session("a"), *lines) == (Decimal("0.017"), 2)


def test_the_records_that_a_fork_repeats_are_calls_of_its_parent_alone(tmp_path: Path) -> None:
    parent = (*session("a"), RECORDS[0], EVENTS[0])
    fork = (*session("b", parent="a"), RECORDS[0], EVENTS[0], record("r2", SECOND, "b"), EVENTS[1])
    assert cost_of(tmp_path, *parent, *fork) == (Decimal("0.0165"), 2)


def test_other_lines_of_newer_versions_have_no_calls(tmp_path: Path) -> None:
    others = [
        {"timestamp": "2026-09-08T09:00:00Z", "type": kind, "payload": {"x": 1}}
        for kind in ("world_state", "inter_agent_communication_metadata")
    ]
    assert cost_of(tmp_path, *session("a"), *others, *EVENTS) == (Decimal("0.0165"), 2)


@pytest.mark.parametrize("calls", [RECORDS, EVENTS])
@pytest.mark.parametrize("word", ["priority", "fast"])
def test_the_tier_is_the_one_that_was_chosen_last(
    tmp_path: Path, word: str, calls: tuple[dict[str, Any], ...]
) -> None:
    # the first as priority, 2 x 8500, the second not, 8000
    lines = (*session("a"), settings(word), calls[0], settings(None), calls[1])
    assert cost_of(tmp_path, *lines) == (Decimal("0.025"), 2)


def test_the_tier_of_a_session_is_not_that_of_the_next(tmp_path: Path) -> None:
    lines = (*session("a"), settings("priority"), RECORDS[0], *session("b"), RECORDS[1])
    assert cost_of(tmp_path, *lines) == (Decimal("0.025"), 2)


def test_the_tier_of_a_turn_and_of_a_call_go_first(tmp_path: Path) -> None:
    turn = session("a")[1]
    turn = {**turn, "payload": {**turn["payload"], "service_tier": "priority"}}
    calls = (RECORDS[0], record("r2", SECOND, service_tier="default"))
    assert cost_of(tmp_path, *session("a"), turn, *calls) == (Decimal("0.025"), 2)
