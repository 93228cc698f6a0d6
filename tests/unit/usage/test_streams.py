"""Responses that come in pieces, wrapped, or with their usage in an unusual place."""

from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.buckets import SummedUsage
from pricing.usage.reader import read_usage
from pricing.usage.response import read_response

CHAT = {"prompt_tokens": 1000, "completion_tokens": 100}


def usage_of(response: Any) -> dict[str, int]:
    found = read_response(response, None)
    (attempt,) = found.usage.attempts
    usage = attempt.usage
    return {"input": usage.input, "output": usage.output, "read": usage.cache_read}


def refusal(response: Any) -> tuple[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        read_response(response, None)
    (error,) = caught.value.errors
    return error.pointer, error.detail


def test_the_last_of_each_count_of_a_stream_is_the_calls() -> None:
    start = {"type": "message", "id": "m", "model": "claude-opus-5"}
    events = [
        {
            "type": "message_start",
            "message": start
            | {"usage": {"input_tokens": 7, "cache_read_input_tokens": 5, "output_tokens": 1}},
        },
        {"type": "ping"},
        {"type": "message_delta", "usage": {"output_tokens": 40, "input_tokens": None}},
        {"type": "message_delta", "usage": {"output_tokens": 90}},
    ]
    assert usage_of(events) == {"input": 7, "output": 90, "read": 5}
    assert read_response(events, None).model == "claude-opus-5"


def test_the_tools_of_every_chunk_count() -> None:
    def chunk(*queries: str) -> dict[str, Any]:
        return {
            "modelVersion": "gemini-3-pro-preview",
            "candidates": [{"groundingMetadata": {"webSearchQueries": list(queries)}}],
            "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5},
        }

    (attempt,) = read_response([chunk("a"), chunk("b", "a")], None).usage.attempts
    assert attempt.usage.web_search == 2


@pytest.mark.parametrize(
    ("events", "pointer", "detail"),
    [
        ([], "/response/usage", "is required"),
        ([7], "/response/0", "must be an object"),
        ([{"usage": None}], "/response/0/usage", "is required"),
        (
            [{"id": "a", "usage": CHAT}, {"id": "b", "usage": CHAT}],
            "/response",
            "several responses",
        ),
        (
            [{"usage": CHAT}, {"usage": {"prompt_tokens": -1}}],
            "/response/1/usage/prompt_tokens",
            "0",
        ),
    ],
)
def test_a_list_that_is_not_one_stream_is_refused(
    events: list[Any], pointer: str, detail: str
) -> None:
    at, said = refusal(events)
    assert at == pointer
    assert detail in said


@pytest.mark.parametrize(
    "response",
    [
        {"result": {"response": "x", "usage": CHAT}, "success": True},
        {"body": {"usage": CHAT}},
        {"data": {"usage": CHAT}},
        {"kwargs": {"usage": CHAT}},
        {"response": {"body": {"usage": CHAT}}},
        {"x_groq": {"usage": CHAT}},
        {"response_metadata": {"tokenUsage": CHAT}},
        {"llmOutput": {"tokenUsage": CHAT}},
        {"metadata": {"usage": {"inputTokens": 1000, "outputTokens": 100}}},
        {"delta": {"usage": {"billed_units": {"input_tokens": 1000, "output_tokens": 100}}}},
        {"prompt_token_count": 1000, "generation_token_count": 100},
        {"prompt_eval_count": 1000, "eval_count": 100},
        {"prompt_token_count": 1000, "candidates_token_count": 100},
        {"results": [{"input_token_count": 1000, "generated_token_count": 100}]},
        {"inputTextTokenCount": 1000, "results": [{"tokenCount": 60}, {"tokenCount": 40}]},
        {"usage": {"promptTokens": 1, "completionTokens": 1}, "totalUsage": CHAT},
    ],
)
def test_usage_is_found_where_each_of_them_keeps_it(response: dict[str, Any]) -> None:
    assert usage_of(response) == {"input": 1000, "output": 100, "read": 0}


@pytest.mark.parametrize(
    ("metadata", "read", "fresh"),
    [
        ({"anthropic": {"cacheReadInputTokens": 400, "cacheCreationInputTokens": 0}}, 400, 1000),
        ({"bedrock": {"usage": {"cacheReadInputTokens": 400}}}, 400, 1000),
        ({"openai": {"cachedPromptTokens": 400}}, 400, 600),
        ({"deepseek": {"promptCacheHitTokens": 400, "promptCacheMissTokens": 600}}, 400, 600),
        ({"anthropic": {"usage": {"input_tokens": 1000, "output_tokens": 100}}}, 0, 1000),
        ({"openai": {"responseId": "r", "logprobs": None}}, 0, 1000),
    ],
)
def test_what_a_provider_reports_to_an_sdk_goes_before_what_the_sdk_derives(
    metadata: dict[str, Any], read: int, fresh: int
) -> None:
    usage = {"promptTokens": 1000, "completionTokens": 100}
    for name in ("providerMetadata", "experimental_providerMetadata"):
        found = usage_of({"usage": usage, name: metadata})
        assert found == {"input": fresh, "output": 100, "read": read}


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("teleport_call", True),
        ("web_search_call", False),
        ("function_call", False),
        ("mcp_call", False),
        ("message", False),
    ],
)
def test_a_call_of_an_answer_that_is_not_known_is_unread(kind: str, named: bool) -> None:
    response = {"object": "response", "model": "gpt-5", "output": [{"type": kind}], "usage": CHAT}
    pointers = [one.pointer for one in read_response(response, None).usage.unread]
    assert pointers == (["/response/output/0"] if named else [])


@pytest.mark.parametrize("number", [1, 2])
def test_the_number_of_all_tools_is_read_once_each_of_them_is_listed(number: int) -> None:
    response = {
        "object": "response",
        "output": [{"type": "x_search_call"}],
        "usage": {
            "input_tokens": 10,
            "output_tokens": 5,
            "total_tokens": 15,
            "num_server_side_tools_used": number,
        },
    }
    unread = read_response(response, None).usage.unread
    assert [int(one.value) for one in unread] == ([] if number == 1 else [2])


@pytest.mark.parametrize(
    ("body", "stated", "pointer"),
    [
        ({"total_cost_usd": 1}, "1", "/response/total_cost_usd"),
        ({"cost": "0.25"}, "0.25", "/response/cost"),
        ({"_hidden_params": {"response_cost": 2}}, "2", "/response/_hidden_params/response_cost"),
        ({"cost": "much"}, None, None),
        ({"cost": True}, None, None),
        ({"cost": -1}, None, None),
    ],
)
def test_a_cost_next_to_the_usage_is_stated(
    body: dict[str, Any], stated: str | None, pointer: str | None
) -> None:
    found = read_response({"usage": CHAT, **body}, None).usage.stated
    assert (found and str(found.usd)) == stated
    assert (found and found.pointer) == pointer


def test_a_sum_of_calls_has_the_prompt_of_a_mean_call() -> None:
    (attempt,) = read_usage(CHAT | {"calls": 3}, None, "/usage").attempts
    assert isinstance(attempt.usage, SummedUsage)
    assert (attempt.usage.sum_of, attempt.usage.mean_prompt_tokens) == (3, 334)
    assert attempt.usage.mean_output_tokens == 34
    for calls in (0, 1, None):
        (attempt,) = read_usage(CHAT | {"calls": calls}, None, "/usage").attempts
        assert not isinstance(attempt.usage, SummedUsage)
