"""The job on AWS Glue that reports on more than one function can read: ``TARIFF_REPORT_JOB``.

``spark/template.yaml`` deploys it. None of this was run on AWS itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from pricing.aws.environment import sdk_client
from pricing.aws.settings import settings
from pricing.aws.signed_client import AGAIN
from pricing.errors import Busy, StoreUnavailable

JobState = Literal["running", "ended", "failed"]
_RUNNING = {"STARTING", "RUNNING", "STOPPING", "WAITING"}


def start_job(report_id: str) -> str:
    """Start the job for a report, and return the run's id.

    Raises Busy while as many reports run as the job may at once, and StoreUnavailable when Glue
    does not answer.
    """
    with _answering():
        started = sdk_client("glue").start_job_run(
            JobName=settings.report_job, Arguments={"--report_id": report_id}
        )
    return str(started["JobRunId"])


def job_state(run: str) -> JobState:
    """Return what became of a run; raises StoreUnavailable when Glue does not answer."""
    with _answering():
        found = sdk_client("glue").get_job_run(JobName=settings.report_job, RunId=run)
    state = found["JobRun"]["JobRunState"]
    return "running" if state in _RUNNING else "ended" if state == "SUCCEEDED" else "failed"


@contextmanager
def _answering() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        response = getattr(error, "response", None) or {}
        code = response.get("Error", {}).get("Code", type(error).__name__)
        if code == "ConcurrentRunsExceededException":
            detail = "As many reports of several files are made as may be at once. Try again later."
            raise Busy(detail) from None
        raise StoreUnavailable(f"AWS Glue did not answer. {AGAIN}", cause=code) from error
