"""BM25 against the formula in floats, and what it must do to rank texts well."""

import math
from decimal import Decimal

import pytest

from pricing.plans.bm25 import bm25, words_of


def test_words_are_lower_case_parts_of_names_without_plurals_or_filler() -> None:
    text = "The parseHTTPHeader of snake_case, queries AND caches in src/http-2/x.py"
    assert list(words_of(text)) == [
        "parse", "http", "header", "snake", "case", "query", "cache", "src", "http", "2", "x", "py",
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["class", "status", "analysis", "gas"])
def test_words_that_only_look_like_plurals_stay(word: str) -> None:
    assert list(words_of(word)) == [word]


def test_scores_are_those_of_the_formula() -> None:
    texts = ["header parser", "header header footer", "table cell"]
    lengths, mean = [2, 3, 2], 7 / 3
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))

    def term(count: int, length: int) -> float:
        return count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / mean))

    expected = [idf * term(1, lengths[0]), idf * term(2, lengths[1]), 0]
    assert [float(one) for one in bm25("header", texts)] == pytest.approx(expected, abs=1e-12)


def test_a_rare_word_outweighs_a_common_one() -> None:
    rare, common, _ = bm25("frobnicate file", ["frobnicate here", "file here", "file there"])
    assert rare > common > 0


def test_a_long_text_gains_nothing_by_its_length() -> None:
    short, long = bm25("cache", ["cache policy", "cache " + "padding " * 200])
    assert short > long


def test_saying_a_word_twice_in_the_task_changes_nothing() -> None:
    texts = ["cache policy", "other words"]
    assert bm25("cache cache", texts) == bm25("cache", texts)


def test_no_shared_word_scores_exactly_nothing() -> None:
    assert bm25("unrelated", ["cache policy", ""]) == [Decimal(0), Decimal(0)]
    assert bm25("the of and", ["the of and"]) == [Decimal(0)]
    assert bm25("anything", []) == []
    assert bm25("cache", ["", ""]) == [Decimal(0), Decimal(0)]


def test_words_of_other_scripts_are_words_too() -> None:
    assert bm25("настройка кэша", ["настройка", "погода"])[0] > 0


def test_scores_have_at_most_twelve_places() -> None:
    (score, _) = bm25("cache", ["cache policy", "else"])
    assert -score.normalize().as_tuple().exponent <= 12  # type: ignore[operator]
