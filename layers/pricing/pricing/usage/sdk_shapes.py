"""The shapes of SDKs whose names are in camelCase, or begin with a capital; attributes of spans.

The same table as ``shapes``, with the same sources.
"""

from collections.abc import Iterator, Mapping

from pricing.usage.meanings import (
    ANSWER,
    AUDIO_CACHED,
    AUDIO_IN,
    AUDIO_OUT,
    COST,
    FRESH,
    IMAGE_CACHED,
    IMAGE_IN,
    IMAGE_OUT,
    MISS,
    NOTE,
    PART,
    READ,
    REASONING,
    REASONING_APART,
    TIER,
    TOTAL,
    VIDEO_CACHED,
    VIDEO_IN,
    VIDEO_OUT,
    WHOLE,
    WRITE,
    Fields,
    Meaning,
    Shape,
    tool,
    unit,
)
from pricing.usage.shapes import DETAILS, STATED_COST, SUMS

_CAMEL_INPUT: Fields = {
    **dict.fromkeys(("cachedTokens", "cached_tokens"), READ),
    **dict.fromkeys(("cacheWriteTokens", "cacheCreationTokens", "cache_write_tokens"), WRITE),
    "audioTokens": AUDIO_IN,
    "imageTokens": IMAGE_IN,
    "textTokens": PART,
    # Realtime's, as LiveKit names them
    "cachedTokensDetails": {
        "audioTokens": AUDIO_CACHED,
        "imageTokens": IMAGE_CACHED,
        "textTokens": PART,
    },
}
_CAMEL_OUTPUT: Fields = {
    **dict.fromkeys(("reasoningTokens", "reasoning_tokens"), REASONING),
    "audioTokens": AUDIO_OUT,
    "imageTokens": IMAGE_OUT,
    **dict.fromkeys(("textTokens", "acceptedPredictionTokens", "rejectedPredictionTokens"), PART),
}

_VERCEL_AI: Fields = {
    "inputTokens": {
        "": WHOLE,
        "total": WHOLE,
        "noCache": FRESH,
        "cacheRead": READ,
        "cacheWrite": WRITE,
    },
    "outputTokens": {"": ANSWER, "total": ANSWER, "text": PART, "reasoning": REASONING},
    "totalTokens": TOTAL,
    "cachedInputTokens": READ,
    **dict.fromkeys(("reasoningTokens", "reasoningOutputTokens"), REASONING),
    "inputTokenDetails": {"noCacheTokens": FRESH, "cacheReadTokens": READ, **_CAMEL_INPUT},
    "outputTokenDetails": _CAMEL_OUTPUT,
    "promptTokens": WHOLE,
    # ``generationTokens`` is that of early versions of Spring AI
    **dict.fromkeys(("completionTokens", "generationTokens"), ANSWER),
    # Mastra's spans
    "inputDetails": {
        "text": PART,
        "cacheRead": READ,
        "cacheWrite": WRITE,
        "audio": AUDIO_IN,
        "image": IMAGE_IN,
    },
    "outputDetails": {"text": PART, "reasoning": REASONING, "audio": AUDIO_OUT, "image": IMAGE_OUT},
    # Counts by modality next to the whole ones
    **dict.fromkeys(("inputTextTokens", "cachedTextInputTokens", "outputTextTokens"), PART),
    "inputAudioTokens": AUDIO_IN,
    "imageInputTokens": IMAGE_IN,
    "imageOutputTokens": IMAGE_OUT,
    "cachedAudioInputTokens": AUDIO_CACHED,
    "outputAudioTokens": AUDIO_OUT,
    "requestUsageEntries": NOTE,
    # Genkit's names
    "cachedContentTokens": READ,
    "thoughtsTokens": REASONING_APART,
    **dict.fromkeys(
        (
            *("inputCharacters", "outputCharacters", "inputImages", "outputImages"),
            *("inputVideos", "outputVideos", "inputAudioFiles", "outputAudioFiles"),
        ),
        PART,
    ),
    # OpenAI's own names in TypeScript, Java, Go and C#
    **dict.fromkeys(("promptTokensDetails", "inputTokensDetails"), _CAMEL_INPUT),
    **dict.fromkeys(
        ("completionTokensDetails", "completionTokenDetails", "outputTokensDetails"), _CAMEL_OUTPUT
    ),
    # What providers and agents report next to it
    **dict.fromkeys(("cacheReadTokens", "cachedReadTokens"), READ),
    **dict.fromkeys(("cacheWriteTokens", "cachedWriteTokens"), WRITE),
    "thoughtTokens": REASONING,  # of the Agent Client Protocol
    **dict.fromkeys(("cachedPromptTokens", "promptCachedTokens"), READ),
    "promptCacheHitTokens": READ,
    "promptCacheMissTokens": MISS,
    "citationTokens": unit("citation"),
    "numSearchQueries": tool("search_query"),
    "acceptedPredictionTokens": PART,
    "rejectedPredictionTokens": PART,
    "raw": NOTE,
    **SUMS,
    **STATED_COST,
}
VERCEL_AI = Shape(
    name="vercel_ai",
    marks=frozenset(("inputTokens", "outputTokens", "promptTokens", "completionTokens")),
    # Next to ``inputTokens`` it is not certain what these are parts of.
    # ``reasoningOutputTokens`` is a name of Codex.
    borrowed_with=frozenset(("promptTokens", "reasoningOutputTokens", "inputTokenDetails")),
    fields=_VERCEL_AI,
    borrowing={
        **_VERCEL_AI,
        "cachedTokens": READ,
        "thinkingTokens": REASONING,
        "cacheWriteInputTokens": WRITE,
        "cacheCreationInputTokens": WRITE,
    },
)

