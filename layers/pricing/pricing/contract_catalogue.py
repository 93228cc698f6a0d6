"""Query parameters of the catalogue."""

from typing import Annotated

from pydantic import Field

from pricing.catalogue import ModelFilter
from pricing.contract import Name, Versioned


class PricesQuery(Versioned):
    """Query parameters of one model's page."""


class ModelsQuery(Versioned):
    """Query parameters of the model list. Filters combine with AND."""

    provider: Name | None = None
    family: Name | None = None
    capability: Name | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 100
    cursor: Annotated[str, Field(max_length=300)] | None = Field(
        default=None, description="`next_cursor` of the page before; leave out for the first page."
    )

    def filter(self) -> ModelFilter:
        """The domain's filter."""
        return ModelFilter(self.provider, self.family, self.capability)
