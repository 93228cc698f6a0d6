"""``POST /v1/estimate/workload``'s request."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import Field

from pricing.api.requests.estimate import WorkInput
from pricing.catalogue.models import CacheTtl
from pricing.errors import InvalidRequest, under
from pricing.estimates.inputs import MeasuredInput
from pricing.estimates.what_if import Caching, WhatIf
from pricing.estimates.workload import Period, Workload, WorkloadItem
from pricing.usage.buckets import Processing
from pricing.usage.fields import Count
from pricing.validation import AtMost, ExactNumber, Name, Request, Versioned

Share = Annotated[ExactNumber, Field(ge=0, le=1)]
Percent = Annotated[ExactNumber, Field(ge=0, le=100)]
Built = TypeVar("Built")
MAX_ITEMS = 500
#: Prompts that all what-ifs together may price again, which is what a large workload costs.
MAX_REPRICED = 10_000


class WorkItemRequest(WorkInput):
    """One workload line: identical calls."""

    name: Name
    """The line's name in the answer."""


class MatchRequest(Request):
    """The lines that a what-if changes, by name, by model, or both."""

    name: Name | None = None
    """Lines with this name."""
    model: Name | None = None
    """Lines with this model."""


class CachingRequest(Request):
    """A prefix that all calls share, read from the cache or written to it."""

    prefix_tokens: Count
    """Length of the shared prefix in tokens."""
    hit_rate: Share
    """Share of calls that read the prefix from the cache, from 0 to 1; the others write it."""
    ttl: CacheTtl = "5m"
    """How long the cache keeps the prefix; a longer time to live costs more to write."""


class WhatIfRequest(Request):
    """One change to the matching lines: at least one of ``model``, ``processing``, ``caching``."""

    name: Name
    """The change's name in the answer."""
    model: Name | None = None
    """Run the lines on this model instead."""
    processing: Processing | None = None
    """Run the lines with this processing instead."""
    caching: CachingRequest | None = None
    """Price the lines with a cached prefix."""
    match: MatchRequest = Field(default_factory=MatchRequest)
    """The lines that change. Default: all."""
    share: Share = Decimal(1)
    """Share of each matching line's calls that changes, from 0 to 1."""
    claimed_percent: Percent | None = None
    """A claimed saving, to check against what is possible."""

    def change(self) -> WhatIf:
        """The domain's change; raises InvalidRequest when nothing would change."""
        if self.model is None and self.processing is None and self.caching is None:
            raise InvalidRequest.at("/model", "or processing or caching must say what changes")
        return WhatIf(
            name=self.name,
            model=self.model,
            processing=self.processing,
            caching=Caching(**dict(self.caching)) if self.caching else None,
            match_name=self.match.name,
            match_model=self.match.model,
            share=self.share,
            claimed_percent=self.claimed_percent,
        )


class WorkloadRequest(Versioned):
    """Up to 500 lines a period, its projection, and what-ifs.

    The prompts of all lines times the what-ifs may be 10,000; a line is one prompt, or as many as
    its usage has iterations.
    """

    items: Annotated[
        tuple[WorkItemRequest, ...], Field(min_length=1, strict=False), AtMost(MAX_ITEMS)
    ]
    """One line per kind of call."""
    period: Period = "day"
    """The period that ``calls`` refers to."""
    working_days_per_month: Annotated[int, Field(ge=1, le=31)] = 22
    """Days per month, when the period is a day."""
    working_days_per_year: Annotated[int, Field(ge=1, le=366)] = 260
    """Days per year, when the period is a day."""
    what_if: Annotated[tuple[WhatIfRequest, ...], Field(strict=False), AtMost(50)] = ()
    """Changes to compare with the unchanged workload, each on its own."""

    def workload(self, now: datetime) -> Workload:
        """The domain's workload; errors point at the line or what-if they are in."""
        as_of = self.moment(now)
        items = tuple(
            WorkloadItem(item.name, _inside(f"/items/{number}", item.query_at, as_of))
            for number, item in enumerate(self.items)
        )
        prompts = sum(map(_prompts_of, items))
        if prompts * len(self.what_if) > MAX_REPRICED:
            raise InvalidRequest.at(
                "/what_if",
                f"would price {prompts} prompts {len(self.what_if)} times again; at most"
                f" {MAX_REPRICED} in all: send fewer lines or fewer changes at once",
            )
        return Workload(
            items=items,
            as_of=as_of,
            period=self.period,
            working_days_per_month=self.working_days_per_month,
            working_days_per_year=self.working_days_per_year,
            what_if=tuple(
                _inside(f"/what_if/{number}", change.change)
                for number, change in enumerate(self.what_if)
            ),
        )


def _prompts_of(item: WorkloadItem) -> int:
    call = item.query.call
    return len(call.attempts) if isinstance(call, MeasuredInput) else 1


def _inside(pointer: str, build: Callable[..., Built], *arguments: Any) -> Built:
    with under(pointer):
        return build(*arguments)
