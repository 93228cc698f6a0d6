"""Queries split into tiers of models, compared with one model for all of them.

``POST /v1/recommend/tiers``. Each tier is priced twice, on its own model and on the single one,
with its own token counts: the longer prompts of a complex tier often turn a saving into an extra
cost.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from pricing.catalogue.exchange_rates import Converted
from pricing.catalogue.models import Model
from pricing.catalogue.price_book import BookInForce, MatchedModel, Provenance
from pricing.errors import InvalidRequest, of_field, under
from pricing.estimates.estimate import ComparedStatus, Pricer, compared_status
from pricing.estimates.inputs import (
    CallInput,
    CountedCall,
    MeasuredInput,
    RecountedInput,
    counted_alike,
)
from pricing.money import ONE, add, as_decimal, percent_of, plain, rounded, share_of, subtract
from pricing.notices import Notice
from pricing.recommendations.cascade import CostOutcome, cost_outcome
from pricing.timestamps import AsOf
from pricing.usage.buckets import StatedTerms, Terms
from pricing.usage.parsed import Unread
from pricing.values import immutable

Varied = Literal["share", "input_tokens", "output_tokens"]

_BUCKETS: tuple[tuple[Varied, str], ...] = (("input_tokens", "input"), ("output_tokens", "output"))

_ASSUMPTIONS = (
    "A tier's queries are its share of all queries, whole or not: an average month.",
    "The cost of choosing a query's tier, and of wrong answers, is not included.",
    "Sensitivity changes one quantity of one tier; the other tiers keep their proportions.",
)


@immutable
class Tier:
    """A share of the queries, the model that answers them, and the usage of one query."""

    name: str
    share: Decimal
    model: str
    call: CallInput
    requested: StatedTerms = StatedTerms()
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()


@immutable
class TiersQuery:
    """``monthly_queries`` over tiers whose shares add up to exactly 1, and one model for all.

    With ``equal_text``, measured counts of the tier's model are recounted for the tokenizer of the
    single one; otherwise the same counts are used for both.
    """

    tiers: tuple[Tier, ...]
    monthly_queries: int
    single_model: str
    as_of: AsOf
    equal_text: bool = False


@immutable
class TierAnswer:
    """One tier per month, on its own model and on the single model."""

    name: str
    """The tier's name, as sent."""
    model: MatchedModel
    share: Decimal
    """The tier's share of the queries."""
    queries: Decimal
    """Queries per month."""
    per_query_usd: Decimal
    """Cost of one query on the tier's model."""
    cost_usd: Decimal
    """Cost per month on the tier's model."""
    share_of_cost: Decimal | None
    """The tier's share of the mix's cost; null when that is zero."""
    single_model_usd: Decimal
    """Cost per month on the single model."""
    saves_usd: Decimal
    """What the tier saves compared with the single model; negative when it costs more."""


@immutable
class SingleModel:
    """All queries on one model, with each tier's own token counts."""

    model: MatchedModel
    total_usd: Decimal
    """Cost per month."""


@immutable
class CostDriver:
    """The tier that contributes most to the difference."""

    name: str
    """The tier's name."""
    saves_usd: Decimal
    """What the tier saves compared with the single model; negative when it costs more."""
    why: str
    """The reason, in a sentence or two."""


@immutable
class EqualTokens:
    """The comparison if every query had the token counts of one tier."""

    like: str
    """The tier whose token counts are used."""
    total_usd: Decimal
    """Cost of the mix per month."""
    single_model_usd: Decimal
    """Cost of the single model per month."""
    saves_usd: Decimal
    """What the mix saves; negative when it costs more."""
    saves_percent: Decimal | None
    """Saving as a percentage of the single model's cost; null when that is zero."""
    relative_to_single: Decimal | None
    """Cost of the mix as a ratio of the single model's; null when that is zero."""


@immutable
class Flip:
    """The break-even value of one property of one tier, everything else unchanged."""

    tier: str
    """The tier's name."""
    of: Varied
    """The property that changes."""
    now: Decimal
    """Its present value."""
    flips_at: Decimal | None
    """The break-even value: the share rounded at 12 places, or the last token count before it
    changes which side is cheaper; null when there is none.
    """
    when: Literal["above", "below"] | None
    """Whether the other side is cheaper above or below that value; null when there is none."""
    note: str | None
    """Why there is no break-even value, or a remark; null when there is neither."""


