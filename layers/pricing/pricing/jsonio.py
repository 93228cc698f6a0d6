"""The strict JSON door: bytes in, one unambiguous document out, or a clear refusal.

Plain ``json.loads`` accepts NaN, duplicate keys and numbers that take a minute to convert. A
pricing API must not guess what any of them meant.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
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

#: Never fails after a quote, even on an unfinished string, so a search stays linear.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")

#: What an object's members, in order, make of it.
Members = Callable[[list[tuple[str, Any]]], dict[str, Any]]


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as its members say, each once; raises MalformedRequest."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedRequest("An object holds the same key twice; say it once.")
    return members


def read_json(body: bytes, *, max_bytes: int = MAX_BODY_BYTES, members: Members = once) -> Any:
    """The document in ``body``; fractions come as Decimal.

    Raises BodyTooLarge, or MalformedRequest for anything that is not exactly one JSON document:
    bad UTF-8, NaN and Infinity, duplicate keys (unless ``members`` knows what they mean), lone
    surrogates, nesting deeper than 20, numbers longer than 40 characters.
    """
    if len(body) > max_bytes:
        raise BodyTooLarge(f"The body has {len(body)} bytes; the limit is {max_bytes}.")
    _check_depth(body)
    try:
        document = _decoder(members).decode(body.decode())
    except UnicodeDecodeError as error:
        raise MalformedRequest(f"The body is not UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise MalformedRequest(
            f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    if _SURROGATE_ESCAPE.search(body):
        _check_surrogates(document)
    return document


def _check_depth(body: bytes) -> None:
    """Counted before parsing, so that a deep body never reaches a recursive parser."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for byte in _STRING.sub(b"", body):
        if byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise MalformedRequest(f"The body is nested deeper than {MAX_DEPTH} levels.")
        elif byte in b"]}":
            depth -= 1


def _check_surrogates(document: Any) -> None:
    try:
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise MalformedRequest("A string holds half of a surrogate pair.") from None


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
    # An exponent is a way to write a number with a million digits in nine characters.
    if abs(number.adjusted()) > MAX_NUMBER_CHARACTERS:
        raise MalformedRequest("A number is out of range.")
    return number


def _constant(name: str) -> NoReturn:
    raise MalformedRequest(f"{name} is not JSON; send a number or leave the field out.")


@cache
def _decoder(members: Members) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=members,
        parse_int=_number(int),
        parse_float=_number(_fraction),
        parse_constant=_constant,
    )


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
    optional = getattr(kind, "LEFT_OUT_WHEN_NULL", None)
    if optional is None:
        return {name: plain(v) if type(v) is Decimal else v for name, v in found}
    return {
        name: plain(v) if type(v) is Decimal else v
        for name, v in found
        if v is not None or name not in optional
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


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """The one byte form of a document: sorted keys, no spaces, UTF-8, one model a line.

    It is one JSON document all the same; the line breaks let a reader parse the models it needs.
    """
    whole = _dumps({**document, "models": []}) if "models" in document else _dumps(document)
    rows = [_dumps(row) for row in document.get("models", ())]
    if not rows:
        return whole.encode()
    head, _, tail = whole.rpartition(_NO_MODELS)
    lines = ",\n".join(rows)
    return f'{head}"models":[\n{lines}\n]{tail}'.encode()


_NO_MODELS = '"models":[]'


def _dumps(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(content: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(content).hexdigest()
