"""A report of many files or very large ones on Apache Spark: ``tariff report --engine spark``.

Every part is the function's own code. On the executors ``UsageReader`` reads each file into the
normalised table of calls, and ``Merger`` makes one call of the lines of a request id. Spark moves
the rows, and sums them by the SQL of ``pricing.reports.sql``. The driver prices the sums and makes
the report. The normalised table stays, as Parquet, for Athena to query.

A file is one task, since neither a compressed nor a quoted file can be cut: split what is larger
than an executor's scratch space. Lines are numbered through all files, in the order of their names.
Spark's workers need the packages ``tariff`` and ``duckdb``; ``pip install '.[spark]'`` has them.
"""

import csv
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pricing.catalogue.closed_months import ClosedBook
from pricing.catalogue.own_names import BookOfOwnNames, with_own_names
from pricing.catalogue.price_book import BookInForce, PriceBook
from pricing.catalogue.rate_cards import NetBook, RateCard
from pricing.errors import InvalidRequest
from pricing.reports.corrections import report_prices
from pricing.reports.database import Database, database, day_us, from_csv, listed, literal
from pricing.reports.dimensions import COLUMNS, HOUR_US, Dimension
from pricing.reports.engine import HASH_LENGTH
from pricing.reports.generate import report_summed
from pricing.reports.loaded import LoadedUsage, ReadOutcome, SummedFolder, first_rejected
from pricing.reports.model_names import known_models, model_names
from pricing.reports.rates import BUCKETS, cuts_of
from pricing.reports.readers.files import opened
from pricing.reports.readers.merging import MESSAGE, Merged, Merger
from pricing.reports.readers.reader import UsageReader
from pricing.reports.readers.singly import ALONE, ALONE_ROWS, PLAIN_ROWS, types_of
from pricing.reports.report import Corrections, RejectedLine, ReportQuery, UsageReport
from pricing.reports.runs import Step
from pricing.reports.source_formats import ReadOptions
from pricing.reports.sql import CALL_COLUMNS, STATES, cube, slots_of
from tariff.spark.folders import Folder, LogFile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

#: Room for the lines of one file within the number of a line.
LINE_BITS = 40
MEMORY_MB = 600
#: How the environment variables begin that executors need.
_SETTINGS = ("TARIFF_", "AWS_REGION")
_ROW = (*CALL_COLUMNS, *ALONE)


@dataclass(frozen=True, slots=True)
class Task:
    """What the executors need of a report: prices, what to read, and a folder that all reach."""

    book: bytes
    card: RateCard | None
    corrections: Corrections
    labels: tuple[Dimension, ...]
    options: ReadOptions
    tables: Folder

    def price_book(self) -> PriceBook:
        """Return the price book, which a worker parses once."""
        book, aliases = _parsed(self.book, self.corrections), self.options.model_aliases
        return BookOfOwnNames(book, aliases) if aliases else book

    def net_book(self) -> PriceBook | None:
        """Return the prices of the rate card, if there is one."""
        return None if self.card is None else NetBook(self.price_book(), self.card)


@cache
def _parsed(content: bytes, corrections: Corrections) -> PriceBook:
    book = PriceBook.from_json(content)
    return book if corrections == "apply" else ClosedBook(book)


def report_files(
    spark: "SparkSession",
    files: Sequence[LogFile],
    in_force: BookInForce,
    query: ReportQuery,
    tables: Folder,
    say: Callable[[Step], None] = lambda _: None,
) -> UsageReport:
    """Report on files that every executor reaches; ``say`` gets each step that begins.

    ``tables`` is empty; ``calls`` in it becomes the normalised table. Raises InvalidRequest for a
    file without usage records, and for sums of more than 38 digits; StoreUnavailable where S3 does
    not answer.
    """
    labels = tuple(name for name in query.columns if name != "hour")
    net = in_force.net
    card = net.card if isinstance(net, NetBook) else None
    task = Task(in_force.book.to_json(), card, query.corrections, labels, query.options, tables)
    in_force = report_prices(with_own_names(in_force, query.options.model_aliases), query)
    numbered = list(enumerate(sorted(files, key=lambda file: file.name)))
    context = spark.sparkContext
    say("reading")
    usage = LoadedUsage()
    for part in context.parallelize(numbered, len(numbered)).map(partial(_read, task)).collect():
        usage.add(part)
    say("merging")
    merged = _merge(spark, task)
    usage.duplicates += sum(part.duplicates for part in merged)
    usage.merged += sum(part.merged for part in merged)
    usage.notices = tuple(notice for part in merged for notice in part.notices)
    say("summing")
    with tempfile.TemporaryDirectory(prefix="report-") as name:
        folder = Path(name)
        _sum(spark, in_force.book, query, task, usage, any_merged=bool(merged))
        (folder / "sums").mkdir()
        sums = tables.fetched(("alone", "cube", "slots"), folder / "sums")
        summed = SummedFolder(sums, usage, lambda: tables.fetched(("calls",), folder / "sums"))
        (folder / "engine").mkdir()
        return report_summed(in_force, summed, query, folder / "engine")


