"""Compare the caching plans with brute force: ``python -m tests.slow plans``.

Two checks, which share with the planner only the price book and the scenario's numbers. The first
draws random arrivals, a million calls a rate, and serves them from a cache with a clock. The second
walks through the evenly spaced calls of 10,000 scenarios and pays for each call. The ordinary tests
run the first in full and a twentieth of the second.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Annotated

from typer import Option

from pricing.estimates.caching import CacheKind
from pricing.estimates.estimate import Pricer
from pricing.plans.caching.options import CachingScenario, ColdStart
from pricing.plans.caching.plan import CachingPlan, plan_caching
from pricing.plans.caching.prices import TTL_SECONDS, BestTtl
from pricing.timestamps import AsOf
from pricing.usage.buckets import Terms
from tariff.prices import bundled_prices

SEED = 20261122
#: Calls an hour, from far too few to far more than enough to keep each kind of entry alive.
POISSON_RATES: Mapping[CacheKind, Sequence[str]] = {
    "5m": ("3", "6", "12", "24", "60"),
    "1h": ("0.25", "0.5", "1", "2", "5"),
}
TOLERANCE = Decimal("0.005")

AS_OF = AsOf.parse("2026-11-22")
MODELS = (
    "claude-opus-5-5",
    "claude-sonnet-5-5",
    "claude-haiku-5-5",
    "claude-fable-5-1",
    "claude-fable-5-2",
    "claude-opus-4-7",
    "claude-opus-4-6",
    "claude-sonnet-4-6",
    "claude-haiku-4-5",
    "claude-3-haiku",
)
#: Both sides of two minimums, an ordinary one, and one whose prompt exceeds Haiku 5.5's tier.
PREFIXES = (511, 512, 2048, 30_000, 99_999)
#: Quarters of a call an hour: from one call in four hours to 60 an hour, dense near 1 and 12.
QUARTERS = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 44, 46, 47, 48, 49, 50, 52, 60, 80, 120),
    240,
)
RATES = tuple(Decimal(quarters) / 4 for quarters in QUARTERS)
DAYS = ((4, 1), (8, 3), (12, 2), (20, 2))
COLD: tuple[ColdStart, ...] = ("day", "month")
SUFFIX, OUTPUT = 500, 100


def poisson_hit_rate(calls_per_hour: float, ttl_seconds: int, calls: int, seed: int) -> Fraction:
    """Return the share of hits among ``calls`` random arrivals after a first call that wrote."""
    draw = random.Random(seed).expovariate  # noqa: S311 - a simulation, the same every time
    per_second = calls_per_hour / 3600
    now, expires, hits = 0.0, float(ttl_seconds), 0
    for _ in range(calls):
        now += draw(per_second)
        hits += now <= expires
        expires = now + ttl_seconds  # a write and a read both restart the time to live
    return Fraction(hits, calls)


@dataclass(frozen=True, slots=True)
class Walked:
    """A month's calls walked one by one: figures by time to live, ``none`` without caching."""

    cost: Mapping[BestTtl, Fraction]
    writes: Mapping[CacheKind, int]
    first_cheaper_reads: Mapping[CacheKind, int]

    @property
    def best(self) -> BestTtl:
        """The cheapest; among equals no caching first, then the shorter time to live."""
        order: tuple[BestTtl, ...] = ("none", "5m", "1h")
        return min((ttl for ttl in order if ttl in self.cost), key=lambda ttl: self.cost[ttl])


def pricer_of(model: str) -> Pricer:
    """Return the prices of a model of the bundled book."""
    return Pricer.of(bundled_prices(), model, AS_OF, Terms())


def scenarios() -> Iterator[tuple[Pricer, CachingScenario]]:
    """Yield the grid: models x prefixes x rates x days x cold starts."""
    pricers = [pricer_of(model) for model in MODELS]
    for pricer, prefix, rate, (hours, days), cold in product(pricers, PREFIXES, RATES, DAYS, COLD):
        scenario = CachingScenario(
            prefix_tokens=prefix,
            suffix_tokens=SUFFIX,
            output_tokens=OUTPUT,
            calls_per_hour=rate,
            hours_per_day=hours,
            days_per_month=days,
            cold_start_every=cold,
        )
        yield pricer, scenario


def walk(pricer: Pricer, scenario: CachingScenario) -> Walked:
    """Pay for every call of the month, one by one."""
    plain, read, write = _call_costs(pricer, scenario)
    calls = int(scenario.calls_per_hour * scenario.hours_per_day)
    sessions = [calls] * scenario.days_per_month
    if scenario.cold_start_every == "month":
        sessions = [sum(sessions)]
    cost: dict[BestTtl, Fraction] = {"none": plain * sum(sessions)}
    writes: dict[CacheKind, int] = {}
    cheaper: dict[CacheKind, int] = {}
    for ttl, write_cost in write.items():
        writes[ttl] = sum(_misses(count, scenario.calls_per_hour, ttl) for count in sessions)
        reads = sum(sessions) - writes[ttl]
        cost[ttl] = writes[ttl] * write_cost + reads * read
        count = 0
        while write_cost + count * read >= (count + 1) * plain:
            count += 1
        cheaper[ttl] = count
    return Walked(cost, writes, cheaper)


