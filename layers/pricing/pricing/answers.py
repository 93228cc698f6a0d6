"""How typed answers become JSON: decimals as plain strings, moments as RFC 3339."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

from pricing.calculator import LineItem
from pricing.instants import rfc3339
from pricing.money import plain


def to_json(answer: Any) -> str:
    """JSON text of a dataclass answer, in field order; the same value gives the same text."""
    return _ENCODE(answer)


def members(answer: Any) -> dict[str, Any]:
    """A dataclass answer as a mapping: decimals as text, other values as they are.

    A line item leaves out its optional fields; a null cost stays, being the answer.
    """
    kind: type = type(answer)
    names, values = _fields_of(kind)
    found = {
        name: plain(value) if type(value) is Decimal else value
        for name, value in zip(names, values(answer), strict=True)
    }
    if kind is LineItem:
        for name in _OPTIONAL:
            if found[name] is None:
                del found[name]
    return found


_OPTIONAL = tuple(
    field.name for field in fields(LineItem) if field.default is None and field.name != "cost_usd"
)


@cache
def _fields_of(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """A dataclass's field names, and a function that reads them all at once."""
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)


def _convert(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    return members(value)


_ENCODE = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,  # answers are trees of frozen values
    allow_nan=False,
    separators=(",", ":"),
    default=_convert,
).encode
