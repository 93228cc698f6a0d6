"""Figures and strings as people read them: rounded for display, and inert.

Only here and on pages is money rounded; whatever computes, shares or repeats a figure has the
exact one.
"""

import re
import unicodedata

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
