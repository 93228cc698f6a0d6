"""What Claude costs on the clouds: Anthropic's own price columns, and +10% on regional endpoints.

The rule is published (Claude pricing page, 2026-10-10): Bedrock and Google add 10% on regional and
multi-region endpoints for Sonnet 4.5, Haiku 4.5, Opus 4.5 and later, on every token column; older
models cost the same everywhere, and Foundry costs what the Claude API costs. Both public lists
are held against these prices. GovCloud is in litellm alone, and stays as litellm has it.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pricing.money import multiply
from pricing.sources.names import AREA, stem
from pricing.sources.price_tables import TOKEN_COLUMNS, Rates, Sketch, sketch_of, today

CLOUDS = ("azure", "bedrock", "vertex")
REGIONAL = Decimal("1.1")
SAME_EVERYWHERE = ("claude-opus-4", "claude-opus-4-1", "claude-sonnet-4")
#: Bedrock priced these by region: they stay as the lists have them.
BEFORE_CLAUDE_3 = ("claude-1", "claude-2", "claude-instant")
SOURCE = "Anthropic's list prices; Claude pricing page, 2026-10-10, on regional endpoints"
GOVCLOUD = "GovCloud prices are from a single source, litellm."


class ClaudeOnClouds:
    """Anthropic's rows by the stem of every name they have."""

    def __init__(self, models: Iterable[Mapping[str, Any]]) -> None:
        self._models = {
            stem(name): row
            for row in models
            for name in (row["id"], *row.get("aliases", ()))
            if not name.startswith(BEFORE_CLAUDE_3)
        }

    def model(self, provider: str, name: str) -> Mapping[str, Any] | None:
        """Anthropic's row for a cloud's name of a Claude model it prices, GovCloud apart."""
        if provider not in CLOUDS or _is_govcloud(name):
            return None
        row = self._models.get(stem(name).removeprefix("anthropic-"))
        return row if row and row.get("prices") else None

    def sketch(self, provider: str, name: str, listed: Iterable[Sketch], day: str) -> Sketch | None:
        """The prices of one name by the end of a day; modes and per-use columns only where a list
        has them too.
        """
        row = self.model(provider, name)
        period = today(row["prices"], f"{day}T23:59:59") if row else None
        if period is None:
            return None
        listed = list(listed)
        modes = {"standard", *(mode for lists in listed for mode in lists if mode == "batch")}
        searches = any("web_search" in lists["standard"][0] for lists in listed)
        factor = REGIONAL if is_regional(provider, name) else Decimal(1)
        lists = sketch_of(period["lists"])
        return {
            mode: {
                above: _multiplied(rates, factor, searches=searches)
                for above, rates in steps.items()
            }
            for mode, steps in lists.items()
            if mode in modes
        }


def differs_by_endpoint(name: str) -> bool:
    """Whether a cloud's Claude model costs more on a regional endpoint than on a global one."""
    model = stem(name).removeprefix("anthropic-")
    return not model.startswith("claude-3") and model not in SAME_EVERYWHERE


def is_regional(provider: str, name: str) -> bool:
    """Whether a name means an endpoint with the 10%; on Bedrock a bare id is taken to."""
    match = AREA.match(name)
    is_global = match is not None and match["area"] == "global"
    return provider == "bedrock" and differs_by_endpoint(name) and not is_global


def regional(sketch: Sketch) -> Sketch:
    """The same lists on a regional endpoint."""
    return {
        mode: {above: _multiplied(rates, REGIONAL, searches=True) for above, rates in steps.items()}
        for mode, steps in sketch.items()
    }


def _multiplied(rates: Rates, factor: Decimal, *, searches: bool) -> Rates:
    return {
        column: multiply(price, factor) if column in TOKEN_COLUMNS else price
        for column, price in rates.items()
        if column in TOKEN_COLUMNS or searches
    }


def _is_govcloud(name: str) -> bool:
    match = AREA.match(name)
    return match is not None and "us-gov" in (match["area"] or match["region"] or "")
