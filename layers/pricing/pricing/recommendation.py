"""One task's recommendation: the reading, the choice, its price, and what else would save."""

from dataclasses import dataclass, replace
from decimal import Decimal

from pricing.errors import InvalidRequest, TariffError
from pricing.estimate import Estimate, MatchedModel
from pricing.instants import AsOf
from pricing.money import ZERO, percent_of, share_of, subtract
from pricing.notices import Notice
from pricing.price_book import BookInForce
from pricing.pricer import Pricer
from pricing.recommend_advice import (
    Advice,
    CascadeAdvice,
    batch_advice,
    caching_advice,
    cascade_advice,
)
from pricing.recommend_candidates import Candidate, RecommendTask, candidate
from pricing.recommend_choice import Choice, Status, choose, why
from pricing.recommend_policy import (
    DecidedBy,
    LearnedPolicy,
    Policy,
    Reading,
    Rung,
    SignalAnswer,
    read_task,
    rung_of,
)
from pricing.recommend_switch import CacheSwitch, cache_switch
from pricing.routing import Complexity
from pricing.usage import StatedTerms, settle
from pricing.work import Counted

#: The lesson's limits of an answer.
MAX_TOKENS: dict[Complexity, int] = {"simple": 1024, "moderate": 4096, "complex": 8192}


@dataclass(frozen=True, slots=True)
class Setting:
    """What all tasks of a request share; ``rungs`` are the policy's models, the weakest first."""

    in_force: BookInForce
    policy: Policy | LearnedPolicy
    rungs: tuple[Rung, ...]
    as_of: AsOf


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another model of the policy; the reason says why it was not taken."""

    model: str
    roles: tuple[str, ...]
    total_usd: Decimal | None
    relative_to_choice: Decimal | None
    possible: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Savings:
    """Against always using the policy's strongest model; negative when the choice costs more."""

    model: str
    saves_usd: Decimal | None
    saves_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What one task was read as, the model for it, and what that costs.

    ``model``, ``estimate`` and what follows from them are null when no model of the policy meets
    the constraints; ``why`` and ``alternatives`` then say what each one lacks.
    """

    name: str | None
    status: Status
    decided_by: DecidedBy
    complexity: Complexity
    kind: str
    confidence: Decimal
    evidence: bool
    difficulty: Decimal
    signals: tuple[SignalAnswer, ...]
    model: MatchedModel | None
    max_tokens: int | None
    estimate: Estimate | None
    why: str
    alternatives: tuple[Alternative, ...]
    savings_vs_always_top: Savings
    batch: Advice | None
    caching: Advice | None
    cascade: CascadeAdvice | None
    cache_switch: CacheSwitch | None
    warnings: tuple[Notice, ...]


def recommend_one(setting: Setting, task: RecommendTask) -> Recommendation:
    """Recommend for one task; raises UnknownModel, and InvalidRequest for what cannot be."""
    reading = read_task(task.text, setting.policy)
    output = MAX_TOKENS[reading.complexity]
    candidates = [_candidate(setting, task, rung.reference, output) for rung in setting.rungs]
    wanted = rung_of(setting.rungs, reading.role)
    choice = choose(candidates, wanted)
    if task.force is not None:
        choice = Choice("forced", _forced(setting, task, output))
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
        difficulty=reading.difficulty,
        signals=reading.signals,
        model=found.model if found is not None else None,
        max_tokens=_max_tokens(chosen, output),
        estimate=found,
        why=why(reading, choice, candidates[wanted], top, switch),
        alternatives=_alternatives(setting.rungs, candidates, choice, wanted),
        savings_vs_always_top=_savings(chosen, top),
        batch=batch,
        caching=caching,
        cascade=cascade_advice(reading, chosen, _cheapest(candidates, chosen)) if chosen else None,
        cache_switch=switch,
        warnings=_notices(task, reading, choice, output),
    )


def _candidate(setting: Setting, task: RecommendTask, reference: str, output: int) -> Candidate:
    return candidate(setting.in_force, reference, task, task.work(output), setting.as_of)


def _forced(setting: Setting, task: RecommendTask, output: int) -> Candidate:
    try:
        found = _candidate(setting, task, task.force or "", output)
    except TariffError as error:
        raise error.of_field("/force") from None
    if found.estimate is None:
        raise InvalidRequest.at("/force", found.why_not or "cannot be priced")
    return found


def _priced_on(
    setting: Setting, task: RecommendTask, reference: str, output: int
) -> tuple[Pricer, Counted]:
    """A model's pricer, and the task's work as it counts there."""
    terms, _ = settle(StatedTerms(), task.served)
    pricer = Pricer.of(setting.in_force, reference, setting.as_of, terms)
    return pricer, task.work(output).on(pricer.model)


def _switch(setting: Setting, task: RecommendTask, chosen: Candidate, output: int) -> CacheSwitch:
    try:
        current, counted = _priced_on(setting, task, task.current_model or "", output)
    except TariffError as error:
        raise error.of_field("/current_model") from None
    if len(counted.attempts) > 1:
        detail = "does not go with usage of several attempts"
        raise InvalidRequest.at("/current_model", detail)
    to, _ = _priced_on(setting, task, chosen.model.key, output)
    return cache_switch(current, to, counted.attempts[0].usage, task.cached_tokens, task.calls)


def _or_stay(
    choice: Choice, switch: CacheSwitch, candidates: list[Candidate], wanted: int
) -> Choice:
    """The current model instead, where it is no weaker than wanted and its warm cache saves."""
    if choice.status != "recommended" or switch.staying_saves_usd <= 0:
        return choice
    for one in candidates[wanted + 1 :]:
        if one.model.id == switch.current_model and one.why_not is None:
            return Choice("stay", one)
    return choice


def _advice(
    setting: Setting, task: RecommendTask, chosen: Candidate | None, output: int
) -> tuple[Advice | None, Advice | None]:
    """On a batch and on caching; none where the choice's price is not wholly known."""
    if chosen is None or chosen.total_usd is None:
        return None, None
    pricer, counted = _priced_on(setting, task, chosen.model.key, output)
    return (
        batch_advice(pricer, task, counted.attempts),
        caching_advice(pricer, task, counted.attempts),
    )


