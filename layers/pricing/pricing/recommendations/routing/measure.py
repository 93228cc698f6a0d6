"""Measures of how well a score sends the right tasks to the strong model: PGR, APGR and CPT.

With c the share of calls sent to the strong model (highest scores first) and r(c) the quality
reached, PGR(c) = (r(c) - r(0)) / (r(1) - r(0)): the share of the gap to the strong model that is
recovered. APGR is its mean over c in [0, 1]; a random order has 0.5. CPT(q) is the smallest c
whose PGR reaches q. Both are RouteLLM's (Ong et al., 2024); APGR by the trapezoid rule over 11
points of the exact curve.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

_POINTS = 10
#: Smaller than any real gain, larger than the rounding error of a sum of fractions.
_LEAST_GAIN = 1e-6


def crossing(curve: Sequence[float], q: float, tasks: Sequence[int] | None = None) -> float:
    """Return the share of calls at which a PGR curve first reaches ``q``; 1 if it never does.

    ``tasks`` are the counts of tasks that ``curve`` has heights for, if it has none between them.
    """
    after = next((number for number, height in enumerate(curve) if height >= q), len(curve))
    if after in (0, len(curve)):
        return 1.0 if after else 0.0
    at = range(len(curve)) if tasks is None else tasks
    before = after - 1
    part = (q - curve[before]) / (curve[after] - curve[before])
    return (at[before] + part * (at[after] - at[before])) / at[-1]


def curve_of(gains: Sequence[float]) -> list[float] | None:
    """Return the PGR curve of gains, in the order in which tasks go to the strong model."""
    total = sum(gains)
    if total < _LEAST_GAIN:
        return None
    return [0.0, *(gained / total for gained in accumulate(gains))]


def area(curve: Sequence[float], tasks: Sequence[int] | None = None) -> float:
    """Return the mean height of a PGR curve: its APGR; ``tasks`` as for ``crossing``."""
    at = range(len(curve)) if tasks is None else tasks
    heights = [_height(curve, at, at[-1] * point / _POINTS) for point in range(_POINTS + 1)]
    return (sum(heights) - (heights[0] + heights[-1]) / 2) / _POINTS


def _height(curve: Sequence[float], at: Sequence[int], position: float) -> float:
    """Return the height of a curve at a position between its points, by linear interpolation."""
    below = bisect_right(at, position) - 1
    if below >= len(curve) - 1:
        return curve[-1]
    part = (position - at[below]) / (at[below + 1] - at[below])
    return curve[below] + part * (curve[below + 1] - curve[below])


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the quantile of sorted values, by linear interpolation."""
    return _height(ordered, range(len(ordered)), share * (len(ordered) - 1))
