"""The check of the table of explanations can fail, in each of the ways it is there for."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.differential.peers.answers import (
    FLOAT_TOLERANCE,
    Answer,
    AsIf,
    answer_as_if,
    is_same,
    tariff_answer,
)
from tests.differential.peers.cases import CHAT_SHAPES, CLAUDE_SHAPES, Case, Shape, Subject
from tests.differential.peers.explanations import Comparison, Explanation, problems, read

OPUS = Subject("anthropic/claude-opus-5", {}, "anthropic", {})
GPT = Subject("openai/gpt-4o", {}, "openai", {})


def case(shape: str, subject: Subject = OPUS) -> Case:
    shapes = CLAUDE_SHAPES if subject.format == "anthropic" else CHAT_SHAPES
    return Case(subject, shape, shapes[shape])


def compared(shape: str, peer: str | None, name: str = "genai-prices") -> Comparison:
    """Tariff's real answer with a peer's figure, or with an error where that is None."""
    other = Answer(None, "LookupError") if peer is None else Answer(Decimal(peer))
    return Comparison(case(shape), name, tariff_answer(case(shape)), other)


def explained(**changes: Any) -> Explanation:
    fields: dict[str, Any] = {
        "peer": "genai-prices",
        "kind": "rule",
        "right": "tariff",
        "models": ("anthropic/*",),
        "shapes": ("us",),
        "reason": "It does not read inference_geo.",
        "as_if": AsIf(without=("inference_geo",)),
    }
    return Explanation(**fields | changes)


US = compared("us", "0.035240")  # Tariff: 1.1 times that


def test_a_difference_that_its_explanation_predicts_is_accepted() -> None:
    assert list(problems([US], [explained()])) == []


def test_a_difference_without_an_explanation_fails() -> None:
    (problem,) = problems([US], [])
    assert problem == (
        "genai-prices, anthropic/claude-opus-5, us: Tariff $0.0387640, the peer $0.035240:"
        " not explained"
    )


def test_an_explanation_of_the_other_peer_does_not_count() -> None:
    said = list(problems([US], [explained(peer="litellm")]))
    assert "not explained" in said[0]
    assert "no difference is left to explain" in said[1]


def test_an_explanation_that_predicts_another_figure_fails() -> None:
    (problem,) = problems([compared("us", "0.035241")], [explained()])
    assert "not what the explanation predicts" in problem


def test_an_explanation_of_something_else_that_is_a_price_too_fails() -> None:
    (problem,) = problems([US], [explained(as_if=AsIf(searches=1))])
    assert "not what the explanation predicts" in problem


def test_two_explanations_of_one_difference_fail() -> None:
    (problem,) = problems([US], [explained(), explained(models=("*opus*",))])
    assert "explained twice" in problem


def test_an_explanation_that_covers_what_agrees_fails() -> None:
    same = compared("plain", "0.03524")
    (problem,) = problems([US, same], [explained(shapes=("us", "plain"))])
    assert "agree, yet it is explained" in problem


def test_an_explanation_of_nothing_fails() -> None:
    (problem,) = problems([], [explained()])
    assert problem.startswith("no difference is left to explain: genai-prices, anthropic/*")


def test_a_name_after_an_exclamation_mark_is_taken_out() -> None:
    assert explained(models=("anthropic/*", "!*opus*")).covers(US) is False
    assert explained(models=("!*haiku*", "anthropic/*")).covers(US) is True


@pytest.mark.parametrize(("says", "peer"), [("zero", "0"), ("error", None)])
def test_a_peer_without_an_answer_is_explained_by_what_it_says(says: str, peer: str | None) -> None:
    row = explained(shapes=("plain",), says=says, as_if=None)
    assert list(problems([compared("plain", peer)], [row])) == []
    (problem,) = problems([compared("plain", "0.01")], [row])
    assert "not what the explanation predicts" in problem


def test_two_refusals_agree_and_a_refusal_is_not_zero() -> None:
    refused = Answer(None, "refused")
    assert is_same("litellm", refused, Answer(None, "LookupError"))
    assert not is_same("litellm", refused, Answer(Decimal(0)))
    assert not is_same("litellm", Answer(Decimal(0)), refused)


def test_decimals_are_compared_to_the_digit_and_floats_to_fourteen() -> None:
    ours, theirs = Answer(Decimal(1)), Answer(Decimal(1) + FLOAT_TOLERANCE)
    assert is_same("litellm", ours, theirs)
    assert not is_same("genai-prices", ours, theirs)
    assert not is_same("litellm", ours, Answer(Decimal(1) + 2 * FLOAT_TOLERANCE))


# Another question, and its total by hand: opus-5 costs 5 and 25, 6.25 and 10 to write, 0.5 to read.
OTHERWISE: list[tuple[Case, AsIf, str]] = [
    (case("plain"), AsIf(), "0.03524"),
    (case("us"), AsIf(without=("inference_geo",)), "0.03524"),
    (case("batch"), AsIf(mode="standard"), "0.03524"),
    (case("batch"), AsIf(halved=True), "0.01762"),
    (case("fast"), AsIf(mode="standard"), "0.03524"),
    (case("web_search"), AsIf(searches=1), "0.04524"),
    (case("compaction"), AsIf(without=("iterations",)), "0.03524"),
    (case("advisor"), AsIf(advisor_at_own_model=True), "0.1106"),
    (case("cache_write_1h"), AsIf(moves={"cache_write_1h": "cache_write_5m"}), "0.21530875"),
    (case("plain"), AsIf(rates={"output": "10"}), "0.020105"),
    (case("plain"), AsIf(model="anthropic/claude-sonnet-5-5"), "0.014096"),
    (case("plain"), AsIf(tier={"above_tokens": 2_002, "input": "10", "output": "20"}), "0.04021"),
    (case("cache_write", GPT), AsIf(unpriced_as_plain=True), "0.1351425"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "as_if", "usd"), OTHERWISE)
def test_another_question_has_the_answer_a_hand_works_out(
    asked: Case, as_if: AsIf, usd: str
) -> None:
    assert answer_as_if(asked, as_if) == Answer(Decimal(usd))


def test_tariff_leaves_out_what_it_does_not_know_and_refuses_what_is_not_sold() -> None:
    assert tariff_answer(case("cache_write", GPT)) == Answer(None, "partial")
    assert tariff_answer(case("flex", GPT)) == Answer(None, "refused")
    assert answer_as_if(case("cache_write", GPT), AsIf()) == Answer(None, "partial")
    assert answer_as_if(case("flex", GPT), AsIf()) == Answer(None, "refused")


def test_a_tier_is_taken_away() -> None:
    haiku = Subject("anthropic/claude-haiku-5-5", {}, "anthropic", {})
    over = Case(haiku, "over", Shape("", {"input_tokens": 100_001, "output_tokens": 0}))
    assert answer_as_if(over, AsIf()) == Answer(Decimal("0.0500005"))
    assert answer_as_if(over, AsIf(tier={"above_tokens": 0})) == Answer(Decimal("0.0100001"))


WHOLE = {
    "peer": '"litellm"',
    "kind": '"rule"',
    "right": '"tariff"',
    "models": '["@all"]',
    "shapes": '["us"]',
    "reason": '"Because."',
    "as_if": '{ mode = "standard" }',
}


def written(folder: Path, row: Mapping[str, str]) -> Path:
    path = folder / "explanations.toml"
    lines = "\n".join(f"{name} = {value}" for name, value in row.items())
    path.write_text(f'[groups]\n"@all" = ["*", "!x/*"]\n[[explanation]]\n{lines}\n')
    return path


def test_a_row_is_read_with_its_groups(tmp_path: Path) -> None:
    (row,) = read(written(tmp_path, WHOLE))
    assert (row.models, row.as_if) == (("*", "!x/*"), AsIf(mode="standard"))


@pytest.mark.parametrize(
    "change",
    [
        {"peer": '"tokencost"'},
        {"kind": '"magic"'},
        {"right": '"both"'},
        {"says": '"zero"'},  # in addition to as_if
    ],
)
def test_a_row_that_means_nothing_is_an_error(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"no such|either"):
        read(written(tmp_path, WHOLE | change))


def test_a_row_that_says_nothing_is_an_error(tmp_path: Path) -> None:
    row = {name: value for name, value in WHOLE.items() if name != "as_if"}
    with pytest.raises(ValueError, match="either says or as_if"):
        read(written(tmp_path, row))


def test_an_as_if_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="sideways"):
        read(written(tmp_path, WHOLE | {"as_if": "{ sideways = true }"}))
