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
    found = zip(names, values(answer), strict=True)
    if kind is not LineItem:
        return {name: plain(v) if type(v) is Decimal else v for name, v in found}
    return {
        name: plain(v) if type(v) is Decimal else v
        for name, v in found
        if v is not None or name == "cost_usd"
    }


@cache
def _fields_of(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """A dataclass's field names, and a function that reads them all at once."""
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)


_CONVERSIONS: dict[type, Callable[[Any], str]] = {
    Decimal: plain,
    datetime: rfc3339,
    date: date.isoformat,
}


def _convert(value: Any) -> Any:
    return _CONVERSIONS.get(type(value), members)(value)


_ENCODE = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,  # answers are trees of frozen values
    allow_nan=False,
    separators=(",", ":"),
    default=_convert,
).encode
