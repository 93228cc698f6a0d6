"""Rate cards: what a customer pays instead of the list prices, as an immutable document.

A rate card is ``{schema, name, rules}``. Each rule has a ``match`` and either a factor on the list
price or a price of its own; of the rules that match a price, the first one decides. ``NetBook``
shows a price book with a card applied, so that everything that prices by a book prices by a card.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as midnight
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import (
    COMPONENT_UNITS,
    QUANTITY_UNITS,
    TOKEN,
    Model,
    PriceList,
    PricePeriod,
    UnitPrice,
)
from pricing.catalogue.price_book import Match, PriceBook
from pricing.catalogue.spellings import PROVIDER_WORDS
from pricing.jsonio import canonical_json, digest
from pricing.money import multiply, plain
from pricing.values import immutable

SCHEMA = 1
#: Every component that a rule may name, and the unit that its price is for.
COMPONENTS: Mapping[str, str] = {**COMPONENT_UNITS, **QUANTITY_UNITS}


@immutable
class RateRule:
    """One rule: ``multiply`` is a factor on the list price, ``usd`` a price in its place.

    ``usd`` is per million tokens, or per unit of a component that is not tokens. None matches
    everything; ``start`` is the first day (UTC) and ``end`` the day after the last. ``processing``
    names price lists: standard, batch, flex, priority or fast.
    """

    provider: str | None = None
    model: str | None = None
    component: str | None = None
    processing: str | None = None
    start: date | None = None
    end: date | None = None
    multiply: Decimal | None = None
    usd: Decimal | None = None

    def document(self) -> dict[str, Any]:
        """Return the rule as a request states it."""
        match = {
            "provider": self.provider,
            "model": self.model,
            "component": self.component,
            "processing": self.processing,
            "from": self.start and self.start.isoformat(),
            "to": self.end and self.end.isoformat(),
        }
        found: dict[str, Any] = {"match": {name: v for name, v in match.items() if v is not None}}
        if self.multiply is not None:
            return {**found, "multiply": plain(self.multiply)}
        unit = COMPONENTS[self.component or "input"]
        name = "usd_per_mtok" if unit == TOKEN else "usd_per_unit"
        return {**found, name: plain(self.usd or Decimal(0))}

    @classmethod
    def from_document(cls, rule: Mapping[str, Any]) -> "RateRule":
        """Read what ``document`` wrote."""
        match = rule["match"]
        usd = rule.get("usd_per_mtok", rule.get("usd_per_unit"))
        return cls(
            **{name: match.get(name) for name in ("provider", "model", "component", "processing")},
            start=date.fromisoformat(match["from"]) if "from" in match else None,
            end=date.fromisoformat(match["to"]) if "to" in match else None,
            multiply=Decimal(rule["multiply"]) if "multiply" in rule else None,
            usd=None if usd is None else Decimal(usd),
        )


@immutable
class RateCard:
    """An immutable list of rules, of which the first that matches a price decides."""

    id: str
    """``rate-card-`` and a digest of the content."""
    content: bytes
    """The canonical JSON of the document."""
    name: str | None
    rules: tuple[RateRule, ...]

    @classmethod
    def of(cls, rules: Iterable[RateRule], name: str | None = None) -> "RateCard":
        """Build a card, whose id follows from its content."""
        rules = tuple(rules)
        document = {"schema": SCHEMA, "name": name, "rules": [rule.document() for rule in rules]}
        content = canonical_json(document)
        return cls(card_id(content), content, name, rules)

    @classmethod
    def from_document(cls, card: str, document: Mapping[str, Any]) -> "RateCard":
        """Read a stored document."""
        rules = tuple(RateRule.from_document(rule) for rule in document["rules"])
        return cls(card, canonical_json(document), document["name"], rules)


def card_id(content: bytes) -> str:
    """Return the id of a rate card with this content."""
    return f"rate-card-{digest(content)[:32]}"


@immutable
class StoredRateCard:
    """A stored rate card, which never changes: requests name it by its id."""

    id: str
    """The id to send as ``rate_card``."""
    name: str | None
    """The name that it was stored with; null without one."""
    rules: tuple[Mapping[str, Any], ...]
    """The rules, as they were sent; the first that matches a price decides."""

    @classmethod
    def of(cls, card: RateCard) -> "StoredRateCard":
        """Show a card."""
        return cls(card.id, card.name, tuple(rule.document() for rule in card.rules))


class NetBook(PriceBook):
    """A price book at a rate card's prices. Names, limits and everything else are the book's."""

    def __init__(self, base: PriceBook, card: RateCard) -> None:
        self.__dict__.update(base.__dict__)
        self.base = base
        self.card = card
        self._net: dict[str, Model] = {}
        #: Models that rules name, by that name, as this version resolves it.
        named = {rule.model: base.known(rule.model) for rule in card.rules if rule.model}
        self._keys = {name: match and match.model.key for name, match in named.items()}

    def known(self, reference: str) -> Match | None:
        """Return the model that a name stands for, at the card's prices."""
        match = self.base.known(reference)
        return match and Match(self._at_card(match.model), match.matched_by)

    def model(self, key: str) -> Model:
        """Return the model with this exact ``provider/id``; raises KeyError."""
        return self._at_card(self.base.model(key))

    def _at_card(self, model: Model) -> Model:
        found = self._net.get(model.key)
        if found is None:
            rules = [rule for rule in self.card.rules if self._matches_model(rule, model)]
            found = replace(model, prices=tuple(_net_periods(model, rules))) if rules else model
            self._net[model.key] = found
        return found

    def _matches_model(self, rule: RateRule, model: Model) -> bool:
        named = rule.provider and rule.provider.lower()
        return (named is None or PROVIDER_WORDS.get(named, named) == model.provider) and (
            rule.model is None or self._keys[rule.model] == model.key
        )


