"""Rows of outcomes from an object in S3: one JSON list, or JSON Lines."""

import os
import re
from typing import Any

from pricing.aws_api import AGAIN
from pricing.aws_patience import OBJECTS
from pricing.errors import InvalidRequest, MalformedRequest, StoreUnavailable
from pricing.json_door import read_json

MAX_OBJECT_BYTES = 20 * 1024 * 1024
_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.{1,1024})", re.DOTALL)
_POINTER = "/source/s3_uri"


def from_s3(s3_uri: str) -> list[Any]:
    """The rows as plain data; raises InvalidRequest for what cannot be read.

    Only the bucket of ``TARIFF_INPUT_BUCKET`` may be read: a caller who could name any would read
    with this function's rights.
    """
    found = _URI.fullmatch(s3_uri)
    if found is None:
        raise InvalidRequest.at(_POINTER, "must be s3://bucket/key")
    bucket = os.environ.get("TARIFF_INPUT_BUCKET")
    if not bucket or found[1] != bucket:
        raise InvalidRequest.at(_POINTER, "names a bucket that this deployment may not read")
    return rows_of(_read(bucket, found[2]))


def rows_of(content: bytes) -> list[Any]:
    """A list, or one row a line; raises InvalidRequest at the line that is neither."""
    try:
        if content.lstrip()[:1] == b"[":
            whole = read_json(content, max_bytes=MAX_OBJECT_BYTES)
            return list(whole)
    except MalformedRequest as error:
        raise InvalidRequest.at(_POINTER, f"holds no JSON list: {error.detail}") from None
    rows = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(read_json(line))
        except MalformedRequest as error:
            detail = f"holds no JSON at line {number}: {error.detail}"
            raise InvalidRequest.at(_POINTER, detail) from None
    return rows


def _read(bucket: str, key: str) -> bytes:
    import boto3  # a second of a cold start, and few requests read S3
    from botocore.exceptions import BotoCoreError, ClientError

    client: Any = boto3.client(
        "s3", endpoint_url=os.environ.get("TARIFF_S3_ENDPOINT"), config=OBJECTS.config()
    )
    try:
        found = client.get_object(Bucket=bucket, Key=key)
        if found["ContentLength"] > MAX_OBJECT_BYTES:
            detail = f"has {found['ContentLength']} bytes; the limit is {MAX_OBJECT_BYTES}"
            raise InvalidRequest.at(_POINTER, detail)
        return bytes(found["Body"].read())
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "AccessDenied", "404", "403"}:
            raise InvalidRequest.at(_POINTER, "names no object that can be read") from None
        raise _unavailable(error.response["Error"]["Code"]) from error
    except BotoCoreError as error:
        raise _unavailable(type(error).__name__) from error


def _unavailable(cause: str) -> StoreUnavailable:
    return StoreUnavailable(f"S3 did not give the object. {AGAIN}", cause=cause)
