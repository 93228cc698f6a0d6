"""The commands of ``/tariff`` as values, each of which can be written out again in full."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING

from pricing.errors import TariffError
from pricing.money import plain
from pricing.usage.buckets import StatedTerms, Usage
from pricing.values import immutable

if TYPE_CHECKING:
    from pricing.estimates.workload import Period

ACTIVE = "active"


class NotUnderstood(TariffError):
    """A command that cannot be read; ``example`` is a similar one that can."""

    def __init__(self, detail: str, example: str) -> None:
        super().__init__(detail)
        self.example = example


#: The word for each usage bucket.
BUCKET_WORDS = {
    "input": "in",
    "output": "out",
    "cache_read": "cached",
    "cache_write_5m": "write",
    "cache_write_1h": "write1h",
    "web_search": "searches",
}
#: The name of each usage bucket in the address of the page.
QUERY_NAMES = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_write_5m": "ephemeral_5m_input_tokens",
    "cache_write_1h": "ephemeral_1h_input_tokens",
    "web_search": "web_search_requests",
}


@immutable
class Pinned:
    """A price version, the moment to price at (None is now), and a currency next to USD."""

    version: str = ACTIVE
    as_of: str | None = None
    currency: str | None = None

    def query(self) -> list[tuple[str, str]]:
        """Its parameters in the address of the page."""
        named = [("pricing_version", self.version)]
        return [*named, ("as_of", self.as_of)] if self.as_of else named

    def text(self) -> str:
        """Its words at the end of a command."""
        version = "" if self.version == ACTIVE else f" version {self.version}"
        version += f" on {self.as_of}" if self.as_of else ""
        return version + (f" in {self.currency}" if self.currency else "")


@immutable
class RequestedCalls:
    """A number of identical calls, once or in each period, and how they are served."""

    usage: Usage
    calls: int = 1
    period: Period | None = None
    terms: StatedTerms = StatedTerms()

    def query(self) -> list[tuple[str, str]]:
        """Its parameters in the address of the page, named as in ``POST /v1/estimate``."""
        amounts = ((name, getattr(self.usage, bucket)) for bucket, name in QUERY_NAMES.items())
        found = [(name, str(amount)) for name, amount in amounts if amount]
        found += [("calls", str(self.calls))] if self.calls != 1 else []
        found += [("period", self.period)] if self.period else []
        terms = ((term.name, getattr(self.terms, term.name)) for term in fields(self.terms))
        return [*found, *((name, value) for name, value in terms if value)]

    def text(self) -> str:
        """Its words in a command."""
        words = [
            f"{amount} {BUCKET_WORDS[bucket.name]}"
            for bucket in fields(self.usage)
            if (amount := getattr(self.usage, bucket.name))
        ]
        words += [f"x{self.calls}"] if self.calls != 1 else []
        words += [f"per {self.period}"] if self.period else []
        terms = self.terms
        words += [word for word in (terms.processing, terms.speed, terms.inference_geo) if word]
        return " ".join(words)


@immutable
class EstimateCommand:
    """``estimate sonnet 2k in 1k out 50k cached x100 batch``."""

    model: str
    calls: RequestedCalls
    pinned: Pinned = Pinned()

    def text(self) -> str:
        """The same command, in full."""
        return f"estimate {self.model} {self.calls.text()}{self.pinned.text()}"


@immutable
class CompareCommand:
    """``compare opus vs sonnet 2k in 1k out``; without models, the current one of each family."""

    models: tuple[str, ...]
    calls: RequestedCalls
    pinned: Pinned = Pinned()

    def text(self) -> str:
        """The same command, in full."""
        models = " vs ".join(self.models)
        return f"compare {models + ' ' if models else ''}{self.calls.text()}{self.pinned.text()}"


@immutable
class CachingCommand:
    """``plan caching sonnet 10k prefix 500 in 300 out 60 per hour``."""

    model: str
    prefix_tokens: int
    suffix_tokens: int
    output_tokens: int
    calls_per_hour: Decimal
    hours_per_day: int = 8
    days_per_month: int = 22
    pinned: Pinned = Pinned()

    def text(self) -> str:
        """The same command, in full."""
        return (
            f"plan caching {self.model} {self.prefix_tokens} prefix {self.suffix_tokens} in"
            f" {self.output_tokens} out {plain(self.calls_per_hour)} per hour"
            f" {self.hours_per_day} hours {self.days_per_month} days{self.pinned.text()}"
        )


@immutable
class PricesCommand:
    """``prices opus``; without a model, the current one of each family."""

    model: str | None
    pinned: Pinned = Pinned()

    def text(self) -> str:
        """The same command, in full."""
        return f"prices{' ' + self.model if self.model else ''}{self.pinned.text()}"


@immutable
class RouteCommand:
    """``route <task>``: recommend a model. It has no ``text``, since a task is never passed on."""

    task: str


@immutable
class ReportCommand:
    """``report``: show last month's cost."""


@immutable
class HelpCommand:
    """``help``."""


PricedCommand = EstimateCommand | CompareCommand | CachingCommand | PricesCommand
Command = PricedCommand | RouteCommand | ReportCommand | HelpCommand

#: An example of each command.
EXAMPLES = {
    "estimate": "estimate sonnet 2k in 1k out 50k cached x100 batch",
    "compare": "compare opus vs sonnet 2k in 1k out",
    "route": "route summarise this week's support tickets in three points",
    "plan": "plan caching sonnet 10k prefix 500 in 300 out 60 per hour",
    "prices": "prices opus",
    "report": "report",
    "help": "help",
}
