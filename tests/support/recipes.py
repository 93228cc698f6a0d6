"""The recipes with which SAM packs layers and functions, run for this machine's Python."""

import os
import platform
import subprocess
import sys
from pathlib import Path

from tariff.template import ROOT

HOST_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
HOST_ARCH = "x86_64" if platform.machine() == "x86_64" else "arm64"


def run_recipe(folder: Path, recipe: str, target: str, *variables: str) -> str:
    """Run a SAM build recipe as SAM does; returns what it prints."""
    # The Python that runs the tests has pip; a bare `python3` may not.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    finished = subprocess.run(
        ["make", "--makefile", ROOT / recipe, target, *variables],
        cwd=folder,
        env={**os.environ, "PATH": path},
        check=False,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
