"""One usage record, whatever wrote it: where its parts are, and what it says, read strictly.

A record is ``{timestamp, model, endpoint, team, usage, ...}``, or a raw response of a provider, or
a line of a batch's results or of an invocation log that holds one. ``layout_of`` finds the parts
from names alone, so that the columnar engine asks once for each kind of record in a file.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, get_args

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import Match, PriceBook
from pricing.catalogue.served import billed_model
from pricing.errors import FieldError, InvalidRequest, is_plain_name
from pricing.notices import Notice
from pricing.reports.dimensions import Dimension, paths_of
from pricing.reports.sql import TERMS
from pricing.timestamps import EPOCH, AsOf
from pricing.usage.buckets import (
    MAX_COUNT,
    Attempt,
    InferenceGeo,
    Processing,
    Speed,
    StatedTerms,
    Terms,
    settle,
)
from pricing.usage.formats import FORMATS
from pricing.usage.iterations import with_own_search
from pricing.usage.meanings import UsageFormat
from pricing.usage.parsed import NOTHING_OPEN, OpenQuestions, Unread
from pricing.usage.response import (
    MODELS,
    USAGES,
    holds_usage,
    is_batch_line,
    read_response,
    terms_served,
)
from pricing.usage.stated import COSTS, stated_cost
from pricing.usage.tools import BILLED_PER_PROMPT, SEARCH_MODELS
from pricing.usage.uses import with_stated_tools
from pricing.values import immutable

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
    "raw",
)
MOMENTS = (
    *("timestamp", "created_at", "createTime", "created", "startTime", "start_time"),
    *("request_created_at", "start_time_unix_nano", "startTimeUnixNano", "date"),
    *("createdAt", "date_time_utc", "ts"),
)
REQUEST_IDS = ("request_id", "requestId", "responseId")
#: What a record states as its cost, as a name at its top.
COST_NAMES = tuple(path[0] for path in COSTS if len(path) == 1)
MAX_TEXT = 128
_PROCESSING = get_args(Processing)
_CHOICES = {
    "processing": _PROCESSING,
    "speed": get_args(Speed),
    "inference_geo": get_args(InferenceGeo),
    "tier": ("base", "standard", "long_context"),
}


@immutable
class RecordLayout:
    """Where the parts of a kind of record are, as dotted paths; None for those it lacks."""

    container: str
    usage: str
    moment: str | None
    requested_model: str | None
    served_model: str | None
    request_id: str | None


@immutable
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
    #: How its usage was read, where that is not by what the counts alone say.
    notices: tuple[Notice, ...] = ()
    #: How many calls the counts are the sum of; ``summed`` is set where they are one of any number.
    calls: int = 1
    summed: bool = False
    #: What is known of the length of the prompts of a sum: the price tier, or the longest of them.
    tier: str | None = None
    max_prompt_tokens: int | None = None
    #: What the record says was charged, in USD; 0 says nothing: tools write it for the unknown.
    stated: Decimal | None = None
    #: Whether the record states no time zone, or no time at all.
    zone_assumed: bool = False
    time_assumed: bool = False

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
            and (first.usage.web_search < 2 or BILLED_PER_PROMPT.search(self.model) is None)  # noqa: PLR2004
            and not self.unread
            and not self.summed
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
        return match, name, with_own_search(attempts, model.id, summed=self.summed)

    def noticed(self, model: Model) -> tuple[Notice, ...]:
        """How its usage is read for a model, of a record that is not yet settled."""
        _, found = self.open.settled(
            self.attempts, model.provider, model.id, lambda: model.bills_output
        )
        return (*self.notices, *found)


def layout_of(document: Any) -> RecordLayout | None:
    """Find the parts of a record by their names; None without a usage object.

    Raises InvalidRequest for a usage format that is not known.
    """

    def keys_at(path: str) -> list[str]:
        found = _at(document, path)
        return list(found) if isinstance(found, dict) else []

    def layout(container: str, usage: str) -> RecordLayout:
        top, names = keys_at(""), keys_at(container)
        raw = bool(container) or "type" in names or "object" in names
        return RecordLayout(
            container=container,
            usage=usage,
            moment=_first("", top, MOMENTS) or _first(container, names, MOMENTS),
            requested_model=_first("", top, MODELS) if container else None,
            served_model=_first(container, names, MODELS),
            request_id=_first("", top, REQUEST_IDS)
            or _first(container, names, REQUEST_IDS)
            or (_first(container, names, ("id",)) if raw else None),
        )

    bodies = {
        one: body for one in CONTAINERS if isinstance(body := _at(document, one), dict | list)
    }
    for container, body in bodies.items():
        found = next((one for one in USAGES if one in body), None)
        if found is not None and isinstance(body, dict):
            word = _at(document, "usage_format")
            named(word if isinstance(word, str) else None)
            return layout(container, _in(container, found))
    # Some responses hold their usage further inside; they are read by themselves.
    inner = (name for name in (*CONTAINERS[1:], "") if holds_usage(bodies.get(name)))
    return next((layout(container, "") for container in inner), None)


#: Properties of a record that sums up several calls.
_SUMS = frozenset(("calls", "sums", "tier", "max_prompt_tokens"))
#: What a provider's response holds and Tariff's own records do not.
_OF_RESPONSES = frozenset(("type", "object", "choices", "candidates", "content", "output"))
_READ = frozenset(
    (
        *(*MOMENTS, *MODELS, *REQUEST_IDS, *TERMS, *USAGES, *COST_NAMES),
        *("usage_format", "endpoint", "team"),
        *("service_tier", "serviceTier", "stop_reason", *_SUMS),
        *("user", "api_key", "project", "session", "tags", "metadata", "labels"),
    )
)


def ignored_in(document: Any) -> Sequence[str]:
    """Return the properties of a record of Tariff's own form that are not read.

    Responses and the logs of other tools hold much else, which is not Tariff's to name.
    """
    if not isinstance(document, dict) or not _OF_RESPONSES.isdisjoint(document):
        return ()
    layout = layout_of(document)
    if layout is None or layout.container or not layout.usage:
        return ()
    is_read = isinstance(document.get("tool_uses"), dict)
    return _not_read(tuple(name for name in document if name != "tool_uses" or not is_read))


@lru_cache(maxsize=64)
def _not_read(names: tuple[str, ...]) -> Sequence[str]:
    return sorted(filter(is_plain_name, set(names) - _READ))


def named(name: str | None) -> UsageFormat | None:
    """The usage format of this name; raises InvalidRequest for one that is not known."""
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


def read_record(document: Any, default: datetime | None = None) -> UsageRecord:
    """Read the call of a record; raises InvalidRequest with the pointers of the wrong parts.

    ``default`` is the time of a record that states none.
    """
    if not isinstance(document, dict):
        raise InvalidRequest.at("", "must be an object")
    layout = layout_of(document)
    if layout is None:
        raise InvalidRequest.at("/usage", "is required: the provider's usage object")
    pointer = f"/{layout.container.replace('.', '/')}" if layout.container else ""
    asked = _text(document, layout.requested_model)
    usage_format = named(_text(document, "usage_format"))
    body = _at(document, layout.container)
    response = read_response(body, usage_format, pointer, asked or "")
    parsed, uses = response.usage, document.get("tool_uses")
    parsed = with_stated_tools(parsed, uses) if isinstance(uses, dict) else parsed
    requested = StatedTerms(**{term: _choice(document, term) for term in TERMS})  # type: ignore[arg-type]
    batch = response.batch or is_batch_line(document.keys(), layout.container)
    terms, _ = settle(requested, terms_served(parsed, requested, batch=batch))
    timeless = layout.moment is None and default is not None
    if not asked and not response.model:
        missing = [FieldError("/model", "is required: send the model that was called")]
        if layout.moment is None and not timeless:
            missing.append(FieldError("/timestamp", _NO_TIME))
        raise InvalidRequest("The record names no model.", errors=missing)
    if timeless and default is not None:
        moment, zone_assumed = (default - EPOCH) // timedelta(microseconds=1), False
    else:
        moment, zone_assumed = _moment(document, layout)
    calls = _positive(document, "calls")
    stated = parsed.stated or stated_cost(document, "")
    longest = _positive(document, "max_prompt_tokens")
    tier = _choice(document, "tier")
    return UsageRecord(
        moment=moment,
        asked=asked,
        served=response.model,
        endpoint=_text(document, "endpoint"),
        team=_text(document, "team"),
        request_id=_text(document, layout.request_id),
        terms=terms,
        attempts=parsed.attempts,
        open=parsed.open,
        unread=parsed.unread,
        notices=parsed.notices,
        calls=calls or 1,
        summed=(calls or 1) > 1 or bool(document.get("sums") or longest or tier),
        tier=tier,
        max_prompt_tokens=longest,
        stated=(stated and stated.inference and stated.usd) or None,
        zone_assumed=zone_assumed,
        time_assumed=timeless,
    )


def _positive(document: Mapping[str, Any], name: str) -> int | None:
    """A count of a record that sums up several calls."""
    count = document.get(name)
    if count is not None and (type(count) is not int or not 1 <= count <= MAX_COUNT):
        raise InvalidRequest.at(f"/{name}", "must be a whole number of 1 or more")
    return count


def _moment(document: Mapping[str, Any], layout: RecordLayout) -> tuple[int, bool]:
    """When the call was made, in microseconds, and whether its time zone was assumed."""
    pointer = f"/{(layout.moment or 'timestamp').replace('.', '/')}"
    value = _at(document, layout.moment) if layout.moment else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) > _DATE_DIGITS:
        value = int(value)
    if re.fullmatch(_DIGITS_OF_DATE, str(value)):
        value = f"{str(value)[:4]}-{str(value)[4:6]}-{str(value)[6:]}"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        moment = _since_1970(value)
        if moment is not None:
            return moment, False
    if not isinstance(value, str):
        raise InvalidRequest.at(pointer, _NO_TIME)
    written = _INSTANT.sub(_as_rfc3339, value)
    try:
        instant = AsOf.parse(written).instant
    except ValueError as error:
        raise InvalidRequest.at(pointer, f"is not a valid date or instant: {error}") from None
    if instant < EPOCH:
        raise InvalidRequest.at(pointer, "must not be before 1970")
    zoneless = _INSTANT.fullmatch(value)
    assumed = zoneless is not None and not zoneless["zone"]
    return (instant - EPOCH) // timedelta(microseconds=1), assumed


_NO_TIME = "is required: a date (2026-11-22) or an RFC 3339 instant (2026-11-22T09:30:00Z)"
#: As databases, logs and CSV exports write an instant: a space for the T, nine digits of a second,
#: an offset without a colon, and often no zone, which then is UTC.
_INSTANT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[ T](?P<time>\d{2}:\d{2}:\d{2})(?P<part>\.\d{1,9})?"
    r" ?(?P<zone>UTC|[Zz]|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)


def _as_rfc3339(found: re.Match[str]) -> str:
    zone = (found["zone"] or "Z").replace("UTC", "Z").replace(":", "")
    if zone[0] in "+-":
        zone = f"{zone[:3]}:{zone[3:] or '00'}"
    return f"{found['date']}T{found['time']}{(found['part'] or '')[:7]}{zone}"


_DATE_DIGITS = 8
#: A date without hyphens; as a count of seconds it would be in 1970.
_DIGITS_OF_DATE = re.compile(r"20\d\d[01]\d[0-3]\d", re.ASCII)
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
    if term == "tier" and value in _PROCESSING[1:]:
        detail = f'is the price tier of a sum of calls; send "processing": "{value}"'
        raise InvalidRequest.at("/tier", detail)
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
