"""The table of record formats: session logs and exports of coding tools.

Sources: the tools' own documentation and source code of their log formats, and what public
repositories parse of them.
"""

from dataclasses import replace

from pricing.reports.readers.record_format import RecordFormat

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
#: A message of Cline, whose input excludes the cache.
_CLINE = RecordFormat(
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
    # Roo and Kilo write the model into what they tell it of its surroundings.
    without_model="look like messages of Roo, Kilo or an older Cline without a model, which are not"
    " read; add modelInfo.modelId to each: api_conversation_history.json of the task names it",
)
#: The same with the whole prompt, of which the cache is a part.
_CLINE_WHOLE = replace(
    _CLINE,
    counts={
        "prompt_tokens": "text.tokensIn",
        "completion_tokens": "text.tokensOut",
        "cache_read_input_tokens": "text.cacheReads",
        "cache_creation_input_tokens": "text.cacheWrites",
    },
    usage_format="openai",
)
#: DeepSeek's, where what is written to the cache is what was not read from it.
_CLINE_DEEPSEEK = replace(
    _CLINE,
    counts={
        "prompt_tokens": "text.tokensIn + text.cacheReads + text.cacheWrites",
        "prompt_cache_hit_tokens": "text.cacheReads",
        "completion_tokens": "text.tokensOut",
    },
    usage_format="openai",
)
_WHOLE_BY = ("openai", "litellm", "doubao", "fireworks", "hicap", "lmstudio", "qwen", "xai", "zai")
#: What tells them apart: a member that only Roo and Kilo write, or whose usage Cline passed on.
_CLINES: tuple[tuple[RecordFormat, tuple[str, ...]], ...] = (
    (_CLINE_WHOLE, ("text.apiProtocol",)),
    (_CLINE_DEEPSEEK, ("modelInfo.providerId=deepseek",)),
    *((_CLINE_WHOLE, (f"modelInfo.providerId={provider}",)) for provider in _WHOLE_BY),
    (_CLINE, ()),
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
    # A message may also have the sum of what Cline's agents used, or of requests that were deleted.
    *(
        replace(row, marks=("ts", f"say={said}", "text.tokensIn", *mark), only={}, sums=True)
        for row, mark in _CLINES
        for said in ("subagent_usage", "deleted_api_reqs")
    ),
    *(replace(row, marks=(*row.marks, *mark)) for row, mark in _CLINES),
    # Newer sessions of Cline; they have the whole prompt, too.
    RecordFormat(
        name="cline",
        marks=("role", "modelInfo.id", "metrics.inputTokens"),
        moment="ts",
        model="modelInfo.id",
        request_id="id",
        counts={
            "inputTokens": "metrics.inputTokens",
            "outputTokens": "metrics.outputTokens",
            "cacheReadTokens": "metrics.cacheReadTokens",
            "cacheWriteTokens": "metrics.cacheWriteTokens",
        },
        usage_format="vercel_ai",
        cost="metrics.cost",
        labels={"session": "sessionId"},
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
        marks=("Date", "Model", "Input (w/o Cache Write)", "Output Tokens", "Cache Read"),
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
        marks=(
            "accumulated_input_tokens | accumulated_usage.input_tokens",
            "model_config_json | model_config",
        ),
        moment="created_at",
        model="model_config_json.model_name | model_config.model_name",
        request_id="id",
        counts={
            "input_tokens": "accumulated_input_tokens | accumulated_usage.input_tokens",
            "output_tokens": "accumulated_output_tokens | accumulated_usage.output_tokens",
            "total_tokens": "accumulated_total_tokens | accumulated_usage.total_tokens",
            # Both are a part of the input, of any provider. The last ones are of one turn.
            "input_tokens_details/cached_tokens": "accumulated_cache_read_tokens"
            " | accumulated_usage.cache_read_input_tokens | cache_read_tokens",
            "input_tokens_details/cache_write_tokens": "accumulated_cache_write_tokens"
            " | accumulated_usage.cache_write_input_tokens | cache_write_tokens",
        },
        usage_format="openai_responses",
        cost="accumulated_cost",
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
            # The other counts leave out what OpenAI's model spent on its own agents.
            "input_tokens": "message.usage.input + message.usage.orchestration.input",
            "output_tokens": "message.usage.output + message.usage.orchestration.output",
            "cache_read_input_tokens": "message.usage.cacheRead"
            " + message.usage.orchestration.cacheRead",
            "cache_creation_input_tokens": "message.usage.cacheWrite",
            "cache_creation/ephemeral_5m_input_tokens": "message.usage.cttl.ephemeral5m",
            "cache_creation/ephemeral_1h_input_tokens": "message.usage.cttl.ephemeral1h"
            " | message.usage.cacheWrite1h",
            "server_tool_use/web_search_requests": "message.usage.server.webSearch",
            "output_tokens_details/thinking_tokens": "message.usage.reasoningTokens"
            " | message.usage.reasoning",
        },
        usage_format="anthropic",
        cost="message.usage.cost.total",
        processing="message.serviceTier | message.requestedServiceTier",
        only={"message.role": ("assistant",)},
    ),
    RecordFormat(
        name="crush",
        marks=("message_count", "prompt_tokens", "completion_tokens", "model"),
        moment="updated_at | created_at",
        model="model",
        request_id="id",
        counts={"prompt_tokens": "prompt_tokens", "completion_tokens": "completion_tokens"},
        usage_format="openai",
        cost="cost",
        labels={"session": "id"},
        sums=True,
    ),
    RecordFormat(
        name="droid",
        marks=(
            "providerLock | providerLockTimestamp | assistantActiveTimeMs",
            "tokenUsage.inputTokens",
        ),
        moment="providerLockTimestamp",
        model="model",
        counts={
            "input_tokens": "tokenUsage.inputTokens",
            "output_tokens": "tokenUsage.outputTokens",
            "cache_read_input_tokens": "tokenUsage.cacheReadTokens",
            "cache_creation_input_tokens": "tokenUsage.cacheCreationTokens",
        },
        # Factory does not document whether the output includes thinking, and tools that read these
        # sessions differ: its tokens are named, unread.
        rest="tokenUsage",
        usage_format="anthropic",
        sums=True,
    ),
    RecordFormat(
        name="mistral_vibe",
        marks=("stats.session_prompt_tokens", "stats.session_completion_tokens"),
        moment="end_time | start_time",
        model="config.active_model",
        request_id="session_id",
        counts={
            "prompt_tokens": "stats.session_prompt_tokens",
            "completion_tokens": "stats.session_completion_tokens",
        },
        usage_format="openai",
        cost="stats.session_cost",
        labels={"session": "session_id", "project": "environment.working_directory"},
        sums=True,
    ),
    RecordFormat(
        name="opencode",
        marks=("user_type", "requests", "cache_write_5m_tokens"),
        moment="day",
        model="model",
        counts={
            "input_tokens": "input_tokens",
            "output_tokens": "output_tokens",
            "cache_read_input_tokens": "cache_read_tokens",
            "cache_creation/ephemeral_5m_input_tokens": "cache_write_5m_tokens",
            "cache_creation/ephemeral_1h_input_tokens": "cache_write_1h_tokens",
        },
        usage_format="anthropic",
        cost="cost_usd",
        labels={"user": "user_name | user_id"},
        calls="requests",
    ),
    RecordFormat(
        name="qwen_code",
        marks=("type=assistant", "sessionId", "usageMetadata"),
        moment="timestamp",
        model="model",
        request_id="uuid",
        usage="usageMetadata",
        usage_format="gemini",
        labels={"session": "sessionId", "project": "cwd"},
    ),
    RecordFormat(
        name="zed",
        marks=("cumulative_token_usage", "model.model"),
        moment="updated_at",
        model="model.model",
        counts={
            "input_tokens": "cumulative_token_usage.input_tokens",
            "output_tokens": "cumulative_token_usage.output_tokens",
            "cache_read_input_tokens": "cumulative_token_usage.cache_read_input_tokens",
            "cache_creation_input_tokens": "cumulative_token_usage.cache_creation_input_tokens",
        },
        rest="cumulative_token_usage",
        usage_format="anthropic",
        # What was imported from another machine was used there.
        only={"imported": ("false",)},
        sums=True,
    ),
)
