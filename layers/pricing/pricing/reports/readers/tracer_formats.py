"""The table of record formats: observations, runs and spans of tracers, messages of chat tools."""

from dataclasses import replace

from pricing.reports.readers.record_format import RecordFormat
from pricing.usage.meanings import UsageFormat

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
        "input": "usageDetails.input | usage_details.input | usage.input"
        " | usage.promptTokens | promptTokens",
        "output": "usageDetails.output | usage_details.output | usage.output"
        " | usage.completionTokens | completionTokens",
        "output_reasoning": "usageDetails.output_reasoning | usage_details.output_reasoning"
        " | usageDetails.output_reasoning_tokens | usage_details.output_reasoning_tokens",
        "input_cached_tokens": "usageDetails.input_cached_tokens"
        " | usageDetails.cache_read_input_tokens | usageDetails.input_cache_read"
        " | usage_details.input_cached_tokens | usage_details.cache_read_input_tokens"
        " | usage_details.input_cache_read",
        "input_cache_creation": "usageDetails.input_cache_creation"
        " | usageDetails.cache_creation_input_tokens | usage_details.input_cache_creation"
        " | usage_details.cache_creation_input_tokens",
        "total": "usageDetails.total | usage_details.total | usage.total",
    },
    rest="usageDetails | usage_details",
    usage_format="langfuse",
    cost=_LANGFUSE_COST,
    processing="metadata.service_tier | modelParameters.service_tier"
    " | model_parameters.service_tier",
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
            "server_tool_use/web_search_requests": "properties.$ai_web_search_count",
            **(
                {"reasoning_tokens": "properties.$ai_reasoning_tokens"}
                if usage_format == "openai"
                else {}
            ),
        },
        usage_format=usage_format,
        cost="properties.$ai_total_cost_usd",
        processing="properties.$ai_service_tier | properties.$ai_model_parameters.service_tier",
        labels={"user": "distinct_id", "session": "properties.$ai_session_id"},
        only={"event": ("$ai_generation", "$ai_embedding")},
    )


_EXCLUSIVE = "properties.$ai_cache_reporting_exclusive"
#: A span of Opik's, with what its SDK makes of a provider's usage, or with the provider's own.
_OPIK = RecordFormat(
    name="opik",
    marks=("trace_id", "start_time", "type", "project_id | project_name | usage.prompt_tokens"),
    moment="start_time",
    model="model",
    request_id="id",
    counts={
        "prompt_tokens": "usage.prompt_tokens",
        "completion_tokens": "usage.completion_tokens",
        "total_tokens": "usage.total_tokens",
    },
    usage_format="openai",
    cost="total_estimated_cost",
    processing="metadata.service_tier",
    labels={"endpoint": "name", "project": "project_name"},
    only={"type": ("llm",)},
    span=("trace_id", "id", "parent_span_id"),
)
_PROVIDERS_OWN = "usage.original_usage.*"

