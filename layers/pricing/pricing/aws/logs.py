"""What functions log, through Powertools: metrics in lines of their own, and what went wrong.

A line of metrics is CloudWatch's embedded metric format: the metrics and their dimensions are
counted, everything else in it can be searched. A line of ``logger`` is JSON with the correlation
id of the request. Neither holds anything that a caller sent.
"""

import traceback

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from pricing.aws.settings import settings

NAMESPACE = "Tariff"

logger = Logger(service=settings.service, utc=True, use_rfc3339=True)


def metrics() -> EphemeralMetrics:
    """The metrics of one function: several may share a process, and must not share their counts."""
    return EphemeralMetrics(namespace=NAMESPACE, service=settings.service)


def correlate(request_id: str) -> None:
    """Name the request in every line that this thread logs from now on."""
    logger.thread_safe_append_keys(correlation_id=request_id)


def frames(error: BaseException) -> list[str]:
    """Where an error was raised, without its message, which may hold what the caller sent."""
    return [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
