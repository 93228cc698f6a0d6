"""Which model should do a task, what that costs, and why: ``POST /v1/recommend``.

The task is classified (``routing``), a policy assigns a model to that class, and constraints may
rule it out. The answer never contains the text of a task.
"""

from dataclasses import replace
from decimal import Decimal
from itertools import chain
from math import ceil

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.price_book import BookInForce, MatchedModel, Provenance, provenance
from pricing.errors import InvalidRequest, of_field, under
from pricing.estimates.estimate import ComparedStatus, Estimate, Pricer
from pricing.estimates.hours import hours_of
from pricing.estimates.inputs import CallInput, CountedCall
from pricing.money import ZERO, add, percent_of, subtract
from pricing.notices import Notice
from pricing.recommendations.advice import (
    Advice,
    CacheSwitch,
    CascadeAdvice,
    batch_advice,
    cache_switch,
    caching_advice,
    cascade_advice,
)
from pricing.recommendations.candidates import ModelCandidate, RecommendTask, candidate
from pricing.recommendations.choice import (
    Alternative,
    ChoiceStatus,
    ModelChoice,
    alternatives,
    cheapest_below,
    choose,
    stay_if_cheaper,
    strongest,
    why,
)
from pricing.recommendations.output import OutputRange, expected_output, is_about_unsent_text
from pricing.recommendations.policy import (
    DecidedBy,
    LearnedPolicy,
    Policy,
    RankedModel,
    RoutingDecision,
    SignalAnswer,
    measured,
    rank_of,
    ranked_models,
    read_task,
)
from pricing.recommendations.routing import Basis, Complexity
from pricing.timestamps import AsOf
from pricing.usage.buckets import StatedTerms
from pricing.usage.parsed import Unread
from pricing.values import immutable

_ORDER = (
    "The policy's order is assumed to be the order of quality, and the thresholds are of models of"
    " 2023 and 2024. Check both on your own tasks (POST /v1/recommend/calibrate)."
)
_BY_RULES = (
    "No model was measured on tasks of this form: the complexity follows published rules that were"
    " checked with labelled tasks."
)
_WARM = "Estimates price usage as sent; `cache_switch` prices the warm cache."


@immutable
class RecommendQuery:
    """Tasks, and the policy that assigns models to them.

    ``alone`` is set for a single task that was not sent in a list.
    """

    tasks: tuple[RecommendTask, ...]
    policy: Policy | LearnedPolicy
    as_of: AsOf
    alone: bool = False


@immutable
class PolicyModel:
    """One model of a policy."""

    model: str
    """The model's canonical id."""
    roles: tuple[str, ...]
    """What the policy uses the model for."""


@immutable
class PolicyThresholds:
    """The difficulties that divide the tiers."""

    moderate: Decimal
    """Difficulty, from 0 to 1, from which a task is moderate."""
    complex: Decimal
    """Difficulty, from 0 to 1, from which a task is complex."""


@immutable
class PolicyAnswer:
    """The policy's models in this price version."""

    id: str | None
    """The id of a calibrated policy; null for a policy of three tiers."""
    models: tuple[PolicyModel, ...]
    """The models, weakest first."""
    thresholds: PolicyThresholds | None
    """The difficulties that divide the tiers; null for a calibrated policy."""


#: ``max_tokens`` is a multiple of this: the high end of the expected output, rounded up.
_LIMIT_STEP = 256


@immutable
class ExpectedOutput(OutputRange):
    """The likely length of an answer in tokens, and what a long one costs."""

    high_usd: Decimal | None
    """Cost of all calls with answers of ``max_tokens``; null when a price is not known."""


@immutable
class RecommendContext:
    """What all tasks of a request share; ``ranked`` are the policy's models, the weakest first."""

    in_force: BookInForce
    policy: Policy | LearnedPolicy
    ranked: tuple[RankedModel, ...]
    as_of: AsOf

    def candidate(self, task: RecommendTask, reference: str, call: CallInput) -> ModelCandidate:
        """Return a model as a candidate for a task; raises UnknownModel."""
        return candidate(self.in_force, reference, task, call, self.as_of)

    def priced_on(
        self, task: RecommendTask, reference: str, call: CallInput
    ) -> tuple[Pricer, CountedCall]:
        """Return a model's pricer, and the task's call as it counts there; raises UnknownModel."""
        pricer = Pricer.of_call(self.in_force, reference, self.as_of, StatedTerms(), task.served)
        return pricer, call.counted_for(pricer.model)

    def hour_assumption(
        self, task: RecommendTask, reference: str, call: CallInput
    ) -> tuple[str, ...]:
        """Return what is assumed of the hour of a model's price; raises UnknownModel."""
        peak, cheapest = hours_of(self.in_force.book.find(reference).model, self.as_of)
        if peak == cheapest:
            return ()
        pricer, counted = self.priced_on(task, reference, call)
        return pricer.hour_assumption(*counted.attempts)


