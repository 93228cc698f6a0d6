"""The table of record formats: what providers export, SDKs return and OpenTelemetry collects."""

from dataclasses import replace

from pricing.reports.readers.record_format import RecordFormat
from pricing.reports.source_formats import SourceFormat

PROVIDERS = (
    RecordFormat(
        name="openai_usage_api",
        marks=("num_model_requests", "input_tokens"),
        moment="start_time | start_time_iso | date",
        model="model",
        counts={
            "input_tokens": "input_tokens",
            "output_tokens": "output_tokens",
            "input_cached_tokens": "input_cached_tokens",
            "input_audio_tokens": "input_audio_tokens",
            "output_audio_tokens": "output_audio_tokens",
            "input_tokens_details/cache_write_tokens": "input_cache_write_tokens",
            "input_tokens_details/image_tokens": "input_image_tokens",
            "input_tokens_details/cached_tokens_details/audio_tokens": "input_cached_audio_tokens",
            "input_tokens_details/cached_tokens_details/image_tokens": "input_cached_image_tokens",
            "output_tokens_details/image_tokens": "output_image_tokens",
        },
        usage_format="openai_responses",
        labels={
            "project": "project_name | project_id",
            "user": "user_email | user_id",
            "api_key": "api_key_name | api_key_id",
        },
        calls="num_model_requests",
        processing="batch | service_tier",
    ),
    RecordFormat(
        name="anthropic_usage_api",
        marks=(
            "uncached_input_tokens | usage_input_tokens_no_cache",
            "output_tokens | usage_output_tokens",
        ),
        moment="starting_at | usage_date_utc | date",
        model="model | model_version",
        counts={
            "input_tokens": "uncached_input_tokens | usage_input_tokens_no_cache",
            "output_tokens": "output_tokens | usage_output_tokens",
            "cache_read_input_tokens": "cache_read_input_tokens | usage_input_tokens_cache_read",
            "cache_creation_input_tokens": "usage_input_tokens_cache_write",
            "cache_creation/ephemeral_5m_input_tokens": "cache_creation.ephemeral_5m_input_tokens"
            " | usage_input_tokens_cache_write_5m",
            "cache_creation/ephemeral_1h_input_tokens": "cache_creation.ephemeral_1h_input_tokens"
            " | usage_input_tokens_cache_write_1h",
            "server_tool_use/web_search_requests": "server_tool_use.web_search_requests"
            " | web_search_count",
        },
        usage_format="anthropic",
        labels={"project": "workspace | workspace_id", "api_key": "api_key | api_key_id"},
        sums=True,
        processing="service_tier | usage_type",
        tier="context_window",
        speed="speed",
        inference_geo="inference_geo",
    ),
    # DeepSeek's export has a row for each count of a day or an hour, model and key.
    *(
        RecordFormat(
            name="deepseek_usage",
            marks=("api_key_name", f"type={kind}", "amount"),
            moment="start_time_iso | utc_date",
            model="model",
            request_id="start_time_iso | utc_date + model + api_key_name + api_key",
            counts={"input_tokens": "0", "output_tokens": "0", **counts},
            usage_format="anthropic",
            labels={"api_key": "api_key_name"},
            calls="" if counts else "amount",
            sums=True,
        )
        for kind, counts in (
            ("input_cache_hit_tokens", {"cache_read_input_tokens": "amount"}),
            ("input_cache_miss_tokens", {"input_tokens": "amount"}),
            ("output_tokens", {"output_tokens": "amount"}),
            ("request_count", {}),
        )
    ),
    # What a deployment served is billed by the second, whatever its tokens.
    RecordFormat(
        name="fireworks_billing",
        marks=("accelerator_seconds", "base_model_name", "usage_type"),
        moment="start_time",
        model="",
        without_model="look like rows of Fireworks that are billed by the second, which are not"
        " read; leave them out",
    ),
    RecordFormat(
        name="fireworks_billing",
        marks=("base_model_name", "usage_type", "prompt_tokens"),
        moment="start_time",
        model="base_model_name",
        counts={"prompt_tokens": "prompt_tokens", "completion_tokens": "completion_tokens"},
        usage_format="openai",
        labels={"user": "email", "endpoint": "usage_type"},
    ),
    RecordFormat(
        name="bedrock_invocation_log",
        marks=("modelId", "output.outputTokenCount", "schemaType | input.inputTokenCount"),
        moment="timestamp",
        model="modelId",
        request_id="requestId",
        counts={
            "inputTokens": "input.inputTokenCount",
            "outputTokens": "output.outputTokenCount",
            "cacheReadInputTokens": "input.cacheReadInputTokenCount",
            "cacheWriteInputTokens": "input.cacheWriteInputTokenCount",
        },
        usage_format="bedrock_converse",
        processing="output.outputBodyJson.serviceTier.type",
        labels={"endpoint": "operation", "user": "identity.arn", "project": "accountId"},
    ),
    # Vertex logs requests that failed, too.
    RecordFormat(
        name="vertex_request_log",
        marks=("logging_time", "full_response.error.code | response_payload.error.code"),
        moment="logging_time",
        model="model",
        only={"logging_time": ()},
    ),
    RecordFormat(
        name="vertex_request_log",
        marks=("logging_time", "full_response | response_payload"),
        moment="logging_time",
        model="full_response.modelVersion | response_payload.modelVersion | full_response.model"
        " | response_payload.model | model",
        request_id="request_id",
        usage="full_response.usageMetadata | response_payload.usageMetadata | full_response.usage"
        " | response_payload.usage",
        labels={"endpoint": "api_method", "project": "endpoint"},
    ),
)

