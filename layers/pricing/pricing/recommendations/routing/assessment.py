"""One task read: its kind, how hard it is, and how far that can be relied on."""

from dataclasses import dataclass
from typing import Literal

from pricing.recommendations.routing.demands import LEVELS, demands, tool_demands
from pricing.recommendations.routing.difficulty import ScoreParts, shipped
from pricing.recommendations.routing.kinds import UNKNOWN, KindReading, read_kind
from pricing.recommendations.routing.reading import TaskFeatures, read

Complexity = Literal["simple", "moderate", "complex"]
#: ``outcomes``: answers of cheap models were measured on this kind of task. ``judgement``: none
#: were; the tier follows published rules, held against labelled tasks. ``none``: no idea.
Basis = Literal["outcomes", "judgement", "none"]

#: Log-odds beyond which a task is called simple or complex.
SIMPLE_BELOW, COMPLEX_ABOVE = -1.0, 1.0
#: A kind counts as measured from so many outcomes on.
ENOUGH_OUTCOMES = 200
#: What one standard deviation of the learned score moves the tier of a measured kind.
_LEARNED_WEIGHT = 0.4
_LEARNED_LIMIT = 2.0
#: Beyond this share of characters that are not ASCII the English cues see too little.
_STRANGE = 0.3
_CLEAR, _LEAST_SURE, _SURE = 0.2, 0.5, 0.4
_SIGNALS = 3
_NOTABLE = 0.1


@dataclass(frozen=True, slots=True)
class Signal:
    """Something seen in a task: what, in words that never quote it, and what it weighed.

    Positive weights make it harder. All are on one scale, log-odds that a cheap model is wrong.
    """

    name: str
    value: str
    weight: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a task looks like before any model has seen it.

    ``difficulty`` is the probability, 0 to 1, that a cheap model's answer is wrong, calibrated on
    outcomes of 2023-2024 models where ``basis`` is ``outcomes``. ``confidence``, 0 to 1, is how
    likely the reading is to be right. Without ``evidence`` (``basis`` is ``none``) the reader
    abstains: take the policy's safe choice.
    """

    kind: str
    complexity: Complexity
    difficulty: float
    confidence: float
    evidence: bool
    signals: tuple[Signal, ...]
    basis: Basis


def assess(task: str) -> Assessment:
    """Read a task. Any text is answered; of a long one both ends are read."""
    reading = read(task)
    kind = read_kind(reading)
    signals = _judged(reading, kind)
    judged = sum(signal.weight for signal in signals)
    weights = shipped()
    parts = weights.parts(reading)
    probability = weights.probability(parts.score(judged))
    basis = _basis(reading, kind)
    if basis == "outcomes":
        signals += _learned(parts)
        pull = max(-_LEARNED_LIMIT, min(_LEARNED_LIMIT, parts.shape))
        judged += _LEARNED_WEIGHT * pull
        confidence = max(probability, 1 - probability)
    else:
        margin = min(abs(judged - SIMPLE_BELOW), abs(judged - COMPLEX_ABOVE), 1.0)
        confidence = _LEAST_SURE + _SURE * margin * max(_CLEAR, kind.clarity)
    if basis == "none":
        confidence = 0.0
    return Assessment(
        kind=kind.kind,
        complexity=_tier(judged),
        difficulty=round(probability, 4),
        confidence=round(confidence, 4),
        evidence=basis != "none",
        signals=tuple(signals),
        basis=basis,
    )


def _basis(reading: TaskFeatures, kind: KindReading) -> Basis:
    if kind.kind == UNKNOWN or reading.strange > _STRANGE:
        return "none"
    if shipped().outcomes.get(kind.kind, 0) >= ENOUGH_OUTCOMES:
        return "outcomes"
    return "judgement"


def _tier(judged: float) -> Complexity:
    if judged < SIMPLE_BELOW:
        return "simple"
    return "complex" if judged > COMPLEX_ABOVE else "moderate"


def _judged(reading: TaskFeatures, kind: KindReading) -> list[Signal]:
    level = LEVELS[kind.kind]
    meaning = "names no kind of work that is known here" if kind.kind == UNKNOWN else kind.kind
    seen = [Signal("kind of work", meaning, level)]
    for demand, weight in (*demands(reading), *tool_demands(reading.tools, reading)):
        seen.append(Signal(demand.name, demand.meaning, round(weight, 4)))
    return seen


def _learned(parts: ScoreParts) -> list[Signal]:
    """The features of the text that moved its learned score most."""
    ranked = sorted(parts.each, key=lambda share: -abs(share.weight))
    return [
        Signal(
            share.name,
            f"{'more' if share.more else 'less'} than in most tasks of known outcome",
            round(_LEARNED_WEIGHT * share.weight, 4),
        )
        for share in ranked[:_SIGNALS]
        if abs(share.weight) > _NOTABLE
    ]


def judged_of(reading: TaskFeatures) -> float:
    """What people judge of a task, as log-odds: its kind and its demands."""
    return sum(signal.weight for signal in _judged(reading, read_kind(reading)))
