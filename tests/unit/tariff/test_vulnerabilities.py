"""The dependency audit fails on a known vulnerability, and never passes what was not looked up."""

import json
import subprocess
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tariff.command_line import CommandFailed
from tariff.vulnerabilities import audit_dependencies

SOUND = {"name": "pydantic", "version": "2.14.3", "vulns": []}
SKIPPED = {"name": "jinja2", "skip_reason": "Dependency not found on PyPI"}
KNOWN = {"name": "urllib3", "version": "1.0", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}


def answering(*packages: Any, output: str | None = None) -> Any:
    text = json.dumps({"dependencies": packages, "fixes": []}) if output is None else output
    done = subprocess.CompletedProcess([], 0, stdout=text, stderr="")
    return mock.patch("subprocess.run", return_value=done)


def test_packages_that_were_looked_up_pass(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(SOUND):
        audit_dependencies()
    assert capsys.readouterr().out == "2 packages checked, without a known vulnerability.\n"


@pytest.mark.parametrize("allowed", [False, True])
def test_a_known_vulnerability_fails_whatever_else_is_allowed(allowed: bool) -> None:
    with answering(SOUND, SKIPPED, KNOWN), pytest.raises(CommandFailed, match="PYSEC-1, PYSEC-2"):
        audit_dependencies(allow_unchecked=allowed)


@pytest.mark.parametrize("output", [None, "", "no JSON", "{}"])
def test_what_no_database_knows_is_not_checked(
    output: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(SOUND, SKIPPED, output=output):
        with pytest.raises(CommandFailed, match="Not checked"):
            audit_dependencies()
        audit_dependencies(allow_unchecked=True)
    assert capsys.readouterr().out.startswith("Not checked: ")


def test_without_pip_audit_nothing_was_checked(tmp_path: Path) -> None:
    missing = mock.patch("tariff.vulnerabilities.PIP_AUDIT", tmp_path / "pip-audit")
    with missing, pytest.raises(CommandFailed, match="Not checked: any package"):
        audit_dependencies()
