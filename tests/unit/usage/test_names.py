"""Counts under the names of SDKs and frameworks, and what stands next to them."""

from dataclasses import asdict
from typing import Any

import pytest

from pricing.usage.reader import read_usage

REALTIME = {
    "inputTokens": 500,
    "outputTokens": 200,
    "totalTokens": 700,
    "inputTokenDetails": {
        "audioTokens": 300,
        "textTokens": 200,
        "cachedTokens": 100,
        "cachedTokensDetails": {"audioTokens": 60, "textTokens": 40},
    },
    "outputTokenDetails": {"textTokens": 50, "audioTokens": 150},
}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            REALTIME,
            # text 200 - 40 and audio 300 - 60 are fresh
            {"input": 160, "audio_input": 240, "cache_read": 40, "audio_cache_read": 60}
            | {"output": 50, "audio_output": 150},
            id="LiveKit, realtime",
        ),
        pytest.param(
            {"promptTokens": 100, "promptCachedTokens": 60, "completionTokens": 9},
            {"input": 40, "cache_read": 60, "output": 9},
            id="LiveKit in TypeScript",
        ),
        pytest.param(
            {"input_tokens": 100, "input_cached_tokens": 60, "input_cache_creation_tokens": 30}
            | {"output_tokens": 9, "provider": "anthropic", "model": "claude-sonnet-4-6"},
            {"input": 10, "cache_read": 60, "cache_write_5m": 30, "output": 9},
            id="LiveKit by model",
        ),
        pytest.param(
            {"llm_prompt_tokens": 100, "llm_prompt_cached_tokens": 60, "llm_completion_tokens": 9}
            | {"llm_input_audio_tokens": 20, "llm_output_audio_tokens": 4},
            {"input": 20, "audio_input": 20, "cache_read": 60, "output": 5, "audio_output": 4},
            id="LiveKit, a session",
        ),
        pytest.param(
            {"promptTokens": 100, "completionTokens": 9, "cachedTokens": 60, "thinkingTokens": 4},
            {"input": 40, "cache_read": 60, "output": 5, "reasoning_output": 4},
            id="Symfony",
        ),
        pytest.param(
            {"promptTokens": 100, "completionTokens": 9, "imageInputTokens": 60}
            | {"imageOutputTokens": 9},
            {"input": 40, "image_input": 60, "image_output": 9},
            id="Laravel",
        ),
        pytest.param(
            {"inputTokensCount": 100, "outputTokensCount": 9, "totalTokensCount": 109},
            {"input": 100, "output": 9},
            id="Koog",
        ),
        pytest.param(
            {"inputTokenCount": 100, "outputTokenCount": 9, "totalTokenCount": 109}
            | {"cachedInputTokens": 60, "cacheCreationInputTokens": 30},
            {"input": 10, "cache_read": 60, "cache_write_5m": 30, "output": 9},
            id="LangChain4j, Qwen",
        ),
        pytest.param(
            {"inputTokenCount": 10, "outputTokenCount": 9, "totalTokenCount": 19}
            | {"cacheReadInputTokens": 60, "cacheCreationInputTokens": 30},
            {"input": 10, "cache_read": 60, "cache_write_5m": 30, "output": 9},
            id="LangChain4j, Claude",
        ),
        pytest.param(
            {"input_tokens": 100, "non_cached_input_tokens": 10, "output_tokens": 9}
            | {"cache_read_input_tokens": 60, "cache_write_input_tokens": 30}
            | {"ephemeral_1h_input_tokens": 30, "ephemeral_5m_input_tokens": 0},
            {"input": 10, "cache_read": 60, "cache_write_1h": 30, "output": 9},
            id="Datadog",
        ),
        pytest.param(
            {"inputTokens": 100, "cachedInputTokens": 40, "cacheWriteInputTokens": 30}
            | {"outputTokens": 10, "reasoningOutputTokens": 5, "totalTokens": 110},
            {"input": 30, "cache_read": 40, "cache_write_5m": 30, "output": 5}
            | {"reasoning_output": 5},
            id="Codex's app server",
        ),
        pytest.param(
            {"inputTokens": 30, "cachedReadTokens": 40, "cachedWriteTokens": 30}
            | {"outputTokens": 10, "thoughtTokens": 5, "totalTokens": 110},
            {"input": 30, "cache_read": 40, "cache_write_5m": 30, "output": 5}
            | {"reasoning_output": 5},
            id="the Agent Client Protocol",
        ),
    ],
)
def test_counts_are_read_under_the_names_of_sdks(
    raw: dict[str, Any], expected: dict[str, int]
) -> None:
    parsed = read_usage(raw, None, "/usage")
    (attempt,) = parsed.attempts
    assert {name: count for name, count in asdict(attempt.usage).items() if count} == expected
    assert parsed.unread == ()
    assert parsed.notices == ()


def test_whose_call_it_was_and_when_is_neither_a_count_nor_worth_a_warning() -> None:
    raw = {"prompt_tokens": 10, "completion_tokens": 5, "timestamp": 1790000000, "request_id": "r"}
    parsed = read_usage(raw, None, "/usage")
    assert (parsed.unread, parsed.notices) == ((), ())


def test_spans_may_leave_what_was_cached_out_of_the_input_of_any_model() -> None:
    names = {"input_tokens": 25, "output_tokens": 10, "cache_read.input_tokens": 75}
    parsed = read_usage({f"gen_ai.usage.{one}": names[one] for one in names}, None, "/usage")
    (attempt,) = parsed.attempts
    assert (attempt.usage.input, attempt.usage.cache_read) == (25, 75)
    assert [one.code for one in parsed.notices] == ["cache_outside_prompt"]
    assert parsed.open.cache_outside is None
