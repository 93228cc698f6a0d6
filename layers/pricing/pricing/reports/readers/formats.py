"""Records as tools write them, turned into Tariff's own by one table of formats.

A format says by which names it is recognised and where its parts are; few need more. What a line
yields are documents ``{timestamp, model, usage, ...}`` that ``records.read_record`` reads, so that
counts, tiers and terms have one reader. Lines of a tool's log that are not calls (prompts,
settings, summaries) yield nothing.

Sources: the tools' own documentation and source code of their log formats.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Document = Mapping[str, Any]
SourceFormat = Literal[
    "tariff",
    "claude_code",
    "claude_agent_sdk",
    "codex",
    "gemini_cli",
    "opencode",
    "litellm_spend_logs",
    "langfuse",
    "helicone",
    "openrouter_generation",
    "otel_genai",
    "otlp",
    "openai_usage_api",
    "anthropic_usage_api",
    "anthropic_stream",
    "bedrock_invocation_log",
]


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """Where a tool's record has its parts, each as paths of which the first that is there counts.

    ``marks`` are paths that must all be there. ``usage`` is a usage object; ``counts`` are counts
    that stand apart, by the name they have in the usage object that is made of them.
    """

    name: SourceFormat
    marks: tuple[str, ...]
    moment: tuple[str, ...]
    model: tuple[str, ...]
    request_id: tuple[str, ...] = ()
    usage: tuple[str, ...] = ()
    counts: Mapping[str, str] = field(default_factory=dict)
    usage_format: str | None = None
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_TEAM = {"team": ("team_id", "team", "user_id", "user")}
FORMATS: tuple[RecordFormat, ...] = (
    RecordFormat(
        name="litellm_spend_logs",
        marks=("startTime", "call_type"),
        moment=("startTime",),
        model=("model",),
        request_id=("request_id",),
        usage=("metadata.usage_object", "response.usage"),
        counts={
            "prompt_tokens": "prompt_tokens",
            "completion_tokens": "completion_tokens",
            "total_tokens": "total_tokens",
        },
        labels={"team": ("team_id", "team_alias"), "endpoint": ("call_type",)},
    ),
    RecordFormat(
        name="helicone",
        marks=("request_created_at",),
        moment=("request_created_at",),
        model=("response_model", "request_model", "model"),
        request_id=("request_id", "response_id"),
        counts={
            "prompt_tokens": "prompt_tokens",
            "completion_tokens": "completion_tokens",
            "total_tokens": "total_tokens",
            "prompt_cache_read_tokens": "prompt_cache_read_tokens",
            "prompt_cache_write_tokens": "prompt_cache_write_tokens",
            "costUSD": "costUSD",
        },
        usage_format="openai",
        labels={"team": ("request_user_id",)},
    ),
    RecordFormat(
        name="langfuse",
        marks=("startTime", "usageDetails"),
        moment=("startTime",),
        model=("model", "internalModelId"),
        request_id=("id",),
        counts={
            "input_tokens": "usageDetails.input",
            "output_tokens": "usageDetails.output",
            "cache_read_input_tokens": "usageDetails.input_cached_tokens",
            "cache_creation_input_tokens": "usageDetails.input_cache_creation",
        },
        usage_format="anthropic",
        labels=_TEAM,
    ),
    RecordFormat(
        name="langfuse",
        marks=("startTime", "usage.input", "usage.unit"),
        moment=("startTime",),
        model=("model",),
        request_id=("id",),
        counts={"input_tokens": "usage.input", "output_tokens": "usage.output"},
        usage_format="anthropic",
        labels=_TEAM,
    ),
    RecordFormat(
        name="openrouter_generation",
        marks=("native_tokens_prompt",),
        moment=("created_at",),
        model=("model",),
        request_id=("id",),
        counts={
            "prompt_tokens": "native_tokens_prompt",
            "completion_tokens": "native_tokens_completion",
            "reasoning_tokens": "native_tokens_reasoning",
            "cached_tokens": "native_tokens_cached",
            "cost": "total_cost",
        },
        usage_format="openai",
        labels={"team": ("app_id",)},
    ),
    RecordFormat(
        name="opencode",
        marks=("modelID", "tokens"),
        moment=("time.created",),
        model=("modelID",),
        request_id=("id",),
        counts={
            "input_tokens": "tokens.input",
            "output_tokens": "tokens.output",
            "cache_read_input_tokens": "tokens.cache.read",
            "cache_creation_input_tokens": "tokens.cache.write",
        },
        usage_format="anthropic",
        labels={"team": ("sessionID",)},
    ),
    RecordFormat(
        name="gemini_cli",
        marks=("tokens.input", "tokens.thoughts", "model"),
        moment=("timestamp",),
        model=("model",),
        request_id=("id",),
        counts={
            "promptTokenCount": "tokens.input",
            "candidatesTokenCount": "tokens.output",
            "cachedContentTokenCount": "tokens.cached",
            "thoughtsTokenCount": "tokens.thoughts",
            "toolUsePromptTokenCount": "tokens.tool",
            "totalTokenCount": "tokens.total",
        },
        usage_format="gemini",
    ),
    RecordFormat(
        name="otel_genai",
        marks=("attributes",),
        moment=("start_time", "startTime", "startTimeUnixNano", "timestamp", "time"),
        model=(
            "attributes.gen_ai.response.model",
            "attributes.gen_ai.request.model",
            "attributes.llm.model_name",
        ),
        request_id=("attributes.gen_ai.response.id", "spanId", "span_id", "context.span_id"),
        usage=("attributes",),
        usage_format="otel_genai",
        labels={"endpoint": ("name",)},
    ),
    RecordFormat(
        name="bedrock_invocation_log",
        marks=("schemaType", "modelId", "output.outputTokenCount"),
        moment=("timestamp",),
        model=("modelId",),
        request_id=("requestId",),
        counts={
            "inputTokens": "input.inputTokenCount",
            "outputTokens": "output.outputTokenCount",
            "cacheReadInputTokens": "input.cacheReadInputTokenCount",
            "cacheWriteInputTokens": "input.cacheWriteInputTokenCount",
        },
        usage_format="bedrock_converse",
        labels={"endpoint": ("operation",)},
    ),
)
#: Lines of a coding tool's log that are not calls, by their ``type``.
_NO_CALLS = frozenset(
    (
        *("user", "summary", "system", "file-history-snapshot", "progress", "queue-operation"),
        *("session_meta", "response_item", "compacted", "turn_context", "event_msg"),
        *("message_stop", "content_block_start", "content_block_delta", "content_block_stop"),
        *("ping", "thread.started", "turn.started", "item.started", "item.completed"),
    )
)
_USAGE_MARKS = ("gen_ai.usage.", "llm.token_count.")


class FormatReader:
    """Turns the lines of one file, in their order, into records.

    Some tools write a call in several lines: Codex names the model in the line of the turn, an
    Anthropic stream begins with the prompt's counts and ends with the answer's.
    """

    def __init__(self) -> None:
        self._model: str | None = None
        self._started: Document | None = None

    def read(self, document: Any) -> tuple[SourceFormat, list[Document]]:
        """The format of a line and the records in it, none for a line that is not a call."""
        if not isinstance(document, dict):
            return "tariff", [document]
        for special in (self._stream, self._codex, _claude_code, _otlp, _buckets, _agent_sdk):
            found = special(document)
            if found is not None:
                return found
        inner = document.get("data")
        body = inner if isinstance(inner, dict) and "usage" not in document else document
        for known in FORMATS:
            if all(_at(body, mark) is not None for mark in known.marks) and _has_usage(known, body):
                return known.name, [_record(known, body)]
        return "tariff", [_plain(document)]

    def _stream(self, document: Document) -> tuple[SourceFormat, list[Document]] | None:
        """An Anthropic stream: the counts of its start, and of its deltas, which are cumulative."""
        kind = document.get("type")
        if kind == "message_start" and isinstance(document.get("message"), dict):
            self._started = document
            return "anthropic_stream", [document]
        delta = document.get("usage")
        if kind != "message_delta" or not isinstance(delta, dict) or self._started is None:
            return None
        message = self._started["message"]
        merged = {**(message.get("usage") or {}), **delta}
        timed = {"timestamp": _first(self._started, ("timestamp",)) or document.get("timestamp")}
        whole = {**timed, "type": "message_start", "message": {**message, "usage": merged}}
        return "anthropic_stream", [whole]

    def _codex(self, document: Document) -> tuple[SourceFormat, list[Document]] | None:
        """A Codex rollout: ``last_token_usage`` of each turn, at the model of its context."""
        payload = document.get("payload")
        if not isinstance(payload, dict):
            return None
        if isinstance(payload.get("model"), str):
            self._model = payload["model"]
        usage = _at(payload, "info.last_token_usage")
        if payload.get("type") != "token_count" or not isinstance(usage, dict):
            return "codex", []
        return "codex", [
            {
                "timestamp": document.get("timestamp"),
                "model": self._model,
                "usage": usage,
                "usage_format": "openai_responses",
            }
        ]


def _claude_code(document: Document) -> tuple[SourceFormat, list[Document]] | None:
    """Claude Code: calls are the assistant's lines; rows of no model that used nothing are none."""
    if document.get("type") not in (*_NO_CALLS, "assistant") or "usage" in document:
        return None
    message = document.get("message")
    usage = message.get("usage") if isinstance(message, dict) else None
    if not isinstance(usage, dict):
        return ("claude_code", []) if document.get("type") in _NO_CALLS else None
    if isinstance(message, dict) and message.get("model") == "<synthetic>":
        return "claude_code", []
    request = document.get("requestId") or (message or {}).get("id")
    return "claude_code", [{**document, "request_id": request} if request else document]


