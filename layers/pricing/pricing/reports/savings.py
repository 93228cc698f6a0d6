"""What a report recommends, as it answers: savings, and replacements that cost more."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from pricing.values import immutable

Kind = Literal[
    "retirement", "newer_model", "downgrade", "long_context", "cache_ttl", "caching", "batch"
]
Confidence = Literal["high", "medium", "low"]
#: The title of each kind of recommendation, in the order in which they are applied.
KINDS: Mapping[Kind, str] = {
    "retirement": "Replace retiring models",
    "newer_model": "Use the family's newer model",
    "downgrade": "Use a smaller model",
    "long_context": "Stay under a price threshold",
    "cache_ttl": "Change the cache lifetime",
    "caching": "Cache repeated input",
    "batch": "Run in batches",
}
#: No change is recommended on the evidence of fewer calls.
LEAST_CALLS = 5


@immutable
class ReportRecommendation:
    """One change, and what it would have saved on the calls of this report.

    Each saving is computed on what is left after the recommendations before it, so that they add
    up.
    """

    kind: Kind
    """The kind of change."""
    target: str
    """What to change to: a model, a time to live, a length or a processing mode."""
    action: str
    """What to do, as a phrase that begins with a verb."""
    endpoint: str | None
    """The endpoint that it concerns; null for a model at every endpoint."""
    model: str
    """The model that the calls were made on."""
    saves_usd: Decimal
    """What it would have saved: more than zero."""
    saves_percent: Decimal | None
    """Saving as a percentage of ``before_usd``."""
    before_usd: Decimal
    """Cost of the calls with the earlier recommendations applied."""
    after_usd: Decimal
    """Cost of the calls with this one applied too."""
    calls: int
    """Number of calls that it concerns."""
    why: str
    """The reason for the change."""
    arithmetic: str
    """How the saving was computed, as a sentence with rounded amounts."""
    confidence: Confidence
    """Confidence in the saving, from the log alone."""


@immutable
class ReportReplacement:
    """A retiring model whose calls cost as much or more on the model that has to replace it.

    It is computed on the calls as they were, and is part of no saving. Without a known successor
    the target and its cost are null.
    """

    model: str
    """The model that the calls were made on."""
    target: str | None
    """The model that replaces it: the current one of its family."""
    retires: date
    """The day the model is shut down, which may have passed."""
    costs_more_usd: Decimal | None
    """``after_usd`` less ``before_usd``: zero or more."""
    costs_more_percent: Decimal | None
    """That as a percentage of ``before_usd``; null when it is zero."""
    before_usd: Decimal
    """Cost of the calls as they were."""
    after_usd: Decimal | None
    """Cost of the same calls on the other model."""
    calls: int
    """Number of calls that it concerns."""
    why: str
    """What has to be done until when, and what it costs, as a sentence with rounded amounts."""
    arithmetic: str
    """How the cost was computed, as a sentence with rounded amounts."""
    confidence: Confidence
    """Confidence in the cost, from the log alone."""


@immutable
class SavingStep:
    """What all recommendations of one kind save together."""

    kind: Kind
    """The kind of change."""
    saves_usd: Decimal
    """Saving of all recommendations of this kind."""


@immutable
class ReportSavings:
    """The cost, all savings, and what remains: ``spent - sum(steps) = remaining``, exactly."""

    spent_usd: Decimal
    """The report's cost."""
    steps: tuple[SavingStep, ...]
    """The saving of each kind of change."""
    remaining_usd: Decimal
    """The cost with all recommendations applied."""
    likely_usd: Decimal
    """What the recommendations of high and medium confidence save: the headline."""
    none_found: str | None
    """Why nothing is recommended, as a sentence; null when something is."""
