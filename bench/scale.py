"""Large requests: their time should grow in proportion to the request, and no faster."""

import contextlib
import io
import json
import time
from http import HTTPStatus
from typing import Any

from bench.measurement import Measurement, Target
from pricing.store import bundled
from tariff.template import recorded_event
from tests.support.handlers import Handler, handler

ROUNDS = 40
USAGE = {"input_tokens": 2000, "output_tokens": 1000, "cache_read_input_tokens": 50000}
#: In proportion, plus a tenth for other load on the machine.
SLACK = 1.1


def measure() -> Measurement:
    """Measure whole handler calls, interleaved; the first call of each is not counted."""
    compare, workload = handler("compare"), handler("workload")
    requests: dict[str, tuple[Handler, dict[str, Any]]] = {
        f"compare, {count} models": (compare, _event("compare", _comparison(count)))
        for count in (5, 20)
    }
    requests |= {
        f"workload, {count} items": (workload, _event("workload", _workload(count)))
        for count in (50, 500)
    }
    samples: dict[str, list[float]] = {name: [] for name in requests}
    with contextlib.redirect_stdout(io.StringIO()):
        for turn in range(ROUNDS + 1):
            for name, (call, event) in requests.items():
                started = time.process_time()
                reply = call(event, None)
                elapsed = (time.process_time() - started) * 1000
                if reply["statusCode"] != HTTPStatus.OK:
                    raise RuntimeError(reply["body"])
                if turn:
                    samples[name].append(elapsed)
    return Measurement(
        f"Scale, CPU: whole handler calls; medians of {ROUNDS} rounds",
        samples,
        (
            Target("compare, 20 models", "compare, 5 models", 4 * SLACK),
            Target("workload, 500 items", "workload, 50 items", 10 * SLACK),
        ),
    )


def _comparison(models: int) -> dict[str, Any]:
    book = bundled.current()
    known = [model.key for model in book.models() if model.prices]
    return {"usage": USAGE, "models": known[:models]}


def _workload(items: int) -> dict[str, Any]:
    lines = [{"name": f"line {n}", "model": "sonnet", "usage": USAGE} for n in range(items)]
    return {"items": lines, "what_if": [{"name": "batch", "processing": "batch"}]}


def _event(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {**recorded_event(name), "body": json.dumps(body)}
