"""A caller's own names of models, such as those of deployments, and the models they stand for."""

from collections.abc import Mapping
from dataclasses import replace

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce, Match, PriceBook
from pricing.catalogue.rate_cards import NetBook


def stands_for(name: str, aliases: Mapping[str, str]) -> str:
    """The name that an alias stands for; an alias may leave out the server that is before it."""
    return aliases.get(name, aliases.get(name.partition("/")[2], name))


class BookOfOwnNames(PriceBook):
    """A price book that also knows a caller's own names. All else is the book's."""

    def __init__(self, base: PriceBook, aliases: Mapping[str, str]) -> None:
        self.__dict__.update(base.__dict__)
        self.base = base
        self._aliases = aliases

    def known(self, reference: str) -> Match | None:
        """Return the model that a name stands for; with a provider, the book's own goes first."""
        if reference in self._aliases:
            return self.base.known(self._aliases[reference])
        return self.base.known(reference) or self.base.known(stands_for(reference, self._aliases))

    def model(self, key: str) -> Model:
        """Return the model with this exact ``provider/id``; raises KeyError."""
        return self.base.model(key)


def with_own_names(in_force: BookInForce, aliases: Mapping[str, str]) -> BookInForce:
    """Return the prices with these names too; raises UnknownModel for what one stands for."""
    if not aliases:
        return in_force
    for name in aliases.values():
        in_force.book.find(name, "/model_aliases")
    book = BookOfOwnNames(in_force.book, aliases)
    net = NetBook(book, in_force.net.card) if isinstance(in_force.net, NetBook) else in_force.net
    return replace(in_force, book=book, net=net)
