"""What should change, computed: each change is priced on the calls as they were.

Changes are applied one after the other to the same sums, each to what the ones before it left.
So savings add up to the difference between first and last, and none is counted twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pricing.money import ZERO, add, percent_of, subtract
from pricing.usage_report import KINDS, Kind, ReportRecommendation, ReportSavings, SavingStep
from pricing.usage_report_advice_cache import cache_repeated, change_ttl
from pricing.usage_report_advice_model import (
    leave_retiring,
    run_in_batches,
    stay_under,
    use_smaller,
)
from pricing.usage_report_change import Change, Situation, usd
from pricing.usage_report_slices import Desk, Rhythm, Slice

#: A saving below this part of the spending is not worth a line: a thousandth.
WORTH = 1_000
Pair = tuple[str, str | None]

_ADVISERS: Mapping[Kind, Callable[[Situation], Change | None]] = {
    "retirement": leave_retiring,
    "downgrade": use_smaller,
    "long_context": stay_under,
    "cache_ttl": change_ttl,
    "caching": cache_repeated,
    "batch": run_in_batches,
}


def advise(
    desk: Desk,
    slices: Sequence[Slice],
    rhythms: Mapping[Pair, Rhythm],
    spent_usd: Decimal,
    last_day: date,
) -> tuple[tuple[ReportRecommendation, ...], ReportSavings]:
    """Every change worth making, dearest calls first within a kind; and what they add up to."""
    groups: dict[Pair, tuple[Slice, ...]] = {}
    for one in slices:
        pair = (one.reference, one.endpoint)
        groups[pair] = (*groups.get(pair, ()), one)
    found: list[ReportRecommendation] = []
    for kind in KINDS:
        for pairs in _targets(kind, groups):
            group = tuple(one for pair in pairs for one in groups[pair])
            rhythm = rhythms.get(pairs[0]) if len(pairs) == 1 else None
            now = Situation(desk, group, rhythm, last_day)
            change = _ADVISERS[kind](now)
            made = change and _recommended(kind, now, change, spent_usd)
            if change and made:
                after = iter(change.slices)
                for pair in pairs:
                    groups[pair] = tuple(next(after) for _ in groups[pair])
                found.append(made if len(pairs) == 1 else replace(made, endpoint=None))
    found.sort(key=lambda one: (_ORDER[one.kind], -one.saves_usd, one.model, one.endpoint or ""))
    return tuple(found), _savings(found, spent_usd)


def _targets(kind: Kind, groups: Mapping[Pair, object]) -> Iterable[Sequence[Pair]]:
    """What one recommendation is about: a model at an endpoint, or a model that has to go."""
    if kind != "retirement":
        return [(pair,) for pair in groups]
    models: dict[str, list[Pair]] = {}
    for reference, endpoint in groups:
        models.setdefault(reference, []).append((reference, endpoint))
    return models.values()


_ORDER = {kind: number for number, kind in enumerate(KINDS)}


def _recommended(
    kind: Kind, now: Situation, change: Change, spent_usd: Decimal
) -> ReportRecommendation | None:
    before, after = now.cost(), now.cost(change.slices)
    if before is None or after is None:
        return None
    saves = subtract(before, after)
    if not change.due and (saves <= 0 or saves * WORTH < spent_usd):
        return None
    first = now.slices[0]
    return ReportRecommendation(
        kind=kind,
        target=change.target,
        endpoint=first.endpoint,
        model=first.label,
        saves_usd=saves,
        saves_percent=percent_of(saves, before),
        before_usd=before,
        after_usd=after,
        calls=now.calls,
        why=change.why,
        arithmetic=f"{usd(before)} - {usd(after)}: {change.arithmetic}",
        confidence=change.confidence,
    )


def _savings(found: Sequence[ReportRecommendation], spent_usd: Decimal) -> ReportSavings:
    steps = tuple(_steps(found))
    total = add(one.saves_usd for one in steps) if steps else ZERO
    return ReportSavings(spent_usd, steps, subtract(spent_usd, total))


def _steps(found: Sequence[ReportRecommendation]) -> Iterator[SavingStep]:
    for kind in KINDS:
        saves = [one.saves_usd for one in found if one.kind == kind]
        if saves:
            yield SavingStep(kind, add(saves))
