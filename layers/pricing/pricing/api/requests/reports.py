"""``POST /v1/usage/report``'s request, as one JSON document, or as a query with JSON Lines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, SkipValidation

from pricing.api.requests.billing import AS_CODE, BillingFields
from pricing.api.requests.hints import Hints
from pricing.api.requests.meant import ModelAliases
from pricing.api.requests.written import AS_MONEY, AS_PERIOD, AS_WRITTEN, words
from pricing.errors import InvalidRequest, MalformedRequest, is_plain_name
from pricing.jsonio import read_json
from pricing.reports.budgets import BudgetPeriod, BudgetQuery
from pricing.reports.dimensions import (
    COLUMNS,
    DIMENSIONS,
    TAG,
    Dimension,
    Privacy,
    is_dimension,
    is_label,
)
from pricing.reports.render.csv_table import TABLES
from pricing.reports.render.html_page import NEEDED
from pricing.reports.report import Corrections, Filters, ReportQuery
from pricing.reports.source_formats import ReadOptions, SourceFormat
from pricing.timestamps import AsOf
from pricing.validation import (
    AsOfText,
    AtMost,
    ExactNumber,
    Name,
    Request,
    VersionReference,
    moment_in,
    parse,
)

_NAMES = f"{'|'.join(DIMENSIONS)}|{TAG}[A-Za-z0-9_.-]{{1,64}}"
GroupBy = Annotated[
    str,
    Field(
        max_length=150,
        examples=["model", "month*team", "tag:environment"],
        json_schema_extra={"pattern": rf"^({_NAMES})(\*({_NAMES}))?$"},
    ),
]
ReportFormat = Literal["json", "csv", "html", "focus-csv", "focus-parquet"]
TableName = Annotated[str, Field(max_length=150, examples=["day*model", "budgets"])]
#: Lambda takes 6 MB, in which API Gateway writes a JSON body with each quote escaped, and JSON
#: Lines as base64, a third longer. A larger log comes from S3.
MAX_REPORT_BYTES = 5_000_000
MAX_LINES_BYTES = 4_500_000
MAX_RECORDS = 100_000
DEFAULT_GROUPS: tuple[GroupBy, ...] = ("model", "day", "endpoint", "team")
#: A page can hold many more columns than a list should.
_HTML_ROWS = 20_000
Names = Annotated[
    tuple[Name, ...],
    Field(min_length=1, strict=False),
    AtMost(100),
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
]
DayText = Annotated[str, Field(max_length=10)]
#: API Gateway passes on 10 KB of a request's line and headers.
JsonText = Annotated[str, Field(max_length=8000)]


class UsageFileRequest(Request):
    """A file of usage records in the deployment's input bucket."""

    s3_uri: Annotated[str, Field(min_length=1, max_length=1100)]
    """``s3://bucket/key`` of a .jsonl, .csv or .parquet file, optionally with .gz."""


class MatchCallsRequest(Request):
    """Calls by what they are and how they are labelled; what is left out matches every call."""

    model: Names | None = None
    """Model ids, or names as the records have them."""
    provider: Names | None = None
    """Providers of the models."""
    endpoint: Names | None = None
    """Endpoints, as the records have them."""
    team: Names | None = None
    """Teams, as the records have them."""
    user: Names | None = None
    """Users, as the records have them."""
    api_key: Names | None = None
    """API keys, by the name or id that the records have."""
    project: Names | None = None
    """Projects, as the records have them."""
    session: Names | None = None
    """Sessions, as the records have them."""
    tags: Annotated[dict[str, Names], Field(max_length=20)] = Field(default_factory=dict)
    """Values by the name of a tag: ``{"environment": ["production"]}``."""

    def match(self, pointer: str) -> dict[Dimension, tuple[str, ...]]:
        """Return the values by dimension; raises InvalidRequest for a tag that cannot be one."""
        sent = {name: getattr(self, name) for name in MATCHED}
        found = {name: values for name, values in sent.items() if values is not None}
        for name, values in self.tags.items():
            if not is_plain_name(name):
                detail = "names a tag with other characters than letters, digits, _, . and -"
                raise InvalidRequest.at(f"{pointer}/tags", detail)
            found[f"{TAG}{name}"] = values
        return found


