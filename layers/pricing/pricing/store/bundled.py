"""The price books that ship with the code: the prices at the release, and the lesson's.

They answer when the store does not, and they seed a new store. ``data/index.json`` has each file's
name and SHA-256. A file is read when it is first needed, and once.
"""

import json
from functools import cache
from typing import Any

from pricing.catalogue.exchange_rates import ExchangeRates
from pricing.catalogue.price_book import PriceBook

_FOLDER = __file__.rpartition("/store/")[0] + "/data"


def current_id() -> str:
    """Return the id of the version to use without a store."""
    current: str = _index()["current"]
    return current


def ids() -> list[str]:
    """Return every bundled version id, sorted."""
    return sorted(_index()["books"])


def current() -> PriceBook:
    """Return the bundled book of ``current_id``."""
    return _book(current_id())


def load(version_id: str) -> PriceBook | None:
    """Return the bundled book with this id; None if there is none.

    Raises CorruptBook if the file's hash is not the one in the index.
    """
    # Only known ids reach the cache: callers may send any number of ids.
    return _book(version_id) if version_id in _index()["books"] else None


def came_with_tariff(version_id: str) -> bool:
    """Tell whether this or an earlier release bundles this version.

    It is a fact about the version: once true, it is true in every later release.
    """
    return version_id in _index()["came_with"]


def merge_rules() -> dict[str, Any]:
    """Return the corrections and families used in merging fetched price lists."""
    rules: dict[str, Any] = json.loads(_read("merge_rules.json"))
    return rules


@cache
def exchange_rates() -> ExchangeRates:
    """Return the daily exchange rates of the release."""
    return ExchangeRates(_read("exchange_rates.csv").decode())


@cache
def _index() -> dict[str, Any]:
    index: dict[str, Any] = json.loads(_read("index.json"))
    return index


@cache
def _book(version_id: str) -> PriceBook:
    entry = _index()["books"][version_id]
    return PriceBook.from_json(_read(entry["file"]), sha256=entry["sha256"])


def _read(name: str) -> bytes:
    # Not pathlib: importing it takes 4 ms of a cold start, longer than reading the book.
    with open(f"{_FOLDER}/{name}", "rb") as file:  # noqa: PTH123
        return file.read()
