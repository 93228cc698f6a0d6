"""The assessment of one task: its kind, its difficulty, and the confidence in both."""

from dataclasses import dataclass
from typing import Literal

from pricing.recommendations.routing.demands import LEVELS, demands, tool_demands
from pricing.recommendations.routing.difficulty import ScoreParts, shipped
from pricing.recommendations.routing.kinds import UNKNOWN, KindReading, read_kind
from pricing.recommendations.routing.reading import TaskFeatures, read

Complexity = Literal["simple", "moderate", "complex"]
#: ``outcomes``: answers of cheap models were measured on this kind of task. ``judgement``: they
#: were not; the complexity follows published rules that were checked with labelled tasks.
#: ``none``: no evidence.
Basis = Literal["outcomes", "judgement", "none"]

#: Log-odds below which a task is simple, and above which it is complex.
SIMPLE_BELOW, COMPLEX_ABOVE = -1.0, 1.0
#: The fewest outcomes with which a kind counts as measured.
ENOUGH_OUTCOMES = 200
#: The weight of one standard deviation of the learned score for a measured kind.
_LEARNED_WEIGHT = 0.4
_LEARNED_LIMIT = 2.0
#: With a larger share of non-ASCII characters, the English cues recognise too little.
_STRANGE = 0.3
_CLEAR, _LEAST_SURE, _SURE = 0.2, 0.5, 0.4
_SIGNALS = 3
_NOTABLE = 0.1


@dataclass(frozen=True, slots=True)
class Signal:
    """A recognised property of a task, in words that never quote it, and its weight.

    Weights are log-odds that a cheap model is wrong: positive ones make the task harder.
    """

    name: str
    value: str
    weight: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """How hard a task looks before any model has seen it.

    ``difficulty`` is the probability, 0 to 1, that a cheap model's answer is wrong, calibrated on
    outcomes of 2023-2024 models if ``basis`` is ``outcomes``. ``confidence``, 0 to 1, is how likely
    the assessment is to be right. Without ``evidence`` (``basis`` is ``none``) use the policy's
    safe choice.
    """

    kind: str
    complexity: Complexity
    difficulty: float
    confidence: float
    evidence: bool
    signals: tuple[Signal, ...]
    basis: Basis


def assess(task: str) -> Assessment:
    """Assess a task: any text; of a long one both ends are read."""
    reading = read(task)
    kind = read_kind(reading)
    signals = _rule_signals(reading, kind)
    score = sum(signal.weight for signal in signals)
    weights = shipped()
    parts = weights.parts(reading)
    probability = weights.probability(parts.score(score))
    basis: Basis = "judgement"
    if kind.kind == UNKNOWN or reading.strange > _STRANGE:
        basis = "none"
    elif weights.outcomes.get(kind.kind, 0) >= ENOUGH_OUTCOMES:
        basis = "outcomes"
    if basis == "outcomes":
        signals += _learned_signals(parts)
        pull = max(-_LEARNED_LIMIT, min(_LEARNED_LIMIT, parts.shape))
        score += _LEARNED_WEIGHT * pull
        confidence = max(probability, 1 - probability)
    else:
        margin = min(abs(score - SIMPLE_BELOW), abs(score - COMPLEX_ABOVE), 1.0)
        confidence = _LEAST_SURE + _SURE * margin * max(_CLEAR, kind.clarity)
    if basis == "none":
        confidence = 0.0
    harder: Complexity = "complex" if score > COMPLEX_ABOVE else "moderate"
    return Assessment(
        kind=kind.kind,
        complexity="simple" if score < SIMPLE_BELOW else harder,
        difficulty=round(probability, 4),
        confidence=round(confidence, 4),
        evidence=basis != "none",
        signals=tuple(signals),
        basis=basis,
    )


def _rule_signals(reading: TaskFeatures, kind: KindReading) -> list[Signal]:
    level = LEVELS[kind.kind]
    meaning = "not recognised" if kind.kind == UNKNOWN else kind.kind
    signals = [Signal("kind of work", meaning, level)]
    for demand, weight in (*demands(reading), *tool_demands(reading.tools, reading)):
        signals.append(Signal(demand.name, demand.meaning, round(weight, 4)))
    return signals


def _learned_signals(parts: ScoreParts) -> list[Signal]:
    """Return the features of the text with the largest effect on its learned score."""
    ranked = sorted(parts.each, key=lambda share: -abs(share.weight))
    return [
        Signal(
            share.name,
            f"{'more' if share.more else 'less'} than in most tasks with known outcomes",
            round(_LEARNED_WEIGHT * share.weight, 4),
        )
        for share in ranked[:_SIGNALS]
        if abs(share.weight) > _NOTABLE
    ]


def rules_score(reading: TaskFeatures) -> float:
    """Return the score by rules of a task's kind and demands, as log-odds."""
    return sum(signal.weight for signal in _rule_signals(reading, read_kind(reading)))