MATCHED = tuple(name for name in MatchCallsRequest.model_fields if name != "tags")


class FilterRequest(MatchCallsRequest):
    """The calls to report; a filter that is left out matches every call."""

    start: DayText | None = None
    """The first day, UTC."""
    end: DayText | None = None
    """The day after the last, UTC."""

    def filters(self, pointer: str) -> Filters:
        """The domain's filters; raises InvalidRequest for a day that is none."""
        start, end = _day(self.start, f"{pointer}/start"), _day(self.end, f"{pointer}/end")
        if start and end and end <= start:
            raise InvalidRequest.at(f"{pointer}/end", "must be after start")
        return Filters(self.match(pointer), start, end)


class BudgetRequest(Request):
    """An amount for a period, to compare with what the calls of that period cost."""

    name: Name
    """The budget's name in the answer."""
    usd: Annotated[ExactNumber, Field(ge=0, le=10**12), AS_MONEY]
    """The amount in USD."""
    period: Annotated[BudgetPeriod, AS_PERIOD] = "month"
    """The period that the amount is for; the one of the report's last day is compared."""
    match: MatchCallsRequest = Field(default_factory=MatchCallsRequest)
    """The calls that it is for. Default: all."""

    def budget(self, pointer: str) -> BudgetQuery:
        """Return the domain's budget."""
        match = self.match.match(f"{pointer}/match")
        return BudgetQuery(self.name, self.usd, self.period, match)


class ReportChoices(BillingFields):
    """The fields of a report that are objects: which calls, against which budgets and prices."""

    filter: FilterRequest = Field(default_factory=FilterRequest)
    """The calls to report."""
    budgets: Annotated[tuple[BudgetRequest, ...], Field(strict=False), AtMost(50)] = ()
    """Amounts to compare with what was spent."""
    pricing_version: VersionReference = "active"
    model_aliases: ModelAliases = Field(default_factory=dict)
    """Names of your own in the records, such as deployments, and the model that each stands for."""

    @property
    def choices(self) -> "ReportChoices":
        """These fields, as ``LinesQuery`` has them."""
        return self

    def budget_queries(self, privacy: Privacy) -> tuple[BudgetQuery, ...]:
        """Return the domain's budgets; raises InvalidRequest for one of dropped labels."""
        found = tuple(one.budget(f"/budgets/{number}") for number, one in enumerate(self.budgets))
        for number, budget in enumerate(found):
            if privacy == "drop" and any(
                is_label(name) or name in COLUMNS for name in budget.match
            ):
                detail = "cannot match labels, which `privacy`: drop removes; use hash"
                raise InvalidRequest.at(f"/budgets/{number}/match", detail)
        return found


class ReportOptions(Request):
    """How to report, in a document and in a query alike."""

    top: Annotated[int, Field(ge=1, le=100), AS_WRITTEN] = 3
    """Number of the most expensive endpoint and model pairs to list."""
    format: Annotated[ReportFormat, words(*get_args(ReportFormat))] = "json"
    """The format of the answer; ``focus-csv`` and ``focus-parquet`` have FOCUS 1.2's columns."""
    privacy: Annotated[Privacy, words(hashed="hash")] = "show"
    """``hash`` shows the first 16 digits of a label's SHA-256 in its place, ``drop`` no labels."""
    source_format: SourceFormat | None = None
    """The format of the records, or null to recognise it line by line."""
    as_of: AsOfText | None = None
    """The date or instant of records that state none. Without it only records of formats that never
    state one are priced, at the time of the request.
    """
    corrections: Corrections = "show"
    """Prices that were corrected after a month had ended: ``show`` keeps the month as it was
    reported, and says what would change; ``apply`` uses the corrected prices.
    """

    def completed(self, query: ReportQuery, choices: "ReportChoices", now: datetime) -> ReportQuery:
        """Return the query with its budgets and with how its records are read."""
        budgets = choices.budget_queries(self.privacy)
        as_of = None if self.as_of is None else moment_in(self.as_of, "/as_of").instant
        options = ReadOptions(self.source_format, as_of, now, model_aliases=choices.model_aliases)
        return replace(query, budgets=budgets, options=options, corrections=self.corrections)


