"""How well held-out scores split the caller's own tasks, compared with a random split.

Tasks are sorted by their scores, the highest first, and the first k of them go to the strong model.
Figures measured on outcomes are estimates: four places, with 95% intervals from a bootstrap over
the rows. The random numbers are seeded, so the same rows give the same answer.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from math import ceil, erf, sqrt
from operator import itemgetter
from random import Random  # noqa: TID251 - seeded: the same rows give the same answer

from pricing.money import rounded
from pricing.recommendations.policy import measured
from pricing.recommendations.routing import area, crossing, curve_of, quantile
from pricing.values import immutable

RESAMPLES = 200
POINTS = 10
_LOW, _HIGH = 0.025, 0.975
#: The bytes of a random number in ``array("I")``.
_WORD = array("I").itemsize
_CLEAR = 1.96
#: How much wider the interval of a fresh set of tasks is than that of the true value.
FRESH = sqrt(2)


@immutable
class ConfidenceInterval:
    """A measured value, and where 95% of as large fresh sets are expected; four places."""

    value: Decimal
    """The measured value."""
    low: Decimal
    """Lower end of the 95% interval."""
    high: Decimal
    """Upper end of the 95% interval."""


@dataclass(frozen=True)
class Scored:
    """Held-out scores with the outcomes of the same rows, and their costs if known."""

    scores: tuple[float, ...]
    cheap_ok: tuple[int, ...]
    strong_ok: tuple[int, ...]
    costs: tuple[tuple[Fraction, Fraction], ...] | None = None

    @property
    def cheap_quality(self) -> Fraction:
        """The share of tasks that the cheap model gets right."""
        return Fraction(sum(self.cheap_ok), len(self.cheap_ok))

    @property
    def strong_quality(self) -> Fraction:
        """The share of tasks that the strong model gets right."""
        return Fraction(sum(self.strong_ok), len(self.strong_ok))

    @cached_property
    def gains_in_order(self) -> tuple[list[int], list[tuple[int, int]]]:
        """The gains from the strong model, highest scores first, and the ranges of ties."""
        rows = sorted(range(len(self.scores)), key=self.scores.__getitem__, reverse=True)
        bounds, start = [], 0
        for _, tied in groupby(rows, key=self.scores.__getitem__):
            stop = start + sum(1 for _ in tied)
            bounds.append((start, stop))
            start = stop
        return [self.strong_ok[row] - self.cheap_ok[row] for row in rows], bounds

    @cached_property
    def draws(self) -> list[list[int]]:
        """The numbers of the rows in each resample, which has as many as there are rows."""
        count = len(self.scores)
        dice = Random(count)  # noqa: S311 - no secret: a resample
        drawn = (array("I", dice.randbytes(_WORD * count)) for _ in range(RESAMPLES))
        return [[value * count >> 8 * _WORD for value in values] for values in drawn]

    @property
    def gap_is_clear(self) -> bool:
        """Whether the strong model is better by more than chance: over 1.96 standard errors."""
        gains, _ = self.gains_in_order
        mean = sum(gains) / len(gains)
        spread = sum(gain * gain for gain in gains) / len(gains) - mean * mean
        return mean > 0 and mean * mean * len(gains) > _CLEAR * _CLEAR * spread

    @cached_property
    def pgr(self) -> list[float]:
        """The share of the quality gap recovered after 0, 1, ... n tasks to the strong model."""
        gains, bounds = self.gains_in_order
        return _curve_of_groups((b - a, sum(gains[a:b])) for a, b in bounds) or []

    @cached_property
    def costs_by_count(self) -> list[Fraction] | None:
        """A task's mean cost after 0, 1, ... n tasks to the strong model, tied scores evenly."""
        if self.costs is None:
            return None
        rows = sorted(zip(self.scores, self.costs, strict=True), key=itemgetter(0), reverse=True)
        steps: list[Fraction] = []
        for _, group in groupby(rows, key=itemgetter(0)):
            extra = [strong - cheap for _, (cheap, strong) in group]
            steps += [sum(extra, Fraction(0)) / len(extra)] * len(extra)
        start = sum((cheap for cheap, _ in self.costs), Fraction(0))
        return [total / len(rows) for total in accumulate(steps, initial=start)]


