"""The subscription plans that ship with the code, as people maintain them, in versions.

Read when first asked for. A version's file does not change once its id was answered with: a new
state of knowledge is a new file, and ``CURRENT`` names it.
"""

import tomllib
from functools import cache

from pricing.errors import NotFound
from pricing.plans.subscriptions import SubscriptionBook, book_from_document

CURRENT = "2026-11-22"
VERSIONS = (CURRENT, "lesson-2025")
_FOLDER = __file__.rpartition("/store/")[0] + "/data/subscriptions"


def load(version: str) -> SubscriptionBook:
    """The plans of a version, or of the current one for ``current``; raises NotFound."""
    name = CURRENT if version == "current" else version
    if name not in VERSIONS:
        known = ", ".join(VERSIONS)
        raise NotFound(f"There is no version of the subscription plans with this id; use {known}.")
    return _load(name)


@cache
def _load(name: str) -> SubscriptionBook:
    with open(f"{_FOLDER}/{name}.toml", "rb") as file:  # noqa: PTH123 - as in bundled.py
        return book_from_document(tomllib.load(file))
