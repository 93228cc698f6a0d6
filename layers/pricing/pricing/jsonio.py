"""Read JSON strictly, and write answers as JSON.

``json.loads`` accepts NaN, duplicate keys and numbers that take a minute to convert. A pricing API
must not guess what any of them meant.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from operator import attrgetter
from typing import Any, NoReturn

from pricing.errors import BodyTooLarge, MalformedRequest
from pricing.money import plain
from pricing.timestamps import rfc3339

MAX_BODY_BYTES = 256 * 1024
MAX_DEPTH = 20
#: Longer number literals cannot be a count or a price; refusing them by length costs nothing.
MAX_NUMBER_CHARACTERS = 40

#: Matches after every quote, even in an unfinished string, so that a search stays linear.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")

#: Builds an object from its keys and values, in order (an ``object_pairs_hook``).
PairsHook = Callable[[list[tuple[str, Any]]], dict[str, Any]]


def reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object from its ``pairs``; raises MalformedRequest if a key occurs twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedRequest("An object has the same key twice; send each key once.")
    return found


def read_json(
    body: bytes,
    *,
    max_bytes: int = MAX_BODY_BYTES,
    max_depth: int = MAX_DEPTH,
    pairs_hook: PairsHook = reject_duplicate_keys,
) -> Any:
    """Return the document in ``body``, with fractions as Decimal.

    Raises BodyTooLarge, or MalformedRequest for anything that is not exactly one JSON document:
    bad UTF-8, NaN and Infinity, duplicate keys (unless ``pairs_hook`` accepts them), lone
    surrogates, nesting deeper than ``max_depth``, numbers longer than 40 characters.
    """
    if len(body) > max_bytes:
        raise BodyTooLarge(f"The body has {len(body)} bytes; the limit is {max_bytes}.")
    _check_depth(body, max_depth)
    try:
        document = _decoder(pairs_hook).decode(body.decode())
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"The body is not UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        if error.doc.startswith("\ufeff"):
            detail = "The body begins with a byte order mark; send it without."
            raise MalformedRequest(detail) from None
        if not error.doc.strip():
            raise MalformedRequest("The body is empty; send JSON.") from None
        what = error.msg.removesuffix(" starting at").removesuffix(" at")
        line = f"line {error.lineno}, " if "\n" in error.doc else ""
        raise MalformedRequest(
            f"The body is not valid JSON: {what} at {line}column {error.colno}."
        ) from None
    if _SURROGATE_ESCAPE.search(body):
        try:
            json.dumps(document, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            raise MalformedRequest("A string has half of a surrogate pair.") from None
    return document


def _check_depth(body: bytes, limit: int) -> None:
    """Check the nesting before parsing, so that a deep body never reaches a recursive parser."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return
    depth = 0
    for byte in _STRING.sub(b"", body):
        if byte in b"[{":
            depth += 1
            if depth > limit:
                raise MalformedRequest(f"The body is nested deeper than {limit} levels.")
        elif byte in b"]}":
            depth -= 1


def _number(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if len(text) > MAX_NUMBER_CHARACTERS:
            raise MalformedRequest(f"A number has more than {MAX_NUMBER_CHARACTERS} characters.")
        return convert(text)

    return read


def _fraction(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent of twenty digits, which Decimal itself cannot hold
        raise MalformedRequest("A number is out of range.") from None
    # With an exponent, nine characters can write a number of a million digits.
    if abs(number.adjusted()) > MAX_NUMBER_CHARACTERS:
        raise MalformedRequest("A number is out of range.")
    return number


def _constant(name: str) -> NoReturn:
    raise MalformedRequest(f"{name} is not JSON; send a number or leave the field out.")


@cache
def _decoder(pairs_hook: PairsHook) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=pairs_hook,
        parse_int=_number(int),
        parse_float=_number(_fraction),
        parse_constant=_constant,
    )


def value_at(document: Any, names: Iterable[str]) -> Any:
    """Return the value to which these names lead in a document; None if they lead to none."""
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def put_at(document: dict[str, Any], names: Sequence[str], value: Any) -> None:
    """Put a value where these names lead, into objects that are made where there are none."""
    for name in names[:-1]:
        document = document.setdefault(name, {})
    document[names[-1]] = value


def to_json(answer: Any) -> str:
    """Write a dataclass answer, in the order of its fields; equal answers give equal text."""
    return _ENCODE(answer)


def members(answer: Any) -> dict[str, Any]:
    """Return a dataclass answer as a mapping, with decimals as text and other values unchanged.

    Fields that the class names in ``LEFT_OUT_WHEN_NULL`` are left out when they are null.
    """
    kind: type = type(answer)
    names, values, optional = _fields_of(kind)
    found = zip(names, values(answer), strict=True)
    if optional is None:
        return {name: plain(v) if type(v) is Decimal else v for name, v in found}
    return {
        name: plain(v) if type(v) is Decimal else v
        for name, v in found
        if v is not None or name not in optional
    }


@cache
def _fields_of(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]], Any]:
    """Return a dataclass's fields, a function that reads them all, and those left out if null."""
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names), getattr(kind, "LEFT_OUT_WHEN_NULL", None)


_CONVERSIONS: dict[type, Callable[[Any], str]] = {
    Decimal: plain,
    datetime: rfc3339,
    date: date.isoformat,
}

_ENCODE = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,  # answers are trees of frozen values
    allow_nan=False,
    separators=(",", ":"),
    default=lambda value: _CONVERSIONS.get(type(value), members)(value),
).encode


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """Write a document in its canonical form: sorted keys, no spaces, UTF-8, one model per line.

    The line breaks let a reader parse only the models it needs.
    """
    rows = [sorted_json(row) for row in document.get("models", ())]
    if not rows:
        return sorted_json(document).encode()
    head, _, tail = sorted_json({**document, "models": []}).rpartition('"models":[]')
    lines = ",\n".join(rows)
    return f'{head}"models":[\n{lines}\n]{tail}'.encode()


def sorted_json(value: Any) -> str:
    """Write a value with sorted keys and without spaces."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(content: bytes) -> str:
    """Return the SHA-256 in lower-case hex."""
    return hashlib.sha256(content).hexdigest()
