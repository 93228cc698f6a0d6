"""JSON Lines as columns: how DuckDB reads records with providers' usage objects.

Lines of one kind (the same names at the same places) are read with one layout, which ``layout_of``
derives from an example. Lines of a kind without a layout, and lines with anything unusual, are
``odd``: they are read one by one.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pricing.errors import TariffError
from pricing.jsonio import reject_duplicate_keys
from pricing.reports.dimensions import Dimension, json_paths
from pricing.reports.provider_columns import COLUMNS, UsageColumns, calls_sql
from pricing.reports.readers.formats import by_column
from pricing.reports.readers.records import (
    CONTAINERS,
    MAX_TEXT,
    TERMS,
    RecordLayout,
    ignored_in,
    layout_of,
)
from pricing.reports.source_formats import SourceFormat
from pricing.reports.sql import STATED_TYPE
from pricing.usage.response import USAGES

#: So many kinds of lines are read by column; rarer ones are read one by one.
MAX_KINDS = 500
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
_AMOUNT = r"\d{1,15}(\.\d{1,30})?([eE]-?\d{1,2})?"
_OFFSET = r"[+-]([01]\d|2[0-3]):[0-5]\d"


def _path(dotted: str) -> str:
    return f"$.{dotted}" if dotted else "$"


_INSIDE = dict.fromkeys(
    step
    for container in CONTAINERS
    for step in (
        container.rpartition(".")[0],
        container,
        *(f"{container}.{usage}" for usage in USAGES),
    )
)
_NAMED = [_path(step.strip(".")) for step in _INSIDE]
_WORDS = ["$.usage_format"]
_WORDS += [_path(f"{name}.{word}".strip(".")) for name in CONTAINERS for word in ("type", "object")]


def _kind(paths: list[str], words: list[str]) -> str:
    return f"hash(json_keys(t, {paths}), json_extract(t, {words}))"


#: An expression that is equal for lines of one kind, and NULL for a line that is not JSON. Most
#: records hold their usage at the top: for those nothing further inside is compared.
KIND = (
    "CASE WHEN NOT json_valid(t) THEN NULL WHEN json_exists(t, '$.usage')"
    f" THEN {_kind(['$', '$.usage'], ['$.usage_format', '$.type', '$.object'])}"
    f" ELSE {_kind(_NAMED, _WORDS)} END"
)


def moment_sql(text: str) -> str:
    """Microseconds since 1970 of a date or RFC 3339 text; NULL for any other text."""
    return (
        f"CASE WHEN regexp_full_match({text}, '{_DATE}{_TIME}Z')"
        f" THEN epoch_us(try_cast(substr({text}, 1, length({text}) - 1) AS TIMESTAMP))"
        f" WHEN regexp_full_match({text}, '{_DATE}')"
        f" THEN epoch_us(try_cast({text} AS TIMESTAMP))"
        f" WHEN regexp_full_match({text}, '{_DATE}{_TIME}{_OFFSET}')"
        f" THEN epoch_us(try_cast({text} AS TIMESTAMPTZ)) END"
    )


def amount_sql(text: str) -> str:
    """The amount in USD that a text states as a cost; NULL for any other text, and for 0."""
    amount = f"NULLIF(TRY_CAST({text} AS {STATED_TYPE}), 0)"
    return f"CASE WHEN regexp_full_match({text}, '{_AMOUNT}') THEN {amount} END"


def layouts(
    examples: Iterable[tuple[int, str, int]], wanted: SourceFormat | None
) -> tuple[Mapping[tuple[RecordLayout, SourceFormat], list[int]], Counter[str]]:
    """Return the kinds of lines by their layout and format.

    Also returns how many lines have a property that is not read. ``examples`` has an example line
    of each kind, and the number of lines; ``wanted`` forces a format.
    """
    found: dict[tuple[RecordLayout, SourceFormat], list[int]] = {}
    ignored: Counter[str] = Counter()
    for kind, text, lines in examples:
        try:
            document = json.loads(text, object_pairs_hook=reject_duplicate_keys)
            name = by_column(document, wanted)
            layout = None if name is None else layout_of(document)
        except (ValueError, RecursionError, TariffError):
            continue
        if layout is None or name is None:
            continue
        ignored.update(dict.fromkeys(ignored_in(document, layout), lines))
        if layout.usage_format is not None:
            found.setdefault((layout, name), []).append(kind)
    return found, ignored


def calls_of(layout: RecordLayout, lines: str, labels: Sequence[Dimension] = ()) -> str:
    """Select the calls of lines of one layout; ``lines`` has ``line`` and the text ``t``."""
    shape = COLUMNS[layout.usage_format or ""]
    leaves = _Leaves(layout, shape, labels)
    return calls_sql(shape, leaves.sql(lines), extra=("t",))


class _Leaves:
    """Every leaf of a layout, extracted from the text in one pass, with its type."""

    def __init__(
        self, layout: RecordLayout, shape: UsageColumns, labels: Sequence[Dimension] = ()
    ) -> None:
        self._layout = layout
        self._shape = shape
        self._labels = labels
        self._paths: list[str] = []

    def _leaf(self, dotted: str | None) -> str:
        """The expression of a leaf's JSON text; NULL where the leaf is missing."""
        if dotted is None:
            return "CAST(NULL AS VARCHAR)"
        path = _path(dotted)
        if path not in self._paths:
            self._paths.append(path)
        return f"x[{self._paths.index(path) + 1}]"

    def sql(self, lines: str) -> str:
        layout, shape = self._layout, self._shape
        columns: dict[str, str] = {}
        whole: list[str] = []
        for name, path in (
            ("request_id", layout.request_id),
            ("requested", layout.requested_model),
            ("served", layout.served_model),
            ("endpoint", "endpoint"),
            ("team", "team"),
        ):
            leaf = self._leaf(path)
            columns[name] = f"NULLIF({_word(leaf, 'NULL')}, '')"
            whole.append(f"({leaf} IS NULL OR {leaf} = 'null' OR {leaf} LIKE '\"%')")
            whole.append(f"COALESCE(length({name}) <= {MAX_TEXT}, TRUE)")
        whole.append("COALESCE(served = requested, TRUE)")
        whole.append("COALESCE(served <> '<synthetic>', TRUE)")
        for term in TERMS:
            columns[f"asked_{term}"] = _word(self._leaf(term), "'?'")
        columns["labels"] = self._label_list()
        columns["stated"] = amount_sql(f"trim({self._leaf(layout.cost)}, '\"')")
        columns["moment"] = self._moment()
        columns |= self._usage(whole)
        chosen = ",\n  ".join(f"{sql} AS {name}" for name, sql in columns.items())
        # Every name inside of the usage is known, and is there once.
        keys = f"json_keys(t, {[_path(f'{layout.usage}.{name}') for name in shape.containers]})"
        for number, name in enumerate(shape.containers, start=1):
            found, known = f"{keys}[{number}]", sorted(shape.names(name))
            whole.append(f"COALESCE(len({found}) = len(list_distinct({found})), TRUE)")
            whole.append(f"COALESCE(list_has_all({known}, {found}), TRUE)")
        return f"""SELECT *, COALESCE(served, requested) AS model,
  {" AND ".join(whole)} AS whole
FROM (SELECT line, t, x, {chosen}
FROM (SELECT line, t, CAST(json_extract(t, {self._paths}) AS VARCHAR[]) AS x FROM {lines}) AS cut
) AS typed"""

    def _label_list(self) -> str:
        """The labels as a JSON list; values that are neither text nor numbers are null."""
        values = [
            [_label(self._leaf(path.removeprefix("$."))) for path in json_paths(label)]
            for label in self._labels
        ]
        return label_list([f"COALESCE({', '.join(found)})" for found in values])

    def _moment(self) -> str:
        leaf = self._leaf(self._layout.moment)
        text = f"substr({leaf}, 2, length({leaf}) - 2)"
        return (
            f"CASE WHEN regexp_full_match({leaf}, '[0-9]{{1,11}}')"
            f" THEN CAST({leaf} AS BIGINT) * 1000000 ELSE {moment_sql(text)} END"
        )

    def _usage(self, whole: list[str]) -> dict[str, str]:
        layout, shape = self._layout, self._shape
        columns: dict[str, str] = {}
        for count in shape.counts:
            null_is_none = "__" not in count or shape.nullable_members
            columns[count] = _count(self._inside(count), null_is_none)
        for word in shape.words:
            columns[word] = _word(self._inside(word), "'?'")
        if "service_tier" in shape.words and layout.usage_format != "anthropic":
            outer = self._leaf(_next_to_usage(layout, "service_tier"))
            stated = f"NULLIF({columns['service_tier']}, '')"
            columns["service_tier"] = f"COALESCE({stated}, {_word(outer, repr('?'))})"
        for name in (*shape.containers, *shape.absent):
            columns[name] = f"NULLIF({self._inside(name)}, 'null')"
        whole += [f"COALESCE({name} LIKE '{{%', TRUE)" for name in shape.containers]
        refused = self._leaf(_next_to_usage(layout, "stop_reason"))
        whole.append(f"COALESCE({refused} <> '\"refusal\"', TRUE)")
        return columns

    def _inside(self, name: str) -> str:
        return self._leaf(f"{self._layout.usage}.{name.replace('__', '.')}")


