"""Requests that failed and were billed nothing are not calls, in every format that says so."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.readers.unread import states_failure
from tests.support.reports import outcomes_add_up, report_file

#: A call of GPT-4o mini, at 0.15 and 0.6 USD per million tokens: 1,000 x 0.15 + 100 x 0.6
MINI = Decimal("0.00021")
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100}
NOTHING = {"prompt_tokens": 0, "completion_tokens": 0}
TIME, MODEL = "2026-10-01T10:00:00Z", "gpt-4o-mini"
_HELICONE = {"request_created_at": TIME, "response_model": MODEL}
_POSTHOG = {"event": "$ai_generation", "timestamp": TIME, "distinct_id": "u"}
_SPAN = {"traceId": "t", "startTimeUnixNano": "1790848800000000000", "kind": 3}
_GATEWAY = {"created_at": TIME, "model": MODEL}


def _observed(tokens: tuple[int, int]) -> dict[str, Any]:
    attributes = {
        "gen_ai.response.model": MODEL,
        "gen_ai.usage.input_tokens": tokens[0],
        "gen_ai.usage.output_tokens": tokens[1],
    }
    return {**_SPAN, "spanId": str(tokens[0]), "attributes": attributes}


def _litellm(status: str, tokens: dict[str, int]) -> dict[str, Any]:
    return {
        "request_id": status, "call_type": "acompletion", "startTime": TIME, "model": MODEL,
        **tokens, "spend": 0, "status": status, "metadata": {"status": status},
    }  # fmt: skip


#: By format: a call, and a request that failed.
FORMATS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a row of LiteLLM": (_litellm("success", USAGE), _litellm("failure", NOTHING)),
    "a row of Helicone": (
        {**_HELICONE, **USAGE, "request_id": "a", "response_status": 200},
        {**_HELICONE, **NOTHING, "request_id": "b", "response_status": 429},
    ),
    "an event of PostHog": (
        {**_POSTHOG, "properties": {
            "$ai_model": MODEL, "$ai_input_tokens": 1000, "$ai_output_tokens": 100,
            "$ai_is_error": False,
        }},
        {**_POSTHOG, "properties": {
            "$ai_model": MODEL, "$ai_input_tokens": 0, "$ai_output_tokens": 0, "$ai_is_error": True,
        }},
    ),
    "a span": (
        {**_observed((1000, 100)), "status": {"code": 1}},
        {**_observed((0, 0)), "status": {"code": 2, "message": "overloaded"}},
    ),
    "a row of Cloudflare's gateway": (
        {**_GATEWAY, "id": "a", "tokens_in": 1000, "tokens_out": 100, "success": True},
        {**_GATEWAY, "id": "b", "tokens_in": 0, "tokens_out": 0, "success": False},
    ),
    "an observation of Langfuse": (
        {"id": "a", "startTime": TIME, "type": "GENERATION", "model": MODEL, "level": "DEFAULT",
         "usageDetails": {"input": 1000, "output": 100}},
        {"id": "b", "startTime": TIME, "type": "GENERATION", "model": MODEL, "level": "ERROR",
         "usageDetails": {"input": 0, "output": 0}},
    ),
    "a record of one's own": (
        {"timestamp": TIME, "model": MODEL, "usage": USAGE, "error": None},
        {"timestamp": TIME, "model": MODEL, "usage": NOTHING, "error": "overloaded"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_a_request_that_failed_is_not_a_call_however_many_lines_there_are(
    tmp_path: Path, name: str
) -> None:
    call, failed = FORMATS[name]
    for calls in (1, 150):
        lines = [
            {**line, **{key: f"{value}-{n}" for key, value in line.items() if key in _IDS}}
            for n in range(calls)
            for line in (call, failed)
        ]
        content = "\n".join(map(json.dumps, lines)).encode()
        found = report_file(content, "jsonl", tmp_path / str(calls))
        assert (found.totals.cost_usd, found.totals.calls) == (calls * MINI, calls)
        assert (found.records.not_calls, found.records.rejected) == (calls, 0)
        assert outcomes_add_up(found)


_IDS = ("request_id", "id", "spanId")


def test_a_row_of_a_table_that_failed_is_not_a_call(tmp_path: Path) -> None:
    table = "timestamp,model,prompt_tokens,completion_tokens,status\n"
    table += "2026-10-01,gpt-4o-mini,1000,100,200\n2026-10-01,gpt-4o-mini,0,0,500\n" * 150
    found = report_file(table.encode(), "csv", tmp_path / "rows")
    assert (found.totals.cost_usd, found.totals.calls) == (150 * MINI, 150)
    assert (found.records.not_calls, found.records.read_singly) == (150, 0)


def test_a_request_that_failed_after_it_was_billed_is_a_call(tmp_path: Path) -> None:
    failed = {"timestamp": TIME, "model": MODEL, "usage": USAGE, "status": "failed"}
    lines = "\n".join([json.dumps(failed)] * 300).encode()
    found = report_file(lines, "jsonl", tmp_path / "read")
    assert (found.totals.cost_usd, found.totals.calls) == (300 * MINI, 300)


def test_a_call_of_no_tokens_that_did_not_fail_is_a_call(tmp_path: Path) -> None:
    call = {"timestamp": TIME, "model": MODEL, "usage": NOTHING, "status": "ok", "success": True}
    found = report_file(json.dumps(call).encode(), "jsonl", tmp_path / "read")
    assert (found.totals.calls, found.records.not_calls) == (1, 0)


@pytest.mark.parametrize(
    ("record", "failed"),
    [
        ({"status": 200}, False), ({"status": "OK"}, False), ({"status": "cancelled"}, False),
        ({"status": 503}, True), ({"status_code": "429"}, True), ({"status": "FAILURE"}, True),
        ({"is_success": "False"}, True), ({"success": 1}, False), ({"error": {}}, False),
        ({"error": {"code": 400}}, True), ({"metrics": {"successful_requests": 0}}, True),
        ({"status": {"code": "STATUS_CODE_UNSET"}}, False), ({"status": {"code": "ERROR"}}, True),
    ],
)  # fmt: skip
def test_a_failure_has_a_status_a_flag_or_an_error(record: dict[str, Any], failed: bool) -> None:
    assert states_failure(record) is failed
