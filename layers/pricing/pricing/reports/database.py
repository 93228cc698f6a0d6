"""DuckDB as this package opens it, and values as its SQL has them."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pricing.reports.rates import DAY_US

Row = tuple[Any, ...]
Database = duckdb.DuckDBPyConnection


def database(folder: Path, memory_mb: int, threads: int) -> Database:
    """A database in scratch space, which spills there; it loads nothing from a network."""
    opened = duckdb.connect(str(folder / "report.duckdb"))
    for setting in (
        f"memory_limit = '{memory_mb}MB'",
        f"threads = {threads}",
        f"temp_directory = {literal(folder / 'spill')}",
        "TimeZone = 'UTC'",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
    ):
        opened.execute(f"SET {setting}")
    return opened


def fetched(cursor: Database) -> Iterator[Row]:
    """The rows of a query, a bounded number of them in memory."""
    while rows := cursor.fetchmany(10_000):
        yield from rows


def literal(value: object) -> str:
    """A value as SQL text."""
    return "'" + str(value).replace("'", "''") + "'"


def listed(values: Iterable[object]) -> str:
    """Values as the list of an IN."""
    return f"({', '.join(str(one) if isinstance(one, int) else literal(one) for one in values)})"


def from_csv(path: Path, types: dict[str, str]) -> str:
    """A table function of a file that Python's csv module wrote."""
    return (
        f"read_csv({literal(path)}, header = true, auto_detect = false, columns = {types},"
        " delim = ',', quote = '\"', escape = '\"')"
    )


def day_us(day: date) -> int:
    """The first microsecond of a day since 1970, UTC."""
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY_US
