"""One usage record, whatever wrote it: where its parts are, and what it says, read strictly.

A record is ``{timestamp, model, endpoint, team, usage, ...}``, or a raw response of a provider, or
a line of a batch's results or of an invocation log that holds one. ``layout_of`` finds the parts
from names alone, so that the columnar engine asks once for each kind of record in a file.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pricing.catalogue.price_book import Match, PriceBook
from pricing.catalogue.served import billed_model
from pricing.errors import InvalidRequest, is_plain_name
from pricing.reports.dimensions import Dimension, paths_of
from pricing.reports.provider_columns import COLUMNS
from pricing.reports.rates import BUCKETS
from pricing.timestamps import EPOCH, AsOf
from pricing.usage.buckets import MAX_COUNT, Attempt, StatedTerms, Terms, Usage, settle
from pricing.usage.formats import FORMATS
from pricing.usage.iterations import with_own_search
from pricing.usage.meanings import UsageFormat
from pricing.usage.parsed import NOTHING_OPEN, OpenQuestions, Unread
from pricing.usage.reader import recognised
from pricing.usage.response import (
    MODELS,
    USAGES,
    holds_usage,
    is_batch_line,
    read_response,
    terms_served,
)
from pricing.usage.tools import SEARCH_MODELS

#: Where a response may be within a record, nearest first; "" is the record itself.
CONTAINERS = (
    "",
    "response",
    "response.body",
    "message",
    "result.message",
    "body",
    "output.outputBodyJson",
    "modelOutput",
)
MOMENTS = (
    *("timestamp", "created_at", "createTime", "created", "startTime", "start_time"),
    *("request_created_at", "start_time_unix_nano", "startTimeUnixNano", "date"),
)
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
    """Where the parts of a kind of record are, as dotted paths; None for those it lacks.

    ``usage_format`` is the format whose columns read such records; None where each of them has to
    be read by itself.
    """

    container: str
    usage: str
    usage_format: UsageFormat | None
    moment: str | None
    requested_model: str | None
    served_model: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One call as it was read. ``moment`` is in microseconds since 1970, UTC.

    ``asked`` and ``served`` are the models that the record names; it names at least one.
    """

    moment: int
    asked: str | None
    served: str | None
    endpoint: str | None
    team: str | None
    request_id: str | None
    terms: Terms
    attempts: tuple[Attempt, ...]
    open: OpenQuestions = NOTHING_OPEN
    unread: tuple[Unread, ...] = ()
    #: How many calls the counts are the sum of.
    calls: int = 1

    @property
    def model(self) -> str:
        """The name that the record gives its model."""
        return self.served or self.asked or ""

    @property
    def at(self) -> datetime:
        """The moment as a datetime."""
        return EPOCH + timedelta(microseconds=self.moment)

    @property
    def plain(self) -> bool:
        """Whether its counts are all there is: one prompt and its answer, at one model."""
        first = self.attempts[0]
        return (
            len(self.attempts) == 1
            and first.kind == "message"
            and first.model is None
            and not first.usage.units
            and first.usage.sum_of == 1
            and re.search(SEARCH_MODELS, self.model) is None
            and not self.unread
            and self.calls == 1
            and self.open.none
            and (self.asked is None or self.served in (None, self.asked))
        )

    def settled(self, book: PriceBook) -> tuple[Match, str, tuple[Attempt, ...]]:
        """The model that it is billed at, the name of that, and its attempts by the model's rules.

        Raises UnknownModel, and InvalidRequest for counts that the model cannot have.
        """
        match, name, _, _ = billed_model(book, self.asked, self.served, "/model", "/model")
        model = match.model
        attempts, _ = self.open.settled(
            self.attempts, model.provider, model.id, lambda: model.bills_output
        )
        return match, name, with_own_search(attempts, model.id)


