"""``POST /v1/usage/report``: what was spent, on what, and what should change."""

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

import pricing.api.quick_start  # noqa: F401 - before what it makes quicker to import
from pricing import errors
from pricing.api.billing import prices_for
from pricing.api.handler import MAX_REPLY_BYTES, Asset, Call, Event, Route, fits, serve
from pricing.api.requests.reports import (
    MAX_LINES_BYTES,
    MAX_RECORDS,
    MAX_REPORT_BYTES,
    LinesQuery,
    ReportFormat,
    ReportRequest,
)
from pricing.aws.logs import logger
from pricing.aws.s3 import POINTER, bucket_and_key, check_prefix, objects, size_of
from pricing.aws.settings import settings
from pricing.catalogue.price_book import BookInForce, provenance
from pricing.jsonio import read_json, to_json
from pricing.reports.dimensions import period_of
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import (
    UsageFile,
    as_lines,
    fetched,
    gathered,
    lines_of,
    write_lines,
    written,
)
from pricing.reports.readers.formats import is_of_a_tool
from pricing.reports.readers.scratch import filled_by, is_full
from pricing.reports.render.answers import fitting, text_of
from pricing.reports.render.focus import as_parquet
from pricing.reports.report import Filters, UsageReport
from pricing.reports.runs import ReportRun, StartedReport
from pricing.reports.summary import MonthSummary, summary_of
from pricing.slack.delivery import tell
from pricing.slack.formatting import inert
from pricing.slack.spending import spending_notice
from pricing.store import connect, report_runs
from pricing.timestamps import AsOf
from pricing.validation import NoQuery, parse

books = cache(connect.books)
#: How the scratch folder of a call begins.
SCRATCH = "tariff-report-"
_FIRST_NAME = re.compile(rb'\s*\{\s*"([^"\\]{1,100})"')
#: What a packed body may be unpacked: so much in any case, so many times its size, and at most.
UNPACKED_BYTES, UNPACKED_TIMES, MAX_UNPACKED_BYTES = 8 << 20, 50, 64 << 20
#: How many records of an object a function reads one by one, in its time.
MAX_SINGLY = 100_000
TOO_MANY_SINGLY = (
    f"has more than {MAX_SINGLY:,} records that must be read one by one, such as rejected ones and"
    " sums of calls; split it, or use Athena or Spark (docs/usage-reports.md)"
)
#: What a function reads of one object, in its time, before it leaves that to the job.
MAX_OBJECT_BYTES = 1024 * 1024 * 1024
#: The media types of the formats of FOCUS.
FOCUS: Mapping[str, str] = {
    "focus-csv": "text/csv; charset=utf-8",
    "focus-parquet": "application/vnd.apache.parquet",
}


def create_usage_report(
    request: ReportRequest | LinesQuery, call: Call
) -> UsageReport | StartedReport | Asset:
    """Price every record, and answer in the requested format; or start a job that does."""
    query = request.query(call.now)
    in_force = prices_for(books(), request.choices, call.now)
    if isinstance(request, ReportRequest) and request.source is not None:
        check_prefix(request.source.s3_uri, call.caller)
        if _is_for_the_job(request.source.s3_uri):
            return _started(request, in_force, call)
    # The engine may use two thirds of the function's memory.
    memory_mb = settings.memory_mb * 2 // 3
    focus: str | bytes | None = None
    from_file = request.source if isinstance(request, ReportRequest) else None
    with _scratch(filled_by(POINTER) if from_file else _in_use()) as folder:
        file = _file(request, call, folder)
        options = replace(query.options, most_singly=MAX_SINGLY)
        if from_file is None:
            size = len(call.lines or b"") or file.path.stat().st_size
            singly, unpacked = most_singly(size), most_unpacked(size)
            options = replace(options, most_singly=singly, most_unpacked=unpacked)
        query = replace(query, options=options)
        rows = folder / "focus.csv" if request.format in FOCUS else None
        try:
            found = report_usage(in_force, file, query, folder, focus=rows, memory_mb=memory_mb)
        except errors.BodyTooLarge as error:
            if from_file is None:
                raise
            raise errors.InvalidRequest.at(POINTER, TOO_MANY_SINGLY) from error
        if rows is not None:
            focus = _focus(rows, request.format)
    if from_file is not None and call.is_administrator:
        _keep(summary_of(found, query.filters, call.now, from_file.s3_uri, call.caller))
    if focus is not None:
        return Asset(FOCUS[request.format], focus, "no-store")
    wanted = request.format
    found = fitting(found, wanted, request.table, fits)
    if wanted == "json":
        return found
    kind = "text/csv" if wanted == "csv" else "text/html"
    return Asset(f"{kind}; charset=utf-8", text_of(found, wanted, request.table), "no-store")


