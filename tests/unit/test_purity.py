"""Imports point one way and the core is pure: every rule is seen to fail on a planted line.

import-linter reads a copy of the repository's modules; ruff reads a source under a file's name.
"""

import configparser
import json
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tariff.template import ROOT

PRICING = "layers/pricing/pricing"
CORE_FILE = f"{PRICING}/estimates/calculator.py"
CORE = "pricing.estimates.calculator"
RULE = "TID251"


class Planted(NamedTuple):
    """A statement in a module, and the line with which import-linter must report it."""

    contract: str
    file: str
    statement: str
    reported: str


def in_core(statement: str, imported: str) -> Planted:
    return Planted("pure", CORE_FILE, statement, f"{CORE} -> {imported} ")


PLANTED = {
    "the layer imports a function": Planted(
        "repository", CORE_FILE, "import functions.site.app", f"{CORE} -> functions.site.app "
    ),
    "a function imports the command": Planted(
        "repository",
        "functions/site/app.py",
        "from tariff import template",
        "functions.site.app -> tariff.template ",
    ),
    "the command imports a test": Planted(
        "repository",
        "tariff/template.py",
        "import tests.support.books",
        "tariff.template -> tests.support.books ",
    ),
    "a test imports a measurement": Planted(
        "repository",
        "tests/support/books.py",
        "import bench.cold",
        "tests.support.books -> bench.cold ",
    ),
    "a function imports another": Planted(
        "functions",
        "functions/estimate/app.py",
        "import functions.site.app",
        "functions.estimate.app -> functions.site.app ",
    ),
    "a package imports upwards": Planted(
        "floors", CORE_FILE, "import pricing.api.handler", f"{CORE} -> pricing.api.handler "
    ),
    "a package imports upwards, by the package": Planted(
        "floors", CORE_FILE, "from pricing.store import books", f"{CORE} -> pricing.store.books "
    ),
    "a package imports one on its own floor": Planted(
        "floors",
        f"{PRICING}/tokens/images.py",
        "from pricing.usage.buckets import Usage",
        "pricing.tokens.images -> pricing.usage.buckets ",
    ),
    "a root module imports a package": Planted(
        "floors",
        f"{PRICING}/money.py",
        "import pricing.usage.buckets",
        "pricing.money -> pricing.usage.buckets ",
    ),
    "two modules of a package import each other": Planted(
        "circles",
        CORE_FILE,
        "import pricing.estimates.estimate",
        "No cycles are allowed in pricing.estimates.",
    ),
    "the AWS SDK": in_core("import boto3", "boto3"),
    "a submodule of the AWS SDK": in_core("from botocore.config import Config", "botocore"),
    "the framework": in_core(
        "from aws_lambda_powertools.event_handler import Response", "aws_lambda_powertools"
    ),
    "the validator": in_core("from pydantic import BaseModel", "pydantic"),
    "the environment": in_core("from os import environ", "os"),
    "a logger": in_core("import logging", "logging"),
    "a socket": in_core("import socket", "socket"),
    "a URL": in_core("from urllib.request import urlopen", "urllib"),
    "an HTTP client": in_core("import http.client", "http"),
    "the wall clock": in_core("from time import time", "time"),
    "a file": in_core("from pathlib import Path", "pathlib"),
    "an import hidden in a function": in_core(
        "def engine():\n    import duckdb\n    return duckdb", "duckdb"
    ),
    "an import by string": in_core("import importlib", "importlib"),
    "a module that no rule lists is core": Planted(
        "pure",
        f"{PRICING}/sources/a_new_source.py",
        "import boto3",
        "pricing.sources.a_new_source -> boto3 ",
    ),
    "a report imports the AWS clients": Planted(
        "pure",
        f"{PRICING}/reports/rates.py",
        "import pricing.aws.s3",
        "pricing.reports.rates -> pricing.aws.s3 ",
    ),
    "Slack imports pydantic": Planted(
        "slack",
        f"{PRICING}/slack/requests.py",
        "import pydantic",
        "pricing.slack.requests -> pydantic ",
    ),
}


