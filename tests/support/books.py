"""Price books for tests: small ones, and ones too large for one DynamoDB item."""

import random
from collections.abc import Iterable, Mapping
from typing import Any

from pricing.catalogue.price_book import PriceBook
from pricing.versions.proposals import Proposal, QuarantinedField

#: A proposal without pending prices, and an actor and a reason for decisions.
PLAIN = Proposal("tests", "manual", {})
BY: Mapping[str, Any] = {"actor": "tests", "reason": "a test"}
RATES = {"input": "3", "output": "15"}
#: A price that is held.
WAITING = QuarantinedField(
    "acme", "rocket", "standard.input", "3", "40", ("litellm",), "change_over_10x", "It is held."
)


def row(model_id: str, *, aliases: Iterable[str] = (), **changes: Any) -> dict[str, Any]:
    """One model of provider ``acme``, as a price book document holds it."""
    return {
        "provider": "acme",
        "id": model_id,
        "name": model_id.title(),
        "aliases": list(aliases),
        "prices": [{"source": "price list", "lists": {"standard": {"rates": RATES}}}],
        **changes,
    }


def document(
    version: str,
    rows: Iterable[Mapping[str, Any]] = (),
    *,
    families: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A whole document with these models, by default one called ``rocket``."""
    return {
        "schema": 1,
        "id": version,
        "published_at": "2026-11-01T00:00:00Z",
        "provenance": [{"title": "price list", "url": "https://acme.test", "as_of": "2026-11-01"}],
        "families": dict(families or {}),
        "models": list(rows) or [row("rocket")],
    }


def book(
    version: str,
    rows: Iterable[Mapping[str, Any]] = (),
    *,
    families: Mapping[str, str] | None = None,
) -> PriceBook:
    """The price book of ``document``."""
    return PriceBook.from_document(document(version, rows, families=families))


def incompressible_book(version: str, *, models: int, bytes_each: int) -> PriceBook:
    """A book of about ``models * bytes_each`` bytes that compression cannot make smaller.

    Random hexadecimal digits compress to the random bytes they write out, and no further.
    """
    dice = random.Random(version)  # noqa: S311 - the same book in every run
    return book(
        version,
        [row(f"model-{n}", notes=[dice.randbytes(bytes_each).hex()]) for n in range(models)],
    )
