"""A refresh in a process of its own that kills itself at one of its writes.

``python -m tests.support.killed_refresh <number>``: with SIGKILL, as a host that goes away
does it; nothing is flushed, closed or caught. It exits with 0 when it had fewer writes.
"""

import os
import signal
import sys
from typing import Any

import boto3

from functions.refresh_pricing import app
from tests.support.handlers import CONTEXT
from tests.support.refreshing import EVENT, frozen

WRITES = ("PutItem", "TransactWriteItems")


def main(number: int) -> None:
    """Refresh, with this process killed just before its write with this number."""
    boto3.setup_default_session()
    count = 0

    def before(**_: Any) -> None:
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    session: Any = boto3.DEFAULT_SESSION
    for operation in WRITES:
        session.events.register(f"before-send.dynamodb.{operation}", before)
    with frozen(EVENT["scheduled_time"]):
        app.lambda_handler(EVENT, CONTEXT)
    sys.stdout.write(f"{count} writes\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
