"""The log of a request: one line of metrics, and one more for an internal error."""

import time
from collections.abc import Mapping
from typing import Any

from pricing.aws.logs import frames, logger, write_metrics
from pricing.errors import StoreUnavailable

#: The metrics of a request, and their units.
UNITS = {
    "duration_ms": "Milliseconds",
    "client_errors": "Count",
    "server_errors": "Count",
    "stale_answers": "Count",
}


class RequestLog:
    """The log of one function; it knows which request was the first."""

    def __init__(self) -> None:
        self._cold = True

    def write(
        self, event: Mapping[str, Any], status: int, started: float, notes: Mapping[str, Any]
    ) -> None:
        """Write a request's line; ``started`` is a ``time.perf_counter``.

        ``notes`` are further metadata, and contain nothing that was sent.
        """
        cold, self._cold = self._cold, False
        write_metrics(
            UNITS,
            {
                "duration_ms": round((time.perf_counter() - started) * 1000, 3),
                "client_errors": int(400 <= status < 500),
                "server_errors": int(status >= 500),
                "stale_answers": int(notes.get("stale", False)),
            },
            {"route": event["routeKey"]},
            {
                "status": status,
                "cold_start": cold,
                "request_id": event["requestContext"]["requestId"],
                **notes,
            },
        )


def note_problem(error: BaseException, notes: dict[str, Any], *, ours: bool) -> None:
    """Note why a request failed; an internal error (``ours``) is logged with its place at once."""
    notes["problem"] = type(error).__name__
    if isinstance(error, StoreUnavailable) and error.cause:
        notes["cause"] = error.cause
    if ours:
        logger.error("The request failed.", extra={**notes, "frames": frames(error)})
