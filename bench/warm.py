"""Warm calls: a whole handler call and a call of each peer, taken in turns."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import IO, Self, cast

from bench.environments import LAYER, PEERS
from bench.measurement import Measurement, Target
from bench.store import Store
from tariff.paths import ROOT

TARIFF = "tariff: whole lambda_handler"
UNLOGGED = "tariff: up to the log line"
LITELLM = "litellm cost_per_token"
#: Row -> the worker's call.
ROWS = {
    TARIFF: "tariff",
    UNLOGGED: "tariff_unlogged",
    LITELLM: "litellm_tokens",
    "litellm cost_per_token(usage_object)": "litellm_usage_object",
    "litellm cost_per_token(custom_llm_provider)": "litellm_provider",
    "litellm completion_cost(response)": "litellm_response",
    "genai-prices calc_price": "genai_prices_calc",
    "floor: plain json + Decimal": "plain_arithmetic",
}
#: One process a library: litellm's heap slows garbage collection in its process.
PROCESSES: tuple[tuple[str, ...], ...] = (
    ("tariff", "tariff_unlogged", "plain_arithmetic"),
    ("litellm_tokens", "litellm_usage_object", "litellm_provider", "litellm_response"),
    ("genai_prices_calc",),
)
TARGETS = (Target(TARIFF, LITELLM, 1.6), Target(UNLOGGED, LITELLM, 1.0))
_STOP_SECONDS = 10


class Worker:
    """A process that times calls on request and sleeps otherwise."""

    def __init__(self, names: Sequence[str], settings: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [str(PEERS), "-m", "bench.warm_worker", *names],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(LAYER),
                # litellm otherwise fetches its price list from the network at import.
                "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                **settings,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if hasattr(os, "sched_setaffinity"):
            # The same core for all: cores may differ in load for minutes.
            os.sched_setaffinity(self._process.pid, {min(os.sched_getaffinity(0))})
        self._input = cast("IO[str]", self._process.stdin)
        self._output = cast("IO[str]", self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closes the pipes; the worker ends with its input.
        try:
            self._process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def wait_until_ready(self) -> None:
        """Wait until every call of this worker has given its first, checked answer."""
        self._line()

    def median_ms(self, name: str, calls: int) -> float:
        """Return the median of that many calls in a row, in milliseconds."""
        self._input.write(f"{name} {calls}\n")
        self._input.flush()
        return float(self._line()) / 1e6

    def _line(self) -> str:
        line = self._output.readline()
        if not line:
            raise RuntimeError("a benchmark worker ended; its message is above")
        return line


def measure(seeded: Store, turns: int, calls: int) -> Measurement:
    """Measure median call times, in turns of ``calls`` at a time; the first turn only warms up."""
    samples: dict[str, list[float]] = {row: [] for row in ROWS}
    with ExitStack() as processes:
        settings = seeded.settings(seeded.bundled_table)
        started = [(processes.enter_context(Worker(names, settings)), names) for names in PROCESSES]
        workers: dict[str, Worker] = {}
        for worker, names in started:
            worker.wait_until_ready()
            workers |= dict.fromkeys(names, worker)
        for number in range(turns + 1):
            for row, name in ROWS.items():
                sample = workers[name].median_ms(name, calls)
                if number:
                    samples[row].append(sample)
    title = f"Warm, CPU: one call; medians of {turns} turns, each the median of {calls} calls"
    return Measurement(title, samples, TARGETS)