class ReportRequest(ReportChoices, ReportOptions):
    """Usage records, inline or in S3, and the report to make of them."""

    records: Annotated[SkipValidation[list[Any] | None], AtMost(MAX_RECORDS)] = None
    """Each ``{timestamp, model, endpoint?, team?, usage, processing?, request_id?}``, or a
    provider's response. A record that cannot be read is rejected on its own.
    """
    source: UsageFileRequest | None = None
    """A file of records, instead of ``records``."""
    group_by: Annotated[tuple[GroupBy, ...], Field(strict=False), AtMost(16)] = DEFAULT_GROUPS
    """One table per entry: ``model``, ``provider``, ``hour``, ``day``, ``week``, ``month``,
    ``endpoint``, ``team``, ``user``, ``api_key``, ``project``, ``session`` or ``tag:`` and the name
    of a tag. ``a*b`` combines two of them.
    """
    table: TableName | None = None
    """With ``format`` csv, one table only, a column for each of its members: ``totals``,
    ``records``, ``stated``, ``recommendations``, ``budgets``, ``unpriced``, ``rejected``, or a
    group, such as ``day*model``. Default: the whole report, the section first.
    """

    HINTS = Hints("common", "records")

    def query(self, now: datetime) -> ReportQuery:
        """The domain's question; raises InvalidRequest when the fields do not make one."""
        if (self.records is None) == (self.source is None):
            has = "none" if self.records is None else "both"
            detail = f"Send exactly one of `records` or `source`; this request has {has}."
            raise InvalidRequest.at("/records", detail)
        if self.records is not None and not isinstance(self.records, list):
            raise InvalidRequest.at("/records", "must be a list")
        if self.records is not None and len(self.records) > MAX_RECORDS:
            raise InvalidRequest.at("/records", f"must have at most {MAX_RECORDS} items")
        filters = self.filter.filters("/filter")
        found = report_query(
            self.group_by,
            self.top,
            self.format,
            filters,
            self.privacy,
            self.table,
            "/group_by/{}",
        )
        return self.completed(found, self.choices, now)


