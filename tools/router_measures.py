"""Figures that the router's training and its evaluation share, on held-out families."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tools.router_data import Row

if TYPE_CHECKING:
    from pricing.routing.difficulty import Weights

_BINS = 10


def pair_scores(
    rows: Sequence[Row], scores: Sequence[float], cheap: str, strong: str
) -> tuple[list[float], list[float], list[float]]:
    """Scores and both models' outcomes, of the rows where both have one."""
    found = [
        (score, row.scores[cheap], row.scores[strong])
        for row, score in zip(rows, scores, strict=True)
        if cheap in row.scores and strong in row.scores
    ]
    return [one[0] for one in found], [one[1] for one in found], [one[2] for one in found]


def expected_calibration_error(said: Sequence[float], was: Sequence[float]) -> float:
    """The mean gap between said and true shares over ten bins of equal size."""
    pairs = sorted(zip(said, was, strict=True))
    gap = 0.0
    for number in range(_BINS):
        part = pairs[number * len(pairs) // _BINS : (number + 1) * len(pairs) // _BINS]
        gap += abs(sum(one[0] - one[1] for one in part))
    return gap / len(pairs)


def calibration_error(
    rows: Sequence[Row], held_out: Mapping[str, tuple[list[int], list[float], "Weights"]]
) -> dict[str, float]:
    """The error on each held-out family, by a curve that the others gave, and on all together."""
    from tools.router_fit import calibrated

    errors = {}
    said_all: list[float] = []
    was_all: list[float] = []
    for family, (numbers, scores, weights) in held_out.items():
        others = [part for name, part in held_out.items() if name != family]
        if not others:
            return {}
        known = [rows[number] for part in others for number in part[0]]
        curve = calibrated(weights, known, [score for part in others for score in part[1]])
        said = [curve.probability(score) for score in scores]
        was = [rows[number].wrong() for number in numbers]
        errors[family] = round(expected_calibration_error(said, was), 4)
        said_all += said
        was_all += was
    return errors | {"all families": round(expected_calibration_error(said_all, was_all), 4)}
