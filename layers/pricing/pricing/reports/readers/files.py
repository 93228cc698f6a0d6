"""Where usage records come from: a body's lines, or a file in S3, fetched into scratch space."""

import gzip
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pricing.aws.s3 import bucket_and_key
from pricing.aws.signed_client import AGAIN
from pricing.aws.timeouts import OBJECTS
from pricing.errors import InvalidRequest, NotFound, StoreUnavailable

FileKind = Literal["jsonl", "csv", "parquet"]
#: Stands for a line that is not UTF-8, so that it is rejected under its own number.
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
    """A file in scratch space, unpacked, and how it is written."""

    path: Path
    kind: FileKind


def write_lines(lines: Iterable[bytes], path: Path) -> UsageFile:
    """Records of a body, one a line."""
    with path.open("wb") as file:
        for line in lines:
            file.write(line.replace(b"\n", b" ") + b"\n")
    return UsageFile(path, "jsonl")


def as_lines(records: Iterable[Any]) -> Iterable[bytes]:
    """Records that were one JSON document; a fraction stays one, for the reader to refuse."""
    for record in records:
        yield json.dumps(record, ensure_ascii=False, default=float).encode()


def opened(path: Path, name: str, folder: Path) -> UsageFile:
    """A file as what its name says it is, unpacked when it is gzip; raises InvalidRequest."""
    suffixes = name.lower().rsplit("/", 1)[-1].split(".")[1:]
    if suffixes and suffixes[-1] in ("gz", "gzip"):
        suffixes.pop()
    kind = _KINDS.get(suffixes[-1]) if suffixes else None
    if kind is None:
        detail = f"must end in one of {', '.join('.' + one for one in _KINDS)}, with or without .gz"
        raise InvalidRequest.at("/source/s3_uri", detail)
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        unpacked = folder / "unpacked"
        try:
            with gzip.open(path) as source, unpacked.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        except (OSError, EOFError):
            raise InvalidRequest.at("/source/s3_uri", "is gzip that ends or breaks off") from None
        path = unpacked
    return UsageFile(path, kind)


def fetched(uri: str, allowed: str, folder: Path) -> UsageFile:
    """An object of the allowed bucket, copied to scratch space.

    Raises InvalidRequest, NotFound, and StoreUnavailable when S3 does not answer.
    """
    bucket, key = bucket_and_key(uri, allowed)
    import boto3  # reports alone need it, and only those of files
    from botocore.exceptions import BotoCoreError, ClientError

    path = folder / "fetched"
    endpoint = os.environ.get("TARIFF_S3_ENDPOINT")
    try:
        client = boto3.client("s3", endpoint_url=endpoint, config=OBJECTS.config())
        client.download_file(bucket, key, str(path))
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NoSuchBucket"):
            raise NotFound(f"There is no object {key} in the bucket {bucket}.") from None
        cause = str(error.response.get("Error", {}).get("Code"))
        raise StoreUnavailable(f"S3 did not give the object. {AGAIN}", cause=cause) from error
    except BotoCoreError as error:
        cause = type(error).__name__
        raise StoreUnavailable(f"S3 did not give the object. {AGAIN}", cause=cause) from error
    except OSError as error:
        raise InvalidRequest.at("/source/s3_uri", "is larger than the scratch space") from error
    return opened(path, key, folder)


def utf8_lines(source: Path, target: Path) -> Path:
    """A copy in which every line that is not UTF-8 is one known broken line."""
    with source.open("rb") as lines, target.open("wb") as copy:
        for line in lines:
            try:
                line.decode()
            except UnicodeDecodeError:
                copy.write(NOT_UTF8.encode() + b"\n")
            else:
                copy.write(line.replace(b"\x1f", b" "))
    return target
