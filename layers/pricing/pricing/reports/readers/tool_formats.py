"""The table of record formats: logs and exports of coding tools, gateways, tracers and providers.

Sources: the tools' own documentation and source code of their log formats, and what public
repositories parse of them.
"""

from dataclasses import replace

from pricing.reports.readers.record_format import RecordFormat
from pricing.usage.meanings import UsageFormat

_OPENAI = {
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "total_tokens": "total_tokens",
}

_OPENCODE = RecordFormat(
    name="opencode",
    marks=("modelID", "tokens.input"),
    moment="time.created",
    model="modelID",
    request_id="id",
    counts={
        "input_tokens": "tokens.input",
        "output_tokens": "tokens.output + tokens.reasoning",
        "cache_read_input_tokens": "tokens.cache.read",
        "cache_creation_input_tokens": "tokens.cache.write",
    },
    usage_format="anthropic",
    cost="cost",
    labels={"session": "sessionID", "project": "path.root"},
    only={"role": ("assistant",)},
)
CODING_TOOLS = (
    RecordFormat(
        name="aider",
        marks=("event", "properties", "user_id", "time"),
        moment="time",
        model="properties.main_model",
        counts={
            "prompt_tokens": "properties.prompt_tokens",
            "completion_tokens": "properties.completion_tokens",
            "total_tokens": "properties.total_tokens",
        },
        usage_format="openai",
        cost="properties.cost",
        only={"event": ("message_send",)},
    ),
    RecordFormat(
        name="cline",
        marks=("ts", "say | ask"),
        moment="ts",
        model="modelInfo.modelId | text.model",
        request_id="ts",
        counts={
            "input_tokens": "text.tokensIn",
            "output_tokens": "text.tokensOut",
            "cache_read_input_tokens": "text.cacheReads",
            "cache_creation_input_tokens": "text.cacheWrites",
        },
        usage_format="anthropic",
        cost="text.cost",
        only={"type": ("say",), "say": ("api_req_started",)},
    ),
    RecordFormat(
        name="continue",
        marks=("promptTokens", "generatedTokens"),
        moment="timestamp",
        model="model",
        counts={"prompt_tokens": "promptTokens", "completion_tokens": "generatedTokens"},
        usage_format="openai",
        labels={"user": "userId"},
    ),
    RecordFormat(
        name="cursor",
        marks=("Date", "Model", "Output Tokens"),
        moment="Date",
        model="Model",
        counts={
            "input_tokens": "Input (w/o Cache Write)",
            "cache_creation_input_tokens": "Input (w/ Cache Write)",
            "cache_read_input_tokens": "Cache Read",
            "output_tokens": "Output Tokens",
        },
        usage_format="anthropic",
        cost="Cost | Cost ($)",
        labels={"user": "User", "endpoint": "Kind"},
    ),
    RecordFormat(
        name="cursor",
        marks=("tokenUsage", "model", "chargedCents | kind | requestsCosts"),
        moment="timestamp",
        model="model",
        counts={
            "input_tokens": "tokenUsage.inputTokens",
            "cache_creation_input_tokens": "tokenUsage.cacheWriteTokens",
            "cache_read_input_tokens": "tokenUsage.cacheReadTokens",
            "output_tokens": "tokenUsage.outputTokens",
        },
        usage_format="anthropic",
        cents="chargedCents",
        labels={"user": "userEmail | owningUser", "endpoint": "kind"},
    ),
    RecordFormat(
        name="gemini_cli",
        marks=("tokens.input", "tokens.thoughts", "model"),
        moment="timestamp",
        model="model",
        request_id="id",
        counts={
            "promptTokenCount": "tokens.input",
            "candidatesTokenCount": "tokens.output",
            "cachedContentTokenCount": "tokens.cached",
            "thoughtsTokenCount": "tokens.thoughts",
            "toolUsePromptTokenCount": "tokens.tool",
            "totalTokenCount": "tokens.total",
        },
        usage_format="gemini",
        labels={"session": "sessionId", "project": "projectHash"},
    ),
    RecordFormat(
        name="goose",
        marks=("accumulated_input_tokens", "model_config_json | model_config"),
        moment="created_at",
        model="model_config_json.model_name | model_config.model_name",
        request_id="id",
        counts={
            "input_tokens": "accumulated_input_tokens",
            "output_tokens": "accumulated_output_tokens",
            "total_tokens": "accumulated_total_tokens",
        },
        usage_format="openai_responses",
        labels={"session": "id", "project": "working_dir"},
        sums=True,
    ),
    RecordFormat(
        name="llm_cli",
        marks=("datetime_utc", "input_tokens", "model"),
        moment="datetime_utc",
        model="resolved_model | model",
        request_id="id",
        counts={"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"},
        rest="token_details",
        usage_format="openai",
        labels={"session": "conversation_id"},
    ),
    _OPENCODE,
    replace(_OPENCODE, marks=("sessionID", "role", "time.created")),
    RecordFormat(
        name="pi",
        marks=("type=message", "message.role"),
        moment="timestamp | message.timestamp",
        model="message.model",
        request_id="message.responseId | id",
        counts={
            "input_tokens": "message.usage.input",
            "output_tokens": "message.usage.output",
            "cache_read_input_tokens": "message.usage.cacheRead",
            "cache_creation_input_tokens": "message.usage.cacheWrite",
        },
        usage_format="anthropic",
        cost="message.usage.cost.total",
        only={"message.role": ("assistant",)},
    ),
)

