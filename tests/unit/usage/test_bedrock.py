"""How Bedrock Converse usage is read."""

from pricing.usage.buckets import Usage
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


def test_converse_writes_are_no_fewer_than_their_details() -> None:
    details = {"cacheDetails": [{"ttl": "1h", "inputTokens": 7}]}
    raw = CONVERSE | {"cacheWriteInputTokens": 6} | details
    assert pointers("bedrock_converse", raw) == ["/usage/cacheWriteInputTokens"]
    found = buckets("bedrock_converse", raw | {"cacheWriteInputTokens": 8})
    assert (found["cache_write_5m"], found["cache_write_1h"]) == (1, 7)


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