#: An answer of AnythingLLM, of its API or its database.
_ANYTHING_LLM = RecordFormat(
    name="anythingllm",
    marks=(
        "metrics.prompt_tokens | response.metrics.prompt_tokens",
        "metrics.outputTps | response.metrics.outputTps",
    ),
    moment="metrics.timestamp | response.metrics.timestamp | createdAt | sentAt",
    model="metrics.model | response.metrics.model",
    request_id="chatId | id",
    counts={
        name: f"metrics.{name} | response.metrics.{name}"
        for name in ("prompt_tokens", "completion_tokens", "total_tokens")
    },
    usage_format="openai",
    without_model="look like answers of AnythingLLM without a model, which are not read; send those"
    " of a version whose metrics name it",
)
#: A message of Cherry Studio; those of the user may have an estimate.
_CHERRY_STUDIO = RecordFormat(
    name="cherry_studio",
    marks=("usage", "topicId", "model.id"),
    moment="createdAt",
    model="model.id",
    request_id="id",
    usage="usage",
    labels={"session": "topicId"},
    only={"role": ("assistant",)},
)
#: A message of big-AGI, whose input leaves out the cache.
_BIG_AGI = RecordFormat(
    name="big_agi",
    marks=("fragments", "role"),
    moment="created",
    model="generator.name",
    request_id="id",
    counts={
        "input_tokens": "generator.metrics.TIn",
        "output_tokens": "generator.metrics.TOut",
        "cache_read_input_tokens": "generator.metrics.TCacheRead",
        "cache_creation_input_tokens": "generator.metrics.TCacheWrite",
    },
    usage_format="anthropic",
    only={"role": ("assistant",)},
)
TRACERS = (
    _ANYTHING_LLM,
    _BIG_AGI,
    _CHERRY_STUDIO,
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
        processing="outputs.generations.message.kwargs.response_metadata.service_tier"
        " | outputs.llm_output.service_tier | extra.invocation_params.service_tier",
        labels={"endpoint": "name", "project": "session_name", "session": "thread_id"},
        # Chains and tools repeat the sums of the model calls below them.
        only={"run_type": ("llm", "embedding")},
    ),
    # Newer events of PostHog say whether their input excludes the cache. That of older events
    # excludes it for Anthropic, and includes it for everybody else.
    _posthog("input_tokens", "output_tokens", "anthropic", "event", f"{_EXCLUSIVE}=true"),
    _posthog("prompt_tokens", "completion_tokens", "openai", "event", f"{_EXCLUSIVE}=false"),
    _posthog(
        "input_tokens", "output_tokens", "anthropic", "event", "properties.$ai_provider=anthropic"
    ),
    _posthog(
        "prompt_tokens",
        "completion_tokens",
        "openai",
        "event",
        "distinct_id | properties.$ai_model",
    ),
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
            "cache_creation/ephemeral_5m_input_tokens": "metrics.prompt_cache_creation_5m_tokens",
            "cache_creation/ephemeral_1h_input_tokens": "metrics.prompt_cache_creation_1h_tokens",
            "server_tool_use/web_search_requests": "metrics.server_tool_use_web_search_requests",
            "reasoning_tokens": "metrics.completion_reasoning_tokens",
        },
        usage_format="openai",
        cost="metrics.estimated_cost",
        processing="metadata.service_tier",
        labels={"endpoint": "span_attributes.name", "project": "project_id"},
        only={"span_attributes.type": ("llm",)},
        span=("root_span_id", "span_id", "span_parents"),
    ),
    RecordFormat(
        name="honeyhive",
        marks=("event_type", "config.model", "metadata.prompt_tokens"),
        moment="start_time",
        model="config.model",
        request_id="event_id",
        counts={
            "prompt_tokens": "metadata.prompt_tokens",
            "completion_tokens": "metadata.completion_tokens",
            "total_tokens": "metadata.total_tokens",
        },
        usage_format="openai",
        cost="metadata.cost",
        labels={"endpoint": "event_name", "session": "session_id", "project": "project"},
        only={"event_type": ("model",)},
        span=("session_id", "event_id", "parent_id"),
    ),
    RecordFormat(
        name="datadog",
        marks=("metrics.input_tokens", "meta.span.kind | meta.kind | span_kind"),
        moment="start_ns | start_ms | start | timestamp",
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
    replace(
        _OPIK,
        marks=("trace_id", "start_time", "type", _PROVIDERS_OWN),
        usage=_PROVIDERS_OWN,
        counts={},
        usage_format=None,
    ),
    _OPIK,
    RecordFormat(
        name="dify",
        marks=("process_data.usage.prompt_tokens", "process_data.model_name"),
        moment="created_at",
        model="process_data.model_name",
        request_id="id",
        counts={
            "prompt_tokens": "process_data.usage.prompt_tokens",
            "completion_tokens": "process_data.usage.completion_tokens",
            "total_tokens": "process_data.usage.total_tokens",
        },
        usage_format="openai",
        cost="process_data.usage.total_price",
        currency="process_data.usage.currency",
        labels={"endpoint": "title | node_type"},
    ),
    RecordFormat(
        name="dify",
        marks=("message_tokens", "answer_tokens"),
        moment="created_at",
        model="model_id | model",
        request_id="id",
        counts={"prompt_tokens": "message_tokens", "completion_tokens": "answer_tokens"},
        usage_format="openai",
        cost="total_price",
        currency="currency",
        labels={"session": "conversation_id", "user": "from_end_user_id | from_account_id"},
    ),
    RecordFormat(
        name="open_webui",
        marks=("chat_id", "user_id", "role", "created_at"),
        moment="created_at",
        model="model_id",
        request_id="id",
        usage="usage",
        labels={"session": "chat_id", "user": "user_id"},
        only={"role": ("assistant",)},
    ),
    *(
        RecordFormat(
            name="lobechat",
            marks=("role", f"{usage}.totalInputTokens"),
            moment="createdAt",
            model="model",
            request_id="id",
            counts={
                "prompt_tokens": f"{usage}.totalInputTokens",
                "completion_tokens": f"{usage}.totalOutputTokens",
                "total_tokens": f"{usage}.totalTokens",
                "cached_tokens": f"{usage}.inputCachedTokens",
                "cache_write_tokens": f"{usage}.inputWriteCacheTokens",
                "reasoning_tokens": f"{usage}.outputReasoningTokens",
                **{
                    f"{side}_tokens_details/{name}_tokens": f"{usage}.{paths}"
                    for side, name, paths in (
                        ("prompt", "text", f"inputCacheMissTokens | {usage}.inputTextTokens"),
                        ("prompt", "audio", "inputAudioTokens"),
                        ("prompt", "image", "inputImageTokens"),
                        ("completion", "text", "outputTextTokens"),
                        ("completion", "audio", "outputAudioTokens"),
                        ("completion", "image", "outputImageTokens"),
                        ("completion", "accepted_prediction", "acceptedPredictionTokens"),
                        ("completion", "rejected_prediction", "rejectedPredictionTokens"),
                    )
                },
            },
            usage_format="openai",
            cost=f"{usage}.cost",
            labels={"session": "topicId | sessionId"},
            only={"role": ("assistant",)},
        )
        for usage in ("metadata", "metadata.usage")
    ),
)