def _read(task: Task, numbered: tuple[int, LogFile]) -> ReadOutcome:
    """Read one file into a part of the normalised table, in ``read``."""
    number, file = numbered
    with _scratch() as (folder, db):
        reader = UsageReader(
            db, task.price_book(), folder, task.net_book(), task.labels, options=task.options
        )
        reader.read_file(opened(file.fetched(folder), file.name, folder))
        _write(db, reader.sources, folder / "rows.parquet", first_line=number << LINE_BITS)
        task.tables.put(folder / "rows.parquet", f"read/part-{number:06}.parquet")
    reader.outcome.rejections = [
        RejectedLine(found.line, f"{file.name}: {found.reason}", found.lines)
        for found in first_rejected(reader.outcome.rejections)
    ]
    return reader.outcome


def _write(db: Database, sources: Iterable[str], target: Path, *, first_line: int) -> None:
    """Write the calls of these sources, and those that were priced by themselves."""
    calls = f"line + {first_line} AS line, {', '.join(CALL_COLUMNS[1:])}"
    none = ", ".join(f"NULL AS {name}" for name in ALONE)
    parts = [f"SELECT {calls}, {', '.join(ALONE)} FROM {ALONE_ROWS}"]
    parts += [f"SELECT {calls}, {none} FROM {source}" for source in sources]
    db.execute(f"COPY ({' UNION ALL '.join(parts)}) TO {literal(target)} (FORMAT parquet)")


def _merge(spark: "SparkSession", task: Task) -> list[Merged]:
    """Write the rows of ids that come once to ``once``, and the calls of the others to ``merged``.

    All lines of an id are in one partition.
    """
    from pyspark.sql.functions import expr

    uri = task.tables.uri
    spark.read.parquet(f"{uri}/read").createOrReplaceTempView("read_rows")
    spark.sql(
        f"SELECT {MESSAGE} AS message FROM read_rows WHERE request_id IS NOT NULL"
        f" GROUP BY {MESSAGE} HAVING COUNT(*) > 1"
    ).createOrReplaceTempView("repeated_ids")
    columns = ", ".join(f"r.{name}" for name in _ROW)
    found = (
        f"SELECT {columns} FROM read_rows AS r LEFT {{}} JOIN repeated_ids AS i"
        f" ON {MESSAGE} = i.message"
    )
    spark.sql(found.format("ANTI")).write.parquet(f"{uri}/once")
    repeated = spark.sql(found.format("SEMI")).repartition(expr(MESSAGE))
    merged = repeated.rdd.mapPartitionsWithIndex(partial(_merge_part, task))
    return list(merged.collect())


def _merge_part(task: Task, number: int, rows: "Iterable[Row]") -> Iterator[Merged]:
    """Merge the lines of the ids in one partition."""
    with _scratch() as (folder, db):
        path = folder / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_ROW)
            writer.writerows(rows)
        db.execute(f"CREATE TABLE singly AS FROM {from_csv(path, types_of(_ROW))}")
        found = Merger(db, task.price_book(), [PLAIN_ROWS], task.net_book()).merge()
        db.execute("DELETE FROM singly WHERE line IN (SELECT line FROM dropped)")
        _write(db, [PLAIN_ROWS, "merged WHERE TRUE"], folder / "rows.parquet", first_line=0)
        task.tables.put(folder / "rows.parquet", f"merged/part-{number:06}.parquet")
    yield found


