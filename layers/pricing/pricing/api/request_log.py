"""What is logged of a request: one line of metrics, and one more for an error that is ours."""

import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from pricing.aws.logs import frames, logger, metrics
from pricing.errors import StoreUnavailable


class RequestLog:
    """The metrics of one function, which answers one request at a time."""

    def __init__(self) -> None:
        self._metrics = metrics()
        self._cold = True

    def write(
        self, event: Mapping[str, Any], status: int, started: float, notes: Mapping[str, Any]
    ) -> None:
        """Write it. ``started`` is a ``perf_counter``; ``notes`` hold nothing that was sent."""
        line = self._metrics
        line.add_dimension("route", event["routeKey"])
        milliseconds = round((time.perf_counter() - started) * 1000, 3)
        line.add_metric("duration_ms", MetricUnit.Milliseconds, milliseconds)
        line.add_metric("client_errors", MetricUnit.Count, 400 <= status < 500)
        line.add_metric("server_errors", MetricUnit.Count, status >= 500)
        line.add_metric("stale_answers", MetricUnit.Count, notes.get("stale", False))
        line.add_metadata("status", status)
        line.add_metadata("cold_start", self._cold)
        line.add_metadata("request_id", event["requestContext"]["requestId"])
        for name, note in notes.items():
            line.add_metadata(name, note)
        line.flush_metrics()
        self._cold = False


def note_problem(error: BaseException, notes: dict[str, Any], *, ours: bool) -> None:
    """Note why a request was not answered; where an error of ours was raised is logged at once."""
    notes["problem"] = type(error).__name__
    if isinstance(error, StoreUnavailable) and error.cause:
        notes["cause"] = error.cause
    if ours:
        logger.error("The request failed.", extra={**notes, "frames": frames(error)})
