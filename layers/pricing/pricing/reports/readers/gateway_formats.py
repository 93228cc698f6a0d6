"""The table of record formats: logs and exports of gateways."""

from pricing.reports.readers.record_format import RecordFormat
from pricing.usage.meanings import UsageFormat

_OPENAI = {
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "total_tokens": "total_tokens",
}


def _new_api(prompt: str, answer: str, usage_format: UsageFormat, *marks: str) -> RecordFormat:
    return RecordFormat(
        name="new_api",
        marks=("model_name", "quota", "prompt_tokens", *marks),
        moment="created_at",
        model="model_name",
        request_id="request_id",
        counts={
            prompt: "prompt_tokens",
            answer: "completion_tokens",
            "cache_read_input_tokens": "other.cache_tokens",
            "cache_creation_input_tokens": "other.cache_creation_tokens",
        },
        usage_format=usage_format,
        labels={"user": "username", "api_key": "token_name", "project": "group"},
        only={"type": ("2",)},
    )


#: Kong's plugins that call a model, next to its proxy.
_PLUGINS = (
    *("ai-proxy-advanced", "ai-request-transformer", "ai-response-transformer"),
    *("ai-rag-injector", "ai-llm-as-judge"),
)
#: How its cache answered what was sent to a provider.
_SENT = ("miss", "bypass", "refresh", "")


def _either(name: str) -> str:
    """A name of OpenRouter's API, and as its SDK in TypeScript has it."""
    head, *others = name.split("_")
    return f"{name} | {head}{''.join(map(str.capitalize, others))}"


