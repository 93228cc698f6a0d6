"""Every usage object that is read, as one table: which field counts what.

A shape maps the names that a provider, gateway or SDK writes to what they count; ``meanings`` says
how counts relate. The reader needs no other knowledge of a provider: a new field, or a new spelling
of an old one, is a line here.

Sources: the providers' API references and SDK types, and the payloads of public issue reports.
"""

from pricing.usage.meanings import (
    ANSWER,
    AUDIO_APART,
    AUDIO_CACHED,
    AUDIO_IN,
    AUDIO_OUT,
    AUDIO_SECOND,
    CALLS,
    COST,
    COST_TICKS,
    COST_UPSTREAM,
    FRESH,
    GEO,
    IMAGE_CACHED,
    IMAGE_IN,
    IMAGE_OUT,
    ITERATIONS,
    LONGEST_PROMPT,
    MISS,
    NOTE,
    OWN_KEY,
    PART,
    READ,
    REASONING,
    REASONING_APART,
    SEARCH_CONTEXT,
    SPEED,
    THINKING,
    TIER,
    TOOL_PROMPT,
    TOOL_USES,
    TOTAL,
    VIDEO_CACHED,
    VIDEO_IN,
    VIDEO_OUT,
    WHOLE,
    WRITE,
    WRITE_1H,
    WRITE_5M,
    WRITE_OTHER,
    Fields,
    Shape,
    served,
    tool,
    unit,
)

