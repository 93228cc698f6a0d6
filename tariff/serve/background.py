"""Lambda's asynchronous invocations: functions that other functions start, one after another.

Answers ``Invoke`` of Lambda's API with ``InvocationType: Event``, as boto3 sends it. An event is
accepted at once and run after the answer; an exception of the function is printed. Lambda's second
and third attempts of a failed event are not imitated.
"""

import json
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tariff.serve.loopback import Reply

INVOCATIONS = re.compile(r"/2015-03-31/functions/([A-Za-z0-9_-]+)/invocations")


class Background:
    """A queue of events for ``functions``, which holds each function by the name that starts it."""

    def __init__(
        self, functions: Mapping[str, Callable[[Any], Any]], queue: ThreadPoolExecutor
    ) -> None:
        self._functions = functions
        self._queue = queue

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        """Accept an event; 404 when the path names no function, 400 when the body is not JSON."""
        match = INVOCATIONS.fullmatch(path)
        name = match[1] if match else ""
        if method != "POST" or name not in self._functions:
            return Reply(404, b'{"Message":"Function not found","Type":"User"}')
        try:
            event = json.loads(body or b"{}")
        except ValueError:
            return Reply(400, b'{"Message":"Could not parse request body into json"}')
        self._queue.submit(self._run, name, event)
        return Reply(202)

    def _run(self, name: str, event: Any) -> None:
        try:
            result = self._functions[name](event)
        except Exception:  # noqa: BLE001 - printed: no caller is left to tell
            traceback.print_exc(file=sys.stderr)
            print(f"{name} failed; the error is above.")
        else:
            print(f"{name} answered {json.dumps(result)}")


@contextmanager
def running(functions: Mapping[str, Callable[[Any], Any]]) -> Iterator[Background]:
    """Yield a queue; at the end of the block finish the event that is running and drop the rest."""
    queue = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
    try:
        yield Background(functions, queue)
    finally:
        queue.shutdown(cancel_futures=True)
