"""The prices that commands compute with when they ask no deployment."""

from pricing.catalogue.price_book import BookInForce
from pricing.store import bundled


def bundled_prices() -> BookInForce:
    """Return the current bundled price version, as if a caller had named it."""
    return BookInForce(bundled.current(), "bundled", stale=False, age_seconds=None)
