"""The choice among a policy's models for one task, and the sentence that explains it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pricing.money import percent_of, plain, subtract
from pricing.recommend_candidates import Candidate
from pricing.recommend_policy import Reading
from pricing.recommend_switch import CacheSwitch

Status = Literal["recommended", "stronger", "weaker", "stay", "forced", "none"]


#: A sentence names so many signals, of at least this weight.
_NAMED, _WEIGHTY = 2, 0.4


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidate taken, None where none may be, and how it relates to the wanted one.

    ``stronger`` and ``weaker``: the wanted model may not be taken, and this is the next that may.
    ``stay``: the current model is no weaker than wanted, and its warm cache makes it cheaper.
    """

    status: Status
    candidate: Candidate | None


def choose(candidates: Sequence[Candidate], wanted: int) -> Choice:
    """The wanted model, else the next stronger that may be taken, else the strongest weaker."""
    if candidates[wanted].why_not is None:
        return Choice("recommended", candidates[wanted])
    for one in candidates[wanted + 1 :]:
        if one.why_not is None:
            return Choice("stronger", one)
    for one in reversed(candidates[:wanted]):
        if one.why_not is None:
            return Choice("weaker", one)
    return Choice("none", None)


def why(
    reading: Reading,
    choice: Choice,
    wanted: Candidate,
    top: Candidate,
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


def _meant(reading: Reading, wanted: Candidate) -> str:
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


def _telling(reading: Reading) -> list[str]:
    """What made the task of its kind harder or easier, the weightiest first."""
    after_the_kind = reading.assessment.signals[1:]
    seen = sorted(after_the_kind, key=lambda one: -abs(one.weight))
    if reading.complexity == "simple":
        seen = [one for one in seen if one.weight < 0]
    return [one.name for one in seen if abs(one.weight) >= _WEIGHTY][:_NAMED]


def _clause(candidate: Candidate) -> str:
    """A reason as it goes on after a model's name."""
    reason = candidate.why_not or ""
    if reason.startswith(("does ", "costs ", "asks ", "names ", "cannot ")):
        return reason
    return f"is out: {reason}"


def _saving(chosen: Candidate, top: Candidate) -> str:
    if chosen.model.key == top.model.key:
        return ", its strongest"
    if chosen.total_usd is None or not top.total_usd:
        return ""
    saves = percent_of(subtract(top.total_usd, chosen.total_usd), top.total_usd)
    if saves is None or saves <= 0:
        return ""
    return f", at {saves:.1f}% less than {top.model.id}"
