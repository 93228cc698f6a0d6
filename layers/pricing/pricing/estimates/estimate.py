"""One call, or many identical ones, on one model: ``POST /v1/estimate``.

``Pricer`` prices single calls on one model, for answers that compare several.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.models import TOKEN, CacheTtl, Model
from pricing.catalogue.price_book import (
    BookInForce,
    Match,
    MatchedModel,
    PriceBook,
    Provenance,
    provenance,
)
from pricing.catalogue.served import billed_model
from pricing.errors import Unpriced
from pricing.estimates.caching import CacheKind, cache_kinds, offers, why_not_cached
from pricing.estimates.calculator import LineItem, LongContext, Modifier, Priced, price_attempts
from pricing.estimates.call_notices import (
    ContextUse,
    context_use,
    lifecycle_notices,
    limit_notices,
    output_notices,
    reference_notices,
    stated_cost_notices,
)
from pricing.estimates.discounts import settled_terms
from pricing.estimates.hours import hour_assumption, hours_of
from pricing.estimates.inputs import CallInput, CountedCall, counted_alike
from pricing.estimates.net import card_notices
from pricing.money import multiply, plain, subtract, whole_times
from pricing.notices import Notice
from pricing.timestamps import AsOf
from pricing.usage.buckets import WRITES_WITHOUT_SPLIT, Attempt, StatedTerms, Terms, Usage
from pricing.usage.parsed import StatedCost, Unread
from pricing.values import immutable

PricedStatus = Literal["priced", "partial", "unpriced"]
#: ``partial`` where something that was used has no known price or was not understood; both sides
#: of the comparison leave it out.
ComparedStatus = Literal["priced", "partial"]


#: The code of the notice that a prompt was priced without an answer.
NO_EXPECTED_OUTPUT = "no_expected_output"


@immutable
class EstimateQuery:
    """What to price: a model's name, the input of one call, the terms requested and served.

    ``model`` is the name that was asked for and ``served_model`` the one that a response names; one
    of them is given. ``notices`` and ``stated``, what was charged for one call, are what the reader
    of the usage object found; ``named_at`` and ``served_at`` point at the names in the request.
    """

    model: str | None
    call: CallInput
    as_of: AsOf
    calls: int = 1
    requested: StatedTerms = StatedTerms()
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()
    named_at: str = "/model"
    served_model: str | None = None
    served_at: str = "/response/model"
    stated: StatedCost | None = None
    budget_usd: Decimal | None = None
    #: Whether it is one of several models, whose shared assumptions are given once.
    compared: bool = False


@immutable
class Counting:
    """How the input tokens were counted, and what the call costs at both ends of the error band.

    The band holds the true count for about 95% of texts; docs/token-counting.md has the figures.
    """

    method: str
    """The counting method, for the record."""
    input_tokens: int
    """The input tokens that were priced."""
    low_tokens: int
    """Lower end of the error band, in tokens."""
    high_tokens: int
    """Upper end of the error band, in tokens."""
    low_total_usd: Decimal
    """Total cost at the lower end."""
    high_total_usd: Decimal
    """Total cost at the upper end."""


@immutable
class NetPrice:
    """The cost at a rate card's prices."""

    rate_card: str
    """The id of the rate card."""
    total_usd: Decimal
    """Exact cost of all calls at the card's prices."""
    per_call_usd: Decimal
    """Exact cost of one call at the card's prices."""
    status: PricedStatus
    """As of the list price: whether everything that was used is in this total."""
    line_items: tuple[LineItem, ...]
    """One line per billed component; the lines add up to this ``total_usd``."""