def copy_modules(to: Path) -> None:
    """Copy every module, and make regular packages of the folders: the copy is then read alone."""
    for folder in ("bench", "tests", "tariff", "functions", PRICING):
        for path in (ROOT / folder).rglob("*.py"):
            copied = to / path.relative_to(ROOT)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)
        for parent in (to / folder, *(to / folder).rglob("*")):
            if parent.is_dir():
                (parent / "__init__.py").touch()


def broken_contracts(root: Path) -> dict[str, str]:
    """What import-linter reports for these modules, by the name of the contract."""
    done = subprocess.run(
        [script("lint-imports"), "--no-cache", "--no-logo", f"--config={ROOT / '.importlinter'}"],
        cwd=root,
        env={"PYTHONPATH": str(root / "layers/pricing"), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    _, _, report = done.stdout.partition("Broken contracts\n")
    assert done.returncode == (1 if report else 0), done.stdout + done.stderr
    _, *sections = re.split(r"^(\S.+)\n-+\n", report, flags=re.MULTILINE)
    return dict(zip(sections[::2], sections[1::2], strict=True))


def script(name: str) -> str:
    return str(Path(sysconfig.get_path("scripts"), name))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The report on a copy in which every planted line stands."""
    root = tmp_path_factory.mktemp("planted")
    copy_modules(root)
    for planted in PLANTED.values():
        with (root / planted.file).open("a", encoding="utf-8") as module:
            module.write(f"\n{planted.statement}\n")
    return broken_contracts(root)


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_import_linter_reports(planted: Planted, broken: dict[str, str]) -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    name = config[f"importlinter:contract:{planted.contract}"]["name"]
    assert planted.reported in broken[name]


def test_a_copy_with_nothing_planted_keeps_every_contract(tmp_path: Path) -> None:
    copy_modules(tmp_path)
    assert broken_contracts(tmp_path) == {}


IMPURE = {
    "the environment, by attribute": "import os\nname = os.environ['TARIFF_TABLE']",
    "the environment, by name": "from os import environ",
    "the environment, by function": "from os import getenv",
    "the date": "from datetime import date\ntoday = date.today()",
    "the instant": "from datetime import UTC, datetime\nnow = datetime.now(UTC)",
    "the instant, by module": "import datetime as dt\nnow = dt.datetime.now(dt.UTC)",
    "chance": "import random\nx = random.random()",
    "chance, by name": "from random import choice",
}

CLEAN = '''"""A core module."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal

from pricing.money import per_million
from pricing.usage.buckets import Usage

START = datetime(2026, 1, 1, tzinfo=UTC)
END = date.fromisoformat("2026-12-31")


def price(usage: Usage) -> Decimal:
    """The price of the input."""
    return per_million(math.ceil(usage.input), Decimal(3))
'''


def reported(source: str, path: str) -> list[str]:
    """The messages of the rule for this source, were it the file at ``path``."""
    return [found["message"] for found in ruff(source, path) if found["code"] == RULE]


def ruff(source: str, path: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [
            script("ruff"),
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


@pytest.mark.parametrize("planted", IMPURE.values(), ids=IMPURE)
def test_a_core_module_may_not_reach(planted: str) -> None:
    assert reported(f"{planted}\n", CORE_FILE)


@pytest.mark.parametrize(
    "file", ["store/connect.py", "api/handler.py", "aws/s3.py", "sources/fetcher.py"]
)
def test_an_edge_may_reach_the_world(file: str) -> None:
    assert reported("\n".join(IMPURE.values()), f"{PRICING}/{file}") == []


def test_every_planted_line_of_one_file_is_reported() -> None:
    lines = ["from os import environ", "import random", "from datetime import date", "date.today()"]
    assert len(reported("\n".join(lines), CORE_FILE)) == 3


@pytest.mark.parametrize("file", ["sources/a_new_source.py", "a_new_module.py", "usage/new.py"])
def test_a_module_that_no_pattern_lists_is_core(file: str) -> None:
    assert reported("from os import environ\n", f"{PRICING}/{file}")


def test_a_clean_core_module_passes_every_rule() -> None:
    assert ruff(CLEAN, CORE_FILE) == []