_EPHEMERAL: Fields = {
    "ephemeral_5m_input_tokens": WRITE_5M,
    "ephemeral_1h_input_tokens": WRITE_1H,
    # LangSmith's spelling
    "ephemeral_1hr_input_tokens": WRITE_1H,
}
_ANTHROPIC_TOOLS: Fields = {
    "web_search_requests": tool("web_search"),
    "web_fetch_requests": tool("web_fetch"),
    "code_execution_requests": tool("code_execution"),
    "tool_search_requests": NOTE,
}
_XAI_TOOLS: Fields = {
    "web_search_calls": tool("web_search"),
    "x_search_calls": tool("x_search"),
    "code_interpreter_calls": tool("code_interpreter"),
    "file_search_calls": tool("file_search"),
    "document_search_calls": tool("file_search"),
    "mcp_calls": NOTE,
}
#: Usage APIs and agent SDKs report the sum of several calls.
SUMS: Fields = {
    "calls": CALLS,
    "requests": CALLS,
    "num_model_requests": CALLS,
    "successful_requests": CALLS,
    # Letta's
    "step_count": CALLS,
    "max_prompt_tokens": LONGEST_PROMPT,
}
#: Counts by modality next to the whole ones, as voice frameworks and SDKs flatten them.
FLAT_MODALITIES: Fields = {
    **dict.fromkeys(("input_text_tokens", "input_cached_text_tokens", "output_text_tokens"), PART),
    "input_uncached_tokens": PART,
    **dict.fromkeys(("input_audio_tokens", "audio_input_tokens"), AUDIO_IN),
    "audio_total_tokens": PART,
    **dict.fromkeys(
        (
            *("input_cached_audio_tokens", "cache_read_input_audio_tokens"),
            "cache_audio_read_tokens",
        ),
        AUDIO_CACHED,
    ),
    **dict.fromkeys(("output_audio_tokens", "audio_output_tokens"), AUDIO_OUT),
    **dict.fromkeys(("input_image_tokens", "image_input_tokens"), IMAGE_IN),
    "input_cached_image_tokens": IMAGE_CACHED,
    **dict.fromkeys(("output_image_tokens", "image_output_tokens"), IMAGE_OUT),
}
#: What gateways and SDKs add to OpenAI's shapes: parts of the prompt, at the top or in its details.
_CACHE_NAMES: Fields = {
    "cached_tokens": READ,
    "cache_read_tokens": READ,
    "cache_read_input_tokens": READ,
    "cached_input_tokens": READ,
    "cached_prompt_tokens": READ,
    # Bifrost's
    "cached_read_tokens": READ,
    "cached_write_tokens": WRITE,
    "cache_write_tokens": WRITE,
    "cache_write_input_tokens": WRITE,
    "cache_creation_tokens": WRITE,
    "cache_creation_input_tokens": WRITE,
    "cache_creation": {"": WRITE, **_EPHEMERAL},
    "cache_creation_token_details": _EPHEMERAL,
    "claude_cache_creation_5_m_tokens": WRITE_5M,
    "claude_cache_creation_1_h_tokens": WRITE_1H,
    # Datadog's, next to the whole count of writes
    **_EPHEMERAL,
}
_INPUT_PARTS: Fields = {
    **_CACHE_NAMES,
    "cache_read": READ,
    "cached_tokens_details": {
        "text_tokens": PART,
        "audio_tokens": AUDIO_CACHED,
        "image_tokens": IMAGE_CACHED,
        "video_tokens": VIDEO_CACHED,
    },
    "text_tokens": PART,
    "audio_tokens": AUDIO_IN,
    "image_tokens": IMAGE_IN,
    "video_tokens": VIDEO_IN,
    "text": PART,
    "audio": AUDIO_IN,
    "image": IMAGE_IN,
    "video": VIDEO_IN,
    "web_search_requests": tool("web_search"),
    # LiteLLM's count of prompts that Google Maps grounded
    "google_maps_grounding_requests": tool("maps"),
    # Perplexity's, as LangChain passes them on
    "num_search_queries": tool("search_query"),
    # Baidu's results of searches
    "search_tokens": PART,
    # Qwen's kind of cache
    "cache_type": NOTE,
}
_OUTPUT_PARTS: Fields = {
    "reasoning_tokens": REASONING,
    "thinking_tokens": REASONING,
    "reasoning": REASONING,
    "text_tokens": PART,
    "audio_tokens": AUDIO_OUT,
    "image_tokens": IMAGE_OUT,
    "video_tokens": VIDEO_OUT,
    "text": PART,
    "audio": AUDIO_OUT,
    "image": IMAGE_OUT,
    "accepted_prediction_tokens": PART,
    "rejected_prediction_tokens": PART,
    # Perplexity's, as LangChain and gateways pass them on
    "citation_tokens": unit("citation"),
    "num_search_queries": tool("search_query"),
}
STATED_COST: Fields = {
    "cost": {"": COST, "total_cost": COST, "*": NOTE},
    "cost_details": {"upstream_inference_cost": COST_UPSTREAM, "": NOTE, "*": NOTE},
    **dict.fromkeys(("cost_usd", "cost_usd_total", "estimated_cost", "estimatedCost"), COST),
    **dict.fromkeys(
        (
            *("cost_usd_input", "cost_usd_output", "cost_usd_cached_input", "cost_usd_request"),
            *("cost_usd_web_search", "cost_usd_image_input", "cost_usd_image_output"),
        ),
        NOTE,
    ),
    "costUSD": COST,
    **dict.fromkeys(("total_cost", "totalCost", "response_cost"), COST),
    "cost_in_usd_ticks": COST_TICKS,
    # The AI SDK's spelling of OpenRouter's
    "costDetails": {"upstreamInferenceCost": COST_UPSTREAM, "": NOTE, "*": NOTE},
    **dict.fromkeys(("is_byok", "isByok"), OWN_KEY),
    "pydantic_ai_gateway": {"cost_estimate": COST},
}
NUMBER_OF_TOOL_USES = "num_server_side_tools_used"
#: Times, speeds and sizes that providers and SDKs write next to the counts.
_TIMES: Fields = dict.fromkeys(
    (
        *("queue_time", "prompt_time", "completion_time", "total_time", "latency_checkpoint"),
        *("start_time", "end_time", "time_to_first_token", "total_latency", "acceptance_rate"),
        *("completion_tokens_per_sec", "total_tokens_per_sec", "is_last_response", "stop_reason"),
        *("completion_tokens_after_first_per_sec", "total_characters", "tokens_per_second"),
        *("completion_tokens_after_first_per_sec_first_ten", "context_window", "per_turn_token"),
        *("time_per_token", "ttft", "session_duration", "context_tokens", "duration"),
        # Dify's
        *("latency", "time_to_generate"),
    ),
    NOTE,
)
_OPENAI_TERMS: Fields = {
    "service_tier": TIER,
    "speed": SPEED,
    "inference_geo": GEO,
    "server_tool_use": _ANTHROPIC_TOOLS,
    "server_side_tool_usage_details": _XAI_TOOLS,
    NUMBER_OF_TOOL_USES: TOOL_USES,
    "num_sources_used": tool("live_search_source"),
    # xAI's size of the context after the last turn, which is not what was billed.
    "context_details": NOTE,
    # PydanticAI's number of the caller's own tools that ran.
    "tool_calls": NOTE,
    # GitHub Copilot's units, which repeat the counts.
    "copilot_usage": NOTE,
    "prompt_audio_seconds": unit(AUDIO_SECOND),
    # DashScope's searches
    "plugins": {"search": {"count": tool("web_search"), "*": NOTE}},
    # Anthropic's, as gateways pass them on
    "iterations": ITERATIONS,
    # The Agents SDK lists the requests that the counts are the sum of.
    "request_usage_entries": NOTE,
    **dict.fromkeys(("type", "message_type", "steps_messages", "run_ids"), NOTE),
    **FLAT_MODALITIES,
    **_TIMES,
    **SUMS,
    **STATED_COST,
}

