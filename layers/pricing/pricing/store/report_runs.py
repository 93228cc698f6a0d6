"""Reports that a job makes, each in a folder of the input bucket: ``tariff/reports/<id>/``.

``request.json`` is written first, and once: it is what was asked for. ``run.json`` names the job's
run. The job writes ``progress.json`` as it goes, the answer ``report.json`` (or ``.csv``, or
``.html``) at its end, and ``calls/``, the normalised table.
"""

import hashlib
import json
import re
import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pricing.aws import s3
from pricing.aws.report_job import job_state, start_job
from pricing.aws.settings import settings
from pricing.errors import Conflict, NotFound
from pricing.jsonio import to_json
from pricing.reports.runs import Asked, Progress, ReportRun, RunStatus
from pricing.timestamps import rfc3339

_FOLDER = "tariff/reports"
_ID = re.compile(r"report-[0-9a-f]{32}")


def start(
    request: dict[str, Any], caller: str, now: datetime, idempotency_key: str | None = None
) -> str:
    """Start a report, and return its id.

    A second start with the caller's same ``idempotency_key`` returns the first one's id; raises
    Conflict if that asked for something else. Raises Busy and StoreUnavailable as the job does.
    """
    token = f"{caller}\n{idempotency_key}" if idempotency_key else uuid.uuid4().hex
    report_id = f"report-{hashlib.sha256(token.encode()).hexdigest()[:32]}"
    asked = Asked(request, caller, rfc3339(now))
    if not s3.write(_key(report_id, "request.json"), _json(asked), only_new=True):
        if asked_for(report_id).request != request:
            raise Conflict("This Idempotency-Key was used for another report; send a new one.")
        if s3.read(_key(report_id, "run.json")):
            return report_id
    run = start_job(report_id)
    s3.write(_key(report_id, "run.json"), json.dumps({"run": run}).encode())
    return report_id


def asked_for(report_id: str) -> Asked:
    """Return what a report was asked for with; raises NotFound."""
    found = s3.read(_key(report_id, "request.json")) if _ID.fullmatch(report_id) else None
    if found is None:
        raise NotFound("There is no report with this id that you started.")
    return Asked(**json.loads(found))


def tell_progress(report_id: str, progress: Progress) -> None:
    """Store how far a report is."""
    s3.write(_key(report_id, "progress.json"), _json(progress))


def keep_answer(report_id: str, suffix: str, text: str) -> None:
    """Store a report in the format that was asked for, which makes it done."""
    s3.write(_key(report_id, f"report.{suffix}"), text.encode())


def tables_uri(report_id: str) -> str:
    """Return the prefix of a report's tables, of which ``calls`` is the normalised one."""
    return f"s3://{settings.input_bucket}/{_key(report_id, 'tables')}"


def run_of(report_id: str, caller: str, *, any_caller: bool) -> tuple[ReportRun, str | None]:
    """Return how far a report is and, if it is done and JSON, its text.

    Raises NotFound, also for a report of another caller unless ``any_caller``.
    """
    asked = asked_for(report_id)
    if not any_caller and asked.caller != caller:
        raise NotFound("There is no report with this id that you started.")
    suffix = str(asked.request.get("format", "json"))
    key = _key(report_id, f"report.{suffix}")
    progress = Progress(**json.loads(s3.read(_key(report_id, "progress.json")) or b"{}"))
    text = s3.read(key)
    status: RunStatus = "done"
    detail = None
    if text is None:
        detail = progress.error or _failure(report_id)
        status = "failed" if detail else "running"
    run = ReportRun(
        report_id,
        status,
        progress.step,
        progress.files,
        asked.started_at,
        str(asked.request["pricing_version"]),
        detail,
        None,
        f"s3://{settings.input_bucket}/{key}" if text is not None else None,
        f"{tables_uri(report_id)}/calls/" if text is not None else None,
    )
    return run, text.decode() if text is not None and suffix == "json" else None


def _failure(report_id: str) -> str | None:
    """Return why a report without an answer will get none, or None while it may."""
    run = s3.read(_key(report_id, "run.json"))
    if run is None or job_state(json.loads(run)["run"]) == "running":
        return None
    return "The job ended without a report; its log says why. Start the report again."


def _key(report_id: str, name: str) -> str:
    return f"{_FOLDER}/{report_id}/{name}"


def _json(document: Asked | Progress) -> bytes:
    return to_json(asdict(document)).encode()
