"""``POST /v1/plan/caching`` for providers that cache by themselves, or by the hour."""

from fractions import Fraction
from typing import Any

import pytest

from tests.support.handlers import Event
from tests.support.plans import Plans, exact

NOW = {"as_of": "2026-11-22"}


@pytest.fixture
def plan(event: Event) -> Plans:
    return Plans(event, "plan_caching")


def codes(notices: list[dict[str, str]]) -> set[str]:
    return {one["code"] for one in notices}


# Providers that cache by themselves

#: 100 calls an hour, 8 hours on 22 days: 17,600 calls a month, of which 22 find no entry.
AUTOMATIC: dict[str, Any] = {
    **NOW,
    "prefix_tokens": 30_000,
    "suffix_tokens": 500,
    "output_tokens": 400,
    "calls_per_hour": 100,
}


@pytest.mark.parametrize(
    ("model", "cold", "warm"),
    [
        # 30,500 tokens at $1.25 a million and 400 at $10; 30,000 read at $0.125
        ("gpt-5", "0.042125", "0.008375"),
        # $2.50 and $10; $1.25
        ("gpt-4o", "0.08025", "0.04275"),
        # $0.30 and $2.50; $0.03
        ("gemini-2.5-flash", "0.01015", "0.00205"),
        # $0.28 and $0.42; $0.028
        ("deepseek-chat", "0.008708", "0.001148"),
        # $1.25 and $2.50; $0.20: the name bills as Grok 4.3 since 2026-05-15
        ("xai/grok-4", "0.039125", "0.007625"),
    ],
)
def test_a_provider_that_caches_by_itself_reads_all_but_the_first_call_of_a_day(
    plan: Plans, model: str, cold: str, warm: str
) -> None:
    answer = plan(**AUTOMATIC, model=model)
    found = answer["plan"]
    assert found["cacheable"]
    assert (found["ttl"], found["best_ttl"]) == ("automatic", "automatic")
    (only,) = found["options"]
    assert (only["write_call_usd"], only["read_call_usd"]) == (cold, warm)
    month = 22 * Fraction(cold) + 17_578 * Fraction(warm)
    assert Fraction(found["month_usd"]) == month
    assert Fraction(found["saves_usd_per_month"]) == 17_600 * Fraction(cold) - month
    # What misses the cache costs no more than it would without one.
    assert only["past_ttl"]["penalty_usd"] == "0"
    assert only["break_even_reads"] == "0"
    (warning,) = (one for one in answer["warnings"] if one["code"] == "ttl_unverified")
    assert "automatically" in warning["message"]
    assert "breakpoints" not in codes(answer["advice"])


def test_the_time_to_live_of_an_automatic_cache_cannot_be_chosen(plan: Plans) -> None:
    asked = plan(**AUTOMATIC, model="gpt-5", ttl="1h")
    assert asked["plan"] == plan(**AUTOMATIC, model="gpt-5")["plan"]
    assert "ttl_not_offered" in codes(asked["warnings"])


def test_calls_too_far_apart_for_an_automatic_cache_cost_what_they_do_without(plan: Plans) -> None:
    slow = {**AUTOMATIC, "calls_per_hour": 11}  # one in 327 seconds
    answer = plan(**slow, model="gpt-5")
    assert answer["plan"]["best_ttl"] == "none"
    assert answer["plan"]["saves_usd_per_month"] == "0"
    (warning,) = (one for one in answer["warnings"] if one["code"] == "calls_past_ttl")
    assert warning["message"].endswith("pays plain input.")


def test_a_call_that_moves_to_an_automatic_cache_pays_plain_input_first(plan: Plans) -> None:
    answer = plan(**AUTOMATIC, model="claude-sonnet-4-6", other_models=["gpt-5"])
    (switch,) = answer["model_switches"]
    assert (switch["first_call_usd"], switch["later_call_usd"]) == ("0.042125", "0.008375")
    back = plan(**AUTOMATIC, model="gpt-5", other_models=["claude-sonnet-4-6"])
    (switch,) = back["model_switches"]
    # Written for five minutes: 30,000 at $3.75, 500 at $3, 400 at $15
    assert (switch["first_call_usd"], switch["stay_call_usd"]) == ("0.12", "0.008375")


#: 100,000 tokens shared by 20 calls an hour, ten hours on 22 days: 4,400 calls in 220 hours.
SHARED: dict[str, Any] = {
    **NOW,
    "prefix_tokens": 100_000,
    "suffix_tokens": 500,
    "output_tokens": 400,
    "calls_per_hour": 20,
    "hours_per_day": 10,
    "days_per_month": 22,
}


def test_an_automatic_cache_costs_plain_input_once_a_day_and_reads_after(plan: Plans) -> None:
    answer = plan(
        **SHARED | {"model": "gpt-5", "prefix_tokens": 30_000, "calls_per_hour": 100}
        | {"hours_per_day": 8},
        ttl="auto",
    )  # fmt: skip
    # 17,600 calls; 22 of them pay the prefix plain at 1.25, the others at 0.125. The rest of each
    # is 500 x 1.25 + 400 x 10.
    expected = (
        22 * 30_000 * Fraction("1.25") + 17_578 * 30_000 * Fraction("0.125") + 17_600 * 4_625
    ) / 10**6
    assert Fraction(answer["plan"]["month_usd"]) == expected == Fraction("148.1425")
    assert [one["ttl"] for one in answer["plan"]["options"]] == ["automatic"]


def test_an_explicit_cache_is_paid_for_by_the_hour_that_it_is_kept(plan: Plans) -> None:
    answer = plan(**SHARED, model="gemini-2.5-pro", ttl="1h")
    found = answer["plan"]["explicit"]
    # $4.50 per million tokens and hour for 220 hours, 22 creations at $1.25, and 4,400 calls that
    # read at $0.125 and pay 500 x 1.25 + 400 x 10 for the rest.
    assert found["storage_usd_per_mtok_hour"] == "4.5"
    assert (found["created"], found["hours"]) == (22, 220)
    assert found["storage_usd"] == "99"
    assert found["created_usd"] == "2.75"
    assert found["calls_usd"] == "75.35"
    assert found["month_usd"] == "177.1"
    assert exact(found["saves_usd"]) == exact(answer["plan"]["plain_month"]["cost_usd"]) - exact(
        "177.1"
    )
    # Each call saves 1.125 per million of the prefix, so four of them pay for the hour's 4.5.
    assert found["break_even_calls_per_hour"] == "4"
    assert "explicit_cache" in codes(answer["warnings"])


@pytest.mark.parametrize("calls", [3, 4, 5])
def test_keeping_a_cache_pays_above_its_break_even(plan: Plans, calls: int) -> None:
    sent = SHARED | {"calls_per_hour": calls, "days_per_month": 1, "cold_start_every": "month"}
    found = plan(**sent, model="gemini-2.5-pro", ttl="auto")["plan"]["explicit"]
    kept = exact(found["saves_usd"]) + exact(found["created_usd"])
    assert (kept > 0) is (calls > 4)
    assert (kept == 0) is (calls == 4)


@pytest.mark.parametrize("model", ["gpt-5", "claude-sonnet-5-5"])
def test_where_keeping_a_cache_has_no_price_there_is_no_explicit_one(
    plan: Plans, model: str
) -> None:
    answer = plan(**SHARED, model=model, ttl="auto")
    assert answer["plan"]["explicit"] is None
    assert "explicit_cache" not in codes(answer["warnings"])
