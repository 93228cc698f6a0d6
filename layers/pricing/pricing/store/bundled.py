"""The price books that ship with the code: the last known good prices, and the lesson's.

They answer when the store cannot, and they seed a new store. ``data/index.json`` names each
file and its SHA-256; nothing is read before it is asked for, and nothing is read twice.
"""

import json
from functools import cache
from typing import Any

from pricing.catalogue.price_book import PriceBook

_FOLDER = __file__.rpartition("/store/")[0] + "/data"


def current_id() -> str:
    """The id of the version to use when no store says otherwise."""
    current: str = _index()["current"]
    return current


def ids() -> list[str]:
    """Every bundled version id, sorted."""
    return sorted(_index()["books"])


def current() -> PriceBook:
    """The bundled book of ``current_id``."""
    return _book(current_id())


def load(version_id: str) -> PriceBook | None:
    """The bundled book with this id, or None when there is none.

    Raises CorruptBook when the file is not what the index recorded.
    """
    # Only known ids reach the cache: a caller may ask for any id, as often as it likes.
    return _book(version_id) if version_id in _index()["books"] else None


def came_with_tariff(version_id: str) -> bool:
    """Whether this release or one before it has or had this version in its bundle.

    A fact about the version, not about the release: once true, it is true of every later one.
    """
    return version_id in _index()["came_with"]


def merge_rules() -> dict[str, Any]:
    """The corrections and families that fetched price lists are merged by."""
    rules: dict[str, Any] = json.loads(_read("merge_rules.json"))
    return rules


@cache
def _index() -> dict[str, Any]:
    index: dict[str, Any] = json.loads(_read("index.json"))
    return index


@cache
def _book(version_id: str) -> PriceBook:
    entry = _index()["books"][version_id]
    return PriceBook.from_json(_read(entry["file"]), sha256=entry["sha256"])


def _read(name: str) -> bytes:
    # Not pathlib: importing it costs a cold start 4 ms, more than reading the book.
    with open(f"{_FOLDER}/{name}", "rb") as file:  # noqa: PTH123
        return file.read()
