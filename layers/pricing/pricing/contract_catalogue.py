"""Query parameters of the catalogue."""

from typing import Annotated

from pydantic import Field

from pricing.catalogue import ModelFilter
from pricing.contract import Name, Versioned
from pricing.contract_pricing import CURSOR, Cursor


class PricesQuery(Versioned):
    """Query parameters of one model's page."""


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
