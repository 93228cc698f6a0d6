"""Measures of a router on held-out families, for its training and its evaluation.

PGR, APGR and CPT are explained in ``recommendations.routing.measure``. Tied scores count in their
expected random order, so a constant score is exactly random.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from operator import itemgetter
from random import Random
from typing import NamedTuple

from bench.routing.data import Row
from pricing.recommendations.routing.assessment import TERCILES
from pricing.recommendations.routing.difficulty import Weights
from pricing.recommendations.routing.measure import area, crossing, curve_of, quantile

#: The score of a random order.
RANDOM = 0.5
_BINS, _POINTS = 10, 10
_LEAST_GAIN = 1e-6
#: The bytes of a random number in ``array("I")``.
_WORD = array("I").itemsize
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
    rows = sorted(zip(scores, cheap_ok, strong_ok, strict=True), key=itemgetter(0), reverse=True)
    gains = [strong - cheap for _, cheap, strong in rows]
    ties: list[tuple[int, int]] = []
    for _, group in groupby(rows, key=itemgetter(0)):
        start, many = len(ties), sum(1 for _ in group)
        ties += [(start, start + many)] * many
    found = [_area_of(drawn, gains, ties) for drawn in _resamples(len(rows), resamples)]
    known = sorted(area for area in found if area is not None)
    return Interval(value, quantile(known, _LOWER), quantile(known, _UPPER))


def _resamples(count: int, times: int) -> Iterator[list[int]]:
    """Yield the numbers that are drawn, in order; the same ones every time."""
    chance = Random(count)  # noqa: S311 - no secret: a resample
    for _ in range(times):
        words = array("I", chance.randbytes(_WORD * count))
        yield sorted([word * count >> 8 * _WORD for word in words])


def _area_of(
    drawn: Sequence[int], gains: Sequence[float], ties: Sequence[tuple[int, int]]
) -> float | None:
    """Return APGR of drawn rows; between the first and the last of a tie the curve is straight."""
    gained = list(accumulate(map(gains.__getitem__, drawn), initial=0.0))
    if gained[-1] < _LEAST_GAIN:
        return None
    heights = [0.0]
    for point in range(1, _POINTS):
        at = len(drawn) * point / _POINTS
        start, stop = ties[drawn[int(at)]]
        low, high = bisect_left(drawn, start), bisect_left(drawn, stop)
        heights.append(gained[low] + (at - low) / (high - low) * (gained[high] - gained[low]))
    return (sum(heights) / gained[-1] + 0.5) / _POINTS


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
    value = _over_control(gains, share)
    found = sorted(
        _over_control([gains[number] for number in drawn], share)
        for drawn in _resamples(len(gains), resamples)
    )
    return Interval(value, found[int(0.025 * resamples)], found[int(0.975 * resamples)])


def _over_control(gains: Sequence[float], share: float) -> float:
    sent = round(share * len(gains))
    return sum(gains[:sent]) / len(gains) - share * sum(gains) / len(gains)
