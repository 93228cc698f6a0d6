"""Lines in the form of an example: those that are exactly what their values would be written as.

Most lines of a log are written by one program, with the same names in the same order and the same
spaces. A line that equals its form with its own values in it has nothing else in it: no other name,
none twice, no number in place of a text. So its values are read with their types, and its names
are not looked at again.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from json.decoder import JSONDecodeError
from operator import itemgetter

from pricing.reports.database import literal
from pricing.reports.readers.counted import Steps
from pricing.reports.readers.json_lines import JsonColumns, places_of
from pricing.reports.readers.leaves import JSON, NUMBER, TEXT, Leaves
from pricing.reports.readers.plans import Compared, Kind
from pricing.reports.source_formats import SourceFormat
from pricing.values import immutable

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r]*")
_MAX_NUMBER = 2**63


@immutable
class Form:
    """A line as the parts of its text: those that are always the same, and the places of values.

    Values of ``given`` must not be empty. Values of ``compared`` must not be objects: the names in
    objects are compared there.
    """

    parts: tuple[str | Steps, ...]
    given: frozenset[Steps]
    compared: frozenset[Steps]


class Forms:
    """The forms of example lines, how often each was found, and how their values are read."""

    def __init__(self, compared: Compared) -> None:
        self._compared = compared
        self.found: Counter[tuple[Form, int]] = Counter()
        #: A value that is not read alike in all examples is read as its JSON text.
        self.kinds: dict[Steps, str] = {}

    def add(self, line: str, kind: Kind, number: int) -> None:
        """Add a line of a kind whose plan has this number, if it has a form."""
        needed = () if kind.plan is None else frozenset(places_of(kind.plan))
        reading = _Reading(line, self._compared)
        try:
            form = reading.form()
        except (JSONDecodeError, IndexError):
            return
        if form is None:
            return
        self.found[form, number] += 1
        further = {one: JSON for one in needed if reading.may_have(one)}
        for steps, read in (further | reading.kinds).items():
            self.kinds[steps] = read if self.kinds.get(steps, read) == read else JSON


class _Reading:
    """Reads a line's text, value by value."""

    def __init__(self, text: str, compared: Compared) -> None:
        self._text = text
        self._watched, self._told_by, self._given = compared
        self._parts: list[str | Steps] = []
        #: Where the text begins that is in no part yet.
        self._rest = 0
        self._names: dict[Steps, set[str]] = {}
        self._is_plain = True
        self.kinds: dict[Steps, str] = {}

    def form(self) -> Form | None:
        """The line's form; None if it has a name twice, or more than one value."""
        end = self._value(0, ())
        if not self._is_plain or self._text[end:].strip():
            return None
        found = frozenset(self.kinds)
        parts = (*self._parts, self._text[self._rest :])
        return Form(parts, self._given & found, self._watched & found)

    def may_have(self, steps: Steps) -> bool:
        """Whether lines of the form may have a value here."""
        for end in range(len(steps)):
            names = self._names.get(steps[:end])
            if names is None:
                return self.kinds.get(steps[:end], JSON) == JSON
            if steps[end] not in names:
                return False
        return True

    def _value(self, at: int, steps: Steps) -> int:
        """Read the value that begins here; returns where it ends."""
        told = steps in self._told_by
        if steps in self._watched and not told and self._text[at] == "{":
            return self._members(at, steps)
        value, end = _DECODER.raw_decode(self._text, at)
        if value is None or told:
            return end
        self.kinds[steps] = JSON
        if isinstance(value, str) and "\\" not in self._text[at:end]:
            self.kinds[steps] = TEXT
        elif type(value) is int and abs(value) < _MAX_NUMBER:
            self.kinds[steps] = NUMBER
        self._parts += [self._text[self._rest : at], steps]
        self._rest = end
        return end

    def _members(self, at: int, steps: Steps) -> int:
        names = self._names.setdefault(steps, set())
        at = self._next(at + 1)
        while self._text[at] != "}":
            name, at = _DECODER.raw_decode(self._text, at)
            self._is_plain &= name not in names
            names.add(name)
            at = self._next(self._value(self._next(self._next(at) + 1), (*steps, name)))
            if self._text[at] == ",":
                at = self._next(at + 1)
                self._is_plain &= self._text[at] != "}"
        return at + 1

    def _next(self, at: int) -> int:
        """Where the next character is that is not a space."""
        found = _SPACE.match(self._text, at)
        return at if found is None else found.end()


class FormColumns(JsonColumns):
    """Reads the lines of a source ``(t)`` by column that are in one of these forms.

    The ``kind`` of a line is the number of its form, and NULL if it is in none. ``read_as`` is how
    the values of all forms are read.
    """

    def __init__(
        self,
        forms: Sequence[Form],
        read_as: Mapping[Steps, str],
        moment_of: Callable[[SourceFormat], int | None],
        *,
        tolerant: bool,
    ) -> None:
        super().__init__(Leaves(read_as), moment_of)
        self._forms = forms
        #: Unless set, lines that begin and end as an object does, but are not JSON, are an error.
        self.tolerant = tolerant

    def kinds(self, source: str) -> str:
        """Select the lines and the number of each one's form."""
        whens = (f"WHEN {self._is_in(form)} THEN {n}" for n, form in enumerate(self._forms))
        read = self._leaves.read(source, among="" if self.tolerant else "t LIKE '{%}'")
        return f"SELECT *, CASE {' '.join(whens)} END AS kind FROM ({read})"

    def _is_in(self, form: Form) -> str:
        """Whether a line is in a form; texts that are not written as they are leave that open."""
        texts, conditions = [], []
        line: list[tuple[str, bool]] = []
        for part in form.parts:
            if isinstance(part, str):
                line.append((part, True))
                continue
            kind, column = self._leaves.kind(part), self._leaves.column(part)
            quote = [('"', True)] if kind == TEXT else []
            line += [*quote, (column, False), *quote]
            if kind == TEXT:
                texts.append(column)
            empty = "''" if kind == TEXT else "'\"\"'"
            if part in form.given and kind != NUMBER:
                conditions.append(f"{column} <> {empty}")
            if part in form.compared and kind == JSON:
                conditions.append(f"NOT starts_with({column}, '{{')")
        if texts:
            signs = r"""'["\\]'"""
            of_texts = f"regexp_matches(concat({', '.join(texts)}), {signs})"
            conditions.append(f"(NOT contains(t, chr(92)) OR NOT {of_texts})")
        written = []
        for same, pieces in groupby(line, key=itemgetter(1)):
            found = [piece for piece, _ in pieces]
            written += [literal("".join(found))] if same else found
        return " AND ".join((f"t = concat({', '.join(written)})", *conditions))
