"""What people write before they read the documentation: answered, or told what to send."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pricing.api.requests.hints import HINTS
from tests.support.handlers import Answer, handler, post

Ask = Callable[[Mapping[str, Any]], Answer]
Event = Callable[[str], dict[str, Any]]


@pytest.fixture
def estimate(event: Event) -> Ask:
    to = handler("estimate")
    return lambda body: post(to, event("estimate"), body)


@pytest.fixture
def compare(event: Event) -> Ask:
    to = handler("compare")
    return lambda body: post(to, event("compare"), body)


@pytest.fixture
def workload(event: Event) -> Ask:
    to = handler("workload")
    return lambda body: post(to, event("workload"), body)


SHORT = {"input_tokens": 1000, "output_tokens": 100, "cache_read_tokens": 2000}


def test_the_short_form_states_disjoint_counts(estimate: Ask) -> None:
    # gpt-4o: input 2.50, cached input 1.25, output 10 USD per million tokens.
    # 1000 x 2.5 + 2000 x 1.25 + 100 x 10 = 6000 millionths
    assert estimate({"model": "gpt-4o", **SHORT}).body["total_usd"] == "0.006"
    # Sonnet 5.5: input 2, five minute write 2.5, output 10: 1000 x 2 + 400 x 2.5 + 100 x 10
    written = {"input_tokens": 1000, "output_tokens": 100, "cache_write_tokens": 400}
    answer = estimate({"model": "claude-sonnet-5-5", **written, "as_of": "2026-11-22"}).body
    assert answer["total_usd"] == "0.004"
    assert "five minute writes" in answer["assumptions"][0]


def test_the_short_form_costs_what_the_same_usage_costs_on_every_route(
    estimate: Ask, compare: Ask, workload: Ask
) -> None:
    usage = {
        "prompt_tokens": 3000,
        "completion_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 2000},
    }
    for form in (SHORT, {"usage": usage}):
        assert estimate({"model": "gpt-4o", **form}).body["total_usd"] == "0.006"
        assert compare({"models": ["gpt-4o"], **form}).body["rows"][0]["total_usd"] == "0.006"
        item = {"name": "a", "model": "gpt-4o", **form}
        assert workload({"items": [item]}).body["totals"]["period_usd"] == "0.006"


def test_without_an_output_the_short_form_says_that_none_is_priced(estimate: Ask) -> None:
    answer = estimate({"model": "gpt-4o", "input_tokens": 1000}).body
    assert answer["total_usd"] == "0.0025"
    assert [warning["code"] for warning in answer["warnings"]] == ["no_expected_output"]


@pytest.mark.parametrize("other", [{"usage": {"input_tokens": 1}}, {"text": "a"}])
def test_the_short_form_goes_alone(estimate: Ask, other: dict[str, Any]) -> None:
    answer = estimate({"model": "gpt-4o", "input_tokens": 1, **other})
    assert answer.status == 422
    assert "`input_tokens`" in answer.body["detail"]


@pytest.mark.parametrize("count", [-1, 1.5, "1000", True, 10**13])
def test_a_count_of_the_short_form_is_a_whole_number(estimate: Ask, count: Any) -> None:
    answer = estimate({"model": "gpt-4o", "input_tokens": count, "output_tokens": 0})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/input_tokens"


def test_a_budget_buys_whole_calls_only(estimate: Ask, compare: Ask) -> None:
    # A call is 0.0035 USD: 100 USD pay for 28571 of them, and 0.0035 x 28572 is 100.002.
    call = {"model": "gpt-4o", "input_tokens": 1000, "output_tokens": 100}
    assert estimate(call | {"budget_usd": "100"}).body["calls_for_budget"] == 28571
    assert estimate(call | {"budget_usd": "0.0035"}).body["calls_for_budget"] == 1
    assert estimate(call | {"budget_usd": "0.0034"}).body["calls_for_budget"] == 0
    assert estimate(call).body["calls_for_budget"] is None
    nothing = {"model": "gpt-4o", "input_tokens": 0, "output_tokens": 0, "budget_usd": 1}
    assert estimate(nothing).body["calls_for_budget"] is None
    del call["model"]
    rows = compare(call | {"models": ["gpt-4o"], "budget_usd": 100}).body["rows"]
    assert rows[0]["calls_for_budget"] == 28571


def test_names_of_ones_own_stand_for_the_models_that_the_request_says(estimate: Ask) -> None:
    aliases = {
        "my-deployment": "azure/eu/gpt-4.1",
        "profile": "bedrock/anthropic.claude-sonnet-4-6",
    }
    answer = estimate({"model": "my-deployment", "model_aliases": aliases, **SHORT}).body
    assert answer["model"]["provider"] == "azure"
    response = {"model": "profile", "usage": {"input_tokens": 1, "output_tokens": 1}}
    answer = estimate({"response": response, "model_aliases": aliases}).body
    assert answer["model"]["provider"] == "bedrock"
    missing = estimate({"model": "other", "model_aliases": aliases, **SHORT})
    assert missing.status == 404


@pytest.mark.parametrize("name", sorted(HINTS))
def test_a_property_that_is_not_ours_is_told_what_to_send(estimate: Ask, name: str) -> None:
    answer = estimate({"model": "gpt-4o", "text": "hello", name: 1})
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["pointer"] == f"/{name}"
    assert error["detail"] == HINTS[name]
    assert name in error["detail"]
    assert "`" in error["detail"]
