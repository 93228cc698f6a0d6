"""OpenRouter's models API: what OpenRouter itself charges, as USD a token in decimal strings.

``-1`` means that the price depends on the model the request is routed to: no price. A zero cache,
request or reasoning price means that there is no such charge. ``overrides`` are other prices under
a condition: from ``min_prompt_tokens`` on it is a tier; by the hour or the day, it is a price that
is not read here, and the model has none. Pictures and requests with files are priced by the piece
and have no column here.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pricing.sources.payload import (
    Findings,
    Payload,
    SourceRefused,
    price_in,
    read_document,
    text_of,
)
from pricing.sources.price_tables import Sketch, document_of, per_million

DYNAMIC = "-1"
COLUMNS = {
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
PRICED_BY_THE_PIECE = {"image", "image_output"}
PER_USE = {"web_search": "web_search", "request": "request_fee"}
ESSENTIAL = ("prompt", "completion")
OVERRIDES, THRESHOLD = "overrides", "min_prompt_tokens"


def read(payload: Payload, findings: Findings) -> list[dict[str, Any]]:
    """A row ``{id, name, context_window, lists}`` for each model with a fixed price.

    Raises SourceRefused, also for an answer that is one page of several.
    """
    document = read_document(payload, dict)
    entries, links = document.get("data"), document.get("links")
    if not isinstance(entries, list):
        raise SourceRefused(f"{payload.source}: the answer holds no list of models")
    if isinstance(links, dict) and links.get("next") is not None:
        raise SourceRefused(f"{payload.source}: the answer is one page of several")
    rows = []
    for entry in entries:
        name = entry.get("id") if isinstance(entry, dict) else entry
        with findings.entry("openrouter", name):
            sketch = _sketch(entry["pricing"])
            if sketch:
                rows.append(
                    {
                        "id": text_of(entry["id"]),
                        "name": entry.get("name"),
                        "context_window": entry.get("context_length"),
                        "lists": document_of(sketch),
                    }
                )
    return rows


def _sketch(pricing: Mapping[str, Any]) -> Sketch:
    if any(pricing[key] == DYNAMIC for key in ESSENTIAL):
        return {}
    steps = {0: _rates(pricing)}
    for override in pricing.get(OVERRIDES) or ():
        unknown = override.keys() - {THRESHOLD, *COLUMNS, *PER_USE, *PRICED_BY_THE_PIECE}
        if unknown or THRESHOLD not in override:
            raise ValueError(f"its price depends on {', '.join(sorted(unknown)) or 'nothing'}")
        least = override[THRESHOLD]
        if isinstance(least, bool) or not isinstance(least, int) or least < 1:
            raise ValueError(f"{THRESHOLD} is no count of tokens")
        steps[least] = _rates(override)  # written as the two lists write the same threshold
    return {"standard": steps}


def _rates(pricing: Mapping[str, Any]) -> dict[str, Decimal]:
    rates: dict[str, Decimal] = {}
    for key, value in pricing.items():
        column = COLUMNS.get(key) or PER_USE.get(key)
        if column is None:
            continue
        price = price_in(value)
        if price or key in ESSENTIAL:
            rates[column] = price if key in PER_USE else per_million(price)
    return rates
