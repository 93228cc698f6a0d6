"""Cascades: a cheap model first, a stronger one for what fails a check.

``POST /v1/recommend/cascade``. Every attempt is paid for. A stage saves if its pass rate is higher
than its cost as a share of the cost of what follows; below that it costs more than it saves,
however cheap its model is.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from operator import mul
from typing import Literal

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce, MatchedModel, Provenance
from pricing.errors import InvalidRequest, of_field, under
from pricing.estimates.estimate import ComparedStatus, Pricer, compared_status
from pricing.estimates.inputs import CallInput, CountedCall, counted_alike
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
from pricing.usage.buckets import StatedTerms
from pricing.usage.parsed import Unread
from pricing.values import immutable

CostOutcome = Literal["saves", "even", "costs_more"]

ZERO, ONE = Fraction(0), Fraction(1)

_ASSUMPTIONS = (
    "Every attempt and check is paid for, whether its answer is kept or not.",
    "A check without `verifier_usage` calls no model and costs nothing.",
    "Requests are alike and independent.",
    "The rates of a stage are those of the requests that reach it; later ones are harder.",
    "Break-even rates, percentages and the deviation are rounded at 12 places; money is exact.",
)


@immutable
class CascadeStage:
    """One model and the check of its answers.

    ``pass_rate`` is the share of answers that pass. If it is None, it follows from
    ``correct_rate``, the share of right answers, and from the rates of the check. Both are rates of
    the requests that reach the stage. The last stage's answer is always kept.
    """

    model: str
    check: Check | None = None
    pass_rate: Decimal | None = None
    correct_rate: Decimal | None = None
    max_tokens: int | None = None
    verifier_call: CallInput | None = None
    verifier_model: str | None = None


@immutable
class CascadeQuery:
    """Identical requests, each sent to one stage after the other until an answer passes."""

    stages: tuple[CascadeStage, ...]
    call: CallInput
    as_of: AsOf
    calls: int = 1
    requested: StatedTerms = StatedTerms()
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()


@immutable
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


@immutable
class CascadeAnswer:
    """The expected cost of the cascade, compared with its last model alone."""

    calls: int
    """Number of identical requests."""
    status: ComparedStatus
    """``partial`` when something that is used has no known price or was not understood."""
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""
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
    verdict: CostOutcome
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
    net: "CascadeAnswer | None" = None
    """The same answer at the rate card's prices; null without a rate card."""
    rate_card: str | None = None
    """The id of the rate card whose prices this answer has; null at list prices."""
    converted: Converted | None = None
    """The amounts in ``currency``; null without one."""


@immutable
class CascadeCall:
    """The call that every stage gets, at which instant, and on which terms."""

    in_force: BookInForce
    call: CallInput
    as_of: AsOf
    requested: StatedTerms
    served: StatedTerms
    first: tuple[Model, CountedCall] | None = None

    def pricer(self, model: str) -> Pricer:
        """Return the pricer of a model; raises UnknownModel."""
        return Pricer.of_call(self.in_force, model, self.as_of, self.requested, self.served)

    def counted_for(self, model: Model) -> CountedCall:
        """Return the call as a model counts it, without what the first stage has no price for.

        Raises InvalidRequest if only one of this model and the first stage's can count a part.
        """
        if self.first is None:
            return self.call.counted_for(model)
        return counted_alike(self.call, model, self.first)


@immutable
class PricedStage:
    """A stage with the cost of one attempt and of one check, in USD.

    ``uncut`` is the call before ``max_tokens`` cut it. ``pass_rate`` is None for a last stage
    without one.
    """

    stage: CascadeStage
    pricer: Pricer
    uncut: CountedCall
    check: CountedCall | None
    attempt_usd: Fraction
    check_usd: Fraction
    pass_rate: Fraction | None
    assumptions: tuple[str, ...]

    @property
    def calls(self) -> tuple[CountedCall, ...]:
        """The stage's call, and that of its check if a model makes it."""
        return (self.uncut,) if self.check is None else (self.uncut, self.check)

    @property
    def paid(self) -> Fraction:
        """The cost of a request at this stage."""
        return self.attempt_usd + self.check_usd

    @property
    def model_id(self) -> str:
        """The model's canonical id."""
        return self.pricer.model.id


