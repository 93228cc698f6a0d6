"""The values of a line as columns, and what SQL makes of them: texts, moments, amounts, labels."""

import json
from collections.abc import Callable, Mapping, Sequence

from pricing.reports.database import literal
from pricing.reports.readers.counted import Steps
from pricing.reports.readers.moments import LEAST_COUNT
from pricing.reports.readers.records import MAX_TEXT
from pricing.reports.sql import STATED_TYPE
from pricing.usage.written import CHOSEN_BY_PROVIDER, TIERS

#: How a value is read: as a text, a whole number, or its JSON text, which all values have.
TEXT, NUMBER, JSON = "VARCHAR", "BIGINT", "JSON"
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
#: How most programs write an instant, and what reads it in half the time of a pattern and a cast.
_USUAL = {
    "____-__-__T__:__:__.___Z": "%Y-%m-%dT%H:%M:%S.%gZ",
    "____-__-__T__:__:__Z": "%Y-%m-%dT%H:%M:%SZ",
    "____-__-__ __:__:__": "%Y-%m-%d %H:%M:%S",
    "____-__-__T__:__:__": "%Y-%m-%dT%H:%M:%S",
}
_ZONELESS = r"\d[ T]\d\d:\d\d:\d\d(\.\d+)?"
_OFFSET = r"[+-]([01]\d|2[0-3]):[0-5]\d"
#: A cost as programs write it.
AMOUNT = r"\d{1,15}(\.\d{1,30})?([eE]-?\d{1,2})?"
ZONE_OR_NONE = "UTC|[Zz]|"
_NULL = "CAST(NULL AS VARCHAR)"


class Leaves:
    """The values of a line that are extracted in one parse of it, by the kind of each.

    A text or a number is only read as such in lines that are known to have one there.
    """

    def __init__(self, kinds: Mapping[Steps, str]) -> None:
        self._tree: dict[str, object] = {}
        #: Leaves that are within another leaf are taken from its text.
        self._whole: set[Steps] = set()
        self._names = {steps: f"leaf_{number}" for number, steps in enumerate(sorted(kinds))}
        #: Leaves whose name another one has in other capitals: a structure has each name once.
        self._apart: set[Steps] = set()
        self._kinds: dict[Steps, str] = {}
        outer = {steps[:end] for steps in kinds for end in range(1, len(steps))}
        names: dict[tuple[str, ...], Steps] = {}
        for steps in sorted(kinds, key=lambda one: (len(one), one)):
            if any(steps[:end] in self._whole for end in range(1, len(steps))):
                continue
            spelled = [steps[:end] for end in range(1, len(steps) + 1)]
            if any(names.setdefault(_folded(one), one) != one for one in spelled):
                self._apart.add(steps)
                continue
            inside = self._tree
            for name in steps[:-1]:
                inside = inside.setdefault(name, {})  # type: ignore[assignment]
            self._kinds[steps] = JSON if steps in outer else kinds[steps]
            inside[steps[-1]] = self._kinds[steps]
            self._whole.add(steps)

    def read(self, source: str, further: str = "", among: str = "") -> str:
        """Select every column, and ``further`` ones, of the lines of a source ``(t)``.

        The values of lines ``among`` which all are JSON are read in less time.
        """
        structure = literal(json.dumps(self._tree, ensure_ascii=False))
        columns = {name: self._extracted(steps) for steps, name in self._names.items()}
        parsed = f"from_json(t, {structure})"
        parsed = f"CASE WHEN {among} THEN {parsed} END" if among else f"TRY({parsed})"
        return (
            f"SELECT * EXCLUDE (x), {selected(columns)} FROM"
            f" (SELECT *, {further}{parsed} AS x FROM {source})"
        )

    def has(self, steps: Steps) -> bool:
        """Whether any line may have a value here."""
        return steps in self._names

    def kind(self, steps: Steps) -> str:
        """How a value is read."""
        return self._kinds.get(steps, JSON)

    def column(self, steps: Steps) -> str:
        """The column of a value as it is read; NULL where it is missing or null."""
        return self._names.get(steps, _NULL)

    def leaf(self, steps: Steps) -> str:
        """The JSON text of a value; NULL where it is missing or null."""
        column = self.column(steps)
        written = {TEXT: f"('\"' || {column} || '\"')", NUMBER: f"CAST({column} AS VARCHAR)"}
        return written.get(self.kind(steps), column)

    def count(self, steps: Steps, *, loose: bool) -> str:
        """A value that is a count."""
        if self.kind(steps) == NUMBER:
            return self.column(steps)
        return f"TRY_CAST({digits(self.leaf(steps), loose=loose)} AS BIGINT)"

    def word(self, steps: Steps, otherwise: str) -> str:
        """A string's content, NULL for a missing value, and ``otherwise`` for anything else."""
        if self.kind(steps) == TEXT:
            return self.column(steps)
        return word(self.leaf(steps), otherwise)

    def moment(self, places: Sequence[Steps]) -> tuple[str, str]:
        """The moment that the first of these values states, and whether it states no zone."""
        column, kind = self.column(places[0]), self.kind(places[0])
        if len(places) == 1 and kind == TEXT:
            return text_moment_sql(column), zoneless_sql(column)
        if len(places) == 1 and kind == NUMBER:
            is_moment = f"{column} BETWEEN {LEAST_COUNT} AND 999999999999999999"
            return f"CASE WHEN {is_moment} THEN {_of_count(column)} END", "FALSE"
        found = [f"NULLIF({self.leaf(steps)}, '\"\"')" for steps in places]
        leaf = found[0] if len(found) == 1 else f"COALESCE({', '.join(found)})"
        return leaf_moment_sql(leaf), zoneless_sql(leaf, '"')

    def _extracted(self, steps: Steps) -> str:
        if steps in self._apart:
            return f"NULLIF(CAST(TRY(json_extract(t, {literal(path(steps))})) AS VARCHAR), 'null')"
        end = next(end for end in range(1, len(steps) + 1) if steps[:end] in self._whole)
        extracted = "x" + "".join(f"[{literal(name)}]" for name in steps[:end])
        if end == len(steps):
            return f"CAST({extracted} AS VARCHAR)" if self._kinds[steps] == JSON else extracted
        inner = f"CAST(json_extract({extracted}, {literal(path(steps[end:]))}) AS VARCHAR)"
        return f"NULLIF({inner}, 'null')"


