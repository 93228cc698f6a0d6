"""Answer ``/tariff <text>``: a card for every command, and for every error in one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pricing.catalogue.exchange_rates import TargetCurrency
from pricing.catalogue.price_book import BookInForce
from pricing.errors import (
    InvalidRequest,
    StoreUnavailable,
    TariffError,
    UnknownModel,
    UnknownVersion,
)
from pricing.money import plain
from pricing.reports.summary import MonthSummary
from pricing.slack.cards.base import Card
from pricing.slack.commands import (
    ACTIVE,
    EXAMPLES,
    CachingCommand,
    Command,
    CompareCommand,
    EstimateCommand,
    HelpCommand,
    NotUnderstood,
    Pinned,
    PricedCommand,
    PricesCommand,
    ReportCommand,
)
from pricing.slack.parser import parse
from pricing.timestamps import AsOf
from pricing.usage.buckets import StatedTerms
from pricing.values import immutable

#: A version's book, by its id or ``active``; raises UnknownVersion or StoreUnavailable.
BookOf = Callable[[str], BookInForce]
#: The summary of a month's report, by ``2026-10``; raises StoreUnavailable.
SummaryOf = Callable[[str], "MonthSummary | None"]
#: A currency and its rates, by its code; raises InvalidRequest for one without rates.
CurrencyOf = Callable[[str], TargetCurrency]

HELP = Card(
    title="What will it cost?",
    text="Only you see an answer until you press Share. Amounts: 2k, 1.5M, with in, out, cached or"
    " write, or 2k/1k/50k in this order. Calls: x100, per day. Prices: batch, fast, us; on"
    " 2026-01-31 or version lesson-2025 for another date or version.",
    examples=tuple(EXAMPLES.values()),
)


@immutable
class Answered:
    """A card; for the log, the command's name and the type of an error."""

    card: Card
    command: str
    problem: str | None = None


def no_currency(_code: str) -> TargetCurrency:
    """Refuse a currency where there are no exchange rates."""
    raise InvalidRequest.at("/currency", "must be USD: there are no exchange rates here")


def answer(
    text: str,
    book_of: BookOf,
    now: datetime,
    summary_of: SummaryOf = lambda _: None,
    currency_of: CurrencyOf = no_currency,
) -> Answered:
    """The card of a typed command; no text raises an error."""
    try:
        command = parse(text)
    except NotUnderstood as error:
        return _refused("none", error, _problem(error.detail, error.example))
    name = type(command).__name__.removesuffix("Command").lower()
    try:
        return Answered(_card(command, book_of, now, summary_of, currency_of), name)
    except UnknownModel as error:
        version = command.pinned.version if isinstance(command, PricedCommand) else ACTIVE
        return _refused(name, error, _unknown_model(command, book_of(version), now))
    except UnknownVersion as error:
        example = _text_of(command, pinned=Pinned())
        return _refused(name, error, _problem("There is no such price version.", example))
    except StoreUnavailable as error:
        detail = "The price store, which has this version, does not answer. Try again in a minute."
        return _refused(name, error, _problem(detail, _text_of(command, pinned=Pinned())))
    except TariffError as error:
        return _refused(name, error, _impossible(command, error, book_of, now))


def _refused(name: str, error: TariffError, card: Card) -> Answered:
    return Answered(card, name, type(error).__name__)


def _problem(detail: str, *examples: str) -> Card:
    return Card(title="That does not work", text=detail, examples=examples)


def _card(
    command: Command, book_of: BookOf, now: datetime, summary_of: SummaryOf, currency_of: CurrencyOf
) -> Card:
    if isinstance(command, HelpCommand):
        return HELP
    if isinstance(command, PricedCommand):
        in_force = book_of(command.pinned.version)
        if command.pinned.currency:
            in_force = replace(in_force, currency=currency_of(command.pinned.currency))
        return _priced(command, in_force, now)
    if isinstance(command, ReportCommand):
        return _last_month(summary_of, now)
    from pricing.slack.cards.advice import route_card  # few commands need it

    return route_card(book_of(ACTIVE), command, AsOf.now(now))


def _last_month(summary_of: SummaryOf, now: datetime) -> Card:
    from pricing.reports.summary import month_before
    from pricing.slack.cards.report import no_report_card, report_card

    month = month_before(now)
    try:
        summary = summary_of(month)
    except StoreUnavailable:
        return _problem("The store of reports does not answer. Try again in a minute.")
    return report_card(summary) if summary else no_report_card(month)


