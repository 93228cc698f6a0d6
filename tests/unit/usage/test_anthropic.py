"""How Anthropic's usage is read: disjoint input, terms as served, iterations."""

from typing import Any

import pytest

from pricing.usage.buckets import WRITES_WITHOUT_SPLIT, StatedTerms, Usage
from pricing.usage.reader import read_usage
from tests.support.usage_reading import (
    ANTHROPIC,
    buckets,
    codes,
    fallen_back,
    iteration,
    pointers,
    read,
    refused,
)


def test_anthropic_input_excludes_the_cache_and_output_includes_thinking() -> None:
    raw = {
        "input_tokens": 2048,
        "cache_read_input_tokens": 1800,
        "cache_creation_input_tokens": 248,
        "cache_creation": {"ephemeral_5m_input_tokens": 148, "ephemeral_1h_input_tokens": 100},
        "output_tokens": 503,
        "output_tokens_details": {"thinking_tokens": 400},
    }
    assert buckets("anthropic", raw) == {
        "input": 2048,
        "cache_read": 1800,
        "cache_write_5m": 148,
        "cache_write_1h": 100,
        "output": 503,
    }


def test_anthropic_writes_without_a_breakdown_are_five_minute_writes() -> None:
    raw = ANTHROPIC | {"cache_creation_input_tokens": 7}
    assert buckets("anthropic", raw) == {"input": 10, "output": 20, "cache_write_5m": 7}


def test_anthropic_writes_may_be_stated_by_their_breakdown_alone() -> None:
    split = {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4}
    found = buckets("anthropic", ANTHROPIC | {"cache_creation": split})
    assert (found["cache_write_5m"], found["cache_write_1h"]) == (3, 4)


def test_fewer_anthropic_writes_than_5m_plus_1h_are_a_contradiction() -> None:
    split = {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4}
    raw = ANTHROPIC | {"cache_creation_input_tokens": 6, "cache_creation": split}
    ((pointer, detail),) = refused("anthropic", raw)
    assert pointer == "/usage/cache_creation_input_tokens"
    assert "is 6" in detail
    assert "add up to 7" in detail


@pytest.mark.parametrize(("total", "five"), [(7, 3), (8, 4), (20, 16)])
def test_more_anthropic_writes_than_are_listed_by_their_time_are_of_five_minutes(
    total: int, five: int
) -> None:
    # The prompt's writes are listed when a stream begins; those of its searches come later.
    split = {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4}
    raw = ANTHROPIC | {"cache_creation_input_tokens": total, "cache_creation": split}
    found = buckets("anthropic", raw)
    assert (found["cache_write_5m"], found["cache_write_1h"]) == (five, 4)
    assumed = WRITES_WITHOUT_SPLIT in read_usage(raw, "anthropic", "/usage").assumptions
    assert assumed is (total > 7)


def test_anthropic_thinking_may_be_all_of_the_output_but_not_more() -> None:
    def thinking(tokens: int) -> dict[str, Any]:
        return ANTHROPIC | {"output_tokens_details": {"thinking_tokens": tokens}}

    assert buckets("anthropic", thinking(20))["output"] == 20
    assert pointers("anthropic", thinking(21)) == ["/usage/output_tokens_details/thinking_tokens"]


def test_thinking_without_the_output_that_it_is_part_of_is_refused() -> None:
    usage = {"gen_ai.usage.details.thinking_tokens": 1}
    ((pointer, detail),) = refused("otel_genai", usage)
    assert pointer == "/usage/gen_ai.usage.details.thinking_tokens"
    assert detail == "is a part of a count that is not stated; send both"


def test_anthropic_server_tools_are_counted_and_a_fetch_has_no_fee() -> None:
    tools = {"web_search_requests": 2, "web_fetch_requests": 3, "code_execution_requests": 4}
    found = buckets("anthropic", ANTHROPIC | {"server_tool_use": tools})
    assert found == {"input": 10, "output": 20, "web_search": 2, "code_execution": 4}


@pytest.mark.parametrize(
    ("fields", "served"),
    [
        ({}, StatedTerms()),
        ({"service_tier": "standard"}, StatedTerms(processing="standard")),
        ({"service_tier": "batch"}, StatedTerms(processing="batch")),
        ({"service_tier": "priority"}, StatedTerms(processing="priority")),
        ({"speed": "standard"}, StatedTerms(speed="standard")),
        ({"speed": "fast"}, StatedTerms(speed="fast")),
        ({"inference_geo": "us"}, StatedTerms(inference_geo="us")),
        ({"inference_geo": "global"}, StatedTerms(inference_geo="global")),
        ({"inference_geo": "not_available"}, StatedTerms(inference_geo="global")),
        ({"inference_geo": ""}, StatedTerms()),
    ],
)
def test_anthropic_says_how_it_served(fields: dict[str, str], served: StatedTerms) -> None:
    assert read("anthropic", ANTHROPIC | fields).served == served


def test_a_fallback_credit_is_known_and_changes_no_count() -> None:
    credit = {"fallback_credit": {"status": {"type": "redeemed"}}}
    parsed = read("anthropic", ANTHROPIC | credit)
    assert parsed == read("anthropic", ANTHROPIC)


