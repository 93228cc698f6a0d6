"""The rules for one price change, for the prices of one model, and for a new name.

Prices do change. In 174 states of one public list 175 prices changed: 63 by more than a quarter, 40
by more than half, 3 by more than ten times, none to or from zero. So one flat limit would be wrong:
one source is enough up to a quarter, two must agree beyond it, and a person approves what is over
ten times, to or from zero, or swaps input and output.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from pricing.catalogue.checks import MAX_NAME
from pricing.catalogue.models import CACHE_WRITE_MULTIPLES, DISCOUNT_MODES, PREMIUM_MODES
from pricing.money import multiply
from pricing.refresh.timeline import PriceChange
from pricing.sources.price_tables import PriceTable, Rates, rates_at
from pricing.values import immutable
from pricing.versions.proposals import CODES

QUARTER = Decimal("0.25")
TEN = Decimal(10)
#: So many sources confirm a price.
ENOUGH_SOURCES = 2
#: Reasons to hold that a second source removes.
CONFIRMABLE = frozenset({"change_over_25_percent", "reverted"})
#: What a mistaken unit multiplies a price by: thousands for millions, tokens for millions.
UNIT_FACTORS = {Decimal(1000): "a thousand", Decimal(10) ** 6: "a million"}
CACHE_READS = {
    "cache_read": "input",
    "audio_cache_read": "audio_input",
    "image_cache_read": "image_input",
}


@immutable
class HoldReason:
    """Why a change is held or refused: a code of ``versions.proposals``, and its sentence."""

    code: str
    reason: str

    @classmethod
    def of(cls, code: str, detail: str = "") -> "HoldReason":
        """Build the sentence of a code, with what is special about this case."""
        return cls(code, f"{CODES[code]}{': ' if detail else ''}{detail}")


@immutable
class Agreement:
    """How the sources agree on a change.

    ``sources`` quote the new price, ``contradicting`` a third one; a provider's own list
    contradicts with any other price. ``earlier`` are the field's prices that have ended.
    """

    sources: frozenset[str]
    contradicting: frozenset[str] = frozenset()
    earlier: frozenset[Decimal] = frozenset()


def hold_reason(change: PriceChange, agreement: Agreement) -> HoldReason | None:
    """Return why the change of one price needs approval; None if it is accepted.

    * no new price: ``price_withdrawn``; a new price of zero: ``to_zero``
    * a price where there was none: accepted; where it was zero: ``from_zero``
    * over ten times: ``change_over_10x``, even if all sources agree
    * a source with another new price: ``sources_disagree``, however small the change
    * two sources: accepted
    * one source, over a quarter: ``change_over_25_percent``; to an earlier price: ``reverted``
    * one source, up to a quarter: accepted
    """
    before, after = change.before, change.after
    code: str | None = None
    detail = ""
    if not after:
        code = "price_withdrawn" if after is None else "to_zero"
    elif not before:
        code = None if before is None else "from_zero"
    elif max(before, after) > multiply(min(before, after), TEN):
        code, detail = "change_over_10x", _mistaken_unit(before, after)
    elif agreement.contradicting:
        code, detail = "sources_disagree", ", ".join(sorted(agreement.contradicting))
    elif len(agreement.sources) >= ENOUGH_SOURCES:
        pass
    elif abs(after - before) > multiply(before, QUARTER):
        code = "change_over_25_percent"
    elif after in agreement.earlier:
        code = "reverted"
    return HoldReason.of(code, detail) if code else None


def _mistaken_unit(before: Decimal, after: Decimal) -> str:
    for factor, words in UNIT_FACTORS.items():
        if max(before, after) == multiply(min(before, after), factor):
            return f"exactly {words} times, as when units are mistaken"
    return ""


def is_inverted(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> bool:
    """Whether output cost more than input, and now costs less."""
    if not {"input", "output"} <= before.keys() & after.keys():
        return False
    return before["output"] > before["input"] and after["output"] < after["input"]


def contradictions(table: PriceTable, *, claude: bool) -> Iterator[tuple[str, int, str]]:
    """Yield (mode, threshold, sentence) for each price that contradicts another of the same model.

    * reading from the cache costs more than plain input
    * with ``claude``: a cache write is not 1.25 or 2 times input, as Anthropic publishes
    * a discount costs more than standard, or a premium less
    """
    for mode, tiers in table.items():
        for above, rates in tiers.items():
            base = rates_at(table, "standard", above)
            for cached, fresh in CACHE_READS.items():
                if cached in rates and fresh in rates and rates[cached] > rates[fresh]:
                    yield mode, above, f"{cached} costs more than {fresh}"
            for sentence in _claude_contradictions(mode, rates, base) if claude else ():
                yield mode, above, sentence
            for component in sorted(base.keys() & rates.keys()):
                if mode in DISCOUNT_MODES and rates[component] > base[component]:
                    yield mode, above, f"{mode} {component} costs more than standard"
                if mode in PREMIUM_MODES and rates[component] < base[component]:
                    yield mode, above, f"{mode} {component} costs less than standard"


def _claude_contradictions(mode: str, rates: Rates, standard: Rates) -> Iterator[str]:
    # A mode's price that no list states was completed from standard, and is not compared.
    completed = {} if mode == "standard" else standard
    for write, factor in sorted(CACHE_WRITE_MULTIPLES.items()):
        is_stated = write in rates and rates[write] != completed.get(write)
        if is_stated and "input" in rates and rates[write] != multiply(rates["input"], factor):
            yield f"{write} is not {factor} times input, as Claude's prices are"


_NAME = re.compile(r"[A-Za-z0-9@~][A-Za-z0-9._:/@+~\[\]()=,*-]*")
#: Characters and pairs that are easily read as another.
_LOOK_ALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l"})
_PAIRS = (("rn", "m"), ("vv", "w"))


def look(name: str) -> str:
    """Return what a name looks like at a glance; names that are easily confused look the same."""
    plain = name.lower().translate(_LOOK_ALIKES)
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain


class Names:
    """The known names of each provider, as (provider, name), and what they look like."""

    def __init__(self, known: Iterable[tuple[str, str]]) -> None:
        self._known: set[tuple[str, str]] = set()
        self._looks: dict[tuple[str, str], str] = {}
        for provider, name in known:
            self.add(provider, name)

    def knows(self, provider: str, name: str) -> bool:
        """Whether this provider has a model of exactly this name."""
        return (provider, name) in self._known

    def add(self, provider: str, name: str) -> None:
        """Add a new name to the known ones."""
        self._known.add((provider, name))
        self._looks.setdefault((provider, look(name)), name)

    def reason_to_refuse(self, provider: str, name: str) -> HoldReason | None:
        """Return why a new name is refused: it cannot be requested, or looks like a known one."""
        if self.knows(provider, name):
            return None
        if not _NAME.fullmatch(name) or len(f"{provider}/{name}") > MAX_NAME:
            return HoldReason.of("invalid_name")
        twin = self._looks.get((provider, look(name)))
        if twin is not None and twin.lower() != name.lower():
            return HoldReason.of("confusable_name", twin)
        return None
