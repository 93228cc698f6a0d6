"""Lists page by page: one order and one kind of cursor for every list of the API.

A row's *place* is a text that no other row of its list has; rows come in the order of their places.
A cursor holds the place that a page ended with, so the next page begins behind it even where that
row is gone by then. It carries a mark of its list and place: what was cut short, made up or taken
from another list is refused and never looks like the end of one.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pricing.errors import InvalidRequest

_MARK_BYTES = 6
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Up to as many rows as were asked for; ``next_cursor`` is None on the last page."""

    rows: tuple[Row, ...]
    next_cursor: str | None


def page_of(
    name: str,
    rows: Iterable[Row],
    place: Callable[[Row], str],
    *,
    cursor: str | None,
    limit: int,
    descending: bool = False,
) -> Page[Row]:
    """The page of the list ``name`` that ``cursor`` asks for; None asks for the first.

    Raises InvalidRequest for a cursor that no page of this list ended with.
    """
    behind = None if cursor is None else _place_in(name, cursor)
    placed = sorted(((place(row), row) for row in rows), key=lambda one: one[0], reverse=descending)
    rest = [
        (at, row)
        for at, row in placed
        if behind is None or (at < behind if descending else at > behind)
    ]
    page = rest[:limit]
    return Page(
        tuple(row for _, row in page),
        _cursor(name, page[-1][0]) if len(rest) > limit else None,
    )


def _cursor(name: str, place: str) -> str:
    content = place.encode()
    mark = hashlib.sha256(f"{name}\n".encode() + content).digest()[:_MARK_BYTES]
    return base64.urlsafe_b64encode(mark + content).rstrip(b"=").decode()


def _place_in(name: str, cursor: str) -> str:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place = base64.b64decode(padded, altchars=b"-_", validate=True)[_MARK_BYTES:].decode()
    except (UnicodeError, binascii.Error):
        place = ""
    if _cursor(name, place) != cursor:  # one place has one cursor, to the last character
        raise InvalidRequest.at(
            "/cursor",
            "is not the next_cursor of a page of this list; leave it out for the first page",
        )
    return place
