"""What a record looks like that is in no format: what it is known as, or its fields."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pricing.display import counted
from pricing.errors import is_plain_name
from pricing.reports.readers.record_format import Document, at, beginnings, marked, may_have
from pricing.reports.readers.records import COST_NAMES, MOMENTS
from pricing.usage.response import MODELS

_USAGE = "send an export with token counts"
_RECORDS = "send records of model, timestamp and usage"
_COPILOT = "send the spans of Copilot's OpenTelemetry"
_BEDROCK = "send the model invocation log"
_LOGS = "send the request logs"
_OF_API = "send the responses of the API, or their usage"
_UNITS = "estimate them by their units"
#: Records that have a kind of usage, but not what a price needs: their marks, their name, what to
#: send instead.
_LACKING: tuple[tuple[str, str, str], ...] = (
    *(
        (marks, "chat sessions of VS Code without the counts of each call", _COPILOT)
        for marks in ("requestId, response, variableData", "kind, v.requests", "kind, k, v")
    ),
    ("responseData.moduleType", "answers of FastGPT, whose steps have the counts", _RECORDS),
    ("sku.description, cost", "a Google Cloud billing export", _LOGS),
    ("type=turn.completed, usage", "events of `codex exec` without a model", "send the rollout"),
    (
        "method=thread/tokenUsage/updated, params",
        "events of `codex app-server` without a model",
        "send the rollout",
    ),
    ("sessionID, part.tokens", "events of `opencode run` without a model", "send its export"),
    (
        "served_entity_id, input_token_count",
        "rows of Databricks endpoints without a model",
        "send columns of model, request_time, input_tokens and output_tokens",
    ),
    ("raw, tasks_output, token_usage", "results of CrewAI without a model", _RECORDS),
    ("models_usage, source", "messages of AutoGen without a model", "send its LLMCall events"),
    ("message.payload.token_usage", "sessions of Kimi CLI without a model", _RECORDS),
    ("llm_metrics", "events of OpenHands with sums so far", "send output.jsonl or base_state.json"),
)
#: What is known and has nothing that could be priced.
_NOT_READ: tuple[tuple[str, str, str], ...] = (
    ("resourceMetrics", "OpenTelemetry metrics", "send spans or events"),
    ("custom_id, method, url, body", "requests of a batch", "send its results"),
    ("amount.value, amount.currency", "costs without token counts", _USAGE),
    ("line_item, amount", "costs without token counts", _USAGE),
    ("cost_usd, token_type", "costs without token counts", _USAGE),
    ("amount_value, amount_currency", "costs without token counts", _USAGE),
    ("wallet_type, cost", "costs without token counts", "send DeepSeek's file of amounts"),
    ("ResultsByTime", "AWS Cost Explorer's answers", _BEDROCK),
    ("lineItem/UsageType", "an AWS cost report", _BEDROCK),
    ("line_item_usage_type", "an AWS cost report", _BEDROCK),
    ("BillingAccountId, ServiceName", "a FOCUS billing export", _USAGE),
    ("category=RequestResponse, operationName", "Azure diagnostic logs", _USAGE),
    ("category, operationName, resourceId", "Azure diagnostic logs", _USAGE),
    ("Category, OperationName, ResourceProvider", "Azure diagnostic logs", _USAGE),
    *((marks, "an Azure cost export", _USAGE) for marks in ("MeterCategory", "UsageDate, Cost")),
    *(
        (f"{name}, Total costs($)", "a table of AWS Cost Explorer", _BEDROCK)
        for name in ("Service", "Usage type", "Linked account", "Usage type total")
    ),
    ("SKU description, Cost type | Usage amount", "a Google Cloud billing export", _LOGS),
    ("mapping, title", "conversations of ChatGPT without token counts", _OF_API),
    ("chat_messages, uuid", "conversations of Claude.ai without token counts", _OF_API),
    ("chats.messages", "chats of TypingMind without the counts of each call", _OF_API),
    ("chat-sessions | chat-sessions-list", "sessions of Chatbox without models' names", _RECORDS),
    ("bookmarked, projectId, timestamp", "Langfuse traces", "export the observations"),
    ("market_cost, request_count", "sums of all models", "add group_by=model"),
    ("TOKEN_CREDITS", "rows of Snowflake Cortex, billed in credits", _RECORDS),
    ("TOKENS_GRANULAR", "rows of Snowflake Cortex, billed in credits", _RECORDS),
    ("isTokenBasedCall, requestsCosts", "Cursor's requests without token counts", _USAGE),
    ("totalLinesAdded, chatRequests", "Cursor's days without token counts", "send usage events"),
    ("sku, unit_type, net_amount", "GitHub Copilot requests without token counts", _USAGE),
    ("kind, data, version", "sessions of Kiro without token counts", _USAGE),
    ("workflowId, startedAt, mode", "n8n executions without their data", "add includeData=true"),
    ("trace.orchestrationTrace", "traces of Bedrock agents without a model", _BEDROCK),
    ("info.model_stats.tokens_sent", "trajectories of SWE-agent without a model", _RECORDS),
    (
        "type=session_start, owner",
        "sessions of Droid without token counts",
        "send its .settings.json",
    ),
    ("accumulated_total_tokens", "sessions of Goose without a model", "send rows of its database"),
    ("message_count, prompt_tokens", "Crush sessions without a model", "join the messages' model"),
    ("modelInfo, metrics.tokens", "Cline's conversations", "send their ui_messages.json"),
    ("tokensIn, tokensOut, task", "tasks of Cline without a model", "send their ui_messages.json"),
    ("currency, amount", "costs without token counts", _USAGE),
    ("num_model_requests, images", "OpenAI's images without token counts", _UNITS),
    ("num_model_requests, seconds", "OpenAI's audio without token counts", _UNITS),
    ("num_model_requests, characters", "OpenAI's speech without token counts", _UNITS),
    ("num_sessions, object", "OpenAI's code interpreter sessions", _UNITS),
    ("usage_bytes, object", "OpenAI's vector stores", _UNITS),
    ("scopeMetrics", "OpenTelemetry metrics", "send spans or events"),
    ("type=metric, name", "OpenTelemetry metrics", "send spans or events"),
    (
        "Gateway, RequestBody",
        "Cloudflare's Logpush without token counts",
        "send its gateway's logs",
    ),
    ("Requests Used", "GitHub Copilot requests without token counts", _USAGE),
    ("copilot_ide_code_completions", "GitHub Copilot's metrics without token counts", _USAGE),
    ("totals_by_feature", "GitHub Copilot's metrics without token counts", _USAGE),
    ("type=step-finish, messageID", "steps of OpenCode's messages", "send its messages"),
    ("start_time_iso, end_time_iso", "days without usage", "export days with usage"),
    ("messages, model", "request bodies", "send the responses, or their usage"),
    ("messages", "chat messages, such as training examples", "send responses, or their usage"),
    ("contents", "request bodies", "send the responses, or their usage"),
)


def _not_read(name: str, instead: str) -> str:
    return f"look like {name}, which are not read; {instead}"


_MARKED = {
    tuple(marks.split(", ")): _not_read(name, instead)
    for marks, name, instead in (*_LACKING, *_NOT_READ)
}
_BEGINNINGS = beginnings(_MARKED)
_WITHOUT_COUNTS = tuple(_MARKED)[: len(_LACKING)]


def known_kind(document: Document) -> str | None:
    """What is known of a record that has nothing that could be priced."""
    if _BEGINNINGS.isdisjoint(document):
        return None
    return next((_MARKED[marks] for marks in _possible(document) if marked(document, marks)), None)


def _possible(document: Document) -> Sequence[tuple[str, ...]]:
    """The marks that an object with these names can have: most lines have the names of others."""
    names = hash(tuple(document))
    found = _POSSIBLE.get(names)
    if found is None:
        if len(_POSSIBLE) >= _MAX_POSSIBLE:
            _POSSIBLE.clear()
        found = [marks for marks in _MARKED if may_have(document, marks)]
        _POSSIBLE[names] = found
    return found


#: By a hash of the names, which is keyed.
_POSSIBLE: dict[int, Sequence[tuple[str, ...]]] = {}
_MAX_POSSIBLE = 1_000


#: Logs in plain text, by how some of their lines begin or what they have.
_TEXTS: tuple[tuple[str, str, str], ...] = (
    (
        r"(INFO|WARNING|ERROR|DEBUG) \d\d-\d\d \d\d:\d\d:\d\d .*(request|throughput|vllm|engine)",
        "lines of vLLM's log, without the counts of each call",
        "send the responses, or their usage",
    ),
    (
        r"(slot +\w+: |srv +\w+: |llama_\w+: |main: |\s*(prompt )?eval time =)",
        "lines of llama.cpp's log, without a model",
        "send the responses, or their usage",
    ),
    (
        r"(# aider chat started at |> Tokens: .* sent, .* received|> Aider v\d)",
        "lines of Aider's chat history, whose counts are rounded",
        "send the file that --analytics-log writes",
    ),
)
_TEXT_KINDS = [
    (re.compile(pattern, re.IGNORECASE), _not_read(name, instead))
    for pattern, name, instead in _TEXTS
]


def known_text(text: str) -> str | None:
    """What a line is of that is not JSON, where it is of a known log."""
    start = text[:500]
    return next((kind for pattern, kind in _TEXT_KINDS if pattern.match(start)), None)


def without_counts(document: Document) -> bool:
    """Whether a record has what looks like usage, and cannot be priced by it."""
    return not _BEGINNINGS.isdisjoint(document) and any(
        marked(document, marks) for marks in _WITHOUT_COUNTS
    )


def looks_like(document: Document) -> str:
    """What a record that is in no format looks like, or its fields and what it lacks."""
    if kind := known_kind(document):
        return kind
    if is_message(document):
        return _MARKED["messages",]
    lacks = [name for name, names in _NEEDED if not any(one in document for one in names)]
    shown = [name for name in document if is_plain_name(name)][:MAX_FIELDS]
    more = len(document) - len(shown)
    fields = [*shown, *([counted(more, "other field")] if more else [])]
    return (
        f"have no known usage: the fields seen are {', '.join(fields) or 'none'};"
        f" missing: {', '.join(lacks)}"
    )


MAX_FIELDS = 12
_NEEDED = (("usage", ()), ("model", MODELS), ("timestamp", MOMENTS))


def is_message(document: Document) -> bool:
    """Whether a record is a message of a chat."""
    return "role" in document and "content" in document


def _is_failed_in_batch(document: Document) -> bool:
    """Whether a line of a batch's results is one that failed, was cancelled or expired: no call."""
    if "custom_id" not in document:
        return False
    if at(document, "result.type") in ("errored", "canceled", "expired"):
        return True
    status = at(document, "response.status_code")
    failed = type(status) is int and status >= _FAILED
    return failed or (document.get("error") is not None and document.get("response") is None)


