"""The request of ``POST /v1/compare``."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from pricing.api.requests.billing import BillingFields
from pricing.api.requests.estimate import Budget, Calls, UsageInput
from pricing.api.requests.hints import Hints
from pricing.api.requests.units import Count
from pricing.estimates.compare import CompareQuery, Requirements
from pricing.estimates.estimate import EstimateQuery
from pricing.validation import AtMost, Name, Request, Versioned, as_query


class RequirementsRequest(Request):
    """Capabilities that a model must have."""

    vision: bool = False
    """Accepts images."""
    thinking: bool = False
    """Can think before it answers."""
    tools: bool = False
    """Can use tools."""
    streaming: bool = False
    """Can stream its output."""
    batch: bool = False
    """Offers batch processing."""
    caching: bool = False
    """Offers prompt caching."""
    min_context_tokens: Count = 0
    """Smallest context window in tokens."""
    min_output_tokens: Count = 0
    """Smallest output limit in tokens."""

    def requirements(self) -> Requirements:
        """Return the requirements."""
        wanted = {name for name, value in self if value is True}
        return Requirements(frozenset(wanted), self.min_context_tokens, self.min_output_tokens)


class CompareRequest(Versioned, BillingFields, UsageInput):
    """One call's usage, priced on up to 20 models; by default every family's current one."""

    models: Annotated[tuple[Name, ...], Field(strict=False), AtMost(20)] = ()
    """Ids, aliases or families. Default: the current model of every family."""
    baseline: Name | None = None
    """The model to compare with. Default: the first of ``models``, or the most expensive."""
    budget_usd: Budget | None = None
    """An amount in USD: each row says how many such calls it pays for."""
    calls: Calls = 1
    """Number of identical calls."""
    requires: RequirementsRequest = Field(default_factory=RequirementsRequest)
    """Capabilities that a model must have; models without them are excluded."""
    equal: Literal["tokens", "text"] = "tokens"
    """``text`` recounts for each model's tokenizer the text that the baseline's counted."""

    HINTS = Hints("common", "compare")

    def query(self, now: datetime) -> CompareQuery:
        """Return the query to price on every model."""
        parsed = replace(self.parsed(), served_model=None, stated=None)
        call = as_query(EstimateQuery, self, parsed, model=None, as_of=self.moment(now))
        return as_query(
            CompareQuery,
            self,
            query=call,
            requires=self.requires.requirements(),
            equal_text=self.equal == "text",
        )
