"""A cheap model first, a dearer one for what fails a check: ``POST /v1/recommend/cascade``.

Every attempt is paid for. A stage pays when its pass rate is over what it costs as a share of what
would follow it; under that it costs more than it saves, however cheap its model is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from operator import mul
from typing import Literal

from pricing.catalogue.price_book import BookInForce, MatchedModel, Provenance
from pricing.errors import InvalidRequest, of_field, under
from pricing.estimates.estimate import Pricer
from pricing.estimates.inputs import CallInput
from pricing.money import as_decimal, rounded, square_root
from pricing.notices import Notice
from pricing.recommendations.verifiers import (
    Check,
    CheckRates,
    catches_nothing,
    check_notices,
    check_rates,
)
from pricing.timestamps import AsOf
from pricing.usage.buckets import Attempt, StatedTerms, Terms, settle

Verdict = Literal["saves", "even", "costs_more"]


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """One stage: its prices, the requests that reach it, and whether it saves."""

    model: MatchedModel
    attempt_usd: Decimal
    """Cost of one attempt."""
    verifier_usd: Decimal
    """Cost of one check."""
    expected_calls: Decimal
    """Expected number of requests that reach this stage."""
    expected_usd: Decimal
    """Expected cost of this stage's attempts and checks, over all requests."""
    direct_usd: Decimal
    """Cost of all requests on this model alone, without a check."""
    pass_rate: Decimal | None
    """Pass rate as sent, or computed from ``correct_rate``; null on a last stage without one."""
    break_even_pass_rate: Decimal | None
    """The pass rate above which this stage saves; null when there is none or it is the last."""
    pays: bool | None
    """Whether the pass rate is above that; null on the last stage."""
    verifier: CheckRates | None
    """The check's kind and rates; null when none was named."""
    wrong_kept_share: Decimal | None
    """Share of all requests that end here with a wrong answer; null when not known."""


@dataclass(frozen=True, slots=True)
class CascadeAnswer:
    """The expected cost of the cascade, compared with its last model alone."""

    calls: int
    """Number of identical requests."""
    expected_usd: Decimal
    """Expected cost of all requests, exactly."""
    per_call_usd: Decimal
    """Expected cost of one request, exactly."""
    variance_usd2: Decimal
    """Variance of one request's cost, in USD squared, exactly."""
    standard_deviation_usd: Decimal
    """Standard deviation of the cost of all requests."""
    expected_calls_per_stage: tuple[Decimal, ...]
    """Expected number of requests that reach each stage."""
    expected_escalations: Decimal
    """Expected number of times that a next stage is asked."""
    expected_unresolved: Decimal | None
    """Expected number of requests that fail the last stage's check; null when it has none."""
    direct_usd: tuple[Decimal, ...]
    """Cost of all requests on each stage's model alone, without a check."""
    break_even_pass_rate: Decimal | None
    """The first stage's pass rate above which the cascade saves; null when there is none."""
    verdict: Verdict
    """Whether the cascade saves compared with its last model alone."""
    difference_usd: Decimal
    """What the cascade saves compared with its last model alone; negative when it costs more."""
    difference_percent: Decimal | None
    """Difference as a percentage of the last model's cost; null when that is zero."""
    promised_saving_usd: Decimal | None
    """The saving, where the checks are known to catch wrong answers; null elsewhere."""
    why: str
    """The reason, in a sentence or two."""
    correct_share: Decimal | None
    """Share of answers right in the end; null unless every stage has a ``correct_rate``."""
    stages: tuple[StageAnswer, ...]
    """The stages, in order."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the estimate takes for granted, as sentences."""
    warnings: tuple[Notice, ...]


_ASSUMPTIONS = (
    "Every attempt and check is paid for, whether its answer is kept or not.",
    "A check without verifier_usage asks no model and costs nothing.",
    "Requests are alike and independent.",
    "A later stage's rates are those of the requests that reach it: the harder ones.",
    "Break-even rates, percentages and the deviation are rounded at 12 places; money is exact.",
)


def _verdict(difference: Fraction) -> Verdict:
    if not difference:
        return "even"
    return "saves" if difference > 0 else "costs_more"


ZERO, ONE = Fraction(0), Fraction(1)


def reached(passes: Sequence[Fraction]) -> list[Fraction]:
    """The share of all requests that reaches each stage; the first is reached by all."""
    return list(accumulate((ONE - one for one in passes[:-1]), mul, initial=ONE))


def expected_cost(paid: Sequence[Fraction], passes: Sequence[Fraction]) -> Fraction:
    """What a request costs on average."""
    return sum(map(mul, reached(passes), paid), ZERO)


def variance(paid: Sequence[Fraction], passes: Sequence[Fraction]) -> Fraction:
    """Of one request's cost: it ends at each stage with some probability, having paid so far."""
    ends = map(mul, reached(passes), passes)
    squares = (so_far**2 for so_far in accumulate(paid))
    return sum(map(mul, ends, squares), ZERO) - expected_cost(paid, passes) ** 2


