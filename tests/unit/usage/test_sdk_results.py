"""Results of SDKs: what the provider itself counts, and calls of several steps."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.reader import read_usage
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


#: Claude's own usage, and what version 6 of the AI SDK makes of it.
OF_CLAUDE = {
    "input_tokens": 10,
    "output_tokens": 50,
    "cache_read_input_tokens": 2000,
    "cache_creation_input_tokens": 100,
    "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 60},
    "server_tool_use": {"web_search_requests": 3},
    "service_tier": "priority",
}
OF_SDK = {
    "inputTokens": 2110,
    "inputTokenDetails": {"noCacheTokens": 10, "cacheReadTokens": 2000, "cacheWriteTokens": 100},
    "outputTokens": 50,
    "totalTokens": 2160,
}
NESTED = {
    "inputTokens": {"total": 2110, "noCache": 10, "cacheRead": 2000, "cacheWrite": 100},
    "outputTokens": {"total": 50, "text": 50, "reasoning": 0},
}


@pytest.mark.parametrize("derived", [OF_SDK, NESTED])
@pytest.mark.parametrize("usage_format", [None, "vercel_ai"])
def test_the_providers_raw_usage_goes_before_what_an_sdk_makes_of_it(
    derived: dict[str, Any], usage_format: Any
) -> None:
    parsed = read_usage({**derived, "raw": OF_CLAUDE}, usage_format, "/usage")
    (attempt,) = parsed.attempts
    found = attempt.usage
    assert (found.input, found.cache_read, found.output) == (10, 2000, 50)
    assert (found.cache_write_5m, found.cache_write_1h, found.web_search) == (40, 60, 3)
    assert parsed.served.processing == "priority"
    assert parsed.unread == ()


def test_raw_usage_of_another_call_or_of_none_is_not_read() -> None:
    for raw in ({**OF_CLAUDE, "input_tokens": 9, "output_tokens": 49}, {}, {"x": 1}, None, "x"):
        parsed = read_usage({**OF_SDK, "raw": raw}, None, "/usage")
        (attempt,) = parsed.attempts
        assert (attempt.usage.input, attempt.usage.cache_write_5m) == (10, 100)
        assert attempt.usage.web_search == 0


def test_raw_usage_of_steps_that_were_summed_is_of_as_many_calls() -> None:
    step = {"usage": {**OF_SDK, "raw": OF_CLAUDE}}
    parsed = read_response({"usage": OF_SDK, "steps": [step, step]}, None).usage
    (attempt,) = parsed.attempts
    assert attempt.usage.sum_of == 2
    assert (attempt.usage.cache_write_1h, attempt.usage.web_search) == (120, 6)


def _kept(*data: dict[str, Any], provider: str = "aws_bedrock") -> list[dict[str, Any]]:
    return [
        {"provider_type": provider, "api_type": "chat_completions", "data": one} for one in data
    ]


CONVERSE = {"inputTokens": 18, "outputTokens": 386, "cacheWriteInputTokens": 7502}


@pytest.mark.parametrize("name", ["raw_usage", "tensorzero_raw_usage"])
def test_a_gateways_short_usage_gives_way_to_the_providers_own_next_to_it(name: str) -> None:
    short = {"usage": {"input_tokens": 18, "output_tokens": 386}}
    (attempt,) = read_response({**short, name: _kept(CONVERSE)}, None).usage.attempts
    assert (attempt.usage.input, attempt.usage.cache_write_5m) == (18, 7502)
    (attempt,) = read_response({**short, name: _kept(CONVERSE, CONVERSE)}, None).usage.attempts
    assert (attempt.usage.cache_write_5m, attempt.usage.sum_of) == (15004, 2)
    for nothing in ([], [{"data": None}], "x"):
        (attempt,) = read_response({**short, name: nothing}, None).usage.attempts
        assert (attempt.usage.input, attempt.usage.cache_write_5m) == (18, 0)
    several = [*_kept(CONVERSE), *_kept(OF_CLAUDE, provider="anthropic")]
    with pytest.raises(InvalidRequest) as caught:
        read_response({**short, name: several}, None)
    assert caught.value.errors[0].pointer == f"/response/{name}"


def test_counts_of_a_turn_that_no_models_sums_have_are_unread() -> None:
    usage = {"input_tokens": 9, "cache_read_input_tokens": 38912, "output_tokens": 534}
    sums = {"inputTokens": 4448, "outputTokens": 1134, "cacheReadInputTokens": 0}
    result = {"type": "result", "usage": usage, "modelUsage": {"claude-haiku-4-5": sums}}
    found = read_response(result, None).usage.unread
    assert [(one.pointer, int(one.value)) for one in found] == [
        ("/response/usage/cache_read_input_tokens", 38912)
    ]
    complete = {**sums, "cacheReadInputTokens": 38912}
    assert read_response({**result, "modelUsage": {"x": complete}}, None).usage.unread == ()