def _net_periods(model: Model, rules: list[RateRule]) -> Iterator[PricePeriod]:
    """Cut a model's price periods at the rules' dates, and apply the rules of each part."""
    cuts = sorted({_instant(day) for rule in rules for day in (rule.start, rule.end) if day})
    for period in model.prices:
        inside = [
            cut
            for cut in cuts
            if (period.start is None or period.start < cut)
            and (period.end is None or cut < period.end)
        ]
        for start, end in zip([period.start, *inside], [*inside, period.end], strict=True):
            part = replace(period, start=start, end=end)
            effective = [rule for rule in rules if _covers(rule, start, end)]
            yield _net_period(part, effective) if effective else part


def _covers(rule: RateRule, start: datetime | None, end: datetime | None) -> bool:
    """Whether a rule applies to a part, which lies wholly inside or outside its dates."""
    begins = rule.start is None or (start is not None and _instant(rule.start) <= start)
    return begins and (rule.end is None or (end is not None and end <= _instant(rule.end)))


def _instant(day: date) -> datetime:
    return datetime.combine(day, midnight(), UTC)


def _net_period(period: PricePeriod, rules: list[RateRule]) -> PricePeriod:
    def at_card(lists: Mapping[str, PriceList]) -> Mapping[str, PriceList]:
        return {
            mode: _net_list(prices, [rule for rule in rules if rule.processing in (None, mode)])
            for mode, prices in lists.items()
        }

    windows = tuple(replace(window, lists=at_card(window.lists)) for window in period.windows)
    return replace(period, lists=at_card(period.lists), windows=windows)


def _net_list(prices: PriceList, rules: list[RateRule]) -> PriceList:
    tiers = tuple(replace(tier, rates=_net_rates(tier.rates, rules)) for tier in prices.tiers)
    return PriceList(_net_rates(prices.rates, rules), tiers, tuple(_net_units(prices.units, rules)))


def _net_rates(rates: Mapping[str, Decimal], rules: list[RateRule]) -> Mapping[str, Decimal]:
    """Return the rates at the card; an own price also adds a component that has no list price."""
    own = {rule.component for rule in rules if rule.component and rule.usd is not None}
    added = sorted(own & COMPONENT_UNITS.keys() - rates.keys())
    found: dict[str, Decimal] = {}
    for component in (*rates, *added):
        rate = _net_price(component, rates.get(component), rules)
        if rate is not None:
            found[component] = rate
    return found


def _net_units(units: tuple[UnitPrice, ...], rules: list[RateRule]) -> Iterator[UnitPrice]:
    """Yield the prices of quantities; an own price replaces those of all sizes and qualities."""
    for unit in units:
        usd = _net_price(unit.component, unit.usd, rules)
        yield unit if usd is None else replace(unit, usd=usd)
    listed = {unit.component for unit in units}
    for rule in rules:
        if rule.usd is not None and rule.component in QUANTITY_UNITS.keys() - listed:
            listed.add(rule.component)
            yield UnitPrice(rule.component, rule.usd, default=True)


def _net_price(component: str, price: Decimal | None, rules: list[RateRule]) -> Decimal | None:
    """Return a price after the first rule that matches its component."""
    for rule in rules:
        if rule.component not in (None, component):
            continue
        if rule.multiply is None:
            return rule.usd
        return None if price is None else multiply(price, rule.multiply)
    return price
