"""When a record's call was made, as logs, databases, spreadsheets and people write it."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pricing.errors import InvalidRequest
from pricing.timestamps import EPOCH, SLASHES, UNCLEAR_DAY, AsOf, by_people


def moment_of(value: Any, pointer: str) -> tuple[int, bool]:
    """When a call was made, in microseconds, and whether its time zone was assumed.

    Raises InvalidRequest.
    """
    if _PERIOD.fullmatch(str(value)):
        raise InvalidRequest.at(pointer, _NO_DAY)
    if _DIGITS_OF_DATE.fullmatch(str(value)):
        value = f"{str(value)[:4]}-{str(value)[4:6]}-{str(value)[6:]}"
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        moment = _since_1970(value)
        if moment is None:
            raise InvalidRequest.at(pointer, _NO_COUNT)
        return moment, False
    if not isinstance(value, str):
        raise InvalidRequest.at(pointer, NO_TIME)
    try:
        instant = AsOf.parse(_INSTANT.sub(_as_rfc3339, value)).instant
    except ValueError as error:
        written = by_people(value)
        if written != value:
            return moment_of(written, pointer)
        detail = f"is not a valid date or instant: {error}"
        raise InvalidRequest.at(pointer, UNCLEAR_DAY if SLASHES.match(value) else detail) from None
    if instant < EPOCH:
        raise InvalidRequest.at(pointer, "must not be before 1970")
    zoneless = _INSTANT.fullmatch(value)
    assumed = zoneless is not None and not zoneless["zone"]
    return (instant - EPOCH) // timedelta(microseconds=1), assumed


NO_TIME = "is required: a date (2026-11-22) or an RFC 3339 instant (2026-11-22T09:30:00Z)"
#: As databases, logs and CSV exports write an instant: a space for the T, nine digits of a second,
#: an offset without a colon, and often no zone, which then is UTC.
_INSTANT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[ T](?P<time>\d{2}:\d{2}:\d{2})(?P<part>\.\d{1,9})?"
    r" ?(?P<zone>UTC|[Zz]|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)


def _as_rfc3339(found: re.Match[str]) -> str:
    zone = (found["zone"] or "Z").replace("UTC", "Z").replace(":", "")
    if zone[0] in "+-":
        zone = f"{zone[:3]}:{zone[3:] or '00'}"
    return f"{found['date']}T{found['time']}{(found['part'] or '')[:7]}{zone}"


#: A month, a quarter, a week or a year, in figures or with the name of the month.
_PERIOD = re.compile(
    r"20\d\d([-/]?(0?[1-9]|1[0-2]))?|(0?[1-9]|1[0-2])[-/]20\d\d|[A-Za-z]{3,9}\.?[ -]20\d\d"
    r"|20\d\d-?W\d\d|Q[1-4][ -]?20\d\d|20\d\d[ -]?Q[1-4]",
    re.ASCII,
)
_NO_DAY = (
    "is a month, or another period in which prices may change; send a day of it, such as 2026-11-01"
)
_NUMBER = re.compile(r"\d{1,30}(\.\d{1,30})?", re.ASCII)
_NO_COUNT = (
    "is a number, but no count since 1970 of seconds or their parts; send a date (2026-11-22), and"
    " format a spreadsheet's days as dates"
)
#: A date without hyphens; as a count of seconds it would be in 1970.
_DIGITS_OF_DATE = re.compile(r"20\d\d[01]\d[0-3]\d", re.ASCII)
#: The least count of seconds that is read: what is smaller is a number of something else, such as
#: a spreadsheet's of a day.
LEAST_COUNT = 10**8
#: Microseconds in the unit of a count since 1970, by the count that is too large for that unit:
#: seconds and milliseconds of any year to 5138, then microseconds; what is larger is nanoseconds.
_UNITS = ((10**11, 1_000_000), (10**14, 1_000), (10**17, 1))


def _since_1970(count: int | Decimal) -> int | None:
    """Microseconds since 1970 of a count of seconds, milli-, micro- or nanoseconds."""
    if count < LEAST_COUNT:
        return None
    for below, microseconds in _UNITS:
        if count < below:
            return int(count * microseconds)
    return int(count) // 1_000 if count < 10**20 else None
