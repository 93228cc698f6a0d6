"""``POST /v1/plan/context`` through its handler: the lesson's sections 2.1 and 7."""

from typing import Any

import pytest

from tests.support.handlers import Event
from tests.support.plans import Plans, exact, months

LESSON = {"pricing_version": "lesson-2025", "model": "sonnet"}
NOW = {"as_of": "2026-11-22", "model": "claude-sonnet-5-5"}
#: Section 2.1, with the share of a 200K window.
BUDGET = [
    ("A short prompt", 50, "0.025"),
    ("A typical code file (500 lines)", 2_000, "1"),
    ("A full project README", 1_500, "0.75"),
    ("10 source files for context", 20_000, "10"),
    ("An entire small codebase", 100_000, "50"),
    ("Maximum practical input", 180_000, "90"),
]
CODE = "def factorial(n):\n    if n == 0:\n        return 1\n    return n * factorial(n - 1)\n"
#: Section 7.1, as the lesson writes them.
VERBOSE = f"""
I would really appreciate it if you could help me with something.
I have a Python function that I need you to look at. What I'm hoping
you can do is review the code and tell me if there are any bugs or
issues with it. The function is supposed to calculate the factorial
of a number. Could you please take a look at it and let me know
what you think? Here is the code:

{CODE}
Thank you so much for your help with this!
"""
CONCISE = f"""
Review this factorial function for bugs:

```python
{CODE}```

List any issues found.
"""


@pytest.fixture
def plan(event: Event) -> Plans:
    return Plans(event, "plan_context")


def finding(answer: dict[str, Any], kind: str) -> dict[str, Any] | None:
    return next((one for one in answer["findings"] if one["kind"] == kind), None)


def tokens(name: str, count: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "tokens": count, **more}


def test_the_lessons_budget_table(plan: Plans) -> None:
    parts = [tokens(name, count) for name, count, _ in BUDGET]
    found = plan(**LESSON, parts=parts)["budget"]
    assert [(one["name"], one["tokens"], one["percent_of_window"]) for one in found["parts"]] == [
        (name, count, percent) for name, count, percent in BUDGET
    ]


@pytest.mark.parametrize(("count", "fits"), [(196_000, True), (196_001, False)])
def test_input_and_reserved_output_share_the_window(plan: Plans, count: int, fits: bool) -> None:
    found = plan(**LESSON, parts=[tokens("all", count)], reserve_output_tokens=4_000)["budget"]
    assert (found["window"], found["room_tokens"]) == (200_000, 196_000)
    assert found["fits"] is fits


def test_the_same_parts_fit_one_model_and_not_another(plan: Plans) -> None:
    models = ["claude-sonnet-5-5", "claude-haiku-4-5"]
    found = plan(**NOW, parts=[tokens("all", 250_000)], models=models)["budget"]
    large, small = found["models"]
    assert (large["used_tokens"], large["percent_used"], large["fits"]) == (250_000, "25", True)
    # The older tokenizer makes 10 tokens of 13: 192,308 of 200,000.
    assert (small["used_tokens"], small["fits"]) == (192_308, True)
    found = plan(**NOW, parts=[tokens("all", 260_001)], models=models)["budget"]
    assert [one["fits"] for one in found["models"]] == [True, False]


def test_every_familys_current_model_is_tried_by_default(plan: Plans) -> None:
    found = plan(**LESSON, parts=[tokens("all", 1)])["budget"]
    assert [one["model"] for one in found["models"]] == [
        "claude-3-5-haiku",
        "claude-opus-4",
        "claude-sonnet-4",
    ]


PARTS = [
    {"name": "src/http/headers.py", "text": "def parse_header(line): # split name and value"},
    {"name": "src/db/pool.py", "text": "class ConnectionPool: # keeps database connections"},
    {"name": "docs/http.md", "text": "How HTTP responses are cached by proxies"},
]


def test_parts_are_ranked_for_the_task_and_strangers_to_it_left_out(plan: Plans) -> None:
    answer = plan(**NOW, parts=PARTS, task="Fix the parsing of HTTP headers", calls_per_month=1_000)
    headers, pool, docs = answer["budget"]["parts"]
    assert (headers["rank"], docs["rank"], pool["rank"]) == (1, 2, 3)
    assert (pool["keep"], pool["why"], pool["relevance"]) == (False, "no_word_in_common", "0")
    assert answer["budget"]["drop"] == ["src/db/pool.py"]
    assert answer["budget"]["saves_tokens"] == pool["tokens"]
    assert answer["budget"]["saves_usd_per_call"] == pool["usd_per_call"]
    priced = months(answer)
    saved = exact(answer["budget"]["saves_usd_per_month"])
    assert priced["all_parts"] - priced["kept_parts"] == saved > 0


