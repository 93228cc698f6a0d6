"""The assessment of one task: its difficulty, its tier, and the confidence in it."""

from math import erf, sqrt
from typing import Literal, Self

from pricing.recommendations.routing.difficulty import MATHEMATICS, ScoreParts, Weights, shipped
from pricing.recommendations.routing.judgement import Judgement, Signal, judge
from pricing.recommendations.routing.measure import crossing
from pricing.recommendations.routing.reading import TaskFeatures, read
from pricing.recommendations.routing.structure import UNSTRUCTURED, Structure
from pricing.values import immutable

Complexity = Literal["simple", "moderate", "complex"]
#: ``outcomes``: answers of cheap models were measured on this kind of task. ``judgement``: they
#: were not; published rules decide, which were checked with labelled tasks. ``none``: the text is
#: in no language that is read, or unlike all that was measured, and its request is not recognised.
Basis = Literal["outcomes", "judgement", "none"]

_EVEN = 0.5
#: A difficulty is compared with a threshold as both are published.
_PLACES = 4
#: The typical error of a score, in units of the distance between the terciles: with it the mean
#: confidence on labelled everyday tasks is the share of them that get their tier.
_TYPICAL_ERROR = 0.6
#: Kinds that are about code even if a task quotes none.
_CODE = ("code generation", "tests", "refactoring")
#: The name of the signal that is the learned score as a whole.
LEARNED = "shape and words"
_SIGNALS = 3
_NOTABLE = 0.2


@immutable
class Thresholds:
    """The difficulties from which a task is moderate, and from which it is complex."""

    moderate: float = 1 / 3
    complex: float = 2 / 3

    @classmethod
    def of_strong_share(cls, share: float) -> Self:
        """Return those that send a share of the training tasks to the strongest model.

        The others are divided evenly between the two weaker ones.
        """
        return cls((1 - share) / 2, 1 - share)

    @classmethod
    def of_quality(cls, quality: float) -> Self:
        """Return those with the fewest strong calls that reached a quality on held-out families.

        The quality is a share of the strong model's right answers.
        """
        return cls.of_strong_share(crossing(shipped().qualities, quality))


TERCILES = Thresholds()


@immutable
class Assessment:
    """How hard a task looks before any model has seen it.

    ``difficulty`` is its rank, 0 to 1, among the training tasks; ``complexity`` follows from it by
    the thresholds. ``p_cheap_wrong`` is the probability, 0 to 1, that a cheap model of 2023-2024 is
    wrong; None for kinds on which it is not calibrated. ``confidence``, 0 to 1, is how likely the
    tier is to be right. Without ``evidence`` (``basis`` is ``none``) use the policy's safe choice.
    """

    kind: str
    complexity: Complexity
    difficulty: float
    confidence: float
    evidence: bool
    signals: tuple[Signal, ...]
    basis: Basis
    p_cheap_wrong: float | None = None
    mechanical: bool = False
    material: int = 0
    code: bool = False


def assess(
    task: str,
    tools: str = "",
    thresholds: Thresholds = TERCILES,
    system: str = "",
    structure: Structure = UNSTRUCTURED,
) -> Assessment:
    """Assess a task: any text; of a long one both ends are read.

    ``tools`` are their schemas, ``system`` is the text of the system prompt, and ``structure`` is
    that of the answer and of the tools' arguments.
    """
    reading = read(f"{task}\n{tools}" if tools else task)
    judged = judge(task, reading, system, structure)
    weights = shipped()
    parts = weights.parts(reading)
    score = weights.score(parts, judged)
    difficulty = round(weights.rank(score), _PLACES)
    chance = None
    if judged.form == "exam":
        chance = weights.p_cheap_wrong(weights.unbounded(parts, judged), judged.kind)
    basis: Basis = "judgement" if chance is None else "outcomes"
    if not judged.understood or (not judged.recognised and parts.distance > weights.farthest):
        basis, chance = "none", None
    # Without evidence there is no tier: a cheap or an expensive one would be read as a finding.
    complexity = "moderate" if basis == "none" else _tier(difficulty, thresholds, chance)
    signals = (*judged.signals, *_learned_signals(weights, parts, judged, reading))
    return Assessment(
        kind=judged.kind,
        complexity=complexity,
        difficulty=difficulty,
        confidence=0.0 if basis == "none" else _confidence(weights, score, thresholds, complexity),
        evidence=basis != "none",
        signals=signals,
        basis=basis,
        p_cheap_wrong=None if chance is None else round(chance, 4),
        mechanical=judged.mechanical,
        material=judged.material,
        code=reading.has_code or judged.kind in _CODE,
    )


def _tier(difficulty: float, thresholds: Thresholds, chance: float | None) -> Complexity:
    """Return the tier of a difficulty; never the simple one if a cheap model is mostly wrong."""
    if difficulty >= round(thresholds.complex, _PLACES):
        return "complex"
    low = difficulty < round(thresholds.moderate, _PLACES)
    simple = low and (chance is None or chance <= _EVEN)
    return "simple" if simple else "moderate"


def _confidence(
    weights: Weights, score: float, thresholds: Thresholds, complexity: Complexity
) -> float:
    """Return the probability that the score, with its typical error, is in the tier's range."""
    low, high = weights.at(thresholds.moderate), weights.at(thresholds.complex)
    spread = _TYPICAL_ERROR * (weights.at(2 / 3) - weights.at(1 / 3)) * sqrt(2)
    below_low = (1 + erf((low - score) / spread)) / 2
    below_high = (1 + erf((high - score) / spread)) / 2
    chances = {"simple": below_low, "moderate": below_high - below_low, "complex": 1 - below_high}
    return round(chances[complexity], 4)


def _learned_signals(
    weights: Weights, parts: ScoreParts, judged: Judgement, reading: TaskFeatures
) -> tuple[Signal, ...]:
    """Return the features with the largest effect on the learned score; else that score alone."""
    if judged.form != "exam" or judged.kind == MATHEMATICS:
        weight = weights.learned(parts, judged)
        signal = Signal(LEARNED, "as learned from exam questions", round(weight, 4))
        return (signal,) if abs(weight) > _NOTABLE else ()
    shares = [
        (feature.name, feature.weight * far, far)
        for feature, far in zip(weights.shapes, parts.distances, strict=True)
        if abs(feature.weight * far) > _NOTABLE
        and (reading.options > 1 or "options" not in feature.name)
    ]
    shares.sort(key=lambda share: -abs(share[1]))
    return tuple(
        Signal(
            name,
            f"{'more' if far > 0 else 'less'} than in most tasks with known outcomes",
            round(weight, 4),
        )
        for name, weight, far in shares[:_SIGNALS]
    )


def judged_task(task: str) -> tuple[TaskFeatures, Judgement]:
    """Return a text's features, and how it is judged."""
    reading = read(task)
    return reading, judge(task, reading)
