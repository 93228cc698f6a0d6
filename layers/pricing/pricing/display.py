"""How figures are shown to people, in Slack and on the report page alike.

Money is rounded here and nowhere else: JSON and CSV answers hold exact amounts.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal

from pricing.money import plain

CENTS = 2
SIGNIFICANT_DIGITS = 4
#: Rounds where the exact context would refuse; 60 digits hold the largest answer to the cent.
_ROUNDED = Context(prec=60, rounding=ROUND_HALF_EVEN)
_FOUR_DIGITS = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN)

#: Unicode's bidirectional controls that put following text into another order.
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: These, and the marks, which texts in Arabic and Hebrew have.
BIDIRECTIONAL = REORDERING | frozenset("\u061c\u200e\u200f")


def in_order(text: str) -> str:
    """Text that is shown in the order in which it is written, whatever a name holds."""
    return "".join(letter for letter in text if letter not in BIDIRECTIONAL)


def usd(amount: Decimal) -> str:
    """A cost in USD: ``$1,234.50``, ``$0.50``, ``$0.00000123``.

    Two decimals from $1 up, at most four significant digits below: a cost is never ``$0.00``.
    """
    sign, size = ("-" if amount < 0 else ""), amount.copy_abs()
    if size < 1:
        size = size.normalize(_FOUR_DIGITS)
    return sign + price(_ROUNDED.quantize(size, Decimal("0.01")) if size >= 1 else size)


def price(usd_per_unit: Decimal) -> str:
    """A list price exactly as published, with two decimals at least: ``$3.00``, ``$0.0375``."""
    whole, _, cents = plain(usd_per_unit).partition(".")
    return f"${int(whole):,}.{cents:0<{CENTS}}"


def count(number: Decimal | int) -> str:
    """A whole number with thousands separators: ``1,234,567``."""
    return f"{int(number):,}"


def counted(number: Decimal | int, noun: str) -> str:
    """A count with its noun: ``1 call``, ``1,200 calls``."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def percent(ratio: Decimal | None) -> str:
    """A ratio as a percentage to one decimal: 0.3275 is ``32.8%``; an en dash for None."""
    if ratio is None:
        return "–"  # noqa: RUF001 - what a table shows for no value
    shown = _ROUNDED.quantize(_ROUNDED.scaleb(ratio, 2), Decimal("0.1"))
    return f"{shown:,f}%" if shown or not ratio else "<0.1%"


def times(ratio: Decimal) -> str:
    """A multiple: ``2.50x`` from 1 up, at most four significant digits below."""
    if ratio < 1:
        return f"{plain(ratio.normalize(_FOUR_DIGITS))}x"
    return f"{_ROUNDED.quantize(ratio, Decimal('0.01')):,f}x"


def age(seconds: int) -> str:
    """How long ago, in the largest whole unit: ``3 days ago``, ``just now``."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return f"{counted(seconds // length, unit)} ago"
    return "just now" if seconds < 1 else f"{seconds} s ago"
