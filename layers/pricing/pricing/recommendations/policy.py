"""Policies: which model a task is assigned to, before any constraint is checked.

A policy is an order of models, the weakest first, with one for each complexity. A learned policy
has two models, and a score that decides between them.

From a difficulty to a model: ``routing.assessment`` makes a tier of it, at thresholds of one and
two thirds or the request's own; ``read_task`` here takes the policy's role of that name,
``simple``, ``moderate`` or ``complex``; the role's model in ``Policy`` is the assigned one; and
``choice.choose`` takes the next stronger one where that is impossible.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import UnknownPolicy, of_field
from pricing.jsonio import canonical_json, digest
from pricing.money import plain, rounded
from pricing.recommendations.routing import (
    TERCILES,
    UNSTRUCTURED,
    Assessment,
    Complexity,
    InDomainModel,
    Structure,
    Thresholds,
    assess,
)
from pricing.recommendations.routing.in_domain import STORED_AS
from pricing.values import immutable

DecidedBy = Literal["policy", "safe_choice", "learned_policy", "force"]
_PLACES = Decimal("0.0001")


@immutable
class Policy:
    """A model for each complexity, and one for tasks without evidence (default: moderate).

    ``thresholds`` are the difficulties from which a task is moderate, and complex.
    """

    simple: str = "haiku"
    moderate: str = "sonnet"
    complex: str = "opus"
    safe: str | None = None
    thresholds: Thresholds = TERCILES

    def references(self) -> dict[str, str]:
        """Return the model's name by role, the weakest first; the safe choice is last."""
        roles = {"simple": self.simple, "moderate": self.moderate, "complex": self.complex}
        return roles if self.safe is None else {**roles, "safe": self.safe}


@immutable
class LearnedPolicy:
    """A policy of ``POST /v1/recommend/calibrate``: the strong model from a score on."""

    id: str
    cheap: str
    strong: str
    threshold: Decimal
    model: InDomainModel

    def references(self) -> dict[str, str]:
        """Return the model's name by role, the weaker first."""
        return {"cheap": self.cheap, "strong": self.strong}


@immutable
class RankedModel:
    """One model of a policy, with its roles: it may have several."""

    reference: str
    model: Model
    roles: tuple[str, ...]


@immutable
class SignalAnswer:
    """A property of the task that was recognised; its text is never quoted."""

    name: str
    """The property."""
    value: str
    """What was recognised."""
    weight: Decimal
    """Its weight; positive towards the stronger model."""


@immutable
class RoutingDecision:
    """How a task was classified, and the role that the policy assigns it to."""

    assessment: Assessment
    role: str
    decided_by: DecidedBy

    @property
    def complexity(self) -> Complexity:
        """The task's estimated complexity."""
        return self.assessment.complexity

    @property
    def confidence(self) -> Decimal:
        """The confidence in the tier, from 0 to 1, at four places."""
        return measured(self.assessment.confidence)

    @property
    def difficulty(self) -> Decimal:
        """The rank among the training tasks, from 0 to 1, at four places."""
        return measured(self.assessment.difficulty)

    @property
    def p_cheap_wrong(self) -> Decimal | None:
        """The probability that a cheap model is wrong, at four places; None if not measured."""
        chance = self.assessment.p_cheap_wrong
        return None if chance is None else measured(chance)

    @property
    def signals(self) -> tuple[SignalAnswer, ...]:
        """The properties of the task that were recognised."""
        return tuple(
            SignalAnswer(signal.name, signal.value, measured(signal.weight))
            for signal in self.assessment.signals
        )


def read_task(
    text: str,
    tools: str,
    policy: Policy | LearnedPolicy,
    system: str = "",
    structure: Structure = UNSTRUCTURED,
) -> RoutingDecision:
    """Classify a task; without evidence it is assigned to the policy's safe choice."""
    thresholds = policy.thresholds if isinstance(policy, Policy) else TERCILES
    found = assess(text, tools, thresholds, system, structure)
    if isinstance(policy, LearnedPolicy):
        strong = decimal_score(policy.model.score(text)) >= policy.threshold
        return RoutingDecision(found, "strong" if strong else "cheap", "learned_policy")
    if found.evidence:
        return RoutingDecision(found, found.complexity, "policy")
    return RoutingDecision(found, "moderate" if policy.safe is None else "safe", "safe_choice")


def ranked_models(book: PriceBook, policy: Policy | LearnedPolicy) -> tuple[RankedModel, ...]:
    """Return the policy's models in order, each once; raises UnknownModel at ``/policy``.

    A model's rank is that of its strongest tier. Being the safe choice does not change it.
    """
    found: dict[str, RankedModel] = {}
    learned = isinstance(policy, LearnedPolicy)
    for role, reference in policy.references().items():
        with of_field("/policy_id" if learned else f"/policy/{role}"):
            model = book.find(reference).model
        before = found.get(model.key) if role == "safe" else found.pop(model.key, None)
        roles = (*before.roles, role) if before else (role,)
        found[model.key] = RankedModel(reference, model, roles)
    return tuple(found.values())


def rank_of(ranked: Iterable[RankedModel], role: str) -> int:
    """Return the index of the model with a role."""
    return next(number for number, entry in enumerate(ranked) if role in entry.roles)


def decimal_score(score: float) -> Decimal:
    """Return a learned score as it is stored, so that a stored threshold compares equal."""
    return Decimal(repr(score))


def measured(value: float | Fraction) -> Decimal:
    """Round a measured probability, share or weight to four places: more would be noise."""
    return rounded(Fraction(value)).quantize(_PLACES)


SCHEMA = 1


@immutable
class PolicyDocument:
    """A learned policy's content to store, and its id."""

    id: str
    content: bytes


def policy_document(
    cheap: str,
    strong: str,
    *,
    threshold: Decimal,
    wanted_quality: Decimal,
    rows: int,
    model: InDomainModel,
) -> PolicyDocument:
    """Return the document of a policy between two models, each named ``provider/id``."""
    content = canonical_json(
        {
            "schema": SCHEMA,
            "cheap_model": cheap,
            "strong_model": strong,
            "threshold": plain(threshold),
            "wanted_quality": plain(wanted_quality),
            "rows": rows,
            "model": model.to_json(),
        }
    )
    return PolicyDocument(policy_id(content), content)


def policy_id(content: bytes) -> str:
    """Return the id of a policy with this content."""
    return f"policy-{digest(content)[:32]}"


def learned_policy(policy_id: str, content: Mapping[str, Any]) -> LearnedPolicy:
    """Return the policy of a stored document; raises UnknownPolicy if its router has changed."""
    if content["model"]["kind"] != STORED_AS:
        raise UnknownPolicy("This policy was made with an earlier classifier: calibrate again.")
    return LearnedPolicy(
        id=policy_id,
        cheap=content["cheap_model"],
        strong=content["strong_model"],
        threshold=Decimal(content["threshold"]),
        model=InDomainModel.from_json(content["model"]),
    )
