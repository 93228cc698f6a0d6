"""What the fetched lists make of every model: candidate rows, with what each source says.

The two public lists are merged as they are for the bundled book (``merged_book``). Hand-written
rows, Claude's, are not replaced by a merge: a source counts there when it says something new.
Sellers' own lists (OpenRouter's for itself, AWS's for Bedrock) confirm or contradict.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pricing.refresh.timeline import Field
from pricing.sources.bedrock import AWS, key_of
from pricing.sources.book import Merge, merges
from pricing.sources.claude_on_clouds import regional
from pricing.sources.corrections import Corrections
from pricing.sources.litellm import WITNESSED
from pricing.sources.merge import GENAI, LITELLM, Listing, Row, side_by_side
from pricing.sources.names import bare_model
from pricing.sources.payload import UNREADABLE
from pricing.sources.price_tables import SAME_TIER_TOKENS, Sketch, instant, sketch_of, today
from pricing.sources.rows import PACKAGES

OPENROUTER, BEDROCK = "openrouter", "bedrock"
REGIONAL = "regional/"
#: By name and source, what the source says today.
Said = Mapping[str, Mapping[str, Sketch]]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of each source; None for one that did not answer."""

    genai: list[Any] | None = None
    litellm: dict[str, list[dict[str, Any]]] | None = None
    openrouter: list[dict[str, Any]] | None = None
    bedrock: list[dict[str, Any]] | None = None

    @property
    def lists(self) -> frozenset[str]:
        """The names of the public lists that answered."""
        known = {GENAI: self.genai, LITELLM: self.litellm}
        return frozenset(PACKAGES[name] for name, said in known.items() if said is not None)


