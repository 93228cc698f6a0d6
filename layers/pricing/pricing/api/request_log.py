"""One JSON line a request, which CloudWatch also reads as metrics (embedded metric format)."""

import os
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any

from pricing.jsonio import to_json


def frames(error: BaseException) -> list[str]:
    """Where it happened, without the message: a message may hold what the caller sent."""
    return [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]


def log_request(
    event: Mapping[str, Any], status: int, started: float, cold: bool, notes: Mapping[str, Any]
) -> None:
    """Write the line; ``started`` is a ``time.perf_counter``. What was sent is not in ``notes``."""
    line = {
        "service": os.environ.get("TARIFF_SERVICE", "tariff"),
        "route": event["routeKey"],
        "status": status,
        "duration_ms": round((time.perf_counter() - started) * 1000, 3),
        "client_errors": int(400 <= status < 500),
        "server_errors": int(status >= 500),
        "stale_answers": int(notes.get("stale", False)),
        "cold_start": cold,
        "request_id": event["requestContext"]["requestId"],
        **notes,
    }
    milliseconds = time.time_ns() // 1_000_000
    sys.stdout.write(f"{_METRICS}{milliseconds}}},{to_json(line)[1:]}\n")


#: The head of every line, which never changes, up to the timestamp.
_METRICS = to_json(
    {
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Namespace": "Tariff",
                    "Dimensions": [["service", "route"]],
                    "Metrics": [
                        {"Name": "duration_ms", "Unit": "Milliseconds"},
                        {"Name": "client_errors", "Unit": "Count"},
                        {"Name": "server_errors", "Unit": "Count"},
                        {"Name": "stale_answers", "Unit": "Count"},
                    ],
                }
            ],
            "Timestamp": 0,
        }
    }
).removesuffix("0}}")
