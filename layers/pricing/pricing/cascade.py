"""A cheap model first, a dearer one for what fails a check: ``POST /v1/recommend/cascade``.

Every attempt is paid for. A stage pays when its pass rate is over what it costs as a share of what
would follow it; under that it costs more than it saves, however cheap its model is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pricing.cascade_arithmetic import (
    ONE,
    ZERO,
    break_even,
    expected_cost,
    pays_from,
    reached,
    variance,
)
from pricing.cascade_stage import (
    Asked,
    CascadeStage,
    PricedStage,
    price_stage,
    stage_notices,
    wrong_kept,
)
from pricing.errors import TariffError
from pricing.estimate import MatchedModel, Provenance
from pricing.instants import AsOf
from pricing.notices import Notice
from pricing.price_book import BookInForce
from pricing.rational import rounded, square_root, written
from pricing.usage import StatedTerms, settle
from pricing.verifiers import CheckRates, catches_nothing, rates_of
from pricing.work import Work

Verdict = Literal["saves", "even", "costs_more"]


@dataclass(frozen=True, slots=True)
class CascadeQuery:
    """``calls`` requests alike, each tried on the stages in turn until an answer passes."""

    stages: tuple[CascadeStage, ...]
    work: Work
    as_of: AsOf
    calls: int = 1
    requested: StatedTerms = StatedTerms()
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """One stage: the prices of an attempt, how many requests reach it, and whether it pays.

    It pays when more than ``break_even_pass_rate`` of its answers pass. That is null on the last
    stage, and where what follows is cheaper, so that no rate could pay.
    """

    model: MatchedModel
    attempt_usd: Decimal
    verifier_usd: Decimal
    expected_calls: Decimal
    expected_usd: Decimal
    direct_usd: Decimal
    pass_rate: Decimal | None
    break_even_pass_rate: Decimal | None
    pays: bool | None
    verifier: CheckRates | None
    wrong_kept_share: Decimal | None


@dataclass(frozen=True, slots=True)
class CascadeAnswer:
    """What the cascade costs on average, beside its last model alone.

    ``break_even_pass_rate`` is the first stage's, against asking the last model directly. A saving
    is promised only past it, and only where the checks catch something.
    """

    calls: int
    expected_usd: Decimal
    per_call_usd: Decimal
    variance_usd2: Decimal
    standard_deviation_usd: Decimal
    expected_calls_per_stage: tuple[Decimal, ...]
    expected_escalations: Decimal
    expected_unresolved: Decimal | None
    direct_usd: tuple[Decimal, ...]
    break_even_pass_rate: Decimal | None
    verdict: Verdict
    difference_usd: Decimal
    difference_percent: Decimal | None
    promised_saving_usd: Decimal | None
    why: str
    correct_share: Decimal | None
    stages: tuple[StageAnswer, ...]
    pricing: Provenance
    assumptions: tuple[str, ...]
    warnings: tuple[Notice, ...]


_ASSUMPTIONS = (
    "Every attempt and check is paid for, whether its answer is kept or not.",
    "A check without verifier_usage asks no model and costs nothing.",
    "Requests are alike and independent.",
    "A later stage's rates are those of the requests that reach it: the harder ones.",
    "Break-even rates, percentages and the deviation are rounded at 12 places; money is exact.",
)


def cascade(in_force: BookInForce, query: CascadeQuery) -> CascadeAnswer:
    """Price the plan; raises UnknownModel, and InvalidRequest pointing at the stage."""
    stages = _price(in_force, query)
    paid, passes = [one.paid for one in stages], _passes(stages)
    reach = reached(passes)
    expected, spread = expected_cost(paid, passes), variance(paid, passes)
    direct, calls = stages[-1].attempt_usd, Fraction(query.calls)
    difference = direct - expected
    why_no_promise = _why_no_promise(stages, difference)
    last = stages[-1].pass_rate
    first_rate = break_even(paid, passes, direct)
    return CascadeAnswer(
        calls=query.calls,
        expected_usd=written(calls * expected),
        per_call_usd=written(expected),
        variance_usd2=written(spread),
        standard_deviation_usd=square_root(calls * spread),
        expected_calls_per_stage=tuple(written(calls * share) for share in reach),
        expected_escalations=written(calls * sum(reach[1:])),
        expected_unresolved=None if last is None else written(calls * reach[-1] * (ONE - last)),
        direct_usd=tuple(written(calls * one.attempt_usd) for one in stages),
        break_even_pass_rate=None if first_rate is None else rounded(first_rate),
        verdict=_verdict(difference),
        difference_usd=written(calls * difference),
        difference_percent=rounded(100 * difference / direct) if direct else None,
        promised_saving_usd=None if why_no_promise else written(calls * difference),
        why=why_no_promise or _promise(stages, difference),
        correct_share=_correct_share(stages, reach),
        stages=tuple(_stage_answer(stages, number, calls) for number in range(len(stages))),
        pricing=stages[0].pricer.provenance,
        assumptions=(*_ASSUMPTIONS, *dict.fromkeys(s for one in stages for s in one.assumptions)),
        warnings=(*query.notices, *_notices(stages, difference)),
    )


def _price(in_force: BookInForce, query: CascadeQuery) -> list[PricedStage]:
    terms, _ = settle(query.requested, query.served)
    asked = Asked(in_force, query.work, query.as_of, terms)
    stages = []
    for number, stage in enumerate(query.stages):
        try:
            last = number == len(query.stages) - 1
            stages.append(price_stage(asked, stage, last=last))
        except TariffError as error:
            raise error.under(f"/stages/{number}") from None
    return stages


def _passes(stages: Sequence[PricedStage]) -> list[Fraction]:
    """The share that ends at each stage: all that reach the last one do."""
    return [*(one.pass_rate or ZERO for one in stages[:-1]), ONE]


def _verdict(difference: Fraction) -> Verdict:
    if not difference:
        return "even"
    return "saves" if difference > 0 else "costs_more"


def _why_no_promise(stages: Sequence[PricedStage], difference: Fraction) -> str | None:
    last = stages[-1].model_id
    if difference <= 0:
        than = "no more than" if not difference else "less than"
        return (
            f"No saving is promised: {last} alone costs {than} this cascade, because too few"
            " answers pass before it."
        )
    for one in stages[:-1]:
        if one.stage.check is not None and catches_nothing(one.stage.check):
            return (
                "No saving is promised: it would be paid for with the wrong answers of"
                f" {one.model_id}, which this check lets pass."
            )
    return None


def _promise(stages: Sequence[PricedStage], difference: Fraction) -> str:
    percent = rounded(100 * difference / stages[-1].attempt_usd).quantize(Decimal("0.1"))
    return (
        f"It saves about {percent}% of what {stages[-1].model_id} alone costs, as long as answers"
        " pass as often as stated."
    )


def _correct_share(stages: Sequence[PricedStage], reach: Sequence[Fraction]) -> Decimal | None:
    last = len(stages) - 1
    kept = [
        wrong_kept(one.stage, share, last=number == last)
        for number, (one, share) in enumerate(zip(stages, reach, strict=True))
    ]
    known = [one for one in kept if one is not None]
    return written(ONE - sum(known)) if len(known) == len(kept) else None


def _stage_answer(stages: Sequence[PricedStage], number: int, calls: Fraction) -> StageAnswer:
    one, rest = stages[number], stages[number + 1 :]
    share = reached(_passes(stages))[number]
    follows = expected_cost([after.paid for after in rest], _passes(rest)) if rest else ZERO
    threshold = pays_from(one.paid, follows)
    wrong = wrong_kept(one.stage, share, last=not rest)
    return StageAnswer(
        model=one.pricer.matched,
        attempt_usd=written(one.attempt_usd),
        verifier_usd=written(one.check_usd),
        expected_calls=written(calls * share),
        expected_usd=written(calls * share * one.paid),
        direct_usd=written(calls * one.attempt_usd),
        pass_rate=None if one.pass_rate is None else written(one.pass_rate),
        break_even_pass_rate=None if threshold is None else rounded(threshold),
        pays=(one.pass_rate or ZERO) * follows > one.paid if rest else None,
        verifier=rates_of(one.stage.check) if one.stage.check else None,
        wrong_kept_share=None if wrong is None else written(wrong),
    )


def _notices(stages: Sequence[PricedStage], difference: Fraction) -> tuple[Notice, ...]:
    said: dict[Notice, None] = {}
    last = stages[-1]
    if difference < 0:
        message = f"This cascade costs more than {last.model_id} alone: it is past break-even."
        said[Notice("past_break_even", message)] = None
    for one in stages:
        said |= dict.fromkeys(stage_notices(one, last=one is last))
    return tuple(said)
