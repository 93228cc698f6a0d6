"""Calls that share a prefix, and their cost with each time to live of the cache."""

from decimal import Decimal
from typing import Literal

from pricing.errors import Unpriced
from pricing.estimates.caching import CacheKind, write_bucket
from pricing.estimates.estimate import Pricer
from pricing.money import ZERO, add, multiply, per_million, percent_of, ratio, subtract
from pricing.plans.caching.prices import (
    TTL_SECONDS,
    Arrivals,
    PrefixPrices,
    expected_reads,
    hit_rate,
    rounded_rate,
)
from pricing.usage.buckets import Attempt, Quantity, Usage, moved
from pricing.values import immutable

ColdStart = Literal["hour", "day", "month"]
#: A time to live, or ``auto`` for the cheapest, which may be no caching at all.
TtlChoice = Literal["5m", "1h", "auto"]
#: The numbers of reads after which an option's saving is shown.
SHOWN_READS = (1, 2, 10, 100)


@immutable
class CachingScenario:
    """Calls that share a prefix, and how often they find the cache empty.

    ``calls_per_hour`` times ``hours_per_day`` is a whole number, and so is ``calls_per_hour`` if
    every hour starts with an empty cache.
    """

    prefix_tokens: int
    suffix_tokens: int
    output_tokens: int
    calls_per_hour: Decimal
    hours_per_day: int
    days_per_month: int
    arrivals: Arrivals = "even"
    cold_start_every: ColdStart = "day"

    @property
    def calls_per_day(self) -> int:
        """Calls on one day."""
        return int(multiply(self.calls_per_hour, Decimal(self.hours_per_day)))

    @property
    def calls_per_month(self) -> int:
        """Calls in one month."""
        return self.calls_per_day * self.days_per_month

    @property
    def whole_hour(self) -> int | None:
        """Calls in one hour, or None if that is not a whole number."""
        calls = int(self.calls_per_hour)
        return calls if calls == self.calls_per_hour else None

    @property
    def starts_per_day(self) -> int:
        """Number of times per day that a call finds the cache empty, the first call included."""
        return self.hours_per_day if self.cold_start_every == "hour" else 1

    @property
    def starts_per_month(self) -> int:
        """Number of times per month that a call finds the cache empty."""
        return 1 if self.cold_start_every == "month" else self.starts_per_day * self.days_per_month

    @property
    def session_hours(self) -> int:
        """Hours with calls from one empty cache to the next."""
        return self.hours_per_day * self.days_per_month // self.starts_per_month

    def plain(self) -> Usage:
        """Return the usage of one call without caching."""
        return Usage(input=self.prefix_tokens + self.suffix_tokens, output=self.output_tokens)

    def reading(self) -> Usage:
        """Return the usage of one call that reads the prefix from the cache."""
        return Usage(
            input=self.suffix_tokens, cache_read=self.prefix_tokens, output=self.output_tokens
        )

    def writing(self, kind: CacheKind) -> Usage:
        """Return the usage of one call that writes the prefix to the cache."""
        return moved(Attempt(self.plain()), self.prefix_tokens, write_bucket(kind)).usage


@immutable
class CachedPeriod:
    """The calls of an hour, day or month with caching."""

    calls: int
    """Calls in the period."""
    writes: int
    """Calls that write the prefix to the cache."""
    reads: int
    """Calls that read the prefix from the cache."""
    cost_usd: Decimal
    """Cost of all calls."""
    prefix_written_usd: Decimal
    """The part of the cost for writing the prefix."""
    prefix_read_usd: Decimal
    """The part of the cost for reading the prefix."""
    rest_usd: Decimal
    """The part of the cost for everything else."""
    saves_usd: Decimal
    """Saving compared with no caching; negative when caching costs more."""
    saves_percent: Decimal | None
    """Saving as a percentage of the cost without caching; null when that is zero."""


@immutable
class SavingAfter:
    """The saving on the prefix after one write and some reads."""

    reads: int
    """Reads after the write."""
    saves_percent: Decimal | None
    """Saving as a percentage of the prefix's uncached cost; negative when caching costs more."""


