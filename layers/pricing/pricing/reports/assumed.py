"""What a report takes for granted of calls: their hour, their model, a discount's price."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.display import counted
from pricing.estimates.call_notices import SEARCH_NOT_COUNTED, reference_notices
from pricing.money import add, plain, subtract
from pricing.notices import Notice
from pricing.reports.rates import BUCKETS, Cuts, PriceKey, Pricing, Row
from pricing.usage.buckets import Terms


def hourly(models: Iterable[Model]) -> bool:
    """Whether the price of one of these models depends on the hour."""
    return any(period.windows for model in models for period in model.prices)


def midnight_notices(pricing: Pricing, rows: Iterable[Mapping[str, Any]]) -> Iterator[Notice]:
    """Say what calls cost more at the most expensive hour of their day than at midnight.

    ``rows`` are sums of the calls at midnight by ``PriceKey``.
    """
    calls, more = 0, Decimal(0)
    for row in rows:
        key = PriceKey(**{name: row[name] for name in PriceKey._fields})
        counts = {bucket: int(row[bucket]) for bucket in BUCKETS}
        costs = [
            cost
            for part in range(len(pricing.cuts.times_us) + 1)
            if (card := pricing.priced(key._replace(part=part)).card) is not None
            and (cost := card.cost(counts, int(row["calls"]))) is not None
        ]
        if costs and max(costs) > costs[0]:
            calls += int(row["calls"])
            more = add((more, subtract(max(costs), costs[0])))
    if calls:
        message = (
            f"{counted(calls, 'call')} at 00:00 UTC of models whose price depends on the hour. If"
            f" that is a date without an hour, up to {plain(more)} USD more were billed: send the"
            " time of each call."
        )
        yield Notice("hour_unknown", message)


def notices_of_names(book: PriceBook, names: Iterable[str]) -> Iterator[Notice]:
    """What names of models say: which model a family's is, whatever the date; billed searches."""
    matches = {name: match for name in names if (match := book.known(name))}
    found = {m.model.id: m.model.family for m in matches.values() if m.matched_by == "family"}
    if found:
        priced = ", ".join(f"{family} as {model}" for model, family in sorted(found.items()))
        message = f"Records that name a family are priced as its current model: {priced}."
        yield Notice("family_priced", message)
    told = (reference_notices(match, name, Terms(), ()) for name, match in matches.items())
    yield from (one for notices in told for one in notices if one.code == SEARCH_NOT_COUNTED)


def notices_of_terms(book: PriceBook, served: Iterable[Row]) -> Iterator[Notice]:
    """Warn of terms without prices of their own: of each model, its terms and a moment in µs."""
    pricing = Pricing(book, Cuts())
    for name, processing, speed, inference_geo, moment in served:
        key = PriceKey(name, processing, speed, inference_geo, moment, part=0, tier=0)
        card = pricing.priced(key).card
        yield from card.notices if card is not None else ()