@immutable
class Measures:
    """How well the score divides the tasks between the two models."""

    apgr: ConfidenceInterval
    """Mean share of the quality gap that is recovered; 0.5 for a random split."""
    cpt_50: ConfidenceInterval
    """Share of strong calls that recovers half of the gap."""
    cpt_80: ConfidenceInterval
    """Share of strong calls that recovers 80% of the gap."""


@immutable
class RandomControl:
    """The same scores assigned to shuffled tasks, which the score must beat."""

    shuffles: int
    """Number of shuffles."""
    apgr_mean: Decimal
    """Mean APGR of the shuffles."""
    apgr_low: Decimal
    """Lower end of the middle 95% of the shuffles' APGR."""
    apgr_high: Decimal
    """Upper end of the middle 95% of the shuffles' APGR."""


@immutable
class CurvePoint:
    """Quality and cost when a given share of tasks goes to the strong model, by score."""

    strong_share: Decimal
    """Share of tasks that go to the strong model."""
    quality: Decimal
    """Share of right answers."""
    random_quality: Decimal
    """Share of right answers with a random split of the same size."""
    gap_recovered: Decimal
    """Share of the quality gap between the models that is recovered."""
    per_call_usd: Decimal | None
    """Mean cost per task; null without costs."""
    saves_percent: Decimal | None
    """Saving compared with always using the strong model; null without costs."""


def measure(scored: Scored) -> Measures:
    """Return the three figures with their intervals; raises ValueError without a quality gap."""
    curve = scored.pgr
    if not curve:
        raise ValueError("the strong model is not the better one")
    values = _figures(curve)
    columns = [sorted(column) for column in zip(values, *_resampled(scored), strict=True)]
    return Measures(*(interval(v, column) for v, column in zip(values, columns, strict=True)))


def _figures(
    curve: Sequence[float], tasks: Sequence[int] | None = None
) -> tuple[float, float, float]:
    return area(curve, tasks), crossing(curve, 0.5, tasks), crossing(curve, 0.8, tasks)


def interval(value: float, resampled: Sequence[float]) -> ConfidenceInterval:
    """Return a value with the interval of 95% of fresh sets of tasks, from sorted resamples.

    A fresh set differs from the value by the errors of both.
    """
    low, high = (value + FRESH * (quantile(resampled, end) - value) for end in (_LOW, _HIGH))
    return ConfidenceInterval(measured(value), measured(low), measured(high))


def random_control(scored: Scored) -> RandomControl:
    """Return the APGR of the same scores, assigned to shuffled tasks."""
    dice = Random(len(scored.scores))  # noqa: S311 - no secret: a shuffle
    in_order, bounds = scored.gains_in_order
    gains, found = list(in_order), []
    stops = [0, *(stop for _, stop in bounds)]
    for _ in range(RESAMPLES):
        _shuffle(gains, dice)
        gained = list(accumulate(gains, initial=0))
        found.append(area([gained[stop] / gained[-1] for stop in stops], stops))
    found.sort()
    mean = sum(found) / len(found)
    low, high = quantile(found, _LOW), quantile(found, _HIGH)
    return RandomControl(RESAMPLES, measured(mean), measured(low), measured(high))


def _shuffle(values: list[int], dice: Random) -> None:
    """Shuffle as ``Random.shuffle`` does, three times as fast: that calls a method a value."""
    draw = dice.getrandbits
    for last in range(len(values) - 1, 0, -1):
        bits = (last + 1).bit_length()
        other = draw(bits)
        while other > last:
            other = draw(bits)
        values[last], values[other] = values[other], values[last]


def curve_points(scored: Scored) -> tuple[CurvePoint, ...]:
    """Return every tenth of the saving curve."""
    count = len(scored.scores)
    return tuple(point_at(scored, ceil(count * tenth / POINTS)) for tenth in range(POINTS + 1))


def point_at(scored: Scored, strong_calls: int) -> CurvePoint:
    """Return the point of the curve at which so many tasks go to the strong model."""
    count = len(scored.scores)
    share = Fraction(strong_calls, count)
    gap = scored.strong_quality - scored.cheap_quality
    recovered = scored.pgr[strong_calls]
    costs = scored.costs_by_count
    cost = costs[strong_calls] if costs else None
    saves = None
    if costs and cost is not None and costs[-1]:
        saves = rounded(100 * (costs[-1] - cost) / costs[-1])
    return CurvePoint(
        strong_share=rounded(share),
        quality=measured(scored.cheap_quality + gap * Fraction(recovered)),
        random_quality=measured(scored.cheap_quality + gap * share),
        gap_recovered=measured(recovered),
        per_call_usd=None if cost is None else rounded(cost),
        saves_percent=saves,
    )


