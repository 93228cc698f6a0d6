"""The command ``tariff``, in this process or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable

#: Runs a command in this process, as the fixture ``run`` does: its exit status, output and errors.
Run = Callable[..., tuple[int, str, str]]


def tariff(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run ``python -m tariff`` with these arguments and additional variables."""
    return subprocess.run(
        [sys.executable, "-m", "tariff", *arguments],
        env={**os.environ, "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
