"""How typed answers become JSON: decimals as plain strings, moments as RFC 3339."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pricing.calculator import LineItem
from pricing.money import plain

#: Line items show only the price field their unit names; everywhere else null is an answer.
_OMITS_NONE = (LineItem,)
_KEPT = frozenset({"cost_usd"})


def to_json(answer: Any) -> str:
    """JSON text of a dataclass answer, in field order; the same value gives the same text."""
    return _ENCODE(answer)


def members(answer: Any) -> dict[str, Any]:
    """The top level of a dataclass answer as a mapping, its values as they are."""
    names = answer.__dataclass_fields__
    if isinstance(answer, _OMITS_NONE):
        return {
            name: value
            for name in names
            if (value := getattr(answer, name)) is not None or name in _KEPT
        }
    return {name: getattr(answer, name) for name in names}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return members(value)


_ENCODE = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=_plain_value, allow_nan=False
).encode
