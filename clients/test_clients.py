"""Clients generated from the specification: generated without a warning, typed, and working.

``make clients`` installs the generators and runs this. Both clients make the same calls, and their
figures are worked out by hand.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tariff.docs.site import STATIC
from tariff.paths import CACHE, ROOT
from tests.support.gateway import RunningGateway

HERE = Path(__file__).parent
GENERATED = CACHE / "clients"
#: gpt-5 costs $1.25 and $10 a million tokens in and out: 2,000 and 500 of them are $0.0075. Sonnet
#: of the lesson costs $3 a million: 100 calls of 30,500 tokens in 8 hours of 22 days are $1,610.40.
FIGURES = {
    "estimate": "0.0075",
    "usage": "0.075",
    "unknown": "404",
    "workload": "7.5",
    "compare": "gpt-5",
    "caching": "1610.4",
    "recommend": "gpt-5",
    "report": "0.0075",
    "models": "2",
    "model": "gpt-5",
    "diff": "lesson-2025",
}


@pytest.fixture(scope="session")
def gateway() -> Iterator[RunningGateway]:
    """One local Tariff for both clients."""
    with closing(RunningGateway()) as running:
        yield running.until("Serving ")


def run(*command: object) -> str:
    """Run a command in this folder and return what it printed; a failure shows all of it."""
    done = subprocess.run(
        [str(part) for part in command], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def figures(printed: str) -> dict[str, str]:
    return dict(line.split() for line in printed.splitlines())


def test_spectral_and_redocly_find_nothing() -> None:
    run("npm", "run", "--silent", "lint")


@pytest.fixture(scope="session")
def python_client() -> Path:
    """The folder of the generated Python client; fails for any warning of the generator."""
    target = GENERATED / "python" / "tariff_client"
    target.parent.mkdir(parents=True, exist_ok=True)
    program = Path(sys.executable).with_name("openapi-python-client")
    printed = run(
        *[program, "generate", "--path", STATIC / "openapi.json", "--meta", "none", "--overwrite"],
        *["--output-path", target, "--config", HERE / "python.yaml", "--fail-on-warning"],
    )
    assert "WARNING" not in printed.upper()
    return target


def test_the_python_client_has_every_route_and_a_type_for_every_body(python_client: Path) -> None:
    routes = [*python_client.glob("api/*/*.py")]
    assert len(routes) >= 30
    assert not [path for path in routes if re.search(r"body: Any\b", path.read_text("utf-8"))]
    assert not [*python_client.glob("models/*type_*_type_*")]


def test_the_python_client_is_typed_and_its_answers_are_right(
    python_client: Path, gateway: RunningGateway
) -> None:
    folder = python_client.parent
    run(
        *[sys.executable, "-m", "mypy", "--strict", "--config-file", HERE / "mypy.ini"],
        *["--cache-dir", GENERATED / "mypy", HERE / "calls.py"],
    )
    printed = run(
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(folder)!r}); import calls;"
        f" calls.main('http://127.0.0.1:{gateway.port}')",
    )
    assert figures(printed) == FIGURES


def test_the_typescript_client_is_typed_and_its_answers_are_right(gateway: RunningGateway) -> None:
    run("npm", "run", "--silent", "generate")
    run("npm", "run", "--silent", "check")
    built = ROOT / ".cache" / "clients" / "built" / "clients" / "calls.js"
    assert figures(run("node", built, f"http://127.0.0.1:{gateway.port}")) == FIGURES
