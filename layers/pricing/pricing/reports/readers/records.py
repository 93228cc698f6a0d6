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
from typing import Any

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import Match, PriceBook
from pricing.catalogue.served import billed_model
from pricing.catalogue.spellings import at_provider
from pricing.errors import FieldError, InvalidRequest, is_plain_name
from pricing.money import meant
from pricing.notices import Notice
from pricing.reports.dimensions import LABELS, Dimension, paths_of
from pricing.reports.readers.moments import NO_TIME, moment_of
from pricing.reports.readers.record_format import as_json
from pricing.reports.sql import TERMS
from pricing.timestamps import EPOCH
from pricing.usage.buckets import MAX_COUNT, TERM_CHOICES, Attempt, StatedTerms, Terms, settle
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
from pricing.usage.stated import COSTS, amount_of, stated_cost
from pricing.usage.tools import BILLED_PER_PROMPT, SEARCH_MODELS
from pricing.usage.uses import with_stated_tools
from pricing.usage.written import amount, processing_of, unquoted
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
_CHOICES = {**TERM_CHOICES, "tier": ("base", "standard", "long_context")}


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

    def is_class(container: str) -> bool:
        return isinstance(_at(document, _in(container, "id")), list)

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
            # LangChain's serialised messages have their class as their id.
            or (_first(container, names, ("id",)) if raw and not is_class(container) else None),
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
        *("service_tier", "serviceTier", "stop_reason", *_SUMS - {"tier"}),
        *(name for label in LABELS for _, name in paths_of(label)),
        *("tags", "metadata", "labels"),
    )
)


#: What may state the processing of a call in place of ``processing``.
PROCESSED = ("tier", "batch")


def own_record(document: Mapping[str, Any]) -> dict[str, Any]:
    """A record of Tariff's own form with what has one meaning in the form that is read.

    That is what ``api.requests.meant`` reads of an estimate: a provider next to the model, words
    for the processing, and counts as people write them.
    """
    record = dict(document)
    model = next((one for one in MODELS if one in record), "")
    provider, named = record.get("provider"), record.get(model)
    if isinstance(provider, str) and isinstance(named, str):
        record[model] = at_provider(provider, named)
    if provider is None or isinstance(provider, str):
        record.pop("provider", None)
    for name in TERMS:
        if isinstance(record.get(name), str):
            record[name] = record[name].lower()
    for name in PROCESSED:
        word = _processing(record, name)
        if word is not None and word in ("", record.get("processing") or word):
            record |= {"processing": word} if word else {}
            record.pop(name, None)
    _costs(record)
    for name in ("calls", "max_prompt_tokens"):
        if isinstance(record.get(name), str):
            record[name] = amount(record[name])
    if isinstance(record.get("usage"), dict):
        record["usage"] = unquoted(record["usage"])
    return record


def _costs(record: dict[str, Any]) -> None:
    """Read a stated cost as people write it; one in another currency than USD is not read."""
    if is_usd := is_in_usd(record):
        record.pop("currency", None)
    for name in COST_NAMES:
        cost = record.get(name)
        if not is_usd:
            record.pop(name, None)
        elif isinstance(cost, str) and re.fullmatch(MONEY, cost, re.ASCII):
            record[name] = meant(cost)


def is_in_usd(record: Mapping[str, Any]) -> bool:
    """Whether what a record states as its cost is in US dollars."""
    return str(record.get("currency") or "USD").upper() in US_DOLLARS


US_DOLLARS = ("USD", "US$", "$")
MONEY = r"\$? ?([1-9]\d{0,2}(,\d{3})+|\d+)(\.\d+)?"


def contradiction(record: Mapping[str, Any]) -> str | None:
    """What is wrong with a record of ``own_record`` that states two kinds of processing."""
    wrong = [name for name in PROCESSED if name in record and _processing(record, name)]
    detail = "that contradicts `processing`; send one of them"
    return f"have a `{wrong[0]}` {detail}" if wrong else None


def _processing(record: Mapping[str, Any], name: str) -> str | None:
    """The processing that a tier, or being one of a batch, is; None for what states none."""
    value = record.get(name)
    word = "" if value in (None, "") else processing_of(name, value)
    return None if name == "tier" and word == "standard" and _is_sum(record) else word


def is_own(document: Mapping[str, Any]) -> bool:
    """Whether a record with a usage object is Tariff's, and not a response by its members."""
    return _OF_RESPONSES.isdisjoint(document)


def _states_tier(record: Mapping[str, Any]) -> bool:
    """Whether a record's tier is a price tier, or should be; other calls have customers' tiers."""
    return record.get("tier") in _CHOICES["tier"] or _is_sum(record)


def _is_sum(record: Mapping[str, Any]) -> bool:
    """Whether a record states that it sums up calls, of which only the price tier is open."""
    return not _SUMS.isdisjoint(record.keys() - {"tier"})


def ignored_in(document: Any) -> Sequence[str]:
    """Return the properties of a record of Tariff's own form that are not read.

    Responses and the logs of other tools hold much else, which is not Tariff's to name.
    """
    if not isinstance(document, dict) or not is_own(document):
        return ()
    layout = layout_of(document)
    if layout is None or layout.container or not layout.usage:
        return ()
    is_read = {"tool_uses"} if isinstance(document.get("tool_uses"), dict) else set()
    is_read |= {"tier"} if _states_tier(document) else set()
    names = [name for name in document if name not in is_read]
    texts = (name for name in COST_NAMES if isinstance(document.get(name), str))
    costs = [name for name in texts if document[name] and amount_of(document[name]) is None]
    return sorted((*not_read(tuple(names)), *costs))


@lru_cache(maxsize=64)
def not_read(names: tuple[str, ...]) -> Sequence[str]:
    """The names of a record's properties that are not read, whatever their values."""
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
            missing.append(FieldError("/timestamp", NO_TIME))
        raise InvalidRequest("The record names no model.", errors=missing)
    if timeless and default is not None:
        moment, zone_assumed = (default - EPOCH) // timedelta(microseconds=1), False
    else:
        at = layout.moment or "timestamp"
        value = _at(document, layout.moment) if layout.moment else None
        moment, zone_assumed = moment_of(value, f"/{at.replace('.', '/')}")
    calls = _positive(document, "calls")
    stated = parsed.stated or stated_cost(document, "")
    longest = _positive(document, "max_prompt_tokens")
    tier = _choice(document, "tier") if _states_tier(document) else None
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


def _choice(document: Mapping[str, Any], term: str) -> str | None:
    value = document.get(term)
    if value in (None, ""):
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
            inside = as_json(inside) if isinstance(inside, str) else inside
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
