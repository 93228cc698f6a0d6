"""Files that a command generates, and their check: they are what the command would write now."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

Check = Annotated[bool, Option("--check", help="Write nothing; fail when a file is out of date.")]


def update(
    files: Mapping[Path, bytes], command: str, *, check: bool, owned: tuple[Path, str] | None = None
) -> int:
    """Write the files; with ``check`` only name, on stderr, those that would change.

    ``owned`` is a folder and a pattern: matching files that are not among ``files`` are removed.
    Returns the exit status: 1 when a check finds a difference.
    """
    extra = {*owned[0].glob(owned[1])} - files.keys() if owned else set()
    if not check:
        for path in extra:
            path.unlink()
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return 0
    problems = dict.fromkeys(extra, "should not exist")
    for path, content in files.items():
        if not path.exists():
            problems[path] = "is missing"
        elif path.read_bytes() != content:
            problems[path] = "is out of date"
    for path, problem in sorted(problems.items()):
        typer.echo(f"{path} {problem}: run {command}", err=True)
    return 1 if problems else 0
