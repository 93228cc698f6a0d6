"""JSON Lines as columns: the SQL that reads lines of known kinds in one typed pass.

Lines of one kind (the same names at the same places) are read by one plan, which ``plans`` derives
from an example. Lines of another kind, and lines with anything unusual, are ``odd``: they are read
one by one.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from string import ascii_lowercase

from pricing.reports.database import literal
from pricing.reports.provider_columns import SEARCH, served_geo, served_processing, several_searches
from pricing.reports.rates import BUCKETS
from pricing.reports.readers.counted import BucketsSql, Steps
from pricing.reports.readers.leaves import (
    JSON,
    NUMBER,
    TEXT,
    Leaves,
    are_short,
    at_provider_sql,
    digits,
    label_in_text,
    label_list,
    label_sql,
    leaf_amount_sql,
    path,
    processing_sql,
    selected,
)
from pricing.reports.readers.plans import ColumnPlan, Compared, Kind, Sum
from pricing.reports.readers.record_format import ID_SEPARATOR, UNIQUE_LENGTH
from pricing.reports.source_formats import SourceFormat
from pricing.reports.sql import STATED_TYPE, TERMS
from pricing.timestamps import END_US
from pricing.usage.buckets import MAX_COUNT, TERM_CHOICES
from pricing.usage.terms import COMMON, GEOS, SPEEDS

#: The number of lines that are not calls.
NO_CALL = -1
_TEXTS = ("request_id", "asked_model", "served_model", "endpoint", "team")
#: The words of each term as they may be stated, and as a record may ask for them.
_WORDS: Mapping[str, Sequence[str]] = {
    "said_service_tier": sorted(COMMON),
    "said_speed": sorted(SPEEDS),
    "said_inference_geo": sorted(GEOS),
    **{f"asked_{term}": choices for term, choices in TERM_CHOICES.items()},
}
_BLANK = "(t IS NULL OR NOT regexp_matches(t, '[^ \t\r]'))"
#: A cost that both readers take for the same: a number, or one with few digits as text.
_COST = r"""-?\d+(\.\d+)?([eE]-?\d+)?|"(\d{1,12}(\.\d{1,20})?)?"|true|false"""
_NULL = "CAST(NULL AS VARCHAR)"
_NAMES = ("request_id", "endpoint", "team", "labels")
#: A part that is the same in all lines needs no place in the table.
_CONSTANT = re.compile(r"'\w+'|CAST\((0|NULL) AS \w+(\([\d, ]+\))?\)")
_NO_COST = f"CAST(NULL AS {STATED_TYPE})"


class JsonColumns(ABC):
    """Reads the lines of a source ``(t)`` by column, by the plan of each.

    ``moment_of`` is the time of the calls of a format that state none. What further columns the
    source has, ``kept``, the calls have too.
    """

    def __init__(
        self,
        leaves: Leaves,
        moment_of: Callable[[SourceFormat], int | None],
        kept: Sequence[str] = (),
    ) -> None:
        self._leaves = leaves
        self._moment_of = moment_of
        self._kept = ("t", *kept)

    @abstractmethod
    def kinds(self, source: str) -> str:
        """Select the lines and what tells which are read alike, as ``kind``."""

    def calls(
        self, source: str, plans: Sequence[ColumnPlan], numbers: Mapping[int, int]
    ) -> tuple[str, dict[str, str]]:
        """Select the parts of every line's call, and say which parts are the same in all lines.

        ``numbers`` are the plans by kind. ``odd`` is NULL for a line that is not a call, such as a
        blank one.
        """
        if not plans:
            return self._nothing(source, numbers)
        conditions: dict[str, list[int]] = {}
        columns: dict[str, dict[str, list[int]]] = {}
        for number, one in enumerate(plans):
            for name, sql in self._columns(one):
                among = conditions if name == "sound" else columns.setdefault(name, {})
                among.setdefault(sql, []).append(number)
        leaves = {name: _by_plan(found, len(plans)) for name, found in columns.items()}
        sums = BucketsSql(lambda count: f"of_{count}" in columns)
        buckets = sums.buckets()
        certain = [*sums.certain(), *self._certain(plans, columns.keys())]
        certain += [_of_plans(sql, numbers, plans) for sql, numbers in conditions.items()]
        parts = {
            **{name: name if name in columns else _NULL for name in _NAMES},
            "model": _model(columns.keys()),
            **_terms(columns.keys()),
            **{name: f"CAST({buckets.get(name, '0')} AS BIGINT)" for name in BUCKETS},
            "stated": "stated" if "stated" in columns else _NO_COST,
        }
        same = {name: sql for name, sql in parts.items() if _CONSTANT.fullmatch(sql)}
        odd = f"NOT COALESCE({' AND '.join(certain)}, FALSE)"
        read = {
            **{name: name for name in ("plan", "moment", "zoneless", *self._kept)},
            **{name: sql for name, sql in parts.items() if name not in same},
            "odd": f"CASE WHEN plan >= 0 THEN {odd} WHEN plan < 0 OR {_BLANK} THEN NULL"
            " ELSE TRUE END",
        }
        sql = f"SELECT *, {selected(leaves)} FROM ({self._planned(source, numbers)})"
        for further in sums.steps():
            sql = f"SELECT *, {selected(further)} FROM ({sql})"
        return f"SELECT {selected(read)} FROM ({sql})", same

    def _planned(self, source: str, numbers: Mapping[int, int]) -> str:
        chosen = " ".join(f"WHEN {kind} THEN {number}" for kind, number in numbers.items())
        return f"SELECT *, CASE kind {chosen} END AS plan FROM ({self.kinds(source)})"

    def _nothing(self, source: str, numbers: Mapping[int, int]) -> tuple[str, dict[str, str]]:
        """The same of lines of which no kind is read by column."""
        unplanned = f"SELECT *, NULL AS plan FROM {source}"
        rows = self._planned(source, numbers) if numbers else unplanned
        read = {
            **{name: name for name in ("plan", *self._kept)},
            "moment": "CAST(NULL AS BIGINT)",
            "zoneless": "FALSE",
            "odd": f"CASE WHEN plan IS NULL AND NOT {_BLANK} THEN TRUE END",
        }
        same = dict.fromkeys((*_NAMES, "model", *TERMS), _NULL)
        same |= dict.fromkeys(BUCKETS, "CAST(0 AS BIGINT)") | {"stated": _NO_COST}
        return f"SELECT {selected(read)} FROM ({rows})", same

    def _certain(self, plans: Sequence[ColumnPlan], columns: Collection[str]) -> Iterator[str]:
        """What must hold for a line of any plan to be read by column."""
        written = {*_counts_of([one for one in plans if one.loose])}
        leaves = self._leaves
        counted = {steps: leaves.kind(steps) == NUMBER for steps in _counts_of(plans)}
        numbers = [leaves.column(steps) for steps, is_number in counted.items() if is_number]
        if texts := [
            digits(leaves.leaf(steps), loose=steps in written)
            for steps, is_number in counted.items()
            if not is_number
        ]:
            yield f"NOT regexp_matches(concat_ws(' ', {', '.join(texts)}), '[^0-9 ]|[0-9]{{14}}')"
        counts = [name for name in columns if name.startswith("of_")]
        counts += dict.fromkeys(self._sum(one, part) for one in plans for part in one.parts)
        yield _are_counts(numbers, counts)
        yield f"moment >= 0 AND moment < {END_US}"
        if texts := [name for name in _TEXTS if name in columns]:
            yield are_short(texts)
        model = _model(columns)
        yield f"{model} IS NOT NULL AND NOT contains({model}, {literal(SEARCH)})"
        if "of_web_search" in columns:
            yield f"NOT {several_searches('of_web_search', model)}"
        if "served_model" in columns:
            yield "COALESCE(served_model <> '<synthetic>', TRUE)"
        if "served_model" in columns and "asked_model" in columns:
            yield "(served_model IS NULL OR asked_model IS NULL OR served_model = asked_model)"
        for name, values in _WORDS.items():
            if name in columns:
                said = f"lower({name})" if name == "said_service_tier" else name
                yield f"({name} IS NULL OR {said} IN ({', '.join(map(literal, values))}))"

    # --- One plan's columns ----------------------------------------------------------------------

    def _columns(self, plan: ColumnPlan) -> Iterator[tuple[str, str]]:
        """The columns by their names, and as ``sound`` every condition of a line being certain."""
        sound: list[str] = []
        leaf = self._leaves.leaf
        yield from self._texts(plan, sound)
        yield from self._moment(plan)
        for steps in plan.cost:
            yield "stated", leaf_amount_sql(leaf(steps))
            sound.append(
                f"CASE WHEN stated IS NOT NULL AND NOT starts_with({leaf(steps)}, '\"')"
                f" THEN stated <= {MAX_COUNT} ELSE COALESCE(stated <= {MAX_COUNT}, TRUE)"
                f" AND COALESCE(regexp_full_match({leaf(steps)}, {literal(_COST)}), TRUE) END"
            )
        yield from self._label_list(plan, sound)
        for name, terms in (("asked", plan.asked), ("said", plan.words)):
            for term, places in terms.items():
                words = [self._leaves.word(steps, "'?'") for steps in places]
                if name == "asked" and term == "processing" and plan.is_batch:
                    words = [self._processing(plan, sound, words[0])]
                yield f"{name}_{term}", f"COALESCE({', '.join(words)})"
        if plan.is_batch and "processing" not in plan.asked:
            yield "asked_processing", self._processing(plan, sound, _NULL)
        if plan.batch:
            yield "is_batch", "TRUE"
        yield "omits_zeros", str(plan.omits_zeros).upper()
        yield "total_decides", str(plan.total_decides).upper()
        yield "cache_in_doubt", str(plan.cache_in_doubt).upper()
        yield from self._counts(plan, sound)
        sound += [
            f"NOT COALESCE(regexp_matches({leaf(steps)}, '^\"?(\\\\u|[\\[{{])'), FALSE)"
            for steps in plan.hidden
        ]
        sound += [f"COALESCE({leaf(steps)} <> '\"refusal\"', TRUE)" for steps in plan.refusal]
        if plan.signs:
            sound += [f"NOT {_has(sign)}" for sign in plan.signs]
            letter = r"regexp_matches(t, '\\u00[2-7]')"
            sound.append(rf"NOT CASE WHEN contains(t, '\u00') THEN {letter} ELSE FALSE END")
        for condition in dict.fromkeys(sound):
            yield "sound", condition

    def _texts(self, plan: ColumnPlan, sound: list[str]) -> Iterator[tuple[str, str]]:
        for name in _TEXTS:
            places = getattr(plan, name)
            joined = name == "request_id" and plan.message_id
            if found := [one for one in places if joined or self._leaves.has(one)]:
                numbers = plan.loose and not name.endswith("model")
                text = self._text(found, sound, numbers=numbers)
                if joined:
                    text = self._joined_id(plan, text, sound)
                if plan.provider and name.endswith("model") and len(found[0]) == 1:
                    provider = self._text(plan.provider, sound, numbers=False)
                    text, is_plain = at_provider_sql(text, provider)
                    sound.append(is_plain)
                yield name, text

    def _processing(self, plan: ColumnPlan, sound: list[str], asked: str) -> str:
        """The processing that a record asks for, or says by being one of a batch."""
        (steps,) = plan.is_batch
        text = self._leaves.word(steps, self._leaves.leaf(steps))
        word, known = processing_sql(text, of_batch=True)
        if not plan.states_batch:
            sound.append(f"COALESCE(NOT {known} AND {text} <> '', FALSE)")
            return asked
        sound += [f"COALESCE({known} OR {text} = '', TRUE)", f"COALESCE({asked} = {word}, TRUE)"]
        return f"COALESCE({asked}, {word})"

    def _joined_id(self, plan: ColumnPlan, request: str, sound: list[str]) -> str:
        """The ids of a message and of its request as one, as ``several.id_of_message`` has them."""
        message = self._text(plan.message_id, sound, numbers=False)
        known = f"COALESCE(length({message}) >= {UNIQUE_LENGTH}, TRUE)"
        sound.append(f"({known} OR {request} IS NOT NULL)")
        joined = f"concat({message}, {literal(ID_SEPARATOR)}, COALESCE({request}, ''))"
        return f"CASE WHEN {message} IS NULL THEN {request} ELSE {joined} END"

    def _counts(self, plan: ColumnPlan, sound: list[str]) -> Iterator[tuple[str, str]]:
        for count, ways in plan.counts.items():
            stated = [self._sum(plan, way) for way in ways]
            sound += [
                f"COALESCE({one} = 0 OR {other} = 0 OR {one} = {other}, TRUE)"
                for one, other in combinations(stated, 2)
            ]
            yield f"of_{count}", stated[0] if len(stated) == 1 else f"greatest({', '.join(stated)})"
        for one in plan.none:
            sound += [f"COALESCE({self._leaves.leaf(steps)} = '0', TRUE)" for steps in _steps(one)]
        sound += [f"{self._sum(plan, one)} IS NOT NULL" for one in plan.required]
        for steps, text in plan.empty.items():
            sound.append(f"COALESCE({self._leaves.leaf(steps)} = '{text}', TRUE)")

    def _sum(self, plan: ColumnPlan, one: Sum) -> str:
        parts = []
        for places in one:
            found = [self._leaves.count(steps, loose=plan.loose) for steps in places]
            parts.append(found[0] if len(found) == 1 else f"COALESCE({', '.join(found)})")
        if len(parts) == 1:
            return parts[0]
        total = " + ".join(f"COALESCE({part}, 0)" for part in parts)
        return f"CASE WHEN COALESCE({', '.join(parts)}) IS NOT NULL THEN {total} END"

    def _text(self, places: Sequence[Steps], sound: list[str], *, numbers: bool) -> str:
        """The first text that is not empty; with ``numbers``, whole numbers are text too."""
        found = []
        for steps in places:
            leaf = self._leaves.leaf(steps)
            is_number = f"regexp_full_match({leaf}, '-?[0-9]+')"
            others = f"CASE WHEN {is_number} THEN {leaf} END" if numbers else "NULL"
            found.append(f"NULLIF({self._leaves.word(steps, others)}, '')")
            if self._leaves.kind(steps) != TEXT:
                sound.append(
                    f"({leaf} IS NULL OR {leaf} LIKE '\"%'{f' OR {is_number}' if numbers else ''})"
                )
        return found[0] if len(found) == 1 else f"COALESCE({', '.join(found)})"

    def _label_list(self, plan: ColumnPlan, sound: list[str]) -> Iterator[tuple[str, str]]:
        if plan.labels:
            found = ((self._label(steps, plan) for steps in places) for places in plan.labels)
            yield "labels", label_list([f"COALESCE({', '.join(one)})" for one in found])
        for name, in_text in plan.tags.items():
            other = r"'^\{'" if in_text else r"""'^"(\\u|\{)'"""
            sound.append(
                f"NOT COALESCE(regexp_matches({self._leaves.leaf((name,))}, {other}), FALSE)"
            )

    def _label(self, steps: Steps, plan: ColumnPlan) -> str:
        if plan.tags.get(steps[0]) and len(steps) > 1:
            return label_in_text(self._leaves.word(steps[:1], _NULL), steps[1])
        leaf = self._leaves.leaf(steps)
        return label_sql(leaf, lambda number: self._leaves.word(steps, number))

    def _moment(self, plan: ColumnPlan) -> Iterator[tuple[str, str]]:
        if plan.moment:
            moment, zoneless = self._leaves.moment(plan.moment)
        else:
            default = self._moment_of(plan.name)
            moment = f"CAST({'NULL' if default is None else default} AS BIGINT)"
            zoneless = "FALSE"
        yield "moment", moment
        yield "zoneless", zoneless


class KindColumns(JsonColumns):
    """Tells the lines of these kinds by their names: lines of one kind have an equal hash.

    ``compared`` is what lines of one kind have in common, as ``Kind.compared``.
    """

    def __init__(
        self,
        kinds: Iterable[Kind],
        compared: Compared,
        moment_of: Callable[[SourceFormat], int | None],
        kept: Sequence[str] = (),
    ) -> None:
        self._watched, self._told_by, self._given = map(sorted, compared)
        places = {*self._told_by, *self._given}.union(*map(leaves_of, kinds))
        super().__init__(Leaves(dict.fromkeys(places, JSON)), moment_of, kept)

    def kinds(self, source: str) -> str:
        """Select the lines and the hash of their kind, NULL for those that are not JSON."""
        paths = ", ".join(literal(path(steps)) for steps in self._watched)
        told = [self._leaves.leaf(steps) for steps in self._told_by]
        told += [_missing(self._leaves.leaf(steps)) for steps in self._given]
        read = self._leaves.read(source, f"TRY(json_keys(t, [{paths}])) AS keys, ")
        kind = f"CASE WHEN keys IS NOT NULL THEN hash({', '.join(['keys', *told])}) END"
        return f"SELECT *, {kind} AS kind FROM ({read})"


def _missing(leaf: str) -> str:
    return f"({leaf} IS NULL OR {leaf} = '\"\"')"


def _has(sign: str) -> str:
    """Whether a line has this text; a search that begins with a letter stops at every such letter.

    So what comes after the letters is looked for first.
    """
    rare = sign.lstrip(ascii_lowercase)
    found = f"contains(t, {literal(sign)})"
    if rare == sign:
        return found
    return f"CASE WHEN contains(t, {literal(rare)}) THEN {found} ELSE FALSE END"


def _steps(one: Sum) -> Iterator[Steps]:
    for places in one:
        yield from places


def _counts_of(plans: Sequence[ColumnPlan]) -> list[Steps]:
    """Every leaf that is a count in one of these plans."""
    ways = (way for plan in plans for ways in (*plan.counts.values(), plan.parts) for way in ways)
    return list(dict.fromkeys(steps for way in ways for steps in _steps(way)))


def leaves_of(kind: Kind) -> frozenset[Steps]:
    """The places at which lines of this kind are looked at."""
    return kind.told_by.union(kind.given, places_of(kind.plan) if kind.plan else ())


def places_of(plan: ColumnPlan) -> Iterator[Steps]:
    """The places at which lines of this plan are looked at, some more than once."""
    for places in (
        *(getattr(plan, name) for name in (*_TEXTS, "message_id", "moment", "refusal", "hidden")),
        *(plan.cost, plan.provider, plan.is_batch),
        *(*plan.labels, *plan.words.values(), *plan.asked.values(), plan.empty),
        ((name,) for name in plan.tags),
    ):
        yield from places
    ways = [way for ways in plan.counts.values() for way in ways]
    for one in (*ways, *plan.parts, *plan.none, *plan.required):
        yield from _steps(one)


def _by_plan(columns: Mapping[str, Sequence[int]], plans: int) -> str:
    """One column of several plans' columns; NULL in lines of a plan that lacks it."""
    most, *others = sorted(columns, key=lambda sql: len(columns[sql]), reverse=True)
    if sum(map(len, columns.values())) < plans:
        others, most = [most, *others], "NULL"
    chosen = " ".join(
        f"WHEN plan IN ({', '.join(map(str, columns[sql]))}) THEN {sql}" for sql in others
    )
    return f"CASE {chosen} ELSE {most} END" if chosen else most


