"""Which single changes are believed, and which wait: the bands, and what must hold of a list.

Prices do move. In 174 states of one public list 175 price fields changed: 63 by more than a
quarter, 40 by more than half, 3 by more than ten times, none to or from zero. So a flat limit is
wrong: up to a quarter one source is enough; beyond it two must agree; over ten times, to or from
zero, or with input and output swapped, a person decides.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pricing.catalogue.checks import MAX_NAME
from pricing.money import multiply
from pricing.refresh.timeline import Difference, at_step
from pricing.sources.price_tables import DISCOUNTS, PREMIUMS, Sketch, Steps
from pricing.versions.proposals import CODES

QUARTER = Decimal("0.25")
TEN = Decimal(10)
WITNESSES = 2
#: Doubts that a second source would have resolved.
WITNESSABLE = frozenset({"change_over_25_percent", "reverted"})
#: How far outside what a provider's models cost a new model's price may lie.
PLAUSIBLE = TEN
#: What a slip of units multiplies a price by: thousands for millions, tokens for millions.
SLIPS = {Decimal(1000): "a thousand", Decimal(10) ** 6: "a million"}
CLAUDE_MULTIPLES = {"cache_write_1h": Decimal(2), "cache_write_5m": Decimal("1.25")}
NOT_DEARER = {"cache_read": "input", "audio_cache_read": "audio_input"}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a change waits."""

    code: str
    reason: str

    @classmethod
    def of(cls, code: str, detail: str = "") -> "Doubt":
        """The code's own sentence, with what is special about this case."""
        return cls(code, f"{CODES[code]}{': ' if detail else ''}{detail}")


@dataclass(frozen=True, slots=True)
class Witness:
    """Who says the new price, who says a third one, and what the price has been before.

    A seller's own list that says otherwise is among the ``contradicting``, whatever it says.
    """

    sources: frozenset[str]
    contradicting: frozenset[str] = frozenset()
    earlier: frozenset[Decimal] = frozenset()

    @property
    def agree(self) -> bool:
        """Whether two sources say the same new price."""
        return len(self.sources) >= WITNESSES


def doubt_about(change: Difference, witness: Witness) -> Doubt | None:
    """Why a change of one field waits, by itself; None when it is believed."""
    code, detail = _finding(change.before, change.after, witness)
    return Doubt.of(code, detail) if code else None


def _finding(
    before: Decimal | None, after: Decimal | None, witness: Witness
) -> tuple[str | None, str]:
    if not after:
        return ("to_zero" if after == 0 else "price_withdrawn"), ""
    if not before:
        return (None if before is None else "from_zero"), ""
    larger, smaller = max(before, after), min(before, after)
    found: str | None = None
    detail = ""
    if larger > multiply(smaller, TEN):
        found, detail = "change_over_10x", _slip(larger, smaller)
    elif witness.contradicting:
        found, detail = "sources_disagree", ", ".join(sorted(witness.contradicting))
    elif not witness.agree and abs(after - before) > multiply(before, QUARTER):
        found = "change_over_25_percent"
    elif not witness.agree and after in witness.earlier:
        found = "reverted"
    return found, detail


def _slip(larger: Decimal, smaller: Decimal) -> str:
    for factor, words in SLIPS.items():
        if larger == multiply(smaller, factor):
            return f"exactly {words} times, as when units are mistaken"
    return ""


def is_inverted(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> bool:
    """Whether output was dearer than input, and no longer is."""
    if not {"input", "output"} <= before.keys() & after.keys():
        return False
    return before["output"] > before["input"] and after["output"] < after["input"]


def broken(sketch: Sketch, *, claude: bool) -> Iterator[tuple[str, int, str]]:
    """Each (mode, threshold, sentence) where a price contradicts another of the same model."""
    standard = sketch.get("standard", {})
    for mode, steps in sketch.items():
        for above, rates in steps.items():
            for column, parent in NOT_DEARER.items():
                if column in rates and parent in rates and rates[column] > rates[parent]:
                    yield mode, above, f"{column} is dearer than {parent}"
            if claude and "input" in rates:
                # A column that no list states for a mode was completed from standard.
                base = {} if mode == "standard" else at_step(standard, above)
                stated = {name: one for name, one in rates.items() if one != base.get(name)}
                yield from _claude_rules(mode, above, {"input": rates["input"], **stated})
            yield from _against_standard(mode, above, rates, standard)


def _claude_rules(
    mode: str, above: int, rates: Mapping[str, Decimal]
) -> Iterator[tuple[str, int, str]]:
    for column, factor in CLAUDE_MULTIPLES.items():
        if column in rates and rates[column] != multiply(rates["input"], factor):
            yield mode, above, f"{column} is not {factor} times input, as Claude's prices are"


def _against_standard(
    mode: str, above: int, rates: Mapping[str, Decimal], standard: Steps
) -> Iterator[tuple[str, int, str]]:
    base = at_step(standard, above)
    for column in sorted(base.keys() & rates.keys()):
        if mode in DISCOUNTS and rates[column] > base[column]:
            yield mode, above, f"{mode} {column} is dearer than standard"
        if mode in PREMIUMS and rates[column] < base[column]:
            yield mode, above, f"{mode} {column} is cheaper than standard"


_NAME = re.compile(r"[A-Za-z0-9@~][A-Za-z0-9._:/@+~\[\]()=,*-]*")
#: Characters that are read as another; what is left of a name after replacing them is its look.
_LOOKS = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l"})
_PAIRS = (("rn", "m"), ("vv", "w"))


def look(name: str) -> str:
    """What a name looks like at a glance."""
    plain = name.lower().translate(_LOOKS)
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain


class Names:
    """The known names of each provider, by how they look."""

    def __init__(self, known: Iterable[tuple[str, str]]) -> None:
        self._known = set(known)
        self._looks: dict[tuple[str, str], str] = {}
        for provider, name in self._known:
            self._looks.setdefault((provider, look(name)), name)

    def knows(self, provider: str, name: str) -> bool:
        """Whether this provider has a model of exactly this name."""
        return (provider, name) in self._known

    def add(self, provider: str, name: str) -> None:
        """Take a new name among the known ones."""
        self._known.add((provider, name))
        self._looks.setdefault((provider, look(name)), name)

    def doubt_about(self, provider: str, name: str) -> Doubt | None:
        """Why a new name is refused; None for a known one, or one that nothing looks like."""
        if (provider, name) in self._known:
            return None
        if not _NAME.fullmatch(name) or len(f"{provider}/{name}") > MAX_NAME:
            return Doubt.of("invalid_name")
        twin = self._looks.get((provider, look(name)))
        if twin is not None and twin.lower() != name.lower():
            return Doubt.of("confusable_name", twin)
        return None
