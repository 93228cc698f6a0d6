"""A usage file as two tables: ``read`` by column, and ``singly`` the odd records, one by one."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pricing.catalogue.price_book import PriceBook
from pricing.display import counted
from pricing.errors import (
    BodyTooLarge,
    InvalidRequest,
    MalformedRequest,
    TariffError,
    is_plain_name,
)
from pricing.jsonio import read_json
from pricing.reports.database import Database, create_in_order, fetched, from_csv, listed, literal
from pricing.reports.dimensions import Dimension
from pricing.reports.loaded import ReadOutcome
from pricing.reports.rates import Row
from pricing.reports.readers.delimited import check_width, csv_rows, header_of
from pricing.reports.readers.files import (
    MAX_LINE_BYTES,
    NOT_UTF8,
    TOO_LONG,
    UsageFile,
    few_lines,
    has_long_lines,
    safe_lines,
)
from pricing.reports.readers.formats import FormatReader
from pricing.reports.readers.leaves import selected
from pricing.reports.readers.line_table import MAX_LINE_DEPTH, LineTable
from pricing.reports.readers.record_format import Found
from pricing.reports.readers.records import ignored_in, labels_of, read_record
from pricing.reports.readers.scratch import is_full
from pricing.reports.readers.singly import (
    ALONE,
    PLAIN_ROWS,
    call_row,
    declared,
    priced_alone,
    reason_of,
    types_of,
)
from pricing.reports.readers.tables import (
    TOTALS,
    FlatTable,
    has_usage,
    row_as_json,
    totals_sql,
    unpacked_sql,
)
from pricing.reports.readers.unread import known_kind, known_text
from pricing.reports.readers.work import PRICE, READ, WIDE, TooMuchWork, Work
from pricing.reports.source_formats import AS_RECOGNISED, TIMELESS, ReadOptions, SourceFormat
from pricing.reports.sql import CALL_COLUMNS
from pricing.timestamps import EPOCH

#: Rejected lines whose text is remembered.
MAX_REFUSED = 1_000
#: How many rows of a table show what it holds, and how long they may be in CSV.
SAMPLE, SAMPLE_LINE_BYTES = 20, 1 << 20
MAX_SHOWN = 20
NO_RECORD = object()
#: The errors of DuckDB that a file may be the reason of; others are those of the statement.
_OF_FILES = (
    *(duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException),
    *(duckdb.SerializationException, duckdb.NotSupportedError, duckdb.OutOfRangeException),
)
_OPEN_QUOTE = (
    "a quote in it is open, so that rows after it may be a part of it; double or remove it"
)
#: The time before each line of a CloudWatch export.
_STAMPED = re.compile(r"\A\d{4}-\d{2}-\d{2}T[\d:.]+Z?\s+(?=\{)", re.ASCII)
#: Fields of a server-sent event; the rest of a line that begins with a colon is a comment.
_EVENT_FIELDS = ("data:", "event:", "id:", "retry:", ":")
_SINGLE_COLUMNS = (*CALL_COLUMNS, *ALONE)


class UsageReader:
    """Reads one file into a database and counts the outcomes of its records.

    ``sources`` are the tables of the calls, each with a condition, but for those that were priced
    by themselves.
    """

    def __init__(
        self,
        db: Database,
        book: PriceBook,
        folder: Path,
        net: PriceBook | None = None,
        labels: Sequence[Dimension] = (),
        *,
        options: ReadOptions = AS_RECOGNISED,
    ) -> None:
        self._db = db
        self._book = book
        self._net = net
        self._folder = folder
        self._labels = labels
        self._options = options
        self._flat: FlatTable | None = None
        self._first_line = 1
        self._last_line = 0
        #: The lines of a file that has few: number, text and no time.
        self._lines: list[tuple[int, str, None]] | None = None
        #: What lines in no format look like, the first of each such line, and how many there are.
        self._unread: dict[str, list[int]] = {}
        self._spans: dict[tuple[str, str], list[int]] = {}
        #: Spans that cannot be priced: they are only rejected if they do not repeat other spans.
        self._failed: list[tuple[tuple[str, str], int, str]] = []
        self._work = Work(options.most_singly)
        self.outcome = ReadOutcome()
        self.sources: tuple[str, ...] = ()
        #: What the lines are that are not JSON, once one of them shows it.
        self._text: str | None = None
        #: Why a line of Tariff's own form was rejected, by its text: short ones come again often.
        self._refused: dict[str, str | Found] = {}

    def _rows(self, sql: str) -> list[Row]:
        return self._db.execute(sql).fetchall()

    def read_file(self, file: UsageFile) -> None:
        """Create the tables; raises InvalidRequest for a file without usage, and BodyTooLarge."""
        try:
            if file.kind == "jsonl":
                self._read_lines(file.path)
            else:
                self._read_table(file)
        except _OF_FILES as error:
            if is_full(error):
                raise
            detail = f"is not valid {file.kind}; check that it is whole, and of that kind"
            raise InvalidRequest.at(file.pointer, detail) from None
        except TooMuchWork as error:
            raise BodyTooLarge(str(error)) from None
        if self._lines is None:
            ((read, self._last_line),) = self._rows("SELECT COUNT(*), MAX(line) FROM read")
        else:
            read = len(self._lines)
        self.outcome.read += read
        if self._flat is not None:
            self.outcome.ignored.update(dict.fromkeys(self._flat.ignored, read))
        try:
            odd = self._read_singly()
        except TooMuchWork as error:
            raise BodyTooLarge(str(error)) from None
        if self._flat is not None:
            self.outcome.formats["tariff"] += read - odd
            if self._flat.zoneless is not None:
                ((zoneless,),) = self._rows(f"SELECT COUNT(*) FROM {self.sources[0]} AND zoneless")
                self.outcome.assumed["zone"] += zoneless

    def _read_lines(self, path: Path) -> None:
        """Read JSON Lines without blank lines.

        A line that is too long or not UTF-8 is kept under its number, to be rejected.
        """
        if (lines := few_lines(path)) is not None:
            numbered = enumerate(lines, self._first_line)
            self._lines = [(number, line, None) for number, line in numbered if line.strip()]
            self._last_line = max((number for number, *_ in self._lines), default=0)
            return
        safe = self._folder / "safe.jsonl"
        if has_long_lines(path):
            path = safe_lines(path, safe)
        table = LineTable(self._db, self._options, self._labels, self._moment_of, self.outcome)
        sample = self._folder / "sample.jsonl"
        if not table.fill(path, sample, self._first_line) and (
            path == safe or not table.fill(safe_lines(path, safe), sample, self._first_line)
        ):
            raise InvalidRequest.at("/source", "has lines that cannot be read as text")

    def _time_of(self, name: SourceFormat) -> datetime | None:
        """The time of a record that states none; None if it is rejected."""
        default = self._options.as_of
        return self._options.now if default is None and name in TIMELESS else default

    def _moment_of(self, name: SourceFormat) -> int | None:
        default = self._time_of(name)
        return None if default is None else (default - EPOCH) // timedelta(microseconds=1)

    def _read_table(self, file: UsageFile) -> None:
        """Read a table: Parquet as a view, read by every query; CSV once, into a table.

        A table with the columns of Tariff's own records is read by column, others as JSON Lines.
        """
        source = f"read_parquet({literal(file.path)}, file_row_number = true)"
        whole, line = source, "file_row_number + 1"
        if file.kind == "csv":
            header = header_of(file.path, file.pointer)
            source = csv_rows(file.path, header, SAMPLE_LINE_BYTES)
            whole = csv_rows(
                file.path, header, MAX_LINE_BYTES, ", store_rejects = true, rejects_limit = 0"
            )
            line, self._first_line = "CAST(NULL AS BIGINT)", header.line + 1
        described = self._rows(f"DESCRIBE SELECT * FROM {source}")
        columns = [(name, kind) for name, kind, *_ in described if name != "file_row_number"]
        check_width(columns, file.pointer)
        most = self._options.most_unpacked if file.kind == "parquet" else None
        if most is not None and self._rows(unpacked_sql(source, columns))[0][0] > most:
            detail = f"unpacks to more than {most:,} bytes; use a file in S3"
            raise InvalidRequest.at(file.pointer, detail)
        formats = set() if has_usage(columns) else self._formats_of(source, columns)
        if has_usage(columns) or formats - {"tariff"}:
            self._read_rows_as_lines(file, whole, columns)
            return
        try:
            self._flat = FlatTable(columns)
        except InvalidRequest as error:
            if formats:
                self._read_rows_as_lines(file, whole, columns)
                return
            shown = [name for name, _ in columns if is_plain_name(name)][:MAX_SHOWN]
            detail = f"{error.errors[0].detail}; its columns are {', '.join(shown)}"
            if kind := known_kind({name: "x" for name, _ in columns}):
                detail = f"has lines that {kind}"
            raise InvalidRequest.at(file.pointer, detail) from None
        calls, same = self._flat.calls(whole, line, self._labels)
        self.outcome.states_cost = self._flat.states_cost
        of_totals = f"WHEN {totals_sql(columns, 't.')} THEN {literal(TOTALS)}"
        raw = f"CASE WHEN NOT odd THEN NULL {of_totals} ELSE CAST(to_json(t) AS VARCHAR) END"
        read = f"SELECT *, {raw} AS raw FROM ({calls})"
        if file.kind == "csv":
            create_in_order(self._db, "csv_rows", f"SELECT * EXCLUDE (line, t) FROM ({read})")
            self._reject_broken_rows()
            read = f"SELECT *, rowid + {self._first_line} AS line FROM csv_rows"
        self._count_ignored(
            self._flat.ignored_in_rows(), "csv_rows" if file.kind == "csv" else whole
        )
        parts = selected({name: same.get(name, name) for name in CALL_COLUMNS})
        self._db.execute(f"CREATE VIEW read AS SELECT {parts}, odd, zoneless, raw FROM ({read})")

    def _count_ignored(self, conditions: Mapping[str, str], rows: str) -> None:
        """Count the rows of a table in which columns are not read."""
        if rows == "csv_rows":
            conditions = {name: f"unread_{number}" for number, name in enumerate(conditions)}
        if conditions:
            counts = ", ".join(f"COUNT(*) FILTER ({one})" for one in conditions.values())
            (found,) = self._rows(f"SELECT {counts} FROM {rows}")
            self.outcome.ignored += Counter(dict(zip(conditions, found, strict=True)))

    def _read_rows_as_lines(
        self, file: UsageFile, whole: str, columns: Sequence[tuple[str, str]]
    ) -> None:
        if file.kind == "parquet" and self._options.most_unpacked is not None:
            # Empty cells take no space in a body, but time here: a quarter of reading them.
            rows = self._rows(f"SELECT COUNT(*) FROM {whole}")[0][0]
            self._work.add(rows * (len(columns) // (4 * WIDE)))
        path = self._as_lines(whole, columns)
        if file.kind == "csv":
            self._reject_broken_rows()
        self._read_lines(path)

    def _formats_of(self, source: str, columns: Sequence[tuple[str, str]]) -> set[str]:
        """The formats of the first rows that are read as lines, or the one that is forced."""
        if self._options.source_format not in (None, "tariff"):
            return {str(self._options.source_format)}
        sample = f"SELECT {row_as_json(columns)} FROM {source} LIMIT {SAMPLE}"
        reader = FormatReader(self._options.source_format)
        formats: set[str] = set()
        for (text,) in self._rows(sample):
            with suppress(MalformedRequest):
                found = reader.read(self._parsed(text))
                formats.update(one.name for one in found if one.unread is None and one.name)
        return formats

    def _reject_broken_rows(self) -> None:
        """Reject rows of a CSV file with wrong quotes or column counts, or not in UTF-8."""
        broken = self._rows(
            "SELECT line, any_value(CAST(error_type AS VARCHAR)) FROM reject_errors"
            " GROUP BY line ORDER BY line"
        )
        self.outcome.read += len(broken)
        for line, kind in broken:
            why = _OPEN_QUOTE if kind == "UNQUOTED VALUE" else kind.lower()
            self.outcome.reject(line, f"The row is not valid CSV: {why}")

    def _as_lines(self, source: str, columns: Sequence[tuple[str, str]]) -> Path:
        """Write a table whose columns are not Tariff's own as JSON Lines."""
        path = self._folder / "rows.jsonl"
        self._db.execute(
            f"COPY (SELECT CASE WHEN {totals_sql(columns)} THEN {literal(TOTALS)}"
            f" ELSE {row_as_json(columns)} END FROM {source})"
            f" TO {literal(path)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIM '\\x1f')"
        )
        return path

    def _read_singly(self) -> int:
        """Read every odd row with the strict reader, or reject it with the reason; count them.

        A call of several prompts is priced here too, by the calculator as a whole.
        """
        path = self._folder / "singly.csv"
        formats = FormatReader(self._options.source_format, self._work)
        odd = 0
        cursor = self._db.cursor()
        if self._lines is None:
            cursor.execute("SELECT line, raw, moment FROM read WHERE odd ORDER BY line")
        rows = fetched(cursor) if self._lines is None else iter(self._lines)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_SINGLE_COLUMNS)
            for line, raw, moment in rows:
                odd += 1
                for row in self._read_line(formats, line, raw, moment):
                    self.outcome.read_singly += 1
                    writer.writerow(row)
        cursor.close()
        # Not filtering a large file without odd rows saves a third of the time.
        by_column = "read WHERE NOT odd" if odd else "read WHERE TRUE"
        if self._lines is None:
            self.sources = (by_column, PLAIN_ROWS) if odd else (by_column,)
        else:
            self.sources = (PLAIN_ROWS,)
        rows_of = f"AS FROM {from_csv(path, types_of(_SINGLE_COLUMNS))}"
        empty = f"({declared(_SINGLE_COLUMNS)})"
        self._db.execute(f"CREATE TABLE singly {rows_of if odd else empty}")
        self._drop_outer_spans(formats)
        for text, (line, *lines) in self._unread.items():
            number = sum(lines)
            verb, _, rest = text.partition(" ")
            verb = {"look": "looks", "have": "has"}[verb] if number == 1 else verb
            self.outcome.reject(line, f"{counted(number, 'line')} {verb} {rest}", number)
        return odd

    def _drop_outer_spans(self, formats: FormatReader) -> None:
        """Drop the calls of spans that repeat what the spans inside of them used."""
        outer = formats.inner_spans().around(iter(self._spans))
        lines = [line for span in outer for line in self._spans.get(span, ())]
        if lines:
            self._db.execute(f"DELETE FROM singly WHERE line IN {listed(lines)}")
            self.outcome.merged = len(lines)
        for span, line, reason in self._failed:
            if span in outer:
                self.outcome.merged += 1
            else:
                self.outcome.reject(line, reason)

    def _read_line(
        self, formats: FormatReader, line: int, raw: str, moment: int | None
    ) -> Iterator[tuple[object, ...]]:
        """The rows of the calls in a line, which may be none or several; rejects what is none."""
        if again := self._refused.get(raw):
            if isinstance(again, Found):
                self._row(line, line, again, None)
            else:
                self.outcome.reject(line, again)
            return
        try:
            document = self._document(raw, moment)
            found = [] if document is NO_RECORD else formats.read(document)
        except TariffError as error:
            self._reject_unparsed(line, raw, reason_of(error))
            return
        self.outcome.read += len(found) - 1
        if not found:
            self.outcome.not_calls += 1
        for number, one in enumerate(found):
            try:
                row = self._row(line if number == 0 else self._next_line(), line, one, document)
            except TariffError as error:
                reason = reason_of(error)
                if one.span is not None:
                    self._failed.append((one.span, line, reason))
                    continue
                self.outcome.reject(line, reason)
                self._refuse_again(raw, one, reason)
                continue
            if row is not None:
                yield row
            elif len(found) == 1:
                self._refuse_again(raw, one, one)

    def _reject_unparsed(self, line: int, raw: str, reason: str) -> None:
        """Reject a line that could not be read, by its name if it is of a known log in text."""
        is_text = not raw.startswith(("{", "[", NOT_UTF8, TOO_LONG, TOTALS))
        if is_text:
            self._text = self._text or known_text(raw)
        if is_text and self._text is not None:
            self._unread.setdefault(self._text, [line, 0])[1] += 1
        else:
            self.outcome.reject(line, reason)

    def _refuse_again(self, raw: str, found: Found, as_what: str | Found) -> None:
        """Remember a line of no tool's format that was not read: short ones come again often."""
        if found.name == "tariff" and self._flat is None and len(self._refused) < MAX_REFUSED:
            self._refused[raw] = as_what

    def _row(self, key: int, line: int, found: Found, whole: Any) -> tuple[object, ...] | None:
        """The row of a record of the line ``whole`` under its ``key``, None for one not read."""
        if found.unread is not None:
            seen = self._unread.setdefault(found.unread, [line, 0])
            seen[1] += 1
            return None
        if isinstance(found.record, dict):
            self._work.add(READ)
        self.outcome.formats[found.name] += 1
        if found.name == "tariff" and self._flat is None:
            self.outcome.ignored.update(ignored_in(found.record))
        record = read_record(found.record, self._time_of(found.name))
        extra: tuple[object, ...] = ("",) * len(ALONE)
        if not record.plain:
            self._work.add(PRICE)
            record, extra = priced_alone(self._book, record, found.record, self._net)
        row = call_row(key, record, labels_of((found.record, whole), self._labels))
        self.outcome.states_cost |= record.stated is not None
        self.outcome.assumed["zone"] += record.zone_assumed
        self.outcome.assumed["time"] += record.time_assumed
        self.outcome.assumed.update({notice.code for notice in record.notices})
        if found.span is not None:
            self._spans.setdefault(found.span, []).append(key)
        return (*row, *extra)

    def _next_line(self) -> int:
        """A number that no line has, for a further record of a line."""
        self._last_line += 1
        return self._last_line

    def _document(self, raw: str, moment: int | None) -> Any:
        """What a line holds; ``NO_RECORD`` for a line of a stream without data."""
        if raw == TOTALS:
            raise MalformedRequest(
                "The row is one of totals, which are in other rows; leave it out."
            )
        if self._flat is not None:
            row = json.loads(raw)
            is_blank = all(value in (None, "") for value in row.values())
            return NO_RECORD if is_blank else self._flat.document(row, moment)
        if raw == NOT_UTF8:
            raise MalformedRequest("The line is not UTF-8.")
        if raw.startswith(TOO_LONG):
            limit = MAX_LINE_BYTES // 1_000_000
            size = raw.removeprefix(TOO_LONG)
            raise MalformedRequest(f"The line has {size} bytes; the limit is {limit} MB.")
        if raw.startswith(_EVENT_FIELDS):
            name, _, value = raw.partition(":")
            value = value.strip()
            if name != "data" or value == "[DONE]":
                return NO_RECORD
            raw = value
        return self._parsed(_STAMPED.sub("", raw, count=1))

    def _parsed(self, text: str) -> Any:
        body = text.encode(errors="surrogatepass")
        return read_json(body, max_bytes=MAX_LINE_BYTES, max_depth=MAX_LINE_DEPTH)
