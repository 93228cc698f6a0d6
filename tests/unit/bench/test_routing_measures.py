"""Routing quality, against figures worked out by hand."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.routing.measures import apgr, apgr_interval, cpt, pgr_curve

# The strong model gains on the first two of four tasks.
CHEAP, STRONG = [0, 0, 1, 1], [1, 1, 1, 1]
BEST, WORST, TIED = [4, 3, 2, 1], [1, 2, 3, 4], [7, 7, 7, 7]


def test_the_curve_counts_what_each_strong_call_gained() -> None:
    assert pgr_curve(BEST, CHEAP, STRONG) == [0, 0.5, 1, 1, 1]


def test_apgr_is_the_trapezoid_over_eleven_points() -> None:
    # Heights at c = 0, .1 ... 1: 0, .2, .4, .6, .8, then 1 six times; less half of both ends.
    assert apgr(BEST, CHEAP, STRONG) == pytest.approx(0.75)
    assert apgr(WORST, CHEAP, STRONG) == pytest.approx(0.25)


def test_tied_scores_are_a_random_order() -> None:
    assert apgr(TIED, CHEAP, STRONG) == pytest.approx(0.5)
    assert cpt(TIED, CHEAP, STRONG, 0.8) == pytest.approx(0.8)


@pytest.mark.parametrize(("q", "share"), [(0, 0), (0.25, 0.125), (0.5, 0.25), (1, 0.5)])
def test_cpt_is_the_first_share_of_calls_that_reaches_the_quality(q: float, share: float) -> None:
    assert cpt(BEST, CHEAP, STRONG, q) == pytest.approx(share)


def test_cpt_crosses_once_even_where_the_strong_model_loses_again() -> None:
    # Gains in order: 1, -1, 1. The curve is 0, 1, 0, 1.
    assert cpt([3, 2, 1], [0, 1, 0], [1, 0, 1], 1.0) == pytest.approx(1 / 3)


@pytest.mark.parametrize("strong", [[0, 0, 1, 1], [0, 0, 0, 0]])
def test_there_is_nothing_to_measure_if_the_strong_model_is_not_better(strong: list[float]) -> None:
    assert pgr_curve(BEST, CHEAP, strong) is None
    assert apgr(BEST, CHEAP, strong) is None
    assert cpt(BEST, CHEAP, strong, 0.5) is None
    assert apgr_interval(BEST, CHEAP, strong) is None


def test_the_interval_holds_the_value_and_is_the_same_every_time() -> None:
    chance = Random(1)  # noqa: S311 - made data
    scores = [chance.random() for _ in range(300)]
    cheap = [float(chance.random() > score) for score in scores]
    strong = [1.0] * 300
    measured = apgr_interval(scores, cheap, strong)
    assert measured is not None
    assert 0.5 < measured.low < measured.value < measured.high
    assert apgr_interval(scores, cheap, strong) == measured


outcomes = st.lists(
    st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), min_size=1, max_size=30
)


@given(outcomes)
def test_a_score_and_its_opposite_add_up_to_one(rows: list[tuple[int, bool, bool]]) -> None:
    scores, cheap, strong = map(list, zip(*rows, strict=True))
    value = apgr(scores, cheap, strong)
    other = apgr([-score for score in scores], cheap, strong)
    assert (value is None) == (other is None)
    if value is not None and other is not None:
        assert value + other == pytest.approx(1)


@given(outcomes)
def test_only_the_order_of_scores_counts(rows: list[tuple[int, bool, bool]]) -> None:
    scores, cheap, strong = map(list, zip(*rows, strict=True))
    assert apgr([3 * score + 7 for score in scores], cheap, strong) == apgr(scores, cheap, strong)
