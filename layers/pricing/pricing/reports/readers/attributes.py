"""The attributes of a span or an event, by their dotted names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pricing.reports.readers.record_format import Document, Found, as_json, at, objects, whole
from pricing.usage.sdk_shapes import SPAN_PREFIX
from pricing.values import immutable


def attributes_of(document: Document) -> dict[str, Any]:
    """The attributes of a span or an event, wherever it has them; empty without any."""
    return flat(
        document.get("attributes")
        or _listed(document.get("tags"))
        or _held(document)
        or _columns_of(document)
    )


def in_resources(document: Document) -> list[Document] | None:
    """The spans or events of OTLP JSON, each with the attributes of its resource."""
    for outer, scopes, entries in _OTLP:
        resources = document.get(outer)
        if isinstance(resources, list):
            return [
                {"resource": flat(at(resource, "resource.attributes")), **entry}
                for resource in objects(resources)
                for entry in objects([resource], scopes, entries)
            ]
    return None


_OTLP = (
    ("resourceSpans", "scopeSpans", "spans"),
    ("batches", "scopeSpans", "spans"),
    ("resourceLogs", "scopeLogs", "logRecords"),
)


def in_transaction(document: Document) -> list[Document] | None:
    """The spans of a transaction of Sentry's, which is one itself."""
    trace, spans = at(document, "contexts.trace"), document.get("spans")
    if not isinstance(trace, dict) or not isinstance(spans, list):
        return None
    times = {name: document.get(name) for name in ("start_timestamp", "timestamp")}
    return list(objects([{**times, **trace}, *spans]))


def flat(value: Any) -> dict[str, Any]:
    """Attributes by their dotted names, from an object, nested or not, or from a list of pairs."""
    found: dict[str, Any] = {}
    if isinstance(value, list):
        for pair in objects(value):
            found[str(pair.get("key"))] = _value(pair.get("value"))
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, dict) and name.split(".")[0] in _NESTED:
                found |= {f"{name}.{more}": one for more, one in flat(inner).items()}
            else:
                found[name] = _value(inner) if isinstance(inner, str) else inner
    return found


_NESTED = frozenset(
    (
        *("gen_ai", "llm", "usage", "token_count", "prompt_details", "completion_details"),
        *("cache_read", "cache_creation", "request", "response", "ai", "inputTokenDetails"),
        *("cache_write", "reasoning", "text", "audio", "image", "video", "details"),
    )
)


def _listed(tags: Any) -> Any:
    """Jaeger's tags, a list of pairs; other tags are labels."""
    return tags if isinstance(tags, list) and all(isinstance(tag, dict) for tag in tags) else None


def _held(document: Document) -> Any:
    """The attributes of a span of generative AI, under the name that a store gives them."""
    for name in _HOLDERS:
        data = document.get(name)
        data = as_json(data) if isinstance(data, str) else data
        if isinstance(data, dict) and any(str(one).startswith(_NAMES) for one in data):
            return data
    return None


#: Of Sentry, ClickHouse, Azure Monitor and Google Cloud.
_NAMES = ("gen_ai.", "event.name")
_HOLDERS = ("data", "SpanAttributes", "customDimensions", "Properties", "labels")


def _columns_of(document: Document) -> dict[str, Any]:
    """The attributes of a table with a column for each, or of a line that has them at its top."""
    return {
        name.removeprefix(_COLUMN): value
        for name, value in document.items()
        if name.startswith((_COLUMN, "gen_ai.")) and value is not None
    }


_COLUMN = "attributes."


def is_event(document: Document, attributes: Document) -> bool:
    """Whether an object with attributes is an event of a log, and not a span."""
    return "timeUnixNano" in document or "event.name" in attributes


def is_empty_row(document: Document) -> bool:
    """Whether a row is a span of a table without attributes of generative AI."""
    return "SpanAttributes" in document or any(name.startswith(_COLUMN) for name in document)


def as_stored(document: Document) -> Document:
    """A span as it was, of one that Datadog, Elastic or Azure Monitor has put in another form."""
    custom = at(document, "attributes.custom")
    if isinstance(custom, dict):
        return {**document["attributes"], "attributes": custom}
    if labels := _labels_of_elastic(document):
        ids = {
            "traceId": at(document, "trace.id"),
            "spanId": at(document, "span.id") or at(document, "transaction.id"),
            "parentSpanId": at(document, "parent.id"),
        }
        return {"startTime": document.get("@timestamp"), **ids, "attributes": labels}
    return {**document, "spanId": document.get("id")} if "operation_Id" in document else document


def _labels_of_elastic(document: Document) -> dict[str, Any]:
    """The attributes of a span in Elastic APM, which writes underscores for points in names."""
    found: dict[str, Any] = {}
    for holder in ("labels", "numeric_labels"):
        held = document.get(holder) or at(document, f"{holder}.*")
        for name, value in held.items() if isinstance(held, dict) else ():
            if _UNDERSCORED.match(name):
                found[_UNDERSCORED.sub(_dotted, name)] = whole(str(value))
    return found


_UNDERSCORED = re.compile(r"(gen_ai)_(?:(usage|request|response|operation|conversation)_)?")


def _dotted(name: re.Match[str]) -> str:
    return f"{name[1]}.{name[2]}." if name[2] else f"{name[1]}."


def _value(value: Any) -> Any:
    """The value of an OTLP attribute, whose integers are strings; texts may be JSON's of MLflow."""
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    if not isinstance(value, dict):
        return value
    return whole(value["intValue"]) if "intValue" in value else next(iter(value.values()), None)


def with_providers_own(found: list[Found] | None, span: Document) -> list[Found] | None:
    """The calls of an AI SDK's span with the provider's own counts, which it has as a text.

    The SDK's counts are then named as in its results.
    """
    own = at(span, "attributes.ai.response.providerMetadata")
    own = as_json(own) if isinstance(own, str) else own
    if not found or not isinstance(own, dict):
        return found
    usage: dict[str, Any] = {}
    for name, value in span["attributes"].items():
        if name.startswith(SPAN_PREFIX):
            outer, _, inner = name.removeprefix(SPAN_PREFIX).partition(".")
            held = usage.setdefault(outer, {}) if inner else usage
            if isinstance(held, dict):
                held[inner or outer] = whole(value)
    more = {"usage": usage, "providerMetadata": own}
    return [replace(one, record={**one.record, **more}) for one in found]


def counts_tokens(name: str, value: Any) -> bool:
    """Whether an attribute counts tokens under a name that is not known."""
    name = name.lower()
    if name.endswith(("usage", "usage_details")):
        return isinstance(as_json(value) if isinstance(value, str) else value, dict)
    count = whole(value)
    return "token" in name and "max" not in name and type(count) is int and count > 0


@immutable
class InnerSpans:
    """Which span is within which."""

    parents: Mapping[tuple[str, str], tuple[str, str]]

    def around(self, calls: Iterator[tuple[str, str]]) -> set[tuple[str, str]]:
        """All spans around these, and the events that repeat these."""
        found: set[tuple[str, str]] = set()
        for call in calls:
            if not call[1].endswith(_EVENT):
                found.add(event_of(call))
            span = self.parents.get((call[0], call[1].removesuffix(_EVENT)))
            while span is not None and span not in found:
                found.add(span)
                span = self.parents.get(span)
        return found


_EVENT = " event"


def event_of(span: tuple[str, str]) -> tuple[str, str]:
    """The ids under which an event within a span is known, which may repeat the span's counts."""
    return (span[0], f"{span[1]}{_EVENT}")