def _of_plans(condition: str, numbers: Sequence[int], plans: Sequence[ColumnPlan]) -> str:
    """A condition that only lines of these plans must meet."""
    if len(numbers) == len(plans):
        return condition
    others = sorted({*range(len(plans))} - {*numbers})
    if len(others) <= len(numbers):
        return f"(plan IN ({', '.join(map(str, others))}) OR {condition})"
    return f"(plan NOT IN ({', '.join(map(str, numbers))}) OR {condition})"


def _model(columns: Collection[str]) -> str:
    """The model of a call: what the answer names goes before what the record asked for."""
    models = [name for name in ("served_model", "asked_model") if name in columns]
    return f"COALESCE({', '.join(models)})" if len(models) > 1 else models[0] if models else _NULL


def _are_counts(numbers: Sequence[str], counts: Sequence[str]) -> str:
    """Whether none of the numbers is negative, no count too large, and one not 0; any may be NULL.

    All their bits together say it of most lines, in less time. A line that counts nothing may be a
    request that failed.
    """
    at_least = f"least({', '.join(numbers)}, 0) = 0 AND " if numbers else ""
    each = f"{at_least}greatest({', '.join(counts)}, 0) BETWEEN 1 AND {MAX_COUNT}"
    bits = " | ".join((*numbers, *counts))
    return f"CASE WHEN ({bits}) BETWEEN 1 AND {MAX_COUNT} THEN TRUE ELSE {each} END"


def _terms(columns: Collection[str]) -> dict[str, str]:
    """The terms of a call: what the answer states goes before what the record asked for."""
    asked = "asked_processing" if "asked_processing" in columns else "NULL"
    said = {
        "processing": served_processing("lower(said_service_tier)", asked),
        "speed": "said_speed",
        "inference_geo": served_geo("said_inference_geo"),
    }
    terms = {}
    for term, (ordinary, *_) in TERM_CHOICES.items():
        word, default = "service_tier" if term == "processing" else term, f"'{ordinary}'"
        stated = [said[term]] if f"said_{word}" in columns else []
        stated += [f"asked_{term}"] if f"asked_{term}" in columns else []
        terms[term] = f"COALESCE({', '.join((*stated, default))})" if stated else default
    if "is_batch" in columns:
        terms["processing"] = f"CASE WHEN is_batch THEN 'batch' ELSE {terms['processing']} END"
    return terms
