"""Formats of which a line holds several calls, or parts of one: usage pages, sessions, streams.

Each reader gives the records of a line, none for a line that is not a call, and None for a line of
another format.
"""

import re
from decimal import Decimal
from hashlib import sha256
from typing import Any

from pricing.reports.readers.provider_formats import PROVIDERS, SDKS
from pricing.reports.readers.record_format import (
    ID_SEPARATOR,
    UNIQUE_LENGTH,
    Document,
    Found,
    as_json,
    at,
    first,
    marked,
    objects,
    record_of,
    stated,
    whole,
)
from pricing.reports.readers.records import MAX_TEXT, MOMENTS
from pricing.reports.readers.unread import looks_like
from pricing.reports.source_formats import SourceFormat
from pricing.usage.sdk_results import OF_THE_TURN, lost_by_sums

#: The types of Claude Code's lines.
CLAUDE_CODE = ("assistant", "user", "summary", "system")


def claude_code(document: Document) -> list[Found] | None:
    """Claude Code: calls are the assistant's lines; rows of no model that used nothing are none.

    A line of progress holds one of an agent's, which the agent's own file has too.
    """
    inner = at(document, "data.message") if document.get("type") == "progress" else None
    if isinstance(inner, dict):
        names = ("sessionId", "cwd", "timestamp")
        shared = {name: document[name] for name in names if name in document}
        return claude_code({**shared, **inner})
    if document.get("type") not in CLAUDE_CODE or "usage" in document:
        return None
    message = document.get("message")
    usage = message.get("usage") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(usage, dict):
        return None if document.get("type") == "assistant" else []
    if message.get("model") == "<synthetic>":
        return []
    if "input_tokens" not in usage:
        return None
    labels = {"session": document.get("sessionId"), "project": document.get("cwd")}
    named = {"request_id": id_of_message(document, message.get("id")), **labels}
    return [Found("claude_code", {**document, **{key: one for key, one in named.items() if one}})]


def id_of_message(document: Document, message: Any) -> Any:
    """The ids of a message and of its request as one; ``merging`` tells which are one call.

    Some gateways give every message the same id and none to a request: then each line has its own.
    """
    request = document.get("requestId")
    if not isinstance(message, str) or not message:
        return request
    if not request and len(message) < UNIQUE_LENGTH:
        request = f"{document.get('sessionId')} {document.get('timestamp')}"
    joined = f"{message}{ID_SEPARATOR}{request or ''}"
    return joined if len(joined) <= MAX_TEXT else sha256(joined.encode()).hexdigest()


def buckets(document: Document) -> list[Found] | None:
    """Buckets of time of OpenAI's and Anthropic's usage APIs: sums of many calls."""
    results = document.get("results")
    if not isinstance(results, list):
        return None
    start = first(document, "start_time | starting_at")
    if start is None:
        return None
    name = "starting_at" if "starting_at" in document else "start_time"
    found = []
    for result in objects(results):
        body = {**result, name: start}
        known = next((one for one in PROVIDERS[:2] if marked(body, one.marks)), None)
        if known is None:
            found.append(Found("tariff", body, looks_like(result)))
            continue
        record = record_of(known, body)
        no_model = None if "model" in record else _NO_MODEL
        found.append(Found(known.name, record, no_model))
    return found


_NO_MODEL = "look like usage that is not grouped by model; export it with group_by=model"


def steps(document: Document) -> list[Found] | None:
    """A result of the Vercel AI SDK with several steps, each of which was a call."""
    steps = document.get("steps")
    if not isinstance(steps, list) or len(steps) < _SEVERAL:
        return None
    if document.keys().isdisjoint(("usage", "totalUsage")):
        return None
    known = next(one for one in SDKS if one.name == "vercel_ai")
    if not all(isinstance(step, dict) and marked(step, known.marks) for step in steps):
        return None
    return [Found("vercel_ai", record_of(known, step)) for step in steps]


_SEVERAL = 2


def agent_sdk(document: Document) -> list[Found] | None:
    """A result of Claude's agent SDK: the sums of a session, by model."""
    models = sums_by_model(document)
    if models is None:
        return None
    lost = lost_by_sums(document.get("usage"), models)
    more = {"lost_by_sums": lost} if lost else {}  # a name that no shape has, so that it is told
    turns = document.get("num_turns") if len(models) == 1 else None
    shared = {
        "session": document.get("session_id"),
        "timestamp": document.get("timestamp"),
        "usage_format": "bedrock_converse",
        **({"calls": turns} if turns else {"sums": True}),
    }
    return [
        Found(
            "claude_agent_sdk",
            {
                **stated(shared),
                "model": model,
                "usage": {**usage, **more} if isinstance(usage, dict) else usage,
            },
        )
        for model, usage in models.items()
    ]


