"""The measuring of the token estimate: its statistics, its fit, and what it may look at."""

import pytest

from bench.tokens.calibrate import FLOORS, Observation, claude_samples, fit, grown
from bench.tokens.corpora import corpora, paragraphs
from bench.tokens.measure import Case, errors
from pricing.tokens.estimator import Features

#: 100 words of 6 letters: 100 x 0.342 + 600 x 0.155 = 127.2 tokens for o200k.
WORDS = Features(words=100, letters=600)


def case(tokens: int, characters: int = 400) -> Case:
    return Case("made up", WORDS, characters, tokens)


def test_errors_are_percentages_of_the_true_count() -> None:
    found = errors("o200k", [case(128), case(64), case(160)])
    assert found.texts == 3
    assert found.mean == pytest.approx((0 + 100 + 20) / 3)
    assert found.bias == pytest.approx((0 + 100 - 20) / 3)
    assert found.p95 == pytest.approx(100)
    # A quarter of 400 characters is 100.
    assert found.mean_of_quarter == pytest.approx(100 * (28 / 128 + 36 / 64 + 60 / 160) / 3)


def test_a_count_is_in_the_band_up_to_its_ends_and_not_beyond() -> None:
    # 128 tokens, 18% either way rounded up is 24, and 2 for small texts: 102 to 154.
    inside = errors("o200k", [case(102), case(154)])
    outside = errors("o200k", [case(101), case(155)])
    assert (inside.in_band, outside.in_band) == (100, 0)


def test_the_fit_finds_the_weights_that_made_the_counts() -> None:
    observations = [
        Observation(Features(words=words, letters=letters), 0.5 * words + 0.125 * letters, 1)
        for words, letters in [(10, 30), (10, 90), (50, 200), (7, 70), (40, 130)]
    ]
    weights = fit(observations)
    assert (weights.words, weights.letters) == (500, 125)


def test_the_fit_keeps_to_the_floors_where_it_has_seen_nothing() -> None:
    weights = fit([Observation(WORDS, 100, 1)])
    assert weights.gaps == FLOORS.gaps == 300


def test_growth_multiplies_what_it_names_and_leaves_the_rest() -> None:
    weights = grown(Features(words=700, letters=81, han=1195), Features(words=1500, letters=1500))
    assert weights == Features(words=1050, letters=121, han=1195)


def test_there_is_something_to_measure_on_everywhere() -> None:
    assert {"documentation", "python", "json, minified"} <= corpora().keys()
    assert all(len(texts) >= 2 for texts in corpora().values())
    assert all(len(texts) == 2 for texts in paragraphs().values())
    assert len(claude_samples()) == 89
