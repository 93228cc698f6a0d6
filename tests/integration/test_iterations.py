"""Calls of several attempts through the handlers: fallbacks, refusals, advisors in clouds."""

from fractions import Fraction
from typing import Any

import pytest

from tests.support.handlers import Answer, Ask
from tests.support.usage_reading import iteration

#: USD per million in and out: Fable 5, Opus 4.8, Sonnet 5.5.
FABLE, OPUS, SONNET = (10, 50), (5, 25), (2, 10)


def cost(*parts: tuple[int, int, tuple[int, int]]) -> Fraction:
    """Input and output tokens at a pair of prices, summed in fractions."""
    return sum((Fraction(i * p[0] + o * p[1], 10**6) for i, o, p in parts), Fraction())


def total(answer: Answer) -> Fraction:
    assert answer.status == 200, answer.body
    return Fraction(answer.body["total_usd"])


def codes(answer: Answer) -> list[str]:
    return [warning["code"] for warning in answer.body["warnings"]]


def response(model: str, top: tuple[int, int], *iterations: Any, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": top[0], "output_tokens": top[1], "iterations": list(iterations)}
    return {"type": "message", "model": model, "usage": usage, **more}


def test_a_declined_attempt_without_a_name_is_billed_at_the_model_that_was_asked_for(
    ask: Ask,
) -> None:
    fallback = response(
        "claude-opus-4-8",
        (412, 264),
        iteration("message", 408, 7),
        iteration("fallback_message", 412, 264, model="claude-opus-4-8"),
    )
    answer = ask(model="claude-fable-5", response=fallback)
    assert total(answer) == cost((408, 7, FABLE), (412, 264, OPUS))
    assert answer.body["model"]["id"] == "claude-opus-4-8"
    refused = ask(response=fallback)
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "/model")


def test_a_declined_attempt_that_names_its_model_needs_no_model_in_the_request(ask: Ask) -> None:
    fallback = response(
        "claude-opus-4-8",
        (412, 264),
        iteration("message", 408, 7, model="claude-fable-5"),
        iteration("fallback_message", 412, 264, model="claude-opus-4-8"),
    )
    expected = cost((408, 7, FABLE), (412, 264, OPUS))
    assert total(ask(response=fallback)) == expected
    assert total(ask(model="claude-opus-4-8", response=fallback)) == expected


@pytest.mark.parametrize("kind", ["message", "fallback_message"])
@pytest.mark.parametrize(("said", "paid"), [(0, cost()), (3, cost((410, 3, OPUS)))])
def test_a_chain_of_two_fallbacks_counts_what_the_last_one_served(
    ask: Ask, kind: str, said: int, paid: Fraction
) -> None:
    chain = response(
        "claude-sonnet-5-5",
        (412, 264),
        iteration("message", 408, 0, model="claude-fable-5"),
        iteration(kind, 410, said, model="claude-opus-4-8"),
        iteration("fallback_message", 412, 264, model="claude-sonnet-5-5"),
    )
    answer = ask(response=chain)
    assert total(answer) == paid + cost((412, 264, SONNET))
    assert codes(answer).count("declined_attempt_not_billed") == (1 if said else 2)


def test_a_fallback_that_works_through_a_tool_loop_is_the_sum_of_its_prompts(ask: Ask) -> None:
    loop = response(
        "claude-opus-4-8",
        (30, 7),
        iteration("message", 408, 0, model="claude-fable-5"),
        iteration("fallback_message", 10, 3, model="claude-opus-4-8"),
        iteration("fallback_message", 20, 4, model="claude-opus-4-8"),
    )
    assert total(ask(response=loop)) == cost((30, 7, OPUS))


def test_a_chain_in_which_everybody_declined_pays_for_what_was_written(ask: Ask) -> None:
    refused = response(
        "claude-opus-4-8",
        (412, 0),
        iteration("message", 408, 9, model="claude-fable-5"),
        iteration("message", 412, 0, model="claude-opus-4-8"),
        stop_reason="refusal",
    )
    answer = ask(response=refused)
    assert total(answer) == cost((408, 9, FABLE))
    assert "refusal_not_billed" in codes(answer)


