"""A change to a workload and what it comes to: the values of a what-if."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pricing.calculator import Priced
from pricing.models import Model
from pricing.money import ONE
from pricing.notices import Notice
from pricing.usage import Attempt, Processing, Terms
from pricing.work import Work

CacheTtl = Literal["5m", "1h"]
Status = Literal["priced", "partial"]


@dataclass(frozen=True, slots=True)
class Caching:
    """A prefix every call shares: read from the cache at ``hit_rate`` (0 to 1), else written."""

    prefix_tokens: int
    hit_rate: Decimal
    ttl: CacheTtl = "5m"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One change to the lines that match; it takes ``share`` of their calls, the rest stays.

    ``claimed_percent`` is a saving somebody promised, to be held against what is possible.
    """

    name: str
    model: str | None = None
    processing: Processing | None = None
    caching: Caching | None = None
    match_name: str | None = None
    match_model: str | None = None
    share: Decimal = ONE
    claimed_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A priced line of a workload, with all that is needed to price it differently."""

    name: str
    model: Model
    work: Work
    attempts: tuple[Attempt, ...]
    terms: Terms
    calls: int
    priced: Priced
    assumptions: tuple[str, ...]
    notices: tuple[Notice, ...]

    @property
    def total_usd(self) -> Decimal:
        """What the line costs a period."""
        return self.priced.total_usd


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that a change with caching could ever save: every prompt token read from the cache.

    It is computed on the lines as the change leaves them, with its model, processing and share.
    Tokens the lines read already are no saving; tokens they write could be read instead. The first
    pair leaves out prompts below their model's cache minimum, which the provider silently does not
    cache. The second ignores that rule; nothing at all can exceed it.
    """

    saves_usd: Decimal
    saves_percent: Decimal | None
    ignoring_minimum_usd: Decimal
    ignoring_minimum_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A promised saving held against the what-if and, for caching, against the ceiling."""

    claimed_percent: Decimal
    possible: bool
    overshoot_percent: Decimal


@dataclass(frozen=True, slots=True)
class WhatIfAnswer:
    """The period's total with the change; a negative saving is an extra cost.

    It is ``partial`` when a line leaves a component without a known price out of its total.
    """

    name: str
    total_usd: Decimal
    saves_usd: Decimal
    saves_percent: Decimal | None
    status: Status
    ceiling: Ceiling | None
    claim: Claim | None
    notes: tuple[str, ...]


def status_of(lines: Sequence[Line]) -> Status:
    """Whether a sum of these lines covers everything that was used."""
    return "priced" if all(line.priced.complete for line in lines) else "partial"
