"""The form of a text, which decides how much of its difficulty is learned and how much judged."""

import pytest

from pricing.recommendations.routing import assess
from pricing.recommendations.routing.assessment import judged_task
from pricing.recommendations.routing.difficulty import ScoreParts, shipped
from pricing.recommendations.routing.judgement import Judgement, Signal


def form(task: str) -> str:
    return judged_task(task)[1].form


@pytest.mark.parametrize(
    ("anyones", "own"),
    [
        (
            "Which is the smallest capital city in the European Union?",
            "Which capital city in the European Union should we open our branch in?",
        ),
        ("Why is the sky blue?", "Why is my sky picture blue?"),
        ("Who is liable for a fallen tree?", "Who is liable for our fallen tree?"),
    ],
)
def test_a_demanding_question_about_no_ones_affair_is_a_form_of_its_own(
    anyones: str, own: str
) -> None:
    assert (form(anyones), form(own)) == ("question", "request")


@pytest.mark.parametrize("task", ["Why is the sky blue?", "Why do stars twinkle?"])
def test_what_is_learned_does_not_make_an_open_question_simple(task: str) -> None:
    assert form(task) == "question"
    assert assess(task).complexity == "moderate"


def test_an_order_with_a_demand_is_a_request() -> None:
    assert form("Decide which tree is liable to fall.") == "request"


@pytest.mark.parametrize(
    ("country", "writer"),
    [
        ("In which US state is Las Vegas?", "Which of us lives in Las Vegas?"),
        ("what is the largest lake in the us", "which lake is the largest for us"),
    ],
)
def test_the_country_is_not_the_writer(country: str, writer: str) -> None:
    assert (form(country), form(writer)) == ("bare", "request")


@pytest.mark.parametrize(
    ("name", "form_"), [("The Old Man and the Sea", "bare"), ("The Old Man and " * 5, "request")]
)
def test_a_quoted_passage_counts_as_material_and_a_quoted_name_does_not(
    name: str, form_: str
) -> None:
    assert form(f'Who wrote "{name}"?') == form_


@pytest.mark.parametrize(("end", "form_"), [("", "bare"), (" heart.", "request")])
def test_a_long_statement_without_an_end_is_to_be_completed(end: str, form_: str) -> None:
    statement = (
        "In plants the xylem and the phloem move water and nutrients, and in people the organ"
        " with a similar function is the"
    )
    assert form(statement + end) == form_


@pytest.mark.parametrize(
    ("formulas", "form_"),
    [("$p$ heads in $k$ flips", "exam"), ("some heads in some flips", "request")],
)
def test_we_in_mathematics_is_not_a_writer_with_affairs_of_their_own(
    formulas: str, form_: str
) -> None:
    assert form(f"We flip 10 coins and see {formulas}. What is the number of tails?") == form_


@pytest.mark.parametrize(
    ("noun", "verb", "kind"),
    [
        ("What architect built the pyramid?", "Architect a billing platform.", "architecture"),
        (
            "Which programme was broadcast first?",
            "Write a programme that sorts lines.",
            "code generation",
        ),
    ],
)
def test_a_noun_of_another_trade_does_not_name_the_work(noun: str, verb: str, kind: str) -> None:
    assert judged_task(noun)[1].kind != kind
    assert judged_task(verb)[1].kind == kind


def learned(kind: str, shape: float) -> float:
    judged = Judgement(kind, "exam", (Signal("kind of work", kind, 0.0),))
    return shipped().learned(ScoreParts(shape, 0.0, []), judged)


def test_the_hardest_mathematics_is_not_set_above_hard_mathematics() -> None:
    assert learned("maths", -3.0) < learned("maths", -2.0) < learned("maths", 1.0)
    assert learned("maths", 1.0) == learned("maths", 3.0)
    assert learned("calculation", 1.0) < learned("calculation", 3.0)


def test_the_chance_of_a_wrong_answer_rises_with_the_hardest_mathematics() -> None:
    judged = Judgement("maths", "exam", (Signal("kind of work", "maths", 0.8),))
    weights = shipped()
    chances = [
        weights.p_cheap_wrong(weights.unbounded(ScoreParts(shape, 0.0, []), judged), "maths")
        for shape in (-3.0, 0.0, 1.0, 3.0)
    ]
    assert None not in chances
    assert chances == sorted(set(chances), key=lambda chance: chance or 0.0)
