"""DuckDB: how a report's database is opened, and how values are written in its SQL."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pricing.reports.rates import DAY_US, Row

Database = duckdb.DuckDBPyConnection

#: Tables of so many bytes fit into the memory of any function.
SMALL_BYTES = 256 << 20
#: A file of so many bytes is read in less time than a second thread and better plans take.
TINY_BYTES = 1 << 20


def database(
    folder: Path, memory_mb: int, size: int = SMALL_BYTES + 1, table: int = SMALL_BYTES + 1
) -> Database:
    """Open a database that spills into scratch space; it loads no extension from a network.

    It is for a file of so many bytes, with a table of so many: a large one is in scratch space too.
    """
    is_large = table > SMALL_BYTES
    opened = duckdb.connect(str(folder / "report.duckdb") if is_large else ":memory:")
    if size <= TINY_BYTES:
        opened.execute("PRAGMA disable_optimizer")
    for setting in (
        f"memory_limit = '{memory_mb}MB'",
        f"threads = {1 if size <= TINY_BYTES else 2}",
        f"temp_directory = {literal(folder / 'spill')}",
        "TimeZone = 'UTC'",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
    ):
        opened.execute(f"SET {setting}")
    return opened


def create_in_order(db: Database, table: str, rows: str) -> None:
    """Create a table of the rows of a file, in their order: ``rowid`` numbers them.

    A long IN would become a join, whose threads add their rows in any order.
    """
    db.execute("SET disabled_optimizers = 'in_clause'")
    db.execute(f"CREATE TABLE {table} AS {rows}")
    db.execute("RESET disabled_optimizers")


def fetched(cursor: Database) -> Iterator[Row]:
    """Yield the rows of a query, holding at most 10,000 of them in memory."""
    while rows := cursor.fetchmany(10_000):
        yield from rows


def by_name(cursor: Database) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query, each as its values by the names of their columns."""
    names = [column[0] for column in cursor.description or ()]
    return (dict(zip(names, row, strict=True)) for row in fetched(cursor))


def literal(value: object) -> str:
    """A value as SQL text."""
    return "'" + str(value).replace("'", "''") + "'"


def listed(values: Iterable[object]) -> str:
    """Values as the list of an IN."""
    texts = (str(value) if isinstance(value, int) else literal(value) for value in values)
    return f"({', '.join(texts)})"


def from_csv(path: Path, types: dict[str, str]) -> str:
    """A table function that reads a file written by Python's csv module."""
    return (
        f"read_csv({literal(path)}, header = true, auto_detect = false, columns = {types},"
        " delim = ',', quote = '\"', escape = '\"')"
    )


def day_us(day: date) -> int:
    """The first microsecond of a day since 1970, UTC."""
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY_US
