"""Measures of how well a score sends the right tasks to the strong model: PGR, APGR and CPT.

With c the share of calls sent to the strong model (highest scores first) and r(c) the quality
reached, PGR(c) = (r(c) - r(0)) / (r(1) - r(0)): the share of the gap to the strong model that is
recovered. APGR is its mean over c in [0, 1]; a random order has 0.5. CPT(q) is the smallest c
whose PGR reaches q. Both are RouteLLM's (Ong et al., 2024); APGR by the trapezoid rule over 11
points of the exact curve.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise

_POINTS = 10
#: Smaller than any real gain, larger than the rounding error of a sum of fractions.
_LEAST_GAIN = 1e-6


def crossing(curve: Sequence[float], q: float) -> float:
    """Return the share of calls at which a PGR curve first reaches ``q``; 1 if it never does."""
    last = len(curve) - 1
    for number, (before, after) in enumerate(pairwise(curve)):
        if before >= q:
            return number / last
        if after >= q:
            return (number + (q - before) / (after - before)) / last
    return 1.0


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
