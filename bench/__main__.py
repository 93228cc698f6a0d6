"""``python -m bench [warm|cold|slack|scale] [--rounds N] [--turns N] [--calls N] [--json F]``."""

import argparse
import json
import platform
import sys
from pathlib import Path

from bench import cold, scale, slack, warm
from bench.environments import PEERS
from bench.measurement import Measurement
from bench.store import store


def main() -> int:
    """Measure, print tables, and write the figures where asked. A missed target is not a failure:
    a busy machine must not break a build.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "only", nargs="?", choices=["warm", "cold", "slack", "scale"], help="one; else all"
    )
    parser.add_argument("--rounds", type=int, default=9, help="cold starts of each (default 9)")
    parser.add_argument("--turns", type=int, default=45, help="warm turns of each (default 45)")
    parser.add_argument("--calls", type=int, default=100, help="warm calls a turn (default 100)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    arguments = parser.parse_args()
    if min(arguments.rounds, arguments.turns, arguments.calls) < 1:
        parser.error("--rounds, --turns and --calls start at 1")
    if arguments.only != "slack" and not PEERS.exists():  # Slack has no peers
        print("The peers are not installed: `make bench` makes .venv-bench.", file=sys.stderr)
        return 2

    measured: dict[str, Measurement] = {}
    print(f"Python {platform.python_version()}, {platform.machine()}\n", flush=True)
    with store() as seeded:
        if arguments.only in (None, "warm"):
            measured["warm"] = warm.measure(seeded, arguments.turns, arguments.calls)
            print(f"{measured['warm'].table()}\n", flush=True)
        if arguments.only in (None, "cold"):
            measured["cold"] = cold.measure(seeded, arguments.rounds)
            print(f"{measured['cold'].table()}\n", flush=True)
        if arguments.only in (None, "slack"):
            measured["slack"] = slack.measure(seeded, arguments.rounds)
            print(f"{measured['slack'].table()}\n", flush=True)
    if arguments.only in (None, "scale"):
        measured["scale"] = scale.measure()
        print(f"{measured['scale'].table()}\n", flush=True)
    if arguments.json:
        figures = {name: measurement.figures() for name, measurement in measured.items()}
        document = {"python": platform.python_version(), **figures}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
