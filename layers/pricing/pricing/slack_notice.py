"""What a refresh changed, in words for a Slack channel. Every string from outside is inert."""

from collections.abc import Iterable, Mapping
from typing import Any

from pricing.refresh import Refreshed

#: Slack shows 3,000 characters of a section; a notice stays well below.
MAX_LINES = 15
MAX_NAME = 80
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
#: Characters that begin or end formatting, which nothing escapes: a thin space parts them.
_MARKS = "*_~`|:@#!"


def notice_of(done: Refreshed) -> str | None:
    """The notice in Slack's mrkdwn; None when no price in force changed."""
    if done.clean is None or not (done.changes or done.added):
        return None
    lines = [f"*Prices changed* in version `{inert(done.clean.id)}`"]
    lines += [_line(model, changes) for model, changes in _by_model(done.changes)[:MAX_LINES]]
    more = len(_by_model(done.changes)) - MAX_LINES
    if more > 0:
        lines.append(f"… and {more} more models")
    if done.added:
        names = ", ".join(inert(name) for name in done.added[:5])
        rest = f" and {len(done.added) - 5} more" if len(done.added) > 5 else ""  # noqa: PLR2004
        lines.append(f"New: {names}{rest}")
    if done.waiting:
        lines.append(f"{len(done.waiting)} other prices wait for a person to look at them.")
    return "\n".join(lines)


def inert(text: str) -> str:
    """A string that Slack shows as it is: no link, no mention, no formatting."""
    shown = text[:MAX_NAME]
    for character, escape in _ESCAPES:
        shown = shown.replace(character, escape)
    plain = "".join(character if character.isprintable() else " " for character in shown)
    return "".join(f"{mark}\u2060" if mark in _MARKS else mark for mark in plain)


def _by_model(changes: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for change in changes:
        found.setdefault(change["model"], []).append(change)
    return list(found.items())


def _line(model: str, changes: list[Mapping[str, Any]]) -> str:
    parts = [
        f"{inert(change['field'])} {_dollars(change['before'])} → {_dollars(change['after'])}"
        for change in changes[:4]
    ]
    more = f", {len(changes) - 4} more" if len(changes) > 4 else ""  # noqa: PLR2004
    return f"• {inert(model)}: {', '.join(parts)}{more}"


def _dollars(price: str | None) -> str:
    return "none" if price is None else f"${inert(price)}"
