"""Dates and instants as requests write them: ``2026-11-22`` or RFC 3339."""

import re
from datetime import UTC, date, datetime, timedelta

from pricing.values import immutable

_FORM = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:[Zz]|[+-](?P<offset>\d{2}:\d{2})))?",
    re.ASCII,
)
_OFFSET = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
#: ``+02:00`` as it arrives from a query string, where a plus sign means a space.
_SPACED = re.compile(r".{19,26} \d{2}:\d{2}", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Instants are before this one, so that what is so many days after one of them exists too.
END = datetime(9000, 1, 1, tzinfo=UTC)
#: The same in microseconds since 1970.
END_US = (END - EPOCH) // timedelta(microseconds=1)


class Now(str):
    """The text of an instant that defaulted to the current one.

    It has a type of its own so that an ``ETag``, which must not change with every request, can
    leave it out.
    """

    __slots__ = ()


@immutable
class AsOf:
    """The instant to price at, and the text that named it. A date means 00:00 UTC."""

    instant: datetime
    text: str

    @property
    def is_date(self) -> bool:
        """Whether the text is a date alone, which leaves the hour open."""
        return len(self.text) == len("2026-11-22")

    @property
    def day(self) -> date:
        """The day in UTC."""
        return self.instant.date()

    @classmethod
    def parse(cls, text: str) -> "AsOf":
        """Read a date or an RFC 3339 instant with an offset; raises ValueError for other text."""
        form = _FORM.fullmatch(text)
        if form is None:
            encode = "; in a query, write the + of an offset as %2B"
            raise ValueError(
                "use a date (2026-11-22) or an RFC 3339 instant (2026-11-22T09:30:00Z)"
                f"{encode if _SPACED.fullmatch(text) else ''}"
            )
        if form["offset"] and not _OFFSET.fullmatch(form["offset"]):
            raise ValueError("use an offset from -23:59 to +23:59, with minutes up to 59")
        read = datetime.fromisoformat(text.upper())
        try:
            instant = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
        except OverflowError:
            instant = END
        if instant >= END:
            raise ValueError("use an instant in the years 0001 to 8999 in UTC")
        return cls(instant, text)

    @classmethod
    def now(cls, instant: datetime) -> "AsOf":
        """Return the current instant to the second; an answer shows it, to be asked again."""
        whole = instant.astimezone(UTC).replace(microsecond=0)
        return cls(whole, Now(rfc3339(whole)))


def rfc3339(instant: datetime) -> str:
    """Write a UTC instant, ending in Z."""
    return instant.isoformat().replace("+00:00", "Z")
