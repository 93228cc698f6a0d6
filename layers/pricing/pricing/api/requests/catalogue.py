"""Query parameters of the catalogue."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from pricing.api.requests.hints import Hints
from pricing.catalogue.listing import ModelFilter
from pricing.catalogue.spellings import PROVIDER_WORDS
from pricing.errors import InvalidRequest
from pricing.timestamps import AsOf
from pricing.validation import (
    AsOfText,
    Name,
    Request,
    Versioned,
    as_query,
    moment_in,
    moment_or_now,
)


class PricesQuery(Versioned):
    """Query parameters of one model's page."""


Limit = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[
    str,
    Field(
        max_length=600, description="`next_cursor` of the previous page; omit for the first page."
    ),
]


class ModelsQuery(Versioned):
    """Query parameters of the model list. Filters combine with AND."""

    provider: Name | None = None
    """Only models of this provider."""
    family: Name | None = None
    """Only models of this family, such as ``opus``."""
    capability: Name | None = None
    """Only models with this capability: ``vision``, ``thinking``, ``tools``, ``streaming``,
    ``batch`` or ``caching``.
    """
    mode: Name | None = None
    """Only models for this, such as ``chat``, ``embedding``, ``image_generation`` or ``rerank``."""
    unit: Name | None = None
    """Only models billed by this, such as ``token``, ``image``, ``second`` or ``page``."""
    q: Name | None = None
    """Only models whose provider, id, name or aliases have each of these words."""
    limit: Annotated[int, Field(ge=1, le=200)] = 100
    """Models per page."""
    cursor: Cursor | None = None

    HINTS = Hints("list")

    def filter(self) -> ModelFilter:
        """Return the filter; capitals, and other words for a provider, make no difference."""
        names = ("provider", "family", "capability", "mode", "unit")
        sent = {name: value.lower() for name in names if (value := getattr(self, name))}
        provider = sent.get("provider", "")
        sent |= {"provider": PROVIDER_WORDS.get(provider, provider)} if provider else {}
        return as_query(ModelFilter, self, **sent)


class VersionsQuery(Request):
    """Query parameters of the version list."""

    limit: Limit = 50
    """Versions per page."""
    cursor: Cursor | None = None


class DiffQuery(Request):
    """Query parameters of the difference between two versions."""

    HINTS = Hints("versions")

    from_: Name = Field(alias="from", examples=["lesson-2025"])
    """The version before: an id, or ``active``."""
    to: Name = "active"
    """The version after: an id, or ``active``."""
    as_of: AsOfText | None = None
    limit: Limit = 100
    """Models per page."""
    cursor: Cursor | None = None

    def moment(self, now: datetime) -> AsOf:
        """Return the instant whose prices are compared."""
        return moment_or_now(self.as_of, now)


class ChangesQuery(Request):
    """Query parameters of what changed since a moment."""

    HINTS = Hints("versions", "changes")

    since: Annotated[
        str,
        Field(
            max_length=40,
            examples=["2026-11-01"],
        ),
    ]
    """A date (00:00 UTC) or RFC 3339 instant."""
    limit: Limit = 100
    """Entries per page."""
    cursor: Cursor | None = None

    def span(self, now: datetime) -> tuple[AsOf, AsOf]:
        """Return the instants from ``since`` to now; raises InvalidRequest for a future one."""
        since, until = moment_in(self.since, "/since"), AsOf.now(now)
        if since.instant > now:  # and not ``until``, which leaves out the part of a second
            raise InvalidRequest.at("/since", "is in the future; send an instant that has passed")
        return since, until
