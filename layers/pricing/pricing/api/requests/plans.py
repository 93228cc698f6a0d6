"""The requests of ``POST /v1/plan/...``: caching, batch, context and subscription."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from pricing.api.requests.billing import BillingFields
from pricing.api.requests.estimate import (
    TERMS,
    Calls,
    ModelCallInput,
    TextInput,
    UsageInput,
    stated_terms,
)
from pricing.api.requests.hints import Hints
from pricing.api.requests.measured import MeasuredFields
from pricing.api.requests.units import Count, Percent, Positive, Share
from pricing.api.requests.written import (
    AS_GEO,
    AS_NUMBER,
    AS_PROCESSING,
    AS_SPEED,
    AS_TTL,
    AS_WRITTEN,
    words,
)
from pricing.catalogue.models import CacheTtl
from pricing.errors import InvalidRequest, under
from pricing.estimates.inputs import CallInput, MeasuredInput
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
    Terms,
    Usage,
)
from pricing.usage.response import terms_served
from pricing.validation import AtMost, ExactNumber, Name, Request, Versioned, as_query

MonthlyCalls = Annotated[Calls, Field(description="Number of such calls per month.")]


class BatchCachingRequest(Request):
    """A prefix that all requests of the batch share."""

    prefix_tokens: Positive
    """Length of the shared prefix in tokens."""
    ttl: Annotated[CacheTtl, AS_TTL] = "1h"
    """How long the cache keeps the prefix."""
    hit_rate: Share | None = None
    """Share of requests that read the prefix, from 0 to 1. Default: the range seen in batches."""


class ContextPartRequest(Request):
    """A part of the prompt: its ``text``, which is counted, or its length in ``tokens``."""

    name: Name
    """The part's name in the answer."""
    text: str | None = None
    """The part's text, to count and rank."""
    tokens: Count | None = None
    """Length in tokens, instead of ``text``."""
    required: bool = False
    """Never drop this part."""

    def part(self) -> ContextPart:
        """Return the part; raises InvalidRequest unless its length is known in one way."""
        self.require_one("", "text", "tokens")
        return as_query(ContextPart, self)


class PromptRequest(TextInput):
    """A whole prompt: ``text``, ``messages``, or its length in ``tokens``."""

    tokens: Count | None = None
    """Length in tokens."""

    HINTS = Hints("common", "prompt")

    def call(self) -> CallInput:
        """Return the prompt, or its length; raises InvalidRequest for both or neither."""
        self.require_one("", "text", "messages", "tokens")
        if self.tokens is None:
            return self.prompt_input()
        self.refuse(_OF_TEXT, "goes with `text` or `messages` only; leave it out")
        usage = Usage(input=self.tokens, output=self.expected_output_tokens or 0)
        return MeasuredInput((Attempt(usage),))


_OF_TEXT = TextInput.model_fields.keys() - {"expected_output_tokens"}


class SeatUsageRequest(ModelCallInput):
    """One kind of call: ``calls`` identical ones per month and seat."""

    name: Name
    """The name of this kind of call in the answer."""

    HINTS = Hints("common", "seat")


class SubscriptionPlanRequest(Versioned, BillingFields):
    """A number of people, and what each of them uses per month."""

    seats: Annotated[int, Field(ge=1, le=10**6), AS_WRITTEN] = 1
    """Number of people."""
    items: Annotated[tuple[SeatUsageRequest, ...], Field(min_length=1, strict=False), AtMost(500)]
    """One entry per kind of call."""
    plans_version: Name = "current"
    """A version of the subscription plans, or ``current``."""

    HINTS = Hints("common", "items")

    def query(self, now: datetime) -> SubscriptionQuery:
        """Return the query; errors point at the item they are in."""
        as_of = self.moment(now)
        items = []
        for number, item in enumerate(self.items):
            with under(f"/items/{number}"):
                items.append(SeatUsage(item.name, item.query_at(as_of, f"/items/{number}")))
            if item.calls * self.seats > MAX_COUNT:
                detail = f"must be {MAX_COUNT} or less over all seats"
                raise InvalidRequest.at(f"/items/{number}/calls", detail)
        return SubscriptionQuery(self.seats, tuple(items), as_of)


Rate = Annotated[ExactNumber, Field(ge=0, le=10**9), AS_NUMBER]

ModelName = Annotated[Name, Field(description="Id, alias, `provider/model` or family.")]


