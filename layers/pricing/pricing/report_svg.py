"""The charts of a report as inline SVG. Their text is HTML beside them, so it never shrinks.

Positions are percentages of whatever width there is: one drawing serves a phone, a screen and a
sheet of paper. Only drawing rounds; every bar's title has the figure it stands for.
"""

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from pricing.money import ZERO, add, ratio
from pricing.report_words import shown_usd

#: Colours a chart tells apart; the last is for all others. The page's style names them.
COLOURS = 8


def bar(size: Decimal, of: Decimal, colour: int = 0, start: Decimal = ZERO) -> str:
    """One horizontal bar from ``start``, as parts of the largest amount."""
    left, width = _percent(start, of), _percent(size, of)
    return (
        f'<svg class="bar" aria-hidden="true"><rect class="c{colour}" x="{left}%" width="{width}%"'
        ' height="100%" rx="2"/></svg>'
    )


def stacked(
    columns: Sequence[tuple[str, Sequence[Decimal]]], names: Sequence[str], label: str
) -> str:
    """Columns over time, each a stack of the named series from the bottom up."""
    highest = max((add(parts) for _, parts in columns), default=ZERO)
    drawn = []
    step = ratio(100, max(len(columns), 1))
    for number, (when, parts) in enumerate(columns):
        below = ZERO
        for series, amount in enumerate(parts):
            if not amount:
                continue
            height = _percent(amount, highest)
            top = _rounded(Decimal(100) - _exact_percent(below + amount, highest))
            title = f"{when}: {names[series]} {shown_usd(amount)}"
            drawn.append(
                f'<rect class="c{series}" x="{_rounded(step * number)}%" y="{top}%"'
                f' width="{_rounded(step * Decimal("0.86"))}%" height="{height}%">'
                f"<title>{escape(title)}</title></rect>"
            )
            below += amount
    return f'<svg class="columns" role="img" aria-label="{escape(label)}">{"".join(drawn)}</svg>'


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return _rounded(_exact_percent(part, whole))


def _exact_percent(part: Decimal, whole: Decimal) -> Decimal:
    return ratio(part * 100, whole) if whole > 0 else ZERO


def _rounded(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal("0.01")).normalize() if percent else ZERO
