"""The shapes that share few names with Anthropic's or OpenAI's: clouds, other providers, SDKs.

The same table as ``shapes``, with the same sources.
"""

from pricing.usage.meanings import (
    ANSWER,
    AUDIO_CACHED,
    AUDIO_IN,
    AUDIO_OUT,
    AUDIO_SECOND,
    COST,
    FRESH,
    IMAGE_APART,
    IMAGE_CACHED,
    IMAGE_IN,
    IMAGE_OUT,
    NOTE,
    PART,
    READ,
    REASONING,
    REASONING_APART,
    RESOLUTION,
    SECOND,
    TIER,
    TOKEN_COUNTS,
    TOOL_PROMPT,
    TOTAL,
    TRAFFIC,
    UNPRICED,
    VIDEO_CACHED,
    VIDEO_IN,
    VIDEO_OUT,
    VISIBLE,
    WHOLE,
    WRITE,
    WRITE_1H,
    WRITE_5M,
    Listed,
    Shape,
    by_modality,
    tool,
    unit,
)
from pricing.usage.shapes import STATED_COST, SUMS

GEMINI = Shape(
    name="gemini",
    omits_zeros=True,
    marks=frozenset(
        (
            *("promptTokenCount", "candidatesTokenCount", "responseTokenCount", "totalTokenCount"),
            *("prompt_token_count", "candidates_token_count", "response_token_count"),
            *("total_token_count", "total_input_tokens", "total_output_tokens"),
        )
    ),
    fields={
        **dict.fromkeys(("promptTokenCount", "prompt_token_count", "total_input_tokens"), WHOLE),
        **dict.fromkeys(
            (
                *("cachedContentTokenCount", "cached_content_token_count", "total_cached_tokens"),
                "cache_read_input_token_count",
            ),
            READ,
        ),
        "cache_creation_input_token_count": WRITE,
        **dict.fromkeys(
            (
                *("candidatesTokenCount", "candidates_token_count", "responseTokenCount"),
                *("response_token_count", "total_output_tokens"),
            ),
            VISIBLE,
        ),
        **dict.fromkeys(
            (
                *("thoughtsTokenCount", "thoughts_token_count", "total_thought_tokens"),
                *("total_reasoning_tokens", "thinking_token_count"),
            ),
            REASONING,
        ),
        **dict.fromkeys(
            ("toolUsePromptTokenCount", "tool_use_prompt_token_count", "total_tool_use_tokens"),
            TOOL_PROMPT,
        ),
        **dict.fromkeys(("totalTokenCount", "total_token_count", "total_tokens"), TOTAL),
        **dict.fromkeys(
            (
                *("promptTokensDetails", "prompt_tokens_details", "input_tokens_by_modality"),
                # Embeddings'
                *("promptTokenDetails", "prompt_token_details"),
            ),
            by_modality(AUDIO_IN, IMAGE_IN, VIDEO_IN),
        ),
        **dict.fromkeys(
            ("cacheTokensDetails", "cache_tokens_details", "cached_tokens_by_modality"),
            by_modality(AUDIO_CACHED, IMAGE_CACHED, VIDEO_CACHED),
        ),
        **dict.fromkeys(
            (
                *("candidatesTokensDetails", "candidates_tokens_details", "responseTokensDetails"),
                *("response_tokens_details", "output_tokens_by_modality"),
            ),
            by_modality(AUDIO_OUT, IMAGE_OUT, VIDEO_OUT),
        ),
        **dict.fromkeys(
            (
                *("toolUsePromptTokensDetails", "tool_use_prompt_tokens_details"),
                "tool_use_tokens_by_modality",
            ),
            by_modality(PART, PART, PART),
        ),
        **SUMS,
        # Searches of the Interactions API
        "grounding_tool_count": Listed(
            "type",
            (
                *(("google_search", tool("web_search")), ("google_maps", tool("maps"))),
                ("*", UNPRICED),
            ),
            ("count",),
        ),
        **dict.fromkeys(("trafficType", "traffic_type"), TRAFFIC),
        **dict.fromkeys(("serviceTier", "service_tier"), TIER),
    },
)

