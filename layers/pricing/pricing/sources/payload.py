"""One source's answer, and how its entries are read.

A source is a file that another project publishes, so it may be an error page, an attack or a typing
mistake. Its bytes pass the strict JSON reader first. Each entry is then checked by itself, so that
one bad entry never costs the others. Money is read as the decimal that is written.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any, NoReturn

from pricing.errors import TariffError
from pricing.jsonio import digest, read_json
from pricing.values import immutable
from pricing.versions.proposals import QuarantinedField

#: Several times the size of the largest list today (3 MB).
MAX_PAYLOAD_BYTES = 20_000_000
MAX_TEXT = 200
#: A number with more digits is a binary float's rounding error; this context reads it.
FLOAT_DIGITS = 12
_READ = Context(prec=10)
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,30})?(?:[eE]-[0-9]{1,2})?")
#: What reading an entry of the wrong shape raises.
UNREADABLE = (ArithmeticError, AttributeError, KeyError, TypeError, ValueError, re.error)


class SourceRefused(TariffError):
    """The whole answer of a source cannot be used; ``detail`` says why."""


class InvalidPrice(ValueError):
    """A price that is not a number of zero or more."""


@immutable
class Payload:
    """One source's answer as it was received, and where it came from.

    ``retrieved_at`` is an RFC 3339 instant in UTC; ``content`` is decompressed.
    """

    source: str
    url: str
    retrieved_at: str
    etag: str | None
    content: bytes

    @property
    def sha256(self) -> str:
        """The SHA-256 of the content."""
        return digest(self.content)

    def provenance(self) -> dict[str, str]:
        """Return the entry for this answer in a price book's ``provenance``."""
        entry = {
            "title": f"{self.source}, as published",
            "source": self.source,
            "url": self.url,
            "as_of": self.retrieved_at[:10],
            "retrieved_at": self.retrieved_at,
            "sha256": self.sha256,
        }
        return entry | ({"etag": self.etag} if self.etag else {})


@dataclass(slots=True)
class SourceNotes:
    """The entries of one source that were left out, each with its reason."""

    source: str
    left_out: list[QuarantinedField] = field(default_factory=list)

    @contextmanager
    def entry(self, provider: str, name: object) -> Iterator[None]:
        """Leave out the entry that is read in this block if reading it fails."""
        try:
            yield
        except InvalidPrice as error:
            self.leave_out(provider, name, "invalid_price", str(error))
        except UNREADABLE as error:
            self.leave_out(provider, name, "invalid_entry", f"it cannot be read ({error})"[:200])

    def leave_out(self, provider: str, name: object, code: str, reason: str) -> None:
        """Note that an entry is not used."""
        model = name if isinstance(name, str) else repr(name)
        self.left_out.append(
            QuarantinedField.of_model(provider, model, code, reason, [self.source])
        )


class ConflictingValue:
    """The value of a key that occurs twice in a list with different values.

    Reading it raises ValueError, so the entry it belongs to is left out and all others are read.
    LiteLLM's map held one key twice in 17 of 45 releases of a year. Refusing the whole list would
    have stopped every refresh for months, and taking either value would be a guess.
    """

    def _refuse(self, *_: object) -> NoReturn:
        raise ValueError("the list says it twice, differently")

    __bool__ = __eq__ = __hash__ = _refuse


def merge_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object from ``pairs``; a key that occurs twice keeps what both values share.

    Two objects share the keys with equal values; two other values that differ become a
    ``ConflictingValue``.
    """
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = _shared(found[key], value) if key in found else value
    return found


def _shared(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return {key: _shared(first[key], second[key]) for key in first if key in second}
    try:
        is_same = type(first) is type(second) and first == second
    except ValueError:  # one of them holds a ConflictingValue already
        is_same = False
    return first if is_same else ConflictingValue()


def read_document(payload: Payload, kind: type[list[Any]] | type[dict[str, Any]]) -> Any:
    """Return the JSON list or object of a payload; raises SourceRefused for anything else."""
    try:
        document = read_json(
            payload.content, max_bytes=MAX_PAYLOAD_BYTES, pairs_hook=merge_duplicate_keys
        )
    except TariffError as error:
        raise SourceRefused(f"{payload.source}: {error.detail}") from None
    if not isinstance(document, kind):
        raise SourceRefused(f"{payload.source}: the answer is not a JSON {kind.__name__}")
    return document


def price_from_number(value: Any) -> Decimal:
    """Return a JSON number as a price; raises InvalidPrice for anything else, and for ``true``."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InvalidPrice(f"{value!r:.40} is not a number")
    price = Decimal(value)
    if price.is_signed() and price:
        raise InvalidPrice(f"{value} is negative")
    return abs(price)


def price_from_float(value: Any) -> Decimal:
    """Return a number that a list computed in binary floats as the price that was meant.

    No price has more than twelve digits: ``1.6000000000000001e-06`` is 1.6e-06, and
    ``0.041666666666666664`` a quotient, of which ten digits are read. Raises InvalidPrice.
    """
    price = price_from_number(value)
    return _READ.plus(price) if digits_of(price) > FLOAT_DIGITS else price


def digits_of(price: Decimal) -> int:
    """Return how many significant digits a price has."""
    return len(price.normalize().as_tuple().digits)


def price_from_text(text: Any) -> Decimal:
    """Return a price that is written as a decimal string; raises InvalidPrice."""
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise InvalidPrice(f"{text!r:.40} is not a decimal string")
    return Decimal(text)


def name_from(value: Any) -> str:
    """Return a string of 1 to 200 characters; raises ValueError for anything else."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise ValueError(f"{value!r:.40} is not a name")
    return value


def is_token_count(value: Any) -> bool:
    """Whether a JSON value is a positive whole number."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def require_usd(entry: Mapping[str, Any]) -> None:
    """Raise ValueError for an entry that names another currency."""
    currency = entry.get("currency", "USD")
    if currency != "USD":
        raise ValueError(f"it is in {currency!r:.10}, not in USD")
