"""``POST /v1/usage/report``'s request, as one JSON document, or as a query with JSON Lines."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, SkipValidation

from pricing.errors import InvalidRequest
from pricing.reports.render.html_page import NEEDED
from pricing.reports.report import Filters, ReportQuery
from pricing.timestamps import AsOf
from pricing.validation import AtMost, Name, Request, VersionReference

GroupBy = Literal[
    "model",
    "day",
    "endpoint",
    "team",
    "model*day",
    "model*endpoint",
    "model*team",
    "day*model",
    "day*endpoint",
    "day*team",
    "endpoint*model",
    "endpoint*day",
    "endpoint*team",
    "team*model",
    "team*day",
    "team*endpoint",
]
ReportFormat = Literal["json", "csv", "html"]
#: Lambda takes 6 MB with the event around the body; a larger log comes from S3.
MAX_REPORT_BYTES = 6 * 1024 * 1024
MAX_RECORDS = 100_000
DEFAULT_GROUPS: tuple[GroupBy, ...] = ("model", "day", "endpoint", "team")
#: A page can hold many more columns than a list should.
_HTML_ROWS = 20_000
Names = Annotated[tuple[Name, ...], Field(min_length=1, max_length=100, strict=False)]
DayText = Annotated[str, Field(max_length=10)]


class UsageFileRequest(Request):
    """A file of usage records in the deployment's input bucket."""

    s3_uri: Annotated[str, Field(min_length=1, max_length=1100)]
    """``s3://bucket/key`` of a .jsonl, .csv or .parquet file, optionally with .gz."""


class FilterRequest(Request):
    """The calls to report; a filter that is left out matches every call."""

    model: Names | None = None
    """Model ids, or names as the records have them."""
    endpoint: Names | None = None
    """Endpoints, as the records have them."""
    team: Names | None = None
    """Teams, as the records have them."""
    start: DayText | None = None
    """The first day, UTC."""
    end: DayText | None = None
    """The day after the last, UTC."""

    def filters(self, pointer: str) -> Filters:
        """The domain's filters; raises InvalidRequest for a day that is none."""
        start, end = _day(self.start, f"{pointer}/start"), _day(self.end, f"{pointer}/end")
        if start and end and end <= start:
            raise InvalidRequest.at(f"{pointer}/end", "must be after start")
        return Filters(self.model, self.endpoint, self.team, start, end)


class ReportRequest(Request):
    """Usage records, inline or in S3, and the report to make of them."""

    records: Annotated[SkipValidation[list[Any] | None], AtMost(MAX_RECORDS)] = None
    """Each ``{timestamp, model, endpoint?, team?, usage, processing?, request_id?}``, or a
    provider's response. A record that cannot be read is rejected on its own.
    """
    source: UsageFileRequest | None = None
    """A file of records, instead of ``records``."""
    group_by: Annotated[tuple[GroupBy, ...], Field(max_length=16, strict=False)] = DEFAULT_GROUPS
    """One table per entry; ``a*b`` combines two dimensions."""
    top: Annotated[int, Field(ge=1, le=100)] = 3
    """Number of the most expensive endpoint and model pairs to list."""
    format: ReportFormat = "json"
    """The format of the answer."""
    filter: FilterRequest = Field(default_factory=FilterRequest)
    """The calls to report."""
    pricing_version: VersionReference = "active"

    def query(self) -> ReportQuery:
        """The domain's question; raises InvalidRequest when the fields do not make one."""
        if (self.records is None) == (self.source is None):
            raise InvalidRequest.at("/records", "or source must hold the records, and only one")
        if self.records is not None and not isinstance(self.records, list):
            raise InvalidRequest.at("/records", "must be a list")
        if self.records is not None and len(self.records) > MAX_RECORDS:
            raise InvalidRequest.at("/records", f"must have at most {MAX_RECORDS} items")
        return report_query(self.group_by, self.top, self.format, self.filter.filters("/filter"))


class LinesQuery(Request):
    """The same options as query parameters, for a body of JSON Lines."""

    group_by: Annotated[str, Field(max_length=300)] = Field(default=",".join(DEFAULT_GROUPS))
    """One table per entry, separated by commas; ``a*b`` combines two dimensions."""
    top: Annotated[int, Field(ge=1, le=100)] = 3
    """Number of the most expensive endpoint and model pairs to list."""
    format: ReportFormat = "json"
    """The format of the answer."""
    model: Name | None = None
    """One model id, or a name as the records have it."""
    endpoint: Name | None = None
    """One endpoint, as the records have it."""
    team: Name | None = None
    """One team, as the records have it."""
    start: DayText | None = None
    """The first day, UTC."""
    end: DayText | None = None
    """The day after the last, UTC."""
    pricing_version: VersionReference = "active"

    def query(self) -> ReportQuery:
        """The domain's question; raises InvalidRequest as the document does."""
        named = [one.strip() for one in self.group_by.split(",") if one.strip()]
        known = set(GroupBy.__args__)  # type: ignore[attr-defined]
        if not set(named) <= known:
            raise InvalidRequest.at("/group_by", f"must name some of {', '.join(sorted(known))}")
        wanted = FilterRequest(
            model=None if self.model is None else (self.model,),
            endpoint=None if self.endpoint is None else (self.endpoint,),
            team=None if self.team is None else (self.team,),
            start=self.start,
            end=self.end,
        )
        return report_query(tuple(named), self.top, self.format, wanted.filters(""))


def report_query(
    group_by: tuple[str, ...], top: int, wanted: ReportFormat, filters: Filters
) -> ReportQuery:
    """Build the query of one format: a page needs more groups than those requested."""
    groups: list[tuple[Any, ...]] = [tuple(one.split("*")) for one in dict.fromkeys(group_by)]
    if wanted != "html":
        return ReportQuery(tuple(groups), top, filters)
    groups += [one for one in NEEDED if one not in groups]
    return ReportQuery(tuple(groups), top, filters, _HTML_ROWS)


def _day(text: str | None, pointer: str) -> date | None:
    if text is None:
        return None
    try:
        if len(text) != len("2026-11-22"):
            raise ValueError("use a date (2026-11-22)")
        return AsOf.parse(text).instant.date()
    except ValueError as error:
        raise InvalidRequest.at(pointer, f"is not a day: {error}") from None
