"""The formats of usage records, and how a file of them is read."""

from datetime import datetime
from typing import Literal

from pricing.values import immutable

SourceFormat = Literal[
    "tariff",
    "aider",
    "anthropic_batch",
    "anthropic_response",
    "anthropic_stream",
    "anthropic_usage_api",
    "bedrock_batch",
    "bedrock_invocation_log",
    "braintrust",
    "claude_agent_sdk",
    "claude_code",
    "claude_code_telemetry",
    "cline",
    "cloudflare_ai_gateway",
    "codex",
    "continue",
    "copilot_cli",
    "cursor",
    "datadog",
    "gemini_cli",
    "gemini_response",
    "goose",
    "helicone",
    "kong_ai_gateway",
    "langchain",
    "langfuse",
    "langsmith",
    "litellm_spend_logs",
    "llm_cli",
    "mlflow",
    "new_relic",
    "ollama",
    "openai_batch",
    "openai_response",
    "openai_stream",
    "openai_usage_api",
    "opencode",
    "openinference",
    "openrouter_activity",
    "openrouter_generation",
    "opik",
    "otel_genai",
    "otlp",
    "pi",
    "portkey",
    "posthog",
    "tensorzero",
    "vercel_ai",
    "vertex_batch",
    "vertex_request_log",
    "weave",
]


@immutable
class ReadOptions:
    """How to read a file: the format of its records, None to recognise it, and their time.

    ``as_of`` is the time of records that state none. Where it is not given, only records of formats
    that never state a time are priced, at ``now``.
    """

    source_format: SourceFormat | None = None
    as_of: datetime | None = None
    now: datetime | None = None


AS_RECOGNISED = ReadOptions()
