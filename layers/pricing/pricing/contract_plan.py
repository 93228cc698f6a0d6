"""The requests of ``POST /v1/plan/...``: batch, context and subscription."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from pricing.batch import BatchQuery
from pricing.batch_caching import BatchCaching
from pricing.batch_suits import BatchKind, BatchWork
from pricing.context import ContextQuery
from pricing.context_parts import ContextPart
from pricing.contract import Calls, Count, ExactNumber, Name, Request, Versioned
from pricing.contract_estimate import TextInput, UsageInput, WorkInput
from pricing.contract_plan_caching import ModelName
from pricing.errors import InvalidRequest
from pricing.subscriptions import SeatUsage, SubscriptionQuery
from pricing.usage import MAX_COUNT, Attempt, InferenceGeo, Terms, Usage
from pricing.what_if import CacheTtl
from pricing.work import MeasuredWork, Work

Share = Annotated[ExactNumber, Field(ge=0, le=1)]
MonthlyCalls = Annotated[Calls, Field(description="How many such calls a month.")]


class BatchCachingRequest(Request):
    """A prefix that all requests share; without a hit rate the range seen in batches is priced."""

    prefix_tokens: Annotated[int, Field(ge=1, le=MAX_COUNT)]
    ttl: CacheTtl = "1h"
    hit_rate: Share | None = Field(default=None, description="Part of the requests that read it.")


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
