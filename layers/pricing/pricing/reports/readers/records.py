"""One usage record in any known layout, read strictly.

A record is ``{timestamp, model, endpoint, team, usage, ...}``, a raw response of a provider, or a
line of a batch's results or of an invocation log that contains one. ``layout_of`` finds the parts
from names alone, so that the columnar engine asks once for each kind of record in a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pricing.errors import InvalidRequest
from pricing.timestamps import EPOCH, AsOf
from pricing.usage.buckets import Attempt, ParsedUsage, StatedTerms, Terms, settle
from pricing.usage.parsing import (
    USAGE_FORMATS,
    ProviderResponse,
    UsageFormat,
    from_response,
    parse_usage,
    recognise,
    same_model,
)
from pricing.validation import parse

#: Where a response may be within a record, outermost first; "" is the record itself.
CONTAINERS = (
    "",
    "response",
    "response.body",
    "message",
    "result.message",
    "body",
    "output.outputBodyJson",
)
USAGES = ("usage", "usageMetadata")
MOMENTS = ("timestamp", "created_at", "createTime", "created")
MODELS = ("model", "modelVersion", "modelId")
REQUEST_IDS = ("request_id", "requestId")
TERMS = ("processing", "speed", "inference_geo")
MAX_TEXT = 128
_PROCESSING = ("standard", "batch", "priority", "flex")
_CHOICES = {
    "processing": _PROCESSING,
    "speed": ("standard", "fast"),
    "inference_geo": ("global", "us"),
}


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """The dotted paths of a record's parts; None for a part that is missing.

    ``container`` is the object around the usage; "" is the record itself.
    """

    container: str
    usage: str
    usage_format: UsageFormat
    moment: str | None
    requested_model: str | None
    served_model: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One call as it was read. ``moment`` is in microseconds since 1970, UTC."""

    moment: int
    model: str
    endpoint: str | None
    team: str | None
    request_id: str | None
    terms: Terms
    attempts: tuple[Attempt, ...]

    @property
    def at(self) -> datetime:
        """The moment as a datetime."""
        return EPOCH + timedelta(microseconds=self.moment)

    @property
    def plain(self) -> bool:
        """Whether it is a single prompt and its answer, on the record's own model."""
        first = self.attempts[0]
        return len(self.attempts) == 1 and first.kind == "message" and first.model is None


def layout_of(document: Any) -> RecordLayout | None:
    """Find the parts of a record by their names; None without a usage object.

    Raises InvalidRequest when the format of the usage is not recognised.
    """

    def keys_at(path: str) -> list[str]:
        found = _at(document, path)
        return list(found) if isinstance(found, dict) else []

    def word_at(path: str) -> str | None:
        found = _at(document, path)
        return found if isinstance(found, str) else None

    for container in CONTAINERS:
        names = keys_at(container)
        found = next((usage for usage in USAGES if usage in names), None)
        if found is None:
            continue
        kind = word_at(_in(container, "type")) or word_at(_in(container, "object"))
        usage = _in(container, found)
        named = word_at("usage_format")
        top = keys_at("")
        raw = bool(container) or "type" in names or "object" in names
        return RecordLayout(
            container=container,
            usage=usage,
            usage_format=_format(named, kind, keys_at(usage)),
            moment=_first("", top, MOMENTS) or _first(container, names, MOMENTS),
            requested_model=_first("", top, MODELS) if container else None,
            served_model=_first(container, names, MODELS),
            request_id=_first("", top, REQUEST_IDS)
            or _first(container, names, REQUEST_IDS)
            or (_first(container, names, ("id",)) if raw else None),
        )
    return None


def _in(container: str, name: str) -> str:
    return f"{container}.{name}" if container else name


def _first(container: str, names: list[str], wanted: tuple[str, ...]) -> str | None:
    return next((_in(container, name) for name in wanted if name in names), None)


def _format(named: str | None, kind: str | None, usage_keys: list[str]) -> UsageFormat:
    if named is None:
        return recognise(kind, dict.fromkeys(usage_keys))
    for known in USAGE_FORMATS:
        if named == known:
            return known
    formats = ", ".join(USAGE_FORMATS)
    raise InvalidRequest.at("/usage_format", f"must be one of {formats}")


