"""Cold and warm calls against other libraries: ``python -m bench speed [KIND]``."""

import json
import platform
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option

from bench import cold, scale, slack, warm
from bench.environments import PEERS, python_version
from bench.measurement import Measurement
from bench.store import store
from tariff.command_line import CommandFailed

Kind = Literal["warm", "cold", "slack", "scale"]


def speed(
    kind: Annotated[Kind | None, Argument(metavar="[KIND]", help="Only this kind.")] = None,
    rounds: Annotated[int, Option(min=1, help="Cold starts of each candidate.")] = 9,
    turns: Annotated[int, Option(min=1, help="Warm turns of each candidate.")] = 45,
    calls: Annotated[int, Option(min=1, help="Warm calls a turn.")] = 100,
    strict: Annotated[bool, Option("--strict", help="Exit with 1 if a target is missed.")] = False,
    json_file: Annotated[
        Path | None, Option("--json", metavar="FILE", help="Write the figures there.")
    ] = None,
) -> int:
    """Measure cold and warm calls against other libraries.

    A missed target is a failure with --strict only: a busy machine must not break a build.
    """
    if not PEERS.exists():
        raise CommandFailed("The other libraries are not installed: run `make .venv-bench/.ready`.")
    measured: dict[str, list[Measurement]] = {}
    python = python_version()
    print(f"Python {python}, {platform.machine()}\n", flush=True)
    with ExitStack() as stack:
        seeded = stack.enter_context(store())
        measures: dict[str, Callable[[], list[Measurement]]] = {
            "warm": lambda: [warm.measure(seeded, turns, calls)],
            "cold": lambda: cold.measure(seeded, rounds),
            "slack": lambda: slack.measure(seeded, rounds),
            "scale": lambda: [scale.measure()],
        }
        for name, measure in measures.items():
            if kind in (None, name):
                measured[name] = measure()
                for measurement in measured[name]:
                    print(f"{measurement.table()}\n", flush=True)
    if json_file:
        figures = {name: [each.figures() for each in found] for name, found in measured.items()}
        document = {"python": python, **figures}
        json_file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    missed = [line for found in measured.values() for each in found for line in each.missed()]
    if missed:
        print("Missed targets:", *missed, sep="\n")
    return int(strict and bool(missed))
