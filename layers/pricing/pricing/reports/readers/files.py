"""Usage records as files in scratch space: a body or its lines, or an object in S3."""

import codecs
import gzip
import json
import re
import shutil
import zlib
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal

import duckdb

from pricing.aws.s3 import POINTER, download
from pricing.errors import InvalidRequest
from pricing.reports.database import literal
from pricing.reports.readers.delimited import with_points
from pricing.reports.readers.json_values import elements, records, shortened
from pricing.reports.readers.scratch import filled_by
from pricing.reports.readers.whole import is_record
from pricing.values import immutable

FileKind = Literal["jsonl", "csv", "parquet"]
#: A longer line is not read. Its place is taken by its size, and that of a line that is not UTF-8
#: by a mark, so that both are rejected under their own number.
MAX_LINE_BYTES = 16_000_000
#: A larger document is split into the records in its lists.
MAX_WHOLE_BYTES = MAX_LINE_BYTES
NOT_UTF8 = '"\x02not UTF-8\x02'
TOO_LONG = '"\x02too long\x02'
#: A file of at most so many lines and bytes is read line by line: planning to read it by column
#: takes longer.
SMALL_LINES, SMALL_BYTES = 200, 1 << 20
#: So much of a file shows whether it is JSON Lines or one document.
_HEAD = 1 << 20
_ARRAY = re.compile(rb"\s*\[\s*(?:\{|\]\s*$)")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_KINDS: dict[str, FileKind] = {
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "json": "jsonl",
    "sse": "jsonl",
    "csv": "csv",
    "tsv": "csv",
    "parquet": "parquet",
}
#: Files that a table is saved from as CSV.
SPREADSHEETS = ("xlsx", "xlsm", "xls", "ods", "numbers")


@immutable
class UsageFile:
    """An unpacked file in scratch space, its format, and where the request names it."""

    path: Path
    kind: FileKind
    pointer: str = POINTER


def write_lines(lines: Iterable[bytes], path: Path) -> UsageFile:
    """Write the records of a body, one on each line."""
    with path.open("wb") as file:
        for line in lines:
            file.write(line.replace(b"\n", b" ") + b"\n")
    return UsageFile(path, "jsonl")


def as_lines(records: Iterable[Any]) -> Iterable[bytes]:
    """The records of a JSON document as JSON Lines; a fraction stays a fraction, to be rejected."""
    for record in records:
        yield json.dumps(record, ensure_ascii=False, default=float).encode()


def written(body: bytes, kind: str, folder: Path, max_bytes: int | None = None) -> UsageFile:
    """Write a body that is a whole file of this kind, packed or not; raises InvalidRequest."""
    path = folder / "body"
    path.write_bytes(body)
    return opened(path, f"body.{kind}", folder, "/records", max_bytes)


def lines_of(file: UsageFile) -> int:
    """How many lines a file has, blank ones too, or rows of Parquet, as its own end says."""
    if file.kind == "parquet":
        told = f"SELECT SUM(num_rows) FROM parquet_file_metadata({literal(file.path)})"
        with duckdb.connect() as db, suppress(duckdb.Error):  # a damaged one is refused later
            return int(db.execute(told).fetchall()[0][0])
        return 0
    with file.path.open("rb") as lines:
        return sum(block.count(b"\n") for block in iter(partial(lines.read, _HEAD), b""))


def opened(
    path: Path, name: str, folder: Path, pointer: str = POINTER, max_bytes: int | None = None
) -> UsageFile:
    """Unpack a file if it is gzip, and read its format from ``name``; raises InvalidRequest.

    A document of JSON, an array or an object that holds the records, is made JSON Lines.
    """
    suffixes = name.lower().rsplit("/", 1)[-1].split(".")[1:]
    if suffixes and suffixes[-1] in ("gz", "gzip"):
        suffixes.pop()
    kind = _KINDS.get(suffixes[-1]) if suffixes else None
    if suffixes and suffixes[-1] in SPREADSHEETS:
        raise InvalidRequest.at(pointer, "is a spreadsheet; save its sheet as CSV")
    if kind is None:
        detail = f"must end in one of {', '.join('.' + one for one in _KINDS)}, with or without .gz"
        raise InvalidRequest.at(pointer, detail)
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        path = _unpacked(path, folder / "unpacked", pointer, max_bytes)
    with path.open("rb") as file:
        head = file.read(_TAR_AT + 8)
    if head[:2] in _UTF16:
        path = _as_utf8(path, folder / "utf8", pointer)
    elif why := _unreadable(head, kind):
        raise InvalidRequest.at(pointer, why)
    with filled_by(pointer):
        return UsageFile(_prepared(path, kind, folder, pointer), kind, pointer)