def pays_from(paid: Fraction, follows: Fraction) -> Fraction | None:
    """The pass rate past which a stage saves more of what follows than it costs; None: none does.

    ``paid + (1 - p) x follows < follows`` where ``p > paid / follows``.
    """
    return paid / follows if follows and paid <= follows else None


def break_even(
    paid: Sequence[Fraction], passes: Sequence[Fraction], direct: Fraction
) -> Fraction | None:
    """The first stage's pass rate at which the whole costs ``direct``; None: none is enough."""
    follows = expected_cost(paid[1:], passes[1:])
    if paid[0] > direct or not follows:
        return None
    return max(ONE - (direct - paid[0]) / follows, ZERO)


@dataclass(frozen=True, slots=True)
class CascadeStage:
    """One model and the check of its answers.

    ``pass_rate`` is the share of answers that pass; where it is None it follows from
    ``correct_rate``, the share that is right, and from the rates of the check. Both are those of
    the requests that reach the stage. The last stage's answer is kept whatever a check says.
    """

    model: str
    check: Check | None = None
    pass_rate: Decimal | None = None
    correct_rate: Decimal | None = None
    max_tokens: int | None = None
    verifier_call: CallInput | None = None
    verifier_model: str | None = None


@dataclass(frozen=True, slots=True)
class CascadeQuery:
    """``calls`` requests alike, each tried on the stages in turn until an answer passes."""

    stages: tuple[CascadeStage, ...]
    call: CallInput
    as_of: AsOf
    calls: int = 1
    requested: StatedTerms = StatedTerms()
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()


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
        expected_usd=as_decimal(calls * expected),
        per_call_usd=as_decimal(expected),
        variance_usd2=as_decimal(spread),
        standard_deviation_usd=square_root(calls * spread),
        expected_calls_per_stage=tuple(as_decimal(calls * share) for share in reach),
        expected_escalations=as_decimal(calls * sum(reach[1:])),
        expected_unresolved=None if last is None else as_decimal(calls * reach[-1] * (ONE - last)),
        direct_usd=tuple(as_decimal(calls * one.attempt_usd) for one in stages),
        break_even_pass_rate=None if first_rate is None else rounded(first_rate),
        verdict=_verdict(difference),
        difference_usd=as_decimal(calls * difference),
        difference_percent=rounded(100 * difference / direct) if direct else None,
        promised_saving_usd=None if why_no_promise else as_decimal(calls * difference),
        why=why_no_promise or _promise(stages, difference),
        correct_share=_correct_share(stages, reach),
        stages=tuple(_stage_answer(stages, number, calls) for number in range(len(stages))),
        pricing=stages[0].pricer.provenance,
        assumptions=(*_ASSUMPTIONS, *dict.fromkeys(s for one in stages for s in one.assumptions)),
        warnings=(*query.notices, *_notices(stages, difference)),
    )


@dataclass(frozen=True, slots=True)
class PricedStage:
    """A stage with the cost of one attempt and of one check, in USD.

    ``asked`` are the attempts before ``max_tokens`` cut them. ``pass_rate`` is None where nothing
    was said of the last stage's.
    """

    stage: CascadeStage
    pricer: Pricer
    asked: tuple[Attempt, ...]
    attempt_usd: Fraction
    check_usd: Fraction
    pass_rate: Fraction | None
    assumptions: tuple[str, ...]

    @property
    def paid(self) -> Fraction:
        """What a request pays here."""
        return self.attempt_usd + self.check_usd

    @property
    def model_id(self) -> str:
        """The canonical id."""
        return self.pricer.model.id


def _price(in_force: BookInForce, query: CascadeQuery) -> list[PricedStage]:
    terms, _ = settle(query.requested, query.served)
    asked = CascadeCall(in_force, query.call, query.as_of, terms)
    stages = []
    for number, stage in enumerate(query.stages):
        with under(f"/stages/{number}"):
            last = number == len(query.stages) - 1
            stages.append(price_stage(asked, stage, last=last))
    return stages


def _passes(stages: Sequence[PricedStage]) -> list[Fraction]:
    """The share that ends at each stage: all that reach the last one do."""
    return [*(one.pass_rate or ZERO for one in stages[:-1]), ONE]


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
    return as_decimal(ONE - sum(known)) if len(known) == len(kept) else None


