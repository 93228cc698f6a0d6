"""Measure the decision at a chosen strong share, and policies calibrated on few rows.

Both on families that the weights have not seen.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from random import Random
from statistics import mean
from unittest.mock import patch

from bench.routing.data import PAIRS, RANKED, Row
from bench.routing.measures import HeldOut, apgr_interval, pair_scores
from pricing.recommendations.calibration import CalibrateQuery, LabelledTask, calibrate
from pricing.recommendations.policy import decimal_score, learned_policy
from pricing.recommendations.routing import in_domain
from pricing.recommendations.routing.assessment import Thresholds
from pricing.timestamps import AsOf
from tariff.prices import bundled_prices
from tariff.tables import markdown

SHARES = tuple(step / 10 for step in range(1, 10))
SHOWN = (0.2, 0.4, 0.6, 0.8)
WANTED = Decimal("0.95")
POLICIES, _ROWS, _FRESH, _MOST_DRAWS = 18, 300, 500, 8
_RIGHT = 0.5


def strong_shares(rows: Sequence[Row], held_out: Mapping[str, HeldOut], resamples: int) -> str:
    """Return a table of the decision by ``strong_share``, and by thirds of a family's own traffic.

    The area is that under the points which the dial reaches at every tenth; a random choice has
    0.5. A family's difficulties are not those of the training tasks, so the share that a dial gives
    is not the chosen one.
    """
    table: list[list[object]] = []
    areas, thirds = [], []
    for family, cheap, strong in PAIRS:
        own = held_out[family]
        part = [rows[number] for number in own.numbers]
        ranks = [own.weights.rank(score) for score in own.scores]
        found, weak, good = pair_scores(part, ranks, cheap, strong)
        points = [_at(found, weak, good, share) for share in SHARES]
        areas.append(_area(points))
        levels = [
            float(third) for third in _thirds(pair_scores(part, own.scores, cheap, strong)[0])
        ]
        thirds.append(apgr_interval(levels, weak, good, resamples))
        shown = [points[SHARES.index(share)] for share in SHOWN]
        interval = thirds[-1]
        table.append(
            [
                family,
                f"{cheap} -> {strong}",
                f"{areas[-1]:.3f}",
                "-"
                if interval is None
                else f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]",
                *(f"{100 * sent:.0f}%: {reached:.2f}" for sent, reached in shown),
            ]
        )
    many = [number for number, pair in enumerate(PAIRS) if pair[0] in RANKED]
    for name, numbers in (("mean", range(len(PAIRS))), ("mean without planning", many)):
        of_thirds = [third.value for n in numbers if (third := thirds[n]) is not None]
        figures = f"**{mean(areas[n] for n in numbers):.3f}**", f"**{mean(of_thirds):.3f}**"
        table.append([f"**{name}**", "", *figures, *[""] * len(SHOWN)])
    header = ["held out", "cheap -> strong", "area by `strong_share`", "thirds of its own traffic"]
    return markdown([*header, *(f"at {share:.0%}" for share in SHOWN)], table)


def _at(
    ranks: Sequence[float], cheap_ok: Sequence[float], strong_ok: Sequence[float], share: float
) -> tuple[float, float]:
    """Return the share of strong calls that a dial gives, and the part of the gap recovered."""
    least = Thresholds.of_strong_share(share).complex
    gains = [good - weak for weak, good in zip(cheap_ok, strong_ok, strict=True)]
    sent = [gain for gain, rank in zip(gains, ranks, strict=True) if rank >= least]
    return len(sent) / len(gains), sum(sent) / sum(gains)


def _area(points: Sequence[tuple[float, float]]) -> float:
    whole = sorted([(0.0, 0.0), *points, (1.0, 1.0)])
    return sum((x2 - x1) * (y1 + y2) / 2 for (x1, y1), (x2, y2) in pairwise(whole))


def _thirds(scores: Sequence[float]) -> Iterator[int]:
    ordered = sorted(scores)
    cuts = [ordered[len(ordered) * third // 3] for third in (1, 2)]
    return (sum(score >= cut for cut in cuts) for score in scores)


@dataclass(frozen=True, slots=True)
class Applied:
    """A calibrated policy on rows it has not seen: quality as a share of the strong model's."""

    pair: str
    quality: float
    strong_share: float


def policies(rows: Sequence[Row], held_out: Mapping[str, HeldOut]) -> str:
    """Return how many of the first policies made from few rows reach what was wanted."""
    found: list[Applied] = []
    draws = 0
    for seed in range(_MOST_DRAWS):
        for family, cheap, strong in PAIRS:
            if len(found) < POLICIES:
                draws += 1
                found += _applied(rows, held_out[family], cheap, strong, seed)
    wanted = float(WANTED)
    reached = sum(policy.quality >= wanted for policy in found)
    table = [
        (policy.pair, f"{policy.quality:.1%}", f"{policy.strong_share:.0%}") for policy in found
    ]
    return (
        f"{markdown(('pair', 'quality on fresh rows', 'strong calls'), table)}\n"
        f"{reached} of {len(found)} policies made from {_ROWS} rows (of {draws} draws) reach"
        f" {wanted:.0%} of the strong model's right answers on {_FRESH} fresh rows; mean"
        f" {mean(policy.quality for policy in found):.1%}."
    )


def _applied(
    rows: Sequence[Row], held: HeldOut, cheap: str, strong: str, seed: int
) -> list[Applied]:
    """Calibrate on a draw with weights that have not seen the family; return the policy, if any."""
    known = [n for n in held.numbers if {cheap, strong} <= rows[n].scores.keys()]
    Random(seed).shuffle(known)  # noqa: S311 - a fixed draw
    labelled = tuple(
        LabelledTask(
            rows[n].prompt, rows[n].scores[cheap] >= _RIGHT, rows[n].scores[strong] >= _RIGHT
        )
        for n in known[:_ROWS]
    )
    fresh = [rows[n] for n in known[_ROWS : _ROWS + _FRESH]]
    now = AsOf.now(datetime.now(UTC))
    query = CalibrateQuery(labelled, "haiku", "opus", now, WANTED)
    with patch.object(in_domain, "shipped", lambda: held.weights):
        answer, document = calibrate(bundled_prices(), query)
    if document is None or answer.recommended is None:
        return []
    policy = learned_policy(document.id, json.loads(document.content))
    sent = [
        decimal_score(policy.model.score(row.prompt, held.weights)) >= policy.threshold
        for row in fresh
    ]
    right = sum(
        row.scores[strong if to_strong else cheap]
        for row, to_strong in zip(fresh, sent, strict=True)
    )
    quality = right / sum(row.scores[strong] for row in fresh)
    return [Applied(f"{cheap} -> {strong}", quality, sum(sent) / len(sent))]