def test_iterations_of_type_message_make_up_the_top_level_and_the_rest_comes_on_top() -> None:
    parsed = read(
        "anthropic",
        {
            "input_tokens": 12,
            "output_tokens": 23,
            "cache_read_input_tokens": 5,
            "iterations": [
                iteration("message", 10, 20, cache_read_input_tokens=5),
                iteration("compaction", 1000, 30),
                iteration("advisor_message", 500, 40, model="claude-opus-5"),
                iteration("message", 2, 3),
            ],
        },
    )
    assert [(one.kind, one.model, one.usage) for one in parsed.attempts] == [
        ("message", None, Usage(input=10, output=20, cache_read=5)),
        ("compaction", None, Usage(input=1000, output=30)),
        ("advisor_message", "claude-opus-5", Usage(input=500, output=40)),
        ("message", None, Usage(input=2, output=3)),
    ]


def test_no_iterations_at_all_are_one_attempt() -> None:
    assert read("anthropic", ANTHROPIC | {"iterations": []}) == read("anthropic", ANTHROPIC)


@pytest.mark.parametrize(
    ("field", "stated"),
    [
        ("input_tokens", 11),
        ("output_tokens", 19),
        ("cache_read_input_tokens", 6),
        ("cache_creation_input_tokens", 8),
    ],
)
def test_a_top_level_that_is_not_the_sum_of_its_iterations_is_a_contradiction(
    field: str, stated: int
) -> None:
    whole = {
        "input_tokens": 10,
        "output_tokens": 20,
        "cache_read_input_tokens": 5,
        "cache_creation_input_tokens": 7,
    }
    raw = {**whole, "iterations": [{"type": "message", **whole}]}
    assert read("anthropic", raw).attempts[0].usage == Usage(
        input=10, cache_read=5, cache_write_5m=7, output=20
    )
    assert pointers("anthropic", raw | {field: stated}) == [f"/usage/{field}"]


def test_counts_the_top_level_leaves_out_are_read_from_the_iterations() -> None:
    raw = ANTHROPIC | {"iterations": [iteration("message", 10, 20, cache_read_input_tokens=5)]}
    assert buckets("anthropic", raw)["cache_read"] == 5


def test_a_streams_first_split_of_writes_gives_way_to_the_splits_of_its_iterations() -> None:
    # message_start sends cache_creation once; message_delta then counts on without it.
    raw = ANTHROPIC | {
        "cache_creation_input_tokens": 9,
        "cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 0},
        "iterations": [
            iteration("message", 4, 8, cache_creation_input_tokens=4),
            iteration(
                "message",
                6,
                12,
                cache_creation_input_tokens=5,
                cache_creation={"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 5},
            ),
        ],
    }
    first, second = read("anthropic", raw).attempts
    assert first.usage == Usage(input=4, output=8, cache_write_5m=4)
    assert second.usage == Usage(input=6, output=12, cache_write_1h=5)


def test_a_contradiction_inside_an_iteration_points_at_that_iteration() -> None:
    split = {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 1}
    bad = iteration("message", 0, 0, cache_creation_input_tokens=1, cache_creation=split)
    raw = ANTHROPIC | {"iterations": [iteration("message", 10, 20), bad]}
    assert pointers("anthropic", raw) == ["/usage/iterations/1/cache_creation_input_tokens"]


def test_thinking_is_checked_with_iterations_too() -> None:
    raw = ANTHROPIC | {
        "output_tokens_details": {"thinking_tokens": 21},
        "iterations": [iteration("message", 10, 20)],
    }
    assert pointers("anthropic", raw) == ["/usage/output_tokens_details/thinking_tokens"]


def test_an_advisor_without_a_model_cannot_be_priced() -> None:
    raw = ANTHROPIC | {
        "iterations": [iteration("message", 10, 20), iteration("advisor_message", 1, 1)]
    }
    assert pointers("anthropic", raw) == ["/usage/iterations/1/model"]


def test_server_tools_are_counted_once_however_many_iterations_there_are() -> None:
    raw = ANTHROPIC | {
        "server_tool_use": {"web_search_requests": 3},
        "iterations": [iteration("message", 4, 8), iteration("message", 6, 12)],
    }
    assert [one.usage.web_search for one in read("anthropic", raw).attempts] == [3, 0]


def test_an_attempt_declined_before_any_output_is_not_billed_with_a_warning() -> None:
    parsed = read("anthropic", fallen_back(declined_output=0))
    assert [one.model for one in parsed.attempts] == ["claude-opus-4-8"]
    assert codes(parsed) == ["declined_attempt_not_billed"]
    assert "iterations[0]" in parsed.notices[0].message


def test_an_attempt_declined_after_its_first_token_is_billed_at_its_own_model() -> None:
    parsed = read("anthropic", fallen_back(declined_output=1))
    assert [one.model for one in parsed.attempts] == ["claude-fable-5", "claude-opus-4-8"]
    assert codes(parsed) == []


def test_without_a_fallback_a_message_that_answered_nothing_is_billed() -> None:
    raw = {"input_tokens": 10, "output_tokens": 0, "iterations": [iteration("message", 10, 0)]}
    assert buckets("anthropic", raw) == {"input": 10}
