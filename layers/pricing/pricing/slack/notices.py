"""Notices of changed active prices for a Slack channel, in mrkdwn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import copy_context
from datetime import datetime
from decimal import Decimal
from threading import Thread
from typing import TYPE_CHECKING, Any

from pricing.aws.logs import logger
from pricing.aws.settings import settings
from pricing.catalogue.price_book import PriceBook
from pricing.display import count, counted, price
from pricing.errors import TariffError
from pricing.slack.delivery import tell
from pricing.slack.formatting import inert
from pricing.store import connect
from pricing.values import immutable
from pricing.versions.changes import difference

if TYPE_CHECKING:
    from pricing.refresh.refresh import Refreshed

#: Slack shows 3,000 characters of a section; these limits keep a notice well below.
MAX_MODELS = 15
MAX_FIELDS = 4
MAX_NAMES = 5
MAX_NAME = 80
MAX_REASON = 300
#: A changed field, ``standard.cache_read>200000@2027-01-01``, in words.
_FIELD_WORDS = str.maketrans({".": " ", "_": " ", ">": " over ", "~": " at ", "@": " from "})
#: The longest an administrator's request is held up by a notice; each step has its own limits.
SECONDS = 3.0


def notice_of(done: Refreshed) -> str | None:
    """The notice of a refresh; None when it changed no active price."""
    if done.clean is None or not (done.changes or done.added):
        return None
    lines = [f"*Prices changed* in version `{_name(done.clean.id)}`"]
    lines += _changes(done.changes)
    lines += _names("New", done.added)
    if done.quarantined:
        lines.append(f"Needing approval: {counted(len(done.quarantined), 'price change')}")
    return "\n".join(lines)


def notice_of_activation(
    before: PriceBook | None, after: PriceBook, *, actor: str, reason: str, now: datetime
) -> str | None:
    """The notice of a version that an administrator activated; None when no price changed.

    ``before`` is the version that was active until then, None for the first.
    """
    who = _name(actor.rpartition("/")[2])  # a role's ARN ends with the session: the person
    head = f"*Prices changed* by {who}, to version `{_name(after.id)}`"
    why = f"Reason: {inert(reason, MAX_REASON, mrkdwn=True)}"
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
    added = [one.key for one in found if one.kind == "added"]
    removed = [one.key for one in found if one.kind == "removed"]
    if not (changes or added or removed):
        return None
    lines = [f"{head}, from `{_name(before.id)}`", why, *_changes(changes)]
    return "\n".join([*lines, *_names("New", added), *_names("Removed", removed)])


def _name(text: str) -> str:
    return inert(text, MAX_NAME, mrkdwn=True)


def _changes(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line a model for the first 15 models, then how many more there are."""
    by_model: dict[str, list[str]] = {}
    for change in changes:
        before, after = _usd(change["before"]), _usd(change["after"])
        field = _name(change["field"].translate(_FIELD_WORDS))
        by_model.setdefault(change["model"], []).append(f"{field} {before} → {after}")
    for model, fields in list(by_model.items())[:MAX_MODELS]:
        more = f", {len(fields) - MAX_FIELDS} more" if len(fields) > MAX_FIELDS else ""
        yield f"• {_name(model)}: {', '.join(fields[:MAX_FIELDS])}{more}"
    if len(by_model) > MAX_MODELS:
        yield f"… and {counted(len(by_model) - MAX_MODELS, 'more model')}"


def _usd(amount: str | Decimal | None) -> str:
    return "none" if amount is None else price(Decimal(amount))


def _names(label: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        rest = f" and {count(len(names) - MAX_NAMES)} more" if len(names) > MAX_NAMES else ""
        yield f"{label}: {', '.join(map(_name, names[:MAX_NAMES]))}{rest}"


@immutable
class Activation:
    """A version that became active, and the id of the one before; None for the first."""

    before: str | None
    after: str
    actor: str
    reason: str
    at: datetime


def announce(activation: Activation, *, seconds: float = SECONDS) -> None:
    """Post the notice where a webhook is configured. Never raises: a failure is a log line."""
    if not settings.notice_parameter:
        return
    posting = Thread(target=copy_context().run, args=(_post, activation), daemon=True)
    posting.start()
    posting.join(seconds)
    if posting.is_alive():
        _log_failure("TimedOut")


def _post(activation: Activation) -> None:
    try:
        tell(lambda: _text(activation))
    except TariffError as error:
        _log_failure(error.detail)
    except Exception as error:  # noqa: BLE001 - its message may hold the webhook, a secret
        _log_failure(type(error).__name__)


def _text(activation: Activation) -> str | None:
    books = connect.books()  # its own connection: this thread shares none with the request
    at = activation.at
    before = books.in_force(activation.before, at).book if activation.before else None
    after = books.in_force(activation.after, at).book
    return notice_of_activation(
        before, after, actor=activation.actor, reason=activation.reason, now=at
    )


def _log_failure(why: str) -> None:
    logger.error("The notice of a price change was not delivered.", extra={"notice_failed": why})
