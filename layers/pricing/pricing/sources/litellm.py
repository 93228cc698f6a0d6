"""Read LiteLLM's price map, a JSON file, into Tariff's components.

The library itself is never imported. Prices are floats in that file; they are read as the decimal
text that is written there, and multiplied by a million exactly.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.sources.payload import (
    Payload,
    SourceNotes,
    name_from,
    price_from_float,
    price_from_number,
    read_document,
    require_usd,
)
from pricing.sources.price_tables import PriceTable, document_of, per_million

#: Tariff's providers, and their names here. Others are left out; docs/price-sources.md says why.
_NAMES = {
    "azure": ("azure", "azure_ai", "azure_text"),
    "bedrock": ("bedrock", "bedrock_converse", "bedrock_mantle"),
    "cohere": ("cohere", "cohere_chat"),
    "fireworks": ("fireworks_ai", "fireworks_ai-embedding-models"),
    "google": ("gemini",),
    "jina": ("jina_ai",),
    "mistral": ("codestral", "mistral", "text-completion-codestral"),
    "moonshotai": ("moonshot",),
    "openai": ("openai", "text-completion-openai"),
    "together": ("together_ai",),
    "vercel": ("vercel_ai_gateway",),
    "vertex": ("vertex_ai",),
    "voyageai": ("voyage",),
}
_SAME = (
    *("anthropic", "assemblyai", "baseten", "black_forest_labs", "cerebras", "cloudflare"),
    *("dashscope", "databricks", "deepgram", "deepinfra", "deepseek", "elevenlabs"),
    *("github_copilot", "groq", "meta", "minimax", "nebius", "novita", "oci", "perplexity"),
    *("qwencloud", "recraft", "replicate", "runwayml", "sambanova", "stability", "watsonx"),
    *("xai", "zai"),
)
PROVIDERS = dict(zip(_SAME, _SAME, strict=True)) | {
    name: provider for provider, names in _NAMES.items() for name in names
}
#: Kinds of model that are billed by text tokens, at least in part.
KINDS = {
    *("chat", "completion", "embedding", "realtime", "responses"),
    *("decisions", "evaluation", "extraction"),
}
#: The prices of a model that generates images in a chat: text in, text out, image out.
CHAT = "/v1/chat/completions"
DRAWS_IN_CHAT = {"input_cost_per_token", "output_cost_per_token", "output_cost_per_image_token"}
COMPONENTS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "input_cost_per_audio_token": "audio_input",
    "output_cost_per_audio_token": "audio_output",
    "cache_read_input_audio_token_cost": "audio_cache_read",
    "cache_read_input_image_token_cost": "image_cache_read",
    "input_cost_per_image_token": "image_input",
    "output_cost_per_image_token": "image_output",
    "input_cost_per_video_token": "video_input",
    "output_cost_per_video_token": "video_output",
    "output_cost_per_reasoning_token": "reasoning_output",
}
MODES = {None: "standard", "batches": "batch", "priority": "priority", "flex": "flex"}
_KEY = re.compile(
    rf"(?P<component>{'|'.join(sorted(COMPONENTS, key=len, reverse=True))})"
    r"(?:_above_(?P<thousands>\d+)k_tokens)?(?:_(?P<mode>batches|priority|flex))?"
)
#: Providers that charge the higher price at the threshold already, as xAI's table says ("at or
#: above 200k") and litellm's calculator does: a tier of Tariff begins strictly above its threshold.
INCLUSIVE_THRESHOLDS = {"xai"}
#: Prices by the length of the prompt, ``[{range: [above, to], input_cost_per_token, ...}]``.
STEPS = "tiered_pricing"
#: Prices of other hours, in UTC: ``{windows: [{hours_utc, weekdays}], input_cost_per_token, ...}``.
OFF_PEAK = "off_peak_pricing"
WEEKDAYS = {*range(1, 8)}
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
SEARCH = "search_context_cost_per_query"
#: A model that prices citations charges each search, which catalogue/units.toml has.
CITATIONS = "citation_cost_per_token"
SEARCH_SIZES = ("low", "medium", "high")
#: Providers that charge each request by its search context, which is a price by the unit.
SEARCH_WITH_EVERY_REQUEST = {"perplexity"}
CAPABILITIES = {
    "supports_vision": "vision",
    "supports_function_calling": "tools",
    "supports_prompt_caching": "caching",
    "supports_reasoning": "thinking",
}
STREAMED = {"chat", "completion", "responses"}
#: Components whose zero means "no such charge": embeddings have no output, some caches no writes.
NO_CHARGE = {"output", "cache_write_5m", "cache_write_1h", "cache_read", "reasoning_output"}
#: Providers whose rows here are too few or too old to price from, but confirm another list's price.
CONFIRMING_ONLY = {"openrouter"}
#: Keys that describe the map itself.
RESERVED = {"sample_spec", "fallback_generalizations"}
MULTIPLIERS = ("regional_endpoint_uplift_multiplier", "regional_processing_uplift_multiplier_us")
#: Keys of price bands, sizes and reservations instead of models.
_NOT_A_MODEL = re.compile(
    r"fireworks-ai-|together-ai-|sample_spec|.*(-commitment/|/container$|^bedrock/\*)"
)


def read(payload: Payload, notes: SourceNotes) -> dict[str, list[dict[str, Any]]]:
    """Return the map's token-priced rows by Tariff's provider id; raises SourceRefused.

    An entry that cannot be read, or has a price that is not a number, is left out and noted.
    """
    rows: dict[str, list[dict[str, Any]]] = {}
    entries = read_document(payload, dict)
    others = _other_names(entries)
    for key, entry in entries.items():
        if key in RESERVED or _NOT_A_MODEL.match(key) or _is_other_name(entry):
            continue
        named = entry.get("litellm_provider") if isinstance(entry, dict) else None
        provider: str | None = "litellm"  # an entry that names none is noted under the list's name
        if isinstance(named, str):
            provider = PROVIDERS.get("vertex_ai" if named.startswith("vertex_ai-") else named)
            provider = named if named in CONFIRMING_ONLY else provider
        if provider is None:
            continue  # a provider that Tariff does not list
        with notes.entry(provider, key):
            _check(key, entry)
            if _is_billed_as_text(entry):
                table = token_prices(entry, inclusive=provider in INCLUSIVE_THRESHOLDS)
                prices = table["standard"][0]
                if prices.get("input") or prices.get("output"):  # else free, or no token price
                    row = _row(key, provider, entry, table)
                    if key in others:
                        row["also"] = others[key]
                    rows.setdefault(provider, []).append(row)
    return rows


def _other_names(entries: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the names that ``alias_of`` gives to other keys, by key, without their prefix.

    A name that stands for two models of a provider keeps its prefix from the second one on: in
    LiteLLM's bedrock it is that of the global endpoint, in its bedrock_mantle of a regional one.
    """
    names: dict[str, list[str]] = {}
    meant: dict[tuple[str | None, str], str] = {}
    for key in sorted(key for key, entry in entries.items() if _is_other_name(entry)):
        target = entries[key]["alias_of"]
        entry = entries.get(target)
        named = entry.get("litellm_provider") if isinstance(entry, dict) else None
        if entry is None or not isinstance(named, str):
            continue
        name, model = model_id(key, entry), model_id(target, entry)
        owner = (PROVIDERS.get(named.partition("-")[0], named), name)
        is_another = meant.setdefault(owner, model) != model
        names.setdefault(target, []).append(key if is_another else name)
    return names