GATEWAYS = (
    RecordFormat(
        name="litellm_spend_logs",
        marks=("startTime", "call_type"),
        moment="startTime",
        model="model",
        request_id="request_id",
        usage="metadata.usage_object | response.usage",
        counts=_OPENAI,
        usage_format="litellm",
        cost="spend | response_cost",
        labels={
            "team": "team_id | team_alias",
            "user": "end_user | user",
            "api_key": "metadata.user_api_key_alias | api_key",
            "session": "session_id",
            "endpoint": "call_type",
        },
        # What the proxy's own cache answered was not sent to a provider.
        only={"cache_hit": ("false", "none", "")},
    ),
    RecordFormat(
        name="helicone",
        marks=("request_created_at",),
        moment="request_created_at",
        model="response_model | request_model | model | model_override",
        request_id="request_id | response_id",
        counts={
            **_OPENAI,
            "prompt_cache_read_tokens": "prompt_cache_read_tokens",
            "prompt_cache_write_tokens": "prompt_cache_write_tokens",
            "prompt_audio_tokens": "prompt_audio_tokens",
            "completion_audio_tokens": "completion_audio_tokens",
            "reasoning_tokens": "reasoning_tokens",
        },
        usage_format="openai",
        cost="costUSD | cost_usd | cost",
        labels={"user": "request_user_id", "endpoint": "request_path", "api_key": "key_name"},
    ),
    RecordFormat(
        name="openrouter_generation",
        marks=("native_tokens_prompt",),
        moment="created_at",
        model="model",
        request_id="id",
        counts={
            "prompt_tokens": "native_tokens_prompt",
            "completion_tokens": "native_tokens_completion",
            "reasoning_tokens": "native_tokens_reasoning",
            "cached_tokens": "native_tokens_cached",
        },
        usage_format="openai",
        cost="total_cost",
        labels={"project": "app_id"},
    ),
    RecordFormat(
        name="openrouter_activity",
        marks=("model_permaslug", "tokens_prompt", "tokens_completion"),
        moment="created_at",
        model="model_permaslug",
        request_id="generation_id",
        counts={
            "prompt_tokens": "tokens_prompt",
            "completion_tokens": "tokens_completion",
            "reasoning_tokens": "tokens_reasoning",
            "cached_tokens": "tokens_cached",
        },
        usage_format="openai",
        cost="cost_total",
        labels={"project": "app_name", "api_key": "api_key_name", "user": "user"},
    ),
    RecordFormat(
        name="openrouter_activity",
        marks=("model_permaslug", "requests", "prompt_tokens"),
        moment="date",
        model="model_permaslug",
        counts={
            "prompt_tokens": "prompt_tokens",
            "completion_tokens": "completion_tokens",
            "reasoning_tokens": "reasoning_tokens",
        },
        usage_format="openai",
        cost="usage",
        calls="requests",
    ),
    RecordFormat(
        name="portkey",
        marks=("ai_model | response.model | res_model", "req_units | request_tokens"),
        moment="created_at | time_of_generation | timestamp",
        model="ai_model | response.model | res_model",
        request_id="id | trace_id",
        counts={
            "prompt_tokens": "req_units | request_tokens",
            "completion_tokens": "res_units | response_tokens",
            "total_tokens": "total_units | total_tokens",
        },
        usage_format="openai",
        labels={"user": "metadata._user", "project": "metadata._environment"},
        only={"cache_status": ("miss", "disabled", "")},
    ),
    RecordFormat(
        name="cloudflare_ai_gateway",
        marks=("tokens_in", "tokens_out", "model"),
        moment="created_at | timestamp",
        model="model",
        request_id="id",
        counts={
            "prompt_tokens": "tokens_in",
            "completion_tokens": "tokens_out",
        },
        usage_format="openai",
        cost="cost",
        labels={"endpoint": "path", "project": "gateway_id"},
        only={"cached": ("false", "0")},
    ),
    RecordFormat(
        name="kong_ai_gateway",
        marks=("ai.proxy.usage | ai.ai-proxy.usage",),
        moment="started_at",
        model="ai.proxy.meta.response_model | ai.ai-proxy.meta.response_model"
        " | ai.proxy.meta.request_model | ai.ai-proxy.meta.request_model",
        request_id="request.id",
        counts={
            "prompt_tokens": "ai.proxy.usage.prompt_tokens | ai.ai-proxy.usage.prompt_tokens",
            "completion_tokens": "ai.proxy.usage.completion_tokens"
            " | ai.ai-proxy.usage.completion_tokens",
            "total_tokens": "ai.proxy.usage.total_tokens | ai.ai-proxy.usage.total_tokens",
        },
        usage_format="openai",
        cost="ai.proxy.usage.cost | ai.ai-proxy.usage.cost",
        labels={"endpoint": "route.name", "project": "service.name", "user": "consumer.username"},
    ),
    RecordFormat(
        name="tensorzero",
        marks=("inference_id", "model_name", "model_provider_name", "input_tokens"),
        moment="timestamp",
        model="model_name",
        request_id="id | inference_id",
        counts={"input_tokens": "input_tokens", "output_tokens": "output_tokens"},
        usage_format="openai_responses",
        only={"cached": ("false", "0")},
    ),
)

