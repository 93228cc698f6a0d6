"""What-ifs on lines that cache already, change model, or leave something unpriced."""

from fractions import Fraction
from typing import Any
from unittest import mock

import pytest

from pricing.estimates.caching import cache_kinds
from tests.support.handlers import Answer, Ask, Event, handler, only, post
from tests.support.usage_reading import iteration

HIT = {"prefix_tokens": 5_000, "hit_rate": "0.9"}


@pytest.fixture
def ask(event: Event) -> Ask:
    workload = handler("workload")

    def send(usage: dict[str, Any], on: str = "claude-sonnet-5-5", **change: Any) -> Answer:
        line = {"name": "line", "model": on, "usage": usage, "calls": 100}
        body = {"items": [line], "what_if": [{"name": "change", **change}]}
        return post(workload, event("workload"), body)

    return send


def answered(answer: Answer) -> dict[str, Any]:
    return only(answer, "what_if")


def usd(*products: tuple[int, str]) -> Fraction:
    """What 100 calls cost: tokens and their price per million."""
    return 100 * sum((Fraction(n) * Fraction(per) for n, per in products), Fraction()) / 10**6


@pytest.mark.parametrize("split", ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"])
def test_tokens_that_are_written_on_every_call_could_be_read_instead(ask: Ask, split: str) -> None:
    usage = {"input_tokens": 100, "output_tokens": 0, "cache_creation": {split: 5_000}}
    answer = answered(ask(usage, caching=HIT))
    hit, miss = usd((5_000, "0.1"), (100, "2")), usd((5_000, "2.5"), (100, "2"))
    assert Fraction(answer["total_usd"]) == hit * Fraction("0.9") + miss * Fraction("0.1")
    write = "2.5" if "5m" in split else "4"
    most = usd((5_000, write), (100, "2")) - usd((5_100, "0.1"))
    assert Fraction(answer["ceiling"]["saves_usd"]) == most
    assert answer["notes"] == []


def test_a_prefix_goes_on_into_the_input_where_the_writes_end(ask: Ask) -> None:
    usage = {"input_tokens": 3_000, "output_tokens": 0, "cache_creation_input_tokens": 4_000}
    answer = answered(ask(usage, caching=HIT | {"hit_rate": 1}))
    assert Fraction(answer["total_usd"]) == usd((5_000, "0.1"), (2_000, "2"))


@pytest.mark.parametrize(("ttl", "write"), [("5m", "2.5"), ("1h", "4")])
def test_a_miss_writes_the_whole_prefix_for_the_time_asked_for(
    ask: Ask, ttl: str, write: str
) -> None:
    split = {"ephemeral_1h_input_tokens": 3_000, "ephemeral_5m_input_tokens": 500}
    usage = {"input_tokens": 4_000, "output_tokens": 0, "cache_creation": split}
    answer = answered(ask(usage, caching=HIT | {"hit_rate": 0, "ttl": ttl}))
    assert Fraction(answer["total_usd"]) == usd((5_000, write), (2_500, "2"))


@pytest.mark.parametrize(("fresh", "possible"), [(4_000, True), (3_999, False)])
def test_what_is_read_already_is_not_there_to_be_cached_again(
    ask: Ask, fresh: int, possible: bool
) -> None:
    usage = {
        "input_tokens": fresh,
        "output_tokens": 0,
        "cache_creation_input_tokens": 1_000,
        "cache_read_input_tokens": 50_000,
    }
    answer = answered(ask(usage, caching=HIT | {"hit_rate": 1}))
    assert (Fraction(answer["saves_usd"]) > 0) is possible
    assert bool(answer["notes"]) is not possible
    saves = usd((fresh, "2"), (1_000, "2.5")) - usd((fresh + 1_000, "0.1"))
    assert Fraction(answer["ceiling"]["saves_usd"]) == saves


def test_a_prefix_behind_what_is_read_already_is_long_enough_together_with_it(ask: Ask) -> None:
    usage = {"input_tokens": 100, "output_tokens": 0, "cache_read_input_tokens": 500}
    caching = {"prefix_tokens": 12, "hit_rate": 1}  # 512 is the minimum
    assert Fraction(answered(ask(usage, caching=caching))["saves_usd"]) > 0
    caching["prefix_tokens"] = 11
    assert "cache minimum" in answered(ask(usage, caching=caching))["notes"][0]


def test_the_ceiling_is_that_of_the_line_as_changed(ask: Ask) -> None:
    usage = {"input_tokens": 1_000, "output_tokens": 0}
    change = {
        "model": "claude-sonnet-5-5",
        "caching": {"prefix_tokens": 800, "hit_rate": 1},
        "claimed_percent": "97.5",
    }
    answer = answered(ask(usage, "claude-opus-5-5", **change))
    before, after = usd((1_000, "4")), usd((1_000, "0.1"))
    assert Fraction(answer["ceiling"]["saves_usd"]) == before - after  # 97.5%
    assert answer["claim"]["possible"]
    assert Fraction(answer["saves_usd"]) == before - usd((800, "0.1"), (200, "2"))
    batch = answered(ask(usage, "claude-opus-5-5", **change, processing="batch"))
    assert Fraction(batch["ceiling"]["saves_usd"]) == before - after / 2


def test_the_ceiling_covers_the_share_of_the_calls_that_changes(ask: Ask) -> None:
    usage = {"input_tokens": 1_000, "output_tokens": 0}
    caching = {"prefix_tokens": 1_000, "hit_rate": 1}
    answer = answered(ask(usage, caching=caching, share="0.25", claimed_percent=24))
    assert Fraction(answer["saves_usd"]) == Fraction(answer["ceiling"]["saves_usd"])
    assert answer["ceiling"]["saves_percent"] == "23.75"
    assert answer["claim"] == {
        "claimed_percent": "24",
        "possible": False,
        "overshoot_percent": "0.25",
    }


def test_what_cannot_be_cached_on_the_other_model_still_moves_to_it(ask: Ask) -> None:
    usage = {"input_tokens": 1_000, "output_tokens": 0}
    change = {"model": "claude-haiku-4-5", "caching": {"prefix_tokens": 1_000, "hit_rate": 1}}
    answer = answered(ask(usage, "claude-opus-5-5", **change))
    assert "claude-haiku-4-5 has a cache minimum of 4,096 tokens" in answer["notes"][-1]
    assert Fraction(answer["total_usd"]) == usd((1_000, "1"))
    assert Fraction(answer["ceiling"]["saves_usd"]) == usd((1_000, "3"))
    assert Fraction(answer["ceiling"]["ignoring_minimum_usd"]) == usd((1_000, "3.9"))


def test_a_change_without_a_batch_price_still_caches(ask: Ask) -> None:
    # Through Bedrock, 5.5 has no batch price: 4 USD a million, 0.2 read and 5 written.
    usage = {"input_tokens": 6_000, "output_tokens": 0}
    on = "global.anthropic.claude-opus-5-5"
    caching = answered(ask(usage, on, caching=HIT))
    both = answered(ask(usage, on, caching=HIT, processing="batch"))
    assert answered(ask(usage, on, processing="batch"))["saves_usd"] == "0"
    hit, miss = usd((5_000, "0.2"), (1_000, "4")), usd((5_000, "5"), (1_000, "4"))
    assert Fraction(both["total_usd"]) == hit * Fraction("0.9") + miss * Fraction("0.1")
    assert both["saves_usd"] == caching["saves_usd"]
    assert both["ceiling"] == caching["ceiling"]
    assert both["notes"] == [
        f"line: {on} has no batch prices on this date. It offers `processing`: standard.",
        "line: only the change of `caching` is applied.",
    ]


def test_an_advisors_prompt_is_not_part_of_a_prefix_the_executor_shares(ask: Ask) -> None:
    usage = {
        "input_tokens": 6_000,
        "output_tokens": 0,
        "iterations": [
            iteration("message", 6_000, 0),
            iteration("advisor_message", 100, 0, model="claude-opus-4-8"),
        ],
    }
    answer = answered(ask(usage, caching=HIT | {"hit_rate": 1}))
    assert Fraction(answer["total_usd"]) == usd((5_000, "0.1"), (1_000, "2"), (100, "5"))


def test_another_model_answers_what_a_fallback_served(ask: Ask) -> None:
    usage = {
        "input_tokens": 1_000,
        "output_tokens": 0,
        "iterations": [
            iteration("message", 1_000, 5, model="claude-fable-5"),
            iteration("fallback_message", 1_000, 0, model="claude-opus-4-8"),
        ],
    }
    answer = answered(ask(usage, "claude-fable-5", model="claude-sonnet-5-5"))
    assert Fraction(answer["total_usd"]) == usd((1_000, "2"))


def test_a_sum_that_leaves_something_out_says_so(ask: Ask) -> None:
    usage = {"input_tokens": 1_000, "output_tokens": 0}
    unpriced = usage | {"server_tool_use": {"code_execution_requests": 1}}
    for sent, status in ((usage, "priced"), (unpriced, "partial")):
        answer = ask(sent, "claude-opus-5-5", processing="batch")
        assert answered(answer)["status"] == status
        assert answer.body["totals"]["status"] == status
        assert answer.body["items"][0]["status"] == status


# Limits


def test_what_ifs_reprice_ten_thousand_prompts_and_not_one_more(event: Event) -> None:
    workload = handler("workload")
    usage = {"input_tokens": 1, "output_tokens": 1}
    looped = {
        "input_tokens": 300,
        "output_tokens": 0,
        "iterations": [iteration("message", 1, 0)] * 300,
    }
    lines = [{"name": "a", "model": "opus", "usage": usage}] * 100
    lines += [{"name": "b", "model": "opus", "usage": looped}]
    changes = [{"name": "c", "processing": "batch"}] * 25
    assert post(workload, event("workload"), {"items": lines, "what_if": changes}).status == 200
    answer = post(workload, event("workload"), {"items": [*lines, lines[0]], "what_if": changes})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/what_if"
    assert "401 prompts 25 times" in answer.body["detail"]


def test_a_call_may_have_a_thousand_iterations(event: Event) -> None:
    estimate = handler("estimate")

    def ask(count: int) -> Answer:
        each = [iteration("message", 1, 1)] * count
        usage = {"input_tokens": count, "output_tokens": count, "iterations": each}
        return post(estimate, event("estimate"), {"model": "opus", "usage": usage})

    assert ask(1_000).body["total_usd"] == "0.024"
    answer = ask(1_001)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/usage/iterations")


def test_the_ways_to_cache_are_asked_for_once_for_each_line(ask: Ask) -> None:
    """They were asked for three times, of three prices each: 200 lines by 50 changes took 2 s."""
    asked = mock.patch("pricing.estimates.what_if.cache_kinds", side_effect=cache_kinds)
    with asked as kinds:
        answered(ask({"input_tokens": 9_000, "output_tokens": 9}, model="haiku", caching=HIT))
    assert kinds.call_count == 1


@pytest.mark.parametrize(
    ("lines", "changes", "caching", "status"),
    [(200, 50, False, 200), (201, 50, False, 422), (100, 50, True, 200), (101, 50, True, 422)],
)
def test_changes_price_ten_thousand_prompts_and_one_with_caching_counts_twice(
    event: Event, lines: int, changes: int, caching: bool, status: int
) -> None:
    usage = {"input_tokens": 9_000, "output_tokens": 9}
    items = [{"name": f"{each}", "model": "haiku", "usage": usage} for each in range(lines)]
    how = {"caching": HIT} if caching else {"processing": "batch"}
    what_if = [{"name": f"{each}", **how} for each in range(changes)]
    answer = post(handler("workload"), event("workload"), {"items": items, "what_if": what_if})
    assert answer.status == status
    if status == 422:
        assert answer.body["errors"][0]["pointer"] == "/what_if"


def test_a_move_to_a_retired_model_says_so(ask: Ask) -> None:
    usage = {"input_tokens": 100, "output_tokens": 0}
    assert (
        "claude-3-haiku retired on 2026-04-20."
        in answered(ask(usage, model="claude-3-haiku"))["notes"]
    )


def test_a_line_that_leaves_something_out_is_not_compared_with_one_that_does_not(ask: Ask) -> None:
    # The embedding model has no price for output: 100 x 2,000 tokens at $0.02 a million are $0.004.
    usage = {"input_tokens": 2_000, "output_tokens": 1_000}
    answer = answered(ask(usage, on="text-embedding-3-small", model="claude-sonnet-5-5"))
    assert (answer["total_usd"], answer["saves_usd"]) == ("0.004", "0")
    assert answer["notes"][-1] == (
        "line: Its cost with this change cannot be compared: no price is known for its present"
        " output."
    )
    # The same is left out of both where the model stays: a batch costs half of that.
    answer = answered(ask(usage, on="text-embedding-3-small", processing="batch"))
    assert (answer["total_usd"], answer["saves_usd"]) == ("0.002", "0.002")