def read_record(document: Any) -> UsageRecord:
    """Read the call of a record; raises InvalidRequest with the pointer of the wrong part."""
    if not isinstance(document, dict):
        raise InvalidRequest.at("", "must be an object")
    layout = layout_of(document)
    if layout is None:
        raise InvalidRequest.at("/usage", "is required: the provider's usage object")
    parsed = _usage(document, layout)
    requested = {term: _choice(document, term) for term in TERMS}
    terms, _ = settle(StatedTerms(**requested), parsed.served)  # type: ignore[arg-type]
    return UsageRecord(
        moment=_moment(document, layout),
        model=_model(document, layout),
        endpoint=_text(document, "endpoint"),
        team=_text(document, "team"),
        request_id=_text(document, layout.request_id),
        terms=terms,
        attempts=parsed.attempts,
    )


def _usage(document: Mapping[str, Any], layout: RecordLayout) -> ParsedUsage:
    container = _at(document, layout.container)
    tier = container.get("service_tier")
    if container.get("stop_reason") == "refusal" or isinstance(tier, str):
        pointer = f"/{layout.container.replace('.', '/')}" if layout.container else ""
        # A response's own reader refuses some names that are not text; nothing here uses them.
        unused = {"model", "modelVersion", "type", "object"} & container.keys()
        cleared = {name: None for name in unused if not isinstance(container[name], str)}
        response = parse(ProviderResponse, {**container, **cleared}, pointer)
        try:
            return from_response(response, layout.usage_format)
        except InvalidRequest as error:
            raise InvalidRequest.of(error.errors) from None
    pointer = f"/{layout.usage.replace('.', '/')}"
    return parse_usage(_at(document, layout.usage), layout.usage_format, pointer)


def _moment(document: Mapping[str, Any], layout: RecordLayout) -> int:
    pointer = f"/{(layout.moment or 'timestamp').replace('.', '/')}"
    value = _at(document, layout.moment) if layout.moment else None
    if type(value) is int and 0 <= value < 10**11:
        return value * 1_000_000
    if not isinstance(value, str):
        detail = "is required: a date (2026-11-22) or an RFC 3339 instant (2026-11-22T09:30:00Z)"
        raise InvalidRequest.at(pointer, detail)
    try:
        instant = AsOf.parse(value).instant
    except ValueError as error:
        raise InvalidRequest.at(pointer, f"is not a valid date or instant: {error}") from None
    if instant < EPOCH:
        raise InvalidRequest.at(pointer, "must not be before 1970")
    return (instant - EPOCH) // timedelta(microseconds=1)


def _model(document: Mapping[str, Any], layout: RecordLayout) -> str:
    """The model that served the call; a cloud's name of the same model, as requested, wins."""
    served = _text(document, layout.served_model)
    requested = _text(document, layout.requested_model)
    if served and requested and same_model(served, requested):
        return requested
    model = served or requested
    if not model:
        raise InvalidRequest.at("/model", "is required: the name of the model that was called")
    return model


def _choice(document: Mapping[str, Any], term: str) -> str | None:
    value = document.get(term)
    if value is None:
        return None
    if value not in _CHOICES[term]:
        raise InvalidRequest.at(f"/{term}", f"must be one of {', '.join(_CHOICES[term])}")
    return str(value)


def _text(document: Mapping[str, Any], path: str | None) -> str | None:
    value = _at(document, path) if path else None
    if value is None or value == "":
        return None
    pointer = f"/{str(path).replace('.', '/')}"
    if not isinstance(value, str):
        raise InvalidRequest.at(pointer, "must be a string")
    if len(value) > MAX_TEXT:
        raise InvalidRequest.at(pointer, f"must have at most {MAX_TEXT} characters")
    return value


def _at(document: Any, path: str | None) -> Any:
    for name in path.split(".") if path else ():
        document = document.get(name) if isinstance(document, dict) else None
    return document
