"""The candidates' interpreters, and their libraries laid out and compiled as on Lambda."""

import re
import shutil
import sys
import venv
from collections.abc import Iterable
from compileall import compile_dir
from importlib.metadata import Distribution, distribution
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import NamedTuple

from tariff.paths import ROOT

#: The environment of this process, with pricing and its tests.
DEVELOPMENT = Path(sys.executable)
#: The environment of litellm and genai-prices, in which every module is compiled.
PEERS = ROOT / ".venv-bench" / "bin" / "python"

LAYER = ROOT / "layers" / "pricing"
HANDLERS = Path(__file__).resolve().parent / "handlers"
#: What AWS puts into the runtime: its runtime client, and the SDK.
_RUNTIME = (
    *("awslambdaric", "simplejson", "snapshot-restore-py"),
    *("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"),
)
_POWERTOOLS = ("aws-lambda-powertools",)
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


class Staged(NamedTuple):
    """Compiled copies: an interpreter without packages, and the folders of Lambda's path."""

    python: Path
    runtime: Path
    layer: Path
    powertools: Path
    estimate: Path
    slack: Path
    bare: Path
    reference: Path


def stage(folder: Path) -> Staged:
    """Copy everything that the cold starts import into an empty folder, and compile it.

    The layer has the packages of layers/pricing/requirements.txt and the pricing package, compiled
    with unchecked hashes like the deployed layer. The interpreter's own environment is empty.
    """
    venv.create(folder / "python", symlinks=True, with_pip=False)
    staged = Staged(
        python=folder / "python" / "bin" / "python",
        runtime=_copied(_RUNTIME, folder / "runtime"),
        layer=_copied(_layer_names(), folder / "layer"),
        powertools=_copied(_POWERTOOLS, folder / "powertools"),
        estimate=_tree(ROOT / "functions" / "estimate", folder / "functions" / "estimate"),
        slack=_tree(ROOT / "functions" / "slack", folder / "functions" / "slack"),
        bare=_tree(HANDLERS / "bare", folder / "functions" / "bare"),
        reference=_tree(HANDLERS / "reference", folder / "functions" / "reference"),
    )
    _tree(LAYER / "pricing", staged.layer / "pricing")
    for name in ("runtime", "layer", "powertools", "functions"):
        compile_dir(
            folder / name,
            quiet=2,
            workers=0,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
    return staged


def peers_site_packages() -> Path:
    """Return the folder of the peers' packages; raises FileNotFoundError without one."""
    found = list((ROOT / ".venv-bench" / "lib").glob("python*/site-packages"))
    if len(found) != 1:
        raise FileNotFoundError(".venv-bench is missing: `make bench` makes it")
    return found[0]


def _layer_names() -> list[str]:
    return _PINNED.findall((LAYER / "requirements.txt").read_text(encoding="utf-8"))


def _copied(names: Iterable[str], folder: Path) -> Path:
    """Copy the files of installed distributions, laid out as by ``pip install --target``."""
    for name in names:
        installed: Distribution = distribution(name)
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