def _is_other_name(entry: Any) -> bool:
    """Whether an entry only says of which other key it is a name."""
    return isinstance(entry, dict) and isinstance(entry.get("alias_of"), str) and len(entry) == 1


def _check(key: str, entry: Any) -> None:
    """Raise InvalidPrice or ValueError for an entry that cannot be read; null is not a price."""
    name_from(key)
    if not isinstance(entry, dict) or not entry:
        raise ValueError("the entry is not an object with prices")
    require_usd(entry)
    name_from(entry["litellm_provider"])
    for name, value in entry.items():
        if _KEY.fullmatch(name) or name in MULTIPLIERS:
            price_from_number(value)
    for value in (entry.get(SEARCH) or {}).values():
        price_from_number(value)
    for step in _steps(entry):
        for name in step.keys() & COMPONENTS.keys():
            price_from_number(step[name])
    for name in (entry.get(OFF_PEAK) or {}).keys() & COMPONENTS.keys():
        price_from_number(entry[OFF_PEAK][name])


def _is_billed_as_text(entry: Mapping[str, Any]) -> bool:
    """Whether it is a chat model of any kind, or answers a chat with text and images in tokens."""
    if entry.get("mode") == "image_generation":
        return CHAT in entry.get("supported_endpoints", ()) and entry.keys() >= DRAWS_IN_CHAT
    return entry.get("mode") in KINDS


