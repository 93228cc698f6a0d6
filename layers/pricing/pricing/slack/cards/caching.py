"""A caching plan as a card."""

from dataclasses import replace
from decimal import Decimal

from pricing.catalogue.price_book import BookInForce
from pricing.display import count, percent, usd
from pricing.errors import InvalidRequest
from pricing.money import multiply, plain, share_of
from pricing.plans.caching.options import CachingOption, CachingScenario
from pricing.plans.caching.plan import CachingPlan
from pricing.plans.caching.query import CachingQuery, answer_caching
from pricing.slack.cards.base import Card, Table, notes_of
from pricing.slack.commands import CachingCommand, Pinned
from pricing.timestamps import AsOf
from pricing.usage.buckets import MAX_COUNT, StatedTerms

HOURS_OF_A_DAY = 24
_TTL = {"5m": "5 minutes", "1h": "1 hour", "automatic": "automatic"}


def caching_card(in_force: BookInForce, command: CachingCommand, as_of: AsOf) -> Card:
    """What caching the prefix would save; raises what ``answer_caching`` raises."""
    scenario = _scenario(command)
    found = answer_caching(
        in_force, CachingQuery(command.model, as_of, StatedTerms(), scenario=scenario)
    )
    plan = found.plan
    if plan is None:  # only measured usage has none
        raise InvalidRequest.at("/prefix_tokens", "is required")
    month = count(plan.plain_month.calls)
    pinned = Pinned(found.pricing.version, found.pricing.as_of)
    return Card(
        title=_headline(plan),
        text=plan.why_not,
        facts=(
            ("Model", f"{found.model.id} ({found.model.provider})"),
            ("Without caching", f"{usd(plan.plain_month.cost_usd)} a month"),
            ("Calls", f"{plain(plan.calls_per_hour)} an hour, {month} a month"),
            ("Prefix", f"{count(plan.prefix_tokens)} tokens"),
        ),
        table=Table(
            ("Lifetime", "Cost a month", "Saves a month", "Hit rate", "Pays off from read"),
            tuple(_option(option) for option in plan.options),
        )
        if plan.options
        else None,
        notes=notes_of(
            tuple(one for one in found.warnings if one.message != plan.why_not), found.assumptions
        ),
        pricing=found.pricing,
        share=replace(command, pinned=pinned).text(),
    )


def _headline(plan: CachingPlan) -> str:
    if not plan.cacheable:
        return "This prefix would not be cached"
    if plan.ttl == "none":
        explicit = plan.explicit
        if explicit is None or explicit.saves_usd <= 0:
            return "Caching would save nothing for these calls"
        share = percent(share_of(explicit.saves_usd, plan.plain_month.cost_usd))
        return f"Only an explicit cache saves: {usd(explicit.saves_usd)} a month ({share})"
    saves = plan.saves_usd_per_month
    share = percent(share_of(saves, plan.plain_month.cost_usd))
    caching = "Automatic caching" if plan.ttl == "automatic" else f"Caching for {_TTL[plan.ttl]}"
    return f"{caching} saves {usd(saves)} a month ({share})"


def _option(option: CachingOption) -> tuple[str, ...]:
    first = option.first_cheaper_reads
    return (
        _TTL[option.ttl],
        usd(option.month.cost_usd),
        usd(option.month.saves_usd),
        percent(option.hit_rate),
        "never" if first is None else count(first),
    )


def _scenario(command: CachingCommand) -> CachingScenario:
    """The scenario of a command, with the defaults of ``POST /v1/plan/caching``."""
    scenario = CachingScenario(
        prefix_tokens=command.prefix_tokens,
        suffix_tokens=command.suffix_tokens,
        output_tokens=command.output_tokens,
        calls_per_hour=command.calls_per_hour,
        hours_per_day=command.hours_per_day,
        days_per_month=command.days_per_month,
        cold_start_every="month" if command.hours_per_day == HOURS_OF_A_DAY else "day",
    )
    calls = scenario.calls_per_day
    if not calls or multiply(command.calls_per_hour, Decimal(command.hours_per_day)) != calls:
        detail = "Calls per hour times hours a day must be a whole number, at least 1."
        raise InvalidRequest.at("/calls per hour", detail)
    if scenario.calls_per_month > MAX_COUNT:
        detail = f"The calls of a month must be at most {MAX_COUNT:,}."
        raise InvalidRequest.at("/calls per hour", detail)
    if command.prefix_tokens + command.suffix_tokens > MAX_COUNT:
        detail = f"The prefix and in must be at most {MAX_COUNT:,} tokens together."
        raise InvalidRequest.at("/prefix", detail)
    return scenario
