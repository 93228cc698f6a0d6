"""Which shapes a usage object may have, by the format that is stated or what the response is."""

from collections.abc import Mapping

from pricing.usage.meanings import Shape, UsageFormat
from pricing.usage.other_shapes import (
    BEDROCK,
    BODY,
    COHERE,
    GEMINI,
    GEMINI_CLI,
    LOCAL,
    TRACKER,
    UNITS,
    VIDEO,
    VOYAGE,
    VOYAGE_IMAGES,
)
from pricing.usage.sdk_shapes import OTEL, TYPED, VERCEL_AI, VERCEL_SPAN
from pricing.usage.shapes import ANTHROPIC, OPENAI, PERPLEXITY, RESPONSES, XAI

#: What a raw response calls itself in ``type`` or ``object``, and the format its usage then has.
KINDS: Mapping[str | None, UsageFormat] = {
    "message": "anthropic",
    "message_start": "anthropic",
    "message_delta": "anthropic",
    "chat.completion": "openai",
    "chat.completion.chunk": "openai",
    "response": "openai_responses",
    "realtime.response": "openai_responses",
}

#: Shapes in the order in which a reading is preferred where several give the same counts.
SHAPES: tuple[Shape, ...] = (
    ANTHROPIC,
    PERPLEXITY,
    XAI,
    LOCAL,
    OPENAI,
    RESPONSES,
    GEMINI,
    BEDROCK,
    TYPED,
    VERCEL_AI,
    VERCEL_SPAN,
    COHERE,
    OTEL,
    GEMINI_CLI,
    TRACKER,
    UNITS,
    VIDEO,
    VOYAGE_IMAGES,
    VOYAGE,
    BODY,
)

#: The shapes that a stated ``usage_format`` allows, the preferred one first. Gateways add fields of
#: their own to OpenAI's object, so its name covers those too.
_CHAT = (PERPLEXITY, XAI, OPENAI, LOCAL, UNITS, VIDEO)
FORMATS: Mapping[UsageFormat, tuple[Shape, ...]] = {
    "anthropic": (ANTHROPIC,),
    "openai": _CHAT,
    "litellm": (*_CHAT, RESPONSES),
    "mistral": _CHAT,
    "perplexity": (PERPLEXITY, OPENAI),
    "xai": (XAI, OPENAI),
    "openai_responses": (RESPONSES, TYPED, UNITS),
    "openai_realtime": (RESPONSES, UNITS),
    "langchain": (RESPONSES,),
    "gemini": (GEMINI, GEMINI_CLI),
    "bedrock_converse": (BEDROCK, BODY),
    "vercel_ai": (VERCEL_AI, VERCEL_SPAN),
    "cohere": (COHERE, UNITS),
    "voyage": (VOYAGE_IMAGES, VOYAGE, OPENAI),
    "otel_genai": (OTEL,),
    "langfuse": (TRACKER,),
}
