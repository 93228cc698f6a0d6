"""Queries shared out over models by tier, beside one model for all: ``POST /v1/recommend/tiers``.

Each tier is priced twice, on its own model and on the single one, with its own token counts: the
complex tier's longer prompts are what turns many a saving into an extra cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pricing.errors import InvalidRequest, TariffError
from pricing.estimate import MatchedModel, Provenance
from pricing.instants import AsOf
from pricing.money import ONE, add, percent_of, plain, share_of, subtract
from pricing.notices import Notice
from pricing.price_book import BookInForce
from pricing.pricer import Pricer
from pricing.rational import written
from pricing.tiers_sensitivity import Flip, Side, TierSides, flips
from pricing.usage import StatedTerms, Terms, settle
from pricing.work import MeasuredWork, RecountedWork, Work

Verdict = Literal["saves", "even", "costs_more"]


@dataclass(frozen=True, slots=True)
class Tier:
    """A share of the queries, the model that answers them, and what one of them uses."""

    name: str
    share: Decimal
    model: str
    work: Work
    requested: StatedTerms = StatedTerms()
    served: StatedTerms = StatedTerms()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class TiersQuery:
    """``monthly_queries`` over tiers whose shares add up to exactly 1, and one model for all.

    With ``equal_text`` measured counts are those of the tier's model, recounted for the single
    one's tokenizer; else they stand for both.
    """

    tiers: tuple[Tier, ...]
    monthly_queries: int
    single_model: str
    as_of: AsOf
    equal_text: bool = False


@dataclass(frozen=True, slots=True)
class TierAnswer:
    """One tier's month on its own model, and the same queries on the single model."""

    name: str
    model: MatchedModel
    share: Decimal
    queries: Decimal
    per_query_usd: Decimal
    cost_usd: Decimal
    share_of_cost: Decimal | None
    single_model_usd: Decimal
    saves_usd: Decimal


@dataclass(frozen=True, slots=True)
class SingleModel:
    """All queries on one model, each with its own tier's token counts."""

    model: MatchedModel
    total_usd: Decimal


@dataclass(frozen=True, slots=True)
class Driver:
    """The tier that does most to make the mix cheaper or dearer than the single model."""

    name: str
    saves_usd: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class EqualTokens:
    """The comparison were every query as long as those of tier ``like``."""

    like: str
    total_usd: Decimal
    single_model_usd: Decimal
    saves_usd: Decimal
    saves_percent: Decimal | None
    relative_to_single: Decimal | None


@dataclass(frozen=True, slots=True)
class TiersAnswer:
    """The mix's month beside the single model's; a negative saving is an extra cost."""

    monthly_queries: int
    total_usd: Decimal
    single_model: SingleModel
    saves_usd: Decimal
    saves_percent: Decimal | None
    relative_to_single: Decimal | None
    verdict: Verdict
    driver: Driver | None
    tiers: tuple[TierAnswer, ...]
    equal_tokens: tuple[EqualTokens, ...]
    sensitivity: tuple[Flip, ...]
    pricing: Provenance
    assumptions: tuple[str, ...]
    warnings: tuple[Notice, ...]


def compare_tiers(in_force: BookInForce, query: TiersQuery) -> TiersAnswer:
    """Price both; raises UnknownModel, and InvalidRequest pointing at the tier."""
    shares = add(tier.share for tier in query.tiers)
    if shares != ONE:
        detail = f"have shares that add up to {plain(shares)}; they must add up to exactly 1"
        raise InvalidRequest.at("/tiers", detail)
    sides = [_sides(in_force, query, number) for number in range(len(query.tiers))]
    tiers = _tier_answers(query, sides)
    total = add(one.cost_usd for one in tiers)
    single = add(one.single_model_usd for one in tiers)
    saves = subtract(single, total)
    matched = sides[0].single.pricer.matched
    return TiersAnswer(
        monthly_queries=query.monthly_queries,
        total_usd=total,
        single_model=SingleModel(matched, single),
        saves_usd=saves,
        saves_percent=percent_of(saves, single),
        relative_to_single=share_of(total, single),
        verdict=_verdict(saves),
        driver=_driver(tiers, saves, matched.id),
        tiers=tiers,
        equal_tokens=_equal_tokens(query, sides),
        sensitivity=flips(sides),
        pricing=sides[0].single.pricer.provenance,
        assumptions=(*_ASSUMPTIONS, *dict.fromkeys(said for one in sides for said in one.said)),
        warnings=_notices(query, sides),
    )


