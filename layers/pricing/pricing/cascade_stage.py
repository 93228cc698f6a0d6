"""One stage of a cascade: its model, the check of its answers, and the prices of both."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from pricing.cascade_arithmetic import ONE
from pricing.errors import InvalidRequest, TariffError
from pricing.instants import AsOf
from pricing.notices import Notice
from pricing.price_book import BookInForce
from pricing.pricer import Pricer
from pricing.usage import Attempt, Terms
from pricing.verifiers import Check, check_notices, rates_of
from pricing.work import Work


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
    verifier_work: Work | None = None
    verifier_model: str | None = None


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What every stage is asked, when, and on which terms."""

    in_force: BookInForce
    work: Work
    as_of: AsOf
    terms: Terms

    def pricer(self, model: str) -> Pricer:
        """The pricer of a model; raises UnknownModel."""
        return Pricer.of(self.in_force, model, self.as_of, self.terms)


def price_stage(asked: Asked, stage: CascadeStage, *, last: bool) -> PricedStage:
    """Raises UnknownModel, and InvalidRequest for what cannot be priced or is missing."""
    pricer = asked.pricer(stage.model)
    counted = asked.work.on(pricer.model)
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
    rates = rates_of(stage.check)
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
    caught = rates_of(stage.check).detection_rate if stage.check else None
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


def _check_cost(asked: Asked, stage: CascadeStage) -> tuple[Fraction, tuple[str, ...]]:
    """What one check costs. Agreement asks a second model the same; other work must be stated."""
    work = stage.verifier_work
    if stage.check is not None and stage.check.kind == "agreement":
        if stage.verifier_model is None:
            detail = "is required: agreement asks a second model the same"
            raise InvalidRequest.at("/verifier_model", detail)
        work = work or asked.work
    if work is None:
        if stage.verifier_model is not None:
            raise InvalidRequest.at("/verifier_usage", "is required: say what verifier_model uses")
        return Fraction(0), ()
    try:
        pricer = asked.pricer(stage.verifier_model or stage.model)
        counted = work.on(pricer.model)
        return Fraction(pricer.priced(*counted.attempts).total_usd), counted.assumptions
    except TariffError as error:
        raise error.of_field("/verifier_model") from None


def _capped(attempts: tuple[Attempt, ...], max_tokens: int | None) -> tuple[Attempt, ...]:
    if max_tokens is None:
        return attempts
    return tuple(
        replace(one, usage=replace(one.usage, output=min(one.usage.output, max_tokens)))
        for one in attempts
    )
