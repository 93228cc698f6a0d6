"""Tables of commands: what they list is true, and only the command that runs is imported."""

import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from tariff.command_line import CommandFailed, Commands, Group, _Unimported, run
from tariff.commands import COMMANDS
from tariff.tables import aligned, markdown
from tests.slow.__main__ import CHECKS
from tests.support.command import tariff


@pytest.mark.parametrize("table", [COMMANDS, CHECKS], ids=["tariff", "tests.slow"])
def test_every_command_is_listed_with_the_first_line_of_its_help(table: Commands) -> None:
    for name, (listed, function) in unimported(table).items():
        assert listed == (function.__doc__ or "").partition("\n")[0], name
        assert listed.endswith("."), name


def unimported(table: Commands) -> dict[str, tuple[str, Any]]:
    """The text that a list shows for each command, without importing it; and its function."""
    found: dict[str, tuple[str, Any]] = {}
    for name, entry in table.items():
        if isinstance(entry, Group):
            found |= unimported(entry.commands)
        else:
            module, _, function = entry.partition(":")
            text = _Unimported(name, entry).short_help
            found[name] = (text, getattr(import_module(module), function))
    return found


def test_listing_the_commands_imports_none_of_them() -> None:
    code = """if True:
        import contextlib, io, sys
        from tariff.__main__ import main
        sys.argv = ["tariff", "--help"]
        with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
            main()
        ours = [name for name in sys.modules if name.startswith(("tariff", "pricing"))]
        print(*sorted(name for name in ours if sys.modules[name].__file__))
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        *("tariff", "tariff.__main__", "tariff.command_line", "tariff.commands"),
        *("tariff.paths", "tariff.quick", "tariff.serve"),
    ]


def test_wrong_arguments_are_named_with_exit_status_2() -> None:
    done = tariff("reprot")
    assert done.returncode == 2
    assert "No such command 'reprot'. Did you mean 'report'?" in done.stderr
    done = tariff("estimate", "--speed", "warp")
    assert done.returncode == 2
    assert "'warp' is not one of 'standard', 'fast'" in done.stderr


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("prices gpt-5", "No such command 'prices'. Did you mean 'models'?"),
        ("cost gpt-5 --input 2k", "No such command 'cost'. Did you mean 'estimate'?"),
        ("estimate gpt-5 --prompt-tokens 9", "--input, without cached tokens"),
        ("estimate gpt-5 --completion-tokens 9", "(Possible options: --output)"),
        ("compare gpt-5 --cached 9", "--cache-read, with --input without them"),
        ("estimate gpt-5 --batch", "(Possible options: --processing)"),
        ("estimate gpt-5 --date 2026-01-01", "(Possible options: --as-of)"),
        ("estimate --model gpt-5", "; write the model without an option: tariff estimate gpt-5"),
        ("models --batch", "No such option: --batch"),  # it has no such option to name
    ],
)
def test_other_names_of_commands_and_options_are_told_what_to_write(
    written: str, shown: str
) -> None:
    done = tariff(*written.split(), COLUMNS="200")
    assert done.returncode == 2
    assert shown in done.stderr


def test_the_options_of_a_command_are_completed() -> None:
    done = tariff(
        _TARIFF_COMPLETE="complete_bash", COMP_WORDS="tariff estimate --inp", COMP_CWORD="2"
    )
    assert done.stdout.split() == ["--input"]


def returns_3() -> int:
    """Return a status."""
    return 3


def fails(name: str = "") -> None:
    """Fail."""
    raise CommandFailed(f"There is no {name}.")


TABLE: Commands = {
    "returns": f"{__name__}:returns_3",
    "within": Group("More.", {"fails": f"{__name__}:fails"}),
}


@pytest.mark.parametrize(
    ("arguments", "status", "shown"),
    [
        (["returns"], 3, ""),
        (["within", "fails", "--name", "such file"], 1, "There is no such file.\n"),
    ],
)
def test_a_command_s_status_or_failure_ends_the_process(
    arguments: list[str],
    status: int,
    shown: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["program", *arguments])
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    with pytest.raises(SystemExit) as ended:
        run("A program.", TABLE)
    assert (ended.value.code, capsys.readouterr().err) == (status, shown)


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert aligned([("", "USD"), ("input", 4), ("output", 10)]) == [
        "        USD",
        "input     4",
        "output   10",
    ]
    assert aligned([("a", "b", "c"), ("dd", "ee", "ff")], "<") == ["a   b   c", "dd  ee  ff"]


def test_a_markdown_table_has_a_header_and_a_rule() -> None:
    assert markdown(("model", "USD"), [("opus", 1)]) == "| model | USD |\n|---|---|\n| opus | 1 |\n"