#: HTTP statuses of errors begin here.
_FAILED = 400


def is_no_call(document: Document) -> bool:
    """Whether a line of a log is not a call, by its type or by what it states, or has no values."""
    if document and all(value in (None, "") for value in document.values()):
        return True
    return is_no_call_by_type(document) or _is_of_session(document) or is_failed(document)


def is_no_call_by_type(document: Document) -> bool:
    """Whether its type, or a few of its members, show that a line of a log is not a call."""
    kind = document.get("type")
    if (isinstance(kind, str) and kind in _NO_CALLS) or _is_failed_in_batch(document):
        return True
    stated = {name for name, value in document.items() if value not in (None, "")}
    return "start_time_iso" in stated and stated <= _BUCKET


def _is_of_session(document: Document) -> bool:
    """Whether a line of a coding tool or a stream, of any type, counts nothing."""
    names = document.keys()
    is_line = any(few <= names for few in _OF_SESSIONS) and not _counts_tokens(document)
    return is_line or (bool(names) and names <= _CHANGES)


_OF_SESSIONS = (
    frozenset(("sessionId", "type")),
    frozenset(("sessionId", "projectHash")),
    frozenset(("timestamp", "type", "payload")),
    frozenset(("type", "id", "parentId", "timestamp")),
    frozenset(("id", "timestamp", "type", "content")),
    frozenset(("type", "error")),
)
#: Changes to what Gemini CLI has written of a session, which are lines of their own.
_CHANGES = frozenset(("$set", "$rewindTo"))


