"""One call of the several lines in which tools log it, by its request id.

A streamed call is logged in lines whose counts grow: of every count the largest is the call's, at
the moment, the model and the terms of its first line. Lines that are equal are duplicates. Those
that were read by column are merged in SQL (``Merger.merge``), all others by the same rule in Python
(``largest_of``); ``test_both_readers`` compares the two.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.notices import Notice
from pricing.reports.database import Database, by_name, literal
from pricing.reports.provider_columns import several_searches
from pricing.reports.rates import BUCKETS, PROMPT_BUCKETS, Row
from pricing.reports.readers.record_format import ID_SEPARATOR
from pricing.reports.readers.records import UsageRecord, read_record
from pricing.reports.readers.singly import ALONE, ALONE_ROWS, counts_of, declared, priced_alone
from pricing.reports.sql import CALL_COLUMNS, TERMS
from pricing.timestamps import EPOCH
from pricing.usage.buckets import Attempt, Usage
from pricing.usage.parsed import NOTHING_OPEN

#: What is not that of a call's first line.
_OF_A_CALL = ("line", "request_id", *BUCKETS, "stated")
#: A warning names so many lines.
MAX_LINES = 5
#: The message's part of an id, in SQL that Spark reads too.
MESSAGE = f"split_part(request_id, '{ID_SEPARATOR}', 1)"
#: The formats whose ids are those of messages and their requests.
OF_MESSAGES = frozenset(("claude_code", "claude_agent_sdk"))


@dataclass(slots=True)
class Merged:
    """How many lines repeat another, how many add to another; what lines of one id contradict."""

    duplicates: int = 0
    merged: int = 0
    notices: tuple[Notice, ...] = ()


class Merger:
    """Merges the lines of the tables ``read`` and ``singly``.

    Creates the tables ``merged``, the calls that were made of several lines, and ``dropped``, the
    lines that they and duplicates replace. A call of which a line was priced by itself is priced
    again, and is added to ``singly``.
    """

    def __init__(
        self, db: Database, book: PriceBook, sources: Sequence[str], net: PriceBook | None = None
    ) -> None:
        self._db = db
        self._book = book
        self._net = net
        sources = (*sources, ALONE_ROWS)
        self._ids = _union(f"SELECT request_id FROM {source}" for source in sources)
        columns = ", ".join(CALL_COLUMNS)
        self._lines = _union(
            f"SELECT {columns}, {source == ALONE_ROWS} AS alone FROM {source}" for source in sources
        )

    def _rows(self, sql: str) -> list[Row]:
        return self._db.execute(sql).fetchall()

    def _join_messages(self) -> None:
        """Give the lines of one message one id, although they have those of several requests.

        Coding tools copy a message into the log of another session, under another request. What
        is copied has the prompt's counts of the first; a gateway that gives several messages one
        id does not.
        """
        self._db.execute(
            "CREATE TABLE of_several AS SELECT m FROM"
            f" (SELECT hash({MESSAGE}) AS m, hash(request_id) AS r FROM {self._ids})"
            " GROUP BY m HAVING MIN(r) <> MAX(r)"
        )
        if not self._rows("SELECT COUNT(*) FROM of_several")[0][0]:
            return
        prompt = ", ".join(PROMPT_BUCKETS)
        most = ", ".join(f"MAX({name}) AS {name}" for name in PROMPT_BUCKETS)
        self._db.execute(
            "CREATE TABLE same_call AS SELECT * FROM (SELECT request_id, first_value(request_id)"
            f" OVER (PARTITION BY {MESSAGE}, {prompt} ORDER BY line) AS call FROM"
            f" (SELECT request_id, MIN(line) AS line, {most} FROM {self._lines}"
            f" WHERE contains(request_id, {literal(ID_SEPARATOR)})"
            f" AND hash({MESSAGE}) IN (SELECT m FROM of_several) GROUP BY request_id))"
            " WHERE call <> request_id"
        )
        lines = "SELECT l.* REPLACE (COALESCE(s.call, l.request_id) AS request_id)"
        join = "LEFT JOIN same_call AS s ON s.request_id = l.request_id"
        self._ids = f"({lines} FROM {self._ids} AS l {join})"
        self._lines = f"({lines} FROM {self._lines} AS l {join})"

    def merge(self, *, of_messages: bool = True) -> Merged:
        """Merge the lines of each request id, comparing only ids whose hash repeats.

        ``of_messages`` is set where ids may be those of messages and their requests.
        """
        if of_messages:
            self._join_messages()
        self._db.execute(
            "CREATE TABLE repeated AS SELECT h FROM"
            f" (SELECT hash(request_id) AS h FROM {self._ids}) GROUP BY h HAVING COUNT(*) > 1"
        )
        columns = ", ".join(CALL_COLUMNS)
        self._db.execute("CREATE TABLE dropped (line BIGINT)")
        self._db.execute(f"CREATE TABLE merged ({declared(CALL_COLUMNS)})")
        if not self._rows("SELECT COUNT(*) FROM repeated")[0][0]:
            return Merged()
        others = [name for name in CALL_COLUMNS if name not in _OF_A_CALL]
        firsts = ", ".join(f"arg_min({name}, line) AS {name}" for name in others)
        largest = ", ".join(f"MAX({name}) AS {name}" for name in (*BUCKETS, "stated"))
        # A count of 0 is one that a line leaves to another.
        shrinks = " OR ".join(f"MAX({name}) > arg_max(NULLIF({name}, 0), line)" for name in BUCKETS)
        searches = several_searches("MAX(web_search)", "arg_min(model, line)")
        self._db.execute(
            f"CREATE TABLE calls_of_ids AS SELECT request_id, MIN(line) AS line, {firsts},"
            f" {largest}, COUNT(DISTINCT ({', '.join(BUCKETS)})) AS kinds, COUNT(*) AS lines,"
            f" COUNT(DISTINCT model) > 1 AS models_differ, {shrinks} AS shrinks,"
            f" COUNT(DISTINCT ({', '.join(TERMS)})) > 1 AS terms_differ,"
            f" bool_or(alone) OR {searches} AS alone, list(line) AS all_lines"
            f" FROM {self._lines} WHERE hash(request_id) IN (SELECT h FROM repeated)"
            " GROUP BY request_id HAVING COUNT(*) > 1"
        )
        self._db.execute(
            f"INSERT INTO merged SELECT {columns} FROM calls_of_ids WHERE kinds > 1 AND NOT alone"
        )
        self._db.execute(
            "INSERT INTO dropped SELECT one FROM (SELECT unnest(all_lines) AS one, *"
            " FROM calls_of_ids WHERE NOT alone) WHERE kinds > 1 OR one <> line"
        )
        counts = "COALESCE(SUM(lines - 1) FILTER (NOT alone AND kinds {}), 0)"
        ((duplicates, merged),) = self._rows(
            f"SELECT {counts.format('= 1')}, {counts.format('> 1')} FROM calls_of_ids"
        )
        found = Merged(int(duplicates), int(merged), tuple(self._contradictions()))
        self._merge_alone(found)
        return found

    def _merge_alone(self, found: Merged) -> None:
        """Merge the lines of ids of which a line was priced by itself."""
        cursor = self._db.cursor()
        cursor.execute(
            "SELECT l.*, s.document, s.calls AS sum_of FROM"
            f" (SELECT {', '.join(CALL_COLUMNS)} FROM {self._lines} WHERE request_id IN"
            " (SELECT request_id FROM calls_of_ids WHERE alone)) AS l"
            " LEFT JOIN singly AS s ON s.line = l.line ORDER BY l.request_id, l.line"
        )
        dropped: list[int] = []
        added: list[list[object]] = []
        for _, group in groupby(by_name(cursor), key=itemgetter("request_id")):
            of_call = list(group)
            records = [self._record(line) for line in of_call]
            keys = [line["line"] for line in of_call]
            if all(_same(record, records[0]) for record in records[1:]):
                found.duplicates += len(keys) - 1
                dropped += keys[1:]
                continue
            found.merged += len(keys) - 1
            dropped += keys
            record, alone = priced_alone(self._book, largest_of(records), net_book=self._net)
            counts = counts_of(record.attempts)
            # No line has a negative number.
            whole = {
                **of_call[0],
                **counts,
                "line": -keys[0],
                "stated": max(filter(None, map(itemgetter("stated"), of_call)), default=None),
                **dict(zip(ALONE, alone, strict=True)),
            }
            row = (whole[name] for name in (*CALL_COLUMNS, *ALONE))
            added.append([None if value == "" else value for value in row])
        cursor.close()
        if dropped:
            self._db.executemany("INSERT INTO dropped VALUES (?)", [(line,) for line in dropped])
        if added:
            columns = (*CALL_COLUMNS, *ALONE)
            marks = ", ".join("?" * len(columns))
            self._db.executemany(
                f"INSERT INTO singly ({', '.join(columns)}) VALUES ({marks})", added
            )

    def _record(self, line: Mapping[str, Any]) -> UsageRecord:
        """A line as the record that it was, or as its counts where they are all there is."""
        document = line["document"]
        usage = Usage.of({name: int(line[name]) for name in BUCKETS})
        plain: dict[str, Any] = {
            **{term: line[term] for term in TERMS},
            "model": line["model"],
            "usage": {"input_tokens": 0, "output_tokens": 0},
            "usage_format": "anthropic",
        }
        record = read_record(
            json.loads(document, parse_float=Decimal) if document else plain, EPOCH
        )
        record = replace(
            record,
            moment=line["moment"],
            asked=line["model"],
            served=None,
            request_id=line["request_id"],
            calls=line["sum_of"] or 1,
        )
        if not document:
            return replace(record, attempts=(Attempt(usage),))
        try:
            _, _, attempts = record.settled(self._book)
        except TariffError:  # the reason is given when the call is priced
            return record
        return replace(record, attempts=attempts, open=NOTHING_OPEN)

    def _contradictions(self) -> Iterator[Notice]:
        """Lines of one call that contradict each other."""
        for what, condition, used in (
            ("name different models", "models_differ", "the first line's model is used"),
            ("state different terms", "terms_differ", "the first line's terms are used"),
            ("count less than an earlier line", "shrinks", "the largest of each count is used"),
        ):
            rows = self._rows(f"SELECT line FROM calls_of_ids WHERE {condition} ORDER BY line")
            if not rows:
                continue
            lines = ", ".join(f"{line:,}" for (line,) in rows[:MAX_LINES])
            more = f" and {len(rows) - MAX_LINES:,} more" if len(rows) > MAX_LINES else ""
            message = (
                f"Lines of one request id {what}: {used}. The calls begin at line {lines}{more}."
            )
            yield Notice("lines_contradict", message)


def _union(selected: Iterable[str]) -> str:
    """Lines with a request id of several tables."""
    return f"({' UNION ALL '.join(f'{sql} AND request_id IS NOT NULL' for sql in selected)})"


def _same(record: UsageRecord, other: UsageRecord) -> bool:
    return record.attempts == other.attempts and record.unread == other.unread


def largest_of(records: Sequence[UsageRecord]) -> UsageRecord:
    """The call of several lines: of every count the largest.

    The line with the most attempts has them all; lines with as many are compared with it attempt by
    attempt. A line that is a whole call makes one of all.
    """
    most = max(len(record.attempts) for record in records)
    whole = [record for record in records if len(record.attempts) == most]
    attempts = []
    for alike in zip(*(record.attempts for record in whole), strict=True):
        counts: Mapping[str, int] = {
            name: max(getattr(attempt.usage, name) for attempt in alike) for name in BUCKETS
        }
        units = max((attempt.usage.units for attempt in alike), key=len)
        usage = replace(Usage.of(dict(counts)), units=units)
        attempts.append(replace(alike[-1], usage=usage))
    last = whole[-1]
    return replace(
        records[0],
        attempts=tuple(attempts),
        unread=last.unread,
        open=last.open,
        calls=max(record.calls for record in records),
        summed=all(record.summed for record in records),
    )
