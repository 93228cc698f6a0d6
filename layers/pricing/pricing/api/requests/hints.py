"""What to send instead of a property that Tariff does not have, by the property's name.

Callers write what they write elsewhere: a provider's request, a response, another tool's words.
Each sentence says which field of Tariff's takes what they mean, with an example.
"""

from collections.abc import Iterable, Mapping


def _all(names: Iterable[str], sentence: str) -> dict[str, str]:
    """The sentence for each name; ``name=`` is a name whose value is a number."""
    return {
        name: f"`{name.rstrip('=')}` {sentence.replace('NAME', name.rstrip('='))}" for name in names
    }


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
_STAGES = '[{"model": "haiku", "pass_rate": "0.7"}, {"model": "opus"}]'
_USAGE = 'belongs inside "usage": {"usage": {"NAME": 1000, ...}}.'
_INPUT = 'is called `input_tokens` here: "input_tokens": 1000.'
_OUT = 'is called `output_tokens` here: "output_tokens": 200.'

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

#: By the name of a property that is unknown, ``name=`` where its value is a number; ``name:`` is a
#: value of the wrong kind, ``:`` the body itself, ``name#`` a value of the wrong length, and
#: ``name[]`` something of the wrong kind in it.
HINTS: Mapping[str, str] = {
    **_all(("prompt", "input", "contents", "content", "query"), _PROMPT),
    **_all(
        ("question", "ask"),
        'is not answered. Send a call: "model": "gpt-4o", "input_tokens": 1000, "output_tokens":'
        " 200.",
    ),
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
            *("prompt_tokens", "completion_tokens", "promptTokenCount"),
            *("inputTokens", "outputTokens", "promptTokens", "completionTokens"),
            *("reasoning_tokens", "candidatesTokenCount"),
        ),
        _USAGE,
    ),
    **_all(("tokens_in", "in", "input_token_count", "num_input_tokens"), _INPUT),
    **_all(("tokens_out", "out", "output_token_count", "num_output_tokens"), _OUT),
    **_all(("input=", "prompt=", "context=", "prompt_length="), _INPUT),
    **_all(("output=", "completion=", "response=", "answer="), _OUT),
    **_all(
        ("model_name", "modelName", "modelId", "model_id", "engine"),
        'is called `model` here: "model": "gpt-4o".',
    ),
    **_all(
        ("tokens", "token_count", "num_tokens", "total_tokens", "totalTokens"),
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
            *("temperature", "top_p", "top_k", "stream", "stop", "seed", "user", "metadata"),
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
            *("messages_per_day", "messages_per_month", "queries_per_day", "daily_calls"),
            *("requests_per_month", "num_requests", "num_calls", "requests", "monthly_calls"),
            *(
                "requests_per_user",
                "calls_per_user",
                "daily_requests",
                "monthly_requests",
                "volume",
            ),
        ),
        _VOLUME,
    ),
    **_all(
        ("region", "location", "data_zone"),
        "is a part of the model's id where it changes the price, as in"
        ' "azure/eu/gpt-4.1", "vertex/regional/claude-sonnet-4-5" and'
        ' "eu.anthropic.claude-sonnet-4-6"; Anthropic\'s US residency is "inference_geo": "us".',
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
        ("count", "times", "repeat", "quantity", "number_of_calls"),
        'is called `calls` here: "calls": 1000.',
    ),
    **_all(
        ("n",),
        'is called `calls` here, "calls": 1000, and the number of images is a quantity:'
        ' "units": {"images": [{"count": 2, "size": "1024x1024"}]}.',
    ),
    **_all(
        (
            *("cached", "cache", "cache_hits", "cached_input_tokens", "cache_read"),
            *("cached_tokens", "cache_read_input_tokens"),
        ),
        "is not a field here. Send `cache_read_tokens` next to `input_tokens`, which then are the"
        " other ones, or the provider's usage object as `usage`.",
    ),
    **_all(
        (
            *("cache_creation_input_tokens", "cache_creation_tokens", "cache_write"),
            "cache_writes",
        ),
        "is called `cache_write_tokens` here, next to `input_tokens`, which then are the other"
        " ones.",
    ),
    **_all(
        (
            *("cache_hit_rate", "hit_rate", "cached_percent", "cache_percent", "cached_share"),
            *("cache_ratio", "cached_ratio", "cache_rate"),
        ),
        "is a share: send the tokens that it stands for. Of 1,000 with 30% cached:"
        ' "input_tokens": 700, "cache_read_tokens": 300.',
    ),
    **_all(
        ("users", "seats", "people", "developers"),
        "is not a field here. Send the calls of all of them as `calls`; POST /v1/plan/subscription"
        " takes `seats`.",
    ),
    **_all(("message", "chat"), 'is called `messages` here: [{"role": "user", "content": "..."}].'),
    **_all(
        ("file", "files", "document", "attachment", "pdf", "url"),
        "is not read. Send its text as `text`, or its tokens as `input_tokens`.",
    ),
    **_all(
        ("words", "word_count", "chars", "text_length"),
        "is not a field here. Send the prompt as `text`, or its tokens as `input_tokens`.",
    ),
    **_all(("characters",), 'is a quantity: "units": {"characters": 1200}.'),
    **_all(
        ("minutes", "seconds", "duration", "audio_seconds", "audio", "hours"),
        'is a quantity: "units": {"audio_seconds": "600"}.',
    ),
    **_all(("pages", "page_count"), 'is a quantity: "units": {"pages": 3}.'),
    **_all(
        ("search_units", "documents", "queries", "num_queries"),
        'is a quantity: "units": {"search_units": 1}.',
    ),
    **_all(
        ("size", "quality", "resolution", "image_size", "num_images"),
        'belongs to the images: "units": {"images": [{"count": 1, "size": "1024x1024",'
        ' "quality": "high"}]}.',
    ),
    "model:": 'must be a string, such as "gpt-4o"; POST /v1/compare prices several models',
    "models:": 'must be a list, such as ["gpt-4o", "sonnet"]',
    "models[]": "must be a string: the name of a model",
    "messages:": 'must be a list, such as [{"role": "user", "content": "..."}]',
    "items:": 'must be a list, such as [{"name": "chat", "model": "gpt-4o", "usage": {...}}]',
    "stages:": f"must be a list, such as {_STAGES}",
    "stages[]": 'must be an object, such as {"model": "haiku", "pass_rate": "0.7"}',
    "tiers:": 'must be a list, such as [{"name": "simple", "share": "0.7", "model": "haiku",'
    ' "usage": {...}}]',
    "group_by:": 'must be a list, such as ["model"]',
    "as_of:": 'must be a date or an RFC 3339 instant, such as "2026-11-22"',
    "images=": 'must be a list of the images in the prompt, [{"width": 1024, "height": 768}]; those'
    ' that are made are a quantity: "units": {"images": [{"count": 3, "size": "1024x1024"}]}',
    "name?": 'is required: a name of your own, such as "chat"',
    "before:": 'must be an object, such as {"text": "..."}',
    "after:": 'must be an object, such as {"text": "..."}',
    "images:": 'must be a list, such as [{"width": 1024, "height": 768}]',
    ":": "must be one object; POST /v1/estimate/workload prices several calls as `items`, and POST"
    " /v1/usage/report a log of them",
    "text:": "must be a string; send several prompts as items of POST /v1/estimate/workload",
    **dict.fromkeys(("currency:", "currency#"), 'must be an ISO 4217 code, such as "EUR"'),
    **_all(
        ("searches", "web_searches", "web_search", "web_search_requests"),
        'is counted in `tool_uses`: "tool_uses": {"web_search": 3}.',
    ),
}

