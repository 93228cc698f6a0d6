"""Telling Slack what an administrator put in force: afterwards, and never in its way."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from threading import Thread

from pricing import environment
from pricing.errors import TariffError
from pricing.slack_notice import notice_of_activation
from pricing.slack_webhook import PARAMETER, tell

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
