"""What endpoints that bill by the unit are asked for, and what their answers show they made.

Such an answer often has no usage, only the result. Its parts are counted and its length is read,
never its content.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pricing.money import multiply
from pricing.usage.buckets import MAX_COUNT, Quantity
from pricing.usage.meanings import AUDIO_SECOND

#: Where image endpoints list their images: OpenAI and xAI; Imagen; its SDK; Bedrock and fal.
_IMAGE_LISTS = ("data", "predictions", "generatedImages", "generated_images", "images")
#: A member that an item of such a list has if it is an image.
_IMAGE_MARKS = frozenset(
    ("url", "b64_json", "bytesBase64Encoded", "gcsUri", "image", "file_data", "base64")
)
#: What leaves the size or the quality of an image to the model, and has no price.
_CHOSEN_BY_MODEL = "auto"
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})", re.ASCII)
_WORD = re.compile(r"[\w.-]{1,32}", re.ASCII)
#: Members of a request that only a text model, and only an image or video endpoint, takes.
_CHAT_ONLY = frozenset(("messages", "max_tokens", "temperature", "stop", "logprobs"))
_MEDIA_ONLY = frozenset(("size", "quality", "style", "seconds", "background", "aspect_ratio", "n"))
_LENGTHS = ("seconds", "durationSeconds")
_DOCUMENTS_PER_UNIT = 100


def made(body: Mapping[str, Any], pointer: str) -> tuple[Quantity, ...]:
    """What an answer shows was made; empty where it shows nothing that is billed by the unit."""
    return tuple(
        quantity
        for quantity in (
            _video(body, pointer),
            _audio(body, pointer),
            _images(body, pointer),
            _spoken(body, pointer),
            _moderated(body, pointer),
            _ranked(body, pointer),
        )
        if quantity is not None
    )


def asked(body: Mapping[str, Any], pointer: str) -> tuple[Quantity, ...]:
    """What a request body asks to be made; empty for one that sends a prompt to a chat model.

    Of OpenAI's image and video endpoints, Vertex AI's Imagen and Veo, and Cohere's rerank, where a
    search unit is a query with up to 100 documents.
    """
    documents = body.get("documents")
    if isinstance(body.get("query"), str) and isinstance(documents, list) and documents:
        units = -(-len(documents) // _DOCUMENTS_PER_UNIT)
        return (Quantity("search_unit", Decimal(units), (), pointer),)
    wanted = body.get("parameters")
    if not isinstance(wanted, dict) or not isinstance(body.get("instances"), list):
        wanted = body
        is_chat = not _CHAT_ONLY.isdisjoint(body)
        if is_chat or not isinstance(body.get("prompt"), str) or _MEDIA_ONLY.isdisjoint(body):
            return ()
    count = next((_number(wanted[one]) for one in ("n", "sampleCount") if one in wanted), None)
    seconds = next((_number(wanted[one]) for one in _LENGTHS if one in wanted), None)
    if seconds is None:
        return (Quantity("image", count or Decimal(1), _selectors(wanted), pointer),)
    stated = wanted.get("resolution")
    selectors = _resolution(wanted)
    if isinstance(stated, str) and stated:
        selectors = (("resolution", stated),)
    sound = wanted.get("generateAudio")
    if isinstance(sound, bool):
        selectors += (("audio", "on" if sound else "off"),)
    return (Quantity("video_second", multiply(seconds, count or Decimal(1)), selectors, pointer),)


def _selectors(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The size and the quality of an image, where they are not left to the model."""
    stated = ((name, body.get(name)) for name in ("size", "quality"))
    return tuple(
        (name, value)
        for name, value in stated
        if isinstance(value, str) and _WORD.fullmatch(value) and value != _CHOSEN_BY_MODEL
    )