@immutable
class Estimate:
    """The exact cost of a call, or of many identical calls."""

    total_usd: Decimal
    """Exact cost of all calls; unpriced components are not in it."""
    per_call_usd: Decimal
    """Exact cost of one call."""
    calls: int
    """Number of identical calls."""
    status: PricedStatus
    """``partial`` when something that was used has no known price or was not understood, and is not
    in the total; ``unpriced`` when nothing that was used has a price.
    """
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""
    stated_cost_usd: Decimal | None
    """What the provider or gateway says it charged for all calls; null when it does not say."""
    calls_for_budget: int | None
    """Whole calls that ``budget_usd`` pays for, at the rate card's prices where there is one; null
    without a budget, or where the price of a call is zero or not completely known.
    """
    net: NetPrice | None
    """The cost at the rate card's prices; null without a rate card."""
    converted: Converted | None
    """The amounts in ``currency``; null without one."""
    model: MatchedModel
    line_items: tuple[LineItem, ...]
    """One line per billed component, over all calls; the lines add up to ``total_usd``."""
    modifiers: tuple[Modifier, ...]
    long_context: LongContext | None
    """The price list's prompt length threshold; null when it has none."""
    context: ContextUse
    """Use of the model's context window."""
    counting: Counting | None
    """How tokens were counted; null when the usage came from the provider."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the estimate takes for granted, as sentences."""
    warnings: tuple[Notice, ...]

    @property
    def complete(self) -> bool:
        """Whether everything that was understood has a known price, at the rate card if any."""
        return all(line.cost_usd is not None for line in (self.net or self).line_items)

    @property
    def paid_usd(self) -> Decimal:
        """What the caller pays: the total at the rate card's prices, or at list prices."""
        return (self.net or self).total_usd


def estimate(in_force: BookInForce, query: EstimateQuery) -> Estimate:
    """Price a query from a price book; raises UnknownModel, Unpriced or InvalidRequest.

    Terms that the provider reported win over terms that were requested.
    """
    found = price_query(in_force.book, query)
    priced = found.priced
    unread = found.counted.unread
    at_card = price_query(in_force.net, query).priced if in_force.net else None
    answer = Estimate(
        total_usd=priced.total_usd,
        per_call_usd=priced.per_call_usd,
        calls=query.calls,
        status=status_of(priced, unread),
        unread=unread,
        stated_cost_usd=found.stated_cost_usd,
        calls_for_budget=_calls_for(query.budget_usd, at_card or priced, unread),
        net=None
        if at_card is None
        else NetPrice(
            in_force.rate_card or "",
            at_card.total_usd,
            at_card.per_call_usd,
            status_of(at_card, unread),
            at_card.line_items,
        ),
        converted=None,
        model=found.match.of(found.requested),
        line_items=priced.line_items,
        modifiers=priced.modifiers,
        long_context=priced.long_context,
        context=found.context,
        counting=_counting(in_force.book, query, found),
        pricing=provenance(in_force, query.as_of),
        assumptions=(*found.assumptions, *_lifetimes(in_force.book, query, found)),
        warnings=(*found.notices, *card_notices(in_force, found.match.model)),
    )
    if in_force.currency is None:
        return answer
    day = query.as_of.instant.date()
    return replace(answer, converted=in_force.currency.convert(answer, day, answer.total_usd))


@immutable
class PricedQuery:
    """A query's price, with everything that an answer about it needs."""

    match: Match
    requested: str
    terms: Terms
    counted: CountedCall
    priced: Priced
    context: ContextUse
    stated_cost_usd: Decimal | None
    at: datetime
    assumptions: tuple[str, ...]
    notices: tuple[Notice, ...]


def price_query(book: PriceBook, query: EstimateQuery) -> PricedQuery:
    """Match, count and price a query; raises as ``estimate`` does."""
    match, requested, named_at, served_notices = billed_model(
        book, query.model, query.served_model, query.named_at, query.served_at
    )
    model = match.model
    at, cheapest = hours_of(model, query.as_of)
    terms, differing, terms_notices = settled_terms(model, at, query.requested, query.served)
    counted = query.call.counted_for(model)
    attempts = counted.attempts

    def priced_at(moment: datetime) -> Priced:
        return price_attempts(book, model, moment, attempts, terms, query.calls, named_at)

    priced = priced_at(at)
    hour: tuple[str, ...] = ()
    if cheapest != at:
        hour = hour_assumption(
            model, query.as_of, "the total", lambda moment: priced_at(moment).total_usd
        )
    context = context_use(model, at, attempts)
    stated = query.stated
    stated_total = None if stated is None else multiply(stated.usd, Decimal(query.calls))
    return PricedQuery(
        match=match,
        requested=requested,
        terms=terms,
        counted=counted,
        priced=priced,
        context=context,
        stated_cost_usd=stated_total,
        at=at,
        assumptions=(*counted.assumptions, *hour, *priced.assumptions),
        notices=(
            *_own_notices(query, model),
            *served_notices,
            *counted.notices,
            *stated_cost_notices(priced.per_call_usd, stated),
            *terms_notices,
            *reference_notices(match, requested, terms, differing),
            *priced.warnings,
            *lifecycle_notices(model, query.as_of),
            *limit_notices(model, at, attempts, terms, context),
            *output_notices(model, query.as_of.instant, attempts),
        ),
    )