BEDROCK = Shape(
    name="bedrock_converse",
    cache_in_doubt=True,
    marks=frozenset(
        (
            *("inputTokens", "outputTokens", "inputTokenCount", "outputTokenCount"),
            "totalOutputTokens",
        )
    ),
    fields={
        "inputTokens": FRESH,
        "outputTokens": ANSWER,
        "totalTokens": TOTAL,
        "cacheReadInputTokens": READ,
        "cacheReadInputTokenCount": READ,
        "cacheWriteInputTokens": WRITE,
        "cacheWriteInputTokenCount": WRITE,
        "cacheCreationInputTokens": WRITE,
        **dict.fromkeys(("cacheReadTokens", "cachedReadTokens"), READ),
        **dict.fromkeys(("cacheWriteTokens", "cachedWriteTokens"), WRITE),
        "thoughtTokens": REASONING,
        "cacheDetails": Listed("ttl", (("5m", WRITE_5M), ("1h", WRITE_1H)), ("inputTokens",)),
        # Amp's sum of the three, and Nova Sonic's whole input
        "totalInputTokens": WHOLE,
        "totalOutputTokens": ANSWER,
        "details": {
            "total": {
                "input": {"speechTokens": AUDIO_IN, "textTokens": PART},
                "output": {"speechTokens": AUDIO_OUT, "textTokens": PART},
            },
            "delta": NOTE,
        },
        **dict.fromkeys(("completionId", "promptName", "sessionId"), NOTE),
        "maxInputTokens": NOTE,
        "serverToolUsage": {},
        # Anthropic's own names in Java
        "cacheCreation": {"ephemeral5mInputTokens": WRITE_5M, "ephemeral1hInputTokens": WRITE_1H},
        "serverToolUse": {
            "webSearchRequests": tool("web_search"),
            "webFetchRequests": tool("web_fetch"),
        },
        "serviceTier": TIER,
        # InvokeModel's metrics
        "inputTokenCount": FRESH,
        "outputTokenCount": ANSWER,
        "totalTokenCount": TOTAL,
        "invocationLatency": NOTE,
        "firstByteLatency": NOTE,
        "latencyMs": NOTE,
        # Claude's agent SDK counts the models of a session in the same way
        "webSearchRequests": tool("web_search"),
        "contextWindow": NOTE,
        "maxOutputTokens": NOTE,
        **SUMS,
        **STATED_COST,
    },
)

#: Bedrock's and Anthropic's counts of cached tokens, which their input excludes.
BEDROCK_CACHE = frozenset(
    ("cacheReadInputTokens", "cacheWriteInputTokens", "cacheCreationInputTokens")
)

COHERE = Shape(
    name="cohere",
    marks=frozenset(("billed_units",)),
    fields={
        "billed_units": {
            "input_tokens": FRESH,
            "output_tokens": ANSWER,
            "image_tokens": IMAGE_APART,
            "search_units": unit("search_unit"),
            "classifications": unit("classification"),
            "images": unit("input_image"),
        },
        # What the model saw, before what Cohere does not bill is taken off.
        "tokens": NOTE,
        "cached_tokens": PART,
        "api_version": NOTE,
    },
)

VOYAGE = Shape(
    name="voyage",
    marks=frozenset(("total_tokens",)),
    fields={"total_tokens": WHOLE, "text_tokens": PART},
)

