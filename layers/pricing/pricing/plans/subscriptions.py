"""Subscription plans compared with the API: ``POST /v1/plan/subscription``.

A plan's included usage is not published in tokens. So its price is compared with the cost of the
usage at API prices, and no answer says that a plan covers it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, Literal

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.price_book import BookInForce, Provenance, provenance
from pricing.errors import under
from pricing.estimates.estimate import ComparedStatus, EstimateQuery, Pricer, compared_status
from pricing.estimates.inputs import CountedCall
from pricing.money import ZERO, add, divide_evenly, multiply, ratio, subtract
from pricing.notices import Notice
from pricing.plans.workloads import CallGroup, PlanWorkload, plan_workload
from pricing.timestamps import AsOf
from pricing.usage.parsed import Unread
from pricing.values import immutable

Billing = Literal["monthly", "annual"]

Audience = Literal["individual", "team", "enterprise"]

IncludedUsage = Literal["limited", "included", "billed"]

StatementStatus = Literal["verified", "unverified", "wrong"]


@immutable
class PlanSource:
    """Where a fact about a plan was read, and when."""

    title: str
    """The page that was read."""
    as_of: date
    """The day it was read, or was last known to be right."""


@immutable
class PlanStatement:
    """A statement about a plan."""

    text: str
    """The statement."""
    status: StatementStatus
    """``verified`` when the provider's own page says so."""
    source: PlanSource
    """Where the statement was read."""
    note: str | None
    """A remark on the statement; null when there is none."""


@immutable
class SeatPrice:
    """The price of a seat per month, billed monthly or for a year at once."""

    billing: Billing
    usd_per_seat_month: Decimal
    verified: bool
    source: PlanSource
    note: str | None


@immutable
class SubscriptionPlan:
    """A subscription plan; one without prices is quoted on request."""

    id: str
    name: str
    audience: Audience
    usage: IncludedUsage
    min_seats: int
    max_seats: int | None
    prices: tuple[SeatPrice, ...]
    statements: tuple[PlanStatement, ...]


@immutable
class SubscriptionBook:
    """One version of the subscription plans."""

    id: str
    as_of: date
    plans: tuple[SubscriptionPlan, ...]


@immutable
class SeatUsage:
    """One kind of call of one seat: ``query.calls`` identical calls per month."""

    name: str
    query: EstimateQuery


@immutable
class SubscriptionQuery:
    """A number of seats, each with the same usage per month."""

    seats: int
    items: tuple[SeatUsage, ...]
    as_of: AsOf


@immutable
class ApiItem:
    """One kind of call at API prices."""

    name: str
    """The name of this kind of call, as sent."""
    model: str
    """The model's canonical id."""
    calls: int
    """Calls per month, over all seats."""
    cost_usd: Decimal
    """Cost per month, over all seats."""


@immutable
class ApiCost:
    """The usage of all seats at API prices."""

    month_usd: Decimal
    """Cost per month, over all seats."""
    per_seat_usd: Decimal
    """Cost per month and seat."""
    items: tuple[ApiItem, ...]
    """One entry per kind of call."""


@immutable
class SeatOffer:
    """One way to pay for a plan.

    Savings are null for a plan of limited usage, such as a free one: it does not replace the calls.
    They are null, as the break-even values are, for a plan that includes usage whose API cost is
    ``partial``; the plan is still ``cheaper`` if it costs less than the known part.
    """

    billing: Billing
    """How often the fee is paid."""
    usd_per_seat_month: Decimal
    """Fee per seat and month."""
    seats_billed: int
    """Number of seats that are billed."""
    seats_usd: Decimal
    """Fee of all billed seats per month."""
    api_usage_usd: Decimal
    """API usage billed in addition, per month; zero where the plan includes it."""
    month_usd: Decimal
    """Total per month."""
    saves_usd: Decimal | None
    """Saving compared with the API; negative when the plan costs more, null when not known."""
    cheaper: Literal["plan", "api", "same"] | None
    """The cheaper of the two; null when not known."""
    break_even_usage: Decimal | None
    """The multiple of the usage sent at which both cost the same; null when there is none."""
    break_even_calls: int | None
    """Calls per month of all seats from which the plan costs no more; null when there are none."""
    verified: bool
    """Whether the provider's own page states this price."""
    source: PlanSource
    """Where the price was read."""
    note: str | None
    """A remark on the price; null when there is none."""


