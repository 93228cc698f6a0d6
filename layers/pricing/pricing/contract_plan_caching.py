"""``POST /v1/plan/caching``'s request."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, SkipValidation

from pricing.arrivals import Arrivals
from pricing.caching_advice import PromptBlock, prefix_of
from pricing.caching_answer import CachingQuery, MeasuredUsage
from pricing.caching_options import CachingScenario, ColdStart, TtlChoice
from pricing.contract import Calls, Count, ExactNumber, Name, Request, Versioned
from pricing.contract_estimate import parse_usage
from pricing.errors import InvalidRequest
from pricing.money import multiply
from pricing.usage import MAX_COUNT, InferenceGeo, Processing, Speed, StatedTerms
from pricing.usage_formats import AnyUsage, UsageFormat

Percent = Annotated[ExactNumber, Field(ge=0, le=100)]
Rate = Annotated[ExactNumber, Field(ge=0, le=10**9)]


ModelName = Annotated[Name, Field(description="Id, alias, `provider/model` or family name.")]


class PromptBlockRequest(Request):
    """A part of the prompt, in the order it is sent."""

    name: Name
    tokens: Count = Field(description="How long it is.")
    varies: bool = Field(default=False, description="Whether it differs from call to call.")


class MeasuredUsageRequest(Request):
    """A provider's usage object, and how many calls reported just that."""

    usage: SkipValidation[AnyUsage] = Field(
        description="The provider's own usage object, as it came."
    )
    usage_format: UsageFormat = Field(default="anthropic", description="Whose shape it has.")
    calls: Calls = 1


class CachingPlanRequest(Versioned):
    """Calls to come: ``prefix_tokens`` or a ``prompt``, and a rate. Or those ``measured``."""

    model: ModelName
    prefix_tokens: Count | None = Field(
        default=None, description="The tokens that all calls begin with."
    )
    suffix_tokens: Count = Field(default=0, description="The tokens after them, which vary.")
    prompt: Annotated[tuple[PromptBlockRequest, ...], Field(max_length=100, strict=False)] = Field(
        default=(), description="Instead of prefix and suffix: the blocks of the prompt, in order."
    )
    output_tokens: Count = Field(default=0, description="Of each call; not cached.")
    calls_per_hour: Rate | None = Field(
        default=None, description="May have a fraction, as long as a day has a whole number."
    )
    hours_per_day: Annotated[int, Field(ge=1, le=24)] = Field(
        default=8, description="For how long calls come on a day."
    )
    days_per_month: Annotated[int, Field(ge=1, le=31)] = Field(
        default=22, description="On how many days of a month they come."
    )
    ttl: TtlChoice = Field(
        default="auto", description="The time to live to plan with; `auto` takes the cheapest."
    )
    arrivals: Arrivals = Field(
        default="even", description="`even`ly spaced, or `poisson`: at random at this mean rate."
    )
    cold_start_every: ColdStart | None = Field(
        default=None,
        description="How often calls pause for longer than the cache lasts. Default: every `day`,"
        " or `month` where the calls go on for 24 hours.",
    )
    target_saving_percent: Percent | None = Field(
        default=None, description="Asks for the reads of one write that save this on the prefix."
    )
    other_models: Annotated[tuple[Name, ...], Field(max_length=20, strict=False)] = Field(
        default=(), description="Models that some of the calls may move to."
    )
    measured: Annotated[tuple[MeasuredUsageRequest, ...], Field(max_length=250, strict=False)] = (
        Field(default=(), description="Instead of all the above: usage that calls reported.")
    )
    processing: Processing = "standard"
    speed: Speed = "standard"
    inference_geo: InferenceGeo = "global"

    def query(self, now: datetime) -> CachingQuery:
        """The domain's question; raises InvalidRequest when the fields do not make one."""
        as_of = self.moment(now)
        requested = StatedTerms(
            **{one: getattr(self, one) for one in _TERMS & self.model_fields_set}
        )
        if self.measured:
            alone = sorted(self.model_fields_set & _PLANNED)
            if alone:
                raise InvalidRequest.at(f"/{alone[0]}", "does not go with measured; leave it out")
            measured = tuple(
                MeasuredUsage(
                    f"measured {number + 1}",
                    parse_usage(one.usage, one.usage_format, f"/measured/{number}/usage"),
                    one.calls,
                )
                for number, one in enumerate(self.measured)
            )
            return CachingQuery(self.model, as_of, requested, measured=measured)
        blocks = tuple(PromptBlock(one.name, one.tokens, one.varies) for one in self.prompt)
        return CachingQuery(
            model=self.model,
            as_of=as_of,
            requested=requested,
            scenario=self._scenario(blocks),
            ttl=self.ttl,
            target_percent=self.target_saving_percent,
            blocks=blocks,
            other_models=tuple(dict.fromkeys(self.other_models)),
        )

    def _scenario(self, blocks: tuple[PromptBlock, ...]) -> CachingScenario:
        prefix, suffix = self._prefix_and_suffix(blocks)
        if self.calls_per_hour is None:
            raise InvalidRequest.at("/calls_per_hour", "is required, unless measured is sent")
        scenario = CachingScenario(
            prefix_tokens=prefix,
            suffix_tokens=suffix,
            output_tokens=self.output_tokens,
            calls_per_hour=self.calls_per_hour,
            hours_per_day=self.hours_per_day,
            days_per_month=self.days_per_month,
            arrivals=self.arrivals,
            cold_start_every=self.cold_start_every or self._usual_cold_start(),
        )
        a_day = multiply(self.calls_per_hour, Decimal(self.hours_per_day))
        if not a_day or a_day != scenario.calls_per_day:
            detail = "times hours_per_day must be a whole number of calls, at least 1"
            raise InvalidRequest.at("/calls_per_hour", detail)
        if scenario.calls_per_month > MAX_COUNT:
            raise InvalidRequest.at("/calls_per_hour", f"makes over {MAX_COUNT} calls a month")
        if scenario.cold_start_every == "hour" and scenario.whole_hour is None:
            detail = "of hour needs a whole number of calls an hour"
            raise InvalidRequest.at("/cold_start_every", detail)
        return scenario

    def _prefix_and_suffix(self, blocks: tuple[PromptBlock, ...]) -> tuple[int, int]:
        sized = self.model_fields_set & {"prefix_tokens", "suffix_tokens"}
        if blocks and sized:
            raise InvalidRequest.at(f"/{min(sized)}", "does not go with prompt; leave one out")
        if blocks:
            prefix, suffix = prefix_of(blocks)
        elif self.prefix_tokens is not None:
            prefix, suffix = self.prefix_tokens, self.suffix_tokens
        else:
            raise InvalidRequest.at("/prefix_tokens", "is required, or prompt, or measured")
        if prefix + suffix > MAX_COUNT:
            raise InvalidRequest.at("/prompt", f"has more than {MAX_COUNT} tokens")
        return prefix, suffix

    def _usual_cold_start(self) -> ColdStart:
        return "month" if self.hours_per_day == _HOURS_OF_A_DAY else "day"


_HOURS_OF_A_DAY = 24
_TERMS = {"processing", "speed", "inference_geo"}
_PLANNED = (
    set(CachingPlanRequest.model_fields)
    - set(Versioned.model_fields)
    - _TERMS
    - {"model", "measured"}
)
