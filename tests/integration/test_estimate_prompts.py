"""``POST /v1/estimate`` of a prompt that has not been sent: its tokens are counted."""

from fractions import Fraction
from typing import Any

import pytest

from tests.support.handlers import Answer, Ask


def codes(answer: Answer) -> set[str]:
    return {warning["code"] for warning in answer.body["warnings"]}


def test_fractions_in_tool_definitions_are_counted_like_the_rest(ask: Ask) -> None:
    tool = {"name": "t", "input_schema": {"minimum": 0.5}}
    assert ask(model="opus", text="hi", tools=[tool]).status == 200


def test_a_prompt_is_counted_by_a_stated_method_with_an_honest_band(ask: Ask) -> None:
    prompt = {"text": "Summarise the minutes of the meeting in three points. " * 20}
    answer = ask(model="opus", **prompt, expected_output_tokens=300, thinking_tokens=200)
    counting = answer.body["counting"]
    assert counting["low_tokens"] < counting["input_tokens"] < counting["high_tokens"]
    fresh, output = (Fraction(line["quantity"]) for line in answer.body["line_items"])
    assert fresh == counting["input_tokens"]
    assert output == 500
    for end in ("low", "high"):
        tokens, usd = counting[f"{end}_tokens"], counting[f"{end}_total_usd"]
        assert Fraction(usd) == (tokens * 4 + 500 * 20) / Fraction(10**6)
    assert "docs/token-counting.md" in counting["method"]


def test_the_newer_tokenizer_makes_more_tokens_of_the_same_prompt(ask: Ask) -> None:
    counts = [
        ask(model=model, text="the same words " * 100).body["counting"]["input_tokens"]
        for model in ("claude-opus-4-6", "claude-opus-4-7")
    ]
    assert counts[1] > counts[0]


def test_images_and_tools_are_counted_by_their_published_rules(ask: Ask) -> None:
    message = {"role": "user", "content": [{"type": "image", "width": 1000, "height": 1000}]}
    bare, tools = (
        ask(model="claude-opus-5", messages=[message], tools=tools) for tools in (False, True)
    )
    tokens = [one.body["counting"]["input_tokens"] for one in (bare, tools)]
    assert tokens[0] == 1296 + 7  # the image, and what frames one message
    assert tokens[1] - tokens[0] == 286


def test_without_an_expected_output_none_is_priced_and_a_warning_is_given(ask: Ask) -> None:
    assert codes(ask(model="opus", text="hello")) == {"no_expected_output"}
    assert codes(ask(model="opus", text="hello", expected_output_tokens=0)) == set()


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "good night"},
        {"request": {"input": "good night"}},
        {"messages": [{"role": "user", "content": "good night"}]},
    ],
)
def test_a_text_to_embed_has_no_answer_and_nothing_around_it(
    ask: Ask, fields: dict[str, Any]
) -> None:
    found, chat = (ask(model=model, **fields) for model in ("text-embedding-3-small", "gpt-4o"))
    assert (codes(found), codes(chat)) == (set(), {"model_retiring", "no_expected_output"})
    tokens, with_framing = (one.body["counting"]["input_tokens"] for one in (found, chat))
    assert with_framing == tokens + 3 + 4
    assert not any("around the text" in text for text in found.body["assumptions"])
