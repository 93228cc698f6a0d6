"""Subscription plans beside the API: ``POST /v1/plan/subscription``.

A plan's included usage is not published in tokens. So this holds its price against what the same
usage would cost at API prices, and never says that a plan covers it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pricing.catalogue.price_book import BookInForce, Provenance, provenance
from pricing.errors import TariffError
from pricing.estimates.estimate import EstimateQuery, Pricer
from pricing.money import ZERO, add, divide_evenly, multiply, ratio, subtract
from pricing.notices import Notice
from pricing.plans.workloads import Calls, PlanWorkload, plan_workload
from pricing.timestamps import AsOf
from pricing.usage.buckets import settle


@dataclass(frozen=True, slots=True)
class SeatUsage:
    """What one seat does in a month: ``query.calls`` identical calls."""

    name: str
    query: EstimateQuery


@dataclass(frozen=True, slots=True)
class SubscriptionQuery:
    """So many seats, each with the same usage a month."""

    seats: int
    items: tuple[SeatUsage, ...]
    as_of: AsOf


@dataclass(frozen=True, slots=True)
class ApiItem:
    """One kind of call at API prices, of all seats together, a month."""

    name: str
    model: str
    calls: int
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class ApiCost:
    """The usage of all seats at API prices, a month."""

    month_usd: Decimal
    per_seat_usd: Decimal
    items: tuple[ApiItem, ...]


_ASSUMPTIONS = (
    "A plan's included usage is not published in tokens: it is not known whether it covers this.",
    "Plans are for people who use Claude and Claude Code; programs that call the API pay for it.",
    "Prices are without tax. Annual billing is paid for a year at once.",
)


def _calls(
    in_force: BookInForce, item: SeatUsage, seats: int
) -> tuple[Calls, Sequence[Notice], Sequence[str]]:
    query = item.query
    terms, _ = settle(query.requested, query.served)
    pricer = Pricer.of(in_force, query.model, query.as_of, terms)
    counted = query.work.on(pricer.model)
    group = Calls(item.name, pricer, counted.attempts, query.calls * seats)
    priced = pricer.priced(*counted.attempts)
    notices = pricer.notices(*(one.usage for one in counted.attempts))
    return (
        group,
        (*query.notices, *priced.warnings, *notices),
        (*counted.assumptions, *priced.assumptions),
    )


def _cheaper(saves_usd: Decimal) -> Literal["plan", "api", "same"]:
    return "same" if not saves_usd else "plan" if saves_usd > 0 else "api"


def _ceiling(dividend: Decimal, divisor: Decimal) -> int:
    (top, top_scale), (bottom, bottom_scale) = (
        dividend.as_integer_ratio(),
        divisor.as_integer_ratio(),
    )
    return -(-top * bottom_scale // (top_scale * bottom))


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
class SeatOffer:
    """One way to pay for a plan, a month.

    ``month_usd`` is the fee of the seats that must be billed, with API usage on top where the
    plan bills that. ``break_even_usage`` is the multiple of the stated usage, and
    ``break_even_calls`` the number of calls like the stated ones, at which the API costs as much:
    null where usage is billed on top, or costs nothing. A plan of limited usage, such as a free
    one, is no substitute for the calls: what it saves is unknown, hence null.
    """

    billing: Billing
    usd_per_seat_month: Decimal
    seats_billed: int
    seats_usd: Decimal
    api_usage_usd: Decimal
    month_usd: Decimal
    saves_usd: Decimal | None
    cheaper: Literal["plan", "api", "same"] | None
    break_even_usage: Decimal | None
    break_even_calls: int | None
    verified: bool
    source: PlanSource
    note: str | None


@dataclass(frozen=True, slots=True)
class PlanStatement:
    """Something said of a plan; ``verified`` when the provider's own page says it."""

    text: str
    status: Status
    source: PlanSource
    note: str | None


@dataclass(frozen=True, slots=True)
class PlanBeside:
    """A plan beside the API. No offers: its price is not published, or not for so many seats."""

    id: str
    name: str
    audience: Audience
    usage: IncludedUsage
    min_seats: int
    max_seats: int | None
    available: bool
    offers: tuple[SeatOffer, ...]
    statements: tuple[PlanStatement, ...]


