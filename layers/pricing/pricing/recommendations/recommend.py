"""Which model should do a task, what that costs, and why: ``POST /v1/recommend``.

A task is read (``pricing.routing``), a policy turns the reading into a model, and the constraints
have the last word. Nothing of a task's text is in the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from pricing.catalogue.price_book import BookInForce, MatchedModel, Provenance, provenance
from pricing.errors import InvalidRequest, of_field, under
from pricing.estimates.estimate import Estimate, Pricer
from pricing.estimates.inputs import CountedCall
from pricing.money import ZERO, add, percent_of, plain, share_of, subtract
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
from pricing.recommendations.policy import (
    DecidedBy,
    LearnedPolicy,
    Policy,
    RankedModel,
    RoutingDecision,
    SignalAnswer,
    rank_of,
    ranked_models,
    read_task,
)
from pricing.recommendations.routing import Basis, Complexity
from pricing.timestamps import AsOf
from pricing.usage.buckets import StatedTerms, settle

_ORDER = (
    "The policy's order is taken as the order of quality: no public outcomes exist for current"
    " models, so check it on your own (POST /v1/recommend/calibrate)."
)
_JUDGED = (
    "Where basis is judgement no model was measured on the kind of task: the tier follows rules"
    " held against labelled tasks."
)
_WARM = "Estimates price usage as sent; cache_switch prices the warm cache."


@dataclass(frozen=True, slots=True)
class RecommendQuery:
    """Tasks, and the policy that says which model is meant for what.

    ``alone`` is a single task that was sent as such, not in a list.
    """

    tasks: tuple[RecommendTask, ...]
    policy: Policy | LearnedPolicy
    as_of: AsOf
    alone: bool = False


@dataclass(frozen=True, slots=True)
class PolicyModel:
    """One model of a policy."""

    model: str
    """The model's canonical id."""
    roles: tuple[str, ...]
    """What the policy uses the model for."""


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """The policy's models in this price version."""

    id: str | None
    """The id of a calibrated policy; null for a policy of three tiers."""
    models: tuple[PolicyModel, ...]
    """The models, weakest first."""


#: The lesson's limits of an answer.
MAX_TOKENS: dict[Complexity, int] = {"simple": 1024, "moderate": 4096, "complex": 8192}


@dataclass(frozen=True, slots=True)
class RecommendContext:
    """What all tasks of a request share; ``rungs`` are the policy's models, the weakest first."""

    in_force: BookInForce
    policy: Policy | LearnedPolicy
    ranked: tuple[RankedModel, ...]
    as_of: AsOf


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another model of the policy."""

    model: str
    """The model's canonical id."""
    roles: tuple[str, ...]
    """What the policy uses the model for."""
    total_usd: Decimal | None
    """Cost of the calls on this model; null when a component has no known price."""
    relative_to_choice: Decimal | None
    """That cost as a ratio of the chosen model's; null when one is not known, or that is zero."""
    possible: bool
    """Whether the model meets the constraints."""
    reason: str
    """Why the model was not chosen."""


@dataclass(frozen=True, slots=True)
class TopModelSavings:
    """The saving compared with always using the policy's strongest model."""

    model: str
    """The strongest model's canonical id."""
    saves_usd: Decimal | None
    """Saving over all calls; negative when the choice costs more, null when a cost is not known."""
    saves_percent: Decimal | None
    """Saving as a percentage of the strongest model's cost; null when that is zero or not known."""


def _candidate(
    setting: RecommendContext, task: RecommendTask, reference: str, output: int
) -> ModelCandidate:
    return candidate(setting.in_force, reference, task, task.call(output), setting.as_of)


def _forced(setting: RecommendContext, task: RecommendTask, output: int) -> ModelCandidate:
    with of_field("/force"):
        found = _candidate(setting, task, task.force or "", output)
    if found.estimate is None:
        raise InvalidRequest.at("/force", found.why_not or "cannot be priced")
    return found


def _priced_on(
    setting: RecommendContext, task: RecommendTask, reference: str, output: int
) -> tuple[Pricer, CountedCall]:
    """A model's pricer, and the task's work as it counts there."""
    terms, _ = settle(StatedTerms(), task.served)
    pricer = Pricer.of(setting.in_force, reference, setting.as_of, terms)
    return pricer, task.call(output).counted_for(pricer.model)