def _otlp(document: Document) -> tuple[SourceFormat, list[Document]] | None:
    """OTLP JSON: spans in scopes in resources, whose attributes are lists of typed values."""
    resources = document.get("resourceSpans")
    if not isinstance(resources, list):
        return None
    known = next(one for one in FORMATS if one.name == "otel_genai")
    found = []
    for span in _inside(resources, "scopeSpans", "spans"):
        attributes = {
            one.get("key"): _value(one.get("value"))
            for one in span.get("attributes") or ()
            if isinstance(one, dict)
        }
        body = {**span, "attributes": attributes}
        if _has_usage(known, body):
            found.append(_record(known, body))
    return "otlp", found


def _inside(values: Any, *names: str) -> Iterator[Document]:
    """The objects of lists within lists."""
    for value in values if isinstance(values, list) else ():
        if not isinstance(value, dict):
            continue
        if names:
            yield from _inside(value.get(names[0]), *names[1:])
        else:
            yield value


def _value(value: Any) -> Any:
    """The value of an OTLP attribute; its integers are strings."""
    if not isinstance(value, dict):
        return value
    if "intValue" in value:
        text = str(value["intValue"])
        return int(text) if text.isdigit() else text
    return next(iter(value.values()), None)


def _buckets(document: Document) -> tuple[SourceFormat, list[Document]] | None:
    """Pages of OpenAI's and Anthropic's usage APIs: sums of many calls in a bucket of time."""
    data = document.get("data")
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        return None
    if not any("results" in one for one in data):
        return None
    found: list[Document] = []
    name: SourceFormat = "openai_usage_api"
    for bucket in data:
        moment = bucket.get("start_time") or bucket.get("starting_at")
        name = "anthropic_usage_api" if "starting_at" in bucket else name
        for result in _inside(bucket.get("results")):
            counts = {
                **{one: result[one] for one in _BUCKET_COUNTS if result.get(one) is not None},
                **({"input_tokens": result["uncached_input_tokens"]} if _anthropic(result) else {}),
            }
            found.append(
                {
                    "timestamp": moment,
                    "model": result.get("model"),
                    "usage": counts,
                    "usage_format": "anthropic" if _anthropic(result) else "openai_responses",
                    "calls": result.get("num_model_requests"),
                    "team": result.get("project_id") or result.get("workspace_id"),
                    "processing": "batch"
                    if result.get("batch") or result.get("service_tier") == "batch"
                    else None,
                }
            )
    return name, found