def most_singly(size: int) -> int:
    """How many records of a body of this size may be read one by one, which takes 0.15 ms each.

    With it, a body of 360 KB takes less than a second of a processor. It limits only bodies whose
    records have fewer than 72 bytes, such as rows of tables.
    """
    return max(5_000, size // 72)


def _is_export(body: bytes) -> bool:
    """Whether a JSON document is one that a tool writes, and not a request."""
    first = _FIRST_NAME.match(body)
    if first is None or first[1].decode(errors="replace") in ReportRequest.model_fields:
        return False
    try:
        document = read_json(body, max_bytes=MAX_REPORT_BYTES)
    except errors.MalformedRequest:
        return False
    if not isinstance(document, dict) or not ReportRequest.model_fields.keys().isdisjoint(document):
        return False
    return is_of_a_tool(document, most_singly(len(body)))


def most_unpacked(size: int) -> int:
    """What a packed body of this size may be unpacked: 50 times as much, and 8 MB in any case."""
    return min(max(UNPACKED_BYTES, UNPACKED_TIMES * size), MAX_UNPACKED_BYTES)


@contextmanager
def _scratch(when_full: AbstractContextManager[None]) -> Iterator[Path]:
    with when_full, tempfile.TemporaryDirectory(prefix=SCRATCH) as name:
        yield Path(name)


@contextmanager
def _in_use() -> Iterator[None]:
    """Raise Busy where the scratch space is full: not of a body, which is small."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if not is_full(error):
            raise
        raise errors.Busy("The scratch space is full. Try again in a minute.") from error


def get_usage_report(_query: NoQuery, call: Call) -> ReportRun | Asset:
    """How far a report that was started is, and the report when it is done."""
    run, text = report_runs.run_of(call.path["id"], call.caller, any_caller=call.is_administrator)
    if text is None:
        return run
    document = json.loads(to_json(run)) | {"report": json.loads(text)}
    return Asset("application/json", to_json(document), "no-store")


def _is_for_the_job(s3_uri: str) -> bool:
    """Whether this is a prefix, or an object too large for a function where there is a job."""
    bucket_and_key(s3_uri)
    if not s3_uri.endswith("/"):
        return settings.report_workers > 0 and size_of(s3_uri) > MAX_OBJECT_BYTES
    if not settings.report_workers:
        detail = (
            "is a prefix, and no job that reads all its files is deployed here; name one object, or"
            " run `tariff report FOLDER --engine spark`"
        )
        raise errors.InvalidRequest.at(POINTER, detail)
    return True


def _started(request: ReportRequest, in_force: BookInForce, call: Call) -> StartedReport:
    """Start the job; raises InvalidRequest for what it does not do."""
    if request.format in FOCUS:
        raise errors.InvalidRequest.at("/format", "must be json, csv or html for several files")
    pinned = {"pricing_version": in_force.book.id, "format": request.format}
    asked = json.loads(request.model_dump_json(exclude_unset=True)) | pinned
    report_id = report_runs.start(asked, call.caller, call.now, call.idempotency_key)
    href = f"/v1/usage/reports/{report_id}"
    return StartedReport(report_id, "running", href, provenance(in_force, AsOf.now(call.now)))


def _focus(rows: Path, wanted: ReportFormat) -> str | bytes:
    """The rows in the wanted format; raises InvalidRequest for more than an answer can hold."""
    detail = "The rows are more than an answer can hold. Send `filter` with fewer days"
    if wanted == "focus-parquet":
        path = rows.with_suffix(".parquet")
        as_parquet(rows, path)
        if path.stat().st_size * 4 > MAX_REPLY_BYTES * 3:  # as base64
            raise errors.InvalidRequest.at("/format", f"{detail}.")
        return path.read_bytes()
    text = rows.read_text(encoding="utf-8") if rows.stat().st_size < MAX_REPLY_BYTES else ""
    if not text or not fits(text):
        raise errors.InvalidRequest.at("/format", f"{detail}, or `format`: focus-parquet.")
    return text


def _sweep() -> None:
    """Delete what calls that were ended before they could left behind: the space is few files'.

    An instance of Lambda makes one call at a time, so at its start nothing is in use. Elsewhere
    another process may be at work, but not for a day.
    """
    unused_since = time.time() - (0 if settings.in_lambda else 24 * 60 * 60)
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        with suppress(OSError):
            if folder.stat().st_mtime <= unused_since:
                shutil.rmtree(folder, ignore_errors=True)


def _keep(summary: MonthSummary | None) -> None:
    """Store a month's summary for Slack; without the store the report is answered all the same."""
    kept = connect.summaries()
    if summary is not None and kept is not None:
        with suppress(errors.StoreUnavailable):
            kept.keep(summary)


def _file(request: ReportRequest | LinesQuery, call: Call, folder: Path) -> UsageFile:
    if isinstance(request, ReportRequest) and request.source is not None:
        return fetched(request.source.s3_uri, folder)
    if isinstance(request, ReportRequest):
        return write_lines(as_lines(request.records or ()), folder / "records.jsonl")
    body = call.lines or b""
    file = written(body, call.kind, folder, most_unpacked(len(body)))
    if (lines := lines_of(file)) > MAX_RECORDS:
        what = "rows" if file.kind == "parquet" else "lines"
        detail = f"The body has {lines} {what}; the limit is {MAX_RECORDS}."
        raise errors.BodyTooLarge(f"{detail} Send a larger log as a file in S3.")
    return file


ROUTES = (
    Route(
        "POST",
        "/v1/usage/report",
        create_usage_report,
        body=ReportRequest,
        lines=LinesQuery,
        is_export=_is_export,
        max_body_bytes=MAX_REPORT_BYTES,
        max_lines_bytes=MAX_LINES_BYTES,
        formats=("text/csv", "text/html", "application/vnd.apache.parquet"),
        answer=UsageReport,
        summary="What usage records cost by model, period, team and tag, and what would cost less.",
        raises=(
            errors.UnknownVersion,
            errors.UnknownRateCard,
            errors.Conflict,
            errors.Busy,
            errors.StoreUnavailable,
        ),
        idempotent=True,
        started=StartedReport,
    ),
    Route(
        "GET",
        "/v1/usage/reports/{id}",
        get_usage_report,
        query=NoQuery,
        answer=ReportRun,
        summary="How far a report of many files is and, when it is done, the report.",
        raises=(errors.NotFound, errors.StoreUnavailable),
    ),
)
_sweep()
_serve = serve(*ROUTES)


def lambda_handler(event: Event, context: object) -> dict[str, Any]:
    """Answer a request of the API, or the scheduler's event."""
    if "scheduled_time" not in event:
        return _serve(event, context)
    return report_spending(datetime.fromisoformat(event["scheduled_time"]))


def report_spending(now: datetime) -> dict[str, Any]:
    """Post yesterday's and its month's spending to Slack, and keep the month's summary.

    Reads the files under the configured prefix that were written since the month began.
    """
    yesterday = now.date() - timedelta(days=1)
    start, end = period_of(yesterday, "month")
    prefix = settings.report_prefix
    uris = objects(prefix, datetime.combine(start, datetime.min.time(), UTC))
    logger.info("The scheduled report starts.", extra={"files": len(uris)})
    source = f"s3://{settings.input_bucket}/{prefix}"
    if not uris:
        tell(lambda: f"*LLM spending*: no usage log under {source} since {start}.")
        return {"outcome": "no_files"}
    document = {
        "source": {"s3_uri": source},
        "group_by": ["day"],
        "filter": {"start": start.isoformat(), "end": end.isoformat()},
        "budgets": json.loads(settings.report_budgets),
    }
    request = parse(ReportRequest, document)
    in_force = prices_for(books(), request, now)
    memory_mb = settings.memory_mb * 2 // 3
    try:
        with _scratch(filled_by(POINTER)) as folder:
            file = gathered(uris, folder)
            found = report_usage(in_force, file, request.query(now), folder, memory_mb=memory_mb)
    except errors.InvalidRequest as error:  # it would be refused again
        if not settings.notice_parameter:
            raise
        reason = inert(error.errors[0].detail, mrkdwn=True)
        tell(lambda: f"*LLM spending* is not reported: {source} {reason}")
        return {"outcome": "refused"}
    _keep(summary_of(found, Filters(), now, source, "schedule"))
    tell(lambda: spending_notice(found, yesterday))
    return {"outcome": "reported", "records": found.records.read}
