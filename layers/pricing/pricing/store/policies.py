"""Learned routing policies in DynamoDB. They contain no text of a task."""

from pricing.errors import UnknownPolicy
from pricing.recommendations.policy import LearnedPolicy, learned_policy, policy_id
from pricing.store.documents import DocumentKind


def unknown(_policy: str = "") -> UnknownPolicy:
    """Return the error of an id without a policy."""
    return UnknownPolicy("There is no routing policy with this id; calibrate makes one.")


POLICIES: DocumentKind[LearnedPolicy] = DocumentKind(
    "POLICY", "routing policy", "/rows", policy_id, learned_policy, unknown
)
