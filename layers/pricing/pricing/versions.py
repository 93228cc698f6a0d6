"""A price version as the store lists it: what it is, who proposed it, what became of it."""

import re
from dataclasses import dataclass
from typing import Literal

#: As stored. Which of the accepted versions is active, only the pointer says.
Decision = Literal["proposed", "accepted", "rejected"]
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One row of the listing. Only ``decision`` ever changes.

    ``waiting`` counts the price fields that somebody other than ``proposer`` has to approve;
    ``source`` says whether a refresh or a person proposed the version, ``base`` which version was
    active then.
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
    base: str | None

    @property
    def needs_approval(self) -> bool:
        """Whether something waits in it.

        A version that was accepted once needs no second approval: going back is always possible.
        """
        return self.waiting > 0 and self.decision != "accepted"

    def may_be_activated_by(self, actor: str) -> bool:
        """Whether nothing waits, or somebody other than its proposer takes it on."""
        return not self.needs_approval or actor != self.proposer


def is_version_id(text: str) -> bool:
    """Whether a version could have this id; what no key could hold is no version's."""
    return _ID.fullmatch(text) is not None
