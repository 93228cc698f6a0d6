"""Money is exact or it is an error; a ratio is the one thing that is rounded."""

from decimal import Decimal, Inexact
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.money import add, divide_evenly, multiply, per_million, plain, ratio, subtract

amounts = st.decimals(
    min_value=-(10**18), max_value=10**18, allow_nan=False, allow_infinity=False, places=15
)
counts = st.integers(min_value=0, max_value=10**12)
TIE = 2 * 10**12  # n / TIE, n odd, lies halfway between two neighbours of 12 places


def half_even(value: Fraction) -> Fraction:
    """``value`` at 12 places: Fraction's own rounding is exact and to even."""
    return Fraction(round(value * 10**12), 10**12)


@given(amounts, amounts.filter(bool))
def test_a_ratio_is_the_exact_quotient_rounded_half_even_at_12_places(
    top: Decimal, bottom: Decimal
) -> None:
    assert Fraction(ratio(top, bottom)) == half_even(Fraction(top) / Fraction(bottom))


@given(st.integers(min_value=-(10**30), max_value=10**30))
def test_a_ratio_halfway_between_two_neighbours_goes_to_the_even_one(n: int) -> None:
    answer = Fraction(ratio(2 * n + 1, TIE)) * 10**12
    assert answer % 2 == 0
    assert abs(answer - Fraction(2 * n + 1, 2)) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("top", "bottom", "expected"),
    [
        (1, TIE, "0"),
        (3, TIE, "0.000000000002"),
        (5, TIE, "0.000000000002"),
        (-1, TIE, "0"),
        (-3, TIE, "-0.000000000002"),
        (3, -TIE, "-0.000000000002"),
        (10**12 + 1, 10**12 * TIE, "0.000000000001"),  # just above half
        (10**12 - 1, 10**12 * TIE, "0"),  # just below half
        (1, 3, "0.333333333333"),
        (2, 3, "0.666666666667"),
        (0, 7, "0"),
        (Decimal("0.1"), Decimal("0.4"), "0.25"),
    ],
)
def test_a_ratio_rounds_as_worked_out_by_hand(
    top: Decimal | int, bottom: Decimal | int, expected: str
) -> None:
    assert plain(ratio(top, bottom)) == expected


def test_a_ratio_to_nothing_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        ratio(1, 0)


@given(amounts, amounts)
def test_products_sums_and_differences_are_exact(left: Decimal, right: Decimal) -> None:
    assert Fraction(multiply(left, right)) == Fraction(left) * Fraction(right)
    assert Fraction(add([left, right, left])) == 2 * Fraction(left) + Fraction(right)
    assert Fraction(subtract(left, right)) == Fraction(left) - Fraction(right)


@given(counts, amounts)
def test_a_price_per_million_is_exact(tokens: int, usd_per_mtok: Decimal) -> None:
    exact = Fraction(tokens) * Fraction(usd_per_mtok) / 1_000_000
    assert Fraction(per_million(Decimal(tokens), usd_per_mtok)) == exact


def test_no_amounts_add_up_to_zero() -> None:
    assert plain(add([])) == "0"


def test_a_result_of_120_digits_is_exact_and_one_of_121_is_an_error() -> None:
    ones = Decimal("1" * 60)
    assert int(multiply(ones, Decimal("1" * 61))) == int("1" * 60) * int("1" * 61)
    with pytest.raises(Inexact):
        multiply(ones, Decimal("9" * 61))
    with pytest.raises(Inexact):
        add([Decimal("1e120"), Decimal(1)])
    assert int(add([Decimal("1e119"), Decimal(1)])) == 10**119 + 1
    with pytest.raises(Inexact):
        subtract(Decimal("1e121"), Decimal(1))


def test_a_quotient_that_has_no_end_is_an_error() -> None:
    assert plain(divide_evenly(Decimal("0.019"), 8)) == "0.002375"
    with pytest.raises(Inexact):
        divide_evenly(Decimal("0.019"), 3)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1.90E+1", "19"),
        ("1E+3", "1000"),
        ("1E-7", "0.0000001"),
        ("100", "100"),
        ("100.00", "100"),
        ("0.0525005", "0.0525005"),
        ("-2.50", "-2.5"),
        ("0", "0"),
        ("0.000", "0"),
        ("0E-12", "0"),
        ("0E+5", "0"),
    ],
)
def test_plain_notation_is_as_worked_out_by_hand(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e40", max_value="1e40").filter(
        bool
    )
)
def test_plain_notation_keeps_the_value_and_has_no_exponent_and_no_idle_zero(
    amount: Decimal,
) -> None:
    text = plain(amount)
    assert Fraction(text) == Fraction(amount)
    assert "E" not in text
    assert "." not in text or text[-1] not in "0."