_LANGFUSE_COST = (
    "totalCost | total_cost | calculatedTotalCost | calculated_total_cost | costDetails.total"
    " | cost_details.total"
)
_LANGFUSE = RecordFormat(
    name="langfuse",
    marks=("startTime | start_time | timestamp", "usageDetails | usage_details"),
    moment="startTime | start_time | timestamp",
    model="providedModelName | model | provided_model_name | internalModelId",
    request_id="id",
    counts={
        "input_tokens": "usageDetails.input | usage_details.input | usage.input"
        " | usage.promptTokens | promptTokens",
        "output_tokens": "usageDetails.output | usage_details.output | usage.output"
        " | usage.completionTokens | completionTokens"
        " + usageDetails.output_reasoning | usage_details.output_reasoning"
        " + usageDetails.output_reasoning_tokens | usage_details.output_reasoning_tokens",
        "cache_read_input_tokens": "usageDetails.input_cached_tokens"
        " | usageDetails.cache_read_input_tokens | usageDetails.input_cache_read"
        " | usage_details.input_cached_tokens | usage_details.cache_read_input_tokens",
        "cache_creation_input_tokens": "usageDetails.input_cache_creation"
        " | usageDetails.cache_creation_input_tokens | usage_details.input_cache_creation"
        " | usage_details.cache_creation_input_tokens",
    },
    rest="usageDetails | usage_details",
    usage_format="anthropic",
    cost=_LANGFUSE_COST,
    labels={
        "user": "userId | user_id",
        "session": "sessionId | session_id",
        "project": "projectId | project_id",
        "endpoint": "name",
    },
    only={"type": ("generation", "embedding")},
)


def _posthog(prompt: str, answer: str, usage_format: UsageFormat, *marks: str) -> RecordFormat:
    return RecordFormat(
        name="posthog",
        marks=marks,
        moment="timestamp",
        model="properties.$ai_model",
        request_id="properties.$ai_generation_id | properties.$ai_span_id | uuid",
        counts={
            prompt: "properties.$ai_input_tokens",
            answer: "properties.$ai_output_tokens",
            "cache_read_input_tokens": "properties.$ai_cache_read_input_tokens",
            "cache_creation_input_tokens": "properties.$ai_cache_creation_input_tokens",
            **(
                {"reasoning_tokens": "properties.$ai_reasoning_tokens"}
                if usage_format == "openai"
                else {}
            ),
        },
        usage_format=usage_format,
        cost="properties.$ai_total_cost_usd",
        labels={"user": "distinct_id", "session": "properties.$ai_session_id"},
        only={"event": ("$ai_generation", "$ai_embedding")},
    )


