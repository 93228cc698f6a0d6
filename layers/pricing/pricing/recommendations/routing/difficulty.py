"""How difficult a task is: a learned linear score, what is judged by rules, and its calibration.

What is learned comes from the shape of texts and from their words (hashed, so that no word is
stored). ``make train-router`` learns both, and the thresholds, from public outcomes of exam
questions, so an ordinary request starts in the middle, and the rules move it
(docs/routing.md has the figures).
"""

from base64 import b64decode
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from functools import cache
from math import exp, sqrt, tanh
from operator import attrgetter, mul
from typing import NamedTuple
from zlib import crc32

from pricing.recommendations.routing import weights as router_weights
from pricing.recommendations.routing.features import features
from pricing.recommendations.routing.judgement import Form, Judgement
from pricing.recommendations.routing.reading import TaskFeatures
from pricing.values import immutable

#: The most standard deviations from the training mean that a learned feature counts.
CLIP = 3.0
#: The weight of a standard deviation of the words relative to one of the shape.
WORDS_WEIGHT = 0.4
#: By form, the weights of what is learned and of what is judged; chosen on held-out families.
FORM_WEIGHTS: Mapping[Form, tuple[float, float]] = {
    "exam": (1.0, 0.5),
    "bare": (1.0, 0.4),
    "question": (0.8, 1.0),
    "request": (0.1, 1.0),
    "tools": (0.5, 1.0),
}
#: The learned score of an ordinary request, by form: they are plainer than exam questions.
ORDINARY: Mapping[Form, float] = {"question": 0.0, "request": -1.75, "tools": 0.0}
#: On the hardest mathematics strong models are wrong, too: beyond what is easy, the learned score
#: does not tell who needs one.
MATHEMATICS = "maths"
_HARD, _EASY, _EASY_SLOPE = 0.4, -1.7, 2.5
#: What the learned score of a request approaches, either way, before its weight.
_FAR = 1.0
#: The judged scores between which a request is moderate.
_MODERATE_FROM, _MODERATE_TO = -0.65, 0.75
#: With offered tools, whose descriptions are not the task, shape and words mean less.
TOOLS_DAMPING = 0.25
SHORTEST_WORD = 3
_BYTE, _HALF_BYTE = 256, 128


class LearnedFeature(NamedTuple):
    """One learned feature: its mean and scale in the training texts, and its weight."""

    name: str
    mean: float
    scale: float
    weight: float


_weight_of = attrgetter("weight")


