"""A router for the caller's own traffic, learned from outcomes of that traffic.

Ridge regression of the strong model's gain (its result less the cheap model's) on the words, the
shape and the kind of the task, and on the shipped router's score. Within one kind of traffic the
gain itself can be learned; across kinds only "the cheap model will be wrong" transfers. It is
solved by conjugate gradients, every task read once, and the same rows give the same model.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from operator import mul
from random import Random  # noqa: TID251 - seeded: the same rows give the same answer
from typing import Any, NamedTuple, Self, TypeVar
from zlib import crc32

from pricing.recommendations.routing.assessment import judged_task
from pricing.recommendations.routing.difficulty import Weights, buckets_of, shipped
from pricing.recommendations.routing.features import NAMES
from pricing.recommendations.routing.judgement import UNKNOWN
from pricing.recommendations.routing.kind_cues import KINDS
from pricing.values import immutable

#: Buckets that words are hashed into; the kinds of tasks follow them.
BUCKETS = 4096
#: The words of a text that are read, so that long texts take no longer.
_MOST_WORDS = 80
#: The scale of each group of features, and the penalty on all weights.
_WORDS, _SHAPES, _KIND, _PRIOR = 1.0, 0.1, 1.0, 3.0
_PENALTY = 20.0
_STEPS = 3
_CONVERGED = 1e-10
_FOLDS = 3
_DIGITS = 6
#: The form of a stored model; earlier ones were trained on top of another router.
STORED_AS = "in-domain-4"
_NAMED = (*KINDS, UNKNOWN)
_SPARSE = BUCKETS + len(_NAMED)
#: The prior score and the shapes.
_DENSE = 1 + len(NAMES)


class _Vector(NamedTuple):
    """A task's features: its words, which share one value, its kind, and its dense values."""

    words: list[int]
    share: float
    kind: int
    dense: list[float]


Drawn = TypeVar("Drawn")


@immutable
class Outcome:
    """The results of two models on one task: 0 or false for wrong, 1 or true for right."""

    task: str
    cheap_ok: float
    strong_ok: float


