"""The formats of usage records, and how a file of them is read."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal

from pricing.values import immutable

SourceFormat = Literal[
    "tariff",
    "aider",
    "amp",
    "anthropic_batch",
    "anthropic_response",
    "anthropic_stream",
    "anthropic_usage_api",
    "anythingllm",
    "atif",
    "autogen",
    "azure_api_management",
    "bedrock_batch",
    "bedrock_invocation_log",
    "big_agi",
    "braintrust",
    "ccusage",
    "cherry_studio",
    "claude_agent_sdk",
    "claude_code",
    "claude_code_analytics",
    "claude_code_telemetry",
    "cline",
    "cloudflare_ai_gateway",
    "codex",
    "continue",
    "copilot_cli",
    "crush",
    "cursor",
    "databricks_inference_table",
    "datadog",
    "deepseek_usage",
    "dify",
    "droid",
    "dspy",
    "envoy_ai_gateway",
    "fireworks_billing",
    "flowise",
    "gemini_cli",
    "gemini_cli_result",
    "gemini_response",
    "goose",
    "haystack",
    "helicone",
    "higress",
    "honeyhive",
    "inspect_ai",
    "kimi_code",
    "kong_ai_gateway",
    "langchain",
    "langfuse",
    "langsmith",
    "librechat",
    "litellm_spend_logs",
    "llm_cli",
    "lobechat",
    "lunaroute",
    "mini_swe_agent",
    "mistral_vibe",
    "mlflow",
    "n8n",
    "new_api",
    "new_relic",
    "noveum",
    "ollama",
    "open_webui",
    "openai_agents",
    "openai_batch",
    "openai_response",
    "openai_stream",
    "openai_usage_api",
    "opencode",
    "openhands",
    "openinference",
    "openrouter_activity",
    "openrouter_generation",
    "opik",
    "otel_genai",
    "otlp",
    "pi",
    "portkey",
    "posthog",
    "promptfoo",
    "pydantic_ai",
    "qwen_code",
    "tensorzero",
    "vercel_ai",
    "vercel_ai_gateway",
    "vertex_batch",
    "vertex_request_log",
    "weave",
    "zed",
]

#: Formats that state no time: their records are priced at the time of the report, which says so.
TIMELESS: frozenset[SourceFormat] = frozenset(
    (
        *("anthropic_batch", "anthropic_response", "anthropic_stream", "atif", "bedrock_batch"),
        *("autogen", "dspy"),
        *("claude_agent_sdk", "gemini_cli_result", "gemini_response", "haystack", "langchain"),
        *("openai_batch", "openai_response", "openai_stream", "vercel_ai", "vertex_batch"),
    )
)


@immutable
class ReadOptions:
    """How to read a file: the format of its records, None to recognise it, and their time.

    ``as_of`` is the time of records that state none. Where it is not given, only records of formats
    that never state a time are priced, at ``now``. ``most_singly`` is how many records may be read
    one by one, None for any number: one that is priced by itself too counts as two, and a line that
    holds no record as a quarter. ``most_unpacked`` is what the values of Parquet may have in bytes:
    a page of a few bytes can hold any number of equal ones. ``model_aliases`` are names of the
    caller's own, and what each stands for.
    """

    source_format: SourceFormat | None = None
    as_of: datetime | None = None
    now: datetime | None = None
    most_singly: int | None = None
    most_unpacked: int | None = None
    model_aliases: Mapping[str, str] = field(default_factory=dict)


AS_RECOGNISED = ReadOptions()