_BUCKET_COUNTS = (
    *("input_tokens", "output_tokens", "input_cached_tokens", "input_audio_tokens"),
    *("output_audio_tokens", "cache_read_input_tokens", "cache_creation", "server_tool_use"),
)


def _anthropic(result: Document) -> bool:
    return result.get("uncached_input_tokens") is not None


def _agent_sdk(document: Document) -> tuple[SourceFormat, list[Document]] | None:
    """A result of Claude's agent SDK: the sums of a session, by model."""
    models = document.get("modelUsage")
    if document.get("type") != "result" or not isinstance(models, dict):
        return None
    return "claude_agent_sdk", [
        {
            "timestamp": document.get("timestamp"),
            "model": model,
            "usage": usage,
            "usage_format": "bedrock_converse",
            "calls": document.get("num_turns") if len(models) == 1 else None,
        }
        for model, usage in models.items()
    ]


def _record(known: RecordFormat, body: Document) -> Document:
    usage = next((found for path in known.usage if (found := _at(body, path))), None)
    if not isinstance(usage, dict):
        usage = {name: _whole(_at(body, path)) for name, path in known.counts.items()}
        usage = {name: count for name, count in usage.items() if count is not None}
    found = {
        "timestamp": _first(body, known.moment),
        "model": _first(body, known.model),
        "request_id": _first(body, known.request_id),
        "usage": usage,
        "usage_format": known.usage_format,
        **{label: _first(body, paths) for label, paths in known.labels.items()},
    }
    return {name: value for name, value in found.items() if value is not None}


def _has_usage(known: RecordFormat, body: Document) -> bool:
    """Whether the body has counts: spans and rows without any are not calls of a model."""
    if known.name == "otel_genai":
        attributes = body.get("attributes")
        return isinstance(attributes, dict) and any(
            isinstance(name, str) and name.startswith(_USAGE_MARKS) for name in attributes
        )
    return True


def _plain(document: Document) -> Document:
    """A record in Tariff's own form, with the names that others give its parts."""
    if "usage" in document or "usageMetadata" in document:
        return document
    for name in ("usage_metadata", "token_usage", "usage_object"):
        if isinstance(document.get(name), dict):
            return {**document, "usage": document[name]}
    return document


def _whole(value: Any) -> Any:
    """Digits as the number that they are: CSV files and OTLP have no others."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _at(document: Any, path: str) -> Any:
    """The value at a dotted path; a name may itself have dots, as attributes do."""
    if not isinstance(document, dict):
        return None
    if path in document:
        return document[path]
    head, dot, rest = path.partition(".")
    while dot:
        if head in document:
            found = _at(document[head], rest)
            if found is not None:
                return found
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"
    return None


def _first(document: Document, paths: Sequence[str]) -> Any:
    return next((found for path in paths if (found := _at(document, path)) not in (None, "")), None)
