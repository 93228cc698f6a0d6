"""The list of models and one model's page: ``GET /v1/models`` and ``GET /v1/models/...``."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pricing.catalogue.models import (
    COMPONENT_UNITS,
    QUANTITY_UNITS,
    TOKEN,
    Lifecycle,
    Model,
    PriceList,
    PricePeriod,
)
from pricing.catalogue.price_book import BookInForce, Provenance, provenance
from pricing.errors import FieldError, InvalidRequest
from pricing.jsonio import sorted_json
from pricing.pagination import page_of
from pricing.timestamps import AsOf
from pricing.values import immutable


@immutable
class ModelFilter:
    """Conditions that a listed model meets, all of them; None does not restrict."""

    provider: str | None = None
    family: str | None = None
    capability: str | None = None
    mode: str | None = None
    unit: str | None = None
    q: str | None = None

    def check_against(self, models: Sequence[Model]) -> None:
        """Raise InvalidRequest for a condition that no model meets on its own."""
        known = {
            "provider": {model.provider for model in models},
            "family": {model.family for model in models if model.family},
            "capability": {capability for model in models for capability in model.capabilities},
            "mode": {model.mode for model in models},
        }
        if self.unit is not None:
            known["unit"] = {unit for model in models for unit in _billed_units(model)}
        unknown = [
            FieldError(f"/{name}", f"must be one of {', '.join(sorted(values))}")
            for name, values in known.items()
            if getattr(self, name) not in (None, *values)
        ]
        if unknown:
            raise InvalidRequest.of(unknown)

    def parts(self) -> list[bytes]:
        """Return what the row of every model that is accepted contains, as ``model_keys`` takes it.

        A mode or unit is not in it: rows leave out the usual ones.
        """
        exact = [name for name in (self.provider, self.family, self.capability) if name is not None]
        # ``provider/id`` is in two pieces in a row.
        words = [part for word in (self.q or "").split() for part in word.split("/")]
        texts = [*map(sorted_json, exact), *(sorted_json(word)[1:-1] for word in words)]
        return [text.lower().encode() for text in texts]

    def accepts(self, model: Model) -> bool:
        """Return whether the model meets every condition."""
        return (
            self.provider in (None, model.provider)
            and self.family in (None, model.family)
            and (self.capability is None or self.capability in model.capabilities)
            and self.mode in (None, model.mode)
            and (self.unit is None or self.unit in _billed_units(model))
            and (self.q is None or _mentions(model, self.q.lower().split()))
        )


def _billed_units(model: Model) -> set[str]:
    lists = (period.lists.get("standard") for period in model.prices)
    return {unit for prices in lists if prices for unit in _units(prices)}


def _mentions(model: Model, words: Sequence[str]) -> bool:
    """Whether every word is in the model's provider, id, name or aliases, in any case."""
    text = " ".join((model.key, model.name, *model.aliases)).lower()
    return all(word in text for word in words)


@immutable
class TierPrices:
    """Token prices of requests with a long prompt."""

    above_tokens: int
    """The threshold in tokens: a longer prompt pays these prices for all its tokens."""
    usd_per_mtok: Mapping[str, Decimal]
    """Prices in USD per million tokens, by component."""


@immutable
class ListedUnitPrice:
    """The price of one unit of something that is not a token of a prompt or an answer."""

    component: str
    """What is billed, such as ``image``, ``audio_second`` or ``page``."""
    unit: str
    """What ``usd`` buys one of; a million of, where it is ``token``."""
    usd: Decimal
    """Price in USD."""
    when: Mapping[str, str]
    """The selectors that it is for, such as ``size`` and ``quality``; empty when it is the same for
    all.
    """
    default: bool
    """Whether a call that states no selector has this price."""
    minimum: Decimal | None
    """A request that uses less is billed for so many units. Null when there is no such minimum."""


@immutable
class ModePrices:
    """One price list."""

    mode: str
    """The price list's mode: ``standard``, ``batch``, ``fast``, ..."""
    usd_per_mtok: Mapping[str, Decimal]
    """Prices in USD per million tokens, by component."""
    usd_per_use: Mapping[str, Decimal]
    """Prices in USD per use of everything that is not a token, by component."""
    tiers: tuple[TierPrices, ...]
    """Prices of longer prompts; empty when prices do not depend on length."""
    units: tuple[ListedUnitPrice, ...]
    """Prices of quantities that are not tokens of a prompt or an answer; empty without any."""


