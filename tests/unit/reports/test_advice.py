"""What a report recommends: each kind on both sides of its boundary, and that savings add up."""

import csv
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from pricing.catalogue.price_book import PriceBook
from pricing.money import add
from pricing.reports.rates import Cuts, Pricing
from pricing.reports.render.csv_table import BOM, to_csv
from pricing.reports.savings import KINDS, ReportRecommendation
from pricing.reports.slices import SlicePricer
from tests.support.books import document, row
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


def test_a_replacement_that_costs_more_is_in_no_saving() -> None:
    # 300 input and 2,000 output tokens: 0.1 and 0.4 USD a million on gpt-4.1-nano are 0.00083 a
    # call, 0.2 and 1.25 on gpt-5.4-nano are 0.00256. It retires on 2027-01-14.
    usage = {"prompt_tokens": 300, "completion_tokens": 2_000}
    record = {**call(endpoint=None), "model": "gpt-4.1-nano", "usage": usage}
    found = report([record] * 5)
    (due,) = found.replacements
    assert (due.model, due.target) == ("gpt-4.1-nano", "gpt-5.4-nano")
    assert (due.before_usd, due.after_usd) == (Decimal("0.00415"), Decimal("0.0128"))
    assert due.costs_more_usd == Decimal("0.00865")
    assert "costs $0.00865 more (208.4%)" in due.why
    assert found.recommendations == ()
    assert found.savings.likely_usd == 0
    assert found.savings.remaining_usd == found.savings.spent_usd


def test_a_retiring_model_without_a_known_successor_is_told() -> None:
    # gpt-5-pro retires on 2026-12-11: 300 and 2,000 tokens at 15 and 120 USD a million are 0.2445.
    usage = {"prompt_tokens": 300, "completion_tokens": 2_000}
    record = {**call(endpoint=None), "model": "gpt-5-pro", "usage": usage}
    found = report([record] * 5)
    (due,) = found.replacements
    assert (due.model, due.target, str(due.retires)) == ("gpt-5-pro", None, "2026-12-11")
    assert (due.before_usd, due.after_usd, due.costs_more_usd) == (Decimal("1.2225"), None, None)
    assert "no current model of its family is known" in due.why
    assert report([record] * 4).replacements == ()
    (row,) = csv.DictReader(StringIO(to_csv(found, "replacements").removeprefix(BOM)))
    assert (row["target"], row["after_usd"]) == ("", "")


def test_an_expensive_replacement_is_told_with_a_current_model_of_a_similar_price() -> None:
    # 3,000 and 100 tokens: gpt-4o-mini at 0.15 and 0.6 USD a million 0.00051, gpt-5.4-mini at 0.75
    # and 4.5 0.0027, gpt-6-luna at 0.1 and 0.5 0.00035 a call.
    usage = {"prompt_tokens": 3_000, "completion_tokens": 100}
    record = {**call(endpoint=None), "model": "gpt-4o-mini", "usage": usage}
    (due,) = report([record] * 10).replacements
    assert (due.target, due.after_usd) == ("gpt-5.4-mini", Decimal("0.027"))
    assert due.why.endswith(
        "On gpt-6-luna, a current model of openai, they would have cost $0.0035: try it on a"
        " sample."
    )


def test_what_a_replacement_costs_is_at_the_price_that_is_announced_for_it() -> None:
    # Gemini 2.5 Pro retires on 2026-12-01. 3,000 and 100 tokens cost 0.00475 on it, at 1.25 and 10
    # USD a million, and 0.0072 on Gemini 3.1 Pro, at 2 and 12. Gemini 4 Argon costs 2 and 10 until
    # that day, and 4 and 20 from then on: 0.014: it is not a cheaper replacement.
    usage = {"prompt_tokens": 3_000, "completion_tokens": 100}
    record = {**call(endpoint=None), "model": "google/gemini-2.5-pro", "usage": usage}
    (due,) = report([record] * 5).replacements
    assert (due.target, due.after_usd) == ("gemini-3.1-pro-preview", Decimal("0.036"))
    assert "argon" not in due.why
    # Gemini 3.8 Flash costs 1.5 and 7.5 USD a million from 2027-01-01 on, twice today's price.
    (due,) = report([record | {"model": "google/gemini-2.5-flash"}] * 5).replacements
    assert (due.target, due.after_usd) == ("gemini-3.8-flash", Decimal("0.02625"))
    assert "on gemini-3.8-flash at its prices from 2027-01-01 on" in due.arithmetic


@pytest.mark.parametrize(("retires", "target"), [("2027-02-28", None), ("2027-03-02", "new")])
def test_a_model_that_retires_soon_too_is_not_recommended(retires: str, target: str | None) -> None:
    # The calls are of 2026-11-02, and the book is of 2026-12-01: 90 days later is 2027-03-01.
    rows = [
        row("old", family="swift", lifecycle={"retires": "2026-12-24"}),
        row("new", family="swift", lifecycle={"retires": retires}),
    ]
    listed = document("v", rows, families={"swift": "acme/new"})
    book = PriceBook.from_document(listed | {"published_at": "2026-12-01T00:00:00Z"})
    pricer = SlicePricer(book, Pricing(book, Cuts()))
    found = pricer.successor(book.find("old").model, date(2026, 11, 2))
    assert (found and found.id) == target
    current = [model.id for model in pricer.current_models("acme", date(2026, 11, 2))]
    assert current == ([target] if target else [])