def test_a_required_part_stays_whatever_it_is_about(plan: Plans) -> None:
    parts = [PARTS[0], {**PARTS[1], "required": True}]
    answer = plan(**NOW, parts=parts, task="HTTP headers")
    assert answer["budget"]["drop"] == []
    assert answer["budget"]["parts"][1]["why"] == "required"


def test_a_task_that_shares_no_word_with_anything_drops_nothing(plan: Plans) -> None:
    answer = plan(**NOW, parts=PARTS, task="quarterly bookkeeping")
    assert answer["budget"]["drop"] == []
    assert [one["code"] for one in answer["warnings"]] == ["no_relevant_part"]


def test_the_least_relevant_goes_first_until_the_rest_fits(plan: Plans) -> None:
    parts = [
        tokens("http headers guide", 400),
        tokens("http", 500),
        tokens("unranked", 300),
        tokens("rules", 100, required=True),
    ]
    ask = {**NOW, "parts": parts, "task": "http headers"}
    assert plan(**ask, max_prompt_tokens=1_300)["budget"]["drop"] == []
    assert plan(**ask, max_prompt_tokens=1_299)["budget"]["drop"] == ["unranked"]
    # 500 for http would not do: 400 + 100 stay, and what was dropped is too long to come back.
    assert plan(**ask, max_prompt_tokens=799)["budget"]["drop"] == ["http", "unranked"]


def test_what_was_dropped_for_room_comes_back_where_there_is_room_after_all(plan: Plans) -> None:
    parts = [tokens("first", 500), tokens("second", 900), tokens("third", 100)]
    found = plan(**NOW, parts=parts, max_prompt_tokens=650)["budget"]
    assert (found["drop"], found["kept_tokens"]) == (["second"], 600)


def test_required_parts_that_do_not_fit_are_warned_of(plan: Plans) -> None:
    parts = [tokens("a", 300, required=True), tokens("b", 10)]
    answer = plan(**NOW, parts=parts, max_prompt_tokens=200)
    assert (answer["budget"]["kept_fits"], answer["budget"]["drop"]) == (False, ["b"])
    assert "required_parts_do_not_fit" in {one["code"] for one in answer["warnings"]}


def test_dropping_below_a_price_threshold_saves_on_every_token(plan: Plans) -> None:
    parts = [tokens("keep", 100_000), tokens("one more", 1)]
    found = plan(
        as_of="2026-11-22",
        model="claude-haiku-5-5",
        parts=parts,
        output_tokens=1_000,
        max_prompt_tokens=100_000,
    )["budget"]
    assert found["saves_usd_per_call"] == "0.0420005"  # 0.0525005 - 0.0105


def test_the_lessons_own_token_counts_are_compared_as_stated(plan: Plans) -> None:
    found = plan(**LESSON, before={"tokens": 124}, after={"tokens": 40})["comparison"]
    assert (found["saves_tokens"], found["saves_percent"]) == (84, "67.741935483871")
    assert found["rule_of_thumb"] is None


def test_the_lessons_rule_of_thumb_is_shown_next_to_the_count(plan: Plans) -> None:
    answer = plan(**LESSON, before={"text": VERBOSE}, after={"text": CONCISE})
    found = answer["comparison"]
    assert (len(VERBOSE), len(CONCISE)) == (496, 163)
    assert found["rule_of_thumb"] == {
        "before_tokens": 124,
        "after_tokens": 40,
        "saves_percent": "67.741935483871",
    }
    assert found["before_tokens"] > 124  # four characters a token are too many
    assert found["saves_tokens"] == found["before_tokens"] - found["after_tokens"] > 0


def test_the_shorter_prompt_saves_the_difference_of_two_workloads(plan: Plans) -> None:
    answer = plan(
        **NOW,
        before={"text": VERBOSE, "expected_output_tokens": 400},
        after={"text": CONCISE, "expected_output_tokens": 150},
        calls_per_month=10_000,
    )
    priced = months(answer)
    saved = priced["before"] - priced["after"]
    assert saved == exact(answer["comparison"]["saves_usd_per_month"])
    for found in answer["findings"]:
        saved = priced["before"] - priced[found["workload"]]
        assert saved == exact(found["saves_usd_per_month"]) > 0


def test_courtesies_are_found_with_what_they_cost(plan: Plans) -> None:
    found = finding(plan(**NOW, before={"text": VERBOSE}), "politeness")
    assert found is not None
    assert found["count"] == 5
    assert found["examples"][-1] == "Thank you so much for your help with this!"
    assert found["saves_input_tokens"] > 30


def test_a_concise_prompt_gives_no_cause_for_findings(plan: Plans) -> None:
    assert plan(**NOW, before={"text": CONCISE, "expected_output_tokens": 400})["findings"] == []