@immutable
class PastTtl:
    """The cost of a call that arrives after the cache entry has expired."""

    after_seconds: int
    """Seconds after which the entry has expired."""
    call_usd: Decimal
    """Cost of the call, which writes the prefix again."""
    penalty_usd: Decimal
    """Extra cost compared with a call without caching."""
    penalty_percent_of_input: Decimal | None
    """Extra cost as a percentage of the uncached input's cost; null when that is zero."""


@immutable
class CachingOption:
    """Caching with one time to live.

    Hour, day and month start with an empty cache, ``warm_hour`` with a live entry.
    """

    ttl: CacheKind
    """The time to live of a cache entry; ``automatic`` where the provider caches by itself, for as
    long as it chooses, and a call that finds no entry pays plain input.
    """
    write_usd_per_mtok: Decimal
    """Price of cache writes in USD per million tokens."""
    read_usd_per_mtok: Decimal
    """Price of cache reads in USD per million tokens."""
    write_call_usd: Decimal
    """Cost of a call that writes the prefix."""
    read_call_usd: Decimal
    """Cost of a call that reads the prefix."""
    break_even_reads: Decimal | None
    """Reads that pay for one write; null when reads save nothing."""
    first_cheaper_reads: int | None
    """The lowest whole number of reads at which caching is cheaper; null when there is none."""
    break_even_hit_rate: Decimal | None
    """The hit rate, from 0 to 1, above which caching saves; null when there is none."""
    saving_after: tuple[SavingAfter, ...]
    """The saving on the prefix after one write and some reads."""
    reads_for_target: int | None
    """Reads per write that reach ``target_saving_percent``; null when none do, or none was sent."""
    hit_rate: Decimal
    """Expected share of hits once the cache is warm, from 0 to 1."""
    past_ttl: PastTtl
    """The cost of a call that arrives after the entry has expired."""
    hour: CachedPeriod | None
    """The first hour; null when it has no whole number of calls."""
    warm_hour: CachedPeriod | None
    """An hour that starts with a live entry; null when it has no whole number of calls."""
    day: CachedPeriod
    """One day."""
    month: CachedPeriod
    """One month."""


@immutable
class ExplicitCache:
    """A cache that the caller creates and pays for by the hour, so that every call reads it."""

    storage_usd_per_mtok_hour: Decimal
    """Price of keeping a million tokens for an hour, in USD."""
    created: int
    """Number of times per month that the cache is created, at the price of plain input."""
    hours: int
    """Hours per month that it is kept: those with calls."""
    created_usd: Decimal
    """The part of the month's cost for creating it."""
    storage_usd: Decimal
    """The part of the month's cost for keeping it."""
    calls_usd: Decimal
    """The part of the month's cost for the calls, each of which reads the prefix."""
    month_usd: Decimal
    """Cost per month."""
    saves_usd: Decimal
    """Saving per month compared with no caching; negative when it costs more."""
    saves_percent: Decimal | None
    """Saving as a percentage of the cost without caching; null when that is zero."""
    break_even_calls_per_hour: Decimal | None
    """Calls per hour whose reads pay for keeping it; null when reads save nothing."""


def explicit_cache(
    pricer: Pricer, scenario: CachingScenario, prices: PrefixPrices
) -> ExplicitCache | None:
    """Price a cache that is created at every cold start and kept while there are calls.

    None where the model has no price for keeping one (Gemini's explicit caching: context caching
    guide, storage by the token and hour).
    """
    hours, prefix = scenario.hours_per_day * scenario.days_per_month, scenario.prefix_tokens

    def kept(token_hours: int) -> Usage:
        return Usage(units=(Quantity("cache_storage", Decimal(token_hours)),))

    try:
        rate = pricer.cost(kept(1_000_000))
    except Unpriced:
        return None
    calls = scenario.calls_per_month
    storage = pricer.cost(kept(prefix * hours))
    created = per_million(Decimal(prefix * scenario.starts_per_month), prices.plain)
    reading = multiply(pricer.cost(scenario.reading()), Decimal(calls))
    month = add((created, storage, reading))
    before = multiply(pricer.cost(scenario.plain()), Decimal(calls))
    saves = subtract(before, month)
    return ExplicitCache(
        storage_usd_per_mtok_hour=rate,
        created=scenario.starts_per_month,
        hours=hours,
        created_usd=created,
        storage_usd=storage,
        calls_usd=reading,
        month_usd=month,
        saves_usd=saves,
        saves_percent=percent_of(saves, before),
        break_even_calls_per_hour=ratio(rate, prices.gain) if prices.gain > 0 else None,
    )