def _cheapest(candidates: list[Candidate], chosen: Candidate | None) -> Candidate | None:
    """The cheapest other candidate that may be taken and costs less than the chosen one."""
    if chosen is None or chosen.total_usd is None:
        return None
    cheaper = [
        (one.total_usd, number)
        for number, one in enumerate(candidates)
        if one.why_not is None and one.total_usd is not None and one.total_usd < chosen.total_usd
    ]
    return candidates[min(cheaper)[1]] if cheaper else None


def _max_tokens(chosen: Candidate | None, output: int) -> int | None:
    """The lesson's limit for the complexity, more where more output is expected, never too much."""
    if chosen is None or chosen.estimate is None:
        return None
    limit = chosen.model.max_output_tokens
    expected = max(output, _output_of(chosen.estimate))
    return expected if limit is None else min(expected, limit)


def _output_of(found: Estimate) -> int:
    lines = (one for one in found.line_items if one.component == "output")
    return int(next((one.quantity for one in lines), ZERO)) // found.calls


def _alternatives(
    rungs: tuple[Rung, ...], candidates: list[Candidate], choice: Choice, wanted: int
) -> tuple[Alternative, ...]:
    chosen = choice.candidate
    rows = []
    for number, (rung, one) in enumerate(zip(rungs, candidates, strict=True)):
        if chosen is not None and one.model.key == chosen.model.key:
            continue
        relative = None
        if chosen is not None and chosen.total_usd is not None and one.total_usd is not None:
            relative = share_of(one.total_usd, chosen.total_usd)
        rows.append(
            Alternative(
                model=one.model.id,
                roles=rung.roles,
                total_usd=one.total_usd,
                relative_to_choice=relative,
                possible=one.why_not is None,
                reason=one.why_not or _standing(number, wanted),
            )
        )
    return tuple(rows)


def _standing(number: int, wanted: int) -> str:
    if number == wanted:
        return "is meant for this task"
    return "is stronger than this task needs" if number > wanted else "is meant for lesser tasks"


def _savings(chosen: Candidate | None, top: Candidate) -> Savings:
    if chosen is None or chosen.total_usd is None or top.total_usd is None:
        return Savings(top.model.id, None, None)
    saves = subtract(top.total_usd, chosen.total_usd)
    return Savings(top.model.id, saves, percent_of(saves, top.total_usd))


def _notices(
    task: RecommendTask, reading: Reading, choice: Choice, output: int
) -> tuple[Notice, ...]:
    """What the estimate does not say already."""
    said = []
    if not task.output_is_stated:
        message = (
            f"No output was stated: the whole max_tokens, {output}, is priced as an upper bound."
        )
        said.append(Notice("output_not_stated", message))
    if reading.decided_by == "safe_choice":
        message = "No outcomes were measured for this kind of task: this is no classification."
        said.append(Notice("no_evidence", message))
    if choice.status == "weaker":
        message = "The constraints leave only a model weaker than the policy means for this task."
        said.append(Notice("weaker_than_meant", message))
    if choice.status == "forced" and choice.candidate and choice.candidate.why_not:
        message = f"The forced model does not meet the constraints: {choice.candidate.why_not}."
        said.append(Notice("constraint_overridden", message))
    return tuple(said)
