"""Rates of whole groups of calls: a report multiplies sums of tokens by them.

No pricing rule is repeated here. Each distinct key (model, terms, day, part of the day, length of
the prompt) is priced once by the calculator, as one call that uses every component; its line items
give the cost of one unit of each. Within a key cost is linear, so sums of calls can be priced.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from pricing.catalogue.models import (
    COMPONENT_UNITS,
    PART_OF,
    QUANTITY_UNITS,
    REQUEST_FEE,
    TOKEN,
    Model,
    PriceList,
)
from pricing.catalogue.price_book import PriceBook
from pricing.errors import TariffError
from pricing.estimates.calculator import price
from pricing.estimates.discounts import billed_terms
from pricing.money import EXACT, add, multiply
from pricing.notices import Notice
from pricing.timestamps import EPOCH
from pricing.usage.buckets import Terms, Usage
from pricing.values import immutable

#: What a call is counted in, in the order of the columns of every table.
BUCKETS = tuple(component for component in COMPONENT_UNITS if component != REQUEST_FEE)
#: The buckets that are tokens; the others are uses of server tools.
TOKEN_BUCKETS = tuple(bucket for bucket in BUCKETS if COMPONENT_UNITS[bucket] == TOKEN)
PROMPT_BUCKETS = (
    "input",
    "audio_input",
    "image_input",
    "video_input",
    "cache_read",
    "audio_cache_read",
    "image_cache_read",
    "cache_write_5m",
    "cache_write_1h",
)
Row = tuple[Any, ...]
DAY_US = 86_400_000_000
_UNKNOWN_MODEL = "this price version has no model of this name"


@immutable
class UnitRates:
    """Exact USD per unit of each bucket, None without a known price; ``fee`` is per call.

    A card is for calls of one model on one set of terms at one moment, with prompts on one side of
    every threshold.
    """

    rates: Mapping[str, Decimal | None]
    fee: Decimal
    notices: tuple[Notice, ...] = ()

    @property
    def any_known(self) -> bool:
        """Whether anything has a price: a model that is billed by the page has no rate of these."""
        return bool(self.fee) or any(rate is not None for rate in self.rates.values())

    def cost(self, counts: Mapping[str, int], calls: int) -> Decimal | None:
        """USD of ``calls`` calls with these sums; None when a used bucket has no price."""
        parts = [multiply(self.fee, Decimal(calls))]
        for bucket, count in counts.items():
            if not count:
                continue
            rate = self.rates[bucket]
            if rate is None:
                return None
            parts.append(multiply(rate, Decimal(count)))
        return add(parts)


def unit_rates(model: Model, at: datetime, terms: Terms, prompt_above: int) -> UnitRates:
    """The rates of prompts just over ``prompt_above`` tokens; raises what ``price`` raises."""
    ones = dict.fromkeys(BUCKETS, 1)
    ones["input"] = max(1, prompt_above + 1 - (len(PROMPT_BUCKETS) - 1))
    priced = price(model, at, Usage.of(ones), terms)
    units = {  # the quantity of everything but input is 1
        line.component: line.cost_usd
        if line.usd_per_mtok is None
        else EXACT.scaleb(line.usd_per_mtok, -6)
        for line in priced.line_items
    }
    rates = {bucket: units.get(_billed_as(bucket, units)) for bucket in BUCKETS}
    fee = units.get(REQUEST_FEE)
    return UnitRates(rates, fee if fee is not None else Decimal(0), priced.warnings)


def _billed_as(bucket: str, lines: Mapping[str, object]) -> str:
    """The component of a bucket's line item: a part without its own is billed with the whole."""
    while bucket not in lines and bucket in PART_OF:
        bucket = PART_OF[bucket]
    return bucket


class PriceKey(NamedTuple):
    """Everything that decides the price of a call.

    ``day`` is its first microsecond since 1970, UTC. ``part`` counts the times of day before the
    call at which prices change; ``tier`` counts the thresholds that its prompt exceeds.
    """

    model: str
    processing: str
    speed: str
    inference_geo: str
    day: int
    part: int
    tier: int


@immutable
class PricedKey:
    """A key's rates, or the reason for having none; ``label`` is the model's name in reports."""

    key: PriceKey
    label: str
    card: UnitRates | None
    reason: str | None = None


@immutable
class Cuts:
    """The prompt lengths and times of day at which prices of a report's models can change."""

    thresholds: tuple[int, ...] = ()
    times_us: tuple[int, ...] = ()

    def prompt_above(self, tier: int) -> int:
        """The threshold that prompts of this tier exceed; 0 for the lowest tier."""
        return self.thresholds[tier - 1] if tier else 0

    def instant(self, day: int, part: int) -> datetime:
        """The first moment of a part of a day."""
        within = self.times_us[part - 1] if part else 0
        return EPOCH + timedelta(microseconds=day + within)


#: A prompt at most 20% over a threshold exceeds it narrowly.
NARROWLY = (6, 5)
#: A threshold for a tokenizer that makes 30% more tokens of the same text.
RECOUNTED = (10, 13)


