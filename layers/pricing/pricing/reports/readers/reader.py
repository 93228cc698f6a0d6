"""A usage file as two tables: ``read`` by column, and ``singly`` the odd records, one by one."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import InvalidRequest, MalformedRequest, TariffError, UnknownModel
from pricing.estimates.calculator import Priced, price_attempts
from pricing.jsonio import read_json
from pricing.money import add
from pricing.reports.database import Database, fetched, from_csv, listed, literal
from pricing.reports.dimensions import Dimension
from pricing.reports.rates import BUCKETS, UNKNOWN_MODEL, Row, label_of, scaled
from pricing.reports.readers.files import NOT_UTF8, UsageFile, utf8_lines
from pricing.reports.readers.formats import FormatReader
from pricing.reports.readers.json_lines import KIND, MAX_KINDS, calls_of, layouts
from pricing.reports.readers.records import UsageRecord, labels_of, mean_calls, read_record
from pricing.reports.readers.tables import FlatTable, has_usage
from pricing.reports.report import MAX_REJECTED, RejectedLine
from pricing.reports.sql import CALL_COLUMNS, TERMS

#: Costs of records that are priced one by one are integers of this many decimals: more than any
#: price has.
SINGLE_PLACES = 30
#: Rejected lines whose text is remembered.
MAX_REFUSED = 1_000
_TEXT_LINES = (
    "delim = '\\x1f', quote = '', escape = '', comment = '', header = false, auto_detect = false,"
    " columns = {'t': 'VARCHAR'}, strict_mode = false, null_padding = true, ignore_errors = true,"
    " store_rejects = true, max_line_size = 16000000, buffer_size = 64000000"
)
ALONE_COLUMNS = ("label", "reason", "partial", "cost", "unread", "net")
_COST = ALONE_COLUMNS.index("cost")
_SINGLE_COLUMNS = (*CALL_COLUMNS, *ALONE_COLUMNS)


class UsageReader:
    """Reads one file into a database and counts the outcomes of its records.

    ``by_column`` selects the rows of ``read`` that were read by column. ``ignored`` has the
    properties of records that are not read, and how many records have each.
    """

    def __init__(
        self,
        db: Database,
        book: PriceBook,
        folder: Path,
        net: PriceBook | None = None,
        labels: Sequence[Dimension] = (),
    ) -> None:
        self._db = db
        self._book = book
        self._net = net
        self._folder = folder
        self._labels = labels
        self._flat: FlatTable | None = None
        self.read = 0
        self.rejected = 0
        self.read_singly = 0
        self.rejections: list[RejectedLine] = []
        self.formats: Counter[str] = Counter()
        self.by_column = ""
        self.ignored: Counter[str] = Counter()
        #: Why a line of Tariff's own form was rejected, by its text: short ones come again often.
        self._refused: dict[str, str] = {}

    def _rows(self, sql: str) -> list[Row]:
        return self._db.execute(sql).fetchall()

    def read_file(self, file: UsageFile) -> None:
        """Create the tables; raises InvalidRequest for a file without usage."""
        try:
            if file.kind == "jsonl":
                self._read_lines(file.path)
            else:
                self._read_table(file)
        except duckdb.Error as error:
            raise InvalidRequest.at(
                "/source", f"is not valid {file.kind}: {type(error).__name__}"
            ) from None
        self.read += self._rows("SELECT COUNT(*) FROM read")[0][0]
        self._read_singly()

    def _read_lines(self, path: Path) -> None:
        """Read JSON Lines without blank lines; a line that is not UTF-8 is kept, to be rejected."""
        self._db.execute(
            "CREATE TABLE lines AS SELECT line, t, kind FROM (SELECT row_number() OVER () AS line,"
            f" t, {KIND} AS kind FROM read_csv({literal(path)}, {_TEXT_LINES}))"
            " WHERE t IS NOT NULL AND trim(t, ' \t\r') <> ''"
        )
        if self._rows("SELECT COUNT(*) FROM reject_errors")[0][0]:
            for table in ("lines", "reject_errors", "reject_scans"):
                self._db.execute(f"DROP TABLE {table}")
            self._read_lines(utf8_lines(path, self._folder / "utf8.jsonl"))
            return
        examples = self._rows(
            "SELECT kind, any_value(t), COUNT(*) FROM lines WHERE kind IS NOT NULL"
            f" GROUP BY kind ORDER BY COUNT(*) DESC, kind LIMIT {MAX_KINDS}"
        )
        selects = []
        planned: list[int] = []
        by_layout, self.ignored = layouts(examples)
        for layout, kinds in by_layout.items():
            chosen = f"(SELECT line, t FROM lines WHERE kind IN {listed(kinds)})"
            selects.append(calls_of(layout, chosen, self._labels))
            planned += kinds
        rest = f"WHERE kind IS NULL OR kind NOT IN {listed(planned)}" if planned else ""
        nothing = ", ".join(f"NULL AS {column}" for column in CALL_COLUMNS[1:])
        selects.append(f"SELECT line, {nothing}, t, TRUE AS odd FROM lines {rest}")
        union = "\nUNION ALL BY NAME\n".join(selects)
        self._db.execute(
            f"CREATE TABLE read AS SELECT {', '.join(CALL_COLUMNS)}, odd,"
            f" CASE WHEN odd THEN t END AS raw FROM ({union})"
        )
        self._db.execute("DROP TABLE lines")

    def _read_table(self, file: UsageFile) -> None:
        """Read a flat table: Parquet as a view, read by every query; CSV once, into a table."""
        source, line = f"read_parquet({literal(file.path)})", "file_row_number + 1"
        if file.kind == "parquet":
            source = f"read_parquet({literal(file.path)}, file_row_number = true)"
        else:
            line = "row_number() OVER () + 1"
            self._db.execute(
                f"CREATE TABLE rows AS FROM read_csv({literal(file.path)}, all_varchar = true,"
                " header = true, delim = ',', quote = '\"', strict_mode = true,"
                " ignore_errors = true, store_rejects = true, rejects_limit = 0)"
            )
            source = "rows"
            self._reject_broken_rows()
        described = self._rows(f"DESCRIBE SELECT * FROM {source}")
        columns = [(name, kind) for name, kind, *_ in described if name != "file_row_number"]
        if has_usage(columns):
            self._read_lines(self._as_lines(source, columns))
            return
        self._flat = FlatTable(columns)
        calls = self._flat.calls(source, line, self._labels)
        made = "VIEW" if file.kind == "parquet" else "TABLE"
        self._db.execute(
            f"CREATE {made} read AS SELECT {', '.join(CALL_COLUMNS)}, odd,"
            f" CASE WHEN odd THEN CAST(to_json(t) AS VARCHAR) END AS raw FROM ({calls})"
        )

    def _reject_broken_rows(self) -> None:
        """Reject rows of a CSV file with wrong quotes or column counts, or not in UTF-8."""
        broken = self._rows(
            "SELECT line, any_value(CAST(error_type AS VARCHAR)) FROM reject_errors"
            " GROUP BY line ORDER BY line"
        )
        self.read += len(broken)
        for line, kind in broken:
            self._reject(line, f"The row is not valid CSV: {kind.lower()}")

    def _as_lines(self, source: str, columns: Sequence[tuple[str, str]]) -> Path:
        """Write a table whose columns hold whole objects as JSON Lines."""
        members = []
        for name, kind in columns:
            quoted = '"' + name.replace('"', '""') + '"'
            value = quoted
            if kind == "VARCHAR":
                inside = f"trim({quoted}) LIKE '{{%' AND json_valid({quoted})"
                value = f"CASE WHEN {inside} THEN CAST({quoted} AS JSON) ELSE to_json({quoted}) END"
            elif kind.startswith(("TIMESTAMP", "DATE")):
                value = f"strftime(CAST({quoted} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')"
            members.append(f"{literal(name)}, {value}")
        path = self._folder / "rows.jsonl"
        self._db.execute(
            f"COPY (SELECT CAST(json_object({', '.join(members)}) AS VARCHAR) FROM {source})"
            f" TO {literal(path)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIM '\\x1f')"
        )
        return path

    def _read_singly(self) -> None:
        """Read every odd row with the strict reader, or reject it with the reason.

        A call of several prompts is priced here too, by the calculator as a whole.
        """
        path = self._folder / "singly.csv"
        formats = FormatReader()
        odd = False
        cursor = self._db.cursor()
        cursor.execute("SELECT line, raw, moment FROM read WHERE odd ORDER BY line")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_SINGLE_COLUMNS)
            for line, raw, moment in fetched(cursor):
                odd = True
                for row in self._read_line(formats, line, raw, moment):
                    self.read_singly += 1
                    writer.writerow(row)
        cursor.close()
        # Not filtering a large file without odd rows saves a third of the time.
        self.by_column = "read WHERE NOT odd" if odd else "read WHERE TRUE"
        types = dict.fromkeys(_SINGLE_COLUMNS, "VARCHAR")
        types |= dict.fromkeys(("line", "moment", *BUCKETS), "BIGINT")
        types |= {"partial": "INTEGER"} | dict.fromkeys(("cost", "net"), "DECIMAL(38, 0)")
        self._db.execute(f"CREATE TABLE singly AS FROM {from_csv(path, types)}")

    def _read_line(
        self, formats: FormatReader, line: int, raw: str, moment: int | None
    ) -> Iterator[tuple[object, ...]]:
        """The rows of the calls in a line, which may be none or several; rejects what is none."""
        if reason := self._refused.get(raw):
            self.formats["tariff"] += 1
            self._reject(line, reason)
            return
        try:
            whole = self._document(raw, moment)
            name, documents = formats.read(whole)
        except TariffError as error:
            self._reject(line, _reason(error))
            return
        self.formats[name] += 1
        self.read += len(documents) - 1
        for document in documents:
            try:
                record = read_record(document)
                extra: tuple[object, ...] = ("",) * len(ALONE_COLUMNS)
                if not record.plain:
                    net = self._priced_alone(record, self._net)[1][_COST] if self._net else ""
                    record, found = self._priced_alone(record, self._book)
                    extra = (*found, net)
                row = _call_row(line, record, labels_of((document, whole), self._labels))
            except TariffError as error:
                self._reject(line, _reason(error))
                if name == "tariff" and self._flat is None and len(self._refused) < MAX_REFUSED:
                    self._refused[raw] = _reason(error)
                continue
            yield (*row, *extra)

    def _document(self, raw: str, moment: int | None) -> Any:
        if self._flat is not None:
            return self._flat.document(json.loads(raw), moment)
        if raw == NOT_UTF8:
            raise MalformedRequest("The line is not UTF-8.")
        return read_json(raw.encode(errors="surrogatepass"))

    def _priced_alone(
        self, record: UsageRecord, book: PriceBook
    ) -> tuple[UsageRecord, tuple[object, ...]]:
        """Return a call that its counts alone do not price, settled, and ``ALONE_COLUMNS`` of it
        without ``net``, at the prices of a book.

        ``partial`` is 1 when a component has no price, 2 when a count was not understood.
        """
        try:
            match, name, attempts = record.settled(book)
        except UnknownModel:
            return record, (record.model, UNKNOWN_MODEL, 0, "", "")
        except TariffError as error:
            return record, (record.model, _reason(error), 0, "", "")
        record = replace(record, asked=name, served=None, attempts=attempts)
        model = match.model
        label = label_of(book, model)
        try:
            found = self._price(book, record, model)
        except TariffError as error:
            return record, (label, _reason(error), 0, "", "")
        unread = " ".join(one.pointer[1:].replace("/", ".") for one in record.unread)
        partial = 1 if not found.complete else 2 if unread else 0
        return record, (label, "", partial, scaled(found.total_usd, SINGLE_PLACES), unread)

    def _price(self, book: PriceBook, record: UsageRecord, model: Model) -> Priced:
        """The price of a record; a sum of many calls is priced as that many calls of its mean."""
        if record.calls == 1:
            return price_attempts(book, model, record.at, record.attempts, record.terms, calls=1)
        mean, last = (
            price_attempts(book, model, record.at, attempts, record.terms, calls=calls)
            for attempts, calls in zip(mean_calls(record), (record.calls - 1, 1), strict=True)
        )
        return replace(
            last,
            total_usd=add((mean.total_usd, last.total_usd)),
            complete=mean.complete and last.complete,
        )

    def _reject(self, line: int, reason: str) -> None:
        self.rejected += 1
        self.rejections.append(RejectedLine(line, reason))
        if len(self.rejections) > 2 * MAX_REJECTED:
            self.rejections = first_rejected(self.rejections)


def first_rejected(found: Iterable[RejectedLine]) -> list[RejectedLine]:
    """The rejected lines that an answer holds: the first of the file."""
    return sorted(found, key=lambda rejected: (rejected.line, rejected.reason))[:MAX_REJECTED]


def _call_row(line: int, record: UsageRecord, labels: str | None) -> Row:
    counts: Counter[str] = Counter()
    for attempt in record.attempts:
        for bucket in BUCKETS:
            counts[bucket] += getattr(attempt.usage, bucket)
    terms = (getattr(record.terms, term) for term in TERMS)
    named = (record.request_id or "", record.model, record.endpoint or "", record.team or "")
    return (line, record.moment, *named, labels, *terms, *(counts[bucket] for bucket in BUCKETS))


def _reason(error: TariffError) -> str:
    """What is wrong with a record, from the error of its reader."""
    if error.errors:
        return str(error.errors[0])
    return error.detail.replace("The body", "The record", 1)