def layout_of(document: Any) -> RecordLayout | None:
    """Find the parts of a record by their names; None without a usage object.

    Raises InvalidRequest for a usage format that is not known.
    """

    def keys_at(path: str) -> list[str]:
        found = _at(document, path)
        return list(found) if isinstance(found, dict) else []

    def word_at(path: str) -> str | None:
        found = _at(document, path)
        return found if isinstance(found, str) else None

    def layout(container: str, usage: str, usage_format: UsageFormat | None) -> RecordLayout:
        top, names = keys_at(""), keys_at(container)
        raw = bool(container) or "type" in names or "object" in names
        return RecordLayout(
            container=container,
            usage=usage,
            usage_format=None
            if is_batch_line(top, container) or word_at("type") in _STREAMED or "calls" in top
            else usage_format,
            moment=_first("", top, MOMENTS) or _first(container, names, MOMENTS),
            requested_model=_first("", top, MODELS) if container else None,
            served_model=_first(container, names, MODELS),
            request_id=_first("", top, REQUEST_IDS)
            or _first(container, names, REQUEST_IDS)
            or (_first(container, names, ("id",)) if raw else None),
        )

    for container in CONTAINERS:
        names = keys_at(container)
        found = next((one for one in USAGES if one in names), None)
        if found is not None:
            kind = word_at(_in(container, "type")) or word_at(_in(container, "object"))
            usage = _in(container, found)
            named = _named(word_at("usage_format"))
            return layout(container, usage, _columns(named, kind, keys_at(usage), names))
    # Some responses hold their usage further inside; they are read by themselves.
    inner = (name for name in (*CONTAINERS[1:], "") if holds_usage(_at(document, name)))
    return next((layout(container, "", None) for container in inner), None)


#: Events of a stream, which are read together.
_STREAMED = ("message_start", "message_delta")
#: Parts of a response that show what its usage does not count, and lines of a batch's results.
_READ_BY_ITSELF = frozenset(
    ("output", "candidates", "tools", "serviceTier", "server_side_tool_usage", "meta", "x_groq")
)


def _columns(
    named: UsageFormat | None, kind: str | None, usage: list[str], names: list[str]
) -> UsageFormat | None:
    """The format whose columns know every name of the usage, if there is one."""
    if not _READ_BY_ITSELF.isdisjoint(names):
        return None
    try:
        found = recognised(dict.fromkeys(usage, 1), named, "/usage", kind)
    except InvalidRequest:
        return None
    for shape in found:
        columns = COLUMNS.get(shape.name)
        if columns is not None and columns.names().issuperset(usage):
            return shape.name
    return None


#: What a provider's response holds and Tariff's own records do not.
_OF_RESPONSES = frozenset(("type", "object", "choices", "candidates", "content", "output"))
_READ = frozenset(
    (
        *(*MOMENTS, *MODELS, *REQUEST_IDS, *TERMS, *USAGES, "usage_format", "endpoint", "team"),
        *("service_tier", "serviceTier", "stop_reason", "calls"),
        *("user", "api_key", "project", "session", "tags", "metadata", "labels"),
    )
)


def ignored_in(document: Mapping[str, Any], layout: RecordLayout) -> Collection[str]:
    """Return the properties of a record of Tariff's own form that are not read.

    Responses and the logs of other tools hold much else, which is not Tariff's to name.
    """
    if layout.container or not _OF_RESPONSES.isdisjoint(document):
        return ()
    return sorted(filter(is_plain_name, document.keys() - _READ))


def _named(name: str | None) -> UsageFormat | None:
    if name is None:
        return None
    for known in FORMATS:
        if name == known:
            return known
    raise InvalidRequest.at("/usage_format", f"must be one of {', '.join(FORMATS)}")


def _in(container: str, name: str) -> str:
    return f"{container}.{name}" if container else name


def _first(container: str, names: list[str], wanted: tuple[str, ...]) -> str | None:
    return next((_in(container, one) for one in wanted if one in names), None)


def read_record(document: Any) -> UsageRecord:
    """Read the call of a record; raises InvalidRequest with the pointer of the wrong part."""
    if not isinstance(document, dict):
        raise InvalidRequest.at("", "must be an object")
    layout = layout_of(document)
    if layout is None:
        raise InvalidRequest.at("/usage", "is required: the provider's usage object")
    pointer = f"/{layout.container.replace('.', '/')}" if layout.container else ""
    response = read_response(
        _at(document, layout.container), _named(_text(document, "usage_format")), pointer
    )
    parsed = response.usage
    requested = StatedTerms(**{term: _choice(document, term) for term in TERMS})  # type: ignore[arg-type]
    batch = response.batch or is_batch_line(document.keys(), layout.container)
    terms, _ = settle(requested, terms_served(parsed, requested, batch=batch))
    asked = _text(document, layout.requested_model)
    if not asked and not response.model:
        raise InvalidRequest.at("/model", "is required: send the model that was called")
    return UsageRecord(
        moment=_moment(document, layout),
        asked=asked,
        served=response.model,
        endpoint=_text(document, "endpoint"),
        team=_text(document, "team"),
        request_id=_text(document, layout.request_id),
        terms=terms,
        attempts=parsed.attempts,
        open=parsed.open,
        unread=parsed.unread,
        calls=_calls(document),
    )