def _row(key: str, provider: str, entry: Mapping[str, Any], table: PriceTable) -> dict[str, Any]:
    search = {} if provider in SEARCH_WITH_EVERY_REQUEST else entry.get(SEARCH) or {}
    price = search.get("search_context_size_medium")
    if price:
        table["standard"][0]["web_search"] = Decimal(price)
    row = {
        "id": model_id(key, entry),
        "key": key,
        "kind": entry["mode"],
        "context_window": _count(entry.get("max_input_tokens") or entry.get("max_tokens")),
        "max_output_tokens": _count(entry.get("max_output_tokens")),
        "cache_minimum_tokens": _count(entry.get("prompt_cache_min_tokens")),
        "capabilities": sorted(_capabilities(entry)),
        "retires": _date(entry.get("deprecation_date")),
        "regional_multiplier": entry.get(MULTIPLIERS[0]),
        "us_multiplier": entry.get(MULTIPLIERS[1]),
        "lists": document_of(table),
        "windows": list(_windows(entry)),
        "notes": list(_notes(search)),
    }
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in row.items()
        if value
    }


def model_id(key: str, entry: Mapping[str, Any]) -> str:
    """Return the provider's own id: the key without the prefix that routes to the provider."""
    provider = str(entry["litellm_provider"])
    for prefix in (provider, provider.partition("-")[0], provider.partition("_")[0]):
        if key.startswith(f"{prefix}/"):
            return key.removeprefix(f"{prefix}/")
    return key


def token_prices(entry: Mapping[str, Any], *, inclusive: bool = False) -> PriceTable:
    """Return an entry's token prices; see INCLUSIVE_THRESHOLDS for ``inclusive``."""
    table: PriceTable = {"standard": {0: {}}}
    stepped = [
        (f"{key}_above_{int(step['range'][0]) // 1000}k_tokens" if step["range"][0] else key, value)
        for step in _steps(entry)
        for key, value in step.items()
        if key in COMPONENTS
    ]
    for key, value in [*entry.items(), *stepped]:
        match = _KEY.fullmatch(key)
        if match is None:
            continue
        component = COMPONENTS[match["component"]]
        price = per_million(price_from_float(value))
        if not price and component in NO_CHARGE:
            continue
        tiers = table.setdefault(MODES[match["mode"]], {0: {}})
        above = int(match["thousands"]) * 1000 - inclusive if match["thousands"] else 0
        tiers.setdefault(above, {})[component] = price
    return {
        mode: tiers for mode, tiers in table.items() if mode == "standard" or any(tiers.values())
    }


def _steps(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the prices by the length of the prompt; other steps are those of a search."""
    return [step for step in entry.get(STEPS) or () if "range" in step]


def _windows(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the hours of other prices; raises ValueError for hours that cannot be read."""
    prices = entry.get(OFF_PEAK) or {}
    for window in prices.get("windows", ()):
        table, days, hours = token_prices(prices), window["weekdays"], window["hours_utc"]
        if not table["standard"][0] or not {*days} <= WEEKDAYS:
            raise ValueError(f"{OFF_PEAK} lacks prices, or has other days than 1 to 7")
        for span in [hours] if isinstance(hours, str) else hours:
            if not _HOURS.fullmatch(span):
                raise ValueError(f"{span!r} is not a span of hours")
            start, _, end = span.partition("-")
            lists = document_of(table)
            yield {"from": start, "to": end, "days": list(map(int, days)), "lists": lists}


def _capabilities(entry: Mapping[str, Any]) -> Iterator[str]:
    for flag, capability in CAPABILITIES.items():
        if entry.get(flag):
            yield capability
    if entry["mode"] in STREAMED and entry.get("supports_native_streaming") is not False:
        yield "streaming"


def _notes(search: Mapping[str, Any]) -> Iterator[str]:
    sizes = {size: search.get(f"search_context_size_{size}") for size in SEARCH_SIZES}
    known = {size: price for size, price in sizes.items() if price is not None}
    if len({Decimal(price) for price in known.values()}) > 1:
        prices = ", ".join(f"{size} ${price}" for size, price in known.items())
        yield f"USD for a web search depends on the search context: {prices}; medium is priced."


def _count(value: Any) -> int | None:
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return (int(value) or None) if is_number else None


def _date(text: Any) -> str | None:
    try:
        return date.fromisoformat(str(text)).isoformat()
    except ValueError:
        return None
