"""Which provider's usage object this is: named by the caller, or recognised in a raw response."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pricing.errors import InvalidRequest
from pricing.usage_anthropic import AnthropicUsage
from pricing.usage_bedrock import BedrockConverseUsage
from pricing.usage_gemini import GeminiUsage
from pricing.usage_openai import OpenAIResponsesUsage, OpenAIUsage

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
