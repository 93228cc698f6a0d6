"""Moments in SQL: the usual texts of instants, and every text that differs in one character."""

import re
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from pricing.reports.readers.leaves import ZONE_OR_NONE, moment_sql
from pricing.timestamps import EPOCH

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z| ?)", re.ASCII)
_OTHERS = "0369 -+:.,/TZe\t\n\r\v\f_\xa0\u0661"


def expected(text: str, *, zoneless: bool) -> int | None:
    """What Python reads of a text that has a digit wherever an instant has one."""
    written = _INSTANT.fullmatch(text)
    if written is None or not (written[2] == "Z" or zoneless):
        return None
    try:
        found = datetime.fromisoformat(text.removesuffix("Z").strip()).replace(tzinfo=UTC)
    except ValueError:
        return None
    return (found - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize("zone", ["UTC|[Zz]", ZONE_OR_NONE])
@pytest.mark.parametrize(
    "text",
    [
        *("2025-10-01T12:34:56.789Z", "2025-10-01T12:34:56Z"),
        *("2025-10-01 12:34:56", "2025-10-01T12:34:56"),
    ],
)
def test_an_instant_is_read_only_if_every_digit_is_one(text: str, zone: str) -> None:
    zoneless = zone == ZONE_OR_NONE
    texts = [
        text[:place] + other + text[place + 1 :]
        for place in range(len(text))
        for other in (*_OTHERS, "", "00")
    ]
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute("CREATE TABLE texts AS SELECT unnest(?) AS text", [texts])
        read = ", ".join(("text", moment_sql("text", zone)))
        found = dict(database.table("texts").project(read).fetchall())
    wrong = {one: found[one] for one in texts if found[one] != expected(one, zoneless=zoneless)}
    assert wrong == {}
    known = sum(moment is not None for moment in found.values())
    assert known > len(text) if zoneless or text.endswith("Z") else known < len(text)
