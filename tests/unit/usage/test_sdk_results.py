"""Results of SDKs: what the provider itself counts, and calls of several steps."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.response import read_response

DERIVED = {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100}
CHAT = {"prompt_tokens": 1000, "completion_tokens": 100}


@pytest.mark.parametrize(
    ("response", "pointer"),
    [
        (
            {"usage": DERIVED, "providerMetadata": {"openai": {"serviceTier": "flex"}}},
            "/response/providerMetadata/openai/serviceTier",
        ),
        (
            {"usage": DERIVED, "providerMetadata": {"bedrock": {"serviceTier": {"type": "flex"}}}},
            "/response/providerMetadata/bedrock/serviceTier/type",
        ),
        (
            {"usage": DERIVED, "response": {"body": {"usage": CHAT, "service_tier": "flex"}}},
            "/response/response/body/service_tier",
        ),
        (
            {"response_metadata": {"token_usage": CHAT, "service_tier": "flex"}},
            "/response/response_metadata/service_tier",
        ),
        (
            {"llm_output": {"token_usage": CHAT, "service_tier": "flex"}},
            "/response/llm_output/service_tier",
        ),
        (
            {"llmOutput": {"tokenUsage": CHAT, "service_tier": "flex"}},
            "/response/llmOutput/service_tier",
        ),
        ({"meta": {"usage": CHAT, "service_tier": "flex"}}, "/response/meta/service_tier"),
        (
            {"usage": CHAT, "provider_details": {"service_tier": "flex"}},
            "/response/provider_details/service_tier",
        ),
        ({"raw": {"usage": CHAT, "service_tier": "flex"}}, "/response/raw/service_tier"),
    ],
)
def test_the_tier_that_served_is_found_where_an_sdk_keeps_it(
    response: dict[str, Any], pointer: str
) -> None:
    found = read_response(response, None).usage
    assert found.served.processing == "flex"
    assert found.open.tier is not None
    assert found.open.tier.pointer == pointer


def test_the_last_steps_own_usage_does_not_go_before_the_sum_of_all_steps() -> None:
    last = {"inputTokens": 1000, "outputTokens": 50, "totalTokens": 1050}
    result = {
        "totalUsage": {"inputTokens": 1500, "outputTokens": 150, "totalTokens": 1650},
        "usage": last,
        "providerMetadata": {"anthropic": {"usage": {"input_tokens": 1000, "output_tokens": 50}}},
    }
    (attempt,) = read_response(result, None).usage.attempts
    assert (attempt.usage.input, attempt.usage.output) == (1500, 150)
    (attempt,) = read_response({**result, "totalUsage": last}, None).usage.attempts
    assert (attempt.usage.input, attempt.usage.output) == (1000, 50)


def _step(tokens_in: int, written: int, cost: str) -> dict[str, Any]:
    own = {
        "input_tokens": tokens_in,
        "output_tokens": 10,
        "cache_creation_input_tokens": written,
        "cache_creation": {"ephemeral_1h_input_tokens": written},
        "server_tool_use": {"web_search_requests": 1},
    }
    return {
        "usage": {"inputTokens": tokens_in, "outputTokens": 10},
        "providerMetadata": {"anthropic": {"usage": own}, "gateway": {"cost": cost}},
    }


def test_steps_are_added_up_by_the_providers_own_counts() -> None:
    steps = [_step(10, 1000, "0.25"), _step(20, 2000, "0.5")]
    found = read_response({**steps[-1], "totalUsage": {"inputTokens": 30}, "steps": steps}, None)
    (attempt,) = found.usage.attempts
    usage = attempt.usage
    assert (usage.input, usage.output, usage.cache_write_1h) == (30, 20, 3000)
    assert (usage.web_search, usage.sum_of) == (2, 2)
    assert found.usage.stated is not None
    assert found.usage.stated.usd == Decimal("0.75")


def test_searches_of_all_steps_count_and_the_last_steps_do_not_count_twice() -> None:
    def grounded(*queries: str) -> dict[str, Any]:
        return {
            "usage": DERIVED,
            "providerMetadata": {"google": {"groundingMetadata": {"webSearchQueries": [*queries]}}},
        }

    first, last = grounded("a", "b"), grounded("c")
    found = read_response({**last, "steps": [first, last]}, None, asked="gemini-3-flash-preview")
    assert found.usage.attempts[0].usage.web_search == 3
    alone = read_response({**last, "steps": [last]}, None, asked="gemini-3-flash-preview")
    assert alone.usage.attempts[0].usage.web_search == 1


def test_a_gateways_cost_is_stated_only_if_every_step_has_one() -> None:
    steps = [_step(10, 0, "0.25"), _step(20, 0, "0")]
    assert read_response({**steps[0], "steps": steps}, None).usage.stated is None
    alone = read_response(steps[0], None).usage.stated
    assert alone is not None
    assert (alone.usd, alone.pointer) == (
        Decimal("0.25"),
        "/response/providerMetadata/gateway/cost",
    )


def test_a_faster_latency_in_the_metadata_of_bedrock_is_warned_of() -> None:
    own = {"bedrock": {"performanceConfig": {"latency": "optimized"}}}
    found = read_response({"usage": DERIVED, "providerMetadata": own}, None)
    assert [one.code for one in found.usage.notices] == ["latency_optimized_at_list_price"]


SESSION: dict[str, Any] = {
    "type": "result",
    "num_turns": 9,
    "usage": {"input_tokens": 33, "output_tokens": 904},
    "modelUsage": {"claude-haiku-4-5": {"inputTokens": 39, "outputTokens": 1284}},
}


def test_a_session_of_claudes_agent_sdk_is_read_by_its_model_and_not_by_a_part() -> None:
    found = read_response(SESSION, None)
    (attempt,) = found.usage.attempts
    assert (attempt.usage.input, attempt.usage.output, attempt.usage.sum_of) == (39, 1284, 9)
    assert (found.model, found.model_at) == (
        "claude-haiku-4-5",
        "/response/modelUsage/claude-haiku-4-5",
    )
    other = {"type": "message", **{one: SESSION[one] for one in ("usage", "modelUsage")}}
    assert read_response(other, None).usage.attempts[0].usage.input == 33


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-sonnet-4-6[1m]"])
def test_a_session_of_the_sdk_in_python_is_read_in_the_same_way(model: str) -> None:
    sums = {model: {"inputTokens": 39, "outputTokens": 1284}}
    sent = {"total_cost_usd": 1, "usage": SESSION["usage"], "model_usage": sums}
    found = read_response(sent, None)
    assert (found.model, found.usage.attempts[0].usage.input) == (model, 39)


def test_a_session_of_several_models_is_one_for_a_report() -> None:
    models = SESSION["modelUsage"] | {"claude-sonnet-4-6": {"inputTokens": 1, "outputTokens": 1}}
    with pytest.raises(InvalidRequest) as caught:
        read_response(SESSION | {"modelUsage": models}, None)
    assert caught.value.errors[0].pointer == "/response/modelUsage"


def test_langchain_keeps_bedrocks_usage_next_to_its_model() -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 9, "cache_read_input_tokens": 60}
    found = read_response({"llm_output": {"usage": usage, "model_id": "m"}}, None)
    assert found.model == "m"
    assert found.usage.attempts[0].usage.cache_read == 60
