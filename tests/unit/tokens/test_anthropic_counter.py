"""Exact counts against a stand-in for the provider's endpoint, and every way it can fail."""

import json
import socket
from collections.abc import Iterator

import pytest

from pricing.tokens.anthropic_counter import (
    EXACT_METHOD,
    CountEndpoint,
    EndpointUnavailable,
    count_prompt_with,
)
from pricing.tokens.images import ImageSize
from pricing.tokens.prompts import Prompt, PromptRules, count_prompt
from tests.support.loopback import Loopback, serving

KEY = "sk-secret-key"
TEXT = "The diary was between two atlases."
RULES = PromptRules("claude-2026", {"auto": 286}, "high")
MODEL = "claude-opus-5-5"


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def provider() -> Iterator[Loopback]:
    with serving(Loopback(b'{"input_tokens": 42}')) as server:
        yield server


def endpoint(provider: Loopback, clock: Clock | None = None) -> CountEndpoint:
    return CountEndpoint(KEY, url=provider.url, clock=clock or Clock())


def test_the_endpoint_gets_the_whole_request_and_its_count_is_the_answer(
    provider: Loopback,
) -> None:
    tool = {"name": "look_up", "input_schema": {"type": "object"}}
    prompt = Prompt([{"role": "user", "content": TEXT}], system="Be brief.", tools=[tool])
    counted = count_prompt_with(endpoint(provider), prompt, RULES, MODEL)
    assert counted.notice is None
    total = counted.count.total
    assert (total.tokens, total.low, total.high) == (42, 42, 42)
    assert total.method == EXACT_METHOD
    assert counted.count.assumptions == (EXACT_METHOD,)
    [(path, headers, body)] = provider.posts
    assert path == "/v1/messages/count_tokens"
    assert headers["x-api-key"] == KEY
    assert headers["anthropic-version"] == "2023-06-01"
    assert body == {
        "model": MODEL,
        "messages": [{"role": "user", "content": TEXT}],
        "system": "Be brief.",
        "tools": [tool],
        "tool_choice": {"type": "auto"},
    }


def test_a_bare_string_is_sent_as_one_user_message(provider: Loopback) -> None:
    count_prompt_with(endpoint(provider), Prompt(TEXT), RULES, MODEL)
    body = {"model": MODEL, "messages": [{"role": "user", "content": TEXT}]}
    assert provider.posts[0][2] == body


def test_images_are_counted_here_and_not_sent(provider: Loopback) -> None:
    image = {"type": "image", "width": 1000, "height": 1000}
    result = {"type": "tool_result", "tool_use_id": "a", "content": [image]}
    blocks = [{"type": "text", "text": TEXT}, image, result]
    prompt = Prompt([{"role": "user", "content": blocks}], images=[ImageSize(1920, 1080)])
    counted = count_prompt_with(endpoint(provider), prompt, RULES, MODEL)
    assert counted.count.total.tokens == 42 + 1296 + 1296 + 2691
    sent = provider.posts[0][2]["messages"][0]["content"]
    assert sent == [{"type": "text", "text": TEXT}, {**result, "content": []}]


def test_the_overhead_of_tools_that_were_not_sent_is_added(provider: Loopback) -> None:
    counted = count_prompt_with(endpoint(provider), Prompt(TEXT, tools=True), RULES, MODEL)
    assert counted.count.total.tokens == 42 + 286
    assert "tools" not in provider.posts[0][2]


def test_without_an_endpoint_or_without_text_nothing_is_sent(provider: Loopback) -> None:
    assert count_prompt_with(None, Prompt(TEXT), RULES, MODEL).count == count_prompt(
        Prompt(TEXT), RULES
    )
    empty = count_prompt_with(endpoint(provider), Prompt(""), RULES, MODEL)
    assert empty.count == count_prompt(Prompt(""), RULES)
    assert provider.posts == []


