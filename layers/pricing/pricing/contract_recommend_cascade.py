"""``POST /v1/recommend/cascade``'s request."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SkipValidation
from pydantic_core import PydanticCustomError

from pricing.cascade import CascadeQuery
from pricing.cascade_stage import CascadeStage
from pricing.contract import Calls, ExactNumber, Name, Request, Versioned
from pricing.contract_estimate import UsageInput, parse_usage
from pricing.errors import InvalidRequest
from pricing.money import RATIO_PLACES
from pricing.usage import MAX_COUNT
from pricing.usage_formats import AnyUsage
from pricing.verifiers import Check, VerifierKind
from pricing.work import MeasuredWork


def _few_places(rate: Decimal) -> Decimal:
    exponent = rate.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -RATIO_PLACES:
        raise PydanticCustomError("too_many_places", "must have at most 12 decimal places")
    return rate


Rate = Annotated[ExactNumber, Field(ge=0, le=1), AfterValidator(_few_places)]


class CascadeStageRequest(Request):
    """One model, how often its answers pass, and what decides that."""

    model: Name
    pass_rate: Rate | None = Field(
        default=None,
        description="The share of the answers reaching the check here that pass it, from 0 to 1."
        " Required but on the last stage, or `correct_rate`.",
    )
    correct_rate: Rate | None = Field(
        default=None,
        description="Instead: the share of answers that is right. `pass_rate` then follows from"
        " the check's rates.",
    )
    max_tokens: Annotated[int, Field(ge=1, le=MAX_COUNT)] | None = Field(
        default=None, description="What the answer is cut to on this stage."
    )
    verifier: VerifierKind | None = Field(
        default=None, description="What decides whether an answer passes."
    )
    detection_rate: Rate | None = Field(
        default=None,
        description="The share of wrong answers the check catches. Default: the least measured.",
    )
    false_rejection_rate: Rate | None = Field(
        default=None,
        description="The share of good answers it rejects. Default: the most measured.",
    )
    verifier_usage: SkipValidation[AnyUsage | None] = Field(
        default=None,
        description="The usage of one check, when a model makes it; in the shape of"
        " `usage_format`. For `agreement` by default that of the request.",
    )
    verifier_model: Name | None = Field(
        default=None, description="The model that checks. Default: the stage's own."
    )

    def stage(self, usage_format: Any) -> CascadeStage:
        """The domain's stage; raises InvalidRequest."""
        if self.pass_rate is not None and self.correct_rate is not None:
            raise InvalidRequest.at("/correct_rate", "goes without pass_rate")
        rates = {"detection_rate", "false_rejection_rate"} & self.model_fields_set
        if self.verifier in (None, "none") and rates:
            raise InvalidRequest.at(f"/{min(rates)}", "goes with a verifier only")
        work = None
        if self.verifier_usage is not None:
            parsed = parse_usage(self.verifier_usage, usage_format, "/verifier_usage")
            work = MeasuredWork(parsed.attempts)
        check = None
        if self.verifier is not None:
            check = Check(self.verifier, self.detection_rate, self.false_rejection_rate)
        return CascadeStage(
            model=self.model,
            check=check,
            pass_rate=self.pass_rate,
            correct_rate=self.correct_rate,
            max_tokens=self.max_tokens,
            verifier_work=work,
            verifier_model=self.verifier_model,
        )


class CascadeRequest(Versioned, UsageInput):
    """Two to five stages, the cheapest first, and what one request uses."""

    stages: Annotated[
        tuple[CascadeStageRequest, ...], Field(min_length=2, max_length=5, strict=False)
    ]
    calls: Calls = 1

    def query(self, now: datetime) -> CascadeQuery:
        """The domain's question; errors point at the stage they are in."""
        asked = self.asked()
        stages = []
        for number, stage in enumerate(self.stages):
            try:
                stages.append(stage.stage(self.usage_format or "anthropic"))
            except InvalidRequest as error:
                raise error.under(f"/stages/{number}") from None
        return CascadeQuery(
            stages=tuple(stages),
            work=asked.work,
            as_of=self.moment(now),
            calls=self.calls,
            requested=self.requested(),
            served=asked.served,
            notices=asked.notices,
        )
