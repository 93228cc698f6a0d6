"""JSON Lines as columns: how DuckDB reads records that hold providers' usage objects.

Lines of one kind (the same names at the same places) are read with one plan, which ``plan_of``
makes from an example. What a kind's plan cannot be made for, and every line that is not plain, is
left ``odd`` for the reader of single records.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pricing.errors import InvalidRequest
from pricing.reports.provider_columns import COLUMNS, UsageColumns, calls_sql
from pricing.reports.readers.records import HOLDERS, MAX_TEXT, TERMS, USAGES, Plan, plan_of

#: Kinds beyond these, the rarest of a file, are read one by one.
MAX_KINDS = 500
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
_OFFSET = r"[+-]([01]\d|2[0-3]):[0-5]\d"


def _path(dotted: str) -> str:
    return f"$.{dotted}" if dotted else "$"


_INSIDE = dict.fromkeys(
    step
    for holder in HOLDERS
    for step in (holder.rpartition(".")[0], holder, *(f"{holder}.{one}" for one in USAGES))
)
_NAMED = [_path(one.strip(".")) for one in _INSIDE]
_WORDS = ["$.usage_format"]
_WORDS += [_path(f"{one}.{word}".strip(".")) for one in HOLDERS for word in ("type", "object")]


def _kind(paths: list[str], words: list[str]) -> str:
    return f"hash(json_keys(t, {paths}), json_extract(t, {words}))"


#: What lines of one kind have in common; NULL for what is not JSON. Most records hold their usage
#: themselves: of those nothing further inside is asked for.
KIND = (
    "CASE WHEN NOT json_valid(t) THEN NULL WHEN json_exists(t, '$.usage')"
    f" THEN {_kind(['$', '$.usage'], ['$.usage_format', '$.type', '$.object'])}"
    f" ELSE {_kind(_NAMED, _WORDS)} END"
)


def moment_sql(text: str) -> str:
    """Microseconds since 1970 of a date or RFC 3339 text, or NULL for what is not certainly one."""
    return (
        f"CASE WHEN regexp_full_match({text}, '{_DATE}{_TIME}Z')"
        f" THEN epoch_us(try_cast(substr({text}, 1, length({text}) - 1) AS TIMESTAMP))"
        f" WHEN regexp_full_match({text}, '{_DATE}')"
        f" THEN epoch_us(try_cast({text} AS TIMESTAMP))"
        f" WHEN regexp_full_match({text}, '{_DATE}{_TIME}{_OFFSET}')"
        f" THEN epoch_us(try_cast({text} AS TIMESTAMPTZ)) END"
    )


def plans(examples: Iterable[tuple[int, str]]) -> Mapping[Plan, list[int]]:
    """The plan of every kind that has one, from an example line of each."""
    found: dict[Plan, list[int]] = {}
    for kind, text in examples:
        plan = _plan(text)
        if plan is not None:
            found.setdefault(plan, []).append(kind)
    return found


def _plan(text: str) -> Plan | None:
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None

    def at(path: str) -> Any:
        value: Any = document
        for name in path.split(".") if path else ():
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def keys_at(path: str) -> list[str]:
        value = at(path)
        return list(value) if isinstance(value, dict) else []

    def word_at(path: str) -> str | None:
        value = at(path)
        return value if isinstance(value, str) else None

    try:
        return plan_of(keys_at, word_at)
    except InvalidRequest:
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def calls_of(plan: Plan, lines: str) -> str:
    """Select the calls of lines of one plan; ``lines`` has ``line`` and the text ``t``."""
    shape = COLUMNS[plan.usage_format]
    leaves = _Leaves(plan, shape)
    return calls_sql(shape, leaves.sql(lines), extra=("t",))


class _Leaves:
    """Every leaf of a plan, cut out of the text in one pass and typed."""

    def __init__(self, plan: Plan, shape: UsageColumns) -> None:
        self._plan = plan
        self._shape = shape
        self._paths: list[str] = []

    def _leaf(self, dotted: str | None) -> str:
        """The expression of a leaf's JSON text; NULL where it is not, or null."""
        if dotted is None:
            return "CAST(NULL AS VARCHAR)"
        path = _path(dotted)
        if path not in self._paths:
            self._paths.append(path)
        return f"x[{self._paths.index(path) + 1}]"

    def sql(self, lines: str) -> str:
        plan, shape = self._plan, self._shape
        columns: dict[str, str] = {}
        whole: list[str] = []
        for name, path in (
            ("request_id", plan.request_id),
            ("requested", plan.requested_model),
            ("served", plan.served_model),
            ("endpoint", "endpoint"),
            ("team", "team"),
        ):
            leaf = self._leaf(path)
            columns[name] = f"NULLIF({_word(leaf, 'NULL')}, '')"
            whole.append(f"({leaf} IS NULL OR {leaf} = 'null' OR {leaf} LIKE '\"%')")
            whole.append(f"COALESCE(length({name}) <= {MAX_TEXT}, TRUE)")
        whole.append("COALESCE(served = requested, TRUE)")
        for term in TERMS:
            columns[f"asked_{term}"] = _word(self._leaf(term), "'?'")
        columns["moment"] = self._moment()
        columns |= self._usage(whole)
        chosen = ",\n  ".join(f"{sql} AS {name}" for name, sql in columns.items())
        keys = [_path(f"{plan.usage}.{one}") for one in shape.containers]
        once = "TRUE"
        if keys:
            once = f"list_bool_and([len(k) = len(list_distinct(k)) for k in json_keys(t, {keys})])"
        return f"""SELECT *, COALESCE(served, requested) AS model,
  {" AND ".join(whole)} AND COALESCE({once}, TRUE) AS whole
FROM (SELECT line, t, x, {chosen}
FROM (SELECT line, t, CAST(json_extract(t, {self._paths}) AS VARCHAR[]) AS x FROM {lines}) AS cut
) AS typed"""

    def _moment(self) -> str:
        leaf = self._leaf(self._plan.moment)
        text = f"substr({leaf}, 2, length({leaf}) - 2)"
        return (
            f"CASE WHEN regexp_full_match({leaf}, '[0-9]{{1,11}}')"
            f" THEN CAST({leaf} AS BIGINT) * 1000000 ELSE {moment_sql(text)} END"
        )

    def _usage(self, whole: list[str]) -> dict[str, str]:
        plan, shape = self._plan, self._shape
        columns: dict[str, str] = {}
        for count in shape.counts:
            null_is_none = "__" not in count or shape.nullable_members
            columns[count] = _count(self._inside(count), null_is_none)
        for word in shape.words:
            columns[word] = _word(self._inside(word), "'?'")
        if plan.usage_format.startswith("openai"):
            outer = self._leaf(_beside(plan, "service_tier"))
            stated = f"NULLIF({columns['service_tier']}, '')"
            columns["service_tier"] = f"COALESCE({stated}, {_word(outer, repr('?'))})"
        for name in (*shape.containers, *shape.absent):
            columns[name] = f"NULLIF({self._inside(name)}, 'null')"
        whole += [f"COALESCE({one} LIKE '{{%', TRUE)" for one in shape.containers]
        refused = self._leaf(_beside(plan, "stop_reason"))
        whole.append(f"COALESCE({refused} <> '\"refusal\"', TRUE)")
        return columns

    def _inside(self, name: str) -> str:
        return self._leaf(f"{self._plan.usage}.{name.replace('__', '.')}")


def _beside(plan: Plan, name: str) -> str:
    return f"{plan.holder}.{name}" if plan.holder else name


def _count(leaf: str, null_is_none: bool) -> str:
    """A whole number as BIGINT, NULL where there is none, and -1 for anything else."""
    null = f" WHEN {leaf} = 'null' THEN NULL" if null_is_none else ""
    return (
        f"CASE WHEN {leaf} IS NULL THEN NULL{null}"
        f" WHEN regexp_full_match({leaf}, '[0-9]{{1,13}}') THEN CAST({leaf} AS BIGINT)"
        " ELSE -1 END"
    )


def _word(leaf: str, otherwise: str) -> str:
    """A string's content, NULL where there is none, and ``otherwise`` for what is no string."""
    return (
        f"CASE WHEN {leaf} IS NULL OR {leaf} = 'null' THEN NULL"
        f" WHEN {leaf} LIKE '\"%' THEN CASE WHEN contains({leaf}, chr(92))"
        f" THEN json_extract_string({leaf}, '$')"
        f" ELSE substr({leaf}, 2, length({leaf}) - 2) END"
        f" ELSE {otherwise} END"
    )