@immutable
class Weights:
    """Everything that ``make train-router`` learns. ``words`` has one signed byte per bucket.

    ``ranks`` are the scores of training tasks at equal steps of their rank, the lowest first.
    ``chances`` is the logistic curve from score to P(cheap model wrong) by kind.
    ``qualities`` are the shares of the strong model's right answers that are reached on held-out
    families with 0, 10% ... 100% of the tasks to it. ``farthest`` is a distance from the training
    texts that few of these reach.
    """

    shapes: Sequence[LearnedFeature]
    shape_mean: float
    words: Sequence[int]
    word_mean: float
    word_scale: float
    farthest: float
    ranks: Sequence[float] = (-1.0, 1.0)
    chances: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    qualities: Sequence[float] = (0.0, 1.0)

    def parts(self, reading: TaskFeatures) -> "ScoreParts":
        """Return the learned parts of a text's score."""
        distances = [  # comparisons are quicker than max and min
            far if -CLIP <= (far := (value - mean) / scale) <= CLIP else CLIP if far > 0 else -CLIP
            for (_, mean, scale, _), value in zip(self.shapes, features(reading), strict=True)
        ]
        shape = sum(map(mul, map(_weight_of, self.shapes), distances))
        buckets = buckets_of(reading.words, len(self.words))
        words = sum(map(self.words.__getitem__, buckets)) / sqrt(len(buckets) or 1)
        damping = TOOLS_DAMPING if reading.tools.count else 1.0
        return ScoreParts(
            shape=damping * (shape - self.shape_mean),
            words=damping * (words - self.word_mean) / self.word_scale,
            distances=distances,
        )

    def score(self, parts: "ScoreParts", judged: Judgement) -> float:
        """Return the whole score, on a scale whose order is that of difficulty."""
        rules = FORM_WEIGHTS[judged.form][1]
        if judged.form not in ORDINARY:
            return self.learned(parts, judged) + rules * judged.score
        low, high = self.at(1 / 3), self.at(2 / 3)
        unit = (high - low) / (_MODERATE_TO - _MODERATE_FROM)
        middle = judged.score - (_MODERATE_FROM + _MODERATE_TO) / 2
        return (low + high) / 2 + rules * unit * middle + self.learned(parts, judged)

    def unbounded(self, parts: "ScoreParts", judged: Judgement) -> float:
        """Return the score of an exam question that tells how often cheap models are wrong.

        It goes on rising where strong models are wrong, too.
        """
        learned, rules = FORM_WEIGHTS[judged.form]
        return learned * parts.learned + rules * judged.score

    def learned(self, parts: "ScoreParts", judged: Judgement) -> float:
        """Return what is learned about a task, as it counts in the score.

        About an ordinary request it is nothing if it is not English, and never much: a short
        request is far from all exam questions, which says little about it.
        """
        found, weight = parts.learned, FORM_WEIGHTS[judged.form][0]
        if judged.form in ORDINARY:
            far = (found - ORDINARY[judged.form]) / _FAR
            return weight * _FAR * tanh(far) if judged.english else 0.0
        if judged.form == "exam" and judged.kind == MATHEMATICS:
            found = min(_HARD, _EASY_SLOPE * (found - _EASY))
        return weight * found

    def at(self, rank: float) -> float:
        """Return the score of a rank from 0 to 1, by linear interpolation."""
        position = rank * (len(self.ranks) - 1)
        below = min(int(position), len(self.ranks) - 2)
        low, high = self.ranks[below : below + 2]
        return low + (position - below) * (high - low)

    def rank(self, score: float) -> float:
        """Return the share of training tasks with a lower score."""
        above = bisect_right(self.ranks, score)
        if not 0 < above < len(self.ranks):
            return float(above > 0)
        low, high = self.ranks[above - 1 : above + 1]
        return (above - 1 + (score - low) / (high - low)) / (len(self.ranks) - 1)

    def p_cheap_wrong(self, score: float, kind: str) -> float | None:
        """Return the calibrated probability that a cheap model is wrong; None if not measured.

        The score is the ``unbounded`` one.
        """
        if kind not in self.chances:
            return None
        slope, intercept = self.chances[kind]
        return 1 / (1 + exp(-(slope * score + intercept)))


class ScoreParts(NamedTuple):
    """The learned parts of a score, and each feature's distance from the training mean."""

    shape: float
    words: float
    distances: list[float]

    @property
    def learned(self) -> float:
        """Both in standard deviations of the shape."""
        return self.shape + WORDS_WEIGHT * self.words

    @property
    def distance(self) -> float:
        """The root mean square of the features' distances, in standard deviations."""
        return sqrt(sum(far * far for far in self.distances) / len(self.distances))


def buckets_of(words: Iterable[str], size: int) -> set[int]:
    """Return the buckets of the words that are not too short to matter."""
    return {
        crc32(word.encode("utf-8", "replace")) % size
        for word in set(words)
        if len(word) >= SHORTEST_WORD
    }


@cache
def shipped() -> Weights:
    """Return the weights that ship with the code."""
    return Weights(
        shapes=tuple(LearnedFeature(*row) for row in router_weights.SHAPES),
        shape_mean=router_weights.SHAPE_MEAN,
        words=tuple(
            byte - _BYTE if byte >= _HALF_BYTE else byte for byte in b64decode(router_weights.WORDS)
        ),
        word_mean=router_weights.WORD_MEAN,
        word_scale=router_weights.WORD_SCALE,
        farthest=router_weights.FARTHEST,
        ranks=router_weights.RANKS,
        chances=router_weights.CHANCES,
        outcomes=router_weights.OUTCOMES,
        qualities=router_weights.QUALITIES,
    )
