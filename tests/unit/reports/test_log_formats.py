"""Logs and exports as tools write them: each is recognised, and costs what its calls cost.

The files of ``tests/data/logs`` are made up, in the form in which each tool writes its records.
"""

import csv
import gzip
import io
import json
import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pricing.errors import TariffError
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import opened, written
from pricing.reports.readers.formats import FormatReader
from pricing.reports.readers.records import read_record
from pricing.reports.report import ReportQuery, UsageReport
from pricing.reports.source_formats import ReadOptions, SourceFormat
from tariff.template import ROOT
from tests.support.reports import BOOK

LOGS = ROOT / "tests" / "data" / "logs"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
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
    ("ollama.jsonl", "ollama", MINI, 1, 0),
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


def report(
    content: bytes, kind: str, folder: Path, wanted: SourceFormat | None = None
) -> UsageReport:
    folder.mkdir(exist_ok=True)
    query = replace(ReportQuery(), options=ReadOptions(wanted, now=NOW))
    return report_usage(BOOK, written(content, kind, folder), query, folder)


def add_up(found: UsageReport) -> bool:
    fates = ("priced", "partial", "unpriced", "rejected", "duplicates", "merged", "filtered_out")
    return found.records.read == sum(int(getattr(found.records, fate)) for fate in fates)


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
    found = report(content, name.rpartition(".")[2], tmp_path / "read")
    assert found.totals.cost_usd == Decimal(micro_usd) / 1_000_000
    assert found.totals.calls == calls
    assert (found.records.rejected, found.records.not_calls) == (0, not_calls)
    assert set(found.formats) == {wanted}
    assert add_up(found)
    forced = report(content, name.rpartition(".")[2], tmp_path / "forced", wanted)
    assert forced.totals == found.totals


