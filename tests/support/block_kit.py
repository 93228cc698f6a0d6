"""Slack's published limits on a message of blocks, as a judge of what Tariff answers."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Block = Mapping[str, Any]

BLOCKS, HEADER, SECTION, FIELDS, FIELD = 50, 150, 3000, 10, 2000
ACTIONS, CONTEXT = 25, 10
BUTTON_TEXT, BUTTON_VALUE, BUTTON_URL, ACTION_ID = 75, 2000, 3000, 255
TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARACTERS = 100, 20, 10_000
FALLBACK = 4000


def faults(message: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse or cut in a message, a sentence each."""
    found = []
    if not 1 <= len(message["text"]) <= FALLBACK:
        found.append(f"text has {len(message['text'])} characters")
    blocks = message["blocks"]
    if not 1 <= len(blocks) <= BLOCKS:
        found.append(f"{len(blocks)} blocks")
    if sum(block["type"] == "table" for block in blocks) > 1:
        found.append("more than one table")
    for number, block in enumerate(blocks):
        check = _CHECKS.get(block["type"])
        if check is None:
            found.append(f"{number}: {block['type']} is not for messages")
        else:
            found += [f"{number} {block['type']}: {fault}" for fault in check(block)]
    return found


def strings(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every string that Slack shows, with the kind of text it is in."""
    yield "fallback", message["text"]
    yield from _texts(message["blocks"])


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, Mapping):
        if isinstance(value.get("text"), str):
            yield value["type"], value["text"]
        for one in value.values():
            yield from _texts(one)


def _text(value: Mapping[str, Any], limit: int, *kinds: str) -> list[str]:
    found = []
    if value.get("type") not in (kinds or ("plain_text", "mrkdwn")):
        found.append(f"text is {value.get('type')}")
    if not 1 <= len(value.get("text", "")) <= limit:
        found.append(f"text has {len(value.get('text', ''))} of {limit} characters")
    return found


def _header(block: Block) -> Iterator[str]:
    yield from _text(block["text"], HEADER, "plain_text")


def _section(block: Block) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], SECTION)
    if len(block.get("fields", ())) > FIELDS:
        yield f"{len(block['fields'])} fields"
    for field in block.get("fields", ()):
        yield from _text(field, FIELD)


def _context(block: Block) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= CONTEXT:
        yield f"{len(block['elements'])} elements"
    for element in block["elements"]:
        yield from _text(element, SECTION)


def _actions(block: Block) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= ACTIONS:
        yield f"{len(block['elements'])} elements"
    ids = [element["action_id"] for element in block["elements"]]
    if len(set(ids)) != len(ids):
        yield "an action_id twice"
    for element in block["elements"]:
        yield from _text(element["text"], BUTTON_TEXT, "plain_text")
        limits = {"value": BUTTON_VALUE, "url": BUTTON_URL, "action_id": ACTION_ID}
        for name, limit in limits.items():
            if name in element and not 1 <= len(element[name]) <= limit:
                yield f"{name} has {len(element[name])} characters"


def _table(block: Block) -> Iterator[str]:
    rows = block["rows"]
    if not 1 <= len(rows) <= TABLE_ROWS:
        yield f"{len(rows)} rows"
    widths = {len(row) for row in rows}
    if len(widths) != 1 or not 1 <= max(widths) <= TABLE_COLUMNS:
        yield f"rows of {sorted(widths)} cells"
    if len(block.get("column_settings", ())) > TABLE_COLUMNS:
        yield "too many column settings"
    cells = [cell for row in rows for cell in row]
    if sum(len(cell["text"]) for cell in cells) > TABLE_CHARACTERS:
        yield "over 10,000 characters"
    for cell in cells:
        yield from _text(cell, TABLE_CHARACTERS, "raw_text")


def _divider(_block: Block) -> Iterator[str]:
    yield from ()


_CHECKS: Mapping[str, Callable[[Block], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "table": _table,
    "divider": _divider,
}
