"""Compute what Claude costs on the clouds: Anthropic's prices, and +10% on regional endpoints.

The rule is published (Claude pricing page, 2026-10-10): Bedrock and Google add 10% on regional and
multi-region endpoints for Sonnet 4.5, Haiku 4.5, Opus 4.5 and later, on every token price. Older
models cost the same everywhere, and Foundry costs what the Claude API costs. Both public lists are
compared with these prices. GovCloud is in litellm only, and is used as litellm has it.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import TOKEN_COMPONENTS, row_names
from pricing.money import multiply
from pricing.sources.names import AREA, stem
from pricing.sources.price_tables import PriceTable, current_period, table_of

CLOUDS = ("azure", "bedrock", "vertex")
REGIONAL = Decimal("1.1")
SAME_EVERYWHERE = ("claude-opus-4", "claude-opus-4-1", "claude-sonnet-4")
#: Bedrock priced these by region: they keep the prices of the lists.
BEFORE_CLAUDE_3 = ("claude-1", "claude-2", "claude-instant")
SOURCE = "Anthropic's list prices; Claude pricing page, 2026-10-10, on regional endpoints"
GOVCLOUD = "GovCloud prices are from a single source, litellm."


class ClaudeOnClouds:
    """Anthropic's rows by the stem of each of their names."""

    def __init__(self, models: Iterable[Mapping[str, Any]]) -> None:
        self._models = {
            stem(name): row
            for row in models
            for name in row_names(row)
            if not name.startswith(BEFORE_CLAUDE_3)
        }

    def model(self, provider: str, name: str) -> Mapping[str, Any] | None:
        """Return Anthropic's row for a cloud's name of a Claude model, if the rule prices it."""
        if provider not in CLOUDS or _is_govcloud(name):
            return None
        row = self._models.get(stem(name).removeprefix("anthropic-"))
        return row if row and row.get("prices") else None

    def cache_minimum(self, name: str) -> int | None:
        """Return the shortest prefix that Anthropic caches, of a reseller's name for a model."""
        own = self._models.get(stem(name.rpartition("/")[2].partition(":")[0]), {})
        return own.get("cache_minimum_tokens")

    def table(
        self, provider: str, name: str, listed: Iterable[PriceTable], day: str
    ) -> PriceTable | None:
        """Return the prices of a cloud's name at the end of a day; None for any other name.

        Batch prices and prices per search are included only where one of the ``listed`` tables has
        them too.
        """
        row = self.model(provider, name)
        period = current_period(row["prices"], f"{day}T23:59:59") if row else None
        if period is None:
            return None
        listed = list(listed)
        modes = {"standard", *(mode for table in listed for mode in table if mode == "batch")}
        searches = any("web_search" in table["standard"][0] for table in listed)
        factor = REGIONAL if is_regional(provider, name) else Decimal(1)
        stated = {mode: t for mode, t in table_of(period["lists"]).items() if mode in modes}
        return _multiplied(stated, factor, searches=searches)


def differs_by_endpoint(name: str) -> bool:
    """Whether a cloud's Claude model costs more on a regional endpoint than on a global one."""
    model = stem(name).removeprefix("anthropic-")
    return not model.startswith("claude-3") and model not in SAME_EVERYWHERE


def is_regional(provider: str, name: str) -> bool:
    """Whether a name means an endpoint with the 10%; on Bedrock an id without an area does."""
    match = AREA.match(name)
    is_global = match is not None and match["area"] == "global"
    return provider == "bedrock" and differs_by_endpoint(name) and not is_global


def regional(table: PriceTable) -> PriceTable:
    """Return the same prices on a regional endpoint."""
    return _multiplied(table, REGIONAL, searches=True)


def _multiplied(table: PriceTable, factor: Decimal, *, searches: bool) -> PriceTable:
    """Multiply the token prices; without ``searches``, leave out the prices per use."""
    return {
        mode: {
            above: {
                name: multiply(price, factor) if name in TOKEN_COMPONENTS else price
                for name, price in rates.items()
                if name in TOKEN_COMPONENTS or searches
            }
            for above, rates in tiers.items()
        }
        for mode, tiers in table.items()
    }


def _is_govcloud(name: str) -> bool:
    match = AREA.match(name)
    return match is not None and "us-gov" in (match["area"] or match["region"] or "")
