"""``POST /v1/plan/caching`` through its handler: the lesson's section 4 and exercise 3, and on."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pricing.plans.caching.prices import TTL_SECONDS
from tests.slow.caching_brute_force import POISSON_RATES, poisson_hit_rate
from tests.support.handlers import Event
from tests.support.plans import Plans, exact, months

LESSON = {"pricing_version": "lesson-2025"}
NOW = {"as_of": "2026-11-22"}
#: Exercise 3: 100 calls an hour share a system prompt of 30,000 tokens.
EXERCISE: dict[str, Any] = {
    **LESSON,
    "model": "sonnet",
    "prefix_tokens": 30_000,
    "suffix_tokens": 500,
    "calls_per_hour": 100,
    "hours_per_day": 8,
    "days_per_month": 22,
}


@pytest.fixture
def plan(event: Event) -> Plans:
    return Plans(event, "plan_caching")


def option(answer: dict[str, Any], ttl: str) -> dict[str, Any]:
    (found,) = (one for one in answer["plan"]["options"] if one["ttl"] == ttl)
    assert isinstance(found, dict)
    return found


def codes(notices: list[dict[str, str]]) -> set[str]:
    return {one["code"] for one in notices}


@pytest.mark.parametrize(
    ("model", "first", "later"),
    [("opus", "0.9825", "0.09"), ("sonnet", "0.1965", "0.018"), ("haiku", "0.0524", "0.0048")],
)
def test_the_lessons_flow_writes_once_and_reads_from_then_on(
    plan: Plans, model: str, first: str, later: str
) -> None:
    prefix = {**LESSON, "model": model, "prefix_tokens": 52_000, "calls_per_hour": 20}
    assert option(plan(**prefix, suffix_tokens=500), "5m")["write_call_usd"] == first
    assert option(plan(**prefix, suffix_tokens=800), "5m")["read_call_usd"] == later


@pytest.mark.parametrize(
    ("model", "ttl", "reads", "first", "after_ten"),
    [
        ("claude-sonnet-4-6", "5m", "0.277777777778", 1, "79.545454545455"),
        ("claude-sonnet-5-5", "5m", "0.263157894737", 1, "84.090909090909"),
        ("claude-fable-5-1", "5m", "0.25641025641", 1, "86.363636363636"),
        ("claude-sonnet-4-6", "1h", "1.111111111111", 2, "72.727272727273"),
        ("claude-sonnet-5-5", "1h", "1.052631578947", 2, "77.272727272727"),
        ("claude-fable-5-1", "1h", "1.025641025641", 2, "79.545454545455"),
    ],
)
def test_break_even_comes_after_one_read_or_two_and_never_later(
    plan: Plans, model: str, ttl: str, reads: str, first: int, after_ten: str
) -> None:
    answer = plan(**NOW, model=model, prefix_tokens=30_000, calls_per_hour=60)
    found = option(answer, ttl)
    assert (found["break_even_reads"], found["first_cheaper_reads"]) == (reads, first)
    saving = {one["reads"]: one["saves_percent"] for one in found["saving_after"]}
    assert saving[10] == after_ten
    assert all((Decimal(one) > 0) == (count >= first) for count, one in saving.items())


def test_the_lessons_87_percent_takes_38_reads_not_10(plan: Plans) -> None:
    answer = plan(**EXERCISE, target_saving_percent=87)
    assert option(answer, "5m")["reads_for_target"] == 38


def test_no_number_of_reads_saves_more_than_a_read_does(plan: Plans) -> None:
    for percent in (90, 100):
        answer = plan(**EXERCISE, target_saving_percent=percent)
        assert option(answer, "5m")["reads_for_target"] is None
    assert option(plan(**EXERCISE), "5m")["reads_for_target"] is None


def test_exercise_3_1_an_hour_without_caching(plan: Plans) -> None:
    found = plan(**EXERCISE)["plan"]
    assert found["plain_hour"] == {"calls": 100, "prompt_tokens": 3_050_000, "cost_usd": "9.15"}
    assert found["plain_call_usd"] == "0.0915"


def test_exercise_3_2_an_hour_with_caching(plan: Plans) -> None:
    found = option(plan(**EXERCISE), "5m")
    assert found["hour"] == {
        "calls": 100,
        "writes": 1,
        "reads": 99,
        "cost_usd": "1.1535",
        "prefix_written_usd": "0.1125",
        "prefix_read_usd": "0.891",
        "rest_usd": "0.15",
        "saves_usd": "7.9965",
        "saves_percent": "87.393442622951",
    }
    assert found["warm_hour"]["cost_usd"] == "1.05"


def test_exercise_3_3_a_month_with_one_write_an_hour(plan: Plans) -> None:
    answer = plan(**EXERCISE, cold_start_every="hour")
    month = option(answer, "5m")["month"]
    assert answer["plan"]["plain_month"]["cost_usd"] == "1610.4"
    assert (month["writes"], month["cost_usd"], month["saves_usd"]) == (176, "203.016", "1407.384")


def test_exercise_3_3_a_month_with_one_write_a_day(plan: Plans) -> None:
    answer = plan(**EXERCISE)
    found = option(answer, "5m")
    assert answer["plan"]["plain_day"]["cost_usd"] == "73.2"
    assert found["day"]["cost_usd"] == "8.5035"
    assert (found["month"]["writes"], found["month"]["saves_usd"]) == (22, "1423.323")
    assert answer["plan"]["ttl"] == "5m"
    assert answer["plan"]["saves_usd_per_month"] == "1423.323"


def test_exercise_3_4_past_five_minutes_every_call_writes_and_costs_more(plan: Plans) -> None:
    answer = plan(**{**EXERCISE, "calls_per_hour": 10}, cold_start_every="hour")
    five = option(answer, "5m")
    assert answer["plan"]["seconds_between_calls"] == "360"
    assert five["past_ttl"] == {
        "after_seconds": 300,
        "call_usd": "0.114",
        "penalty_usd": "0.0225",
        "penalty_percent_of_input": "24.590163934426",
    }
    assert "calls_past_ttl" in codes(answer["warnings"])


def test_exercise_3_4_at_six_minutes_one_hour_entries_pay(plan: Plans) -> None:
    answer = plan(**{**EXERCISE, "calls_per_hour": 10}, cold_start_every="hour")
    assert answer["plan"]["plain_hour"]["cost_usd"] == "0.915"
    five, hour = (option(answer, ttl)["hour"] for ttl in ("5m", "1h"))
    assert (five["writes"], five["reads"], five["cost_usd"]) == (10, 0, "1.14")
    assert (hour["writes"], hour["reads"], hour["cost_usd"]) == (1, 9, "0.276")
    assert answer["plan"]["best_ttl"] == "1h"


@pytest.mark.parametrize(
    ("rate", "writes", "best"),
    [(11, 8 * 11, "1h"), (12, 1, "5m"), (13, 1, "5m")],
    ids=["over five minutes", "at five minutes", "under five minutes"],
)
def test_five_minutes_flip_at_twelve_calls_an_hour(
    plan: Plans, rate: int, writes: int, best: str
) -> None:
    answer = plan(**{**EXERCISE, "calls_per_hour": rate, "days_per_month": 1})
    assert option(answer, "5m")["month"]["writes"] == writes
    assert answer["plan"]["best_ttl"] == best
    assert ("calls_near_ttl" in codes(answer["warnings"])) is (rate == 12)


@pytest.mark.parametrize(("rate", "best"), [("0.5", "none"), (1, "1h"), ("1.25", "1h")])
def test_one_hour_flips_at_one_call_an_hour(plan: Plans, rate: Any, best: str) -> None:
    answer = plan(**{**EXERCISE, "calls_per_hour": rate})
    assert answer["plan"]["best_ttl"] == best
    assert (answer["plan"]["plain_hour"] is None) is (rate != 1)


def test_the_bands_say_at_which_rates_the_answer_flips(plan: Plans) -> None:
    bands = plan(**EXERCISE)["plan"]["best_by_rate"]
    assert [(one["from_calls_per_hour"], one["best_ttl"]) for one in bands] == [
        ("0", "none"), ("1", "1h"), ("12", "5m"),
    ]  # fmt: skip


def test_a_cold_start_an_hour_needs_reads_enough_to_pay_within_it(plan: Plans) -> None:
    bands = plan(**EXERCISE, cold_start_every="hour")["plan"]["best_by_rate"]
    # 1 h: (2 - 1) / (1 - 0.1) = 10/9 reads after one write: 19/9 calls.
    assert bands[1] == {"from_calls_per_hour": "2.111111111111", "best_ttl": "1h"}


@pytest.mark.parametrize(
    ("ttl", "rate"), [(ttl, rate) for ttl, rates in POISSON_RATES.items() for rate in rates]
)
def test_the_expected_hit_rate_is_what_a_million_random_calls_have(
    plan: Plans, ttl: Any, rate: str
) -> None:
    answer = plan(
        **NOW,
        model="claude-sonnet-4-6",
        prefix_tokens=30_000,
        calls_per_hour=rate,
        arrivals="poisson",
    )
    drawn = poisson_hit_rate(float(rate), TTL_SECONDS[ttl], 10**6, seed=7)
    assert abs(exact(option(answer, ttl)["hit_rate"]) - drawn) < Fraction("0.005")


def test_random_calls_read_the_expected_number_of_times_to_the_whole_call(plan: Plans) -> None:
    answer = plan(**{**EXERCISE, "calls_per_hour": 12}, arrivals="poisson")
    found = option(answer, "5m")
    assert found["hit_rate"] == "0.632120558829"  # 1 - 1/e
    # 96 calls a day, of which the first never reads: 0.632120558829 x 95 x 22 = 1321.13.
    assert (found["month"]["reads"], found["month"]["writes"]) == (1321, 791)
    assert any("12 places" in one for one in answer["assumptions"])


def test_every_saving_is_the_difference_of_two_workloads(plan: Plans) -> None:
    for arrivals in ("even", "poisson"):
        answer = plan(**EXERCISE, arrivals=arrivals, output_tokens=700)
        priced = months(answer)
        for one in answer["plan"]["options"]:
            saved = priced["without_caching"] - priced[f"caching_{one['ttl']}"]
            assert saved == exact(one["month"]["saves_usd"])
        chosen = priced["without_caching"] - priced[f"caching_{answer['plan']['ttl']}"]
        assert chosen == exact(answer["plan"]["saves_usd_per_month"])


@pytest.mark.parametrize(("tokens", "cacheable"), [(2047, False), (2048, True)])
def test_a_prefix_under_the_minimum_is_silently_not_cached(
    plan: Plans, tokens: int, cacheable: bool
) -> None:
    answer = plan(**{**EXERCISE, "model": "haiku", "prefix_tokens": tokens})
    found = answer["plan"]
    assert found["cacheable"] is cacheable
    assert (found["why_not"] is None) is cacheable
    assert found["minimum_tokens"] == 2048
    assert len(found["options"]) == (2 if cacheable else 0)
    assert (found["saves_usd_per_month"] == "0") is not cacheable
    assert found["best_by_rate"][0]["best_ttl"] == "none"
    assert ("not_cacheable" in codes(answer["warnings"])) is not cacheable


def test_an_unverified_minimum_gives_a_warning(plan: Plans) -> None:
    answer = plan(**NOW, model="claude-fable-5-2", prefix_tokens=600, calls_per_hour=60)
    assert "cache_minimum_unverified" in codes(answer["warnings"])


def test_a_long_prompt_caches_at_the_prices_of_its_tier(plan: Plans) -> None:
    ask = {**NOW, "model": "claude-haiku-5-5", "calls_per_hour": 60, "suffix_tokens": 1_000}
    low = option(plan(**ask, prefix_tokens=99_000), "5m")
    high = option(plan(**ask, prefix_tokens=99_001), "5m")
    assert (low["read_usd_per_mtok"], high["read_usd_per_mtok"]) == ("0.01", "0.05")
    assert (low["write_usd_per_mtok"], high["write_usd_per_mtok"]) == ("0.125", "0.625")


def test_batch_and_residency_prices_stack_with_caching(plan: Plans) -> None:
    body = {**NOW, "model": "claude-opus-5-5", "prefix_tokens": 10_000, "calls_per_hour": 60}
    answer = plan(**body, processing="batch", inference_geo="us")
    assert option(answer, "1h")["write_usd_per_mtok"] == "4.4"  # 8 x 0.5 x 1.1
    assert any("30% to 98%" in one for one in answer["assumptions"])


def test_the_more_expensive_time_to_live_is_answered_with_a_warning(plan: Plans) -> None:
    answer = plan(**EXERCISE, ttl="1h")
    assert (answer["plan"]["ttl"], answer["plan"]["best_ttl"]) == ("1h", "5m")
    assert answer["plan"]["saves_usd_per_month"] == option(answer, "1h")["month"]["saves_usd"]
    assert "not_the_best_ttl" in codes(answer["warnings"])


def test_calls_round_the_clock_start_cold_once_a_month(plan: Plans) -> None:
    answer = plan(**{**EXERCISE, "hours_per_day": 24})
    assert answer["plan"]["cold_start_every"] == "month"
    assert option(answer, "5m")["month"]["writes"] == 1


BLOCKS = [
    {"name": "instructions", "tokens": 2_000},
    {"name": "question", "tokens": 500, "varies": True},
    {"name": "reference", "tokens": 50_000},
]


def test_a_stable_block_behind_one_that_varies_is_to_be_moved_forward(plan: Plans) -> None:
    answer = plan(**LESSON, model="sonnet", prompt=BLOCKS, calls_per_hour=60)
    order = answer["prefix_order"]
    assert (order["prefix_tokens"], order["reordered_prefix_tokens"]) == (2_000, 52_000)
    assert order["move_forward"] == ["reference"]
    assert answer["advice"][0]["code"] == "reorder_prompt"
    priced = months(answer)
    for name, field in (
        ("", "saves_usd_per_month"),
        ("reordered_", "reordered_saves_usd_per_month"),
    ):
        saved = priced[f"{name}without_caching"] - priced[f"{name}caching_5m"]
        assert saved == exact(order[field])


def test_a_prompt_that_starts_with_what_varies_caches_nothing_until_reordered(plan: Plans) -> None:
    answer = plan(**LESSON, model="sonnet", prompt=BLOCKS[1:], calls_per_hour=60)
    assert answer["plan"]["cacheable"] is False
    assert answer["prefix_order"]["saves_usd_per_month"] == "0"
    assert exact(answer["prefix_order"]["reordered_saves_usd_per_month"]) > 0


def test_a_prompt_in_the_right_order_needs_no_moving(plan: Plans) -> None:
    blocks = [BLOCKS[0], BLOCKS[2], BLOCKS[1]]
    answer = plan(**LESSON, model="sonnet", prompt=blocks, calls_per_hour=60)
    assert answer["prefix_order"]["move_forward"] == []
    assert "reorder_prompt" not in codes(answer["advice"])


def test_a_call_that_moves_to_another_model_writes_there_anew(plan: Plans) -> None:
    answer = plan(**{**EXERCISE, "prefix_tokens": 2_000}, other_models=["opus", "haiku"])
    opus, haiku = answer["model_switches"]
    assert opus["first_call_usd"] == "0.045"  # 2000 x 18.75 + 500 x 15
    assert opus["later_call_usd"] == "0.0105"  # 2000 x 1.5 + 500 x 15
    assert opus["stay_call_usd"] == "0.0021"  # 2000 x 0.3 + 500 x 3
    assert (haiku["cacheable"], haiku["first_call_usd"]) == (False, "0.002")  # 2500 x 0.8
    assert answer["advice"][0]["code"] == "stay_on_one_model"


def usage(fresh: int, write: int, read: int, **more: Any) -> dict[str, Any]:
    return {
        "input_tokens": fresh,
        "cache_creation_input_tokens": write,
        "cache_read_input_tokens": read,
        "output_tokens": 100,
        **more,
    }


def test_real_counters_say_what_caching_really_saved(plan: Plans) -> None:
    answer = plan(
        **LESSON,
        model="sonnet",
        measured=[{"usage": usage(500, 30_000, 0)}, {"usage": usage(500, 0, 30_000), "calls": 9}],
    )
    found = answer["measured"]
    assert answer["plan"] is None
    assert (found["calls"], found["calls_that_read"], found["calls_that_wrote"]) == (10, 9, 1)
    assert (found["hit_rate"], found["input_tokens"]) == ("0.9", 5_000)
    # 10 x 30,000 plain at 3 against one write at 3.75 and nine reads at 0.3.
    assert found["saves_usd"] == "0.7065"  # 0.9 - 0.1125 - 0.081
    priced = months(answer)
    assert priced["without_caching"] - priced["as_measured"] == exact(found["saves_usd"])


def test_writes_that_were_never_read_lost_money(plan: Plans) -> None:
    hour = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 10_000}
    measured = [{"usage": usage(0, 10_000, 0, cache_creation=hour), "calls": 3}]
    answer = plan(**LESSON, model="sonnet", measured=measured)
    assert answer["measured"]["saves_usd"] == "-0.09"  # 30,000 x (6 - 3) / 10^6
    assert answer["measured"]["hit_rate"] == "0"
    assert codes(answer["warnings"]) == {"caching_lost_money"}


def test_counters_without_a_cache_have_no_hit_rate(plan: Plans) -> None:
    answer = plan(**LESSON, model="sonnet", measured=[{"usage": usage(10, 0, 0)}])
    assert answer["measured"]["hit_rate"] is None
    assert codes(answer["warnings"]) == {"nothing_cached"}


def test_counters_of_another_provider_are_read_in_their_own_shape(plan: Plans) -> None:
    counters = {
        "prompt_tokens": 2_000,
        "completion_tokens": 10,
        "prompt_tokens_details": {"cached_tokens": 1_500},
    }
    measured = [{"usage": counters, "usage_format": "openai"}]
    found = plan(**LESSON, model="sonnet", measured=measured)["measured"]
    assert (found["input_tokens"], found["cache_read_tokens"]) == (500, 1_500)
    assert found["prompt_share_read"] == "0.75"


RATE = {"calls_per_hour": 1}
PREFIX = {"model": "sonnet", "prefix_tokens": 2_000}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**PREFIX}, "/calls_per_hour"),
        ({"model": "sonnet", **RATE}, "/prefix_tokens"),
        ({**PREFIX, "calls_per_hour": 0}, "/calls_per_hour"),
        ({**PREFIX, "calls_per_hour": -1}, "/calls_per_hour"),
        ({**PREFIX, "calls_per_hour": True}, "/calls_per_hour"),
        ({**PREFIX, "calls_per_hour": "0.3"}, "/calls_per_hour"),
        ({**PREFIX, "calls_per_hour": 10**9 + 1}, "/calls_per_hour"),
        ({**PREFIX, "calls_per_hour": "0.0000000000001"}, "/calls_per_hour"),
        ({**PREFIX, **RATE, "hours_per_day": 0}, "/hours_per_day"),
        ({**PREFIX, **RATE, "hours_per_day": 25}, "/hours_per_day"),
        ({**PREFIX, **RATE, "days_per_month": 32}, "/days_per_month"),
        ({**PREFIX, **RATE, "ttl": "2h"}, "/ttl"),
        ({**PREFIX, **RATE, "target_saving_percent": 101}, "/target_saving_percent"),
        ({**PREFIX, **RATE, "prefix_tokens": 10**12 + 1}, "/prefix_tokens"),
        ({**PREFIX, **RATE, "prefix_tokens": 10**12, "suffix_tokens": 1}, "/prompt"),
        ({**PREFIX, **RATE, "prefix": 1}, "/prefix"),
        ({**PREFIX, **RATE, "prompt": [{"name": "a", "tokens": 1}]}, "/prefix_tokens"),
        ({**PREFIX, "calls_per_hour": "0.5", "cold_start_every": "hour"}, "/cold_start_every"),
        ({**PREFIX, "measured": [{"usage": usage(1, 0, 0)}]}, "/prefix_tokens"),
        ({"model": "sonnet", "measured": [{"usage": {"input_tokens": -1}}]},
         "/measured/0/usage/input_tokens"),
        ({**PREFIX, **RATE, "processing": "batch", "speed": "fast"}, "/speed"),
        ({**PREFIX, **RATE, "other_models": ["sonnet"] * 21}, "/other_models"),
    ],
)  # fmt: skip
def test_what_makes_no_plan_is_refused_at_its_field(
    plan: Plans, body: dict[str, Any], pointer: str
) -> None:
    assert plan.refused(**body) == (422, pointer)


def test_an_unknown_model_is_not_found(plan: Plans) -> None:
    assert plan.refused(**{**PREFIX, **RATE, "model": "claude-haiku-4-50"})[0] == 404
    assert plan.refused(**PREFIX, **RATE, other_models=["gpt-99"])[0] == 404
