"""The models that could do a task: what each would cost, and why one is not possible."""

from decimal import Decimal

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce
from pricing.errors import InvalidRequest
from pricing.estimates.compare import Requirements
from pricing.estimates.estimate import Estimate, EstimateQuery, estimate
from pricing.estimates.inputs import CallInput, MeasuredInput, PromptInput
from pricing.money import plain
from pricing.notices import Notice
from pricing.recommendations.routing import UNSTRUCTURED, Structure
from pricing.timestamps import AsOf
from pricing.tokens.prompts import Prompt
from pricing.usage.buckets import Attempt, StatedTerms, Usage
from pricing.values import immutable


@immutable
class RecommendTask:
    """One task, the usage of one call of it, and the constraints on its model.

    ``prompt`` is the whole request, if the text is not all of it, ``tools`` the schemas in it,
    ``system`` the text of its system prompt, and ``structure`` that of the answer.
    ``measured`` is what a call used; without it the input is ``input_tokens``, or the text as each
    model counts it. ``prefix_tokens`` of the input are the same in every call;
    ``cached_tokens`` are in the cache of ``current_model``.
    """

    text: str
    prompt: Prompt | None = None
    tools: str = ""
    system: str = ""
    structure: Structure = UNSTRUCTURED
    name: str | None = None
    measured: MeasuredInput | None = None
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
        """Return the input of one call; an output that was not sent is assumed."""
        if self.measured is not None:
            return self.measured
        output = assumed_output_tokens if self.output_tokens is None else self.output_tokens
        if self.input_tokens is None:
            return PromptInput(self.prompt or Prompt(self.text), expected_output_tokens=output)
        return MeasuredInput((Attempt(Usage(input=self.input_tokens, output=output)),))

    @property
    def stated_input(self) -> int | None:
        """The input tokens of a call, where they were sent."""
        if self.measured is not None:
            return self.measured.attempts[0].usage.input
        return self.input_tokens

    @property
    def output_is_stated(self) -> bool:
        """Whether the length of the output was sent."""
        return self.measured is not None or self.output_tokens is not None


@immutable
class ModelCandidate:
    """One model for one task. ``why_not`` is the constraint that it does not meet, or None."""

    model: Model
    estimate: Estimate | None
    why_not: str | None

    @property
    def total_usd(self) -> Decimal | None:
        """The cost of all calls; None if a component has no known price."""
        found = self.estimate
        return found.total_usd if found is not None and found.complete else None


def candidate(
    in_force: BookInForce, reference: str, task: RecommendTask, call: CallInput, as_of: AsOf
) -> ModelCandidate:
    """Price the task on a model, and check the constraints; raises UnknownModel."""
    model = in_force.book.find(reference).model
    query = EstimateQuery(
        reference, call, as_of, task.calls, served=task.served, notices=task.notices
    )
    try:
        found = estimate(in_force, query)
    except InvalidRequest as error:
        return ModelCandidate(model, None, error.reason)
    why_not = _retired(model, as_of) or task.requires.unmet_by(model) or _limit(found, task)
    return ModelCandidate(model, found, why_not)


def _retired(model: Model, as_of: AsOf) -> str | None:
    if not model.lifecycle.retired(as_of.day):
        return None
    return f"{model.id} retired on {model.lifecycle.retires}."


def _limit(found: Estimate, task: RecommendTask) -> str | None:
    """Return the limit that the task exceeds on this model, or None."""
    if not found.complete:
        return f"{found.model.id} would bill a component without a known price."
    exceeded = ("context_exceeded", "output_limit_exceeded")
    for notice in found.warnings:
        if notice.code in exceeded:
            return notice.message
    most = task.max_usd_per_call
    if most is None or found.per_call_usd <= most:
        return None
    return (
        f"A call on {found.model.id} costs {plain(found.per_call_usd)} USD, more than"
        f" `max_usd_per_call`, {plain(most)}."
    )
