"""The table of explanations of the differences between Tariff and its peers, and its check.

``tests/data/peers/explanations.toml`` holds the table. An explanation names a peer, models, shapes
and a reason, and can be tested: ``as_if`` is another question to which Tariff's answer is the
peer's figure; ``says`` is a kind of answer without a figure. The check fails for

* a difference without an explanation, or with two,
* an explanation that covers an agreement, or no difference,
* an ``as_if`` that does not give the peer's figure.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tariff.paths import ROOT
from tests.differential.peers.answers import (
    PEERS,
    Answer,
    AsIf,
    answer_as_if,
    is_same,
    peer_answers,
    tariff_answer,
)
from tests.differential.peers.cases import Case

TABLE = ROOT / "tests" / "data" / "peers" / "explanations.toml"
#: Kinds of explanation, with their headings in the published table.
KINDS = {
    "unknown": "The peer does not know the model",
    "refused": "Not offered: Tariff refuses, the peer bills something else without a warning",
    "unpriced": "No known price: Tariff reports it, the peer bills plain tokens",
    "rule": "A rule the peer does not apply",
    "history": "A price of another day",
    "price": "Another price in the peer's list",
}
#: Which answer a published rule confirms: Tariff's, or none, where no rule is published or sources
#: disagree. Where a rule confirms a peer, Tariff is corrected, so that no difference remains.
RIGHT = {"tariff": "Tariff", "open": "not settled"}


class Comparison(NamedTuple):
    """A case with the answers of Tariff and of a peer."""

    case: Case
    peer: str
    tariff: Answer
    other: Answer

    @property
    def model(self) -> str:
        """The model's full name."""
        return self.case.subject.reference

    @property
    def name(self) -> str:
        """Peer, model and shape."""
        return f"{self.peer}, {self.model}, {self.case.name}"

    @property
    def agrees(self) -> bool:
        """Whether the answers are equal."""
        return is_same(self.peer, self.tariff, self.other)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a peer's answer differs, for some models and shapes.

    Models and shapes are patterns (``*`` is any text); a pattern after ``!`` excludes names.
    """

    peer: str
    kind: str
    right: Literal["tariff", "open"]
    models: tuple[str, ...]
    shapes: tuple[str, ...]
    reason: str
    #: ``zero`` or ``error``, where the peer has no figure.
    says: str | None = None
    as_if: AsIf | None = field(default=None, hash=False)

    def covers(self, comparison: Comparison) -> bool:
        """Whether the explanation is about this comparison."""
        return (
            self.peer == comparison.peer
            and _is_among(comparison.model, self.models)
            and _is_among(comparison.case.name, self.shapes)
        )

    def holds(self, comparison: Comparison) -> bool:
        """Whether the explanation predicts the peer's answer."""
        if self.says == "error":
            return comparison.other.usd is None
        if self.says == "zero":
            return comparison.other.usd == 0
        return self.as_if is not None and is_same(
            self.peer, answer_as_if(comparison.case, self.as_if), comparison.other
        )


@cache
def _is_among(name: str, patterns: tuple[str, ...]) -> bool:
    excluded = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return any(fnmatchcase(name, pattern) for pattern in patterns) and not any(
        fnmatchcase(name, pattern) for pattern in excluded
    )


def read(path: Path = TABLE) -> list[Explanation]:
    """Read the table; raises ValueError for an unknown kind, side or key."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    groups = document.get("groups", {})
    return [_explanation(row, groups) for row in document["explanation"]]


def _explanation(row: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Explanation:
    fields = dict(row)
    for name in ("models", "shapes"):
        fields[name] = tuple(pattern for key in fields[name] for pattern in groups.get(key, [key]))
    if "as_if" in fields:
        fields["as_if"] = AsIf(**fields["as_if"])
    found = Explanation(**fields)
    if found.kind not in KINDS or found.right not in RIGHT or found.peer not in PEERS:
        raise ValueError(f"no such peer, kind or right side: {row}")
    if (found.says is None) == (found.as_if is None):
        raise ValueError(f"needs either says or as_if: {row}")
    return found


def comparisons(cases: Sequence[Case]) -> list[Comparison]:
    """Ask every peer, and Tariff, every case."""
    others = peer_answers(cases)
    ours = [tariff_answer(case) for case in cases]
    return [
        Comparison(case, peer, answer, other)
        for peer in PEERS
        for case, answer, other in zip(cases, ours, others[peer], strict=True)
    ]


def problems(found: Iterable[Comparison], table: Sequence[Explanation]) -> Iterator[str]:
    """Yield a sentence for each fault of the table."""
    used: set[int] = set()
    for comparison in found:
        covering = [row for row in table if row.covers(comparison)]
        used |= {id(row) for row in covering}
        tariff, other = _shown(comparison.tariff), _shown(comparison.other)
        answers = f"{comparison.name}: Tariff {tariff}, the peer {other}"
        if comparison.agrees:
            yield from (f"{answers} agree, yet it is explained: {row.reason}" for row in covering)
        elif not covering:
            yield f"{answers}: not explained"
        elif len(covering) > 1:
            yield f"{answers}: explained twice: {' / '.join(row.reason for row in covering)}"
        elif not covering[0].holds(comparison):
            yield f"{answers}: not what the explanation predicts: {covering[0].reason}"
    yield from (
        f"no difference is left to explain: {row.peer}, {', '.join(row.models)}: {row.reason}"
        for row in table
        if id(row) not in used
    )


def _shown(answer: Answer) -> str:
    return answer.why_not if answer.usd is None else f"${answer.usd:f}"
