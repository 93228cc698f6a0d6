"""What boto3 raises on a write, as the two things it can mean to whoever wrote."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pricing.errors import StoreUnavailable

CONDITION_FAILED = "ConditionalCheckFailed"


class NotWritten(Exception):
    """A condition did not hold, or writers met; ``codes`` has DynamoDB's reason for each item.

    Nothing was written. An item that was not the reason has the code ``None``.
    """

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = tuple(codes)


@contextmanager
def writing() -> Iterator[None]:
    """Raises NotWritten, or StoreUnavailable when DynamoDB does not answer or will not write."""
    from botocore.exceptions import BotoCoreError, ClientError  # only writers have botocore

    try:
        yield
    except ClientError as error:
        reasons = error.response.get("CancellationReasons")
        if reasons is not None:
            raise NotWritten([str(one.get("Code")) for one in reasons]) from error
        if error.response["Error"]["Code"] == f"{CONDITION_FAILED}Exception":
            raise NotWritten([CONDITION_FAILED]) from error
        raise _unavailable(error.response["Error"]["Code"]) from error
    except BotoCoreError as error:
        raise _unavailable(type(error).__name__) from error


def _unavailable(cause: str) -> StoreUnavailable:
    return StoreUnavailable(
        "The price store did not confirm the change, which may have been made all the same. Read"
        " the state again in a few seconds, and repeat what is missing.",
        cause=cause,
    )
