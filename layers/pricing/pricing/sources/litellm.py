"""LiteLLM's price map, a JSON file, in Tariff's columns.

The library itself is never imported. Prices are floats in that file; they are read as the decimal
text that stands there and multiplied by a million exactly.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Context, Decimal
from typing import Any

from pricing.sources.payload import Findings, Payload, in_dollars, price_of, read_document, text_of
from pricing.sources.price_tables import Sketch, document_of, per_million

#: Its provider names, and ours. One not listed is left out; docs/price-sources.md says why.
PROVIDERS = {
    "anthropic": "anthropic",
    "azure": "azure",
    "azure_ai": "azure",
    "azure_text": "azure",
    "baseten": "baseten",
    "bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "bedrock_mantle": "bedrock",
    "cerebras": "cerebras",
    "cloudflare": "cloudflare",
    "codestral": "mistral",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "deepseek": "deepseek",
    "fireworks_ai": "fireworks",
    "fireworks_ai-embedding-models": "fireworks",
    "gemini": "google",
    "groq": "groq",
    "meta": "meta",
    "minimax": "minimax",
    "mistral": "mistral",
    "moonshot": "moonshotai",
    "novita": "novita",
    "openai": "openai",
    "perplexity": "perplexity",
    "text-completion-codestral": "mistral",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "vertex_ai": "vertex",
    "voyage": "voyageai",
    "xai": "xai",
    "zai": "zai",
}
#: Kinds of model that are billed by text tokens, at least in part.
KINDS = {"chat", "completion", "embedding", "realtime", "responses"}
#: The prices of a model that draws in a chat: text in, text out, image out.
CHAT = "/v1/chat/completions"
DRAWS_IN_CHAT = {"input_cost_per_token", "output_cost_per_token", "output_cost_per_image_token"}
COLUMNS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "input_cost_per_audio_token": "audio_input",
    "output_cost_per_audio_token": "audio_output",
    "cache_read_input_audio_token_cost": "audio_cache_read",
    "input_cost_per_image_token": "image_input",
    "output_cost_per_image_token": "image_output",
    "output_cost_per_reasoning_token": "reasoning_output",
}
MODES = {None: "standard", "batches": "batch", "priority": "priority", "flex": "flex"}
_KEY = re.compile(
    rf"(?P<column>{'|'.join(sorted(COLUMNS, key=len, reverse=True))})"
    r"(?:_above_(?P<thousands>\d+)k_tokens)?(?:_(?P<mode>batches|priority|flex))?"
)
#: Who charges the higher price at the threshold already, as xAI's table says ("at or above 200k")
#: and litellm's calculator knows: here a tier begins strictly above a number of tokens.
INCLUSIVE_THRESHOLDS = {"xai"}
#: A binary float holds 15 decimal digits; ``1.6000000000000001e-06`` was written as 1.6e-06.
_FLOAT_DIGITS = Context(prec=15)
SEARCH = "search_context_cost_per_query"
SEARCH_SIZES = ("low", "medium", "high")
CAPABILITIES = {
    "supports_vision": "vision",
    "supports_function_calling": "tools",
    "supports_prompt_caching": "caching",
    "supports_reasoning": "thinking",
}
STREAMED = {"chat", "completion", "responses"}
#: Columns whose zero means "no such charge": embeddings have no output, some caches no writes.
NO_CHARGE = {"output", "cache_write_5m", "cache_write_1h", "cache_read", "reasoning_output"}
#: Providers whose rows here are too few or too old to price from, but may confirm another list.
WITNESSED = {"openrouter": "openrouter"}
#: Members of the map that are about the map.
RESERVED = {"sample_spec", "fallback_generalizations"}
MULTIPLIERS = ("regional_endpoint_uplift_multiplier", "regional_processing_uplift_multiplier_us")
#: Keys of price bands, sizes and reservations rather than of models.
_NOT_A_MODEL = re.compile(
    r"fireworks-ai-|together-ai-|sample_spec|.*(-commitment/|/container$|^bedrock/\*)"
)


def read(payload: Payload, findings: Findings) -> dict[str, list[dict[str, Any]]]:
    """A fetched price map's rows by our provider id; raises SourceRefused.

    Entries that cannot be read, or have a price that is no number, are left out and found.
    """
    price_map = read_document(payload, dict)
    rows: dict[str, list[dict[str, Any]]] = {}
    for key, entry in price_map.items():
        if key in RESERVED or _NOT_A_MODEL.match(key):
            continue
        named = entry.get("litellm_provider") if isinstance(entry, dict) else None
        provider = _provider(entry) if isinstance(named, str) else "litellm"
        if provider is None:
            provider = WITNESSED.get(str(named))
            if provider is None:
                continue  # a provider that Tariff does not list
        with findings.entry(provider, key):
            _check(key, entry)
            for row in _rows(key, entry, provider):
                rows.setdefault(provider, []).append(row)
    return rows


def _check(key: str, entry: Any) -> None:
    """Raises InvalidPrice or ValueError; a price that is null is no price."""
    text_of(key)
    if not isinstance(entry, dict) or not entry:
        raise ValueError("the entry is not an object with prices")
    in_dollars(entry)
    text_of(entry["litellm_provider"])
    for name, value in entry.items():
        if _KEY.fullmatch(name) or name in MULTIPLIERS:
            price_of(value)
    for value in (entry.get(SEARCH) or {}).values():
        price_of(value)


def rows_of(price_map: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Every token-priced row by our provider id, in the map's own order."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for key, entry in price_map.items():
        provider = _provider(entry)
        if provider:
            for row in _rows(key, entry, provider):
                rows.setdefault(provider, []).append(row)
    return rows


def _rows(key: str, entry: Mapping[str, Any], provider: str) -> Iterator[dict[str, Any]]:
    if not _is_billed_as_text(entry) or _NOT_A_MODEL.match(key):
        return
    sketch = _sketch(entry, inclusive=provider in INCLUSIVE_THRESHOLDS)
    prices = sketch["standard"][0]
    if prices.get("input") or prices.get("output"):  # else a free tier, or no token price
        yield _row(key, provider, entry, sketch)


def _is_billed_as_text(entry: Mapping[str, Any]) -> bool:
    """Chat models of every kind; also those that answer with text and images, both in tokens."""
    if entry.get("mode") == "image_generation":
        return CHAT in entry.get("supported_endpoints", ()) and entry.keys() >= DRAWS_IN_CHAT
    return entry.get("mode") in KINDS


def _provider(entry: Mapping[str, Any]) -> str | None:
    name = str(entry.get("litellm_provider"))
    return PROVIDERS.get("vertex_ai" if name.startswith("vertex_ai-") else name)


def _row(key: str, provider: str, entry: Mapping[str, Any], sketch: Sketch) -> dict[str, Any]:
    row = {
        "id": _model_id(key, entry),
        "key": key,
        "kind": entry["mode"],
        "context_window": _count(entry.get("max_input_tokens") or entry.get("max_tokens")),
        "max_output_tokens": _count(entry.get("max_output_tokens")),
        "cache_minimum_tokens": _count(entry.get("prompt_cache_min_tokens")),
        "capabilities": sorted(_capabilities(entry)),
        "retires": _date(entry.get("deprecation_date")),
        "regional_multiplier": entry.get(MULTIPLIERS[0]),
        "us_multiplier": entry.get(MULTIPLIERS[1]),
        "lists": document_of(_with_searches(sketch, entry, provider)),
        "notes": list(_notes(entry, provider)),
    }
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in row.items()
        if value
    }


def _model_id(key: str, entry: Mapping[str, Any]) -> str:
    """The provider's own id: the key without the prefix that routes to the provider."""
    provider = str(entry["litellm_provider"])
    for prefix in (provider, provider.partition("-")[0], provider.partition("_")[0]):
        if key.startswith(f"{prefix}/"):
            return key.removeprefix(f"{prefix}/")
    return key


