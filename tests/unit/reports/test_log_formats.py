"""Logs and exports as tools write them: each is recognised, and costs what its calls cost.

The files of ``tests/data/logs`` are made up, in the form in which each tool writes its records.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.reports.source_formats import SourceFormat
from tariff.template import ROOT
from tests.support.reports import outcomes_add_up, report_file
from tests.unit.reports.test_further_formats import TOOLS

LOGS = ROOT / "tests" / "data" / "logs"
#: A call of GPT-4o mini, at 0.15 and 0.6 USD per million tokens, cached input 0.075: 1,000 tokens
#: in and 100 out, of which 200 were read from the cache in the second.
#: 1000 x 0.15 + 100 x 0.6 = 210, and 800 x 0.15 + 200 x 0.075 + 100 x 0.6 = 195 millionths of a USD
MINI, MINI_CACHED = 210, 195
#: A call of Sonnet 4.6 at 3 and 15, 5-minute writes at 3.75 and reads at 0.3:
#: 100 x 3 + 50 x 15 + 10 x 3.75 + 1000 x 0.3 = 1387.5
SONNET = Decimal("1387.5")
#: Gemini 2.5 Flash at 0.3 and 2.5, cached 0.03, thoughts as output:
#: 600 x 0.3 + 400 x 0.03 + (40 + 10) x 2.5 = 317
FLASH = 317

#: File, format, millionths of a USD, calls, and lines that are not calls.
FILES: tuple[tuple[str, SourceFormat, Decimal | int, int, int], ...] = (
    ("aider.jsonl", "aider", MINI, 1, 1),
    ("anthropic_stream.sse", "anthropic_stream", SONNET, 1, 8),
    ("anthropic_usage.csv", "anthropic_usage_api", SONNET / 2, 1, 0),  # a batch: half price
    ("anthropic_usage.json", "anthropic_usage_api", SONNET, 1, 0),
    # 12400 x 3.3 + 40000 x 0.33 + 850 x 16.5 of Sonnet 4.6 in a US profile, 10% over the list
    ("bedrock_counts.jsonl", "bedrock_invocation_log", 68145, 1, 0),
    ("bedrock_streamed.jsonl", "bedrock_invocation_log", 2 * SONNET * Decimal("1.1"), 2, 0),
    ("braintrust.jsonl", "braintrust", MINI_CACHED, 1, 1),
    ("claude_code_telemetry.json", "claude_code_telemetry", SONNET, 1, 0),
    ("cline.json", "cline", SONNET, 1, 2),
    ("cloudflare_ai_gateway.json", "cloudflare_ai_gateway", MINI, 1, 0),
    ("continue.jsonl", "continue", MINI, 1, 0),
    # A session's two calls in one sum
    ("copilot_cli.jsonl", "copilot_cli", MINI_CACHED, 2, 1),
    ("cursor.csv", "cursor", SONNET + MINI, 2, 0),
    ("cursor_events.json", "cursor", SONNET, 1, 0),
    ("datadog.json", "datadog", MINI_CACHED, 1, 0),
    ("gemini_cli.json", "gemini_cli", FLASH, 1, 0),
    # 1000 x 0.3 + (40 + 10) x 2.5: the chunks' counts grow
    ("gemini_stream.sse", "gemini_response", 425, 1, 0),
    ("goose.json", "goose", MINI, 1, 0),
    ("helicone.csv", "helicone", MINI_CACHED, 1, 0),
    ("jaeger.json", "otel_genai", MINI, 1, 0),
    ("kong_ai_gateway.jsonl", "kong_ai_gateway", MINI, 1, 0),
    ("langchain.json", "langchain", MINI_CACHED, 1, 1),
    ("langfuse.csv", "langfuse", MINI_CACHED, 1, 0),
    ("langfuse.json", "langfuse", MINI_CACHED, 1, 0),
    ("langsmith.json", "langsmith", MINI_CACHED, 1, 0),
    ("litellm_spend_logs.csv", "litellm_spend_logs", MINI_CACHED, 1, 1),
    ("llm_cli.json", "llm_cli", MINI_CACHED, 1, 0),
    ("mlflow.json", "mlflow", MINI, 1, 0),
    ("new_relic.jsonl", "new_relic", MINI, 1, 0),
    ("openai_stream.sse", "openai_stream", MINI + MINI_CACHED, 2, 8),
    # GPT-5: 600 x 1.25 + 400 x 0.125 + 500 x 10 = 5800 in 5 calls; a batch of 2 at half of MINI
    ("openai_usage.csv", "openai_usage_api", 5800 + MINI // 2, 7, 0),
    ("openinference.jsonl", "openinference", MINI_CACHED, 1, 1),
    # GPT-4.1: 165 x 2 + 1536 x 0.5 + 9 x 8
    ("openrouter_activity.csv", "openrouter_activity", 1170, 1, 0),
    ("opik.json", "opik", MINI, 1, 0),
    ("otlp.json", "otlp", 2 * MINI, 2, 0),
    ("pi.jsonl", "pi", SONNET, 1, 2),
    ("portkey.jsonl", "portkey", MINI, 1, 0),
    ("posthog.jsonl", "posthog", MINI_CACHED + SONNET, 2, 1),
    ("tensorzero.jsonl", "tensorzero", MINI, 1, 0),
    ("vercel_ai.jsonl", "vercel_ai", MINI_CACHED + 2 * MINI, 3, 0),
    ("vercel_ai_spans.jsonl", "vercel_ai", MINI_CACHED, 1, 1),
    ("vertex_request_log.json", "vertex_request_log", 2 * FLASH, 2, 0),
    ("weave.json", "weave", MINI, 1, 1),
)


@pytest.mark.parametrize(("name", "wanted", "micro_usd", "calls", "not_calls"), FILES)
def test_a_file_of_a_tool_costs_what_its_calls_cost(
    tmp_path: Path,
    name: str,
    wanted: SourceFormat,
    micro_usd: Decimal | int,
    calls: int,
    not_calls: int,
) -> None:
    content = (LOGS / name).read_bytes()
    found = report_file(content, name.rpartition(".")[2], tmp_path / "read")
    assert found.totals.cost_usd == Decimal(micro_usd) / 1_000_000
    assert found.totals.calls == calls
    assert found.status == "priced"
    assert (found.records.rejected, found.records.not_calls) == (0, not_calls)
    assert set(found.formats) == {wanted}
    assert outcomes_add_up(found)
    forced = report_file(content, name.rpartition(".")[2], tmp_path / "forced", wanted)
    assert forced.totals == found.totals


def test_a_model_on_ones_own_server_is_not_priced_as_a_providers(tmp_path: Path) -> None:
    found = report_file((LOGS / "ollama.jsonl").read_bytes(), "jsonl", tmp_path / "read")
    assert (found.records.unpriced, set(found.formats)) == (1, {"ollama"})
    assert found.totals.cost_usd is None


def test_every_tool_of_the_table_has_a_file_or_a_test_of_its_own() -> None:
    further = {record["format"] for record in TOOLS.values()}
    elsewhere = {
        *further,
        *("tariff", "claude_code", "codex", "opencode", "openrouter_generation"),
        *("claude_agent_sdk", "anthropic_response", "openai_response", "openai_batch"),
        *("anthropic_batch", "vertex_batch", "bedrock_batch", "ollama"),
    }
    formats = SourceFormat.__args__  # type: ignore[attr-defined]
    assert elsewhere | {wanted for _, wanted, *_ in FILES} == set(formats)
    assert len(formats) >= 25


#: Other forms of the same: a call of MINI each.
AT = "2026-10-01T10:00:00Z"
OWN = {"model": "gpt-4o-mini", "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}
SPAN = {"traceId": "t", "startTime": AT}
COUNTS = {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}
FORMS: dict[str, list[dict[str, Any]]] = {
    "a line in Docker's log": [{"log": json.dumps(OWN) + "\n", "stream": "stdout", "time": AT}],
    "events of CloudWatch": [
        {"events": [{"timestamp": 1790848800000, "message": json.dumps(OWN), "eventId": "1"}]}
    ],
    "an entry of Google Cloud's log": [{"insertId": "1", "timestamp": AT, "jsonPayload": OWN}],
    "Langfuse's older usage": [
        {
            **SPAN,
            "type": "GENERATION",
            "model": "gpt-4o-mini",
            "usage": {"promptTokens": 1000, "completionTokens": 100},
        }
    ],
    "an export of OpenCode": [
        {
            "info": {"id": "s"},
            "messages": [
                {"info": {"sessionID": "s", "role": "user", "time": {"created": 1790848800000}}},
                {
                    "info": {
                        "role": "assistant",
                        "modelID": "gpt-4o-mini",
                        "time": {"created": 1790848800000},
                        "tokens": {"input": 1000, "output": 100, "reasoning": 0},
                    }
                },
            ],
        }
    ],
    "OpenRouter's activity by day": [
        {
            "data": [
                {
                    "date": "2026-10-01",
                    "model_permaslug": "openai/gpt-4o-mini",
                    "usage": 0.00021,
                    "requests": 1,
                    "prompt_tokens": 1000,
                    "completion_tokens": 100,
                }
            ]
        }
    ],
    "a row of Phoenix": [
        {
            "context.span_id": "1",
            "start_time": AT,
            "attributes.llm.model_name": "gpt-4o-mini",
            "attributes.llm.token_count.prompt": 1000,
            "attributes.llm.token_count.completion": 100,
        }
    ],
    "an agent without a model around its call": [
        {**SPAN, "spanId": "0", "attributes": COUNTS},
        {
            **SPAN,
            "spanId": "1",
            "parentSpanId": "0",
            "attributes": {"gen_ai.response.model": "gpt-4o-mini", **COUNTS},
        },
    ],
}


@pytest.mark.parametrize("form", FORMS)
def test_a_call_is_found_in_every_form_of_its_record(tmp_path: Path, form: str) -> None:
    content = "\n".join(json.dumps(line) for line in FORMS[form]).encode()
    found = report_file(content, "jsonl", tmp_path / "form")
    assert found.totals.cost_usd == Decimal(MINI) / 1_000_000
    assert (found.totals.calls, found.records.rejected) == (1, 0)
    assert outcomes_add_up(found)


# What is not read


def test_lines_in_no_format_are_one_line_of_the_answer(tmp_path: Path) -> None:
    trace = {"id": "t", "timestamp": "2026-10-01", "projectId": "p", "bookmarked": False}
    odd = {"colour": "red", "size": 4}
    lines = [json.dumps({**trace, "id": str(number)}) for number in range(1_200)]
    lines += [json.dumps(odd)]
    found = report_file("\n".join(lines).encode(), "jsonl", tmp_path / "odd")
    assert (found.status, found.totals.cost_usd) == ("unpriced", None)
    assert found.records.rejected == 1_201
    lacks = "missing: usage, model, timestamp"
    assert [(one.line, one.lines, one.reason) for one in found.rejected] == [
        (
            *(1, 1_200),
            "1,200 lines look like Langfuse traces, which are not read; export the observations",
        ),
        (*(1_201, 1), "1 line has no known usage: the fields seen are colour, size; " + lacks),
    ]
    assert found.warnings[0].code == "nothing_priced"
    assert found.warnings[0].message == ("Nothing was priced of 1,201 records: 1,201 rejected.")


def test_a_forced_format_refuses_records_of_another(tmp_path: Path) -> None:
    content = (LOGS / "helicone.csv").read_bytes()
    found = report_file(content, "csv", tmp_path / "wrong", "cursor")
    assert found.totals.cost_usd is None
    assert found.records.rejected == 1


def test_a_log_without_a_call_cost_nothing(tmp_path: Path) -> None:
    lines = [{"type": "user", "message": {"role": "user", "content": "x"}}, {"type": "summary"}]
    found = report_file("\n".join(map(json.dumps, lines)).encode(), "jsonl", tmp_path / "none")
    assert found.totals.cost_usd == 0
    assert (found.records.read, found.records.not_calls) == (0, 2)


# Sums of calls


def test_sums_of_unknown_number_have_bounds_and_a_stated_tier_decides(tmp_path: Path) -> None:
    # GPT-5.5 up to 272,000 tokens: 5 and 30; above: 10 and 45.
    # 1,000,000 x 5 + 10,000 x 30 = 5.3 USD, and 1,000,000 x 10 + 10,000 x 45 = 10.45 USD
    usage = {"input_tokens": 1_000_000, "output_tokens": 10_000, "total_tokens": 1_010_000}
    record = {"timestamp": "2026-10-01", "model": "gpt-5.5", "usage": usage, "calls": 10}

    def cost(number: int, **stated: Any) -> tuple[Decimal | None, Any]:
        line = json.dumps({**record, **stated}).encode()
        found = report_file(line, "jsonl", tmp_path / str(number))
        assert found.totals.calls == 10
        assert found.records.priced == 1
        return found.totals.cost_usd, found.summed

    low, high = Decimal("5.3"), Decimal("10.45")
    total, bounds = cost(1)
    assert (total, bounds.low_usd, bounds.high_usd, bounds.calls) == (low, low, high, 10)
    assert cost(2, max_prompt_tokens=272_000) == (low, None)
    total, bounds = cost(3, max_prompt_tokens=272_001)
    assert (total, bounds.high_usd) == (low, high)
    assert cost(4, tier="base") == (low, None)
    assert cost(5, tier="long_context") == (high, None)


# Lines of one call


def test_lines_that_were_priced_by_themselves_are_merged_in_the_same_way(tmp_path: Path) -> None:
    # A web search is priced with its call: 10 x 5 + 726 x 25 millionths of Opus 4.6, and 0.01 USD
    def line(output: int, searches: int) -> dict[str, Any]:
        iteration = {"type": "message", "input_tokens": 10, "output_tokens": output}
        usage = {
            "input_tokens": 10,
            "output_tokens": output,
            "iterations": [iteration],
            "server_tool_use": {"web_search_requests": searches},
        }
        return {
            "type": "assistant",
            "timestamp": "2026-04-12T10:31:43Z",
            "requestId": "req_1",
            "message": {"type": "message", "id": "m", "model": "claude-opus-4-6", "usage": usage},
        }

    lines = [line(3, 1), line(3, 1), line(726, 0)]
    found = report_file("\n".join(map(json.dumps, lines)).encode(), "jsonl", tmp_path / "merged")
    assert found.totals.cost_usd == Decimal("0.0282")
    assert (found.records.priced, found.records.merged) == (1, 2)
    found = report_file("\n".join(map(json.dumps, lines[:2])).encode(), "jsonl", tmp_path / "equal")
    assert (found.records.priced, found.records.duplicates) == (1, 1)


def test_lines_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    def line(model: str, output: int) -> dict[str, Any]:
        usage = {"input_tokens": 10, "output_tokens": output}
        return {"timestamp": "2026-10-01", "model": model, "request_id": "r", "usage": usage}

    lines = [line("claude-opus-4-6", 9), line("claude-sonnet-4-6", 4)]
    found = report_file("\n".join(map(json.dumps, lines)).encode(), "jsonl", tmp_path / "lines")
    messages = [one.message for one in found.warnings if one.code == "lines_contradict"]
    assert len(messages) == 2
    assert "count less than an earlier line" in messages[0]
    assert "name different models" in messages[1]
    assert found.totals.cost_usd == Decimal("0.000275")  # 10 x 5 + 9 x 25