def sums_by_model(document: Document) -> Document | None:
    """The sums by model in a result of the SDK in TypeScript or in Python."""
    if document.get("type") != "result" and "total_cost_usd" not in document:
        return None
    sent = (document.get(name) for name in ("modelUsage", "model_usage"))
    return next((models for models in sent if isinstance(models, dict)), None)


def grown(models: Document, before: Document, usage: Document) -> Document | None:
    """What was used since the result before, None where this one does not go on from there.

    A process that serves several turns repeats the sums of those before: of its models, while
    ``usage`` is that of the turn. So the sums have grown by the turn's usage at least.
    """
    since: dict[str, Any] = {}
    for model in {**before, **models}:
        new, old = _counts_of(models.get(model)), _counts_of(before.get(model))
        since[model] = {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}
    if any(count < 0 for counts in since.values() for count in counts.values()):
        return None
    for name, sent in OF_THE_TURN.items():
        used = usage.get(name)
        if type(used) is int and sum(counts.get(sent, 0) for counts in since.values()) < used:
            return None
    return {
        model: {**models[model], **counts}
        for model, counts in since.items()
        if any(counts.values())
    }


_COUNTS = (*OF_THE_TURN.values(), "webSearchRequests", "costUSD")


def _counts_of(usage: Any) -> dict[str, Any]:
    """The counts of a model's sums, its costs as they are written."""
    counts = usage if isinstance(usage, dict) else {}
    return {name: counts[name] for name in _COUNTS if isinstance(counts.get(name), int | Decimal)}


def ccusage(document: Document) -> list[Found] | None:
    """A row of ccusage's or CodexBar's JSON: the sums of a day or a session, by model.

    ccusage lists the models of Claude Code, and has those of Codex by their names.
    """
    listed, named = document.get("modelBreakdowns"), document.get("models")
    models: list[Document]
    if isinstance(named, dict) and "inputTokens" in document:
        models = [
            {"modelName": name, **one} for name, one in named.items() if isinstance(one, dict)
        ]
    elif isinstance(listed, list) and "modelsUsed" in document:
        models = list(objects(listed))
    else:
        return None
    if len(models) == 1:  # CodexBar has the counts in the row alone
        models = [{**document, **models[0]}]
    found = []
    for one in models:
        is_codex = "cachedInputTokens" in one
        names = _CODEX_SUMS if is_codex else _CLAUDE_SUMS
        usage = {name: one[sent] for name, sent in names.items() if one.get(sent) is not None}
        record = {
            "timestamp": first(document, "date | lastActivity | startTime"),
            "model": one.get("modelName"),
            "usage": usage,
            "usage_format": "openai_responses" if is_codex else "anthropic",
            "cost_usd": one.get("cost"),
            "session": document.get("sessionId"),
            "sums": True,
        }
        counted = "output_tokens" in usage
        found.append(Found("ccusage", record, None if counted else _NO_COUNTS))
    return found


_CLAUDE_SUMS = {
    "input_tokens": "inputTokens",
    "output_tokens": "outputTokens",
    "cache_creation_input_tokens": "cacheCreationTokens",
    "cache_read_input_tokens": "cacheReadTokens",
}
_CODEX_SUMS = {
    "input_tokens": "inputTokens",
    "output_tokens": "outputTokens",
    "cached_input_tokens": "cachedInputTokens",
}
_NO_COUNTS = "look like days of several models without counts by model; send the sessions' own logs"


def bedrock_stream(document: Document) -> list[Found] | None:
    """A streamed call in Bedrock's log: its events are a list in the output."""
    if document.get("schemaType") != "ModelInvocationLog":
        return None
    events = at(document, "output.outputBodyJson")
    if not isinstance(events, list):
        return None
    started = first(events, "message.usage")
    usage = first(events, "metadata.usage")
    if isinstance(started, dict):
        last = first(events, "usage")
        usage = {**started, **(last if isinstance(last, dict) else {})}
    if not isinstance(usage, dict):
        return None
    found = {
        "timestamp": document.get("timestamp"),
        "model": document.get("modelId"),
        "request_id": document.get("requestId"),
        "usage": usage,
        "usage_format": "anthropic" if isinstance(started, dict) else "bedrock_converse",
        "endpoint": document.get("operation"),
        "service_tier": first(events, "metadata.serviceTier.type"),
    }
    return [Found("bedrock_invocation_log", stated(found))]


def loki(document: Document) -> list[Document] | None:
    """The lines of a stream in an answer of Loki's, each with its labels or as the object it is."""
    labels, values = document.get("stream"), document.get("values")
    if not isinstance(labels, dict) or not isinstance(values, list):
        return None
    lines: list[Document] = []
    for moment, text, *_ in (one for one in values if isinstance(one, list) and len(one) > 1):
        inside = as_json(text) if isinstance(text, str) else None
        record = inside if isinstance(inside, dict) else {"attributes": labels}
        lines.append({"timestamp": moment, **record})
    return lines


