"""Measures of a router on held-out families, for its training and its evaluation."""

from collections.abc import Sequence
from operator import itemgetter
from random import Random
from typing import NamedTuple

from bench.routing.data import Row
from pricing.recommendations.routing.difficulty import Weights
from pricing.recommendations.routing.measure import Interval

#: The score of a random order.
RANDOM = 0.5
_BINS = 10


class HeldOut(NamedTuple):
    """A family's rows by number, their scores, and the weights that never saw the family."""

    numbers: list[int]
    scores: list[float]
    weights: Weights


def pair_scores(
    rows: Sequence[Row], scores: Sequence[float], cheap: str, strong: str
) -> tuple[list[float], list[float], list[float]]:
    """Return the scores and both models' outcomes of the rows in which both have an outcome."""
    found = [
        (score, row.scores[cheap], row.scores[strong])
        for row, score in zip(rows, scores, strict=True)
        if cheap in row.scores and strong in row.scores
    ]
    return [row[0] for row in found], [row[1] for row in found], [row[2] for row in found]


def expected_calibration_error(predicted: Sequence[float], observed: Sequence[float]) -> float:
    """Return the mean gap between predicted and observed shares over ten bins of equal size."""
    pairs = sorted(zip(predicted, observed, strict=True))
    gap = 0.0
    for number in range(_BINS):
        part = pairs[number * len(pairs) // _BINS : (number + 1) * len(pairs) // _BINS]
        gap += abs(sum(share - outcome for share, outcome in part))
    return gap / len(pairs)


def control_gain(
    scores: Sequence[float],
    cheap_ok: Sequence[float],
    strong_ok: Sequence[float],
    share: float,
    resamples: int = 200,
) -> Interval:
    """Return the quality above a control with as many strong calls, distributed at random.

    The control is the exact mean over all shuffles: every prompt goes to the strong model with
    probability ``share``.
    """
    rows = sorted(zip(scores, cheap_ok, strong_ok, strict=True), key=itemgetter(0), reverse=True)
    gains = [strong - cheap for _, cheap, strong in rows]
    chance = Random(len(gains))  # noqa: S311 - a resample, no secret
    value = _over_control(gains, share)
    numbers = range(len(gains))
    found = sorted(
        _over_control([gains[n] for n in sorted(chance.choices(numbers, k=len(gains)))], share)
        for _ in range(resamples)
    )
    return Interval(value, found[int(0.025 * resamples)], found[int(0.975 * resamples)])


def _over_control(gains: Sequence[float], share: float) -> float:
    sent = round(share * len(gains))
    return sum(gains[:sent]) / len(gains) - share * sum(gains) / len(gains)