def test_every_tool_of_the_table_has_a_file_or_a_test_of_its_own() -> None:
    elsewhere = {
        *("tariff", "claude_code", "codex", "opencode", "openrouter_generation"),
        *("claude_agent_sdk", "anthropic_response", "openai_response", "openai_batch"),
        *("anthropic_batch", "vertex_batch", "bedrock_batch"),
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
    found = report(content, "jsonl", tmp_path / "form")
    assert found.totals.cost_usd == Decimal(MINI) / 1_000_000
    assert (found.totals.calls, found.records.rejected) == (1, 0)
    assert add_up(found)


# The same month in several formats


def calls_of_a_month(seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)  # noqa: S311 - a seeded test
    start = datetime(2026, 10, 1, tzinfo=UTC)
    calls = []
    for number in range(200):
        at = start + timedelta(seconds=chance.randrange(31 * 86_400))
        cached = chance.randrange(5_000)
        calls.append(
            {
                "id": f"r{number}",
                "at": at,
                "model": chance.choice(("gpt-4o", "gpt-4o-mini", "gpt-4.1")),
                "prompt": cached + chance.randrange(20_000),
                "cached": cached,
                "output": chance.randrange(3_000),
            }
        )
    return calls


def own(call: dict[str, Any]) -> dict[str, Any]:
    details = {"cached_tokens": call["cached"]}
    usage = {"prompt_tokens": call["prompt"], "completion_tokens": call["output"]}
    return {
        "timestamp": call["at"].isoformat(),
        "model": call["model"],
        "request_id": call["id"],
        "usage": {**usage, "prompt_tokens_details": details},
    }


def table(rows: Iterable[dict[str, Any]]) -> bytes:
    text, rows = io.StringIO(), list(rows)
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def litellm(call: dict[str, Any]) -> dict[str, Any]:
    return {
        "request_id": call["id"],
        "call_type": "acompletion",
        "startTime": call["at"].strftime("%Y-%m-%d %H:%M:%S"),
        "model": call["model"],
        "prompt_tokens": call["prompt"],
        "metadata": json.dumps({"usage_object": own(call)["usage"]}),
    }


def helicone(call: dict[str, Any]) -> dict[str, Any]:
    return {
        "request_id": call["id"],
        "request_created_at": call["at"].isoformat(),
        "response_model": call["model"],
        "prompt_tokens": call["prompt"],
        "completion_tokens": call["output"],
        "prompt_cache_read_tokens": call["cached"],
    }


def langfuse(call: dict[str, Any]) -> dict[str, Any]:
    fresh = call["prompt"] - call["cached"]
    counts = {"input": fresh, "input_cached_tokens": call["cached"], "output": call["output"]}
    return {
        "id": call["id"],
        "traceId": "t",
        "type": "GENERATION",
        "startTime": call["at"].isoformat(),
        "model": call["model"],
        "usageDetails": counts,
    }


def openrouter(call: dict[str, Any]) -> dict[str, Any]:
    return {
        "generation_id": call["id"],
        "created_at": call["at"].strftime("%Y-%m-%d %H:%M:%S"),
        "cost_total": "0.1",
        "tokens_prompt": call["prompt"],
        "tokens_completion": call["output"],
        "tokens_cached": call["cached"],
        "model_permaslug": f"openai/{call['model']}",
    }


def span(call: dict[str, Any]) -> dict[str, Any]:
    counts = {
        "input_tokens": call["prompt"],
        "output_tokens": call["output"],
        "cache_read.input_tokens": call["cached"],
    }
    attributes = [
        {"key": f"gen_ai.usage.{name}", "value": {"intValue": str(count)}}
        for name, count in counts.items()
    ]
    model = {"key": "gen_ai.response.model", "value": {"stringValue": call["model"]}}
    return {
        "traceId": "t",
        "spanId": call["id"],
        "startTimeUnixNano": str(int(call["at"].timestamp()) * 10**9),
        "attributes": [model, *attributes],
    }


def vercel(call: dict[str, Any]) -> dict[str, Any]:
    usage = {"inputTokens": call["prompt"], "outputTokens": call["output"]}
    return {
        "usage": {**usage, "cachedInputTokens": call["cached"]},
        "response": {
            "id": call["id"],
            "timestamp": call["at"].isoformat(),
            "modelId": call["model"],
        },
    }


def test_a_month_costs_the_same_in_every_format(tmp_path: Path) -> None:
    calls = calls_of_a_month(3)
    wanted = report(
        "\n".join(json.dumps(own(call)) for call in calls).encode(), "jsonl", tmp_path / "own"
    )
    assert wanted.totals.calls == len(calls)
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [span(call) for call in calls]}]}]}
    rows = json.dumps([litellm(call) for call in calls])
    (tmp_path / "rows.json").write_text(rows, encoding="utf-8")
    duckdb.sql(f"COPY (FROM '{tmp_path}/rows.json') TO '{tmp_path}/rows.parquet'")
    exports = {
        "litellm.csv": table(map(litellm, calls)),
        "litellm.parquet": (tmp_path / "rows.parquet").read_bytes(),
        "helicone.json": json.dumps([helicone(call) for call in calls], indent=1).encode(),
        "langfuse.json": json.dumps({"data": [langfuse(call) for call in calls]}).encode(),
        "openrouter.csv": table(map(openrouter, calls)),
        "otlp.json": json.dumps(spans, indent=2).encode(),
        "vercel.jsonl": "\n".join(json.dumps(vercel(call)) for call in calls).encode(),
    }
    for name, content in exports.items():
        found = report(content, name.rpartition(".")[2], tmp_path / name.replace(".", "_"))
        assert found.totals == wanted.totals, name
        assert found.records.priced == len(calls), name
        for group, of_wanted in zip(found.groups[:2], wanted.groups[:2], strict=True):
            costs = [(row.values, row.cost_usd) for row in group.rows]
            assert costs == [(row.values, row.cost_usd) for row in of_wanted.rows], name


# What is not read


