"""Exact decimal money: no float, no silent rounding.

Every amount is a ``decimal.Decimal`` in USD. Arithmetic goes through ``EXACT``, whose
``Inexact`` trap turns any rounding into an error instead of a wrong last digit. Ratios are the
only results that are rounded: half-even at 12 places, in ``ratio`` and ``rounded``.
"""

import re
from collections.abc import Iterable
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from math import isqrt
from typing import Any

#: 120 digits hold the largest product the limits allow (10^12 tokens x 10^12 calls x a price).
EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
RATIO_PLACES = 12


def multiply(left: Decimal, right: Decimal) -> Decimal:
    """Return the exact product."""
    return EXACT.multiply(left, right)


def add(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum."""
    total = ZERO
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def divide_evenly(total: Decimal, parts: int) -> Decimal:
    """Return the exact quotient; raises decimal.Inexact if its decimals do not end."""
    return EXACT.divide(total, Decimal(parts))


def subtract(left: Decimal, right: Decimal) -> Decimal:
    """Return the exact difference."""
    return EXACT.subtract(left, right)


def per_million(quantity: Decimal, usd_per_mtok: Decimal) -> Decimal:
    """Return the USD for ``quantity`` tokens at a price per million tokens."""
    return EXACT.scaleb(EXACT.multiply(quantity, usd_per_mtok), -6)


def ratio(numerator: Decimal | int, denominator: Decimal | int) -> Decimal:
    """Return ``numerator / denominator``, computed in integers, rounded half-even at 12 places.

    Raises ZeroDivisionError when the denominator is zero.
    """
    top, top_scale = Decimal(numerator).as_integer_ratio()
    bottom, bottom_scale = Decimal(denominator).as_integer_ratio()
    dividend, divisor = top * bottom_scale * 10**RATIO_PLACES, top_scale * bottom
    if divisor < 0:
        dividend, divisor = -dividend, -divisor
    quotient, remainder = divmod(dividend, divisor)
    if 2 * remainder > divisor or (2 * remainder == divisor and quotient % 2):
        quotient += 1
    return EXACT.scaleb(Decimal(quotient), -RATIO_PLACES)


def share_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return ``part / whole``, or None if the whole is zero."""
    return ratio(part, whole) if whole else None


def percent_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return the part as a percentage of the whole, or None if the whole is zero."""
    return ratio(multiply(part, HUNDRED), whole) if whole else None


def whole_times(amount: Decimal, part: Decimal) -> int:
    """Return how many whole times a part that is not zero goes into an amount."""
    (top, top_scale), (bottom, bottom_scale) = amount.as_integer_ratio(), part.as_integer_ratio()
    return top * bottom_scale // (top_scale * bottom)


def plain(amount: Decimal) -> str:
    """Write a decimal without exponent or trailing zeros: ``Decimal("1.90E+1")`` is ``"19"``."""
    text = str(amount)
    if "E" in text:
        text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def as_decimal(value: Fraction) -> Decimal:
    """Return the exact decimal; one without end is rounded half-even at 12 places."""
    rest = value.denominator
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    if rest != 1:
        return rounded(value)
    places = max(twos, fives)
    digits = abs(value.numerator) * 10**places // value.denominator
    return Decimal((int(value < 0), tuple(map(int, str(digits))), -places))


def rounded(value: Fraction) -> Decimal:
    """Round half-even at 12 places, as every ratio is rounded."""
    return ratio(value.numerator, value.denominator)


def square_root(value: Fraction) -> Decimal:
    """Return the square root of a fraction of at least 0, rounded half up at 12 places."""
    scale = 10 ** (2 * RATIO_PLACES)
    doubled = isqrt(4 * scale * value.numerator // value.denominator)
    return ratio((doubled + 1) // 2, 10**RATIO_PLACES)


#: Currencies by the words that people write for them; others are named by their code.
CURRENCIES = {
    **dict.fromkeys(("euro", "euros", "€"), "EUR"),
    **dict.fromkeys(("pound", "pounds", "sterling", "£"), "GBP"),
    **dict.fromkeys(("yen", "¥"), "JPY"),
    **dict.fromkeys(("yuan", "renminbi", "rmb"), "CNY"),
    **dict.fromkeys(("rupee", "rupees", "₹"), "INR"),
    **dict.fromkeys(("franc", "francs"), "CHF"),
    **dict.fromkeys(("dollar", "dollars", "$", "us$", "us dollars"), "USD"),
}
#: A number as people write it, with its scale and what it counts. ``1.000`` is a thousand to some.
_WRITTEN = re.compile(
    r"\$? ?([1-9]\d{0,2}(?:[,_' \u2019\u00a0\u202f]\d{3})+|\d{1,15})"
    r"(\.(?:(?<=\b0\.)|(?!\d{3}(?: |$)))\d{1,12})?"
    r" ?(k|m|b|thousand|million|billion|%)? ?(?:tokens?|calls?|requests?|usd|dollars?)?",
    re.ASCII | re.IGNORECASE,
)
_SCALES = {"k": 3, "t": 3, "m": 6, "b": 9, "%": -2}


def meant(value: Any) -> str:
    """The number that was written in another way than JSON's, such as ``1.5M``; "" for none."""
    if isinstance(value, str) and (found := _WRITTEN.fullmatch(value.strip())):
        digits = Decimal(re.sub(r"\D", "", found[1]) + (found[2] or ""))
        value = digits.scaleb(_SCALES[found[3][0].lower()] if found[3] else 0)
    if not isinstance(value, Decimal) or not value.is_finite() or value.adjusted() > _LONGEST:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


#: A number without a currency, a share or a unit.
BARE = re.compile(
    r"[\d,_.' \u2019\u00a0\u202f]+?\s?(?:[km]|thousand|million|billion)?", re.ASCII | re.IGNORECASE
)
_IN_USD = re.compile(
    r"(?:(?:us)?\s?\$|usd(?=[\s\d]))?\s*(?P<amount>[^$]*?)\s?(?:usd|dollars?)?",
    re.ASCII | re.IGNORECASE,
)


def in_usd(text: str) -> str:
    """The number of an amount in US dollars, such as ``$1,000`` and ``5k USD``; "" for none."""
    found = _IN_USD.fullmatch(text.strip())
    return meant(found["amount"]) if found and BARE.fullmatch(found["amount"]) else ""


#: No number that is suggested has more digits than this.
_LONGEST = 18