def _own_notices(query: EstimateQuery, model: Model) -> tuple[Notice, ...]:
    """The query's notices; a model that bills no output misses none."""
    if model.bills_output:
        return query.notices
    return tuple(notice for notice in query.notices if notice.code != NO_EXPECTED_OUTPUT)


def _lifetimes(book: PriceBook, query: EstimateQuery, found: PricedQuery) -> tuple[str, ...]:
    """Say what cache writes of no stated time to live would cost as writes for an hour."""
    if query.compared or WRITES_WITHOUT_SPLIT not in found.assumptions:
        return ()
    model = found.match.model
    hourly = tuple(map(_for_an_hour, found.counted.attempts))
    other = price_attempts(book, model, found.at, hourly, found.terms, query.calls)
    more = subtract(other.total_usd, found.priced.total_usd)
    if not other.complete or more <= 0:
        return ()
    return (f"If they live for an hour, the total is {plain(more)} USD more.",)


def _for_an_hour(attempt: Attempt) -> Attempt:
    """The attempt with those of its writes as hourly ones whose time to live is not stated."""
    usage = attempt.usage
    moved = min(attempt.undated_writes, usage.cache_write_5m)
    changed = usage.changed(
        cache_write_5m=usage.cache_write_5m - moved, cache_write_1h=usage.cache_write_1h + moved
    )
    return replace(attempt, usage=changed)


def status_of(priced: Priced, unread: Sequence[Unread]) -> PricedStatus:
    """Return whether everything that was used is in the total, some of it, or nothing."""
    if priced.complete and not unread:
        return "priced"
    known = any(line.cost_usd is not None for line in priced.line_items)
    return "partial" if known else "unpriced"


def _calls_for(budget: Decimal | None, priced: Priced, unread: Sequence[Unread]) -> int | None:
    """Whole calls that a budget pays for, where a call has a price that is known and not zero."""
    if budget is None or unread or not priced.complete or not priced.per_call_usd:
        return None
    return whole_times(budget, priced.per_call_usd)


def compared_status(*calls: CountedCall) -> tuple[ComparedStatus, tuple[Unread, ...]]:
    """Return whether a comparison covers everything that its calls used; what was not understood.

    A count that was not understood is named once, however often its call is compared.
    """
    unread = tuple(dict.fromkeys(one for call in calls for one in call.unread))
    partial = unread or any(call.left_out for call in calls)
    return ("partial" if partial else "priced"), unread


def _counting(book: PriceBook, query: EstimateQuery, found: PricedQuery) -> Counting | None:
    """Return the cost at both ends of the count's error band; None if nothing was estimated.

    A cached prefix is as much longer or shorter as the whole prompt.
    """
    count = found.counted.count
    if count is None:
        return None
    model, at = found.match.model, found.at
    totals = []
    for tokens in (count.low, count.high):
        first, *rest = found.counted.attempts
        cached = {
            bucket: sent * tokens // count.tokens
            for bucket in ("cache_read", "cache_write_5m", "cache_write_1h")
            if (sent := getattr(first.usage, bucket))
        }
        usage = first.usage.changed(input=tokens - sum(cached.values()), **cached)
        attempts = (replace(first, usage=usage), *rest)
        totals.append(price_attempts(book, model, at, attempts, found.terms, query.calls).total_usd)
    return Counting(count.method, count.tokens, count.low, count.high, *totals)