#: Where Spring AI and the AI SDK keep the provider's own usage, next to their shorter one.
PROVIDERS_OWN = ("nativeUsage", "native_usage", "raw")

#: How the AI SDK names the counts in the attributes of its spans.
SPAN_PREFIX = "ai.usage."


def _dotted(fields: Fields, before: str) -> Iterator[tuple[str, Meaning]]:
    """Fields by their paths with dots, as spans name them."""
    for name, meaning in fields.items():
        if isinstance(meaning, Mapping):
            yield from _dotted(meaning, f"{before}{name}." if name else before)
        else:
            yield f"{before}{name}".removesuffix("."), meaning


#: The AI SDK's usage in the attributes of its spans.
VERCEL_SPAN = Shape(
    name="vercel_ai",
    marks=frozenset(f"{SPAN_PREFIX}{name}" for name in VERCEL_AI.marks),
    prefixes=(SPAN_PREFIX,),
    fields=dict(_dotted(VERCEL_AI.fields, SPAN_PREFIX)),
)

_TYPED: Fields = {
    # The second names are Koog's.
    **dict.fromkeys(("inputTokenCount", "inputTokensCount"), WHOLE),
    **dict.fromkeys(("outputTokenCount", "outputTokensCount"), ANSWER),
    **dict.fromkeys(("totalTokenCount", "totalTokensCount"), TOTAL),
    "cachedInputTokenCount": READ,
    "reasoningTokenCount": REASONING,
    "inputAudioTokenCount": AUDIO_IN,
    "outputAudioTokenCount": AUDIO_OUT,
    **dict.fromkeys(("inputTextTokenCount", "outputTextTokenCount"), PART),
    "additionalCounts": {
        **dict.fromkeys(("CacheCreationInputTokens", "cache_creation_input_tokens"), WRITE),
        **dict.fromkeys(("CacheReadInputTokens", "cache_read_input_tokens"), READ),
        "InputTokenDetails.CachedTokenCount": READ,
        "InputTokenDetails.AudioTokenCount": AUDIO_IN,
        "OutputTokenDetails.ReasoningTokenCount": REASONING,
        "OutputTokenDetails.AudioTokenCount": AUDIO_OUT,
        "OutputTokenDetails.AcceptedPredictionTokenCount": PART,
        "OutputTokenDetails.RejectedPredictionTokenCount": PART,
        "WebSearchRequests": tool("web_search"),
        "WebFetchRequests": tool("web_fetch"),
    },
    "inputTokenDetails": {"cachedTokenCount": READ, "audioTokenCount": AUDIO_IN},
    "outputTokenDetails": {
        "reasoningTokenCount": REASONING,
        "audioTokenCount": AUDIO_OUT,
        "acceptedPredictionTokenCount": PART,
        "rejectedPredictionTokenCount": PART,
    },
    "inputTokensDetails": _CAMEL_INPUT,
    "outputTokensDetails": _CAMEL_OUTPUT,
    # Microsoft's Agent Framework in Python
    "input_token_count": WHOLE,
    "output_token_count": ANSWER,
    "total_token_count": TOTAL,
    **dict.fromkeys(("cache_read_input_token_count", "openai.cached_input_tokens"), READ),
    "cache_creation_input_token_count": WRITE,
    **dict.fromkeys(("reasoning_output_token_count", "openai.reasoning_tokens"), REASONING),
    # LangChain4j's of Gemini
    "cachedContentTokenCount": READ,
    "thoughtsTokenCount": REASONING_APART,
}
#: Microsoft.Extensions.AI, OpenAI's C# client, LangChain4j and Koog.
TYPED = Shape(
    name="openai_responses",
    marks=frozenset(
        (
            *("inputTokenCount", "outputTokenCount", "input_token_count", "output_token_count"),
            *("inputTokensCount", "outputTokensCount"),
        )
    ),
    # LangChain4j's of Qwen; those of Claude are next to a count that excludes them.
    borrowed_with=frozenset(("cachedInputTokens",)),
    fields=_TYPED,
    borrowing={**_TYPED, "cachedInputTokens": READ, "cacheCreationInputTokens": WRITE},
)

