"""Write to DynamoDB through boto3, with two errors in place of boto3's many.

``NotWritten``: a condition of the write did not hold, or another writer was first. Nothing was
written. ``StoreUnavailable``: DynamoDB did not answer, or refused. The write may have been made all
the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pricing.aws.signed_client import AGAIN
from pricing.errors import StoreUnavailable

CONDITION_FAILED = "ConditionalCheckFailed"
#: Content of one item: below DynamoDB's limit of 400 KB, with room for keys and attribute names.
CONTENT_BYTES = 380_000


class NotWritten(Exception):
    """A condition did not hold, or two writers collided.

    ``codes`` has DynamoDB's reason for each item; ``None`` for an item that was not the reason.
    """

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = tuple(codes)


@contextmanager
def writing() -> Iterator[None]:
    """Turn boto3's errors of a write into NotWritten or StoreUnavailable."""
    from botocore.exceptions import BotoCoreError, ClientError  # only writers have botocore

    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        reasons = error.response.get("CancellationReasons")
        if reasons is not None:
            raise NotWritten([str(reason.get("Code")) for reason in reasons]) from error
        if code == f"{CONDITION_FAILED}Exception":
            raise NotWritten([CONDITION_FAILED]) from error
        raise unconfirmed(code) from error
    except BotoCoreError as error:
        raise unconfirmed(type(error).__name__) from error


def unconfirmed(cause: str) -> StoreUnavailable:
    """The error of a write that was not confirmed, although it may have been made."""
    return StoreUnavailable(
        "The price store did not confirm the change, which may have been made all the same. Read"
        " the state again in a few seconds, and repeat what is missing.",
        cause=cause,
    )


class SdkReader:
    """GetItem and Query of boto3's client, for writers that wait for its further attempts.

    Both raise StoreUnavailable, as the signed reader's do.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def get_item(self, **request: Any) -> Any:
        """GetItem."""
        return self._read(self._client.get_item, request)

    def query(self, **request: Any) -> Any:
        """Query."""
        return self._read(self._client.query, request)

    def _read(self, operation: Any, request: dict[str, Any]) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return operation(**request)
        except (BotoCoreError, ClientError) as error:
            raise StoreUnavailable(
                f"The price store did not answer. {AGAIN}", cause=type(error).__name__
            ) from error