ANTHROPIC = Shape(
    name="anthropic",
    marks=frozenset(
        (
            *("input_tokens", "output_tokens", "cache_creation_input_tokens"),
            "cache_read_input_tokens",
        )
    ),
    fields={
        "input_tokens": FRESH,
        "output_tokens": ANSWER,
        "cache_creation_input_tokens": WRITE,
        "cache_read_input_tokens": READ,
        # Inspect's names
        "input_tokens_cache_write": WRITE,
        "input_tokens_cache_read": READ,
        "reasoning_tokens": REASONING,
        "cache_creation": _EPHEMERAL,
        "output_tokens_details": {"thinking_tokens": THINKING},
        "server_tool_use": _ANTHROPIC_TOOLS,
        "service_tier": TIER,
        "speed": SPEED,
        "inference_geo": GEO,
        "fallback_credit": NOTE,
        "iterations": ITERATIONS,
        "total_tokens": TOTAL,
        **SUMS,
        **STATED_COST,
    },
)

OPENAI = Shape(
    name="openai",
    marks=frozenset(
        (
            *("prompt_tokens", "completion_tokens", "request_tokens", "response_tokens"),
            *("tokens_in", "tokens_out", "prompt_llm_token_count", "completion_llm_token_count"),
            *("completion_token_count", "prompt", "completion"),
            *("llm_prompt_tokens", "llm_completion_tokens"),
        )
    ),
    fields={
        "prompt_tokens": WHOLE,
        "completion_tokens": ANSWER,
        "total_tokens": TOTAL,
        # Braintrust's
        "tokens": TOTAL,
        # LlamaIndex's counter and its events
        **dict.fromkeys(("prompt_llm_token_count", "prompt_token_count"), WHOLE),
        **dict.fromkeys(("completion_llm_token_count", "completion_token_count"), ANSWER),
        **dict.fromkeys(("total_llm_token_count", "total_token_count"), TOTAL),
        # LiveKit's sum of a session, next to the units of its speech models
        "llm_prompt_tokens": WHOLE,
        "llm_prompt_cached_tokens": READ,
        "llm_completion_tokens": ANSWER,
        **{f"llm_{name}": meaning for name, meaning in FLAT_MODALITIES.items()},
        # promptfoo's
        "prompt": WHOLE,
        "completion": ANSWER,
        "total": TOTAL,
        "numRequests": CALLS,
        "completionDetails": {
            "reasoning": REASONING,
            **dict.fromkeys(("acceptedPrediction", "rejectedPrediction"), PART),
        },
        "input_tokens": WHOLE,
        "output_tokens": ANSWER,
        "request_tokens": WHOLE,
        "response_tokens": ANSWER,
        "tokens_in": WHOLE,
        "tokens_out": ANSWER,
        **dict.fromkeys(
            ("prompt_tokens_details", "prompt_token_details", "input_tokens_details"), _INPUT_PARTS
        ),
        **dict.fromkeys(
            (*("completion_tokens_details", "completion_token_details"), "output_tokens_details"),
            _OUTPUT_PARTS,
        ),
        **_CACHE_NAMES,
        "num_cached_tokens": READ,
        "prompt_cache_hit_tokens": READ,
        "prompt_cache_miss_tokens": MISS,
        "prompt_cache_read_tokens": READ,
        "prompt_cache_write_tokens": WRITE,
        # browser-use's names
        "prompt_cached_tokens": READ,
        "prompt_cache_creation_tokens": WRITE,
        "prompt_image_tokens": PART,
        "prompt_audio_tokens": AUDIO_IN,
        "audio_tokens": AUDIO_APART,
        "completion_audio_tokens": AUDIO_OUT,
        **dict.fromkeys(("reasoning_tokens", "completion_reasoning_tokens"), REASONING),
        # What Mistral's connectors read and wrote, on top of the prompt.
        "connector_tokens": TOOL_PROMPT,
        "connectors": {
            "web_search": tool("web_search"),
            "web_search_premium": tool("web_search"),
            "code_interpreter": tool("code_interpreter"),
            "image_generation": tool("image_generation"),
        },
        **_OPENAI_TERMS,
    },
)

