"""The renderings in docs/slack.md: the code's own answers, so that the page stays up to date.

They are written between the page's markers, as of the moment the bundled prices were published.
"""

import re

from pricing.slack.blocks import COMMAND, ephemeral, shared
from pricing.slack.cards.base import Card
from pricing.slack.dispatch import answer
from tariff.docs.examples import ConfirmedBooks, published
from tariff.generated_files import Check, update
from tariff.slack import rendered
from tariff.template import ROOT

PAGE = ROOT / "docs" / "slack.md"
#: Heading -> the command under it.
SHOWN = (
    ("A cost", "estimate sonnet 2k in 1k out 50k cached x100 batch"),
    ("A day's cost", "estimate opus 15k/3k x40 per day"),
    ("The same elsewhere", "compare opus vs sonnet vs haiku 2k in 1k out"),
    ("Whether to cache", "plan caching sonnet 10k prefix 500 in 300 out 60 per hour"),
    ("List prices", "prices haiku"),
    ("Which model", "route summarise this week's support tickets in three points"),
    ("Last month", "report"),
    ("A name with a typo", "estimate sonet 2k in 1k out"),
    ("Something that cannot be", "estimate opus 2k in fast batch"),
    ("Help", "help"),
)
_BETWEEN = re.compile(r"(<!-- renderings -->\n).*(<!-- /renderings -->)", re.DOTALL)


def card_of(text: str) -> Card:
    """The answer to a command at the moment the prices were published."""
    books = ConfirmedBooks(None)
    now = published()
    return answer(text, lambda reference: books.in_force(reference, now), now).card


def renderings() -> str:
    """Every shown command with its answer, as Markdown."""
    parts = [
        f"### {heading}\n\n`{COMMAND} {text}`\n\n"
        f"```text\n{rendered(ephemeral(card_of(text)))}\n```\n"
        for heading, text in SHOWN
    ]
    first = card_of(SHOWN[0][1])
    parts.append(
        "### After Share\n\nThe channel sees the same card, and who shared it.\n\n"
        f"```text\n{rendered(shared(first, 'local'))}\n```\n"
    )
    return "\n".join(parts)


def page(text: str) -> str:
    """The page with today's renderings."""
    return _BETWEEN.sub(lambda found: f"{found[1]}\n{renderings()}\n{found[2]}", text)


def generate(check: Check = False) -> int:
    """Render the answers to Slack commands in docs/slack.md."""
    rendered_page = page(PAGE.read_text(encoding="utf-8"))
    return update({PAGE: rendered_page.encode()}, "make slack-docs", check=check)
