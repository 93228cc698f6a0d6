"""A process of Claude's agent SDK restates the sums of its turns in the result of each.

Sonnet 4.6 costs 3 USD per million tokens in and 15 out, Haiku 4.5 1 and 5.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.reports import report_file
from tests.unit.reports.test_codex_forks import cost_of

#: 1000 x 3 + 100 x 15 = 4500
TURN = {"input_tokens": 1000, "output_tokens": 100, "cache_read_input_tokens": 0}


def sums(turns: int) -> dict[str, Any]:
    return {
        "inputTokens": 1000 * turns,
        "outputTokens": 100 * turns,
        "cacheReadInputTokens": 0,
        "webSearchRequests": 0,
        "costUSD": 0.0045 * turns,
        "contextWindow": 200000,
    }


#: 50 x 1 + 10 x 5 = 100
HELPER = {"claude-haiku-4-5": {"inputTokens": 50, "outputTokens": 10, "costUSD": 0.0001}}


def result(models: dict[str, Any], session: str = "s", name: str = "modelUsage") -> dict[str, Any]:
    return {
        "timestamp": "2026-09-08T09:00:10.000Z",
        "type": "result",
        "session_id": session,
        "num_turns": 1,
        "total_cost_usd": 1,
        "usage": TURN,
        name: models,
    }


def of_turns(turns: int, **more: Any) -> dict[str, Any]:
    return result({"claude-sonnet-4-6": sums(turns)}, **more)


@pytest.mark.parametrize("name", ["modelUsage", "model_usage"])
def test_what_earlier_turns_used_is_in_their_results_alone(tmp_path: Path, name: str) -> None:
    lines = [of_turns(turns, name=name) for turns in (1, 2, 3)]
    assert cost_of(tmp_path, *lines) == (Decimal("0.0135"), 3)


def test_a_model_that_a_turn_did_not_call_costs_once(tmp_path: Path) -> None:
    first = result({"claude-sonnet-4-6": sums(1), **HELPER})
    second = result({"claude-sonnet-4-6": sums(2), **HELPER})
    assert cost_of(tmp_path, first, second)[0] == Decimal("0.0091")


def test_a_session_that_another_process_resumed_has_sums_of_its_own(tmp_path: Path) -> None:
    assert cost_of(tmp_path, of_turns(1), of_turns(1)) == (Decimal("0.009"), 2)
    # 1500 x 3 + 150 x 15 = 6750, of which the turn used 1000 and 100: it is not 500 and 50 more
    larger = sums(1) | {"inputTokens": 1500, "outputTokens": 150, "costUSD": 0.00675}
    resumed = result({"claude-sonnet-4-6": larger})
    assert cost_of(tmp_path, of_turns(1), resumed) == (Decimal("0.01125"), 2)


def test_results_of_several_sessions_are_not_compared(tmp_path: Path) -> None:
    lines = (of_turns(1, session="a"), of_turns(2, session="b"))
    assert cost_of(tmp_path, *lines)[0] == Decimal("0.0135")


def test_counts_of_a_turn_that_no_models_sums_have_make_the_record_partial(tmp_path: Path) -> None:
    def found(models: dict[str, Any]) -> tuple[int, int, list[str]]:
        line = result(models) | {"usage": TURN | {"cache_read_input_tokens": 38912}}
        content = json.dumps(line).encode()
        report = report_file(content, "jsonl", tmp_path / str(len(models)))
        told = [one.message for one in report.warnings if one.code == "usage_field_unread"]
        return report.records.priced, report.records.partial, told

    lost = found({"claude-sonnet-4-6": sums(1)})
    assert lost[:2] == (0, 1)
    assert "usage.lost_by_sums.cache_read_input_tokens (1 record)" in lost[2][0]
    other = {"claude-haiku-4-5": {**sums(1), "cacheReadInputTokens": 38912}}
    assert found({"claude-sonnet-4-6": sums(1), **other}) == (2, 0, [])