def is_failed(document: Document) -> bool:
    """Whether a record states that it failed, and no usage at all."""
    return states_failure(document) and not _counts_tokens(document)


def states_failure(document: Document) -> bool:
    """Whether a record of any tool states that the request failed."""
    if any(_is_failure(at(document, path)) for path in _STATUSES):
        return True
    if any(str(at(document, path)).lower() in ("false", "0") for path in _SUCCESSES):
        return True
    return any(str(at(document, path)).lower() not in _NO_ERROR for path in _ERRORS)


def _is_failure(status: Any) -> bool:
    """Whether a status, a word or an HTTP status, is that of a failure."""
    if isinstance(status, dict):  # of a span
        return str(status.get("code")).upper() in ("2", "ERROR", "STATUS_CODE_ERROR")
    text = str(status).lower()
    return text in _FAILURES or (text.isdigit() and _FAILED <= int(text) < _NO_STATUS)


def bills_nothing(record: Any) -> bool:
    """Whether a record counts nothing, and states no cost."""
    return isinstance(record, dict) and not any(
        map(_is_positive, (record.get("usage"), *map(record.get, COST_NAMES)))
    )


def _is_positive(value: Any) -> bool:
    """Whether a value is a number other than 0, or has one at any depth."""
    if isinstance(value, dict | list):
        return any(map(_is_positive, value.values() if isinstance(value, dict) else value))
    if isinstance(value, str):
        return re.search("[1-9]", value) is not None
    return isinstance(value, int | Decimal) and bool(value)


