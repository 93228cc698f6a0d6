"""A routing policy learned from the caller's own outcomes: ``POST /v1/recommend/calibrate``.

A score is trained on the rows and measured on rows it has not seen. There is a policy only if the
score beats a random split of the same cost; its threshold is the one for the wanted quality.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pricing.catalogue.price_book import BookInForce, MatchedModel, Provenance
from pricing.errors import InvalidRequest, of_field
from pricing.estimates.estimate import ComparedStatus, Pricer, compared_status
from pricing.estimates.inputs import CountedCall, MeasuredInput
from pricing.money import plain, ratio, rounded
from pricing.notices import Notice
from pricing.recommendations.calibration_curve import (
    FRESH,
    ConfidenceInterval,
    CurvePoint,
    Measures,
    RandomControl,
    Scored,
    calls_for,
    curve_points,
    measure,
    point_at,
    quality_interval,
    random_control,
)
from pricing.recommendations.policy import PolicyDocument, decimal_score, measured, policy_document
from pricing.recommendations.routing import Outcome, held_out, sample
from pricing.timestamps import AsOf
from pricing.usage.buckets import Terms
from pricing.usage.parsed import Unread
from pricing.values import immutable

CalibrationOutcome = Literal[
    "beats_random", "no_better_than_random", "gap_is_unclear", "strong_is_not_better"
]

MIN_ROWS, MAX_ROWS = 100, 10_000

#: Of more rows so many are drawn, to learn from and to measure: a body costs less than a second of
#: a processor whatever it holds (D94), and past a few thousand rows a router improves little.
MEASURED = 1500

#: With fewer rows on which the models differ, intervals are too wide to be useful.
_FEW = 30


@immutable
class LabelledTask:
    """A task that both models did: which was right, and the costs of the answers, if known."""

    task: str
    cheap_ok: bool
    strong_ok: bool
    cheap_usd: Decimal | None = None
    strong_usd: Decimal | None = None


@immutable
class CalibrateQuery:
    """Outcomes of two models, and the wanted quality as a share of the strong model's.

    Costs are those of the rows, or of a ``typical`` call at the version's prices.
    """

    rows: tuple[LabelledTask, ...]
    cheap_model: str
    strong_model: str
    as_of: AsOf
    wanted_quality: Decimal
    typical: MeasuredInput | None = None


@immutable
class Threshold:
    """The fewest strong calls that reach the wanted quality with a margin for chance.

    Scores may tie, so that more tasks reach the threshold than the strong share.
    """

    wanted_quality: Decimal
    """The wanted quality, as sent."""
    strong_share: Decimal
    """Share of tasks that go to the strong model."""
    random_strong_share: Decimal
    """Share of tasks that a random split would send there for the same quality."""
    falls_short: Decimal
    """Chance, from 0 to 1, that as many fresh tasks have less than the wanted quality."""
    quality: ConfidenceInterval
    """Share of right answers, with the interval of other samples of as many tasks."""
    threshold: Decimal
    """The score from which the strong model is used."""
    share_over_threshold: Decimal
    """Share of tasks whose score reaches the threshold."""
    per_call_usd: Decimal | None
    """Mean cost per task; null without costs."""
    saves_percent: Decimal | None
    """Saving compared with always using the strong model; null without costs."""


@immutable
class CalibrateAnswer:
    """What routing by the trained score is worth on these tasks, and the policy made of it."""

    policy_id: str | None
    """The policy's id, for ``POST /v1/recommend``; null when there is no policy."""
    stored: bool
    """Whether the policy is stored; false when the deployment has no store."""
    verdict: CalibrationOutcome
    """Whether the score beats a random split of the same cost; ``gap_is_unclear`` when chance may
    decide which model is better.
    """
    why: str
    """The reason, in a sentence or two."""
    rows: int
    """Number of outcomes sent; of more than 1,500, so many are drawn and measured."""
    status: ComparedStatus
    """``partial`` when something that the typical call uses has no known price or was not
    understood.
    """
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""
    cheap_model: MatchedModel
    """The cheap model."""
    strong_model: MatchedModel
    """The strong model."""
    cheap_quality: Decimal
    """Share of tasks that the cheap model gets right."""
    strong_quality: Decimal
    """Share of tasks that the strong model gets right."""
    measures: Measures | None
    """How well the score divides the tasks; null when the models have no quality gap."""
    control: RandomControl | None
    """The result of shuffled scores; null when the models have no quality gap."""
    recommended: Threshold | None
    """The split for the wanted quality; null when none reaches it."""
    curve: tuple[CurvePoint, ...]
    """Quality and cost at every tenth of strong calls."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the calibration takes for granted, as sentences."""
    warnings: tuple[Notice, ...]


