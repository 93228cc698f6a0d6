"""Sums of calls that can be priced again after a change, and the desk that prices them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.estimates.inputs import RELATIVE_TOKENS
from pricing.money import add, plain
from pricing.reports.rates import BUCKETS, PROMPT_BUCKETS, TOKEN_BUCKETS, Cuts, Pricing, label_of
from pricing.reports.report import Confidence
from pricing.usage.buckets import Terms


@dataclass(frozen=True, slots=True)
class Slice:
    """Calls of one endpoint at one price: their sums, and the moment of the last of them.

    Every prompt is longer than ``above`` tokens and at most ``upto``; None is no limit.
    ``plain_calls`` are those that neither read nor wrote a cache. ``recounted`` sums are what
    another tokenizer makes of the same text.
    """

    reference: str
    label: str
    endpoint: str | None
    model: Model
    terms: Terms
    at: datetime
    above: int
    upto: int | None
    calls: int
    plain_calls: int
    counts: Mapping[str, int]
    recounted: bool = False

    @property
    def prompt_tokens(self) -> int:
        """All input of all its calls."""
        return sum(self.counts[one] for one in PROMPT_BUCKETS)

    def moved(self, **tokens: int) -> "Slice":
        """With these many tokens more, or fewer, in each bucket."""
        counts = {**self.counts, **{one: self.counts[one] + by for one, by in tokens.items()}}
        return replace(self, counts=counts)

    def on(self, model: Model) -> "Slice":
        """The same text on another model, recounted where both tokenizers are known."""
        made = RELATIVE_TOKENS.get(model.tokenizer or "")
        of = RELATIVE_TOKENS.get(self.model.tokenizer or "")
        if made is None or of is None or made == of:
            return replace(self, model=model)
        counts = {
            one: -(-count * made // of) if one in TOKEN_BUCKETS else count
            for one, count in self.counts.items()
        }
        above = -(-(self.above + 1) * made // of) - 1 if self.above else 0
        upto = None if self.upto is None else self.upto * made // of
        return replace(self, model=model, counts=counts, above=above, upto=upto, recounted=True)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When the calls of one model and endpoint came, batches left out, and how large they were.

    ``starts_5m`` are the calls that came over five minutes after the one before, or first;
    ``starts_1h`` over an hour. ``writes_5m`` and ``writes_1h`` are calls that wrote such entries.
    """

    calls: int
    plain_calls: int
    least_plain_input: int
    plain_input: int
    short_calls: int
    writes_5m: int
    writes_1h: int
    longest: int
    starts_5m: int
    starts_1h: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Prices slices as they stand; None for what has no price, or not on these terms."""

    book: PriceBook
    pricing: Pricing

    def cost(self, one: Slice) -> Decimal | None:
        """USD of all its calls, exactly."""
        try:
            card = self.pricing.card(one.model, one.at, one.terms, one.above)
        except TariffError:
            return None
        return card.cost(one.counts, one.calls)

    def current_models(self, provider: str) -> list[Model]:
        """The model every family of a provider means today."""
        keys = sorted(set(self.book.families.values()))
        found = (self.book.find(key).model for key in keys)
        return [one for one in found if one.provider == provider]

    def successor(self, model: Model) -> Model | None:
        """The current model of the same family, unless it is that one."""
        key = self.book.families.get(model.family or "")
        if key is None or key == model.key:
            return None
        return self.book.find(key).model


def slices_of(book: PriceBook, cuts: Cuts, rows: Iterable[Mapping[str, Any]]) -> list[Slice]:
    """Slices from the engine's sums."""
    bounds = (*cuts.thresholds, None)
    found = []
    for row in rows:
        model = book.find(row["model"]).model
        found.append(
            Slice(
                reference=row["model"],
                label=label_of(book, model),
                endpoint=row["endpoint"],
                model=model,
                terms=Terms(row["processing"], row["speed"], row["inference_geo"]),
                at=cuts.instant(row["day"], row["part"]),
                above=cuts.prompt_above(row["tier"]),
                upto=bounds[row["tier"]],
                calls=int(row["calls"]),
                plain_calls=int(row["plain_calls"]),
                counts={one: int(row[one]) for one in BUCKETS},
            )
        )
    return found


def rhythms_of(
    rows: Iterable[Mapping[str, Any]],
) -> dict[tuple[str, str | None], Rhythm]:
    """Rhythms by model reference and endpoint, from the engine's rows."""
    names = Rhythm.__dataclass_fields__
    return {
        (row["model"], row["endpoint"]): Rhythm(**{one: int(row[one] or 0) for one in names})
        for row in rows
    }


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