@immutable
class PlanComparison:
    """A subscription plan, compared with the API."""

    id: str
    """The plan's id."""
    name: str
    """Display name."""
    audience: Audience
    """The customers that the plan is for."""
    usage: IncludedUsage
    """``included`` up to a limit not published in tokens, ``limited`` to little usage, or
    ``billed`` in addition to the fee.
    """
    min_seats: int
    """The fewest seats that are billed."""
    max_seats: int | None
    """The most seats that are sold; null when there is no limit."""
    available: bool
    """Whether the plan is sold for this number of seats."""
    offers: tuple[SeatOffer, ...]
    """The ways to pay; empty when the price is not published, or not for this number of seats."""
    statements: tuple[PlanStatement, ...]
    """Statements about the plan, each with its source."""


@immutable
class SubscriptionAnswer:
    """The API cost, every plan compared with it, and which facts are not verified.

    ``workloads`` holds the API side, which can be sent to ``POST /v1/estimate/workload`` unchanged;
    a plan costs seats times price.
    """

    seats: int
    """Number of people."""
    status: ComparedStatus
    """``partial`` when something that is used has no known price or was not understood."""
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""
    api: ApiCost
    """Their usage at API prices."""
    plans_version: str
    """The version of the subscription plans."""
    plans_as_of: date
    """The day of that version."""
    plans: tuple[PlanComparison, ...]
    """All plans."""
    unverified: tuple[str, ...]
    """Each fact used here that the provider's own pages do not state, or contradict."""
    workloads: tuple[PlanWorkload, ...]
    """The usage of all seats at API prices."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the plan takes for granted, as sentences."""
    warnings: tuple[Notice, ...]
    net: "SubscriptionAnswer | None" = None
    """The same answer at the rate card's prices; null without a rate card."""
    rate_card: str | None = None
    """The id of the rate card whose prices this answer has; null at list prices."""
    converted: Converted | None = None
    """The amounts in ``currency``; null without one."""


_ASSUMPTIONS = (
    "A plan's included usage is not published in tokens: it is unknown whether a plan covers this.",
    "Plans are for people who use Claude and Claude Code; programs that call the API pay per call.",
    "Prices exclude tax. Annual billing is paid for a year at once.",
)


def plan_subscription(
    in_force: BookInForce, plans: SubscriptionBook, query: SubscriptionQuery
) -> SubscriptionAnswer:
    """Price the usage, and compare every plan with it; raises as ``estimate`` does."""
    groups: list[CallGroup] = []
    counted: list[CountedCall] = []
    for number, item in enumerate(query.items):
        with under(f"/items/{number}"):
            group, call = _calls(in_force, item, query.seats)
        groups.append(group)
        counted.append(call)
    status, unread = compared_status(*counted)
    assumed = dict.fromkeys(text for call in counted for text in call.assumptions)
    workload = plan_workload("api", groups)
    calls = sum(group.calls for group in groups)
    return SubscriptionAnswer(
        seats=query.seats,
        status=status,
        unread=unread,
        api=ApiCost(
            month_usd=workload.month_usd,
            per_seat_usd=divide_evenly(workload.month_usd, query.seats),
            items=tuple(
                ApiItem(group.name, group.pricer.model.id, group.calls, group.month_usd)
                for group in groups
            ),
        ),
        plans_version=plans.id,
        plans_as_of=plans.as_of,
        plans=tuple(
            _compared(plan, query.seats, (workload.month_usd, status), calls)
            for plan in plans.plans
        ),
        unverified=tuple(_unverified(plans.plans)),
        workloads=(workload,),
        pricing=provenance(in_force, query.as_of),
        assumptions=(*assumed, *_ASSUMPTIONS),
        warnings=tuple(dict.fromkeys(one for call in counted for one in call.notices)),
    )