def prefix_prices(pricer: Pricer, scenario: CachingScenario) -> dict[CacheKind, PrefixPrices]:
    """Return the prices of the prefix in these calls, for each way to cache that has a price."""
    plain = pricer.rate(scenario.plain(), "input") or ZERO
    read = pricer.rate(scenario.reading(), "cache_read") or ZERO
    found: dict[CacheKind, PrefixPrices] = {}
    for kind in pricer.cache_kinds():
        write = pricer.rate(scenario.writing(kind), write_bucket(kind)) or ZERO
        found[kind] = PrefixPrices(plain, write, read)
    return found


def caching_option(
    pricer: Pricer,
    scenario: CachingScenario,
    ttl: CacheKind,
    prices: PrefixPrices,
    target_percent: Decimal | None,
) -> CachingOption:
    """Price the scenario with one time to live."""
    plain_usd = pricer.cost(scenario.plain())
    rate = hit_rate(scenario.calls_per_hour, ttl, scenario.arrivals)
    write_usd = pricer.cost(scenario.writing(ttl))
    rest_usd = subtract(write_usd, per_million(Decimal(scenario.prefix_tokens), prices.write))
    hour = scenario.whole_hour
    penalty = subtract(write_usd, plain_usd)
    input_tokens = Decimal(scenario.prefix_tokens + scenario.suffix_tokens)
    input_usd = per_million(input_tokens, pricer.rate(scenario.plain(), "input") or ZERO)

    def period(calls: int, cold_starts: int) -> CachedPeriod:
        reads = expected_reads(calls, cold_starts, rate)
        return _period(scenario, prices, (calls - reads, reads), plain_usd, rest_usd)

    return CachingOption(
        ttl=ttl,
        write_usd_per_mtok=prices.write,
        read_usd_per_mtok=prices.read,
        write_call_usd=write_usd,
        read_call_usd=pricer.cost(scenario.reading()),
        break_even_reads=prices.break_even_reads,
        first_cheaper_reads=prices.first_cheaper_reads,
        break_even_hit_rate=prices.break_even_hit_rate,
        saving_after=tuple(SavingAfter(n, prices.saves_percent(n)) for n in SHOWN_READS),
        reads_for_target=None if target_percent is None else prices.reads_for(target_percent),
        hit_rate=rounded_rate(rate),
        past_ttl=PastTtl(TTL_SECONDS[ttl], write_usd, penalty, percent_of(penalty, input_usd)),
        hour=period(hour, 1) if hour else None,
        warm_hour=period(hour, 0) if hour else None,
        day=period(scenario.calls_per_day, scenario.starts_per_day),
        month=period(scenario.calls_per_month, scenario.starts_per_month),
    )


def _period(
    scenario: CachingScenario,
    prices: PrefixPrices,
    counts: tuple[int, int],
    plain_usd: Decimal,
    rest_usd: Decimal,
) -> CachedPeriod:
    writes, reads = counts
    calls, prefix = writes + reads, scenario.prefix_tokens
    written = per_million(Decimal(prefix * writes), prices.write)
    read = per_million(Decimal(prefix * reads), prices.read)
    rest = multiply(rest_usd, Decimal(calls))
    cost, before = add((written, read, rest)), multiply(plain_usd, Decimal(calls))
    saves = subtract(before, cost)
    return CachedPeriod(
        calls=calls,
        writes=writes,
        reads=reads,
        cost_usd=cost,
        prefix_written_usd=written,
        prefix_read_usd=read,
        rest_usd=rest,
        saves_usd=saves,
        saves_percent=percent_of(saves, before),
    )