def _unreadable(head: bytes, kind: FileKind) -> str | None:
    """Why a file that begins so is none of the kind, whose lines would all be rejected."""
    if kind != "parquet" and b"\0" in head[:2]:
        return "is UTF-16 without its mark; save it as UTF-8"
    if head[_TAR_AT:].startswith(b"ustar"):
        return "is a tar archive; send the files in it"
    if packed := _PACKED.match(head):
        return f"is packed with {packed.lastgroup}; send it unpacked, or packed once with gzip"
    return None if head or kind == "jsonl" else "is empty; a table has its columns' names"


#: How files begin that are packed in another way than with gzip, or twice.
_PACKED = re.compile(
    rb"(?P<zip>PK\x03\x04)|(?P<bzip2>BZh[1-9]1AY)|(?P<xz>\xfd7zXZ\0)|(?P<Zstandard>\x28\xb5\x2f\xfd)"
    rb"|(?P<gzip>\x1f\x8b)"
)
_TAR_AT = 257


def _unpacked(path: Path, unpacked: Path, pointer: str, max_bytes: int | None) -> Path:
    try:
        with filled_by(pointer), gzip.open(path) as source, unpacked.open("wb") as target:
            while block := source.read(_HEAD):
                target.write(block)
                if max_bytes is not None and target.tell() > max_bytes:
                    detail = f"unpacks to more than {max_bytes:,} bytes; use a file in S3"
                    raise InvalidRequest.at(pointer, detail)
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise InvalidRequest.at(pointer, "is not a complete gzip file") from None
    return unpacked


