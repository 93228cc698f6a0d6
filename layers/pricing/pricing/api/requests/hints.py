"""What to send instead of a property that Tariff does not have, by the property's name.

Callers write what they write elsewhere: a provider's request, a response, another tool's words.
Each sentence says which field of Tariff's takes what they mean, with an example.
"""

from collections.abc import Iterable, Mapping


def _all(names: Iterable[str], sentence: str) -> dict[str, str]:
    return {name: f"`{name}` {sentence.replace('NAME', name)}" for name in names}


_PROMPT = 'is not a field here. Send the prompt as `text`: {"text": "..."}, or as `messages`.'
_OUTPUT = (
    "is not a field here. Send `expected_output_tokens` for the output that you expect, or the"
    " provider's whole request body as `request`."
)
_RESPONSE = (
    'is a part of a provider\'s response. Send the whole of it: {"response": {"NAME": ...}}.'
)
_NO_PRICE = (
    "does not change the price: leave it out, or send the provider's whole request body as"
    " `request`."
)
_VOLUME = (
    "is not a field here. `calls` is the number of calls; POST /v1/estimate/workload projects"
    ' them: {"period": "month", "items": [{"name": "...", "calls": 1000, ...}]}.'
)
_USAGE = 'belongs inside "usage": {"usage": {"NAME": 1000, ...}}.'

#: Of a provider's whole response or request that was sent as it is, several names are unknown.
WHOLES = (
    (
        frozenset(
            (
                *("choices", "candidates", "object", "created", "created_at", "id", "role", "type"),
                *("modelVersion", "stop_reason", "finish_reason", "system_fingerprint", "content"),
                *("usageMetadata", "responseId", "output", "stopReason", "metrics"),
            )
        ),
        'looks like a provider\'s whole response; send it as {"response": {...}}',
    ),
    (
        frozenset(
            (
                *("temperature", "top_p", "top_k", "stream", "stop", "seed", "n", "input"),
                *("response_format", "max_tokens", "max_completion_tokens", "max_output_tokens"),
                *("frequency_penalty", "presence_penalty", "contents", "generationConfig"),
                *("inferenceConfig", "toolConfig", "instructions", "stop_sequences", "thinking"),
            )
        ),
        'looks like a provider\'s whole request; send it as {"request": {...}}',
    ),
)

HINTS: Mapping[str, str] = {
    **_all(("prompt", "input", "contents", "content", "query", "question"), _PROMPT),
    **_all(
        ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens"), _OUTPUT
    ),
    **_all(("output", "completion"), _OUTPUT),
    **_all(
        (
            *("choices", "candidates", "object", "created", "created_at", "id", "role"),
            *("modelVersion", "stop_reason", "finish_reason", "system_fingerprint"),
        ),
        _RESPONSE,
    ),
    **_all(
        (
            *("prompt_tokens", "completion_tokens", "total_tokens", "promptTokenCount"),
            *("inputTokens", "outputTokens", "cache_read_input_tokens", "promptTokens"),
            *("cache_creation_input_tokens", "cached_tokens", "reasoning_tokens"),
        ),
        _USAGE,
    ),
    **_all(
        ("model_name", "modelName", "modelId", "model_id", "engine"),
        'is called `model` here: "model": "gpt-4o".',
    ),
    **_all(
        ("tokens", "token_count", "num_tokens"),
        "is not a field here. Send `input_tokens` and `output_tokens`.",
    ),
    **_all(
        ("discount", "discount_percent", "markup", "multiplier"),
        "is a rule of a rate card: POST /v1/rate-cards, then send its id as `rate_card`.",
    ),
    **_all(
        ("usageMetadata", "usage_metadata", "usage_object", "token_usage"),
        'is called `usage` here: {"usage": {...}}; the object is read as it is.',
    ),
    **_all(
        (
            *("temperature", "top_p", "top_k", "stream", "stop", "seed", "n", "user", "metadata"),
            *("response_format", "frequency_penalty", "presence_penalty", "logprobs", "store"),
        ),
        _NO_PRICE,
    ),
    **_all(
        ("service_tier", "serviceTier", "tier", "mode"),
        'is called `processing` here: "processing": "batch", "flex", "priority" or "standard".',
    ),
    **_all(("batch", "is_batch"), 'is a kind of processing: send "processing": "batch".'),
    **_all(
        (
            *("calls_per_month", "calls_per_day", "calls_per_hour", "requests_per_day"),
            *("requests_per_month", "num_requests", "num_calls", "requests", "monthly_calls"),
        ),
        _VOLUME,
    ),
    **_all(
        ("region", "location", "data_zone"),
        "is a part of the model's id where it changes the price, as in"
        ' "model": "azure/eu/gpt-4.1"; Anthropic\'s US residency is "inference_geo": "us".',
    ),
    **_all(
        ("provider", "custom_llm_provider", "vendor"),
        'belongs before the model: "model": "bedrock/anthropic.claude-sonnet-4-6".',
    ),
    **_all(
        ("deployment", "deployment_id", "deployment_name"),
        'is a name of your own. Send what it stands for: "model_aliases": {"my-deployment":'
        ' "azure/gpt-4o"}.',
    ),
    **_all(("date", "timestamp", "time", "at"), 'is called `as_of` here: "as_of": "2026-11-22".'),
    **_all(("version", "price_version"), "is called `pricing_version` here."),
    **_all(
        ("budget", "max_budget", "max_cost"), 'is called `budget_usd` here: "budget_usd": "100".'
    ),
    **_all(
        ("models",),
        "is a field of POST /v1/compare, which prices one call on several models.",
    ),
    **_all(
        ("thinking", "reasoning", "reasoning_effort", "effort"),
        "does not change the price of a token. Send the tokens that you expect as"
        " `thinking_tokens`.",
    ),
    **_all(
        ("searches", "web_searches", "web_search", "web_search_requests"),
        'is counted in `tool_uses`: "tool_uses": {"web_search": 3}.',
    ),
}
