"""A plan for caching a prefix: its cost and saving with each time to live.

Three prices decide: a call that sends the prefix plain, one that writes it to the cache, and one
that reads it. A call that finds no live entry writes; ``arrivals`` decides how many those are.
"""

from decimal import Decimal

from pricing.errors import InvalidRequest
from pricing.estimates.estimate import Pricer
from pricing.money import ZERO, multiply, percent_of, plain, subtract
from pricing.notices import Notice
from pricing.plans.caching.options import (
    CachingOption,
    CachingScenario,
    ColdStart,
    ExplicitCache,
    TtlChoice,
    caching_option,
    explicit_cache,
    prefix_prices,
)
from pricing.plans.caching.prices import (
    TTL_SECONDS,
    Arrivals,
    BestTtl,
    RateBand,
    always_hits,
    bands,
    cheapest,
    seconds_between,
)
from pricing.plans.workloads import CallGroup, PlanWorkload, plan_workload
from pricing.values import immutable

#: A plan warns if calls would all miss at this share of their rate.
_DELAYED = Decimal("0.95")


@immutable
class PlainPeriod:
    """The calls of an hour, day or month without caching."""

    calls: int
    """Calls in the period."""
    prompt_tokens: int
    """Input tokens of all calls."""
    cost_usd: Decimal
    """Cost of all calls."""


@immutable
class CachingPlan:
    """Every time to live, compared with no caching."""

    cacheable: bool
    """Whether the provider would cache this prefix."""
    why_not: str | None
    """Why the prefix cannot be cached; null when it can."""
    minimum_tokens: int | None
    """The shortest prefix that can be cached, in tokens; null when not known."""
    prefix_tokens: int
    """Length of the shared prefix in tokens."""
    calls_per_hour: Decimal
    """Calls per hour, as sent."""
    seconds_between_calls: Decimal
    """Mean seconds between two calls."""
    arrivals: Arrivals
    """``even``: at equal intervals; ``poisson``: at random at the same mean rate."""
    cold_start_every: ColdStart
    """How often calls start with an empty cache."""
    plain_call_usd: Decimal
    """Cost of one call without caching."""
    plain_hour: PlainPeriod | None
    """An hour without caching; null when it has no whole number of calls."""
    plain_day: PlainPeriod
    """A day without caching."""
    plain_month: PlainPeriod
    """A month without caching."""
    options: tuple[CachingOption, ...]
    """One per time to live; empty when the prefix cannot be cached."""
    ttl: BestTtl
    """The choice of the plan: as sent or, for ``auto``, ``best_ttl``; ``none`` when the prefix
    cannot be cached.
    """
    month_usd: Decimal
    """Cost per month with this choice."""
    saves_usd_per_month: Decimal
    """Saving per month compared with no caching; negative when it costs more."""
    saves_percent: Decimal | None
    """Saving as a percentage of the cost without caching; null when that is zero."""
    best_ttl: BestTtl
    """The cheapest choice at this rate; ``none`` for no caching."""
    best_by_rate: tuple[RateBand, ...]
    """The cheapest choice at each rate of calls."""
    explicit: ExplicitCache | None
    """A cache that is created and paid for by the hour, as Gemini offers next to its automatic one;
    null where keeping one has no price.
    """


def plan_caching(
    pricer: Pricer,
    scenario: CachingScenario,
    ttl: TtlChoice = "auto",
    target_percent: Decimal | None = None,
) -> CachingPlan:
    """Price every option; raises InvalidRequest if the requested time to live has no price.

    Where the provider caches automatically there is one option, whatever was requested.
    """
    why_not = pricer.why_not_cached(scenario.prefix_tokens)
    prices = {} if why_not else prefix_prices(pricer, scenario)
    if "automatic" in prices:
        ttl = "auto"
    if prices and ttl != "auto" and ttl not in prices:
        offered = " or ".join(prices)
        detail = f"{pricer.model.id} has no price for `ttl`: {ttl}. Send {offered}."
        raise InvalidRequest.at("/ttl", detail)
    options = {
        each: caching_option(pricer, scenario, each, its_prices, target_percent)
        for each, its_prices in prices.items()
    }
    best = cheapest(
        {each: subtract(ZERO, option.month.saves_usd) for each, option in options.items()}
    )
    chosen: BestTtl = best if ttl == "auto" or not options else ttl
    saves = options[chosen].month.saves_usd if chosen != "none" else ZERO
    plain_usd = pricer.cost(scenario.plain())
    month = _plain(scenario, plain_usd, scenario.calls_per_month)
    hour = scenario.whole_hour
    return CachingPlan(
        cacheable=why_not is None,
        why_not=why_not,
        minimum_tokens=pricer.model.cache_minimum_tokens,
        prefix_tokens=scenario.prefix_tokens,
        calls_per_hour=scenario.calls_per_hour,
        seconds_between_calls=seconds_between(scenario.calls_per_hour),
        arrivals=scenario.arrivals,
        cold_start_every=scenario.cold_start_every,
        plain_call_usd=plain_usd,
        plain_hour=_plain(scenario, plain_usd, hour) if hour else None,
        plain_day=_plain(scenario, plain_usd, scenario.calls_per_day),
        plain_month=month,
        options=tuple(options.values()),
        ttl=chosen,
        month_usd=subtract(month.cost_usd, saves),
        saves_usd_per_month=saves,
        saves_percent=percent_of(saves, month.cost_usd),
        best_ttl=best,
        best_by_rate=bands(prices, scenario.arrivals, scenario.session_hours),
        explicit=explicit_cache(pricer, scenario, prices["automatic"])
        if "automatic" in prices
        else None,
    )


