"""JSON Lines as a table: which kinds of lines a file has, and all of its lines in one pass.

A sample from many places of the file shows the kinds of its lines. Lines of other kinds, which then
are few, are read one by one.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from pricing.errors import TariffError
from pricing.jsonio import read_json
from pricing.reports.database import TINY_BYTES, Database, create_in_order, literal
from pricing.reports.dimensions import Dimension
from pricing.reports.loaded import ReadOutcome
from pricing.reports.rates import Row
from pricing.reports.readers.counted import Steps
from pricing.reports.readers.files import MAX_LINE_BYTES
from pricing.reports.readers.forms import Form, FormColumns, Forms
from pricing.reports.readers.json_lines import NO_CALL, JsonColumns, KindColumns, leaves_of
from pricing.reports.readers.leaves import selected
from pricing.reports.readers.plans import ColumnPlan, Compared, Kind, kind_of
from pricing.reports.source_formats import ReadOptions, SourceFormat
from pricing.reports.sql import CALL_COLUMNS

#: The sample: so many places of a file, and so many lines of each.
SAMPLES, SAMPLE_LINES, SAMPLE_BYTES = 64, 16, 1 << 18
#: So many kinds of lines are read by column; rarer ones are read one by one.
MAX_KINDS = 60
#: So many places are looked at in every line. Ten tools' logs in one file have about 80.
MAX_LEAVES = 400
MAX_LINE_DEPTH = 100
_MAX_ROUNDS = 3
#: Forms are looked for in so many lines of a sample. The most frequent ones are tried, if together
#: most of the sample is in them; each takes a little time of every line that is in none.
FORM_LINES, MAX_FORMS, LEAST_SHARE, LEAST_IN_FORMS = 100, 8, 0.02, 0.5
_NONE: Compared = (frozenset(), frozenset(), frozenset())
_TEXT_LINES = (
    "delim = '\\x1f', quote = '', escape = '', comment = '', header = false, auto_detect = false,"
    " columns = {'t': 'VARCHAR'}, strict_mode = false, null_padding = true, ignore_errors = true,"
    f" store_rejects = true, max_line_size = {MAX_LINE_BYTES}"
)
#: DuckDB adds lines to a table in parts of a quarter of this, and copies those that do not fill a
#: group of rows again. Larger buffers are only worth their memory where they fill one.
BUFFER_BYTES, MAX_BUFFER_BYTES = 2 * MAX_LINE_BYTES, 10 * MAX_LINE_BYTES
ROW_GROUP = 122_880


class LineTable:
    """Fills the view ``read`` from a file of JSON Lines.

    Its columns are those of ``CALL_COLUMNS``, ``odd`` and ``raw``, the text of odd lines. Blank
    lines are not in it, nor those that are not calls. ``outcome`` counts those read by column.
    """

    def __init__(
        self,
        db: Database,
        options: ReadOptions,
        labels: Sequence[Dimension],
        moment_of: Callable[[SourceFormat], int | None],
        outcome: ReadOutcome,
    ) -> None:
        self._db = db
        self._wanted = options.source_format
        self._labels = labels
        self._moment_of = moment_of
        self._outcome = outcome
        self._plans: list[tuple[ColumnPlan, tuple[str, ...]]] = []

    def _rows(self, sql: str) -> list[Row]:
        return self._db.execute(sql).fetchall()

    def fill(self, path: Path, sample: Path, first_line: int) -> bool:
        """Read the file; False, without the view, if DuckDB left lines out."""
        lines = sampled(path)
        compared, kinds = self._kinds(lines, sample)
        numbers = {hashed: self._number(kind) for hashed, kind in kinds.items()}

        def by_names(*kept: str) -> KindColumns:
            return KindColumns(kinds.values(), compared, self._moment_of, kept)

        forms = None
        if kinds and path.stat().st_size > TINY_BYTES:
            forms = self._forms(sample, by_names(), compared, kinds, numbers)
        columns, of_plans = forms or (by_names(), numbers)
        source = _lines(path, _buffer(lines))
        tables = {"all_rows": self._create("all_rows", columns, source, of_plans)}
        complete = not self._rows("SELECT COUNT(*) FROM reject_errors")[0][0]
        for table in (*([] if complete else tables), "reject_errors", "reject_scans"):
            self._db.execute(f"DROP TABLE {table}")
        if not complete:
            return False
        other = "all_rows WHERE plan IS NULL AND odd"
        others = forms is not None and self._rows(f"SELECT COUNT(*) FROM {other}")[0][0]
        if others:
            source = f"(SELECT rowid AS line, raw AS t FROM {other})"
            tables["other_rows"] = self._create("other_rows", by_names("line"), source, numbers)
        read = []
        for table, same in tables.items():
            line, where = "line", "TRUE"
            if table == "all_rows":
                line, where = "rowid", "plan IS NOT NULL" if others else "TRUE"
            skipped = self._count(f"{table} WHERE {where}")
            parts = selected({name: same.get(name, name) for name in CALL_COLUMNS[1:]})
            read.append(
                f"SELECT {line} + {first_line} AS line, {parts}, odd, raw FROM {table}"
                f" WHERE {where}{' AND odd IS NOT NULL' if skipped else ''}"
            )
        self._db.execute(f"CREATE VIEW read AS {' UNION ALL '.join(read)}")
        return True

    def _number(self, kind: Kind) -> int:
        """The number of a kind's plan."""
        if kind.plan is None:
            return NO_CALL
        planned = (kind.plan, kind.ignored)
        if planned not in self._plans:
            self._plans.append(planned)
        return self._plans.index(planned)

    def _create(
        self, table: str, columns: JsonColumns, source: str, numbers: Mapping[int, int]
    ) -> dict[str, str]:
        """Create a table of the calls of a source; returns the parts that all of them share."""
        calls, same = columns.calls(source, [plan for plan, _ in self._plans], numbers)
        rows = f"SELECT * EXCLUDE (t), CASE WHEN odd THEN t END AS raw FROM ({calls})"
        try:
            create_in_order(self._db, table, rows)
        except duckdb.InvalidInputException:
            if not isinstance(columns, FormColumns) or columns.tolerant:
                raise
            columns.tolerant = True
            return self._create(table, columns, source, numbers)
        return same

    def _forms(
        self,
        sample: Path,
        columns: KindColumns,
        compared: Compared,
        kinds: Mapping[int, Kind],
        numbers: Mapping[int, int],
    ) -> tuple[FormColumns, dict[int, int]] | None:
        """The forms that most lines of a sample are in, and the plan of each."""
        lines = self._of_sample(f"SELECT kind, t FROM ({columns.kinds(_lines(sample))})")
        forms = Forms(compared)
        for hashed, text in lines[:: max(1, len(lines) // FORM_LINES)]:
            if hashed in kinds:
                forms.add(text, kinds[hashed], numbers[hashed])
        found = [one for one, _ in forms.found.most_common(MAX_FORMS)]
        if not forms.kinds:
            return None

        def of(chosen: Iterable[tuple[Form, int]], *, tolerant: bool) -> FormColumns:
            found = [form for form, _ in chosen]
            return FormColumns(found, forms.kinds, self._moment_of, tolerant=tolerant)

        told = of(found, tolerant=True).kinds(_lines(sample))
        sizes: dict[int | None, int] = dict(
            self._of_sample(f"SELECT kind, COUNT(*) FROM ({told}) GROUP BY kind")
        )
        kept = [one for n, one in enumerate(found) if sizes.get(n, 0) > LEAST_SHARE * len(lines)]
        if len(lines) - sizes.get(None, 0) < LEAST_IN_FORMS * len(lines):
            return None
        return of(kept, tolerant=False), {n: number for n, (_, number) in enumerate(kept)}

    def _of_sample(self, sql: str) -> list[Row]:
        rows = self._rows(sql)
        for table in ("reject_errors", "reject_scans"):
            self._db.execute(f"DROP TABLE {table}")
        return rows

    def _count(self, rows: str) -> int:
        """Count the lines by plan; returns how many are blank or not calls."""
        skipped = 0
        by_plan = self._rows(
            "SELECT plan, COUNT(*), COUNT(odd), COUNT(*) FILTER (odd),"
            f" COUNT(*) FILTER (NOT odd AND zoneless) FROM {rows} GROUP BY plan"
        )
        for number, lines, calls, odd, zoneless in by_plan:
            skipped += lines - calls
            if number is None:
                continue
            if number == NO_CALL:
                self._outcome.not_calls += lines
                continue
            plan, ignored = self._plans[number]
            read = calls - odd
            self._outcome.formats[plan.name] += read
            self._outcome.states_cost |= bool(plan.cost)
            self._outcome.ignored.update(dict.fromkeys(ignored, read))
            self._outcome.assumed["zone"] += zoneless
            self._outcome.assumed["time"] += 0 if plan.moment else read
        return skipped

    def _kinds(self, lines: Sequence[bytes], sample: Path) -> tuple[Compared, dict[int, Kind]]:
        """What the lines of a sample are compared by, and their kinds by hash.

        The most frequent kinds come first. What lines must have in common follows from the kinds,
        and the kinds from that: each round looks at one example of every kind that the kinds of the
        round before tell apart.
        """
        sample.write_bytes(b"".join(line + b"\n" for line in lines))
        documents = [_parsed(line) for line in lines]
        by_names = {_names(document): document for document in documents}
        frequent = Counter(map(_names, documents)).most_common(MAX_KINDS)
        found = [self._kind(by_names[names]) for names, _ in frequent]
        known: dict[int, Kind] = {}
        compared: Compared = _NONE
        for _ in range(_MAX_ROUNDS if any(found) else 0):
            kinds = _few((n, kind) for n, kind in enumerate(found) if kind is not None)
            if not kinds:
                break
            needed = _in_common(kinds.values())
            if needed == compared:
                break
            compared = needed
            columns = KindColumns(kinds.values(), compared, self._moment_of)
            examples = self._of_sample(
                f"SELECT kind, min(t) FROM ({columns.kinds(_lines(sample))})"
                " WHERE kind IS NOT NULL GROUP BY kind ORDER BY COUNT(*) DESC, kind"
                f" LIMIT {MAX_KINDS}"
            )
            by_hash = {hashed: self._kind(_parsed(text.encode())) for hashed, text in examples}
            known = _few(
                (hashed, kind)
                for hashed, kind in by_hash.items()
                if kind is not None and all(map(frozenset.issubset, kind.compared, compared))
            )
            found = [*found, *by_hash.values()]
        return compared, known

    def _kind(self, document: Any) -> Kind | None:
        kind = kind_of(document, self._wanted, self._labels)
        if kind is None or kind.plan is None or kind.plan.moment:
            return kind
        return None if self._moment_of(kind.plan.name) is None else kind


def _in_common(kinds: Iterable[Kind]) -> Compared:
    watched, told_by, given = (
        frozenset[Steps]().union(*parts)
        for parts in zip(*(kind.compared for kind in kinds), strict=True)
    )
    return watched, told_by, given


def _few(kinds: Iterable[tuple[int, Kind]]) -> dict[int, Kind]:
    """The kinds whose places together are not too many, the first ones first."""
    chosen: dict[int, Kind] = {}
    leaves: frozenset[Steps] = frozenset()
    for number, kind in kinds:
        more = leaves | leaves_of(kind)
        if len(more) <= MAX_LEAVES:
            chosen[number], leaves = kind, more
    return chosen


def _lines(path: Path, buffer: int = BUFFER_BYTES) -> str:
    return f"read_csv({literal(path)}, {_TEXT_LINES}, buffer_size = {buffer})"


def _buffer(lines: Sequence[bytes]) -> int:
    """The size of the buffers in which a file of lines like these is read."""
    line = sum(map(len, lines)) // max(len(lines), 1) + 2
    wanted = 4 * ROW_GROUP * line
    return max(wanted, BUFFER_BYTES) if wanted <= MAX_BUFFER_BYTES else BUFFER_BYTES


def _parsed(line: bytes) -> Any:
    try:
        return read_json(line, max_bytes=MAX_LINE_BYTES, max_depth=MAX_LINE_DEPTH)
    except TariffError:
        return None


def _names(document: Any) -> str:
    """What tells apart most kinds of lines: the names at the top, and the type."""
    if not isinstance(document, dict):
        return ""
    return json.dumps([*document, str(document.get("type")), str(document.get("event"))])


def sampled(path: Path) -> list[bytes]:
    """Lines from many places of a file, those at its beginning first."""
    size = path.stat().st_size
    lines: list[bytes] = []
    with path.open("rb") as file:
        for place in range(SAMPLES):
            start = size * place // SAMPLES
            if start < file.tell() and place:
                continue
            file.seek(start)
            if place:
                file.readline(SAMPLE_BYTES)  # the rest of a line
            for _ in range(SAMPLE_LINES):
                line = file.readline(SAMPLE_BYTES)
                if line.endswith(b"\n") or (line and file.tell() == size):
                    lines.append(line.strip())
    return [line for line in lines if line.startswith(b"{") and b"\x1f" not in line]
