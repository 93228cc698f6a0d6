"""Flat tables as calls: CSV and Parquet files with a column for each count.

A column is found by the path of the usage member (``cache_creation.ephemeral_5m_input_tokens``,
with or without ``usage.`` before it, as pandas' ``json_normalize`` writes) or by its last step. A
file with a ``usage`` column has whole objects instead, and is read as JSON Lines are.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from pricing.errors import InvalidRequest
from pricing.jsonio import put_at
from pricing.reports.database import listed, literal
from pricing.reports.dimensions import TAG, TAG_PARENTS, Dimension, column_names, paths_of
from pricing.reports.provider_columns import COLUMNS, calls_sql
from pricing.reports.readers.flat import (
    CALLS,
    SEARCHES,
    SHORT_FORM,
    SHORT_FORM_WITH,
    TIMES,
    plain_name,
    with_clock,
)
from pricing.reports.readers.leaves import (
    AMOUNT,
    ZONE_OR_NONE,
    amount_sql,
    are_short,
    at_provider_sql,
    label_in_text,
    label_list,
    moment_sql,
    processing_sql,
    zoneless_sql,
)
from pricing.reports.readers.record_format import as_json
from pricing.reports.readers.records import (
    COST_NAMES,
    MOMENTS,
    MONEY,
    PROCESSED,
    REQUEST_IDS,
    US_DOLLARS,
    not_read,
)
from pricing.reports.readers.unread import FAILURE_COLUMNS
from pricing.reports.sql import STATED_TYPE, TERMS
from pricing.timestamps import END_US, EPOCH, rfc3339
from pricing.usage.meanings import UsageFormat
from pricing.usage.recognition import is_named_as_count, recognised
from pricing.usage.response import MODELS

#: The name of each column and its DuckDB type.
Columns = Sequence[tuple[str, str]]
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_FRACTIONS = ("FLOAT", "DOUBLE")
#: Types whose values have any length; lists end with ``[]``.
_LONG = ("VARCHAR", "BLOB", "JSON", "STRUCT", "MAP", "UNION")
#: Columns of what is read line by line.
_BY_LINE = frozenset(
    (*SEARCHES, *TIMES, "tool_uses", "service_tier", "serviceTier", "max_prompt_tokens")
)
_OTHER_SIGNS = re.compile(r"_*[^\w.-]+", re.ASCII)
_PRICE_TIERS = "('base', 'long_context')"
#: How the parts of a call begin that a table has no column for.
_NONE = "CAST(NULL AS"


class FlatTable:
    """How the columns of one file are read; raises InvalidRequest for a file without usage."""

    def __init__(self, columns: Columns) -> None:
        self._types = dict(columns)
        #: Columns by the names of fields that their headings are.
        exact_last = sorted(self._types, key=lambda name: plain_name(name) == name)
        named = {plain_name(name): name for name in exact_last}
        counts = set(filter(is_named_as_count, named))
        if counts <= SHORT_FORM_WITH:
            named = {SHORT_FORM.get(name, name): column for name, column in named.items()}
        self._columns = {**{name: name for name in self._types}, **named}
        if self._named(CALLS):
            raise InvalidRequest.at("/source/s3_uri", "has rows that sum up several calls")
        self.usage_format: UsageFormat = _format(named, self._columns)
        shape = COLUMNS[self.usage_format]
        self._shape = shape
        names = (*shape.counts, *shape.words, *shape.containers, *shape.absent)
        self._members = {name: _column(self._columns, name) for name in names}
        others = {*map(plain_name, self._types.keys() - {*self._members.values()})}
        by_line = others - ({*TIMES} if self._named(MOMENTS) else set())
        if any(map(is_named_as_count, by_line)) or not by_line.isdisjoint(_BY_LINE):
            raise InvalidRequest.at("/source/s3_uri", "has counts that are not read by column")
        self._failures = [name for name in FAILURE_COLUMNS if name in self._types]
        self._labels: dict[Dimension, str] = {}
        self._clock = self._named(("time",))
        self._others = others - {"provider", "currency", "time", *FAILURE_COLUMNS, *PROCESSED}
        self._processing = {
            name: processing_sql(self._text(column), of_batch=name == "batch")
            for name in PROCESSED
            if (column := self._named((name,)))
        }

    @property
    def states_cost(self) -> bool:
        """Whether a column has what calls were charged."""
        return self._named(COST_NAMES) is not None

    @property
    def ignored(self) -> Sequence[str]:
        """The columns that are not read."""
        read = {plain_name(column) for column in self._labels.values()}
        tags = (name for name in self._others if name.partition(".")[0] in TAG_PARENTS)
        names = (_OTHER_SIGNS.sub("_", name) for name in self._others - read - {*tags})
        return not_read(tuple(name.strip("_") for name in names))

    def ignored_in_rows(self) -> Mapping[str, str]:
        """The columns that are read in some rows, and in which rows they are not."""
        tier = f"{self._text(self._named(('tier',)))} NOT IN {_PRICE_TIERS}"
        words: dict[str, str] = {
            name: f"NOT {known} AND {tier}" if name == "tier" else f"NOT {known}"
            for name, (_, known) in self._processing.items()
        }
        currency = self._named(("currency",))
        words |= {"currency": f"NOT {self._is_usd(currency)}"} if currency else {}
        words |= {"time": f"NOT {apart}"} if (apart := self._clock_apart) else {}
        if cost := self._named(COST_NAMES):
            usd, text = self._is_usd(currency) if currency else "TRUE", self._text(cost)
            # Most amounts need no second look.
            is_zero = f"COALESCE(regexp_full_match({text}, {literal(f'{AMOUNT}|{MONEY}')}), TRUE)"
            unread = f"CASE WHEN {self._stated()} IS NULL THEN NOT {is_zero} ELSE FALSE END"
            words[plain_name(cost)] = f"{usd} AND {unread}"
        return words

    def calls(
        self, source: str, line: str, labels: Sequence[Dimension] = ()
    ) -> tuple[str, dict[str, str]]:
        """Select the calls of ``source``, and say which of their parts are the same in all.

        The expression ``line`` numbers its rows.
        """
        unread = {f"unread_{n}": sql for n, sql in enumerate(self.ignored_in_rows().values())}
        columns = self._parts(labels) | unread | dict(self._leaves())
        whole = f"sound AND {are_short(('request_id', 'model', 'endpoint', 'team'))}"
        chosen = ",\n  ".join(f"{sql} AS {name}_leaf" for name, sql in columns.items())
        renamed = ", ".join(f"{name}_leaf AS {name}" for name in columns)
        packed = ", ".join(f"{_quoted(name)} := {_quoted(name)}" for name in self._types)
        leaves = (
            f"SELECT *, {whole} AS whole FROM (SELECT line, t, {renamed} FROM"
            f" (SELECT {line} AS line, struct_pack({packed}) AS t,\n  {chosen}"
            f"\nFROM {source}) AS cut)"
        )
        known = frozenset(name for name, sql in columns.items() if not sql.startswith(_NONE))
        # Where a column may say that a request failed, rows that count nothing are read one by one.
        least = 1 if self._failures else 0
        return calls_sql(self._shape, leaves, known, extra=("t", "zoneless", *unread), least=least)

    def _parts(self, labels: Sequence[Dimension]) -> dict[str, str]:
        """The parts of a call but for its usage; ``sound`` is whether all of them are certain."""
        named = {label: self._named(column_names(label)) for label in labels}
        self._labels = {label: column for label, column in named.items() if column}
        model, sound = self._text(self._named(MODELS)), "TRUE"
        if provider := self._named(("provider",)):
            model, sound = at_provider_sql(model, self._text(provider))
        parts = {
            "moment": self._moment(),
            "request_id": self._text(self._named(REQUEST_IDS)),
            "model": model,
            "endpoint": self._text(self._named(("endpoint",))),
            "team": self._text(self._named(("team",))),
            "labels": label_list([self._label(label, named[label]) for label in labels]),
            "stated": self._stated() if self.states_cost else f"{_NONE} {STATED_TYPE})",
            "zoneless": self.zoneless or "FALSE",
            **{f"asked_{term}": self._text(self._named((term,))) for term in TERMS},
        }
        for processing, _ in self._processing.values():
            asked = parts["asked_processing"]
            sound += f" AND COALESCE({asked} = {processing}, TRUE)"
            parts["asked_processing"] = f"COALESCE({asked}, {processing})"
        if tier := self._named(("tier",)):
            sound += f" AND COALESCE({self._text(tier)} NOT IN {_PRICE_TIERS}, TRUE)"
        read = {self._named(names) for names in (MODELS, MOMENTS, REQUEST_IDS, COST_NAMES)}
        texts = self._types.keys() - read - {*self._members.values()}
        labelled = totals_sql([(name, self._types[name]) for name in sorted(texts)])
        return {**parts, "sound": f"{sound} AND NOT {labelled}"}

    def _leaves(self) -> Iterator[tuple[str, str]]:
        """The members of the usage."""
        for name, column in self._members.items():
            if name in self._shape.counts:
                yield name, self._count(column)
            elif name in self._shape.words and column in TERMS:
                # A flat table has one column for both: the requested and the served term.
                yield name, self._text(None)
            else:
                yield name, self._text(column)

    def document(self, row: Mapping[str, Any], moment: int | None) -> dict[str, Any]:
        """A row as the record that ``read_record`` reads."""
        record: dict[str, Any] = {name: row[name] for name in self._failures}
        alone = (
            (name,) for name in (*TERMS, "endpoint", "team", "provider", "currency", *PROCESSED)
        )
        for names in (MODELS, REQUEST_IDS, COST_NAMES, *alone):
            column = self._named(names)
            if column and row[column] not in (None, ""):
                record[names[0]] = str(row[column])
        for label, column in self._labels.items():
            parent, name = paths_of(label)[0]
            if row[column] is not None:
                (record.setdefault(parent, {}) if parent else record)[name] = str(row[column])
        column = self._named(MOMENTS)
        if column:
            record["timestamp"] = _number(row[column])
            record["timestamp"] = with_clock(record["timestamp"], row.get(self._clock or ""))
        if moment is not None and 0 <= moment < END_US and self.zoneless is None:
            record["timestamp"] = rfc3339(EPOCH + timedelta(microseconds=moment))
        usage: dict[str, Any] = {}
        for name, column in self._members.items():
            value = _number(row.get(column)) if column else None
            if value not in (None, "") and column not in TERMS:
                put_at(usage, name.split("__"), value)
        return {**record, "usage": usage, "usage_format": self.usage_format}

    def _named(self, names: Sequence[str]) -> str | None:
        return next((self._columns[name] for name in names if name in self._columns), None)

    def _text(self, column: str | None) -> str:
        if column is None or column not in self._types:
            return f"{_NONE} VARCHAR)"
        return f"NULLIF(CAST({_quoted(column)} AS VARCHAR), '')"

    def _label(self, label: Dimension, column: str | None) -> str:
        """A label's column, or a member of the object in a column of tags, which may be text."""
        values = [self._text(column)]
        for parent in TAG_PARENTS if label.startswith(TAG) else ():
            if whole := self._named((parent,)):
                is_text = self._types[whole] == "VARCHAR"
                text = _quoted(whole) if is_text else f"CAST(to_json({_quoted(whole)}) AS VARCHAR)"
                values.append(label_in_text(text, label[len(TAG) :]))
        return f"COALESCE({', '.join(values)})"

    def _count(self, column: str | None) -> str:
        if column is None:
            return f"{_NONE} BIGINT)"
        name, kind = _quoted(column), self._types[column]
        if kind in _WHOLE:
            return f"CAST({name} AS BIGINT)"
        if kind in _FRACTIONS:
            return (
                f"CASE WHEN {name} IS NULL OR isnan({name}) THEN NULL"
                f" WHEN {name} = floor({name}) AND abs({name}) < 1e15"
                f" THEN CAST({name} AS BIGINT) ELSE -1 END"
            )
        text = self._text(column)
        count = f"TRY_CAST({text} AS BIGINT)"
        # Digits without a sign, a point, a space or a zero before them.
        is_count = f"CAST({count} AS VARCHAR) = {text}"
        return f"CASE WHEN {is_count} THEN {count} WHEN {text} <> '' THEN -1 END"

    def _stated(self) -> str:
        """The cost in USD that a row states, also as ``$1,234.56``."""
        text = self._text(self._named(COST_NAMES))
        is_money = f"regexp_full_match({text}, {literal(MONEY)})"
        bare = f"CASE WHEN {is_money} THEN translate({text}, '$, ', '') END"
        stated = f"COALESCE({amount_sql(text)}, {amount_sql(bare)})"
        if currency := self._named(("currency",)):
            stated = f"CASE WHEN {self._is_usd(currency)} THEN {stated} END"
        return stated

    def _is_usd(self, currency: str) -> str:
        usd = ", ".join(map(literal, US_DOLLARS))
        return f"COALESCE(upper({self._text(currency)}) IN ({usd}), TRUE)"

    def _moment(self) -> str:
        column = self._named(MOMENTS)
        if column is None:
            return f"{_NONE} BIGINT)"
        name, kind = _quoted(column), self._types[column]
        if kind.startswith("TIMESTAMP") or kind == "DATE":
            as_instant = name if "TIME ZONE" in kind else f"CAST({name} AS TIMESTAMP)"
            return f"epoch_us({as_instant})"
        text = self._when(column)
        count = f"regexp_full_match({text}, '[0-9]{{9,11}}')"
        counted = f"CASE WHEN {count} THEN CAST({text} AS BIGINT) * 1000000 END"
        return moment_sql(text, ZONE_OR_NONE, counted)

    @property
    def zoneless(self) -> str | None:
        """Whether a row's time states no zone; None where all of them do."""
        column = self._named(MOMENTS)
        if column is None or self._types[column] != "VARCHAR":
            return None
        return zoneless_sql(self._when(column))

    def _when(self, column: str) -> str:
        """The text of a row's time: of a date, with the time of day that another column has."""
        text = f"CAST({_quoted(column)} AS VARCHAR)"
        if not self._clock_apart:
            return text
        joined = f"{text} || ' ' || {self._text(self._clock)}"
        return f"CASE WHEN {self._clock_apart} THEN {joined} ELSE {text} END"

    @property
    def _clock_apart(self) -> str:
        """Whether a row's time of day is in a column of its own; "" where that is in none."""
        column = self._named(MOMENTS)
        if column is None or self._clock is None:
            return ""
        clock, text = self._text(self._clock), f"CAST({_quoted(column)} AS VARCHAR)"
        return f"(contains({clock}, ':') AND NOT COALESCE(contains({text}, ':'), FALSE))"