@immutable
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
        return self.expects([_vector(task, shipped() if prior is None else prior)])[0]

    def to_json(self) -> dict[str, Any]:
        """Return plain data that ``from_json`` reads back to an equal model; it has no words."""
        weights = {str(number): weight for number, weight in self.weights.items()}
        return {"kind": STORED_AS, "mean": self.mean, "weights": weights}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return the model that ``to_json`` wrote."""
        weights = {int(number): float(weight) for number, weight in document["weights"].items()}
        return cls(weights=weights, mean=float(document["mean"]))

    def expects(self, vectors: Sequence[_Vector]) -> list[float]:
        """Return the scores of feature vectors."""
        weight = defaultdict(float, self.weights).__getitem__
        dense = [weight(number) for number in range(_SPARSE, _SPARSE + _DENSE)]
        return [
            self.mean
            + weight(kind) * _KIND
            + share * sum(map(weight, words))
            + sum(map(mul, dense, own))
            for words, share, kind, own in vectors
        ]


def train(rows: Sequence[Outcome], prior: Weights | None = None) -> InDomainModel:
    """Learn from outcomes, on top of the shipped router or of ``prior``."""
    known = shipped() if prior is None else prior
    return _train([_vector(row.task, known) for row in rows], _gains(rows))


@immutable
class HeldOut:
    """Each row's score from a model that has not seen it, and the row's fold; the model of all.

    Measure on these scores: a model's scores on the rows it learned from are too good.
    """

    scores: tuple[float, ...]
    folds: tuple[int, ...]
    model: InDomainModel

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


def held_out(rows: Sequence[Outcome]) -> HeldOut:
    """Score every row with a model of the other folds; copies of a task are in the same fold."""
    vector_of = {text: _vector(text, shipped()) for text in {row.task for row in rows}}
    vectors = [vector_of[row.task] for row in rows]
    gains = _gains(rows)
    # By text, not by position: rows in a regular order must not coincide with the folds.
    fold_of = [crc32(row.task.encode("utf-8", "replace")) % _FOLDS for row in rows]
    scores = [0.0] * len(rows)

    def trained(numbers: Sequence[int]) -> InDomainModel:
        return _train(
            [vectors[number] for number in numbers], [gains[number] for number in numbers]
        )

    for fold in range(_FOLDS):
        model = trained([number for number, own in enumerate(fold_of) if own != fold])
        unseen = [number for number, own in enumerate(fold_of) if own == fold]
        for number, score in zip(
            unseen, model.expects([vectors[number] for number in unseen]), strict=True
        ):
            scores[number] = score
    return HeldOut(tuple(scores), tuple(fold_of), trained(range(len(rows))))


def sample(rows: Sequence[Drawn], most: int) -> Sequence[Drawn]:
    """Return all rows, or ``most`` of them: always the same ones, in their order."""
    if len(rows) <= most:
        return rows
    dice = Random(len(rows))  # noqa: S311 - no secret: a sample
    return [rows[number] for number in sorted(dice.sample(range(len(rows)), most))]


def _gains(rows: Iterable[Outcome]) -> list[float]:
    return [float(row.strong_ok) - float(row.cheap_ok) for row in rows]


def _vector(task: str, prior: Weights) -> _Vector:
    """Return the features of a text; dense are the prior score and the shape."""
    reading, judged = judged_task(task)
    buckets = sorted(buckets_of(reading.words[:_MOST_WORDS], BUCKETS))
    parts = prior.parts(reading)
    dense = [_PRIOR * prior.score(parts, judged), *(_SHAPES * far for far in parts.distances)]
    share = _WORDS / sqrt(len(buckets) or 1)
    return _Vector(buckets, share, BUCKETS + _NAMED.index(judged.kind), dense)


def _train(vectors: Sequence[_Vector], gains: Sequence[float]) -> InDomainModel:
    if not gains:
        return InDomainModel({}, 0.0)
    mean = sum(gains) / len(gains)
    weights = _solved(vectors, [gain - mean for gain in gains])
    kept = ((number, round(weight, _DIGITS)) for number, weight in enumerate(weights))
    return InDomainModel({number: weight for number, weight in kept if weight}, mean)


class _Features:
    """The vectors of the rows by feature: the rows of each word and kind, and the dense columns."""

    def __init__(self, vectors: Sequence[_Vector]) -> None:
        self._rows: defaultdict[int, list[int]] = defaultdict(list)
        self._kinds: defaultdict[int, list[int]] = defaultdict(list)
        for number, vector in enumerate(vectors):
            for word in vector.words:
                self._rows[word].append(number)
            self._kinds[vector.kind].append(number)
        self._shares = [vector.share for vector in vectors]
        self._dense = list(zip(*(vector.dense for vector in vectors), strict=True))

    def times(self, factors: Sequence[float]) -> list[float]:
        """Return the sum of the vectors, each times its factor."""
        part = list(map(mul, self._shares, factors)).__getitem__
        dense = [sum(map(mul, column, factors)) for column in self._dense]
        return self._by_feature(part, factors.__getitem__, dense)

    def sizes(self) -> list[float]:
        """Return the sum of the squares of each feature."""
        square = list(map(mul, self._shares, self._shares)).__getitem__
        dense = [sum(map(mul, column, column)) for column in self._dense]
        return self._by_feature(square, lambda _: 1.0, dense)

    def _by_feature(
        self, of_word: Callable[[int], float], of_kind: Callable[[int], float], dense: list[float]
    ) -> list[float]:
        """Return the sums of what the rows of each word and kind have, and the dense ones."""
        sparse = [0.0] * _SPARSE
        for word, numbers in self._rows.items():
            sparse[word] = sum(map(of_word, numbers))
        for kind, numbers in self._kinds.items():
            sparse[kind] = _KIND * sum(map(of_kind, numbers))
        return sparse + dense


def _solved(vectors: Sequence[_Vector], gains: Sequence[float]) -> list[float]:
    """Solve ``(X'X + penalty) w = X'y`` by conjugate gradients.

    Each feature is scaled by its own size.
    """
    features = _Features(vectors)
    sizes = [_PENALTY + size for size in features.sizes()]
    rest = features.times(gains)
    weights = [0.0] * len(rest)
    direction = [value / size for value, size in zip(rest, sizes, strict=True)]
    left = sum(map(mul, rest, direction))
    for _ in range(_STEPS):
        if left < _CONVERGED:
            break
        dense, of_number = direction[_SPARSE:], direction.__getitem__
        along = [
            share * sum(map(of_number, words)) + _KIND * direction[kind] + sum(map(mul, dense, own))
            for words, share, kind, own in vectors
        ]
        image = features.times(along)
        image = [total + _PENALTY * value for total, value in zip(image, direction, strict=True)]
        step = left / sum(map(mul, direction, image))
        weights = [w + step * value for w, value in zip(weights, direction, strict=True)]
        rest = [r - step * value for r, value in zip(rest, image, strict=True)]
        scaled = [value / size for value, size in zip(rest, sizes, strict=True)]
        before, left = left, sum(map(mul, rest, scaled))
        direction = [
            value + left / before * own for value, own in zip(scaled, direction, strict=True)
        ]
    return weights
