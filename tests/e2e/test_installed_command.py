"""The command as ``pip install .`` gives it: from a wheel, in an empty folder."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tariff.template import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's files, as an installer unpacks them."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", str(folder)], cwd=ROOT, check=True)
    (wheel,) = folder.glob("tariff-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site-packages")
    return folder / "site-packages"


def tariff(installed: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the installed package, which comes before the checkout on Python's path."""
    return subprocess.run(
        [sys.executable, "-m", "tariff", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_knows_its_version(installed: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    done = tariff(installed, tmp_path, "--version")
    assert (done.returncode, done.stdout) == (0, f"tariff {project['version']}\n")
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    assert "tariff = tariff.__main__:main" in entry_points.read_text("utf-8")


def test_it_offers_no_command_that_works_on_the_repository(installed: Path, tmp_path: Path) -> None:
    done = tariff(installed, tmp_path, "catalogue", "build")
    assert (done.returncode, "No such command 'catalogue'" in done.stderr) == (2, True)


def test_it_reports_with_the_prices_that_it_brings(installed: Path, tmp_path: Path) -> None:
    written = tariff(installed, tmp_path, "sample-usage", "--records", "500", "--out", "u.jsonl")
    assert written.returncode == 0, written.stderr
    done = tariff(installed, tmp_path, "report", "u.jsonl", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["records"]["read"] == 500
    done = tariff(installed, tmp_path, "report", "u.jsonl", "--html", "u.html")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'u.html'}\n"), done.stderr


def test_it_estimates_and_compares_with_the_prices_that_it_brings(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "prompt.md").write_text("Summarise the minutes of the meeting.\n", "utf-8")
    done = tariff(installed, tmp_path, *["estimate", "gpt-5", "--input", "2000", "--output", "500"])
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "$0.0075"), done.stderr
    models = ("opus", "sonnet", "gpt-5", "gemini-2.5-pro")
    done = tariff(installed, tmp_path, "compare", *models, "--text", "prompt.md", "--json")
    assert len(json.loads(done.stdout)["rows"]) == 4, done.stderr


def test_it_reads_its_own_copies_and_writes_to_the_users_cache(
    installed: Path, tmp_path: Path
) -> None:
    asked = "from tariff import paths as t; print(t.IS_CHECKOUT, t.ROOT, t.CACHE)"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    root = installed / "tariff" / "deployment"
    assert done.stdout.split() == ["False", str(root), str(tmp_path / "tariff")]
    assert (root / "template.yaml").read_bytes() == (ROOT / "template.yaml").read_bytes()
    for pattern in ("functions/*/app.py", "events/*.json", "catalogue/recorded/*.xz"):
        shipped = {str(path.relative_to(root)) for path in root.glob(pattern)}
        assert shipped == {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern)}
        assert shipped


def test_it_makes_the_reference_that_it_serves(installed: Path, tmp_path: Path) -> None:
    static = installed / "tariff" / "deployment" / "functions" / "site" / "static"
    for name in ("openapi.json", "docs.html"):
        (static / name).unlink(missing_ok=True)
    current = "print(s.is_current())"
    asked = f"from tariff.docs import site as s; {current}; s.generate(); {current}"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["False", "True"]), done.stderr


def test_it_needs_what_the_layers_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for path in ROOT.glob("layers/*/requirements.in"):
        lines = [line for line in path.read_text("utf-8").splitlines() if line[:1].isalpha()]
        assert set(lines) <= set(project["dependencies"]), path
