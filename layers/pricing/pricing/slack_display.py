"""Figures and strings as people read them: rounded for display, and inert.

Only here and on pages is money rounded; whatever computes, shares or repeats a figure has the
exact one.
"""

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal

from pricing.money import plain

CENTS = 2
SIGNIFICANT_DIGITS = 4
#: Rounds where an exact context would refuse; 60 digits hold the largest answer to the cent.
_ROUNDED = Context(prec=60, rounding=ROUND_HALF_EVEN)
_FOUR_DIGITS = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN)

ELLIPSIS = "…"
#: What Slack could read as markup, a mention or an entity, and the look-alike that is none.
_LOOK_ALIKES = str.maketrans(
    {"<": "‹", ">": "›", "&": "＆", "`": "ˋ", "*": "∗", "~": "∼"}  # noqa: RUF001 - on purpose
)
_MENTION = re.compile(r"(?<![0-9A-Za-z])[@#](?=\w)")
_MENTION_SIGNS = {"@": "＠", "#": "＃"}  # noqa: RUF001 - on purpose
_SCHEME = re.compile(r":(?=//)|(?<=mailto):|(?<=tel):", re.IGNORECASE)
_DOMAIN_DOT = re.compile(r"(?<=[\w-])\.(?=[^\W\d])")
_EMOJI = re.compile(r":(?=\S)")


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


def inert(text: str, limit: int = 3000) -> str:
    """Any string as one line that Slack shows and does nothing with, of at most ``limit``.

    Control characters, marks that turn the direction of writing and characters nobody sees are
    taken out; what could be markup, a mention, a link's scheme or an entity becomes a look-alike.
    """
    visible = "".join(
        " " if one.isspace() else one for one in text if one.isspace() or _is_visible(one)
    )
    shown = " ".join(visible.split()).translate(_LOOK_ALIKES)
    shown = _MENTION.sub(lambda found: _MENTION_SIGNS[found[0]], shown)
    shown = _SCHEME.sub("∶", shown)  # noqa: RUF001 - on purpose
    return shown if len(shown) <= limit else shown[: limit - 1] + ELLIPSIS


def inert_fallback(text: str, limit: int = 3000) -> str:
    """``inert`` for the one string of a message that Slack reads as mrkdwn."""
    shown = inert(text, limit).translate({ord("_"): "ˍ"})
    shown = _DOMAIN_DOT.sub("․", shown)  # noqa: RUF001 - on purpose
    return _EMOJI.sub("∶", shown)  # noqa: RUF001 - on purpose


def _is_visible(one: str) -> bool:
    """Neither a control or format character (Cc, Cf), a surrogate, private nor unassigned."""
    return not unicodedata.category(one).startswith("C")