#: Trackers' own short names, whose counts do not overlap: Langfuse's details, OpenCode, Pi.
TRACKER = Shape(
    name="langfuse",
    marks=frozenset(("input", "output", "tokensIn", "tokensOut")),
    total_decides=True,
    fields={
        "input": FRESH,
        "output": ANSWER,
        "total": TOTAL,
        "totalTokens": TOTAL,
        "unit": NOTE,
        **dict.fromkeys(
            (
                *("input_cached_tokens", "cache_read_input_tokens"),
                *("cached_tokens", "cacheRead", "cache_read", "cacheReadTokens", "cached_input"),
                # Langfuse's, of the attributes of spans
                *("cache_read_tokens", "cache_read.input_tokens"),
            ),
            READ,
        ),
        **dict.fromkeys(
            (
                *("cache_creation_input_tokens", "input_cache_write"),
                *("cacheWrite", "cache_write", "cacheWriteTokens", "cacheCreationTokens"),
                *("cache_write_tokens", "cache_write.input_tokens", "cache_creation.input_tokens"),
            ),
            WRITE,
        ),
        "input_cache_creation_5m": WRITE_5M,
        "input_cache_creation_1h": WRITE_1H,
        "cache": {"read": READ, "write": WRITE},
        **dict.fromkeys(
            (
                *("output_reasoning_tokens", "output_reasoning", "reasoning", "reasoning_tokens"),
                "reasoning.output_tokens",
            ),
            REASONING_APART,
        ),
        "cost": {"": COST, "total": COST, "*": NOTE},
        "totalCost": COST,
        # Google's searches, as Langfuse's prices name them
        **dict.fromkeys(
            (
                *("web_search_queries", "webSearchQueries"),
                *("grounding_queries", "groundingQueries"),
            ),
            tool("web_search"),
        ),
        # Kimi Code's and Kimi CLI's
        **dict.fromkeys(("inputOther", "input_other"), FRESH),
        **dict.fromkeys(("inputCacheRead", "input_cache_read"), READ),
        **dict.fromkeys(("inputCacheCreation", "input_cache_creation"), WRITE),
        # Cline's
        "tokensIn": FRESH,
        "tokensOut": ANSWER,
        "cacheReads": READ,
        "cacheWrites": WRITE,
    },
)
#: Gemini CLI's short names, which are Gemini's counts.
GEMINI_CLI = Shape(
    name="gemini",
    marks=TRACKER.marks,
    own=frozenset(("cached", "thoughts", "tool")),
    omits_zeros=True,
    fields={
        "input": WHOLE,
        "output": VISIBLE,
        "cached": READ,
        "thoughts": REASONING,
        "tool": TOOL_PROMPT,
        "total": TOTAL,
    },
)

#: Voyage's embeddings of images, billed by the pixel: their tokens in the total are not billed.
VOYAGE_IMAGES = Shape(
    name="voyage",
    marks=VOYAGE.marks,
    own=frozenset(("image_pixels", "video_pixels")),
    fields={
        "text_tokens": WHOLE,
        "total_tokens": PART,
        "image_pixels": UNPRICED,
        "video_pixels": UNPRICED,
    },
)

#: The headers of Bedrock's InvokeModel.
_HEADER = "x-amzn-bedrock-"
#: Counts that stand in the answer itself: Titan's and Llama's on Bedrock, Ollama's, watsonx's,
#: OpenRouter's.
BODY = Shape(
    name="bedrock_converse",
    marks=frozenset(
        (
            *("inputTextTokenCount", "generation_token_count", "prompt_eval_count", "eval_count"),
            *("input_token_count", "output_token_count", "generated_token_count"),
            *("native_tokens_prompt", "native_tokens_completion"),
            *(f"{_HEADER}input-token-count", f"{_HEADER}output-token-count"),
        )
    ),
    fields={
        # OpenRouter's record of a generation, whose prompt includes what was cached
        "native_tokens_prompt": WHOLE,
        "native_tokens_completion": ANSWER,
        "native_tokens_cached": READ,
        "native_tokens_reasoning": REASONING,
        **dict.fromkeys(("tokens_prompt", "tokens_completion"), NOTE),
        **dict.fromkeys(
            (
                *("inputTextTokenCount", "prompt_token_count", "prompt_eval_count"),
                *("input_token_count", f"{_HEADER}input-token-count"),
            ),
            FRESH,
        ),
        **dict.fromkeys(
            (
                *("outputTextTokenCount", "generation_token_count", "eval_count"),
                *("output_token_count", "generated_token_count", f"{_HEADER}output-token-count"),
            ),
            ANSWER,
        ),
        "total_token_count": TOTAL,
        # Replicate's times
        **dict.fromkeys(
            ("predict_time", "total_time", "time_to_first_token", "tokens_per_second"), NOTE
        ),
        # Anthropic's counts in Microsoft's Agent Framework, and Kiro's
        **dict.fromkeys(
            (
                *("cache_read_input_token_count", "anthropic.cache_read_input_tokens"),
                f"{_HEADER}cache-read-input-token-count",
            ),
            READ,
        ),
        f"{_HEADER}cache-write-input-token-count": WRITE,
        f"{_HEADER}invocation-latency": NOTE,
        **dict.fromkeys(
            (
                *("cache_creation_input_token_count", "cache_write_input_token_count"),
                "anthropic.cache_creation_input_tokens",
            ),
            WRITE,
        ),
    },
)
BODY_COUNTS = frozenset(name for name in BODY.fields if BODY.fields[name] in TOKEN_COUNTS)

