"""``POST /v1/recommend/calibrate``'s request."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, SkipValidation

from pricing.calibrate import MAX_ROWS, CalibrateQuery, LabelledTask, check_rows
from pricing.contract import ExactNumber, Name, Request, Versioned, parse
from pricing.contract_estimate import parse_usage
from pricing.contract_recommend import TaskText
from pricing.contract_recommend_cascade import Rate
from pricing.errors import InvalidRequest
from pricing.usage_formats import AnyUsage, UsageFormat

Usd = Annotated[ExactNumber, Field(ge=0, le=10**6)]


class OutcomeRequest(Request):
    """One task that both models were given, and which of them got it right."""

    task: TaskText = Field(description="The task in words. It is never logged or kept.")
    cheap_ok: bool = Field(description="Whether the cheap model got it right.")
    strong_ok: bool = Field(description="Whether the strong model got it right.")
    cheap_usd: Usd | None = Field(default=None, description="What the cheap model's answer cost.")
    strong_usd: Usd | None = Field(default=None, description="What the strong model's answer cost.")

    def labelled(self) -> LabelledTask:
        """The domain's row."""
        return LabelledTask(**dict(self))


class SourceRequest(Request):
    """Rows in S3, as one JSON list or as JSON Lines."""

    s3_uri: Annotated[str, Field(min_length=1, max_length=1100)] = Field(
        description="An object in the bucket that the deployment may read, as `s3://bucket/key`."
    )


class OutcomeRows(Request):
    """Rows that were read from elsewhere."""

    rows: Annotated[tuple[OutcomeRequest, ...], Field(max_length=MAX_ROWS, strict=False)]


class CalibrateRequest(Versioned):
    """100 to 10,000 outcomes of a cheap and a strong model on the caller's own tasks."""

    rows: Annotated[tuple[OutcomeRequest, ...], Field(max_length=MAX_ROWS, strict=False)] = Field(
        default=(), description="The outcomes."
    )
    source: SourceRequest | None = Field(default=None, description="Instead: where they are.")
    cheap_model: Name = Field(default="haiku", description="The model that made `cheap_ok`.")
    strong_model: Name = Field(default="opus", description="The model that made `strong_ok`.")
    wanted_quality: Rate = Field(
        default=Decimal("0.95"),
        description="The share of right answers to reach, as a part of the strong model's.",
    )
    usage: SkipValidation[AnyUsage | None] = Field(
        default=None, description="A typical call, for costs where the rows have none."
    )
    usage_format: UsageFormat = Field(default="anthropic", description="Shape of the usage.")

    def query(self, now: datetime, read: Callable[[str], list[Any]]) -> CalibrateQuery:
        """The domain's question; ``read`` fetches the rows of an S3 address."""
        if bool(self.rows) == (self.source is not None):
            raise InvalidRequest.at("/rows", "or source must be sent, and not both")
        rows = self.rows
        if self.source is not None:
            fetched = read(self.source.s3_uri)
            check_rows(fetched)
            rows = parse(OutcomeRows, {"rows": fetched}).rows
        check_rows(rows)
        attempts = None
        if self.usage is not None:
            attempts = parse_usage(self.usage, self.usage_format, "/usage").attempts
        return CalibrateQuery(
            rows=tuple(row.labelled() for row in rows),
            cheap_model=self.cheap_model,
            strong_model=self.strong_model,
            as_of=self.moment(now),
            wanted_quality=self.wanted_quality,
            attempts=attempts,
        )