def caching_workloads(
    pricer: Pricer, scenario: CachingScenario, plan: CachingPlan, prefix: str = ""
) -> tuple[PlanWorkload, ...]:
    """Return the month without caching, and with every option; names start with ``prefix``."""
    plain = CallGroup.like("plain", pricer, scenario.plain(), scenario.calls_per_month)
    cached = (
        plan_workload(
            f"{prefix}caching_{option.ttl}",
            (
                CallGroup.like("write", pricer, scenario.writing(option.ttl), option.month.writes),
                CallGroup.like("read", pricer, scenario.reading(), option.month.reads),
            ),
        )
        for option in plan.options
    )
    return (plan_workload(f"{prefix}without_caching", (plain,)), *cached)


def caching_assumptions(pricer: Pricer, scenario: CachingScenario) -> tuple[str, ...]:
    """Return what a plan takes for granted."""
    cold = scenario.cold_start_every
    times = f"{scenario.hours_per_day} hours a day, {scenario.days_per_month} days a month"
    assumptions = [
        f"{times}, calls {'evenly spaced' if scenario.arrivals == 'even' else 'at random'}.",
        f"The cache is empty once every {cold}: the call that finds it empty writes.",
        "A read restarts the time to live, free of charge; a call at its very end still reads.",
    ]
    if not scenario.output_tokens:
        assumptions.append("No output is priced: `output_tokens` is 0.")
    if cold == "month":
        assumptions.append("The days of the month follow each other without a pause.")
    if scenario.arrivals == "poisson":
        assumptions.append(
            "Poisson arrivals hit with probability 1 - e^(-rate x time to live), computed to 50"
            " digits and rounded half-even at 12 places. Expected reads are rounded half-even to"
            " whole calls, for hour, day and month separately."
        )
    if pricer.terms.processing == "batch":
        assumptions.append(
            "Calls in a batch run in any order and at any time, so hits are best effort: the"
            " provider reports 30% to 98%. POST /v1/plan/batch prices that range."
        )
    return tuple(assumptions)


def caching_notices(
    pricer: Pricer, scenario: CachingScenario, plan: CachingPlan
) -> tuple[Notice, ...]:
    """Return the plan's warnings."""
    notices = list(pricer.notices(scenario.plain()))
    model = pricer.model
    if plan.cacheable and model.cache_minimum_tokens is None:
        message = f"The cache minimum of {model.id} is not verified: a short prefix may not cache."
        notices.append(Notice("cache_minimum_unverified", message))
    if plan.cacheable and model.provider != "anthropic":
        message = f"The times to live are Anthropic's; those of {model.provider} are not verified."
        if any(option.ttl == "automatic" for option in plan.options):
            message = (
                f"{model.provider} caches {model.id} automatically and decides for how long; that"
                " each entry lives 5 minutes after its last read is assumed. A hit is best effort."
            )
        notices.append(Notice("ttl_unverified", message))
    if plan.why_not is not None:
        notices.append(Notice("not_cacheable", plan.why_not))
    if plan.explicit is not None:
        message = (
            "An explicit cache reads the prefix in every call, for"
            f" {plain(plan.explicit.month_usd)} USD a month with its storage. It is taken to be"
            " created at every cold start and deleted when the calls end."
        )
        notices.append(Notice("explicit_cache", message))
    for option in plan.options:
        notices += _timing_notices(scenario, option)
    if plan.ttl != plan.best_ttl:
        message = f"Caching with {plan.ttl} is not the cheapest here; that is {plan.best_ttl}."
        notices.append(Notice("not_the_best_ttl", message))
    return tuple(notices)


def _timing_notices(scenario: CachingScenario, option: CachingOption) -> list[Notice]:
    if scenario.arrivals != "even":
        return []
    ttl, seconds = option.ttl, TTL_SECONDS[option.ttl]
    if not always_hits(scenario.calls_per_hour, ttl):
        pays = "writes again, which costs more than not caching"
        if ttl == "automatic":
            pays = "pays plain input"
        message = (
            f"Calls come more than {seconds} seconds apart, so with {ttl} each finds its entry"
            f" expired and {pays}."
        )
        return [Notice("calls_past_ttl", message)]
    if not always_hits(multiply(scenario.calls_per_hour, _DELAYED), ttl):
        message = (
            f"Calls come almost {seconds} seconds apart: with {ttl}, a delay of 5% makes every call"
            " a miss."
        )
        return [Notice("calls_near_ttl", message)]
    return []


def _plain(scenario: CachingScenario, plain_usd: Decimal, calls: int) -> PlainPeriod:
    tokens = calls * scenario.plain().prompt_tokens
    return PlainPeriod(calls, tokens, multiply(plain_usd, Decimal(calls)))
