"""How reports show figures to people: the only place where they are rounded."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

from pricing.money import ZERO, plain

_SMALL = Context(prec=4, rounding=ROUND_HALF_EVEN)
_LARGE = Context(prec=60, rounding=ROUND_HALF_EVEN)


def shown_usd(amount: Decimal) -> str:
    """Two decimals from $1 up, four significant digits below: a cost is never ``$0.00``."""
    sign, size = "-" if amount < 0 else "", amount.copy_abs()
    if size == ZERO:
        return "$0"
    if size >= 1:
        return f"{sign}${_LARGE.quantize(size, Decimal('0.01')):,}"
    return f"{sign}${plain(_SMALL.plus(size))}"


def shown_percent(ratio: Decimal | None) -> str:
    """A ratio as a percentage of one decimal; a dash where there is none."""
    if ratio is None:
        return "–"  # noqa: RUF001 - an en dash is what a table shows for nothing
    percent = _LARGE.quantize(_LARGE.multiply(ratio, Decimal(100)), Decimal("0.1"))
    return f"{percent}%" if percent or not ratio else "<0.1%"


def shown_count(count: int) -> str:
    """Whole numbers with thousands apart; from a million up with three digits and a letter."""
    for size, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M")):
        if count >= size:
            tenths = Decimal(count) / Decimal(size)
            return f"{_LARGE.quantize(tenths, Decimal('0.01'))}{letter}"
    return f"{count:,}"


CENTS = 2
SIGNIFICANT_DIGITS = 4
#: Rounds where an exact context would refuse; 60 digits hold the largest answer to the cent.
_ROUNDED = Context(prec=60, rounding=ROUND_HALF_EVEN)
_FOUR_DIGITS = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN)


def usd(amount: Decimal) -> str:
    """Two decimals from $1 up, at most four significant digits below, never $0.00 for a cost."""
    sign, size = ("-" if amount < 0 else ""), amount.copy_abs()
    if size < 1:
        size = size.normalize(_FOUR_DIGITS)
    if size >= 1:
        return f"{sign}${_ROUNDED.quantize(size, Decimal('0.01')):,.2f}"
    whole, _, cents = plain(size).partition(".")
    return f"{sign}${whole}.{cents:0<{CENTS}}"


def price(usd_per_unit: Decimal) -> str:
    """A list price, exactly as published: what is quoted is not rounded."""
    whole, _, cents = plain(usd_per_unit).partition(".")
    return f"${int(whole):,}.{cents:0<{CENTS}}"


def count(number: Decimal | int) -> str:
    """A count with its thousands set apart."""
    return f"{int(number):,}"


def percent(ratio: Decimal) -> str:
    """A percentage to one decimal."""
    return f"{_ROUNDED.quantize(ratio, Decimal('0.1')):,f}%"


def times(ratio: Decimal) -> str:
    """A multiple to two decimals: ``2.50x``; four significant digits where that says nothing."""
    if ratio < 1:
        return f"{plain(ratio.normalize(_FOUR_DIGITS))}x"
    return f"{_ROUNDED.quantize(ratio, Decimal('0.01')):,f}x"


def age(seconds: int) -> str:
    """How long ago, in the largest unit that says something."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            number = seconds // length
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "just now" if seconds < 1 else f"{seconds} s ago"