def cascade(in_force: BookInForce, query: CascadeQuery) -> CascadeAnswer:
    """Price the cascade; raises UnknownModel, and InvalidRequest that points at the stage."""
    sent = CascadeCall(in_force, query.call, query.as_of, query.requested, query.served)
    with under("/stages/0"):
        first = sent.pricer(query.stages[0].model)
        counted = first.comparable(query.call.counted_for(first.model))
    sent = replace(sent, first=(first.model, counted))
    stages: list[PricedStage] = []
    for number, stage in enumerate(query.stages):
        with under(f"/stages/{number}"):
            last = number == len(query.stages) - 1
            stages.append(price_stage(sent, stage, last=last))
    paid, passes = [stage.paid for stage in stages], _passes(stages)
    reach = reached(passes)
    expected, spread = expected_cost(paid, passes), variance(paid, passes)
    direct, calls = stages[-1].attempt_usd, Fraction(query.calls)
    difference = direct - expected
    why_no_promise = _why_no_promise(stages, difference)
    last_rate = stages[-1].pass_rate
    unresolved = None if last_rate is None else as_decimal(calls * reach[-1] * (ONE - last_rate))
    first_rate = break_even(paid, passes, direct)
    status, unread = compared_status(*(call for stage in stages for call in stage.calls))
    return CascadeAnswer(
        calls=query.calls,
        status=status,
        unread=unread,
        expected_usd=as_decimal(calls * expected),
        per_call_usd=as_decimal(expected),
        variance_usd2=as_decimal(spread),
        standard_deviation_usd=square_root(calls * spread),
        expected_calls_per_stage=tuple(as_decimal(calls * share) for share in reach),
        expected_escalations=as_decimal(calls * sum(reach[1:])),
        expected_unresolved=unresolved,
        direct_usd=tuple(as_decimal(calls * stage.attempt_usd) for stage in stages),
        break_even_pass_rate=None if first_rate is None else rounded(first_rate),
        verdict=cost_outcome(difference),
        difference_usd=as_decimal(calls * difference),
        difference_percent=rounded(100 * difference / direct) if direct else None,
        promised_saving_usd=None if why_no_promise else as_decimal(calls * difference),
        why=why_no_promise or _promise(stages, difference),
        correct_share=_correct_share(stages, reach),
        stages=tuple(_stage_answer(stages, number, calls) for number in range(len(stages))),
        pricing=stages[0].pricer.provenance,
        assumptions=(
            *_ASSUMPTIONS,
            *dict.fromkeys(text for stage in stages for text in stage.assumptions),
        ),
        warnings=(*query.notices, *counted.notices, *_notices(stages, difference)),
    )


def _stage_answer(stages: Sequence[PricedStage], number: int, calls: Fraction) -> StageAnswer:
    priced, rest = stages[number], stages[number + 1 :]
    check, rate = priced.stage.check, priced.pass_rate
    share = reached(_passes(stages))[number]
    follows = expected_cost([after.paid for after in rest], _passes(rest)) if rest else ZERO
    threshold = saves_from(priced.paid, follows)
    wrong = wrong_kept(priced.stage, share, last=not rest)
    return StageAnswer(
        model=priced.pricer.matched,
        attempt_usd=as_decimal(priced.attempt_usd),
        verifier_usd=as_decimal(priced.check_usd),
        expected_calls=as_decimal(calls * share),
        expected_usd=as_decimal(calls * share * priced.paid),
        direct_usd=as_decimal(calls * priced.attempt_usd),
        pass_rate=None if rate is None else as_decimal(rate),
        break_even_pass_rate=None if threshold is None else rounded(threshold),
        pays=(rate or ZERO) * follows > priced.paid if rest else None,
        verifier=check_rates(check) if check else None,
        wrong_kept_share=None if wrong is None else as_decimal(wrong),
    )


def _passes(stages: Sequence[PricedStage]) -> list[Fraction]:
    """Return the share of requests that end at each stage they reach: 1 at the last."""
    return [*(stage.pass_rate or ZERO for stage in stages[:-1]), ONE]