_USAGE_METADATA = (
    "usage_metadata | kwargs.usage_metadata | data.usage_metadata | message.kwargs.usage_metadata"
)
_RESPONSE_METADATA = _USAGE_METADATA.replace("usage_metadata", "response_metadata")
_KEPT_BY_LANGCHAIN = tuple(
    _USAGE_METADATA.replace("usage_metadata", name)
    for name in ("content", "response_metadata", "additional_kwargs")
)
SDKS = (
    RecordFormat(
        name="langchain",
        marks=(_USAGE_METADATA, _RESPONSE_METADATA),
        moment="timestamp | created_at | response_metadata.created_at",
        model=" | ".join(
            f"{holder}response_metadata.{name}"
            for holder in ("", "kwargs.", "data.", "message.kwargs.")
            for name in ("model_name", "model", "model_id")
        )
        + " | model",
        request_id="kwargs.id | data.id | message.kwargs.id | response_metadata.id",
        usage=_USAGE_METADATA,
        usage_format="langchain",
        kept=_KEPT_BY_LANGCHAIN,
        labels={"endpoint": "name"},
    ),
    RecordFormat(
        name="langchain",
        marks=("llm_output.token_usage | llm_output.usage", "generations"),
        moment="timestamp | created_at",
        model="llm_output.model_name | llm_output.model | llm_output.model_id | model",
        request_id="llm_output.id",
        usage="llm_output.token_usage | llm_output.usage",
        processing="llm_output.service_tier",
    ),
    # PydanticAI's messages: their input includes cached tokens, with every provider.
    RecordFormat(
        name="pydantic_ai",
        marks=("parts.part_kind", "kind"),
        moment="timestamp",
        model="model_name",
        request_id="provider_response_id | vendor_id",
        counts={
            "input_tokens": "usage.input_tokens | usage.request_tokens",
            "output_tokens": "usage.output_tokens | usage.response_tokens",
            "input_tokens_details/cached_tokens": "usage.cache_read_tokens",
            "input_tokens_details/cache_write_tokens": "usage.cache_write_tokens",
            "input_tokens_details/audio_tokens": "usage.input_audio_tokens",
            "output_tokens_details/audio_tokens": "usage.output_audio_tokens",
            "output_tokens_details/reasoning_tokens": "usage.details.reasoning_tokens",
        },
        usage_format="openai_responses",
        kept=("parts",),
        labels={"session": "conversation_id"},
        processing="provider_details.service_tier",
        only={"kind": ("response",)},
    ),
    RecordFormat(
        name="openai_agents",
        marks=("object=trace.span", "span_data.type"),
        moment="started_at",
        model="span_data.model",
        request_id="id",
        usage="span_data.usage",
        usage_format="openai_responses",
        processing="span_data.model_config.service_tier",
        labels={"session": "trace_id"},
        # A span of the Responses API has no usage, which is told of it.
        only={"span_data.type": ("generation", "response")},
    ),
    RecordFormat(
        name="openai_agents",
        marks=("object=trace", "workflow_name"),
        moment="started_at",
        model="model",
        only={"object": ()},
    ),
    RecordFormat(
        name="ollama",
        marks=("prompt_eval_count", "eval_count", "model"),
        moment="created_at",
        model="model",
        server="ollama",
        counts={"prompt_tokens": "prompt_eval_count", "completion_tokens": "eval_count"},
        usage_format="openai",
    ),
    RecordFormat(
        name="vercel_ai",
        marks=("response.modelId", "usage | totalUsage"),
        moment="response.timestamp | timestamp",
        model="response.modelId",
        request_id="response.id",
        # That of all steps goes before that of the last one.
        usage="totalUsage | usage",
        usage_format="vercel_ai",
        kept=("providerMetadata | experimental_providerMetadata", "content", "response"),
        labels={"endpoint": "functionId"},
    ),
)

