"""The workloads that a plan compares, as bodies for ``POST /v1/estimate/workload``.

A plan's saving is the difference of two of them. Each names the price version and the instant, so
that it can be sent unchanged and gives exactly the plan's cost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Literal

from pricing.estimates.estimate import Pricer
from pricing.money import add, multiply
from pricing.usage.buckets import MAX_COUNT, Attempt, InferenceGeo, Processing, Speed, Usage
from pricing.values import immutable


@immutable
class CacheCreationBody:
    """Cache writes by time to live."""

    ephemeral_5m_input_tokens: int
    """Input tokens written for 5 minutes."""
    ephemeral_1h_input_tokens: int
    """Input tokens written for an hour."""


@immutable
class ServerToolBody:
    """Uses of server tools."""

    web_search_requests: int
    """Number of web searches."""
    code_execution_requests: int
    """Number of code executions."""


@immutable
class UsageBody:
    """One call's usage in the shape of Anthropic Messages, whichever provider's it was."""

    input_tokens: int
    """Input tokens neither read from nor written to the cache."""
    cache_read_input_tokens: int
    """Input tokens read from the cache."""
    cache_creation_input_tokens: int
    """Input tokens written to the cache."""
    cache_creation: CacheCreationBody
    output_tokens: int
    """Output tokens, thinking included."""
    server_tool_use: ServerToolBody


@immutable
class WorkloadLine:
    """Identical calls of one model."""

    name: str
    """The line's name."""
    model: str
    """The model as ``provider/id``."""
    usage: UsageBody
    """Usage of one call, in the format of Anthropic Messages."""
    calls: int
    """Calls per month."""
    processing: Processing
    """The price list of the calls."""
    speed: Speed
    """``fast`` costs more and requires ``processing: standard``."""
    inference_geo: InferenceGeo
    """``us`` keeps inference in the US, at the model's multiplier."""


@immutable
class WorkloadBody:
    """A body for ``POST /v1/estimate/workload``, with a fixed price version and moment."""

    items: tuple[WorkloadLine, ...]
    """The calls of the month."""
    period: Literal["month"]
    """The period that ``calls`` refers to."""
    pricing_version: str
    """The price version that the plan used."""
    as_of: str
    """The moment that the plan was priced at."""


@immutable
class PlanWorkload:
    """One month's calls as the plan priced them.

    ``request`` is null for calls that it cannot express: audio, output images, attempts at another
    model, or a total count over 10^12.
    """

    name: str
    """The workload's name within the plan."""
    month_usd: Decimal
    """Cost per month."""
    request: WorkloadBody | None
    """The body that reproduces this cost; null for calls that it cannot express."""


@immutable
class CallGroup:
    """Identical calls per month, on one pricer."""

    name: str
    pricer: Pricer
    attempts: tuple[Attempt, ...]
    calls: int

    @classmethod
    def like(cls, name: str, pricer: Pricer, usage: Usage, calls: int) -> "CallGroup":
        """Return calls of one attempt each."""
        return cls(name, pricer, (Attempt(usage),), calls)

    @property
    def month_usd(self) -> Decimal:
        """The cost of all calls; raises as ``Pricer.priced`` does."""
        return multiply(self.pricer.priced(*self.attempts).total_usd, Decimal(self.calls))


def plan_workload(name: str, groups: Iterable[CallGroup]) -> PlanWorkload:
    """Return groups of calls as one month's workload; empty groups are left out."""
    kept = [group for group in groups if group.calls]
    lines = [line for group in kept for line in _lines(group)]
    pricing = kept[0].pricer.provenance
    body = WorkloadBody(
        items=tuple(line for line in lines if line is not None),
        period="month",
        pricing_version=pricing.version,
        as_of=pricing.as_of,
    )
    complete = None not in lines and len(body.items) <= MAX_LINES
    return PlanWorkload(name, add(group.month_usd for group in kept), body if complete else None)


#: The most items of a ``POST /v1/estimate/workload``.
MAX_LINES = 500
#: A line's name has at most 128 characters; this leaves room for a number.
_CUT = 100


def _lines(group: CallGroup) -> Sequence[WorkloadLine | None]:
    """Return one line per attempt, because a workload prices each line as a prompt of its own.

    None stands for an attempt that a line cannot express.
    """
    terms = group.pricer.terms
    lines: list[WorkloadLine | None] = []
    for number, attempt in enumerate(group.attempts):
        usage = None if attempt.model else _body(attempt.usage)
        if usage is None:
            return [None]
        lines.append(
            WorkloadLine(
                name=group.name if not number else f"{group.name[:_CUT]} ({number + 1})",
                model=group.pricer.model.key,
                usage=usage,
                calls=group.calls,
                processing=terms.processing,
                speed=terms.speed,
                inference_geo=terms.inference_geo,
            )
        )
    return lines


def _body(usage: Usage) -> UsageBody | None:
    largest = max(getattr(usage, bucket) for bucket in _IN_SHAPE)
    written = usage.cache_write_5m + usage.cache_write_1h
    if max(largest, written) > MAX_COUNT or any(getattr(usage, name) for name in _NOT_IN_SHAPE):
        return None
    return UsageBody(
        input_tokens=usage.input,
        cache_read_input_tokens=usage.cache_read,
        cache_creation_input_tokens=written,
        cache_creation=CacheCreationBody(usage.cache_write_5m, usage.cache_write_1h),
        output_tokens=usage.output,
        server_tool_use=ServerToolBody(usage.web_search, usage.code_execution),
    )


_IN_SHAPE = {
    "input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "output",
    "web_search",
    "code_execution",
}
_NOT_IN_SHAPE = tuple(field.name for field in fields(Usage) if field.name not in _IN_SHAPE)
