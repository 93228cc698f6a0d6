"""Counts, shares, money and currencies in requests, as people write them."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.handlers import Ask, Event, function_of, handler, post


@pytest.fixture
def workload(event: Event) -> Ask:
    to = handler("workload")
    return lambda body: post(to, event("workload"), body)


#: The same request twice: with counts as people write them, and as numbers.
WRITTEN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "plan_batch",
        {"input_tokens": "3k", "requests": "250k"},
        {"input_tokens": 3000, "requests": 250_000},
    ),
    (
        "plan_caching",
        {"prefix_tokens": "20k", "suffix_tokens": "1,000", "calls_per_hour": 60},
        {"prefix_tokens": 20_000, "suffix_tokens": 1000, "calls_per_hour": 60},
    ),
    (
        "plan_context",
        {"parts": [{"name": "a", "tokens": "1.5M"}], "reserve_output_tokens": "4k"},
        {"parts": [{"name": "a", "tokens": 1_500_000}], "reserve_output_tokens": 4000},
    ),
    (
        "plan_context",
        {"before": {"tokens": "5k"}, "after": {"tokens": "2k"}, "calls_per_month": "1 million"},
        {"before": {"tokens": 5000}, "after": {"tokens": 2000}, "calls_per_month": 1_000_000},
    ),
]


@pytest.mark.parametrize(("route", "written", "plain"), WRITTEN)
def test_counts_are_read_as_people_write_them_on_every_route(
    event: Event, route: str, written: dict[str, Any], plain: dict[str, Any]
) -> None:
    to, fixed = handler(function_of(route)), {"model": "sonnet", "as_of": "2026-11-22"}
    answers = [post(to, event(route), {**fixed, **body}) for body in (written, plain)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body


#: The same request twice: with shares and money as people write them, and as decimals.
AMOUNTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("estimate", {"budget_usd": "$1,000"}, {"budget_usd": "1000"}),
    (
        "workload",
        {"what_if": [{"name": "b", "processing": "batch", "share": "50%"}]},
        {"what_if": [{"name": "b", "processing": "batch", "share": "0.5"}]},
    ),
    (
        "workload",
        {"what_if": [{"name": "c", "caching": {"prefix_tokens": 900, "hit_rate": "90%"}}]},
        {"what_if": [{"name": "c", "caching": {"prefix_tokens": 900, "hit_rate": 0.9}}]},
    ),
    (
        "recommend_cascade",
        {"stages": [{"model": "haiku", "pass_rate": "80%"}, {"model": "opus"}]},
        {"stages": [{"model": "haiku", "pass_rate": "0.8"}, {"model": "opus"}]},
    ),
    ("recommend", {"max_usd_per_call": "$0.01"}, {"max_usd_per_call": "0.01"}),
    (
        "usage_report",
        {"budgets": [{"name": "all", "usd": "$5k", "period": "month"}]},
        {"budgets": [{"name": "all", "usd": 5000, "period": "month"}]},
    ),
]
COUNTS = {"input_tokens": 1000, "output_tokens": 100}
GIVEN: Mapping[str, dict[str, Any]] = {
    "estimate": {"model": "sonnet", **COUNTS, "as_of": "2026-11-22"},
    "workload": {"items": [{"name": "a", "model": "sonnet", **COUNTS}], "as_of": "2026-11-22"},
    "recommend_cascade": {**COUNTS, "as_of": "2026-11-22"},
    "recommend": {"task": "Translate this", "as_of": "2026-11-22"},
    "usage_report": {"records": [{"timestamp": "2026-11-20", "model": "gpt-4o", **COUNTS}]},
}


@pytest.mark.parametrize(("route", "written", "plain"), AMOUNTS)
def test_shares_and_money_are_read_as_people_write_them(
    event: Event, route: str, written: dict[str, Any], plain: dict[str, Any]
) -> None:
    to = handler(function_of(route))
    answers = [post(to, event(route), {**GIVEN[route], **body}) for body in (written, plain)]
    assert [answer.status for answer in answers] == [200, 200], answers[0].body
    assert answers[0].body == answers[1].body


def test_a_percentage_of_a_hundred_is_not_read_as_a_share(workload: Ask) -> None:
    """``claimed_percent`` is 30 for 30%: what "30%" means there is not left to a guess."""
    claim = {"name": "b", "processing": "batch", "claimed_percent": "30%"}
    refused = workload({**GIVEN["workload"], "what_if": [claim]}).body
    assert refused["errors"][0]["pointer"] == "/what_if/0/claimed_percent"


@pytest.mark.parametrize("written", ["eur", "€", "EUR"])
def test_a_currency_is_read_as_people_write_it_on_every_route(event: Event, written: str) -> None:
    call = {"model": "gpt-4o", "input_tokens": 1000, "output_tokens": 100}
    item = {"name": "a", **call}
    for route, body in (
        ("plan_batch", {**call, "requests": 10}),
        ("workload", {"items": [item]}),
        ("plan_subscription", {"items": [item], "seats": "2"}),
        ("recommend", {"task": "Translate this"}),
        ("usage_report", {"records": [{**call, "timestamp": "2026-11-20"}]}),
    ):
        answer = post(handler(function_of(route)), event(route), {**body, "currency": written})
        assert answer.status == 200, (route, answer.body)
        assert answer.body["converted"]["currency"] == "EUR", route


def test_a_count_that_is_too_large_is_told_the_limit(estimate: Ask) -> None:
    for count in (10**15, 1e15, "2000000 million"):
        refused = estimate({"model": "gpt-4o", "input_tokens": count}).body
        assert refused["errors"] == [
            {"pointer": "/input_tokens", "detail": "must be 1000000000000 or less"}
        ]
