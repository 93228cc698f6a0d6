"""Text made harmless for Slack: no markup, no mention, no link, no hidden character.

This is the one place that decides it, for cards and for notices. Slack decodes entities in some
kinds of text and not in others, so what could be active is replaced by a look-alike that reads
the same in all of them. The report page needs nothing of this: its template escapes every value.
"""

import re
import unicodedata

ELLIPSIS = "…"
_LOOK_ALIKES = str.maketrans(
    {"<": "‹", ">": "›", "&": "＆", "`": "ˋ", "*": "∗", "~": "∼"}  # noqa: RUF001 - on purpose
)
_MENTION = re.compile(r"(?<![0-9A-Za-z])[@#](?=\w)")
_MENTION_SIGNS = {"@": "＠", "#": "＃"}  # noqa: RUF001 - on purpose
_SCHEME = re.compile(r":(?=//)|(?<=mailto):|(?<=tel):", re.IGNORECASE)
_DOMAIN_DOT = re.compile(r"(?<=[\w-])\.(?=[^\W\d])")
_EMOJI = re.compile(r":(?=\S)")


def inert(text: str, limit: int = 3000, *, mrkdwn: bool = False) -> str:
    """Return ``text`` as one line of at most ``limit`` characters that Slack only shows.

    Control, format and other invisible characters (Unicode categories C*) are removed. Characters
    that begin markup, a mention, a link's scheme or an entity become look-alikes. With ``mrkdwn``,
    for text that Slack formats, so do underscores, the dots of domain names and every colon that
    could begin an emoji.
    """
    visible = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    shown = " ".join(visible.split()).translate(_LOOK_ALIKES)
    shown = _MENTION.sub(lambda found: _MENTION_SIGNS[found[0]], shown)
    shown = _SCHEME.sub("∶", shown)  # noqa: RUF001 - on purpose
    if len(shown) > limit:
        shown = shown[: limit - 1] + ELLIPSIS
    if not mrkdwn:
        return shown
    shown = _DOMAIN_DOT.sub("․", shown.replace("_", "ˍ"))  # noqa: RUF001 - on purpose
    return _EMOJI.sub("∶", shown)  # noqa: RUF001 - on purpose
