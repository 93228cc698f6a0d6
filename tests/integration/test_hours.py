"""A date alone means the most expensive hour of the day, in every answer that prices at a moment.

On a weekday deepseek-v4-pro costs $1.32 and $3.96 per million from 01:00 to 04:00 and from 06:00 to
10:00 UTC, and half of that otherwise: a call of a million tokens each way costs $5.28, or $2.64.
"""

from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from tests.support.handlers import Event, asking, function_of

DAY = "2026-11-25"
MILLIONS = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}
MODEL: dict[str, Any] = {"model": "deepseek-v4-pro"}
CALL: dict[str, Any] = {**MODEL, "usage": MILLIONS}
LINE = {**CALL, "name": "a", "calls": 1}


class Asked(NamedTuple):
    """A recorded event, the body in its place, and the path to an amount at the peak and off it."""

    event: str
    body: dict[str, Any]
    path: str = ""
    peak: str = ""
    low: str = ""


ROUTES = [
    Asked("estimate", CALL, "total_usd", "5.28", "2.64"),
    Asked("compare", {"usage": MILLIONS, "models": ["deepseek-v4-pro", "haiku"]}),
    Asked("workload", {"items": [LINE]}, "totals.period_usd", "5.28", "2.64"),
    Asked("plan_batch", {**CALL, "requests": 10}, "standard_usd", "52.8", "26.4"),
    Asked(
        "plan_caching",
        {
            **MODEL,
            **dict.fromkeys(("prefix_tokens", "output_tokens"), 500_000),
            "suffix_tokens": 0,
            "calls_per_hour": 20,
        },
        "plan.plain_call_usd",
        "2.64",
        "1.32",
    ),
    Asked(
        "plan_caching",
        {**MODEL, "measured": [{"usage": MILLIONS, "calls": 1}]},
        "measured.cost_usd",
        "5.28",
        "2.64",
    ),
    Asked(
        "plan_context",
        {**MODEL, "parts": [{"name": "a", "tokens": 100_000}]},
        "workloads.0.month_usd",
        "0.132",
        "0.066",
    ),
    Asked("plan_context", {**MODEL, "before": {"text": "word " * 100}}, "workloads.0.month_usd"),
    Asked("plan_subscription", {"seats": 2, "items": [LINE]}, "api.month_usd", "10.56", "5.28"),
    Asked(
        "recommend",
        {
            "task": "Add 2 and 2.",
            "usage": MILLIONS,
            "policy": {"simple": "deepseek-v4-pro", "moderate": "sonnet", "complex": "opus"},
            "force": "deepseek-v4-pro",
        },
        "total_usd",
        "5.28",
        "2.64",
    ),
    Asked(
        "recommend_cascade",
        {"usage": MILLIONS, "stages": [{**MODEL, "pass_rate": "0.5"}, {"model": "haiku"}]},
        "stages.0.attempt_usd",
        "5.28",
        "2.64",
    ),
    Asked(
        "recommend_tiers",
        {
            "monthly_queries": 1,
            "tiers": [{**CALL, "name": "a", "share": "1"}],
            "single_model": "haiku",
        },
        "total_usd",
        "5.28",
        "2.64",
    ),
]

each_route = pytest.mark.parametrize(
    "asked", ROUTES, ids=[f"{number} {asked.event}" for number, asked in enumerate(ROUTES)]
)


def at(document: Any, path: str) -> Fraction:
    for step in path.split("."):
        document = document[int(step)] if step.isdigit() else document[step]
    return Fraction(document)


def said(document: Any) -> list[str]:
    """What the answer, or a row of it, assumes of hours."""
    if isinstance(document, dict):
        return [text for value in document.values() for text in said(value)]
    if isinstance(document, list):
        return [text for value in document for text in said(value)]
    return [document] if isinstance(document, str) and "depends on the hour" in document else []


@each_route
def test_every_answer_prices_a_date_at_its_peak_and_says_so(event: Event, asked: Asked) -> None:
    ask = asking(function_of(asked.event), event(asked.event))
    moments = (DAY, f"{DAY}T02:00:00Z", f"{DAY}T05:00:00Z")
    answers = [ask(**asked.body, as_of=as_of) for as_of in moments]
    day, busy, quiet = (answer.body for answer in answers)
    assert [answer.status for answer in answers] == [200] * 3, day
    assert said(day)
    assert all(f"{DAY} is priced at 01:00 UTC, its peak" in text for text in said(day))
    assert said(busy) == said(quiet) == []
    if asked.path:
        assert at(day, asked.path) == at(busy, asked.path) == 2 * at(quiet, asked.path)
    if asked.peak:
        amounts = at(day, asked.path), at(quiet, asked.path)
        assert amounts == (Fraction(asked.peak), Fraction(asked.low))


@each_route
def test_a_weekend_has_no_peak(event: Event, asked: Asked) -> None:
    ask = asking(function_of(asked.event), event(asked.event))
    answer = ask(**asked.body, as_of="2026-11-28")
    assert answer.status == 200
    assert said(answer.body) == []


def test_the_sentence_has_the_cost_at_both_ends(event: Event) -> None:
    answer = asking("plan", event("plan_batch"))(**CALL, requests=10, as_of=DAY).body
    (sentence,) = said(answer)
    assert "is 5.28 USD; at the cheapest hour it is 2.64 USD" in sentence


def test_a_plans_workload_costs_the_same_when_it_is_sent_back(event: Event) -> None:
    plan = asking("plan", event("plan_batch"))(**CALL, requests=10, as_of=DAY).body
    (workload,) = plan["workloads"]
    back = asking("workload", event("workload"))(**workload["request"]).body
    assert back["totals"]["period_usd"] == workload["month_usd"] == "52.8"


def test_a_what_if_compares_two_models_at_the_peak_of_each(event: Event) -> None:
    ask = asking("workload", event("workload"))
    changes = [
        {"name": "flash", "model": "deepseek-v4-flash"},
        {"name": "same", "model": "deepseek-v4-pro"},
    ]
    flash, same = ask(items=[LINE], what_if=changes, as_of=DAY).body["what_if"]
    # Flash costs 0.3 and 1.2 at its peak, half of it off it.
    assert (flash["total_usd"], flash["saves_usd"]) == ("1.5", "3.78")
    assert "is 1.5 USD; at the cheapest hour it is 0.75 USD" in said(flash)[0]
    assert same["saves_usd"] == "0"


@pytest.mark.parametrize(
    ("time", "warned"),
    [
        (DAY, True),
        (f"{DAY}T00:00:00Z", True),  # which nothing tells from a date
        (f"{DAY}T00:00:01Z", False),
        ("2026-11-28", False),  # a Saturday has no peak
    ],
)
def test_a_report_says_what_a_record_without_an_hour_could_cost(
    event: Event, time: str, warned: bool
) -> None:
    records = [{**CALL, "timestamp": time}, {**CALL, "model": "gpt-5", "timestamp": time}]
    answer = asking("usage_report", event("usage_report"))(records=records).body
    # $2.64 off the peak, and gpt-5's $1.25 and $10.
    assert answer["totals"]["cost_usd"] == "13.89"
    found = [one["message"] for one in answer["warnings"] if one["code"] == "hour_unknown"]
    assert len(found) == int(warned)
    assert all(message.startswith("1 call at 00:00 UTC") for message in found)
    assert all("up to 2.64 USD more" in message for message in found)
