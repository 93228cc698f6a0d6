"""How Bedrock Converse usage is read."""

import pytest

from pricing.usage.buckets import Usage
from pricing.usage.reader import read_usage
from tests.support.usage_reading import CONVERSE, buckets, codes, pointers, read


def test_converse_input_excludes_the_cache_and_writes_are_split_by_ttl() -> None:
    raw = CONVERSE | {
        "cacheReadInputTokens": 5,
        "cacheWriteInputTokens": 7,
        "cacheDetails": [
            {"ttl": "5m", "inputTokens": 3},
            {"ttl": "1h", "inputTokens": 2},
            {"ttl": "1h", "inputTokens": 2},
        ],
    }
    assert buckets("bedrock_converse", raw) == {
        "input": 10,
        "cache_read": 5,
        "cache_write_5m": 3,
        "cache_write_1h": 4,
        "output": 20,
    }


def test_converse_writes_without_details_are_five_minute_writes() -> None:
    raw = CONVERSE | {"cacheWriteInputTokens": 7, "cacheDetails": []}
    assert buckets("bedrock_converse", raw)["cache_write_5m"] == 7


@pytest.mark.parametrize("ttl", [[], ["5m"], {}, 5, None, "2h"])
def test_a_time_to_live_that_is_not_known_is_refused(ttl: object) -> None:
    raw = CONVERSE | {"cacheDetails": [{"ttl": ttl, "inputTokens": 7}]}
    assert pointers("bedrock_converse", raw) == ["/usage/cacheDetails/0/ttl"]


def test_converse_writes_are_no_fewer_than_their_details() -> None:
    details = {"cacheDetails": [{"ttl": "1h", "inputTokens": 7}]}
    raw = CONVERSE | {"cacheWriteInputTokens": 6} | details
    assert pointers("bedrock_converse", raw) == ["/usage/cacheWriteInputTokens"]
    found = buckets("bedrock_converse", raw | {"cacheWriteInputTokens": 8})
    assert (found["cache_write_5m"], found["cache_write_1h"]) == (1, 7)


@pytest.mark.parametrize("ttl", [None, "2h", 5, {}, ["5m"]])
def test_converse_writes_are_of_a_known_time_to_live(ttl: object) -> None:
    raw = CONVERSE | {"cacheDetails": [{"ttl": ttl, "inputTokens": 7}]}
    assert pointers("bedrock_converse", raw) == ["/usage/cacheDetails/0/ttl"]


def test_converse_total_may_count_the_cache_or_leave_it_out_but_nothing_else() -> None:
    raw = CONVERSE | {"cacheReadInputTokens": 5, "cacheWriteInputTokens": 7}
    expected = buckets("bedrock_converse", raw)
    assert buckets("bedrock_converse", raw | {"totalTokens": 42}) == expected
    assert buckets("bedrock_converse", raw | {"totalTokens": 30}) == expected
    for total in (29, 31, 35, 37, 41, 43):
        wrong = raw | {"totalTokens": total}
        assert pointers("bedrock_converse", wrong) == ["/usage/totalTokens"]


def test_converse_sends_each_cache_count_under_two_names() -> None:
    twins = {"cacheReadInputTokenCount": 5, "cacheWriteInputTokenCount": 7}
    both = twins | {"cacheReadInputTokens": 5, "cacheWriteInputTokens": 7, "serverToolUsage": {}}
    parsed = read("bedrock_converse", CONVERSE | both)
    assert parsed.attempts[0].usage == Usage(input=10, cache_read=5, cache_write_5m=7, output=20)
    assert codes(parsed) == []
    assert read("bedrock_converse", CONVERSE | twins) == parsed
    for name in twins:
        differing = CONVERSE | both | {name: 6}
        (pointer,) = pointers("bedrock_converse", differing)
        assert pointer in (f"/usage/{name}", f"/usage/{name.removesuffix('Count')}s")


def test_an_unknown_converse_server_tool_is_named() -> None:
    parsed = read("bedrock_converse", CONVERSE | {"serverToolUsage": {"webSearchRequests": 1}})
    assert ["usage.serverToolUsage.webSearchRequests" in n.message for n in parsed.notices] == [
        True
    ]


@pytest.mark.parametrize(
    ("provider", "model", "total", "fresh"),
    [
        # 100 + 9 = 109: an SDK that has the input of another provider, with the cache in it
        ("google", "gemini-3-flash", 109, 40),
        ("openai", "gpt-5", 109, 40),
        ("openai", "gpt-5", 169, 100),  # 100 + 60 + 9: next to it
        ("openai", "gpt-5", None, 100),
        # Converse's own total may be without the cache
        ("bedrock", "amazon.nova-pro-v1:0", 109, 100),
        ("anthropic", "claude-sonnet-4-6", 109, 100),
    ],
)
def test_the_total_shows_whose_input_has_converses_names(
    provider: str, model: str, total: int | None, fresh: int
) -> None:
    raw = {"inputTokens": 100, "outputTokens": 9, "cacheReadInputTokens": 60, "totalTokens": total}
    parsed = read_usage(raw, None, "/usage")
    (attempt,), notices = parsed.open.settled(parsed.attempts, provider, model, lambda: True)
    assert (attempt.usage.input, attempt.usage.cache_read) == (fresh, 60)
    assert [one.code for one in notices] == ["cache_inside_input"] * (fresh == 40)


def test_thoughts_of_gemini_are_what_a_total_in_converses_names_has_more() -> None:
    raw = {"inputTokens": 100, "outputTokens": 9, "totalTokens": 139}
    parsed = read_usage(raw, None, "/usage")
    (attempt,), _ = parsed.open.settled(parsed.attempts, "google", "gemini-3-flash", lambda: True)
    assert (attempt.usage.output, attempt.usage.reasoning_output) == (9, 30)


def test_nova_sonic_counts_the_speech_of_a_session() -> None:
    spoken = {"speechTokens": 80, "textTokens": 20}
    raw = {
        "totalInputTokens": 100,
        "totalOutputTokens": 100,
        "totalTokens": 200,
        "details": {"total": {"input": spoken, "output": spoken}, "delta": {"input": spoken}},
        "sessionId": "s",
    }
    assert buckets("bedrock_converse", raw) == {
        "input": 20,
        "audio_input": 80,
        "output": 20,
        "audio_output": 80,
    }
