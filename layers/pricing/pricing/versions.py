"""A price version as the store lists it: what it is, who proposed it, what became of it."""

from dataclasses import dataclass
from typing import Literal

#: As stored. Which of the accepted versions is active, only the pointer says.
Decision = Literal["proposed", "accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One row of the listing. Only ``decision`` ever changes.

    ``waiting`` counts the price fields that somebody other than ``proposer`` has to approve;
    ``source`` says whether a refresh or a person proposed the version.
    """

    id: str
    sha256: str
    published_at: str
    models: int
    decision: Decision
    proposer: str
    source: str
    proposed_at: str
    waiting: int

    def may_be_activated_by(self, actor: str) -> bool:
        """Whether nothing waits, or somebody other than its proposer takes it on.

        A version that was accepted once needs no second approval: going back is always possible.
        """
        return not self.waiting or self.decision == "accepted" or actor != self.proposer
