"""``/tariff <text>`` answered: a card for every command, and for whatever goes wrong with one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pricing.catalogue.price_book import BookInForce, PriceBook
from pricing.errors import StoreUnavailable, TariffError, UnknownModel, UnknownVersion
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

#: A version's book, by its id or ``active``; raises UnknownVersion or StoreUnavailable.
BookOf = Callable[[str], BookInForce]
#: The kept headline of a month's report, by ``2026-10``; raises StoreUnavailable.
SummaryOf = Callable[[str], "MonthSummary | None"]

HELP = Card(
    title="What will it cost?",
    text="Answers are only for you until you press Share. Amounts: 2k, 1.5M, 2k/1k/50k;"
    " in, out, cached, write; x100; per day; batch, fast, us. Prices of another day or version:"
    " on 2026-01-31, version lesson-2025.",
    examples=tuple(EXAMPLES.values()),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A card, and for the log which command it was and what went wrong with it."""

    card: Card
    command: str
    problem: str | None = None


def answer(
    text: str, book_of: BookOf, now: datetime, summary_of: SummaryOf = lambda _: None
) -> Answered:
    """The card of a command as somebody typed it; never raises for what they typed."""
    try:
        command = parse(text)
    except NotUnderstood as error:
        return _refused("none", error, _problem(error.detail, error.example))
    name = type(command).__name__.removesuffix("Command").lower()
    try:
        return Answered(_card(command, book_of, now, summary_of), name)
    except UnknownModel as error:
        in_force = book_of(_pinned(command).version)
        return _refused(name, error, _unknown_model(command, in_force, now))
    except UnknownVersion as error:
        example = _text_of(command, pinned=Pinned())
        return _refused(name, error, _problem("There is no such price version.", example))
    except StoreUnavailable as error:
        said = "The price store does not answer, and this version is only there. Try again soon."
        return _refused(name, error, _problem(said, _text_of(command, pinned=Pinned())))
    except TariffError as error:
        return _refused(name, error, _impossible(command, error, book_of, now))


def _refused(name: str, error: TariffError, card: Card) -> Answered:
    return Answered(card, name, type(error).__name__)


def _problem(detail: str, *examples: str) -> Card:
    return Card(title="That does not work", text=detail, examples=examples)


def _card(command: Command, book_of: BookOf, now: datetime, summary_of: SummaryOf) -> Card:
    if isinstance(command, HelpCommand):
        return HELP
    if isinstance(command, PricedCommand):
        in_force = book_of(command.pinned.version)
        return _priced(_known(command, in_force.book), in_force, now)
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
        return _problem("The store of reports does not answer. Try again soon.")
    return report_card(summary) if summary else no_report_card(month)


def _priced(command: PricedCommand, in_force: BookInForce, now: datetime) -> Card:
    as_of = AsOf.parse(command.pinned.as_of) if command.pinned.as_of else AsOf.now(now)
    if isinstance(command, EstimateCommand):
        from pricing.slack.cards.costs import estimate_card

        return estimate_card(in_force, command, as_of)
    if isinstance(command, CompareCommand):
        from pricing.slack.cards.costs import compare_card

        return compare_card(in_force, command, as_of)
    if isinstance(command, CachingCommand):
        from pricing.slack.cards.caching import caching_card

        return caching_card(in_force, command, as_of)
    from pricing.slack.cards.prices import prices_card

    return prices_card(in_force, command, as_of)


def _known(command: PricedCommand, book: PriceBook) -> PricedCommand:
    """The command with names as the book writes them: people begin with a capital letter."""
    return _renamed(command, lambda name: _reference(book, name) or name)


def _reference(book: PriceBook, name: str) -> str | None:
    for spelling in (name, name.lower()):
        try:
            book.find(spelling)
        except UnknownModel:
            continue
        return spelling
    return None


def _renamed(command: PricedCommand, rename: Callable[[str], str]) -> PricedCommand:
    if isinstance(command, CompareCommand):
        return replace(command, models=tuple(map(rename, command.models)))
    if isinstance(command, PricesCommand):
        return replace(command, model=rename(command.model)) if command.model else command
    return replace(command, model=rename(command.model))


def _unknown_model(command: Command, in_force: BookInForce, now: datetime) -> Card:
    """Names the unknown names and the nearest known ones, which are never taken silently."""
    book = in_force.book
    unknown = [name for name in _names(command) if _reference(book, name) is None]
    nearest = {name: book.suggest(name) for name in unknown}
    said = []
    for name, known in nearest.items():
        said.append(f"Prices {book.id} have no model {name}.")
        if known:
            said.append(f"Did you mean {' or '.join(known)}?")
    tried: tuple[PricedCommand, ...] = ()
    if isinstance(command, PricedCommand) and all(nearest.values()):
        fixed = _renamed(command, lambda name: (nearest.get(name) or [name])[0])
        tried = (_known(fixed, book),)
    example = _first_that_works(tried, in_force, now) or _example(command)
    return _problem(" ".join(said), example)


def _impossible(command: Command, error: TariffError, book_of: BookOf, now: datetime) -> Card:
    """Understood, but there is no price for it: the same on plainer terms may have one."""
    found = error.errors[0] if error.errors else None
    detail = error.detail
    if found is not None and found.detail.endswith("."):
        detail = found.detail.replace("`", "")
    elif found is not None:
        field = found.pointer.rpartition("/")[2].replace("_", " ")
        detail = f"{field} {found.detail}.".strip()
        detail = detail[:1].upper() + detail[1:]
    tried: list[PricedCommand] = []
    if isinstance(command, EstimateCommand | CompareCommand):
        plain = replace(command, calls=replace(command.calls, terms=StatedTerms()))
        tried += [plain, replace(plain, pinned=Pinned())]
    if isinstance(command, PricedCommand):
        in_force = book_of(command.pinned.version)
        known = [_known(one, in_force.book) for one in tried]
        return _problem(detail, _first_that_works(known, in_force, now) or _example(command))
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


def _pinned(command: Command) -> Pinned:
    return command.pinned if isinstance(command, PricedCommand) else Pinned()


def _text_of(command: Command, *, pinned: Pinned) -> str:
    if isinstance(command, PricedCommand):
        return replace(command, pinned=pinned).text()
    return _example(command)


def _example(command: Command) -> str:
    """The example of a command's kind."""
    kind = type(command).__name__.removesuffix("Command").lower()
    return EXAMPLES.get(kind, EXAMPLES["plan"])
