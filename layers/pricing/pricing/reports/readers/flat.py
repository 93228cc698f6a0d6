"""Records whose counts stand next to the model: rows of tables, and what people write by hand."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pricing.reports.readers.record_format import Document, are_objects, as_json, whole
from pricing.reports.readers.unread import known_kind
from pricing.usage.formats import SHAPES
from pricing.usage.meanings import ANSWER, FRESH, TOKEN_COUNTS, VISIBLE, WHOLE
from pricing.usage.recognition import camel, is_named_as_count
from pricing.usage.response import MODELS

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
    usage: dict[str, Any] = {}
    for name in counted:
        *parents, leaf = [name] if name in _COUNTS else name.split(".")
        inside = usage
        for parent in parents:
            inside = inside.setdefault(parent, {})
        inside[leaf] = whole(record[name])
    calls = next((whole(record.pop(name)) for name in CALLS if record.get(name)), None)
    for name in SEARCHES:
        number = whole(record.get(name))
        if type(number) is int and "tool_uses" not in record:
            record["tool_uses"] = {"web_search": number}
        if type(number) is int or number == "":
            del record[name]
    rest = {name: value for name, value in record.items() if name not in counted}
    return {**rest, "usage": usage, **({"calls": calls} if calls else {})}


def _is_count(name: str, value: Any) -> bool:
    """Whether a member counts, if in a wrong way; ``input`` and ``output`` may be texts."""
    if isinstance(value, dict):
        return name in _OBJECTS
    if isinstance(value, list):  # of what each modality, or each request, has
        return bool(value) and are_objects(value) and _count_of_name(name)[1]
    known, named = _count_of_name(name)
    if value in (None, "") or not (known or named):
        return False
    number = whole(value)
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
    return head in (_OBJECTS if dot else _COUNTS), is_named_as_count(name)


@_once_a_name
def plain_name(name: str) -> str:
    """A heading as the name of a field; a name in camelCase stays as it is."""
    words = _BETWEEN_WORDS.sub("_", name.strip())
    words = words.lower() if words != name or words.istitle() or words.isupper() else name
    return camel(words.removeprefix("usage.").removeprefix("usage_"))
