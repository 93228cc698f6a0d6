"""The table of record formats: documents that hold several calls, of agents, workflows and tests.

Sources: the tools' source code and documentation, and what public repositories parse of them.
"""

from dataclasses import replace

from pricing.reports.readers.record_format import RecordFormat

#: A thread of Amp: the events of its ledger, and the answers, which have the counts of the cache.
#: The event of an answer has its model and its other counts, and often its number.
_OF_EVENT = (
    "model | usage.model + tokens.input | usage.inputTokens + tokens.output | usage.outputTokens"
)
_AMP = RecordFormat(
    name="amp",
    marks=("usageLedger.events.toMessageId",),
    each="usageLedger.events + messages",
    entry=("model | usage.model",),
    moment="timestamp | usage.timestamp | ^.created",
    model="model | usage.model",
    request_id=f"^.id + toMessageId | messageId | id | timestamp + {_OF_EVENT}",
    counts={
        "input_tokens": "tokens.input | tokens.inputTokens | usage.inputTokens | 0",
        "output_tokens": "tokens.output | tokens.outputTokens | usage.outputTokens | 0",
        **{
            count: f"tokens.{name} | usage.{name}"
            for count, name in (
                ("cache_read_input_tokens", "cacheReadInputTokens"),
                ("cache_creation_input_tokens", "cacheCreationInputTokens"),
            )
        },
    },
    usage_format="anthropic",
    labels={"session": "^.id"},
)
_RUN, _ASKED = "data.ai_languageModel.json", "inputOverride.ai_languageModel.json"
_NODE = "data.output.usageMetadata"
_SETTINGS = ("llmModelConfig", "agentModelConfig", "conditionAgentModelConfig")
_SUMMED = "accumulated_token_usage"
#: A conversation of OpenHands, by what it used its models for; its prompts include cached tokens.
_OPENHANDS = RecordFormat(
    name="openhands",
    marks=("stats.usage_to_metrics",),
    each="stats.usage_to_metrics",
    entry=(_SUMMED,),
    moment="costs.timestamp | ^.updated_at | ^.created_at",
    model=f"{_SUMMED}.model | model_name",
    counts={
        "prompt_tokens": f"{_SUMMED}.prompt_tokens",
        "completion_tokens": f"{_SUMMED}.completion_tokens",
        "cached_tokens": f"{_SUMMED}.cache_read_tokens",
        "cache_write_tokens": f"{_SUMMED}.cache_write_tokens",
        "reasoning_tokens": f"{_SUMMED}.reasoning_tokens",
    },
    usage_format="openai",
    cost="accumulated_cost",
    labels={"session": "^.id", "endpoint": "@"},
    sums=True,
)
#: The replies of a generator of Haystack, and one of them.
_HAYSTACK = RecordFormat(
    name="haystack",
    marks=("replies",),
    each="replies",
    entry=("meta.usage | _meta.usage",),
    moment="meta.completion_start_time | _meta.completion_start_time",
    model="meta.model | _meta.model",
    usage="meta.usage | _meta.usage",
)
DOCUMENTS = (
    # A day of LiteLLM's activity, with sums by model.
    RecordFormat(
        name="litellm_spend_logs",
        marks=("breakdown.models", "metrics.api_requests", "date"),
        each="breakdown.models",
        entry=("metrics.prompt_tokens | prompt_tokens",),
        moment="^.date",
        model="@",
        counts={
            name: f"metrics.{name} | {name}"
            for name in (
                *("prompt_tokens", "completion_tokens", "total_tokens"),
                *("cache_read_input_tokens", "cache_creation_input_tokens"),
            )
        },
        usage_format="litellm",
        cost="metrics.spend | spend",
        calls="metrics.successful_requests | successful_requests",
        sums=True,
    ),
    _AMP,
    replace(_AMP, marks=("usageLedger.events.model",), request_id=f"^.id + {_OF_EVENT}"),
    replace(
        _AMP, marks=("messages.usage.credits | messages.usage.totalInputTokens", "v", "created")
    ),
    *(
        RecordFormat(
            name="open_webui",
            marks=(messages,),
            each=messages,
            entry=("usage | info.usage",),
            moment="timestamp",
            model="model",
            request_id="id",
            usage="usage | info.usage",
            labels={"session": "^.id", "user": "^.user_id"},
        )
        for messages in ("chat.history.messages", "chat.messages")
    ),
    RecordFormat(
        name="n8n",
        marks=("data.resultData.runData",),
        each="data.resultData.runData",
        entry=("data.ai_languageModel",),
        moment="startTime",
        model=f"{_ASKED}.options.model | {_ASKED}.options.model_name"
        f" | {_RUN}.response.generations.generationInfo.model_name",
        # Where a provider reports no usage, a run has an estimate, which is not read.
        counts={
            "prompt_tokens": f"{_RUN}.tokenUsage.promptTokens",
            "completion_tokens": f"{_RUN}.tokenUsage.completionTokens",
        },
        usage_format="openai",
        labels={"endpoint": "@", "project": "^.workflowData.name | ^.workflowId"},
    ),
    RecordFormat(
        name="flowise",
        marks=("executionData", "agentflowId"),
        each="executionData",
        entry=(_NODE,),
        moment="data.output.timeMetadata.start | ^.createdDate",
        model="data.output.responseMetadata.model_name | data.output.responseMetadata.model | "
        + " | ".join(
            f"data.input.{settings}.{name}"
            for settings in _SETTINGS
            for name in ("customModel", "modelName", "model")
        ),
        # What an agent's calls after its tools used is one sum, of which nothing says what was
        # input: it is named, unread.
        counts={
            name: f"{_NODE}.{name}"
            for name in (
                *("input_tokens", "output_tokens", "input_token_details", "output_token_details"),
                "tool_call_tokens",
            )
        },
        usage_format="langchain",
        labels={"endpoint": "nodeLabel", "project": "^.agentflowId", "session": "^.sessionId"},
    ),
    RecordFormat(
        name="inspect_ai",
        marks=("stats.model_usage", "eval.task"),
        each="stats.model_usage",
        moment="^.stats.started_at | ^.eval.created",
        model="@",
        counts={
            "input_tokens": "input_tokens",
            "output_tokens": "output_tokens",
            "cache_read_input_tokens": "input_tokens_cache_read",
            "cache_creation_input_tokens": "input_tokens_cache_write",
            "reasoning_tokens": "reasoning_tokens",
            "total_tokens": "total_tokens",
        },
        usage_format="anthropic",
        cost="total_cost",
        labels={"endpoint": "^.eval.task"},
        sums=True,
    ),
    RecordFormat(
        name="promptfoo",
        marks=("results.results.provider", "results.results.response.tokenUsage"),
        each="results.results",
        entry=("response.tokenUsage",),
        moment="^.results.timestamp | ^.metadata.evaluationCreatedAt",
        model="provider.id",
        counts={
            "prompt_tokens": "response.tokenUsage.prompt",
            "completion_tokens": "response.tokenUsage.completion",
            "reasoning_tokens": "response.tokenUsage.completionDetails.reasoning",
        },
        rest="response.tokenUsage.completionDetails",
        usage_format="openai",
        cost="response.cost | cost",
        labels={"endpoint": "provider.label", "project": "^.config.description"},
        # What promptfoo's own cache answered was not sent to a provider.
        only={"response.cached": ("false",)},
    ),
    _OPENHANDS,
    # The same of an evaluation, which has every call, and a time of the last.
    replace(
        _OPENHANDS,
        marks=("metrics.token_usages.prompt_tokens",),
        each="metrics.token_usages",
        entry=("prompt_tokens",),
        moment="^.metrics.costs.timestamp | ^.timestamp",
        model="model | ^.metrics.model_name",
        request_id="response_id",
        counts={name: path.removeprefix(f"{_SUMMED}.") for name, path in _OPENHANDS.counts.items()},
        cost="",
        labels={"session": "^.instance_id"},
        sums=False,
    ),
    RecordFormat(
        name="mini_swe_agent",
        marks=("info", "messages.extra.response.usage"),
        each="messages",
        entry=("extra.response.usage",),
        moment="extra.timestamp | extra.response.created",
        model="extra.response.model | ^.info.config.model.model_name",
        request_id="extra.response.id",
        usage="extra.response.usage",
        cost="extra.cost",
    ),
    # The interchange format of agents' trajectories: Harbor, Devin, Copilot in VS Code.
    RecordFormat(
        name="atif",
        marks=("schema_version", "agent.name", "steps"),
        each="steps",
        entry=("metrics",),
        moment="timestamp | ^.steps.timestamp",
        model="model_name | ^.agent.model_name",
        counts={
            "prompt_tokens": "metrics.prompt_tokens",
            "completion_tokens": "metrics.completion_tokens",
            "cached_tokens": "metrics.cached_tokens",
        },
        usage_format="openai",
        cost="metrics.cost_usd",
        labels={"session": "^.session_id", "project": "^.agent.name"},
    ),
    RecordFormat(
        name="gemini_cli_result",
        marks=("stats.models", "response"),
        each="stats.models",
        entry=("tokens",),
        moment="^.timestamp",
        model="@",
        counts={
            "promptTokenCount": "tokens.prompt",
            "candidatesTokenCount": "tokens.candidates",
            "cachedContentTokenCount": "tokens.cached",
            "thoughtsTokenCount": "tokens.thoughts",
            "toolUsePromptTokenCount": "tokens.tool",
            "totalTokenCount": "tokens.total",
        },
        usage_format="gemini",
        labels={"session": "^.session_id"},
        calls="api.totalRequests",
    ),
    RecordFormat(
        name="claude_code_analytics",
        marks=("core_metrics", "model_breakdown"),
        each="model_breakdown",
        moment="^.date",
        model="model",
        counts={
            "input_tokens": "tokens.input",
            "output_tokens": "tokens.output",
            "cache_read_input_tokens": "tokens.cache_read",
            "cache_creation_input_tokens": "tokens.cache_creation",
        },
        usage_format="anthropic",
        cents="estimated_cost.amount",
        currency="estimated_cost.currency",
        labels={
            "user": "^.actor.email_address",
            "api_key": "^.actor.api_key_name",
            "endpoint": "^.terminal_type",
        },
        sums=True,
    ),
    _HAYSTACK,
    replace(_HAYSTACK, marks=("role | _role", _HAYSTACK.model, _HAYSTACK.usage), each="", entry=()),
)
