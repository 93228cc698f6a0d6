"""``POST /v1/plan/caching``: plan a cache for future calls, or measure it on past ones."""

from decimal import Decimal

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.price_book import BookInForce, MatchedModel, Provenance
from pricing.errors import under
from pricing.estimates.caching import CacheKind
from pricing.estimates.estimate import ComparedStatus, Pricer, compared_status
from pricing.estimates.inputs import MeasuredInput
from pricing.notices import Notice
from pricing.plans.caching.advice import (
    ModelSwitch,
    PrefixOrder,
    PromptBlock,
    advice,
    model_switch,
    prefix_order,
    reordered,
)
from pricing.plans.caching.measured import (
    CachingMeasured,
    measure_caching,
    measured_notices,
    measured_workloads,
)
from pricing.plans.caching.options import CachingScenario, TtlChoice
from pricing.plans.caching.plan import (
    CachingPlan,
    caching_assumptions,
    caching_notices,
    caching_workloads,
    plan_caching,
)
from pricing.plans.workloads import CallGroup, PlanWorkload
from pricing.timestamps import AsOf
from pricing.usage.buckets import Attempt, StatedTerms, settle
from pricing.usage.parsed import Unread
from pricing.values import immutable


@immutable
class MeasuredUsage:
    """A usage object that so many calls reported."""

    name: str
    call: MeasuredInput
    calls: int
    served: StatedTerms
    notices: tuple[Notice, ...]


@immutable
class CachingQuery:
    """Either a scenario to plan or usage that was measured; the other one is empty."""

    model: str
    as_of: AsOf
    requested: StatedTerms
    scenario: CachingScenario | None = None
    ttl: TtlChoice = "auto"
    target_percent: Decimal | None = None
    blocks: tuple[PromptBlock, ...] = ()
    other_models: tuple[str, ...] = ()
    measured: tuple[MeasuredUsage, ...] = ()


@immutable
class CachingAnswer:
    """A ``plan`` for calls to come, or the effect of caching on calls that were ``measured``.

    Every saving is the difference of two ``workloads``, each of which can be sent to ``POST
    /v1/estimate/workload`` unchanged.
    """

    model: MatchedModel
    status: ComparedStatus
    """``partial`` when something that was measured has no known price or was not understood."""
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""
    plan: CachingPlan | None
    """The plan; null when ``measured`` was sent."""
    measured: CachingMeasured | None
    """The effect of caching on the calls sent; null for a plan."""
    prefix_order: PrefixOrder | None
    """The effect of another order of the prompt; null without ``prompt``."""
    model_switches: tuple[ModelSwitch, ...]
    """One row per model of ``other_models``."""
    advice: tuple[Notice, ...]
    """What to do and what to avoid; what breaks the cache comes first."""
    workloads: tuple[PlanWorkload, ...]
    """The months that were compared."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the plan takes for granted, as sentences."""
    warnings: tuple[Notice, ...]
    net: "CachingAnswer | None" = None
    """The same answer at the rate card's prices; null without a rate card."""
    rate_card: str | None = None
    """The id of the rate card whose prices this answer has; null at list prices."""
    converted: Converted | None = None
    """The amounts in ``currency``; null without one."""


def answer_caching(in_force: BookInForce, query: CachingQuery) -> CachingAnswer:
    """Plan or measure caching; raises UnknownModel, Unpriced or InvalidRequest."""
    terms, _ = settle(query.requested, StatedTerms())
    pricer = Pricer.of(in_force, query.model, query.as_of, terms)
    if query.scenario is None:
        return _measured(pricer, query)
    return _planned(pricer, query, query.scenario)


def _planned(pricer: Pricer, query: CachingQuery, scenario: CachingScenario) -> CachingAnswer:
    plan = plan_caching(pricer, scenario, query.ttl, query.target_percent)
    workloads = caching_workloads(pricer, scenario, plan)
    order = None
    if query.blocks:
        forward = reordered(scenario, query.blocks)
        forward_plan = plan_caching(pricer, forward, query.ttl, query.target_percent)
        order = prefix_order(plan, forward_plan, query.blocks)
        if order.move_forward:
            renamed = caching_workloads(pricer, forward, forward_plan, prefix="reordered_")
            workloads = (*workloads, *renamed)
    ttl: CacheKind = "5m" if plan.ttl == "none" else plan.ttl
    switches, others, plain = [], [], Attempt(scenario.plain())
    for number, name in enumerate(query.other_models):
        with under(f"/other_models/{number}"):
            other = Pricer.of(pricer.in_force, name, query.as_of, pricer.terms)
            others.append(other)
            switches.append(model_switch(pricer, other, scenario, ttl))
    return CachingAnswer(
        model=pricer.matched,
        status="priced",
        unread=(),
        plan=plan,
        measured=None,
        prefix_order=order,
        model_switches=tuple(switches),
        advice=advice(order, switches, marked=ttl != "automatic"),
        workloads=workloads,
        pricing=pricer.provenance,
        assumptions=(
            *caching_assumptions(pricer, scenario),
            *(text for one in (pricer, *others) for text in one.hour_assumption(plain)),
        ),
        warnings=(*_ttl_notices(query, plan), *caching_notices(pricer, scenario, plan)),
    )


def _ttl_notices(query: CachingQuery, plan: CachingPlan) -> tuple[Notice, ...]:
    if query.ttl == "auto" or all(option.ttl != "automatic" for option in plan.options):
        return ()
    message = f"`ttl`: {query.ttl} has no price here: the provider chooses how long an entry lives."
    return (Notice("ttl_not_offered", message),)


def _measured(pricer: Pricer, query: CachingQuery) -> CachingAnswer:
    groups, calls = [], []
    assumed: dict[str, None] = {}
    notices: dict[Notice, None] = {}
    for number, sent in enumerate(query.measured):
        served = Pricer.of_call(
            pricer.in_force, query.model, query.as_of, query.requested, sent.served
        )
        with under(f"/measured/{number}"):
            counted = served.comparable(sent.call.counted_for(served.model))
            served.priced(*counted.attempts)
        limits = served.notices(*(attempt.usage for attempt in counted.attempts))
        notices |= dict.fromkeys((*sent.notices, *counted.notices, *limits))
        assumed |= dict.fromkeys(served.hour_assumption(*counted.attempts))
        groups.append(CallGroup(sent.name, served, counted.attempts, sent.calls))
        calls.append(counted)
    found = measure_caching(groups)
    status, unread = compared_status(*calls)
    return CachingAnswer(
        model=pricer.matched,
        status=status,
        unread=unread,
        plan=None,
        measured=found,
        prefix_order=None,
        model_switches=(),
        advice=advice(None, ()),
        workloads=measured_workloads(groups),
        pricing=pricer.provenance,
        assumptions=(
            "Without caching, every token that was read or written is plain input of its call.",
            *assumed,
        ),
        warnings=(*notices, *measured_notices(found)),
    )