def test_lines_in_no_format_are_one_line_of_the_answer(tmp_path: Path) -> None:
    trace = {"id": "t", "timestamp": "2026-10-01", "projectId": "p", "bookmarked": False}
    odd = {"colour": "red", "size": 4}
    lines = [json.dumps({**trace, "id": str(number)}) for number in range(1_200)]
    lines += [json.dumps(odd)]
    found = report("\n".join(lines).encode(), "jsonl", tmp_path / "odd")
    assert (found.status, found.totals.cost_usd) == ("unpriced", None)
    assert found.records.rejected == 1_201
    lacks = "missing: usage, model, timestamp"
    assert [(one.line, one.lines, one.reason) for one in found.rejected] == [
        (
            *(1, 1_200),
            "1,200 lines look like Langfuse traces, which are not read; export the observations",
        ),
        (
            *(1_201, 1),
            "1 line has no known usage: the fields seen are colour, size; " + lacks,
        ),
    ]
    assert found.warnings[0].code == "nothing_priced"
    assert found.warnings[0].message == ("Nothing was priced of 1,201 records: 1,201 rejected.")


def test_a_forced_format_refuses_records_of_another(tmp_path: Path) -> None:
    content = (LOGS / "helicone.csv").read_bytes()
    found = report(content, "csv", tmp_path / "wrong", "cursor")
    assert found.totals.cost_usd is None
    assert found.records.rejected == 1


def test_a_log_without_a_call_cost_nothing(tmp_path: Path) -> None:
    lines = [{"type": "user", "message": {"role": "user", "content": "x"}}, {"type": "summary"}]
    found = report("\n".join(map(json.dumps, lines)).encode(), "jsonl", tmp_path / "none")
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
        found = report(line, "jsonl", tmp_path / str(number))
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
    found = report("\n".join(map(json.dumps, lines)).encode(), "jsonl", tmp_path / "merged")
    assert found.totals.cost_usd == Decimal("0.0282")
    assert (found.records.priced, found.records.merged) == (1, 2)
    found = report("\n".join(map(json.dumps, lines[:2])).encode(), "jsonl", tmp_path / "equal")
    assert (found.records.priced, found.records.duplicates) == (1, 1)


def test_lines_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    def line(model: str, output: int) -> dict[str, Any]:
        usage = {"input_tokens": 10, "output_tokens": output}
        return {"timestamp": "2026-10-01", "model": model, "request_id": "r", "usage": usage}

    lines = [line("claude-opus-4-6", 9), line("claude-sonnet-4-6", 4)]
    found = report("\n".join(map(json.dumps, lines)).encode(), "jsonl", tmp_path / "lines")
    messages = [one.message for one in found.warnings if one.code == "lines_contradict"]
    assert len(messages) == 2
    assert "count less than an earlier line" in messages[0]
    assert "name different models" in messages[1]
    assert found.totals.cost_usd == Decimal("0.000275")  # 10 x 5 + 9 x 25


# Whatever the file


def test_every_record_of_a_mixed_and_broken_file_has_one_outcome(tmp_path: Path) -> None:
    lines = []
    for path in sorted(LOGS.iterdir()):
        if path.suffix in (".jsonl", ".sse"):
            lines += path.read_bytes().splitlines()
        elif path.suffix == ".json":
            lines.append(json.dumps(json.loads(path.read_bytes())).encode())
    chance = random.Random(5)  # noqa: S311 - a seeded test
    broken = (b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"[[[[", b'{"a":1,"a":2}', b"data:")
    for seed in range(3):
        chosen = [chance.choice(lines) for _ in range(200)]
        chosen = [line[: len(line) // 2] if chance.random() < 0.1 else line for line in chosen]
        chosen += [chance.choice(broken) for _ in range(40)]
        chance.shuffle(chosen)
        found = report(b"\n".join(chosen), "jsonl", tmp_path / str(seed))
        assert add_up(found)
        assert found.status == "partial"
        assert found.records.rejected > 0


ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, "", "x", "12", "{}", '{"a":1}', "["),
    *([], [[]], [1], [{}], {}, {"a": {}}, {"usage": {}}, "\ud800"),
)
NAMES = (
    *("type", "data", "usage", "attributes", "message", "payload", "steps", "results", "tags"),
    *("timestamp", "model", "response", "info", "spans", "object", "summary"),
)


