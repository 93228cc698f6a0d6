"""The core's purity is a lint rule; these tests see the rule fail on planted lines."""

import ast
import json
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tariff.template import ROOT

PACKAGE = ROOT / "layers" / "pricing" / "pricing"
RULE = "TID251"
CORE_FILE = "layers/pricing/pricing/calculator.py"

IMPURE = {
    "the AWS SDK": "import boto3",
    "a submodule of the AWS SDK": "from botocore.config import Config",
    "the framework": "from aws_lambda_powertools.event_handler import Response",
    "the validator": "from pydantic import BaseModel",
    "the environment, by attribute": "import os\nname = os.environ['TARIFF_TABLE']",
    "the environment, by name": "from os import environ",
    "the environment, by function": "from os import getenv",
    "a logger": "import logging",
    "a socket": "import socket",
    "a URL": "from urllib.request import urlopen",
    "an HTTP client": "import http.client",
    "the wall clock": "from time import time",
    "the date": "from datetime import date\ntoday = date.today()",
    "the instant": "from datetime import UTC, datetime\nnow = datetime.now(UTC)",
    "the instant, by module": "import datetime as dt\nnow = dt.datetime.now(dt.UTC)",
    "chance": "import random",
    "a file": "from pathlib import Path",
    "an import hidden in a function": "def price():\n    import boto3\n    return boto3",
    "an import by string": "import importlib\nsdk = importlib.import_module('boto3')",
    "the store": "from pricing.repository import Repository",
    "the store, from the package": "from pricing import repository",
    "the store, as a module": "import pricing.repository",
    "the HTTP door": "from pricing.http import Route",
    "the AWS client": "from pricing import aws_api",
}

CLEAN = '''"""A core module."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal

from pricing.money import per_million
from pricing.usage import Usage

START = datetime(2026, 1, 1, tzinfo=UTC)
END = date.fromisoformat("2026-12-31")


def price(usage: Usage) -> Decimal:
    """The price of the input."""
    return per_million(math.ceil(usage.input), Decimal(3))
'''


def reported(source: str, path: str) -> list[str]:
    """The rule's messages for this source, were it the file at ``path``."""
    return [found["message"] for found in ruff(source, path) if found["code"] == RULE]


def ruff(source: str, path: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [
            Path(sysconfig.get_path("scripts"), "ruff"),
            "check",
            "--no-cache",
            "--output-format=json",
            f"--stdin-filename={path}",
            "-",
        ],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    return findings


def edges() -> set[str]:
    """The modules of the layer that pyproject.toml lets touch the world."""
    ignores: dict[str, list[str]] = configuration()["per-file-ignores"]
    return {
        Path(pattern).stem
        for pattern, rules in ignores.items()
        if pattern.startswith("layers/") and RULE in rules
    }


def configuration() -> dict[str, Any]:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lint: dict[str, Any] = content["tool"]["ruff"]["lint"]
    return lint


@pytest.mark.parametrize("planted", IMPURE.values(), ids=IMPURE.keys())
def test_a_core_module_may_not_reach(planted: str) -> None:
    assert reported(f"{planted}\n", CORE_FILE)


def test_every_planted_line_of_one_file_is_reported() -> None:
    lines = ["import boto3", "import logging", "import random", "import socket"]
    assert len(reported("\n".join(lines), CORE_FILE)) == len(lines)


def test_a_module_nobody_listed_is_core() -> None:
    assert reported("import boto3\n", "layers/pricing/pricing/a_new_module.py")


def test_a_clean_core_module_passes_every_rule() -> None:
    assert ruff(CLEAN, CORE_FILE) == []


def test_an_edge_may_reach_the_world() -> None:
    assert reported("import boto3\n", "layers/pricing/pricing/repository.py") == []


def test_no_core_module_may_import_an_edge() -> None:
    banned = configuration()["flake8-tidy-imports"]["banned-api"]
    assert {f"pricing.{edge}" for edge in edges()} <= banned.keys()


def test_the_core_imports_the_standard_library_and_itself_only() -> None:
    core = [path for path in PACKAGE.rglob("*.py") if path.stem not in edges()]
    assert len(core) > 1
    allowed = {*sys.stdlib_module_names, "pricing"}
    strangers = {(path.name, root) for path in core for root in imported_roots(path) - allowed}
    assert strangers == set()


def imported_roots(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}
