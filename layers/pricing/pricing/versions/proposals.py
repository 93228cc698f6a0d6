"""What a refresh found but did not believe: single price fields, each with the reason it waits.

A field waits beside the version it was proposed with until a person decides. Codes are closed
sets, so that metrics, filters and the runbook can name them; ``reason`` is the sentence for
people. Prices are decimal strings, as a price book holds them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

#: Who proposed a version: the scheduled refresh, or a person.
Origin = Literal["refresh", "manual"]

#: Doubts a person can resolve by activating the version they were proposed with.
APPROVABLE: Mapping[str, str] = MappingProxyType(
    {
        "change_over_25_percent": "one source alone says so; the change needs a second",
        "change_over_10x": "a change of more than ten times waits for a person",
        "to_zero": "a price that becomes free waits for a person",
        "from_zero": "a free model that gets a price waits for a person",
        "input_output_inverted": "output was dearer than input, and is cheaper now",
        "sources_disagree": "the sources say different new prices",
        "provider_pattern": "many of this provider's prices moved by one factor at once",
        "list_shrunk": "the list that says so lost over a fifth of the models it had",
        "taken_back": "it was in force, and somebody went back to the price before",
        "price_withdrawn": "a price the active version has is no longer listed",
        "implausible_price": "far outside what this provider's models cost",
        "reverted": "it is the price before the last change, as an old copy would have it",
    }
)
#: Findings that no approval makes a price of: they are shown, and never part of a version.
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "far_future": "announced for more than a year ahead",
        "vanished_many": "over a fifth of the provider's models are gone from the lists",
        "broken_invariant": "it contradicts another price of the same model",
        "confusable_name": "the name looks like another one that is already known",
        "invalid_name": "not a name a caller could send",
        "invalid_price": "not a price of zero or more",
        "invalid_entry": "the entry cannot be read",
        "source_refused": "the source's whole answer was refused",
    }
)
CODES: Mapping[str, str] = MappingProxyType({**APPROVABLE, **REFUSED})


@dataclass(frozen=True, slots=True)
class QuarantinedField:
    """A price change that needs approval before it takes effect."""

    provider: str
    """The provider."""
    model: str
    """The model's id at this provider."""
    field: str
    """``mode.component``, with ``>tokens`` for a tier, ``~from-to/days`` for an off-peak window and
    ``@instant`` for a later start, such as ``batch.output>200000``; empty when the whole model is
    pending.
    """
    before: str | None
    """The price that was active at the time; null when there was none."""
    after: str | None
    """The price that is quoted; null when it disappeared."""
    sources: tuple[str, ...]
    """The price lists that quote it."""
    code: str
    """The rule that holds the price back: a stable word for programs."""
    reason: str
    """Why the price needs approval, as a sentence."""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not a reason to wait")

    @property
    def approvable(self) -> bool:
        """Whether activating the proposed version would put ``after`` in force."""
        return self.code in APPROVABLE

    def document(self) -> dict[str, Any]:
        """The field as JSON holds it."""
        return {
            "provider": self.provider,
            "model": self.model,
            "field": self.field,
            "before": self.before,
            "after": self.after,
            "sources": list(self.sources),
            "code": self.code,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who proposes a version, why, and what in it needs somebody else's approval.

    ``summary`` is JSON: counts and the changed fields, for a listing. A version whose
    ``quarantined`` is empty may be activated by its proposer; any other by somebody else.
    """

    proposer: str
    source: Origin
    summary: Mapping[str, Any]
    quarantined: tuple[QuarantinedField, ...] = ()


def quarantined_from(document: Mapping[str, Any]) -> QuarantinedField:
    """Read what ``document`` wrote; raises KeyError or ValueError for anything else."""
    return QuarantinedField(
        provider=document["provider"],
        model=document["model"],
        field=document["field"],
        before=document["before"],
        after=document["after"],
        sources=tuple(document["sources"]),
        code=document["code"],
        reason=document["reason"],
    )


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
