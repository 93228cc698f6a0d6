"""The answers to administrators' calls, and the version without a cancelled price."""

import json
from datetime import UTC, datetime
from typing import Literal

from pricing.catalogue.models import Row, row_key
from pricing.catalogue.price_book import PriceBook
from pricing.errors import Conflict, InvalidRequest
from pricing.jsonio import canonical_json, digest
from pricing.timestamps import rfc3339
from pricing.values import immutable

_MARK_CHARACTERS = 12


@immutable
class Activated:
    """The version that is active from now on; every instance uses it within a minute."""

    version: str
    """The version that is now active."""
    revision: int
    """The number of this activation, which the next one must state."""
    before: str | None
    """The version that was active before; null for the first."""
    actor: str
    """Who activated it: the ARN of an IAM principal, or ``jwt:`` and a token's subject."""
    reason: str
    """The reason that the actor gave."""
    pending_version: str | None = None
    """The version with the prices that are still pending; null when there are none."""


@immutable
class Rejected:
    """A version that can never be activated."""

    version: str
    """The rejected version."""
    status: Literal["rejected"]
    """Always ``rejected``."""
    actor: str
    """Who rejected it: the ARN of an IAM principal, or ``jwt:`` and a token's subject."""
    reason: str
    """The reason that the actor gave."""


@immutable
class RefreshStarted:
    """A refresh that has been started; the audit log shows its outcome, usually within a minute."""

    status: Literal["started"]
    """Always ``started``."""
    actor: str
    """Who started it: the ARN of an IAM principal, or ``jwt:`` and a token's subject."""
    reason: str
    """The reason that the actor gave."""


@immutable
class Cancelled:
    """A new active version without the announced prices."""

    version: str
    """The new version, which is now active."""
    revision: int
    """The number of this activation, which the next one must state."""
    before: str
    """The version that had the prices."""
    model: str
    """The model, as sent."""
    starts: str
    """When the prices would have started, as sent."""
    actor: str
    """Who cancelled them: the ARN of an IAM principal, or ``jwt:`` and a token's subject."""
    reason: str
    """The reason that the actor gave."""


def without_scheduled(book: PriceBook, key: str, starts: datetime, now: datetime) -> PriceBook:
    """Return the book without the prices of a model, ``provider/id``, that were to begin at
    ``starts``.

    The period before goes on until the cancelled prices would have ended. The row keeps the instant
    in ``cancelled``, so that a refresh does not announce the prices again. Raises InvalidRequest if
    there are no such prices, and Conflict if they have begun or are the model's first.
    """
    document = json.loads(book.to_json())
    for row in document["models"]:
        if row_key(row) == key:
            _cancel(row, starts, now)
            break
    else:
        raise InvalidRequest.at("/model", "is not the provider/id of a model of this version")
    del document["id"]
    document["published_at"] = rfc3339(now.replace(microsecond=0))
    mark = digest(canonical_json(document))[:_MARK_CHARACTERS]
    return PriceBook.from_document({**document, "id": f"{now:%Y-%m-%d}.{mark}"})


def _cancel(row: Row, starts: datetime, now: datetime) -> None:
    periods = row["prices"]
    at = next((n for n, p in enumerate(periods) if _moment(p.get("from")) == starts), None)
    if at is None:
        raise InvalidRequest.at("/starts", "is not when prices of this model begin")
    if starts <= now:
        raise Conflict("These prices have begun. Activate an earlier version to roll them back.")
    if at == 0:
        raise Conflict("These are the model's first prices: it has no others to keep.")
    cancelled, before = periods.pop(at), periods[at - 1]
    if _moment(before.get("to")) == starts:  # else there is a time without a price between them
        del before["to"]
        before |= {"to": cancelled["to"]} if "to" in cancelled else {}
    row["cancelled"] = sorted({*row.get("cancelled", ()), cancelled["from"]})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
