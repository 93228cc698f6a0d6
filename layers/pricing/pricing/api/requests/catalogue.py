"""Query parameters of the catalogue."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from pricing.catalogue.listing import ModelFilter
from pricing.errors import InvalidRequest
from pricing.timestamps import AsOf
from pricing.validation import AsOfText, Name, Request, Versioned, moment_in


class PricesQuery(Versioned):
    """Query parameters of one model's page."""


Limit = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[str, Field(max_length=600)]
CURSOR = "`next_cursor` of the page before; leave out for the first page."


class ModelsQuery(Versioned):
    """Query parameters of the model list. Filters combine with AND."""

    provider: Name | None = None
    family: Name | None = None
    capability: Name | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 100
    cursor: Cursor | None = Field(default=None, description=CURSOR)

    def filter(self) -> ModelFilter:
        """The domain's filter."""
        return ModelFilter(self.provider, self.family, self.capability)


class VersionsQuery(Request):
    """Query parameters of the version list."""

    limit: Limit = 50
    cursor: Cursor | None = Field(default=None, description=CURSOR)


class DiffQuery(Request):
    """Query parameters of the difference between two versions."""

    from_: Name = Field(
        alias="from",
        description="The version before: an id, or `active`.",
        examples=["lesson-2025"],
    )
    to: Name = Field(default="active", description="The version after: an id, or `active`.")
    as_of: AsOfText | None = None
    limit: Limit = 100
    cursor: Cursor | None = Field(default=None, description=CURSOR)

    def moment(self, now: datetime) -> AsOf:
        """The moment whose prices to hold against each other."""
        return AsOf.now(now) if self.as_of is None else moment_in(self.as_of, "/as_of")


class ChangesQuery(Request):
    """Query parameters of what changed since a moment."""

    since: Annotated[
        str,
        Field(
            max_length=40,
            description="A date (00:00 UTC) or RFC 3339 instant.",
            examples=["2026-11-01"],
        ),
    ]
    limit: Limit = 100
    cursor: Cursor | None = Field(default=None, description=CURSOR)

    def span(self, now: datetime) -> tuple[AsOf, AsOf]:
        """From then to now; raises InvalidRequest for a moment that has not come."""
        since, until = moment_in(self.since, "/since"), AsOf.now(now)
        if since.instant > now:  # and not ``until``, which leaves out the part of a second
            raise InvalidRequest.at("/since", "has not come yet; name a moment that has passed")
        return since, until
