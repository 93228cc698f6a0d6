"""Make a candidate row of every model from the fetched lists, with what each source quotes for it.

The two public lists are merged by the same rules as for the bundled book (``sources.book``).
Hand-written rows, Claude's, are not replaced by a merge: there a source counts when its quote
changes. A provider's own list (OpenRouter's, and AWS's for Bedrock) confirms or contradicts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pricing.catalogue.models import Row, row_names
from pricing.money import ZERO, multiply
from pricing.refresh.timeline import PriceField
from pricing.sources.bedrock import AWS, BEDROCK, key_of
from pricing.sources.book import Merge, merges
from pricing.sources.claude_on_clouds import regional
from pricing.sources.corrections import Corrections
from pricing.sources.genai_prices import ListedModel
from pricing.sources.litellm import CONFIRMING_ONLY
from pricing.sources.merge import GENAI, LITELLM, PACKAGES, Listing, side_by_side
from pricing.sources.names import bare_model
from pricing.sources.openrouter import OPENROUTER
from pricing.sources.payload import UNREADABLE
from pricing.sources.price_tables import (
    PriceTable,
    current_period,
    periods_ahead,
    table_of,
    tier_at,
)
from pricing.values import immutable

REGIONAL = "regional/"
#: How far a price that a reseller converted is from the maker's.
ROUNDED = Decimal("0.0005")


@immutable
class SourceLists:
    """What was read of each source; None for a source that did not answer."""

    genai: Mapping[str, list[ListedModel]] | None = None
    litellm: Mapping[str, list[Row]] | None = None
    openrouter: Mapping[str, PriceTable] | None = None
    bedrock: Mapping[str, PriceTable] | None = None

    @property
    def names(self) -> frozenset[str]:
        """The public lists that answered."""
        known = {GENAI: self.genai, LITELLM: self.litellm}
        return frozenset(PACKAGES[name] for name, rows in known.items() if rows is not None)


@immutable
class Quote:
    """What one source lists today for one name of a model.

    ``provider`` charges it. ``first_hand`` when the source is that provider's own list.
    """

    source: str
    provider: str
    name: str
    prices: PriceTable
    first_hand: bool = False

    def price(self, field: PriceField) -> Decimal | None:
        """Return the price in a field; None if the source does not list that very tier."""
        return tier_at(self.prices, field.mode, field.above).get(field.component)


@immutable
class Candidate:
    """What the sources together make of one model, as a price book row, and their quotes.

    ``own`` rows hold Tariff's prices: a correction, or prices computed from accepted ones.
    ``elsewhere`` are quotes for the same model at another provider: its maker, or a cloud.
    """

    row: Row
    quotes: tuple[Quote, ...] = ()
    own: bool = False
    elsewhere: tuple[Quote, ...] = ()

    @property
    def sources(self) -> frozenset[str]:
        """The sources that quote the model at this provider."""
        return frozenset(quote.source for quote in self.quotes)

    @property
    def first_hand(self) -> frozenset[str]:
        """The sources that are this provider's own list."""
        return frozenset(quote.source for quote in self.quotes if quote.first_hand)

    def prices(self, source: str, field: PriceField) -> set[Decimal]:
        """Return what a source quotes in a field, over all names; empty if it quotes nothing."""
        found = {quote.price(field) for quote in self.quotes if quote.source == source}
        return {price for price in found if price is not None}

    def quoting_here(self, field: PriceField, price: Decimal | None) -> frozenset[str]:
        """Return the sources that quote this price in a field at this provider."""
        return _quoting(self.quotes, field, price)

    def quoting(self, field: PriceField, price: Decimal | None) -> frozenset[str]:
        """Return the sources that quote this price in a field, at this provider or elsewhere.

        Resellers mostly charge what the maker does. So a source that does not list the model here
        confirms a price by its quote for another provider, but is never the only one. A reseller
        may convert the price to a unit of its own, and round it.
        """
        here = self.quoting_here(field, price)
        elsewhere = _quoting(self.elsewhere, field, price, within=ROUNDED)
        return here and here | (elsewhere - self.sources)


def _quoting(
    quotes: Iterable[Quote], field: PriceField, price: Decimal | None, within: Decimal = ZERO
) -> frozenset[str]:
    if price is None:
        return frozenset()
    apart = multiply(price, within)
    return frozenset(
        quote.source
        for quote in quotes
        if (known := quote.price(field)) is not None and abs(known - price) <= apart
    )