@immutable
class TiersAnswer:
    """The mix of tiers per month, compared with the single model."""

    monthly_queries: int
    """Queries per month, as sent."""
    status: ComparedStatus
    """``partial`` when something that is used has no known price or was not understood; both sides
    leave it out.
    """
    unread: tuple[Unread, ...]
    """Counts of the request that were not understood and are in no total."""
    total_usd: Decimal
    """Cost of the mix per month."""
    single_model: SingleModel
    """The same queries on the single model."""
    saves_usd: Decimal
    """What the mix saves; negative when it costs more."""
    saves_percent: Decimal | None
    """Saving as a percentage of the single model's cost; null when that is zero."""
    relative_to_single: Decimal | None
    """Cost of the mix as a ratio of the single model's; null when that is zero."""
    verdict: CostOutcome
    """Whether the mix saves compared with the single model."""
    driver: CostDriver | None
    """The tier that contributes most to the difference; null when both cost the same."""
    tiers: tuple[TierAnswer, ...]
    """The tiers, in the order sent."""
    equal_tokens: tuple[EqualTokens, ...]
    """The comparison with the token counts of one tier for all, once per tier."""
    sensitivity: tuple[Flip, ...]
    """The break-even values; empty when both cost the same."""
    pricing: Provenance
    assumptions: tuple[str, ...]
    """What the comparison takes for granted, as sentences."""
    warnings: tuple[Notice, ...]
    net: "TiersAnswer | None" = None
    """The same answer at the rate card's prices; null without a rate card."""
    rate_card: str | None = None
    """The id of the rate card whose prices this answer has; null at list prices."""
    converted: Converted | None = None
    """The amounts in ``currency``; null without one."""


@immutable
class Side:
    """One query of a tier on one model: how it is counted there, and its cost in USD."""

    pricer: Pricer
    counted: CountedCall
    usd: Fraction

    @property
    def model(self) -> Model:
        """The model."""
        return self.pricer.model

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions of counting the query, and of the hour that it is priced at."""
        hour = self.pricer.hour_assumption(*self.counted.attempts)
        return (*self.counted.assumptions, *hour)

    def usd_with(self, bucket: str, tokens: int) -> Fraction:
        """Return the cost of a query of one attempt with so many tokens in a bucket."""
        (attempt,) = self.counted.attempts
        changed = replace(attempt, usage=attempt.usage.changed(**{bucket: tokens}))
        return Fraction(self.pricer.priced(changed).total_usd)


@immutable
class TierSides:
    """One tier on its own model and on the single one."""

    name: str
    share: Fraction
    own: Side
    single: Side

    @property
    def saves(self) -> Fraction:
        """The saving of a query on its own model; negative if it costs more there."""
        return self.single.usd - self.own.usd

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions of both models."""
        return (*self.own.assumptions, *self.single.assumptions)

    def saves_with(self, bucket: str, tokens: int) -> Fraction:
        """Return the saving of a query with so many tokens in one bucket."""
        return self.single.usd_with(bucket, tokens) - self.own.usd_with(bucket, tokens)


def compare_tiers(in_force: BookInForce, query: TiersQuery) -> TiersAnswer:
    """Price both; raises UnknownModel, and InvalidRequest that points at the tier."""
    shares = add(tier.share for tier in query.tiers)
    if shares != ONE:
        detail = f"must have shares that add up to exactly 1; they add up to {plain(shares)}"
        raise InvalidRequest.at("/tiers", detail)
    sides = [_sides(in_force, query, number) for number in range(len(query.tiers))]
    tiers = _tier_answers(query, sides)
    total = add(tier.cost_usd for tier in tiers)
    single = add(tier.single_model_usd for tier in tiers)
    saves = subtract(single, total)
    matched = sides[0].single.pricer.matched
    status, unread = compared_status(*(both.own.counted for both in sides))
    return TiersAnswer(
        monthly_queries=query.monthly_queries,
        status=status,
        unread=unread,
        total_usd=total,
        single_model=SingleModel(matched, single),
        saves_usd=saves,
        saves_percent=percent_of(saves, single),
        relative_to_single=share_of(total, single),
        verdict=cost_outcome(saves),
        driver=_driver(tiers, saves, matched.id),
        tiers=tiers,
        equal_tokens=_equal_tokens(query, sides),
        sensitivity=flips(sides),
        pricing=sides[0].single.pricer.provenance,
        assumptions=(
            *_ASSUMPTIONS,
            *dict.fromkeys(text for both in sides for text in both.assumptions),
        ),
        warnings=_notices(query, sides),
    )


