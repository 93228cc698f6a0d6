"""Compare the caching plans with brute force: ``python -m tests.slow.caching_brute_force``.

Two checks that share nothing with the planner but the price book and the scenario's numbers.
Random arrivals are drawn, a million calls a rate, and served by a cache that keeps a clock.
Evenly spaced calls of 10,000 scenarios are walked one by one, and every call is paid for. The
ordinary tests run the first in full and a twentieth of the second.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product

from pricing.catalogue.models import CacheTtl
from pricing.catalogue.price_book import BookInForce
from pricing.estimates.estimate import Pricer
from pricing.plans.caching.options import CachingScenario, ColdStart
from pricing.plans.caching.plan import CachingPlan, plan_caching
from pricing.plans.caching.prices import TTL_SECONDS, BestTtl
from pricing.store import bundled
from pricing.timestamps import AsOf
from pricing.usage.buckets import Terms

SEED = 20261122
#: Calls an hour around each time to live: from far too seldom to far more than enough.
POISSON_RATES: Mapping[CacheTtl, Sequence[str]] = {
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
#: Either side of two minimums, ordinary, and with the suffix over Haiku 5.5's threshold.
PREFIXES = (511, 512, 2048, 30_000, 99_999)
#: Calls an hour in quarters, from one in four hours, close around 1 and 12 an hour, to 60.
QUARTERS = (
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    10,
    12,
    16,
    20,
    24,
    32,
    40,
    44,
    46,
    47,
    48,
    49,
    50,
    52,
    60,
    80,
    120,
)
RATES = tuple(Decimal(one) / 4 for one in (*QUARTERS, 240))
DAYS = ((4, 1), (8, 3), (12, 2), (20, 2))
COLD: tuple[ColdStart, ...] = ("day", "month")
SUFFIX, OUTPUT = 500, 100


def poisson_hit_rate(calls_per_hour: float, ttl_seconds: int, calls: int, seed: int) -> Fraction:
    """The share of hits among ``calls`` random arrivals after a first one that wrote."""
    draw = random.Random(seed).expovariate  # noqa: S311 - a simulation, the same every time
    per_second = calls_per_hour / 3600
    now, expires, hits = 0.0, float(ttl_seconds), 0
    for _ in range(calls):
        now += draw(per_second)
        hits += now <= expires
        expires = now + ttl_seconds  # written anew or read: either way it lives from here
    return Fraction(hits, calls)


@dataclass(frozen=True, slots=True)
class Walked:
    """What walking the calls of a month found, per time to live, with ``none`` for no caching."""

    cost: Mapping[BestTtl, Fraction]
    writes: Mapping[CacheTtl, int]
    first_cheaper_reads: Mapping[CacheTtl, int]

    @property
    def best(self) -> BestTtl:
        """The cheapest; of equals no caching, then the shorter."""
        order: tuple[BestTtl, ...] = ("none", "5m", "1h")
        return min((one for one in order if one in self.cost), key=lambda one: self.cost[one])


def pricer_of(model: str) -> Pricer:
    """A model of the bundled book."""
    in_force = BookInForce(bundled.current(), "bundled", stale=False, age_seconds=None)
    return Pricer.of(in_force, model, AS_OF, Terms())


def scenarios() -> Iterator[tuple[Pricer, CachingScenario]]:
    """The grid: models x prefixes x rates x days x cold starts."""
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
    writes: dict[CacheTtl, int] = {}
    cheaper: dict[CacheTtl, int] = {}
    for ttl, write_cost in write.items():
        writes[ttl] = sum(_misses(one, scenario.calls_per_hour, ttl) for one in sessions)
        reads = sum(sessions) - writes[ttl]
        cost[ttl] = writes[ttl] * write_cost + reads * read
        count = 0
        while write_cost + count * read >= (count + 1) * plain:
            count += 1
        cheaper[ttl] = count
    return Walked(cost, writes, cheaper)


def _misses(calls: int, calls_per_hour: Decimal, ttl: CacheTtl) -> int:
    """Calls that found nothing; call number n comes n / rate hours after the first."""
    top, bottom = calls_per_hour.as_integer_ratio()
    lives = TTL_SECONDS[ttl] * top  # in units of 1 / (3600 x rate) of an hour, as all is here
    misses, expires = 0, -1
    for number in range(calls):
        now = number * 3600 * bottom
        misses += now > expires
        expires = now + lives
    return misses


def _call_costs(
    pricer: Pricer, scenario: CachingScenario
) -> tuple[Fraction, Fraction, dict[CacheTtl, Fraction]]:
    """One call plain, reading, and writing; empty where the prefix is too short to be cached."""
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
    ttls: tuple[CacheTtl, ...] = () if short else ("5m", "1h")
    return call("input"), call("cache_read"), {ttl: call(f"cache_write_{ttl}") for ttl in ttls}


def disagreements(plan: CachingPlan, walked: Walked) -> list[str]:
    """Where a plan and the walk say different things."""
    found = []
    if plan.best_ttl != walked.best:
        found.append(f"best {plan.best_ttl}, walked {walked.best}")
    if Fraction(plan.plain_month.cost_usd) != walked.cost["none"]:
        found.append(f"plain {plan.plain_month.cost_usd}, walked {walked.cost['none']}")
    options = {one.ttl: one for one in plan.options}
    if options.keys() != walked.writes.keys():
        found.append(f"options {list(options)}, walked {list(walked.writes)}")
        return found
    for ttl, option in options.items():
        said = (
            Fraction(option.month.cost_usd),
            option.month.writes,
            option.first_cheaper_reads,
        )
        seen = (walked.cost[ttl], walked.writes[ttl], walked.first_cheaper_reads[ttl])
        if said != seen:
            found.append(f"{ttl} {said}, walked {seen}")
    in_force = [
        band.best_ttl
        for band in plan.best_by_rate
        if band.from_calls_per_hour <= plan.calls_per_hour
    ]
    # Right at a flip two choices cost the same, and either is right.
    if walked.cost[in_force[-1]] != walked.cost[walked.best]:
        found.append(f"band {in_force[-1]}, walked {walked.best}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both checks; the exit status is 1 when anything disagrees."""
    parser = argparse.ArgumentParser(description="Hold the caching plans against brute force.")
    parser.add_argument("--calls", type=int, default=10**6, help="random arrivals a rate")
    parser.add_argument("--every", type=int, default=1, help="walk every n-th scenario only")
    options = parser.parse_args(arguments)
    wrong = 0
    for seed, (ttl, rates) in enumerate(POISSON_RATES.items(), SEED):
        for rate in rates:
            scenario = CachingScenario(30_000, 500, 0, Decimal(rate), 8, 22, arrivals="poisson")
            plan = plan_caching(pricer_of("claude-sonnet-4-6"), scenario)
            said = next(one.hit_rate for one in plan.options if one.ttl == ttl)
            seen = poisson_hit_rate(float(rate), TTL_SECONDS[ttl], options.calls, seed)
            apart = abs(Fraction(said) - seen)
            wrong += apart > TOLERANCE
            print(
                f"poisson {ttl} {rate:>5}/h: expected {said}, drawn {float(seen):.6f}, apart"
                f" {float(apart) * 100:.3f} points"
            )
    count = 0
    for pricer, scenario in list(scenarios())[:: options.every]:
        count += 1
        found = disagreements(plan_caching(pricer, scenario), walk(pricer, scenario))
        wrong += bool(found)
        for one in found:
            print(f"{pricer.model.id} {scenario}: {one}", file=sys.stderr)
    print(f"{count} scenarios walked call by call; {wrong} disagreements in all")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
