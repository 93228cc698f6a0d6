"""A router for one caller's own traffic, learned from outcomes of that traffic.

Ridge regression of what the strong model gained (its result less the cheap one's) on the words,
the shape and the kind of the task and on the shipped router's score: within one kind of traffic the
gain itself can be learned, while across kinds only "the cheap model will be wrong" transfers. It is
solved by conjugate gradients: 10,000 rows take seconds in pure Python, and the same rows give the
same model.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from random import Random  # noqa: TID251 - seeded: the same rows give the same answer
from typing import Any, Self, TypeVar
from zlib import crc32

from pricing.recommendations.routing.assessment import judged_of
from pricing.recommendations.routing.difficulty import CLIP, Weights, buckets_of, shipped
from pricing.recommendations.routing.features import features
from pricing.recommendations.routing.kinds import KINDS, UNKNOWN, read_kind
from pricing.recommendations.routing.reading import TaskFeatures, read

#: Buckets the words are hashed into.
BUCKETS = 4096
#: The words read of one text, so that long ones cost no more.
_MOST_WORDS = 80
#: How much each group of features may do beside the others, and how little all of them may.
_WORDS, _SHAPES, _KIND, _PRIOR = 1.0, 0.1, 1.0, 3.0
_PENALTY = 20.0
_STEPS = 12
_CONVERGED = 1e-10
_FOLDS, _FOLDS_OF_MANY, _MANY = 5, 3, 2000
_DIGITS = 6
_KIND_NUMBERS = {kind: number for number, kind in enumerate((*KINDS, UNKNOWN))}

#: Feature number -> value, of the features that are not 0.
_Vector = list[tuple[int, float]]
Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What two models made of one task: 0 or false for wrong, 1 or true for right."""

    task: str
    cheap_ok: float
    strong_ok: float


@dataclass(frozen=True, slots=True)
class InDomainModel:
    """Scores tasks by what is gained from the strong model; higher is more.

    ``weights`` by feature number; what is missing weighs nothing.
    """

    weights: Mapping[int, float]
    mean: float

    def score(self, task: str, prior: Weights | None = None) -> float:
        """The expected gain from the strong model, roughly -1 to 1; compare it with a threshold.

        ``prior`` is what the model was trained on top of: the shipped router unless told.
        """
        return self.expects(_vector(task, shipped() if prior is None else prior))

    def to_json(self) -> dict[str, Any]:
        """Plain data that ``from_json`` reads back to an equal model. It holds no words."""
        weights = {str(number): weight for number, weight in self.weights.items()}
        return {"kind": "in-domain-1", "mean": self.mean, "weights": weights}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The model that ``to_json`` wrote."""
        weights = {int(number): float(weight) for number, weight in document["weights"].items()}
        return cls(weights=weights, mean=float(document["mean"]))

    def expects(self, vector: _Vector) -> float:
        """The score of features that were read before."""
        known = self.weights
        return self.mean + sum(known.get(number, 0.0) * value for number, value in vector)


def train(rows: Sequence[Outcome], prior: Weights | None = None) -> InDomainModel:
    """Learn from outcomes, on top of the shipped router (or of ``prior``)."""
    known = shipped() if prior is None else prior
    return _train([_vector(row.task, known) for row in rows], _gains(rows))


def out_of_fold_scores(
    rows: Sequence[Outcome], folds: int | None = None, prior: Weights | None = None
) -> list[float]:
    """Each row's score from a model that has not seen it, as its rank (0 to 1) in its fold.

    Measure on these: scores of a model on the rows it learned from flatter it. Ranks make the folds
    comparable (raw scores would favour the fold whose model happens to be the highest).
    """
    return held_out(rows, folds, prior).ranks()


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Each row's score from a model that has not seen it, and the fold that the row is in."""

    scores: tuple[float, ...]
    folds: tuple[int, ...]

    def ranks(self) -> list[float]:
        """The scores as percentile ranks in their folds, ties at their middle."""
        ranks = [0.0] * len(self.scores)
        for fold in set(self.folds):
            own = [number for number, other in enumerate(self.folds) if other == fold]
            ordered = sorted(self.scores[number] for number in own)
            middle = {value: _middle(ordered, value) for value in set(ordered)}
            for number in own:
                ranks[number] = middle[self.scores[number]]
        return ranks