def _side(pricer: Pricer, counted: CountedCall) -> Side:
    return Side(pricer, counted, Fraction(pricer.priced(*counted.attempts).total_usd))


def _sides(in_force: BookInForce, query: TiersQuery, number: int) -> TierSides:
    tier = query.tiers[number]

    def pricer_of(model: str) -> Pricer:
        return Pricer.of_call(in_force, model, query.as_of, tier.requested, tier.served)

    with under(f"/tiers/{number}"):
        pricer = pricer_of(tier.model)
        own = _side(pricer, pricer.comparable(tier.call.counted_for(pricer.model)))
    call = _elsewhere(query, tier, own)
    with of_field("/single_model"):
        pricer = pricer_of(query.single_model)
        single = _side(pricer, counted_alike(call, pricer.model, (own.model, own.counted)))
    return TierSides(tier.name, Fraction(tier.share), own, single)


def _elsewhere(query: TiersQuery, tier: Tier, own: Side) -> CallInput:
    """Return the tier's call as another model gets it."""
    if not isinstance(tier.call, MeasuredInput):
        return tier.call
    if query.equal_text:
        return RecountedInput(own.counted, own.model.tokenizer)
    return tier.call.anew()


def _tier_answers(query: TiersQuery, sides: Sequence[TierSides]) -> tuple[TierAnswer, ...]:
    total = sum((both.share * both.own.usd for both in sides), Fraction(0))
    answers = []
    for tier, both in zip(query.tiers, sides, strict=True):
        queries = query.monthly_queries * both.share
        answers.append(
            TierAnswer(
                name=tier.name,
                model=both.own.pricer.matched,
                share=tier.share,
                queries=as_decimal(queries),
                per_query_usd=as_decimal(both.own.usd),
                cost_usd=as_decimal(queries * both.own.usd),
                share_of_cost=share_of(as_decimal(both.share * both.own.usd), as_decimal(total)),
                single_model_usd=as_decimal(queries * both.single.usd),
                saves_usd=as_decimal(queries * both.saves),
            )
        )
    return tuple(answers)


def _driver(tiers: Sequence[TierAnswer], saves: Decimal, single: str) -> CostDriver | None:
    """Return the tier with the largest part of the saving or extra cost; None if there is none."""
    if not saves:
        return None
    choose = max if saves > 0 else min
    found = choose(tiers, key=lambda tier: tier.saves_usd)
    usd = plain(abs(found.saves_usd))
    how = f"saves {usd} USD" if saves > 0 else f"costs {usd} USD more"
    why = f"{found.name} on {found.model.id} {how} a month, compared with {single}."
    return CostDriver(found.name, found.saves_usd, why)


def _equal_tokens(query: TiersQuery, sides: Sequence[TierSides]) -> tuple[EqualTokens, ...]:
    """Return one row for each tier whose queries every model of the mix can answer."""
    # A tier's call costs the same in every tier of one model and terms.
    mix = _shares((both.own.pricer, both.share) for both in sides)
    alone = _shares((both.single.pricer, both.share) for both in sides)
    rows = []
    for tier, like in zip(query.tiers, sides, strict=True):
        call, counted = _elsewhere(query, tier, like.own), (like.own.model, like.own.counted)
        try:
            per_query = [
                sum(
                    (share * Fraction(one.cost_of(call, counted)) for one, share in part),
                    Fraction(0),
                )
                for part in (mix, alone)
            ]
        except InvalidRequest:
            continue
        total, single = (as_decimal(query.monthly_queries * usd) for usd in per_query)
        saves = subtract(single, total)
        rows.append(
            EqualTokens(
                like=tier.name,
                total_usd=total,
                single_model_usd=single,
                saves_usd=saves,
                saves_percent=percent_of(saves, single),
                relative_to_single=share_of(total, single),
            )
        )
    return tuple(rows)


def _shares(parts: Iterable[tuple[Pricer, Fraction]]) -> list[tuple[Pricer, Fraction]]:
    """Add up the shares of queries that are priced alike."""
    found: dict[tuple[str, Terms], tuple[Pricer, Fraction]] = {}
    for pricer, share in parts:
        key = (pricer.model.key, pricer.terms)
        _, before = found.get(key, (pricer, Fraction(0)))
        found[key] = (pricer, before + share)
    return list(found.values())


