"""The table that explains every difference between Tariff and its peers, and its check.

``tests/data/peers/explanations.toml`` holds it. An explanation names a peer, models, shapes and a
reason; and it proves itself: ``as_if`` is another question to which Tariff's answer is the peer's
figure, ``says`` a kind of non-answer. A table fails when a difference has no explanation or two,
when an explanation covers what does not differ, when it covers nothing any more, and when its
``as_if`` does not give the peer's figure.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tests.differential.peers.answers import (
    PEERS,
    Answer,
    AsIf,
    answer_as_if,
    is_same,
    peer_answers,
    tariff_answer,
)
from tests.differential.peers.cases import ROOT, Case

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
#: Whom a published rule confirms; ``open`` where none is published, or two sources disagree. Where
#: it confirms a peer, Tariff is corrected, and there is no difference left to explain.
RIGHT = {"tariff": "Tariff", "open": "not settled"}


class Comparison(NamedTuple):
    """One case put to Tariff and to one peer."""

    case: Case
    peer: str
    tariff: Answer
    other: Answer

    @property
    def name(self) -> str:
        """What identifies it to a reader."""
        return f"{self.peer}, {self.case.subject.reference}, {self.case.name}"

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return is_same(self.peer, self.tariff, self.other)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a peer's answer differs, for some models and shapes.

    They are named by patterns (``*`` is anything); a pattern after ``!`` takes names out again.
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

    def covers(self, one: Comparison) -> bool:
        """Whether it is about this comparison."""
        return (
            self.peer == one.peer
            and _is_among(one.case.subject.reference, self.models)
            and _is_among(one.case.name, self.shapes)
        )

    def holds(self, one: Comparison) -> bool:
        """Whether the peer's answer is the one this explanation predicts."""
        if self.says == "error":
            return one.other.usd is None
        if self.says == "zero":
            return one.other.usd == 0
        return self.as_if is not None and is_same(
            self.peer, answer_as_if(one.case, self.as_if), one.other
        )


@cache
def _is_among(name: str, patterns: tuple[str, ...]) -> bool:
    taken_out = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return any(fnmatchcase(name, pattern) for pattern in patterns) and not any(
        fnmatchcase(name, pattern) for pattern in taken_out
    )


def read(path: Path = TABLE) -> list[Explanation]:
    """The table; raises ValueError for an unknown kind, side or key."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    groups = document.get("groups", {})
    return [_explanation(row, groups) for row in document["explanation"]]


def _explanation(row: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Explanation:
    fields = dict(row)
    for name in ("models", "shapes"):
        fields[name] = tuple(one for key in fields[name] for one in groups.get(key, [key]))
    if "as_if" in fields:
        fields["as_if"] = AsIf(**fields["as_if"])
    found = Explanation(**fields)
    if found.kind not in KINDS or found.right not in RIGHT or found.peer not in PEERS:
        raise ValueError(f"no such peer, kind or verdict: {row}")
    if (found.says is None) == (found.as_if is None):
        raise ValueError(f"either says or as_if: {row}")
    return found


def comparisons(cases: Sequence[Case]) -> list[Comparison]:
    """Every case with every peer; asks them all."""
    others = peer_answers(cases)
    ours = [tariff_answer(case) for case in cases]
    return [
        Comparison(case, peer, answer, other)
        for peer in PEERS
        for case, answer, other in zip(cases, ours, others[peer], strict=True)
    ]


def problems(found: Iterable[Comparison], table: Sequence[Explanation]) -> Iterator[str]:
    """One sentence for whatever is wrong with the table."""
    used: set[int] = set()
    for one in found:
        covering = [row for row in table if row.covers(one)]
        used |= {id(row) for row in covering}
        said = f"{one.name}: Tariff {_shown(one.tariff)}, the peer {_shown(one.other)}"
        if one.agrees:
            yield from (f"{said} agree, yet it is explained: {row.reason}" for row in covering)
        elif not covering:
            yield f"{said}: not explained"
        elif len(covering) > 1:
            yield f"{said}: explained twice: {' / '.join(row.reason for row in covering)}"
        elif not covering[0].holds(one):
            yield f"{said}: not what the explanation predicts: {covering[0].reason}"
    yield from (
        f"nothing differs any more as explained: {row.peer}, {', '.join(row.models)}: {row.reason}"
        for row in table
        if id(row) not in used
    )


def _shown(answer: Answer) -> str:
    return answer.why_not if answer.usd is None else f"${answer.usd:f}"
