"""Measures of how well a score sends the right tasks to the strong model: PGR, APGR and CPT.

With c the share of calls sent to the strong model (highest scores first) and r(c) the quality
reached, PGR(c) = (r(c) - r(0)) / (r(1) - r(0)): the share of the gap to the strong model that is
recovered. APGR is its mean over c in [0, 1]; a random order has 0.5. CPT(q) is the smallest c
whose PGR reaches q. Both are RouteLLM's (Ong et al., 2024); APGR by the trapezoid rule over 11
points of the exact curve.

Tied scores count in their expected random order, so a constant score is exactly random.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from operator import itemgetter
from random import Random  # noqa: TID251 - seeded: the same rows give the same answer

_POINTS = 10
_LOWER, _UPPER = 0.025, 0.975
#: Smaller than any real gain, larger than the rounding error of a sum of fractions.
_LEAST_GAIN = 1e-6


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


def crossing(curve: Sequence[float], q: float) -> float:
    """Return the share of calls at which a PGR curve first reaches ``q``; 1 if it never does."""
    last = len(curve) - 1
    for number, (before, after) in enumerate(pairwise(curve)):
        if before >= q:
            return number / last
        if after >= q:
            return (number + (q - before) / (after - before)) / last
    return 1.0


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


def curve_of(gains: Sequence[float]) -> list[float] | None:
    """Return the PGR curve of gains, in the order in which tasks go to the strong model."""
    total = sum(gains)
    if total < _LEAST_GAIN:
        return None
    return [0.0, *(gained / total for gained in accumulate(gains))]


def area(curve: Sequence[float]) -> float:
    """Return the mean height of a PGR curve: its APGR."""
    last = len(curve) - 1
    heights = [_interpolated(curve, last * point / _POINTS) for point in range(_POINTS + 1)]
    return (sum(heights) - (heights[0] + heights[-1]) / 2) / _POINTS


def _interpolated(curve: Sequence[float], position: float) -> float:
    """Return the height of a curve at a position between its points, by linear interpolation."""
    below = int(position)
    if below >= len(curve) - 1:
        return curve[-1]
    return curve[below] + (position - below) * (curve[below + 1] - curve[below])


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the quantile of sorted values, by linear interpolation."""
    return _interpolated(ordered, share * (len(ordered) - 1))