#: What takes the place of a row of totals, which is not JSON.
TOTALS = '"\x02totals\x02'
_TOTAL = "(?i)(.* )?((sub|grand)[- ]?)?totals?:?"
_SUMS = ("Sum", "SUM", "Summe", "Gesamt", "Gesamtsumme")


def totals_sql(columns: Columns, row: str = "") -> str:
    """Whether a row is one of totals, by a cell that says so: it would count its calls again.

    Only cells that end so are compared with a pattern, which takes several times as long.
    """
    texts = (f"{row}{_quoted(name)}" for name, kind in columns if kind == "VARCHAR")
    cells = [
        f"CASE WHEN {' OR '.join(f'suffix({text}, {literal(end)})' for end in _ENDS)}"
        f" THEN regexp_full_match({text}, '{_TOTAL}')"
        f" ELSE COALESCE({text} IN {listed(_SUMS)}, FALSE) END"
        for text in texts
    ]
    return f"({' OR '.join(cells)})" if cells else "FALSE"


_ENDS = ("otal", "OTAL", "otals", "otal:")


def has_usage(columns: Columns) -> bool:
    """Whether a column has whole usage objects, instead of a column for each count."""
    names = {name for name, _ in columns}
    return bool(names & {"usage", "usageMetadata", "response", "body", "message"})