class Candidates:
    """The candidates of one refresh, made in two steps: Claude's own prices decide the clouds'.

    ``rules`` are the corrections and families, ``versions`` the state of each list by name.
    ``failed`` names the providers whose lists cannot be used, each with the reason.
    """

    def __init__(
        self, lists: SourceLists, rules: Mapping[str, Any], now: str, versions: Mapping[str, str]
    ) -> None:
        self._lists, self._rules, self._now, self._versions = lists, rules, now, versions
        self._side_by_side = side_by_side(lists.genai or {}, lists.litellm or {})
        self.failed: dict[str, str] = {}
        if lists.openrouter is None:  # the two lists' copies of its prices are months old
            self.failed[OPENROUTER] = "its own list did not answer"
        #: By provider, and by name (on Bedrock, by ``key_of`` a name).
        self._own_lists: dict[tuple[str, str], Quote] = {}
        for name, prices in (lists.openrouter or {}).items():
            quote = Quote(OPENROUTER, OPENROUTER, name, prices, first_hand=True)
            self._own_lists[OPENROUTER, name] = quote
        for name, prices in sorted((lists.bedrock or {}).items()):
            key = key_of(name)
            if key:
                quote = Quote(AWS, BEDROCK, name, prices, first_hand=True)
                self._own_lists[BEDROCK, key] = quote

    def of_handwritten(self, own: Sequence[Row]) -> Iterator[Candidate]:
        """Yield candidates for hand-written rows, and for unknown models of their providers."""
        for provider in sorted({row["provider"] for row in own} & self._side_by_side.keys()):
            merge = self._merge(own, provider)
            if merge is None:
                continue
            known: set[str] = set()
            for row in own:
                if row["provider"] != provider:
                    continue
                known.update(row_names(row))
                listings = [merge.listings[n] for n in row_names(row) if n in merge.listings]
                quotes = [quote for listing in listings for quote in _quotes(provider, listing)]
                if quotes and current_period(row.get("prices", ()), self._now):
                    yield self._handwritten(row, quotes)
            for row in merge.rows:
                if not known & {*row_names(row)}:
                    yield self._candidate(row, merge)

    def _handwritten(self, row: Row, quotes: Sequence[Quote]) -> Candidate:
        """The row as it is, under the sources' names: the review adds the quotes that changed."""
        current, *later = periods_ahead(row["prices"], self._now)
        sources = sorted({quote.source for quote in quotes})
        label = ", ".join(f"{name} {self._versions[name]}" for name in sources)
        return Candidate({**row, "prices": [{**current, "source": label}, *later]}, tuple(quotes))

    def of_others(self, own: Sequence[Row]) -> Iterator[Candidate]:
        """Yield candidates for every other provider; Claude costs on the clouds what ``own`` do."""
        others = self._side_by_side.keys() - {row["provider"] for row in own} - self.failed.keys()
        made = [merge for name in sorted(others) if (merge := self._merge(own, name))]
        everywhere = self._by_model(made)
        for merge in made:
            for row in merge.rows:
                quotes = everywhere.get(bare_model(row["id"]), ())
                elsewhere = tuple(quote for quote in quotes if quote.provider != merge.provider)
                yield replace(self._candidate(row, merge), elsewhere=elsewhere)

    def is_copied(self, row: Row) -> bool:
        """Whether a row is in copies of OpenRouter's list alone, which only confirm its prices."""
        is_listed = any((OPENROUTER, name) in self._own_lists for name in row_names(row))
        return row["provider"] == OPENROUTER and not is_listed

    def _by_model(self, made: Iterable[Merge]) -> dict[str, list[Quote]]:
        """Return every quote for a model, at whatever provider, by its bare name."""
        quotes = [
            # Named as another provider: OpenRouter's own list may not be its only confirmation.
            Quote(PACKAGES[LITELLM], f"{name} in litellm", row["id"], table_of(row["lists"]))
            for name in CONFIRMING_ONLY
            for row in (self._lists.litellm or {}).get(name, ())
        ]
        quotes += [quote for (seller, _), quote in self._own_lists.items() if seller == OPENROUTER]
        for merge in made:
            for listing in merge.listings.values():
                quotes += _quotes(merge.provider, listing)
        found: dict[str, list[Quote]] = {}
        for quote in quotes:
            found.setdefault(bare_model(quote.name), []).append(quote)
        return found

    def _merge(self, own: Sequence[Row], provider: str) -> Merge | None:
        """Merge one provider; None, and an entry in ``failed``, if its lists contradict."""
        corrections = Corrections(self._rules["corrections"], as_of=self._now[:10])
        families, lists = self._rules["families"], [self._side_by_side[provider]]
        try:
            (merge,) = merges(
                own, lists, corrections, self._versions, families, self._lists.openrouter or {}
            )
        except UNREADABLE as error:
            self.failed[provider] = f"its lists cannot be merged ({error!r:.100})"
            return None
        return merge

    def _candidate(self, row: Row, merge: Merge) -> Candidate:
        provider, names = merge.provider, row_names(row)
        # A name that moves with the newest model, such as `glm-latest`, is in no list itself.
        listings = {
            name: listing
            for name in names
            if (listing := merge.listings.get(name.removeprefix(REGIONAL)))
        }
        quotes: list[Quote] = []
        for name, listing in listings.items():
            quotes += [
                replace(quote, name=name, prices=regional(quote.prices))
                if name.startswith(REGIONAL)
                else quote
                for quote in _quotes(provider, listing)
            ]
            key = key_of(name) if provider == BEDROCK else name
            own_list = self._own_lists.get((provider, str(key)))
            quotes += [replace(own_list, name=name)] if own_list else []
        own = all(listing.source for listing in listings.values())
        return Candidate(row, tuple(quotes), own)


def _quotes(provider: str, listing: Listing) -> list[Quote]:
    """Return what the public lists quote for a name; a pattern of genai-prices quotes nothing."""
    return [
        Quote(PACKAGES[key], provider, listing.name, prices)
        for key, prices in listing.quotes.items()
        if key != GENAI or listing.is_stated
    ]