class BatchPlanRequest(Versioned, BillingFields, UsageInput):
    """One request, as usage, response or prompt; how often it is made, and its deadline.

    ``processing`` and ``speed`` are what the plan decides, and are not accepted.
    """

    model: ModelName
    requests: Calls
    """Number of such requests."""
    bytes_per_request: Positive | None = None
    """Mean size of one request's JSON in bytes, to count batches by size."""
    realtime: bool | None = None
    """Whether a person waits for the answer."""
    streaming: bool | None = None
    """Whether answers are streamed."""
    deadline_hours: Annotated[ExactNumber, Field(ge=0, le=10**6), AS_NUMBER] | None = None
    """Hours until the last answer is needed."""
    kind: BatchKind | None = None
    """The kind of task. Default: recognised from the words of ``task``."""
    task: Annotated[str, Field(max_length=8000)] | None = None
    """The task in words; its kind is recognised from them."""
    caching: BatchCachingRequest | None = None
    """Also price the requests with a cached prefix."""

    HINTS = Hints("common", "batch")

    def query(self, now: datetime) -> BatchQuery:
        """Return the query; raises InvalidRequest for fields that contradict each other."""
        self.refuse({"processing", "speed"}, "is what this plan compares; leave it out")
        return as_query(
            BatchQuery,
            self,
            self.parsed(),
            as_of=self.moment(now),
            about=as_query(BatchWork, self),
            caching=as_query(BatchCaching, self.caching) if self.caching else None,
        )


class ContextPlanRequest(Versioned, BillingFields):
    """The ``parts`` of a prompt; or a prompt ``before`` and, to compare, ``after``."""

    model: ModelName
    parts: Annotated[tuple[ContextPartRequest, ...], Field(strict=False), AtMost(200)] = ()
    """The parts of one prompt, in order."""
    task: Annotated[str, Field(min_length=1, max_length=8000)] | None = None
    """What the parts are for: they are ranked by it."""
    models: Annotated[tuple[Name, ...], Field(strict=False), AtMost(20)] = ()
    """Models whose context windows to compare. Default: every family's current model."""
    reserve_output_tokens: Count = 0
    """Tokens of the window to keep free for output."""
    max_prompt_tokens: Count | None = None
    """A budget in tokens, smaller than the window."""
    output_tokens: Count = 0
    """Output tokens to price with each call of the parts."""
    before: PromptRequest | None = None
    """A prompt to review."""
    after: PromptRequest | None = None
    """The prompt to replace it."""
    calls_per_month: MonthlyCalls = 1
    structured_output_share: Share = Decimal("0.5")
    """Assumed length of structured output as a share of prose."""
    inference_geo: Annotated[InferenceGeo, AS_GEO] = "global"
    """``us`` keeps inference in the US, at the model's multiplier."""

    HINTS = Hints("common", "context")

    def query(self, now: datetime) -> ContextQuery:
        """Return the query; raises InvalidRequest for fields that contradict each other."""
        if self.require_one("/parts", "parts", "before") == "before":
            self.refuse(_OF_PARTS, "goes with `parts` only; leave it out")
        else:
            self.refuse({"after"}, "goes with `before` only; leave it out")
        parts = []
        for number, part in enumerate(self.parts):
            with under(f"/parts/{number}"):
                parts.append(part.part())
        prompts = {}
        for name in ("before", "after"):
            with under(f"/{name}"):
                prompt: PromptRequest | None = getattr(self, name)
                prompts[name] = prompt.call() if prompt else None
        return as_query(
            ContextQuery,
            self,
            as_of=self.moment(now),
            terms=Terms(inference_geo=self.inference_geo),
            parts=tuple(parts),
            models=tuple(dict.fromkeys(self.models)),
            **prompts,
        )


_OF_PARTS = {"task", "models", "reserve_output_tokens", "max_prompt_tokens", "output_tokens"}


class PromptBlockRequest(Request):
    """A block of the prompt, in the order sent."""

    name: Name
    """The block's name in the answer."""
    tokens: Count
    """Length in tokens."""
    varies: bool = False
    """Whether the block differs from call to call."""


class MeasuredUsageRequest(MeasuredFields):
    """A usage object or a response, and the number of calls that reported it."""

    calls: Calls = 1
    """Number of calls that reported this usage."""