_OTEL = "gen_ai.usage."
_OPENINFERENCE = "llm.token_count."
_EVE = "agent.usage."
#: What tokens of a modality count as in the input, in what was cached of it, and in the output.
_OTEL_MODALITIES = {
    "text": (PART, PART, PART),
    "audio": (AUDIO_IN, AUDIO_CACHED, AUDIO_OUT),
    "image": (IMAGE_IN, IMAGE_CACHED, IMAGE_OUT),
    "video": (VIDEO_IN, VIDEO_CACHED, VIDEO_OUT),
}
OTEL = Shape(
    name="otel_genai",
    marks=frozenset(
        (
            *(f"{_OTEL}input_tokens", f"{_OTEL}output_tokens"),
            *(f"{_OTEL}prompt_tokens", f"{_OTEL}completion_tokens"),
            *(f"{_OPENINFERENCE}prompt", f"{_OPENINFERENCE}completion"),
            *(f"{_EVE}input_tokens", f"{_EVE}output_tokens"),
        )
    ),
    prefixes=(_OTEL, _OPENINFERENCE, _EVE),
    fields={
        f"{_EVE}input_tokens": WHOLE,
        f"{_EVE}output_tokens": ANSWER,
        f"{_OTEL}input_tokens": WHOLE,
        f"{_OTEL}prompt_tokens": WHOLE,
        f"{_OTEL}output_tokens": ANSWER,
        f"{_OTEL}completion_tokens": ANSWER,
        f"{_OTEL}total_tokens": TOTAL,
        **{
            f"{_OTEL}{name}": meaning
            for kind, (read, cached, made) in _OTEL_MODALITIES.items()
            for name, meaning in (
                (f"{kind}.input_tokens", read),
                (f"{kind}.cache_read.input_tokens", cached),
                (f"{kind}.output_tokens", made),
                # LiveKit's and PydanticAI's names
                (f"input_{kind}_tokens", read),
                (f"output_{kind}_tokens", made),
                (f"details.input_{kind}_tokens", read),
                (f"details.cache_{kind}_read_tokens", cached),
                (f"details.output_{kind}_tokens", made),
            )
        },
        f"{_OTEL}cache_read.input_tokens": READ,
        f"{_OTEL}cache_read_input_tokens": READ,
        f"{_OTEL}cache_read_tokens": READ,
        f"{_OTEL}cache_write_tokens": WRITE,
        f"{_OTEL}cache_write_input_tokens": WRITE,
        f"{_OTEL}input_tokens.cached": READ,
        f"{_OTEL}cached_input_tokens": READ,
        f"{_OTEL}input_cached_tokens": READ,
        f"{_OTEL}input_cache_read_tokens": READ,
        f"{_OTEL}input_cache_write_tokens": WRITE,
        f"{_OTEL}cached_tokens": READ,
        f"{_OTEL}cache_creation_tokens": WRITE,
        f"{_OTEL}input_tokens.cache_read": READ,
        f"{_OTEL}input_tokens.cache_write": WRITE,
        f"{_OTEL}cache_creation.input_tokens": WRITE,
        f"{_OTEL}cache_creation_input_tokens": WRITE,
        f"{_OTEL}cache_write.input_tokens": WRITE,
        f"{_OTEL}reasoning.output_tokens": REASONING,
        f"{_OTEL}reasoning_tokens": REASONING,
        f"{_OTEL}output_tokens.reasoning": REASONING,
        # PydanticAI repeats the provider's own counts, and for some providers has them there only.
        **{f"{_OTEL}details.{name}": meaning for name, meaning in DETAILS.items()},
        f"{_OTEL}details.cache_read_tokens": READ,
        f"{_OTEL}details.cached_tokens": READ,
        f"{_OTEL}details.cache_read_input_tokens": READ,
        f"{_OTEL}details.cache_write_tokens": WRITE,
        f"{_OTEL}details.cache_creation_input_tokens": WRITE,
        f"{_OTEL}details.reasoning_tokens": REASONING,
        f"{_OTEL}details.thoughts_tokens": REASONING,
        f"{_OTEL}details.text_tokens": PART,
        **dict.fromkeys((f"{_OTEL}cost", f"{_OTEL}total_cost"), COST),
        # Laminar's parts of it
        **dict.fromkeys((f"{_OTEL}input_cost", f"{_OTEL}output_cost"), NOTE),
        **dict.fromkeys(
            ("openai.response.service_tier", "gen_ai.openai.response.service_tier"), TIER
        ),
        f"{_OPENINFERENCE}prompt": WHOLE,
        f"{_OPENINFERENCE}completion": ANSWER,
        f"{_OPENINFERENCE}total": TOTAL,
        f"{_OPENINFERENCE}prompt_details.cache_read": READ,
        f"{_OPENINFERENCE}prompt_details.cache_write": WRITE,
        f"{_OPENINFERENCE}prompt_details.cache_input": PART,
        f"{_OPENINFERENCE}prompt_details.audio": AUDIO_IN,
        f"{_OPENINFERENCE}completion_details.reasoning": REASONING,
        f"{_OPENINFERENCE}completion_details.audio": AUDIO_OUT,
    },
)
