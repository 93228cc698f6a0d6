"""An answer before it is Block Kit: its content, without its layout."""

from pricing.catalogue.price_book import Provenance
from pricing.display import age
from pricing.notices import Notice
from pricing.values import immutable


@immutable
class Table:
    """Rows under a head; all but the first ``text_columns`` columns are figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1


@immutable
class Card:
    """One answer: the headline figure first, then its parts, its assumptions and its price version.

    ``share`` is the full command, pinned to a version and a moment, that gives the same card
    again; None where sharing is not possible. ``page`` is the query of the page that shows the same
    estimate.
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


def notes_of(warnings: tuple[Notice, ...], assumptions: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The notes under an answer."""
    assumed = (f"Assumed: {text}" for text in assumptions)
    return *assumed, *(f"Note: {warning.message}" for warning in warnings)


def footer(pricing: Provenance) -> str:
    """The price version, and when a source last confirmed its prices."""
    checked = pricing.prices_checked_at[:10]
    version = f"Prices {pricing.version} as of {pricing.as_of}, last checked {checked}"
    if pricing.age_seconds is None:
        return f"{version}, pinned: this answer does not change."
    if pricing.source == "bundled":
        published = age(pricing.age_seconds)
        return f"{version}, published {published}, not confirmed: the price store does not answer."
    if pricing.stale:
        return f"{version}; the price store last answered {age(pricing.age_seconds)}."
    return f"{version}."