@immutable
class Reached:
    """A number of strong calls that reaches a quality, and the chance that fresh tasks miss it."""

    calls: int
    falls_short: float


def calls_for(scored: Scored, wanted: Fraction) -> Reached:
    """Return the fewest strong calls that reach a share of the strong model's quality, cautiously.

    The first crossing of a curve of a few hundred rows is often luck. So the quality less its own
    share of the strong model's, with one call fewer and more, has to stay above zero by 1.28
    standard errors of the difference between these rows and as many fresh ones (90%, one-sided).
    """
    share = float(wanted)
    rows = sorted(range(len(scored.scores)), key=scored.scores.__getitem__, reverse=True)
    kept = [scored.cheap_ok[row] - share * scored.strong_ok[row] for row in rows]
    sent = [(1 - share) * scored.strong_ok[row] for row in rows]
    total, squares = sum(sent), sum(value * value for value in sent)
    best = Reached(len(rows), _falls_short(total, squares, len(rows)))
    for calls in range(len(rows) - 1, -1, -1):
        total += kept[calls] - sent[calls]
        squares += kept[calls] ** 2 - sent[calls] ** 2
        chance = _falls_short(total, squares, len(rows))
        if chance > MOST_SHORT:
            break
        best = Reached(calls, chance)
    _, bounds = scored.gains_in_order
    whole = next((stop for start, stop in bounds if start < best.calls <= stop), 0)
    return Reached(whole, best.falls_short)  # tied tasks go to one model


#: The largest chance of falling short that a threshold may have.
MOST_SHORT = 0.1


def _falls_short(total: float, squares: float, count: int) -> float:
    """Return the chance that the mean of as many fresh values is below zero.

    The fresh mean differs from this one by the errors of both.
    """
    mean = total / count
    error = sqrt(max(0.0, 2 * (squares / count - mean * mean) / count))
    if error < _LEAST_ERROR:
        return 0.0 if mean > -_LEAST_ERROR else 1.0
    return (1 + erf(-mean / error / sqrt(2))) / 2


#: Smaller than any real error, larger than the rounding error of a sum of fractions.
_LEAST_ERROR = 1e-9


def quality_interval(scored: Scored, strong_calls: int, point: CurvePoint) -> ConfidenceInterval:
    """Return the quality at a point of the curve, with the interval over resampled tasks."""
    numbers = range(len(scored.scores))
    order = sorted(numbers, key=scored.scores.__getitem__, reverse=True)
    strong = frozenset(order[:strong_calls])
    kept = [
        (scored.strong_ok if number in strong else scored.cheap_ok)[number] for number in numbers
    ]
    found = sorted(sum(map(kept.__getitem__, drawn)) / len(kept) for drawn in scored.draws)
    low, high = quantile(found, _LOW), quantile(found, _HIGH)
    return ConfidenceInterval(point.quality, measured(low), measured(high))


def _resampled(scored: Scored) -> Iterator[tuple[float, float, float]]:
    """Yield the figures of resampled rows, except those without a better strong model."""
    gains, bounds = scored.gains_in_order
    even = all(len(set(gains[start:stop])) == 1 for start, stop in bounds)
    group_of = [number for number, (start, stop) in enumerate(bounds) for _ in range(start, stop)]
    for drawn in scored.draws:
        in_order = sorted(drawn)
        gained = list(accumulate(map(gains.__getitem__, in_order), initial=0))
        if gained[-1] <= 0:
            continue
        if even:
            yield _figures([height / gained[-1] for height in gained])
            continue
        groups = [*map(group_of.__getitem__, in_order), None]
        # Tied tasks go to the strong model evenly: the curve has no corner between them.
        tasks = [0, *(n for n, (own, after) in enumerate(pairwise(groups), 1) if own != after)]
        yield _figures([gained[count] / gained[-1] for count in tasks], tasks)


def _curve_of_groups(groups: Iterable[tuple[int, int]]) -> list[float] | None:
    """Return a PGR curve from the count and the summed gain of each group of tied tasks."""
    spread: list[float] = []
    for count, gain in groups:
        spread += [gain / count] * count
    return curve_of(spread)
