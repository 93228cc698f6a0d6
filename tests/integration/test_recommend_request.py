"""The whole request of ``POST /v1/recommend``, the dial of its policy, and what it advises."""

import json
from fractions import Fraction
from typing import Any
from unittest import mock

import pytest

from pricing.store import bundled
from pricing.tokens.prompts import ReadPrompt
from tariff.template import recorded_event
from tests.support.handlers import Answer, Ask, Handler, asking, only, pointers, post

EVENT = recorded_event("recommend")
NOW = {"pricing_version": bundled.current_id(), "as_of": "2026-11-23"}
HAIKU, OPUS = "claude-haiku-5-5", "claude-opus-5-5"


@pytest.fixture(scope="module")
def ask() -> Ask:
    return asking("recommend", EVENT, task="Do it", **NOW)


def one(answer: Answer) -> dict[str, Any]:
    return only(answer, "recommendations")


def chosen(answer: Answer) -> str | None:
    model = one(answer)["model"]
    return model["id"] if model else None


# The whole request, and the dial


WEATHER = {
    "name": "get_weather",
    "description": "Current weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def test_a_conversation_is_the_task_by_its_last_text_and_counts_as_input(
    recommend: Handler,
) -> None:
    messages = [
        {"role": "user", "content": "Design a cache that survives the loss of a region."},
        {"role": "assistant", "content": "Here is the design ..."},
        {"role": "user", "content": [{"type": "text", "text": "Translate it into German."}]},
    ]
    alone = one(post(recommend, EVENT, {"task": "Translate it into German.", **NOW}))
    found = one(post(recommend, EVENT, {"messages": messages, **NOW}))
    assert (found["kind"], found["complexity"]) == ("translation", "simple")
    same = one(post(recommend, EVENT, {"task": "Translate it into German.", "messages": messages,
                                       **NOW}))  # fmt: skip
    assert same == found
    more = found["estimate"]["counting"]["input_tokens"]
    assert more > alone["estimate"]["counting"]["input_tokens"] + 15  # two messages more
    assert one(post(recommend, EVENT, {"tasks": [{"messages": messages}], **NOW})) == found


@pytest.mark.parametrize(
    ("last", "tier"), [("Yes, do it", "complex"), ("Translate: Hund", "simple")]
)
def test_a_text_that_only_confirms_is_about_the_one_before(
    recommend: Handler, last: str, tier: str
) -> None:
    messages = [
        {"role": "user", "content": "Design a cache that survives the loss of a region."},
        {"role": "assistant", "content": "Shall I?"},
        {"role": "user", "content": last},
    ]
    assert one(post(recommend, EVENT, {"messages": messages, **NOW}))["complexity"] == tier


def test_tools_are_read_counted_and_required(recommend: Handler) -> None:
    task = {"task": "What is the weather in Oslo?", "policy": {"simple": "claude-3-haiku"}, **NOW}
    plain = one(post(recommend, EVENT, task))
    found = one(post(recommend, EVENT, {**task, "tools": [WEATHER]}))
    assert found["kind"] == "tool use"
    assert found["complexity"] == "simple"
    more = found["estimate"]["counting"]["input_tokens"]
    assert more > plain["estimate"]["counting"]["input_tokens"] + 20


@pytest.mark.parametrize(
    "field",
    [
        {"system": "You answer in one sentence. " * 10},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}},
    ],
)
def test_the_system_prompt_and_the_form_of_the_answer_count_as_input(
    recommend: Handler, field: dict[str, Any]
) -> None:
    task = {"task": "What is the capital of Peru?", **NOW}
    plain, found = (one(post(recommend, EVENT, body)) for body in (task, {**task, **field}))
    assert found["complexity"] == plain["complexity"]
    least = plain["estimate"]["counting"]["input_tokens"] + 10
    assert found["estimate"]["counting"]["input_tokens"] > least


