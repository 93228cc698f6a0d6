"""Lists, a page at a time: one order and one kind of cursor for every list of the API.

Each row has a *key*, a text that no other row of its list has, and rows are in the order of their
keys. A cursor holds the key of the last row of a page, so that the next page is right even if that
row is gone by then. It also holds a checksum of the list's name and the key: a cursor that was cut
short, made up or taken from another list is refused, and never looks like the end of a list.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from pricing.errors import InvalidRequest
from pricing.values import immutable

_CHECKSUM_BYTES = 6
Item = TypeVar("Item")


@immutable
class Page(Generic[Item]):
    """Up to ``limit`` rows; ``next_cursor`` is None on the last page."""

    rows: tuple[Item, ...]
    next_cursor: str | None


def page_of(
    name: str,
    rows: Iterable[Item],
    key: Callable[[Item], str],
    *,
    cursor: str | None,
    limit: int,
    descending: bool = False,
) -> Page[Item]:
    """Return the page of the list ``name`` that follows ``cursor``; None asks for the first.

    Raises InvalidRequest for a cursor that is not the ``next_cursor`` of a page of this list.
    """
    after = None if cursor is None else _key_in(name, cursor)
    keyed = sorted(((key(row), row) for row in rows), key=lambda pair: pair[0], reverse=descending)
    rest = [
        (at, row)
        for at, row in keyed
        if after is None or (at < after if descending else at > after)
    ]
    page = rest[:limit]
    return Page(
        tuple(row for _, row in page), _cursor(name, page[-1][0]) if len(rest) > limit else None
    )


def _cursor(name: str, key: str) -> str:
    content = key.encode()
    checksum = hashlib.sha256(f"{name}\n".encode() + content).digest()[:_CHECKSUM_BYTES]
    return base64.urlsafe_b64encode(checksum + content).rstrip(b"=").decode()


def _key_in(name: str, cursor: str) -> str:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key = base64.b64decode(padded, altchars=b"-_", validate=True)[_CHECKSUM_BYTES:].decode()
    except (UnicodeError, binascii.Error):
        key = ""
    if _cursor(name, key) != cursor:  # a key has exactly one cursor
        raise InvalidRequest.at(
            "/cursor",
            "is not the next_cursor of a page of this list; leave it out for the first page",
        )
    return key