def check_rows(rows: Sequence[Any]) -> None:
    """Raise InvalidRequest for too few or too many rows."""
    if not MIN_ROWS <= len(rows) <= MAX_ROWS:
        detail = f"must have {MIN_ROWS} to {MAX_ROWS} rows; it has {len(rows)}"
        raise InvalidRequest.at("/rows", detail)


def calibrate(
    in_force: BookInForce, query: CalibrateQuery
) -> tuple[CalibrateAnswer, PolicyDocument | None]:
    """Measure and train; the document is to be stored, and is None if there is no policy.

    Raises UnknownModel, Unpriced or InvalidRequest.
    """
    cheap = _pricer(in_force, query, "cheap_model")
    strong = _pricer(in_force, query, "strong_model")
    typical = None
    if query.typical is not None:
        typical = cheap.comparable(query.typical.counted_for(cheap.model))
    status, unread = compared_status(*((typical,) if typical else ()))
    rows = sample(query.rows, MEASURED)
    held = held_out([Outcome(row.task, row.cheap_ok, row.strong_ok) for row in rows])
    scored = Scored(
        scores=tuple(held.ranks()),
        cheap_ok=tuple(int(row.cheap_ok) for row in rows),
        strong_ok=tuple(int(row.strong_ok) for row in rows),
        costs=_costs(rows, query, cheap, strong, typical),
    )
    better = scored.strong_quality > scored.cheap_quality
    measures = measure(scored) if better else None
    control = random_control(scored) if better else None
    verdict = _outcome(scored, measures, control)
    recommended = find_threshold(query.wanted_quality, scored, held.scores) if better else None
    document = None
    if verdict == "beats_random" and recommended is not None:
        document = policy_document(
            cheap.model.key,
            strong.model.key,
            threshold=recommended.threshold,
            wanted_quality=query.wanted_quality,
            rows=len(rows),
            model=held.model,
        )
    return (
        CalibrateAnswer(
            policy_id=document.id if document else None,
            stored=False,
            verdict=verdict,
            why=_why(verdict, measures, control, recommended),
            rows=len(query.rows),
            status=status,
            unread=unread,
            cheap_model=cheap.matched,
            strong_model=strong.matched,
            cheap_quality=measured(scored.cheap_quality),
            strong_quality=measured(scored.strong_quality),
            measures=measures,
            control=control,
            recommended=recommended,
            curve=curve_points(scored) if better else (),
            pricing=cheap.provenance,
            assumptions=(
                *_assumptions(scored, len(query.rows)),
                *(text for one in (cheap, strong) for text in _hours(one, query, typical)),
            ),
            warnings=(*(typical.notices if typical else ()), *_notices(scored, measures)),
        ),
        document,
    )


def _pricer(
    in_force: BookInForce, query: CalibrateQuery, field: Literal["cheap_model", "strong_model"]
) -> Pricer:
    with of_field(f"/{field}"):
        return Pricer.of(in_force, getattr(query, field), query.as_of, Terms())


def _costs(
    rows: Sequence[LabelledTask],
    query: CalibrateQuery,
    cheap: Pricer,
    strong: Pricer,
    typical: CountedCall | None,
) -> tuple[tuple[Fraction, Fraction], ...] | None:
    """Return the costs of each row on both models; None if they are not known."""
    stated = [
        (Fraction(row.cheap_usd), Fraction(row.strong_usd))
        for row in rows
        if row.cheap_usd is not None and row.strong_usd is not None
    ]
    if len(stated) == len(rows):
        return tuple(stated)
    if query.typical is None or typical is None:
        return None
    first = (cheap.model, typical)
    usd = [Fraction(one.cost_of(query.typical, first)) for one in (cheap, strong)]
    return ((usd[0], usd[1]),) * len(rows)


def _hours(pricer: Pricer, query: CalibrateQuery, typical: CountedCall | None) -> tuple[str, ...]:
    """Return what is assumed of the hour of a typical call's price."""
    if query.typical is None or typical is None:
        return ()
    counted = query.typical.counted_for(pricer.model).without(typical.left_out)
    return pricer.hour_assumption(*counted.attempts)