def _priced(command: PricedCommand, in_force: BookInForce, now: datetime) -> Card:
    as_of = AsOf.parse(command.pinned.as_of) if command.pinned.as_of else AsOf.now(now)
    card = _at_prices(command, in_force, as_of)
    if in_force.currency is not None:
        rate = in_force.currency.rate(as_of.day)
        shown = f"1 USD is {plain(rate.rate)} {rate.currency} ({rate.source}, {rate.rate_date})"
        card = replace(card, notes=(*card.notes, f"Note: {shown}; USD is exact."))
    if in_force.rate_card is None:
        return card
    return replace(card, notes=(*card.notes, f"Note: {_paid(command, in_force)}"))


def _paid(command: PricedCommand, in_force: BookInForce) -> str:
    """Say which of an answer's amounts are at the prices of the deployment's rate card."""
    card = f"the rate card {in_force.rate_card}"
    if in_force.net is None:
        return f"these are list prices, because {card} could not be read."
    if isinstance(command, PricesCommand):
        return f"these are list prices; estimates and comparisons also have those of {card}."
    if isinstance(command, CachingCommand):
        return f"these are the prices of {card}."
    return f"your price is that of {card}."


def _at_prices(command: PricedCommand, in_force: BookInForce, as_of: AsOf) -> Card:
    if isinstance(command, EstimateCommand):
        from pricing.slack.cards.costs import estimate_card

        return estimate_card(in_force, command, as_of)
    if isinstance(command, CompareCommand):
        from pricing.slack.cards.costs import compare_card

        return compare_card(in_force, command, as_of)
    if isinstance(command, CachingCommand):
        from pricing.slack.cards.caching import caching_card

        return caching_card(in_force.at_net, command, as_of)
    from pricing.slack.cards.prices import prices_card

    return prices_card(in_force, command, as_of)


def _renamed(command: PricedCommand, rename: Callable[[str], str]) -> PricedCommand:
    if isinstance(command, CompareCommand):
        return replace(command, models=tuple(map(rename, command.models)))
    if isinstance(command, PricesCommand):
        return replace(command, model=rename(command.model)) if command.model else command
    return replace(command, model=rename(command.model))


def _unknown_model(command: Command, in_force: BookInForce, now: datetime) -> Card:
    """Name the unknown models, and suggest the nearest names instead of guessing one."""
    book = in_force.book
    unknown = [name for name in _names(command) if book.known(name) is None]
    nearest = {name: book.suggest(name) for name in unknown}
    sentences = []
    for name, known in nearest.items():
        sentences.append(f"Price version {book.id} has no model {name}.")
        if known:
            sentences.append(f"Did you mean {' or '.join(known)}?")
    tried: tuple[PricedCommand, ...] = ()
    if isinstance(command, PricedCommand) and all(nearest.values()):
        fixed = _renamed(command, lambda name: (nearest.get(name) or [name])[0])
        tried = (fixed,)
    example = _first_that_works(tried, in_force, now) or _example(command)
    return _problem(" ".join(sentences), example)


def _impossible(command: Command, error: TariffError, book_of: BookOf, now: datetime) -> Card:
    """Say why a command has no price, and show one on standard terms that has."""
    found = error.errors[0] if error.errors else None
    detail = (error.detail if found is None else found.detail).replace("`", "")
    if not detail.endswith("."):
        field = found.pointer.rpartition("/")[2].replace("_", " ") if found else ""
        detail = f"{field} {detail}.".strip()
        detail = detail[:1].upper() + detail[1:]
    tried: list[PricedCommand] = []
    if isinstance(command, EstimateCommand | CompareCommand):
        plain = replace(command, calls=replace(command.calls, terms=StatedTerms()))
        tried += [plain, replace(plain, pinned=Pinned())]
    if isinstance(command, PricedCommand):
        in_force = book_of(command.pinned.version)
        return _problem(detail, _first_that_works(tried, in_force, now) or _example(command))
    return _problem(detail, _example(command))


def _first_that_works(
    tried: Sequence[PricedCommand], in_force: BookInForce, now: datetime
) -> str | None:
    for command in tried:
        try:
            _priced(command, in_force, now)
        except TariffError:
            continue
        return command.text()
    return None


def _names(command: Command) -> tuple[str, ...]:
    if isinstance(command, CompareCommand):
        return command.models
    if isinstance(command, EstimateCommand | CachingCommand):
        return (command.model,)
    if isinstance(command, PricesCommand) and command.model:
        return (command.model,)
    return ()


def _text_of(command: Command, *, pinned: Pinned) -> str:
    if isinstance(command, PricedCommand):
        return replace(command, pinned=pinned).text()
    return _example(command)


def _example(command: Command) -> str:
    """An example of the same command."""
    kind = type(command).__name__.removesuffix("Command").lower()
    return EXAMPLES.get(kind, EXAMPLES["plan"])
