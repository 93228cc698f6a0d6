"""Usage reports on DuckDB: a file in, exact sums out.

Rows are read and added up by column. The calculator prices each distinct key once, and the sums
are multiplied as integers: no figure is a float, and an overflow is an error, not a wrong digit.
"""

import csv
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import duckdb

from pricing.catalogue.price_book import PriceBook
from pricing.errors import InvalidRequest
from pricing.reports.assumed import hourly, midnight_notices, notices_of_names, notices_of_terms
from pricing.reports.database import (
    SMALL_BYTES,
    by_name,
    database,
    day_us,
    from_csv,
    listed,
    literal,
)
from pricing.reports.dimensions import (
    COLUMNS,
    HOUR_US,
    Dimension,
    Privacy,
    group_expression,
    is_label,
)
from pricing.reports.loaded import LoadedUsage, SummedFolder
from pricing.reports.model_names import known_models, label_name, model_names, provider_name
from pricing.reports.rates import (
    BUCKETS,
    DAY_US,
    PricedKey,
    PriceKey,
    Pricing,
    Row,
    cuts_of,
    known_rates,
    places_of,
    price_rows,
)
from pricing.reports.readers.files import UsageFile, table_bytes
from pricing.reports.readers.merging import OF_MESSAGES, Merger
from pricing.reports.readers.reader import UsageReader
from pricing.reports.readers.scratch import is_full
from pricing.reports.readers.singly import ALONE, ALONE_ROWS, SINGLE_PLACES
from pricing.reports.report import Filters
from pricing.reports.slices import CallPattern, Pair
from pricing.reports.source_formats import AS_RECOGNISED, ReadOptions
from pricing.reports.sql import (
    CALL_COLUMNS,
    KEY_COLUMNS,
    PRICE_COLUMNS,
    PRICE_TYPES,
    STATES,
    TERMS,
    cube,
    moments_of,
    priced,
    sizes_of,
    slices,
    starts_of,
    summary,
)
from pricing.reports.tables import Table, apart, tables_sql

#: Recommendations are computed on the most expensive slices, and on the call patterns of so many
#: model and endpoint pairs.
MAX_SLICES = 5_000
MAX_PATTERNS = 200
EVERY_CALL: Mapping[Dimension, Sequence[str]] = MappingProxyType({})
#: Hexadecimal digits of a label that is shown as its SHA-256.
HASH_LENGTH = 16


