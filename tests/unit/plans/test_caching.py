"""Caching by brute force: every call walked and paid for, random arrivals, flips found by hand."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

from pricing.estimates.caching import CacheKind
from pricing.money import ONE, ZERO
from pricing.plans.caching.advice import PromptBlock, prefix_of
from pricing.plans.caching.options import CachingScenario
from pricing.plans.caching.plan import plan_caching
from pricing.plans.caching.prices import (
    PrefixPrices,
    RateBand,
    always_hits,
    bands,
    expected_reads,
    hit_rate,
)
from tests.slow.caching_brute_force import disagreements, pricer_of, scenarios, walk

#: 1.25, 2 and 0.1 times an input price of 1.
FIVE = PrefixPrices(Decimal(1), Decimal("1.25"), Decimal("0.1"))
HOUR = PrefixPrices(Decimal(1), Decimal(2), Decimal("0.1"))
BOTH: dict[CacheKind, PrefixPrices] = {"5m": FIVE, "1h": HOUR}


def test_plans_agree_with_walking_every_call() -> None:
    grid = list(scenarios())
    assert len(grid) == 10_000
    for pricer, scenario in grid[::20]:
        plan = plan_caching(pricer, scenario)
        assert disagreements(plan, walk(pricer, scenario)) == [], (pricer.model.id, scenario)


def test_the_walk_notices_a_wrong_plan() -> None:
    pricer = pricer_of("claude-sonnet-4-6")
    scenario = CachingScenario(30_000, 500, 0, Decimal(60), 8, 22)
    plan, walked = plan_caching(pricer, scenario), walk(pricer, scenario)
    assert disagreements(plan, walked) == []
    five, hour = plan.options
    late = replace(five, month=replace(five.month, writes=five.month.writes + 1))
    for wrong in (
        replace(plan, best_ttl="1h"),
        replace(plan, options=(late, hour)),
        replace(plan, options=(replace(five, first_cheaper_reads=2), hour)),
        replace(plan, options=(five,)),
        replace(plan, best_by_rate=plan.best_by_rate[:1]),
    ):
        assert disagreements(wrong, walked)


@pytest.mark.parametrize(
    ("prices", "reads", "first", "rate"),
    [
        (FIVE, Fraction(5, 18), 1, Fraction(5, 23)),
        (HOUR, Fraction(10, 9), 2, Fraction(10, 19)),
        (PrefixPrices(ONE, ONE, Decimal("0.1")), Fraction(0), 1, Fraction(0)),
        (PrefixPrices(ONE, Decimal("1.9"), Decimal("0.1")), Fraction(1), 2, Fraction(1, 2)),
    ],
    ids=["five minutes", "one hour", "free writes", "exactly one read"],
)
def test_break_even_is_where_reads_have_paid_for_the_write(
    prices: PrefixPrices, reads: Fraction, first: int, rate: Fraction
) -> None:
    assert prices.break_even_reads is not None
    assert prices.break_even_hit_rate is not None
    assert abs(Fraction(prices.break_even_reads) - reads) <= Fraction(1, 2 * 10**12)
    assert prices.first_cheaper_reads == first
    assert abs(Fraction(prices.break_even_hit_rate) - rate) <= Fraction(1, 2 * 10**12)


def test_reads_that_save_nothing_never_break_even() -> None:
    flat = PrefixPrices(ONE, Decimal("1.25"), ONE)
    assert flat.break_even_reads is None
    assert flat.first_cheaper_reads is None
    assert flat.reads_for(Decimal(1)) is None


def test_a_prefix_that_costs_nothing_saves_no_percentage() -> None:
    free = PrefixPrices(ZERO, ZERO, ZERO)
    assert free.saves_percent(10) is None
    assert free.break_even_hit_rate is None


@pytest.mark.parametrize("percent", [0, 1, 50, 79, 87, "89.9"])
def test_reads_for_a_saving_are_the_least_that_reach_it(percent: int | str) -> None:
    wanted = Decimal(percent)
    for prices in BOTH.values():
        reads = prices.reads_for(wanted)
        assert reads is not None

        def saves(count: int, prices: PrefixPrices = prices) -> Fraction:
            before = (count + 1) * Fraction(prices.plain)
            after = Fraction(prices.write) + count * Fraction(prices.read)
            return 100 * (before - after) / before

        assert saves(reads) >= Fraction(wanted)
        assert reads == 0 or saves(reads - 1) < Fraction(wanted)


@pytest.mark.parametrize(
    ("rate", "ttl", "hits"),
    [
        ("12", "5m", True),
        ("11.999999999999", "5m", False),
        ("1", "1h", True),
        ("0.999", "1h", False),
    ],
)
def test_a_call_at_exactly_the_time_to_live_still_hits(
    rate: str, ttl: CacheKind, hits: bool
) -> None:
    assert always_hits(Decimal(rate), ttl) is hits
    assert hit_rate(Decimal(rate), ttl, "even") == int(hits)


@pytest.mark.parametrize("rate", ["0.000000000001", "0.01", "1", "12", "240", "1000000000"])
def test_the_poisson_hit_rate_is_one_less_the_exponential(rate: str) -> None:
    found = hit_rate(Decimal(rate), "5m", "poisson")
    assert 0 < found <= 1
    assert float(found) == pytest.approx(-math.expm1(-float(rate) / 12), rel=1e-14)


def test_expected_reads_leave_out_the_cold_starts_and_are_whole() -> None:
    assert expected_reads(100, 1, ONE) == 99
    assert expected_reads(100, 100, ONE) == 0
    assert expected_reads(4, 1, Decimal("0.5")) == 2  # 1.5, half-even
    assert expected_reads(6, 1, Decimal("0.5")) == 2  # 2.5, half-even


def test_evenly_spaced_calls_flip_at_the_times_to_live() -> None:
    assert bands(BOTH, "even", 8) == (
        RateBand(ZERO, "none"),
        RateBand(ONE, "1h"),
        RateBand(Decimal(12), "5m"),
    )


def test_short_sessions_must_read_often_enough_to_pay() -> None:
    # 5 minutes: 1 + 5/18 calls in an hour are fewer than 12. One hour: 1 + 10/9.
    assert [one.from_calls_per_hour for one in bands(BOTH, "even", 1)] == [
        ZERO,
        Decimal("2.111111111111"),
        Decimal(12),
    ]


def test_without_a_one_hour_entry_only_five_minutes_can_flip() -> None:
    assert bands({"5m": FIVE}, "even", 8) == (RateBand(ZERO, "none"), RateBand(Decimal(12), "5m"))


def test_nothing_to_choose_from_is_never_cached() -> None:
    assert bands({}, "even", 8) == (RateBand(ZERO, "none"),)
    assert bands({}, "poisson", 8) == (RateBand(ZERO, "none"),)


def session_cost(prices: PrefixPrices, rate: float, ttl_hours: float, hours: int) -> float:
    """What a session costs over plain calls, in floats: a cold start, then chance."""
    plain, write, read = map(float, (prices.plain, prices.write, prices.read))
    calls = rate * hours
    hits = 1 - math.exp(-rate * ttl_hours)
    later = max(calls - 1, 0)
    cold = calls - later
    return cold * write + later * (hits * read + (1 - hits) * write) - calls * plain


@pytest.mark.parametrize("hours", [1, 8, 24, 744])
def test_random_arrivals_flip_where_two_choices_cost_the_same(hours: int) -> None:
    found = bands(BOTH, "poisson", hours)
    assert [one.best_ttl for one in found] == ["none", "1h", "5m"]
    for before, after in pairwise(found):
        rate = float(after.from_calls_per_hour)
        costs = {
            "none": 0.0,
            "5m": session_cost(FIVE, rate, 1 / 12, hours),
            "1h": session_cost(HOUR, rate, 1, hours),
        }
        assert costs[before.best_ttl] == pytest.approx(costs[after.best_ttl], abs=1e-8)
        assert min(costs.values()) == pytest.approx(costs[after.best_ttl], abs=1e-8)


@pytest.mark.parametrize("hours", [1, 8, 744])
def test_random_arrivals_are_judged_right_between_the_flips(hours: int) -> None:
    found = bands(BOTH, "poisson", hours)
    for step in range(1, 600):
        rate = step / 2
        costs = {
            "none": 0.0,
            "5m": session_cost(FIVE, rate, 1 / 12, hours),
            "1h": session_cost(HOUR, rate, 1, hours),
        }
        best = [one.best_ttl for one in found if one.from_calls_per_hour <= Decimal(rate)][-1]
        assert costs[best] == pytest.approx(min(costs.values()), abs=1e-9), rate


def test_a_prefix_ends_where_the_prompt_begins_to_vary() -> None:
    stable, varying = PromptBlock("a", 10), PromptBlock("b", 3, varies=True)
    assert prefix_of([stable, varying, stable]) == (10, 13)
    assert prefix_of([varying, stable]) == (0, 13)
    assert prefix_of([stable, stable]) == (20, 0)
