"""Which model should do a task, what that costs, and why: ``POST /v1/recommend``.

A task is read (``pricing.routing``), a policy turns the reading into a model, and the constraints
have the last word. Nothing of a task's text is in the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.errors import TariffError
from pricing.estimate import Provenance, provenance
from pricing.instants import AsOf
from pricing.money import add, percent_of
from pricing.price_book import BookInForce
from pricing.recommend_candidates import RecommendTask
from pricing.recommend_policy import LearnedPolicy, Policy, ladder
from pricing.recommendation import Recommendation, Savings, Setting, recommend_one

_ORDER = (
    "The policy's order is taken as the order of quality: no public outcomes exist for current"
    " models, so check it on your own (POST /v1/recommend/calibrate)."
)
_WARM = "Estimates price usage as sent; cache_switch prices the warm cache."


@dataclass(frozen=True, slots=True)
class RecommendQuery:
    """Tasks, and the policy that says which model is meant for what.

    ``alone`` is a single task that was sent as such, not in a list.
    """

    tasks: tuple[RecommendTask, ...]
    policy: Policy | LearnedPolicy
    as_of: AsOf
    alone: bool = False


@dataclass(frozen=True, slots=True)
class PolicyModel:
    """One model of a policy, and what it is meant for."""

    model: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """The models that a policy means in this price version, the weakest first."""

    id: str | None
    models: tuple[PolicyModel, ...]


@dataclass(frozen=True, slots=True)
class Recommended:
    """One recommendation a task, in the order they were sent, and all of them together.

    ``total_usd`` leaves out tasks without a model or a known price.
    """

    recommendations: tuple[Recommendation, ...]
    total_usd: Decimal
    savings_vs_always_top: Savings
    policy: PolicyAnswer
    pricing: Provenance
    assumptions: tuple[str, ...]


def recommend(in_force: BookInForce, query: RecommendQuery) -> Recommended:
    """Recommend for every task; raises UnknownModel, and InvalidRequest pointing at the task."""
    rungs = ladder(in_force.book, query.policy)
    setting = Setting(in_force, query.policy, rungs, query.as_of)
    found = []
    for number, task in enumerate(query.tasks):
        try:
            found.append(recommend_one(setting, task))
        except TariffError as error:
            raise error.under("" if query.alone else f"/tasks/{number}") from None
    total = add(one.estimate.total_usd for one in found if one.estimate is not None)
    return Recommended(
        recommendations=tuple(found),
        total_usd=total,
        savings_vs_always_top=_saved(rungs[-1].model.id, found, total),
        policy=PolicyAnswer(
            id=query.policy.id if isinstance(query.policy, LearnedPolicy) else None,
            models=tuple(PolicyModel(rung.model.id, rung.roles) for rung in rungs),
        ),
        pricing=provenance(in_force, query.as_of),
        assumptions=(_ORDER, _WARM) if any(one.current_model for one in query.tasks) else (_ORDER,),
    )


def _saved(top: str, found: Sequence[Recommendation], total: Decimal) -> Savings:
    """All tasks together; not known where one task's saving is not."""
    known = [one.savings_vs_always_top.saves_usd for one in found]
    saves = [one for one in known if one is not None]
    if len(saves) < len(known):
        return Savings(top, None, None)
    saved = add(saves)
    return Savings(top, saved, percent_of(saved, add((total, saved))))