def _switch(
    setting: RecommendContext, task: RecommendTask, chosen: ModelCandidate, output: int
) -> CacheSwitch:
    with of_field("/current_model"):
        current, counted = _priced_on(setting, task, task.current_model or "", output)
    if len(counted.attempts) > 1:
        detail = "does not go with usage of several attempts"
        raise InvalidRequest.at("/current_model", detail)
    to, _ = _priced_on(setting, task, chosen.model.key, output)
    return cache_switch(current, to, counted.attempts[0].usage, task.cached_tokens, task.calls)


def _advice(
    setting: RecommendContext, task: RecommendTask, chosen: ModelCandidate | None, output: int
) -> tuple[Advice | None, Advice | None]:
    """On a batch and on caching; none where the choice's price is not wholly known."""
    if chosen is None or chosen.total_usd is None:
        return None, None
    pricer, counted = _priced_on(setting, task, chosen.model.key, output)
    return (
        batch_advice(pricer, task, counted.attempts),
        caching_advice(pricer, task, counted.attempts),
    )


def _cheapest(
    candidates: list[ModelCandidate], chosen: ModelCandidate | None
) -> ModelCandidate | None:
    """The cheapest other candidate that may be taken and costs less than the chosen one."""
    if chosen is None or chosen.total_usd is None:
        return None
    cheaper = [
        (one.total_usd, number)
        for number, one in enumerate(candidates)
        if one.why_not is None and one.total_usd is not None and one.total_usd < chosen.total_usd
    ]
    return candidates[min(cheaper)[1]] if cheaper else None


def _max_tokens(chosen: ModelCandidate | None, output: int) -> int | None:
    """The lesson's limit for the complexity, more where more output is expected, never too much."""
    if chosen is None or chosen.estimate is None:
        return None
    limit = chosen.model.max_output_tokens
    expected = max(output, _output_of(chosen.estimate))
    return expected if limit is None else min(expected, limit)


def _output_of(found: Estimate) -> int:
    lines = (one for one in found.line_items if one.component == "output")
    return int(next((one.quantity for one in lines), ZERO)) // found.calls


def _standing(number: int, wanted: int) -> str:
    if number == wanted:
        return "is meant for this task"
    return "is stronger than this task needs" if number > wanted else "is meant for lesser tasks"


def _savings(chosen: ModelCandidate | None, top: ModelCandidate) -> TopModelSavings:
    if chosen is None or chosen.total_usd is None or top.total_usd is None:
        return TopModelSavings(top.model.id, None, None)
    saves = subtract(top.total_usd, chosen.total_usd)
    return TopModelSavings(top.model.id, saves, percent_of(saves, top.total_usd))


ChoiceStatus = Literal["recommended", "stronger", "weaker", "stay", "forced", "none"]


@dataclass(frozen=True, slots=True)
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
    """Confidence in the complexity, from 0 to 1."""
    evidence: bool
    """Whether there is evidence about this kind of task."""
    basis: Basis
    """``outcomes``: cheap models were measured on this kind of task; ``judgement``: published rules
    decide; ``none``: neither, so the safe choice is used.
    """
    difficulty: Decimal
    """Probability, from 0 to 1, that a cheap model gets the task wrong."""
    signals: tuple[SignalAnswer, ...]
    """The properties of the task that were recognised; its text is never quoted."""
    model: MatchedModel | None
    """The recommended model; null when no model meets the constraints."""
    max_tokens: int | None
    """The output limit to send; null when there is no model."""
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


@dataclass(frozen=True, slots=True)
class RecommendAnswer:
    """One recommendation per task, and all of them together."""

    recommendations: tuple[Recommendation, ...]
    """One per task, in the order sent."""
    total_usd: Decimal
    """Cost of all tasks on their models, without tasks that have no model or no known price."""
    savings_vs_always_top: TopModelSavings
    """The saving compared with always using the policy's strongest model."""
    policy: PolicyAnswer
    """The policy that was used."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the recommendation takes for granted, as sentences."""


def recommend(in_force: BookInForce, query: RecommendQuery) -> RecommendAnswer:
    """Recommend for every task; raises UnknownModel, and InvalidRequest pointing at the task."""
    ranked = ranked_models(in_force.book, query.policy)
    setting = RecommendContext(in_force, query.policy, ranked, query.as_of)
    found = []
    for number, task in enumerate(query.tasks):
        with under("" if query.alone else f"/tasks/{number}"):
            found.append(recommend_one(setting, task))
    total = add(one.estimate.total_usd for one in found if one.estimate is not None)
    return RecommendAnswer(
        recommendations=tuple(found),
        total_usd=total,
        savings_vs_always_top=_saved(ranked[-1].model.id, found, total),
        policy=PolicyAnswer(
            id=query.policy.id if isinstance(query.policy, LearnedPolicy) else None,
            models=tuple(PolicyModel(entry.model.id, entry.roles) for entry in ranked),
        ),
        pricing=provenance(in_force, query.as_of),
        assumptions=_assumptions(query, found),
    )


