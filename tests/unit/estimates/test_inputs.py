"""Work counted per model: measured, recounted for the same text, or counted from a prompt."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pricing.api.exact_counts import count_exactly
from pricing.catalogue.models import Model
from pricing.estimates.estimate import EstimateQuery
from pricing.estimates.inputs import CountedCall, MeasuredInput, PromptInput, RecountedInput
from pricing.store import bundled
from pricing.timestamps import AsOf
from pricing.tokens.anthropic_counter import CountEndpoint, EndpointUnavailable
from pricing.tokens.prompts import Prompt
from pricing.usage.buckets import Attempt, Usage

OLD, NEW = "claude-opus-4-6", "claude-opus-4-7"
USAGE = Usage(input=100, cache_read=5, output=1, web_search=3)


def model(name: str) -> Model:
    return bundled.current().find(name).model


def test_measured_work_is_the_same_on_every_model() -> None:
    call = MeasuredInput((Attempt(USAGE),))
    assert call.counted_for(model(OLD)) == call.counted_for(model(NEW))


def test_recounting_scales_every_token_bucket_and_nothing_else() -> None:
    call = RecountedInput(CountedCall((Attempt(USAGE),)), model(OLD).tokenizer)
    (attempt,) = call.counted_for(model(NEW)).attempts
    # x 1.3, half up: 6.5 becomes 7, 1.3 becomes 1. Searches are not tokens.
    assert attempt.usage == Usage(input=130, cache_read=7, output=1, web_search=3)
    (attempt,) = call.counted_for(model(OLD)).attempts
    assert attempt.usage == USAGE


def test_recounting_back_makes_fewer_tokens() -> None:
    call = RecountedInput(CountedCall((Attempt(Usage(input=130)),)), model(NEW).tokenizer)
    assert call.counted_for(model(OLD)).attempts[0].usage.input == 100


def test_a_tokenizer_without_a_published_figure_keeps_the_counts_and_says_so() -> None:
    stranger = replace(model(OLD), tokenizer=None)
    counted = RecountedInput(CountedCall((Attempt(USAGE),)), model(OLD).tokenizer).counted_for(
        stranger
    )
    assert counted.attempts == (Attempt(USAGE),)
    assert "not published" in counted.assumptions[0]


class Endpoint(CountEndpoint):
    """Counts one token a character, or fails."""

    def __init__(self, *, works: bool = True) -> None:
        super().__init__("key")
        self.asked: list[str] = []
        self._works = works

    def count(self, request: Mapping[str, Any]) -> int:
        self.asked.append(request["model"])
        if not self._works:
            raise EndpointUnavailable("HTTP 529")
        return len(request["messages"][0]["content"])


@pytest.fixture
def query() -> EstimateQuery:
    call = PromptInput(Prompt(messages="x" * 777), expected_output_tokens=10)
    return EstimateQuery(model=NEW, call=call, as_of=AsOf.parse("2026-11-22"))


def test_a_configured_endpoint_counts_the_prompt_exactly(query: EstimateQuery) -> None:
    endpoint = Endpoint()
    exact = count_exactly(endpoint, bundled.current(), query, [OLD, NEW])
    assert endpoint.asked == [OLD, NEW]
    counted = exact.call.counted_for(model(NEW))
    assert counted.attempts == (Attempt(Usage(input=777, output=10)),)
    assert counted.count is not None
    assert (counted.count.low, counted.count.high) == (777, 777)


def test_when_the_endpoint_fails_the_estimate_stands_and_the_answer_says_so(
    query: EstimateQuery,
) -> None:
    estimated = count_exactly(Endpoint(works=False), bundled.current(), query, [NEW])
    assert estimated.call.counted_for(model(NEW)) == query.call.counted_for(model(NEW))
    assert [notice.code for notice in estimated.notices] == ["exact_count_unavailable"]


def test_measured_usage_is_never_sent_anywhere(query: EstimateQuery) -> None:
    endpoint = Endpoint()
    measured = replace(query, call=MeasuredInput((Attempt(USAGE),)))
    assert count_exactly(endpoint, bundled.current(), measured, [NEW]) == measured
    assert endpoint.asked == []
