"""An answer before it is Block Kit: what is said, without how it is shown."""

from dataclasses import dataclass

from pricing.catalogue.price_book import Provenance
from pricing.display import age
from pricing.notices import Notice


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; columns other than the first ``text_columns`` hold figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1


@dataclass(frozen=True, slots=True)
class Card:
    """One answer: the headline figure first, then what it is made of and what it stands on.

    ``share`` is the command, in full and pinned to version and moment, that gives this card
    again; None where there is nothing to share. ``page`` is the query of the page that shows the
    same estimate.
    """

    title: str
    text: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    examples: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pricing: Provenance | None = None
    share: str | None = None
    page: tuple[tuple[str, str], ...] = ()


def said(notices: tuple[Notice, ...]) -> tuple[str, ...]:
    """Warnings as people read them."""
    return tuple(f"Note: {one.message}" for one in notices)


def footer(pricing: Provenance) -> str:
    """The price version, and how old the knowledge is that it is the right one."""
    version = f"Prices {pricing.version} as of {pricing.as_of}"
    if pricing.age_seconds is None:
        return f"{version}, pinned: this answer stays as it is."
    if pricing.source == "bundled":
        published = age(pricing.age_seconds)
        return f"{version}, published {published}, not confirmed: the price store does not answer."
    stale = ", not confirmed since" if pricing.stale else ""
    return f"{version}, confirmed {age(pricing.age_seconds)}{stale}."
