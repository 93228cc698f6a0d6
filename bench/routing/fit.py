"""Learn the router's weights from outcomes, with scikit-learn (environment .venv-train).

Two ridge regressions and a logistic calibration. Every task (a benchmark or a subject) counts by
the square root of its size, so that large tasks do not dominate. The target has two parts: the
difficulty of the task, and the rank of the prompt within the task. The rank transfers to new data,
since tasks differ in answer format and grading more than the prompts of a task do.

- Shape: a task's difficulty counts prompts that cheap models got wrong *and* strong models got
  right, because prompts that both get wrong are often a matter of grading. Tasks in which strong
  models gain almost nothing are left out: they do not depend on routing.
- Words: prompts that cheap models got wrong, with the rank at half weight.
- Calibration: the probability that a cheap model is wrong, from the scores of held-out families, so
  that it allows for the change to a new kind of traffic.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from bench.routing.data import COLLECTIONS, Row, without_stems_of
from bench.routing.measures import HeldOut, expected_calibration_error
from pricing.recommendations.routing.assessment import rules_score
from pricing.recommendations.routing.difficulty import CLIP, LearnedFeature, Weights, buckets_of
from pricing.recommendations.routing.features import NAMES, features
from pricing.recommendations.routing.kinds import read_kind
from pricing.recommendations.routing.reading import TaskFeatures, read

BUCKETS = 8192
_SHAPE_ALPHA, _WORDS_ALPHA = 1000.0, 10.0
_LEAST_GAIN = 0.03
_WORDS_RANK = 0.5
_BYTE = 127


class Read(NamedTuple):
    """Rows with their features, which are computed once and fitted several times."""

    rows: Sequence[Row]
    readings: Sequence[TaskFeatures]
    shapes: Any
    words: Any
    judged: Sequence[float]

    def part(self, numbers: Sequence[int]) -> "Read":
        """Return these rows only."""
        return Read(
            [self.rows[number] for number in numbers],
            [self.readings[number] for number in numbers],
            self.shapes[numbers],
            self.words[numbers],
            [self.judged[number] for number in numbers],
        )


def read_all(rows: Sequence[Row]) -> Read:
    """Compute the features of every prompt."""
    readings = [read(row.prompt) for row in rows]
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for reading in readings:
        buckets = sorted(buckets_of(reading.words, BUCKETS))
        columns += buckets
        values += [1 / sqrt(len(buckets) or 1)] * len(buckets)
        ends.append(len(columns))
    words = csr_matrix((values, columns, ends), shape=(len(rows), BUCKETS))
    shapes = np.array([features(reading) for reading in readings])
    return Read(rows, readings, shapes, words, [rules_score(reading) for reading in readings])


def fit(data: Read) -> Weights:
    """Learn shape and words; the calibration stays the standard logistic curve."""
    tasks = _by_task(data.rows)
    wrong = np.array([row.wrong() for row in data.rows])
    strong = np.array([row.strong() for row in data.rows])
    rank, level, recoverable, weight = (np.zeros(len(wrong)) for _ in range(4))
    useful = np.ones(len(wrong), bool)
    for numbers in tasks.values():
        rank[numbers] = _ranks(wrong[numbers])
        level[numbers] = wrong[numbers].mean()
        recoverable[numbers] = (wrong[numbers] * strong[numbers]).mean()
        weight[numbers] = len(numbers) ** -0.5
        useful[numbers] = strong[numbers].mean() - (1 - wrong[numbers].mean()) >= _LEAST_GAIN
    shapes, shape_mean, shape_scale = _fit_shape(
        data.shapes, (recoverable + rank)[useful], weight, useful
    )
    words, word_mean, word_scale = _fit_words(data.words, level + _WORDS_RANK * rank, weight)
    outcomes: dict[str, int] = defaultdict(int)
    for reading in data.readings:
        outcomes[read_kind(reading).kind] += 1
    return Weights(
        shapes=shapes,
        shape_mean=shape_mean,
        shape_scale=shape_scale,
        words=words,
        word_mean=word_mean,
        word_scale=word_scale,
        slope=1.0,
        intercept=0.0,
        outcomes=dict(sorted(outcomes.items())),
    )


def scores(weights: Weights, data: Read) -> list[float]:
    """Return the router's score of every row."""
    return [
        weights.parts(reading).score(judged)
        for reading, judged in zip(data.readings, data.judged, strict=True)
    ]


