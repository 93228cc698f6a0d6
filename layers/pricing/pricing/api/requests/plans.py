"""The requests of ``POST /v1/plan/...``: batch, context and subscription."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, SkipValidation

from pricing.api.requests.estimate import TextInput, UsageInput, WorkInput
from pricing.catalogue.models import CacheTtl
from pricing.errors import InvalidRequest
from pricing.estimates.inputs import MeasuredWork, Work
from pricing.money import multiply
from pricing.plans.batch import BatchCaching, BatchQuery
from pricing.plans.batch_suitability import BatchKind, BatchWork
from pricing.plans.caching.advice import PromptBlock, prefix_of
from pricing.plans.caching.options import CachingScenario, ColdStart, TtlChoice
from pricing.plans.caching.prices import Arrivals
from pricing.plans.caching.query import CachingQuery, MeasuredUsage
from pricing.plans.context import ContextPart, ContextQuery
from pricing.plans.subscriptions import SeatUsage, SubscriptionQuery
from pricing.usage.buckets import (
    MAX_COUNT,
    Attempt,
    InferenceGeo,
    Processing,
    Speed,
    StatedTerms,
    Terms,
    Usage,
)
from pricing.usage.fields import Calls, Count
from pricing.usage.parsing import AnyUsage, UsageFormat, parse_usage
from pricing.validation import ExactNumber, Name, Request, Versioned

Share = Annotated[ExactNumber, Field(ge=0, le=1)]
MonthlyCalls = Annotated[Calls, Field(description="How many such calls a month.")]


class BatchCachingRequest(Request):
    """A prefix that all requests share; without a hit rate the range seen in batches is priced."""

    prefix_tokens: Annotated[int, Field(ge=1, le=MAX_COUNT)]
    ttl: CacheTtl = "1h"
    hit_rate: Share | None = Field(default=None, description="Part of the requests that read it.")


class ContextPartRequest(Request):
    """A part of the prompt: its ``text`` to be counted, or the ``tokens`` it has."""

    name: Name
    text: str | None = Field(default=None, description="The text, to be counted and ranked.")
    tokens: Count | None = Field(default=None, description="Or how many tokens it has.")
    required: bool = Field(default=False, description="Never to be left out.")

    def part(self, pointer: str) -> ContextPart:
        """The domain's part."""
        if (self.text is None) == (self.tokens is None):
            raise InvalidRequest.at(pointer, "must have exactly one of text and tokens")
        return ContextPart(self.name, self.text, self.tokens, self.required)


class PromptRequest(TextInput):
    """A whole prompt: ``text``, ``messages``, or the ``tokens`` it is known to have."""

    tokens: Count | None = Field(default=None, description="How many tokens it has.")

    def work(self, pointer: str) -> Work:
        """The domain's work."""
        if len({"text", "messages", "tokens"} & self.model_fields_set) != 1:
            raise InvalidRequest.at(pointer, "must have exactly one of text, messages and tokens")
        if self.tokens is None:
            return self.text_work()
        other = sorted(self.model_fields_set - {"tokens", "expected_output_tokens"})
        if other:
            raise InvalidRequest.at(f"{pointer}/{other[0]}", "does not go with tokens")
        usage = Usage(input=self.tokens, output=self.expected_output_tokens or 0)
        return MeasuredWork((Attempt(usage),))


_OF_PARTS = {"task", "models", "reserve_output_tokens", "max_prompt_tokens", "output_tokens"}


class SeatUsageRequest(WorkInput):
    """One kind of call: ``calls`` identical ones a month, of each seat."""

    name: Name


class SubscriptionPlanRequest(Versioned):
    """How many people, and what each of them uses in a month."""

    seats: Annotated[int, Field(ge=1, le=10**6)] = Field(default=1, description="How many people.")
    items: Annotated[
        tuple[SeatUsageRequest, ...], Field(min_length=1, max_length=500, strict=False)
    ]
    plans_version: Name = Field(
        default="current", description="A version of the plans, or `current`."
    )

    def query(self, now: datetime) -> SubscriptionQuery:
        """The domain's question; errors point at the item they are in."""
        as_of = self.moment(now)
        items = []
        for number, item in enumerate(self.items):
            try:
                items.append(SeatUsage(item.name, item.query_at(as_of)))
            except InvalidRequest as error:
                raise error.under(f"/items/{number}") from None
            if item.calls * self.seats > MAX_COUNT:
                detail = f"of all seats are over {MAX_COUNT}"
                raise InvalidRequest.at(f"/items/{number}/calls", detail)
        return SubscriptionQuery(self.seats, tuple(items), as_of)


