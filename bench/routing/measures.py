"""Measures of a router on held-out families, for its training and its evaluation.

PGR, APGR and CPT are explained in ``recommendations.routing.measure``. Tied scores count in their
expected random order, so a constant score is exactly random.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from random import Random
from typing import NamedTuple

from bench.routing.data import Row
from pricing.recommendations.routing.assessment import TERCILES
from pricing.recommendations.routing.difficulty import Weights
from pricing.recommendations.routing.measure import area, crossing, curve_of, quantile

#: The score of a random order.
RANDOM = 0.5
_BINS = 10
_LOWER, _UPPER = 0.025, 0.975


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value with its 95% interval, from a bootstrap over the rows."""

    value: float
    low: float
    high: float


def pgr_curve(
    scores: Sequence[float], cheap_ok: Sequence[float], strong_ok: Sequence[float]
) -> list[float] | None:
    """Return PGR after 0, 1, ... n tasks to the strong model; None if it is not the better one."""
    return curve_of(_gains_in_order(scores, cheap_ok, strong_ok))


def apgr(
    scores: Sequence[float], cheap_ok: Sequence[float], strong_ok: Sequence[float]
) -> float | None:
    """Return the mean of PGR; 0.5 is random, None if the strong model is not the better one."""
    curve = pgr_curve(scores, cheap_ok, strong_ok)
    return None if curve is None else area(curve)


def cpt(
    scores: Sequence[float], cheap_ok: Sequence[float], strong_ok: Sequence[float], q: float
) -> float | None:
    """Return the smallest share of calls at which PGR reaches ``q`` (0 to 1); None as ``apgr``."""
    curve = pgr_curve(scores, cheap_ok, strong_ok)
    if curve is None:
        return None
    return crossing(curve, q)


def apgr_interval(
    scores: Sequence[float],
    cheap_ok: Sequence[float],
    strong_ok: Sequence[float],
    resamples: int = 300,
) -> Interval | None:
    """Return APGR with its interval; resamples without a better strong model are left out."""
    value = apgr(scores, cheap_ok, strong_ok)
    if value is None:
        return None
    chance = Random(len(scores))  # noqa: S311 - no secret: a resample
    rows = sorted(zip(scores, cheap_ok, strong_ok, strict=True), key=itemgetter(0), reverse=True)
    numbers = range(len(rows))
    found = []
    for _ in range(resamples):
        drawn = sorted(chance.choices(numbers, k=len(rows)))
        curve = curve_of(_spread([(rows[n][0], rows[n][2] - rows[n][1]) for n in drawn]))
        if curve is not None:
            found.append(area(curve))
    found.sort()
    return Interval(value, quantile(found, _LOWER), quantile(found, _UPPER))


def _gains_in_order(
    scores: Sequence[float], cheap_ok: Sequence[float], strong_ok: Sequence[float]
) -> list[float]:
    rows = [
        (score, strong - cheap)
        for score, cheap, strong in zip(scores, cheap_ok, strong_ok, strict=True)
    ]
    rows.sort(key=itemgetter(0), reverse=True)
    return _spread(rows)


def _spread(rows: list[tuple[float, float]]) -> list[float]:
    """Return the gains of rows in order, with each group of tied scores at its mean."""
    gains: list[float] = []
    for _, group in groupby(rows, key=itemgetter(0)):
        tied = [gain for _, gain in group]
        gains += [sum(tied) / len(tied)] * len(tied)
    return gains


class HeldOut(NamedTuple):
    """A family's rows by number, their scores, and the weights that never saw the family."""

    numbers: list[int]
    scores: list[float]
    weights: Weights

    def tiers(self) -> list[float]:
        """Return 0, 1 or 2 for each row: its tier by the thresholds of the other families."""
        ranks = map(self.weights.rank, self.scores)
        return [float(rank >= TERCILES.moderate) + (rank >= TERCILES.complex) for rank in ranks]


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
