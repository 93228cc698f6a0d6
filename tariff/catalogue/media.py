"""LiteLLM's models that are billed by the unit, as rows of the catalogue.

These are models for images, speech, transcription, video, reranking, OCR and moderation; a unit is
an image, a second, a page and so on. ``catalogue/imported/media.json`` holds the rows.
``tariff catalogue build`` adds those that the token price lists do not have, and gives their unit
prices to those that they do.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from typing import Any

from pricing.catalogue.models import REQUEST_FEE, Row
from pricing.money import EXACT, plain
from pricing.sources.book import OWN_NAMES
from pricing.sources.litellm import (
    CITATIONS,
    PROVIDERS,
    SEARCH,
    SEARCH_SIZES,
    SEARCH_WITH_EVERY_REQUEST,
    model_id,
    token_prices,
)
from pricing.sources.merge import MOST_DIGITS
from pricing.sources.payload import Payload, digits_of, price_from_float, read_document
from pricing.sources.price_tables import completed, document_of

MEDIA = "media.json"
#: The price of a minute, in the metadata of a price of a second that is rounded.
PER_MINUTE = "original_pricing_per_minute"
#: The map's kinds of model that are billed by the unit, or by tokens of images or audio.
KINDS = {
    *("image_generation", "image_edit", "audio_transcription", "audio_speech", "video_generation"),
    *("rerank", "ocr", "moderation", "search", "vector_store"),
}
#: Token-priced kinds of which a model that has unit prices too is taken.
PARTLY = {"embedding", "realtime"}
#: Token-priced kinds of which only the price of Maps grounding is taken.
TOKEN_KINDS = {"chat", "responses", "completion"}
_COLUMNS: Mapping[str, str] = {
    "output_cost_per_image": "image",
    "input_cost_per_character": "character",
    "ocr_cost_per_page": "page",
    "annotation_cost_per_page": "annotated_page",
    "google_maps_grounding_cost_per_query": "maps",
    "output_cost_per_video_per_second": "video_second",
    "input_cost_per_video_per_second": "input_video_second",
    "input_cost_per_audio_per_second": "audio_second",
}
#: Columns that mean another thing in another kind of model.
_BY_KIND: Mapping[tuple[str, str], str] = {
    ("output_cost_per_image", "audio_speech"): "request",  # a song of Lyria
    ("input_cost_per_image", "embedding"): "input_image",
    ("input_cost_per_image", "video_generation"): "input_image",
    ("input_cost_per_second", "audio_transcription"): "audio_second",
    ("input_cost_per_second", "realtime"): "audio_second",
    ("output_cost_per_second", "video_generation"): "video_second",
    ("input_cost_per_query", "rerank"): "search_unit",
    ("input_cost_per_query", "search"): "search_query",
    ("input_cost_per_query", "vector_store"): "search_query",
}
_RESOLUTION = re.compile(r"output_cost_per_second_(\d+[pk])")
#: What a video costs without a suffix is the price of these resolutions, the first by default.
_RESOLUTIONS = ("720p", "1080p")
_KEY = re.compile(
    r"(?:azure/|xai/|openai/)?(?=(?:low|medium|high|hd|standard|auto|max-x-max|\d+-x-\d+)/)"
    r"(?:(?P<quality>low|medium|high|hd|standard|auto)/)?"
    r"(?:(?P<size>\d+-x-\d+|max-x-max)/)?(?:(?P<steps>50|max)-steps/)?(?P<name>.+)"
)
#: What the lists price by something that a call does not state: steps of a model, megapixels.
_REFUSED = re.compile(r"fireworks/models/(?!.*rerank)|FLUX\.2-flex")
#: Models that make music or speech, which the map has among the chats.
_SOUNDS = re.compile(r"lyria|-tts(-|$)")
OWN_MEDIA = OWN_NAMES | {
    "black_forest_labs": r"flux-",
    "dashscope": r"qwen|wan\d|happyhorse-",
    "deepgram": r"nova-[23]|aura|enhanced",
    "elevenlabs": r"eleven_|scribe_",
    "jina": r"jina-",
    "recraft": r"recraft",
    "runwayml": r"gen\d|aleph",
    "stability": r"sd3|stable-",
    "google": r"gemini-|imagen-|veo-|nano-banana",
    "cohere": r"rerank-|parse-",
    "voyageai": r"rerank-",
    "minimax": r"(?i)speech-|minimax-",
}


def read(payload: Payload, version: str) -> list[Row]:
    """Return the rows of the map's media models, by provider and id."""
    rows: dict[tuple[str, str], Row] = {}
    for key, entry in sorted(read_document(payload, dict).items(), key=_plain_keys_first):
        named = entry.get("litellm_provider") if isinstance(entry, dict) else None
        if not isinstance(named, str):
            continue
        provider = PROVIDERS.get("vertex_ai" if named.startswith("vertex_ai-") else named)
        kind = entry.get("mode")
        spoken = kind is None and "input_cost_per_character" in entry
        if spoken or (kind in TOKEN_KINDS and _SOUNDS.search(key)):
            entry["mode"] = kind = "audio_speech"
        if provider is None or kind not in KINDS | PARTLY | TOKEN_KINDS or _REFUSED.search(key):
            continue
        when, name = _selectors(key, entry)
        row = rows.get((provider, name))
        if row is None:
            made = _row(provider, name, entry, when, version)
            if made:
                rows[provider, name] = made
        elif when:
            known = row["lists"]["standard"].setdefault("units", [])
            found = list(_units(entry, when))
            row["lists"]["standard"]["units"] = [*known, *(u for u in found if u not in known)]
    for row in rows.values():
        _settle(row)
    return [row for _, row in sorted(rows.items()) if any(row["lists"].values())]