def _next_to_usage(layout: RecordLayout, name: str) -> str:
    return f"{layout.container}.{name}" if layout.container else name


def _count(leaf: str, null_is_none: bool) -> str:
    """A whole number as BIGINT, NULL for a missing leaf, and -1 for anything else."""
    null = f" WHEN {leaf} = 'null' THEN NULL" if null_is_none else ""
    return (
        f"CASE WHEN {leaf} IS NULL THEN NULL{null}"
        f" WHEN regexp_full_match({leaf}, '[0-9]{{1,13}}') THEN CAST({leaf} AS BIGINT)"
        " ELSE -1 END"
    )


def _label(leaf: str) -> str:
    """A label's text: of a string its content, of a number its digits, else NULL."""
    number = f"regexp_full_match({leaf}, '-?[0-9]+')"
    return f"NULLIF({_word(leaf, f'CASE WHEN {number} THEN {leaf} END')}, '')"


def label_list(values: Sequence[str]) -> str:
    """An expression of a JSON list of labels, cut to the length of a name; NULL without labels."""
    if not values:
        return "CAST(NULL AS VARCHAR)"
    cut = ", ".join(f"substr({value}, 1, {MAX_TEXT})" for value in values)
    return f"CAST(to_json([{cut}]) AS VARCHAR)"


def _word(leaf: str, otherwise: str) -> str:
    """A string's content, NULL for a missing leaf, and ``otherwise`` for anything else."""
    return (
        f"CASE WHEN {leaf} IS NULL OR {leaf} = 'null' THEN NULL"
        f" WHEN {leaf} LIKE '\"%' THEN CASE WHEN contains({leaf}, chr(92))"
        f" THEN json_extract_string({leaf}, '$')"
        f" ELSE substr({leaf}, 2, length({leaf}) - 2) END"
        f" ELSE {otherwise} END"
    )
