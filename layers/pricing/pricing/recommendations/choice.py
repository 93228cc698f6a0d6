"""Choose one of a policy's models for a task, and give the reason in a sentence.

The policy assigns a model to the task; the request's constraints, a forced model or the warm cache
of the current one may lead to another.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from pricing.money import percent_of, plain, share_of, subtract
from pricing.recommendations.advice import CacheSwitch
from pricing.recommendations.candidates import ModelCandidate
from pricing.recommendations.policy import RankedModel, RoutingDecision
from pricing.recommendations.routing import LEARNED, UNKNOWN
from pricing.values import immutable

ChoiceStatus = Literal["recommended", "stronger", "weaker", "stay", "forced", "none"]
#: A reason names up to so many signals, of at least this weight.
_NAMED, _WEIGHTY = 2, 0.4


@immutable
class ModelChoice:
    """The chosen candidate, or None, and how it relates to the assigned one.

    ``stronger`` and ``weaker``: the assigned model does not meet the constraints; this is the next
    that does. ``stay``: the current model is at least as strong, and its warm cache makes it
    cheaper.
    """

    status: ChoiceStatus
    candidate: ModelCandidate | None


@immutable
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


def choose(candidates: Sequence[ModelCandidate], assigned: int) -> ModelChoice:
    """Return the assigned model, else the next stronger one that is possible, else a weaker one.

    ``candidates`` are in the policy's order, the weakest first; ``assigned`` is an index.
    """
    if candidates[assigned].why_not is None:
        return ModelChoice("recommended", candidates[assigned])
    for candidate in candidates[assigned + 1 :]:
        if candidate.why_not is None:
            return ModelChoice("stronger", candidate)
    for candidate in reversed(candidates[:assigned]):
        if candidate.why_not is None:
            return ModelChoice("weaker", candidate)
    return ModelChoice("none", None)


def stay_if_cheaper(
    choice: ModelChoice, switch: CacheSwitch, candidates: Sequence[ModelCandidate], assigned: int
) -> ModelChoice:
    """Return the current model if it is at least as strong and its warm cache saves."""
    if choice.status == "recommended" and switch.staying_saves_usd > 0:
        for candidate in candidates[assigned + 1 :]:
            if candidate.model.id == switch.current_model and candidate.why_not is None:
                return ModelChoice("stay", candidate)
    return choice


def strongest(candidates: Sequence[ModelCandidate], day: date) -> ModelCandidate:
    """Return the last candidate that is not shut down on that day; the last one if all are."""
    offered = (one for one in reversed(candidates) if not one.model.lifecycle.retired(day))
    return next(offered, candidates[-1])


def cheapest_below(
    chosen: ModelCandidate, candidates: Sequence[ModelCandidate]
) -> ModelCandidate | None:
    """Return the cheapest possible candidate that costs less than the chosen one, if any."""
    if chosen.total_usd is None:
        return None
    cheaper = [
        (candidate.total_usd, number)
        for number, candidate in enumerate(candidates)
        if candidate.why_not is None
        and candidate.total_usd is not None
        and candidate.total_usd < chosen.total_usd
    ]
    return candidates[min(cheaper)[1]] if cheaper else None


def alternatives(
    ranked: Sequence[RankedModel],
    candidates: Sequence[ModelCandidate],
    choice: ModelChoice,
    assigned: int,
) -> tuple[Alternative, ...]:
    """Return the models of the policy that were not chosen, with the reasons."""
    chosen = choice.candidate
    base = chosen.total_usd if chosen else None
    rows = []
    for number, (entry, candidate) in enumerate(zip(ranked, candidates, strict=True)):
        if chosen is not None and candidate.model.key == chosen.model.key:
            continue
        own = candidate.total_usd
        reason = candidate.why_not or "The policy assigns this model to the task."
        if candidate.why_not is None and number != assigned:
            harder = number > assigned
            reason = f"The policy uses this model for {'harder' if harder else 'easier'} tasks."
        rows.append(
            Alternative(
                model=candidate.model.id,
                roles=entry.roles,
                total_usd=own,
                relative_to_choice=None if own is None or base is None else share_of(own, base),
                possible=candidate.why_not is None,
                reason=reason,
            )
        )
    return tuple(rows)


def why(
    decision: RoutingDecision,
    choice: ModelChoice,
    assigned: ModelCandidate,
    top: ModelCandidate,
    switch: CacheSwitch | None,
) -> str:
    """Return the reason for the choice in a sentence or two; ``top`` is the strongest model."""
    chosen, reading = choice.candidate, _reading(decision, assigned)
    if chosen is None:
        return f"{reading}, but no model of the policy meets the constraints. {assigned.why_not}"
    model = chosen.model.id
    if choice.status == "forced":
        return f"{model} was forced; the policy assigns this task to {assigned.model.id}."
    if choice.status == "stay" and switch is not None:
        saves = plain(switch.staying_saves_usd)
        return (
            f"{reading}, but {model} is at least as strong and has the prompt in its cache: staying"
            f" saves {saves} USD."
        )
    if choice.status in ("stronger", "weaker"):
        return (
            f"{reading}, which does not meet the constraints. {assigned.why_not} The next"
            f" {choice.status} model that does is {model}."
        )
    if model == top.model.id:
        return f"{reading}, its strongest."
    return f"{reading}{_saving(decision, chosen, top)}."


def _saving(decision: RoutingDecision, chosen: ModelCandidate, top: ModelCandidate) -> str:
    """Return what the choice saves compared with the strongest model, and what it may cost."""
    saving = None
    if chosen.total_usd is not None and top.total_usd:
        saving = percent_of(subtract(top.total_usd, chosen.total_usd), top.total_usd)
    if not saving or saving <= 0:
        return ""
    wrong = decision.p_cheap_wrong
    quality = "what that costs in quality is not measured for such requests"
    if wrong is not None:
        quality = f"cheap models of 2023-2024 were wrong on about {wrong:.0%} of such tasks"
    return f", at {saving:.1f}% less than {top.model.id}; {quality}"


def _reading(decision: RoutingDecision, assigned: ModelCandidate) -> str:
    """Return how the task was classified; the text ends with the model that is assigned."""
    model = assigned.model.id
    if decision.decided_by == "learned_policy":
        side = "reaches" if decision.role == "strong" else "is below"
        return (
            f"The score of this task {side} the learned policy's threshold, so the policy assigns"
            f" it to {model}"
        )
    if decision.decided_by == "safe_choice":
        return f"This task is unlike all that was measured, so the safe choice is {model}"
    after_the_kind = decision.assessment.signals[1:]
    signals = sorted(after_the_kind, key=lambda signal: -abs(signal.weight))
    if decision.complexity != "moderate":
        easier = decision.complexity == "simple"
        signals = [signal for signal in signals if (signal.weight < 0) is easier]
    known = decision.assessment.kind
    kind = "" if known == UNKNOWN else f" of the kind {known}"
    if decision.assessment.basis == "outcomes":
        signals = []  # learned features, whose names say nothing in a sentence
    telling = (signal for signal in signals if signal.name != LEARNED)
    names = [signal.name for signal in telling if abs(signal.weight) >= _WEIGHTY][:_NAMED]
    seen = f"{', '.join(names)}; confidence" if names else "confidence"
    return (
        f"This looks like {decision.complexity} work{kind} ({seen}"
        f" {plain(decision.confidence)}), so the policy assigns it to {model}"
    )
