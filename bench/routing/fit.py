"""Learn the router's weights from outcomes, with scikit-learn (environment .venv-train).

Three ridge regressions and a logistic calibration. Every task (a benchmark or a subject) counts by
the square root of its size, so that large tasks do not dominate. Targets are the
level of the task, and the rank of the prompt within the task. The rank transfers to new data, since
tasks differ in answer format and grading more than the prompts of a task do.

- Shape: a task's difficulty counts prompts that cheap models got wrong *and* strong models got
  right, because prompts that both get wrong are often a matter of grading. Tasks in which strong
  models gain almost nothing are left out: they do not depend on routing.
- Gain: what strong models gain over cheap ones, from the same features. The score of shapes is the
  sum of four regressions, each in its own standard deviations: level and rank of both targets.
- Words: prompts that cheap models got wrong, with the rank at half weight.
- Ranks: the scores of held-out families at equal steps, so that a threshold allows for the change
  to a new kind of traffic.
- Calibration: the probability that a cheap model is wrong, by kind of task, from scores of weights
  that had not seen the prompt.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import sqrt
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from bench.routing.data import COLLECTIONS, RANKED, Row, without_stems_of
from bench.routing.measures import HeldOut, expected_calibration_error
from pricing.recommendations.routing.assessment import judged_task
from pricing.recommendations.routing.difficulty import (
    CLIP,
    ORDINARY,
    TOOLS_DAMPING,
    LearnedFeature,
    ScoreParts,
    Weights,
    buckets_of,
)
from pricing.recommendations.routing.features import NAMES, features
from pricing.recommendations.routing.judgement import Judgement
from pricing.recommendations.routing.reading import TaskFeatures

BUCKETS = 8192
_WORDS_ALPHA = 10.0
_LEAST_GAIN = 0.03
_WORDS_RANK = 0.5
_BYTE = 127
_STEPS = 60
_FOLDS = 5
#: A kind counts as measured from this number of outcomes on.
ENOUGH_OUTCOMES = 200
#: The share of training texts that are nearer than ``Weights.farthest``.
_NEAR = 0.999


class Recipe(NamedTuple):
    """What the fit of the shapes was chosen by: ``nested`` says what choosing is worth.

    ``targets`` are the weights of the level and of the rank of the prompts that need a strong
    model, and of the gain.
    """

    alpha: float = 10_000.0
    targets: tuple[float, float, float, float] = (0.5, 1.0, 0.5, 0.5)


CHOSEN = Recipe()


class Read(NamedTuple):
    """Rows with their features, which are computed once and fitted several times."""

    rows: Sequence[Row]
    readings: Sequence[TaskFeatures]
    shapes: Any
    words: Any
    judged: Sequence[Judgement]

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
    both = [judged_task(row.prompt) for row in rows]
    readings = [reading for reading, _ in both]
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
    return Read(rows, readings, shapes, words, [judged for _, judged in both])


def fit(data: Read) -> Weights:
    """Learn shape, gain and words; ranks and calibration come from held-out scores."""
    return next(fits(data, [CHOSEN]))


def fits(data: Read, recipes: Iterable[Recipe]) -> Iterator[Weights]:
    """Yield the weights by each recipe; words are learned once."""
    tasks = _by_task(data.rows)
    wrong = np.array([row.wrong() for row in data.rows])
    strong = np.array([row.strong() for row in data.rows])
    gain = strong - (1 - wrong)
    rank, level, recoverable, gained, gained_rank, weight = (np.zeros(len(wrong)) for _ in range(6))
    useful = np.ones(len(wrong), bool)
    for numbers in tasks.values():
        rank[numbers] = _ranks(wrong[numbers])
        level[numbers] = wrong[numbers].mean()
        recoverable[numbers] = (wrong[numbers] * strong[numbers]).mean()
        gained[numbers] = gain[numbers].mean()
        gained_rank[numbers] = _ranks(gain[numbers])
        weight[numbers] = len(numbers) ** -0.5
        useful[numbers] = gain[numbers].mean() >= _LEAST_GAIN
    words, word_mean, word_scale = _fit_words(data.words, level + _WORDS_RANK * rank, weight)
    outcomes: dict[str, int] = defaultdict(int)
    for judged in data.judged:
        outcomes[judged.kind] += 1
    columns = recoverable, rank, gained, gained_rank
    for recipe in recipes:
        targets = zip(columns, recipe.targets, strict=True)
        shapes, shape_mean, farthest = _fit_shape(
            data.shapes, targets, weight, useful, recipe.alpha
        )
        yield Weights(
            shapes=shapes,
            shape_mean=shape_mean,
            words=words,
            word_mean=word_mean,
            word_scale=word_scale,
            farthest=farthest,
            outcomes=dict(sorted(outcomes.items())),
        )


def scores(weights: Weights, data: Read, *, unbounded: bool = False) -> list[float]:
    """Return the router's score of every row; ``Weights.parts`` for all rows at once."""
    score = weights.unbounded if unbounded else weights.score
    mean, scale, weight = (
        np.array([getattr(feature, name) for feature in weights.shapes])
        for name in ("mean", "scale", "weight")
    )
    tools = np.array([bool(reading.tools.count) for reading in data.readings])
    damping = np.where(tools, TOOLS_DAMPING, 1.0)
    shape = np.clip((data.shapes - mean) / scale, -CLIP, CLIP) @ weight - weights.shape_mean
    words = (data.words @ np.array(weights.words) - weights.word_mean) / weights.word_scale
    return [
        score(ScoreParts(float(one), float(other), []), judged)
        for one, other, judged in zip(damping * shape, damping * words, data.judged, strict=True)
    ]