def copilot(document: Document) -> list[Found] | None:
    """A session of GitHub Copilot's command line: the sums by model, in its last event."""
    models = at(document, "data.modelMetrics")
    if not isinstance(models, dict):
        is_event = "data" in document and str(document.get("type")).startswith(_COPILOT)
        return [] if is_event else None
    return [
        Found(
            "copilot_cli",
            {
                "timestamp": document.get("timestamp"),
                "model": model,
                "usage": {
                    "input_tokens": at(sums, "usage.inputTokens"),
                    "output_tokens": at(sums, "usage.outputTokens"),
                    "cache_read_input_tokens": at(sums, "usage.cacheReadTokens") or 0,
                    "cache_creation_input_tokens": at(sums, "usage.cacheWriteTokens") or 0,
                    "total_tokens": None,
                },
                "usage_format": "litellm",
                "calls": at(sums, "requests.count") or 1,
            },
        )
        for model, sums in models.items()
    ]


def by_models(document: Document) -> list[Found] | None:
    """Sums by model: of a program of DSPy, of LangChain's callback, of an agent of AutoGen's.

    AutoGen also sums up what its cache answered, which was not called.
    """
    for path in ("", *_BY_MODELS):
        held = at(document, path) if path else document
        models = held if isinstance(held, dict) else {}
        stated = {name: one for name, one in models.items() if isinstance(one, dict)}
        others = models.keys() - stated.keys() - ({"total_cost"} if path else set())
        if not stated or others or not all(map(_is_of_model, stated, stated.values())):
            continue
        outer = {} if not path else {name: document[name] for name in MOMENTS if name in document}
        name: SourceFormat = "langchain" if path.endswith("usage_metadata") else "dspy"
        return [
            Found(
                "autogen" if path in _AUTOGEN else name, {**outer, "model": model, **_sum_of(one)}
            )
            for model, one in stated.items()
        ]
    return None


_AUTOGEN = ("usage_excluding_cached_inference", "cost.usage_excluding_cached_inference")
_BY_MODELS = (*_AUTOGEN, "usage_metadata", "usage")
_MODELS_NAME = re.compile(r"[^/]+/.+|.*[a-z].*\d.*", re.ASCII)


def _sum_of(usage: Document) -> Document:
    wanted = "litellm" if "prompt_tokens" in usage else None
    return {"usage": usage, **({"usage_format": wanted} if wanted else {}), "sums": True}


def _is_of_model(name: str, usage: Document) -> bool:
    """Whether a member of an object is the usage of the model that names it."""
    chat, langchain = ("prompt_tokens", "completion_tokens"), ("input_tokens", "output_tokens")
    counted = {*chat} <= usage.keys() or {*langchain, "total_tokens"} <= usage.keys()
    return counted and "model" not in usage and _MODELS_NAME.fullmatch(name) is not None


def librechat(document: Document) -> list[Found] | None:
    """A transaction of LibreChat: the prompt or the answer of a call, as negative tokens."""
    kind, tokens = document.get("tokenType"), document.get("rawAmount")
    if kind not in ("prompt", "completion", "credits") or tokens is None:
        return None
    if kind == "credits":
        return []

    def spent(*names: str) -> Any:
        value = first(document, " | ".join((*names, "0")))
        if isinstance(value, str):
            return whole(value.removeprefix("-"))
        return -value if isinstance(value, int) and not isinstance(value, bool) else value

    usage = {"input_tokens": 0, "output_tokens": spent("rawAmount")}
    if kind == "prompt":
        usage = {
            "input_tokens": spent("inputTokens", "rawAmount"),
            "output_tokens": 0,
            "cache_read_input_tokens": spent("readTokens"),
            "cache_creation_input_tokens": spent("writeTokens"),
        }
    record = {
        "timestamp": first(document, "createdAt"),
        "model": document.get("model"),
        "usage": usage,
        "usage_format": "anthropic",
        "user": first(document, "user"),
        "session": document.get("conversationId"),
        # An answer alone does not tell how long its prompt was.
        "sums": kind == "completion",
    }
    return [Found("librechat", record)]


_COPILOT = ("assistant.", "user.", "tool.", "session.", "hook.", "subagent.")


def weave(document: Document) -> list[Found] | None:
    """A call of W&B Weave: its usage by model."""
    moment = document.get("started_at")
    if moment in (None, ""):
        return None
    models = at(document, "summary.usage")
    models = models if isinstance(models, dict) else None
    if models is None and "op_name" not in document:
        return None
    span = (str(document.get("trace_id")), str(document.get("id")))
    tier = first(document, "output.service_tier")
    shared = {"timestamp": moment, **({} if tier is None else {"service_tier": tier})}
    return [
        Found("weave", {**shared, "model": model, "usage": usage}, span=span)
        for model, usage in (models or {}).items()
        if isinstance(usage, dict)
    ]
