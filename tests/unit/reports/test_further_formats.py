"""Records of further tools, in the form in which each writes them, and what is refused by name.

The records are made up: their fields are those that the tools document, or that public repositories
read of them.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from tariff.template import ROOT
from tests.support.reports import outcomes_add_up, report_file

#: By name: the kind of file and its content, and either the format, millionths of a USD, calls and
#: lines that are not calls, or what it is refused as. As in ``test_log_formats`` a call is one of
#: GPT-4o mini (210; 195 with cache), Sonnet 4.6 (1387.5) or Gemini 2.5 Flash (317).
RECORDS = {
    record["name"]: record
    for record in json.loads((ROOT / "tests" / "data" / "further_logs.json").read_bytes())
}
TOOLS = {name: record for name, record in RECORDS.items() if "format" in record}
REFUSED = {name: record for name, record in RECORDS.items() if "refused_as" in record}


def file_of(record: dict[str, Any]) -> bytes:
    kind, document = record["kind"], record["document"]
    if kind == "csv":
        return str(document).encode()
    lines = document if kind == "jsonl" else [document]
    return "\n".join(map(json.dumps, lines)).encode()


@pytest.mark.parametrize("name", TOOLS)
def test_a_record_of_a_tool_costs_what_its_calls_cost(tmp_path: Path, name: str) -> None:
    record = TOOLS[name]
    found = report_file(file_of(record), record["kind"], tmp_path / "read")
    assert found.totals.cost_usd == Decimal(record["micro_usd"]) / 1_000_000
    assert (found.totals.calls, found.records.not_calls) == (record["calls"], record["not_calls"])
    assert (found.records.rejected, found.records.partial) == (0, 0)
    assert set(found.formats) == {record["format"]}
    assert outcomes_add_up(found)


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_nothing_to_price_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    record = REFUSED[name]
    text = f"look like {record['refused_as']}, which are not read"
    if record["kind"] == "csv":
        with pytest.raises(InvalidRequest, match=f"has lines that {text}"):
            report_file(file_of(record), "csv", tmp_path / "read")
        return
    found = report_file(file_of(record), record["kind"], tmp_path / "read")
    assert found.totals.cost_usd is None
    assert text.removeprefix("look ") in found.rejected[0].reason


def test_tokens_of_unknown_meaning_make_a_droid_session_partial(tmp_path: Path) -> None:
    record = TOOLS["the settings of a Droid session"]
    used = {**record["document"]["tokenUsage"], "thinkingTokens": 34}
    thinking = {**record, "document": {**record["document"], "tokenUsage": used}}
    found = report_file(file_of(thinking), "json", tmp_path / "read")
    assert found.records.partial == 1
    assert found.totals.cost_usd == Decimal(record["micro_usd"]) / 1_000_000
    assert any("thinkingTokens" in warning.message for warning in found.warnings)


def test_counts_of_an_agents_tools_without_a_kind_make_a_run_of_flowise_partial(
    tmp_path: Path,
) -> None:
    record = TOOLS["an execution of Flowise"]
    text = json.dumps(record["document"]).replace(
        'tool_call_tokens\\": 0', 'tool_call_tokens\\": 7'
    )
    found = report_file(text.encode(), "json", tmp_path / "read")
    assert (found.records.priced, found.records.partial) == (1, 1)
    assert found.totals.cost_usd == Decimal(record["micro_usd"]) / 1_000_000
    assert any("tool_call_tokens" in warning.message for warning in found.warnings)


def test_an_estimate_of_n8n_is_not_usage(tmp_path: Path) -> None:
    text = json.dumps(TOOLS["executions of n8n"]["document"])
    found = report_file(
        text.replace('"tokenUsage"', '"tokenUsageEstimate"').encode(), "json", tmp_path / "read"
    )
    assert (found.records.rejected, found.totals.cost_usd) == (2, None)


def test_halves_of_a_call_are_joined_only_where_they_are_next_to_each_other(tmp_path: Path) -> None:
    # A prompt that was not answered costs 150 millionths, an answer without its prompt 60.
    prompt, answer = TOOLS["transactions of LibreChat"]["document"]
    again = [{**prompt, "_id": "3"}, {**answer, "_id": "4"}]
    alone = [{**prompt, "_id": "5", "conversationId": "d"}]
    alone += [{**answer, "_id": "6", "conversationId": "e"}]
    for order in (1, -1):
        lines = [prompt, *again, *alone][::order]
        content = "\n".join(map(json.dumps, lines)).encode()
        found = report_file(content, "jsonl", tmp_path / f"read{order}")
        assert (found.totals.calls, found.records.merged) == (4, 1)
        assert found.totals.cost_usd == Decimal(150 + 210 + 150 + 60) / 1_000_000
        assert [warning.code for warning in found.warnings] == []


def test_a_joined_call_is_in_the_tier_of_its_prompt(tmp_path: Path) -> None:
    # GPT-5.5 above 272,000 tokens: 10 and 45 USD; an answer alone has both bounds, 30 and 45.
    prompt, answer = TOOLS["transactions of LibreChat"]["document"]
    prompt, answer = ({**half, "model": "gpt-5.5"} for half in (prompt, answer))
    prompt["rawAmount"] = -300_000
    for lines in ([prompt, answer], [answer, prompt]):
        content = "\n".join(map(json.dumps, lines)).encode()
        found = report_file(content, "jsonl", tmp_path / lines[0]["tokenType"])
        assert found.totals.cost_usd == Decimal(300_000 * 10 + 100 * 45) / 1_000_000
        assert found.summed is None
    found = report_file(json.dumps(answer).encode(), "jsonl", tmp_path / "alone")
    assert (found.summed.low_usd, found.summed.high_usd) == (  # type: ignore[union-attr]
        Decimal("0.003"),
        Decimal("0.0045"),
    )


def test_messages_of_a_stream_that_was_cut_off_before_its_result_count(tmp_path: Path) -> None:
    lines = TOOLS["the stream of Claude Code's command"]["document"][:-1]
    found = report_file("\n".join(map(json.dumps, lines)).encode(), "jsonl", tmp_path / "read")
    # 100 x 3 + 2 x 15 + 10 x 3.75 + 1000 x 0.3 millionths
    assert found.totals.cost_usd == Decimal("0.0006675")


def test_a_span_that_counts_under_other_names_is_never_passed_over(tmp_path: Path) -> None:
    at: dict[str, Any] = {"traceId": "t", "startTime": "2026-10-01T10:00:00Z"}
    known = {"gen_ai.response.model": "gpt-4o-mini", "gen_ai.usage.input_tokens": 1000}
    model = {**at, "spanId": "m", "parentSpanId": "a"}
    model["attributes"] = {**known, "gen_ai.usage.output_tokens": 100}
    for number, attributes in enumerate(
        (
            {"usage": {"inputTokens": 1000, "outputTokens": 100}, "model": "gpt-4o-mini"},
            {"my.total_tokens": 1100},
            {"my.usage_details": '{"input": 1000}'},
        )
    ):
        other = {**at, "spanId": "a", "attributes": attributes}
        found = report_file(json.dumps(other).encode(), "json", tmp_path / f"alone{number}")
        assert (found.records.rejected, found.totals.cost_usd) == (1, None)
        lines = "\n".join(map(json.dumps, [other, model])).encode()
        found = report_file(lines, "jsonl", tmp_path / f"around{number}")
        assert (found.records.priced, found.records.merged) == (1, 1)
    for number, attributes in enumerate(
        ({"gen_ai.request.max_tokens": 5}, {"system.cpu.usage": 0.5}, {"my.tokens": 0})
    ):
        other = {**at, "spanId": "a", "attributes": attributes}
        found = report_file(json.dumps(other).encode(), "json", tmp_path / f"none{number}")
        assert found.records.not_calls == 1


def test_an_event_that_counts_under_other_names_is_never_passed_over(tmp_path: Path) -> None:
    counts = {"model": "gpt-4o-mini", "input_token_count": 1000, "output_token_count": 100}
    event = {"event.name": "a_tool.answer", **counts}
    line = {"timeUnixNano": "1790848800000000000", "attributes": event}
    found = report_file(json.dumps(line).encode(), "jsonl", tmp_path / "read")
    assert found.totals.cost_usd is None
    assert "events with counts of unknown names" in found.rejected[0].reason


@pytest.mark.parametrize("date", [20261001, "20261001", "2026-10-01"])
@pytest.mark.parametrize("lines", [1, 300])
def test_a_date_may_have_no_hyphens(tmp_path: Path, date: Any, lines: int) -> None:
    record = {"timestamp": date, "model": "gpt-4o-mini"}
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    content = json.dumps({**record, "usage": usage}) + "\n"
    found = report_file((content * lines).encode(), "jsonl", tmp_path / "json")
    header = "timestamp,model,prompt_tokens,completion_tokens\n"
    table = header + f"{date},gpt-4o-mini,1000,100\n" * lines
    in_table = report_file(table.encode(), "csv", tmp_path / "csv")
    for one in (found, in_table):
        assert str(one.totals.first_day) == "2026-10-01"
        assert one.totals.cost_usd == lines * Decimal("0.00021")


def test_a_table_with_other_columns_is_not_taken_for_cursors(tmp_path: Path) -> None:
    rows = "Date,API Key ID,Model,Input Tokens,Output Tokens\n2026-10-01,k,gpt-4o-mini,1000,100\n"
    found = report_file(rows.encode(), "csv", tmp_path / "read")
    assert found.formats == {"tariff": 1}
    assert found.totals.cost_usd == Decimal("0.00021")  # 1000 x 0.15 + 100 x 0.6 millionths
    others = rows.replace("Tokens", "Coins")
    with pytest.raises(InvalidRequest, match="its columns are Date, "):
        report_file(others.encode(), "csv", tmp_path / "others")


#: Rows of gateways with a count that no format names; 1,000 and 100 tokens of gpt-4o are 3500.
ROWS: dict[str, dict[str, Any]] = {
    "helicone": {
        "request_created_at": "2026-10-01T10:00:00Z",
        "response_model": "gpt-4o",
        "prompt_tokens": 1000,
        "completion_tokens": 100,
    },
    "cloudflare_ai_gateway": {
        "created_at": "2026-10-01T10:00:00Z",
        "model": "gpt-4o",
        "path": "p",
        "tokens_in": 1000,
        "tokens_out": 100,
    },
    "envoy_ai_gateway": {
        "start_time": "2026-10-01T10:00:00Z",
        "genai_model_name": "gpt-4o",
        "genai_tokens_input": 1000,
        "genai_tokens_output": 100,
    },
    "kong_ai_gateway": {
        "started_at": 1790848800000,
        "ai": {
            "proxy": {
                "usage": {"prompt_tokens": 1000, "completion_tokens": 100},
                "meta": {"response_model": "gpt-4o"},
            }
        },
    },
}


def with_count(row: dict[str, Any], name: str, count: int) -> dict[str, Any]:
    if "ai" not in row:
        return {**row, name: count}
    proxy = row["ai"]["proxy"]
    return {**row, "ai": {"proxy": {**proxy, "usage": {**proxy["usage"], name: count}}}}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("rows", [1, 300])
def test_a_count_in_a_column_that_no_format_names_is_never_passed_over(
    tmp_path: Path, name: str, rows: int
) -> None:
    sent = [
        with_count(ROWS[name], "hologram_tokens", 7 if number == 0 else 0) for number in range(rows)
    ]
    found = report_file("\n".join(map(json.dumps, sent)).encode(), "jsonl", tmp_path / "read")
    assert found.formats == {name: rows}
    assert (found.records.partial, found.records.priced) == (1, rows - 1)
    assert found.totals.cost_usd == Decimal(rows * 3500) / 1_000_000
    assert any("hologram_tokens (1 record)" in warning.message for warning in found.warnings)


def test_a_column_of_cached_tokens_is_read_under_any_name_of_them(tmp_path: Path) -> None:
    sent = with_count(ROWS["helicone"], "cache_read_input_tokens", 600)
    found = report_file(json.dumps(sent).encode(), "jsonl", tmp_path / "read")
    # 400 at 2.5, 600 at 1.25 and 100 at 10
    assert found.totals.cost_usd == Decimal(2750) / 1_000_000
    assert found.records.priced == 1


def test_a_report_says_how_records_were_read_as_an_estimate_does(tmp_path: Path) -> None:
    moment = {"timestamp": "2026-10-01T10:00:00Z"}
    converse = {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100}
    thoughts = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1400}
    refused: dict[str, Any] = {"type": "message", "model": "claude-sonnet-4-6"}
    refused |= {
        "stop_reason": "refusal",
        "content": [],
        "usage": {"input_tokens": 1000, "output_tokens": 0},
    }
    sent = [
        {
            **moment,
            "model": "openai.gpt-oss-120b-1:0",
            "usage": {**converse, "cacheReadInputTokens": 500},
        },
        *[{**moment, "model": "gemini-2.5-flash", "usage": thoughts}] * 2,
        {**moment, "response": refused},
    ]
    found = report_file("\n".join(map(json.dumps, sent)).encode(), "jsonl", tmp_path / "read")
    said = {warning.code: warning.message for warning in found.warnings}
    assert said["cache_inside_input"].startswith(
        "1 record whose input, in Bedrock's names, includes"
    )
    assert said["reasoning_outside_completion"].startswith("2 records with reasoning")
    assert said["refusal_not_billed"].startswith("1 record refused")


TEXTS = {
    "lines of vLLM's log, without the counts of each call": (
        "INFO 10-01 10:00:00 [logger.py:39] Received request chatcmpl-1: prompt: 'x'",
        'INFO:     127.0.0.1:5000 - "POST /v1/chat/completions HTTP/1.1" 200 OK',
    ),
    "lines of llama.cpp's log, without a model": (
        "prompt eval time =     123.45 ms /    12 tokens (   10.29 ms per token)",
        "      total time =    1357.95 ms /   112 tokens",
    ),
    "lines of Aider's chat history, whose counts are rounded": (
        "# aider chat started at 2026-10-01 10:00:00",
        "Sure, here is the test.",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_log_in_plain_text_is_refused_by_its_name_however_long_it_is(
    tmp_path: Path, name: str
) -> None:
    for times in (1, 200):
        content = "\n".join(TEXTS[name] * times).encode()
        found = report_file(content, "jsonl", tmp_path / str(times))
        (rejected,) = found.rejected
        start = f"{2 * times} lines look like {name}, which are not read; send "
        assert rejected.reason.startswith(start)
        assert (found.records.rejected, found.totals.cost_usd) == (2 * times, None)


def test_lines_of_unknown_text_are_rejected_as_what_they_are_not(tmp_path: Path) -> None:
    found = report_file(b"hello\nworld", "jsonl", tmp_path / "read")
    assert [one.reason for one in found.rejected] == [
        "The record is not valid JSON: Expecting value at column 1."
    ] * 2