def selected(columns: Mapping[str, object]) -> str:
    """Columns by their names, as a SELECT lists them."""
    return ",\n  ".join(f"{sql} AS {name}" for name, sql in columns.items())


def path(steps: Steps) -> str:
    """A place as a path of JSON."""
    return "$" + "".join(f'."{name}"' for name in steps)


def _folded(steps: Steps) -> tuple[str, ...]:
    return tuple(name.lower() for name in steps)


def are_short(texts: Sequence[str]) -> str:
    """Whether none of these texts is longer than a name; bytes are counted in no time."""
    bytes_, characters = (
        f"greatest({', '.join(f'{count}({text})' for text in texts)}) <= {MAX_TEXT}"
        for count in ("strlen", "length")
    )
    return f"CASE WHEN {bytes_} THEN TRUE ELSE COALESCE({characters}, TRUE) END"


def digits(leaf: str, *, loose: bool) -> str:
    """A count's text, which may be within quotes if it is ``loose``."""
    return f"NULLIF({unquoted(leaf)}, '')" if loose else leaf


def unquoted(leaf: str) -> str:
    """A JSON value's text without the quotes around it; ``trim`` takes ten times as long."""
    return f"CASE WHEN {leaf} LIKE '\"%' THEN substr({leaf}, 2, length({leaf}) - 2) ELSE {leaf} END"


def moment_sql(text: str, zone: str = "UTC|[Zz]", otherwise: str = "NULL") -> str:
    """Microseconds since 1970 of a date or an instant as logs write it.

    If ``zone`` matches an empty text, an instant without a zone is in UTC.
    """
    # Only of these texts DuckDB reads the zone itself; cutting it off takes five times as long.
    plain = "Z?" if zone == ZONE_OR_NONE else "Z"
    return (
        f"CASE {_usual_sql(text, zone)} WHEN regexp_full_match({text}, '{_DATE}[ T]{_TIME}{plain}')"
        f" THEN epoch_us(try_cast({text} AS TIMESTAMP))"
        f" WHEN regexp_full_match({text}, '{_DATE}[ T]{_TIME} ?({zone})')"
        f" THEN epoch_us(try_cast(rtrim({text}, ' UTCZz') AS TIMESTAMP))"
        f" WHEN regexp_full_match({text}, '{_DATE}')"
        f" THEN epoch_us(try_cast({text} AS TIMESTAMP))"
        f" WHEN regexp_full_match({text}, '{_DATE}[ T]{_TIME}{_OFFSET}')"
        f" THEN epoch_us(try_cast({text} AS TIMESTAMPTZ)) ELSE {otherwise} END"
    )


def _usual_sql(text: str, zone: str) -> str:
    """The cases of ``moment_sql`` that read the usual texts."""
    # A blank or a sign is passed over before the year, and without a zone also a blank elsewhere.
    digit = f"{text} >= '0'"
    digits = f"{digit} AND substr({text}, 12) >= '0' AND substr({text}, 19) >= '0'"
    return " ".join(
        f"WHEN strlen({text}) = {len(written)} AND {text} LIKE '{written}'"
        f" AND {digit if written.endswith('Z') else digits}"
        f" THEN epoch_us(try_strptime({text}, '{read}'))"
        for written, read in _USUAL.items()
        if written.endswith("Z") or zone == ZONE_OR_NONE
    )


def amount_sql(text: str) -> str:
    """The amount in USD that a text states as a cost; NULL for any other text, and for 0."""
    amount = f"NULLIF(TRY_CAST({text} AS {STATED_TYPE}), 0)"
    return f"CASE WHEN regexp_full_match({text}, '{AMOUNT}') THEN {amount} END"


