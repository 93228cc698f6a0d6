"""What the sources together make of one model, and what each of them says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pricing.merge_prices import Row
from pricing.price_columns import SAME_TIER_TOKENS, Sketch
from pricing.price_timeline import Field

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


def prices_in(sketches: Iterable[Sketch], place: Field) -> set[Decimal]:
    """What each sketch states in one place; a step it does not have says nothing of that step."""
    return {
        rates[place.column]
        for sketch in sketches
        for above, rates in sketch.get(place.mode, {}).items()
        if abs(above - place.above) <= SAME_TIER_TOKENS and place.column in rates
    }
