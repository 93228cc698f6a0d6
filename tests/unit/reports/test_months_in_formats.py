"""One generated month in several tools' formats: the same totals, to the last digit."""

import csv
import io
import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.support.reports import report_file


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
    wanted = report_file(
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
        found = report_file(content, name.rpartition(".")[2], tmp_path / name.replace(".", "_"))
        assert found.totals == wanted.totals, name
        assert found.records.priced == len(calls), name
        for group, of_wanted in zip(found.groups[:2], wanted.groups[:2], strict=True):
            costs = [(row.values, row.cost_usd) for row in group.rows]
            assert costs == [(row.values, row.cost_usd) for row in of_wanted.rows], name