def _misses(calls: int, calls_per_hour: Decimal, ttl: CacheKind) -> int:
    """Count the calls without a cache entry; call n arrives n / rate hours after the first."""
    top, bottom = calls_per_hour.as_integer_ratio()
    lives = TTL_SECONDS[ttl] * top  # all times here are in units of 1 / (3600 x rate) of an hour
    misses, expires = 0, -1
    for number in range(calls):
        now = number * 3600 * bottom
        misses += now > expires
        expires = now + lives
    return misses


def _call_costs(
    pricer: Pricer, scenario: CachingScenario
) -> tuple[Fraction, Fraction, dict[CacheKind, Fraction]]:
    """Return the cost of a call: uncached, with a read, and with each kind of write.

    There are no writes when the prefix is too short to be cached.
    """
    period = pricer.model.period_at(AS_OF.instant)
    assert period is not None, pricer.model.id
    prices = period.lists["standard"]
    rates = prices.rates
    for tier in prices.tiers:
        if scenario.prefix_tokens + scenario.suffix_tokens > tier.above_tokens:
            rates = tier.rates
    rest = scenario.suffix_tokens * Fraction(rates["input"])
    rest += scenario.output_tokens * Fraction(rates["output"])

    def call(component: str) -> Fraction:
        return (scenario.prefix_tokens * Fraction(rates[component]) + rest) / 10**6

    short = scenario.prefix_tokens < (pricer.model.cache_minimum_tokens or 1)
    ttls: tuple[CacheKind, ...] = () if short else ("5m", "1h")
    return call("input"), call("cache_read"), {ttl: call(f"cache_write_{ttl}") for ttl in ttls}


def disagreements(plan: CachingPlan, walked: Walked) -> list[str]:
    """Return the differences between a plan and the walk."""
    found = []
    if plan.best_ttl != walked.best:
        found.append(f"best {plan.best_ttl}, walked {walked.best}")
    if Fraction(plan.plain_month.cost_usd) != walked.cost["none"]:
        found.append(f"plain {plan.plain_month.cost_usd}, walked {walked.cost['none']}")
    options = {option.ttl: option for option in plan.options}
    if options.keys() != walked.writes.keys():
        found.append(f"options {list(options)}, walked {list(walked.writes)}")
        return found
    for ttl, option in options.items():
        month = option.month
        planned = (Fraction(month.cost_usd), month.writes, option.first_cheaper_reads)
        counted = (walked.cost[ttl], walked.writes[ttl], walked.first_cheaper_reads[ttl])
        if planned != counted:
            found.append(f"{ttl} {planned}, walked {counted}")
    bands = [
        band.best_ttl
        for band in plan.best_by_rate
        if band.from_calls_per_hour <= plan.calls_per_hour
    ]
    # At a break-even rate two choices cost the same, and either is right.
    if walked.cost[bands[-1]] != walked.cost[walked.best]:
        found.append(f"band {bands[-1]}, walked {walked.best}")
    return found


def check(
    calls: Annotated[int, Option(min=1, help="Random arrivals a rate.")] = 10**6,
    every: Annotated[int, Option(min=1, help="Walk every n-th scenario only.")] = 1,
) -> int:
    """Compare caching plans with random arrivals and with every call of a month."""
    wrong = 0
    for seed, (ttl, rates) in enumerate(POISSON_RATES.items(), SEED):
        for rate in rates:
            scenario = CachingScenario(30_000, 500, 0, Decimal(rate), 8, 22, arrivals="poisson")
            plan = plan_caching(pricer_of("claude-sonnet-4-6"), scenario)
            expected = next(option.hit_rate for option in plan.options if option.ttl == ttl)
            drawn = poisson_hit_rate(float(rate), TTL_SECONDS[ttl], calls, seed)
            error = abs(Fraction(expected) - drawn)
            wrong += error > TOLERANCE
            print(
                f"poisson {ttl} {rate:>5}/h: expected {expected}, drawn {float(drawn):.6f},"
                f" error {float(error) * 100:.3f} points"
            )
    chosen = list(scenarios())[::every]
    for pricer, scenario in chosen:
        found = disagreements(plan_caching(pricer, scenario), walk(pricer, scenario))
        wrong += bool(found)
        for line in found:
            print(f"{pricer.model.id} {scenario}: {line}")
    print(f"{len(chosen)} scenarios walked call by call; {wrong} disagreements in all")
    return 1 if wrong else 0