TRACERS = (
    _LANGFUSE,
    RecordFormat(
        name="langfuse",
        marks=("startTime", "inputUsage", "outputUsage"),
        moment="startTime",
        model="providedModelName | model",
        request_id="id",
        counts={"input_tokens": "inputUsage", "output_tokens": "outputUsage"},
        usage_format="anthropic",
        cost=_LANGFUSE_COST,
        labels=_LANGFUSE.labels,
        only=_LANGFUSE.only,
    ),
    replace(
        _LANGFUSE, marks=("startTime", "usage.input | usage.promptTokens", "usage.unit | type")
    ),
    replace(_LANGFUSE, marks=("startTime", "traceId", "type")),
    RecordFormat(
        name="langsmith",
        marks=("run_type", "start_time"),
        moment="start_time",
        model="outputs.generations.message.kwargs.response_metadata.model_name"
        " | extra.metadata.ls_model_name | extra.invocation_params.model",
        request_id="id",
        usage="outputs.usage_metadata | extra.metadata.usage_metadata"
        " | outputs.generations.message.kwargs.usage_metadata",
        counts={
            "input_tokens": "prompt_tokens",
            "output_tokens": "completion_tokens",
            "total_tokens": "total_tokens",
            "input_token_details": "prompt_token_details",
            "output_token_details": "completion_token_details",
        },
        usage_format="langchain",
        cost="total_cost",
        labels={"endpoint": "name", "project": "session_name", "session": "thread_id"},
        # Chains and tools repeat the sums of the model calls below them.
        only={"run_type": ("llm", "embedding")},
    ),
    # PostHog's input tokens exclude the cache for Anthropic, and include it for everybody else.
    _posthog(
        "input_tokens", "output_tokens", "anthropic", "event", "properties.$ai_provider=anthropic"
    ),
    _posthog("prompt_tokens", "completion_tokens", "openai", "event", "distinct_id"),
    RecordFormat(
        name="braintrust",
        marks=("span_attributes", "metrics", "root_span_id"),
        moment="created",
        model="metadata.model",
        request_id="id",
        counts={
            "prompt_tokens": "metrics.prompt_tokens",
            "completion_tokens": "metrics.completion_tokens",
            "total_tokens": "metrics.tokens",
            "cached_tokens": "metrics.prompt_cached_tokens",
            "cache_write_tokens": "metrics.prompt_cache_creation_tokens",
            "reasoning_tokens": "metrics.completion_reasoning_tokens",
        },
        usage_format="openai",
        cost="metrics.estimated_cost",
        labels={"endpoint": "span_attributes.name", "project": "project_id"},
        only={"span_attributes.type": ("llm",)},
        span=("root_span_id", "span_id", "span_parents"),
    ),
    RecordFormat(
        name="datadog",
        marks=("metrics.input_tokens", "meta.span.kind | meta.kind | span_kind"),
        moment="start_ns | start | timestamp",
        model="meta.model_name | model_name | meta.metadata.model_name",
        counts={
            "input_tokens": "metrics.input_tokens",
            "output_tokens": "metrics.output_tokens",
            "total_tokens": "metrics.total_tokens",
            "cache_read_input_tokens": "metrics.cache_read_input_tokens",
            "cache_creation_input_tokens": "metrics.cache_write_input_tokens",
            "reasoning_tokens": "metrics.reasoning_output_tokens",
        },
        usage_format="openai_responses",
        labels={"endpoint": "name", "project": "ml_app", "session": "session_id"},
        only={
            "meta.span.kind": ("llm", "embedding"),
            "meta.kind": ("llm", "embedding"),
            "span_kind": ("llm", "embedding"),
        },
        span=("trace_id", "span_id", "parent_id"),
    ),
    RecordFormat(
        name="new_relic",
        marks=("response.usage.prompt_tokens", "type=LlmChatCompletionSummary"),
        moment="timestamp",
        model="response.model | request.model",
        request_id="request_id | id",
        counts={
            "prompt_tokens": "response.usage.prompt_tokens",
            "completion_tokens": "response.usage.completion_tokens",
            "total_tokens": "response.usage.total_tokens",
        },
        usage_format="openai",
        labels={"project": "appName"},
    ),
    RecordFormat(
        name="opik",
        marks=("trace_id", "start_time", "type", "project_id | project_name | usage.prompt_tokens"),
        moment="start_time",
        model="model",
        request_id="id",
        counts={
            "prompt_tokens": "usage.prompt_tokens",
            "completion_tokens": "usage.completion_tokens",
            "total_tokens": "usage.total_tokens",
            "cached_tokens": "usage.original_usage.prompt_tokens_details.cached_tokens",
            "reasoning_tokens": "usage.original_usage.completion_tokens_details.reasoning_tokens",
        },
        usage_format="openai",
        cost="total_estimated_cost",
        labels={"endpoint": "name", "project": "project_name"},
        only={"type": ("llm",)},
        span=("trace_id", "id", "parent_span_id"),
    ),
)
