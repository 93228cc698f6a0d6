"""Dates and instants as callers write them: ``2026-11-22`` or RFC 3339."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_FORM = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:[Zz]|[+-](?P<offset>\d{2}:\d{2})))?",
    re.ASCII,
)
_OFFSET = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
#: What becomes of ``+02:00`` in a query, where a plus sign means a space.
_SPACED = re.compile(r".{19,26} \d{2}:\d{2}", re.ASCII)


class Now(str):
    """The text of a moment that nobody named: another one in every answer, whatever else it says.

    It is text like any other, and only a type of its own so that an ``ETag`` can leave it out.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment a price is wanted for, and the text that named it. A date is 00:00 UTC."""

    instant: datetime
    text: str

    @classmethod
    def parse(cls, text: str) -> "AsOf":
        """Raises ValueError for anything but a date or an RFC 3339 instant with its offset."""
        form = _FORM.fullmatch(text)
        if form is None:
            spaced = "; in a query, write the + of an offset as %2B"
            raise ValueError(
                "use a date (2026-11-22) or an RFC 3339 instant (2026-11-22T09:30:00Z)"
                f"{spaced if _SPACED.fullmatch(text) else ''}"
            )
        if form["offset"] and not _OFFSET.fullmatch(form["offset"]):
            raise ValueError("an offset lies between -23:59 and +23:59, with minutes up to 59")
        instant = datetime.fromisoformat(text.upper())
        if instant.tzinfo is None:
            return cls(instant.replace(tzinfo=UTC), text)
        try:
            return cls(instant.astimezone(UTC), text)
        except OverflowError:
            raise ValueError("the offset moves it out of the years 0001 to 9999") from None

    @classmethod
    def now(cls, instant: datetime) -> "AsOf":
        """The current moment to the second, so that the answer names one it can be asked again."""
        whole = instant.astimezone(UTC).replace(microsecond=0)
        return cls(whole, Now(rfc3339(whole)))


def rfc3339(instant: datetime) -> str:
    """A UTC instant as text, ending in Z."""
    return instant.isoformat().replace("+00:00", "Z")