def _outcome(
    scored: Scored, measures: Measures | None, control: RandomControl | None
) -> CalibrationOutcome:
    """Return whether the score beats a random split.

    It does if its value does by more than its own error, and if it beats its own shuffles. Both are
    shares of the quality gap between the models, so that gap has to be clear first.
    """
    if measures is None or control is None:
        return "strong_is_not_better"
    if not scored.gap_is_clear:
        return "gap_is_unclear"
    apgr, half = measures.apgr, Decimal("0.5")
    margin = float(apgr.value - apgr.low) / FRESH
    if float(apgr.value) - margin > half and apgr.value > control.apgr_high:
        return "beats_random"
    return "no_better_than_random"


def _why(
    verdict: CalibrationOutcome,
    measures: Measures | None,
    control: RandomControl | None,
    found: Threshold | None,
) -> str:
    if measures is None or control is None:
        return (
            "No policy: in these rows the strong model is not right more often than the cheap"
            " model, so use the cheap model alone."
        )
    if verdict == "gap_is_unclear":
        return (
            "No policy: the strong model is right only a little more often, which may be chance."
            " Send more rows."
        )
    apgr = measures.apgr
    seen = f"APGR {plain(apgr.value)} [{plain(apgr.low)}, {plain(apgr.high)}]"
    if verdict == "no_better_than_random":
        return (
            f"No policy: {seen} does not beat a random split of the same cost, which has 0.5"
            f" [{plain(control.apgr_low)}, {plain(control.apgr_high)}]. The text of these tasks"
            " does not show which model is needed. Send more rows, or check the answers instead."
        )
    if found is None:
        return f"{seen} beats a random split of the same cost."
    return (
        f"{seen} beats a random split of the same cost: {found.strong_share:.1%} of the calls to"
        f" the strong model reach the wanted quality, with a chance of {found.falls_short:.1%} to"
        f" fall short on as many fresh tasks; a random split needs {found.random_strong_share:.1%}"
        f" on average."
    )


def find_threshold(wanted_quality: Decimal, scored: Scored, raw: Sequence[float]) -> Threshold:
    """Return the threshold for a share of the strong model's quality.

    ``raw`` are the held-out scores themselves; ``scored`` has their ranks.
    """
    reached = calls_for(scored, Fraction(wanted_quality))
    point = point_at(scored, reached.calls)
    threshold = _threshold(raw, reached.calls)
    share = ratio(sum(decimal_score(score) >= threshold for score in raw), len(raw))
    wanted = Fraction(wanted_quality) * scored.strong_quality
    gap = scored.strong_quality - scored.cheap_quality
    return Threshold(
        wanted_quality=wanted_quality,
        strong_share=point.strong_share,
        random_strong_share=rounded(max((wanted - scored.cheap_quality) / gap, Fraction(0))),
        falls_short=measured(reached.falls_short),
        quality=quality_interval(scored, reached.calls, point),
        threshold=threshold,
        share_over_threshold=share,
        per_call_usd=point.per_call_usd,
        saves_percent=point.saves_percent,
    )


def _threshold(raw: Sequence[float], calls: int) -> Decimal:
    """Return a score that so many of the held-out rows reach; for none, one above all of them."""
    ordered = sorted(raw, reverse=True)
    if not calls:
        return decimal_score(ordered[0] + 1)
    return decimal_score(ordered[calls - 1])


def _assumptions(scored: Scored, sent: int) -> tuple[str, ...]:
    assumptions = [
        "Every score is from a model that had not seen the row: three folds, ranks within each.",
        "Intervals are those of 95% of as many fresh tasks, from 200 bootstrap resamples.",
        "The rows represent future traffic: calibrate again when it changes.",
    ]
    if sent > len(scored.scores):
        assumptions.append(
            f"{len(scored.scores):,} of the {sent:,} rows are measured and learned from: drawn"
            " evenly, and always the same ones for the same number of rows."
        )
    if scored.costs is None:
        assumptions.append(
            "Costs are not known. Send `cheap_usd` and `strong_usd` with every row, or a typical"
            " `usage`."
        )
    else:
        assumptions.append("Mean costs and percentages are rounded half-even at 12 places.")
    return tuple(assumptions)


def _notices(scored: Scored, measures: Measures | None) -> tuple[Notice, ...]:
    differing = sum(
        cheap != strong for cheap, strong in zip(scored.cheap_ok, scored.strong_ok, strict=True)
    )
    if measures is None or differing >= _FEW:
        return ()
    message = (
        f"Only {differing} rows have one right and one wrong answer, and only such rows show where"
        " the strong model is needed."
    )
    return (Notice("few_telling_rows", message),)
