"""What every upstream has in common: a payload with its provenance, and how it is refused.

An upstream is somebody else's file: it may be an error page, an attack or a typing mistake. Its
bytes pass the strict JSON door first, and each entry is checked by itself, so that one bad entry
never costs the others. Money is read as the decimal that stands there.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from pricing.errors import TariffError
from pricing.jsonio import digest, read_json
from pricing.versions.proposals import QuarantinedField

#: Several times what the largest list has today (3 MB).
MAX_PAYLOAD_BYTES = 20_000_000
MAX_TEXT = 200
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,30})?(?:[eE]-[0-9]{1,2})?")
#: What reading an entry of the wrong shape raises.
UNREADABLE = (ArithmeticError, AttributeError, KeyError, TypeError, ValueError, re.error)


class SourceRefused(TariffError):
    """An upstream's whole answer cannot be used; ``detail`` says why."""


class InvalidPrice(ValueError):
    """A price that is not a number of zero or more."""


@dataclass(frozen=True, slots=True)
class Payload:
    """One upstream's answer as it came, and where it came from.

    ``retrieved_at`` is an RFC 3339 instant in UTC.
    """

    source: str
    url: str
    retrieved_at: str
    etag: str | None
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the decoded bytes."""
        return digest(self.content)

    def provenance(self) -> dict[str, str]:
        """This answer as a price book's ``provenance`` names it."""
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
class Findings:
    """Entries of one source that were left out, each with its reason."""

    source: str
    found: list[QuarantinedField] = field(default_factory=list)

    @contextmanager
    def entry(self, provider: str, name: object) -> Iterator[None]:
        """Whatever goes wrong in here leaves out this one entry."""
        try:
            yield
        except InvalidPrice as error:
            self.add(provider, name, "invalid_price", str(error))
        except UNREADABLE as error:
            self.add(provider, name, "invalid_entry", f"it cannot be read ({error})"[:200])

    def add(self, provider: str, name: object, code: str, reason: str) -> None:
        """Leave out one entry."""
        model = name if isinstance(name, str) else repr(name)
        self.found.append(
            QuarantinedField(provider, model[:128], "", None, None, (self.source,), code, reason)
        )


class SaidTwice:
    """What a list says twice, differently: whatever reads it raises ValueError.

    LiteLLM's map held one key twice in 17 of 45 releases of a year. Refusing the whole list would
    have kept every price from being refreshed for months; taking either would be a guess. So an
    entry that is read by such a value is left out, and the others go on.
    """

    def _refuse(self, *_: object) -> NoReturn:
        raise ValueError("the list says it twice, differently")

    __bool__ = __eq__ = __hash__ = _refuse


def as_both_say(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of which a key that stands there twice has what both times say alike."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = _alike(found[key], value) if key in found else value
    return found


def _alike(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _alike(one[key], other[key]) for key in one if key in other}
    try:
        is_same = type(one) is type(other) and one == other
    except ValueError:  # a part of it was said twice before
        is_same = False
    return one if is_same else SaidTwice()


def read_document(payload: Payload, kind: type[list[Any]] | type[dict[str, Any]]) -> Any:
    """The JSON of a payload, which must be a list or an object; raises SourceRefused."""
    try:
        document = read_json(payload.content, max_bytes=MAX_PAYLOAD_BYTES, pairs_hook=as_both_say)
    except TariffError as error:
        raise SourceRefused(f"{payload.source}: {error.detail}") from None
    if not isinstance(document, kind):
        raise SourceRefused(f"{payload.source}: the answer is no {kind.__name__}")
    return document


def price_of(value: Any) -> Decimal:
    """A JSON number as a price; raises InvalidPrice for anything else, ``true`` included."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InvalidPrice(f"{value!r:.40} is not a number")
    price = Decimal(value)
    if price.is_signed() and price:
        raise InvalidPrice(f"{value} is negative")
    return abs(price)


def price_in(text: Any) -> Decimal:
    """A price that is written as a decimal string; raises InvalidPrice."""
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise InvalidPrice(f"{text!r:.40} is not a decimal string")
    return Decimal(text)


def text_of(value: Any) -> str:
    """A string of a sensible length; raises ValueError."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise ValueError(f"{value!r:.40} is not a name")
    return value


def in_dollars(entry: Mapping[str, Any]) -> None:
    """Raises ValueError for an entry that says it is in another currency."""
    currency = entry.get("currency", "USD")
    if currency != "USD":
        raise ValueError(f"it is in {currency!r:.10}, not in USD")
