"""Proposals: versions before they are activated, and the price fields in them that need approval.

A refresh that quarantines a price change proposes it with a version of its own, which a person
activates or rejects. Each quarantined field carries a code and a sentence. Codes are a closed set,
so that metrics, filters and docs/runbooks.md can name them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any, Literal

from pricing.values import immutable

#: Who proposed a version: the scheduled refresh, or a person.
Origin = Literal["refresh", "manual"]

#: Reasons that a person can overrule by activating the proposed version (docs/price-refresh.md).
#: What gives them: ``refresh.rules.hold_reason`` those of one price (25%, ten times, zero, sources,
#: withdrawn, reverted); ``refresh.patterns`` and ``refresh.checks`` those of a list or a provider;
#: ``refresh.review`` an inversion, and prices of a row together; ``versions.correction`` its own.
APPROVABLE: Mapping[str, str] = MappingProxyType(
    {
        "change_over_25_percent": "over 25% needs a second source; one source quotes it",
        "change_over_10x": "a change of over ten times needs approval",
        "to_zero": "a price that becomes free needs approval",
        "from_zero": "a free model that gets a price needs approval",
        "input_output_inverted": "output cost more than input, and now costs less",
        "sources_disagree": "the sources quote different new prices",
        "provider_pattern": "many prices of this provider changed by one factor at once",
        "list_shrunk": "the list that quotes it lost over a fifth of its models",
        "taken_back": "it was active, and a person rolled it back",
        "price_withdrawn": "the lists no longer quote a price that is active",
        "implausible_price": "far outside the prices of this provider's other models",
        "correction": "an administrator corrects a price of the past",
        "reverted": "one source quotes the price before the last change, as an old copy would",
    }
)
#: Reasons that no approval overrules: what they are about is shown, and is in no version. From
#: ``refresh.rules`` (names), ``refresh.checks``, ``refresh.consistency`` and ``sources.payload``.
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "far_future": "announced for more than a year ahead",
        "vanished_many": "over a fifth of the provider's models are no longer in the lists",
        "broken_invariant": "it contradicts another price of the same model",
        "confusable_name": "the name looks like a known name",
        "invalid_name": "not a name that a request can use",
        "invalid_price": "not a price of zero or more",
        "invalid_entry": "the entry cannot be read",
        "source_refused": "the source's whole answer was refused",
    }
)
CODES: Mapping[str, str] = MappingProxyType({**APPROVABLE, **REFUSED})


@immutable
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

    @classmethod
    def of_model(
        cls, provider: str, model: str, code: str, reason: str, sources: Iterable[str] = ()
    ) -> "QuarantinedField":
        """Build the entry for a whole model, or for all models of a provider (``*``)."""
        return cls(provider, model[:128], "", None, None, tuple(sources), code, reason)

    @property
    def key(self) -> str:
        """``provider/model``."""
        return f"{self.provider}/{self.model}"

    @property
    def approvable(self) -> bool:
        """Whether activating the proposed version activates ``after``."""
        return self.code in APPROVABLE

    def document(self) -> dict[str, Any]:
        """Return the field as JSON stores it; raises ValueError for a code that is none.

        What is read is not checked: a later release may have codes of its own.
        """
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not a reason for quarantine")
        return asdict(self) | {"sources": list(self.sources)}


@immutable
class Proposal:
    """Who proposed a version, why, and which fields in it need approval.

    ``summary`` is JSON for a listing: counts and the changed fields. A version with ``quarantined``
    fields may be activated by anyone but its proposer.
    """

    proposer: str
    source: Origin
    summary: Mapping[str, Any]
    quarantined: tuple[QuarantinedField, ...] = ()


def quarantined_from(document: Mapping[str, Any]) -> QuarantinedField:
    """Read a ``QuarantinedField.document``; what a later release adds to it is left out."""
    known = {field.name: document[field.name] for field in fields(QuarantinedField)}
    return QuarantinedField(**{**known, "sources": tuple(document["sources"])})


#: As stored. Which of the accepted versions is active, only the pointer says.
Decision = Literal["proposed", "accepted", "rejected"]
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)


@immutable
class StoredVersion:
    """One stored version in the listing; only ``decision`` changes.

    ``waiting`` counts the price fields that need approval by another person than ``proposer``;
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
    #: Of a rejected version: who rejected it, and whether it had been accepted before.
    rejected_by: str | None = None
    was_accepted: bool = False

    @property
    def needs_approval(self) -> bool:
        """Whether the version holds quarantined fields that were not approved yet.

        An accepted version needs no second approval, so a rollback is always possible.
        """
        return self.waiting > 0 and self.decision != "accepted" and not self.was_accepted

    def may_be_activated_by(self, actor: str) -> bool:
        """Whether ``actor`` may activate it: a proposer does not approve its own proposal."""
        return not self.needs_approval or actor != self.proposer


def is_version_id(text: str) -> bool:
    """Whether ``text`` has the form of a version's id, and so can be part of a table's key."""
    return _ID.fullmatch(text) is not None