def leaf_amount_sql(leaf: str) -> str:
    """The same of a JSON value, of which a number needs no pattern."""
    number = f"TRY_CAST({leaf} AS {STATED_TYPE})"
    text = f"WHEN starts_with({leaf}, '\"') THEN {amount_sql(unquoted(leaf))}"
    return f"CASE {text} ELSE NULLIF(greatest({number}, 0), 0) END"


def zoneless_sql(text: str, quote: str = "") -> str:
    """Whether a text that states a moment states no zone; ``quote`` is around it.

    The usual lengths say it in a tenth of the time.
    """
    usual = f"WHEN length({text}) = {19 + 2 * len(quote)} THEN TRUE"
    other = f"regexp_matches({text}, '{_ZONELESS}{quote}$')"
    return f"CASE WHEN suffix({text}, 'Z{quote}') THEN FALSE {usual} ELSE {other} END"


def _of_count(count: str) -> str:
    """The moment of a count of seconds, milli-, micro- or nanoseconds."""
    return (
        f"CASE WHEN {count} < 100000000000 THEN {count} * 1000000"
        f" WHEN {count} < 100000000000000 THEN {count} * 1000"
        f" WHEN {count} < 100000000000000000 THEN {count} ELSE {count} // 1000 END"
    )


def text_moment_sql(text: str) -> str:
    """The moment of a text: also a count."""
    count = _of_count(f"CAST({text} AS BIGINT)")
    other = f"CASE WHEN regexp_full_match({text}, '[0-9]{{9,18}}') THEN {count} END"
    return moment_sql(text, ZONE_OR_NONE, other)


def leaf_moment_sql(leaf: str) -> str:
    """The moment of a JSON value: also a count."""
    text, count = f"substr({leaf}, 2, length({leaf}) - 2)", f"CAST({unquoted(leaf)} AS BIGINT)"
    return (
        f"CASE WHEN regexp_full_match({leaf}, '\"{_DATE}[ T]{_TIME}Z?\"')"
        f" THEN epoch_us(try_cast({text} AS TIMESTAMP))"
        f" WHEN regexp_full_match({leaf}, '[0-9]{{9,18}}|\"[0-9]{{9,18}}\"')"
        f" THEN {_of_count(count)} ELSE {moment_sql(text, ZONE_OR_NONE)} END"
    )


def at_provider_sql(model: str, provider: str) -> tuple[str, str]:
    """A model's name as ``spellings.at_provider`` has it, and whether it is the same here."""
    host = f"replace(lower({provider}), ' ', '-')"
    own = f"{provider} IS NULL OR contains({model}, '/')"
    name = f"CASE WHEN {own} THEN {model} ELSE {host} || '/' || {model} END"
    return name, f"COALESCE(regexp_full_match({provider}, '[!-~]+( [!-~]+)*'), TRUE)"


def processing_sql(text: str, *, of_batch: bool) -> tuple[str, str]:
    """The processing that a text states, as ``written.processing_of`` has it, and whether any."""
    lowered = f"lower({text})"
    words = ", ".join(map(literal, TIERS))
    cases = f"WHEN {lowered} IN ({words}) THEN {lowered}"
    known = [*TIERS, *CHOSEN_BY_PROVIDER]
    if of_batch:
        cases += f" WHEN {lowered} = 'true' THEN 'batch' WHEN {lowered} = 'false' THEN 'standard'"
        known += ["true", "false"]
    return f"CASE {cases} END", f"{lowered} IN ({', '.join(map(literal, known))})"


def label_sql(leaf: str, word_or: Callable[[str], str]) -> str:
    """A label's text: of a string its content, of a number its digits, else NULL."""
    number = f"CASE WHEN regexp_full_match({leaf}, '-?[0-9]+') THEN {leaf} END"
    return f"NULLIF({word_or(number)}, '')"


def label_in_text(text: str, name: str) -> str:
    """The same of a member of an object that is written as text."""
    inner = f"TRY(json_extract({text}, {literal(path((name,)))}))"
    leaf = f"(CASE WHEN starts_with({text}, '{{') THEN CAST({inner} AS VARCHAR) END)"
    return label_sql(leaf, lambda number: word(leaf, number))


def label_list(values: Sequence[str]) -> str:
    """An expression of a JSON list of labels, cut to the length of a name; NULL without labels."""
    if not values:
        return "CAST(NULL AS VARCHAR)"
    cut = ", ".join(f"substr({value}, 1, {MAX_TEXT})" for value in values)
    return f"CAST(to_json([{cut}]) AS VARCHAR)"


def word(leaf: str, otherwise: str) -> str:
    """A string's content, NULL for a missing leaf, and ``otherwise`` for anything else."""
    return (
        f"CASE WHEN {leaf} IS NULL OR {leaf} = 'null' THEN NULL"
        f" WHEN {leaf} LIKE '\"%' THEN CASE WHEN contains({leaf}, chr(92))"
        f" THEN json_extract_string({leaf}, '$')"
        f" ELSE substr({leaf}, 2, length({leaf}) - 2) END"
        f" ELSE {otherwise} END"
    )