def held_out_scores(data: Read) -> dict[str, HeldOut]:
    """Score each family by weights that were fitted without it."""
    found = {}
    for family in COLLECTIONS:
        held = [number for number, row in enumerate(data.rows) if row.family == family]
        if not held:
            continue
        test = data.part(held)
        known = set(held)
        rest = [number for number in without_stems_of(test.rows, data.rows) if number not in known]
        weights = fit(data.part(rest))
        found[family] = HeldOut(held, scores(weights, test), weights)
    return found


def calibrated(weights: Weights, rows: Sequence[Row], found: Sequence[float]) -> Weights:
    """Fit the logistic curve from the score to the share of cheap models that are wrong."""
    weight = np.zeros(len(rows))
    for numbers in _by_task(rows).values():
        weight[numbers] = len(numbers) ** -0.5
    wrong = np.array([row.wrong() for row in rows])
    column = np.array(found)[:, None]
    curve = LogisticRegression(C=1e6).fit(
        np.vstack([column, column]),
        np.repeat([1, 0], len(rows)),
        sample_weight=np.concatenate([weight * wrong, weight * (1 - wrong)]),
    )
    return Weights(
        **{name: getattr(weights, name) for name in weights.__slots__}
        | {"slope": float(curve.coef_[0][0]), "intercept": float(curve.intercept_[0])}
    )


def calibration_error(rows: Sequence[Row], held_out: Mapping[str, HeldOut]) -> dict[str, float]:
    """Return the calibration error of each held-out family, by the others' curve, and of all."""
    errors: dict[str, float] = {}
    all_predicted: list[float] = []
    all_observed: list[float] = []
    for family, own in held_out.items():
        others = [part for name, part in held_out.items() if name != family]
        if not others:
            return {}
        known = [rows[number] for part in others for number in part.numbers]
        curve = calibrated(own.weights, known, [score for part in others for score in part.scores])
        predicted = [curve.probability(score) for score in own.scores]
        observed = [rows[number].wrong() for number in own.numbers]
        errors[family] = round(expected_calibration_error(predicted, observed), 4)
        all_predicted += predicted
        all_observed += observed
    error = expected_calibration_error(all_predicted, all_observed)
    return errors | {"all families": round(error, 4)}


def _fit_shape(
    shapes: Any, target: Any, weight: Any, useful: Any
) -> tuple[list[LearnedFeature], float, float]:
    scaler = StandardScaler().fit(shapes[useful])
    standard = np.clip(scaler.transform(shapes), -CLIP, CLIP)
    share = weight[useful] / weight[useful].mean()
    ridge = Ridge(_SHAPE_ALPHA).fit(standard[useful], target, sample_weight=share)
    fitted = standard @ ridge.coef_
    scales = np.where(scaler.scale_ > 0, scaler.scale_, 1.0)
    learned = [
        LearnedFeature(name, float(mean), float(scale), float(weight_))
        for name, mean, scale, weight_ in zip(NAMES, scaler.mean_, scales, ridge.coef_, strict=True)
    ]
    return learned, float(fitted.mean()), float(fitted.std())


def _fit_words(words: Any, target: Any, weight: Any) -> tuple[list[int], float, float]:
    ridge = Ridge(_WORDS_ALPHA, solver="sparse_cg", tol=1e-4)
    ridge.fit(words, target, sample_weight=weight / weight.mean())
    largest = float(np.quantile(np.abs(ridge.coef_), 0.999))
    rounded = np.clip(np.rint(ridge.coef_ / largest * _BYTE), -_BYTE, _BYTE)
    fitted = words @ rounded
    return [int(weight) for weight in rounded], float(fitted.mean()), float(fitted.std())


def _by_task(rows: Sequence[Row]) -> dict[str, list[int]]:
    tasks: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        tasks[row.task].append(number)
    return tasks


def _ranks(values: Any) -> Any:
    """Return percentile ranks from 0 to 1; equal values get the middle of their ranks."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    return (below + up_to) / (2 * len(values))