def _resolution(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    size = _SIZE.fullmatch(body["size"]) if isinstance(body.get("size"), str) else None
    return (("resolution", f"{min(map(int, size.groups()))}p"),) if size else ()


def _images(body: Mapping[str, Any], pointer: str) -> Quantity | None:
    for name in () if "messages" in body else _IMAGE_LISTS:  # images of a prompt are not made
        items = body.get(name)
        if not isinstance(items, list) or not items or not all(map(_is_image, items)):
            continue
        # OpenAI's newer answers repeat what was asked for.
        return Quantity("image", Decimal(len(items)), _selectors(body), pointer)
    return None


def _is_image(item: Any) -> bool:
    if isinstance(item, dict):
        return not _IMAGE_MARKS.isdisjoint(item) and "embedding" not in item
    return isinstance(item, str)


def _video(body: Mapping[str, Any], pointer: str) -> Quantity | None:
    """OpenAI's video object, and xAI's; a video that failed is none."""
    if body.get("object") == "video" and body.get("status") != "failed":
        seconds = _number(body.get("seconds"))
        resolution = _resolution(body)
    else:
        inner = body.get("video")
        seconds = _number(inner.get("duration")) if isinstance(inner, dict) else None
        resolution = ()
    return Quantity("video_second", seconds, resolution, pointer) if seconds else None


def _audio(body: Mapping[str, Any], pointer: str) -> Quantity | None:
    """The length of what was transcribed: OpenAI's verbose form, AssemblyAI's, ElevenLabs',
    Deepgram's.

    Deepgram transcribes and bills each channel that its results have.
    """
    metadata, results = body.get("metadata"), body.get("results")
    seconds = None
    if body.get("task") in ("transcribe", "translate") or "segments" in body:
        seconds = _number(body.get("duration"))
    elif "audio_duration" in body or "audio_duration_secs" in body:
        seconds = _number(body.get("audio_duration", body.get("audio_duration_secs")))
    elif isinstance(metadata, dict) and isinstance(results, dict):
        channels = results.get("channels")
        seconds = _number(metadata.get("duration"))
        if seconds and isinstance(channels, list) and channels:
            seconds = multiply(seconds, Decimal(len(channels)))
    return Quantity(AUDIO_SECOND, seconds, (), pointer) if seconds else None


def _spoken(body: Mapping[str, Any], pointer: str) -> Quantity | None:
    """The characters that MiniMax says it billed."""
    extra = body.get("extra_info")
    count = _number(extra.get("usage_characters")) if isinstance(extra, dict) else None
    return Quantity("character", count, (), pointer) if count else None


def _moderated(body: Mapping[str, Any], pointer: str) -> Quantity | None:
    """A moderation: one request, whatever the number of its texts."""
    results = body.get("results")
    if isinstance(results, list) and results and all(map(_is_verdict, results)):
        return Quantity("request", Decimal(1), (), pointer)
    return None


def _ranked(body: Mapping[str, Any], pointer: str) -> Quantity | None:
    """A reranking that states no units, as Bedrock's and Vertex AI's: one query.

    Of a query with more than 100 documents as many results may be shown, each hundred a unit.
    """
    for name in _RANKINGS:
        items = body.get(name)
        if isinstance(items, list) and items and all(map(_is_score, items)):
            units = -(-len(items) // _DOCUMENTS_PER_UNIT)
            return Quantity("search_unit", Decimal(units), (), pointer)
    return None


#: Where rerankers list their results: Cohere and Bedrock; Voyage and Jina; Vertex AI.
_RANKINGS = ("results", "data", "records")
_SCORES = frozenset(("relevance_score", "relevanceScore", "score"))


def _is_score(item: Any) -> bool:
    is_ranked = isinstance(item, dict) and not _SCORES.isdisjoint(item)
    return is_ranked and ("index" in item or "id" in item)


def _is_verdict(item: Any) -> bool:
    return isinstance(item, dict) and "categories" in item


def _number(value: Any) -> Decimal | None:
    """A length in seconds; OpenAI writes that of a video as text."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}(\.\d{1,20})?", value, re.ASCII):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value) if 0 < value <= MAX_COUNT else None
