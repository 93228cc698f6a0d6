"""Read a provider's whole response: its usage, model and service tier, and the tools it used.

Text is never read: of the items of an answer only their types, ids and counts are.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pricing.errors import InvalidRequest
from pricing.money import plain
from pricing.notices import Notice
from pricing.usage.buckets import StatedTerms, Usage
from pricing.usage.iterations import with_tools
from pricing.usage.meanings import UsageFormat
from pricing.usage.parsed import ParsedUsage
from pricing.usage.reader import read_usage
from pricing.usage.terms import UNSTATED, WORDS, TierWord
from pricing.usage.tools import BUCKETS, stated_tools, tool_usage, usage_of

MAX_MODEL_NAME = 128
#: Where the response is inside of what wraps it: events of a stream, lines of a batch's results.
WRAPPERS = (
    ("response", "body"),
    ("result", "message"),
    ("modelOutput",),
    ("response",),
    ("message",),
    ("data",),
)
USAGES = (
    "usage",
    "usageMetadata",
    "usage_metadata",
    "usage_info",
    "amazon-bedrock-invocationMetrics",
)
MODELS = ("model", "modelVersion", "model_version", "modelId", "model_id", "model_name")
_TIERS = ("service_tier", "serviceTier")


@dataclass(frozen=True, slots=True)
class ReadResponse:
    """What a response says. ``model`` is the one that served, and ``model_at`` where it is named.

    ``batch`` is set where the form of what wraps the response is that of a batch's results.
    """

    usage: ParsedUsage
    model: str | None
    model_at: str
    batch: bool


def read_response(
    response: Any, usage_format: UsageFormat | None, pointer: str = "/response"
) -> ReadResponse:
    """What a raw response says was used; a refusal before any output used nothing that is billed.

    Raises InvalidRequest, with pointers below ``pointer``, for a response without usage.
    """
    if not isinstance(response, dict):
        raise InvalidRequest.at(pointer, "must be an object: the provider's whole response")
    body, here, batch = unwrapped(response, pointer)
    raw, usage_at = _usage(body, here)
    kind = next(
        (body[name] for name in ("type", "object") if isinstance(body.get(name), str)), None
    )
    parsed = read_usage(raw, usage_format, usage_at, kind)
    parsed = _with_tier(parsed, body, here)
    model, model_at = _model(body, here)
    parsed = _with_tools(parsed, tool_usage(body, model or ""))
    answered = any(one.usage.output_tokens for one in parsed.attempts if one.serving)
    # A refusal before any output has no content, though a token or a few may be counted for it.
    if body.get("stop_reason") == "refusal" and not (body.get("content", True) and answered):
        message = "A refusal before any output is not billed, though its usage shows tokens."
        notice = Notice("refusal_not_billed", message)
        parsed = replace(parsed.refused(), notices=(*parsed.notices, notice))
    return ReadResponse(parsed, model, model_at, batch)


def unwrapped(response: Mapping[str, Any], pointer: str) -> tuple[Mapping[str, Any], str, bool]:
    """The response inside of a stream's event or a batch's line; its pointer; if it is batch."""
    if any(isinstance(response.get(name), dict) for name in USAGES):
        return response, pointer, False
    for path in WRAPPERS:
        body: Any = response
        for name in path:
            body = body.get(name) if isinstance(body, dict) else None
        if isinstance(body, dict) and _has_usage(body):
            batch = is_batch_line(response.keys(), ".".join(path))
            return body, f"{pointer}/{'/'.join(path)}", batch
    return response, pointer, False


def is_batch_line(names: Collection[str], container: str) -> bool:
    """Whether a line has the form of a batch result of OpenAI, Anthropic, Vertex or Bedrock.

    ``names`` are those at the top of the line, ``container`` the dotted path to the response.
    """
    if container in ("response.body", "result.message"):
        return "custom_id" in names
    if container == "response":
        return "request" in names and ("status" in names or "processed_time" in names)
    return container == "modelOutput"


def holds_usage(response: Any) -> bool:
    """Whether this is a response, or wraps one, in which ``read_response`` looks for usage."""
    return isinstance(response, dict) and _has_usage(unwrapped(response, "")[0])


def _has_usage(body: Mapping[str, Any]) -> bool:
    return any(name in body for name in USAGES) or "meta" in body or "x_groq" in body


def _usage(body: Mapping[str, Any], pointer: str) -> tuple[Any, str]:
    """The usage of a response, and where it is."""
    for name in USAGES:
        if body.get(name) is not None:
            return body[name], f"{pointer}/{name}"
    meta, groq = body.get("meta"), body.get("x_groq")
    if isinstance(meta, dict) and isinstance(meta.get("billed_units"), dict):
        return meta, f"{pointer}/meta"
    if isinstance(groq, dict) and groq.get("usage") is not None:
        return groq["usage"], f"{pointer}/x_groq/usage"
    name = "usageMetadata" if "modelVersion" in body or "candidates" in body else "usage"
    if name in body:
        detail = "is null: nothing was used, so there is nothing to price"
        raise InvalidRequest.at(f"{pointer}/{name}", detail)
    raise InvalidRequest.at(f"{pointer}/{name}", "is required: what was used is priced")


def _model(body: Mapping[str, Any], pointer: str) -> tuple[str | None, str]:
    """The model that the response names, and where."""
    metadata = body.get("response_metadata")
    inner = metadata if isinstance(metadata, dict) else {}
    for holder, here in ((body, pointer), (inner, f"{pointer}/response_metadata")):
        for name in MODELS:
            value = holder.get(name)
            if value is None:
                continue
            if not isinstance(value, str) or not 0 < len(value) <= MAX_MODEL_NAME:
                detail = f"must be a string of 1 to {MAX_MODEL_NAME} characters"
                raise InvalidRequest.at(f"{here}/{name}", detail)
            return value, f"{here}/{name}"
    return None, f"{pointer}/model"


def _with_tier(parsed: ParsedUsage, body: Mapping[str, Any], pointer: str) -> ParsedUsage:
    """The usage with the tier that stands next to it; what the usage itself says goes first."""
    if parsed.open.tier is not None:
        return parsed
    for name in _TIERS:
        value, here = body.get(name), f"{pointer}/{name}"
        if isinstance(value, dict):  # Bedrock Converse: {"type": "flex"}
            value, here = value.get("type"), f"{here}/type"
        if value is None:
            continue
        if not isinstance(value, str):
            raise InvalidRequest.at(here, f"must be a word: {', '.join(sorted(WORDS))}")
        served = replace(parsed.served, processing=WORDS.get(value, UNSTATED).processing)
        asked = replace(parsed.open, tier=TierWord(value, here))
        return replace(parsed, served=served, open=asked)
    return parsed


def terms_served(
    parsed: ParsedUsage, requested: StatedTerms, *, batch: bool = False
) -> StatedTerms:
    """The terms that a response states, for a call of which the caller states ``requested``.

    ``batch`` is set where the response stands in a batch's results. Bodies of a batch may still say
    ``service_tier: default``, which does not contradict a caller who says that it was one.
    """
    if batch:
        return replace(parsed.served, processing="batch")
    tier = parsed.open.tier
    if requested.processing == "batch" and tier is not None and tier.word == "default":
        return replace(parsed.served, processing=None)
    return parsed.served


def with_stated_tools(parsed: ParsedUsage, uses: Any, pointer: str = "/tool_uses") -> ParsedUsage:
    """Return the usage with the tool uses that a caller states.

    Raises InvalidRequest for uses that contradict what the usage or the response counts.
    """
    stated, counted = stated_tools(uses, pointer), _tools_of(parsed)
    for component, count in counted.items():
        if stated.get(component, count) != count:
            detail = (
                f"states another number of {component} than the usage, which has {plain(count)}"
            )
            raise InvalidRequest.at(pointer, f"{detail}; leave one of them out")
    return _with_tools(parsed, usage_of(stated))


def _tools_of(parsed: ParsedUsage) -> dict[str, Decimal]:
    """Return the tool uses of a usage, by what they are billed as."""
    usage = next((one for one in parsed.attempts if one.serving), parsed.attempts[0]).usage
    counts = {name: Decimal(getattr(usage, name)) for name in BUCKETS if getattr(usage, name)}
    return counts | {one.component: one.count for one in usage.units}


def _with_tools(parsed: ParsedUsage, tools: Usage) -> ParsedUsage:
    """The usage with the tools that only the answer shows; a count in the usage goes first."""
    serving = next((one for one in parsed.attempts if one.serving), parsed.attempts[0])
    counted = serving.usage
    known = {one.component for one in counted.units}
    merged = Usage(
        web_search=counted.web_search or tools.web_search,
        code_execution=counted.code_execution or tools.code_execution,
        units=(*counted.units, *(one for one in tools.units if one.component not in known)),
    )
    if merged == counted.tools():
        return parsed
    return replace(parsed, attempts=with_tools(parsed.attempts, merged))
