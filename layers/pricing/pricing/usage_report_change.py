"""What an adviser is told, and what it proposes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pricing.money import add, plain
from pricing.usage_report import Confidence
from pricing.usage_report_slices import Desk, Rhythm, Slice


@dataclass(frozen=True, slots=True)
class Situation:
    """The calls of one model at one endpoint as they stand, and what is known of them."""

    desk: Desk
    slices: tuple[Slice, ...]
    rhythm: Rhythm | None
    last_day: date

    @property
    def calls(self) -> int:
        """How many calls they are."""
        return sum(one.calls for one in self.slices)

    def cost(self, slices: tuple[Slice, ...] | None = None) -> Decimal | None:
        """What the slices, or others in their place, cost; None when one has no price."""
        costs = [self.desk.cost(one) for one in slices or self.slices]
        known = [one for one in costs if one is not None]
        return add(known) if len(known) == len(costs) else None

    def total(self, bucket: str) -> int:
        """The sum of one bucket over all slices."""
        return sum(one.counts[bucket] for one in self.slices)


@dataclass(frozen=True, slots=True)
class Change:
    """What to do: the slices after it, in the same order, why, and how sure that is.

    A change that is ``due`` must be made even where it costs more.
    """

    target: str
    slices: tuple[Slice, ...]
    why: str
    arithmetic: str
    confidence: Confidence
    due: bool = False


def usd(amount: Decimal) -> str:
    """An exact amount as text of an explanation has it."""
    return f"{plain(amount)} USD"
