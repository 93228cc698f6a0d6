"""The request of ``POST /v1/estimate/workload``."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from pricing.api.requests.billing import BillingFields
from pricing.api.requests.estimate import ModelCallInput
from pricing.api.requests.hints import Hints
from pricing.api.requests.units import Count, Percent, Share
from pricing.api.requests.written import AS_PERIOD, AS_PROCESSING, AS_TTL, AS_WRITTEN
from pricing.catalogue.models import CacheTtl
from pricing.errors import InvalidRequest, under
from pricing.estimates.inputs import MeasuredInput
from pricing.estimates.what_if import Caching, WhatIf
from pricing.estimates.workload import Period, Workload, WorkloadItem
from pricing.usage.buckets import Processing
from pricing.validation import AtMost, Name, Request, Versioned, as_query

MAX_ITEMS = 500
#: The prompts that all what-ifs together may price again.
MAX_REPRICED = 10_000


class WorkItemRequest(ModelCallInput):
    """One workload line: identical calls."""

    name: Name
    """The line's name in the answer."""

    HINTS = Hints("common", "item")


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
    ttl: Annotated[CacheTtl, AS_TTL] = "5m"
    """How long the cache keeps the prefix; a longer time to live costs more to write."""


class WhatIfRequest(Request):
    """One change to the matching lines: at least one of ``model``, ``processing``, ``caching``."""

    name: Name
    """The change's name in the answer."""
    model: Name | None = None
    """Run the lines on this model instead."""
    processing: Annotated[Processing, AS_PROCESSING] | None = None
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
        """Return the change; raises InvalidRequest if it changes nothing."""
        if self.model is None and self.processing is None and self.caching is None:
            detail = "Send `model`, `processing` or `caching`: this what-if changes nothing."
            raise InvalidRequest.at("/model", detail)
        return as_query(
            WhatIf,
            self,
            caching=as_query(Caching, self.caching) if self.caching else None,
            match_name=self.match.name,
            match_model=self.match.model,
        )


class WorkloadRequest(Versioned, BillingFields):
    """Up to 500 lines a period, its projection, and what-ifs.

    The prompts of all lines times the what-ifs may be 10,000; a line is one prompt, or as many as
    its usage has iterations. A what-if with caching counts twice.
    """

    items: Annotated[
        tuple[WorkItemRequest, ...], Field(min_length=1, strict=False), AtMost(MAX_ITEMS)
    ]
    """One line per kind of call."""
    period: Annotated[Period, AS_PERIOD] = "day"
    """The period that ``calls`` refers to."""
    working_days_per_month: Annotated[int, Field(ge=1, le=31), AS_WRITTEN] = 22
    """Days per month, when the period is a day."""
    working_days_per_year: Annotated[int, Field(ge=1, le=366), AS_WRITTEN] = 260
    """Days per year, when the period is a day."""
    what_if: Annotated[tuple[WhatIfRequest, ...], Field(strict=False), AtMost(50)] = ()
    """Changes to compare with the unchanged workload, each on its own."""

    HINTS = Hints("common", "items", "workload")

    def query(self, now: datetime) -> Workload:
        """Return the workload; errors point at the line or the what-if they are in."""
        as_of = self.moment(now)
        items, changes = [], []
        for number, item in enumerate(self.items):
            with under(f"/items/{number}"):
                items.append(WorkloadItem(item.name, item.query_at(as_of, f"/items/{number}")))
        for number, change in enumerate(self.what_if):
            with under(f"/what_if/{number}"):
                changes.append(change.change())
        prompts = sum(
            len(item.query.call.attempts) if isinstance(item.query.call, MeasuredInput) else 1
            for item in items
        )
        times = sum(1 if change.caching is None else 2 for change in changes)
        if prompts * times > MAX_REPRICED:
            raise InvalidRequest.at(
                "/what_if",
                f"These what-ifs would price {prompts} prompts {times} times, where one with"
                " caching counts twice, and the limit"
                f" is {MAX_REPRICED} in all. Send fewer lines or fewer what-ifs.",
            )
        return as_query(Workload, self, items=tuple(items), as_of=as_of, what_if=tuple(changes))