@immutable
class Pricer:
    """Prices of one model at one instant and on one set of terms."""

    in_force: BookInForce
    matched: MatchedModel
    model: Model
    as_of: AsOf
    terms: Terms
    terms_notices: tuple[Notice, ...] = ()

    @classmethod
    def of(cls, in_force: BookInForce, reference: str, as_of: AsOf, terms: Terms) -> "Pricer":
        """Return the pricer of the model that a reference names; raises UnknownModel."""
        match = in_force.book.find(reference)
        return cls(in_force, match.of(reference), match.model, as_of, terms)

    @classmethod
    def of_call(
        cls,
        in_force: BookInForce,
        reference: str,
        as_of: AsOf,
        requested: StatedTerms,
        served: StatedTerms,
    ) -> "Pricer":
        """Return the pricer of a call that was made on these terms; raises UnknownModel."""
        pricer = cls.of(in_force, reference, as_of, Terms())
        terms, _, notices = settled_terms(pricer.model, pricer.at, requested, served)
        return replace(pricer, terms=terms, terms_notices=notices)

    @classmethod
    def of_query(cls, in_force: BookInForce, query: EstimateQuery) -> "Pricer":
        """Return the pricer of the model that a query is billed at; raises UnknownModel."""
        match, requested, _, _ = billed_model(
            in_force.book, query.model, query.served_model, query.named_at, query.served_at
        )
        asked, served, key = query.requested, query.served, match.model.key
        pricer = cls.of_call(in_force, key, query.as_of, asked, served)
        return replace(pricer, matched=match.of(requested))

    def comparable(self, counted: CountedCall) -> CountedCall:
        """Return a call without the tool uses and quantities that have no price here.

        A plan compares ways to make the same calls, and these cost the same in each of them. What
        is left out is named in ``left_out`` and in a warning.
        """
        priced = self._priced(counted.attempts)
        missing = [
            line.component
            for line in priced.line_items
            if line.cost_usd is None and line.unit != TOKEN
        ]
        if not missing:
            return counted
        counted = counted.without(missing)
        message = f"{self.model.id} has no price for {', '.join(counted.left_out)}: in no total."
        notices = (*counted.notices, Notice("component_unpriced", message))
        return replace(counted, notices=notices)

    @property
    def at(self) -> datetime:
        """The moment of the prices: of a date alone, its most expensive hour."""
        return hours_of(self.model, self.as_of)[0]

    def hour_assumption(self, *attempts: Attempt) -> tuple[str, ...]:
        """Return what is assumed of the hour, and what such a call costs at another one."""

        def usd_at(moment: datetime) -> Decimal:
            return self._priced(attempts, moment).total_usd

        return hour_assumption(self.model, self.as_of, "the cost of such a call", usd_at)

    def _priced(self, attempts: Sequence[Attempt], at: datetime | None = None) -> Priced:
        book, model = self.in_force.book, self.model
        return price_attempts(book, model, at or self.at, attempts, self.terms, 1)

    def priced(self, *attempts: Attempt) -> Priced:
        """Price one call; raises Unpriced, also for a component without one, or InvalidRequest."""
        priced = self._priced(attempts)
        if not priced.complete:
            missing = next(line.component for line in priced.line_items if line.cost_usd is None)
            raise Unpriced.at("/model", f"{self.model.id} has no price for {missing}.")
        return priced

    def cost(self, usage: Usage) -> Decimal:
        """Return the cost of one call in USD; raises as ``priced`` does."""
        return self.priced(Attempt(usage)).total_usd

    def cost_of(self, call: CallInput, first: tuple[Model, CountedCall]) -> Decimal:
        """Return the cost of a call that another model counts so; raises as ``priced`` does."""
        return self.priced(*counted_alike(call, self.model, first).attempts).total_usd

    def rate(self, usage: Usage, component: str) -> Decimal | None:
        """Return the price per million tokens of a component of such a call; None if unused."""
        lines = self.priced(Attempt(usage)).line_items
        return next((line.usd_per_mtok for line in lines if line.component == component), None)

    def offers(self, component: str) -> bool:
        """Return whether the price list has this component; raises as ``priced`` does."""
        return offers(self.model, self.at, self.terms, component)

    def cache_kinds(self) -> tuple[CacheKind, ...]:
        """Return the ways to cache a prefix that have a price; raises as ``priced`` does."""
        return cache_kinds(self.model, self.at, self.terms)

    def why_not_cached(
        self, prefix_tokens: int, *ttls: CacheTtl, marked: bool = False
    ) -> str | None:
        """Return why such a prefix would not be cached, or None; see ``caching.why_not_cached``."""
        return why_not_cached(self.model, self.at, self.terms, prefix_tokens, *ttls, marked=marked)

    def notices(self, *usages: Usage) -> tuple[Notice, ...]:
        """Return the warnings that the model's dates and limits give for calls like these."""
        lifecycle = lifecycle_notices(self.model, self.as_of) if usages else ()
        notices = dict.fromkeys((*self.terms_notices, *lifecycle))
        for usage in usages:
            attempts = (Attempt(usage),)
            context = context_use(self.model, self.at, attempts)
            found = limit_notices(self.model, self.at, attempts, self.terms, context)
            notices |= dict.fromkeys(found)
        return tuple(notices)

    @property
    def provenance(self) -> Provenance:
        """The price version, instant and freshness of these prices."""
        return provenance(self.in_force, self.as_of)
