"""What holds for every usage format, and how a raw response's format is recognised."""

import re
from decimal import Decimal
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.buckets import MAX_COUNT, Usage
from pricing.usage.meanings import UsageFormat
from pricing.usage.reader import read_usage
from pricing.usage.recognition import recognised
from pricing.usage.response import read_response
from tests.support.usage_reading import (
    ANTHROPIC,
    CHAT,
    CONVERSE,
    GEMINI,
    MINIMAL,
    RESPONSES,
    buckets,
    codes,
    iteration,
    modality,
    pointers,
    read,
    refused,
)


@pytest.mark.parametrize("usage_format", MINIMAL)
def test_an_unknown_field_is_named_and_left_out(usage_format: UsageFormat) -> None:
    plain = read(usage_format, MINIMAL[usage_format])
    parsed = read(usage_format, MINIMAL[usage_format] | {"quantum_tokens": 5, "later": {"a": 1}})
    assert parsed.attempts == plain.attempts
    assert codes(parsed) == ["usage_field_ignored", "usage_field_ignored"]
    assert [n.message.split()[0] for n in parsed.notices] == ["usage.quantum_tokens", "usage.later"]


@pytest.mark.parametrize(
    ("usage_format", "raw", "named"),
    [
        (
            "anthropic",
            ANTHROPIC | {"cache_creation": {"ephemeral_24h_input_tokens": 1}},
            "usage.cache_creation.ephemeral_24h_input_tokens",
        ),
        (
            "anthropic",
            ANTHROPIC | {"server_tool_use": {"palm_readings": 1}},
            "usage.server_tool_use.palm_readings",
        ),
        (
            "anthropic",
            ANTHROPIC | {"iterations": [iteration("message", 10, 20, mood="good")]},
            "usage.iterations[0].mood",
        ),
        (
            "anthropic",
            ANTHROPIC | {"iterations": [iteration("message", 10, 20, cache_creation={"x": 1})]},
            "usage.iterations[0].cache_creation.x",
        ),
        (
            "openai",
            CHAT | {"prompt_tokens_details": {"smell_tokens": 1}},
            "usage.prompt_tokens_details.smell_tokens",
        ),
        (
            "openai_responses",
            RESPONSES | {"output_tokens_details": {"smell_tokens": 1}},
            "usage.output_tokens_details.smell_tokens",
        ),
        (
            "gemini",
            GEMINI | {"promptTokensDetails": [modality("TEXT", 100) | {"hue": 1}]},
            "usage.promptTokensDetails[0].hue",
        ),
        (
            "bedrock_converse",
            CONVERSE | {"cacheDetails": [{"ttl": "5m", "inputTokens": 0, "hue": 1}]},
            "usage.cacheDetails[0].hue",
        ),
    ],
)
def test_an_unknown_field_further_inside_is_named_with_its_path(
    usage_format: UsageFormat, raw: Any, named: str
) -> None:
    parsed = read(usage_format, raw)
    assert [n.message.split()[0] for n in parsed.notices] == [named]


@pytest.mark.parametrize("name", ["x" * 65, "my secret prompt", "a/b", "", "naïve", "x\n"])
def test_a_name_that_is_hardly_one_is_not_repeated(name: str) -> None:
    raw = ANTHROPIC | {name: 1, "server_tool_use": {name: 1}, "x" * 64: 1}
    messages = [notice.message for notice in read("anthropic", raw).notices]
    assert [message.partition(" is not known")[0] for message in messages] == [
        "A field of usage",
        "A field of usage.server_tool_use",
        "usage." + "x" * 64,
    ]


@pytest.mark.parametrize(
    ("usage_format", "field", "value"),
    [
        ("anthropic", "service_tier", "warp"),
        ("anthropic", "speed", "warp"),
        ("anthropic", "inference_geo", "eu"),
        ("openai", "service_tier", "ultrafast"),
        ("openai_responses", "service_tier", "ultrafast"),
        ("gemini", "trafficType", "ON_FOOT"),
        ("gemini", "serviceTier", "ON_FOOT"),
    ],
)
def test_an_unknown_value_of_a_field_that_selects_a_price_is_an_error(
    usage_format: UsageFormat, field: str, value: str
) -> None:
    ((pointer, detail),) = refused(usage_format, MINIMAL[usage_format] | {field: value})
    assert pointer == f"/usage/{field}"
    assert re.match(r"must be one of '|is not a service tier of \w+ .*; it uses ", detail)
    assert value not in detail


