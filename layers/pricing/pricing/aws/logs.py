"""What functions log, through Powertools: lines of metrics, and lines about errors and refreshes.

A line of metrics is CloudWatch's embedded metric format: its metrics are counted by its
dimensions, and its metadata can be searched. A line of ``logger`` is JSON with the correlation id
of the request. Neither holds anything that a caller sent.
"""

import sys
import traceback
from collections.abc import Mapping
from json import JSONEncoder
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from pricing.aws.settings import settings

NAMESPACE = "Tariff"

logger = Logger(service=settings.service, utc=True, use_rfc3339=True)
_metrics = EphemeralMetrics(namespace=NAMESPACE)
_encode = JSONEncoder(separators=(",", ":")).encode


def write_metrics(
    units: Mapping[str, str],
    values: Mapping[str, float],
    dimensions: Mapping[str, str],
    metadata: Mapping[str, Any],
) -> None:
    """Write one line with a metric for each of the ``units``; without a value it is zero.

    Powertools gets the line as a whole: metrics that are added one by one are shared by all threads
    until they are written, and take three times as long.
    """
    metrics = {name: {"Unit": unit, "Value": values.get(name, 0)} for name, unit in units.items()}
    line = _metrics.serialize_metric_set(
        metrics=metrics,
        dimensions={"service": settings.service, **dimensions},
        metadata={**metadata},
    )
    sys.stdout.write(f"{_encode(line)}\n")


def correlate(request_id: str) -> None:
    """Add the request's id to every line that this thread logs from now on."""
    logger.thread_safe_append_keys(correlation_id=request_id)


def frames(error: BaseException) -> list[str]:
    """Return where an error was raised, without its message: it may contain what was sent."""
    return [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
