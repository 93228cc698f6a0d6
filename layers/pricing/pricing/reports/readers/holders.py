"""Records that hold a provider's usage object, or its response: which format they are in."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pricing.errors import TariffError
from pricing.jsonio import value_at
from pricing.reports.readers.counted import Steps
from pricing.reports.readers.flat import flat_record
from pricing.reports.readers.record_format import Document, Found
from pricing.reports.readers.records import contradiction, is_own, layout_of, own_record
from pricing.reports.source_formats import SourceFormat
from pricing.usage.other_shapes import BODY_COUNTS
from pricing.usage.response import TIERS_AT, USAGES, is_batch_line
from pricing.usage.stated import COSTS

#: Parts of a response that show what its usage does not count.
NOT_COUNTED = frozenset(
    (
        *("serviceTier", "server_side_tool_usage", "meta", "x_groq", "performanceConfig"),
        *("providerMetadata", "experimental_providerMetadata", "request_counts", "steps"),
        *("modelUsage", "raw_usage", "web_search", "trace"),
    )
)
_STREAMED = ("message_start", "message_delta")
_GROUNDING = ("roundingMetadata", "rounding_metadata")
#: Lists of a response in which the use of a tool shows, by one of these texts in the line.
_TOOL_SIGNS: Mapping[str, tuple[str, ...]] = {
    "output": ("_call",),
    # Gemini's Interactions
    "outputs": ("google_",),
    "choices": ("executed_tools", "$web_search"),
    "candidates": _GROUNDING,
    "content": ('_call"', '"tool-call"'),
    "parts": ('"builtin-tool-call"',),
    "response": ('"body"',),
    "additional_kwargs": ("_call",),
    "response_metadata": (*_GROUNDING, "web_search_requests"),
}
#: The same in the records of SDKs, which also keep the provider's own counts.
SDK_SIGNS = ('_call"', "tool-call", "web_search", *_GROUNDING, "roviderMetadata", '"body"')
#: Where OpenAI says how often its own tools ran.
OWN_TOOLS = (
    ("tool_usage", "web_search", "num_requests"),
    ("tool_usage", "image_gen", "output_tokens"),
)
#: Counts of an AI SDK's and of LangChain's usage.
_OF_SDKS = frozenset(("inputTokens", "promptTokens", "input_token_details"))


def signs_in(body: Document, usage: Document, counts: Collection[str]) -> Iterator[str]:
    """The signs by which a line like this example shows the use of a tool."""
    is_claude = body.get("type") == "message"  # whose content has no other provider's tools
    for part, signs in _TOOL_SIGNS.items():
        if part in body and not (part == "content" and is_claude):
            yield from signs
    if "content" in body and "web_search" not in counts:
        yield "web_search_tool_result"
    if "content" in body and "code_execution" not in counts:
        yield 'code_execution"'
    if "usage_metadata" in body or not _OF_SDKS.isdisjoint(usage):
        yield from SDK_SIGNS


def costs_next_to(document: Document, container: Steps) -> Iterator[Steps]:
    """Where a response, or the record that it is in, may state its cost."""
    for inside in dict.fromkeys((container, ())):
        body = value_at(document, inside)
        for first, *inner in COSTS:
            held = body.get(first)
            if first in body and not (isinstance(held, dict) and {*inner} - held.keys()):
                yield (*inside, first, *inner)


def tiers_at(held: Mapping[str, Sequence[Steps]]) -> tuple[Steps, ...]:
    """Where a response may state its tier, of which ``held`` says where it has its members."""
    return tuple((*at, *inner) for name, *inner in TIERS_AT for at in held.get(name, ()))


def is_alone(document: Document, body: Document, *, is_tariffs: bool) -> bool:
    """Whether a line is read by itself, by what is next to its usage."""
    return (
        not NOT_COUNTED.isdisjoint(body)
        or document.get("type") in _STREAMED
        or not isinstance(document.get("usage_format", ""), str | None)
        or (is_tariffs and not isinstance(document.get("provider"), str | None))
    )


def with_usage(document: Document) -> Document:
    """A record in Tariff's own form, with the names that others give its parts."""
    if any(name in document for name in USAGES):
        return document
    for name in ("token_usage", "usage_object"):
        if isinstance(document.get(name), dict):
            return {**document, "usage": document[name]}
    if BODY_COUNTS.isdisjoint(document) or "results" in document:  # of which each counts a part
        return document
    return flat_record(document) or document


def layout(document: Document) -> Any:
    """Where the parts of a record are; "" where it states what no record can."""
    try:
        return layout_of(document)
    except TariffError:
        return ""


def name_of(document: Document) -> SourceFormat:
    """The format of a record that has a provider's usage object or response."""
    found = layout(document)
    container = found.container if found else ""
    names, kind = document.keys(), document.get("type")
    if container == "message" and kind == "message_start":
        return "anthropic_stream"
    if is_batch_line(names, container) or container in ("message", "output.outputBodyJson"):
        return HOLDERS[container]
    if container or "timestamp" in names:
        return "tariff"
    if kind == "message":
        return "anthropic_response"
    if "usageMetadata" in names or ("usage_metadata" in names and "model_version" in names):
        return "gemini_response"
    return "openai_response" if isinstance(document.get("object"), str) else "tariff"


def record_in(document: Document, name: SourceFormat | None = None) -> Found:
    """A record that has a provider's usage object or response, of the format that it is in."""
    name = name or name_of(document)
    return own_found(document) if name == "tariff" and is_own(document) else Found(name, document)


def own_found(document: Document) -> Found:
    """A record of Tariff's own form, with what people write in it."""
    record = own_record(document)
    return Found("tariff", record, contradiction(record))


HOLDERS: Mapping[str, SourceFormat] = {
    "message": "claude_code",
    "output.outputBodyJson": "bedrock_invocation_log",
    "response.body": "openai_batch",
    "result.message": "anthropic_batch",
    "response": "vertex_batch",
    "modelOutput": "bedrock_batch",
}
#: Formats whose lines hold a usage object that is read by column.
BY_COLUMN: frozenset[SourceFormat] = frozenset(
    (
        *("tariff", "claude_code", "anthropic_response", "openai_response", "gemini_response"),
        *("openai_batch", "anthropic_batch", "vertex_batch", "bedrock_invocation_log"),
    )
)
