"""What a report can be grouped and filtered by: models, periods, and the labels of the calls.

Model, provider and periods follow from every call. Labels are what the caller's own records say:
endpoint, team, user, API key, project, session, and tags of any name.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from pricing.errors import is_plain_name
from pricing.reports.rates import DAY_US
from pricing.timestamps import EPOCH, rfc3339

#: ``model``, ``day``, ``tag:env``: a member of ``DIMENSIONS``, or ``tag:`` and a name.
Dimension = str
Privacy = Literal["show", "hash", "drop"]
PERIODS = ("hour", "day", "week", "month")
#: Where a record may hold a label, as (parent, name); the first that is there counts.
_PATHS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "user": (("", "user"), ("", "user_id"), ("", "end_user")),
    "api_key": (("", "api_key"), ("", "api_key_id"), ("", "api_key_alias")),
    "project": (("", "project"), ("", "project_id"), ("", "cwd")),
    "session": (("", "session"), ("", "session_id"), ("", "sessionId")),
}
TAG = "tag:"
TAG_PARENTS = ("tags", "metadata", "labels")
#: Labels that have a column of their own in every report.
COLUMNS = ("endpoint", "team")
LABELS = tuple(_PATHS)
DIMENSIONS = ("model", "provider", *PERIODS, *COLUMNS, *LABELS)
MONTHS_PER_YEAR = 12
HOUR_US = DAY_US // 24
WEEK_US = 7 * DAY_US
#: 1970-01-01 was a Thursday, three days after a Monday.
_MONDAY_US = 3 * DAY_US


def is_dimension(name: str) -> bool:
    """Whether a report can be grouped by this name."""
    return name in DIMENSIONS or (name.startswith(TAG) and is_plain_name(name[len(TAG) :]))


def is_label(dimension: Dimension) -> bool:
    """Whether its values are read from the records only where a request asks for them."""
    return dimension in _PATHS or dimension.startswith(TAG)


def paths_of(label: Dimension) -> tuple[tuple[str, str], ...]:
    """Return where records hold a label: the name of an object, or "", and a name within it."""
    if label in _PATHS:
        return _PATHS[label]
    name = label[len(TAG) :]
    return tuple((parent, name) for parent in TAG_PARENTS)


def column_names(label: Dimension) -> tuple[str, ...]:
    """Return the columns of a flat table that may hold a label, most specific first."""
    bare = label.removeprefix(TAG)
    return (label, *(f"{parent}.{name}".strip(".") for parent, name in paths_of(label)), bare)


def group_expression(dimension: Dimension, column: str) -> str:
    """Return the SQL of a dimension's values in a table of priced calls."""
    if dimension == "week":
        return f"(day - (day + {_MONDAY_US}) % {WEEK_US})"
    if dimension == "month":
        return "strftime(make_timestamp(day), '%Y-%m')"
    return {"model": "label"}.get(dimension, column)


def shown(dimension: Dimension, value: object) -> str | None:
    """Return a value as answers write it: ``2026-11-22``, ``2026-W47``, ``2026-11-22T09:00:00Z``.

    Hours, days and weeks are microseconds since 1970, UTC, of their start.
    """
    if not isinstance(value, int):
        return None if value is None else str(value)
    moment = EPOCH + timedelta(microseconds=value)
    if dimension == "hour":
        return rfc3339(moment)
    if dimension == "week":
        year, week, _ = moment.isocalendar()
        return f"{year}-W{week:02}"
    return moment.date().isoformat()


def period_of(day: date, period: str) -> tuple[date, date]:
    """Return the first day of the period that a day is in, and the day after its last."""
    if period == "week":
        start = day - timedelta(days=day.weekday())
        return start, start + timedelta(days=7)
    if period == "day":
        return day, day + timedelta(days=1)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = first.month + months
    if first.year == date.max.year and after > MONTHS_PER_YEAR:
        return first, date.max
    wrapped = after > MONTHS_PER_YEAR
    return first, date(first.year + wrapped, after - wrapped * MONTHS_PER_YEAR, 1)
