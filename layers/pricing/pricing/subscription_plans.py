"""Subscription plans as data: what a seat costs, what is said of a plan, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Billing = Literal["monthly", "annual"]
Audience = Literal["individual", "team", "enterprise"]
IncludedUsage = Literal["limited", "included", "billed"]
Status = Literal["verified", "unverified", "wrong"]


@dataclass(frozen=True, slots=True)
class PlanSource:
    """Where something was read, and when."""

    title: str
    as_of: date


@dataclass(frozen=True, slots=True)
class PlanStatement:
    """Something said of a plan; ``verified`` when the provider's own page says it."""

    text: str
    status: Status
    source: PlanSource
    note: str | None


@dataclass(frozen=True, slots=True)
class SeatPrice:
    """What a seat costs a month, billed monthly or for a year at once."""

    billing: Billing
    usd_per_seat_month: Decimal
    verified: bool
    source: PlanSource
    note: str | None


@dataclass(frozen=True, slots=True)
class SubscriptionPlan:
    """A plan as known; no price means that it is quoted on request."""

    id: str
    name: str
    audience: Audience
    usage: IncludedUsage
    min_seats: int
    max_seats: int | None
    prices: tuple[SeatPrice, ...]
    statements: tuple[PlanStatement, ...]


@dataclass(frozen=True, slots=True)
class SubscriptionBook:
    """One version of what is known of the plans."""

    id: str
    as_of: date
    plans: tuple[SubscriptionPlan, ...]


def book_from_document(document: Mapping[str, Any]) -> SubscriptionBook:
    """Build the plans from their document; raises KeyError for what it lacks."""
    sources = {
        key: PlanSource(row["title"], row["as_of"]) for key, row in document["sources"].items()
    }
    return SubscriptionBook(
        id=document["id"],
        as_of=document["as_of"],
        plans=tuple(_plan(row, sources) for row in document["plan"]),
    )


def _plan(row: Mapping[str, Any], sources: Mapping[str, PlanSource]) -> SubscriptionPlan:
    return SubscriptionPlan(
        id=row["id"],
        name=row["name"],
        audience=row["audience"],
        usage=row["usage"],
        min_seats=row.get("min_seats", 1),
        max_seats=row.get("max_seats"),
        prices=tuple(
            SeatPrice(
                billing=one["billing"],
                usd_per_seat_month=Decimal(one["usd"]),
                verified=one.get("verified", False),
                source=sources[one["source"]],
                note=one.get("note"),
            )
            for one in row["price"]
        ),
        statements=tuple(
            PlanStatement(one["text"], one["status"], sources[one["source"]], one.get("note"))
            for one in row["statement"]
        ),
    )