Percent = Annotated[ExactNumber, Field(ge=0, le=100)]
Rate = Annotated[ExactNumber, Field(ge=0, le=10**9)]


ModelName = Annotated[Name, Field(description="Id, alias, `provider/model` or family name.")]


class BatchPlanRequest(Versioned, UsageInput):
    """One request as usage, response or prompt, how often it is made, and what waits for it.

    ``processing`` and ``speed`` are what the plan decides, and are not accepted.
    """

    model: ModelName
    requests: Calls = Field(description="How many such requests.")
    bytes_per_request: Annotated[int, Field(ge=1, le=MAX_COUNT)] | None = Field(
        default=None, description="The mean size of one request's JSON, to count batches by size."
    )
    realtime: bool | None = Field(default=None, description="Whether somebody waits.")
    streaming: bool | None = Field(default=None, description="Whether answers are streamed.")
    deadline_hours: Annotated[ExactNumber, Field(ge=0, le=10**6)] | None = Field(
        default=None, description="By when the last answer is needed."
    )
    kind: BatchKind | None = Field(
        default=None, description="What kind of task it is. Default: what its words say."
    )
    task: Annotated[str, Field(max_length=8000)] | None = Field(
        default=None, description="The task in words; its kind is told from them."
    )
    caching: BatchCachingRequest | None = Field(
        default=None, description="Price it with a cached prefix too."
    )

    def query(self, now: datetime) -> BatchQuery:
        """The domain's question; raises InvalidRequest when the fields do not make one."""
        for field in ("processing", "speed"):
            if field in self.model_fields_set:
                raise InvalidRequest.at(f"/{field}", "is what this plan compares; leave it out")
        asked = self.asked()
        about = BatchWork(self.realtime, self.streaming, self.deadline_hours, self.kind, self.task)
        return BatchQuery(
            model=self.model,
            work=asked.work,
            as_of=self.moment(now),
            requests=self.requests,
            requested=self.requested(),
            served=asked.served,
            notices=asked.notices,
            bytes_per_request=self.bytes_per_request,
            about=about,
            caching=BatchCaching(**dict(self.caching)) if self.caching else None,
        )


class ContextPlanRequest(Versioned):
    """The ``parts`` of a prompt, or a prompt ``before`` and, to compare, ``after``."""

    model: ModelName
    parts: Annotated[tuple[ContextPartRequest, ...], Field(max_length=200, strict=False)] = Field(
        default=(), description="The parts of one prompt, in order."
    )
    task: Annotated[str, Field(min_length=1, max_length=8000)] | None = Field(
        default=None, description="What the parts are for: ranks them."
    )
    models: Annotated[tuple[Name, ...], Field(max_length=20, strict=False)] = Field(
        default=(), description="Whose windows to try. Default: every family's current model."
    )
    reserve_output_tokens: Count = Field(default=0, description="Kept free in the window.")
    max_prompt_tokens: Count | None = Field(
        default=None, description="A budget smaller than the window."
    )
    output_tokens: Count = Field(default=0, description="Priced with each call of the parts.")
    before: PromptRequest | None = Field(default=None, description="A prompt to look into.")
    after: PromptRequest | None = Field(default=None, description="What would take its place.")
    calls_per_month: MonthlyCalls = 1
    structured_output_share: Share = Field(
        default=Decimal("0.5"),
        description="How long an answer in fields is taken to be, of one in prose.",
    )
    inference_geo: InferenceGeo = "global"

    def query(self, now: datetime) -> ContextQuery:
        """The domain's question; raises InvalidRequest when the fields do not make one."""
        if bool(self.parts) == (self.before is not None):
            raise InvalidRequest.at("/parts", "or before must be sent, and not both")
        alone = sorted(self.model_fields_set & (_OF_PARTS if self.before else {"after"}))
        if alone:
            with_what = "parts" if self.before else "before"
            raise InvalidRequest.at(f"/{alone[0]}", f"goes with {with_what} only")
        return ContextQuery(
            model=self.model,
            as_of=self.moment(now),
            terms=Terms(inference_geo=self.inference_geo),
            calls_per_month=self.calls_per_month,
            parts=tuple(one.part(f"/parts/{number}") for number, one in enumerate(self.parts)),
            task=self.task,
            models=tuple(dict.fromkeys(self.models)),
            reserve_output_tokens=self.reserve_output_tokens,
            max_prompt_tokens=self.max_prompt_tokens,
            output_tokens=self.output_tokens,
            before=self.before.work("/before") if self.before else None,
            after=self.after.work("/after") if self.after else None,
            structured_output_share=self.structured_output_share,
        )


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
