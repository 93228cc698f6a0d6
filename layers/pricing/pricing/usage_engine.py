"""Usage reports on DuckDB: files in, exact sums out. The only module that knows the engine.

Rows are read and added up by column; the calculator prices each distinct key once; the sums are
multiplied as integers. Nothing is a float, and an overflow is an error, never a wrong digit.
"""

import csv
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pricing.attempts import price_attempts
from pricing.errors import InvalidRequest, MalformedRequest, TariffError
from pricing.json_door import read_json
from pricing.price_book import PriceBook
from pricing.usage_flat import FlatTable, has_usage
from pricing.usage_lines import KIND, MAX_KINDS, calls_of, plans
from pricing.usage_records import Record, read_record
from pricing.usage_report import MAX_REJECTED, Dimension, Filters, RejectedLine
from pricing.usage_report_prices import (
    BUCKETS,
    DAY_US,
    Cuts,
    PricedKey,
    PriceKey,
    Pricing,
    cuts_of,
    label_of,
    places_of,
    scaled,
)
from pricing.usage_report_sql import (
    CALL_COLUMNS,
    KEY_COLUMNS,
    PRICE_COLUMNS,
    TERMS,
    cube,
    priced,
    slices,
    summary,
)
from pricing.usage_sources import NOT_UTF8, UsageFile, utf8_lines

#: Single records that were priced one by one are kept as integers of this many places, which no
#: price of any book has.
SINGLE_PLACES = 30
MAX_SLICES = 5_000
#: Model and endpoint pairs, the dearest, whose rhythm is looked at for recommendations.
MAX_RHYTHMS = 200
SLOT_US = 300_000_000
_TEXT_LINES = (
    "delim = '\\x1f', quote = '', escape = '', comment = '', header = false, auto_detect = false,"
    " columns = {'t': 'VARCHAR'}, strict_mode = false, null_padding = true, ignore_errors = true,"
    " store_rejects = true, max_line_size = 16000000, buffer_size = 64000000"
)
_SINGLE_COLUMNS = (*CALL_COLUMNS, "label", "reason", "partial", "cost")
Row = tuple[Any, ...]


@dataclass(slots=True)
class Usage:
    """What a file held, priced: counts of rows by fate, and an open database to ask for sums."""

    read: int = 0
    rejected: int = 0
    duplicates: int = 0
    filtered_out: int = 0
    read_singly: int = 0
    partial: int = 0
    places: int = 0
    rejections: list[RejectedLine] = field(default_factory=list)
    cuts: Cuts = Cuts()
    keys: list[PricedKey] = field(default_factory=list)


