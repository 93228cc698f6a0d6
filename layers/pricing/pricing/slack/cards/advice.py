"""Which model a task needs, as a card."""

from pricing.catalogue.price_book import BookInForce
from pricing.display import count, percent, usd
from pricing.recommendations.candidates import RecommendTask
from pricing.recommendations.policy import Policy
from pricing.recommendations.recommend import (
    Alternative,
    RecommendAnswer,
    Recommendation,
    RecommendQuery,
    recommend,
)
from pricing.slack.cards.base import Card, Table, said
from pricing.slack.commands import RouteCommand
from pricing.timestamps import AsOf


def route_card(in_force: BookInForce, command: RouteCommand, as_of: AsOf) -> Card:
    """The model for a task, by the usual policy; nothing of the task is in the card.

    It cannot be shared: that would take the task along. Raises what ``recommend`` raises.
    """
    query = RecommendQuery((RecommendTask(command.task),), Policy(), as_of, alone=True)
    found = recommend(in_force, query)
    (one,) = found.recommendations
    return Card(
        title=f"{one.model.id} should do it" if one.model else "No model of the policy may do it",
        text=one.why,
        facts=_facts(one),
        table=_alternatives(one.alternatives),
        notes=(
            *(f"Seen: {signal.value}." for signal in one.signals[:3]),
            *_assumed(one, found),
            *said(one.warnings),
        ),
        pricing=found.pricing,
    )


def _facts(one: Recommendation) -> tuple[tuple[str, str], ...]:
    sure = percent(one.confidence)
    facts = [("Looks", f"{one.complexity}, {sure} sure"), ("Kind", one.kind.replace("_", " "))]
    if one.estimate is not None:
        facts.append(("One call", usd(one.estimate.total_usd)))
    savings = one.savings_vs_always_top
    if savings.saves_usd:
        facts.append((f"Saves on {savings.model}", usd(savings.saves_usd)))
    return tuple(facts)


def _alternatives(others: tuple[Alternative, ...]) -> Table | None:
    rows = tuple(
        (one.model, one.reason, "" if one.total_usd is None else usd(one.total_usd))
        for one in others
    )
    return Table(("Instead", "Why not", "One call"), rows, text_columns=2) if rows else None


def _assumed(one: Recommendation, found: RecommendAnswer) -> tuple[str, ...]:
    assumed = [f"Assumed: {text}" for text in found.assumptions]
    if one.max_tokens is not None:
        assumed.insert(0, f"Assumed: an answer of {count(one.max_tokens)} tokens.")
    return tuple(assumed)