@pytest.mark.parametrize(
    ("system", "kind"),
    [
        ("You classify messages as bug, question or spam. Answer with one word.", "classification"),
        ("You are a translator that translates everything into Japanese.", "translation"),
        ("Extract the name and the date from what the user sends.", "extraction"),
        ("Übersetze alles ins Englische.", "translation"),
        ("Vous êtes un outil qui traduit en anglais.", "translation"),
    ],
)
def test_a_system_prompt_that_is_one_step_is_the_instruction(
    ask: Ask, system: str, kind: str
) -> None:
    text = "My phone was rotated while two replicas diverged over a VPN, and the app crashes."
    assert one(ask(task=text))["complexity"] != "simple"
    for prompt in (system, [{"type": "text", "text": system}]):
        found = one(ask(task=text, system=prompt))
        assert (found["kind"], found["complexity"]) == (kind, "simple")


@pytest.mark.parametrize(
    "system",
    [
        "You are a helpful assistant for databases. Translate answers into the user's language.",
        "You classify messages as bug or question. Answer with one word.",
    ],
)
def test_an_open_question_is_not_the_material_of_the_system_prompt(ask: Ask, system: str) -> None:
    assert one(ask(task=HARD, system=system))["complexity"] == "complex"


def test_a_conversation_without_a_text_of_the_user_is_refused(recommend: Handler) -> None:
    messages = [{"role": "assistant", "content": "Hello"}, {"role": "user", "content": []}]
    assert pointers(post(recommend, EVENT, {"messages": messages, **NOW})) == ["/task"]


HARD, EASY = "How do we leave Oracle without stopping the factory?", "Sort these: 4 9 1"


@pytest.mark.parametrize(
    ("dial", "moderate", "complex_"),
    [
        ({}, "0.3333", "0.6667"),
        ({"thresholds": {"moderate": "0.2", "complex": "0.9"}}, "0.2", "0.9"),
        ({"strong_share": "0.25"}, "0.375", "0.75"),  # the rest in halves
        ({"strong_share": 1}, "0", "0"),
        ({"strong_share": 0}, "0.5", "1"),
        ({"quality": 1}, "0", "0"),
        ({"quality": "0.1"}, "0.5", "1"),  # less than the weak models reach
    ],
)
def test_the_dial_sets_the_thresholds(
    ask: Ask, dial: dict[str, Any], moderate: str, complex_: str
) -> None:
    answer = ask(policy=dial)
    assert answer.body["policy"]["thresholds"] == {"moderate": moderate, "complex": complex_}


def test_the_tier_follows_from_difficulty_and_thresholds(ask: Ask) -> None:
    assert [chosen(ask(task=task)) for task in (EASY, HARD)] == [HAIKU, OPUS]
    everything = {"policy": {"strong_share": 1}}
    assert {chosen(ask(task=task, **everything)) for task in (EASY, HARD)} == {OPUS}
    for task in (EASY, HARD):
        found = one(ask(task=task))
        at = {"thresholds": {"moderate": 0, "complex": found["difficulty"]}}
        assert one(ask(task=task, policy=at))["complexity"] == "complex"


def test_the_safe_choice_does_not_change_the_order_of_the_models(ask: Ask) -> None:
    answer = ask(task="Какова столица Перу?", policy={"safe": "haiku"})
    found = one(answer)
    assert chosen(answer) == HAIKU
    assert found["savings_vs_always_top"]["model"] == OPUS
    assert Fraction(found["savings_vs_always_top"]["saves_usd"]) > 0
    assert "strongest" not in found["why"]
    roles = [tuple(model["roles"]) for model in answer.body["policy"]["models"]]
    assert roles == [("simple", "safe"), ("moderate",), ("complex",)]


def test_the_reason_of_an_exam_question_names_no_learned_feature(ask: Ask) -> None:
    found = one(ask(task="Ann has 3 boxes of 12 eggs, and breaks 5 of them. How many are left?"))
    assert found["basis"] == "outcomes"
    assert "simple work of the kind calculation (confidence 0." in found["why"]


def test_more_quality_never_means_fewer_strong_calls(ask: Ask) -> None:
    wanted = ["0.8", "0.85", "0.9", "0.95", "0.99"]
    answers = [ask(policy={"quality": quality}).body["policy"]["thresholds"] for quality in wanted]
    levels = [float(answer["complex"]) for answer in answers]
    assert levels == sorted(levels, reverse=True)
    assert len(set(levels)) == len(levels)


