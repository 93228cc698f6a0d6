"""What a record looks like that is in no format: what it is known as, or its fields."""

from collections.abc import Sequence

from pricing.display import counted
from pricing.errors import is_plain_name
from pricing.reports.readers.record_format import Document, beginnings, marked, may_have
from pricing.reports.readers.records import MOMENTS
from pricing.usage.response import MODELS

_USAGE = "send an export with token counts"
_RECORDS = "send records of model, timestamp and usage"
_BEDROCK = "send the model invocation log"
#: Records that have a kind of usage, but not what a price needs: their marks, their name, what to
#: send instead.
_LACKING: tuple[tuple[str, str, str], ...] = (
    ("sku.description, cost", "a Google Cloud billing export", "send the request logs"),
    ("type=turn.completed, usage", "events of `codex exec` without a model", "send the rollout"),
    ("sessionID, part.tokens", "events of `opencode run` without a model", "send its export"),
    (
        "served_entity_id, input_token_count",
        "rows of Databricks endpoints without a model",
        "send columns of model, request_time, input_tokens and output_tokens",
    ),
    ("raw, tasks_output, token_usage", "results of CrewAI without a model", _RECORDS),
    ("models_usage, source", "messages of AutoGen without a model", "send its LLMCall events"),
    ("message.payload.token_usage", "sessions of Kimi without a model", _RECORDS),
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
    ("Category, OperationName, ResourceProvider", "Azure diagnostic logs", _USAGE),
    ("MeterCategory", "an Azure cost export", _USAGE),
    ("bookmarked, projectId, timestamp", "Langfuse traces", "export the observations"),
    ("market_cost, request_count", "sums of all models", "add group_by=model"),
    ("TOKEN_CREDITS", "rows of Snowflake Cortex, billed in credits", _RECORDS),
    ("TOKENS_GRANULAR", "rows of Snowflake Cortex, billed in credits", _RECORDS),
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
    ("tokensIn, tokensOut, task", "tasks of Cline without a model", "send their ui_messages.json"),
    ("currency, amount", "costs without token counts", _USAGE),
    ("start_time_iso, end_time_iso", "days without usage", "export days with usage"),
    ("messages, model", "request bodies", "send the responses, or their usage"),
    ("messages", "chat messages, such as training examples", "send responses, or their usage"),
    ("contents", "request bodies", "send the responses, or their usage"),
)


_MARKED = {
    tuple(marks.split(", ")): f"look like {name}, which are not read; {instead}"
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


def without_counts(document: Document) -> bool:
    """Whether a record has what looks like usage, and cannot be priced by it."""
    return not _BEGINNINGS.isdisjoint(document) and any(
        marked(document, marks) for marks in _WITHOUT_COUNTS
    )


def looks_like(document: Document) -> str:
    """What a record that is in no format looks like, or its fields and what it lacks."""
    if kind := known_kind(document):
        return kind
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