def without(family: str, rows: Sequence[Row]) -> tuple[list[int], list[int]]:
    """Return the numbers of a family's rows, and of those that share no question with it."""
    held = [number for number, row in enumerate(rows) if row.family == family]
    rest = without_stems_of([rows[number] for number in held], rows)
    return held, [number for number in rest if rows[number].family != family]


def held_out_scores(data: Read) -> dict[str, HeldOut]:
    """Score each family by weights fitted without it, whose ranks are of the other families.

    The ranks of the others come from weights that were fitted without these, too.
    """
    parts: dict[str, tuple[list[int], Weights]] = {}
    for family in COLLECTIONS:
        held, rest = without(family, data.rows)
        if held:
            parts[family] = held, fit(data.part(rest))
    found = {}
    for family, (held, weights) in parts.items():
        ranked = {
            other: part for other, part in parts.items() if other != family and other in RANKED
        }
        placed = with_ranks(weights, data, ranked)
        found[family] = HeldOut(held, scores(placed, data.part(held)), placed)
    return found


def with_ranks(
    weights: Weights, data: Read, parts: Mapping[str, tuple[list[int], Weights]]
) -> Weights:
    """Return the weights with the ranks of families, each scored by its own weights.

    Requests are placed by these ranks, so they are left out.
    """
    numbers: list[int] = []
    found: list[float] = []
    for family, fitted in parts.values():
        own = [number for number in family if data.judged[number].form not in ORDINARY]
        numbers += own
        found += scores(fitted, data.part(own))
    order = np.argsort(found, kind="stable")
    weight = _task_weights([data.rows[number] for number in numbers])[order]
    shares = (np.cumsum(weight) - weight / 2) / weight.sum()
    steps = np.interp(np.linspace(0, 1, _STEPS + 1), shares, np.array(found)[order])
    return replace(weights, ranks=tuple(float(step) for step in steps))


def with_known_ranks(data: Read, held_out: Mapping[str, HeldOut]) -> Weights:
    """Return the weights of all families, with the ranks of their held-out scores."""
    parts = {
        name: (part.numbers, part.weights) for name, part in held_out.items() if name in RANKED
    }
    return with_ranks(fit(data), data, parts)