def _why_no_promise(stages: Sequence[PricedStage], difference: Fraction) -> str | None:
    last = stages[-1].model_id
    if difference <= 0:
        than = "no more than" if not difference else "less than"
        return (
            f"No saving is promised: {last} alone costs {than} this cascade, because too few"
            " answers pass before it."
        )
    for priced in stages[:-1]:
        if priced.stage.check is not None and catches_nothing(priced.stage.check):
            return (
                f"No saving is promised: this check lets the wrong answers of {priced.model_id}"
                " pass, so the saving costs quality."
            )
    return None


def _promise(stages: Sequence[PricedStage], difference: Fraction) -> str:
    percent = rounded(100 * difference / stages[-1].attempt_usd).quantize(Decimal("0.1"))
    return (
        f"It saves about {percent}% of the cost of {stages[-1].model_id} alone, if answers pass as"
        " often as stated."
    )


def _correct_share(stages: Sequence[PricedStage], reach: Sequence[Fraction]) -> Decimal | None:
    last = len(stages) - 1
    kept = [
        wrong_kept(priced.stage, share, last=number == last)
        for number, (priced, share) in enumerate(zip(stages, reach, strict=True))
    ]
    known = [share for share in kept if share is not None]
    return as_decimal(ONE - sum(known)) if len(known) == len(kept) else None


def _notices(stages: Sequence[PricedStage], difference: Fraction) -> tuple[Notice, ...]:
    notices: dict[Notice, None] = {}
    last = stages[-1]
    if difference < 0:
        message = f"This cascade costs more than {last.model_id} alone: too few answers pass."
        notices[Notice("past_break_even", message)] = None
    for priced in stages:
        notices |= dict.fromkeys(stage_notices(priced, last=priced is last))
    return tuple(notices)


def price_stage(sent: CascadeCall, stage: CascadeStage, *, last: bool) -> PricedStage:
    """Price one stage; raises UnknownModel, Unpriced, or InvalidRequest for a missing field."""
    pricer = sent.pricer(stage.model)
    counted = sent.counted_for(pricer.model)
    attempts, limit = counted.attempts, stage.max_tokens
    if limit is not None:
        attempts = tuple(replace(attempt, usage=attempt.usage.cut(limit)) for attempt in attempts)
    priced = pricer.priced(*attempts)
    check, check_usd = _check_cost(sent, stage)
    unchecked = last and stage.check is None and stage.pass_rate is None
    rate = None if unchecked else pass_rate(stage)
    if rate is None and not last:
        detail = "Send `pass_rate` or `correct_rate` on every stage but the last."
        raise InvalidRequest.at("/pass_rate", detail)
    return PricedStage(
        stage=stage,
        pricer=pricer,
        uncut=counted,
        check=check,
        attempt_usd=Fraction(priced.total_usd),
        check_usd=check_usd,
        pass_rate=rate,
        assumptions=(
            *counted.assumptions,
            *priced.assumptions,
            *pricer.hour_assumption(*attempts),
            *(check.assumptions if check else ()),
        ),
    )


def pass_rate(stage: CascadeStage) -> Fraction | None:
    """Return the share of answers that pass: right ones not rejected, and wrong ones not caught.

    None without a pass rate and a correct rate. Raises InvalidRequest if the check's rates that a
    correct rate requires are not known.
    """
    if stage.pass_rate is not None:
        return Fraction(stage.pass_rate)
    if stage.correct_rate is None:
        return None
    if stage.check is None:
        raise InvalidRequest.at("/verifier", "is required with `correct_rate`: the kind of check")
    rates = check_rates(stage.check)
    if rates.detection_rate is None or rates.false_rejection_rate is None:
        missing = "detection_rate" if rates.detection_rate is None else "false_rejection_rate"
        detail = "is required with `correct_rate`: this kind of check has no measured rate"
        raise InvalidRequest.at(f"/{missing}", detail)
    correct = Fraction(stage.correct_rate)
    good = correct * (ONE - Fraction(rates.false_rejection_rate))
    return good + (ONE - correct) * (ONE - Fraction(rates.detection_rate))


