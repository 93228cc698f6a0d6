"""``POST /v1/compare``'s request."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from pricing.api.requests.estimate import UsageInput
from pricing.estimates.compare import Comparison, Requirements
from pricing.estimates.estimate import EstimateQuery
from pricing.usage.fields import Calls, Count
from pricing.validation import AtMost, Name, Request, Versioned


class RequirementsRequest(Request):
    """What a model must offer to be compared."""

    vision: bool = False
    thinking: bool = False
    tools: bool = False
    streaming: bool = False
    batch: bool = False
    caching: bool = False
    min_context_tokens: Count = 0
    min_output_tokens: Count = 0

    def requirements(self) -> Requirements:
        """The domain's requirements."""
        wanted = {name for name, value in self if value is True}
        return Requirements(frozenset(wanted), self.min_context_tokens, self.min_output_tokens)


class CompareRequest(Versioned, UsageInput):
    """One call's usage, priced on up to 20 models; by default every family's current one."""

    models: Annotated[tuple[Name, ...], Field(strict=False), AtMost(20)] = ()
    baseline: Name | None = None
    calls: Calls = 1
    requires: RequirementsRequest = Field(default_factory=RequirementsRequest)
    equal: Literal["tokens", "text"] = Field(
        default="tokens",
        description="`text` recounts for each model's tokenizer what the baseline's counted.",
    )

    def comparison(self, now: datetime) -> Comparison:
        """The domain's comparison."""
        asked = self.asked()
        return Comparison(
            query=EstimateQuery(
                model="",
                work=asked.work,
                as_of=self.moment(now),
                calls=self.calls,
                requested=self.requested(),
                served=asked.served,
                notices=asked.notices,
            ),
            models=self.models,
            baseline=self.baseline,
            requires=self.requires.requirements(),
            equal_text=self.equal == "text",
        )
