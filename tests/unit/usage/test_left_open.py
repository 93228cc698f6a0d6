"""What a usage leaves to the model to decide, what its total shows, and what of it is not read."""

from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.buckets import Usage
from pricing.usage.parsed import Ambiguity
from pricing.usage.reader import read_usage
from pricing.usage.terms import TierWord

SDK = {"inputTokens": 100, "outputTokens": 10, "cachedInputTokens": 40}
GEMINI = {"promptTokenCount": 100, "cachedContentTokenCount": 40, "candidatesTokenCount": 10}


@pytest.mark.parametrize(
    ("usage", "ambiguity"),
    [
        (SDK, Ambiguity("/u/cachedInputTokens", "may be outside of inputTokens", 40)),
        ({**SDK, "cachedInputTokens": 0}, None),
        ({"inputTokens": 100, "outputTokens": 10}, None),
        (GEMINI, None),
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 10,
                "prompt_tokens_details": {"cached_tokens": 40},
            },
            None,
        ),
    ],
)
def test_only_an_ai_sdks_cached_tokens_may_be_outside_of_the_input(
    usage: dict[str, Any], ambiguity: Ambiguity | None
) -> None:
    assert read_usage(usage, None, "/u").open.sdk_cache == ambiguity


def test_perplexitys_reasoning_is_on_top_of_the_answer_and_may_be_in_the_total() -> None:
    counts = {"prompt_tokens": 100, "completion_tokens": 20, "reasoning_tokens": 30}
    usage = {**counts, "citation_tokens": 0, "num_search_queries": 1}
    for total in (120, 150):
        (attempt,) = read_usage({**usage, "total_tokens": total}, "perplexity", "/u").attempts
        found = attempt.usage
        assert (found.input, found.output, found.reasoning_output) == (100, 20, 30)
    for total in (119, 130, 149):
        with pytest.raises(InvalidRequest):
            read_usage({**usage, "total_tokens": total}, "perplexity", "/u")


@pytest.mark.parametrize(("total", "accepted"), [(110, True), (70, False), (109, False)])
def test_googles_total_counts_the_cache(total: int, accepted: bool) -> None:
    usage = {**GEMINI, "totalTokenCount": total}
    if accepted:
        (attempt,) = read_usage(usage, None, "/u").attempts
        assert attempt.usage == Usage(input=60, cache_read=40, output=10)
        return
    with pytest.raises(InvalidRequest, match=f"is {total}, but"):
        read_usage(usage, None, "/u")


@pytest.mark.parametrize(
    ("tools", "uses", "unread"),
    [
        ({}, None, []),
        ({"web_search_requests": 2}, None, []),
        ({}, 0, []),
        ({}, 1, [("/u/num_server_side_tools_used", 1)]),
    ],
)
def test_tools_that_are_counted_and_not_listed_are_not_read(
    tools: dict[str, int], uses: int | None, unread: list[tuple[str, int]]
) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 3, "num_server_side_tools_used": uses}
    found = read_usage({**usage, "server_tool_use": tools}, "xai", "/u").unread
    assert [(one.pointer, int(one.value)) for one in found] == unread


def test_nothing_of_a_plain_usage_is_left_unread() -> None:
    for usage in (SDK, GEMINI, {"input_tokens": 1, "output_tokens": 2}):
        found = read_usage(usage, None, "/u")
        assert (found.unread, found.stated) == ((), None)


@pytest.mark.parametrize(("total", "accepted"), [(1_015, True), (1_005, False), (995, False)])
def test_a_total_counts_the_results_of_tools_that_were_fed_back(total: int, accepted: bool) -> None:
    """1,000 of the prompt, 5 of tools and 10 of the answer."""
    usage = {"promptTokenCount": 1_000, "toolUsePromptTokenCount": 5, "candidatesTokenCount": 10}
    if accepted:
        (attempt,) = read_usage({**usage, "totalTokenCount": total}, None, "/u").attempts
        assert (attempt.usage.input, attempt.usage.output) == (1_005, 10)
        return
    with pytest.raises(InvalidRequest, match=f"is {total}, but"):
        read_usage({**usage, "totalTokenCount": total}, None, "/u")


@pytest.mark.parametrize(
    ("word", "provider", "known", "used"),
    [
        ("flex", "openai", True, True),
        ("scale", "openai", True, True),
        ("scale", "anthropic", True, False),  # a word of OpenAI's
        ("on_demand", "groq", True, True),
        ("on_demand", "openai", True, False),
        ("auto", "anthropic", True, True),  # which gateways write for any provider
        ("swift", "openai", False, False),
    ],
)
def test_a_tier_is_known_by_its_word_and_used_by_some_providers(
    word: str, provider: str, known: bool, used: bool
) -> None:
    tier = TierWord(word, "/u/service_tier")
    for allowed, check in ((known, tier.check_known), (used, lambda: tier.check(provider))):
        if allowed:
            check()
            continue
        with pytest.raises(InvalidRequest) as refused:
            check()
        assert refused.value.errors[0].pointer == "/u/service_tier"
