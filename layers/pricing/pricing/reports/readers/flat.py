"""Records whose counts stand next to the model: rows of tables, and what people write by hand."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pricing.reports.readers.record_format import Document, are_objects, as_json, nested, whole
from pricing.reports.readers.records import MOMENTS
from pricing.reports.readers.unread import known_kind
from pricing.usage.formats import SHAPES
from pricing.usage.meanings import ANSWER, FRESH, TOKEN_COUNTS, VISIBLE, WHOLE
from pricing.usage.recognition import camel, is_named_as_count
from pricing.usage.response import MODELS
from pricing.usage.written import amount

_FIELDS = tuple((name, meaning) for shape in SHAPES for name, meaning in shape.fields.items())
#: Names of counts at the top of a usage object; those of which a call has at least one; of objects.
_COUNTS = frozenset(
    name
    for name, meaning in _FIELDS
    if (meaning.get("") if isinstance(meaning, dict) else meaning) in TOKEN_COUNTS
)
_MAIN = frozenset(
    name
    for name, meaning in _FIELDS
    if (meaning.get("") if isinstance(meaning, dict) else meaning)
    in (WHOLE, FRESH, ANSWER, VISIBLE)
)
_OBJECTS = frozenset(name for name, meaning in _FIELDS if isinstance(meaning, dict))
#: How tables call the number of calls that a row sums up.
CALLS = (
    *("calls", "requests", "num_requests", "request_count", "num_model_requests", "num_calls"),
    "number_of_requests",
)
#: How people write the number of web searches of a call.
SEARCHES = ("web_searches", "web_search_requests", "searches")
#: The short form of an estimate, whose counts do not overlap, in the words of Anthropic's usage.
SHORT_FORM = {
    **dict.fromkeys(("cache_read_tokens", "cache_read"), "cache_read_input_tokens"),
    **dict.fromkeys(
        ("cache_write_tokens", "cache_write", "cache_creation_tokens"),
        "cache_creation_input_tokens",
    ),
    **{
        f"cache_write_{lifetime}{tokens}": f"cache_creation.ephemeral_{lifetime}_input_tokens"
        for lifetime in ("5m", "1h")
        for tokens in ("_tokens", "")
    },
}
SHORT_FORM_WITH = frozenset((*SHORT_FORM, "input_tokens", "output_tokens"))
#: What a heading counts, or is in, within brackets: ``Cost ($)``, ``Input (tokens)``.
_UNIT = re.compile(r"\s*[(\[]\s*(\$|usd|tokens)\s*[)\]]", re.ASCII | re.IGNORECASE)
#: In which zone a time is, within brackets, where it is the one that is assumed of others.
_IN_UTC = re.compile(r"\s*[(\[]\s*(UTC|GMT)\s*[)\]]", re.ASCII | re.IGNORECASE)
#: How long what is written to a cache lives, within brackets: ``Cache Write (5m)``.
_LIFETIME = re.compile(r"\s*[(\[]\s*(5m|1h)\s*[)\]]\s*", re.ASCII | re.IGNORECASE)
#: Further names of a date or an instant, which may be durations or ordinals in other records.
TIMES = ("day", "datetime", "time", "month", "week")
_IS_DATED = re.compile(r"(?=.*\d{4}).*\d{1,4}[-/. ]-?[\dW].*|[A-Za-z]{3,9}\.? \d.*", re.ASCII)
_BETWEEN_WORDS = re.compile(r"[ \-]+")


def flat_record(document: Document) -> dict[str, Any] | None:
    """A record of Tariff's own form, of one whose counts stand at its top; None for any other.

    Names may be written as headings of a table: ``Input Tokens``.
    """
    if not any("odel" in name or "ODEL" in name for name in document):  # of any other kind of line
        return None
    named = ((plain_name(name), value) for name, value in document.items())
    record = {name: _value(name, value) for name, value in named}
    counted = [name for name, value in record.items() if _is_count(name, value)]
    has_model = any(isinstance(record.get(name), str) for name in MODELS)
    if not has_model or _MAIN.isdisjoint(counted) or known_kind(document):
        return None
    is_short = not SHORT_FORM.keys().isdisjoint(counted) and {*counted} <= SHORT_FORM_WITH
    counts = {
        SHORT_FORM.get(name, name) if is_short else name: _number(record[name]) for name in counted
    }
    usage = nested(counts, undivided=_COUNTS)
    _date(record)
    calls = next((_number(record.pop(name)) for name in CALLS if record.get(name)), None)
    for name in SEARCHES:
        number = _number(record.get(name))
        if type(number) is int and "tool_uses" not in record:
            record["tool_uses"] = {"web_search": number}
        if type(number) is int or number in (None, ""):
            record.pop(name, None)
    rest = {
        name: value
        for name, value in record.items()
        if name not in counted and not (value in (None, "") and any(_count_of_name(name)))
    }
    if is_short:
        rest.setdefault("usage_format", "anthropic")
    return {**rest, "usage": usage, **({"calls": calls} if calls else {})}


def _number(value: Any) -> Any:
    """A whole number that is text, in whatever way it is written; any other value as it is."""
    return amount(whole(value))


def _date(record: dict[str, Any]) -> None:
    """Read a date that has another name than those of a record's time."""
    if record.keys().isdisjoint(MOMENTS):
        dated = (name for name in TIMES if _IS_DATED.fullmatch(str(record.get(name))))
        for name in list(dated)[:1]:
            record["timestamp"] = record.pop(name)
    elif "time" in record:
        name = next(name for name in MOMENTS if name in record)
        joined = with_clock(record[name], record["time"])
        if joined != record[name]:
            record[name] = joined
            del record["time"]


def with_clock(date: Any, clock: Any) -> Any:
    """A date with the time of day that stands next to it."""
    is_apart = isinstance(date, str) and ":" not in date
    return f"{date} {clock}" if is_apart and ":" in str(clock) else date


def _is_count(name: str, value: Any) -> bool:
    """Whether a member counts, if in a wrong way; ``input`` and ``output`` may be texts."""
    if isinstance(value, dict):
        return name in _OBJECTS
    if isinstance(value, list):  # of what each modality, or each request, has
        return bool(value) and are_objects(value) and _count_of_name(name)[1]
    known, named = _count_of_name(name)
    if value in (None, "") or not (known or named):
        return False
    number = _number(value)
    is_number = isinstance(number, int | Decimal) and not isinstance(number, bool)
    return is_number or (known and "oken" in name)


def _value(name: str, value: Any) -> Any:
    """A member as it is; of a name of counts, the object or list that its text is."""
    inside = as_json(value) if isinstance(value, str) and _count_of_name(name)[1] else None
    return value if inside is None else inside


#: The rows of a table have the same names.
_once_a_name = lru_cache(maxsize=4096)


@_once_a_name
def _count_of_name(name: str) -> tuple[bool, bool]:
    """Whether a name is that of a count in some usage, and whether it reads like one."""
    head, dot, _ = name.partition(".")
    known = head in (_OBJECTS if dot else _COUNTS) or name in SHORT_FORM
    return known, is_named_as_count(name)


@_once_a_name
def plain_name(name: str) -> str:
    """A heading as the name of a field; a name in camelCase stays as it is."""
    name = _UNIT.sub(r" \1", _IN_UTC.sub("", name.lstrip("# "))).replace(" $", " usd")
    name = _LIFETIME.sub(r" \1 ", name)
    words = _BETWEEN_WORDS.sub("_", name.strip())
    words = words.lower() if words != name or words.istitle() or words.isupper() else name
    return camel(words.removeprefix("usage.").removeprefix("usage_"))