@pytest.mark.parametrize(
    ("usage_format", "raw", "pointer"),
    [
        (
            "anthropic",
            ANTHROPIC | {"iterations": [iteration("critic_message", 1, 1)]},
            "/usage/iterations/0/type",
        ),
        (
            "gemini",
            GEMINI | {"promptTokensDetails": [modality("SMELL", 1)]},
            "/usage/promptTokensDetails/0/modality",
        ),
        (
            "bedrock_converse",
            CONVERSE | {"cacheDetails": [{"ttl": "24h", "inputTokens": 1}]},
            "/usage/cacheDetails/0/ttl",
        ),
    ],
)
def test_an_unknown_kind_of_tokens_is_an_error_since_its_price_is_unknown(
    usage_format: UsageFormat, raw: Any, pointer: str
) -> None:
    assert pointers(usage_format, raw) == [pointer]


@pytest.mark.parametrize("usage_format", MINIMAL)
@pytest.mark.parametrize("count", [-1, 1.0, "1", True, MAX_COUNT + 1])
def test_a_count_is_a_whole_number_from_0_to_a_trillion(
    usage_format: UsageFormat, count: Any
) -> None:
    raw = MINIMAL[usage_format]
    field = next(iter(raw))
    assert pointers(usage_format, raw | {field: count}) == [f"/usage/{field}"]
    assert buckets(usage_format, dict.fromkeys(raw, 0)) == {}
    assert buckets(usage_format, dict.fromkeys(raw, MAX_COUNT)) == {
        "input": MAX_COUNT,
        "output": MAX_COUNT,
    }


@pytest.mark.parametrize("usage_format", ["anthropic", "openai", "openai_responses"])
def test_both_sides_must_be_stated(usage_format: UsageFormat) -> None:
    for field in MINIMAL[usage_format]:
        raw = {name: 1 for name in MINIMAL[usage_format] if name != field}
        ((pointer, detail),) = refused(usage_format, raw)
        assert pointer == f"/usage/{field}"
        assert detail.startswith("is required")


@pytest.mark.parametrize(
    ("usage_format", "nullable"),
    [
        (
            "anthropic",
            [
                "cache_creation_input_tokens",
                "cache_read_input_tokens",
                "cache_creation",
                "output_tokens_details",
                "server_tool_use",
                "service_tier",
                "speed",
                "inference_geo",
                "iterations",
                "fallback_credit",
            ],
        ),
        (
            "gemini",
            [
                "cachedContentTokenCount",
                "thoughtsTokenCount",
                "toolUsePromptTokenCount",
                "totalTokenCount",
                "promptTokensDetails",
                "cacheTokensDetails",
                "candidatesTokensDetails",
                "toolUsePromptTokensDetails",
                "trafficType",
                "serviceTier",
            ],
        ),
        (
            "bedrock_converse",
            [
                "totalTokens",
                "cacheReadInputTokens",
                "cacheWriteInputTokens",
                "cacheReadInputTokenCount",
                "cacheWriteInputTokenCount",
                "cacheDetails",
                "serverToolUsage",
            ],
        ),
    ],
)
def test_null_means_that_the_provider_had_nothing_to_say(
    usage_format: UsageFormat, nullable: list[str]
) -> None:
    plain = read(usage_format, MINIMAL[usage_format])
    assert read(usage_format, MINIMAL[usage_format] | dict.fromkeys(nullable)) == plain


@pytest.mark.parametrize(
    ("kind", "usage", "usage_format"),
    [
        ("message", RESPONSES, "anthropic"),
        ("message_delta", RESPONSES, "anthropic"),
        ("chat.completion", CHAT, "openai"),
        ("chat.completion.chunk", CHAT, "openai"),
        ("response", RESPONSES, "openai_responses"),
        ("something new", CHAT, "openai"),
        (None, CHAT, "openai"),
        (None, CHAT | {"total_tokens": 150}, "openai"),
        (None, RESPONSES | {"input_tokens_details": {"cached_tokens": 1}}, "openai_responses"),
        (None, ANTHROPIC | {"cache_read_input_tokens": 0}, "anthropic"),
        (None, ANTHROPIC | {"cache_creation_input_tokens": 0}, "anthropic"),
        (None, ANTHROPIC | {"cache_creation": {}}, "anthropic"),
        (None, ANTHROPIC | {"iterations": []}, "anthropic"),
        (None, GEMINI, "gemini"),
        (None, {"totalTokenCount": 0}, "gemini"),
        (None, CONVERSE, "bedrock_converse"),
        (None, ANTHROPIC, "anthropic"),
    ],
)
def test_a_usage_object_is_recognised_by_what_surrounds_it_or_by_its_fields(
    kind: str | None, usage: Any, usage_format: UsageFormat
) -> None:
    assert recognised(usage, None, "/usage", kind)[0].name == usage_format