_MODELS = (
    "attributes.gen_ai.response.model | attributes.llm.model_name | attributes.ai.response.model"
    " | attributes.gen_ai.request.model | attributes.ai.model.id | attributes.embedding.model_name"
)
_TIMES = (
    "start_time | startTime | startTimeUnixNano | start_timestamp | attributes.event.timestamp"
    " | timestamp | time | timeUnixNano | observedTimeUnixNano | hrTime | endTime | Timestamp"
    " | TimeGenerated"
)
_TRACES = (
    "context.trace_id | traceId | trace_id | traceID | trace.trace_id | spanContext.traceId"
    " | TraceId | operation_Id | OperationId"
)
_SPANS = (
    "context.span_id | spanId | span_id | spanID | trace.span_id | spanContext.spanId | SpanId | Id"
)
_PARENTS = (
    "parent_id | parentSpanId | parent_span_id | parentId | parentSpanID | trace.parent_id"
    " | ParentSpanId | operation_ParentId | ParentId"
)
_IDS = (_TRACES, _SPANS, _PARENTS)
_LABELS = {
    "endpoint": "name | operationName | SpanName | Name",
    "project": "resource.service.name | attributes.service.name",
    "session": "attributes.session.id | attributes.gen_ai.conversation.id",
    "user": "attributes.user.id | attributes.enduser.id",
}
_TOKENS = "attributes.ai.usage."
VERCEL_SPAN = RecordFormat(
    name="vercel_ai",
    marks=(f"{_TOKENS}inputTokens | {_TOKENS}promptTokens",),
    moment=_TIMES,
    model=_MODELS,
    request_id="attributes.ai.response.id | attributes.gen_ai.response.id",
    usage="attributes",
    usage_format="vercel_ai",
    labels={**_LABELS, "endpoint": "attributes.ai.telemetry.functionId | name"},
    # The span of a whole ``generateText`` repeats the sum of its ``doGenerate`` spans.
    only={
        "attributes.ai.operationId": (
            *("ai.generatetext.dogenerate", "ai.streamtext.dostream", "ai.embed.doembed"),
            *("ai.generateobject.dogenerate", "ai.streamobject.dostream", "ai.embedmany.doembed"),
        )
    },
    span=_IDS,
)
MLFLOW_SPAN = RecordFormat(
    name="mlflow",
    marks=("attributes.mlflow.chat.tokenUsage",),
    moment=f"start_time_unix_nano | start_time_ns | {_TIMES}",
    model="attributes.mlflow.llm.model | attributes.model | attributes.llm.model"
    " | attributes.mlflow.spanOutputs.model | attributes.mlflow.spanInputs.model",
    usage="attributes.mlflow.chat.tokenUsage",
    usage_format="openai_responses",
    cost="attributes.mlflow.llm.cost.total_cost",
    processing="attributes.mlflow.spanOutputs.service_tier"
    " | attributes.mlflow.spanInputs.service_tier",
    labels=_LABELS,
    span=_IDS,
)
_DETAILS = "attributes.langfuse.observation.usage_details"
#: A span of Langfuse's SDK, whose details are a text.
LANGFUSE_SPAN = RecordFormat(
    name="langfuse",
    marks=(_DETAILS,),
    moment=_TIMES,
    model="attributes.langfuse.observation.model.name",
    counts={
        "input": f"{_DETAILS}.input",
        "output": f"{_DETAILS}.output",
        "input_cached_tokens": f"{_DETAILS}.input_cached_tokens"
        f" | {_DETAILS}.cache_read_input_tokens | {_DETAILS}.input_cache_read",
        "input_cache_creation": f"{_DETAILS}.input_cache_creation"
        f" | {_DETAILS}.cache_creation_input_tokens",
        "output_reasoning": f"{_DETAILS}.output_reasoning | {_DETAILS}.output_reasoning_tokens",
        "total": f"{_DETAILS}.total",
    },
    rest=_DETAILS,
    usage_format="langfuse",
    cost="attributes.langfuse.observation.cost_details.total",
    labels=_LABELS,
    span=_IDS,
)
#: Its details may be the provider's own usage object instead.
LANGFUSE_USAGE = replace(
    LANGFUSE_SPAN,
    marks=(f"{_DETAILS}.prompt_tokens | {_DETAILS}.input_tokens | {_DETAILS}.promptTokens",),
    usage=_DETAILS,
    counts={},
    rest="",
    usage_format=None,
)
SPAN = RecordFormat(
    name="otel_genai",
    marks=("attributes",),
    moment=_TIMES,
    model=_MODELS,
    request_id="attributes.gen_ai.response.id",
    usage="attributes",
    usage_format="otel_genai",
    cost="attributes.llm.cost.total | attributes.operation.cost",
    labels=_LABELS,
    processing="attributes.openai.response.service_tier"
    " | attributes.gen_ai.openai.response.service_tier | attributes.openai.request.service_tier"
    " | attributes.gen_ai.openai.request.service_tier"
    " | attributes.llm.invocation_parameters.service_tier",
    span=_IDS,
)
#: An event of Claude Code's telemetry, as OpenTelemetry collects it.
CLAUDE_CODE_EVENT = RecordFormat(
    name="claude_code_telemetry",
    marks=("attributes.input_tokens", "attributes.model"),
    moment=f"attributes.event.timestamp | {_TIMES}",
    model="attributes.model",
    request_id="attributes.request_id",
    counts={
        "input_tokens": "attributes.input_tokens",
        "output_tokens": "attributes.output_tokens",
        "cache_read_input_tokens": "attributes.cache_read_tokens",
        "cache_creation_input_tokens": "attributes.cache_creation_tokens",
    },
    usage_format="anthropic",
    cost="attributes.cost_usd",
    labels={
        "user": "attributes.user.email | attributes.user.id",
        "session": "attributes.session.id",
        "project": "resource.service.name",
    },
    speed="attributes.speed",
)
_NAME = "attributes.event.name"
#: Events that repeat the counts of others: of Gemini CLI's own one, and of Copilot's spans.
REPEATED = tuple(
    RecordFormat(
        name="otel_genai", marks=marks, moment=_TIMES, model=_MODELS, only={_NAME: ()}, span=None
    )
    for marks in (
        (
            f"{_NAME}=gen_ai.client.inference.operation.details",
            "resource.service.name | instrumentationScope.name=gemini-cli",
        ),
        (f"{_NAME}=copilot_chat.agent.turn",),
        (f"{_NAME}=copilot_chat.summarization",),
    )
)
#: The same of Codex.
CODEX_EVENT = RecordFormat(
    name="codex",
    marks=("attributes.input_token_count", "attributes.model"),
    moment=CLAUDE_CODE_EVENT.moment,
    model="attributes.model",
    counts={
        "input_tokens": "attributes.input_token_count",
        "output_tokens": "attributes.output_token_count",
        "cached_input_tokens": "attributes.cached_token_count",
        "reasoning_tokens": "attributes.reasoning_token_count",
    },
    usage_format="openai_responses",
    labels={
        "user": "attributes.user.email | attributes.user.id",
        "session": "attributes.session.id | attributes.conversation.id",
    },
    only={_NAME: ("codex.sse_event",)},
)
#: The same of Gemini CLI and Qwen Code; what tools added to the prompt is not in its count.
_GEMINI: tuple[tuple[SourceFormat, str], ...] = (
    ("gemini_cli", "gemini_cli.api_response"),
    ("qwen_code", "qwen-code.api_response"),
)
TELEMETRY = (
    CLAUDE_CODE_EVENT,
    CODEX_EVENT,
    *(
        replace(
            CODEX_EVENT,
            name=name,
            counts={
                "promptTokenCount": "attributes.input_token_count",
                "candidatesTokenCount": "attributes.output_token_count",
                "cachedContentTokenCount": "attributes.cached_content_token_count",
                "thoughtsTokenCount": "attributes.thoughts_token_count",
                "toolUsePromptTokenCount": "attributes.tool_token_count",
                "totalTokenCount": "attributes.total_token_count",
            },
            usage_format="gemini",
            only={_NAME: (event,)},
        )
        for name, event in _GEMINI
    ),
)
