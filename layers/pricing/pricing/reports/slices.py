"""Sums of calls that can be priced again after a change, and how they are priced."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.estimates.call_notices import RETIREMENT_NOTICE
from pricing.estimates.discounts import billed_terms
from pricing.estimates.inputs import RELATIVE_TOKENS
from pricing.money import add
from pricing.reports.rates import BUCKETS, PROMPT_BUCKETS, TOKEN_BUCKETS, Cuts, Pricing, label_of
from pricing.reports.savings import Confidence
from pricing.usage.buckets import Terms
from pricing.values import immutable

#: A model's reference in the records, and an endpoint.
Pair = tuple[str, str | None]
#: Calls without a cache that caching is recommended for.
ENOUGH_CALLS_TO_CACHE = 20
#: What is before the model in the id of a cloud's model: ``global.anthropic.``.
_REGIONS = re.compile(r"(?:[a-z-]+\.)*")


@immutable
class Slice:
    """The summed calls of one endpoint at one price; ``at`` is the day of the last of them.

    Every prompt has more than ``above`` tokens and at most ``upto``; None is unlimited.
    ``plain_calls`` neither read nor wrote a cache. ``recounted`` marks sums converted to another
    tokenizer.
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
        """The input tokens of all its calls, cache reads and writes included."""
        return sum(self.counts[bucket] for bucket in PROMPT_BUCKETS)

    def moved(self, **tokens: int) -> "Slice":
        """The same calls with this many tokens more (or fewer) in each bucket."""
        changed = {bucket: self.counts[bucket] + by for bucket, by in tokens.items()}
        return replace(self, counts={**self.counts, **changed})

    def on(self, model: Model) -> "Slice":
        """The same text on another model, recounted where both tokenizers' ratios are known.

        Calls that move pay the last known price, which may be announced for a later day.
        """
        at = last_price_from(model, self.at)
        to = RELATIVE_TOKENS.get(model.tokenizer or "")
        of = RELATIVE_TOKENS.get(self.model.tokenizer or "")
        if to is None or of is None or to == of:
            return replace(self, model=model, at=at)
        counts = {
            bucket: -(-count * to // of) if bucket in TOKEN_BUCKETS else count
            for bucket, count in self.counts.items()
        }
        above = -(-(self.above + 1) * to // of) - 1 if self.above else 0
        upto = None if self.upto is None else self.upto * to // of
        return replace(
            self, model=model, at=at, counts=counts, above=above, upto=upto, recounted=True
        )


def last_price_from(model: Model, at: datetime) -> datetime:
    """The moment from which a model has its last known price, if that is after ``at``."""
    starts = (period.start for period in model.prices if period.start is not None)
    return max(at, *starts, at)


@immutable
class CallPattern:
    """When the calls of one model and endpoint arrived, and their sizes; batches are left out.

    ``writes_5m`` and ``writes_1h`` count the calls that wrote a cache entry of that lifetime;
    ``longest`` is the most tokens of one call. ``starts_5m`` counts the calls more than five
    minutes after the previous one, and the first; ``starts_1h`` those more than an hour after it.
    These are None unless ``pauses_matter``.
    """

    calls: int
    plain_calls: int
    least_plain_input: int
    plain_input: int
    short_calls: int
    writes_5m: int
    writes_1h: int
    longest: int
    starts_5m: int | None = None
    starts_1h: int | None = None

    @property
    def may_share(self) -> bool:
        """Whether there are enough calls without a cache, and their inputs are alike in length."""
        # Inputs of very different lengths share less than the shortest of them.
        alike = 2 * self.least_plain_input * self.plain_calls >= self.plain_input
        return self.plain_calls >= ENOUGH_CALLS_TO_CACHE and alike

    @property
    def pauses_matter(self) -> bool:
        """Whether a recommendation depends on the pauses between the calls."""
        return bool(self.writes_5m or self.writes_1h) or self.may_share


@immutable
class SlicePricer:
    """Prices slices from a book, and finds the models that they could move to."""

    book: PriceBook
    pricing: Pricing

    def cost(self, part: Slice) -> Decimal | None:
        """The exact USD of all its calls; None without a price on these terms."""
        try:
            terms, _ = billed_terms(part.model, part.at, part.terms)
            card = self.pricing.card(part.model, part.at, terms, part.above)
        except TariffError:
            return None
        return card.cost(part.counts, part.calls)

    def current_models(self, provider: str, day: date) -> list[Model]:
        """The current model of each of the provider's families, if it stays for some time."""
        keys = self.book.current_models(self._leaving_by(day))
        found = (self.book.find(key).model for key in keys)
        return [model for model in found if model.provider == provider]

    def successor(self, model: Model, day: date) -> Model | None:
        """The current model of the same family; None when it is this model, or retires soon too.

        It is the same provider's where that offers it, in the same regions; else its maker's.
        """
        key = self.book.families.get(model.family or "")
        if key is None:
            return None
        regions = _REGIONS.match(model.id)
        prefix = regions[0] if regions else ""
        maker = self.book.find(key)
        own = self.book.known(f"{model.provider}/{prefix}{key.partition('/')[2]}") or maker
        for found in (own.model, maker.model):
            if not found.lifecycle.retired(self._leaving_by(day)):
                return None if found.key == model.key else found
        return None

    def _leaving_by(self, day: date) -> date:
        """The day by which a model must not retire, to be recommended after calls of a day.

        A report of long ago is read today, when the book is at least as new.
        """
        return max(day, date.fromisoformat(self.book.published_at[:10])) + RETIREMENT_NOTICE


@immutable
class CallGroup:
    """The calls that one recommendation is about: a model at an endpoint, or at all of them."""

    pricer: SlicePricer
    slices: tuple[Slice, ...]
    pattern: CallPattern | None
    last_day: date

    @property
    def calls(self) -> int:
        """How many calls there are."""
        return sum(part.calls for part in self.slices)

    @property
    def unbatched(self) -> list[Slice]:
        """The slices that the call pattern describes."""
        return [part for part in self.slices if part.terms.processing != "batch"]

    def cost(self, slices: tuple[Slice, ...] | None = None) -> Decimal | None:
        """USD of its slices, or of others in their place; None when one has no price."""
        costs = [self.pricer.cost(part) for part in slices or self.slices]
        known = [cost for cost in costs if cost is not None]
        return add(known) if len(known) == len(costs) else None


@immutable
class SuggestedChange:
    """What to change: the slices after it in the same order, the reason, and the confidence.

    A change with the day on which it is ``due`` is told even where it saves nothing.
    ``arithmetic`` ends a sentence that begins with the costs.
    """

    target: str
    action: str
    slices: tuple[Slice, ...]
    why: str
    arithmetic: str
    confidence: Confidence
    due: date | None = None


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
                counts={bucket: int(row[bucket]) for bucket in BUCKETS},
            )
        )
    return found
