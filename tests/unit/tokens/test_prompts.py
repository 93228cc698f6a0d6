"""Messages, system, tools and images, counted as one prompt."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.tokens.estimator import METHOD, estimate_tokens
from pricing.tokens.images import ImageSize
from pricing.tokens.prompts import Prompt, PromptCount, PromptRules, count_prompt
from pricing.tokens.requests import read_request

SONNET_4_6 = PromptRules("claude-2024", {"auto": 497, "any": 589}, "standard")
OPUS_5_5 = PromptRules("claude-2026", {"auto": 286}, "high")
FABLE_5_2 = PromptRules("claude-2026", None, "high")
SOMEBODY_ELSE = PromptRules("o200k")
WEATHER = {
    "name": "get_weather",
    "description": "Get the current weather in a given location",
    "input_schema": {"type": "object", "properties": {"location": {"type": "string"}}},
}
QUESTION = "Which of the two bridges was closed in March?"


def user(content: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": content}]


def counted(prompt: Prompt, rules: PromptRules = SONNET_4_6) -> PromptCount:
    return count_prompt(prompt, rules)


def test_a_string_is_one_user_message() -> None:
    assert counted(Prompt(QUESTION)) == counted(Prompt(user(QUESTION)))
    assert counted(Prompt(QUESTION)).text == estimate_tokens(QUESTION, "claude-2024")


def test_one_message_costs_seven_tokens_more_than_its_text_and_each_further_one_four() -> None:
    assert counted(Prompt(QUESTION)).framing == 7
    assert counted(Prompt(user(QUESTION) * 3)).framing == 15


def test_the_documented_example_is_met_to_within_a_token() -> None:
    # The provider's token-counting page answers 14 for this.
    prompt = Prompt(user("Hello, Claude"), system="You are a scientist")
    assert abs(counted(prompt).total.tokens - 14) <= 1


def test_blocks_count_as_their_text() -> None:
    plain = counted(Prompt(user("First part. Second part.")))
    blocks = user([{"type": "text", "text": "First part."}, {"type": "text", "text": " Second"}])
    blocks[0]["content"].append({"type": "thinking", "thinking": " part."})
    assert abs(counted(Prompt(blocks)).text.tokens - plain.text.tokens) <= 1


def test_the_small_text_allowance_is_made_once_however_many_blocks_there_are() -> None:
    block = {"type": "text", "text": "word "}
    count = counted(Prompt(user([block] * 200))).text
    assert count.high - count.tokens <= count.tokens * 18 // 100 + 1 + 2


def test_system_text_counts_in_either_form() -> None:
    text = counted(Prompt(QUESTION, system="Answer in verse."))
    blocks = counted(Prompt(QUESTION, system=[{"type": "text", "text": "Answer in verse."}]))
    assert text == blocks
    assert text.text.tokens > counted(Prompt(QUESTION)).text.tokens


@pytest.mark.parametrize("number", [2026112512, Decimal("1234.5678")])
def test_a_number_in_a_tool_call_is_its_digits_in_messages_and_in_a_whole_request(
    number: int | Decimal,
) -> None:
    def asked(argument: Any) -> list[dict[str, Any]]:
        called = {"function": {"name": "find", "arguments": {"id_of_order": argument, "all": True}}}
        return [{"role": "assistant", "content": None, "tool_calls": [called]}]

    (as_number, as_text) = (counted(Prompt(asked(one))).text for one in (number, str(number)))
    assert as_number == as_text
    assert as_number.tokens > counted(Prompt(asked(""))).text.tokens
    request = read_request({"messages": asked(number)}, "")
    assert counted(request.prompt).text.tokens == as_number.tokens


def test_tool_calls_and_results_count_their_json_and_content() -> None:
    call = {"type": "tool_use", "id": "t1", "name": "get_weather", "input": {"location": "Riga"}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "11 degrees, rain"}
    nested = {**result, "content": [{"type": "text", "text": "11 degrees, rain"}]}
    messages = [*user(QUESTION), {"role": "assistant", "content": [call]}]
    with_call = counted(Prompt(messages)).text.tokens
    assert with_call > counted(Prompt(QUESTION)).text.tokens
    with_result = counted(Prompt([*messages, *user([result])]))
    assert with_result.text.tokens > with_call
    assert counted(Prompt([*messages, *user([nested])])) == with_result


@pytest.mark.parametrize(
    ("rules", "choice", "overhead"),
    [
        (SONNET_4_6, "auto", 497),
        (SONNET_4_6, "any", 589),
        (OPUS_5_5, "auto", 286),
        (FABLE_5_2, "auto", 286),
        (FABLE_5_2, "any", 406),
        (SOMEBODY_ELSE, "auto", 0),
    ],
)
def test_sending_tools_adds_the_published_prompt_of_model_and_choice(
    rules: PromptRules, choice: Any, overhead: int
) -> None:
    count = counted(Prompt(QUESTION, tools=True, tool_choice=choice), rules)
    assert count.tool_overhead == overhead
    assert count.text == counted(Prompt(QUESTION), rules).text


def test_an_unpublished_tool_prompt_is_an_assumption_and_a_published_one_is_not() -> None:
    def assumed(rules: PromptRules) -> bool:
        count = counted(Prompt(QUESTION, tools=True), rules)
        return any("tool-use prompt" in line for line in count.assumptions)

    assert assumed(FABLE_5_2)
    assert assumed(SOMEBODY_ELSE)
    assert not assumed(OPUS_5_5)


def test_no_tools_and_an_empty_list_of_tools_add_nothing() -> None:
    without = counted(Prompt(QUESTION))
    assert counted(Prompt(QUESTION, tools=())) == without
    assert without.tool_overhead == 0


def test_tool_definitions_add_their_json_to_the_overhead() -> None:
    count = counted(Prompt(QUESTION, tools=[WEATHER]))
    assert count.tool_overhead == 497
    assert 30 < count.text.tokens - counted(Prompt(QUESTION)).text.tokens < 90


def test_forcing_tools_on_a_model_that_refuses_it_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        counted(Prompt(QUESTION, tools=True, tool_choice="any"), OPUS_5_5)
    assert caught.value.errors[0].pointer == "/tool_choice"


def test_images_are_counted_per_tier_and_exactly() -> None:
    images = [ImageSize(1920, 1080), ImageSize(1000, 1000)]
    assert counted(Prompt(QUESTION, images=images)).images == 1560 + 1296
    assert counted(Prompt(QUESTION, images=images), OPUS_5_5).images == 2691 + 1296
    block = {"type": "image", "width": 1920, "height": 1080}
    assert counted(Prompt(user([block]))).images == 1560
    total = counted(Prompt(QUESTION, images=images)).total
    text = counted(Prompt(QUESTION)).total
    assert (total.tokens, total.low, total.high) == (
        text.tokens + 2856,
        text.low + 2856,
        text.high + 2856,
    )


@pytest.mark.parametrize(
    ("prompt", "rules", "pointer"),
    [
        (Prompt(QUESTION, images=[ImageSize(0, 5)]), OPUS_5_5, "/images/0/width"),
        (Prompt(QUESTION, images=[ImageSize(5, 5)]), SOMEBODY_ELSE, "/images/0"),
        (Prompt(user([{"type": "image"}])), OPUS_5_5, "/messages/0/content/0"),
        (
            Prompt(user([{"type": "image", "width": True, "height": 9}])),
            OPUS_5_5,
            "/messages/0/content/0",
        ),
        (Prompt(user([{"type": "document"}])), OPUS_5_5, "/messages/0/content/0/type"),
        (Prompt(user([{"type": ["text"]}])), OPUS_5_5, "/messages/0/content/0/type"),
        (Prompt(user([{"type": "text"}])), OPUS_5_5, "/messages/0/content/0/text"),
        (Prompt(user(["loose"])), OPUS_5_5, "/messages/0/content/0"),
        (Prompt(user(None)), OPUS_5_5, "/messages/0/content"),
        (Prompt(QUESTION, system=[{"type": "text", "text": 5}]), OPUS_5_5, "/system/0/text"),
    ],
)
def test_what_cannot_be_counted_is_pointed_at(
    prompt: Prompt, rules: PromptRules, pointer: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        counted(prompt, rules)
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_the_method_is_an_assumption_only_where_there_is_text() -> None:
    assert METHOD in counted(Prompt(QUESTION)).assumptions
    assert METHOD not in counted(Prompt("")).assumptions
    assert counted(Prompt("")).total.tokens == 7