def held_out(
    rows: Sequence[Outcome],
    folds: int | None = None,
    prior: Weights | None = None,
    most: int | None = None,
) -> HeldOut:
    """Score every row by a model of the other folds; the same task is always in one fold.

    Five folds, or three of many rows.

    Each model learns from at most ``most`` rows, drawn as ``sample`` draws them.
    """
    known = shipped() if prior is None else prior
    vectors = [_vector(row.task, known) for row in rows]
    gains = _gains(rows)
    count = folds or (_FOLDS if len(rows) <= _MANY else _FOLDS_OF_MANY)
    # By the text, not by the place: rows that come in a regular order must not meet the folds' own.
    fold_of = [crc32(row.task.encode("utf-8", "replace")) % count for row in rows]
    scores = [0.0] * len(rows)
    for fold in range(count):
        seen = sample([number for number, own in enumerate(fold_of) if own != fold], most)
        model = _train([vectors[number] for number in seen], [gains[number] for number in seen])
        for number, own in enumerate(fold_of):
            if own == fold:
                scores[number] = model.expects(vectors[number])
    return HeldOut(tuple(scores), tuple(fold_of))


def sample(rows: Sequence[Drawn], most: int | None) -> Sequence[Drawn]:
    """All rows, or ``most`` of them: the same ones every time, in their order."""
    if most is None or len(rows) <= most:
        return rows
    dice = Random(len(rows))  # noqa: S311 - no secret: a sample
    return [rows[number] for number in sorted(dice.sample(range(len(rows)), most))]


def _gains(rows: Iterable[Outcome]) -> list[float]:
    return [float(row.strong_ok) - float(row.cheap_ok) for row in rows]


def _middle(ordered: Sequence[float], value: float) -> float:
    """The percentile rank of a value, ties at their middle."""
    below = bisect_left(ordered, value)
    return (below + bisect_right(ordered, value)) / (2 * len(ordered))


def _vector(task: str, prior: Weights) -> _Vector:
    """The features of a text: words, then kind, prior score and shape."""
    reading = read(task)
    buckets = sorted(buckets_of(reading.words[:_MOST_WORDS], BUCKETS))
    share = _WORDS / sqrt(len(buckets) or 1)
    vector = [(bucket, share) for bucket in buckets]
    vector.append((BUCKETS + _KIND_NUMBERS[read_kind(reading).kind], _KIND))
    vector += _dense(reading, prior)
    return vector


def _dense(reading: TaskFeatures, prior: Weights) -> _Vector:
    start = BUCKETS + len(_KIND_NUMBERS)
    score = prior.parts(reading).score(judged_of(reading))
    values = [_PRIOR * score]
    for one, value in zip(prior.shapes, features(reading), strict=True):
        values.append(_SHAPES * max(-CLIP, min(CLIP, (value - one.mean) / one.scale)))
    return [(start + number, value) for number, value in enumerate(values) if value]


def _train(vectors: Sequence[_Vector], gains: Sequence[float]) -> InDomainModel:
    if not gains:
        return InDomainModel({}, 0.0)
    mean = sum(gains) / len(gains)
    wanted: dict[int, float] = {}
    for vector, gain in zip(vectors, gains, strict=True):
        for number, value in vector:
            wanted[number] = wanted.get(number, 0.0) + (gain - mean) * value
    weights = _solved(vectors, wanted)
    kept = {number: round(weight, _DIGITS) for number, weight in sorted(weights.items())}
    return InDomainModel({number: weight for number, weight in kept.items() if weight}, mean)


def _solved(vectors: Sequence[_Vector], wanted: Mapping[int, float]) -> dict[int, float]:
    """``(X'X + penalty) w = X'y`` by conjugate gradients, each feature scaled by its own size."""
    sizes = dict.fromkeys(wanted, _PENALTY)
    for vector in vectors:
        for number, value in vector:
            sizes[number] += value * value
    weights = dict.fromkeys(wanted, 0.0)
    rest = dict(wanted)
    direction = {number: value / sizes[number] for number, value in rest.items()}
    left = sum(value * direction[number] for number, value in rest.items())
    for _ in range(_STEPS):
        if left < _CONVERGED:
            break
        image = {number: _PENALTY * value for number, value in direction.items()}
        for vector in vectors:  # most of the time is spent here
            factor = sum([direction[number] * value for number, value in vector])
            for number, value in vector:
                image[number] += factor * value
        step = left / sum(direction[number] * value for number, value in image.items())
        for number, value in direction.items():
            weights[number] += step * value
            rest[number] -= step * image[number]
        scaled = {number: value / sizes[number] for number, value in rest.items()}
        before, left = left, sum(value * scaled[number] for number, value in rest.items())
        direction = {
            number: value + left / before * direction[number] for number, value in scaled.items()
        }
    return weights
