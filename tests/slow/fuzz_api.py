"""Ask every route of a running Tariff what its own specification allows and forbids.

schemathesis makes the requests, in all of its phases and with all of its checks; what is expected
otherwise is declared, with a reason, in schemathesis.toml.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from tariff.command_line import CommandFailed
from tests.support.gateway import RunningGateway

CONFIG = Path(__file__).parent / "schemathesis.toml"
PHASES = "examples,coverage,fuzzing,stateful"
SEED = 7


def fuzz(examples: int, phases: str = PHASES) -> tuple[int, int, str]:
    """Return the exit status, the number of cases, and what schemathesis printed.

    ``examples`` is the number of random requests to each route, in each phase that makes some.
    """
    gateway = RunningGateway()
    try:
        gateway.until("Serving ")
        done = subprocess.run(
            [
                *(
                    str(Path(sys.executable).with_name("schemathesis")),
                    "--config-file",
                    str(CONFIG),
                    "run",
                ),
                *(f"http://127.0.0.1:{gateway.port}/openapi.json", "--no-color"),
                *("--phases", phases, "--seed", str(SEED)),
                *("--max-examples", str(examples), "--generation-database", "none"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        gateway.close()
    found = re.search(r"(\d+) generated", done.stdout)
    return done.returncode, int(found[1]) if found else 0, done.stdout + done.stderr


def check(
    examples: Annotated[int, Option(min=1, help="Random requests to each route.")] = 1,
) -> None:
    """Send 10,000 requests made from the specification to a running Tariff."""
    status, cases, printed = fuzz(examples)
    if status:
        raise CommandFailed(printed)
    typer.echo(f"{cases} cases, 0 failures but those that are declared")