@immutable
class WindowPrices:
    """Off-peak prices between two times of day; the window may extend past midnight."""

    start: str
    """Start of the window, a time of day in UTC, inclusive."""
    end: str
    """End of the window, a time of day in UTC, exclusive; equal to ``start`` for a whole day."""
    days: tuple[int, ...]
    """ISO weekdays (Monday is 1) on which the window applies; empty for every day."""
    modes: tuple[ModePrices, ...]
    """One price list per mode."""


@immutable
class PeriodPrices:
    """The prices of one period of time."""

    start: datetime | None
    """Start of the period, inclusive; null when it is open."""
    end: datetime | None
    """End of the period, exclusive; null when it is open."""
    source: str
    """Where the prices come from, and their date."""
    modes: tuple[ModePrices, ...]
    """One price list per mode."""
    windows: tuple[WindowPrices, ...]
    """Off-peak prices; empty when prices do not depend on the time of day."""


@immutable
class ModelPage:
    """One model: prices, limits, capabilities, lifecycle and price history."""

    id: str
    """The model's canonical id."""
    provider: str
    """The provider."""
    name: str
    """Display name."""
    family: str | None
    """The model's family, such as ``opus``; null when it has none."""
    aliases: tuple[str, ...]
    """Other names that identify the model."""
    context_window: int | None
    """Context window in tokens, input and output together; null when not known."""
    max_input_tokens: int | None
    """Longest prompt in tokens, where it is less than the window; null otherwise."""
    max_output_tokens: int | None
    """Longest output in tokens; null when not known."""
    max_output_tokens_batch: int | None
    """Longest output in a batch, in tokens; null when it is the same."""
    cache_minimum_tokens: int | None
    """The shortest prompt that can be cached, in tokens; null when not known."""
    tokenizer: str | None
    """The tokenizer generation that counts its text; null when not known."""
    mode: str
    """What the model is for, such as ``chat``, ``embedding``, ``rerank`` or ``ocr``."""
    capabilities: tuple[str, ...]
    """What the model can do, such as ``vision``, ``tools`` or ``caching``."""
    us_multiplier: Decimal | None
    """Factor of ``inference_geo: us`` on token prices; null when not offered."""
    lifecycle: Lifecycle
    prices: PeriodPrices | None
    """The prices at the requested moment; null when none is verified."""
    price_history: tuple[PeriodPrices, ...]
    """All periods with their prices, including announced ones."""
    notes: tuple[str, ...]
    """Remarks on the model, as sentences."""
    disagreements: tuple[Mapping[str, str | int], ...]
    """Prices on which public price lists differ, with the price that is used."""
    pricing: Provenance


@immutable
class ModelSummary:
    """A model's limits, capabilities and current standard token prices."""

    id: str
    """The model's canonical id."""
    provider: str
    """The provider."""
    name: str
    """Display name."""
    family: str | None
    """The model's family, such as ``opus``; null when it has none."""
    context_window: int | None
    """Context window in tokens; null when not known."""
    max_output_tokens: int | None
    """Longest output in tokens; null when not known."""
    mode: str
    """What the model is for, such as ``chat``, ``embedding``, ``rerank`` or ``ocr``."""
    capabilities: tuple[str, ...]
    """What the model can do, such as ``vision``, ``tools`` or ``caching``."""
    retires: date | None
    """The day the model is shut down; null when none is announced."""
    usd_per_mtok: Mapping[str, Decimal] | None
    """Standard prices in USD per million tokens by component; null when none is verified."""
    long_prompt_above_tokens: int | None
    """A prompt of more tokens has other standard prices; null when none has."""
    units: tuple[str, ...]
    """The units that it is billed in at its standard prices, such as ``token`` or ``image``."""


@immutable
class ModelList:
    """A page of the model list, in a stable order."""

    models: tuple[ModelSummary, ...]
    """The models on this page."""
    next_cursor: str | None
    """Send this as ``cursor`` to get the next page; null on the last page."""
    pricing: Provenance


@immutable
class Health:
    """Whether Tariff answers, and how fresh its prices are."""

    status: Literal["ok", "degraded"]
    """``degraded`` when the store does not confirm the prices at the moment."""
    published_at: str
    """When the price version was published."""
    models: int
    """Number of models that the version prices."""
    pricing: Provenance


