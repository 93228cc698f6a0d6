"""Reports that a job makes of many files: what was asked for, and how far it is."""

from typing import Literal

from pricing.catalogue.price_book import Provenance
from pricing.reports.report import UsageReport
from pricing.values import immutable

Step = Literal["starting", "reading", "merging", "summing", "writing"]
RunStatus = Literal["running", "done", "failed"]


@immutable
class StartedReport:
    """A report of many files, or of a very large one, that a job has begun to make."""

    report_id: str
    """The report's id."""
    status: Literal["running"]
    """``running``."""
    href: str
    """The path to ask for the report: ``/v1/usage/reports/{id}``."""
    pricing: Provenance
    """The price version that the report uses."""


@immutable
class ReportRun:
    """How far a report that was started is and, when it is done, the report."""

    report_id: str
    """The report's id."""
    status: RunStatus
    """``running``; ``done``: the report is made; ``failed``: ``detail`` says why."""
    step: Step
    """What the job is doing, or did last: it reads all files, makes one call of the lines of each
    request id, sums the calls, and writes the report.
    """
    files: int | None
    """Number of files that the report reads; null until they are counted."""
    started_at: str
    """When the report was asked for, RFC 3339."""
    pricing_version: str
    """The price version that the report uses."""
    detail: str | None
    """Why the report failed; null unless it did."""
    report: UsageReport | None
    """The report, once it is done, if ``format`` json was asked for."""
    answer_uri: str | None
    """The object in S3 with the report in the format that was asked for, once it is done."""
    calls_uri: str | None
    """The prefix in S3 with the normalised table of all calls, as Parquet, once it is done."""


@immutable
class Asked:
    """What a report was asked for with: the body of the request, by whom, and when."""

    request: dict[str, object]
    caller: str
    started_at: str


@immutable
class Progress:
    """What a job says of itself. ``error`` is why it gave up."""

    step: Step = "starting"
    files: int | None = None
    error: str | None = None
