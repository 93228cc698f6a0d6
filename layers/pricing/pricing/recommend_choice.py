"""The choice among a policy's models for one task, and the sentence that explains it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pricing.money import percent_of, plain, subtract
from pricing.recommend_candidates import Candidate
from pricing.recommend_policy import Reading
from pricing.recommend_switch import CacheSwitch

Status = Literal["recommended", "stronger", "weaker", "stay", "forced", "none"]


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
    chosen = choice.candidate
    if chosen is None:
        return f"No model of the policy may be taken: {wanted.model.id} {_clause(wanted)}."
    if choice.status == "forced":
        return (
            f"{chosen.model.id} was forced; {_read(reading)}, for which {wanted.model.id} is meant."
        )
    reason = f"{_read(reading)}, for which {wanted.model.id} is meant"
    if choice.status == "stay" and switch is not None:
        saves = plain(switch.staying_saves_usd)
        return (
            f"{reason}, but {chosen.model.id} is no weaker and holds the prompt in its cache, so"
            f" staying saves {saves} USD."
        )
    if choice.status in ("stronger", "weaker"):
        return (
            f"{reason}; that one may not be taken because it {_clause(wanted)}, so the next"
            f" {choice.status} one is, {chosen.model.id}."
        )
    return f"{reason}{_saving(chosen, top)}."


def _read(reading: Reading) -> str:
    kind = reading.assessment.kind.replace("_", " ")
    if reading.decided_by == "learned_policy":
        side = "above" if reading.role == "strong" else "below"
        return f"The calibrated policy scores this task {side} its threshold"
    if reading.decided_by == "safe_choice":
        return "Nothing was measured for this kind of task, so the policy's safe choice is taken"
    return (
        f"This reads as {_article(reading.complexity)} {reading.complexity} task of the kind"
        f" {kind} (confidence {plain(reading.confidence)})"
    )


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _clause(candidate: Candidate) -> str:
    """A reason as it goes on after a model's name."""
    reason = candidate.why_not or ""
    if reason.startswith(("does ", "costs ", "asks ", "names ", "cannot ")):
        return reason
    return f"is out: {reason}"


def _saving(chosen: Candidate, top: Candidate) -> str:
    if chosen.model.key == top.model.key:
        return ", the strongest of the policy"
    if chosen.total_usd is None or not top.total_usd:
        return ""
    saves = percent_of(subtract(top.total_usd, chosen.total_usd), top.total_usd)
    if saves is None or saves <= 0:
        return ""
    return f", at {saves:.1f}% less than {top.model.id}"