def test_gpt_4o_is_to_be_replaced_by_the_current_model_of_its_line() -> None:
    usage = {"prompt_tokens": 3_000, "completion_tokens": 100}
    record = {**call(endpoint=None), "model": "gpt-4o", "usage": usage}
    # 2.5 and 10 USD a million are 0.0085 a call; gpt-6.1-sol at 2 and 10 is 0.007.
    (found,) = advice([record] * 30, "retirement")
    assert found.target == "gpt-6.1-sol"
    assert found.saves_usd == 30 * Decimal("0.0015")


def test_savings_are_computed_on_the_retiring_model_that_was_paid_for() -> None:
    # gpt-5 costs 1.25 and 10 USD a million, gpt-6.1-sol 2 and 10; batches cost half.
    usage = {"prompt_tokens": 3_000, "completion_tokens": 100}
    record = {**call(endpoint="nightly-reports"), "model": "gpt-5", "usage": usage}
    found = report([record] * 30)
    (batch,) = found.recommendations
    assert (batch.kind, batch.action) == ("batch", "Send the calls in batches")
    assert (batch.before_usd, batch.after_usd) == (Decimal("0.1425"), Decimal("0.07125"))
    assert batch.arithmetic.startswith("The calls would have cost $0.07125 instead of $0.1425: ")
    (due,) = found.replacements
    assert due.why == (
        "gpt-5 must be replaced by 2026-12-11: gpt-6.1-sol, the current model of its family, costs"
        " $0.0675 more (47.4%). On gpt-6.1-terra, a current model of openai, they would have cost"
        " $0.105: try it on a sample."
    )
    assert found.savings.remaining_usd == Decimal("0.07125")


@pytest.mark.parametrize(
    ("model", "target"),
    [
        ("claude-opus-5", "claude-opus-5-5"),
        ("bedrock/global.anthropic.claude-opus-5", "global.anthropic.claude-opus-5-5"),
        # 1.3 times the tokens at 0.8 times the price is more.
        ("claude-opus-4-5", None),
        ("claude-opus-5-5", None),
    ],
)
def test_a_newer_model_of_the_family_that_costs_less_is_recommended(
    model: str, target: str | None
) -> None:
    found = advice([call(n, model=model) for n in range(5)], "newer_model")
    assert [one.target for one in found] == ([target] if target else [])
    # Five times 300 and 2,000 tokens: at 5 and 25 USD a million 0.2575, at 4 and 20 0.206.
    assert [one.saves_usd for one in found] == ([Decimal("0.0515")] if target else [])


def test_a_saving_after_another_names_the_base_that_it_is_computed_on() -> None:
    found = report([call(n, model="claude-opus-5", input_tokens=9_000) for n in range(30)])
    newer, caching = found.recommendations
    # 30 times 9,000 and 2,000 tokens at 5 and 25 USD a million; then at 4 and 20.
    assert (newer.before_usd, newer.after_usd) == (Decimal("2.85"), Decimal("2.28"))
    assert caching.action == "Cache the repeated text for 5 minutes"
    assert "instead of the $2.28 that the recommendations before this one leave:" in (
        caching.arithmetic
    )


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([], "Nothing is recommended, because no call has a known price."),
        ([call()] * 3, "Nothing is recommended: the report has 3 calls, and fewer than 5"),
        ([call(n) for n in range(5)], "No model has 20 calls at one endpoint that cache nothing"),
        ([call(n) for n in range(20)], "too short or too different to cache"),
    ],
)
def test_a_report_without_advice_says_why(records: list[dict[str, Any]], reason: str) -> None:
    found = report(records or [call(model="gpt-7")])
    assert found.recommendations == ()
    assert reason in (found.savings.none_found or "")
    assert not any("add up" in sentence for sentence in found.assumptions)


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
    ("prompt", "found"), [(200_000, False), (200_001, True), (240_000, True), (240_001, False)]
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


def test_the_table_has_savings_and_replacements_apart_and_says_why_there_are_none() -> None:
    usage = {"prompt_tokens": 3_000, "completion_tokens": 100}
    found = report([{**call(endpoint="nightly-reports"), "model": "gpt-5", "usage": usage}] * 5)
    rows = list(csv.DictReader(StringIO(to_csv(found).removeprefix(BOM))))
    told = {row["section"]: row for row in rows}
    assert told["recommendation"]["saves_usd"] == "0.011875"  # half of five times 0.00475
    assert told["replacement"]["saves_usd"] == ""
    assert "costs $0.01125 more" in told["replacement"]["detail"]  # 15,000 tokens, 0.75 a million
    (row,) = csv.DictReader(StringIO(to_csv(found, "replacements").removeprefix(BOM)))
    assert (row["retires"], row["costs_more_usd"]) == ("2026-12-11", "0.01125")
    none = to_csv(report([call()]))
    assert "recommendation,,," in none
    assert "the report has 1 call, and fewer than 5 calls" in none
