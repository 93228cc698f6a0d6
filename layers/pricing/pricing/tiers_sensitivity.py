"""Which share or token count would turn a saving by tiers into an extra cost, or back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from pricing.models import Model
from pricing.pricer import Pricer
from pricing.rational import rounded
from pricing.work import Counted

Varied = Literal["share", "input_tokens", "output_tokens"]
_BUCKETS: tuple[tuple[Varied, str], ...] = (("input_tokens", "input"), ("output_tokens", "output"))


@dataclass(frozen=True, slots=True)
class Flip:
    """Where the verdict turns when one thing of one tier changes and all else stays.

    It turns ``above`` or ``below`` ``flips_at``: the exact share, rounded at 12 places, or the
    last token count with the present verdict. Null where nothing turns it; ``note`` says why.
    """

    tier: str
    of: Varied
    now: Decimal
    flips_at: Decimal | None
    when: Literal["above", "below"] | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """One query of a tier on one model: how it is counted there and what it costs, in USD."""

    pricer: Pricer
    counted: Counted
    usd: Fraction

    @property
    def model(self) -> Model:
        """The model."""
        return self.pricer.model

    def usd_with(self, bucket: str, tokens: int) -> Fraction:
        """What a query of one attempt costs with so many tokens in a bucket."""
        (attempt,) = self.counted.attempts
        changed = replace(attempt, usage=replace(attempt.usage, **{bucket: tokens}))
        return Fraction(self.pricer.priced(changed).total_usd)


@dataclass(frozen=True, slots=True)
class TierSides:
    """One tier on its own model and on the single one."""

    name: str
    share: Fraction
    own: Side
    single: Side

    @property
    def saves(self) -> Fraction:
        """What a query saves on its own model; negative when it costs more there."""
        return self.single.usd - self.own.usd

    @property
    def said(self) -> tuple[str, ...]:
        """What counting had to assume."""
        return (*self.own.counted.assumptions, *self.single.counted.assumptions)

    def saves_with(self, bucket: str, tokens: int) -> Fraction:
        """What a query saves when it has so many tokens in one bucket."""
        return self.single.usd_with(bucket, tokens) - self.own.usd_with(bucket, tokens)


def flips(sides: Sequence[TierSides]) -> tuple[Flip, ...]:
    """Three rows a tier; none where mix and single model cost the same already."""
    now = sum((one.share * one.saves for one in sides), Fraction(0))
    if not now:
        return ()
    return tuple(flip for one in sides for flip in _of_tier(one, now))


def _of_tier(one: TierSides, now: Fraction) -> Iterator[Flip]:
    yield _share_flip(one, now)
    for of, bucket in _BUCKETS:
        yield _token_flip(one, now, of, bucket)


def _share_flip(one: TierSides, now: Fraction) -> Flip:
    """The mix saves ``s x own + (1 - s) x rest`` where the tier's share is s."""
    share = rounded(one.share)
    if one.share == 1:
        return Flip(one.name, "share", share, None, None, "It is the only tier.")
    rest = (now - one.share * one.saves) / (1 - one.share)
    turn = rest / (rest - one.saves) if rest != one.saves else one.share
    when: Literal["above", "below"] = "above" if turn > one.share else "below"
    if turn == one.share or not (turn < 1 if when == "above" else turn > 0):
        return Flip(one.name, "share", share, None, None, "No share of it turns the verdict.")
    return Flip(one.name, "share", share, rounded(turn), when, None)


def _token_flip(one: TierSides, now: Fraction, of: Varied, bucket: str) -> Flip:
    counts = [
        getattr(part.usage, bucket)
        for side in (one.own, one.single)
        for part in side.counted.attempts
    ]
    count: int = counts[0]
    found = Decimal(count)
    if len(counts) > 2 or counts[0] != counts[1]:  # noqa: PLR2004 - one attempt on each side
        note = "Not varied: the two models count it apart, or the call is several attempts."
        return Flip(one.name, of, found, None, None, note)

    def total(tokens: int) -> Fraction:
        return now + one.share * (one.saves_with(bucket, tokens) - one.saves)

    slope = total(count + 1) - now
    if not slope:
        return Flip(one.name, of, found, None, None, "Its tokens cost the same on both models.")
    turn = count - now / slope
    if turn < 0:
        return Flip(one.name, of, found, None, None, "No number of tokens turns the verdict.")
    return _checked(one, of, bucket, turn, total)


def _checked(
    one: TierSides, of: Varied, bucket: str, turn: Fraction, total: Callable[[int], Fraction]
) -> Flip:
    """The turn, priced on both sides of it: a price threshold in between may have moved it."""
    now = getattr(one.own.counted.attempts[0].usage, bucket)
    if turn > now:
        when: Literal["above", "below"] = "above"
        last, first = floor(turn), floor(turn) + 1
    else:
        when, last, first = "below", ceil(turn), ceil(turn) - 1
    if first < 0:
        note = "No number of tokens turns the verdict."
        return Flip(one.name, of, Decimal(now), None, None, note)
    sign = 1 if total(now) > 0 else -1
    if sign * total(last) < 0 or sign * total(first) >= 0:
        note = "A price threshold lies between: ask again with counts beyond it."
        return Flip(one.name, of, Decimal(now), None, None, note)
    return Flip(one.name, of, Decimal(now), Decimal(last), when, _limit_note(one, of, first))


def _limit_note(one: TierSides, of: Varied, tokens: int) -> str | None:
    limits = [
        side.model.max_output_tokens if of == "output_tokens" else side.model.context_window
        for side in (one.own, one.single)
    ]
    least = min((limit for limit in limits if limit is not None), default=None)
    if least is None or tokens <= least:
        return None
    return f"A call has no room for that many: the limit is {least} tokens."