def _notices(query: TiersQuery, sides: Sequence[TierSides]) -> tuple[Notice, ...]:
    notices: dict[Notice, None] = {}
    for tier, both in zip(query.tiers, sides, strict=True):
        own, single = both.own, both.single
        notices |= dict.fromkeys((*tier.notices, *own.counted.notices))
        for side in (own, single):
            usages = (attempt.usage for attempt in side.counted.attempts)
            notices |= dict.fromkeys(side.pricer.notices(*usages))
        same_counts = own.counted.attempts == single.counted.attempts
        same_tokenizer = own.model.tokenizer == single.model.tokenizer
        if isinstance(tier.call, MeasuredInput) and same_counts and not same_tokenizer:
            message = (
                f"{own.model.id} and {single.model.id} count tokens differently; the same counts"
                " are assumed. Send `equal`: text to recount."
            )
            notices[Notice("tokenizers_differ", message)] = None
    return tuple(notices)


def flips(sides: Sequence[TierSides]) -> tuple[Flip, ...]:
    """Return three rows per tier; none if mix and single model cost the same already."""
    now = sum((tier.share * tier.saves for tier in sides), Fraction(0))
    rows: list[Flip] = []
    for tier in sides if now else ():
        rows.append(_share_flip(tier, now))
        rows += [_token_flip(tier, now, of, bucket) for of, bucket in _BUCKETS]
    return tuple(rows)


def _share_flip(tier: TierSides, now: Fraction) -> Flip:
    """Return the share at which mix and single model cost the same.

    With a share s of this tier, the mix saves ``s x saves of the tier + (1 - s) x saves of the
    rest``.
    """
    share = rounded(tier.share)
    if tier.share == 1:
        return Flip(tier.name, "share", share, None, None, "It is the only tier.")
    rest = (now - tier.share * tier.saves) / (1 - tier.share)
    turn = rest / (rest - tier.saves) if rest != tier.saves else tier.share
    when: Literal["above", "below"] = "above" if turn > tier.share else "below"
    if turn == tier.share or not (turn < 1 if when == "above" else turn > 0):
        return Flip(tier.name, "share", share, None, None, "No share changes the outcome.")
    return Flip(tier.name, "share", share, rounded(turn), when, None)


def _token_flip(tier: TierSides, now: Fraction, of: Varied, bucket: str) -> Flip:
    counts = [
        getattr(part.usage, bucket)
        for side in (tier.own, tier.single)
        for part in side.counted.attempts
    ]
    count: int = counts[0]
    found = Decimal(count)
    if len(counts) > 2 or counts[0] != counts[1]:  # noqa: PLR2004 - tier attempt on each side
        note = "Not varied: the models count it differently, or the call has several attempts."
        return Flip(tier.name, of, found, None, None, note)

    def total(tokens: int) -> Fraction:
        return now + tier.share * (tier.saves_with(bucket, tokens) - tier.saves)

    slope = total(count + 1) - now
    if not slope:
        return Flip(tier.name, of, found, None, None, "Its tokens cost the same on both models.")
    turn = count - now / slope
    if turn < 0:
        return Flip(tier.name, of, found, None, None, "No number of tokens changes the outcome.")
    return _checked(tier, of, bucket, turn, total)


def _checked(
    tier: TierSides, of: Varied, bucket: str, turn: Fraction, total: Callable[[int], Fraction]
) -> Flip:
    """Price the turn on both sides: a price threshold in between may have moved it."""
    now = getattr(tier.own.counted.attempts[0].usage, bucket)
    if turn > now:
        when: Literal["above", "below"] = "above"
        last, first = floor(turn), floor(turn) + 1
    else:
        when, last, first = "below", ceil(turn), ceil(turn) - 1
    if first < 0:
        note = "No number of tokens changes the outcome."
        return Flip(tier.name, of, Decimal(now), None, None, note)
    sign = 1 if total(now) > 0 else -1
    if sign * total(last) < 0 or sign * total(first) >= 0:
        note = "A price threshold is in between: send counts beyond it."
        return Flip(tier.name, of, Decimal(now), None, None, note)
    return Flip(tier.name, of, Decimal(now), Decimal(last), when, _limit_note(tier, of, first))


def _limit_note(tier: TierSides, of: Varied, tokens: int) -> str | None:
    limits = [
        side.model.max_output_tokens if of == "output_tokens" else side.model.context_window
        for side in (tier.own, tier.single)
    ]
    least = min((limit for limit in limits if limit is not None), default=None)
    if least is None or tokens <= least:
        return None
    return f"A call cannot have that many: the limit is {least} tokens."