def test_prose_where_a_schema_would_do_costs_output(plan: Plans) -> None:
    text = "What do you think about this code? Is it good or bad?"
    before = {"text": text, "expected_output_tokens": 800}
    found = finding(plan(**NOW, before=before), "prose_instead_of_schema")
    assert found is not None
    assert found["saves_output_tokens"] == 400
    assert "structured_output_share" in found["assumption"]
    quarter = finding(
        plan(**NOW, before=before, structured_output_share="0.25"), "prose_instead_of_schema"
    )
    assert quarter is not None
    assert quarter["saves_usd_per_call"] == "0.006"  # 600 x 10 / 10^6
    asked = {**before, "text": f"{text} Respond in this exact JSON format: ..."}
    assert finding(plan(**NOW, before=asked), "prose_instead_of_schema") is None


def test_a_block_that_stands_there_again_is_found_across_parts(plan: Plans) -> None:
    rules = "Use type hints on every function and write a docstring for public ones."
    parts = [
        {"name": "a", "text": f"{rules}\n\nFirst file."},
        {"name": "b", "text": f"Second file.\n\n{rules.replace(' ', '  ')}\n"},
    ]
    answer = plan(**NOW, parts=parts, calls_per_month=100)
    found = finding(answer, "repeated_block")
    assert found is not None
    assert found["count"] == 1
    priced = months(answer)
    saved = priced["all_parts"] - priced["without_repeated_block"]
    assert saved == exact(found["saves_usd_per_month"]) > 0


def conversation(length: int) -> list[dict[str, str]]:
    return [
        {"role": "user", "content": "word " * length},
        {"role": "assistant", "content": "An answer."},
        {"role": "user", "content": "And now?"},
    ]


@pytest.mark.parametrize(("words", "cacheable"), [(2_000, True), (20, False)])
def test_history_that_could_be_cached_is_found_where_it_is_long_enough(
    plan: Plans, words: int, cacheable: bool
) -> None:
    answer = plan(**NOW, before={"messages": conversation(words)})
    found = finding(answer, "uncached_history")
    assert (found is not None) is cacheable
    if found is not None:
        assert found["saves_input_tokens"] == 0  # the same tokens, read instead of sent
        usage = next(
            one["request"]["items"][0]["usage"]
            for one in answer["workloads"]
            if one["name"] == "without_uncached_history"
        )
        saved = usage["cache_read_input_tokens"] * (exact("2") - exact("0.1")) / 10**6
        assert exact(found["saves_usd_per_call"]) == saved


def test_a_first_message_has_no_history(plan: Plans) -> None:
    answer = plan(**NOW, before={"messages": conversation(2_000)[:1]})
    assert finding(answer, "uncached_history") is None


PART = tokens("a", 1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/parts"),
        ({"parts": [PART], "before": {"tokens": 1}}, "/parts"),
        ({"parts": [PART], "after": {"tokens": 1}}, "/after"),
        ({"before": {"tokens": 1}, "task": "x"}, "/task"),
        ({"before": {"tokens": 1}, "models": ["sonnet"]}, "/models"),
        ({"before": {"tokens": 1, "text": "both"}}, "/before"),
        ({"before": {"tokens": 1, "system": "x"}}, "/before/system"),
        ({"before": {}}, "/before"),
        ({"before": {"tokens": -1}}, "/before/tokens"),
        ({"before": {"messages": [{"role": "user", "content": 7}]}}, "/before/messages/0/content"),
        ({"before": {"tokens": 1}, "after": {"images": []}}, "/after"),
        ({"parts": [{"name": "a"}]}, "/parts/0"),
        ({"parts": [{"name": "a", "text": "x", "tokens": 1}]}, "/parts/0"),
        ({"parts": [{"name": "", "tokens": 1}]}, "/parts/0/name"),
        ({"parts": [{"name": "a", "tokens": True}]}, "/parts/0/tokens"),
        ({"parts": [PART] * 201}, "/parts"),
        ({"parts": [PART], "task": ""}, "/task"),
        ({"parts": [PART], "models": ["sonnet"] * 21}, "/models"),
        ({"parts": [PART], "calls_per_month": 0}, "/calls_per_month"),
        ({"parts": [PART], "structured_output_share": 2}, "/structured_output_share"),
        ({"parts": [PART], "window": 1}, "/window"),
    ],
)
def test_what_makes_no_plan_is_refused_at_its_field(
    plan: Plans, body: dict[str, Any], pointer: str
) -> None:
    assert plan.refused(**NOW, **body) == (422, pointer)


def test_an_unknown_model_is_not_found(plan: Plans) -> None:
    assert plan.refused(**{**NOW, "model": "gpt-99", "parts": [PART]})[0] == 404
    assert plan.refused(**NOW, parts=[PART], models=["gpt-99"])[0] == 404