def list_models(
    in_force: BookInForce, wanted: ModelFilter, as_of: AsOf, *, cursor: str | None, limit: int
) -> ModelList:
    """Return up to ``limit`` models, in the order of ``provider/id``.

    The cursor holds the key of the last model, so that pages of two price versions neither repeat
    nor lose a model that is in both. Raises InvalidRequest for a filter that no model of this
    version can meet: a misspelt one does not give an empty list.
    """
    book = in_force.book
    keys = book.model_keys(wanted.parts())
    if wanted != ModelFilter():
        keys = [key for key in keys if wanted.accepts(book.model(key))]
    if not keys:
        wanted.check_against(list(book.models()))
    page = page_of("models", keys, str, cursor=cursor, limit=limit)
    return ModelList(
        models=tuple(_summary(book.model(key), as_of) for key in page.rows),
        next_cursor=page.next_cursor,
        pricing=provenance(in_force, as_of),
    )


def health(in_force: BookInForce, as_of: AsOf) -> Health:
    """Return the active price version, and whether the store confirms it."""
    return Health(
        status="degraded" if in_force.stale else "ok",
        published_at=in_force.book.published_at,
        models=len(in_force.book),
        pricing=provenance(in_force, as_of),
    )


def model_page(in_force: BookInForce, provider: str, name: str, as_of: AsOf) -> ModelPage:
    """Return the page of one model, by exact id or alias of a provider; raises UnknownModel."""
    model = in_force.book.find(f"{provider}/{name}").model
    period = model.period_at(as_of.instant)
    return ModelPage(
        id=model.id,
        provider=model.provider,
        name=model.name,
        family=model.family,
        aliases=model.aliases,
        context_window=model.context_window,
        max_input_tokens=model.max_input_tokens,
        max_output_tokens=model.max_output_tokens,
        max_output_tokens_batch=model.max_output_tokens_batch,
        cache_minimum_tokens=model.cache_minimum_tokens,
        tokenizer=model.tokenizer,
        mode=model.mode,
        capabilities=tuple(sorted(model.capabilities)),
        us_multiplier=model.us_multiplier,
        lifecycle=model.lifecycle,
        prices=_period(period) if period else None,
        price_history=tuple(_period(price) for price in model.prices),
        notes=model.notes,
        disagreements=model.disagreements,
        pricing=provenance(in_force, as_of),
    )


def _summary(model: Model, as_of: AsOf) -> ModelSummary:
    standard = model.lists_at(as_of.instant).get("standard")
    return ModelSummary(
        id=model.id,
        provider=model.provider,
        name=model.name,
        family=model.family,
        context_window=model.context_window,
        max_output_tokens=model.max_output_tokens,
        mode=model.mode,
        capabilities=tuple(sorted(model.capabilities)),
        retires=model.lifecycle.retires,
        usd_per_mtok=_token_rates(standard.rates) if standard else None,
        long_prompt_above_tokens=standard.tiers[0].above_tokens
        if standard and standard.tiers
        else None,
        units=_units(standard) if standard else (),
    )


def _units(prices: PriceList) -> tuple[str, ...]:
    """Return the units of a price list, tokens first."""
    units = {COMPONENT_UNITS[component] for component in prices.rates}
    units |= {QUANTITY_UNITS[unit.component] for unit in prices.units}
    return tuple(sorted(units, key=lambda unit: (unit != TOKEN, unit)))


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
    return tuple(
        ModePrices(
            mode=mode,
            usd_per_mtok=_token_rates(prices.rates),
            usd_per_use=_token_rates(prices.rates, tokens=False),
            tiers=tuple(
                TierPrices(tier.above_tokens, _token_rates(tier.rates)) for tier in prices.tiers
            ),
            units=tuple(
                ListedUnitPrice(
                    unit.component,
                    QUANTITY_UNITS[unit.component],
                    unit.usd,
                    unit.when,
                    unit.default,
                    unit.minimum or None,
                )
                for unit in prices.units
            ),
        )
        for mode, prices in lists.items()
    )


def _token_rates(rates: Mapping[str, Decimal], *, tokens: bool = True) -> Mapping[str, Decimal]:
    """Return the rates of tokens, or those of everything else."""
    return {
        name: rate for name, rate in rates.items() if (COMPONENT_UNITS[name] == TOKEN) is tokens
    }