_ASSUMPTIONS = (
    "A tier's queries are its share of all, whole or not: an average month.",
    "What decides the tier of a query, and what a wrong answer costs, is not in here.",
    "Sensitivity changes one thing of one tier; the other tiers share the rest in proportion.",
)


def _sides(in_force: BookInForce, query: TiersQuery, number: int) -> TierSides:
    tier = query.tiers[number]
    terms, _ = settle(tier.requested, tier.served)
    try:
        own = _side(in_force, tier.model, query, terms, tier.work)
    except TariffError as error:
        raise error.under(f"/tiers/{number}") from None
    work = _elsewhere(query, tier, own.pricer)
    try:
        single = _side(in_force, query.single_model, query, terms, work)
    except TariffError as error:
        raise error.of_field("/single_model") from None
    return TierSides(tier.name, Fraction(tier.share), own, single)


def _side(in_force: BookInForce, model: str, query: TiersQuery, terms: Terms, work: Work) -> Side:
    pricer = Pricer.of(in_force, model, query.as_of, terms)
    counted = work.on(pricer.model)
    return Side(pricer, counted, Fraction(pricer.priced(*counted.attempts).total_usd))


def _elsewhere(query: TiersQuery, tier: Tier, own: Pricer) -> Work:
    """The tier's work as the single model is asked it."""
    if query.equal_text and isinstance(tier.work, MeasuredWork):
        return RecountedWork(tier.work.attempts, own.model.tokenizer)
    return tier.work


def _tier_answers(query: TiersQuery, sides: Sequence[TierSides]) -> tuple[TierAnswer, ...]:
    total = sum((one.share * one.own.usd for one in sides), Fraction(0))
    answers = []
    for tier, one in zip(query.tiers, sides, strict=True):
        queries = query.monthly_queries * one.share
        answers.append(
            TierAnswer(
                name=tier.name,
                model=one.own.pricer.matched,
                share=tier.share,
                queries=written(queries),
                per_query_usd=written(one.own.usd),
                cost_usd=written(queries * one.own.usd),
                share_of_cost=share_of(written(one.share * one.own.usd), written(total)),
                single_model_usd=written(queries * one.single.usd),
                saves_usd=written(queries * one.saves),
            )
        )
    return tuple(answers)


def _verdict(saves: Decimal) -> Verdict:
    if not saves:
        return "even"
    return "saves" if saves > 0 else "costs_more"


def _driver(tiers: Sequence[TierAnswer], saves: Decimal, single: str) -> Driver | None:
    if not saves:
        return None
    choose = max if saves > 0 else min
    found = choose(tiers, key=lambda one: one.saves_usd)
    by = "saves" if saves > 0 else "costs extra"
    usd = plain(abs(found.saves_usd))
    why = f"{found.name} on {found.model.id} {by} {usd} USD a month against {single}."
    return Driver(found.name, found.saves_usd, why)


def _equal_tokens(query: TiersQuery, sides: Sequence[TierSides]) -> tuple[EqualTokens, ...]:
    """One row for each tier whose queries every model of the mix can be asked."""
    rows = []
    for tier, like in zip(query.tiers, sides, strict=True):
        work = _elsewhere(query, tier, like.own.pricer)
        try:
            mix = [one.share * Fraction(one.own.pricer.cost_of(work)) for one in sides]
            alone = [one.share * Fraction(one.single.pricer.cost_of(work)) for one in sides]
        except InvalidRequest:
            continue
        total = written(query.monthly_queries * sum(mix, Fraction(0)))
        single = written(query.monthly_queries * sum(alone, Fraction(0)))
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


def _notices(query: TiersQuery, sides: Sequence[TierSides]) -> tuple[Notice, ...]:
    said: dict[Notice, None] = {}
    for tier, one in zip(query.tiers, sides, strict=True):
        said |= dict.fromkeys(tier.notices)
        for side in (one.own, one.single):
            usages = (part.usage for part in side.counted.attempts)
            said |= dict.fromkeys(side.pricer.notices(*usages))
        if _counted_alike(one, tier):
            message = (
                f"{one.own.model.id} and {one.single.model.id} count tokens differently; the same"
                " counts are assumed. Send equal: text to recount."
            )
            said[Notice("tokenizers_differ", message)] = None
    return tuple(said)


def _counted_alike(one: TierSides, tier: Tier) -> bool:
    """Whether measured counts stand for two tokenizers at once."""
    return (
        isinstance(tier.work, MeasuredWork)
        and one.own.counted.attempts == one.single.counted.attempts
        and one.own.model.tokenizer != one.single.model.tokenizer
    )