def _sketch(entry: Mapping[str, Any], *, inclusive: bool) -> Sketch:
    sketch: Sketch = {"standard": {0: {}}}
    for key, value in entry.items():
        match = _KEY.fullmatch(key)
        if match is None or value is None:
            continue
        price, column = per_million(_exact(value)), COLUMNS[match["column"]]
        if not price and column in NO_CHARGE:
            continue
        steps = sketch.setdefault(MODES[match["mode"]], {0: {}})
        above = int(match["thousands"]) * 1000 - inclusive if match["thousands"] else 0
        steps.setdefault(above, {})[column] = price
    return {mode: steps for mode, steps in sketch.items() if any(steps.values())} | {
        "standard": sketch["standard"]
    }


def _exact(value: Any) -> Decimal:
    """The number as written; what a binary float left behind its 15th digit is not a price."""
    return _FLOAT_DIGITS.create_decimal(value)


def _with_searches(sketch: Sketch, entry: Mapping[str, Any], provider: str) -> Sketch:
    search = entry.get(SEARCH)
    if search:
        # Perplexity charges every request by its search context; its dearest is Tariff's price.
        per_request = provider == "perplexity"
        component = "request_fee" if per_request else "web_search"
        size = "high" if per_request else "medium"
        price = search.get(f"search_context_size_{size}")
        if price:
            sketch["standard"][0][component] = Decimal(price)
    return sketch


def _capabilities(entry: Mapping[str, Any]) -> Iterator[str]:
    for flag, capability in CAPABILITIES.items():
        if entry.get(flag):
            yield capability
    if entry["mode"] in STREAMED and entry.get("supports_native_streaming") is not False:
        yield "streaming"


def _notes(entry: Mapping[str, Any], provider: str) -> Iterator[str]:
    search = entry.get(SEARCH) or {}
    sizes = {size: search.get(f"search_context_size_{size}") for size in SEARCH_SIZES}
    known = {size: price for size, price in sizes.items() if price is not None}
    if len({Decimal(price) for price in known.values()}) > 1:
        what = "request" if provider == "perplexity" else "web search"
        prices = ", ".join(f"{size} ${price}" for size, price in known.items())
        used = "high" if provider == "perplexity" else "medium"
        yield f"USD for a {what} depends on the search context: {prices}; {used} is priced."


def _count(value: Any) -> int | None:
    try:
        count = Decimal(str(value))
    except ArithmeticError:
        return None
    return int(count) or None


def _date(text: Any) -> str | None:
    try:
        return date.fromisoformat(str(text)).isoformat()
    except ValueError:
        return None