def calibrated(weights: Weights, data: Read) -> tuple[Weights, float]:
    """Fit P(cheap model wrong) by kind, and return its calibration error on unseen prompts.

    Each fold is scored by weights, and checked by curves, of the other folds.
    """
    folds = np.array([crc32(row.prompt.encode()) % _FOLDS for row in data.rows])
    found = np.zeros(len(data.rows))
    for fold in range(_FOLDS):
        own, others = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        fitted = replace(fit(data.part(others)), ranks=weights.ranks)
        found[own] = scores(fitted, data.part(own), unbounded=True)
    wrong = np.array([row.wrong() for row in data.rows])
    predicted: list[float] = []
    observed: list[float] = []
    for fold in range(_FOLDS):
        curves = _curves(data, found, wrong, folds != fold)
        for number in np.flatnonzero(folds == fold):
            judged = data.judged[number]
            if judged.form == "exam" and judged.kind in curves:
                curve = replace(weights, chances=curves)
                predicted.append(curve.p_cheap_wrong(found[number], judged.kind) or 0.0)
                observed.append(wrong[number])
    curves = _curves(data, found, wrong, np.ones(len(wrong), bool))
    error = expected_calibration_error(predicted, observed)
    return replace(weights, chances=curves), round(error, 4)


def _curves(data: Read, found: Any, wrong: Any, used: Any) -> dict[str, tuple[float, float]]:
    """Return the slope and intercept of each kind with enough outcomes."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for number, judged in enumerate(data.judged):
        if used[number] and judged.form == "exam":
            by_kind[judged.kind].append(number)
    curves = {}
    for kind, numbers in sorted(by_kind.items()):
        if len(numbers) >= ENOUGH_OUTCOMES * (1 - 1 / _FOLDS):
            column, share = found[numbers][:, None], wrong[numbers]
            curve = LogisticRegression(C=1e6).fit(
                np.vstack([column, column]),
                np.repeat([1, 0], len(numbers)),
                sample_weight=np.concatenate([share, 1 - share]),
            )
            curves[kind] = float(curve.coef_[0][0]), float(curve.intercept_[0])
    return curves


def calibration_error(data: Read, held_out: Mapping[str, HeldOut]) -> dict[str, float]:
    """Return the calibration error on each held-out family, by the curves of the others."""
    wrong = np.array([row.wrong() for row in data.rows])
    errors: dict[str, float] = {}
    own_scores = {
        name: scores(part.weights, data.part(part.numbers), unbounded=True)
        for name, part in held_out.items()
    }
    for family, own in held_out.items():
        found, used = np.zeros(len(wrong)), np.zeros(len(wrong), bool)
        for name, part in held_out.items():
            if name != family:
                found[part.numbers], used[part.numbers] = own_scores[name], True
        curve = replace(own.weights, chances=_curves(data, found, wrong, used))
        pairs = [
            (chance, wrong[number])
            for number, score in zip(own.numbers, own_scores[family], strict=True)
            if data.judged[number].form == "exam"
            and (chance := curve.p_cheap_wrong(score, data.judged[number].kind)) is not None
        ]
        if pairs:
            predicted, observed = zip(*pairs, strict=True)
            errors[family] = round(expected_calibration_error(predicted, observed), 4)
    return errors


def _fit_shape(
    shapes: Any, targets: Iterable[tuple[Any, float]], weight: Any, useful: Any, alpha: float
) -> tuple[list[LearnedFeature], float, float]:
    """Return one linear score for all targets, each in its standard deviations and by its weight.

    Also return the score's mean, and the distance that nearly all training texts are within.
    """
    scaler = StandardScaler().fit(shapes[useful])
    standard = np.clip(scaler.transform(shapes), -CLIP, CLIP)
    share = weight[useful] / weight[useful].mean()
    combined = np.zeros(shapes.shape[1])
    for target, times in targets:
        ridge = Ridge(alpha).fit(standard[useful], target[useful], sample_weight=share)
        combined += times * ridge.coef_ / (standard[useful] @ ridge.coef_).std()
    scales = np.where(scaler.scale_ > 0, scaler.scale_, 1.0)
    learned = [
        LearnedFeature(name, float(mean), float(scale), float(weight_))
        for name, mean, scale, weight_ in zip(NAMES, scaler.mean_, scales, combined, strict=True)
    ]
    far = np.quantile(np.sqrt((standard**2).mean(axis=1)), _NEAR)
    return learned, float((standard[useful] @ combined).mean()), float(far)


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


def _task_weights(rows: Sequence[Row]) -> Any:
    weight = np.zeros(len(rows))
    for numbers in _by_task(rows).values():
        weight[numbers] = len(numbers) ** -0.5
    return weight


def _ranks(values: Any) -> Any:
    """Return percentile ranks from 0 to 1; equal values get the middle of their ranks."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    return (below + up_to) / (2 * len(values))
