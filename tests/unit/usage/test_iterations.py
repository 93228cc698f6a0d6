"""Anthropic's iterations: which of them are billed, at which model, and what they add up to."""

from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.buckets import Attempt, SummedUsage, Usage
from pricing.usage.iterations import with_own_search, with_tools
from pricing.usage.reader import read_usage

TOP = {"input_tokens": 10, "output_tokens": 5}


def read(*iterations: Any, **top: int) -> tuple[Attempt, ...]:
    usage = {**TOP, **top, "iterations": list(iterations)}
    return read_usage(usage, "anthropic", "/u").attempts


def one(kind: str = "message", fresh: int = 10, output: int = 5, **more: Any) -> dict[str, Any]:
    return {"type": kind, "input_tokens": fresh, "output_tokens": output, **more}


def refused(*iterations: Any, **top: int) -> str:
    with pytest.raises(InvalidRequest) as caught:
        read(*iterations, **top)
    return f"{caught.value.errors[0].pointer}: {caught.value.errors[0].detail}"


@pytest.mark.parametrize(
    ("iteration", "pointer"),
    [
        (7, "/u/iterations/1: must be an object"),
        ({**one(), "type": None}, "/u/iterations/1/type: is required"),
        (one("new_kind"), "/u/iterations/1/type: must be one of"),
        (one(model=7), "/u/iterations/1/model: must be a string"),
        (one("advisor_message"), "/u/iterations/1/model: is required"),
        (one("fallback_message"), "/u/iterations/1/model: is required"),
    ],
)
def test_an_iteration_is_refused_where_it_is_wrong(iteration: Any, pointer: str) -> None:
    assert refused(one(), iteration).startswith(pointer)


def test_a_thousand_iterations_are_read_and_no_more() -> None:
    many = [one(fresh=1, output=0) for _ in range(1_000)]
    assert len(read(*many, input_tokens=1_000, output_tokens=0)) == 1_000
    assert refused(*many, one()) == "/u/iterations: must have at most 1000 items"


def test_only_the_last_model_that_was_asked_for_the_answer_served() -> None:
    attempts = read(
        one(fresh=7, output=1),
        one("compaction", fresh=3, output=2),
        one("fallback_message", model="claude-opus-4-8"),
    )
    assert [(each.kind, each.model, each.serving) for each in attempts] == [
        ("message", None, False),
        ("compaction", None, False),
        ("fallback_message", "claude-opus-4-8", True),
    ]
    assert [each.named_at for each in attempts] == [f"/u/iterations/{at}/model" for at in range(3)]


@pytest.mark.parametrize(("output", "billed"), [(0, False), (1, True)])
def test_an_attempt_that_was_declined_is_billed_from_its_first_token(
    output: int, billed: bool
) -> None:
    attempts = read(one(fresh=7, output=output), one("fallback_message", model="claude-opus-4-8"))
    assert len(attempts) == (2 if billed else 1)
    compaction = read(one("compaction", fresh=7, output=0), one())
    assert len(compaction) == 2  # it does not attempt the answer, and is always billed


@pytest.mark.parametrize(
    ("top", "iteration"),
    [
        ({"input_tokens": 11}, {}),
        ({"output_tokens": 4}, {}),
        ({"cache_read_input_tokens": 3}, {"cache_read_input_tokens": 2}),
        ({"cache_creation_input_tokens": 3}, {"cache_creation_input_tokens": 4}),
    ],
)
def test_the_top_level_is_the_sum_of_what_served(
    top: dict[str, int], iteration: dict[str, Any]
) -> None:
    assert "add up to" in refused(one(**iteration), **top)


def test_writes_of_both_times_are_covered_by_the_top_level() -> None:
    split = {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4}
    written = one(cache_creation_input_tokens=7, cache_creation=split)
    (attempt,) = read(written, cache_creation_input_tokens=7)
    assert attempt.usage == Usage(input=10, output=5, cache_write_5m=3, cache_write_1h=4)


@pytest.mark.parametrize(
    ("model", "searches", "calls"),
    [
        ("gpt-4o-search-preview", 1, 1),
        ("gpt-5-search-api", 1, 1),
        ("gpt-4o-search-preview", 7, 7),
        ("gpt-4o", 0, 1),
    ],
)
def test_a_search_model_searches_in_every_call(model: str, searches: int, calls: int) -> None:
    (attempt,) = with_own_search((Attempt(SummedUsage(input=1, output=1, calls=calls)),), model)
    assert attempt.usage.web_search == searches
    (counted,) = with_own_search((Attempt(Usage(input=1, web_search=3)),), model)
    assert counted.usage.web_search == 3


@pytest.mark.parametrize(
    ("model", "calls", "summed", "searches"),
    [
        ("gemini-2.5-flash", 1, False, 1),
        ("gemini-2.5-flash", 2, False, 2),  # of two prompts, both may have been grounded
        ("gemini-2.5-flash", 9, False, 3),
        ("gemini-2.5-flash", 1, True, 3),
        ("gemini-3-flash-preview", 1, False, 3),
    ],
)
def test_queries_of_a_prompt_are_one_search_where_prompts_are_billed(
    model: str, calls: int, summed: bool, searches: int
) -> None:
    attempt = Attempt(SummedUsage(input=1, output=1, web_search=3, calls=calls))
    (found,) = with_own_search((attempt,), model, summed=summed)
    assert found.usage.web_search == searches


COMPACTION = {"type": "compaction", "input_tokens": 180, "output_tokens": 30}


@pytest.mark.parametrize(("prompt", "answer"), [(10, 5), (190, 35), (190, 5), (10, 35)])
def test_a_gateway_may_add_up_all_prompts_or_those_that_answered(prompt: int, answer: int) -> None:
    usage = {"prompt_tokens": prompt, "completion_tokens": answer}
    found = read_usage({**usage, "iterations": [COMPACTION, one()]}, None, "/u").attempts
    assert [each.usage for each in found] == [
        Usage(input=180, output=30),
        Usage(input=10, output=5),
    ]


@pytest.mark.parametrize(("prompt", "answer"), [(9, 5), (191, 5), (10, 4), (10, 36)])
def test_a_gateways_counts_are_within_what_its_prompts_add_up_to(prompt: int, answer: int) -> None:
    usage = {"prompt_tokens": prompt, "completion_tokens": answer}
    with pytest.raises(InvalidRequest, match="iterations that gave the answer add up to"):
        read_usage({**usage, "iterations": [COMPACTION, one()]}, None, "/u")


def test_the_tools_of_a_call_are_billed_with_the_first_attempt_at_the_answer() -> None:
    tools = Usage(web_search=2, code_execution=1)
    before, serving = Attempt(Usage(input=1), serving=False), Attempt(Usage(input=2))
    found = with_tools((before, serving, serving), tools)
    assert [each.usage.web_search for each in found] == [0, 2, 0]
    assert [each.usage.code_execution for each in found] == [0, 1, 0]
    assert [each.usage.input for each in found] == [1, 2, 2]
    assert with_tools((before,), tools)[0].usage.web_search == 2  # where none of them served