@immutable
class TopModelSavings:
    """The saving compared with always using the policy's strongest model."""

    model: str
    """The canonical id of the strongest model that is not retired."""
    saves_usd: Decimal | None
    """Saving over all calls; negative when the choice costs more, null when a cost is not known."""
    saves_percent: Decimal | None
    """Saving as a percentage of the strongest model's cost; null when that is zero or not known."""


@immutable
class Recommendation:
    """The model for one task, its cost, and how the task was classified.

    ``model``, ``estimate`` and what follows from them are null when no model of the policy meets
    the constraints.
    """

    name: str | None
    """The task's name, as sent; null when none was."""
    status: ChoiceStatus
    """``stronger`` or ``weaker`` than intended because of the constraints; ``stay`` on the current
    model and its warm cache; ``forced`` by the request; ``none`` when no model meets the
    constraints.
    """
    decided_by: DecidedBy
    """What chose the model intended for the task."""
    complexity: Complexity
    """The task's estimated complexity."""
    kind: str
    """The kind of task."""
    confidence: Decimal
    """Probability, from 0 to 1, that the tier is the right one; 0 without evidence."""
    evidence: bool
    """Whether there is evidence about this kind of task."""
    basis: Basis
    """``outcomes``: cheap models were measured on tasks of this form; ``judgement``: published
    rules decide; ``none``: neither, so the safe choice is used.
    """
    difficulty: Decimal
    """Rank, from 0 to 1, among the tasks that the classifier learned from; the policy's thresholds
    turn it into the complexity.
    """
    p_cheap_wrong: Decimal | None
    """Probability, from 0 to 1, that a cheap model of 2023-2024 is wrong; null where it is not
    calibrated.
    """
    signals: tuple[SignalAnswer, ...]
    """The properties of the task that were recognised; its text is never quoted."""
    model: MatchedModel | None
    """The recommended model; null when no model meets the constraints."""
    max_tokens: int | None
    """The output limit to send, above a long answer; null when there is no model."""
    expected_output: ExpectedOutput | None
    """The likely length of the answer; null when it was sent, or there is no model."""
    estimate: Estimate | None
    """What the calls cost on this model; null when that is not known."""
    why: str
    """The reason, in a sentence or two."""
    alternatives: tuple[Alternative, ...]
    """The policy's other models."""
    savings_vs_always_top: TopModelSavings
    """The saving compared with always using the policy's strongest model."""
    batch: Advice | None
    """Whether a batch suits, and what it saves; null when there is no model."""
    caching: Advice | None
    """Whether caching the shared prefix suits, and what it saves; null when there is no model."""
    cascade: CascadeAdvice | None
    """Whether to try a cheaper model first; null when there is no model."""
    cache_switch: CacheSwitch | None
    """The cost of leaving the current model's warm cache; null without one."""
    warnings: tuple[Notice, ...]


@immutable
class RecommendAnswer:
    """One recommendation per task, and all of them together."""

    recommendations: tuple[Recommendation, ...]
    """One per task, in the order sent."""
    status: ComparedStatus
    """``partial`` when a task has no model, or no complete price, or a count was not understood."""
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""
    total_usd: Decimal
    """Cost of all tasks on their models, without tasks that have no model or no known price."""
    savings_vs_always_top: TopModelSavings
    """The saving compared with always using the policy's strongest model."""
    policy: PolicyAnswer
    """The policy that was used."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the recommendation takes for granted, as sentences."""
    warnings: tuple[Notice, ...] = ()
    """Warnings of the whole answer; those of a task are at its recommendation."""
    net: "RecommendAnswer | None" = None
    """The same answer at the rate card's prices; null without a rate card."""
    rate_card: str | None = None
    """The id of the rate card whose prices this answer has; null at list prices."""
    converted: Converted | None = None
    """The amounts in ``currency``; null without one."""