#: Said by Tariff itself: a correction, or a price computed from ones that were believed.
OWN = "tariff"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the sources together make of one model, as a book row, and what each says of it.

    ``by_name`` holds, by name and source, the source's prices today. ``first_hand`` are the
    sources that sell the model. ``own`` rows hold Tariff's prices, not a source's. ``elsewhere``
    is what each source says of the same model at another seller: the maker, or a cloud.
    """

    row: Row
    by_name: Mapping[str, Mapping[str, Sketch]]
    first_hand: frozenset[str] = frozenset()
    own: bool = False
    elsewhere: Mapping[str, tuple[Sketch, ...]] = field(default_factory=dict)

    def of(self, names: Iterable[str]) -> "Candidate":
        """The same of these names only: what is said of another is no word about them."""
        kept = {name: self.by_name[name] for name in names if name in self.by_name}
        return replace(self, by_name=kept)

    @property
    def said(self) -> Mapping[str, tuple[Sketch, ...]]:
        """By source, its prices today for every name."""
        said: dict[str, tuple[Sketch, ...]] = {}
        for sources in self.by_name.values():
            for source, sketch in sources.items():
                said[source] = (*said.get(source, ()), sketch)
        return said

    def saying(self, place: Field, price: Decimal | None) -> frozenset[str]:
        """The sources with this price in this place today.

        One that says nothing of this seller may say it of another one: resellers mostly charge
        what the maker does. It then stands as a second witness, never as the only one.
        """
        here = self.saying_here(place, price)
        if not here:
            return here
        others = self.elsewhere.keys() - self.said.keys()
        return here | {name for name in others if price in prices_in(self.elsewhere[name], place)}

    def saying_here(self, place: Field, price: Decimal | None) -> frozenset[str]:
        """The same, of this seller only."""
        said = self.said.items()
        return frozenset(name for name, sketches in said if price in prices_in(sketches, place))

    def prices_of(self, source: str, place: Field) -> set[Decimal]:
        """What one source says there; empty when it says nothing."""
        return prices_in(self.said[source], place)


@dataclass(slots=True)
class Candidates:
    """Candidates of one refresh, made in two steps: Claude's own prices decide the clouds'."""

    read: Read
    rules: Mapping[str, Any]
    now: str
    sources: Mapping[str, str]
    _lists: dict[str, Any] = field(init=False)
    _first_hand: dict[tuple[str, str], tuple[str, Sketch]] = field(init=False)
    _witnessed: dict[str, list[dict[str, Any]]] = field(init=False)
    #: Providers whose lists could not be merged, and why.
    failed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        listed = dict(self.read.litellm or {})
        self._witnessed = {name: listed.pop(name, []) for name in WITNESSED.values()}
        self._lists = side_by_side(self.read.genai or [], listed)
        self._first_hand = {}
        for row in self.read.openrouter or ():
            self._first_hand[OPENROUTER, row["id"]] = (OPENROUTER, sketch_of(row["lists"]))
        if self.read.openrouter is None:  # the lists' copies of its prices are months old
            self.failed[OPENROUTER] = "its own list did not answer"
        for row in self.read.bedrock or ():
            key = key_of(row["id"])
            if key:
                self._first_hand[BEDROCK, key] = (AWS, sketch_of(row["lists"]))

    def of_own(self, own: Sequence[Row]) -> Iterator[Candidate]:
        """Candidates for hand-written rows, and for models of their providers nobody knows."""
        for provider in sorted({row["provider"] for row in own} & self._lists.keys()):
            merge = self._merge(own, provider)
            if merge is not None:
                yield from self._of_own([r for r in own if r["provider"] == provider], merge)

    def _of_own(self, own: Iterable[Row], merge: Merge) -> Iterator[Candidate]:
        by_name = {listing.name: listing for listing in merge.listings}
        known: set[str] = set()
        for row in own:
            names = [row["id"], *row.get("aliases", ())]
            known.update(names)
            said = self._said(merge, {name: by_name[name] for name in names if name in by_name})
            if said and today(row.get("prices", ()), self.now):
                yield self._own_candidate(row, said)
        for row in merge.rows:
            if not known & {row["id"], *row.get("aliases", ())}:
                yield self._candidate(row, merge, by_name)

    def of_others(self, own: Sequence[Row]) -> Iterator[Candidate]:
        """Candidates for every other provider; the clouds' Claude costs what ``own`` does."""
        theirs = sorted(self._lists.keys() - {row["provider"] for row in own} - self.failed.keys())
        made = [merge for provider in theirs if (merge := self._merge(own, provider))]
        everywhere = self._everywhere(made)
        for merge in made:
            by_name = {listing.name: listing for listing in merge.listings}
            for row in merge.rows:
                sellers = everywhere.get(bare_model(row["id"]), {})
                elsewhere: dict[str, tuple[Sketch, ...]] = {}
                for seller in sellers.keys() - {merge.provider}:
                    for source, sketches in sellers[seller].items():
                        elsewhere[source] = (*elsewhere.get(source, ()), *sketches)
                yield replace(self._candidate(row, merge, by_name), elsewhere=elsewhere)

    def _everywhere(self, made: Sequence[Merge]) -> dict[str, dict[str, dict[str, list[Sketch]]]]:
        """By model, seller and source: what each source says of one model anywhere."""
        found: dict[str, dict[str, dict[str, list[Sketch]]]] = {}

        def note(name: str, seller: str, source: str, sketch: Sketch) -> None:
            at = found.setdefault(bare_model(name), {}).setdefault(seller, {})
            at.setdefault(source, []).append(sketch)

        for provider, rows in self._witnessed.items():
            for row in rows:  # a seller apart: its own candidate may not be the only witness
                note(row["id"], f"{provider}, witnessed", "litellm", sketch_of(row["lists"]))
        for row in self.read.openrouter or ():  # it resells most models at their makers' prices
            note(row["id"], OPENROUTER, OPENROUTER, sketch_of(row["lists"]))
        for merge in made:
            by_name = {listing.name: listing for listing in merge.listings}
            for name, said in self._said(merge, by_name).items():
                for source, sketch in said.items():
                    note(name, merge.provider, source, sketch)
        return found

    def _merge(self, own: Sequence[Row], provider: str) -> Merge | None:
        """One provider merged; None, and noted, where its lists make no sense together."""
        corrections = Corrections(self.rules["corrections"], as_of=self.now[:10])
        lists = [self._lists[provider]]
        try:
            (merge,) = merges(
                own, lists, corrections, self.sources, self.rules["families"], self._sold(provider)
            )
        except (*UNREADABLE, StopIteration, RuntimeError) as error:
            self.failed[provider] = f"its lists cannot be merged ({error!r:.100})"
            return None
        return merge

    def _sold(self, provider: str) -> Mapping[str, Sketch]:
        """What a provider's own list says it charges, by name: the lists only copy it."""
        if provider != OPENROUTER:
            return {}
        return {row["id"]: sketch_of(row["lists"]) for row in self.read.openrouter or ()}

    def _candidate(self, row: Row, merge: Merge, by_name: Mapping[str, Listing]) -> Candidate:
        names = [row["id"], *row.get("aliases", ())]
        listings = {name: by_name[name.removeprefix(REGIONAL)] for name in names}
        said = self._said(merge, listings)
        if str(row["id"]).startswith(REGIONAL):
            said = {
                name: {source: regional(sketch) for source, sketch in found.items()}
                for name, found in said.items()
            }
        sellers = set()
        for name in names:
            key = key_of(name) if merge.provider == BEDROCK else name
            seller = self._first_hand.get((merge.provider, str(key)))
            if seller:
                said[name] = {**said.get(name, {}), seller[0]: seller[1]}
                sellers.add(seller[0])
        own = all(listing.source for listing in listings.values())
        return Candidate(row, said, frozenset(sellers), own)

    def _said(self, merge: Merge, listings: Mapping[str, Listing]) -> dict[str, dict[str, Sketch]]:
        said: dict[str, dict[str, Sketch]] = {}
        for name, listing in listings.items():
            for key, sketch in zip((GENAI, LITELLM), merge.merger.said(listing), strict=True):
                if sketch and (key != GENAI or listing.is_stated):  # a pattern is no witness
                    said.setdefault(name, {})[PACKAGES[key]] = sketch
        return said

    def _own_candidate(self, row: Row, said: Said) -> Candidate:
        """The row as it is: the guard hears what a list newly says of it."""
        ahead = [p for p in row["prices"] if "to" not in p or instant(p["to"]) > self.now]
        named = sorted({source for sources in said.values() for source in sources})
        label = ", ".join(f"{name} {self.sources[name]}" for name in named)
        return Candidate({**row, "prices": [{**ahead[0], "source": label}, *ahead[1:]]}, said)


def prices_in(sketches: Iterable[Sketch], place: Field) -> set[Decimal]:
    """What each sketch states in one place; a step it does not have says nothing of that step."""
    return {
        rates[place.column]
        for sketch in sketches
        for above, rates in sketch.get(place.mode, {}).items()
        if abs(above - place.above) <= SAME_TIER_TOKENS and place.column in rates
    }
