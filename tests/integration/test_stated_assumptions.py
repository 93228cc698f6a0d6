"""What an estimate takes for granted, with the amount that it could change."""

from fractions import Fraction
from typing import Any

import pytest

from tests.support.handlers import Ask

DEEPSEEK: dict[str, Any] = {
    "model": "deepseek-v4-pro",
    "usage": {"prompt_tokens": 100_000, "completion_tokens": 10_000},
}


def test_a_date_alone_means_the_most_expensive_hour_of_the_day(ask: Ask) -> None:
    def total(as_of: str) -> Fraction:
        return Fraction(ask(**DEEPSEEK, as_of=as_of).body["total_usd"])

    hours = [total(f"2026-11-25T{hour:02}:30:00Z") for hour in range(24)]
    answer = ask(**DEEPSEEK, as_of="2026-11-25").body
    assert Fraction(answer["total_usd"]) == max(hours) > min(hours)
    assert answer["pricing"]["as_of"] == "2026-11-25"
    (sentence,) = (text for text in answer["assumptions"] if "peak" in text)
    assert any(Fraction(word) == min(hours) for word in sentence.split() if word[:2] == "0.")
    stated = ask(**DEEPSEEK, as_of="2026-11-25T02:00:00Z").body
    assert stated["total_usd"] == answer["total_usd"]
    assert not any("peak" in text for text in stated["assumptions"])


def test_a_day_without_a_peak_says_nothing_of_hours(ask: Ask) -> None:
    answer = ask(**DEEPSEEK, as_of="2026-11-28").body  # a Saturday
    assert not any("peak" in text for text in answer["assumptions"])


def test_writes_of_no_stated_time_say_what_an_hour_would_cost(ask: Ask) -> None:
    usage = {"input_tokens": 10, "output_tokens": 10, "cache_creation_input_tokens": 5_000}
    answer = ask(model="claude-sonnet-5-5", usage=usage).body
    # $2.50 for five minutes and $4 for an hour per million: 5,000 x 1.5
    assert "If they live for an hour, the total is 0.0075 USD more." in answer["assumptions"]
    split = {"ephemeral_5m_input_tokens": 5_000, "ephemeral_1h_input_tokens": 0}
    known = ask(model="claude-sonnet-5-5", usage=usage | {"cache_creation": split}).body
    assert known["total_usd"] == answer["total_usd"]
    assert known["assumptions"] == []


def test_a_sum_of_calls_says_what_the_single_prompts_could_cost(ask: Ask) -> None:
    usage = {"promptTokenCount": 300_000, "candidatesTokenCount": 10, "calls": 2}
    answer = ask(model="gemini-2.5-pro", usage=usage).body
    # 1.25 and 10 up to 200,000 tokens, 2.5 and 15 above
    assert Fraction(answer["total_usd"]) == Fraction("0.3751")
    (sentence,) = answer["assumptions"]
    assert "150,000 tokens" in sentence
    assert "from 0.3751 to 0.75015 USD" in sentence


@pytest.mark.parametrize("longest", [200_000, 200_001])
def test_the_longest_prompt_settles_it_up_to_the_threshold(ask: Ask, longest: int) -> None:
    usage = {"promptTokenCount": 300_000, "candidatesTokenCount": 10, "calls": 2}
    answer = ask(model="gemini-2.5-pro", usage=usage | {"max_prompt_tokens": longest}).body
    assert answer["total_usd"] == "0.3751"
    assert bool(answer["assumptions"]) is (longest > 200_000)


def test_a_discount_that_was_served_without_a_known_price_is_an_upper_bound(ask: Ask) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    body = {"object": "chat.completion", "model": "mistral-large-latest", "usage": usage}
    line = {"custom_id": "a", "response": {"status_code": 200, "body": body}}
    answer = ask(response=line).body
    plain = ask(response=body).body
    assert answer["total_usd"] == plain["total_usd"]
    codes = [one["code"] for one in answer["warnings"]]
    assert "discount_price_unknown" in codes
    asked = ask(response=body, processing="batch")
    assert asked.status == 422


def test_an_online_variant_says_that_its_search_is_not_counted(ask: Ask) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    for name, named in (("openai/gpt-4o:online", True), ("openai/gpt-4o:nitro", False)):
        codes = [one["code"] for one in ask(model=name, usage=usage).body["warnings"]]
        assert ("web_search_not_counted" in codes) is named


def test_only_writes_of_no_stated_time_move_to_an_hour(ask: Ask) -> None:
    usage = {
        "input_tokens": 100,
        "output_tokens": 50,
        "cache_creation_input_tokens": 3_000,
        "cache_creation": {"ephemeral_5m_input_tokens": 1_000, "ephemeral_1h_input_tokens": 500},
    }
    answer = ask(model="claude-sonnet-4-6", usage=usage).body
    # 1,500 of 3,000 have no time: $3.75 for five minutes and $6 for an hour per million
    assert "If they live for an hour, the total is 0.003375 USD more." in answer["assumptions"]


def test_iterations_move_the_writes_of_each_that_states_no_time(ask: Ask) -> None:
    def step(writes: int, **more: Any) -> dict[str, Any]:
        counts = {"input_tokens": 10, "output_tokens": 10, "cache_read_input_tokens": 0}
        return {"type": "message", **counts, "cache_creation_input_tokens": writes, **more}

    timed = {"ephemeral_5m_input_tokens": 2_000, "ephemeral_1h_input_tokens": 0}
    steps = [step(2_000, cache_creation=timed), step(4_000)]
    top = {"input_tokens": 20, "output_tokens": 20, "cache_creation_input_tokens": 6_000}
    answer = ask(model="claude-sonnet-4-6", usage={**top, "iterations": steps}).body
    assert "If they live for an hour, the total is 0.009 USD more." in answer["assumptions"]


def gateway(cost: float, **more: Any) -> dict[str, Any]:
    counts = {"prompt_tokens": 1_000, "completion_tokens": 100}
    return {"model": "gpt-4o", "usage": {**counts, "cost": cost, **more}}


def test_a_gateways_fee_is_named_and_is_not_compared_with_the_list_price(ask: Ask) -> None:
    behind = {"upstream_inference_cost": 0.0035}
    answer = ask(**gateway(0.000175, is_byok=True, cost_details=behind)).body
    said = {warning["code"]: warning["message"] for warning in answer["warnings"]}
    assert "0.000175 USD that a gateway charges" in said["gateway_fee"]
    assert "stated_cost_differs" not in said
    assert (answer["total_usd"], answer["stated_cost_usd"]) == ("0.0035", "0.003675")


def test_a_cost_behind_a_gateway_that_differs_is_compared_without_the_fee(ask: Ask) -> None:
    behind = {"upstream_inference_cost": 0.004}
    answer = ask(**gateway(0.0002, is_byok=True, cost_details=behind)).body
    said = {warning["code"]: warning["message"] for warning in answer["warnings"]}
    assert "states a cost of 0.004 USD" in said["stated_cost_differs"]
    assert answer["stated_cost_usd"] == "0.0042"
