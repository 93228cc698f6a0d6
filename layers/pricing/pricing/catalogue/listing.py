"""What Tariff knows: the answers of ``GET /v1/models`` and of one model's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pricing.catalogue.models import (
    COMPONENT_UNITS,
    TOKEN,
    Lifecycle,
    Model,
    PriceList,
    PricePeriod,
)
from pricing.catalogue.price_book import BookInForce, Provenance, provenance
from pricing.errors import FieldError, InvalidRequest
from pricing.pagination import page_of
from pricing.timestamps import AsOf


@dataclass(frozen=True, slots=True)
class ModelFilter:
    """Conditions a listed model must all meet; None does not restrict."""

    provider: str | None = None
    family: str | None = None
    capability: str | None = None

    def check_against(self, models: Sequence[Model]) -> None:
        """Raises InvalidRequest for a condition that none of the models meets by itself."""
        known = {
            "provider": {model.provider for model in models},
            "family": {model.family for model in models if model.family},
            "capability": {capability for model in models for capability in model.capabilities},
        }
        unknown = [
            FieldError(f"/{name}", f"must be one of {', '.join(sorted(values))}")
            for name, values in known.items()
            if getattr(self, name) not in (None, *values)
        ]
        if unknown:
            raise InvalidRequest.of(unknown)

    def accepts(self, model: Model) -> bool:
        """True when the model meets every condition."""
        return (
            self.provider in (None, model.provider)
            and self.family in (None, model.family)
            and (self.capability is None or self.capability in model.capabilities)
        )


@dataclass(frozen=True, slots=True)
class TierPrices:
    """Token prices of a request whose prompt is strictly longer than ``above_tokens``."""

    above_tokens: int
    usd_per_mtok: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class ModePrices:
    """One price list: token components in USD per million, the rest in USD per single use."""

    mode: str
    usd_per_mtok: Mapping[str, Decimal]
    usd_per_use: Mapping[str, Decimal]
    tiers: tuple[TierPrices, ...]


@dataclass(frozen=True, slots=True)
class WindowPrices:
    """Off-peak prices between two times of day, UTC; a window may run over midnight."""

    start: str
    end: str
    days: tuple[int, ...]
    modes: tuple[ModePrices, ...]


@dataclass(frozen=True, slots=True)
class PeriodPrices:
    """Every price list of a period; ``start`` is inclusive, ``end`` exclusive, null is open."""

    start: datetime | None
    end: datetime | None
    source: str
    modes: tuple[ModePrices, ...]
    windows: tuple[WindowPrices, ...]


@dataclass(frozen=True, slots=True)
class ModelPage:
    """Everything known about one model. ``disagreements`` are the places where the public price
    lists differ, with the price that was used. ``prices`` is what is in force at the asked moment;
    null when no verified price is.
    """

    id: str
    provider: str
    name: str
    family: str | None
    aliases: tuple[str, ...]
    context_window: int | None
    max_output_tokens: int | None
    max_output_tokens_batch: int | None
    cache_minimum_tokens: int | None
    tokenizer: str | None
    capabilities: tuple[str, ...]
    us_multiplier: Decimal | None
    lifecycle: Lifecycle
    prices: PeriodPrices | None
    price_history: tuple[PeriodPrices, ...]
    notes: tuple[str, ...]
    disagreements: tuple[Mapping[str, str | int], ...]
    pricing: Provenance


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """One row of the model list: limits, capabilities and the standard token prices in force."""

    id: str
    provider: str
    name: str
    family: str | None
    context_window: int | None
    max_output_tokens: int | None
    capabilities: tuple[str, ...]
    retires: date | None
    usd_per_mtok: Mapping[str, Decimal] | None


@dataclass(frozen=True, slots=True)
class ModelList:
    """A page of the model list in a stable order; ``next_cursor`` is null on the last page."""

    models: tuple[ModelSummary, ...]
    next_cursor: str | None
    pricing: Provenance


@dataclass(frozen=True, slots=True)
class Health:
    """``degraded`` means that prices come from memory or the bundle, unconfirmed by the store."""

    status: Literal["ok", "degraded"]
    published_at: str
    models: int
    pricing: Provenance


def list_models(
    in_force: BookInForce, wanted: ModelFilter, as_of: AsOf, *, cursor: str | None, limit: int
) -> ModelList:
    """Up to ``limit`` models, in the order of ``provider/id``.

    The cursor is made of the key of the last row, so a page that spans two price versions neither
    repeats nor loses a model that is in both. Raises InvalidRequest for a filter that no model of
    this version could ever meet: a misspelt one is not an empty list.
    """
    models = list(in_force.book.models())
    wanted.check_against(models)
    found = filter(wanted.accepts, models)
    page = page_of("models", found, lambda one: one.key, cursor=cursor, limit=limit)
    return ModelList(
        models=tuple(_summary(model, as_of) for model in page.rows),
        next_cursor=page.next_cursor,
        pricing=provenance(in_force, as_of),
    )


def health(in_force: BookInForce, as_of: AsOf) -> Health:
    """What is answering right now, and whether the store still confirms it."""
    return Health(
        status="degraded" if in_force.stale else "ok",
        published_at=in_force.book.published_at,
        models=len(in_force.book),
        pricing=provenance(in_force, as_of),
    )


def model_page(in_force: BookInForce, provider: str, name: str, as_of: AsOf) -> ModelPage:
    """One model by exact id or alias within a provider; raises UnknownModel."""
    model = in_force.book.find(f"{provider}/{name}").model
    period = model.period_at(as_of.instant)
    return ModelPage(
        id=model.id,
        provider=model.provider,
        name=model.name,
        family=model.family,
        aliases=model.aliases,
        context_window=model.context_window,
        max_output_tokens=model.max_output_tokens,
        max_output_tokens_batch=model.max_output_tokens_batch,
        cache_minimum_tokens=model.cache_minimum_tokens,
        tokenizer=model.tokenizer,
        capabilities=tuple(sorted(model.capabilities)),
        us_multiplier=model.us_multiplier,
        lifecycle=model.lifecycle,
        prices=_period(period) if period else None,
        price_history=tuple(_period(one) for one in model.prices),
        notes=model.notes,
        disagreements=model.disagreements,
        pricing=provenance(in_force, as_of),
    )


def _summary(model: Model, as_of: AsOf) -> ModelSummary:
    period = model.period_at(as_of.instant)
    standard = period.lists_at(as_of.instant).get("standard") if period else None
    return ModelSummary(
        id=model.id,
        provider=model.provider,
        name=model.name,
        family=model.family,
        context_window=model.context_window,
        max_output_tokens=model.max_output_tokens,
        capabilities=tuple(sorted(model.capabilities)),
        retires=model.lifecycle.retires,
        usd_per_mtok=_token_rates(standard.rates) if standard else None,
    )


def _period(period: PricePeriod) -> PeriodPrices:
    return PeriodPrices(
        start=period.start,
        end=period.end,
        source=period.source,
        modes=_modes(period.lists),
        windows=tuple(
            WindowPrices(
                start=window.start.isoformat(),
                end=window.end.isoformat(),
                days=tuple(sorted(window.days)),
                modes=_modes(window.lists),
            )
            for window in period.windows
        ),
    )


def _modes(lists: Mapping[str, PriceList]) -> tuple[ModePrices, ...]:
    return tuple(_mode(mode, prices) for mode, prices in lists.items())


def _mode(mode: str, prices: PriceList) -> ModePrices:
    return ModePrices(
        mode=mode,
        usd_per_mtok=_token_rates(prices.rates),
        usd_per_use={
            name: rate for name, rate in prices.rates.items() if COMPONENT_UNITS[name] != TOKEN
        },
        tiers=tuple(
            TierPrices(tier.above_tokens, _token_rates(tier.rates)) for tier in prices.tiers
        ),
    )


def _token_rates(rates: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    return {name: rate for name, rate in rates.items() if COMPONENT_UNITS[name] == TOKEN}
