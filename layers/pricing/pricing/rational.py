"""Expected values as fractions: products of rates and money, exact until they are written down."""

from decimal import Decimal
from fractions import Fraction
from math import isqrt

from pricing.money import RATIO_PLACES, ratio


def written(value: Fraction) -> Decimal:
    """The exact decimal; of a fraction that has none, the one rounded half-even at 12 places."""
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
    """Rounded half-even at 12 places, as every ratio is."""
    return ratio(value.numerator, value.denominator)


def square_root(value: Fraction) -> Decimal:
    """The square root of a fraction from 0 up, rounded half up at 12 places."""
    scale = 10 ** (2 * RATIO_PLACES)
    doubled = isqrt(4 * scale * value.numerator // value.denominator)
    return ratio((doubled + 1) // 2, 10**RATIO_PLACES)
