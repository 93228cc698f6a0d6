"""How likely a cheap model is to be wrong: a linear score and its calibration.

Three parts add up: what was learned from the shape of texts, what was learned from their words
(hashed, so that no word is stored), and the rules on the kind of work. ``make train-router`` learns
the first two and the calibration from public outcomes; docs/routing.md has the figures.
"""

from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, sqrt
from typing import NamedTuple
from zlib import crc32

from pricing.recommendations.routing import weights as router_weights
from pricing.recommendations.routing.features import features
from pricing.recommendations.routing.reading import TaskFeatures

#: The most standard deviations from the training mean that a learned feature counts.
CLIP = 3.0
#: The weight of a standard deviation of the words, and of a unit of the rules, relative to one of
#: the shape; chosen on held-out families.
WORDS_WEIGHT = 0.25
JUDGED_WEIGHT = 0.4
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


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that ``make train-router`` learns. ``words`` has one signed byte per bucket."""

    shapes: Sequence[LearnedFeature]
    shape_mean: float
    shape_scale: float
    words: Sequence[int]
    word_mean: float
    word_scale: float
    slope: float
    intercept: float
    outcomes: dict[str, int]

    def parts(self, reading: TaskFeatures) -> "ScoreParts":
        """Return the standardised learned parts of a text's score."""
        values = features(reading)
        shape = [
            feature.weight * max(-CLIP, min(CLIP, (value - feature.mean) / feature.scale))
            for feature, value in zip(self.shapes, values, strict=True)
        ]
        buckets = buckets_of(reading.words, len(self.words))
        words = sum(map(self.words.__getitem__, buckets)) / sqrt(len(buckets) or 1)
        damping = TOOLS_DAMPING if reading.tools.count else 1.0
        return ScoreParts(
            shape=damping * (sum(shape) - self.shape_mean) / self.shape_scale,
            words=damping * (words - self.word_mean) / self.word_scale,
            each=[
                FeatureShare(feature.name, damping * part / self.shape_scale, value > feature.mean)
                for feature, part, value in zip(self.shapes, shape, values, strict=True)
            ],
        )

    def probability(self, score: float) -> float:
        """Return the calibrated probability that a cheap model is wrong at this score."""
        return 1 / (1 + exp(-(self.slope * score + self.intercept)))


class FeatureShare(NamedTuple):
    """What one feature adds to the score, and whether the text has more of it than the average."""

    name: str
    weight: float
    more: bool


class ScoreParts(NamedTuple):
    """Shape and words in standard deviations of the training texts; ``each`` feature's share."""

    shape: float
    words: float
    each: list[FeatureShare]

    def score(self, judged: float) -> float:
        """Return the whole score; ``judged`` is the score by rules, as log-odds."""
        return self.shape + WORDS_WEIGHT * self.words + JUDGED_WEIGHT * judged


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
        shape_scale=router_weights.SHAPE_SCALE,
        words=tuple(
            byte - _BYTE if byte >= _HALF_BYTE else byte for byte in b64decode(router_weights.WORDS)
        ),
        word_mean=router_weights.WORD_MEAN,
        word_scale=router_weights.WORD_SCALE,
        slope=router_weights.SLOPE,
        intercept=router_weights.INTERCEPT,
        outcomes=dict(router_weights.OUTCOMES),
    )
