"""What an estimate takes for granted, with the amount that it could change."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from tests.support.handlers import Answer, asking

Ask = Callable[..., Answer]
DEEPSEEK: dict[str, Any] = {
    "model": "deepseek-v4-pro",
    "usage": {"prompt_tokens": 100_000, "completion_tokens": 10_000},
}


@pytest.fixture
def ask(event: Callable[[str], dict[str, Any]]) -> Ask:
    return asking("estimate", event("estimate"))


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
    assert "150000 tokens" in sentence
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