def _stage_answer(stages: Sequence[PricedStage], number: int, calls: Fraction) -> StageAnswer:
    one, rest = stages[number], stages[number + 1 :]
    share = reached(_passes(stages))[number]
    follows = expected_cost([after.paid for after in rest], _passes(rest)) if rest else ZERO
    threshold = pays_from(one.paid, follows)
    wrong = wrong_kept(one.stage, share, last=not rest)
    return StageAnswer(
        model=one.pricer.matched,
        attempt_usd=as_decimal(one.attempt_usd),
        verifier_usd=as_decimal(one.check_usd),
        expected_calls=as_decimal(calls * share),
        expected_usd=as_decimal(calls * share * one.paid),
        direct_usd=as_decimal(calls * one.attempt_usd),
        pass_rate=None if one.pass_rate is None else as_decimal(one.pass_rate),
        break_even_pass_rate=None if threshold is None else rounded(threshold),
        pays=(one.pass_rate or ZERO) * follows > one.paid if rest else None,
        verifier=check_rates(one.stage.check) if one.stage.check else None,
        wrong_kept_share=None if wrong is None else as_decimal(wrong),
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


@dataclass(frozen=True, slots=True)
class CascadeCall:
    """What every stage is asked, when, and on which terms."""

    in_force: BookInForce
    call: CallInput
    as_of: AsOf
    terms: Terms

    def pricer(self, model: str) -> Pricer:
        """The pricer of a model; raises UnknownModel."""
        return Pricer.of(self.in_force, model, self.as_of, self.terms)


def price_stage(asked: CascadeCall, stage: CascadeStage, *, last: bool) -> PricedStage:
    """Raises UnknownModel, and InvalidRequest for what cannot be priced or is missing."""
    pricer = asked.pricer(stage.model)
    counted = asked.call.counted_for(pricer.model)
    priced = pricer.priced(*_capped(counted.attempts, stage.max_tokens))
    check, said = _check_cost(asked, stage)
    unchecked = last and stage.check is None and stage.pass_rate is None
    rate = None if unchecked else pass_rate(stage)
    if rate is None and not last:
        raise InvalidRequest.at("/pass_rate", "or correct_rate is required but on the last stage")
    return PricedStage(
        stage=stage,
        pricer=pricer,
        asked=counted.attempts,
        attempt_usd=Fraction(priced.total_usd),
        check_usd=check,
        pass_rate=rate,
        assumptions=(*counted.assumptions, *priced.assumptions, *said),
    )


def pass_rate(stage: CascadeStage) -> Fraction | None:
    """As stated, or good answers not rejected and wrong ones not caught; None: nothing stated."""
    if stage.pass_rate is not None:
        return Fraction(stage.pass_rate)
    if stage.correct_rate is None:
        return None
    if stage.check is None:
        raise InvalidRequest.at("/verifier", "is required with correct_rate: say which check it is")
    rates = check_rates(stage.check)
    if rates.detection_rate is None or rates.false_rejection_rate is None:
        missing = "detection_rate" if rates.detection_rate is None else "false_rejection_rate"
        detail = "is required with correct_rate: nobody measured this kind of check"
        raise InvalidRequest.at(f"/{missing}", detail)
    correct = Fraction(stage.correct_rate)
    good = correct * (ONE - Fraction(rates.false_rejection_rate))
    return good + (ONE - correct) * (ONE - Fraction(rates.detection_rate))


def wrong_kept(stage: CascadeStage, reach: Fraction, *, last: bool) -> Fraction | None:
    """The share of all requests that end here with a wrong answer; None where it is not known."""
    if stage.correct_rate is None:
        return None
    wrong = reach * (ONE - Fraction(stage.correct_rate))
    if last:
        return wrong
    caught = check_rates(stage.check).detection_rate if stage.check else None
    return None if caught is None else wrong * (ONE - Fraction(caught))


def stage_notices(priced: PricedStage, *, last: bool) -> list[Notice]:
    """What a stage gives cause to warn of; the last one's answer is kept unchecked."""
    stage, model = priced.stage, priced.model_id
    said = list(priced.pricer.notices(*(one.usage for one in priced.asked)))
    longest = max(one.usage.output for one in priced.asked)
    if stage.max_tokens is not None and longest > stage.max_tokens:
        message = (
            f"max_tokens {stage.max_tokens} cuts the {longest} tokens of an answer by {model}: what"
            " is cut rarely passes a check."
        )
        said.append(Notice("answer_cut", message))
    if last:
        return said
    if stage.check is None:
        message = f"What decides whether an answer of {model} passes? Name it in verifier."
        return [*said, Notice("check_not_named", message)]
    return [*said, *check_notices(stage.check, model)]


def _check_cost(asked: CascadeCall, stage: CascadeStage) -> tuple[Fraction, tuple[str, ...]]:
    """What one check costs. Agreement asks a second model the same; other work must be stated."""
    call = stage.verifier_call
    if stage.check is not None and stage.check.kind == "agreement":
        if stage.verifier_model is None:
            detail = "is required: agreement asks a second model the same"
            raise InvalidRequest.at("/verifier_model", detail)
        call = call or asked.call
    if call is None:
        if stage.verifier_model is not None:
            raise InvalidRequest.at("/verifier_usage", "is required: say what verifier_model uses")
        return Fraction(0), ()
    with of_field("/verifier_model"):
        pricer = asked.pricer(stage.verifier_model or stage.model)
        counted = call.counted_for(pricer.model)
        return Fraction(pricer.priced(*counted.attempts).total_usd), counted.assumptions


def _capped(attempts: tuple[Attempt, ...], max_tokens: int | None) -> tuple[Attempt, ...]:
    if max_tokens is None:
        return attempts
    return tuple(
        replace(one, usage=replace(one.usage, output=min(one.usage.output, max_tokens)))
        for one in attempts
    )
