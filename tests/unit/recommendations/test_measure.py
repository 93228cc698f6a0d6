"""A curve of the quality that is recovered has the same figures by its corners as by every task."""

from itertools import accumulate, pairwise
from random import Random

import pytest

from pricing.recommendations.calibration_curve import _shuffle
from pricing.recommendations.routing import area, crossing

#: Half of the gap after 2 of 10 tasks, nothing for the next 4, the rest with the last 4.
TASKS, HEIGHTS = [0, 2, 6, 10], [0.0, 0.5, 0.5, 1.0]
EVERY_TASK = [0.0, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.625, 0.75, 0.875, 1.0]


def test_the_figures_of_a_curve_of_three_corners() -> None:
    # By hand: triangles and rectangles below the three lines, of 10 tasks.
    assert area(HEIGHTS, TASKS) == area(EVERY_TASK) == pytest.approx((0.5 + 2 + 3) / 10)
    assert crossing(HEIGHTS, 0.5, TASKS) == crossing(EVERY_TASK, 0.5) == 0.2
    assert crossing(HEIGHTS, 0.75, TASKS) == crossing(EVERY_TASK, 0.75) == 0.8
    assert crossing(HEIGHTS, 0.8, TASKS) == pytest.approx(0.84)
    assert crossing(HEIGHTS, 1.1, TASKS) == crossing(EVERY_TASK, 1.1) == 1.0
    assert crossing(HEIGHTS, 0.0, TASKS) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_corners_leave_out_only_points_between_them(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - the same curves in every run
    counts = [dice.randint(1, 9) for _ in range(30)]
    gains = [dice.randint(-2, 5) for _ in counts]
    tasks = [0, *accumulate(counts)]
    corners = [gained / sum(gains) for gained in accumulate(gains, initial=0)]
    between = zip(pairwise(corners), counts, strict=True)
    every = [
        low + (high - low) * step / count for (low, high), count in between for step in range(count)
    ]
    every.append(corners[-1])
    assert area(corners, tasks) == pytest.approx(area(every))
    for share in (0.31, 0.5, 0.83):
        assert crossing(corners, share, tasks) == pytest.approx(crossing(every, share))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 64, 65, 1000])
def test_a_shuffle_is_the_one_of_the_standard_library(count: int) -> None:
    ours, theirs = list(range(count)), list(range(count))
    _shuffle(ours, Random(count))  # noqa: S311 - a shuffle
    Random(count).shuffle(theirs)  # noqa: S311 - the same one
    assert ours == theirs
