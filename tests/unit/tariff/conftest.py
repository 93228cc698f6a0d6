"""The OpenAPI document, which takes seconds to generate; and the command, without a process."""

import sys

import pytest

from tariff.__main__ import main
from tests.support.command import Run
from tests.support.spec import Spec


@pytest.fixture(scope="session")
def spec() -> Spec:
    """The document as it is now; not to be changed by a test."""
    return Spec()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``run("estimate", ...)`` gives a command's exit status, output and errors."""

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tariff", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return command