class Engine:
    """One report's database in the scratch space ``folder``; ``say`` gets each completed step."""

    def __init__(
        self,
        book: PriceBook,
        folder: Path,
        *,
        net: PriceBook | None = None,
        columns: Sequence[Dimension] = (),
        privacy: Privacy = "show",
        memory_mb: int = 600,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._book = book
        self._net = net
        #: The column of each label that was asked for, and of hours.
        self._labels = [name for name in columns if is_label(name)]
        self._columns = {name: f"label_{number}" for number, name in enumerate(self._labels)}
        self._also = {**self._columns, **({"hour": "hour"} if "hour" in columns else {})}
        self._privacy = privacy
        self._folder = folder
        self._say = say
        self._sources: tuple[str, ...] = ()
        self._any_alone = False
        self._moments = moments_of("calls")
        #: Makes sure that the view ``calls`` exists, which another engine's calls only need here.
        self._need_calls: Callable[[], None] = lambda: None
        self.usage = LoadedUsage()
        self._memory_mb = memory_mb
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _at: object) -> None:
        self._opened.close()
        if isinstance(error, duckdb.OutOfRangeException | duckdb.ConversionException):
            detail = "add up to more than 38 digits can hold"
            raise InvalidRequest.at("/records", detail) from None

    def load(
        self, file: UsageFile, filters: Filters, options: ReadOptions = AS_RECOGNISED
    ) -> LoadedUsage:
        """Read a file and price its records.

        Raises InvalidRequest for a file without usage records, an incomplete file, and one that is
        too large.
        """
        started = time.perf_counter()
        self._prepare_for(file.path.stat().st_size, table_bytes(file))

        def done(step: str) -> None:
            self._say(f"{step} ({time.perf_counter() - started:.1f} s)")

        try:
            self._read(file, options)
            done(f"read {self.usage.read:,} records")
            self._merge_repeated()
            self._choose(filters)
            done("checked for duplicates")
            self._price()
            done("priced")
        except duckdb.OutOfMemoryException:
            detail = "is too large for one function; docs/usage-reports.md shows how to use Athena"
            raise InvalidRequest.at("/source", detail) from None
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            if is_full(error):
                raise
            detail = f"is incomplete or damaged: {type(error).__name__}"
            raise InvalidRequest.at("/source", detail) from None
        return self.usage

    def _prepare_for(self, size: int, table: int) -> None:
        """Open a database for a file of this size, and a table of this one."""
        self._db = self._opened.enter_context(database(self._folder, self._memory_mb, size, table))

    def load_summed(self, summed: SummedFolder) -> LoadedUsage:
        """Price calls that were read, merged and summed elsewhere, such as on a cluster."""
        self.usage = summed.usage
        self._prepare_for(SMALL_BYTES, SMALL_BYTES)

        def read(name: str, kind: str = "VIEW") -> None:
            rows = literal(summed.folder / name / "*.parquet")
            self._db.execute(f"CREATE {kind} {name} AS FROM read_parquet({rows})")

        def read_calls() -> None:
            summed.fetch_calls()
            read("calls")

        read("alone")
        read("slots")
        read("cube", "TABLE")
        self._moments = "SELECT * FROM slots"
        self._need_calls = read_calls
        self._price_cube()
        return self.usage

    def _read(self, file: UsageFile, options: ReadOptions) -> None:
        reader = UsageReader(
            self._db, self._book, self._folder, self._net, self._labels, options=options
        )
        reader.read_file(file)
        self._sources = reader.sources
        self.usage.add(reader.outcome)

    def _rows(self, sql: str) -> list[Row]:
        return self._db.execute(sql).fetchall()

    # --- What counts -----------------------------------------------------------------------------

    def _merge_repeated(self) -> None:
        """Make one call of the lines of a request id."""
        merger = Merger(self._db, self._book, self._sources, self._net)
        found = merger.merge(of_messages=not OF_MESSAGES.isdisjoint(self.usage.formats))
        self.usage.duplicates = found.duplicates
        self.usage.merged += found.merged
        self.usage.notices += found.notices

    def _choose(self, filters: Filters) -> None:
        """Create views of the calls that pass the filters."""
        repeated = self.usage.duplicates or self.usage.merged
        kept = ["line NOT IN (SELECT line FROM dropped)"] if repeated else []
        chosen = list(self._conditions(filters))
        where = "".join(f" AND {condition}" for condition in (*kept, *chosen))
        among_merged = "".join(f" AND {condition}" for condition in chosen)
        columns = self._shown_columns()
        merged = [f"merged WHERE TRUE{among_merged}"] if repeated else []
        sources = (*(f"{source}{where}" for source in self._sources), *merged)
        calls = " UNION ALL ".join(f"SELECT {columns} FROM {source}" for source in sources)
        self._db.execute(f"CREATE VIEW calls AS {calls}")
        self._db.execute(
            f"CREATE VIEW alone AS SELECT {columns}, {', '.join(ALONE)} FROM {ALONE_ROWS}{where}"
        )

    def _shown_columns(self) -> str:
        """The columns of a call, with its labels as the request's privacy allows."""
        columns = {name: name for name in CALL_COLUMNS if name != "labels"}
        columns |= {name: self._private(name) for name in COLUMNS}
        for label, column in self._columns.items():
            columns[column] = self._private(self._label_value(label))
        if "hour" in self._also:
            columns["hour"] = f"moment - moment % {HOUR_US}"
        columns[STATES] = "stated IS NOT NULL"
        return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())

    def _label_value(self, label: Dimension) -> str:
        return f"json_extract_string(labels, '$[{self._labels.index(label)}]')"

    def _private(self, value: str) -> str:
        if self._privacy == "drop":
            return "CAST(NULL AS VARCHAR)"
        return f"substr(sha256({value}), 1, {HASH_LENGTH})" if self._privacy == "hash" else value

    def _conditions(self, filters: Filters) -> Iterator[str]:
        names = []
        if {"model", "provider"} & filters.match.keys():
            sources = (*self._sources, "singly")
            models = " UNION ".join(f"SELECT DISTINCT model FROM {source}" for source in sources)
            names = self._rows(models)
        for name, values in filters.match.items():
            if name in ("model", "provider"):
                chosen = model_names(self._book, name, values, [found for (found,) in names])
            else:
                column = name if name in COLUMNS else self._label_value(name)
                yield f"{column} IN {listed(values)}"
                continue
            yield f"model IN {listed(chosen)}" if chosen else "FALSE"
        if filters.start is not None:
            yield f"moment >= {day_us(filters.start)}"
        if filters.end is not None:
            yield f"moment < {day_us(filters.end)}"

    # --- Pricing ---------------------------------------------------------------------------------

    def _price(self) -> None:
        names = [name for (name,) in self._rows("SELECT DISTINCT model FROM calls")]
        models = tuple(known_models(self._book, names))
        self.usage.notices += tuple(notices_of_names(self._book, names))
        self.usage.cuts = cuts = cuts_of(models)
        also = (*self._also.values(), *([STATES] if self.usage.states_cost else []))
        self._db.execute(f"CREATE TABLE cube AS {cube('calls', cuts, also)}")
        self._price_cube()
        if hourly(models):
            midnight = f"(SELECT * FROM calls WHERE moment % {DAY_US} = 0)"
            rows = self._dictionaries(cube(midnight, cuts))
            self.usage.notices += tuple(midnight_notices(Pricing(self._book, cuts), rows))

    def _price_cube(self) -> None:
        usage = self.usage
        pricing = Pricing(self._book, usage.cuts)
        keys = self._rows(f"SELECT DISTINCT {', '.join(KEY_COLUMNS)} FROM cube")
        usage.keys = [pricing.priced(PriceKey(*row)) for row in keys]
        if self._net is not None:
            at_net = Pricing(self._net, usage.cuts)
            usage.net_keys = [at_net.priced(one.key) for one in usage.keys]
            usage.keys = [pricing.priced(k.key, at_a_card=bool(k.card)) for k in usage.net_keys]
        self._any_alone = self._rows("SELECT COUNT(*) FROM alone")[0][0] > 0
        rates = known_rates([*usage.keys, *usage.net_keys])
        usage.places = SINGLE_PLACES if self._any_alone else places_of(rates)
        self._write_prices("prices", usage.keys)
        net = "net_prices" if self._net is not None else None
        if net:
            self._write_prices(net, usage.net_keys)
        self._db.execute(f"CREATE TABLE priced AS {priced('cube', 'prices', net)}")
        if self._any_alone:
            self._add_alone()
        self._count()

    def _write_prices(self, table: str, keys: Iterable[PricedKey]) -> None:
        path = self._folder / f"{table}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(PRICE_COLUMNS)
            writer.writerows(price_rows(keys, self.usage.places))
        self._db.execute(f"CREATE TABLE {table} AS FROM {from_csv(path, PRICE_TYPES)}")

    def _add_alone(self) -> None:
        """Add the calls that were priced one by one, each as a group of its own."""
        net = ", net" if self._net else ""
        stated = (STATES, "stated") if self.usage.states_cost else ()
        terms, buckets = ", ".join(TERMS), ", ".join((*BUCKETS, *self._also.values(), *stated))
        self._db.execute(
            f"INSERT INTO priced BY NAME SELECT model, {terms}, endpoint, team,"
            f" moment - moment % {DAY_US} AS day, 0 AS part, 0 AS tier, calls,"
            f" 0 AS plain_calls, {buckets}, label, reason, partial, cost{net} FROM alone"
        )

        served = self._rows(
            f"SELECT model, {terms}, MIN(moment) FROM alone WHERE reason IS NULL GROUP BY ALL"
        )
        self.usage.notices += tuple(notices_of_terms(self._book, served))

    def _count(self) -> None:
        usage = self.usage
        by_outcome = (
            "SELECT COALESCE(SUM({0}) FILTER (reason IS NULL), 0),"
            " COALESCE(SUM({0}) FILTER (reason IS NOT NULL), 0) FROM {1}"
        )
        (calls,) = self._rows(by_outcome.format("calls", "priced"))
        usage.priced, usage.unpriced = map(int, calls)
        if self._any_alone:  # a record that sums up calls is one record
            (further,) = self._rows(by_outcome.format("calls - 1", "alone"))
            usage.priced -= int(further[0])
            usage.unpriced -= int(further[1])
        repeated = usage.duplicates + usage.merged
        matched = usage.priced + usage.unpriced
        usage.filtered_out = usage.read - usage.rejected - repeated - matched
        if usage.states_cost:
            net = "COALESCE(SUM(net) FILTER (reason IS NULL), 0)" if self._net else "0"
            (usage.stated,) = self._rows(
                "SELECT COALESCE(SUM(calls) FILTER (reason IS NULL), 0),"
                " COALESCE(SUM(stated) FILTER (reason IS NULL), 0),"
                f" COALESCE(SUM(cost) FILTER (reason IS NULL), 0), {net},"
                f" COALESCE(SUM(stated) FILTER (reason IS NOT NULL), 0) FROM priced WHERE {STATES}"
            )
        if self._any_alone:
            self._count_alone()
        incomplete = "SELECT COUNT(*) FROM priced WHERE partial = 1 AND price_from IS NOT NULL"
        if self._rows(incomplete)[0][0]:
            self._need_calls()
            each = cube("calls", usage.cuts, also=("line",))
            partial = f"SELECT COUNT(*) FROM ({priced(f'({each})', 'prices')}) WHERE partial = 1"
            without = self._rows(partial)[0][0]
            usage.partial += without
            usage.incomplete += without
        usage.priced -= usage.partial

    def _count_alone(self) -> None:
        usage = self.usage
        (usage.sums,) = self._rows(
            "SELECT COUNT(*), COALESCE(SUM(calls), 0), COALESCE(SUM(cost), 0),"
            " COALESCE(SUM(low), 0), COALESCE(SUM(high), 0) FROM alone WHERE low <> high"
        )
        alone = "SELECT partial, unread, COUNT(*) FROM alone WHERE partial > 0 GROUP BY ALL"
        for partial, unread, calls in self._rows(alone):
            usage.partial += calls
            usage.incomplete += calls if partial == 1 else 0
            usage.unread.update(dict.fromkeys((unread or "").split(), calls))

    # --- Answers ---------------------------------------------------------------------------------

    def summary(
        self,
        by: Sequence[Dimension],
        match: Mapping[Dimension, Sequence[str]] = EVERY_CALL,
    ) -> list[dict[str, Any]]:
        """Sums by these dimensions; ``cost`` as an integer of ``usage.places`` decimals.

        ``match`` chooses calls by their values, as filters do.
        """
        expressions = [self._expression(name) for name in by]
        conditions = " AND ".join(
            f"{self._expression(name)} IN {listed(self._as_shown(name, values))}"
            for name, values in match.items()
        )
        return self._dictionaries(
            summary("priced", expressions, conditions, net=self._net is not None)
        )

    def tables(self, tables: Sequence[Table]) -> dict[Table, list[dict[str, Any]]]:
        """The rows of ``summary`` of each table in order, and after its ``most`` all others'."""
        rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in tables}
        for part in apart([*rows]):
            expressions = {name: self._expression(name) for table in part for name in table.by}
            column = {name: f"value_{place}" for place, name in enumerate(expressions)}
            sql = tables_sql("priced", part, expressions, net=self._net is not None)
            for row in self._dictionaries(sql):
                by = part[row["number"]].by
                values = {f"value_{place}": row[column[name]] for place, name in enumerate(by)}
                rows[part[row["number"]]].append(row | values)
        return rows

    def _expression(self, dimension: Dimension) -> str:
        if dimension == "provider":
            return self._provider
        return group_expression(dimension, self._also.get(dimension, dimension))

    def _as_shown(self, dimension: Dimension, values: Sequence[str]) -> Sequence[str]:
        """Values to compare with a column: of models, by the names that reports give them."""
        if dimension == "model":
            return [label_name(self._book, name) for name in values]
        if self._privacy == "hash" and dimension != "provider":
            return [sha256(name.encode()).hexdigest()[:HASH_LENGTH] for name in values]
        return values

    @cached_property
    def labels(self) -> list[str]:
        """The names of all models that were called, as reports give them."""
        return [name for (name,) in self._rows("SELECT DISTINCT label FROM priced")]

    @cached_property
    def _provider(self) -> str:
        """The SQL of the provider of a priced call."""
        names: dict[str, list[str]] = {}
        for label in self.labels:
            if provider := provider_name(self._book, label):
                names.setdefault(provider, []).append(label)
        if not names:
            return "CAST(NULL AS VARCHAR)"
        known = (f"WHEN label IN {listed(of)} THEN {literal(name)}" for name, of in names.items())
        return f"CASE {' '.join(known)} END"

    @property
    def label_columns(self) -> Mapping[Dimension, str]:
        """The column of each label that was asked for."""
        return self._columns

    def priced_groups(self) -> Iterator[dict[str, Any]]:
        """Every sum of calls with one price, the smallest groups there are."""
        cursor = self._db.cursor()
        cursor.execute(
            f"SELECT *, {self._provider} AS provider FROM priced WHERE cost IS NOT NULL"
            " ORDER BY ALL"
        )
        yield from by_name(cursor)

    def unpriced(self) -> list[Row]:
        """``(model, reason, calls)`` of the calls without a price, most calls first."""
        if not self.usage.unpriced:
            return []
        return self._rows(
            "SELECT label, reason, SUM(calls) FROM priced WHERE reason IS NOT NULL"
            " GROUP BY label, reason ORDER BY SUM(calls) DESC, label, reason"
        )

    def slices(self) -> list[dict[str, Any]]:
        """The most expensive fully priced sums by price, endpoint and model."""
        return self._dictionaries(slices("priced", MAX_SLICES))

    def call_patterns(self, pairs: Sequence[Pair]) -> dict[Pair, CallPattern]:
        """How large the calls of these pairs were, and where that matters, when they arrived."""
        found = self._by_pair(pairs[:MAX_PATTERNS], lambda wanted: sizes_of("cube", wanted))
        patterns = {pair: CallPattern(**sizes) for pair, sizes in found.items()}
        timed = [pair for pair, pattern in patterns.items() if pattern.pauses_matter]
        found = self._by_pair(timed, lambda wanted: starts_of(self._moments, wanted))
        return patterns | {
            pair: replace(patterns[pair], **starts) for pair, starts in found.items()
        }

    def _by_pair(
        self, pairs: Sequence[Pair], sql: Callable[[str], str]
    ) -> dict[Pair, dict[str, int]]:
        """What a statement about wanted pairs says about each."""
        if not pairs:
            return {}
        wanted = ", ".join(
            f"({number}, {literal(model)}, {literal(endpoint or '')})"
            for number, (model, endpoint) in enumerate(pairs)
        )
        rows = self._dictionaries(sql(wanted))
        return {
            pairs[row.pop("pair")]: {name: int(one or 0) for name, one in row.items()}
            for row in rows
        }

    def _dictionaries(self, sql: str) -> list[dict[str, Any]]:
        return list(by_name(self._db.execute(sql)))