GATEWAYS = (
    RecordFormat(
        name="litellm_spend_logs",
        marks=("startTime", "call_type"),
        moment="startTime",
        model="model",
        request_id="request_id",
        usage="metadata.usage_object | response.usage",
        # Older proxies keep what OpenAI's three counts leave out apart.
        counts={
            **_OPENAI,
            **{
                name: f"metadata.additional_usage_values.{name}"
                for name in ("cache_read_input_tokens", "cache_creation_input_tokens")
            },
        },
        usage_format="litellm",
        cost="spend | response_cost",
        processing="response.service_tier | metadata.cost_breakdown.service_tier",
        location="metadata.cost_breakdown.vertex_location",
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
        processing="response_body.service_tier | response.service_tier",
        labels={"user": "request_user_id", "endpoint": "request_path", "api_key": "key_name"},
        # What Helicone's own cache answered names the request that was sent to the provider.
        only={"cache_reference_id": ("00000000-0000-0000-0000-000000000000",)},
    ),
    RecordFormat(
        name="openrouter_generation",
        marks=(_either("native_tokens_prompt"),),
        moment=_either("created_at"),
        model="model",
        request_id="id",
        counts={
            "prompt_tokens": _either("native_tokens_prompt"),
            "completion_tokens": _either("native_tokens_completion"),
            "reasoning_tokens": _either("native_tokens_reasoning"),
            "cached_tokens": _either("native_tokens_cached"),
        },
        usage_format="openai",
        cost=f"{_either('total_cost')} | usage",
        processing=_either("service_tier"),
        upstream=_either("upstream_inference_cost"),
        own_key=_either("is_byok"),
        labels={"project": _either("app_id")},
    ),
    RecordFormat(
        name="openrouter_activity",
        marks=(_either("model_permaslug"), _either("tokens_prompt"), _either("tokens_completion")),
        moment=_either("created_at"),
        model=_either("model_permaslug"),
        request_id=_either("generation_id"),
        counts={
            "prompt_tokens": _either("tokens_prompt"),
            "completion_tokens": _either("tokens_completion"),
            "reasoning_tokens": _either("tokens_reasoning"),
            "cached_tokens": _either("tokens_cached"),
        },
        usage_format="openai",
        cost=_either("cost_total"),
        upstream=_either("byok_usage_inference"),
        own_key=_either("byok_usage_inference"),
        labels={"project": _either("app_name"), "api_key": _either("api_key_name"), "user": "user"},
    ),
    RecordFormat(
        name="openrouter_activity",
        marks=(_either("model_permaslug"), "requests", _either("prompt_tokens")),
        moment="date",
        model=_either("model_permaslug"),
        counts={
            "prompt_tokens": _either("prompt_tokens"),
            "completion_tokens": _either("completion_tokens"),
            "reasoning_tokens": _either("reasoning_tokens"),
        },
        usage_format="openai",
        cost="usage",
        upstream=_either("byok_usage_inference"),
        own_key=_either("byok_usage_inference"),
        calls="requests",
    ),
    RecordFormat(
        name="portkey",
        marks=("ai_model | response.model | res_model", "req_units | request_tokens"),
        moment="created_at | time_of_generation | timestamp",
        model="ai_model | response.model | res_model",
        request_id="id | trace_id",
        usage="response.usage | response.usageMetadata",
        processing="response.service_tier",
        counts={
            "prompt_tokens": "req_units | request_tokens",
            "completion_tokens": "res_units | response_tokens",
            "total_tokens": "total_units | total_tokens",
        },
        labels={"user": "metadata._user", "project": "metadata._environment"},
        only={"cache_status": ("miss", "disabled", "")},
    ),
    RecordFormat(
        name="cloudflare_ai_gateway",
        marks=("tokens_in", "tokens_out", "model", "created_at | timestamp"),
        moment="created_at | timestamp",
        model="model",
        request_id="id",
        counts={"prompt_tokens": "tokens_in", "completion_tokens": "tokens_out"},
        usage_format="openai",
        cost="cost",
        labels={"endpoint": "path", "project": "gateway_id"},
        only={"cached": ("false", "0")},
    ),
    # One API and New API keep the counts of the cache in a text; Claude's prompt excludes them.
    _new_api("input_tokens", "output_tokens", "anthropic", "other.claude=True"),
    _new_api("prompt_tokens", "completion_tokens", "litellm"),
    # Each plugin of Kong's that calls a model has its own counts.
    RecordFormat(
        name="kong_ai_gateway",
        marks=(" | ".join(f"ai.{plugin}.usage" for plugin in _PLUGINS),),
        each="ai",
        entry=("usage", "meta"),
        moment="^.started_at",
        model="meta.response_model | meta.request_model",
        request_id="^.request.id + @",
        counts={
            "prompt_tokens": "usage.prompt_tokens | usage.prompt_token",
            "completion_tokens": "usage.completion_tokens | usage.completion_token",
            "total_tokens": "usage.total_tokens",
        },
        usage_format="openai",
        cost="usage.cost",
        labels={
            "endpoint": "^.route.name",
            "project": "^.service.name",
            "user": "^.consumer.username",
        },
        only={"cache.cache_status": _SENT},
    ),
    RecordFormat(
        name="kong_ai_gateway",
        marks=("ai.proxy.usage | ai.ai-proxy.usage",),
        moment="started_at",
        model="ai.proxy.meta.response_model | ai.ai-proxy.meta.response_model"
        " | ai.proxy.meta.request_model | ai.ai-proxy.meta.request_model",
        request_id="request.id",
        counts={
            "prompt_tokens": "ai.proxy.usage.prompt_tokens | ai.ai-proxy.usage.prompt_tokens"
            " | ai.proxy.usage.prompt_token | ai.ai-proxy.usage.prompt_token",
            "completion_tokens": "ai.proxy.usage.completion_tokens"
            " | ai.ai-proxy.usage.completion_tokens"
            " | ai.proxy.usage.completion_token | ai.ai-proxy.usage.completion_token",
            "total_tokens": "ai.proxy.usage.total_tokens | ai.ai-proxy.usage.total_tokens",
        },
        usage_format="openai",
        cost="ai.proxy.usage.cost | ai.ai-proxy.usage.cost",
        labels={"endpoint": "route.name", "project": "service.name", "user": "consumer.username"},
        only={"ai.proxy.cache.cache_status": _SENT, "ai.ai-proxy.cache.cache_status": _SENT},
    ),
    # The report of Vercel's gateway; its input includes cached tokens, as everywhere in its SDK.
    RecordFormat(
        name="vercel_ai_gateway",
        marks=("market_cost", "request_count", "model"),
        moment="day | hour",
        model="model",
        counts={
            "inputTokens": "input_tokens",
            "outputTokens": "output_tokens",
            "cachedInputTokens": "cached_input_tokens",
            "cacheWriteTokens": "cache_creation_input_tokens",
            "reasoningTokens": "reasoning_tokens",
        },
        usage_format="vercel_ai",
        cost="market_cost",
        labels={"user": "user", "api_key": "api_key_name | api_key_id"},
        calls="request_count",
    ),
    RecordFormat(
        name="envoy_ai_gateway",
        marks=("genai_tokens_input", "genai_model_name"),
        moment="start_time | timestamp",
        model="genai_model_name",
        request_id="x-request-id | request_id",
        counts={
            "prompt_tokens": "genai_tokens_input",
            "completion_tokens": "genai_tokens_output",
            "cached_tokens": "genai_tokens_cached_input",
        },
        usage_format="openai",
        labels={"endpoint": "genai_backend_name | x-envoy-origin-path"},
    ),
    RecordFormat(
        name="databricks_inference_table",
        marks=("databricks_request_id", "response"),
        moment="request_time | timestamp_ms",
        model="response.model",
        request_id="databricks_request_id",
        usage="response.usage",
        processing="response.service_tier",
        labels={"user": "requester", "endpoint": "served_entity_id"},
        only={"status_code": ("200",)},
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
    RecordFormat(
        name="azure_api_management",
        marks=("PromptTokens", "CompletionTokens", "ModelName | DeploymentName"),
        moment="TimeGenerated",
        model="ModelName | DeploymentName",
        request_id="CorrelationId",
        counts={
            "prompt_tokens": "PromptTokens",
            "completion_tokens": "CompletionTokens",
            "total_tokens": "TotalTokens",
        },
        usage_format="openai",
        labels={"endpoint": "OperationId | OperationName", "project": "ApiId"},
    ),
    # The same as Azure Monitor sends it on, with the cached tokens that the table leaves out.
    RecordFormat(
        name="azure_api_management",
        marks=("category", "properties.promptTokens", "properties.completionTokens"),
        moment="time",
        model="properties.modelName | properties.deploymentName",
        request_id="properties.correlationId | correlationId",
        counts={
            "prompt_tokens": "properties.promptTokens",
            "completion_tokens": "properties.completionTokens",
            "total_tokens": "properties.totalTokens",
            "cached_tokens": "properties.promptCachedTokens",
        },
        usage_format="openai",
        labels={
            "endpoint": "properties.operationId | operationName",
            "project": "properties.apiId",
        },
    ),
    # Further rows of a call have a part of its messages, and neither a model nor a deployment.
    RecordFormat(
        name="azure_api_management",
        marks=("CorrelationId", "SequenceNumber"),
        moment="TimeGenerated",
        model="ModelName",
        only={"SequenceNumber": ()},
    ),
    RecordFormat(
        name="higress",
        marks=("input_token", "output_token", "model"),
        moment="timestamp",
        model="model",
        counts={
            "prompt_tokens": "input_token",
            "completion_tokens": "output_token",
            "cached_tokens": "cached_tokens",
            "reasoning_tokens": "reasoning_tokens",
        },
        usage_format="openai",
        labels={"session": "session_id", "endpoint": "api", "user": "consumer"},
    ),
    *(
        RecordFormat(
            name="lunaroute",
            marks=("session_id", mark),
            moment="timestamp",
            model="response_json.model | model_used",
            request_id="response_json.id",
            usage="response_json.usage",
            processing="response_json.service_tier",
            labels={"session": "session_id"},
            # The other events begin a session, and end it with the sums of its calls.
            only={"type": ("response_recorded",)},
        )
        for mark in ("response_json.usage", "model_requested", "final_stats")
    ),
    RecordFormat(
        name="noveum",
        marks=("attributes.response.usage", "attributes.model"),
        moment="timestamp",
        model="attributes.response.model | attributes.model",
        request_id="attributes.response.id",
        usage="attributes.response.usage",
        cost="attributes.metadata.cost",
        labels={"user": "attributes.user_id", "project": "attributes.project_id"},
    ),
)
