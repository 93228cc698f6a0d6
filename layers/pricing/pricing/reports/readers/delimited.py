"""CSV files as spreadsheets write them: titles, another delimiter, decimal commas."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pricing.errors import InvalidRequest
from pricing.reports.database import literal
from pricing.values import immutable

#: A table of more columns takes seconds to plan, however few rows it has.
MAX_COLUMNS = 500
#: So many lines may be before the columns' names, and so much of a file is read to find those.
_MAX_TITLES, _HEAD = 20, 1 << 20
#: The line with which a file tells Excel its delimiter.
_DELIMITER = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_IS_NUMBER = re.compile(r"[\d.,:/ -]*\d[\d.,:/ -]*")


@immutable
class Header:
    """How the columns of a CSV file are separated and named, and in which line."""

    delimiter: str
    names: tuple[str, ...]
    line: int


def header_of(path: Path, pointer: str) -> Header:
    """The header of a CSV file; raises InvalidRequest for a repeated column.

    It is the first line with two cells or more and without a number or a date: titles may be above
    it. DuckDB guesses neither of a file that has a wrong quote in its first rows.
    """
    with path.open("rb") as file:
        head = [file.readline(_HEAD) for _ in range(_MAX_TITLES + 1)]
    lines = [line.decode("utf-8-sig", errors="replace").rstrip("\r\n") for line in head]
    stated = _DELIMITER.fullmatch(lines[0])
    delimiters = [stated[1] if stated else _delimiter(line) for line in lines]
    rows = [
        next(csv.reader([line[: csv.field_size_limit()]], delimiter=delimiter), [])
        for line, delimiter in zip(lines, delimiters, strict=True)
    ]
    filled = [number for number, row in enumerate(rows) if any(row) and not (stated and not number)]
    several = [number for number in filled if sum(map(bool, rows[number])) > 1]
    named = (number for number in several if not any(map(_IS_NUMBER.fullmatch, rows[number])))
    found = next(named, next(iter((*several, *filled)), 0))
    names = rows[found]
    check_width(names, pointer)
    repeated = [name for name, times in Counter(names).items() if name and times > 1]
    if repeated:
        shown = repeated[0][:64]
        raise InvalidRequest.at(pointer, f"has the column {shown!r} twice; keep one of them")
    columns = tuple(name or f"column{number}" for number, name in enumerate(names))
    return Header(delimiters[found], columns, found + 1)


def _delimiter(line: str) -> str:
    """What separates the cells of a line; what is within quotes does not."""
    return max(",;\t|", key=_QUOTED.sub("", line).count)


def csv_rows(path: Path, header: Header, longest: int, options: str = "") -> str:
    """A table function that reads a CSV file with all of its columns as text."""
    texts = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header.names)
    return (
        f"read_csv({literal(path)}, auto_detect = false, columns = {{{texts}}},"
        f" skip = {header.line - 1}, header = true, delim = {literal(header.delimiter)},"
        " quote = '\"', escape = '\"', strict_mode = true, ignore_errors = true,"
        f" max_line_size = {longest}, buffer_size = {4 * longest}{options})"
    )


def check_width(columns: Sequence[object], pointer: str) -> None:
    """Raise InvalidRequest for a table of more columns than calls have."""
    if len(columns) > MAX_COLUMNS:
        detail = f"has {len(columns):,} columns; the limit is {MAX_COLUMNS:,}. Keep those of calls"
        raise InvalidRequest.at(pointer, detail)


#: Cells between semicolons or tabs: a number with a decimal comma that no comma between thousands
#: can be, and one with a decimal point.
_BEFORE, _AFTER = rb'(?:^|(?<=[;\t]))"?', rb'(?="?(?:[;\t\r\n]|$))'
_GROUPED = rb"[1-9]\d{0,2}(?:\.\d{3})+"
_WITH_COMMA = re.compile(
    rb"%s(?:0|%s|\d+(?!,\d{3}(?!\d))),\d+%s" % (_BEFORE, _GROUPED, _AFTER), re.MULTILINE
)
_WITH_POINT = re.compile(
    rb"%s(?!%s%s)[\d,]*\.\d+%s" % (_BEFORE, _GROUPED, _AFTER, _AFTER), re.MULTILINE
)
_NUMBER = re.compile(rb"(%s)(%s|\d+)(,\d+)?%s" % (_BEFORE, _GROUPED, _AFTER), re.MULTILINE)


def with_points(path: Path, target: Path, pointer: str) -> Path:
    """The file itself, or a copy with decimal points where it has decimal commas.

    One that has both, or commas between its cells, has numbers of more than one meaning.
    """
    if header_of(path, pointer).delimiter not in ";\t":
        return path
    found = False
    for part in _lines(path):
        if _WITH_POINT.search(part):
            return path
        found = found or _WITH_COMMA.search(part) is not None
    if not found:
        return path
    with target.open("wb") as copy:
        for part in _lines(path):
            copy.write(_NUMBER.sub(_in_figures, part))
    return target


def _in_figures(number: re.Match[bytes]) -> bytes:
    return number[1] + number[2].replace(b".", b"") + (number[3] or b"").replace(b",", b".")


def _lines(path: Path) -> Iterable[bytes]:
    """The file in parts of whole lines, as far as lines are shorter than a part."""
    with path.open("rb") as file:
        while part := file.read(_HEAD):
            yield part + file.readline(_HEAD)
