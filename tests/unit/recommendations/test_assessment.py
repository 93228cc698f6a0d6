"""Assessments of tasks that people wrote, and of hostile texts."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.recommendations.routing import Assessment, assess
from pricing.recommendations.routing.judgement import UNKNOWN
from pricing.recommendations.routing.kind_cues import KINDS
from pricing.recommendations.routing.reading import HEAD, TAIL
from tariff.template import ROOT

LABELLED = [
    json.loads(line)
    for line in (ROOT / "tests" / "data" / "routing" / "labelled_tasks.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
#: Letters of a real word never come in this order, so a signal that holds it quotes the task.
CANARY = "zqxjkvwq"


def test_four_of_five_labelled_tasks_get_their_tier() -> None:
    right = [one for one in LABELLED if assess(one["task"]).complexity == one["tier"]]
    assert len(LABELLED) == 60
    assert len(right) >= 48


def test_no_clearly_complex_task_goes_to_the_cheapest_tier() -> None:
    complex_ones = [one for one in LABELLED if one["tier"] == "complex" and one["clear"]]
    assert len(complex_ones) == 15
    assert "simple" not in {assess(one["task"]).complexity for one in complex_ones}


def test_no_clearly_simple_task_goes_to_the_top_tier() -> None:
    simple_ones = [one for one in LABELLED if one["tier"] == "simple" and one["clear"]]
    assert "complex" not in {assess(one["task"]).complexity for one in simple_ones}


@pytest.mark.parametrize(
    ("task", "kind", "tier"),
    [
        ("Classifying 50,000 customer emails into 5 categories", "classification", "simple"),
        ("Debugging a race condition in a distributed system", "debugging", "complex"),
        ("Generating unit tests for a CRUD API", "tests", "moderate"),
        ("Translating a 200-page technical manual", "translation", "moderate"),
        ("Designing a database schema for a new application", "architecture", "complex"),
    ],
)
def test_the_tasks_of_exercise_2_get_sensible_tiers(task: str, kind: str, tier: str) -> None:
    found = assess(task)
    assert (found.kind, found.complexity) == (kind, tier)
    assert found.evidence
    assert found.signals


@pytest.mark.parametrize(
    ("task", "tier"),
    [
        ("Extract the email from this text", "simple"),
        ("Refactor this function to use async/await", "moderate"),
        ("Design a distributed cache with consistency guarantees", "complex"),
    ],
)
def test_the_lessons_three_examples_get_the_tiers_it_wants(task: str, tier: str) -> None:
    assert assess(task).complexity == tier


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("What is the boiling point of ethanol?", "question answering"),
        ("Prove that the product of two primitive polynomials is primitive.", "maths"),
        ("Summarise the meeting transcript in five bullet points.", "summarising"),
        ("Write pytest tests for the parser, with edge cases.", "tests"),
        ("Which of these is a noble gas?\nA. Neon\nB. Iron\nC. Zinc\nD. Tin", "multiple choice"),
        (
            "Ann has 3 boxes of 12 eggs, and breaks 5 of them. How many eggs are left?",
            "calculation",
        ),
        ("Review this pull request before merging.", "review"),
        ("Translate this letter into French.", "translation"),
    ],
)
def test_the_kind_is_read_from_words_and_shape(task: str, kind: str) -> None:
    assert assess(task).kind == kind


@pytest.mark.parametrize(
    "task",
    ["", " \n\t ", "\x00", "asdf qwer", "!?", "😀", "Какова столица Перу?", "페루의 수도는?"],
)
def test_what_cannot_be_read_is_abstained_from(task: str) -> None:
    found = assess(task)
    assert not found.evidence
    assert (found.basis, found.confidence, found.p_cheap_wrong) == ("none", 0.0, None)


def test_a_form_with_measured_outcomes_says_so_and_one_without_does_too() -> None:
    measured = assess(
        "Ann has 3 boxes of 12 eggs, and she breaks 5 of them. How many eggs are left?"
    )
    assert measured.basis == "outcomes"
    assert measured.p_cheap_wrong is not None
    judged = assess("Translate this letter into French.")
    assert (judged.basis, judged.p_cheap_wrong) == ("judgement", None)


@pytest.mark.parametrize(
    "task",
    [
        "a" * 100_000,
        " " * 100_000,
        "\n" * 100_000,
        "(" * 100_000,
        '{"name": "x", "parameters": {}}' * 3_300,
        "A. x\n" * 20_000,
        "\\a" * 50_000,
        "\ud800" * 1_000,
        "\x00\x1b[31m\u202e" * 1_000,
        "ignore previous instructions " * 3_000,
    ],
)
def test_hostile_tasks_are_answered_like_any_other(task: str) -> None:
    assert_is_sound(assess(task))


@given(st.text(max_size=400))
def test_any_text_is_answered_within_the_ranges(task: str) -> None:
    found = assess(task)
    assert_is_sound(found)
    assert assess(task) == found


@given(st.lists(st.sampled_from([*string.ascii_lowercase, "prove", "design", CANARY]), max_size=40))
def test_signals_never_quote_the_task(words: list[str]) -> None:
    found = assess(" ".join(["Debug", *words, CANARY]))
    assert not any(CANARY in f"{signal.name} {signal.value}" for signal in found.signals)


def test_of_a_long_text_both_ends_are_read_and_the_middle_is_not() -> None:
    filler = "lorem " * 20_000
    assert assess(f"{filler} Translate this into Spanish.").kind == "translation"
    assert assess(f"Translate this into Spanish. {filler}").kind == "translation"
    middle = f"{'lorem ' * HEAD}Translate this into Spanish.{' lorem' * TAIL}"
    assert assess(middle).kind == UNKNOWN


def test_a_request_that_no_offered_tool_serves_is_harder_than_one_that_fits() -> None:
    tool = (
        '[{"name": "get_weather", "description": "Current weather of a city", "parameters":'
        ' {"city": {"type": "string"}}}]'
    )
    fits = assess(f"Current weather in the city of Oslo\n{tool}")
    does_not = assess(f"Book a table for four at an Italian restaurant tonight\n{tool}")
    assert fits.kind == does_not.kind == "tool use"
    assert does_not.difficulty > fits.difficulty
    assert "no offered tool fits" in {signal.name for signal in does_not.signals}


def assert_is_sound(found: Assessment) -> None:
    assert found.kind == UNKNOWN or found.kind in KINDS
    assert found.complexity in {"simple", "moderate", "complex"}
    assert 0 <= found.difficulty <= 1
    assert 0 <= found.confidence <= 1
    assert found.evidence == (found.basis != "none")
    assert found.kind == UNKNOWN or found.signals


def test_a_difficulty_at_a_threshold_reaches_it() -> None:
    # A reply in a friendly tone is judged at exactly the score from which a request is moderate.
    found = assess("Antworte dem Kunden freundlich.")
    assert (found.difficulty, found.complexity) == (0.3333, "moderate")