def recommend(in_force: BookInForce, query: RecommendQuery) -> RecommendAnswer:
    """Recommend a model for every task.

    Raises UnknownModel, and InvalidRequest that points at the task.
    """
    ranked = ranked_models(in_force.book, query.policy)
    context = RecommendContext(in_force, query.policy, ranked, query.as_of)
    found = []
    hours: dict[str, None] = {}
    for number, task in enumerate(query.tasks):
        with under("" if query.alone else f"/tasks/{number}"):
            found.append(recommend_one(context, task, hours))
    total = add(result.estimate.total_usd for result in found if result.estimate is not None)
    known = [result.savings_vs_always_top.saves_usd for result in found]
    saves = add(usd for usd in known if usd is not None)
    top = found[0].savings_vs_always_top.model  # the same for every task
    savings = TopModelSavings(top, saves, percent_of(saves, add((total, saves))))
    assumptions = [_ORDER]
    if any(result.basis == "judgement" for result in found):
        which = "" if query.alone else "Where `basis` is `judgement`: "
        assumptions.append(f"{which}{_BY_RULES}")
    if any(task.current_model for task in query.tasks):
        assumptions.append(_WARM)
    unread = (task.measured.unread for task in query.tasks if task.measured is not None)
    estimates = [one.estimate for one in found]
    return RecommendAnswer(
        recommendations=tuple(found),
        status="priced" if all(one and one.status == "priced" for one in estimates) else "partial",
        unread=tuple(dict.fromkeys(chain.from_iterable(unread))),
        total_usd=total,
        savings_vs_always_top=replace(savings, saves_usd=None, saves_percent=None)
        if None in known
        else savings,
        policy=PolicyAnswer(
            id=query.policy.id if isinstance(query.policy, LearnedPolicy) else None,
            models=tuple(PolicyModel(entry.model.id, entry.roles) for entry in ranked),
            thresholds=_thresholds(query.policy),
        ),
        pricing=provenance(in_force, query.as_of),
        assumptions=(*assumptions, *hours),
    )


def _thresholds(policy: Policy | LearnedPolicy) -> PolicyThresholds | None:
    if isinstance(policy, LearnedPolicy):
        return None
    found = policy.thresholds
    return PolicyThresholds(measured(found.moderate), measured(found.complex))


def recommend_one(
    context: RecommendContext, task: RecommendTask, hours: dict[str, None]
) -> Recommendation:
    """Recommend a model for one task; raises UnknownModel or InvalidRequest.

    ``hours`` receives what is assumed of the hour of the prices that were compared.
    """
    decision = read_task(task.text, task.tools, context.policy, task.system, task.structure)
    likely = expected_output(
        task.text, decision.assessment, task.stated_input, task.structure.answer_fields
    )
    call = task.call(likely.expected)  # one for all models: a prompt is read once for them
    candidates = [context.candidate(task, entry.reference, call) for entry in context.ranked]
    assigned = rank_of(context.ranked, decision.role)
    choice = choose(candidates, assigned)
    if task.force is not None:
        choice = ModelChoice("forced", _forced(context, task, task.force, call))
        decision = replace(decision, decided_by="force")
    switch = None
    if task.current_model is not None and choice.candidate is not None:
        switch = _switch(context, task, task.current_model, choice.candidate, call)
        choice = stay_if_cheaper(choice, switch, candidates, assigned)
    chosen, top = choice.candidate, strongest(candidates, context.as_of.day)
    # By the policy's own names, which the book has just found.
    for reference in (*(one.reference for one in context.ranked), task.force, task.current_model):
        if reference is not None:
            hours |= dict.fromkeys(context.hour_assumption(task, reference, call))
    found = chosen.estimate if chosen is not None else None
    batch, caching, cascade = None, None, None
    limit, long_answers = _max_tokens(chosen, likely), None
    if limit is not None and chosen is not None and not task.output_is_stated:
        longest = context.candidate(task, chosen.model.key, task.call(limit)).total_usd
        long_answers = ExpectedOutput(likely.low, likely.expected, likely.high, longest)
    if chosen is not None and chosen.total_usd is not None:
        pricer, counted = context.priced_on(task, chosen.model.key, call)
        batch = batch_advice(pricer, task, counted.attempts, decision.assessment)
        caching = caching_advice(pricer, task, counted.attempts)
        cascade = cascade_advice(decision, chosen, cheapest_below(chosen, candidates))
    return Recommendation(
        name=task.name,
        status=choice.status,
        decided_by=decision.decided_by,
        complexity=decision.complexity,
        kind=decision.assessment.kind,
        confidence=decision.confidence,
        evidence=decision.assessment.evidence,
        basis=decision.assessment.basis,
        difficulty=decision.difficulty,
        p_cheap_wrong=decision.p_cheap_wrong,
        signals=decision.signals,
        model=found.model if found is not None else None,
        max_tokens=limit,
        expected_output=long_answers,
        estimate=found,
        why=why(decision, choice, candidates[assigned], top, switch),
        alternatives=alternatives(context.ranked, candidates, choice, assigned),
        savings_vs_always_top=_savings(chosen, top),
        batch=batch,
        caching=caching,
        cascade=cascade,
        cache_switch=switch,
        warnings=_notices(task, decision, choice, likely),
    )


