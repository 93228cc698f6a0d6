"""The candidates' interpreters, and their libraries laid out and compiled as on Lambda."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from importlib.metadata import Distribution
from pathlib import Path
from typing import NamedTuple

from tariff.paths import ROOT

#: The environment of everything that is measured, in which every module is compiled. `make bench`
#: makes it with the Python that is deployed, where one is installed.
PEERS = ROOT / ".venv-bench" / "bin" / "python"

LAYER = ROOT / "layers" / "pricing"
HANDLERS = Path(__file__).resolve().parent / "handlers"
#: What AWS puts into the runtime: its runtime client, and the SDK.
_RUNTIME = (
    *("awslambdaric", "simplejson", "snapshot-restore-py"),
    *("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"),
)
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


class Staged(NamedTuple):
    """Compiled copies: an interpreter without packages, and the folders of Lambda's path."""

    python: Path
    runtime: Path
    layer: Path
    columnar: Path
    functions: Path
    bare: Path
    reference: Path


def stage(folder: Path) -> Staged:
    """Copy everything that the cold starts import into an empty folder, and compile it.

    The layer has the packages of layers/pricing/requirements.txt and the pricing package, compiled
    with unchecked hashes like the deployed layer. The interpreter's own environment is empty.
    """
    _run("-m", "venv", "--symlinks", "--without-pip", folder / "python")
    staged = Staged(
        python=folder / "python" / "bin" / "python",
        runtime=_copied(_RUNTIME, folder / "runtime"),
        layer=_copied(_pinned("pricing"), folder / "layer"),
        columnar=_copied(_pinned("columnar"), folder / "columnar"),
        functions=_tree(ROOT / "functions", folder / "functions"),
        bare=_tree(HANDLERS / "bare", folder / "bare"),
        reference=_tree(HANDLERS / "reference", folder / "reference"),
    )
    _tree(LAYER / "pricing", staged.layer / "pricing")
    _run("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", *staged[1:])
    return staged


def peers_site_packages() -> Path:
    """Return the folder of the peers' packages; raises FileNotFoundError without one."""
    found = list((ROOT / ".venv-bench" / "lib").glob("python*/site-packages"))
    if len(found) != 1:
        raise FileNotFoundError(".venv-bench is missing: `make bench` makes it")
    return found[0]


def python_version() -> str:
    """Return the version of the Python that everything is measured with."""
    return _run("-c", "import platform; print(platform.python_version())").strip()


def _run(*arguments: str | Path) -> str:
    command = [str(PEERS), *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _pinned(layer: str) -> list[str]:
    """Return the packages in a layer's lock file."""
    lock = ROOT / "layers" / layer / "requirements.txt"
    return _PINNED.findall(lock.read_text(encoding="utf-8"))


def _copied(names: Iterable[str], folder: Path) -> Path:
    """Copy the files of installed distributions, laid out as by ``pip install --target``."""
    installed_in = [str(peers_site_packages())]
    for name in names:
        (installed,) = Distribution.discover(name=name, path=installed_in)
        for file in installed.files or ():
            if ".." in file.parts or "__pycache__" in file.parts:
                continue
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(installed.locate_file(file)), target)
    return folder


def _tree(source: Path, target: Path) -> Path:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target
