"""What an administrator may send."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from pricing.contract import Request, moment_in
from pricing.contract_pricing import CURSOR, Cursor, Limit

Reason = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        pattern=r"\S",
        description="Why, for the audit: whoever reads it was not there.",
        examples=["Opus doubled by a unit slip upstream"],
    ),
]
Revision = Annotated[int, Field(ge=0)]


class ActivateRequest(Request):
    """Make a version the active one; going back is activating an earlier one."""

    reason: Reason
    expected_revision: Revision = Field(
        description="`revision` of `GET /v1/pricing/versions`; 0 before the first activation."
    )


class RejectRequest(Request):
    """Decide that a version is never to be active."""

    reason: Reason
    expected_revision: Revision | None = Field(
        default=None, description="Refuse when another version became active since."
    )


class RefreshRequest(Request):
    """Fetch the price lists now instead of at the scheduled time."""

    reason: Reason


class CancelRequest(Request):
    """Take back prices that were announced for later and will not come."""

    model: Annotated[str, Field(max_length=260, description="The model's `provider/id`.")]
    starts: Annotated[
        str,
        Field(max_length=40, description="When the prices would begin.", examples=["2026-12-01"]),
    ]
    reason: Reason
    expected_revision: Revision = Field(description="`revision` of `GET /v1/pricing/versions`.")

    def start(self) -> datetime:
        """The instant; raises InvalidRequest for text that names none."""
        return moment_in(self.starts, "/starts").instant


class AuditQuery(Request):
    """Query parameters of the audit."""

    limit: Limit = 50
    cursor: Cursor | None = Field(default=None, description=CURSOR)
