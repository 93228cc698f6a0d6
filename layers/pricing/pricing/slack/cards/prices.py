"""List prices, of one model or of every family's current one, as cards."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from pricing.catalogue.listing import ListedUnitPrice, ModelPage, ModePrices, model_page
from pricing.catalogue.models import TOKEN
from pricing.catalogue.price_book import BookInForce, provenance
from pricing.display import count, price
from pricing.slack.cards.base import Card, Table
from pricing.slack.cards.costs import MAX_ROWS
from pricing.slack.commands import Pinned, PricesCommand
from pricing.timestamps import AsOf

#: Slack takes 20 columns; one is for the names.
MAX_MODES = 8


def prices_card(in_force: BookInForce, command: PricesCommand, as_of: AsOf) -> Card:
    """The active list prices; raises UnknownModel."""
    pricing = provenance(in_force, as_of)
    share = replace(command, pinned=Pinned(pricing.version, pricing.as_of)).text()
    card = _families(in_force, as_of)
    if command.model is not None:
        model = in_force.book.find(command.model).model
        card = _one_model(model_page(in_force, model.provider, model.id, as_of), as_of)
    return replace(card, pricing=pricing, share=share)


def _one_model(page: ModelPage, as_of: AsOf) -> Card:
    notes = list(page.notes[:3])
    if page.disagreements:
        notes.append("The public price lists disagree on this model; GET /v1/models shows where.")
    if page.prices is None:
        return Card(title=f"{page.id}: no verified price at this date", notes=tuple(notes))
    if page.prices.windows:
        notes.append("Other prices apply at some times of day.")
    standard_first = sorted(page.prices.modes, key=lambda prices: prices.mode != "standard")
    modes = tuple(standard_first[:MAX_MODES])
    rows = [(name, *_prices(modes, name)) for name in _components(modes, "usd_per_mtok")]
    rows += [
        (f"{name}, each", *_prices(modes, name, "usd_per_use"))
        for name in _components(modes, "usd_per_use")
    ]
    rows += _tiers(modes)
    by_unit = [{_unit(unit): unit.usd for unit in mode.units} for mode in modes]
    rows += [
        (name, *(_rate(rates, name) for rates in by_unit))
        for name in dict.fromkeys(name for rates in by_unit for name in rates)
    ]
    return Card(
        title=f"{page.id} ({page.provider})",
        facts=_limits(page, as_of),
        table=Table(
            ("USD per million tokens", *(mode.mode for mode in modes)),
            tuple((row[0].replace("_", " "), *row[1:]) for row in rows[:MAX_ROWS]),
        ),
        notes=tuple(notes),
    )


def _families(in_force: BookInForce, as_of: AsOf) -> Card:
    book = in_force.book
    rows = []
    for family in sorted(book.families)[:MAX_ROWS]:
        model = book.find(family).model
        standard = model.lists_at(as_of.instant).get("standard")
        rates = standard.rates if standard else {}
        rows.append((family, model.id, _rate(rates, "input"), _rate(rates, "output")))
    return Card(
        title="The current model of each family",
        table=Table(("Family", "Model", "Input / M", "Output / M"), tuple(rows), text_columns=2),
        examples=("prices opus",),
    )


def _limits(page: ModelPage, as_of: AsOf) -> tuple[tuple[str, str], ...]:
    limits = (
        ("Context window", page.context_window),
        ("Longest output", page.max_output_tokens),
        ("Shortest cached prefix", page.cache_minimum_tokens),
    )
    facts = [(name, f"{count(limit)} tokens") for name, limit in limits if limit is not None]
    if page.lifecycle.retires:
        when = "Retired" if page.lifecycle.retired(as_of.day) else "Retires"
        facts.append((when, page.lifecycle.retires.isoformat()))
    return tuple(facts)


def _unit(unit: ListedUnitPrice) -> str:
    each = "" if unit.unit == TOKEN else ", each"
    return " ".join((f"{unit.component}{each}", *unit.when.values()))


def _components(modes: tuple[ModePrices, ...], kind: str) -> list[str]:
    return list(dict.fromkeys(name for mode in modes for name in getattr(mode, kind)))


def _prices(modes: tuple[ModePrices, ...], name: str, kind: str = "usd_per_mtok") -> list[str]:
    return [_rate(getattr(mode, kind), name) for mode in modes]


def _tiers(modes: tuple[ModePrices, ...]) -> list[tuple[str, ...]]:
    """Prices of longer prompts: a row for each threshold and component, a column for each mode."""
    found = {
        (tier.above_tokens, name): None
        for mode in modes
        for tier in mode.tiers
        for name in tier.usd_per_mtok
        if name in ("input", "output")
    }
    return [
        (
            f"{name}, prompt over {count(above)}",
            *(_rate(_tier(mode, above), name) for mode in modes),
        )
        for above, name in sorted(found)
    ]


def _tier(mode: ModePrices, above_tokens: int) -> Mapping[str, Decimal]:
    tiers = {tier.above_tokens: tier.usd_per_mtok for tier in mode.tiers}
    return tiers.get(above_tokens, {})


def _rate(rates: Mapping[str, Decimal], name: str) -> str:
    return price(rates[name]) if name in rates else "–"  # noqa: RUF001 - an en dash
