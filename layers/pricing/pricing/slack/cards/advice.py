"""The recommended model for a task, as a card."""

from pricing.catalogue.price_book import BookInForce
from pricing.display import count, percent, usd
from pricing.recommendations.candidates import RecommendTask
from pricing.recommendations.policy import Policy
from pricing.recommendations.recommend import Recommendation, RecommendQuery, recommend
from pricing.slack.cards.base import Card, Table, notes_of
from pricing.slack.commands import RouteCommand
from pricing.timestamps import AsOf


def route_card(in_force: BookInForce, command: RouteCommand, as_of: AsOf) -> Card:
    """Recommend a model for a task, with the default policy; raises what ``recommend`` raises.

    The card contains nothing of the task. It cannot be shared, since a share repeats the command.
    """
    query = RecommendQuery((RecommendTask(command.task),), Policy(), as_of, alone=True)
    answer = recommend(in_force, query)
    (found,) = answer.recommendations
    alternatives = tuple(
        (other.model, other.reason, "" if other.total_usd is None else usd(other.total_usd))
        for other in found.alternatives
    )
    head = ("Alternative", "Why not", "One call")
    return Card(
        title=f"Use {found.model.id}" if found.model else "No model of the policy is suitable",
        text=found.why,
        facts=_facts(found),
        table=Table(head, alternatives, text_columns=2) if alternatives else None,
        notes=(
            *(f"Signal: {signal.value}." for signal in found.signals[:3]),
            *notes_of(found.warnings, answer.assumptions),
        ),
        pricing=answer.pricing,
    )


def _facts(found: Recommendation) -> tuple[tuple[str, str], ...]:
    facts = [
        ("Complexity", f"{found.complexity} (confidence {percent(found.confidence)})"),
        ("Kind of task", found.kind.replace("_", " ")),
    ]
    if found.estimate is not None:
        facts.append(("One call", usd(found.estimate.total_usd)))
    if found.max_tokens is not None:
        facts.append(("Limit for the answer", f"{count(found.max_tokens)} tokens"))
    savings = found.savings_vs_always_top
    if savings.saves_usd:
        facts.append((f"Saves compared with {savings.model}", usd(savings.saves_usd)))
    return tuple(facts)