def _calls(in_force: BookInForce, item: SeatUsage, seats: int) -> tuple[CallGroup, CountedCall]:
    """Return the calls of all seats, and one of them with all its warnings and assumptions."""
    query = item.query
    pricer = Pricer.of_query(in_force, query)
    counted = pricer.comparable(query.call.counted_for(pricer.model))
    priced = pricer.priced(*counted.attempts)
    limits = pricer.notices(*(attempt.usage for attempt in counted.attempts))
    counted = replace(
        counted,
        notices=(*query.notices, *counted.notices, *priced.warnings, *limits),
        assumptions=(
            *counted.assumptions,
            *priced.assumptions,
            *pricer.hour_assumption(*counted.attempts),
        ),
    )
    return CallGroup(item.name, pricer, counted.attempts, query.calls * seats), counted


def _compared(
    plan: SubscriptionPlan, seats: int, api: tuple[Decimal, ComparedStatus], calls: int
) -> PlanComparison:
    available = plan.max_seats is None or seats <= plan.max_seats
    return PlanComparison(
        id=plan.id,
        name=plan.name,
        audience=plan.audience,
        usage=plan.usage,
        min_seats=plan.min_seats,
        max_seats=plan.max_seats,
        available=available,
        offers=tuple(_offer(plan, price, seats, api, calls) for price in plan.prices if available),
        statements=plan.statements,
    )


def _offer(
    plan: SubscriptionPlan,
    price: SeatPrice,
    seats: int,
    api: tuple[Decimal, ComparedStatus],
    calls: int,
) -> SeatOffer:
    api_usd, status = api
    billed = max(seats, plan.min_seats)
    fees = multiply(price.usd_per_seat_month, Decimal(billed))
    usage = api_usd if plan.usage == "billed" else ZERO
    total = add((fees, usage))
    saves, cheaper = None, None
    if plan.usage != "limited":
        saves = subtract(api_usd, total)
        cheaper = _CHEAPER[(saves > 0) - (saves < 0)]
    break_even_usage, break_even_calls = None, None
    if plan.usage == "included" and status == "partial":  # the API costs more than is known
        saves, cheaper = None, "plan" if cheaper == "plan" else None
    elif plan.usage == "included" and api_usd > 0:
        break_even_usage = ratio(fees, api_usd)
        break_even_calls = ceil(Fraction(fees) * calls / Fraction(api_usd))
    return SeatOffer(
        billing=price.billing,
        usd_per_seat_month=price.usd_per_seat_month,
        seats_billed=billed,
        seats_usd=fees,
        api_usage_usd=usage,
        month_usd=total,
        saves_usd=saves,
        cheaper=cheaper,
        break_even_usage=break_even_usage,
        break_even_calls=break_even_calls,
        verified=price.verified,
        source=price.source,
        note=price.note,
    )


#: By the sign of what a plan saves.
_CHEAPER: Mapping[int, Literal["plan", "api", "same"]] = {1: "plan", 0: "same", -1: "api"}


def _unverified(plans: Sequence[SubscriptionPlan]) -> Iterator[str]:
    """Yield each price and statement that the provider's own pages do not confirm."""
    for plan in plans:
        for price in plan.prices:
            if not price.verified:
                usd = f"{price.usd_per_seat_month} USD a seat and month, billed {price.billing}"
                yield f"{plan.name}: {usd} ({price.source.title}, {price.source.as_of})."
        for statement in plan.statements:
            if statement.status != "verified":
                source = f"{statement.status}; {statement.source.title}"
                yield f"{plan.name}: {statement.text} ({source}.)"


def book_from_document(document: Mapping[str, Any]) -> SubscriptionBook:
    """Build the plans from their document; raises KeyError for a field that is missing."""
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
                billing=entry["billing"],
                usd_per_seat_month=Decimal(entry["usd"]),
                verified=entry.get("verified", False),
                source=sources[entry["source"]],
                note=entry.get("note"),
            )
            for entry in row["price"]
        ),
        statements=tuple(
            PlanStatement(
                entry["text"], entry["status"], sources[entry["source"]], entry.get("note")
            )
            for entry in row["statement"]
        ),
    )
