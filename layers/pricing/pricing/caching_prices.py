"""The three prices of a prefix, plain, written and read, and what follows from them alone."""

from dataclasses import dataclass
from decimal import Decimal

from pricing.money import EXACT, HUNDRED, ONE, add, multiply, percent_of, ratio, subtract


@dataclass(frozen=True, slots=True)
class PrefixPrices:
    """USD per million tokens of the prefix.

    One write and n reads replace n + 1 plain calls: the write costs ``extra`` more than plain,
    each read ``gain`` less.
    """

    plain: Decimal
    write: Decimal
    read: Decimal

    @property
    def extra(self) -> Decimal:
        """What a write costs over plain input; nothing where a provider writes for free."""
        return subtract(self.write, self.plain)

    @property
    def gain(self) -> Decimal:
        """What a read saves against plain input."""
        return subtract(self.plain, self.read)

    @property
    def break_even_reads(self) -> Decimal | None:
        """The reads that pay for one write, rounded at 12 places; None if reads save nothing."""
        return ratio(self.extra, self.gain) if self.gain > 0 else None

    @property
    def first_cheaper_reads(self) -> int | None:
        """The least whole number of reads with which caching is strictly the cheaper."""
        if self.gain <= 0:
            return None
        return max(0, int(EXACT.divide_int(self.extra, self.gain)) + 1) if self.extra >= 0 else 0

    @property
    def break_even_hit_rate(self) -> Decimal | None:
        """The share of calls that must read for caching to cost the same as not caching."""
        spread = add((self.extra, self.gain))
        return ratio(self.extra, spread) if spread > 0 else None

    def saves_percent(self, reads: int) -> Decimal | None:
        """What one write and so many reads save on the prefix; negative: an extra cost."""
        before = multiply(self.plain, Decimal(reads + 1))
        after = add((self.write, multiply(self.read, Decimal(reads))))
        return percent_of(subtract(before, after), before)

    def reads_for(self, percent: Decimal) -> int | None:
        """The least reads a write that save this much on the prefix; None: no number does."""
        a_read = subtract(multiply(HUNDRED, self.gain), multiply(percent, self.plain))
        owed = add((multiply(HUNDRED, self.extra), multiply(percent, self.plain)))
        if a_read <= 0:
            return None
        whole, part = EXACT.divmod(owed, a_read)
        return max(0, int(add((whole, ONE)) if part > 0 else whole))
