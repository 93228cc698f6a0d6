"""The types of the catalogue: a model, its capabilities, and its prices in each period."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from pricing.values import immutable

CacheTtl = Literal["5m", "1h"]
TOKEN = "token"
REQUEST_FEE = "request_fee"
#: A component is one thing that is billed. Tokens are priced per million; everything else per
#: unit, and the unit is part of the answer's field name (``usd_per_search``).
COMPONENT_UNITS: Mapping[str, str] = {
    "input": TOKEN,
    "audio_input": TOKEN,
    "image_input": TOKEN,
    "video_input": TOKEN,
    "cache_read": TOKEN,
    "audio_cache_read": TOKEN,
    "image_cache_read": TOKEN,
    "cache_write_5m": TOKEN,
    "cache_write_1h": TOKEN,
    "output": TOKEN,
    "reasoning_output": TOKEN,
    "audio_output": TOKEN,
    "image_output": TOKEN,
    "video_output": TOKEN,
    "web_search": "search",
    "code_execution": "execution",
    REQUEST_FEE: "request",
}
#: What is billed by the quantity and has no bucket of its own, and the unit that it is counted in.
QUANTITY_UNITS: Mapping[str, str] = {
    "image": "image",
    "input_image": "image",
    "audio_second": "second",
    "video_second": "second",
    "input_video_second": "second",
    "character": "character",
    "page": "page",
    "annotated_page": "page",
    "search_unit": "search_unit",
    "search_query": "query",
    "file_search": "query",
    "x_search": "query",
    "live_search_source": "query",
    "maps": "request",
    "classification": "request",
    "image_generation": "request",
    "request": "request",
    #: Of every request, by what it asks for; where it does not differ it is a rate.
    REQUEST_FEE: "request",
    "vector_storage": "gb_day",
    "code_interpreter": "session",
    "code_execution_hour": "hour",
    "session_hour": "hour",
    "cache_storage": "token_hour",
    "citation": TOKEN,
}
TOKEN_COMPONENTS = frozenset(name for name, unit in COMPONENT_UNITS.items() if unit == TOKEN)
#: A cache write's price as a multiple of the input price (Claude pricing page). New prices are
#: checked against it; calls are priced by the prices that ``catalogue/anthropic.toml`` states.
CACHE_WRITE_MULTIPLES = {"cache_write_5m": Decimal("1.25"), "cache_write_1h": Decimal(2)}
#: Modes with a price list of their own. A discount costs at most, a premium at least the standard.
DISCOUNT_MODES = ("batch", "flex")
PREMIUM_MODES = ("priority", "fast")
MODES = ("standard", *DISCOUNT_MODES, *PREMIUM_MODES)
#: Where a price list has no column for these, they are billed as part of another component:
#: providers list a price for audio, images or reasoning only where it differs.
PART_OF: Mapping[str, str] = {
    "audio_input": "input",
    "image_input": "input",
    "video_input": "input",
    "audio_cache_read": "cache_read",
    "image_cache_read": "cache_read",
    "reasoning_output": "output",
}


@immutable
class UnitPrice:
    """USD for one unit of a component of ``QUANTITY_UNITS``; of tokens, for a million.

    ``when`` are the values of the selectors (size, quality, resolution, ...) that it applies to.
    ``default`` marks the price of a call that does not say which. A request that uses less than
    ``minimum`` is billed for that.
    """

    component: str
    usd: Decimal
    when: Mapping[str, str] = field(default_factory=dict)
    default: bool = False
    minimum: Decimal = Decimal(0)


@immutable
class PriceList:
    """Explicit prices per component for one mode (standard, batch, fast, ...).

    ``rates`` apply up to and including the first tier's threshold. A tier replaces the whole
    map for a request whose prompt is strictly longer than ``above_tokens`` (the cliff rule:
    every token of that request, output included, pays the tier's price). ``units`` are the prices
    of quantities that are not tokens of a prompt or an answer.
    """

    rates: Mapping[str, Decimal]
    tiers: tuple["PriceTier", ...] = ()
    units: tuple[UnitPrice, ...] = ()

    def tier_for(self, prompt_tokens: int) -> "PriceTier | None":
        """Return the highest tier whose threshold the prompt exceeds, if any."""
        chosen = None
        for tier in self.tiers:
            if prompt_tokens > tier.above_tokens:
                chosen = tier
        return chosen


@immutable
class PriceTier:
    """The prices of a request whose prompt has more than ``above_tokens`` tokens."""

    above_tokens: int
    rates: Mapping[str, Decimal]


@immutable
class DailyWindow:
    """Other price lists between two times of day, UTC; a window may run over midnight.

    Equal times are a whole day. ``days`` are ISO weekdays (Monday is 1); empty for every day.
    """

    start: time
    end: time
    lists: Mapping[str, PriceList]
    days: frozenset[int] = frozenset()

    def covers(self, instant: datetime) -> bool:
        """Return whether an instant is in it: start inclusive, end exclusive."""
        if self.days and instant.isoweekday() not in self.days:
            return False
        moment = instant.time()
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@immutable
class PricePeriod:
    """Prices that apply from ``start`` (inclusive) to ``end`` (exclusive); None is open."""

    start: datetime | None
    end: datetime | None
    lists: Mapping[str, PriceList]
    source: str
    #: Off-peak prices. Outside every window ``lists`` applies.
    windows: tuple[DailyWindow, ...] = ()
    #: Modes that a request may still name, but that run and are billed as standard.
    served_as_standard: frozenset[str] = frozenset()
    #: Overrides the model's window while this period lasts.
    context_window: int | None = None

    def lists_at(self, instant: datetime) -> Mapping[str, PriceList]:
        """Return the price lists of the window that an instant is in, or of the whole period."""
        for window in self.windows:
            if window.covers(instant):
                return window.lists
        return self.lists

    def ends_by(self, instant: datetime) -> bool:
        """Return whether it is over at an instant."""
        return self.end is not None and self.end <= instant

    def covers(self, instant: datetime) -> bool:
        """Return whether an instant is in it: start inclusive, end exclusive."""
        return (self.start is None or self.start <= instant) and (
            self.end is None or instant < self.end
        )


@immutable
class ClosedMonths:
    """What a model cost before ``until``, by the prices that were known when each month ended.

    A later correction of the past changes the model's prices, but not these.
    """

    until: datetime
    prices: tuple[PricePeriod, ...]


@immutable
class Lifecycle:
    """Dates that a provider announced for a model."""

    released: date | None = None
    """The release date, or the day in the model's id; null when not known."""
    first_seen: date | None = None
    """The day of the first price list that had the model; null when it may be older than the lists.
    """
    deprecated: date | None = None
    """The day its retirement was announced; null when none is."""
    retires: date | None = None
    """The day the model is shut down; null when none is announced."""
    retires_not_before: date | None = None
    """The model stays available at least until this day; null when none is stated."""
    missing_upstream_since: date | None = None
    """Since this day no public price list has the model; its last price is kept."""

    def retired(self, day: date) -> bool:
        """Whether the model is shut down on a day: it is from the day of its retirement on."""
        return self.retires is not None and self.retires <= day


@immutable
class Model:
    """One model as one provider offers it. Unknown limits are None, never a guess."""

    provider: str
    id: str
    name: str
    family: str | None
    aliases: tuple[str, ...]
    context_window: int | None
    #: The largest prompt, where it is less than the window.
    max_input_tokens: int | None
    max_output_tokens: int | None
    max_output_tokens_batch: int | None
    cache_minimum_tokens: int | None
    tokenizer: str | None
    #: The image rule, and the tokens that tools add to a prompt by tool choice; None: not known.
    image_tier: str | None
    tool_overhead_tokens: Mapping[str, int] | None
    capabilities: frozenset[str]
    lifecycle: Lifecycle
    #: The factor of ``inference_geo: us`` on token prices; None means it is not offered.
    us_multiplier: Decimal | None
    prices: tuple[PricePeriod, ...]
    notes: tuple[str, ...] = ()
    #: Names that fit several endpoints with different prices.
    ambiguous_aliases: frozenset[str] = frozenset()
    #: Prices on which public price lists differ, with the price that is used.
    disagreements: tuple[Mapping[str, str | int], ...] = ()
    #: What it is for: ``chat``, ``embedding``, ``image_generation``, ``rerank``, ...
    mode: str = "chat"
    #: Of a model whose past prices were corrected: what reports of months before go on using.
    closed_months: ClosedMonths | None = None

    @property
    def key(self) -> str:
        """``provider/id``: unique within a price book."""
        return f"{self.provider}/{self.id}"

    def free(self, suffix: str) -> "Model":
        """Return the variant of this model, by the suffix of its id, that costs nothing.

        Source: OpenRouter's documentation of model variants: ``:free`` is always provided free.
        """
        rates = dict.fromkeys(("input", "output", "cache_read"), Decimal(0))
        prices = PricePeriod(None, None, {"standard": PriceList(rates)}, "OpenRouter: variants")
        return replace(
            self,
            id=f"{self.id}{suffix}",
            name=f"{self.name} (free)",
            aliases=(),
            prices=(prices,),
            notes=("OpenRouter provides its :free variants at no cost.",),
            disagreements=(),
            closed_months=None,
        )

    def as_closed(self) -> "Model":
        """Return the model at the prices of closed months, and at its own from there on."""
        closed = self.closed_months
        if closed is None:
            return self
        later = (period for period in self.prices if not period.ends_by(closed.until))
        since = (
            replace(period, start=max(period.start or closed.until, closed.until))
            for period in later
        )
        return replace(self, prices=(*closed.prices, *since), closed_months=None)

    @property
    def bills_output(self) -> bool:
        """Whether some price list has an output price, as all but embedding models do."""
        return any(
            "output" in prices.rates for period in self.prices for prices in period.lists.values()
        )

    def period_at(self, instant: datetime) -> PricePeriod | None:
        """Return the period that an instant is in, if any."""
        for period in self.prices:
            if period.covers(instant):
                return period
        return None

    def lists_at(self, instant: datetime) -> Mapping[str, PriceList]:
        """Return the price lists at an instant, by mode; none where no price is known."""
        period = self.period_at(instant)
        return period.lists_at(instant) if period else {}


#: A model as a price book document holds it, with money as decimal strings.
Row = dict[str, Any]


def row_key(row: Mapping[str, Any]) -> str:
    """Return ``provider/id``, which is unique within a price book."""
    return f"{row['provider']}/{row['id']}"


def row_names(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every name of a row: its id, then its aliases."""
    return (row["id"], *row.get("aliases", ()))


def full_names(row: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return every name of a row, each with its provider."""
    return {(row["provider"], name) for name in row_names(row)}


def row_bounds(row: Mapping[str, Any]) -> Iterator[datetime]:
    """Yield the moments at which a price of a row begins or ends."""
    for period in row.get("prices", ()):
        for bound in (_instant(period.get("from")), _instant(period.get("to"))):
            if bound is not None:
                yield bound


def model_from_document(row: Mapping[str, Any]) -> Model:
    """Build a ``Model`` from its row in a price book document (money as decimal strings)."""
    life = row.get("lifecycle") or {}
    return Model(
        provider=row["provider"],
        id=row["id"],
        name=row["name"],
        family=row.get("family"),
        aliases=tuple(row.get("aliases", ())),
        context_window=row.get("context_window"),
        max_input_tokens=row.get("max_input_tokens"),
        max_output_tokens=row.get("max_output_tokens"),
        max_output_tokens_batch=row.get("max_output_tokens_batch"),
        cache_minimum_tokens=row.get("cache_minimum_tokens"),
        tokenizer=row.get("tokenizer"),
        image_tier=row.get("image_tier"),
        tool_overhead_tokens=row.get("tool_overhead_tokens"),
        capabilities=frozenset(row.get("capabilities", ())),
        lifecycle=Lifecycle(
            **{field: date.fromisoformat(text) for field, text in life.items() if text}
        ),
        us_multiplier=_decimal(row.get("us_multiplier")),
        prices=tuple(_period(period) for period in row.get("prices", ())),
        notes=tuple(row.get("notes", ())),
        ambiguous_aliases=frozenset(row.get("ambiguous_aliases", ())),
        disagreements=tuple(row.get("disagreements", ())),
        mode=mode_of(row),
        closed_months=_closed_months(row.get("closed_months")),
    )


def _closed_months(row: Mapping[str, Any] | None) -> ClosedMonths | None:
    if row is None:
        return None
    until = datetime.fromisoformat(row["until"]).replace(tzinfo=UTC)
    return ClosedMonths(until, tuple(_period(period) for period in row["prices"]))


def mode_of(row: Mapping[str, Any]) -> str:
    """Return what a row's model is for; a row says so where it is not a chat or an embedding."""
    mode: str = row.get("mode") or ("embedding" if row.get("input_only") else "chat")
    return mode


def _period(row: Mapping[str, Any]) -> PricePeriod:
    return PricePeriod(
        start=_instant(row.get("from")),
        end=_instant(row.get("to")),
        lists=_price_lists(row["lists"]),
        source=row["source"],
        windows=tuple(
            DailyWindow(
                time.fromisoformat(window["from"]),
                time.fromisoformat(window["to"]),
                _price_lists(window["lists"]),
                frozenset(window.get("days", ())),
            )
            for window in row.get("windows", ())
        ),
        served_as_standard=frozenset(row.get("served_as_standard", ())),
        context_window=row.get("context_window"),
    )


def _price_lists(rows: Mapping[str, Any]) -> Mapping[str, PriceList]:
    return {mode: _price_list(row) for mode, row in rows.items()}


def _price_list(row: Mapping[str, Any]) -> PriceList:
    tiers = [
        PriceTier(tier["above_tokens"], _rates(tier["rates"])) for tier in row.get("tiers", ())
    ]
    return PriceList(
        _rates(row["rates"]),
        tuple(sorted(tiers, key=lambda tier: tier.above_tokens)),
        tuple(
            UnitPrice(
                unit["component"],
                Decimal(unit["usd"]),
                unit.get("when", {}),
                default=unit.get("default", False),
                minimum=Decimal(unit.get("minimum", "0")),
            )
            for unit in row.get("units", ())
        ),
    )


def _rates(row: Mapping[str, str]) -> Mapping[str, Decimal]:
    return {component: Decimal(price) for component, price in row.items()}


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
