"""What a prompt could do without: found where it is, and not where it only looks like it."""

import time

import pytest

from pricing.plans.prompt_review import asks_for_prose, courtesies, repeated_blocks

BLOCK = "Every function has type hints and a docstring that says units."


def without(text: str) -> str:
    found = courtesies((text,))
    assert found is not None
    return found.texts[0]


@pytest.mark.parametrize(
    "phrase",
    [
        "Please",
        "Could you please",
        "I would really appreciate it if you could help me with something.",
        "I was wondering if you could",
        "What I'm hoping\nyou can do is",
        "take a look at it and let me know what you think?",
        "Thank you so much for your help with this!",
        "Thanks in advance!",
        "if you don't mind,",
        "Hello there,",
        "I hope this finds you well.",
    ],
)
def test_a_phrase_that_asks_nothing_is_a_courtesy(phrase: str) -> None:
    found = courtesies((f"{phrase} Sort the list.",))
    assert found is not None
    assert found.count == 1
    assert found.texts[0].strip() == "Sort the list."


@pytest.mark.parametrize(
    "text",
    [
        "I was pleased by the result.",
        "Add a thanksgiving filter to the calendar.",
        "Review this function for bugs and list the issues.",
        "```python\nprint('please, thank you')\n```",
        "```\nplease: an unfinished fence",
        "",
    ],
)
def test_plain_work_and_code_are_left_alone(text: str) -> None:
    assert courtesies((text,)) is None


def test_only_what_stands_outside_of_the_code_goes() -> None:
    text = "Please run:\n```\nplease()\n```\nThanks!"
    assert without(text) == " run:\n```\nplease()\n```\n"


def test_examples_are_short_and_each_stands_once() -> None:
    found = courtesies(("please " * 30 + "I hope this " + "x" * 75 + ".",))
    assert found is not None
    assert found.count == 31
    assert found.examples[0] == "please"
    assert len(found.examples) == 2
    assert all(len(one) <= 60 for one in found.examples)


def test_the_second_of_two_equal_blocks_is_the_one_too_many() -> None:
    text = f"{BLOCK}\n\nDo this.\n\n{BLOCK}\n\nDo that.\n"
    found = repeated_blocks((text,))
    assert found is not None
    assert (found.count, found.texts) == (1, (f"{BLOCK}\n\nDo this.\n\nDo that.\n",))


def test_blocks_repeat_across_texts_and_whatever_their_spacing() -> None:
    found = repeated_blocks((BLOCK, BLOCK.replace(" ", "\n")))
    assert found is not None
    assert found.texts == (BLOCK, "")


@pytest.mark.parametrize(
    "text", ["}\n\n}\n\n}", f"{BLOCK}\n\n{BLOCK} But not here.", "", "\n\n\n", "# Title\n\n# Title"]
)
def test_short_blocks_and_different_ones_do_not_repeat(text: str) -> None:
    assert repeated_blocks((text,)) is None


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("What do you think about this code?", "What do you think"),
        ("Is it good or bad?", "Is it good"),
        ("Tell me if there are any bugs.", "Tell me if"),
        ("What do you think? Answer in JSON.", None),
        ("Tell me what is wrong, in at most three words.", None),
        ("Sort the list.", None),
    ],
)
def test_an_open_question_without_a_form_for_its_answer_gets_prose(
    text: str, question: str | None
) -> None:
    assert asks_for_prose((text,)) == question


def test_a_form_stated_in_any_text_counts() -> None:
    assert asks_for_prose(("What do you think?", "Reply with a table.")) is None


@pytest.mark.parametrize(
    "unit", ["thank you ", "x", "i hope this ", "i would appreciate it if you ", "\n \n", "``` "]
)
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        started = time.process_time()
        for _ in range(3):
            courtesies((text,))
            repeated_blocks((text,))
            asks_for_prose((text,))
        return time.process_time() - started

    assert seconds(200_000) < 60 * seconds(10_000) + 0.05
