"""A router for the caller's own traffic, learned from outcomes of that traffic.

Ridge regression of the strong model's gain (its result less the cheap model's) on the words, the
shape and the kind of the task, and on the shipped router's score. Within one kind of traffic the
gain itself can be learned; across kinds only "the cheap model will be wrong" transfers. It is
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

from pricing.recommendations.routing.assessment import judged_task
from pricing.recommendations.routing.difficulty import CLIP, Weights, buckets_of, shipped
from pricing.recommendations.routing.features import features
from pricing.recommendations.routing.judgement import UNKNOWN
from pricing.recommendations.routing.kind_cues import KINDS

#: Buckets that words are hashed into.
BUCKETS = 4096
#: The words of a text that are read, so that long texts take no longer.
_MOST_WORDS = 80
#: The scale of each group of features, and the penalty on all weights.
_WORDS, _SHAPES, _KIND, _PRIOR = 1.0, 0.1, 1.0, 3.0
_PENALTY = 20.0
_STEPS = 12
_CONVERGED = 1e-10
_FOLDS, _FOLDS_OF_MANY, _MANY = 5, 3, 2000
_DIGITS = 6
#: The form of a stored model; earlier ones were trained on top of another router.
STORED_AS = "in-domain-2"

#: Feature number -> value, of the features that are not 0.
_Vector = list[tuple[int, float]]
Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of two models on one task: 0 or false for wrong, 1 or true for right."""

    task: str
    cheap_ok: float
    strong_ok: float


@dataclass(frozen=True, slots=True)
class InDomainModel:
    """A score of what a task gains from the strong model; higher is more.

    ``weights`` are by feature number; a missing feature has the weight 0.
    """

    weights: Mapping[int, float]
    mean: float

    def score(self, task: str, prior: Weights | None = None) -> float:
        """Return the expected gain from the strong model, about -1 to 1; compare it to a threshold.

        ``prior`` is the router that the model was trained on top of; the default is the shipped
        one.
        """
        return self.expects(_vector(task, shipped() if prior is None else prior))

    def to_json(self) -> dict[str, Any]:
        """Return plain data that ``from_json`` reads back to an equal model; it has no words."""
        weights = {str(number): weight for number, weight in self.weights.items()}
        return {"kind": STORED_AS, "mean": self.mean, "weights": weights}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return the model that ``to_json`` wrote."""
        weights = {int(number): float(weight) for number, weight in document["weights"].items()}
        return cls(weights=weights, mean=float(document["mean"]))

    def expects(self, vector: _Vector) -> float:
        """Return the score of a feature vector."""
        known = self.weights
        return self.mean + sum(known.get(number, 0.0) * value for number, value in vector)


def train(rows: Sequence[Outcome], prior: Weights | None = None) -> InDomainModel:
    """Learn from outcomes, on top of the shipped router or of ``prior``."""
    known = shipped() if prior is None else prior
    return _train([_vector(row.task, known) for row in rows], _gains(rows))


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Each row's score from a model that has not seen it, and the row's fold.

    Measure on these: a model's scores on the rows it learned from are too good.
    """

    scores: tuple[float, ...]
    folds: tuple[int, ...]

    def ranks(self) -> list[float]:
        """Return the scores as percentile ranks (0 to 1) in their folds, ties at their middle.

        Ranks make folds comparable: the scores of one fold's model may be higher than another's.
        """
        ranks = [0.0] * len(self.scores)
        for fold in set(self.folds):
            own = [number for number, other in enumerate(self.folds) if other == fold]
            ordered = sorted(self.scores[number] for number in own)
            for number in own:
                score = self.scores[number]
                ties = bisect_left(ordered, score) + bisect_right(ordered, score)
                ranks[number] = ties / (2 * len(ordered))
        return ranks


def held_out(rows: Sequence[Outcome], folds: int | None = None, most: int | None = None) -> HeldOut:
    """Score every row with a model of the other folds; copies of a task are in the same fold.

    There are five folds, or three for many rows. Each model learns from at most ``most`` rows,
    chosen as ``sample`` does.
    """
    vectors = [_vector(row.task, shipped()) for row in rows]
    gains = _gains(rows)
    count = folds or (_FOLDS if len(rows) <= _MANY else _FOLDS_OF_MANY)
    # By text, not by position: rows in a regular order must not coincide with the folds.
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
    """Return all rows, or ``most`` of them: always the same ones, in their order."""
    if most is None or len(rows) <= most:
        return rows
    dice = Random(len(rows))  # noqa: S311 - no secret: a sample
    return [rows[number] for number in sorted(dice.sample(range(len(rows)), most))]


def _gains(rows: Iterable[Outcome]) -> list[float]:
    return [float(row.strong_ok) - float(row.cheap_ok) for row in rows]


def _vector(task: str, prior: Weights) -> _Vector:
    """Return the features of a text: words, then kind, prior score and shape."""
    reading, judged = judged_task(task)
    buckets = sorted(buckets_of(reading.words[:_MOST_WORDS], BUCKETS))
    share = _WORDS / sqrt(len(buckets) or 1)
    vector = [(bucket, share) for bucket in buckets]
    numbers = (*KINDS, UNKNOWN)
    vector.append((BUCKETS + numbers.index(judged.kind), _KIND))
    start = BUCKETS + len(numbers)
    values = [_PRIOR * prior.score(prior.parts(reading), judged)]
    for shape, value in zip(prior.shapes, features(reading), strict=True):
        values.append(_SHAPES * max(-CLIP, min(CLIP, (value - shape.mean) / shape.scale)))
    vector += [(start + number, value) for number, value in enumerate(values) if value]
    return vector


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
