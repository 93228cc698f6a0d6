"""What an administrator's call answers, and the version that a cancelled price leaves behind."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pricing.catalogue.price_book import PriceBook
from pricing.errors import Conflict, InvalidRequest
from pricing.jsonio import canonical_json, digest
from pricing.timestamps import rfc3339

_MARK_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Activated:
    """The active version from now on; every instance follows within a minute."""

    version: str
    revision: int
    before: str | None
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A version that will never be active."""

    version: str
    status: Literal["rejected"]
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefreshStarted:
    """A refresh that has been asked for; its outcome is in the audit, usually within a minute."""

    status: Literal["started"]
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A new active version without a price that had been announced for later."""

    version: str
    revision: int
    before: str
    model: str
    starts: str
    actor: str
    reason: str


def without_scheduled(book: PriceBook, key: str, starts: datetime, now: datetime) -> PriceBook:
    """The book without the prices of one model that were to begin at ``starts``.

    What was to end just then goes on until the cancelled prices would have ended. The row keeps the
    instant in ``cancelled``, so that a refresh does not bring the prices back. Raises
    InvalidRequest when there are no such prices, and Conflict when they have begun.
    """
    document = json.loads(book.to_json())
    for row in document["models"]:
        if f"{row['provider']}/{row['id']}" == key:
            _cancel(row, starts, now)
            break
    else:
        raise InvalidRequest.at("/model", "is not the provider/id of a model of this version")
    del document["id"]
    document["published_at"] = rfc3339(now.replace(microsecond=0))
    mark = digest(canonical_json(document))[:_MARK_CHARACTERS]
    return PriceBook.from_document({**document, "id": f"{now:%Y-%m-%d}.{mark}"})


def _cancel(row: dict[str, Any], starts: datetime, now: datetime) -> None:
    periods = row["prices"]
    at = next((n for n, one in enumerate(periods) if _moment(one.get("from")) == starts), None)
    if at is None:
        raise InvalidRequest.at("/starts", "is not when prices of this model begin")
    if starts <= now:
        raise Conflict("These prices have begun. Activate an earlier version to go back.")
    if at == 0:
        raise Conflict("These are the model's first prices: it has no others to keep.")
    cancelled, before = periods.pop(at), periods[at - 1]
    if _moment(before.get("to")) == starts:  # and not at an earlier end, with no price between
        del before["to"]
        before |= {"to": cancelled["to"]} if "to" in cancelled else {}
    row["cancelled"] = sorted({*row.get("cancelled", ()), cancelled["from"]})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
