"""What a report calls the models of its records, and which of them a filter chooses."""

from collections.abc import Iterable, Iterator, Sequence

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.reports.dimensions import Dimension
from pricing.reports.rates import label_of


def known_models(book: PriceBook, names: Iterable[str]) -> Iterator[Model]:
    """Return the models of these names; the keys of an unknown one get a reason, and no price."""
    for name in names:
        match = book.known(name)
        if match is not None:
            yield match.model


def model_names(
    book: PriceBook, dimension: Dimension, values: Sequence[str], names: Iterable[str]
) -> list[str]:
    """Return those of the models' ``names`` whose label or name, or provider, is in ``values``."""
    if dimension == "provider":
        return [name for name in names if provider_name(book, name) in values]
    return [name for name in names if {name, label_name(book, name)} & {*values}]


def label_name(book: PriceBook, name: str) -> str:
    """Return what reports call a model; the name itself if it is unknown."""
    match = book.known(name)
    return label_of(book, match.model) if match else name


def provider_name(book: PriceBook, name: str) -> str | None:
    """Return the provider of a model; None if it is unknown."""
    match = book.known(name)
    return match.model.provider if match else None