def test_a_fallback_without_a_model_has_no_price(ask: Ask) -> None:
    usage = response("", (1, 1), iteration("fallback_message", 1, 1))["usage"]
    answer = ask(model="opus", usage=usage)
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/usage/iterations/0/model"


def test_a_refusal_takes_its_own_prompt_off_the_bill_and_nothing_else(ask: Ask) -> None:
    refused = response(
        "claude-sonnet-5-5",
        (500, 0),
        iteration("compaction", 20_000, 300),
        iteration("advisor_message", 1_000, 50, model="claude-opus-4-8"),
        iteration("message", 500, 0),
        stop_reason="refusal",
        content=[],
    )
    refused["usage"]["server_tool_use"] = {"web_search_requests": 2}
    answer = ask(response=refused)
    searches = Fraction(2, 100)
    assert total(answer) == cost((20_000, 300, SONNET), (1_000, 50, OPUS)) + searches
    assert "refusal_not_billed" in codes(answer)


def test_a_refusal_of_a_plain_call_still_pays_for_its_searches(ask: Ask) -> None:
    usage = {"input_tokens": 500, "output_tokens": 1, "server_tool_use": {"web_search_requests": 3}}
    refused = {"model": "opus", "stop_reason": "refusal", "content": [], "usage": usage}
    assert total(ask(response=refused)) == Fraction(3, 100)


# An advisor and its executor


def advised(advisor: str) -> dict[str, Any]:
    return {
        "input_tokens": 1_000,
        "output_tokens": 0,
        "iterations": [
            iteration("message", 1_000, 0),
            iteration("advisor_message", 1_000_000, 0, model=advisor),
        ],
    }


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("claude-sonnet-5-5", "5"),
        ("global.anthropic.claude-sonnet-5-5", "5"),
        ("us.anthropic.claude-sonnet-5-5", "5.5"),
        ("vertex/claude-sonnet-5-5", "5"),
        ("vertex/regional/claude-sonnet-5-5", "5.5"),
    ],
)
def test_an_advisor_in_a_cloud_costs_what_that_endpoint_charges(
    ask: Ask, model: str, usd: str
) -> None:
    answer = ask(model=model, usage=advised("claude-opus-4-8"))
    (line,) = [one for one in answer.body["line_items"] if one.get("attempt")]
    assert Fraction(line["cost_usd"]) == Fraction(usd)
    assert "attempt_priced_elsewhere" not in codes(answer)


def test_a_dated_advisor_is_found_under_the_clouds_own_name(ask: Ask) -> None:
    usage = advised("claude-haiku-4-5-20251001")
    answer = ask(model="us.anthropic.claude-sonnet-5-5", usage=usage)
    (line,) = [one for one in answer.body["line_items"] if one.get("attempt")]
    assert line["usd_per_mtok"] == "1.1"


def test_an_advisor_the_cloud_does_not_offer_is_priced_elsewhere_with_a_warning(ask: Ask) -> None:
    answer = ask(model="us.anthropic.claude-sonnet-5-5", usage=advised("gpt-5"))
    assert codes(answer).count("attempt_priced_elsewhere") == 1


def test_terms_that_an_advisor_is_not_offered_with_give_a_warning(ask: Ask) -> None:
    usage = advised("claude-fable-5") | {"speed": "fast"}
    answer = ask(model="claude-opus-5-5", usage=usage)
    (warning,) = answer.body["warnings"]
    assert warning["code"] == "attempt_terms_differ"
    assert "speed fast" in warning["message"]
    assert "claude-fable-5" in warning["message"]


def test_an_advisors_prompt_does_not_fill_the_executors_window(ask: Ask) -> None:
    answer = ask(model="claude-haiku-4-5", usage=advised("claude-opus-4-8"))
    assert answer.body["context"] == {"window": 200_000, "used_tokens": 1_000, "fits": True}
    assert codes(answer) == []
    usage = {**advised("claude-opus-4-8"), "input_tokens": 200_001}
    usage["iterations"][0]["input_tokens"] = 200_001
    assert codes(ask(model="claude-haiku-4-5", usage=usage)) == ["context_exceeded"]