class LinesQuery(ReportOptions):
    """The same options as query parameters, for a body that is a file of records.

    What is an object in a document is its JSON text here.
    """

    group_by: Annotated[str, Field(max_length=1000)] = Field(default=",".join(DEFAULT_GROUPS))
    """One table per entry, separated by commas; ``a*b`` combines two dimensions."""
    table: TableName | None = None
    """With ``format`` csv, one table only, such as ``day*model`` or ``recommendations``."""
    model: Name | None = None
    """One model id, or a name as the records have it."""
    provider: Name | None = None
    """One provider."""
    endpoint: Name | None = None
    """One endpoint, as the records have it."""
    team: Name | None = None
    """One team, as the records have it."""
    user: Name | None = None
    """One user, as the records have it."""
    api_key: Name | None = None
    """One API key, by the name or id that the records have."""
    project: Name | None = None
    """One project, as the records have it."""
    session: Name | None = None
    """One session, as the records have it."""
    start: DayText | None = None
    """The first day, UTC."""
    end: DayText | None = None
    """The day after the last, UTC."""
    filter: JsonText | None = None
    """The calls to report, as the JSON of a document's ``filter``: several values, and tags."""
    budgets: JsonText | None = None
    """Amounts to compare with what was spent, as the JSON of a document's ``budgets``."""
    rate_card: JsonText | None = None
    """The id of a stored rate card, or the JSON of one; ``list`` for list prices only."""
    currency: Annotated[str | None, Field(min_length=3, max_length=3), AS_CODE] = None
    """An ISO 4217 code: the answer has its amounts in this currency too."""
    pricing_version: VersionReference = "active"
    model_aliases: JsonText | None = None
    """Names of your own and the model that each stands for, as the JSON of a document's field."""

    def query(self, now: datetime) -> ReportQuery:
        """The domain's question; raises InvalidRequest as the document does."""
        groups = tuple(one.strip() for one in self.group_by.split(",") if one.strip())
        choices = self.choices
        filters = choices.filter.filters("/filter" if self.filter else "")
        found = report_query(groups, self.top, self.format, filters, self.privacy, self.table)
        return self.completed(found, choices, now)

    @cached_property
    def choices(self) -> ReportChoices:
        """The fields that are objects; raises InvalidRequest as the document does."""
        card, named = self.rate_card, self.model_aliases
        matched = {name: [value] for name in MATCHED if (value := getattr(self, name))}
        days = {"start": self.start, "end": self.end}
        single = {**matched, **{name: day for name, day in days.items() if day is not None}}
        wanted = {} if self.filter is None else _json(self.filter, "/filter")
        if isinstance(wanted, dict):
            if twice := single.keys() & wanted.keys():
                raise InvalidRequest.at(f"/{min(twice)}", "is also in `filter`; send it once")
            wanted |= single
        document = {
            "filter": wanted,
            "budgets": [] if self.budgets is None else _json(self.budgets, "/budgets"),
            "rate_card": _json(card, "/rate_card") if card and card[:1] == "{" else card,
            "currency": self.currency,
            "pricing_version": self.pricing_version,
            "model_aliases": {} if named is None else _json(named, "/model_aliases"),
        }
        return parse(ReportChoices, document)


def _json(text: str, pointer: str) -> Any:
    """Read a parameter that holds JSON; raises InvalidRequest."""
    try:
        return read_json(text.encode())
    except MalformedRequest as error:
        detail = error.detail.replace("The body is", "is", 1)
        raise InvalidRequest.at(pointer, f"must hold JSON, percent-encoded: it {detail}") from None


def report_query(
    group_by: Sequence[str],
    top: int,
    wanted: ReportFormat,
    filters: Filters,
    privacy: Privacy = "show",
    table: str | None = None,
    pointer: str = "/group_by",
) -> ReportQuery:
    """Build the query of one format: a page needs more groups, and a table only its own.

    Raises InvalidRequest at ``pointer``, into which the number of a group is put.
    """
    groups = [
        _crossed(named, pointer.format(number))
        for number, named in enumerate(dict.fromkeys(group_by))
    ]
    found = ReportQuery(tuple(groups), top, filters, privacy=privacy)
    if table is not None and wanted != "csv":
        raise InvalidRequest.at("/table", "goes with `format`: csv only; leave it out")
    if table is not None and table not in TABLES:
        return replace(found, group_by=(_crossed(table, "/table"),), most_rows=_HTML_ROWS)
    if wanted != "html":
        return found
    needed = [by for by in NEEDED if by not in groups]
    return replace(found, group_by=(*groups, *needed), most_rows=_HTML_ROWS)


def _crossed(named: str, pointer: str) -> tuple[Dimension, ...]:
    first, crossed, second = named.partition("*")
    if first == second:
        raise InvalidRequest.at(pointer, "combines two different dimensions, as in day*team")
    names = (first, second) if crossed else (first,)
    return tuple(_dimension(name, pointer) for name in names)


def _dimension(name: str, pointer: str) -> Dimension:
    if is_dimension(name):
        return name
    known = f"{', '.join(DIMENSIONS)}, {TAG}NAME with a name of letters, digits, _, . and -"
    raise InvalidRequest.at(pointer, f"must be one of {known}, or two with * between them")


def _day(text: str | None, pointer: str) -> date | None:
    if text is None:
        return None
    try:
        if len(text) != len("2026-11-22"):
            raise ValueError("use a date (2026-11-22)")
        return AsOf.parse(text).instant.date()
    except ValueError as error:
        raise InvalidRequest.at(pointer, f"is not a day: {error}") from None