_NO_STATUS = 600
_FAILURES = ("error", "failed", "failure", "errored", "status_code_error")
#: Where tools state how a request ended. Names at the top are those of columns of tables, too.
FAILURE_COLUMNS = (
    *("status", "status_code", "statusCode", "response_status", "response_status_code"),
    *("http_status", "response_code", "level", "success", "is_success", "isSuccess"),
    *("IsRequestSuccess", "successful_requests", "error", "error_message", "errorCode"),
    *("error_code", "exception"),
)
_STATUSES = (
    *FAILURE_COLUMNS[:8],
    *("response.status", "metadata.status", "properties.$ai_http_status"),
    *("attributes.http.response.status_code", "attributes.http.status_code"),
)
_SUCCESSES = (*FAILURE_COLUMNS[8:13], "metrics.successful_requests")
_ERRORS = (
    *FAILURE_COLUMNS[13:],
    *("properties.$ai_is_error", "properties.$ai_error", "attributes.error.type"),
    "metadata.error_information.error_code",
)
_NO_ERROR = ("none", "", "null", "false", "0", "{}", "[]")


def _counts_tokens(value: Any) -> bool:
    """Whether any member, at any depth, has the name of counts or of usage, and a value."""
    if isinstance(value, list):
        return any(map(_counts_tokens, value))
    return isinstance(value, dict) and any(
        ((inner.isdigit() if isinstance(inner, str) else bool(inner)) and _OF_USAGE.search(name))
        or _counts_tokens(inner)
        for name, inner in value.items()
    )


_OF_USAGE = re.compile("token|usage", re.IGNORECASE)
#: Lines of a coding tool's log, and events of a stream, that are not calls, by their ``type``.
_NO_CALLS = frozenset(
    (
        *("user", "summary", "system", "file-history-snapshot", "progress", "queue-operation"),
        *("attachment", "last-prompt", "custom-title", "ai-title", "agent-name", "tag", "mode"),
        *("permission-mode", "pr-link", "marble-origami-commit", "session", "model_change"),
        *("thinking_level_change", "compaction", "branch_summary", "label", "custom", "gemini"),
        *("custom_message", "title_change", "mode_change", "session_info", "session_init"),
        *("reset_boundary", "credential_pin", "ttsr_injection", "child_usage_attributed"),
        *("session_meta", "response_item", "compacted", "turn_context", "event_msg", "info"),
        *("constructor", "human", "tool"),
        *("message_stop", "content_block_start", "content_block_delta", "content_block_stop"),
        *("request_recorded", "stats_snapshot", "stream_started"),
        *(
            "speculation-accept",
            "ping",
            "thread.started",
            "turn.started",
            "item.started",
            "item.completed",
        ),
    )
)
#: A row of an export with nothing else is a time in which nothing was called.
_BUCKET = frozenset(("start_time", "end_time", "start_time_iso", "end_time_iso"))
