"""The models a task could be given to: what each would cost, and why it may not be taken."""

from dataclasses import dataclass
from decimal import Decimal

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce
from pricing.errors import InvalidRequest
from pricing.estimates.compare import Requirements
from pricing.estimates.estimate import Estimate, EstimateQuery, estimate
from pricing.estimates.inputs import CallInput, MeasuredInput, PromptInput
from pricing.money import plain
from pricing.notices import Notice
from pricing.timestamps import AsOf
from pricing.tokens.prompts import Prompt
from pricing.usage.buckets import Attempt, StatedTerms, Usage


@dataclass(frozen=True, slots=True)
class RecommendTask:
    """One task, what a call of it uses, and what must hold for its model.

    ``attempts`` is measured usage; without it the input is ``input_tokens``, or the text itself as
    each model counts it. ``prefix_tokens`` of the input are the same in every call;
    ``cached_tokens`` lie in the cache of ``current_model``.
    """

    text: str
    name: str | None = None
    attempts: tuple[Attempt, ...] | None = None
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    calls: int = 1
    realtime: bool | None = None
    requires: Requirements = Requirements()
    max_usd_per_call: Decimal | None = None
    prefix_tokens: int | None = None
    current_model: str | None = None
    cached_tokens: int = 0
    force: str | None = None

    def call(self, assumed_output_tokens: int) -> CallInput:
        """What one call does; the output is assumed where it was not stated."""
        if self.attempts is not None:
            return MeasuredInput(self.attempts)
        output = assumed_output_tokens if self.output_tokens is None else self.output_tokens
        if self.input_tokens is None:
            return PromptInput(Prompt(self.text), expected_output_tokens=output)
        return MeasuredInput((Attempt(Usage(input=self.input_tokens, output=output)),))

    @property
    def output_is_stated(self) -> bool:
        """Whether the output is the caller's figure."""
        return self.attempts is not None or self.output_tokens is not None


@dataclass(frozen=True, slots=True)
class ModelCandidate:
    """One model for one task. ``why_not`` is None when it may be taken."""

    model: Model
    estimate: Estimate | None
    why_not: str | None

    @property
    def total_usd(self) -> Decimal | None:
        """What all calls cost; None where that is not wholly known."""
        found = self.estimate
        return found.total_usd if found is not None and found.status == "priced" else None


def candidate(
    in_force: BookInForce, reference: str, task: RecommendTask, call: CallInput, as_of: AsOf
) -> ModelCandidate:
    """Price the task on a model and hold it against the constraints; raises UnknownModel."""
    model = in_force.book.find(reference).model
    query = EstimateQuery(
        reference, call, as_of, task.calls, served=task.served, notices=task.notices
    )
    try:
        found = estimate(in_force, query)
    except InvalidRequest as error:
        return ModelCandidate(model, None, error.errors[0].detail)
    reason = task.requires.unmet_by(model) or _limit(model, found) or _ceiling(found, task)
    return ModelCandidate(model, found, reason)


def _limit(model: Model, found: Estimate) -> str | None:
    if found.status == "partial":
        return "a component that it would bill has no known price"
    if found.context.fits is False:
        return f"{found.context.used_tokens} tokens do not fit its window of {found.context.window}"
    over = next((one for one in found.warnings if one.code == "output_limit_exceeded"), None)
    if over is not None:
        return f"its longest answer has {model.max_output_tokens} tokens"
    return None


def _ceiling(found: Estimate, task: RecommendTask) -> str | None:
    most = task.max_usd_per_call
    if most is None or found.per_call_usd <= most:
        return None
    return f"costs {plain(found.per_call_usd)} USD a call, over the ceiling of {plain(most)}"
