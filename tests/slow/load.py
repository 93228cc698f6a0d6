"""Ask a running Tariff for estimates from 200 clients at once, and recompute every answer.

Each client keeps one connection and asks for random counts of models whose prices are history. The
expected totals are fractions of published prices, computed here without Tariff's code.
"""

import http.client
import json
import random
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from http import HTTPStatus
from typing import Annotated, Any

import typer
from typer import Option

from tariff.command_line import CommandFailed
from tests.support.gateway import RunningGateway

CLIENTS, SECONDS = 200, 60.0
#: Before this day the prices below applied and will not change.
AS_OF = "2026-06-01"
#: USD per million tokens of input, output and cache reads, from so many tokens of prompt on.
PRICES: Mapping[str, tuple[tuple[int, tuple[str, str, str]], ...]] = {
    "openai/gpt-4o": ((0, ("2.50", "10", "1.25")),),
    "openai/gpt-4o-mini": ((0, ("0.15", "0.60", "0.075")),),
    "anthropic/claude-haiku-4-5": ((0, ("1", "5", "0.10")),),
    "google/gemini-2.5-pro": ((0, ("1.25", "10", "0.125")), (200_001, ("2.50", "15", "0.25"))),
}
MOST_INPUT, MOST_OUTPUT, MOST_CALLS = 60_000, 4_000, 1_000


@dataclass(slots=True)
class Load:
    """The seconds that each answer took, and what was wrong with answers."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def part(self, share: float) -> float:
        """The seconds within which this share of the answers came."""
        return sorted(self.seconds)[min(int(share * len(self.seconds)), len(self.seconds) - 1)]


def question(dice: random.Random) -> tuple[dict[str, Any], Fraction]:
    """A request, and its total."""
    model = dice.choice([*PRICES])
    fresh, read = (dice.randrange(MOST_INPUT * dice.choice((1, 4))) for _ in range(2))
    output, calls = dice.randrange(MOST_OUTPUT), dice.randint(1, MOST_CALLS)
    prices = [rates for above, rates in PRICES[model] if fresh + read >= above][-1]
    counts = zip((fresh, output, read), prices, strict=True)
    each = sum((count * Fraction(price) for count, price in counts), Fraction())
    usage = {"input_tokens": fresh, "cache_read_input_tokens": read, "output_tokens": output}
    body = {
        "model": model, "as_of": AS_OF, "calls": calls, "usage_format": "anthropic", "usage": usage,
    }  # fmt: skip
    return body, each * calls / 1_000_000


def ask(port: int, seed: int, until: float, load: Load) -> None:
    """One client, on one connection."""
    dice = random.Random(seed)  # noqa: S311 - the same questions in every run
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/json"}
    while time.monotonic() < until:
        body, expected = question(dice)
        asked = time.monotonic()
        try:
            connection.request("POST", "/v1/estimate", json.dumps(body), headers)
            with connection.getresponse() as response:
                answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            load.faults.append(f"{body} was not answered: {error!r}")
            connection.close()
            continue
        load.seconds.append(time.monotonic() - asked)
        if response.status != HTTPStatus.OK:
            load.faults.append(f"{body} was answered {response.status}: {answer}")
        elif Fraction(answer["total_usd"]) != expected:
            load.faults.append(f"{body} costs {answer['total_usd']}, expected {float(expected)}")
    connection.close()


def loaded(clients: int, seconds: float) -> Load:
    """Let so many clients ask at once."""
    gateway = RunningGateway()
    load = Load()
    try:
        gateway.until("Serving ")
        until = time.monotonic() + seconds
        threading.stack_size(256 * 1024)
        with ThreadPoolExecutor(clients) as threads:
            for seed in range(clients):
                threads.submit(ask, gateway.port, seed, until, load)
    finally:
        threading.stack_size(0)
        gateway.close()
    return load


def check(
    clients: Annotated[int, Option(min=1, help="Clients at once.")] = CLIENTS,
    seconds: Annotated[float, Option(min=0.1, help="How long they ask.")] = SECONDS,
) -> None:
    """Ask for estimates from 200 clients for a minute, and recompute every answer."""
    load = loaded(clients, seconds)
    if load.faults or not load.seconds:
        raise CommandFailed("\n".join([f"{len(load.faults)} faults", *load.faults[:5]]))
    typer.echo(
        f"{len(load.seconds)} answers to {clients} clients in {seconds:g} s, 0 wrong, 0 failed;"
        f" half within {load.part(0.5):.3f} s, 99% within {load.part(0.99):.3f} s, the slowest"
        f" {load.part(1):.3f} s"
    )
