"""Which model a call is billed at, from the name that was asked for and the one that served."""

import re

from pricing.catalogue.price_book import Match, PriceBook
from pricing.catalogue.spellings import has_router_fee
from pricing.errors import UnknownModel
from pricing.notices import Notice

_ROUTER_FEE = (
    "Azure bills its model router by the input token next to the model that it chose; the total"
    " does not include that fee."
)


def billed_model(
    book: PriceBook, asked: str | None, served: str | None, asked_at: str, served_at: str
) -> tuple[Match, str, str, tuple[Notice, ...]]:
    """The model to price, the name and the pointer it was found by, and what to say of it.

    A response names the model that served, as its maker calls it; the request names where it was
    asked for, and a cloud or a gateway bills its own price. So the provider that was asked is kept:
    the served name is looked for there first, then the asked name if both mean the same model, and
    only then the served name by itself. Raises UnknownModel.
    """
    if asked is None or served is None:
        name, pointer = (asked, asked_at) if asked is not None else (served or "", served_at)
        return book.find(name, pointer), name, pointer, ()
    if asked == served:
        return book.find(asked, asked_at), asked, asked_at, ()
    # Of ``azure/eu/gpt-4.1`` first ``azure/eu``; its provider alone only for another model.
    prefixes = [asked[:end] for end, letter in enumerate(asked) if letter == "/"]
    names = [f"{prefix}/{served}" for prefix in reversed(prefixes)]
    if _is_served(book, asked, served):
        names.insert(1, asked)
    fee = (Notice("router_fee_unpriced", _ROUTER_FEE),) if has_router_fee(asked) else ()
    for name in names:
        there = book.known(name)
        if there is not None:
            return there, name, asked_at, fee
    found = book.known(served)
    if found is None:
        raise _unknown(book, asked, served, served_at)
    message = f"The response was served by {served}, and that is what is priced."
    return found, served, served_at, (*fee, Notice("served_model_differs", message))


def _unknown(book: PriceBook, asked: str, served: str, served_at: str) -> UnknownModel:
    """The error for a served name that is not in the book, such as that of one's own server."""
    error, match = book.unknown(served, served_at), book.known(asked)
    if match is None:
        return error
    detail = (
        f"{error.detail} To price the call as {match.model.key}, send"
        f' "model_aliases": {{"...": "{match.model.key}"}} with this name, or leave it out of the'
        " response."
    )
    return UnknownModel(detail, lambda: book.suggest(served), served_at)


#: What a cloud writes around a model's own name: Bedrock's regions and makers before it, and a
#: version after it; Vertex AI's version after an ``@``.
_BEFORE = re.compile(r"^(?:[a-z-]+\.)+(?=[a-z])", re.ASCII)
_AFTER = re.compile(r"-v\d+(?::\d+)?$|@.*$", re.ASCII)


def _is_served(book: PriceBook, asked: str, served: str) -> bool:
    """Whether the asked name is the served model as some cloud or gateway writes it."""
    own = _AFTER.sub("", _BEFORE.sub("", asked.rpartition("/")[2]))
    if own == served:
        return True
    match, other = book.known(own), book.known(served)
    return match is not None and other is not None and match.model.key == other.model.key
