"""The AWS Price List for Bedrock: ``get_products`` of boto3's ``pricing`` client.

Two shapes are in use. ``AmazonBedrock`` names the ``model`` and says in ``inferenceType`` what is
billed, but by which endpoint or mode only at the end of ``usagetype``: a global endpoint's row is
else like the regional one's, and a batch's like the standard one's;
``AmazonBedrockFoundationModels`` sells other makers' models as ``servicename``, and only
the end of ``usagetype`` says what. Neither holds a model id: a row gets the id that its name
makes, and ``stem`` compares it with real ones. Prices are those of one region, us-east-1, where
a plain row is the regional endpoint's and a ``Global`` one that of ``global.`` ids.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pricing.money import EXACT
from pricing.sources.names import AREA, stem
from pricing.sources.payload import Findings, Payload, SourceRefused, price_in, read_document
from pricing.sources.price_tables import Sketch, document_of

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
TOKENS_A_UNIT = {"1K tokens": 3, "1M tokens": 0, "Tokens": 6, "Token": 6}
_EDITION = " (Amazon Bedrock Edition)"
#: The whole of what follows the region in a usage type; nothing that merely ends like it.
_USAGE = re.compile(
    r"[A-Z0-9]+-MP:[A-Z0-9]+_(?:"
    r"(?P<old>(?:CacheRead|CacheWrite|CacheWrite1h)?Input|Output)TokenCount"
    r"|(?P<new>input|output|cache_read_input|cache_write_input|cache_write_1h_input)_tokens)"
    r"(?P<qualifiers>(?:_(?:[Gg]lobal|[Bb]atch|standard))*)-Units"
)
_COLUMNS = {
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
#: Both spellings are in use: ``Input tokens`` and, beside it, ``input tokens batch``.
_INFERENCE = {
    "input tokens": ("standard", "input"),
    "output tokens": ("standard", "output"),
    "prompt cache read input tokens": ("standard", "cache_read"),
    "prompt cache write input tokens": ("standard", "cache_write_5m"),
    "input tokens batch": ("batch", "input"),
    "output tokens batch": ("batch", "output"),
}
_FEATURES = {"On-demand Inference", "Batch Inference", ""}
#: How a usage type of ``AmazonBedrock`` ends. Any other end is another product: a custom model, a
#: long context, an endpoint of another area.
_OWN_USAGE = re.compile(
    r".*(?:(?:input|output)-tokens|cache-(?:read|write)-input-token-count)"
    r"(?P<qualifiers>(?:-(?:standard|batch|cross-region-global))*)"
)


def read(payload: Payload, findings: Findings) -> list[dict[str, Any]]:
    """A row ``{id, lists}`` for each model and kind of endpoint; raises SourceRefused."""
    entries = read_document(payload, dict).get("PriceList")
    if not isinstance(entries, list):
        raise SourceRefused(f"{payload.source}: the answer holds no price list")
    sketches: dict[str, Sketch] = {}
    twice: set[tuple[str, str, str]] = set()
    for entry in entries:
        product = entry.get("product") if isinstance(entry, dict) else None
        attributes = product.get("attributes") if isinstance(product, dict) else None
        name = str(attributes.get("usagetype"))[:128] if isinstance(attributes, dict) else "?"
        with findings.entry("bedrock", name):
            for model, mode, column in _billed(entry["product"]["attributes"]):
                price = _price(entry["terms"]["OnDemand"])
                rates = sketches.setdefault(model, {}).setdefault(mode, {0: {}})[0]
                if rates.setdefault(column, price) != price:
                    twice.add((model, mode, column))
    for model, mode, column in sorted(twice):  # two prices for one thing are none
        del sketches[model][mode][0][column]
        findings.add("bedrock", model, "invalid_entry", f"two prices for {mode}.{column}")
    return [{"id": model, "lists": document_of(lists)} for model, lists in sorted(sketches.items())]


def key_of(name: str) -> str | None:
    """What a Bedrock id and a row of the price list are compared by; None: not of this region."""
    match = AREA.match(name)
    area = match["area"] if match else None
    if match and area not in ("global", "us"):
        return None
    return ("global." if area == "global" else "") + stem(name)


def _billed(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The model, mode and column of one product; nothing for what is not billed by the token."""
    if attributes.get("regionCode") != REGION:
        return
    if "model" in attributes:
        kind = _INFERENCE.get(attributes.get("inferenceType", "").lower())
        maker = MAKERS.get(attributes.get("provider", "Amazon"))
        own = _OWN_USAGE.fullmatch(attributes.get("usagetype", ""))
        feature = attributes.get("feature", "")
        if kind and maker and own and feature in _FEATURES:
            mode, column = kind
            batch = feature == "Batch Inference" or "batch" in own["qualifiers"]
            scope = "global." if "global" in own["qualifiers"] else ""
            model = f"{scope}{maker}.{_slug(attributes['model'])}"
            yield model, "batch" if batch else mode, column
        return
    usage = _USAGE.fullmatch(attributes.get("usagetype", ""))
    service = attributes.get("servicename", "")
    if usage and service.startswith("Claude") and service.endswith(_EDITION):
        qualifiers = usage["qualifiers"].lower()
        scope = "global." if "global" in qualifiers else ""
        model = f"{scope}anthropic.{_slug(service.removesuffix(_EDITION))}"
        mode = "batch" if "batch" in qualifiers else "standard"
        yield model, mode, _COLUMNS[usage["old"] or usage["new"]]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _price(on_demand: Mapping[str, Any]) -> Decimal:
    """USD per million tokens of the one dimension of the one term."""
    (term,) = on_demand.values()
    (dimension,) = term["priceDimensions"].values()
    places = TOKENS_A_UNIT[dimension["unit"]]
    return EXACT.scaleb(price_in(dimension["pricePerUnit"]["USD"]), places)


AWS = "aws-price-list"