def _sum(
    spark: "SparkSession",
    book: PriceBook,
    query: ReportQuery,
    task: Task,
    usage: LoadedUsage,
    *,
    any_merged: bool,
) -> None:
    """Choose and sum the calls; raises InvalidRequest for sums of more than 38 digits."""
    uri = task.tables.uri
    rows = spark.read.parquet(*(f"{uri}/{part}" for part in ("once", "merged")[: 1 + any_merged]))
    rows.createOrReplaceTempView("rows_once")
    names = [row[0] for row in spark.sql("SELECT DISTINCT model FROM rows_once").collect()]
    usage.cuts = cuts_of(known_models(book, names))
    where = " AND ".join(("TRUE", *_conditions(book, query, task.labels, names)))
    columns, also = _shown(query, task.labels)
    chosen = f"SELECT {columns}{{}} FROM rows_once WHERE label IS {{}} AND {where}"
    spark.sql(chosen.format("", "NULL")).write.parquet(f"{uri}/calls")
    alone = f", {', '.join(ALONE)}"
    spark.sql(chosen.format(alone, "NOT NULL")).write.parquet(f"{uri}/alone")
    wide = [f"CAST({name} AS DECIMAL(20, 0)) AS {name}" for name in BUCKETS]
    others = (name for name in spark.read.parquet(f"{uri}/calls").columns)
    kept = [name for name in others if name not in BUCKETS]
    calls = f"SELECT {', '.join((*kept, *wide))} FROM parquet.`{uri}/calls`"
    spark.sql(calls).createOrReplaceTempView("wide_calls")
    also = (*also, STATES) if usage.states_cost else also
    _write_exact(spark.sql(cube("wide_calls", usage.cuts, also)), f"{uri}/cube")
    spark.sql(slots_of("wide_calls")).write.parquet(f"{uri}/slots")


def _write_exact(sums: "DataFrame", target: str) -> None:
    """Write sums, none of which may have overflowed: Spark then gives NULL, or an ArithmeticError.

    Only a group of prompts that all read a cache has no least prompt without one.
    """
    from pyspark.errors import PySparkException

    may_be_null = {"endpoint", "team", "hour", "least_plain_input", "stated"}
    summed = [
        name for name in sums.columns if name not in may_be_null and not name.startswith("label_")
    ]
    try:
        sums.write.parquet(target)
        lost = " OR ".join(f"{name} IS NULL" for name in summed)
        is_exact = sums.sparkSession.read.parquet(target).where(lost).isEmpty()
    except PySparkException as error:
        if "ARITHMETIC_OVERFLOW" not in str(error) and "NUMERIC_VALUE" not in str(error):
            raise
        is_exact = False
    if not is_exact:
        raise InvalidRequest.at("/records", "add up to more than 38 digits can hold")


def _conditions(
    book: PriceBook, query: ReportQuery, labels: Sequence[Dimension], names: Sequence[str]
) -> Iterator[str]:
    for name, values in query.filters.match.items():
        if name in ("model", "provider"):
            chosen = model_names(book, name, values, names)
            yield f"model IN {listed(chosen)}" if chosen else "FALSE"
        else:
            column = name if name in COLUMNS else _label(labels, name)
            yield f"{column} IN {listed(values)}"
    if query.filters.start is not None:
        yield f"moment >= {day_us(query.filters.start)}"
    if query.filters.end is not None:
        yield f"moment < {day_us(query.filters.end)}"


def _shown(query: ReportQuery, labels: Sequence[Dimension]) -> tuple[str, tuple[str, ...]]:
    """Return the columns of a call as Spark's SQL, and the names of those for groups."""

    def private(value: str) -> str:
        if query.privacy == "drop":
            return "CAST(NULL AS STRING)"
        return f"substr(sha2({value}, 256), 1, {HASH_LENGTH})" if query.privacy == "hash" else value

    columns = {name: name for name in CALL_COLUMNS if name != "labels"}
    columns |= {name: private(name) for name in COLUMNS} | {STATES: "stated IS NOT NULL"}
    also = {f"label_{number}": private(_label(labels, name)) for number, name in enumerate(labels)}
    if "hour" in query.columns:
        also["hour"] = f"moment - moment % {HOUR_US}"
    sql = ", ".join(f"{value} AS {name}" for name, value in {**columns, **also}.items())
    return sql, tuple(also)


def _label(labels: Sequence[Dimension], name: Dimension) -> str:
    return f"element_at(from_json(labels, 'array<string>'), {labels.index(name) + 1})"


@contextmanager
def _scratch() -> Iterator[tuple[Path, Database]]:
    """Yield an empty folder, and a database in it."""
    with tempfile.TemporaryDirectory(prefix="report-") as name:
        db = database(Path(name), MEMORY_MB)
        try:
            yield Path(name), db
        finally:
            db.close()


def session(name: str = "tariff") -> "SparkSession":
    """Return the Spark session of this process, which counts in UTC.

    Executors get the settings of this process.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers need these packages too
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder
    for variable in (setting for setting in os.environ if setting.startswith(_SETTINGS)):
        builder = builder.config(f"spark.executorEnv.{variable}", os.environ[variable])
    made: SparkSession = (
        builder.appName(name)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    return made
