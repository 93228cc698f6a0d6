"""The subscription plans that ship with the code, maintained by hand, in versions.

A file is read when it is first needed. It does not change once its version was in an answer: new
plans are a new file, and ``CURRENT`` is its version.
"""

import tomllib
from functools import cache

from pricing.errors import NotFound
from pricing.plans.subscriptions import SubscriptionBook, book_from_document

CURRENT = "2026-11-22"
VERSIONS = (CURRENT, "lesson-2025")
_FOLDER = __file__.rpartition("/store/")[0] + "/data/subscriptions"


def load(version: str) -> SubscriptionBook:
    """Return the plans of a version, ``current`` being the newest; raises NotFound."""
    name = CURRENT if version == "current" else version
    if name not in VERSIONS:
        known = ", ".join(VERSIONS)
        raise NotFound(f"There is no version of the subscription plans with this id; use {known}.")
    return _load(name)


@cache
def _load(name: str) -> SubscriptionBook:
    with open(f"{_FOLDER}/{name}.toml", "rb") as file:  # noqa: PTH123 - as in bundled.py
        return book_from_document(tomllib.load(file))
