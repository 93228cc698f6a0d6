"""What a record format says: by which names a tool's record is known, and where its parts are."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any

from pricing.errors import MalformedRequest
from pricing.jsonio import put_at, read_json
from pricing.money import EXACT, add
from pricing.reports.source_formats import SourceFormat
from pricing.usage.meanings import UsageFormat
from pricing.usage.recognition import is_named_as_count
from pricing.values import immutable

Document = Mapping[str, Any]
#: Between the id of a message and the id of its request, where a tool writes both.
ID_SEPARATOR = "\x1f"
#: Ids of messages that are shorter than this may be the same for several messages: a gateway may
#: write a word of its own.
UNIQUE_LENGTH = 12


@immutable
class RecordFormat:
    """Where a tool's record has its parts.

    A part is a dotted path, or several with `` | `` between them, of which the first with a value
    counts; ``0`` is that number. A path that ends with ``.*`` leads to the object of all members
    whose names begin so. ``marks`` are paths that must have a value; ``path=value`` asks for that
    value, in capitals or not.

    A document with several calls has them in the list or the object at ``each``, or in several
    (`` + ``); those with ``entry`` are calls. In their paths, ``^`` is the document, ``@`` the
    call's name in it. A ``request_id`` of several parts (`` + ``) joins the records that are parts
    of one.

    ``usage`` is a whole usage object. ``counts`` are counts that stand apart: by their path in the
    usage object that is made of them, one part or the sum of several (`` + ``). Numbers of the
    object at ``rest`` that no count names are added under their own names, so that none is lost.
    """

    name: SourceFormat
    marks: tuple[str, ...]
    moment: str
    model: str
    each: str = ""
    entry: tuple[str, ...] = ()
    request_id: str = ""
    usage: str = ""
    counts: Mapping[str, str] = field(default_factory=dict)
    rest: str = ""
    usage_format: UsageFormat | None = None
    #: Further objects and lists of the record, which show what its usage does not count: the tools
    #: that were used, and the provider's own counts.
    kept: tuple[str, ...] = ()
    #: What the record states as its cost, in USD, or in cents of it. A cost in another ``currency``
    #: is not read.
    cost: str = ""
    cents: str = ""
    currency: str = ""
    #: What the provider behind a gateway charged, to be added to ``cost`` where ``own_key`` has a
    #: value other than false and 0: then the gateway charges a fee alone.
    upstream: str = ""
    own_key: str = ""
    #: What a record without a model is, and what to send instead.
    without_model: str = ""
    #: Labels of the call: endpoint, team, user, api_key, project and session.
    labels: Mapping[str, str] = field(default_factory=dict)
    #: A record is a call only if each of these parts is missing or has one of the values.
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: The server of open models that answered: its names of models are its own.
    server: str = ""
    #: Where Vertex AI served the call: regional endpoints have prices of their own.
    location: str = ""
    #: How many calls the record sums up; whether it sums up calls of unknown number; their tier.
    calls: str = ""
    sums: bool = False
    tier: str = ""
    #: What says how the call was processed; a true value means a batch.
    processing: str = ""
    speed: str = ""
    inference_geo: str = ""
    #: The ids of the trace, the span and its parent: a parent with the usage of its children is not
    #: a call of its own.
    span: tuple[str, str, str] | None = None


@immutable
class Found:
    """One record of a line; ``unread`` says what it looks like where it is in no format.

    ``span`` are the ids of its trace and span, ``known`` is the row of the table that it was read
    by, if it was.
    """

    name: SourceFormat
    record: Any
    unread: str | None = None
    span: tuple[str, str] | None = None
    known: RecordFormat | None = None


@cache
def summands(text: str) -> tuple[str, ...]:
    """The parts of which a count is the sum."""
    return tuple(text.split(" + "))


@cache
def alternatives(text: str) -> tuple[str, ...]:
    """The paths of a part, of which the first with a value counts."""
    return tuple(text.split(" | ")) if text else ()


def as_json(text: str) -> Any:
    """The object or list that a text is, None for other text."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return read_json(text.encode(errors="replace"), max_bytes=MAX_TEXT_BYTES)
    except MalformedRequest:
        return None