def _forced(
    context: RecommendContext, task: RecommendTask, reference: str, call: CallInput
) -> ModelCandidate:
    with of_field("/force"):
        found = context.candidate(task, reference, call)
    if found.estimate is None:
        raise InvalidRequest.at("/force", found.why_not or "must be a model with a known price")
    return found


def _switch(
    context: RecommendContext,
    task: RecommendTask,
    reference: str,
    chosen: ModelCandidate,
    call: CallInput,
) -> CacheSwitch:
    """Compare staying on the current model with moving to the chosen one."""
    with of_field("/current_model"):
        current, counted = context.priced_on(task, reference, call)
    if len(counted.attempts) > 1:
        detail = "does not go with a `usage` of several attempts; leave one of them out"
        raise InvalidRequest.at("/current_model", detail)
    to, _ = context.priced_on(task, chosen.model.key, call)
    return cache_switch(current, to, counted.attempts[0].usage, task.cached_tokens, task.calls)


def _savings(chosen: ModelCandidate | None, top: ModelCandidate) -> TopModelSavings:
    """Return what the choice saves on the strongest model, where both costs are known."""
    if chosen is None or chosen.total_usd is None or top.total_usd is None:
        return TopModelSavings(top.model.id, None, None)
    saves = subtract(top.total_usd, chosen.total_usd)
    return TopModelSavings(top.model.id, saves, percent_of(saves, top.total_usd))


def _max_tokens(chosen: ModelCandidate | None, likely: OutputRange) -> int | None:
    """Return the limit for a long answer, or a longer expected one; at most the model's own."""
    if chosen is None or chosen.estimate is None:
        return None
    found, limit = chosen.estimate, chosen.model.max_output_tokens
    lines = (line.quantity for line in found.line_items if line.component == "output")
    long = ceil(likely.high / _LIMIT_STEP) * _LIMIT_STEP
    expected = max(long, int(next(lines, ZERO)) // found.calls)
    return expected if limit is None else min(expected, limit)


def _notices(
    task: RecommendTask, decision: RoutingDecision, choice: ModelChoice, likely: OutputRange
) -> tuple[Notice, ...]:
    """Return the warnings that the estimate does not have already."""
    notices = []
    if not task.output_is_stated:
        message = (
            f"The answer's length is estimated: {likely.expected:,} tokens are priced, and"
            f" {likely.low:,} to {likely.high:,} are likely. Send `expected_output_tokens` if you"
            " know it."
        )
        notices.append(Notice("output_not_stated", message))
    text_is_elsewhere = is_about_unsent_text(task.text, decision.assessment)
    if text_is_elsewhere and task.prompt is None and task.stated_input is None:
        message = (
            "The task is about a text that it does not contain, so reading that text is not priced:"
            " send `expected_input_tokens`."
        )
        notices.append(Notice("text_not_sent", message))
    if task.structure.answer_fields and choice.candidate is not None:
        message = (
            "The prices do not say which models answer in a given schema: check that"
            f" {choice.candidate.model.id} does."
        )
        notices.append(Notice("schema_support_not_known", message))
    if decision.decided_by == "safe_choice":
        message = (
            "The task is unlike all that was measured, and its request is not recognised: the safe"
            " choice is not a classification."
        )
        notices.append(Notice("no_evidence", message))
    if choice.status == "weaker":
        message = "Only a model weaker than the policy assigns to the task meets the constraints."
        notices.append(Notice("weaker_than_meant", message))
    if choice.status == "forced" and choice.candidate and choice.candidate.why_not:
        message = f"The forced model does not meet the constraints. {choice.candidate.why_not}"
        notices.append(Notice("constraint_overridden", message))
    return tuple(notices)