@dataclass(frozen=True, slots=True)
class SubscriptionAnswer:
    """The API cost, every plan beside it, and what of that is not verified.

    ``workloads`` holds the API's side, which can be sent to ``POST /v1/estimate/workload`` as it
    stands; a plan's side is seats x price.
    """

    seats: int
    api: ApiCost
    plans_version: str
    plans_as_of: date
    plans: tuple[PlanBeside, ...]
    unverified: tuple[str, ...]
    workloads: tuple[PlanWorkload, ...]
    pricing: Provenance
    assumptions: tuple[str, ...]
    warnings: tuple[Notice, ...]


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


def _beside(plan: SubscriptionPlan, seats: int, api_usd: Decimal, calls: int) -> PlanBeside:
    available = plan.max_seats is None or seats <= plan.max_seats
    return PlanBeside(
        id=plan.id,
        name=plan.name,
        audience=plan.audience,
        usage=plan.usage,
        min_seats=plan.min_seats,
        max_seats=plan.max_seats,
        available=available,
        offers=tuple(_offer(plan, one, seats, api_usd, calls) for one in plan.prices if available),
        statements=plan.statements,
    )


def _offer(
    plan: SubscriptionPlan, price: SeatPrice, seats: int, api_usd: Decimal, calls: int
) -> SeatOffer:
    billed = max(seats, plan.min_seats)
    fees = multiply(price.usd_per_seat_month, Decimal(billed))
    usage = api_usd if plan.usage == "billed" else ZERO
    total = add((fees, usage))
    saves = None if plan.usage == "limited" else subtract(api_usd, total)
    breaks_even = plan.usage == "included" and api_usd > 0
    return SeatOffer(
        billing=price.billing,
        usd_per_seat_month=price.usd_per_seat_month,
        seats_billed=billed,
        seats_usd=fees,
        api_usage_usd=usage,
        month_usd=total,
        saves_usd=saves,
        cheaper=None if saves is None else _cheaper(saves),
        break_even_usage=ratio(fees, api_usd) if breaks_even else None,
        break_even_calls=_ceiling(multiply(fees, Decimal(calls)), api_usd) if breaks_even else None,
        verified=price.verified,
        source=price.source,
        note=price.note,
    )


def _unverified(plans: Sequence[SubscriptionPlan]) -> Iterator[str]:
    for plan in plans:
        for price in plan.prices:
            if not price.verified:
                usd = f"{price.usd_per_seat_month} USD a seat and month, billed {price.billing}"
                yield f"{plan.name}: {usd} ({price.source.title}, {price.source.as_of})."
        for one in plan.statements:
            if one.status != "verified":
                yield f"{plan.name}: {one.text} ({one.status}; {one.source.title}.)"


@dataclass(frozen=True, slots=True)
class SubscriptionBook:
    """One version of what is known of the plans."""

    id: str
    as_of: date
    plans: tuple[SubscriptionPlan, ...]


def plan_subscription(
    in_force: BookInForce, plans: SubscriptionBook, query: SubscriptionQuery
) -> SubscriptionAnswer:
    """Price the usage, and hold every plan against it; raises as ``estimate`` does."""
    groups: list[Calls] = []
    said: dict[Notice, None] = {}
    assumed: dict[str, None] = {}
    for number, item in enumerate(query.items):
        try:
            group, notices, assumptions = _calls(in_force, item, query.seats)
        except TariffError as error:
            raise error.under(f"/items/{number}") from None
        groups.append(group)
        said |= dict.fromkeys(notices)
        assumed |= dict.fromkeys(assumptions)
    workload = plan_workload("api", groups)
    calls = sum(group.calls for group in groups)
    return SubscriptionAnswer(
        seats=query.seats,
        api=ApiCost(
            month_usd=workload.month_usd,
            per_seat_usd=divide_evenly(workload.month_usd, query.seats),
            items=tuple(
                ApiItem(one.name, one.pricer.model.id, one.calls, one.month_usd) for one in groups
            ),
        ),
        plans_version=plans.id,
        plans_as_of=plans.as_of,
        plans=tuple(_beside(one, query.seats, workload.month_usd, calls) for one in plans.plans),
        unverified=tuple(_unverified(plans.plans)),
        workloads=(workload,),
        pricing=provenance(in_force, query.as_of),
        assumptions=(*assumed, *_ASSUMPTIONS),
        warnings=tuple(said),
    )


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
