"""What changed the prices in force, for a Slack channel. Every string from outside is inert."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from threading import Thread
from typing import TYPE_CHECKING, Any

from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.money import plain
from pricing.slack.delivery import PARAMETER, tell
from pricing.store import connect as environment
from pricing.versions.changes import difference

if TYPE_CHECKING:
    from pricing.refresh.refresh import Refreshed

#: Slack shows 3,000 characters of a section; a notice stays well below.
MAX_LINES = 15
MAX_NAME = 80
MAX_NAMES = 5
MAX_REASON = 300
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
#: Characters that begin or end formatting, which nothing escapes: a thin space parts them.
_MARKS = "*_~`|:@#!"


def notice_of(done: Refreshed) -> str | None:
    """The notice in Slack's mrkdwn of a refresh; None when no price in force changed."""
    if done.clean is None or not (done.changes or done.added):
        return None
    lines = [f"*Prices changed* in version `{inert(done.clean.id)}`"]
    lines += _changes(done.changes)
    lines += _names("New", done.added)
    if done.waiting:
        lines.append(f"{len(done.waiting)} other prices wait for a person to look at them.")
    return "\n".join(lines)


def notice_of_activation(
    before: PriceBook | None, after: PriceBook, *, actor: str, reason: str, now: datetime
) -> str | None:
    """The notice of a version that somebody put in force; None when no price changed by it.

    ``before`` is the version that was active until then, None for the first.
    """
    who = inert(actor.rpartition("/")[2])  # of a role's ARN its session: who, not where
    head = f"*Prices changed* by {who}, to version `{inert(after.id)}`"
    why = f"Why: {inert(reason, MAX_REASON)}"
    if before is None:
        return f"{head}, the first\n{why}"
    found = difference(before, after, now)
    changes = [
        {"model": one.key, "field": field.field, "before": field.before, "after": field.after}
        for one in found
        if one.kind == "changed"
        for field in one.fields
        if field.before != field.after
    ]
    added, removed = ([one.key for one in found if one.kind == kind] for kind in _CAME_AND_WENT)
    if not (changes or added or removed):
        return None
    lines = [f"{head}, from `{inert(before.id)}`", why, *_changes(changes)]
    return "\n".join([*lines, *_names("New", added), *_names("Gone", removed)])


_CAME_AND_WENT = ("added", "removed")


def inert(text: str, most: int = MAX_NAME) -> str:
    """A string that Slack shows as it is: no link, no mention, no formatting."""
    shown = text[:most]
    for character, escape in _ESCAPES:
        shown = shown.replace(character, escape)
    plain = "".join(character if character.isprintable() else " " for character in shown)
    return "".join(f"{mark}\u2060" if mark in _MARKS else mark for mark in plain)


def _changes(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A line a model, as many as may be, and how many more there are."""
    models = _by_model(changes)
    for model, its in models[:MAX_LINES]:
        yield _line(model, its)
    if len(models) > MAX_LINES:
        yield f"… and {len(models) - MAX_LINES} more models"


def _names(label: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        rest = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
        yield f"{label}: {', '.join(inert(name) for name in names[:MAX_NAMES])}{rest}"


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


def _dollars(price: str | Decimal | None) -> str:
    if price is None:
        return "none"
    return f"${plain(price) if isinstance(price, Decimal) else inert(price)}"


#: An administrator waits this long for Slack at most; each of the steps has limits of its own.
SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Change:
    """A version that became active, and the one before; None for the first."""

    before: str | None
    after: str
    actor: str
    reason: str
    at: datetime


def tell_of(change: Change, *, seconds: float = SECONDS) -> None:
    """Tell, where a webhook is configured. Raises nothing: what fails is a line in the log."""
    if not os.environ.get(PARAMETER):
        return
    telling = Thread(target=_tell, args=(change,), daemon=True)
    telling.start()
    telling.join(seconds)
    if telling.is_alive():
        _failed("TimedOut")


def _tell(change: Change) -> None:
    try:
        tell(lambda: _text(change))
    except TariffError as error:
        _failed(error.detail)
    except Exception as error:  # noqa: BLE001 - its message may hold the webhook, a secret
        _failed(type(error).__name__)


def _text(change: Change) -> str | None:
    books = environment.books()  # of its own: nobody else's connection is used on this thread
    before = books.in_force(change.before, change.at).book if change.before else None
    after = books.in_force(change.after, change.at).book
    return notice_of_activation(
        before, after, actor=change.actor, reason=change.reason, now=change.at
    )


def _failed(why: str) -> None:
    sys.stdout.write(json.dumps({"notice_failed": why}) + "\n")