def row_as_json(columns: Columns) -> str:
    """A row as the text of a JSON object; text that holds an object becomes that object."""
    members = []
    for name, kind in columns:
        quoted = _quoted(name)
        value = quoted
        if kind == "VARCHAR":
            inside = f"trim({quoted}) LIKE '{{%' AND json_valid({quoted})"
            value = f"CASE WHEN {inside} THEN CAST({quoted} AS JSON) ELSE to_json({quoted}) END"
        elif kind.startswith(("TIMESTAMP", "DATE")):
            value = f"strftime(CAST({quoted} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')"
        members.append(f"{literal(name)}, {value}")
    return f"CAST(json_object({', '.join(members)}) AS VARCHAR)"


def unpacked_sql(source: str, columns: Columns) -> str:
    """Select how many bytes a table has: 8 for each value, and those of its texts."""
    lengths = [
        f"COALESCE(strlen(CAST({_quoted(name)} AS VARCHAR)), 0)"
        for name, kind in columns
        if kind.startswith(_LONG) or kind.endswith("]")
    ]
    return f"SELECT COALESCE(SUM({' + '.join((str(8 * len(columns)), *lengths))}), 0) FROM {source}"


def _format(named: Iterable[str], columns: Mapping[str, str]) -> UsageFormat:
    names = dict.fromkeys((name.split(".")[0] for name in named), 1)
    complete = [
        usage_format
        for usage_format, shape in COLUMNS.items()
        if all(_column(columns, name) for name in shape.required)
    ]
    try:
        return next(shape.name for shape in recognised(names, None, "") if shape.name in complete)
    except (InvalidRequest, StopIteration):
        detail = "needs a usage column or a column for each count, such as input_tokens"
        raise InvalidRequest.at("/source/s3_uri", detail) from None


def _column(columns: Mapping[str, str], name: str) -> str | None:
    """The column of a usage member, by the member's path or last step."""
    dotted = name.replace("__", ".")
    last = dotted.rpartition(".")[2]
    wanted = (f"usage.{dotted}", dotted, f"usage_{name.replace('__', '_')}", last)
    return next((columns[name] for name in wanted if name in columns), None)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _number(value: Any) -> Any:
    """Convert digits and whole fractions to integers, NaN to None, JSON in a text to what it is.

    Any other value is kept.
    """
    if isinstance(value, str):
        if value.isascii() and value.isdigit():
            return int(value)
        inside = as_json(value)
        return value if inside is None else inside
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    return value
