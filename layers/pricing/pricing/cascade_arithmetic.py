"""What a cascade costs on average: fractions in, fractions out.

``paid`` is what a request pays at each stage, its attempt and the check of it; ``passes`` is the
share of the requests reaching the stage that end there, 1 on the last.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from operator import mul

ZERO, ONE = Fraction(0), Fraction(1)


def reached(passes: Sequence[Fraction]) -> list[Fraction]:
    """The share of all requests that reaches each stage; the first is reached by all."""
    return list(accumulate((ONE - one for one in passes[:-1]), mul, initial=ONE))


def expected_cost(paid: Sequence[Fraction], passes: Sequence[Fraction]) -> Fraction:
    """What a request costs on average."""
    return sum(map(mul, reached(passes), paid), ZERO)


def variance(paid: Sequence[Fraction], passes: Sequence[Fraction]) -> Fraction:
    """Of one request's cost: it ends at each stage with some probability, having paid so far."""
    ends = map(mul, reached(passes), passes)
    squares = (so_far**2 for so_far in accumulate(paid))
    return sum(map(mul, ends, squares), ZERO) - expected_cost(paid, passes) ** 2


def pays_from(paid: Fraction, follows: Fraction) -> Fraction | None:
    """The pass rate past which a stage saves more of what follows than it costs; None: none does.

    ``paid + (1 - p) x follows < follows`` where ``p > paid / follows``.
    """
    return paid / follows if follows and paid <= follows else None


def break_even(
    paid: Sequence[Fraction], passes: Sequence[Fraction], direct: Fraction
) -> Fraction | None:
    """The first stage's pass rate at which the whole costs ``direct``; None: none is enough."""
    follows = expected_cost(paid[1:], passes[1:])
    if paid[0] > direct or not follows:
        return None
    return max(ONE - (direct - paid[0]) / follows, ZERO)
