"""Read OpenRouter's models API: what OpenRouter itself charges, in USD per token.

Prices are decimal strings. ``-1`` means that the price depends on the model a request is routed to:
there is none. A zero price for cache, requests or reasoning means that there is no such charge.
For Gemini, ``input_cache_write`` has been the storage alone since 2026-10: what is written is
billed as input, too. ``overrides`` are other prices under a condition: with ``min_prompt_tokens``
it is a tier. A model with a price by the hour or the day is left out. Images and requests with
files are priced per piece and have no component here.
"""

from collections.abc import Mapping
from typing import Any

from pricing.money import EXACT
from pricing.sources.payload import (
    Payload,
    SourceNotes,
    SourceRefused,
    is_token_count,
    name_from,
    price_from_text,
    read_document,
)
from pricing.sources.price_tables import PriceTable, Rates, per_million

OPENROUTER = "openrouter"
DYNAMIC = "-1"
COMPONENTS = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cache_read",
    "input_cache_write": "cache_write_5m",
    "input_cache_write_1h": "cache_write_1h",
    "internal_reasoning": "reasoning_output",
    "audio": "audio_input",
    "audio_output": "audio_output",
    "input_audio_cache": "audio_cache_read",
}
PER_PIECE = {"image", "image_output"}
PER_USE = {"web_search": "web_search", "request": "request_fee"}
#: The maker whose cached prompts are billed as input, and for their storage.
STORES_FOR_A_FEE = "google/"
ESSENTIAL = ("prompt", "completion")
OVERRIDES, THRESHOLD = "overrides", "min_prompt_tokens"


def read(payload: Payload, notes: SourceNotes) -> dict[str, PriceTable]:
    """Return the prices of each model with a fixed price, by its id.

    Raises SourceRefused, also for an answer that is one page of several.
    """
    document = read_document(payload, dict)
    entries, links = document.get("data"), document.get("links")
    if not isinstance(entries, list):
        raise SourceRefused(f"{payload.source}: the answer holds no list of models")
    if isinstance(links, dict) and links.get("next") is not None:
        raise SourceRefused(f"{payload.source}: the answer is one page of several")
    tables: dict[str, PriceTable] = {}
    for entry in entries:
        name = entry.get("id") if isinstance(entry, dict) else entry
        with notes.entry(OPENROUTER, name):
            table = _table(entry["pricing"])
            if table:
                tables[name_from(entry["id"])] = with_whole_writes(entry["id"], table)
    return tables


def with_whole_writes(name: str, table: PriceTable) -> PriceTable:
    """Return a table whose price of a Gemini cache write covers the input and its storage.

    OpenRouter's field held both until 2026-10 (0.3833 for Gemini 2.5 Flash: 0.30 of input, and five
    minutes of storage at $1 an hour), and the storage alone since (0.0833).
    """
    for tiers in table.values() if name.lstrip("~").startswith(STORES_FOR_A_FEE) else ():
        base = dict(tiers[0])
        for rates in tiers.values() if "cache_write_5m" in base else ():
            write = rates.get("cache_write_5m", base["cache_write_5m"])
            fresh = rates.get("input", base["input"])
            if write < fresh:
                rates["cache_write_5m"] = EXACT.add(write, fresh)
    return table


def _table(pricing: Mapping[str, Any]) -> PriceTable:
    if any(pricing[key] == DYNAMIC for key in ESSENTIAL):
        return {}
    tiers = {0: _rates(pricing)}
    for override in pricing.get(OVERRIDES) or ():
        unknown = override.keys() - {THRESHOLD, *COMPONENTS, *PER_USE, *PER_PIECE}
        if unknown or THRESHOLD not in override:
            raise ValueError(f"its price depends on {', '.join(sorted(unknown)) or 'nothing'}")
        if not is_token_count(override[THRESHOLD]):
            raise ValueError(f"{THRESHOLD} is not a number of tokens")
        # "From 200,000" is kept as 200,000: the two lists write the same tier so.
        tiers[override[THRESHOLD]] = _rates(override)
    return {"standard": tiers}


def _rates(pricing: Mapping[str, Any]) -> Rates:
    rates: Rates = {}
    for key, value in pricing.items():
        component = COMPONENTS.get(key) or PER_USE.get(key)
        if component is None:
            continue
        price = price_from_text(value)
        if price or key in ESSENTIAL:
            rates[component] = price if key in PER_USE else per_million(price)
    return rates
