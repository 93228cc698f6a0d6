"""A learned routing policy as it is kept: canonical JSON, named by the hash of its content."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pricing.money import plain
from pricing.price_book import canonical_json, digest
from pricing.recommend_policy import LearnedPolicy
from pricing.routing import InDomainModel

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """The bytes to store, and the id that they are stored under."""

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
    """The document of a policy between two models, each as ``provider/id``."""
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
    """The id of a policy with this content."""
    return f"policy-{digest(content)[:32]}"


def learned_policy(policy_id: str, content: Mapping[str, Any]) -> LearnedPolicy:
    """The policy that a stored document holds."""
    return LearnedPolicy(
        id=policy_id,
        cheap=content["cheap_model"],
        strong=content["strong_model"],
        threshold=Decimal(content["threshold"]),
        model=InDomainModel.from_json(content["model"]),
    )