#: What servers of open models count in their own answers: TGI, llama.cpp, LM Studio, SGLang,
#: KoboldCpp. Their prompt includes what they had in memory; none of them bills that apart.
LOCAL = Shape(
    name="openai",
    marks=frozenset(
        (
            *("input_length", "generated_tokens", "tokens_evaluated", "tokens_predicted"),
            *("input_tokens", "total_output_tokens", "prompt_tokens", "completion_tokens"),
        )
    ),
    own=frozenset(
        (
            *("generated_tokens", "tokens_predicted", "total_output_tokens", "e2e_latency"),
            "completion_tokens_wo_jump_forward",
        )
    ),
    fields={
        **dict.fromkeys(("input_length", "tokens_evaluated"), WHOLE),
        **dict.fromkeys(("input_tokens", "prompt_tokens"), WHOLE),
        **dict.fromkeys(("generated_tokens", "tokens_predicted"), ANSWER),
        **dict.fromkeys(("total_output_tokens", "completion_tokens"), ANSWER),
        **dict.fromkeys(("reasoning_output_tokens", "reasoning_tokens"), REASONING),
        "cached_tokens": READ,
        **dict.fromkeys(
            (
                *("tokens_cached", "completion_tokens_wo_jump_forward", "e2e_latency", "prefill"),
                *("tokens", "top_tokens", "seed", "best_of_sequences", "spec_verify_ct"),
                *("tokens_per_second", "time_to_first_token_seconds", "model_load_time_seconds"),
                *(
                    "weight_version",
                    "queue_time",
                    "decode_throughput",
                    "response_sent_to_client_ts",
                ),
                *("prefill_waiting_latency", "prefill_launch_latency", "inference_time"),
                *("request_received_ts", "request_sent_to_scheduler_ts", "forward_entry_time"),
                *("input_token_logprobs", "output_token_logprobs", "matched_stop"),
                *("finish_reason", "id", "num_retractions", "total_retractions", "dp_rank"),
            ),
            NOTE,
        ),
    },
)
#: Usage that is not counted in tokens: transcription, speech, images, OCR, rerank, video.
UNITS = Shape(
    name="openai",
    marks=frozenset(
        (
            *("seconds", "audio_seconds", "duration_seconds", "video_seconds", "characters"),
            *("input_characters", "images", "image_count", "pages", "pages_processed"),
            "pages_processed_annotation",
            *("search_units", "searchUnits", "audioSeconds", "durationSeconds", "videoSeconds"),
            *("durationInSeconds", "inputCharacters", "imageCount", "pagesProcessed"),
        )
    ),
    fields={
        "type": NOTE,
        "seconds": unit(SECOND),
        **dict.fromkeys(("audio_seconds", "audioSeconds"), unit(AUDIO_SECOND)),
        **dict.fromkeys(("duration_seconds", "durationSeconds", "durationInSeconds"), unit(SECOND)),
        **dict.fromkeys(("video_seconds", "videoSeconds"), unit("video_second")),
        # LiteLLM's
        "video_resolution": RESOLUTION,
        "characters": unit("character"),
        **dict.fromkeys(("input_characters", "inputCharacters"), unit("character")),
        **dict.fromkeys(("images", "image_count", "imageCount"), unit("image")),
        **dict.fromkeys(("pages", "pages_processed", "pagesProcessed"), unit("page")),
        # Mistral's, of which none is among the other pages
        "pages_processed_annotation": unit("annotated_page"),
        **dict.fromkeys(("doc_size_bytes", "width", "height"), NOTE),
        **dict.fromkeys(("search_units", "searchUnits"), unit("search_unit")),
    },
)

#: Qwen's usage of a video: ``duration`` is what is billed, edited seconds included.
VIDEO = Shape(
    name="openai",
    marks=frozenset(("video_duration", "output_video_duration", "video_count")),
    fields={
        "duration": unit("video_second"),
        "video_duration": unit("video_second"),
        **dict.fromkeys(
            (
                *("output_video_duration", "input_video_duration", "video_count", "video_ratio"),
                *("ratio", "size", "SR", "fps", "audio"),
            ),
            NOTE,
        ),
    },
)
