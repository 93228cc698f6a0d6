"""Which provider's usage object this is: named by the caller, or recognised in a raw response."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SkipValidation

from pricing.errors import InvalidRequest, under
from pricing.notices import Notice
from pricing.usage.anthropic import AnthropicUsage
from pricing.usage.bedrock import PROCESSING, BedrockConverseUsage, BedrockServiceTier
from pricing.usage.buckets import ParsedUsage
from pricing.usage.gemini import GeminiUsage
from pricing.usage.openai import OpenAIResponsesUsage, OpenAIUsage
from pricing.validation import Name, parse

UsageFormat = Literal["anthropic", "openai", "openai_responses", "gemini", "bedrock_converse"]
AnyUsage = AnthropicUsage | OpenAIUsage | OpenAIResponsesUsage | GeminiUsage | BedrockConverseUsage
USAGE_FORMATS: Mapping[UsageFormat, type[AnyUsage]] = {
    "anthropic": AnthropicUsage,
    "openai": OpenAIUsage,
    "openai_responses": OpenAIResponsesUsage,
    "gemini": GeminiUsage,
    "bedrock_converse": BedrockConverseUsage,
}
#: What a raw response calls itself.
_BY_KIND: Mapping[str, UsageFormat] = {
    "message": "anthropic",
    "message_delta": "anthropic",
    "chat.completion": "openai",
    "chat.completion.chunk": "openai",
    "response": "openai_responses",
}
#: Fields that one shape alone has.
_BY_FIELD: Mapping[str, UsageFormat] = {
    "prompt_tokens": "openai",
    "input_tokens_details": "openai_responses",
    "total_tokens": "openai_responses",
    "cache_creation_input_tokens": "anthropic",
    "cache_read_input_tokens": "anthropic",
    "cache_creation": "anthropic",
    "server_tool_use": "anthropic",
    "iterations": "anthropic",
    "promptTokenCount": "gemini",
    "totalTokenCount": "gemini",
    "inputTokens": "bedrock_converse",
}


def recognise(kind: str | None, usage: Any) -> UsageFormat:
    """The format of a raw response's usage; raises InvalidRequest when it is not certain.

    ``kind`` is what the response calls itself, in its ``type`` or ``object``.
    """
    if kind is not None and kind in _BY_KIND:
        return _BY_KIND[kind]
    fields = usage.keys() if isinstance(usage, Mapping) else ()
    found = {_BY_FIELD[field] for field in fields if field in _BY_FIELD}
    if "prompt_tokens" in fields:  # a chat completion has a total too
        found.discard("openai_responses")
    if len(found) == 1:
        return found.pop()
    if not found and {"input_tokens", "output_tokens"} <= set(fields):
        return "anthropic"  # with these two alone, every shape that has them means the same
    formats = ", ".join(get_args(UsageFormat))
    raise InvalidRequest.at(
        "/usage_format", f"cannot be told from this response; name it, one of {formats}"
    )


class ProviderResponse(BaseModel):
    """A provider's response as it came. Only model, usage, stop reason and service tier are read;
    everything else, above all the text, is dropped unread.
    """

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, defer_build=True)

    model: Name | None = None
    """The model that answered."""
    modelVersion: Name | None = None  # noqa: N815 - the provider's own name
    """The model that answered, under Gemini's name for the field."""
    usage: SkipValidation[AnyUsage | None] = None
    """The usage object."""
    usageMetadata: SkipValidation[GeminiUsage | None] = None  # noqa: N815
    """The usage object, under Gemini's name for the field."""
    stop_reason: str | None = None
    """A refusal before any output is not billed."""
    content: Annotated[bool, BeforeValidator(bool, json_schema_input_type=list[Any])] = Field(
        # A factory: the specification would show True as the default of a list.
        default_factory=lambda: True
    )
    """Checked only for being empty."""
    service_tier: str | None = None
    """The service tier of the call, when it is not in the usage object."""
    serviceTier: Any = None  # noqa: N815
    """Bedrock Converse's service tier: ``{type}``."""
    type: str | None = None
    """The response's own type, which identifies the usage format."""
    object: str | None = None
    """The response's own type, which identifies the usage format."""

    @property
    def served_model(self) -> str | None:
        """The model the response says it is from."""
        return self.model or self.modelVersion


def from_response(response: ProviderResponse, named: UsageFormat | None) -> ParsedUsage:
    """What a raw response says was used; a refusal before any output used nothing that is billed.

    Raises InvalidRequest, with pointers below ``/response``.
    """
    field = "usage"
    if response.usage is None and (response.usageMetadata is not None or response.modelVersion):
        field = "usageMetadata"
    raw: Any = getattr(response, field)
    if raw is None:
        raise InvalidRequest.at(f"/response/{field}", "is required: what was used is priced")
    usage_format = named or recognise(response.type or response.object, raw)
    if usage_format.startswith("openai") and response.service_tier and isinstance(raw, dict):
        raw = {**raw, "service_tier": raw.get("service_tier") or response.service_tier}
    parsed = parse_usage(raw, usage_format, f"/response/{field}")
    if usage_format == "bedrock_converse" and response.serviceTier is not None:
        tier = parse(BedrockServiceTier, response.serviceTier, "/response/serviceTier")
        parsed = replace(parsed, served=replace(parsed.served, processing=PROCESSING[tier.type]))
    # A refusal before any output has no content, though a token or a few may be counted for it.
    answered = any(one.usage.output_tokens for one in parsed.attempts if one.serving)
    if response.stop_reason == "refusal" and not (response.content and answered):
        message = "A refusal before any output is not billed, though its usage shows tokens."
        notice = Notice("refusal_not_billed", message)
        return replace(parsed.refused(), notices=(*parsed.notices, notice))
    return parsed


def same_model(served: str, requested: str) -> bool:
    """Whether a requested name is the served one as some cloud writes it: behind a provider or a
    region, with a version or a date after it.
    """
    bare = re.split(r"[@:]", re.sub(r"-v\d+(:\d+)?$", "", requested))[0]
    return served in (requested, bare) or bare.endswith((f"/{served}", f".{served}"))


def parse_usage(raw: Any, usage_format: UsageFormat, pointer: str) -> ParsedUsage:
    """Normalise a provider's usage object; errors point below ``pointer``."""
    shape = parse(USAGE_FORMATS[usage_format], raw, pointer)
    with under(pointer):
        parsed = shape.normalised()
    if all(one.model is None for one in parsed.attempts):
        return parsed
    attempts = (replace(one, named_at=pointer + one.named_at) for one in parsed.attempts)
    return replace(parsed, attempts=tuple(attempts))