def spoiled(document: Any, chance: random.Random) -> Any:
    """The document with a value somewhere in it replaced."""
    if isinstance(document, dict) and document and chance.random() < 0.9:
        name = chance.choice((chance.choice(list(document)), chance.choice(NAMES)))
        return {**document, name: spoiled(document.get(name), chance)}
    if isinstance(document, list) and document and chance.random() < 0.9:
        at = chance.randrange(len(document))
        return [*document[:at], spoiled(document[at], chance), *document[at + 1 :]]
    return chance.choice(ODD)


def test_no_value_of_any_record_stops_the_reader() -> None:
    documents = [json.loads(path.read_bytes()) for path in sorted(LOGS.glob("*.json"))]
    for path in sorted(LOGS.glob("*.jsonl")):
        documents += [json.loads(line) for line in path.read_bytes().splitlines()]
    chance = random.Random(9)  # noqa: S311 - a seeded test
    for _ in range(2_000):
        document = spoiled(chance.choice(documents), chance)
        for found in FormatReader(chance.choice((None, "cursor", "codex"))).read(document):
            with suppress(TariffError):
                read_record(found.record, NOW)


MEGABYTE = 1_000_000


@pytest.mark.parametrize("place", [0, 5, 10])
def test_a_line_that_is_too_long_is_rejected_and_loses_no_other(tmp_path: Path, place: int) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 100}
    call = {"timestamp": "2026-10-01", "model": "gpt-4o-mini", "usage": usage}
    lines = [json.dumps(call).encode() for _ in range(10)]
    sizes = [(int(16.1 * MEGABYTE), False), *([(int(15.9 * MEGABYTE), True)] if place == 5 else [])]
    for size, fits in sizes:
        long = json.dumps({**call, "note": "x" * size}).encode()
        content = b"\n".join([*lines[:place], long, *lines[place:]])
        found = report(content, "jsonl", tmp_path / f"{size}")
        assert found.totals.calls == 10 + fits
        if not fits:
            (rejected,) = found.rejected
            assert rejected.line == place + 1
            assert "the limit is 16 MB" in rejected.reason


def test_an_array_on_one_long_line_is_read_record_by_record(tmp_path: Path) -> None:
    usage = {"input_tokens": 1000, "output_tokens": 100}
    call = {"timestamp": "2026-10-01", "model": "gpt-4o-mini", "usage": usage, "note": "x" * 9_000}
    text = json.dumps([call] * 2_000)
    assert len(text) > 17 * MEGABYTE
    for name, content in (("array", text), ("object", f'{{"meta":{{}},"data":{text}}}')):
        found = report(content.encode(), "json", tmp_path / name)
        assert found.totals.cost_usd == Decimal("0.42")  # 2,000 x 210 millionths
    found = report(text[:-1000].encode(), "json", tmp_path / "cut")
    assert (found.records.priced, found.records.rejected) == (1_999, 1)


def test_a_large_cell_and_semicolons_are_read_and_a_repeated_column_is_refused(
    tmp_path: Path,
) -> None:
    head = "timestamp;model;input_tokens;output_tokens;note"
    rows = f"{head}\n2026-10-01;gpt-4o-mini;1000;100;{'x' * 3 * MEGABYTE}\n"
    assert report(rows.encode(), "csv", tmp_path / "cell").totals.calls == 1
    twice = (
        b"timestamp,model,input_tokens,input_tokens,output_tokens\n2026-10-01,gpt-4o-mini,1,2,3\n"
    )
    with pytest.raises(Exception, match="'input_tokens' twice"):
        report(twice, "csv", tmp_path / "twice")


def test_a_packed_file_is_unpacked_and_utf_16_is_refused(tmp_path: Path) -> None:
    content = gzip.compress((LOGS / "cursor.csv").read_bytes())
    path = tmp_path / "cursor.csv.gz"
    path.write_bytes(content)
    folder = tmp_path / "scratch"
    folder.mkdir()
    found = report_usage(BOOK, opened(path, path.name, folder), ReportQuery(), folder)
    assert found.totals.calls == 2
    assert report(content, "csv", tmp_path / "body").totals.calls == 2
    with pytest.raises(Exception, match="UTF-16"):
        report("[]".encode("utf-16"), "json", tmp_path / "utf16")
