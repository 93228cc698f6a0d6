"""A card as a Slack message: Block Kit from slack_sdk's models, within Slack's limits.

Every string goes through ``inert`` here, Tariff's own included, into ``plain_text`` or
``raw_text``, in which Slack reads no markup. The one string that Slack may read as mrkdwn is
``text``, which notifications show.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec, module_from_spec
from typing import Any
from urllib.parse import urlencode

from pricing.slack.cards.base import Card, Table, footer
from pricing.slack.formatting import inert
from pricing.slack.requests import SHARE

COMMAND = "/tariff"
HEADER = 150
SECTION = 3000
FIELDS = 10
CONTEXT_ELEMENTS = 10
BUTTON_VALUE = 2000
URL = 3000
TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARACTERS = 100, 20, 10_000
#: Not limits of Slack, but what is readable.
_CELL, _NOTE, _TEXT, _EXAMPLE = 80, 300, 2000, 400
_EMPTY = "–"  # noqa: RUF001 - an en dash

Message = dict[str, Any]


def ephemeral(card: Card, page_url: str = "") -> Message:
    """The answer to a command, for its sender only, with its buttons.

    ``page_url`` is the page that shows estimates; without it there is no link.
    """
    blocks = [*_body(card), *_actions(card, page_url)]
    return {"response_type": "ephemeral", **_message(card, blocks)}


def shared(card: Card, user: str) -> Message:
    """The same card for the whole channel, with the name of who shared it."""
    by = f"Shared by {user} with {COMMAND}" if user else f"Shared with {COMMAND}"
    return {
        "response_type": "in_channel",
        "replace_original": False,
        **_message(card, [*_body(card), _context([by])]),
    }


def private(card: Card) -> Message:
    """A card sent later, for one person only."""
    return {**ephemeral(card), "replace_original": False}


def _message(card: Card, blocks: Sequence[Any]) -> Message:
    headline = ": ".join(text for text in (card.title, card.text) if text)
    return {
        "text": inert(headline, HEADER * 2, mrkdwn=True) or _EMPTY,
        "mrkdwn": False,
        "blocks": [block.to_dict() for block in blocks],
    }


def _body(card: Card) -> list[Any]:
    sdk = _models()
    blocks = [sdk.HeaderBlock(text=_plain(card.title, HEADER))]
    if card.text:
        blocks.append(sdk.SectionBlock(text=_plain(card.text, _TEXT)))
    if card.facts:
        facts = [_plain(f"{name}: {value}", _NOTE) for name, value in card.facts[:FIELDS]]
        blocks.append(sdk.SectionBlock(fields=facts))
    if card.table:
        blocks.append(_table(card.table))
    if card.examples:
        lines = [inert(f"{COMMAND} {example}", _EXAMPLE) for example in card.examples]
        label = "Try:" if len(lines) == 1 else "For example:"
        text = sdk.PlainTextObject(text="\n".join([label, *lines])[:SECTION], emoji=False)
        blocks.append(sdk.SectionBlock(text=text))
    notes = list(card.notes)
    if card.pricing:
        notes = [*notes[: CONTEXT_ELEMENTS - 1], footer(card.pricing)]
    if notes:
        blocks.append(_context(notes))
    return blocks


def _actions(card: Card, page_url: str) -> list[Any]:
    sdk = _models()
    buttons = []
    if card.share and len(card.share) <= BUTTON_VALUE:
        buttons.append(
            sdk.ButtonElement(text=_plain("Share", HEADER), action_id=SHARE, value=card.share)
        )
    link = f"{page_url}/?{urlencode(card.page)}"
    if page_url and card.page and len(link) <= URL:
        text = _plain("Open the page", HEADER)
        buttons.append(sdk.ButtonElement(text=text, action_id="open", url=link))
    return [sdk.ActionsBlock(elements=buttons)] if buttons else []


def _table(table: Table) -> Any:
    """A table of at most 100 rows, 20 columns and 10,000 characters; other rows are counted."""
    sdk = _models()
    rows = [table.head, *table.rows]
    width = min(len(table.head), TABLE_COLUMNS)
    cells = [[inert(text, _CELL) or _EMPTY for text in row[:width]] for row in rows]
    fitting: list[list[str]] = []
    room = TABLE_CHARACTERS
    for row in cells[: TABLE_ROWS - 1]:
        room -= sum(map(len, row))
        if room < _CELL:
            break
        fitting.append(row)
    if len(fitting) < len(cells):
        more = f"and {len(cells) - len(fitting)} more"
        fitting.append([more, *[_EMPTY] * (width - 1)])
    settings = [
        sdk.basic_components.TableBlockColumnSettings(
            align="left" if column < table.text_columns else "right"
        )
        for column in range(width)
    ]
    raw = sdk.RawTextObject
    return sdk.TableBlock(
        rows=[[raw(text=text).to_dict() for text in row] for row in fitting],
        column_settings=[column.to_dict() for column in settings],
    )


def _context(notes: Sequence[str]) -> Any:
    elements = [_plain(note, _NOTE) for note in notes[:CONTEXT_ELEMENTS]]
    return _models().ContextBlock(elements=elements)


def _plain(text: str, limit: int) -> Any:
    return _models().PlainTextObject(text=inert(text, limit) or _EMPTY, emoji=False)


def _models() -> Any:
    """Import ``slack_sdk.models.blocks`` without slack_sdk's clients.

    The package's ``__init__`` imports the clients, and with them asyncio and urllib.request, which
    takes several times as long as the models. So the package is registered without running it.
    """
    if "slack_sdk" not in sys.modules:
        spec = find_spec("slack_sdk")
        if spec is not None:
            sys.modules["slack_sdk"] = module_from_spec(spec)
    from slack_sdk.models import blocks

    return blocks
