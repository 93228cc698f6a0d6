"""A length that a task states is the length of its answer."""

import pytest

from pricing.recommendations.output import expected_output
from pricing.recommendations.routing import assess


@pytest.mark.parametrize(
    ("task", "tokens"),
    [
        ("Write 200 words about snow.", 280),  # 1.4 tokens a word
        ("Write a 2,000-word blog post about composting.", 2800),
        ("Proofread my 80,000-word novel.", 112_000),
        ("Schreibe einen Artikel mit 1.500 Wörtern über Bienen.", 2100),
        ("写一篇关于蜜蜂的1500字文章。", 1500),
        ("Draft a birthday card for my boss, two sentences.", 60),  # 30 tokens a sentence
        ("Erkläre das in drei Sätzen.", 90),
        ("Explain in 3 paragraphs why bees matter.", 360),
        ("Summarise the attached 40-page contract in half a page.", 325),
        ("Write the answer in exactly 4 lines.", 80),
    ],
)
def test_a_stated_length_is_expected_in_any_unit(task: str, tokens: int) -> None:
    assert expected_output(task, assess(task)).expected == tokens


@pytest.mark.parametrize(
    "task",
    [
        "Summarise the attached 40-page contract.",
        "Put the first page of the report in order.",
        "Give me a word for snow.",
        "Summarise this article of 3,000 words.",
    ],
)
def test_the_length_of_the_material_is_not_that_of_the_answer(task: str) -> None:
    found = expected_output(task, assess(task))
    assert found.low < found.expected < found.high
    assert found.high <= 3000


def test_no_answer_is_expected_to_have_no_tokens() -> None:
    for count in ("10", "99", "100", "1,000", "10,000", "100,000"):
        assert expected_output(f"Write {count} words.", assess("Write a text.")).low > 0
