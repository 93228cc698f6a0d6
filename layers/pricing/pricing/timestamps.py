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


_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
#: What is wrong with a date of two numbers and a year, which has slashes or hyphens.
UNCLEAR_DAY = "may have the day or the month first; send the year first, such as 2026-11-22"
SLASHES = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b", re.ASCII)
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>\d{4})"
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
#: Dates as spreadsheets and people write them, each with one meaning: the year first, a month's
#: name, or points, which always have the day first.
_DATES = (
    rf"{_YEAR}[/.-](?P<month>\d{{1,2}})[/.-]{_DAY}",
    rf"{_DAY}\.(?P<month>\d{{1,2}})\.{_YEAR}",
    rf"{_DAY}[ -]{_NAME},?[ -]{_YEAR}",
    rf"{_NAME} {_DAY},? {_YEAR}",
)
_CLOCK = (
    r"(?:(?:[T ]|, | @ )(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?"
    r" ?(?P<half>[AaPp][Mm])? ?(?P<zone>UTC|GMT|[Zz]|[+-]\d{2}(?::?\d{2})?)?)?"
)
_WEEKDAY = re.compile(r"\A(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? ", re.ASCII)
_NOON = 12


def by_people(text: str) -> str:
    """A date or an instant as RFC 3339 has it, or with a space for the T; other texts as they are.

    ``2026/11/1``, ``1.11.2026``, ``Sun, Nov 1, 2026`` and ``2026-11-01 9:30 AM``.
    """
    dated = _WEEKDAY.sub("", text.strip())
    forms = (re.compile(date + _CLOCK, re.ASCII) for date in _DATES)  # which re keeps
    found = next((match for one in forms if (match := one.fullmatch(dated))), None)
    if found is None:
        return text
    parts = found.groupdict()
    name = (parts.get("name") or "").lower()
    named = (number for number, full in enumerate(_MONTHS, 1) if full.startswith(name))
    month = parts.get("month") or next(named, 0)
    date = f"{parts['year']}-{int(month):02}-{int(parts['day']):02}"
    if parts["hour"] is None:
        return date
    hour, half = int(parts["hour"]), (parts["half"] or "").lower()
    if half:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    zone = (parts["zone"] or "").replace("GMT", "UTC")
    return f"{date} {hour:02}:{parts['minute']}:{parts['second'] or '00'}{zone}"


_COUNTS_OF_SECONDS = {10: 1, 13: 1000}


def as_rfc3339(text: str) -> str:
    """An instant in the form of RFC 3339 that was written in another way: by people, in digits.

    ``20261101`` is a day; ten digits are the seconds since 1970, and thirteen milliseconds. Text
    that may mean several things, such as a time of day without its zone, is still none.
    """
    if text.isascii() and text.isdigit():
        if len(text) == len("20261101"):
            return f"{text[:4]}-{text[4:6]}-{text[6:]}"
        parts = _COUNTS_OF_SECONDS.get(len(text))
        return rfc3339(EPOCH + timedelta(seconds=int(text) // parts)) if parts else text
    written = by_people(text)
    return f"{written[:10]}T{written[11:]}" if written[10:11] == " " else written
