"""TODO: say what this module is."""

import os
import re
from typing import Any

from pricing.aws.signed_client import AGAIN
from pricing.aws.timeouts import OBJECTS
from pricing.errors import InvalidRequest, StoreUnavailable

_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/([^\s?#]{1,1024})")


def bucket_and_key(uri: str, allowed: str) -> tuple[str, str]:
    """The parts of an S3 URI; raises InvalidRequest for any bucket but the one allowed."""
    found = _URI.fullmatch(uri)
    if found is None:
        raise InvalidRequest.at("/source/s3_uri", "must be s3://bucket/key")
    if not allowed:
        raise InvalidRequest.at("/source/s3_uri", "cannot be read: no bucket is configured")
    if found[1] != allowed:
        raise InvalidRequest.at("/source/s3_uri", f"must be in the bucket {allowed}")
    return found[1], found[2]


MAX_OBJECT_BYTES = 20 * 1024 * 1024
_POINTER = "/source/s3_uri"


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
