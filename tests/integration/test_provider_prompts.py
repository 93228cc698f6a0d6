"""A provider's whole request body, in each of their forms, before it is sent."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.handlers import Ask

TEXT = "Say what this contract obliges the supplier to do, in five short sentences. " * 10
TOOL = {"name": "find", "description": "Find a clause.", "parameters": {"type": "object"}}
#: The same prompt as five providers take it.
REQUESTS: Mapping[str, dict[str, Any]] = {
    "OpenAI chat": {
        "model": "claude-sonnet-5-5",
        "messages": [{"role": "user", "content": TEXT}],
        "max_tokens": 300,
        "temperature": 0.2,
    },
    "OpenAI responses": {
        "model": "claude-sonnet-5-5",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": TEXT}]}],
        "max_output_tokens": 300,
    },
    "Anthropic": {
        "model": "claude-sonnet-5-5",
        "messages": [{"role": "user", "content": [{"type": "text", "text": TEXT}]}],
        "max_tokens": 300,
        "stream": True,
    },
    "Gemini": {
        "model": "claude-sonnet-5-5",
        "contents": [{"role": "user", "parts": [{"text": TEXT}]}],
        "generationConfig": {"maxOutputTokens": 300},
    },
    "Bedrock": {
        "modelId": "claude-sonnet-5-5",
        "messages": [{"role": "user", "content": [{"text": TEXT}]}],
        "inferenceConfig": {"maxTokens": 300},
    },
}


def test_one_prompt_costs_the_same_in_every_providers_request(estimate: Ask) -> None:
    answers = {name: estimate({"request": body}) for name, body in REQUESTS.items()}
    assert {name: answer.status for name, answer in answers.items()} == dict.fromkeys(REQUESTS, 200)
    assert len({answer.body["total_usd"] for answer in answers.values()}) == 1
    body = answers["Anthropic"].body
    # The output's upper bound: 300 tokens at 10 USD per million.
    lines = {line["component"]: line for line in body["line_items"]}
    assert lines["output"]["cost_usd"] == "0.003"
    assert any("upper bound, 300 tokens" in text for text in body["assumptions"])
    plain = estimate({"model": "claude-sonnet-5-5", "text": TEXT, "expected_output_tokens": 300})
    assert body["total_usd"] == plain.body["total_usd"]


def test_an_expected_output_goes_before_the_bound_and_choices_multiply_it(estimate: Ask) -> None:
    body = REQUESTS["OpenAI chat"]
    expected = estimate({"request": body, "expected_output_tokens": 50}).body
    assert {line["component"]: line["quantity"] for line in expected["line_items"]}[
        "output"
    ] == "50"
    three = estimate({"request": body | {"n": 3}}).body
    assert {line["component"]: line["quantity"] for line in three["line_items"]}["output"] == "900"


@pytest.mark.parametrize(
    "more",
    [
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function",
         "function": {"name": "find", "arguments": TEXT}}]},
        {"role": "assistant", "content": "", "function_call": {"name": "f", "arguments": TEXT}},
        {"role": "assistant", "content": "", "reasoning_content": TEXT},
        {"role": "user", "name": TEXT, "content": ""},
        {"role": "user", "content": [{"type": "document", "source": {"data": TEXT}}]},
    ],
    ids=["tool calls", "a function call", "reasoning", "a name", "a document"],
)  # fmt: skip
def test_every_string_that_is_sent_counts(estimate: Ask, more: dict[str, Any]) -> None:
    def tokens(message: dict[str, Any]) -> int:
        answer = estimate({"model": "gpt-4o", "messages": [message], "expected_output_tokens": 0})
        assert answer.status == 200, answer.body
        return int(answer.body["counting"]["input_tokens"])

    assert tokens(more) >= tokens({"role": "user", "content": TEXT})


def test_tools_of_a_request_are_counted_and_a_file_of_unknown_size_is_named(estimate: Ask) -> None:
    body = REQUESTS["OpenAI chat"]
    plain = estimate({"request": body}).body
    tools = estimate({"request": body | {"tools": [{"type": "function", "function": TOOL}]}}).body
    assert tools["counting"]["input_tokens"] > plain["counting"]["input_tokens"]
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    shown = body | {"messages": [{"role": "user", "content": [image]}]}
    answer = estimate({"request": shown}).body
    assert answer["status"] == "partial"
    assert answer["unread"] == [{"pointer": "/request/messages/0/content/0", "value": "1"}]


def test_a_cached_prefix_of_a_request_is_written_or_read_on_request(estimate: Ask) -> None:
    system = [{"type": "text", "text": TEXT * 40, "cache_control": {"type": "ephemeral"}}]
    body = REQUESTS["Anthropic"] | {"system": system}

    def quantities(cache: str) -> dict[str, int]:
        answer = estimate({"request": body, "prefix_cache": cache}).body
        return {line["component"]: int(line["quantity"]) for line in answer["line_items"]}

    none, write, read = quantities("none"), quantities("write"), quantities("read")
    assert none.keys() == {"input", "output"}
    assert write["input"] + write["cache_write_5m"] == none["input"]
    assert (read["input"], read["cache_read"]) == (write["input"], write["cache_write_5m"])
    refused = estimate({"request": REQUESTS["Anthropic"], "prefix_cache": "read"})
    assert refused.status == 422
    assert "cache_control" in refused.body["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], "/request"),
        ({}, "/request"),
        ({"model": "gpt-4o"}, "/request"),
        ({"model": "gpt-4o", "messages": 3}, "/request/messages"),
        ({"model": "gpt-4o", "messages": [{}] * 2001}, "/request/messages"),
        ({"model": "gpt-4o", "messages": [], "max_tokens": -1}, "/request/max_tokens"),
        ({"model": "gpt-4o", "messages": [], "tools": 3}, "/request/tools"),
        ({"model": "gpt-4o", "messages": [], "service_tier": "warp"}, "/request/service_tier"),
        ({"messages": []}, "/request/model"),
    ],
)
def test_a_request_body_that_cannot_be_priced_is_told_why(
    estimate: Ask, body: Any, pointer: str
) -> None:
    answer = estimate({"request": body})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == pointer


def test_an_image_at_an_address_is_named_as_not_counted(estimate: Ask) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    content = [{"type": "text", "text": "Describe this."}, image]
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": content}]}
    answer = estimate({"request": request}).body
    assert [one["pointer"] for one in answer["unread"]] == ["/request/messages/0/content/1"]
    (told,) = [one for one in answer["warnings"] if one["code"] == "content_not_counted"]
    assert '"images": [{"width": 1024, "height": 768}]' in told["message"]
    without = {**request, "messages": [{"role": "user", "content": "Describe this."}]}
    codes = [one["code"] for one in estimate({"request": without}).body["warnings"]]
    assert "content_not_counted" not in codes
