"""``POST /v1/usage/report``: what was spent, on what, and what should change."""

import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

from pricing import errors
from pricing.api.handler import Asset, Call, Route, serve
from pricing.api.requests.reports import (
    MAX_RECORDS,
    MAX_REPORT_BYTES,
    LinesQuery,
    ReportRequest,
)
from pricing.aws.settings import settings
from pricing.reports.generate import report_usage
from pricing.reports.readers.files import UsageFile, as_lines, fetched, write_lines
from pricing.reports.render.csv_table import to_csv
from pricing.reports.render.html_page import to_html
from pricing.reports.report import Filters, UsageReport
from pricing.reports.summary import summary_of
from pricing.store import connect

books = cache(connect.books)


def create_usage_report(request: ReportRequest | LinesQuery, call: Call) -> UsageReport | Asset:
    """Price every record, and answer in the requested format."""
    query = request.query()
    in_force = books().in_force(request.pricing_version, call.now)
    with tempfile.TemporaryDirectory(prefix="report-") as name:
        folder = Path(name)
        file = _file(request, call, folder)
        # The engine may use two thirds of the function's memory.
        memory_mb = settings.memory_mb * 2 // 3
        found = report_usage(in_force, file, query, folder, memory_mb=memory_mb)
    if isinstance(request, ReportRequest) and request.source is not None:
        _keep(found, query.filters, call.now)
    if request.format == "csv":
        return Asset("text/csv; charset=utf-8", to_csv(found), "no-store")
    if request.format == "html":
        return Asset("text/html; charset=utf-8", to_html(found), "no-store")
    return found


def _keep(found: UsageReport, filters: Filters, now: datetime) -> None:
    """Store a month's summary for Slack; without the store the report is answered all the same."""
    summary, kept = summary_of(found, filters, now), connect.summaries()
    if summary is not None and kept is not None:
        with suppress(errors.StoreUnavailable):
            kept.keep(summary)


def _file(request: ReportRequest | LinesQuery, call: Call, folder: Path) -> UsageFile:
    if isinstance(request, ReportRequest) and request.source is not None:
        return fetched(request.source.s3_uri, folder)
    lines: Iterable[bytes]
    if isinstance(request, ReportRequest):
        lines = as_lines(request.records or ())
    else:
        lines = (call.lines or b"").rstrip(b"\n").split(b"\n")
        if len(lines) > MAX_RECORDS:
            detail = f"The body has {len(lines)} lines; the limit is {MAX_RECORDS}."
            raise errors.BodyTooLarge(f"{detail} Send a larger log as a file in S3.")
    return write_lines(lines, folder / "records.jsonl")


ROUTES = (
    Route(
        "POST",
        "/v1/usage/report",
        create_usage_report,
        body=ReportRequest,
        lines=LinesQuery,
        max_body_bytes=MAX_REPORT_BYTES,
        formats=("text/csv", "text/html"),
        answer=UsageReport,
        summary="What usage records cost by model, day, endpoint and team, and what would cost"
        " less.",
        raises=(errors.UnknownVersion, errors.StoreUnavailable),
    ),
)
lambda_handler = serve(*ROUTES)
