"""One usage record, whatever wrote it: where its parts are, and what it says, read strictly.

A record is ``{timestamp, model, endpoint, team, usage, ...}``, or a raw response of a provider, or
a line of a batch's results or of an invocation log that holds one. ``plan_of`` finds the parts
from names alone, so that the columnar engine asks once for each kind of record in a file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pricing.errors import InvalidRequest
from pricing.timestamps import AsOf
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

#: Where a response may be within a record, nearest first; "" is the record itself.
HOLDERS = (
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
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PROCESSING = ("standard", "batch", "priority", "flex")
_CHOICES = {
    "processing": _PROCESSING,
    "speed": ("standard", "fast"),
    "inference_geo": ("global", "us"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the parts of a kind of record are, as dotted paths; None for those it lacks."""

    holder: str
    usage: str
    usage_format: UsageFormat
    moment: str | None
    requested_model: str | None
    served_model: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Record:
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
        """The moment as one."""
        return _EPOCH + timedelta(microseconds=self.moment)

    @property
    def plain(self) -> bool:
        """Whether it is one prompt and its answer, at the record's own model."""
        first = self.attempts[0]
        return len(self.attempts) == 1 and first.kind == "message" and first.model is None


def plan_of(
    keys_at: Callable[[str], list[str]], word_at: Callable[[str], str | None]
) -> Plan | None:
    """Where things are, from the names at a path and the words at one; None without a usage.

    Raises InvalidRequest when the usage's format cannot be told.
    """
    for holder in HOLDERS:
        names = keys_at(holder)
        found = next((one for one in USAGES if one in names), None)
        if found is None:
            continue
        kind = word_at(_in(holder, "type")) or word_at(_in(holder, "object"))
        usage = _in(holder, found)
        named = word_at("usage_format")
        top = keys_at("")
        raw = bool(holder) or "type" in names or "object" in names
        return Plan(
            holder=holder,
            usage=usage,
            usage_format=_format(named, kind, keys_at(usage)),
            moment=_first("", top, MOMENTS) or _first(holder, names, MOMENTS),
            requested_model=_first("", top, MODELS) if holder else None,
            served_model=_first(holder, names, MODELS),
            request_id=_first("", top, REQUEST_IDS)
            or _first(holder, names, REQUEST_IDS)
            or (_first(holder, names, ("id",)) if raw else None),
        )
    return None


def _in(holder: str, name: str) -> str:
    return f"{holder}.{name}" if holder else name


def _first(holder: str, names: list[str], wanted: tuple[str, ...]) -> str | None:
    return next((_in(holder, one) for one in wanted if one in names), None)


def _format(named: str | None, kind: str | None, usage_keys: list[str]) -> UsageFormat:
    if named is None:
        return recognise(kind, dict.fromkeys(usage_keys))
    for known in USAGE_FORMATS:
        if named == known:
            return known
    formats = ", ".join(USAGE_FORMATS)
    raise InvalidRequest.at("/usage_format", f"must be one of {formats}")


def read_record(document: Any) -> Record:
    """The call a record tells of; raises InvalidRequest, pointing at what is wrong with it."""
    if not isinstance(document, dict):
        raise InvalidRequest.at("", "must be an object")

    def keys_at(path: str) -> list[str]:
        found = _at(document, path)
        return list(found) if isinstance(found, dict) else []

    def word_at(path: str) -> str | None:
        found = _at(document, path)
        return found if isinstance(found, str) else None

    plan = plan_of(keys_at, word_at)
    if plan is None:
        raise InvalidRequest.at("/usage", "is required")
    parsed = _usage(document, plan)
    requested = {term: _choice(document, term) for term in TERMS}
    terms, _ = settle(StatedTerms(**requested), parsed.served)  # type: ignore[arg-type]
    return Record(
        moment=_moment(document, plan),
        model=_model(document, plan),
        endpoint=_text(document, "endpoint"),
        team=_text(document, "team"),
        request_id=_text(document, plan.request_id),
        terms=terms,
        attempts=parsed.attempts,
    )


def _usage(document: Mapping[str, Any], plan: Plan) -> ParsedUsage:
    holder = _at(document, plan.holder)
    if holder.get("stop_reason") == "refusal" or isinstance(holder.get("service_tier"), str):
        pointer = f"/{plan.holder.replace('.', '/')}" if plan.holder else ""
        response = parse(ProviderResponse, {**holder, **_unmodelled(holder)}, pointer)
        try:
            return from_response(response, plan.usage_format)
        except InvalidRequest as error:
            raise InvalidRequest.of(error.errors) from None
    pointer = f"/{plan.usage.replace('.', '/')}"
    return parse_usage(_at(document, plan.usage), plan.usage_format, pointer)


def _unmodelled(holder: Mapping[str, Any]) -> dict[str, None]:
    """What a response's own reader would refuse though nothing here depends on it."""
    return {
        name: None
        for name in ("model", "modelVersion", "type", "object")
        if name in holder and not isinstance(holder[name], str)
    }


def _moment(document: Mapping[str, Any], plan: Plan) -> int:
    pointer = f"/{(plan.moment or 'timestamp').replace('.', '/')}"
    value = _at(document, plan.moment) if plan.moment else None
    if type(value) is int and 0 <= value < 10**11:
        return value * 1_000_000
    if not isinstance(value, str):
        detail = "is required, as a date or an RFC 3339 instant"
        raise InvalidRequest.at(pointer, detail)
    try:
        instant = AsOf.parse(value).instant
    except ValueError as error:
        raise InvalidRequest.at(pointer, f"is not a moment in time: {error}") from None
    if instant < _EPOCH:
        raise InvalidRequest.at(pointer, "is before 1970")
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _model(document: Mapping[str, Any], plan: Plan) -> str:
    """The model that served, unless the record names the same one as a cloud writes it."""
    served = _text(document, plan.served_model)
    requested = _text(document, plan.requested_model)
    if served and requested and same_model(served, requested):
        return requested
    model = served or requested
    if not model:
        raise InvalidRequest.at("/model", "is required: say which model was called")
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
