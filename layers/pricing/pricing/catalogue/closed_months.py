"""Price books as reports of closed months use them.

A month is closed when it has ended (UTC). A correction of the past (``versions.correction``)
changes what a model cost, and keeps what was known of the months that were closed when it was made.
"""

from dataclasses import replace

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce, Match, PriceBook
from pricing.catalogue.rate_cards import NetBook


class ClosedBook(PriceBook):
    """A price book in which corrections do not change closed months. All else is the book's."""

    def __init__(self, base: PriceBook) -> None:
        self.__dict__.update(base.__dict__)
        self.base = base
        self._closed: dict[str, Model] = {}

    def known(self, reference: str) -> Match | None:
        """Return the model that a name stands for, with the prices of closed months."""
        match = self.base.known(reference)
        return match and Match(self._as_closed(match.model), match.matched_by)

    def model(self, key: str) -> Model:
        """Return the model with this exact ``provider/id``; raises KeyError."""
        return self._as_closed(self.base.model(key))

    def _as_closed(self, model: Model) -> Model:
        # The same object each time: prices are kept in memory by the identity of their period.
        return self._closed.setdefault(model.key, model.as_closed())


def with_closed_months(in_force: BookInForce) -> BookInForce:
    """Return the prices of a report in which corrections do not change closed months.

    Returns ``in_force`` itself if its book has no corrections.
    """
    if not any(in_force.book.corrected_models()):
        return in_force
    book = ClosedBook(in_force.book)
    net = NetBook(book, in_force.net.card) if isinstance(in_force.net, NetBook) else in_force.net
    return replace(in_force, book=book, net=net)
