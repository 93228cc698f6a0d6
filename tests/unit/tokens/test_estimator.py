"""The text estimate: against real counts, and its behaviour at the edges of what text can be."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pricing.tokens.estimator import (
    GENERIC,
    NOTHING,
    TOKENIZERS,
    Features,
    TokenCount,
    estimate_features,
    estimate_tokens,
    exactly,
    features_of,
)

DATA = Path(__file__).parents[2] / "data" / "token_counts"
#: Any string at all: lone surrogates, NUL, combining marks and right-to-left text included.
ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=300)
PROSE = "The ferry leaves at noon, so bring a coat and something warm to drink. "
NAMES = st.sampled_from(sorted(TOKENIZERS))


def recorded(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


def tokens(text: str, tokenizer: str = "claude-2026") -> int:
    return estimate_tokens(text, tokenizer).tokens


@pytest.mark.parametrize("tokenizer", ["cl100k", "o200k", "gemini"])
def test_nine_in_ten_held_out_paragraphs_of_25_languages_are_in_the_band(tokenizer: str) -> None:
    true_counts = recorded("counts.json")["counts"][tokenizer]
    outside = []
    for language, (_, paragraph) in recorded("paragraphs.json").items():
        estimate = estimate_tokens(paragraph, tokenizer)
        if not estimate.low <= true_counts[language][1] <= estimate.high:
            outside.append(language)
    assert len(outside) <= 2, outside


@pytest.mark.parametrize("tokenizer", ["cl100k", "o200k"])
def test_paragraphs_are_estimated_three_times_better_than_by_a_quarter_of_the_characters(
    tokenizer: str,
) -> None:
    true_counts = recorded("counts.json")["counts"][tokenizer]
    ours, quarter = 0.0, 0.0
    for language, (_, paragraph) in recorded("paragraphs.json").items():
        true = true_counts[language][1]
        ours += abs(tokens(paragraph, tokenizer) - true) / true
        quarter += abs(len(paragraph) // 4 - true) / true
    assert 3 * ours < quarter


def test_real_counts_of_the_older_claude_tokenizer_are_in_the_band() -> None:
    samples = recorded("claude_2024.json")["samples"][1::2]
    inside = 0
    for sample in samples:
        estimate = estimate_features(Features(*sample["features"]), "claude-2024")
        inside += estimate.low <= sample["tokens"] <= estimate.high
    assert len(samples) == 44
    assert inside >= 41


def test_the_mean_error_on_real_claude_counts_is_under_fifteen_percent() -> None:
    samples = recorded("claude_2024.json")["samples"][1::2]
    errors = [
        abs(estimate_features(Features(*sample["features"]), "claude-2024").tokens - true) / true
        for sample in samples
        for true in [sample["tokens"]]
    ]
    assert sum(errors) / len(errors) < 0.15


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        # The documentation's 2.5 characters a token, give or take the band.
        (PROSE * 100, 7100 / 3.4, 7100 / 2.2),
        ("def area(width, height):\n    return width * height\n\n" * 100, 1400, 2900),
    ],
)
def test_the_newer_claude_tokenizer_has_about_two_and_a_half_characters_a_token(
    text: str, low: float, high: float
) -> None:
    assert low < tokens(text, "claude-2026") < high


@given(ANY_TEXT)
def test_the_newer_claude_tokenizer_never_counts_fewer_than_the_older(text: str) -> None:
    assert tokens(text, "claude-2026") >= tokens(text, "claude-2024")


def test_the_newer_claude_tokenizer_counts_a_quarter_to_a_half_more_english() -> None:
    ratio = tokens(PROSE * 50, "claude-2026") / tokens(PROSE * 50, "claude-2024")
    assert 1.25 < ratio < 1.5


@pytest.mark.parametrize("text", ["价格表", "Привет, мир", "مرحبا", "12345 67890", "🎉"])
def test_both_claude_tokenizers_count_other_scripts_and_digits_the_same(text: str) -> None:
    assert tokens(text, "claude-2026") == tokens(text, "claude-2024")


def test_an_empty_text_has_no_tokens() -> None:
    assert all(estimate_tokens("", name) == NOTHING for name in TOKENIZERS)
    assert TokenCount(0, 0, 0) == NOTHING


@given(ANY_TEXT.filter(bool), NAMES)
@example(" ", "cl100k")
def test_any_text_at_all_is_at_least_a_token_within_its_band(text: str, tokenizer: str) -> None:
    estimate = estimate_tokens(text, tokenizer)
    assert 1 <= estimate.low <= estimate.tokens <= estimate.high


@given(ANY_TEXT, ANY_TEXT, NAMES)
def test_more_text_is_never_fewer_tokens(first: str, second: str, tokenizer: str) -> None:
    joined = tokens(first + second, tokenizer)
    assert joined >= tokens(first, tokenizer)


@given(ANY_TEXT, ANY_TEXT, NAMES)
def test_joining_texts_costs_at_most_two_tokens_at_the_seam(
    first: str, second: str, tokenizer: str
) -> None:
    joined = tokens(first + second, tokenizer)
    assert joined <= tokens(first, tokenizer) + tokens(second, tokenizer) + 2


@pytest.mark.parametrize(
    ("text", "feature", "count"),
    [
        ("plain words here", "words", 3),
        ("camelCaseName", "words", 3),
        ("HTTPServer", "words", 1),
        ("straßeÉtat", "words", 1),
        ("a1b2", "words", 2),
        ("abcdefg", "long_parts", 0),
        ("abcdefgh", "long_parts", 1),
        ("abcdefgh ijklmnop", "long_parts", 2),
        ("ABCD", "capitals", 2),
        ("123", "digit_groups", 1),
        ("1234", "digit_groups", 2),
        ("123456", "digit_groups", 2),
        ("12 34", "digit_groups", 2),
        ("one two", "gaps", 0),
        ("one  two", "gaps", 1),
        ("\tone", "gaps", 1),
        (" " * 80, "gaps", 1),
        (" " * 82, "gaps", 2),
        ("\n\n\n", "line_ends", 1),
        ("\r\n", "line_ends", 1),
        ("a\nb\nc\n", "line_ends", 3),
        ("a, b; (c)", "punctuation_runs", 4),
        ("┌──┐", "punctuation_runs", 1),
        ("“quoted” \u2013 so", "typographic", 3),
        ("é", "accents", 1),
        ("\u00d7", "symbols", 1),
        ("Ελλάδα", "greek", 6),
        ("мир", "cyrillic", 3),
        ("שלום", "hebrew", 4),
        ("سلام", "arabic", 4),
        ("नमस्ते", "devanagari", 6),
        ("தமிழ்", "indic", 5),
        ("ไทย", "southeast_asian", 3),
        ("漢字", "han", 2),
        ("かな", "kana", 2),
        ("한글", "hangul", 2),
        ("\x00\u0301\ud800", "other", 3),
        ("🎉𝄞", "astral", 2),
    ],
)
def test_what_is_counted(text: str, feature: str, count: int) -> None:
    assert getattr(features_of(text), feature) == count


@given(ANY_TEXT)
def test_every_character_is_of_one_class(text: str) -> None:
    found = features_of(text)
    blank = sum(character in " \t\n\r" for character in text)
    characters = found.letters + found.digits + found.punctuation + sum(found[11:])
    assert characters + blank == len(text)


def test_whitespace_is_not_free() -> None:
    for text in ("\n" * 50, "\t" * 50, " " * 500):
        assert tokens(text) > 0


def test_hostile_repetition_is_counted_in_proportion() -> None:
    for unit in ("a", "7", "!", "漢", "🎉", "é", "\x00"):
        once, tenfold = tokens(unit * 1000), tokens(unit * 10_000)
        assert 9 * once <= tenfold <= 10 * once


def test_an_unknown_tokenizer_is_counted_as_the_generic_one() -> None:
    generic = estimate_tokens(PROSE, GENERIC)
    assert estimate_tokens(PROSE, "another") == estimate_tokens(PROSE, None) == generic


def test_the_band_is_wider_for_other_scripts_than_for_english() -> None:
    english, chinese = estimate_tokens(PROSE * 20, "o200k"), estimate_tokens("渡船" * 500, "o200k")
    assert english.high - english.low == pytest.approx(0.36 * english.tokens, rel=0.05)
    assert chinese.high - chinese.low == pytest.approx(0.70 * chinese.tokens, rel=0.05)


def test_counts_add_up_with_their_bands() -> None:
    total = TokenCount(10, 8, 13, "so") + exactly(7)
    assert total == TokenCount(17, 15, 20, "so")


@pytest.mark.parametrize("unit", ["a ", "a1", "  x", "\n\t", "漢é", "🎉 ", "ab" * 9 + "!"])
def test_time_grows_with_length_and_no_faster(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        best = float("inf")
        for _ in range(5):
            started = time.process_time()
            estimate_tokens(text, "claude-2026")
            best = min(best, time.process_time() - started)
        return best

    seconds(1 << 12)
    # Sixteen times the text; quadratic time would take 256 times as long.
    assert seconds(1 << 18) < 64 * max(seconds(1 << 14), 1e-4)