def _assumptions(query: RecommendQuery, found: Sequence[Recommendation]) -> tuple[str, ...]:
    judged = any(one.basis == "judgement" for one in found)
    warm = any(one.current_model for one in query.tasks)
    return (_ORDER, *([_JUDGED] if judged else []), *([_WARM] if warm else []))


def _saved(top: str, found: Sequence[Recommendation], total: Decimal) -> TopModelSavings:
    """All tasks together; not known where one task's saving is not."""
    known = [one.savings_vs_always_top.saves_usd for one in found]
    saves = [one for one in known if one is not None]
    if len(saves) < len(known):
        return TopModelSavings(top, None, None)
    saved = add(saves)
    return TopModelSavings(top, saved, percent_of(saved, add((total, saved))))


def recommend_one(setting: RecommendContext, task: RecommendTask) -> Recommendation:
    """Recommend for one task; raises UnknownModel, and InvalidRequest for what cannot be."""
    reading = read_task(task.text, setting.policy)
    output = MAX_TOKENS[reading.complexity]
    candidates = [_candidate(setting, task, entry.reference, output) for entry in setting.ranked]
    wanted = rank_of(setting.ranked, reading.role)
    choice = choose(candidates, wanted)
    if task.force is not None:
        choice = ModelChoice("forced", _forced(setting, task, output))
        reading = replace(reading, decided_by="force")
    switch = None
    if task.current_model is not None and choice.candidate is not None:
        switch = _switch(setting, task, choice.candidate, output)
        choice = _or_stay(choice, switch, candidates, wanted)
    chosen, top = choice.candidate, candidates[-1]
    found = chosen.estimate if chosen is not None else None
    batch, caching = _advice(setting, task, chosen, output)
    return Recommendation(
        name=task.name,
        status=choice.status,
        decided_by=reading.decided_by,
        complexity=reading.complexity,
        kind=reading.assessment.kind,
        confidence=reading.confidence,
        evidence=reading.assessment.evidence,
        basis=reading.assessment.basis,
        difficulty=reading.difficulty,
        signals=reading.signals,
        model=found.model if found is not None else None,
        max_tokens=_max_tokens(chosen, output),
        estimate=found,
        why=why(reading, choice, candidates[wanted], top, switch),
        alternatives=_alternatives(setting.ranked, candidates, choice, wanted),
        savings_vs_always_top=_savings(chosen, top),
        batch=batch,
        caching=caching,
        cascade=cascade_advice(reading, chosen, _cheapest(candidates, chosen)) if chosen else None,
        cache_switch=switch,
        warnings=_notices(task, reading, choice, output),
    )