@pytest.mark.parametrize(
    ("policy", "pointer"),
    [
        ({"quality": 0.9, "strong_share": 0.5}, "/policy/strong_share"),
        ({"quality": 1.1}, "/policy/quality"),
        ({"thresholds": {"moderate": 0.6, "complex": 0.5}}, "/policy/thresholds/moderate"),
        ({"thresholds": {"moderate": 0.6}}, "/policy/thresholds/complex"),
    ],
)
def test_a_dial_that_says_nothing_or_two_things_is_refused(
    ask: Ask, policy: dict[str, Any], pointer: str
) -> None:
    assert pointers(ask(policy=policy)) == [pointer]


# How long an answer is, and what is advised


WORDS = "Der Zug hat Verspätung, weil die Strecke gesperrt ist. " * 200


@pytest.mark.parametrize(
    "task",
    [
        f"Translate into English:\n\n{WORDS}",
        f"Fix the grammar of this text:\n\n{WORDS}",
        "Convert this JSON to CSV:\n\n" + json.dumps([{"id": n, "x": n * n} for n in range(900)]),
    ],
)
def test_what_transforms_a_text_has_an_answer_as_long_as_the_text(ask: Ask, task: str) -> None:
    found = one(ask(task=task))
    tokens = found["estimate"]["counting"]["input_tokens"]
    likely = found["expected_output"]
    assert 0.5 * tokens < likely["expected"] < 2 * tokens
    assert likely["expected"] < likely["high"] <= found["max_tokens"]


@pytest.mark.parametrize(
    ("body", "least"),
    [
        # What is transformed is not in the request: its size is unknown, sent or stated.
        ({"task": "Translate the attached manual into Spanish."}, 8_000),
        ({"task": "Übersetze das Handbuch im Anhang ins Englische."}, 8_000),
        ({"task": "添付の資料を英語に翻訳してください。"}, 8_000),
        ({"task": "Translate this letter into French.", "expected_input_tokens": 9_000}, 9_000),
        ({"task": "Convert 2,000 rows of JSON to CSV."}, 2_000 * 10),
        ({"task": "Translate the 40 pages into French."}, 40 * 500),
        # A word of a step in an open question makes it no step.
        (
            {
                "task": "Nos deux centres doivent continuer quand la liaison tombe."
                " Comment éviter les doublons ?"
            },
            2_000,
        ),
    ],
)
def test_max_tokens_does_not_cut_what_is_not_in_the_request(
    ask: Ask, body: dict[str, Any], least: int
) -> None:
    assert one(ask(**body))["max_tokens"] >= least


def test_a_short_step_on_a_short_text_stays_short(ask: Ask) -> None:
    for task in (
        "Translate into French: bread",
        "Sort these: 4 9 1",
        "How do you say dog in Welsh?",
    ):
        assert one(ask(task=task, expected_input_tokens=None))["max_tokens"] <= 512
    # The text is in the task, so that the rest of the input is not what is translated.
    found = one(ask(task="Translate into French: bread", expected_input_tokens=9_000))
    assert found["max_tokens"] <= 512


def test_a_label_is_a_few_tokens_and_a_stated_length_is_kept(ask: Ask) -> None:
    label = one(ask(task=f"Is this review positive or negative?\n\n{WORDS}"))["expected_output"]
    assert label["expected"] < 50
    post_ = one(ask(task="Write a blog post of 600 words on composting"))["expected_output"]
    assert 600 < post_["low"] < post_["expected"] < post_["high"] < 2000


def test_an_outage_is_not_a_periodic_report_and_one_word_no_bulk_translation(ask: Ask) -> None:
    for task in (
        "Users report that the login page is down right now",
        "Translate this word into French: bread",
    ):
        batch = one(ask(task=task))["batch"]
        assert batch["suitable"] is None
        assert batch["why"] == "Send `realtime`: false if no person waits for the answers."
    many = one(ask(task="Translate this word into French: bread", calls=50))["batch"]
    assert many["suitable"] is True
    assert "50 calls" in many["why"]
    assert Fraction(many["saves_usd"]) > 0


