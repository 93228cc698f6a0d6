"""How figures are shown to people: rounded for display only, the same everywhere."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.display import age, count, counted, percent, price, times, usd


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("0.019", "$0.019"),
        ("0.5", "$0.50"),
        ("0.05250005", "$0.0525"),
        ("0.012345", "$0.01234"),  # half to even
        ("0.012355", "$0.01236"),
        ("0.00000012345678", "$0.0000001235"),
        ("0.0000000000000001", "$0.0000000000000001"),
        ("0.9999", "$0.9999"),
        ("0.99994", "$0.9999"),
        ("0.99996", "$1.00"),
        ("1", "$1.00"),
        ("1.005", "$1.00"),
        ("1.015", "$1.02"),
        ("1234.565", "$1,234.56"),
        ("19000000000000000000000000", "$19,000,000,000,000,000,000,000,000.00"),
        ("-0.019", "-$0.019"),
        ("-5.5", "-$5.50"),
    ],
)
def test_money_has_two_decimals_from_a_dollar_up_and_four_digits_below(
    amount: str, shown: str
) -> None:
    assert usd(Decimal(amount)) == shown


@given(st.decimals(min_value=Decimal("1e-30"), max_value=Decimal("1e30"), allow_nan=False))
def test_a_cost_is_never_shown_as_nothing_and_is_off_by_half_a_digit_at_most(
    amount: Decimal,
) -> None:
    shown, exact = Fraction(usd(amount).replace("$", "").replace(",", "")), Fraction(amount)

    assert shown > 0
    assert abs(shown - exact) <= (Fraction("0.005") if amount >= 1 else exact / 2000)


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        ("3", "$3.00"),
        ("0.0375", "$0.0375"),
        ("0.123456789", "$0.123456789"),
        ("1250.5", "$1,250.50"),
    ],
)
def test_a_list_price_is_quoted_and_not_rounded(rate: str, shown: str) -> None:
    assert price(Decimal(rate)) == shown


def test_ratios_and_percentages() -> None:
    assert [times(Decimal(one)) for one in ("0.025", "0.5", "1", "2.504", "18.75")] == [
        *("0.025x", "0.5x", "1.00x", "2.50x", "18.75x")
    ]
    shares = ("0.3275", "0", "-0.0404", "1", "12.5", "0.0005", "0.00051", "0.000001")
    assert [percent(Decimal(one)) for one in shares] == [
        *("32.8%", "0.0%", "-4.0%", "100.0%", "1,250.0%", "<0.1%", "0.1%", "<0.1%")
    ]
    assert percent(None) == "–"  # noqa: RUF001 - an en dash


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (999, "999"), (1000, "1,000"), (17_813_963, "17,813,963")]
)
def test_a_count_is_exact_with_thousands_apart(number: int, shown: str) -> None:
    assert count(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0 calls"), (1, "1 call"), (2, "2 calls"), (1200, "1,200 calls")]
)
def test_a_noun_is_singular_after_one_only(number: int, shown: str) -> None:
    assert counted(number, "call") == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        *((0, "just now"), (1, "1 s ago"), (59, "59 s ago"), (60, "1 minute ago")),
        *((3599, "59 minutes ago"), (3600, "1 hour ago"), (86_399, "23 hours ago")),
        *((86_400, "1 day ago"), (259_200, "3 days ago")),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(seconds: int, shown: str) -> None:
    assert age(seconds) == shown
