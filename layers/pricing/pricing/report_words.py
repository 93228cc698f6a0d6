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
