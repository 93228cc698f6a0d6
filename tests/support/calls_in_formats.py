"""Calls of a generated month as several tools write them: they cost the same in every format."""

import csv
import io
import json
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

#: A call before it is written, or a record of one.
Call = dict[str, Any]
#: How many spans an exporter of OpenTelemetry sends together, by default.
BATCH = 512


def calls_of_a_month(seed: int, number_of_calls: int = 200, prefix: str = "r") -> list[Call]:
    """Return calls with the counts of OpenAI: cached tokens are part of the prompt."""
    chance = random.Random(seed)  # noqa: S311 - a seeded test
    start = datetime(2026, 10, 1, tzinfo=UTC)
    calls = []
    for number in range(number_of_calls):
        at = start + timedelta(seconds=chance.randrange(31 * 86_400))
        cached = chance.randrange(5_000)
        calls.append(
            {
                "id": f"{prefix}{number}",
                "at": at,
                "model": chance.choice(("gpt-4o", "gpt-4o-mini", "gpt-4.1")),
                "prompt": cached + chance.randrange(20_000),
                "cached": cached,
                "output": chance.randrange(3_000),
            }
        )
    return calls


def own(call: Call) -> Call:
    details = {"cached_tokens": call["cached"]}
    usage = {"prompt_tokens": call["prompt"], "completion_tokens": call["output"]}
    return {
        "timestamp": call["at"].isoformat(),
        "model": call["model"],
        "request_id": call["id"],
        "usage": {**usage, "prompt_tokens_details": details},
    }


def table(rows: Iterable[Call]) -> bytes:
    text, rows = io.StringIO(), list(rows)
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def litellm(call: Call) -> Call:
    return {
        "request_id": call["id"],
        "call_type": "acompletion",
        "startTime": call["at"].strftime("%Y-%m-%d %H:%M:%S"),
        "model": call["model"],
        "prompt_tokens": call["prompt"],
        "metadata": json.dumps({"usage_object": own(call)["usage"]}),
    }


def helicone(call: Call) -> Call:
    return {
        "request_id": call["id"],
        "request_created_at": call["at"].isoformat(),
        "response_model": call["model"],
        "prompt_tokens": call["prompt"],
        "completion_tokens": call["output"],
        "prompt_cache_read_tokens": call["cached"],
    }


def langfuse(call: Call) -> Call:
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


def openrouter(call: Call) -> Call:
    return {
        "generation_id": call["id"],
        "created_at": call["at"].strftime("%Y-%m-%d %H:%M:%S"),
        "cost_total": "0.1",
        "tokens_prompt": call["prompt"],
        "tokens_completion": call["output"],
        "tokens_cached": call["cached"],
        "model_permaslug": f"openai/{call['model']}",
    }


def span(call: Call) -> Call:
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


def vercel(call: Call) -> Call:
    usage = {"inputTokens": call["prompt"], "outputTokens": call["output"]}
    return {
        "usage": {**usage, "cachedInputTokens": call["cached"]},
        "response": {
            "id": call["id"],
            "timestamp": call["at"].isoformat(),
            "modelId": call["model"],
        },
    }


def completion(call: Call) -> Call:
    """A raw answer of OpenAI's chat completions."""
    found = own(call)
    return {
        "id": call["id"],
        "object": "chat.completion",
        "created": int(call["at"].timestamp()),
        "model": call["model"],
        "choices": [],
        "usage": found["usage"],
    }


def lines(write: Callable[[Call], Call], calls: Iterable[Call]) -> bytes:
    """Return calls as JSON Lines."""
    return "\n".join(json.dumps(write(call)) for call in calls).encode()


def exported(name: str, calls: Sequence[Call], folder: Path) -> bytes:
    """Return the file ``name``, one of ``EXPORTS``, of these calls; ``folder`` is scratch space."""
    if name == "otlp.json":
        batches = [calls[start : start + BATCH] for start in range(0, len(calls), BATCH)]
        spans = [{"scopeSpans": [{"spans": [span(call) for call in batch]}]} for batch in batches]
        return json.dumps({"resourceSpans": spans}, indent=2).encode()
    if name == "langfuse.json":
        return json.dumps({"data": [langfuse(call) for call in calls]}).encode()
    tool, _, kind = name.partition(".")
    write = _WRITERS[tool]
    if kind == "csv":
        return table(map(write, calls))
    if kind == "jsonl":
        return lines(write, calls)
    rows = json.dumps([write(call) for call in calls], indent=1)
    if kind == "json":
        return rows.encode()
    source, target = folder / "rows.json", folder / "rows.parquet"
    source.write_text(rows, encoding="utf-8")
    duckdb.sql(f"COPY (FROM '{source}') TO '{target}'")
    return target.read_bytes()


_WRITERS: dict[str, Callable[[Call], Call]] = {
    "completion": completion,
    "helicone": helicone,
    "litellm": litellm,
    "openrouter": openrouter,
    "vercel": vercel,
}
EXPORTS = (
    *("litellm.csv", "litellm.parquet", "litellm.jsonl", "helicone.json", "helicone.csv"),
    *("langfuse.json", "openrouter.csv", "otlp.json", "vercel.jsonl", "completion.jsonl"),
)