@pytest.mark.parametrize("status", [400, 401, 404, 413, 429, 500, 529, 301])
def test_any_other_status_falls_back_to_the_estimate_and_says_so(
    provider: Loopback, status: int
) -> None:
    provider.status, provider.answer = status, f'{{"error": "{TEXT}"}}'.encode()
    counted = count_prompt_with(endpoint(provider), Prompt(TEXT), RULES, MODEL)
    assert counted.count == count_prompt(Prompt(TEXT), RULES)
    assert counted.notice is not None
    assert counted.notice.code == "exact_count_unavailable"
    assert f"HTTP {status}" in counted.notice.message


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"7",
        b"{}",
        b'{"input_tokens": null}',
        b'{"input_tokens": "42"}',
        b'{"input_tokens": true}',
        b'{"input_tokens": 4.5}',
        b'{"input_tokens": -1}',
        b'{"input_tokens": 1000000001}',
        b"\xff\xfe",
        b'{"input_tokens": 42' + b" " * 70_000 + b"}",
    ],
)
def test_an_answer_without_a_count_is_not_used(provider: Loopback, answer: bytes) -> None:
    provider.answer = answer
    with pytest.raises(EndpointUnavailable, match="without a count"):
        endpoint(provider).count({})


@pytest.mark.parametrize("answer", [0, 10**9])
def test_counts_at_either_end_of_the_range_are_used(provider: Loopback, answer: int) -> None:
    provider.answer = json.dumps({"input_tokens": answer}).encode()
    assert endpoint(provider).count({}) == answer


def test_an_endpoint_that_does_not_answer_in_time_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        slow = CountEndpoint(KEY, url=url, timeout_seconds=0.05)
        counted = count_prompt_with(slow, Prompt(TEXT), RULES, MODEL)
    assert counted.count == count_prompt(Prompt(TEXT), RULES)
    assert counted.notice is not None
    assert "TimeoutError" in counted.notice.message


def test_an_endpoint_that_is_not_there_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(EndpointUnavailable, match="ConnectionRefusedError"):
        CountEndpoint(KEY, url=f"http://127.0.0.1:{port}").count({})


@pytest.mark.parametrize("status", [401, 429, 500])
def test_after_a_failure_the_endpoint_is_left_alone_for_a_minute(
    provider: Loopback, status: int
) -> None:
    clock = Clock()
    counter = endpoint(provider, clock)
    provider.status = status
    with pytest.raises(EndpointUnavailable, match=f"HTTP {status}"):
        counter.count({})
    provider.status = 200
    clock.now = 59.9
    with pytest.raises(EndpointUnavailable, match="less than a minute ago"):
        counter.count({})
    assert len(provider.posts) == 1
    clock.now = 60.0
    assert counter.count({}) == 42


@pytest.mark.parametrize("status", [400, 404, 413])
def test_a_request_it_rejects_does_not_stop_the_next_one(provider: Loopback, status: int) -> None:
    counter = endpoint(provider)
    provider.status = status
    with pytest.raises(EndpointUnavailable):
        counter.count({})
    provider.status = 200
    assert counter.count({}) == 42


def test_neither_text_nor_key_is_in_any_message_or_log(
    provider: Loopback, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    provider.status, provider.answer = 500, TEXT.encode()
    counter = endpoint(provider)
    counted = count_prompt_with(counter, Prompt(TEXT), RULES, MODEL)
    out, err = capfd.readouterr()
    said = "".join([repr(counter), repr(counted), out, err])
    assert caplog.records == []
    for secret in (TEXT, KEY):
        assert secret not in said


def test_the_line_end_of_a_key_file_is_not_part_of_the_key(provider: Loopback) -> None:
    assert CountEndpoint(f"{KEY}\n", url=provider.url).count({}) == 42
    assert provider.posts[0][1]["x-api-key"] == KEY


@pytest.mark.parametrize("key", ["two\nlines", "\u0137ey"])
def test_a_key_that_cannot_be_a_header_is_not_quoted_in_the_failure(
    provider: Loopback, key: str
) -> None:
    with pytest.raises(EndpointUnavailable) as caught:
        CountEndpoint(key, url=provider.url).count({})
    assert key not in str(caught.value)
    assert caught.value.__cause__ is None


def test_lone_surrogates_reach_the_endpoint_escaped(provider: Loopback) -> None:
    count_prompt_with(endpoint(provider), Prompt("broken \ud800 text"), RULES, MODEL)
    assert provider.posts[0][2]["messages"][0]["content"] == "broken \ud800 text"