PERPLEXITY = Shape(
    name="perplexity",
    marks=frozenset(("prompt_tokens",)),
    own=frozenset(("citation_tokens", "num_search_queries", "search_context_size")),
    fields={
        **OPENAI.fields,
        "reasoning_tokens": REASONING_APART,
        "citation_tokens": unit("citation"),
        "num_search_queries": tool("search_query"),
        "search_context_size": SEARCH_CONTEXT,
    },
)

XAI = Shape(
    name="xai",
    marks=frozenset(("prompt_tokens",)),
    own=frozenset(("prompt_text_tokens", "cached_prompt_text_tokens", "prompt_image_tokens")),
    fields={
        **OPENAI.fields,
        "reasoning_tokens": REASONING_APART,
        "prompt_text_tokens": PART,
        "cached_prompt_text_tokens": READ,
        "prompt_image_tokens": IMAGE_IN,
        "server_side_tools_used": NOTE,
    },
)

#: PydanticAI repeats the provider's own counts in ``details``: what is not a part is unread.
DETAILS: Fields = {
    **dict.fromkeys(
        (
            *("cached_tokens", "cache_read_input_tokens", "cached_content_tokens"),
            *("cached_content_token_count", "cacheReadInputTokens", "input_tokens"),
            *("text_prompt_tokens", "text_candidates_tokens", "text_cache_tokens"),
            *("output_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens"),
        ),
        PART,
    ),
    **dict.fromkeys(("cache_creation_input_tokens", "cacheWriteInputTokens"), PART),
    **dict.fromkeys(("reasoning_tokens", "thoughts_tokens", "thinking_tokens"), THINKING),
    **dict.fromkeys(("audio_prompt_tokens", "audio_tokens"), PART),
}
#: LangChain names the service tier in the details: what it served, and the parts of that.
_SERVED: Fields = {tier: served(tier) for tier in ("priority", "flex")}
_RESPONSES: Fields = {
    "input_tokens": WHOLE,
    "output_tokens": ANSWER,
    "total_tokens": TOTAL,
    **dict.fromkeys(("input_tokens_details", "prompt_tokens_details"), _INPUT_PARTS),
    # ``thinking_tokens`` is Anthropic's name, for a part that is never billed apart.
    "output_tokens_details": {**_OUTPUT_PARTS, "thinking_tokens": THINKING},
    "input_token_details": {
        **_INPUT_PARTS,
        "cache_creation": {"": WRITE_OTHER, **_EPHEMERAL},
        **_SERVED,
        **{f"{tier}_cache_read": READ for tier in _SERVED},
        **{f"{tier}_cache_creation": WRITE_OTHER for tier in _SERVED},
    },
    "output_token_details": {
        **_OUTPUT_PARTS,
        **_SERVED,
        **{f"{tier}_reasoning": REASONING for tier in _SERVED},
    },
    "cached_input_tokens": READ,
    "cache_write_input_tokens": WRITE,
    "input_tokens_cache_write": WRITE,
    "input_tokens_cache_read": READ,
    "reasoning_output_tokens": REASONING,
    "reasoning_tokens": REASONING,
    "input_cached_tokens": READ,
    "input_cache_creation_tokens": WRITE,
    "non_cached_input_tokens": FRESH,
    # DashScope's own API lists the parts of what it billed.
    "x_details": {
        "prompt_tokens_details": _INPUT_PARTS,
        "output_tokens_details": _OUTPUT_PARTS,
        **dict.fromkeys(("input_tokens", "output_tokens", "total_tokens"), PART),
        "x_billing_type": NOTE,
    },
    "details": DETAILS,
    **_OPENAI_TERMS,
}
RESPONSES = Shape(
    name="openai_responses",
    marks=frozenset(("input_tokens", "output_tokens")),
    borrowed_with=frozenset(
        (
            "total_tokens",
            "input_tokens_details",
            "input_token_details",
            "output_token_details",
            "cached_input_tokens",
            "reasoning_output_tokens",
            "input_cached_tokens",
            "input_tokens_cache_read",
            "cached_tokens",
            "cache_audio_read_tokens",
            "non_cached_input_tokens",
            # PydanticAI's
            "details",
        )
    ),
    fields=_RESPONSES,
    borrowing={**_CACHE_NAMES, **_RESPONSES},
)