def _as_utf8(path: Path, copy: Path, pointer: str) -> Path:
    """A copy of a file that is UTF-16, as Excel and PowerShell write some."""
    try:
        with (
            filled_by(pointer),
            path.open(encoding="utf-16", newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            shutil.copyfileobj(source, target, _HEAD)
    except UnicodeError:
        raise InvalidRequest.at(pointer, "is not whole UTF-16; save it as UTF-8") from None
    return copy


def _prepared(path: Path, kind: FileKind, folder: Path, pointer: str) -> Path:
    """The file itself, or a copy in the form that is read."""
    if kind == "jsonl":
        return _as_json_lines(path, folder)
    if kind != "csv":
        return path
    return with_points(_without_returns(path, folder), folder / "points.csv", pointer)


def _without_returns(path: Path, folder: Path) -> Path:
    """The file itself, or a copy without the carriage returns that end no line.

    DuckDB refuses a whole file for one of them. In a file without line feeds they end the lines.
    """
    with path.open("rb") as file:
        if not any(_has_lone_return(block) for block in _blocks(file)):
            return path
    with path.open("rb") as file:
        in_place = b" " if any(b"\n" in block for block in _blocks(file)) else b"\n"
    copy = folder / "rows.csv"
    with path.open("rb") as file, copy.open("wb") as target:
        for block in _blocks(file):
            target.write(_LONE_RETURN.sub(in_place, block))
    return copy


_LINE_END = re.compile(rb"\r\n|\r|\n")
_LONE_RETURN = re.compile(rb"\r(?!\n)")


def _blocks(file: BinaryIO) -> Iterable[bytes]:
    """The file in blocks, none of which ends with a carriage return that a line feed follows."""
    while block := file.read(_HEAD):
        yield block + file.read(1) if block.endswith(b"\r") else block


def _has_lone_return(block: bytes) -> bool:
    """Whether a block has a carriage return without a line feed after it."""
    return b"\r" in block and block.count(b"\r") > block.count(b"\r\n")


def _as_json_lines(path: Path, folder: Path) -> Path:
    """The file itself if it is JSON Lines, else a copy with a record on each line."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD).removeprefix(codecs.BOM_UTF8)
    line, newline, rest = head.lstrip().partition(b"\n")
    more = rest.strip() or size > _HEAD
    is_large = size > MAX_WHOLE_BYTES
    is_array = _ARRAY.match(head) and not (newline and more and _is_json(line))
    if line[:1] == b"{" and newline:
        is_object = line.rstrip()[-1:] in b"{[," and not _is_json(line)
    else:
        is_object = line[:1] == b"{" and is_large and _has_one_line(path)
    if not is_array and not is_object:
        return path
    copy = folder / "records.json"
    with path.open("rb") as source, copy.open("wb") as target:
        if is_array:
            values: Iterable[bytes] = elements(source, 1, MAX_LINE_BYTES)
        else:
            values = (
                records(source, MAX_LINE_BYTES, is_record) if is_large else _values(source.read())
            )
        for value in values:
            target.write(value + b"\n")
    return copy


def _has_one_line(path: Path) -> bool:
    with path.open("rb") as file:
        while (line := file.readline(_HEAD)) and not line.endswith(b"\n"):
            pass
        return not file.read(_HEAD).strip()


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _values(text: bytes) -> Iterable[bytes]:
    """The values of a text that follow each other, each on one line; the rest if it is not JSON."""
    decoder, rest = json.JSONDecoder(), text.decode(errors="replace").strip().lstrip("\ufeff")
    while rest:
        try:
            _, end = decoder.raw_decode(rest)
        except (ValueError, RecursionError):
            end = len(rest)
        yield re.sub(r"[\r\n]+", " ", rest[:end]).encode()
        rest = rest[end:].lstrip()


def fetched(s3_uri: str, folder: Path) -> UsageFile:
    """Copy an object of the input bucket into ``folder`` and unpack it.

    Raises InvalidRequest, and StoreUnavailable when S3 does not answer.
    """
    path = folder / "fetched"
    with filled_by(POINTER), path.open("wb") as file:
        download(s3_uri, file)
    return opened(path, s3_uri, folder)


def gathered(uris: Iterable[str], folder: Path) -> UsageFile:
    """Join the JSON Lines of several objects of the input bucket into one file.

    Raises InvalidRequest for an object of another kind, and as ``fetched`` does.
    """
    joined = folder / "joined.jsonl"
    with filled_by(POINTER), joined.open("wb") as target:
        for number, uri in enumerate(uris):
            part = folder / f"part-{number}"
            part.mkdir()
            file = fetched(uri, part)
            if file.kind != "jsonl":
                detail = "must be JSON Lines, as every file of a scheduled report"
                raise InvalidRequest.at(POINTER, detail)
            with file.path.open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 20)
            target.write(b"\n")
            shutil.rmtree(part)
    return UsageFile(joined, "jsonl")


def few_lines(path: Path) -> list[str] | None:
    """The lines of a small file; None for a larger one, which is read by column.

    A mark takes the place of a line that is not UTF-8.
    """
    if path.stat().st_size > SMALL_BYTES:
        return None
    lines = _LINE_END.split(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    return [_text(line) for line in lines] if len(lines) <= SMALL_LINES + 1 else None


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return NOT_UTF8


def table_bytes(file: UsageFile) -> int:
    """About how many bytes the table of a file's calls takes, however long its lines are."""
    size = file.path.stat().st_size
    if file.kind != "jsonl":
        return size
    with file.path.open("rb") as lines:
        head = lines.read(_HEAD)
    return min(size, ROW_BYTES * size * head.count(b"\n") // max(len(head), 1))


#: So much of a table a line of JSON takes.
ROW_BYTES = 80


def has_long_lines(path: Path) -> bool:
    """Whether some part of a file, of those that are looked at, has lines of much text."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for part in range(_SAMPLES):
            file.seek(size * part // _SAMPLES)
            block = file.read(_SAMPLE_BYTES)
            if block.count(b"\n") * LONG_LINE < len(block) - LONG_LINE:
                return True
    return False


def safe_lines(source: Path, target: Path) -> Path:
    """Copy a file with its long texts cut, which hold no count and fill the memory.

    A mark takes the place of every line that is too long, or not UTF-8.
    """
    with source.open("rb") as lines, target.open("wb") as copy:
        while line := lines.readline(MAX_LINE_BYTES):
            size = len(line)
            while not line.endswith(b"\n") and (more := lines.readline(MAX_LINE_BYTES)):
                line, size = more, size + len(more)
            if size >= MAX_LINE_BYTES:
                copy.write(f"{TOO_LONG}{size}".encode() + b"\n")
                continue
            try:
                line.decode()
            except UnicodeDecodeError:
                copy.write(NOT_UTF8.encode() + b"\n")
                continue
            if size > LONG_LINE:
                line = _STRING.sub(_cut, line)
            copy.write(line.replace(b"\x1f", b" "))
    return target


#: A line of more bytes than this holds texts, which are cut if they are longer than any name.
LONG_LINE = 1_500
_SAMPLES, _SAMPLE_BYTES = 16, 1 << 16
#: Short strings with what is between them, as a wide table has them; or one string.
_STRING = re.compile(rb'(?P<short>(?:"[^"\\]{0,250}+"[^"]*+)++)|"(?:[^"\\]++|\\.)*+"')


def _cut(text: re.Match[bytes]) -> bytes:
    return text["short"] or shortened(text)
