"""Requests as people type them: numbers and words in other forms, and words next to whole bodies.

gpt-4o costs 2.50 (input) and 10 (output) USD per million tokens, half of it in a batch.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from pricing.api.requests.meant import CALLERS_WORDS
from tests.support.handlers import Ask, Event, function_of, handler, pointers, post

COUNTS = {"input_tokens": 1000, "output_tokens": 100}
CALL = {"model": "gpt-4o", **COUNTS}
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100}
#: Bodies of a provider, as they are pasted.
REQUEST = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 100}
RESPONSE = {"id": "x", "object": "chat.completion", "choices": [], "usage": USAGE}
#: 1,000 x 2.5 + 100 x 10 = 3,500 millionths
ONE_CALL = "0.0035"


@pytest.mark.parametrize("whole", [REQUEST, RESPONSE], ids=["request", "response"])
@pytest.mark.parametrize("name", sorted(CALLERS_WORDS - {"batch", "date", "web_searches"}))
def test_what_a_caller_says_next_to_a_whole_body_is_not_lost_in_it(
    estimate: Ask, whole: dict[str, Any], name: str
) -> None:
    answer = estimate({"model": "gpt-4o", **whole, name: 10})
    assert pointers(answer) == [f"/{name}"]


@pytest.mark.parametrize("whole", [REQUEST, RESPONSE], ids=["request", "response"])
def test_a_misspelt_field_next_to_a_whole_body_is_named(
    estimate: Ask, whole: dict[str, Any]
) -> None:
    for misspelt, meant in (("cals", "calls"), ("proccessing", "processing")):
        answer = estimate({"model": "gpt-4o", **whole, misspelt: 10})
        assert pointers(answer) == [f"/{misspelt}"]
        assert f"did you mean `{meant}`?" in answer.body["detail"]
    # What only a provider knows is a part of its body.
    assert estimate({"model": "gpt-4o", **whole, "verbosity": "low"}).status == 200


def test_a_batch_and_a_date_are_read_next_to_whole_bodies(estimate: Ask) -> None:
    model = {"model": "gpt-4o"}
    for whole in (REQUEST, RESPONSE):
        plain, batch = estimate(model | whole).body, estimate(model | whole | {"batch": True}).body
        assert 2 * float(batch["total_usd"]) == float(plain["total_usd"])
        dated = estimate(model | whole | {"date": "2026-11-20"}).body
        assert dated["pricing"]["as_of"] == "2026-11-20"
    wrapped = {"response": {"model": "gpt-4o", "usage": USAGE}, "batch": True}
    assert estimate(wrapped).body["total_usd"] == "0.00175"


def test_the_speed_of_a_voice_is_not_the_speed_of_an_answer(estimate: Ask) -> None:
    # tts-1: 15 USD per million characters, of which "Hello" has five
    spoken = {"model": "tts-1", "input": "Hello", "voice": "alloy", "speed": 1.25}
    assert estimate(spoken).body["total_usd"] == "0.000075"


def test_a_whole_body_has_its_model_on_routes_that_need_one(event: Event) -> None:
    for whole in (REQUEST, RESPONSE):
        body = {"model": "gpt-4o", **whole, "requests": 10}
        plan = post(handler("plan"), event("plan_batch"), body)
        assert plan.status == 200, plan.body
        tier = {"name": "all", "share": 1, "model": "gpt-4o", **whole}
        mix = {"monthly_queries": 10, "tiers": [tier], "single_model": "sonnet"}
        answer = post(handler("recommend"), event("recommend_tiers"), mix)
        assert answer.status == 200, answer.body
        assert plan.body["standard_usd"] == answer.body["total_usd"]


def test_an_object_of_counts_is_not_a_prompt(estimate: Ask) -> None:
    sent = {"model": "gpt-4o", "input": {"tokens": 1000}, "output": {"tokens": 100}}
    assert pointers(estimate(sent)) == ["/output"]


@pytest.mark.parametrize(
    "sent",
    [
        {"input_tokens": "1000 tokens", "output_tokens": "100 tokens"},
        {"input_tokens": "1 000", "output_tokens": "0.1k tokens"},
        {"in": 1000, "out": 100},
        {"prompt": 1000, "completion": "100"},
        {"input_tokens": 1000, "expected_output_tokens": 100},
        {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100},
        {**CALL, "calls": "1 call"},
        {**CALL, "processing": "On-Demand"},
        {**CALL, "as_of": "1 Nov 2026"},
        {**CALL, "as_of": "2026/11/1"},
        {**CALL, "as_of": "2026-11-01 10:00:00Z"},
        {**CALL, "as_of": "1793520000"},
        {**CALL, "currency": "euros"},
        {**CALL, "currency": "US dollars"},
        {**CALL, "budget_usd": "USD 5k"},
    ],
)
def test_what_has_one_meaning_is_read(estimate: Ask, sent: dict[str, Any]) -> None:
    answer = estimate({"model": "gpt-4o", **sent})
    assert answer.body.get("total_usd") == ONE_CALL, answer.body


def test_words_for_a_term_are_read_in_any_case(estimate: Ask) -> None:
    assert estimate({**CALL, "processing": "Batch API"}).body["total_usd"] == "0.00175"
    # Sonnet 5.5 has 2 and 10 USD, and 10% more in the US.
    sonnet = {**CALL, "model": "claude-sonnet-5-5", "inference_geo": "USA"}
    assert estimate(sonnet).body["total_usd"] == "0.0033"


@pytest.mark.parametrize(
    ("sent", "pointer", "said"),
    [
        # Neither a share nor a number of tokens is an amount of money.
        ({"budget_usd": "50%"}, "/budget_usd", "an amount in USD"),
        ({"budget_usd": "1000 tokens"}, "/budget_usd", "an amount in USD"),
        ({"budget_usd": "€100"}, "/budget_usd", "other currencies are not converted"),
        ({"budget_eur": 100}, "/budget_eur", "is an amount in USD"),
        ({"input_tokens": "10k calls"}, "/input_tokens", "must be a whole number"),
        ({"calls": "10k a day"}, "/calls", "`period` of POST /v1/estimate/workload"),
        ({"calls": "10k/day"}, "/calls", "`period` of POST /v1/estimate/workload"),
        ({"as_of": "01/11/2026"}, "/as_of", "may have the day or the month first"),
        ({"total_input_tokens": 1000}, "/total_input_tokens", "the tokens of one call"),
        ({"units": {"images": 2}}, "/units/images", '[{"count": 2'),
    ],
)
def test_what_is_of_another_kind_is_not_read_as_this_one(
    estimate: Ask, sent: dict[str, Any], pointer: str, said: str
) -> None:
    answer = estimate({**CALL, **sent})
    assert pointers(answer) == [pointer]
    assert said in answer.body["errors"][0]["detail"]


def test_a_cost_without_an_input_says_so(estimate: Ask) -> None:
    def codes(**sent: Any) -> list[str]:
        body = estimate({"model": "claude-sonnet-5-5", "output_tokens": 100, **sent}).body
        return [warning["code"] for warning in body["warnings"]]

    assert codes() == codes(input_tokens=None) == ["no_input"]
    assert codes(input_tokens=0) == []
    assert "no_input" not in codes(cache_read_tokens=1000)


ITEM = {"name": "chat", **CALL}
SONNET = {"model": "sonnet", "as_of": "2026-11-22"}
STAGES = [{"model": "haiku", "pass_rate": "0.7"}, {"model": "opus"}]
#: The same request twice: in words, and in the form of its fields.
WRITTEN: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [
    ("workload", {"items": [ITEM], "period": "Monthly"}, {"items": [ITEM], "period": "month"}),
    (
        "workload",
        {"items": [ITEM], "what_if": [{"name": "b", "processing": "Batched"}]},
        {"items": [ITEM], "what_if": [{"name": "b", "processing": "batch"}]},
    ),
    (
        "plan_caching",
        {"prefix_tokens": "20k tokens", "calls_per_hour": "1k calls", "ttl": "1 hour"},
        {"prefix_tokens": 20_000, "calls_per_hour": 1000, "ttl": "1h"},
    ),
    (
        "plan_caching",
        {"prefix_tokens": 9000, "calls_per_hour": 6, "hours_per_day": "8", "arrivals": "Random"},
        {"prefix_tokens": 9000, "calls_per_hour": 6, "hours_per_day": 8, "arrivals": "poisson"},
    ),
    (
        "plan_batch",
        {**COUNTS, "requests": "9 requests", "deadline_hours": "24h"},
        {**COUNTS, "requests": 9, "deadline_hours": "24"},
    ),
    (
        "usage_report",
        {
            "records": [{**CALL, "timestamp": "2026-11-20"}],
            "filter": {"model": "gpt-4o"},
            "budgets": [{"name": "all", "usd": 5000, "period": "Monthly"}],
            "top": "5",
        },
        {
            "records": [{**CALL, "timestamp": "2026-11-20"}],
            "filter": {"model": ["gpt-4o"]},
            "budgets": [{"name": "all", "usd": 5000, "period": "month"}],
            "top": 5,
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("route", "written", "plain"), WRITTEN)
def test_every_route_reads_words_and_numbers_as_people_write_them(
    event: Event, route: str, written: Mapping[str, Any], plain: Mapping[str, Any]
) -> None:
    to, fixed = handler(function_of(route)), SONNET if route.startswith("plan") else {}
    answers = [post(to, event(route), {**fixed, **body}) for body in (written, plain)]
    assert [answer.status for answer in answers] == [200, 200], answers[0].body
    assert answers[0].body == answers[1].body


@pytest.mark.parametrize(
    ("route", "sent", "pointer", "said"),
    [
        # The opposite of a field is not taken for a misspelling of it.
        (
            "recommend_cascade",
            {**COUNTS, "stages": [{**STAGES[0], "fail_rate": 0.3}, STAGES[1]]},
            "/stages/0/fail_rate",
            "the other part of 1",
        ),
        # A field in percent is told the number of percent.
        (
            "plan_caching",
            {"prefix_tokens": 9, "calls_per_hour": 6, "target_saving_percent": "50%"},
            "/target_saving_percent",
            'send "50"',
        ),
        # An error does not send to a place that is refused as well.
        ("plan_batch", {**COUNTS, "requests": 9, "batch": True}, "/batch", "leave it out"),
        ("recommend", {"task": "Do it", "batch": True}, "/batch", "the answer says"),
        (
            "plan_context",
            {"before": {"tokens": 9, "output_tokens": 3}},
            "/before/output_tokens",
            "`expected_output_tokens`",
        ),
        (
            "plan_context",
            {"parts": [{"name": "a", "tokens": 9}], "max_tokens": 3},
            "/max_tokens",
            "`reserve_output_tokens`",
        ),
        # What is wrong inside of an object is told about the inner field.
        (
            "workload",
            {"items": [ITEM], "what_if": [{"name": "c", "model": "haiku", "match": "chat"}]},
            "/what_if/0/match",
            '{"name": "chat"}',
        ),
        ("workload", {"items": [ITEM], "days_per_week": 5}, "/days_per_week", "_year"),
    ],
)
def test_an_error_says_what_to_send_where_it_is_accepted(
    event: Event, route: str, sent: dict[str, Any], pointer: str, said: str
) -> None:
    fixed = {"model": "sonnet"} if route.startswith("plan") else {}
    answer = post(handler(function_of(route)), event(route), {**fixed, **sent})
    assert pointers(answer) == [pointer]
    assert said in answer.body["errors"][0]["detail"]
