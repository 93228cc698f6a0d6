"""The request of ``POST /v1/recommend/calibrate``: outcomes of two models on a caller's tasks."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Annotated, Any

from pydantic import Field

from pricing.api.requests.measured import MeasuredFields
from pricing.api.requests.recommendations import Rate, TaskText, Usd
from pricing.aws.s3 import POINTER, download
from pricing.errors import InvalidRequest, MalformedRequest
from pricing.estimates.inputs import MeasuredInput
from pricing.jsonio import read_json
from pricing.recommendations.calibration import MAX_ROWS, CalibrateQuery, LabelledTask, check_rows
from pricing.validation import AtMost, Name, Request, Versioned, as_query, parse


class OutcomeRequest(Request):
    """One task that both models were given, and which of them got it right."""

    task: TaskText
    """The task in words. It is never logged or stored."""
    cheap_ok: bool
    """Whether the cheap model got it right."""
    strong_ok: bool
    """Whether the strong model got it right."""
    cheap_usd: Usd | None = None
    """Cost of the cheap model's answer in USD."""
    strong_usd: Usd | None = None
    """Cost of the strong model's answer in USD."""


class OutcomesFileRequest(Request):
    """Outcomes in S3, as one JSON list or as JSON Lines."""

    s3_uri: Annotated[str, Field(min_length=1, max_length=1100)]
    """An object in the deployment's input bucket, as ``s3://bucket/key``."""


class OutcomeRows(Request):
    """Rows that were read from elsewhere."""

    rows: Annotated[tuple[OutcomeRequest, ...], Field(strict=False), AtMost(MAX_ROWS)]


class CalibrateRequest(Versioned, MeasuredFields):
    """100 to 10,000 outcomes of a cheap and a strong model on your own tasks.

    The usage is that of a typical call, to price tasks without costs of their own.
    """

    rows: Annotated[tuple[OutcomeRequest, ...], Field(strict=False), AtMost(MAX_ROWS)] = ()
    """The outcomes."""
    source: OutcomesFileRequest | None = None
    """The file that holds the outcomes, instead of ``rows``."""
    cheap_model: Name = "haiku"
    """The model of ``cheap_ok``."""
    strong_model: Name = "opus"
    """The model of ``strong_ok``."""
    wanted_quality: Rate = Decimal("0.95")
    """The quality to reach, as a share of the strong model's right answers."""

    def query(self, now: datetime, read: Callable[[str], list[Any]]) -> CalibrateQuery:
        """Return the query; ``read`` fetches the rows of an S3 object.

        Raises InvalidRequest for fields that contradict each other, or too few or too many rows.
        """
        self.require_one("/rows", "rows", "source")
        rows = self.rows
        if self.source is not None:
            fetched = read(self.source.s3_uri)
            check_rows(fetched)
            rows = parse(OutcomeRows, {"rows": fetched}).rows
        check_rows(rows)
        found = self.typical_call()
        return as_query(
            CalibrateQuery,
            self,
            rows=tuple(as_query(LabelledTask, row) for row in rows),
            as_of=self.moment(now),
            typical=found and MeasuredInput.of(found.usage).anew(),
        )


#: An S3 object of labelled outcomes may have this many bytes.
MAX_OBJECT_BYTES = 20 * 1024 * 1024


def from_s3(s3_uri: str) -> list[Any]:
    """The rows of an object in the input bucket: a JSON list, or JSON Lines.

    Raises InvalidRequest, naming the line that is not JSON; StoreUnavailable when S3 fails.
    """
    target = BytesIO()
    download(s3_uri, target, max_bytes=MAX_OBJECT_BYTES)
    content = target.getvalue()
    try:
        if content.lstrip()[:1] == b"[":
            return list(read_json(content, max_bytes=MAX_OBJECT_BYTES))
    except MalformedRequest as error:
        detail = f"must hold a JSON list or JSON Lines: {error.detail}"
        raise InvalidRequest.at(POINTER, detail) from None
    rows = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(read_json(line))
        except MalformedRequest as error:
            detail = f"must hold JSON Lines; line {number} is not JSON: {error.detail}"
            raise InvalidRequest.at(POINTER, detail) from None
    return rows
