"""Numbers and words in requests as people write them, where that has one meaning.

Each is read before the type of its field is checked; all else is left for the type to refuse.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from pydantic import BeforeValidator, ValidationInfo

from pricing.money import BARE, in_usd, meant
from pricing.usage.written import CHOSEN_BY_PROVIDER, amount


def _count(value: Any, field: ValidationInfo) -> Any:
    """A count as people write it, perhaps with the unit that its field has: ``"10k calls"``."""
    return amount(_without_unit(value, field))


def _number(value: Any, field: ValidationInfo) -> Any:
    """A number that may have a fraction, as people write it: ``"24h"`` of a number of hours."""
    return _plain(_without_unit(value, field))


def _money(value: Any) -> Any:
    """An amount in USD as people write it: ``"$1,000"`` and ``"USD 5k"``."""
    return (in_usd(value) or value) if isinstance(value, str) else value


def _share(value: Any) -> Any:
    """A share of 1, which may be written as ``"80%"``."""
    is_percent = isinstance(value, str) and _PERCENT.fullmatch(value.strip())
    return meant(value) or value if is_percent else value


def _plain(value: Any) -> Any:
    """The number in a text that has no unit, with its thousands and its scale."""
    is_bare = isinstance(value, str) and BARE.fullmatch(value.strip())
    return meant(value) or value if is_bare else value


def _without_unit(value: Any, field: ValidationInfo) -> Any:
    """A text without the unit at its end that its field counts."""
    if not isinstance(value, str):
        return value
    found = _WITH_UNIT.fullmatch(value.strip())
    if found is None:
        return value
    name, unit = field.field_name or "", found["unit"].lower()
    is_own = any(part in name and unit in of_part for part, of_part in _UNITS.items())
    return found["number"] if is_own else value


_PERCENT = re.compile(r"\d{1,3}(\.\d{1,12})?\s?%", re.ASCII)
_WITH_UNIT = re.compile(
    r"(?P<number>[\d.,_ ]*\d(?:\s?(?:[km]|thousand|million|billion)\b)?)\s*(?P<unit>[a-z]+)",
    re.ASCII | re.IGNORECASE,
)
_CALLS = frozenset(("call", "calls", "request", "requests", "query", "queries"))
#: Words for what a field counts, by a part of its name.
_UNITS: Mapping[str, AbstractSet[str]] = {
    **dict.fromkeys(("calls", "requests", "queries"), _CALLS),
    "tokens": frozenset(("token", "tokens")),
    "characters": frozenset(("character", "characters")),
    "pages": frozenset(("page", "pages")),
    "seats": frozenset(("seat", "seats")),
    "bytes": frozenset(("byte", "bytes")),
    "days": frozenset(("day", "days")),
    "hours": frozenset(("h", "hr", "hrs", "hour", "hours")),
    "seconds": frozenset(("s", "sec", "second", "seconds")),
}
#: Reads a count as people write it, before its type is checked.
AS_WRITTEN = BeforeValidator(_count)
#: Reads a number that may have a fraction, an amount of money, or a share of 1 so.
AS_NUMBER = BeforeValidator(_number)
AS_MONEY, AS_SHARE = BeforeValidator(_money), BeforeValidator(_share)


def words(*known: str, **also: str) -> BeforeValidator:
    """Read the words of a choice in any case, and others that mean the same.

    A name has a ``_`` where the word may have a blank or a hyphen. ``known`` are words of the
    choice that have one themselves.
    """
    meanings = {**{_joined(word): word for word in known}, **also}
    return BeforeValidator(
        lambda value: (
            meanings.get(_joined(value), value.strip().lower()) if isinstance(value, str) else value
        )
    )


def _joined(word: str) -> str:
    return "_".join(word.lower().replace("-", " ").replace("_", " ").split())


#: Reads the words of a request's terms as providers and people write them.
AS_PROCESSING = words(
    **dict.fromkeys(CHOSEN_BY_PROVIDER, "standard"), batched="batch", batch_api="batch"
)
AS_SPEED, AS_GEO = words(normal="standard"), words(usa="us", united_states="us")
#: Reads a period of time, and how long a cache keeps what is written to it.
AS_PERIOD = words(
    **dict.fromkeys(("daily", "per_day"), "day"),
    **dict.fromkeys(("monthly", "per_month"), "month"),
    weekly="week",
    quarterly="quarter",
    yearly="year",
    annual="year",
)
_MINUTES, _HOUR = ("5_minutes", "5_min", "5min", "5_m"), ("1_hour", "1hour", "60m", "60_minutes")
AS_TTL = words(**dict.fromkeys(_MINUTES, "5m"), **dict.fromkeys((*_HOUR, "1_h"), "1h"))