class CachingPlanRequest(Versioned, BillingFields):
    """Calls to plan for (``prefix_tokens`` or ``prompt``, and a rate), or ``measured`` calls."""

    model: ModelName
    prefix_tokens: Count | None = None
    """Tokens that all calls begin with."""
    suffix_tokens: Count = 0
    """Tokens after the prefix, which vary."""
    prompt: Annotated[tuple[PromptBlockRequest, ...], Field(strict=False), AtMost(100)] = ()
    """The blocks of the prompt, in order, instead of ``prefix_tokens`` and ``suffix_tokens``."""
    output_tokens: Count = 0
    """Output tokens per call; output is not cached."""
    calls_per_hour: Rate | None = None
    """Calls per hour; a fraction is allowed if a day has a whole number of calls."""
    hours_per_day: Annotated[int, Field(ge=1, le=24), AS_WRITTEN] = 8
    """Hours per day with calls."""
    days_per_month: Annotated[int, Field(ge=1, le=31), AS_WRITTEN] = 22
    """Days per month with calls."""
    ttl: Annotated[TtlChoice, AS_TTL] = "auto"
    """The time to live to plan with; ``auto`` is the cheapest."""
    arrivals: Annotated[Arrivals, words(random="poisson")] = "even"
    """``even``: at equal intervals; ``poisson``: at random at the same mean rate."""
    cold_start_every: ColdStart | None = None
    """How often calls pause for longer than the time to live. Default: every ``day``, or ``month``
    for 24 hours a day.
    """
    target_saving_percent: Percent | None = None
    """Find the reads per write that save this much on the prefix."""
    other_models: Annotated[tuple[Name, ...], Field(strict=False), AtMost(20)] = ()
    """Models that some of the calls may move to."""
    measured: Annotated[tuple[MeasuredUsageRequest, ...], Field(strict=False), AtMost(250)] = ()
    """Usage that calls reported, instead of everything above."""
    processing: Annotated[Processing, AS_PROCESSING] = "standard"
    """The price list: ``batch``, ``priority`` and ``flex`` where the model offers them."""
    speed: Annotated[Speed, AS_SPEED] = "standard"
    """``fast`` costs more and requires ``processing: standard``."""
    inference_geo: Annotated[InferenceGeo, AS_GEO] = "global"
    """``us`` keeps inference in the US, at the model's multiplier."""

    HINTS = Hints("common", "caching")

    def query(self, now: datetime) -> CachingQuery:
        """Return the query; raises InvalidRequest for fields that contradict each other."""
        as_of, requested = self.moment(now), stated_terms(self)
        if self.measured:
            self.refuse(_PLANNED, "does not go with `measured`; leave it out")
            measured = []
            for number, sent in enumerate(self.measured):
                with under(f"/measured/{number}"):
                    sent.require_one("/usage", "usage", "response")
                    found = sent.measured()
                call = MeasuredInput.of(found.usage, f"/measured/{number}")
                served = terms_served(found.usage, requested, batch=found.batch)
                name = f"measured {number + 1}"
                notices = found.usage.notices
                measured.append(MeasuredUsage(name, call, sent.calls, served, notices))
            return CachingQuery(self.model, as_of, requested, measured=tuple(measured))
        blocks = tuple(as_query(PromptBlock, block) for block in self.prompt)
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
            raise InvalidRequest.at("/calls_per_hour", "is required, unless `measured` is sent")
        always = self.hours_per_day == _HOURS_OF_A_DAY
        scenario = as_query(
            CachingScenario,
            self,
            prefix_tokens=prefix,
            suffix_tokens=suffix,
            cold_start_every=self.cold_start_every or ("month" if always else "day"),
        )
        a_day = multiply(self.calls_per_hour, Decimal(self.hours_per_day))
        if not a_day or a_day != scenario.calls_per_day:
            detail = "times `hours_per_day` must be a whole number of calls, at least 1"
            raise InvalidRequest.at("/calls_per_hour", detail)
        if scenario.calls_per_month > MAX_COUNT:
            detail = f"must come to at most {MAX_COUNT} calls a month"
            raise InvalidRequest.at("/calls_per_hour", detail)
        if scenario.cold_start_every == "hour" and scenario.whole_hour is None:
            detail = "can be hour only with a whole number of `calls_per_hour`"
            raise InvalidRequest.at("/cold_start_every", detail)
        return scenario

    def _prefix_and_suffix(self, blocks: tuple[PromptBlock, ...]) -> tuple[int, int]:
        if blocks:
            detail = "does not go with `prompt`; leave one of them out"
            self.refuse({"prefix_tokens", "suffix_tokens"}, detail)
            prefix, suffix = prefix_of(blocks)
        elif self.prefix_tokens is not None:
            prefix, suffix = self.prefix_tokens, self.suffix_tokens
        else:
            detail = "Send `prefix_tokens` or `prompt` for calls to plan, or `measured` usage."
            raise InvalidRequest.at("/prefix_tokens", detail)
        if prefix + suffix > MAX_COUNT:
            raise InvalidRequest.at("/prompt", f"must have at most {MAX_COUNT} tokens")
        return prefix, suffix


_HOURS_OF_A_DAY = 24
_PLANNED = (
    CachingPlanRequest.model_fields.keys()
    - Versioned.model_fields.keys()
    - TERMS
    - {"model", "measured"}
)