@pytest.mark.parametrize(
    "task",
    [
        "Our sourdough does not rise. Find out why.",
        "Twelve relatives who feud must sit at two tables. Work out a seating.",
        "The choir is out of tune, but only in the second verse. What is the cause?",
    ],
)
def test_no_tests_are_proposed_for_what_is_not_code(ask: Ask, task: str) -> None:
    cascade = one(ask(task=task))["cascade"]
    assert cascade["verifier"] is None
    assert cascade["suggested"] is False
    assert "tests" not in cascade["why"]


def test_the_schema_of_the_answer_decides_and_lengthens_it(ask: Ask) -> None:
    def form(fields: int) -> dict[str, Any]:
        properties = {f"field_{number}": {"type": "string"} for number in range(fields)}
        schema = {"type": "object", "properties": properties}
        return {"type": "json_schema", "json_schema": {"name": "invoice", "schema": schema}}

    text = "Blue Lamp Ltd\nLamp 12.00\nShade 8.50\nTotal 20.50"
    plain, small, large = (
        one(ask(task=text, **({"response_format": form(fields)} if fields else {})))
        for fields in (0, 3, 40)
    )
    assert plain["kind"] != "extraction"
    assert (small["kind"], large["kind"]) == ("extraction", "extraction")
    assert small["difficulty"] < large["difficulty"]
    assert large["expected_output"]["expected"] == 40 * 12
    codes = [{notice["code"] for notice in found["warnings"]} for found in (plain, small)]
    assert ["schema_support_not_known" in found for found in codes] == [False, True]


@pytest.mark.parametrize(
    "task",
    [
        "Summarise the attached 40-page contract.",
        "Proofread my 80,000-word novel.",
        "Übersetze das Handbuch ins Englische.",
    ],
)
def test_a_text_that_was_not_sent_is_not_priced_in_silence(ask: Ask, task: str) -> None:
    def warned(**fields: Any) -> bool:
        notices = one(ask(task=task, **fields))["warnings"]
        return "text_not_sent" in {notice["code"] for notice in notices}

    assert warned()
    assert not warned(expected_input_tokens=26_000)


def test_no_text_is_missed_where_it_is_in_the_task(ask: Ask) -> None:
    for task in ('Proofread this: "The letter of two pages."', "Write a report of 300 words."):
        assert "text_not_sent" not in {n["code"] for n in one(ask(task=task))["warnings"]}


def test_schemas_with_fractions_are_read(recommend: Handler) -> None:
    """``minimum: 0.5`` is in many schemas; its digits count as text of the prompt."""
    schema = {"type": "object", "properties": {"share": {"type": "number", "minimum": 0.5}}}
    tool = {"name": "set_share", "input_schema": schema}
    for more in ({"tools": [tool]}, {"response_format": {"type": "json_schema", "schema": schema}}):
        found = one(post(recommend, EVENT, {"task": "Set the share to a half", **more, **NOW}))
        assert found["status"] == "recommended"


@pytest.mark.parametrize(
    ("characters", "number", "status"), [(100_000, 20, 200), (100_001, 20, 422), (200_000, 1, 200)]
)
def test_what_all_tasks_share_is_limited_in_all(
    recommend: Handler, characters: int, number: int, status: int
) -> None:
    """A hundred tasks with the schemas of 400 tools took six seconds: each was read with all."""
    tasks = [f"Translate headline {each}" for each in range(number)]
    answer = post(recommend, EVENT, {"system": "a" * characters, "tasks": tasks, **NOW})
    assert answer.status == status
    if status == 422:
        assert answer.body["errors"] == [
            {
                "pointer": "/tasks",
                "detail": "would each be read with 100,001 characters of system, and the limit is"
                " 2,000,000 for all tasks together. Send fewer tasks at once.",
            }
        ]


def test_a_prompt_is_read_once_for_all_models(recommend: Handler) -> None:
    """And once more for the cost of a long answer, whose length follows from the choice."""
    with mock.patch("pricing.estimates.inputs.ReadPrompt.of", side_effect=ReadPrompt.of) as read:
        one(post(recommend, EVENT, {"task": "Translate it", "system": "Be brief. " * 9, **NOW}))
    assert read.call_count == 2