def at(document: Any, path: str) -> Any:
    """The value at a dotted path.

    A name may itself have dots, as attributes and columns of a table do. Text that is a JSON object
    is read as one, and of a list, such as the events of a stream, the last value counts.
    """
    if isinstance(document, str):
        document = as_json(document)
    if isinstance(document, list):
        found = (value for entry in reversed(document) if (value := at(entry, path)) is not None)
        return next(found, None)
    if not isinstance(document, dict):
        return None
    if path in document:
        return document[path]
    head, dot, rest = path.partition(".")
    while dot:
        if head in document:
            value = at(document[head], rest)
            if value is not None:
                return value
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"
    return _begun(document, path[:-1]) if path.endswith(".*") else None


def _begun(document: Document, beginning: str) -> Document | None:
    """The object of the members whose dotted names begin so, by the rest of their names."""
    begun = {
        name.removeprefix(beginning): value
        for name, value in document.items()
        if name.startswith(beginning)
    }
    return nested(begun) or None


def nested(members: Document, undivided: Collection[str] = ()) -> dict[str, Any]:
    """The objects that dotted names lead into; one that leads into a value keeps its name."""
    found: dict[str, Any] = {}
    for name in sorted(members, key=lambda one: one.count(".")):
        *parents, leaf = [name] if name in undivided else name.split(".")
        inside: Any = found
        for parent in parents:
            inside = inside.setdefault(parent, {}) if isinstance(inside, dict) else None
        if isinstance(inside, dict):
            inside[leaf] = members[name]
        else:
            found[name] = members[name]
    return found


#: JSON inside of a text, such as a cell of a CSV file, has at most so many bytes.
MAX_TEXT_BYTES = 16_000_000


def stated(members: Document) -> dict[str, Any]:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def first(document: Any, paths: str) -> Any:
    """The first value at one of several paths, None where there is none."""
    values = (0 if path == "0" else at(document, path) for path in alternatives(paths))
    return next((_plain(value) for value in values if value not in (None, "")), None)


def _plain(value: Any) -> Any:
    """The value of an object with which MongoDB exports a date, an id or a number."""
    while isinstance(value, dict) and len(value) == 1 and _EXTENDED.issuperset(value):
        (value,) = value.values()
    return value


_EXTENDED = frozenset(("$date", "$oid", "$numberInt", "$numberLong"))


def calls_in(known: RecordFormat, body: Document) -> list[Document] | None:
    """The records in a document of the format; None where it has no list of them."""
    if not known.each:
        return [body]
    lists = [first(body, path) for path in summands(known.each)]
    lists = [as_json(value) if isinstance(value, str) else value for value in lists]
    lists = [value for value in lists if isinstance(value, dict | list)]
    if not lists:
        return None
    found = (
        {**entry, "^": body, "@": name}
        for value in lists
        for name, inner in (value.items() if isinstance(value, dict) else ((None, value),))
        for entry in (inner if isinstance(inner, list) else [inner])
        if isinstance(entry, dict)
    )
    return [entry for entry in found if marked(entry, known.entry)]


@cache
def _heads(mark: str) -> frozenset[str]:
    """The names of which a document with this mark has one."""
    heads = []
    for path in alternatives(mark.partition("=")[0]):
        names = path.split(".")
        heads += [".".join(names[:end]) for end in range(1, len(names) + 1)]
    return frozenset(heads)


def marked(document: Document, marks: tuple[str, ...]) -> bool:
    """Whether every mark is there, with its value where it names one."""
    for mark in marks:
        if document.keys().isdisjoint(_heads(mark)):  # most lines are of another format
            return False
        path, wanted, value = mark.partition("=")
        found = first(document, path)
        if found is None or (wanted and str(found).lower() != value.lower()):
            return False
    return True


