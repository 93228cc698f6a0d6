"""Read and write objects of the one S3 bucket that a deployment may use, ``TARIFF_INPUT_BUCKET``.

Callers name objects. Were any bucket accepted, they would read with the rights of this function.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import BinaryIO

from pricing.aws.environment import sdk_client
from pricing.aws.settings import settings
from pricing.aws.signed_client import AGAIN
from pricing.aws.timeouts import OBJECTS
from pricing.errors import InvalidRequest, StoreUnavailable

#: Where requests name an object.
POINTER = "/source/s3_uri"
NOT_FOUND = "is not found or not allowed; check the key, and who may read the object"
#: S3's own limit, in UTF-8.
MAX_KEY_BYTES = 1024
ALWAYS = datetime.min.replace(tzinfo=UTC)
_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)", re.DOTALL)


def bucket_and_key(s3_uri: str) -> tuple[str, str]:
    """Split ``s3://bucket/key``; raises InvalidRequest unless the bucket is the input bucket."""
    found = _URI.fullmatch(s3_uri)
    if found is None or len(found[2].encode()) > MAX_KEY_BYTES:
        raise InvalidRequest.at(POINTER, "must be s3://bucket/key, with a key of up to 1,024 bytes")
    allowed = settings.input_bucket
    if not allowed:
        detail = "cannot be read: no input bucket is configured; send the data in the body instead"
        raise InvalidRequest.at(POINTER, detail)
    if found[1] != allowed:
        raise InvalidRequest.at(POINTER, f"must be in the bucket {allowed}")
    return found[1], found[2]


def check_prefix(s3_uri: str, caller: str) -> None:
    """Raise InvalidRequest for an object that this caller may not name.

    It is the error of a missing object, so that callers do not learn which objects there are.
    """
    rules = settings.input_prefixes
    _, key = bucket_and_key(s3_uri)
    found = (prefixes for name, prefixes in rules.items() if fnmatchcase(caller, name))
    if rules and not key.startswith(next(found, ())):
        raise InvalidRequest.at(POINTER, NOT_FOUND)


def objects(prefix: str, since: datetime = ALWAYS) -> list[str]:
    """The URIs of the input bucket's objects under a prefix that were written since a moment.

    Raises StoreUnavailable when S3 does not answer.
    """
    bucket = settings.input_bucket
    with _answering():
        pages = sdk_client("s3", OBJECTS).get_paginator("list_objects_v2")
        return [
            f"s3://{bucket}/{found['Key']}"
            for page in pages.paginate(Bucket=bucket, Prefix=prefix)
            for found in page.get("Contents", ())
            if found["LastModified"] >= since and found["Size"]
        ]


def upload(s3_uri: str, content: BinaryIO) -> None:
    """Write an object of the input bucket; raises StoreUnavailable when S3 does not take it."""
    bucket, key = bucket_and_key(s3_uri)
    with _answering():
        sdk_client("s3", OBJECTS).upload_fileobj(content, bucket, key)


def download(s3_uri: str, target: BinaryIO, *, max_bytes: int | None = None) -> None:
    """Write the object's bytes to ``target``.

    Raises InvalidRequest for an object that is not in the input bucket, is not found, may not be
    read, or has more than ``max_bytes``; StoreUnavailable when S3 does not answer.
    """
    bucket, key = bucket_and_key(s3_uri)
    if max_bytes is not None and (size := size_of(s3_uri)) > max_bytes:
        raise InvalidRequest.at(POINTER, f"has {size:,} bytes; the limit is {max_bytes:,}")
    with _reading():
        sdk_client("s3", OBJECTS).download_fileobj(bucket, key, target)


@contextmanager
def _reading() -> Iterator[None]:
    """Raise InvalidRequest for an object that is not there, StoreUnavailable for other errors."""
    from botocore.exceptions import BotoCoreError, ClientError
    from s3transfer.exceptions import RetriesExceededError

    try:
        yield
    except ClientError as error:
        # Without the right to list the bucket, S3 answers 403 for a missing object too.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:  # noqa: PLR2004
            raise InvalidRequest.at(POINTER, NOT_FOUND) from None
        raise _unavailable(str(error.response["Error"]["Code"])) from error
    except (BotoCoreError, RetriesExceededError) as error:
        raise _unavailable(type(error).__name__) from error


def read(key: str) -> bytes | None:
    """Return a small object of the input bucket, None for one that is not found or not allowed."""
    if not settings.input_bucket:
        return None
    from botocore.exceptions import ClientError

    with _answering():
        try:
            found = sdk_client("s3", OBJECTS).get_object(Bucket=settings.input_bucket, Key=key)
            content: bytes = found["Body"].read()
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:  # noqa: PLR2004
                return None
            raise
    return content


def write(key: str, content: bytes, *, only_new: bool = False) -> bool:
    """Write a small object of the input bucket; False if it is ``only_new`` and there is one."""
    from botocore.exceptions import ClientError

    condition = {"IfNoneMatch": "*"} if only_new else {}
    with _answering():
        try:
            sdk_client("s3", OBJECTS).put_object(
                Bucket=settings.input_bucket, Key=key, Body=content, **condition
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                return False
            raise
    return True


def size_of(s3_uri: str) -> int:
    """Return the size of an object in bytes; raises as ``download`` does."""
    bucket, key = bucket_and_key(s3_uri)
    with _reading():
        found: int = sdk_client("s3", OBJECTS).head_object(Bucket=bucket, Key=key)["ContentLength"]
    return found


@contextmanager
def _answering() -> Iterator[None]:
    """Raise StoreUnavailable for every error of S3."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise _unavailable(type(error).__name__) from error


def _unavailable(cause: str) -> StoreUnavailable:
    return StoreUnavailable(f"S3 did not deliver the object. {AGAIN}", cause=cause)