#: A sentence names so many signals, of at least this weight.
_NAMED, _WEIGHTY = 2, 0.4


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The candidate taken, None where none may be, and how it relates to the wanted one.

    ``stronger`` and ``weaker``: the wanted model may not be taken, and this is the next that may.
    ``stay``: the current model is no weaker than wanted, and its warm cache makes it cheaper.
    """

    status: ChoiceStatus
    candidate: ModelCandidate | None


def _or_stay(
    choice: ModelChoice, switch: CacheSwitch, candidates: list[ModelCandidate], wanted: int
) -> ModelChoice:
    """The current model instead, where it is no weaker than wanted and its warm cache saves."""
    if choice.status != "recommended" or switch.staying_saves_usd <= 0:
        return choice
    for one in candidates[wanted + 1 :]:
        if one.model.id == switch.current_model and one.why_not is None:
            return ModelChoice("stay", one)
    return choice


def _alternatives(
    ranked: tuple[RankedModel, ...],
    candidates: list[ModelCandidate],
    choice: ModelChoice,
    wanted: int,
) -> tuple[Alternative, ...]:
    chosen = choice.candidate
    rows = []
    for number, (entry, one) in enumerate(zip(ranked, candidates, strict=True)):
        if chosen is not None and one.model.key == chosen.model.key:
            continue
        relative = None
        if chosen is not None and chosen.total_usd is not None and one.total_usd is not None:
            relative = share_of(one.total_usd, chosen.total_usd)
        rows.append(
            Alternative(
                model=one.model.id,
                roles=entry.roles,
                total_usd=one.total_usd,
                relative_to_choice=relative,
                possible=one.why_not is None,
                reason=one.why_not or _standing(number, wanted),
            )
        )
    return tuple(rows)


def _notices(
    task: RecommendTask, reading: RoutingDecision, choice: ModelChoice, output: int
) -> tuple[Notice, ...]:
    """What the estimate does not say already."""
    said = []
    if not task.output_is_stated:
        message = (
            f"No output was stated: the whole max_tokens, {output}, is priced as an upper bound."
        )
        said.append(Notice("output_not_stated", message))
    if reading.decided_by == "safe_choice":
        message = "What kind of task this is cannot be told: the safe choice is no classification."
        said.append(Notice("no_evidence", message))
    if choice.status == "weaker":
        message = "The constraints leave only a model weaker than the policy means for this task."
        said.append(Notice("weaker_than_meant", message))
    if choice.status == "forced" and choice.candidate and choice.candidate.why_not:
        message = f"The forced model does not meet the constraints: {choice.candidate.why_not}."
        said.append(Notice("constraint_overridden", message))
    return tuple(said)


def choose(candidates: Sequence[ModelCandidate], wanted: int) -> ModelChoice:
    """The wanted model, else the next stronger that may be taken, else the strongest weaker."""
    if candidates[wanted].why_not is None:
        return ModelChoice("recommended", candidates[wanted])
    for one in candidates[wanted + 1 :]:
        if one.why_not is None:
            return ModelChoice("stronger", one)
    for one in reversed(candidates[:wanted]):
        if one.why_not is None:
            return ModelChoice("weaker", one)
    return ModelChoice("none", None)


def why(
    reading: RoutingDecision,
    choice: ModelChoice,
    wanted: ModelCandidate,
    top: ModelCandidate,
    switch: CacheSwitch | None,
) -> str:
    """One sentence that a person would accept."""
    chosen, meant = choice.candidate, _meant(reading, wanted)
    if chosen is None:
        return f"{meant}, but no model of the policy may be taken: it {_clause(wanted)}."
    if choice.status == "forced":
        return f"{chosen.model.id} was forced; the policy means {wanted.model.id} for this task."
    if choice.status == "stay" and switch is not None:
        saves = plain(switch.staying_saves_usd)
        return (
            f"{meant}, but {chosen.model.id} is no weaker and holds the prompt in its cache, so"
            f" staying saves {saves} USD."
        )
    if choice.status in ("stronger", "weaker"):
        return (
            f"{meant}, but it {_clause(wanted)}; the next {choice.status} one that may be taken is"
            f" {chosen.model.id}."
        )
    return f"{meant}{_saving(chosen, top)}."


def _meant(reading: RoutingDecision, wanted: ModelCandidate) -> str:
    """The reading, ending with the model that is meant."""
    model = wanted.model.id
    if reading.decided_by == "learned_policy":
        side = "reaches" if reading.role == "strong" else "stays below"
        return f"The score of this task {side} the learned policy's threshold, so it is for {model}"
    if reading.decided_by == "safe_choice":
        return f"Nothing is known about tasks like this one, so it is safest with {model}"
    told = ", ".join(_telling(reading))
    seen = f"{told}; confidence" if told else "confidence"
    return (
        f"This looks like {reading.complexity} work of the kind {reading.assessment.kind} ({seen}"
        f" {plain(reading.confidence)}), so the policy gives it to {model}"
    )


def _telling(reading: RoutingDecision) -> list[str]:
    """What made the task of its kind harder or easier, the weightiest first."""
    after_the_kind = reading.assessment.signals[1:]
    seen = sorted(after_the_kind, key=lambda one: -abs(one.weight))
    if reading.complexity == "simple":
        seen = [one for one in seen if one.weight < 0]
    return [one.name for one in seen if abs(one.weight) >= _WEIGHTY][:_NAMED]


def _clause(candidate: ModelCandidate) -> str:
    """A reason as it goes on after a model's name."""
    reason = candidate.why_not or ""
    if reason.startswith(("does ", "costs ", "asks ", "names ", "cannot ")):
        return reason
    return f"is out: {reason}"


def _saving(chosen: ModelCandidate, top: ModelCandidate) -> str:
    if chosen.model.key == top.model.key:
        return ", its strongest"
    if chosen.total_usd is None or not top.total_usd:
        return ""
    saves = percent_of(subtract(top.total_usd, chosen.total_usd), top.total_usd)
    if saves is None or saves <= 0:
        return ""
    return f", at {saves:.1f}% less than {top.model.id}"
