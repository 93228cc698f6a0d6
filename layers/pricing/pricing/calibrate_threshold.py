"""The score from which on a task goes to the strong model, for a wanted quality."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pricing.calibrate_curve import Estimated, Scored, calls_for, point_at, quality_interval
from pricing.money import ratio
from pricing.rational import rounded
from pricing.recommend_policy import decimal_score


@dataclass(frozen=True, slots=True)
class Threshold:
    """The fewest strong calls that reached the wanted quality, on tasks the score had not seen.

    ``random_strong_share`` is what a random split needs for it. ``quality`` is a share of right
    answers, its interval that of other samples of as many tasks. Scores may tie:
    ``share_over_threshold`` of the tasks reach the threshold itself.
    """

    wanted_quality: Decimal
    strong_share: Decimal
    random_strong_share: Decimal
    quality: Estimated
    threshold: Decimal
    share_over_threshold: Decimal
    per_call_usd: Decimal | None
    saves_percent: Decimal | None


def find_threshold(
    wanted_quality: Decimal, scored: Scored, raw: Sequence[float]
) -> Threshold | None:
    """The threshold for a share of the strong model's quality; None where no split reaches it.

    ``raw`` are the held-out scores themselves, of which ``scored`` has the ranks.
    """
    wanted = Fraction(wanted_quality) * scored.strong_quality
    calls = calls_for(scored, wanted)
    if calls is None:
        return None
    point = point_at(scored, calls)
    threshold = _threshold(raw, calls)
    share = ratio(sum(decimal_score(one) >= threshold for one in raw), len(raw))
    gap = scored.strong_quality - scored.cheap_quality
    return Threshold(
        wanted_quality=wanted_quality,
        strong_share=point.strong_share,
        random_strong_share=rounded(max((wanted - scored.cheap_quality) / gap, Fraction(0))),
        quality=quality_interval(scored, calls, point),
        threshold=threshold,
        share_over_threshold=share,
        per_call_usd=point.per_call_usd,
        saves_percent=point.saves_percent,
    )


def _threshold(raw: Sequence[float], calls: int) -> Decimal:
    """A score that so many of the held-out rows reach; above all of them where none should."""
    ordered = sorted(raw, reverse=True)
    if not calls:
        return decimal_score(ordered[0] + 1)
    return decimal_score(ordered[calls - 1])
