"""Usage records as files in scratch space: the lines of a body, or an object in S3."""

import gzip
import json
import shutil
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pricing.aws.s3 import POINTER, download
from pricing.errors import InvalidRequest

FileKind = Literal["jsonl", "csv", "parquet"]
TOO_LARGE = "is larger, unpacked, than the scratch space; split it into smaller files"
#: Replaces a line that is not UTF-8, so that it is rejected under its own number.
NOT_UTF8 = '"\x02not UTF-8\x02'
_KINDS: dict[str, FileKind] = {
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "json": "jsonl",
    "csv": "csv",
    "parquet": "parquet",
}


@dataclass(frozen=True, slots=True)
class UsageFile:
    """An unpacked file in scratch space, and its format."""

    path: Path
    kind: FileKind


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


def opened(path: Path, name: str, folder: Path) -> UsageFile:
    """Unpack a file if it is gzip, and read its format from ``name``; raises InvalidRequest."""
    suffixes = name.lower().rsplit("/", 1)[-1].split(".")[1:]
    if suffixes and suffixes[-1] in ("gz", "gzip"):
        suffixes.pop()
    kind = _KINDS.get(suffixes[-1]) if suffixes else None
    if kind is None:
        detail = f"must end in one of {', '.join('.' + one for one in _KINDS)}, with or without .gz"
        raise InvalidRequest.at(POINTER, detail)
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        unpacked = folder / "unpacked"
        try:
            with gzip.open(path) as source, unpacked.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        except (gzip.BadGzipFile, zlib.error, EOFError):
            raise InvalidRequest.at(POINTER, "is not a complete gzip file") from None
        except OSError as error:
            raise InvalidRequest.at(POINTER, TOO_LARGE) from error
        path = unpacked
    return UsageFile(path, kind)


def fetched(s3_uri: str, folder: Path) -> UsageFile:
    """Copy an object of the input bucket into ``folder`` and unpack it.

    Raises InvalidRequest, and StoreUnavailable when S3 does not answer.
    """
    path = folder / "fetched"
    try:
        with path.open("wb") as file:
            download(s3_uri, file)
    except OSError as error:
        raise InvalidRequest.at(POINTER, TOO_LARGE) from error
    return opened(path, s3_uri, folder)


def utf8_lines(source: Path, target: Path) -> Path:
    """Copy a file with ``NOT_UTF8`` in place of every line that is not UTF-8."""
    with source.open("rb") as lines, target.open("wb") as copy:
        for line in lines:
            try:
                line.decode()
            except UnicodeDecodeError:
                copy.write(NOT_UTF8.encode() + b"\n")
            else:
                copy.write(line.replace(b"\x1f", b" "))
    return target