def _calls(document: Mapping[str, Any]) -> int:
    """How many calls a record sums up."""
    calls = document.get("calls")
    if calls is None:
        return 1
    if type(calls) is not int or not 1 <= calls <= MAX_COUNT:
        raise InvalidRequest.at("/calls", "must be a whole number of 1 or more")
    return calls


def mean_calls(record: UsageRecord) -> tuple[tuple[Attempt, ...], tuple[Attempt, ...]]:
    """The usage of all but one of the calls that a record sums up, and of the last one.

    Each of the first has the mean of every count, rounded down, and the last has what is left, so
    that together they are the sum and each is in the tier of a mean call.
    """
    mean, last = [], []
    for attempt in record.attempts:
        counts = {name: getattr(attempt.usage, name) for name in BUCKETS}
        each = {name: count // record.calls for name, count in counts.items()}
        left = {name: count - each[name] * (record.calls - 1) for name, count in counts.items()}
        mean.append(replace(attempt, usage=Usage.of(each)))
        last.append(replace(attempt, usage=replace(Usage.of(left), units=attempt.usage.units)))
    return tuple(mean), tuple(last)


def _moment(document: Mapping[str, Any], layout: RecordLayout) -> int:
    pointer = f"/{(layout.moment or 'timestamp').replace('.', '/')}"
    value = _at(document, layout.moment) if layout.moment else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) > _DATE_DIGITS:
        value = int(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        moment = _since_1970(value)
        if moment is not None:
            return moment
    if not isinstance(value, str):
        detail = "is required: a date (2026-11-22) or an RFC 3339 instant (2026-11-22T09:30:00Z)"
        raise InvalidRequest.at(pointer, detail)
    try:
        instant = AsOf.parse(_SPACED.sub(r"\1T\2Z", value)).instant
    except ValueError as error:
        raise InvalidRequest.at(pointer, f"is not a valid date or instant: {error}") from None
    if instant < EPOCH:
        raise InvalidRequest.at(pointer, "must not be before 1970")
    return (instant - EPOCH) // timedelta(microseconds=1)


#: As databases and CSV exports write an instant: a space for the T and no zone, which is UTC.
_SPACED = re.compile(
    r"^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)(?: ?UTC)?$", re.ASCII
)
_DATE_DIGITS = 8
#: Microseconds in the unit of a count since 1970, by the count that is too large for that unit:
#: seconds and milliseconds of any year to 5138, then microseconds; what is larger is nanoseconds.
_UNITS = ((10**11, 1_000_000), (10**14, 1_000), (10**17, 1))


def _since_1970(count: int | Decimal) -> int | None:
    """Microseconds since 1970 of a count of seconds, milli-, micro- or nanoseconds."""
    if count < 0:
        return None
    for below, microseconds in _UNITS:
        if count < below:
            return int(count * microseconds)
    return int(count) // 1_000 if count < 10**20 else None


def _choice(document: Mapping[str, Any], term: str) -> str | None:
    value = document.get(term)
    if value is None:
        return None
    if value not in _CHOICES[term]:
        raise InvalidRequest.at(f"/{term}", f"must be one of {', '.join(_CHOICES[term])}")
    return str(value)


def labels_of(documents: Sequence[Any], labels: Sequence[Dimension]) -> str | None:
    """Return the labels of a call as a JSON list, each from the first document that has it.

    The documents are the call's record, and the line that it was made of.
    """
    if not labels:
        return None
    return json.dumps([_label(documents, label) for label in labels], ensure_ascii=False)


def _label(documents: Sequence[Any], label: Dimension) -> str | None:
    for document in documents:
        for parent, name in paths_of(label):
            inside = _at(document, parent)
            value = inside.get(name) if isinstance(inside, dict) else None
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                return str(value)[:MAX_TEXT]
    return None


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
