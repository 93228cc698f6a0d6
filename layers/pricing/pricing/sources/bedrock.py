"""Read the AWS Price List for Bedrock: ``get_products`` of boto3's ``pricing`` client.

The list has two shapes, and neither holds a model id:

* ``AmazonBedrock`` names the ``model``, and in ``inferenceType`` what is billed. Endpoint and mode
  are only at the end of ``usagetype``: a global endpoint's row looks otherwise like the regional
  one's, and a batch's like the standard one's.
* ``AmazonBedrockFoundationModels`` sells other makers' models as ``servicename``; what is billed
  is only at the end of ``usagetype``.

A row gets an id made of its names, which ``key_of`` compares with real ones. Prices are those of
us-east-1: a plain row is the regional endpoint's, a ``Global`` one that of ``global.`` ids.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pricing.money import EXACT
from pricing.sources.names import AREA, stem
from pricing.sources.payload import (
    Payload,
    SourceNotes,
    SourceRefused,
    price_from_text,
    read_document,
)
from pricing.sources.price_tables import PriceTable

#: The name of this source in quotes, audit rows and metrics.
AWS = "aws-price-list"
BEDROCK = "bedrock"
REGION = "us-east-1"
#: The price list's names of makers, and how their Bedrock ids begin.
MAKERS = {
    "AI21 Labs": "ai21",
    "Amazon": "amazon",
    "Anthropic": "anthropic",
    "Cohere": "cohere",
    "DeepSeek": "deepseek",
    "Meta": "meta",
    "Mistral": "mistral",
    "Mistral AI": "mistral",
    "OpenAI": "openai",
    "Qwen": "qwen",
}
#: By how many decimal places a price per unit is scaled to a price per million tokens.
PLACES = {"1K tokens": 3, "1M tokens": 0, "Tokens": 6, "Token": 6}
_EDITION = " (Amazon Bedrock Edition)"
#: A usage type of other makers' models: all of it, so that a reservation does not match.
_USAGE = re.compile(
    r"[A-Z0-9]+-MP:[A-Z0-9]+_(?:"
    r"(?P<old>(?:CacheRead|CacheWrite|CacheWrite1h)?Input|Output)TokenCount"
    r"|(?P<new>input|output|cache_read_input|cache_write_input|cache_write_1h_input)_tokens)"
    r"(?P<qualifiers>(?:_(?:[Gg]lobal|[Bb]atch|standard))*)-Units"
)
_COMPONENTS = {
    "Input": "input",
    "Output": "output",
    "CacheReadInput": "cache_read",
    "CacheWriteInput": "cache_write_5m",
    "CacheWrite1hInput": "cache_write_1h",
    "input": "input",
    "output": "output",
    "cache_read_input": "cache_read",
    "cache_write_input": "cache_write_5m",
    "cache_write_1h_input": "cache_write_1h",
}
#: In lower case, because both ``Input tokens`` and ``input tokens batch`` are in use.
_INFERENCE = {
    "input tokens": ("standard", "input"),
    "output tokens": ("standard", "output"),
    "prompt cache read input tokens": ("standard", "cache_read"),
    "prompt cache write input tokens": ("standard", "cache_write_5m"),
    "input tokens batch": ("batch", "input"),
    "output tokens batch": ("batch", "output"),
}
_FEATURES = {"On-demand Inference", "Batch Inference", ""}
#: How a usage type of ``AmazonBedrock`` ends. Another end is another product: a custom model, a
#: long context, an endpoint of another area.
_OWN_USAGE = re.compile(
    r".*(?:(?:input|output)-tokens|cache-(?:read|write)-input-token-count)"
    r"(?P<qualifiers>(?:-(?:standard|batch|cross-region-global))*)"
)


def read(payload: Payload, notes: SourceNotes) -> dict[str, PriceTable]:
    """Return the prices of each model and kind of endpoint by its id; raises SourceRefused.

    Where the list has two prices for one thing, neither is used.
    """
    entries = read_document(payload, dict).get("PriceList")
    if not isinstance(entries, list):
        raise SourceRefused(f"{payload.source}: the answer holds no price list")
    tables: dict[str, PriceTable] = {}
    conflicts: set[tuple[str, str, str]] = set()
    for entry in entries:
        product = entry.get("product") if isinstance(entry, dict) else None
        attributes = product.get("attributes") if isinstance(product, dict) else None
        name = str(attributes.get("usagetype"))[:128] if isinstance(attributes, dict) else "?"
        with notes.entry(BEDROCK, name):
            for model, mode, component in _billed(entry["product"]["attributes"]):
                price = _price(entry["terms"]["OnDemand"])
                rates = tables.setdefault(model, {}).setdefault(mode, {0: {}})[0]
                if rates.setdefault(component, price) != price:
                    conflicts.add((model, mode, component))
    for model, mode, component in sorted(conflicts):
        del tables[model][mode][0][component]
        notes.leave_out(BEDROCK, model, "invalid_entry", f"two prices for {mode}.{component}")
    return tables


def key_of(name: str) -> str | None:
    """Return what a Bedrock id and a row of this list are compared by; None for another region."""
    match = AREA.match(name)
    area = match["area"] if match else None
    if match and area not in ("global", "us"):
        return None
    return ("global." if area == "global" else "") + stem(name)


def _billed(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the model, mode and component of a product that is billed per token."""
    if attributes.get("regionCode") != REGION:
        return
    if "model" in attributes:
        kind = _INFERENCE.get(attributes.get("inferenceType", "").lower())
        maker = MAKERS.get(attributes.get("provider", "Amazon"))
        own = _OWN_USAGE.fullmatch(attributes.get("usagetype", ""))
        feature = attributes.get("feature", "")
        if kind and maker and own and feature in _FEATURES:
            mode, component = kind
            batch = feature == "Batch Inference" or "batch" in own["qualifiers"]
            scope = "global." if "global" in own["qualifiers"] else ""
            model = f"{scope}{maker}.{_slug(attributes['model'])}"
            yield model, "batch" if batch else mode, component
        return
    usage = _USAGE.fullmatch(attributes.get("usagetype", ""))
    service = attributes.get("servicename", "")
    if usage and service.startswith("Claude") and service.endswith(_EDITION):
        qualifiers = usage["qualifiers"].lower()
        scope = "global." if "global" in qualifiers else ""
        model = f"{scope}anthropic.{_slug(service.removesuffix(_EDITION))}"
        mode = "batch" if "batch" in qualifiers else "standard"
        yield model, mode, _COMPONENTS[usage["old"] or usage["new"]]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _price(on_demand: Mapping[str, Any]) -> Decimal:
    """Return USD per million tokens; raises ValueError for several terms or dimensions."""
    (term,) = on_demand.values()
    (dimension,) = term["priceDimensions"].values()
    places = PLACES[dimension["unit"]]
    return EXACT.scaleb(price_from_text(dimension["pricePerUnit"]["USD"]), places)
