"""Child processes that end with the block that uses them."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_STOP_SECONDS = 10.0


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[Any]"]:
    """Start a process, and stop it at the end of the block, by force if it does not end itself.

    ``options`` are those of ``subprocess.Popen``. Ctrl-C does not reach the process: the one that
    started it may need it while it stops.
    """
    with subprocess.Popen(command, start_new_session=True, **options) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