def _plain_keys_first(item: tuple[str, Any]) -> tuple[bool, bool, str]:
    """A key with selectors adds to the row of the key without; one with its provider is better."""
    key = item[0]
    return _KEY.match(key) is not None, "/" not in key, key


def _selectors(key: str, entry: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    match = _KEY.fullmatch(key)
    if match is None or "input_cost_per_token" in entry:
        return {}, model_id(key, entry)
    named = match["name"].removeprefix(f"{entry['litellm_provider']}/")
    size = (match["size"] or "").replace("-x-", "x")
    when = {"quality": match["quality"], "size": size, "steps": match["steps"]}
    return {name: value for name, value in when.items() if value}, named


def _row(
    provider: str, name: str, entry: Mapping[str, Any], when: dict[str, str], version: str
) -> Row | None:
    kind = entry["mode"]
    lists: Row = {}
    notes: list[str] = []
    units = [*_units(entry, when), *_request_fees(entry)]
    if kind in KINDS or (kind in PARTLY and units):
        lists, notes = _token_lists(entry)
    if units:
        lists.setdefault("standard", {"rates": {}})["units"] = units
    batch = list(_units(entry, when, "_batches"))
    if batch:
        lists.setdefault("batch", {"rates": {}})["units"] = batch
    if not lists:
        return None
    row: Row = {
        "provider": provider,
        "id": name,
        "mode": kind,
        "lists": lists,
        "notes": notes,
        "retires": entry.get("deprecation_date"),
        "source": f"litellm {version}",
    }
    per_minute = (entry.get("metadata") or {}).get(PER_MINUTE)
    if per_minute:
        notes.append(f"The price of a second is the list's rounding of ${per_minute} a minute.")
    if not _is_own(provider, name):
        row["bare_names"] = False
    return {key: value for key, value in row.items() if value not in (None, [])}


def _is_own(provider: str, name: str) -> bool:
    pattern = OWN_MEDIA.get(provider)
    return pattern is not None and bool(re.match(pattern, name)) and "/" not in name


def _token_lists(entry: Mapping[str, Any]) -> tuple[Row, list[str]]:
    """Return the token prices; what is only priced as image or audio is that whatever it is."""
    table = token_prices(entry)
    notes: list[str] = []
    for tiers in table.values():
        for rates in tiers.values():
            for whole, parts in _WHOLES.items():
                part = next((rates[name] for name in parts if name in rates), None)
                speaks = whole == "output" and entry["mode"] == "audio_speech"
                if part is not None and (whole not in rates or speaks):
                    rates[whole] = part
            if not rates.get("input") and not rates.get("output"):
                rates.clear()
    standard = table["standard"][0]
    if entry["mode"] == "moderation" and not standard:
        return {"standard": {"rates": {"input": "0"}}}, ["The list says that input costs nothing."]
    if not standard:
        return {}, notes
    done, notes = completed({mode: tiers for mode, tiers in table.items() if any(tiers.values())})
    return document_of(done), notes


_WHOLES = {"input": ("image_input", "audio_input"), "output": ("image_output", "audio_output")}


def _units(entry: Mapping[str, Any], when: Mapping[str, str], suffix: str = "") -> Iterator[Row]:
    """Yield the unit prices of an entry, of one mode."""
    kind = entry["mode"]
    columns = {
        name.removesuffix(suffix): value
        for name, value in entry.items()
        if name.endswith(suffix) and (suffix or not name.endswith("_batches"))
    }
    if kind in ("image_generation", "image_edit") and "output_cost_per_image" not in columns:
        generated = _price(columns.get("input_cost_per_image")) or _of_pixels(columns, when)
        if generated:
            yield _unit("image", generated, when)
    per_resolution = {
        match[1]: value for name, value in columns.items() if (match := _RESOLUTION.fullmatch(name))
    }
    for name, value in sorted(columns.items()):
        component = _BY_KIND.get((name, kind)) or _COLUMNS.get(name)
        price = _price(value) if component else None
        if not component or not price or (kind not in KINDS | PARTLY and component != "maps"):
            continue
        if component == "video_second" and name == "output_cost_per_second":
            same = [known for known, usd in per_resolution.items() if usd == value]
            base = same or [known for known in _RESOLUTIONS if known not in per_resolution]
            for number, resolution in enumerate(sorted(base, key=_by_height)):
                yield _unit(component, price, {"resolution": resolution}, default=not number)
            continue
        yield _unit(component, price, when)
    if kind == "video_generation":
        base_price = columns.get("output_cost_per_second")
        for resolution, value in sorted(per_resolution.items()):
            price = _price(value)
            if price and value != base_price:
                yield _unit("video_second", price, {"resolution": resolution})


def _request_fees(entry: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the fee of every request by its search context, which is "low" by default."""
    if entry["litellm_provider"] not in SEARCH_WITH_EVERY_REQUEST or CITATIONS in entry:
        return
    fees = entry.get(SEARCH) or {}
    for number, size in enumerate(SEARCH_SIZES):
        fee = _price(fees.get(f"search_context_size_{size}"))
        if fee:
            yield _unit(REQUEST_FEE, fee, {"search_context_size": size}, default=not number)


def _by_height(resolution: str) -> tuple[bool, int]:
    return resolution.endswith("k"), int(resolution[:-1])


def _price(value: Any) -> Decimal | None:
    return None if value is None else price_from_float(value)


def _of_pixels(columns: Mapping[str, Any], when: Mapping[str, str]) -> Decimal | None:
    """Return the price of an image of a known size; a quotient has no more digits than the list."""
    price = _price(columns.get("input_cost_per_pixel"))
    width, _, height = when.get("size", "").partition("x")
    if not price or not width.isdecimal():
        return None
    digits = Context(prec=len(price.as_tuple().digits) - 1)
    return digits.multiply(price, Decimal(int(width) * int(height)))


def _unit(component: str, usd: Decimal, when: Mapping[str, str], *, default: bool = False) -> Row:
    unit: Row = {"component": component, "usd": plain(EXACT.plus(usd))}
    unit |= {"when": dict(when)} if when else {}
    return unit | ({"default": True} if default else {})


def _settle(row: Row) -> None:
    """Leave out prices for fewer selectors than others have: they repeat the price of one."""
    for prices in row["lists"].values():
        units = prices.get("units", [])
        most: dict[str, int] = {}
        for unit in units:
            name = unit["component"]
            most[name] = max(most.get(name, 0), len(unit.get("when", ())))
        kept = [unit for unit in units if len(unit.get("when", ())) == most[unit["component"]]]
        if kept:
            prices["units"] = kept
        for unit in kept:
            if digits_of(Decimal(unit["usd"])) > MOST_DIGITS:
                note = f"The list has the price of {unit['component']} as a rounded quotient."
                row["notes"] = sorted({*row.get("notes", ()), note})
