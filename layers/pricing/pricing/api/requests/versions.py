"""The requests of administrators: activate, reject, cancel, correct, refresh, read the audit."""

from datetime import datetime
from typing import Annotated
from unicodedata import category

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from pricing.api.requests.catalogue import Cursor, Limit
from pricing.display import REORDERING
from pricing.validation import AtMost, ExactNumber, Request, moment_in
from pricing.versions.correction import Correction

#: Letters and symbols that are shown as blank, whatever their category is.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def _readable(reason: str) -> str:
    """Return the reason if a person can read it in the audit log: shown as sent, and not blank."""
    for character in reason:
        is_control = category(character) == "Cc" and character not in "\t\n\r"
        if is_control or character in REORDERING:
            detail = "must be plain text, without control characters such as {point}"
            point = f"U+{ord(character):04X}"
            raise PydanticCustomError("control_character", detail, {"point": point})
    # Separators, control and format characters, and marks on other characters show nothing.
    if all(category(character)[0] in "ZCM" or character in _BLANK for character in reason):
        raise PydanticCustomError("blank", "must not be blank: say why, for the audit")
    return reason


Reason = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        description="Why, for the audit log: printable text without control characters.",
        examples=["Opus doubled by a unit slip upstream"],
        json_schema_extra={"pattern": r"\S"},
    ),
    AfterValidator(_readable),
]
Source = Annotated[
    str,
    Field(min_length=1, max_length=500, examples=["https://groq.com/pricing, 2025-09-30"]),
    AfterValidator(_readable),
]
PriceName = Annotated[str, Field(max_length=300)]
Revision = Annotated[int, Field(ge=0)]


class ActivateRequest(Request):
    """Activate a price version. Activating an earlier version is a rollback."""

    reason: Reason
    expected_revision: Revision
    """``revision`` of ``GET /v1/pricing/versions``; 0 before the first activation."""
    groups: (
        Annotated[list[Annotated[str, Field(max_length=40)]], AtMost(500), Field(min_length=1)]
        | None
    ) = None
    """Approve only these groups of the version's pending prices, by their ``id``. The others stay
    pending, in a version of their own.
    """
    withdraw_rejection: bool = False
    """Activate a version that was rejected after it had been active, or that came with Tariff. The
    administrator who rejected it cannot do this.
    """


class RejectRequest(Request):
    """Reject a price version, so that it can never be activated."""

    reason: Reason
    expected_revision: Revision | None = None
    """Refuse when another version has been activated since this revision."""


class RefreshRequest(Request):
    """Fetch the price lists now instead of at the scheduled time."""

    reason: Reason


class CancelRequest(Request):
    """Cancel prices that were announced for later and have been withdrawn."""

    model: Annotated[str, Field(max_length=260)]
    """The model as ``provider/id``."""
    starts: Annotated[str, Field(max_length=40, examples=["2026-12-01"])]
    """When the announced prices would start."""
    reason: Reason
    expected_revision: Revision
    """``revision`` of ``GET /v1/pricing/versions``."""

    def start(self) -> datetime:
        """Return the instant of ``starts``; raises InvalidRequest for any other text."""
        return moment_in(self.starts, "/starts").instant


class CorrectionRequest(Request):
    """Correct past prices of a model. Another administrator must approve the version it makes."""

    model: Annotated[str, Field(max_length=260)]
    """The model as ``provider/id``."""
    from_: Annotated[str, Field(max_length=40, examples=["2025-09-01"])] | None = Field(
        default=None, alias="from"
    )
    """When the wrong prices began. Default: with the model's first prices."""
    to: Annotated[str, Field(max_length=40, examples=["2025-10-01"])] | None = None
    """When they ended. Default: when the prices that are effective at ``from`` end."""
    prices: Annotated[dict[PriceName, ExactNumber | None], Field(min_length=1, max_length=100)]
    """The right prices by name, as ``GET /v1/pricing/diff`` names them (``standard.input``,
    ``batch.output>200000``), in USD per million tokens or per unit; null for no price. Prices that
    are not named stay as they are.
    """
    source: Source
    """Where the right prices are published."""
    reason: Reason
    expected_revision: Revision
    """``revision`` of ``GET /v1/pricing/versions``."""

    def correction(self) -> Correction:
        """Return the domain's correction; raises InvalidRequest for text that is not a moment."""
        start, end = (
            None if text is None else moment_in(text, pointer).instant
            for text, pointer in ((self.from_, "/from"), (self.to, "/to"))
        )
        return Correction(self.model, start, end, self.prices, self.source)


class AuditQuery(Request):
    """Query parameters of the audit log."""

    limit: Limit = 50
    """Rows per page."""
    cursor: Cursor | None = None