@pytest.mark.parametrize("usage", [{}, {"colour": 3}, {"nested": {"input_tokens": 3}}, []])
def test_an_object_without_a_known_count_is_refused_and_never_free(usage: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_usage(usage, None, "/usage")
    assert [error.pointer for error in caught.value.errors] == ["/usage"]


def test_two_readings_at_different_prices_are_an_error_that_names_both() -> None:
    # 1,000 tokens next to 100 read from the cache, or 1,000 of which 100 were read: the total of
    # 1,010 fits a gateway that leaves the cache out as well as one that counts it inside.
    usage = {"input_tokens": 1000, "output_tokens": 10, "cache_read_input_tokens": 100}
    with pytest.raises(InvalidRequest) as caught:
        read_usage(usage | {"total_tokens": 1010}, None, "/usage")
    (error,) = caught.value.errors
    assert error.pointer == "/usage"
    assert "anthropic" in error.detail
    assert "openai_responses" in error.detail
    # A total of 1,110 fits the first alone, and so does the object without a total.
    for whole in (usage, usage | {"total_tokens": 1110}):
        assert read_usage(whole, None, "/usage").attempts[0].usage == Usage(
            input=1000, cache_read=100, output=10
        )
    named = read_usage(usage | {"total_tokens": 1010}, "openai_responses", "/usage")
    assert named.attempts[0].usage == Usage(input=900, cache_read=100, output=10)


def used(response: Any, usage_format: UsageFormat | None = None) -> Usage:
    """The usage of a raw response of one attempt."""
    (attempt,) = read_response(response, usage_format).usage.attempts
    return attempt.usage


def test_a_named_format_wins_over_what_the_response_looks_like() -> None:
    usage = {"input_tokens": 100, "output_tokens": 50, "cache_read_input_tokens": 60}
    response = {"type": "message", "usage": usage}
    assert used(response) == Usage(input=100, output=50, cache_read=60)
    total = {"usage": usage | {"total_tokens": 150}}
    assert used(total, "openai_responses") == Usage(input=40, output=50, cache_read=60)


def test_gemini_responses_carry_their_usage_under_another_name() -> None:
    response = {"modelVersion": "gemini-2.5-pro", "usageMetadata": GEMINI}
    assert used(response) == Usage(input=100, output=50)


def test_an_error_in_a_responses_usage_points_into_the_response() -> None:
    bad = {"usageMetadata": GEMINI | {"candidatesTokenCount": -1}}
    with pytest.raises(InvalidRequest) as caught:
        used(bad)
    assert [error.pointer for error in caught.value.errors] == [
        "/response/usageMetadata/candidatesTokenCount"
    ]


def test_whole_fractions_count_and_others_do_not() -> None:
    usage = {"input_tokens": Decimal("12.0"), "output_tokens": Decimal("3E+1")}
    assert buckets("anthropic", usage) == {"input": 12, "output": 30}
    refused_at = pointers("anthropic", {**usage, "input_tokens": Decimal("12.5")})
    assert refused_at == ["/usage/input_tokens"]


@pytest.mark.parametrize(
    ("cost", "upstream", "stated"),
    [
        ("0.5", "0.4", "0.5"),
        ("0", "0.4", "0.4"),  # the caller's own key: the gateway charges nothing
        (None, "0.4", "0.4"),
        ("0", None, "0"),
        ("0.5", None, "0.5"),
    ],
)
def test_what_was_charged_is_the_gateways_or_where_that_is_nothing_the_upstreams(
    cost: str | None, upstream: str | None, stated: str
) -> None:
    usage: dict[str, Any] = {**CHAT}
    if cost is not None:
        usage["cost"] = Decimal(cost)
    if upstream is not None:
        usage["cost_details"] = {"upstream_inference_cost": Decimal(upstream)}
    found = read("openai", usage).stated
    assert found is not None
    assert found.usd == Decimal(stated)


@pytest.mark.parametrize(("places", "stated"), [(30, True), (31, False)])
def test_a_stated_cost_has_up_to_30_decimal_places(places: int, stated: bool) -> None:
    found = read("openai", {**CHAT, "cost": Decimal(f"1E-{places}")}).stated
    assert (found is not None) is stated


def test_an_empty_list_of_iterations_leaves_the_writes_as_they_are_split() -> None:
    split = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 4}
    usage = {**ANTHROPIC, "cache_creation_input_tokens": 4, "cache_creation": split}
    expected = {"input": 10, "output": 20, "cache_write_1h": 4}
    assert buckets("anthropic", {**usage, "iterations": []}) == expected
    assert buckets("anthropic", usage) == expected
