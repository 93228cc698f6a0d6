"""The SQL of a report's tables: all of them in one statement, each with its first rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pricing.reports.dimensions import PERIODS, Dimension
from pricing.reports.report import SUMS
from pricing.reports.sql import summed
from pricing.values import immutable


@immutable
class Table:
    """The sums by these dimensions: the first ``most`` rows, and the sum of all others."""

    by: tuple[Dimension, ...]
    most: int


def apart(tables: Sequence[Table]) -> Iterator[list[Table]]:
    """Yield the tables in parts, none of which has two by the same dimensions."""
    left = list(tables)
    while left:
        part = {frozenset(table.by): table for table in reversed(left)}
        yield [*part.values()]
        left = [table for table in left if part[frozenset(table.by)] is not table]


def tables_sql(
    priced_name: str, tables: Sequence[Table], expressions: Mapping[Dimension, str], *, net: bool
) -> str:
    """Select the rows of every ``table``, a number, in the order of their ``place``.

    Periods are in order, everything else is from the highest cost to the lowest. The row after the
    first ``most`` of a table is the sum of all others. The value of a dimension is in a column by
    the place of its expression; ``first_day`` and ``last_day`` are those of priced calls.
    """
    values = {name: f"value_{number}" for number, name in enumerate(expressions)}
    chosen = "".join(f", {sql} AS {values[name]}" for name, sql in expressions.items())
    sets = [f"({', '.join(values[name] for name in table.by)})" for table in tables]
    number = "0"
    if values:
        whens = (
            f"WHEN {_mask(table, [*values])} THEN {number}" for number, table in enumerate(tables)
        )
        number = f"CASE GROUPING({', '.join(values.values())}) {' '.join(whens)} END"
    most = f"CASE number {_whens(str(table.most) for table in tables)} END"
    order = ", ".join(_order(tables, values))
    sums = [*SUMS, "cost", *(["net"] if net else [])]
    columns = [
        *(f"any_value({value}) AS {value}" for value in values.values()),
        *(f"SUM({name}) AS {name}" for name in sums),
        "MIN(first_day) AS first_day, MAX(last_day) AS last_day",
    ]
    return f"""WITH grouped AS (
  SELECT {number} AS number, {"".join(f"{value}, " for value in values.values())}{summed(net=net)},
    MIN(CASE WHEN reason IS NULL THEN day END) AS first_day,
    MAX(CASE WHEN reason IS NULL THEN day END) AS last_day
  FROM (SELECT *{chosen} FROM {priced_name}) AS valued
  GROUP BY GROUPING SETS ({", ".join(sets)})
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY number ORDER BY {order}) AS position FROM grouped
)
SELECT number, LEAST(position, {most} + 1) AS place, {", ".join(columns)}
FROM placed GROUP BY number, place ORDER BY number, place"""


def _mask(table: Table, names: Sequence[Dimension]) -> int:
    """What ``GROUPING`` of all dimensions is for a table: a bit for each that it is not by."""
    return sum((name not in table.by) << place for place, name in enumerate(reversed(names)))


def _whens(texts: Iterable[str]) -> str:
    return " ".join(f"WHEN {number} THEN {text}" for number, text in enumerate(texts))


def _order(tables: Sequence[Table], values: Mapping[Dimension, str]) -> Iterator[str]:
    """By what the rows of each table are ordered: its first period, the cost, its values."""
    periods = [next((name for name in table.by if name in PERIODS), None) for table in tables]
    if any(periods):
        # Periods are microseconds, or months as text.
        texts = (f"CAST({values[name]} AS VARCHAR)" if name else "''" for name in periods)
        yield f"lpad(CASE number {_whens(texts)} END, 20, '0')"
    yield "cost DESC"
    for place in range(max(len(table.by) for table in tables)):
        names = (table.by[place] if place < len(table.by) else None for table in tables)
        texts = (f"CAST({values[name]} AS VARCHAR)" if name else "''" for name in names)
        yield f"COALESCE(CASE number {_whens(texts)} END, '')"