def beginnings(each: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """The names of which an object has one, if it has all marks of any of these lists."""
    return frozenset[str]().union(*(_heads(marks[0]) for marks in each))


def may_have(names: Collection[str], marks: tuple[str, ...]) -> bool:
    """Whether an object with these names can have every mark."""
    return not any(_heads(mark).isdisjoint(names) for mark in marks)


def objects(values: Any, *names: str) -> Iterator[Document]:
    """The objects of lists within lists."""
    for value in values if isinstance(values, list) else ():
        if not isinstance(value, dict):
            continue
        if names:
            yield from objects(value.get(names[0]), *names[1:])
        else:
            yield value


def are_objects(values: Any) -> bool:
    """Whether this is a list of objects alone."""
    return isinstance(values, list) and all(isinstance(one, dict) for one in values)


def row_of(value: Any) -> Any:
    """The object that a list of fields and their values is, as CloudWatch's queries answer."""
    pairs = value if isinstance(value, list) else ()
    if not pairs or not all(isinstance(one, dict) and one.keys() == _PAIR for one in pairs):
        return value
    return {str(one["field"]): one["value"] for one in pairs}


_PAIR = {"field", "value"}


def whole(value: Any) -> Any:
    """Digits as the number that they are: CSV files and OTLP have no others."""
    if isinstance(value, str) and value.isascii():
        digits = value.removesuffix(".0")
        return int(digits) if digits.isdigit() and len(digits) <= MAX_DIGITS else value
    return value


MAX_DIGITS = 18


def is_call(known: RecordFormat, body: Document) -> bool:
    """Whether a record of the format is a call, by the values of ``only``."""
    for path, values in known.only.items():
        found = first(body, path)
        if found is not None and str(found).lower() not in values:
            return False
    return True


def record_of(known: RecordFormat, body: Document) -> dict[str, Any]:
    """The record, in Tariff's own form, of a tool's record."""
    usage = first(body, known.usage)
    usage = as_json(usage) if isinstance(usage, str) else usage
    if not isinstance(usage, dict):
        usage = _counted(known, body)
    found: dict[str, Any] = {
        "timestamp": _instant(first(body, known.moment)),
        "model": _model(known, body),
        "request_id": _id(known, body),
        "usage": usage,
        "usage_format": known.usage_format,
        "calls": whole(first(body, known.calls)) or None,
        "sums": known.sums or None,
        "cost_usd": _cost(known, body),
        **{label: _text(first(body, paths)) for label, paths in known.labels.items()},
    }
    for paths in known.kept:
        held = first(body, paths)
        if isinstance(held, dict | list):
            found[alternatives(paths)[0]] = held
    return stated(found | _terms(known, body))


def _model(known: RecordFormat, body: Document) -> Any:
    """The name of the model, with what the record says of who served it, or where."""
    model, location = first(body, known.model), first(body, known.location)
    if known.server and isinstance(model, str):
        return f"{known.server}/{model}"
    found = _ON_VERTEX.fullmatch(model) if location and isinstance(model, str) else None
    if found is None or not isinstance(location, str):
        return model
    publisher, name = found["publisher"] or "google", found["name"]
    return f"projects/-/locations/{location}/publishers/{publisher}/models/{name}"


_ON_VERTEX = re.compile(r"(?:vertex_ai/)?(?:(?P<publisher>[a-z]+)/)?(?P<name>[^/]+)", re.ASCII)


def found_in(known: RecordFormat, body: Document, span: tuple[str, str] | None) -> Found:
    """What is found in a record of the format, by the ids of its span."""
    record = record_of(known, body)
    unread = known.without_model if "model" not in record else ""
    return Found(known.name, record, unread or None, span, None if known.each else known)


def _instant(value: Any) -> Any:
    """A time; one of seconds and nanoseconds, as JavaScript's SDK writes them, in nanoseconds."""
    if isinstance(value, list) and list(map(type, value)) == [int, int]:
        return value[0] * 1_000_000_000 + value[1]
    return value


def _terms(known: RecordFormat, body: Document) -> dict[str, Any]:
    """How the calls were processed: what was served goes before what was asked for.

    A word of no known meaning stays as it is, for the reader of records to refuse by its name.
    """
    words = {term: _word(body, getattr(known, term)) for term in ("speed", "inference_geo")}
    word = _word(body, known.processing)
    words["processing" if word == "batch" else "service_tier"] = word
    tiers = (_PRICE_TIERS.get(str(at(body, path)).lower()) for path in alternatives(known.tier))
    return {**words, "tier": next((tier for tier in tiers if tier), None)}


def _word(body: Document, paths: str) -> str | None:
    """The first word at one of these paths, None where it is that of an ordinary call."""
    words = (str(at(body, path)).strip().lower() for path in alternatives(paths))
    word = next((word for word in words if word not in _NO_WORDS), "").removesuffix("-tier")
    return None if word in _ORDINARY else _BATCH.get(word, word)


#: What stands where no term is stated.
_NO_WORDS = ("", "none", "null", "false", "0", "auto", "unspecified")
#: How a call was processed that is priced as any other.
_ORDINARY = ("", "default", "on_demand", "standard", "normal", "message", "global", "not_available")
_BATCH = dict.fromkeys(("true", "1", "batches"), "batch")
#: The tier of long prompts, as exports write it.
_PRICE_TIERS = {
    **dict.fromkeys(("0-200k", "≤ 200k", "<= 200k", "0-200000"), "base"),
    **dict.fromkeys(("200k-1m", "> 200k", "200k+", "long"), "long_context"),
}


def _counted(known: RecordFormat, body: Document) -> dict[str, Any]:
    """A usage object of counts that stand apart."""
    usage: dict[str, Any] = {}
    for name, paths in known.counts.items():
        values = [whole(first(body, path)) for path in summands(paths)]
        values = [value for value in values if value is not None]
        if not values:
            continue
        total = all(type(value) is int for value in values)
        put_at(usage, name.split("/"), sum(values) if total else values[0])
    rest = first(body, known.rest)
    if isinstance(rest, dict):
        usage |= {name: whole(rest[name]) for name in further(known, rest)}
    for path in unnamed(known, body):
        usage.setdefault(path.rpartition(".")[2], whole(at(body, path)))
    return usage


def unnamed(known: RecordFormat, body: Document) -> list[str]:
    """Where a record has further counts of tokens, next to those that its format names."""
    if known.rest:
        return []
    counts = tuple(known.counts.values())
    paths = _paths((*counts, known.calls, known.tier, *known.marks))
    found = []
    for parent in _parents(counts):
        held = at(body, parent) if parent else body
        for name in held if isinstance(held, dict) else ():
            path = f"{parent}.{name}" if parent else name
            is_named = is_named_as_count(name) and path not in paths and name not in _SUMS
            if is_named and not any(one.startswith(f"{path}.") for one in paths):
                found.append(path)
    return found


@cache
def _paths(parts: tuple[str, ...]) -> frozenset[str]:
    """Every path that these parts of a record may be at."""
    return frozenset(path for part in parts for path in re.split(r" [+|] ", part))


@cache
def _parents(counts: tuple[str, ...]) -> frozenset[str]:
    """The objects that counts are in."""
    named = (path for path in _paths(counts) if path[:1] not in ("^", "@"))
    return frozenset(path.rpartition(".")[0] for path in named)


def _id(known: RecordFormat, body: Document) -> Any:
    """The id of a record; that of one of several parts is made of what they have in common."""
    shared = [_text(first(body, part)) for part in summands(known.request_id)]
    return shared[0] if len(shared) == 1 else sha256(repr(shared).encode()).hexdigest()[:32]


def _amount(value: Any) -> Any:
    """The amount that a record states as its cost; words like "Included" are none."""
    if not isinstance(value, str):
        return value
    return Decimal(value.lstrip("$")) if _AMOUNT.fullmatch(value) else None


def _cost(known: RecordFormat, body: Document) -> Any:
    if str(first(body, known.currency) or "USD").upper() != "USD":
        return None
    cost = _amount(first(body, known.cost)) or _cents(first(body, known.cents))
    if str(first(body, known.own_key)).lower() in _NO_OWN_KEY:
        return cost
    parts = (cost, _amount(first(body, known.upstream)))
    amounts = [Decimal(one) for one in parts if isinstance(one, int | Decimal)]
    return add(amounts) if len(amounts) == len(parts) else None


#: What says that a call was made with the gateway's own key, or that nothing says it.
_NO_OWN_KEY = ("none", "", "false", "0", "0.0")


def _cents(value: Any) -> Decimal | None:
    cents = _amount(value)
    is_amount = isinstance(cents, int | Decimal) and not isinstance(cents, bool)
    return EXACT.scaleb(Decimal(cents), -2) if is_amount else None


_AMOUNT = re.compile(r"\$?\d{1,15}(\.\d{1,30})?([eE]-?\d{1,2})?", re.ASCII)


def further(known: RecordFormat, rest: Document) -> set[str]:
    """The names of the counts in ``rest`` that the format does not name."""
    paths = (path for part in known.counts.values() for path in re.split(r" [+|] ", part))
    return {*rest} - {path.rpartition(".")[2] for path in paths} - {*_SUMS}


#: Sums and notes next to counts, which are not counts of their own.
_SUMS = (
    *("total", "total_tokens", "totalTokens", "totalInputTokens", "unit"),
    *("inputCost", "outputCost", "totalCost", "factoryCredits"),
)


def _text(value: Any) -> Any:
    """A label or an id as text; numbers are written as they are."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
