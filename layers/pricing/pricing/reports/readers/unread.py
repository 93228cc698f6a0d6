"""What a record looks like that is in no format: what it is known as, or its fields."""

from pricing.display import counted
from pricing.errors import is_plain_name
from pricing.reports.readers.record_format import Document, beginnings, marked
from pricing.reports.readers.records import MOMENTS
from pricing.usage.response import MODELS

_USAGE = "send an export with token counts"
#: What is known and has nothing that could be priced: its marks, its name, what to send instead.
_NOT_READ: tuple[tuple[str, str, str], ...] = (
    ("resourceMetrics", "OpenTelemetry metrics", "send spans or events"),
    ("custom_id, method, url, body", "requests of a batch", "send its results"),
    ("amount.value, amount.currency", "costs without token counts", _USAGE),
    ("line_item, amount", "costs without token counts", _USAGE),
    ("cost_usd, token_type", "costs without token counts", _USAGE),
    ("lineItem/UsageType", "an AWS cost report", "send the model invocation log"),
    ("line_item_usage_type", "an AWS cost report", "send the model invocation log"),
    ("BillingAccountId, ServiceName", "a FOCUS billing export", _USAGE),
    ("sku.description, cost", "a Google Cloud billing export", "send the request logs"),
    ("category=RequestResponse, operationName", "Azure diagnostic logs", _USAGE),
    ("MeterCategory", "an Azure cost export", _USAGE),
    ("bookmarked, projectId, timestamp", "Langfuse traces", "export the observations"),
    ("amount_value, amount_currency", "costs without token counts", _USAGE),
    ("sku, unit_type, net_amount", "GitHub Copilot requests without token counts", _USAGE),
    ("kind, data, version", "sessions of Kiro without token counts", _USAGE),
    ("data.resultData.runData", "n8n executions, which do not name the model", _USAGE),
    ("message_count, prompt_tokens", "Crush sessions without a model", "join the messages' model"),
    ("messages, model", "request bodies", "send the responses, or their usage"),
    ("messages", "chat messages, such as training examples", "send responses, or their usage"),
    ("contents", "request bodies", "send the responses, or their usage"),
)


_MARKED = [(tuple(marks.split(", ")), name, instead) for marks, name, instead in _NOT_READ]
_BEGINNINGS = beginnings(marks for marks, _, _ in _MARKED)


def known_kind(document: Document) -> str | None:
    """What is known of a record that has nothing that could be priced."""
    for marks, name, instead in () if _BEGINNINGS.isdisjoint(document) else _MARKED:
        if marked(document, marks):
            return f"look like {name}, which are not read; {instead}"
    return None


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