class Engine:
    """One report's database. ``folder`` is scratch space; ``say`` hears of each step done."""

    def __init__(
        self,
        book: PriceBook,
        folder: Path,
        *,
        memory_mb: int = 600,
        threads: int = 2,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._book = book
        self._folder = folder
        self._say = say
        self._flat: FlatTable | None = None
        self._even = ""
        self.usage = Usage()
        self._db = duckdb.connect(str(folder / "report.duckdb"))
        for setting in (
            f"memory_limit = '{memory_mb}MB'",
            f"threads = {threads}",
            f"temp_directory = '{folder / 'spill'}'",
            "TimeZone = 'UTC'",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
        ):
            self._db.execute(f"SET {setting}")

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def load(self, file: UsageFile, filters: Filters) -> Usage:
        """Read a file and price what it holds; raises InvalidRequest for one that is no usage."""
        started = time.perf_counter()
        self._read(file)
        self._read_singly()
        self._say(f"read {self.usage.read:,} records ({time.perf_counter() - started:.1f} s)")
        self._drop_duplicates()
        self._choose(filters)
        self._say(f"checked for duplicates ({time.perf_counter() - started:.1f} s)")
        self._price()
        self._say(f"priced ({time.perf_counter() - started:.1f} s)")
        return self.usage

    def _rows(self, sql: str) -> list[Row]:
        return self._db.execute(sql).fetchall()

    # --- Reading ---------------------------------------------------------------------------------

    def _read(self, file: UsageFile) -> None:
        try:
            if file.kind == "jsonl":
                self._read_lines(file.path)
            else:
                self._read_table(file)
        except duckdb.Error as error:
            raise InvalidRequest.at(
                "/source", f"cannot be read as {file.kind}: {type(error).__name__}"
            ) from None
        self.usage.read += self._rows("SELECT COUNT(*) FROM read")[0][0]

    def _read_lines(self, path: Path) -> None:
        """Lines of JSON, blank ones left out; a line that is not UTF-8 is kept as a broken one."""
        self._db.execute(
            "CREATE TABLE lines AS SELECT line, t, kind FROM (SELECT row_number() OVER () AS line,"
            f" t, {KIND} AS kind FROM read_csv({_literal(path)}, {_TEXT_LINES}))"
            " WHERE t IS NOT NULL AND trim(t, ' \t\r') <> ''"
        )
        if self._rows("SELECT COUNT(*) FROM reject_errors")[0][0]:
            for table in ("lines", "reject_errors", "reject_scans"):
                self._db.execute(f"DROP TABLE {table}")
            self._read_lines(utf8_lines(path, self._folder / "utf8.jsonl"))
            return
        examples = self._rows(
            "SELECT kind, any_value(t) FROM lines WHERE kind IS NOT NULL"
            f" GROUP BY kind ORDER BY COUNT(*) DESC, kind LIMIT {MAX_KINDS}"
        )
        selects = []
        planned: list[int] = []
        for plan, kinds in plans(examples).items():
            chosen = f"(SELECT line, t FROM lines WHERE kind IN {_list(kinds)})"
            selects.append(calls_of(plan, chosen))
            planned += kinds
        rest = f"WHERE kind IS NULL OR kind NOT IN {_list(planned)}" if planned else ""
        nothing = ", ".join(f"NULL AS {one}" for one in CALL_COLUMNS[1:])
        selects.append(f"SELECT line, {nothing}, t, TRUE AS odd FROM lines {rest}")
        union = "\nUNION ALL BY NAME\n".join(selects)
        self._db.execute(
            f"CREATE TABLE read AS SELECT {', '.join(CALL_COLUMNS)}, odd,"
            f" CASE WHEN odd THEN t END AS raw FROM ({union})"
        )
        self._db.execute("DROP TABLE lines")

    def _read_table(self, file: UsageFile) -> None:
        """A flat table: Parquet as a view, read as often as asked; CSV once, into a table."""
        source, line = f"read_parquet({_literal(file.path)})", "file_row_number + 1"
        if file.kind == "parquet":
            source = f"read_parquet({_literal(file.path)}, file_row_number = true)"
        else:
            line = "row_number() OVER () + 1"
            self._db.execute(
                f"CREATE TABLE rows AS FROM read_csv({_literal(file.path)}, all_varchar = true,"
                " header = true, delim = ',', quote = '\"', strict_mode = true,"
                " ignore_errors = true, store_rejects = true, rejects_limit = 0)"
            )
            source = "rows"
            self._reject_broken_rows()
        described = self._rows(f"DESCRIBE SELECT * FROM {source}")
        columns = [(one[0], one[1]) for one in described if one[0] != "file_row_number"]
        if has_usage(columns):
            self._read_lines(self._as_lines(source, columns))
            return
        self._flat = FlatTable(columns)
        calls = self._flat.calls(source, line)
        made = "VIEW" if file.kind == "parquet" else "TABLE"
        self._db.execute(
            f"CREATE {made} read AS SELECT {', '.join(CALL_COLUMNS)}, odd,"
            f" CASE WHEN odd THEN CAST(to_json(t) AS VARCHAR) END AS raw FROM ({calls})"
        )

    def _reject_broken_rows(self) -> None:
        """Rows of a CSV file whose quotes or number of columns are wrong, or are not UTF-8."""
        broken = self._rows(
            "SELECT line, any_value(CAST(error_type AS VARCHAR)) FROM reject_errors"
            " GROUP BY line ORDER BY line"
        )
        self.usage.read += len(broken)
        for line, kind in broken:
            self._reject(line, f"The row is not read as CSV: {kind.lower()}")

    def _as_lines(self, source: str, columns: Sequence[tuple[str, str]]) -> Path:
        """A table with whole objects in its columns, as one JSON object a line."""
        members = []
        for name, kind in columns:
            quoted = '"' + name.replace('"', '""') + '"'
            value = quoted
            if kind == "VARCHAR":
                inside = f"trim({quoted}) LIKE '{{%' AND json_valid({quoted})"
                value = f"CASE WHEN {inside} THEN CAST({quoted} AS JSON) ELSE to_json({quoted}) END"
            elif kind.startswith(("TIMESTAMP", "DATE")):
                value = f"strftime(CAST({quoted} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')"
            members.append(f"{_literal(name)}, {value}")
        path = self._folder / "rows.jsonl"
        self._db.execute(
            f"COPY (SELECT CAST(json_object({', '.join(members)}) AS VARCHAR) FROM {source})"
            f" TO {_literal(path)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIM '\\x1f')"
        )
        return path

    def _read_singly(self) -> None:
        """Every odd row through the strict reader: a call after all, or rejected with a reason.

        A call of several prompts is priced here too, by the calculator as a whole.
        """
        path = self._folder / "singly.csv"
        odd = False
        cursor = self._db.cursor()
        cursor.execute("SELECT line, raw, moment FROM read WHERE odd")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_SINGLE_COLUMNS)
            for line, raw, moment in _fetched(cursor):
                odd = True
                try:
                    record = read_record(self._document(raw, moment))
                    row = _call_row(line, record)
                    extra = ("",) * 4 if record.plain else self._priced_alone(record)
                except TariffError as error:
                    self._reject(line, _reason(error))
                    continue
                self.usage.read_singly += 1
                writer.writerow((*row, *extra))
        cursor.close()
        # Not asking again whether each row of a large file is odd saves a third of all work.
        self._even = "read WHERE NOT odd" if odd else "read WHERE TRUE"
        types = {name: "VARCHAR" for name in _SINGLE_COLUMNS}
        types |= dict.fromkeys(("line", "moment", *BUCKETS), "BIGINT")
        types |= {"partial": "INTEGER", "cost": "DECIMAL(38, 0)"}
        self._db.execute(
            f"CREATE TABLE singly AS FROM read_csv({_literal(path)}, header = true,"
            f" auto_detect = false, columns = {types}, delim = ',', quote = '\"', escape = '\"')"
        )

    def _document(self, raw: str, moment: int | None) -> Any:
        if self._flat is not None:
            return self._flat.document(json.loads(raw), moment)
        if raw == NOT_UTF8:
            raise MalformedRequest("The line is not UTF-8.")
        return read_json(raw.encode(errors="surrogatepass"))

    def _priced_alone(self, record: Record) -> tuple[object, ...]:
        """Label, reason, partial and cost of a call with several prompts."""
        try:
            model = self._book.find(record.model).model
        except TariffError:
            return record.model, "no model of this price version has this name", 0, ""
        label = label_of(self._book, model)
        try:
            found = price_attempts(
                self._book, model, record.at, record.attempts, record.terms, calls=1
            )
        except TariffError as error:
            return label, _reason(error), 0, ""
        return label, "", int(not found.complete), scaled(found.total_usd, SINGLE_PLACES)

    def _reject(self, line: int, reason: str) -> None:
        self.usage.rejected += 1
        self.usage.rejections.append(RejectedLine(line, reason))
        if len(self.usage.rejections) > 2 * MAX_REJECTED:
            self.usage.rejections = first_rejected(self.usage.rejections)

    # --- What counts -----------------------------------------------------------------------------

    def _drop_duplicates(self) -> None:
        """A request id counts once, at its first line. Only ids that repeat are compared whole."""
        ids = (
            f"(SELECT line, request_id FROM {self._even} AND request_id IS NOT NULL"
            " UNION ALL SELECT line, request_id FROM singly WHERE request_id IS NOT NULL)"
        )
        self._db.execute(
            f"CREATE TABLE repeated AS SELECT h FROM (SELECT hash(request_id) AS h FROM {ids})"
            " GROUP BY h HAVING COUNT(*) > 1"
        )
        self._db.execute("CREATE TABLE dropped (line BIGINT)")
        if self._rows("SELECT COUNT(*) FROM repeated")[0][0]:
            self._db.execute(
                "INSERT INTO dropped SELECT line FROM (SELECT line, row_number() OVER"
                f" (PARTITION BY request_id ORDER BY line) AS nth FROM {ids}"
                " WHERE hash(request_id) IN (SELECT h FROM repeated)) WHERE nth > 1"
            )
            self.usage.duplicates = self._rows("SELECT COUNT(*) FROM dropped")[0][0]

    def _choose(self, filters: Filters) -> None:
        """Views of the calls the report is about, and how many there are."""
        kept = [] if not self.usage.duplicates else ["line NOT IN (SELECT line FROM dropped)"]
        kept += self._conditions(filters)
        where = f" AND {' AND '.join(kept)}" if kept else ""
        columns = ", ".join(CALL_COLUMNS)
        self._db.execute(
            f"CREATE VIEW calls AS SELECT {columns} FROM {self._even}{where}"
            f" UNION ALL SELECT {columns} FROM singly WHERE label IS NULL{where}"
        )
        self._db.execute(
            f"CREATE VIEW alone AS SELECT * FROM singly WHERE label IS NOT NULL{where}"
        )

    def _conditions(self, filters: Filters) -> Iterator[str]:
        if filters.model is not None:
            names = self._rows(
                f"SELECT DISTINCT model FROM {self._even} UNION SELECT model FROM singly"
            )
            wanted = set(filters.model)
            chosen = [name for (name,) in names if {name, self._label(name)} & wanted]
            yield f"model IN {_list(chosen)}" if chosen else "FALSE"
        for column in ("endpoint", "team"):
            values = getattr(filters, column)
            if values is not None:
                yield f"{column} IN {_list(values)}"
        if filters.start is not None:
            yield f"moment >= {_day_us(filters.start)}"
        if filters.end is not None:
            yield f"moment < {_day_us(filters.end)}"

    def _label(self, name: str) -> str:
        try:
            return label_of(self._book, self._book.find(name).model)
        except TariffError:
            return name

    # --- Pricing ---------------------------------------------------------------------------------

    def _price(self) -> None:
        usage = self.usage
        models = []
        for (name,) in self._rows("SELECT DISTINCT model FROM calls"):
            try:
                models.append(self._book.find(name).model)
            except TariffError:
                continue  # its keys are priced, or rather not, like all others
        usage.cuts = cuts_of(models)
        self._db.execute(f"CREATE TABLE cube AS {cube('calls', usage.cuts)}")
        pricing = Pricing(self._book, usage.cuts)
        keys = self._rows(f"SELECT DISTINCT {', '.join(KEY_COLUMNS)} FROM cube")
        usage.keys = [pricing.priced(PriceKey(*row)) for row in keys]
        rates = [rate for one in usage.keys for rate in _rates(one) if rate is not None]
        alone = self._rows("SELECT COUNT(*) FROM alone")[0][0]
        usage.places = SINGLE_PLACES if alone else places_of(rates)
        self._write_prices(usage.keys)
        self._db.execute(f"CREATE TABLE priced AS {priced('cube', 'prices')}")
        self._add_alone()
        self._count()

    def _write_prices(self, keys: Iterable[PricedKey]) -> None:
        path = self._folder / "prices.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(PRICE_COLUMNS)
            writer.writerows(price_rows(keys, self.usage.places))
        types = {name: "VARCHAR" for name in PRICE_COLUMNS}
        types |= dict.fromkeys(("first_day", "last_day", "part", "tier"), "BIGINT")
        types |= dict.fromkeys(("fee", *(f"{one}_rate" for one in BUCKETS)), "DECIMAL(38, 0)")
        self._db.execute(
            f"CREATE TABLE prices AS FROM read_csv({_literal(path)}, header = true,"
            f" auto_detect = false, columns = {types}, delim = ',', quote = '\"', escape = '\"')"
        )

    def _add_alone(self) -> None:
        """Calls priced one by one join the others, each a group of its own."""
        terms, buckets = ", ".join(TERMS), ", ".join(BUCKETS)
        self._db.execute(
            f"INSERT INTO priced BY NAME SELECT model, {terms}, endpoint, team,"
            f" moment - moment % {DAY_US} AS day, 0 AS part, 0 AS tier, 1 AS calls,"
            f" 0 AS plain_calls, {buckets}, label, reason, partial, cost FROM alone"
        )

    def _count(self) -> None:
        usage = self.usage
        matched = self._rows("SELECT COALESCE(SUM(calls), 0) FROM priced")[0][0]
        usage.filtered_out = usage.read - usage.rejected - usage.duplicates - int(matched)
        usage.partial = self._rows("SELECT COUNT(*) FROM alone WHERE partial = 1")[0][0]
        if self._rows("SELECT COUNT(*) FROM priced WHERE partial = 1 AND price_from IS NOT NULL")[
            0
        ][0]:
            each = cube("calls", usage.cuts, also=("line",))
            partial = f"SELECT COUNT(*) FROM ({priced(f'({each})', 'prices')}) WHERE partial = 1"
            usage.partial += self._rows(partial)[0][0]

    # --- Answers ---------------------------------------------------------------------------------

    def summary(self, by: tuple[Dimension, ...]) -> list[dict[str, Any]]:
        """Sums by these dimensions; ``cost`` as an integer of ``usage.places`` decimals."""
        return self._dictionaries(summary("priced", by))

    def unpriced(self) -> list[Row]:
        """``(model, reason, calls)`` of what has no price, most calls first."""
        return self._rows(
            "SELECT label, reason, SUM(calls) FROM priced WHERE reason IS NOT NULL"
            " GROUP BY label, reason ORDER BY SUM(calls) DESC, label, reason"
        )

    def slices(self) -> list[dict[str, Any]]:
        """The dearest fully priced sums by price, endpoint and model."""
        return self._dictionaries(slices("priced", MAX_SLICES))

    def rhythms(self, pairs: Sequence[tuple[str, str | None]]) -> list[dict[str, Any]]:
        """When the calls of these model and endpoint pairs came, and how large they were.

        Batches are left out: nobody chose their moment. Gaps are exact, though calls are first
        gathered into slots of five minutes: no gap within a slot is longer than that.
        """
        if not pairs:
            return []
        rows = ", ".join(
            f"({_literal(model)}, {_literal(endpoint or '')})"
            for model, endpoint in pairs[:MAX_RHYTHMS]
        )
        return self._dictionaries(_RHYTHMS.replace("{wanted}", rows))

    def _dictionaries(self, sql: str) -> list[dict[str, Any]]:
        found = self._db.execute(sql)
        names = [one[0] for one in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


_RHYTHMS = f"""
WITH slots AS (
  SELECT model, endpoint, moment - moment % {SLOT_US} AS slot, COUNT(*) AS calls,
    MIN(moment) AS first, MAX(moment) AS last,
    SUM(CASE WHEN cached = 0 THEN 1 ELSE 0 END) AS plain_calls,
    MIN(CASE WHEN cached = 0 THEN input END) AS least_plain_input,
    SUM(CASE WHEN cached = 0 THEN input ELSE 0 END) AS plain_input,
    SUM(CASE WHEN output <= 300 THEN 1 ELSE 0 END) AS short_calls,
    SUM(CASE WHEN cache_write_5m > 0 THEN 1 ELSE 0 END) AS writes_5m,
    SUM(CASE WHEN cache_write_1h > 0 THEN 1 ELSE 0 END) AS writes_1h,
    MAX(prompt + output) AS longest
  FROM (
    SELECT model, endpoint, moment, input, output, cache_write_5m, cache_write_1h,
      cache_read + audio_cache_read + cache_write_5m + cache_write_1h AS cached,
      input + cache_read + cache_write_5m + cache_write_1h AS prompt
    FROM calls JOIN (VALUES {{wanted}}) AS wanted (of_model, of_endpoint)
      ON model = of_model AND COALESCE(endpoint, '') = of_endpoint
    WHERE processing <> 'batch'
  ) AS sized
  GROUP BY model, endpoint, moment - moment % {SLOT_US}
), gaps AS (
  SELECT *, first - LAG(last) OVER (PARTITION BY model, endpoint ORDER BY slot) AS gap FROM slots
)
SELECT model, endpoint, SUM(calls) AS calls, SUM(plain_calls) AS plain_calls,
  MIN(least_plain_input) AS least_plain_input, SUM(plain_input) AS plain_input,
  SUM(short_calls) AS short_calls, SUM(writes_5m) AS writes_5m, SUM(writes_1h) AS writes_1h,
  MAX(longest) AS longest,
  SUM(CASE WHEN gap IS NULL OR gap > 300000000 THEN 1 ELSE 0 END) AS starts_5m,
  SUM(CASE WHEN gap IS NULL OR gap > 3600000000 THEN 1 ELSE 0 END) AS starts_1h
FROM gaps GROUP BY model, endpoint"""  # noqa: S608 - constants


def price_rows(keys: Iterable[PricedKey], places: int) -> Iterator[Row]:
    """Rows of ``PRICE_COLUMNS``: days in a row at the same rates are one."""
    run: list[PricedKey] = []
    for one in sorted(keys, key=lambda one: (one.key._replace(day=0), one.key.day)):
        if run and not _same_price(run[-1], one):
            yield _price_row(run, places)
            run = []
        run.append(one)
    if run:
        yield _price_row(run, places)


def _same_price(left: PricedKey, right: PricedKey) -> bool:
    return (
        left.key._replace(day=0) == right.key._replace(day=0)
        and left.card is right.card
        and left.reason == right.reason
    )


def _price_row(run: Sequence[PricedKey], places: int) -> Row:
    first, last = run[0], run[-1]
    key = first.key
    card = first.card
    rates: list[object] = ["" if card is None else scaled(card.fee, places)]
    for bucket in BUCKETS:
        rate = None if card is None else card.rates[bucket]
        rates.append("" if rate is None else scaled(rate, places))
    terms = (key.model, key.processing, key.speed, key.inference_geo)
    days = (key.day, last.key.day, key.part, key.tier)
    return (*terms, *days, first.label, first.reason or "", *rates)


def _rates(one: PricedKey) -> Iterator[Decimal | None]:
    if one.card is not None:
        yield one.card.fee
        yield from one.card.rates.values()


def first_rejected(found: Iterable[RejectedLine]) -> list[RejectedLine]:
    """Those an answer shows: the first in the file."""
    return sorted(found, key=lambda one: (one.line, one.reason))[:MAX_REJECTED]


def _call_row(line: int, record: Record) -> Row:
    counts: Counter[str] = Counter()
    for attempt in record.attempts:
        for bucket in BUCKETS:
            counts[bucket] += getattr(attempt.usage, bucket)
    terms = (getattr(record.terms, one) for one in TERMS)
    named = (record.request_id or "", record.model, record.endpoint or "", record.team or "")
    return (line, record.moment, *named, *terms, *(counts[one] for one in BUCKETS))


def _reason(error: TariffError) -> str:
    """What is wrong with a record, in the words of its reader."""
    if error.errors:
        return str(error.errors[0])
    return error.detail.replace("The body", "The record", 1)


def _fetched(cursor: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while rows := cursor.fetchmany(10_000):
        yield from rows


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _list(values: Iterable[object]) -> str:
    return f"({', '.join(str(one) if isinstance(one, int) else _literal(one) for one in values)})"


def _day_us(day: Any) -> int:
    return int((day.toordinal() - 719_163) * DAY_US)