_POLICY = '"policy": {"simple": "openai/gpt-5-mini", "moderate": "gpt-5.1", "complex": "opus"}'
_RULES = '"rules": [{"match": {"provider": "openai"}, "multiply": "0.8"}]'
_ITEM = (
    'belongs inside of "items": {"items": [{"name": "chat", "model": "gpt-4o", "usage": {...},'
    ' "calls": 1000}]}.'
)
#: Of routes that price several calls, each of which names its model and its usage.
ITEM_HINTS: Mapping[str, str] = {
    **HINTS,
    **_all(
        (
            *("model", "usage", "response", "request", "text", "messages", "calls"),
            *("input_tokens", "output_tokens", "prompt_tokens", "completion_tokens"),
            *("input=", "output=", "prompt=", "completion=", "tokens_in", "tokens_out"),
            *("monthly_input_tokens", "monthly_output_tokens", "tokens_per_month"),
            *("input_tokens_per_month", "output_tokens_per_month", "monthly_tokens"),
        ),
        _ITEM,
    ),
    **_all(
        (
            *("calls_per_day", "requests_per_day", "daily_requests", "calls_per_month"),
            *("requests_per_month", "monthly_requests", "monthly_calls", "calls_per_hour"),
            *("requests_per_hour", "requests", "num_requests", "num_calls", "volume"),
            *("messages_per_day", "messages_per_month", "queries_per_day", "daily_calls"),
        ),
        'is called `calls` here, inside of an item: {"items": [{"name": "chat", "model": "gpt-4o",'
        ' "usage": {...}, "calls": 1000}]}.',
    ),
    **_all(("users", "people", "developers"), 'is called `seats` here: "seats": 5.'),
    **_all(
        ("workloads", "jobs", "lines", "use_cases", "scenarios"),
        'is called `items` here: [{"name": "chat", "model": "gpt-4o", "usage": {...}, "calls":'
        " 1000}].",
    ),
}
COMPARE_HINTS: Mapping[str, str] = {
    **HINTS,
    **_all(
        ("model", "model_a", "model_b", "baseline", "provider", "providers", "vendors"),
        'is called `models` here: "models": ["gpt-4o", "sonnet"].',
    ),
    **_all(
        ("compare_with", "compare_to", "against", "alternatives", "candidates"),
        'is called `models` here, with the model itself among them: ["gpt-4o", "sonnet"].',
    ),
    **_all(("sort", "sort_by", "order_by"), "is not a field here: the cheapest comes first."),
}
BATCH_HINTS: Mapping[str, str] = {
    **HINTS,
    **_all(
        ("calls", "count", "num_requests", "n", "items", "number_of_requests", "batch_size"),
        'is called `requests` here, and is the number of equal requests: "requests": 1000.',
    ),
    **_all(
        ("deadline", "hours", "max_wait", "completion_window", "latency"),
        'is called `deadline_hours` here: "deadline_hours": "24".',
    ),
}
CACHING_HINTS: Mapping[str, str] = {
    **HINTS,
    **_all(
        (
            *("prompt_tokens", "input_tokens", "system_prompt_tokens", "system_tokens", "tokens"),
            *("cached_tokens", "cache_tokens", "context_tokens", "prompt="),
        ),
        'is not a field here. Send the tokens that calls share as "prefix_tokens": 10000, and those'
        ' that vary as "suffix_tokens": 500.',
    ),
    **_all(
        ("calls", "calls_per_day", "calls_per_month", "requests_per_day", "requests"),
        'is not a field here. Send "calls_per_hour": 60, "hours_per_day": 8, "days_per_month": 22.',
    ),
    **_all(
        ("hit_rate", "hits", "cache_hit_rate"),
        "is not a field here: it follows from the rate of the calls. POST /v1/estimate/workload"
        ' takes one: "what_if": [{"name": "cache", "caching": {"prefix_tokens": 10000, "hit_rate":'
        ' "0.9"}}].',
    ),
    **_all(("user_tokens", "varying_tokens"), "is called `suffix_tokens` here."),
    **_all(
        ("prefix", "system", "text", "prefix_length"),
        'is not a field here. Send its length: "prefix_tokens": 10000.',
    ),
    **_all(
        ("usage", "response"),
        'belongs inside of "measured": {"measured": [{"NAME": {...}, "calls": 1000}]}.',
    ),
}
CONTEXT_HINTS: Mapping[str, str] = {
    **HINTS,
    **_all(
        (
            *("text", "prompt", "messages", "system", "documents", "files", "history", "chunks"),
            "context",
        ),
        'belongs to a part, "parts": [{"name": "system", "text": "..."}], or to a prompt, "before":'
        ' {"text": "..."}.',
    ),
}
TASK_HINTS: Mapping[str, str] = {
    **HINTS,
    **_all(
        ("prompt", "text", "input", "query", "question"), 'is called `task` here: "task": "...".'
    ),
    **_all(
        ("budget", "budget_usd", "max_budget", "max_cost", "max_price", "max_cost_per_call"),
        'is called `max_usd_per_call` here: "max_usd_per_call": "0.01".',
    ),
    **_all(
        (
            *("provider", "providers", "vendor", "model", "models", "candidates", "options"),
            *("candidate_models", "allowed_models", "available_models"),
        ),
        f"is not a field here. Say which models can be chosen, the weakest first: {_POLICY}.",
    ),
    **_all(
        ("quality", "min_quality", "target_quality", "quality_target"),
        'is a part of the policy: "policy": {"quality": "0.9"}.',
    ),
    **_all(
        (
            *("calls_per_month", "calls_per_day", "requests_per_day", "requests_per_month"),
            *("monthly_requests", "monthly_calls", "daily_requests", "requests", "num_requests"),
        ),
        'is called `calls` here, of the time that the costs are for: "calls": 1000.',
    ),
    **_all(("input_tokens",), "is called `expected_input_tokens` here."),
    **_all(("output_tokens", "max_tokens"), "is called `expected_output_tokens` here."),
}
TIER_HINTS: Mapping[str, str] = {
    **HINTS,
    **_all(
        ("mix", "shares", "models", "model", "split", "distribution"),
        'is not a field here. Send "tiers": [{"name": "simple", "share": "0.7", "model": "haiku",'
        ' "input_tokens": 1000, "output_tokens": 100}, ...] and "single_model": "opus".',
    ),
    **_all(
        ("calls", "requests", "queries", "requests_per_month", "calls_per_month", "volume"),
        'is called `monthly_queries` here: "monthly_queries": 100000.',
    ),
    **_all(("baseline", "compare_with", "current_model"), "is called `single_model` here."),
}
CARD_HINTS: Mapping[str, str] = {
    **_all(
        (
            *("discount", "discounts", "discount_percent", "percent_off", "multiplier", "markup"),
            *("provider", "model", "match", "multiply"),
        ),
        f"is a part of a rule. For 20% less: {_RULES}.",
    ),
    **_all(
        ("prices", "price", "input", "output", "usd_per_mtok"),
        "is a part of a rule:"
        ' "rules": [{"match": {"model": "gpt-4o", "component": "input"}, "usd_per_mtok": "2"}].',
    ),
}
RULE_HINTS: Mapping[str, str] = {
    **_all(
        ("discount", "discount_percent", "percent_off", "multiplier", "markup", "factor"),
        'is a factor here: "multiply": "0.8" is 20% less.',
    ),
    **_all(
        ("price", "usd", "rate", "input", "output"),
        'is written with its component: {"match": {"model": "gpt-4o", "component": "input"},'
        ' "usd_per_mtok": "2"}.',
    ),
}
STAGE_HINTS: Mapping[str, str] = {
    **HINTS,
    **_all(
        (
            *("models", "model", "cheap", "strong", "cheap_model", "strong_model"),
            *("first", "second", "fallback", "success_rate"),
        ),
        f'is not a field here. Send "stages": {_STAGES}.',
    ),
}
RECORD_HINTS: Mapping[str, str] = {
    **HINTS,
    **_all(
        (
            *("from", "to", "start", "end", "start_date", "end_date", "since", "until", "period"),
            *("date_from", "date_to", "start_time", "end_time", "month"),
        ),
        'is a filter: "filter": {"start": "2026-11-01", "end": "2026-11-30"}. The calls themselves'
        " are sent as `records`: no usage is stored.",
    ),
    **_all(
        ("usage", "items", "data", "lines", "logs", "calls", "model"),
        'is not a field here. Send "records": [{"timestamp": "2026-11-22T09:30:00Z", "model":'
        ' "gpt-4o", "usage": {...}}].',
    ),
}
