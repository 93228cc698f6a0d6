"""The prices of a request: its price version, its rate card and its currency."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Protocol, TypeVar

from pricing.api.requests.billing import RateCardRequest
from pricing.aws.settings import settings
from pricing.catalogue.price_book import LIST_PRICES, BookInForce
from pricing.catalogue.rate_cards import NetBook, RateCard
from pricing.errors import UnknownRateCard, under
from pricing.estimates.net import side_by_side
from pricing.store import connect
from pricing.store.books import Books
from pricing.store.currencies import currency_for
from pricing.store.documents import Documents
from pricing.timestamps import AsOf

Answer = TypeVar("Answer")


class Dated(Protocol):
    """A query with the moment that it is priced at."""

    @property
    def as_of(self) -> AsOf: ...  # noqa: D102


AnyQuery = TypeVar("AnyQuery", bound=Dated)


class Billed(Protocol):
    """A request with a price version, a rate card and a currency."""

    @property
    def pricing_version(self) -> str: ...  # noqa: D102
    @property
    def rate_card(self) -> str | RateCardRequest | None: ...  # noqa: D102
    @property
    def currency(self) -> str | None: ...  # noqa: D102


def prices_for(books: Books, request: Billed, now: datetime) -> BookInForce:
    """Return the price book that a request names, with its rate card and currency.

    Raises UnknownVersion, UnknownRateCard, InvalidRequest for a currency without rates, and
    StoreUnavailable where one of them is in the store only and it does not answer.
    """
    in_force = books.in_force(request.pricing_version, now)
    card = card_for(request)
    if card is not None:
        in_force = replace(in_force, net=NetBook(in_force.book, card), rate_card=card.id)
    if request.currency is not None:
        in_force = replace(in_force, currency=currency_for(request.currency, now))
    return in_force


def both_prices(
    books: Books,
    request: Billed,
    now: datetime,
    query: AnyQuery,
    answer: Callable[[BookInForce, AnyQuery], Answer],
    total: Callable[[Answer], Decimal | None] = lambda _: None,
) -> Answer:
    """Answer a query at list prices, and at those of the request's rate card, in its currency.

    Raises what ``prices_for`` and ``answer`` raise.
    """
    in_force, day = prices_for(books, request, now), query.as_of.instant.date()
    return side_by_side(in_force, day, lambda prices: answer(prices, query), total)


def card_for(request: Billed) -> RateCard | None:
    """Return the rate card of a request, or the deployment's; raises UnknownRateCard."""
    sent = request.rate_card or settings.rate_card or LIST_PRICES
    if not isinstance(sent, str):
        with under("/rate_card"):
            return sent.card()
    return None if sent == LIST_PRICES else stored_card(sent)


def stored_card(card: str) -> RateCard:
    """Return the stored rate card with this id; raises UnknownRateCard."""
    store = rate_cards(settings.table)
    if store is None:
        raise UnknownRateCard.of(card)
    return store.get(card)


@cache
def rate_cards(_table: str) -> Documents[RateCard] | None:
    """The stored rate cards, which are kept in memory once they were read."""
    return connect.rate_cards()