def wrong_kept(stage: CascadeStage, reach: Fraction, *, last: bool) -> Fraction | None:
    """Return the share of all requests that end here with a wrong answer; None if not known."""
    if stage.correct_rate is None:
        return None
    wrong = reach * (ONE - Fraction(stage.correct_rate))
    if last:
        return wrong
    caught = check_rates(stage.check).detection_rate if stage.check else None
    return None if caught is None else wrong * (ONE - Fraction(caught))


def stage_notices(priced: PricedStage, *, last: bool) -> list[Notice]:
    """Return a stage's warnings; the last stage's answer is kept unchecked."""
    stage, model = priced.stage, priced.model_id
    usages = [attempt.usage for attempt in priced.uncut.attempts]
    notices = list(priced.pricer.notices(*usages))
    longest = max(usage.output + usage.reasoning_output for usage in usages)
    if stage.max_tokens is not None and longest > stage.max_tokens:
        message = (
            f"max_tokens {stage.max_tokens} cuts answers of {model}, which have {longest} tokens: a"
            " cut answer rarely passes a check."
        )
        notices.append(Notice("answer_cut", message))
    if last:
        return notices
    if stage.check is None:
        message = f"Send `verifier`: the check that decides whether an answer of {model} passes."
        return [*notices, Notice("check_not_named", message)]
    return [*notices, *check_notices(stage.check, model)]


def _check_cost(sent: CascadeCall, stage: CascadeStage) -> tuple[CountedCall | None, Fraction]:
    """Return the call of one check, if a model makes it, and its cost.

    Agreement sends the call to a second model; any other check that calls a model needs its usage.
    """
    call: CallInput | CascadeCall | None = stage.verifier_call
    if stage.check is not None and stage.check.kind == "agreement":
        if stage.verifier_model is None:
            detail = "is required: `agreement` sends the call to a second model"
            raise InvalidRequest.at("/verifier_model", detail)
        call = call or sent
    if call is None:
        if stage.verifier_model is not None:
            detail = "is required: the usage of one check by `verifier_model`"
            raise InvalidRequest.at("/verifier_usage", detail)
        return None, ZERO
    with of_field("/verifier_model"):
        pricer = sent.pricer(stage.verifier_model or stage.model)
        counted = call.counted_for(pricer.model)
        return counted, Fraction(pricer.priced(*counted.attempts).total_usd)


def cost_outcome(saves: Fraction | Decimal) -> CostOutcome:
    """Return the word for a saving, an extra cost, or neither."""
    if not saves:
        return "even"
    return "saves" if saves > 0 else "costs_more"


def reached(passes: Sequence[Fraction]) -> list[Fraction]:
    """Return the share of all requests that reaches each stage; all reach the first."""
    return list(accumulate((ONE - rate for rate in passes[:-1]), mul, initial=ONE))


def expected_cost(paid: Sequence[Fraction], passes: Sequence[Fraction]) -> Fraction:
    """Return the mean cost of a request."""
    return sum(map(mul, reached(passes), paid), ZERO)


def variance(paid: Sequence[Fraction], passes: Sequence[Fraction]) -> Fraction:
    """Return the variance of a request's cost: it ends at each stage with some probability."""
    ends = map(mul, reached(passes), passes)
    squares = (so_far**2 for so_far in accumulate(paid))
    return sum(map(mul, ends, squares), ZERO) - expected_cost(paid, passes) ** 2


def saves_from(paid: Fraction, follows: Fraction) -> Fraction | None:
    """Return the pass rate above which a stage saves more than it costs; None if there is none.

    ``paid + (1 - p) x follows < follows`` if ``p > paid / follows``.
    """
    return paid / follows if follows and paid <= follows else None


def break_even(
    paid: Sequence[Fraction], passes: Sequence[Fraction], direct: Fraction
) -> Fraction | None:
    """Return the first stage's pass rate at which the cascade costs ``direct``; None if none."""
    follows = expected_cost(paid[1:], passes[1:])
    if paid[0] > direct or not follows:
        return None
    return max(ONE - (direct - paid[0]) / follows, ZERO)
