"""What a report recommends: each kind on both sides of its boundary, and that savings add up."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricing.money import add
from pricing.reports.report import KINDS, ReportRecommendation
from tests.support.reports import call, report


def advice(records: Iterable[Mapping[str, Any]], kind: str) -> list[ReportRecommendation]:
    return [one for one in report(records).recommendations if one.kind == kind]


def written(minutes: float, *, five: int = 0, hour: int = 0, read: int = 0) -> dict[str, Any]:
    """A call that writes or reads a cache entry."""
    return call(
        minutes,
        cache_read_input_tokens=read,
        cache_creation_input_tokens=five + hour,
        cache_creation={"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour},
    )


# Each kind


@pytest.mark.parametrize(("day", "due"), [(6, False), (7, True)])
def test_a_model_is_to_be_left_ninety_days_before_it_retires(day: int, due: bool) -> None:
    at = datetime(2026, 5, day, 12, tzinfo=UTC)  # Opus 4.1 retired on 2026-08-05
    found = advice([call(model="claude-opus-4-1", start=at)] * 5, "retirement")
    assert [one.target for one in found] == (["claude-opus-5-5"] if due else [])


def test_leaving_a_model_that_is_gone_is_recommended_though_it_may_cost_more() -> None:
    usage = {"prompt_tokens": 300, "completion_tokens": 2_000}
    record = {**call(endpoint=None), "model": "gpt-4.1-nano", "usage": usage}
    (found,) = advice([record] * 5, "retirement")
    assert found.target == "gpt-5.4-nano"
    assert found.saves_usd < 0
    assert found.before_usd - found.after_usd == found.saves_usd


@pytest.mark.parametrize(("calls", "found"), [(1, False), (4, False), (5, True)])
def test_a_few_calls_are_too_little_evidence(calls: int, found: bool) -> None:
    records = [call(number, model="claude-opus-4-1") for number in range(calls)]
    made = report(records)
    assert bool(made.recommendations) is found
    assert "No change is recommended on the evidence of fewer than 5 calls." in made.assumptions


def test_the_headline_counts_only_high_and_medium_confidence() -> None:
    # A downgrade of low confidence at chat, and of medium confidence at ticket-tagging.
    records = [
        call(n, endpoint=endpoint, output_tokens=20)
        for endpoint in ("chat", "ticket-tagging")
        for n in range(100)
    ]
    made = report(records)
    low, medium = (
        add(one.saves_usd for one in made.recommendations if one.confidence == confidence)
        for confidence in ("low", "medium")
    )
    assert low > 0
    assert made.savings.likely_usd == medium
    assert low + medium == made.savings.spent_usd - made.savings.remaining_usd


@pytest.mark.parametrize(
    ("calls", "short", "found"), [(99, 99, False), (100, 95, True), (100, 94, False)]
)
def test_short_answers_may_do_with_a_smaller_model(calls: int, short: int, found: bool) -> None:
    records = [
        call(number, endpoint="ticket-tagging", output_tokens=300 if number < short else 301)
        for number in range(calls)
    ]
    assert bool(advice(records, "downgrade")) is found


def test_a_name_that_says_the_task_is_simple_takes_the_smallest_model() -> None:
    def target(endpoint: str) -> tuple[str, str]:
        records = [call(n, endpoint=endpoint, output_tokens=20) for n in range(100)]
        (found,) = advice(records, "downgrade")
        return found.target, found.confidence

    assert target("ticket-tagging") == ("claude-haiku-5-5", "medium")
    assert target("chat") == ("claude-sonnet-5-5", "low")


@pytest.mark.parametrize(
    ("prompt", "found"),
    [(200_000, False), (200_001, True), (240_000, True), (240_001, False)],
)
def test_a_prompt_narrowly_over_a_threshold_should_stay_under_it(prompt: int, found: bool) -> None:
    usage = {"promptTokenCount": prompt, "candidatesTokenCount": 100}
    record = {**call(), "model": "gemini-2.5-pro", "usage": usage}
    made = advice([record] * 5, "long_context")
    assert [one.target for one in made] == (["200000 tokens"] if found else [])


def test_hour_long_entries_that_are_read_at_once_should_live_five_minutes() -> None:
    records = [written(0, hour=10_000), *(written(n, read=10_000) for n in range(1, 30))]
    (found,) = advice(records, "cache_ttl")
    assert found.target == "5m"
    # 10,000 tokens at 1.25 instead of 2 times the input price of $4 a million.
    assert found.saves_usd == Decimal("0.03")


def test_entries_written_again_after_pauses_should_live_an_hour() -> None:
    records = [written(30 * n, five=50_000) for n in range(20)]
    (found,) = advice(records, "cache_ttl")
    assert found.target == "1h"
    assert found.calls == 20
    assert found.why == (
        "19 calls arrived after the 5-minute cache entry had expired; a 1-hour entry would have"
        " served them."
    )


def test_entries_that_live_as_long_as_they_are_read_stay_as_they_are() -> None:
    five = [written(0, five=10_000), *(written(n, read=10_000) for n in range(1, 30))]
    assert advice(five, "cache_ttl") == []


@pytest.mark.parametrize(
    ("calls", "prefix", "found"),
    [(19, 6_000, False), (20, 6_000, True), (20, 511, False), (20, 512, True)],
)
def test_large_inputs_that_repeat_should_be_cached(calls: int, prefix: int, found: bool) -> None:
    records = [call(number, input_tokens=prefix, output_tokens=10) for number in range(calls)]
    assert [one.target for one in advice(records, "caching")] == (["5m"] if found else [])


def test_inputs_of_very_different_lengths_are_not_cached() -> None:
    records = [call(n, input_tokens=6_000 if n else 2_000, output_tokens=10) for n in range(40)]
    assert advice(records, "caching") == []


@pytest.mark.parametrize(
    ("endpoint", "found"), [("nightly-reports", True), ("support-chat", False)]
)
def test_work_that_no_user_waits_for_should_run_in_batches(endpoint: str, found: bool) -> None:
    made = advice([call(number, endpoint=endpoint) for number in range(5)], "batch")
    assert bool(made) is found
    if found:
        assert made[0].saves_usd * 2 == made[0].before_usd


def test_batches_are_not_to_be_batched_again() -> None:
    records = [call(n, endpoint="nightly-reports", processing="batch") for n in range(5)]
    assert advice(records, "batch") == []


# Together


def test_two_changes_of_the_same_calls_do_not_count_a_dollar_twice() -> None:
    records = [
        call(n, endpoint="nightly-tagging", input_tokens=9_000, output_tokens=10)
        for n in range(200)
    ]
    found = report(records)
    kinds = [one.kind for one in found.recommendations]
    assert {"downgrade", "batch"} <= set(kinds)
    for before, after in zip(found.recommendations, found.recommendations[1:], strict=False):
        assert after.before_usd == before.after_usd
    assert found.recommendations[0].before_usd == found.totals.cost_usd
    assert found.recommendations[-1].after_usd == found.savings.remaining_usd


@pytest.mark.parametrize("seed", range(6))
def test_savings_of_any_month_add_up(seed: int) -> None:
    found = report(month(random.Random(seed)))  # noqa: S311 - a seeded test
    savings = found.savings
    assert savings.spent_usd == found.totals.cost_usd
    assert savings.spent_usd - add(one.saves_usd for one in savings.steps) == savings.remaining_usd
    assert savings.remaining_usd >= 0
    assert [one.kind for one in savings.steps] == [
        kind for kind in KINDS if kind in {one.kind for one in found.recommendations}
    ]
    for one in found.recommendations:
        assert one.before_usd - one.after_usd == one.saves_usd
        assert one.why
        assert one.arithmetic
    for step in savings.steps:
        ours = [one.saves_usd for one in found.recommendations if one.kind == step.kind]
        assert add(ours) == step.saves_usd


def month(chance: random.Random) -> list[dict[str, Any]]:
    """Endpoints of every kind, mixed."""
    records = []
    for endpoint in chance.sample(
        ["chat", "ticket-tagging", "nightly-reports", "search", "code-review", "embed titles"], 4
    ):
        model = chance.choice(
            ["claude-opus-5-5", "claude-opus-4-1", "claude-sonnet-4-5", "gpt-4o", "gemini-2.5-pro"]
        )
        prefix, gap = chance.choice([400, 9_000, 190_000, 230_000]), chance.choice([1, 20, 90])
        for number in range(chance.choice([30, 120])):
            record = call(number * gap, model=model, endpoint=endpoint)
            if model.startswith("claude"):
                record["usage"] = {
                    "input_tokens": prefix + chance.randrange(50),
                    "output_tokens": chance.randrange(400),
                    "cache_read_input_tokens": chance.choice([0, 5_000]),
                    "cache_creation_input_tokens": chance.choice([0, 0, 5_000]),
                }
            else:
                record["usage"] = {
                    "prompt_tokens": prefix, "completion_tokens": chance.randrange(400),
                }  # fmt: skip
            records.append(record)
    return records