def cuts_of(models: Iterable[Model]) -> Cuts:
    """Every cut of these models' prices, and the lengths near each threshold."""
    thresholds: set[int] = set()
    times: set[int] = set()
    for model in models:
        for period in model.prices:
            bounds = [end.time() for end in (period.start, period.end) if end is not None]
            bounds += [end for window in period.windows for end in (window.start, window.end)]
            times |= {
                ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond
                for time in bounds
            }
            lists: list[PriceList] = list(period.lists.values())
            lists += [prices for window in period.windows for prices in window.lists.values()]
            thresholds |= {tier.above_tokens for prices in lists for tier in prices.tiers}
    around = {at * top // bottom for at in thresholds for top, bottom in (NARROWLY, RECOUNTED)}
    return Cuts(tuple(sorted(thresholds | around)), tuple(sorted(times - {0})))


@dataclass(slots=True)
class Pricing:
    """The prices of a book for the keys of one report; each is computed once."""

    book: PriceBook
    cuts: Cuts
    _cards: dict[tuple[object, ...], UnitRates] = field(default_factory=dict)

    def priced(self, key: PriceKey, *, at_a_card: bool = False) -> PricedKey:
        """The rates of a key, or the reason why the book has no price for it.

        One that is priced ``at_a_card`` needs no rate here.
        """
        match = self.book.known(key.model)
        if match is None:
            return PricedKey(key, key.model, None, why_unknown(self.book, key.model))
        model = match.model
        label = label_of(self.book, model)
        at = self.cuts.instant(key.day, key.part)
        asked = Terms(key.processing, key.speed, key.inference_geo)  # type: ignore[arg-type]
        terms, notices = billed_terms(model, at, asked)
        try:
            card = self.card(model, at, terms, self.cuts.prompt_above(key.tier), notices)
        except TariffError as error:
            reason = error.errors[0].detail if error.errors else error.detail
            return PricedKey(key, label, None, reason)
        if not card.any_known and not at_a_card:
            return PricedKey(key, label, None, why_unrated(model, at))
        return PricedKey(key, label, card)

    def card(
        self,
        model: Model,
        at: datetime,
        terms: Terms,
        prompt_above: int,
        notices: tuple[Notice, ...] = (),
    ) -> UnitRates:
        """The rate card of a moment, computed once for all moments with the same prices.

        ``notices`` are warnings of the terms. Raises what ``price`` raises.
        """
        period = model.period_at(at)
        lists = None if period is None else id(period.lists_at(at))
        key = (model.key, id(period), lists, terms, prompt_above, notices)
        card = self._cards.get(key)
        if card is None:
            card = unit_rates(model, at, terms, prompt_above)
            card = self._cards[key] = replace(card, notices=(*card.notices, *notices))
        return card


def why_unknown(book: PriceBook, name: str) -> str:
    """The reason for which calls of a name have no price, and what to send where that is known."""
    hint = book.hint(name)
    return _UNKNOWN_MODEL if hint is None else f"{_UNKNOWN_MODEL}. {hint}"


def why_unrated(model: Model, at: datetime) -> str:
    """The reason for which no count of a call has a price, where the model has others."""
    lists = model.lists_at(at).values()
    units = sorted({QUANTITY_UNITS[one.component] for prices in lists for one in prices.units})
    named = " and ".join(unit.replace("_", " ") for unit in units)
    return f"{model.id} has no known price for what was used: it is billed by the {named}"


def label_of(book: PriceBook, model: Model) -> str:
    """The model's id, or ``provider/id`` where the bare id means another provider's model."""
    own = book.known(model.id)
    return model.id if own and own.model.key == model.key else model.key


def places_of(amounts: Iterable[Decimal]) -> int:
    """The decimal places of the most precise amount: the scale that makes all of them integers."""
    exponents = (amount.normalize(EXACT).as_tuple().exponent for amount in amounts)
    return max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)


def scaled(amount: Decimal, places: int) -> int:
    """The amount as an integer of ``places`` decimals; raises when it has more."""
    return int(EXACT.quantize(EXACT.scaleb(amount, places), Decimal(1)))


def unscaled(amount: int, places: int) -> Decimal:
    """USD of an integer of ``places`` decimals."""
    return EXACT.scaleb(Decimal(amount), -places)


def price_rows(keys: Iterable[PricedKey], places: int) -> Iterator[Row]:
    """Rows of ``PRICE_COLUMNS``; successive days at the same rates share a row."""
    run: list[PricedKey] = []
    for priced in sorted(keys, key=lambda priced: (priced.key._replace(day=0), priced.key.day)):
        if run and not _same_price(run[-1], priced):
            yield _price_row(run, places)
            run = []
        run.append(priced)
    if run:
        yield _price_row(run, places)


def _same_price(left: PricedKey, right: PricedKey) -> bool:
    return (
        left.key._replace(day=0) == right.key._replace(day=0)
        and left.card is right.card
        and left.reason == right.reason
    )


def _price_row(run: Sequence[PricedKey], places: int) -> Row:
    first, last = run[0], run[-1]
    key = first.key
    card = first.card
    rates: list[object] = ["" if card is None else scaled(card.fee, places)]
    for bucket in BUCKETS:
        rate = None if card is None else card.rates[bucket]
        rates.append("" if rate is None else scaled(rate, places))
    terms = (key.model, key.processing, key.speed, key.inference_geo)
    days = (key.day, last.key.day, key.part, key.tier)
    return (*terms, *days, first.label, first.reason or "", *rates)


def known_rates(keys: Iterable[PricedKey]) -> list[Decimal]:
    """Every known rate and fee of these keys."""
    cards = [key.card for key in keys if key.card is not None]
    found = [rate for card in cards for rate in (card.fee, *card.rates.values())]
    return [rate for rate in found if rate is not None]
