"""One task read: its kind, how hard it is, and how far that can be relied on."""

import re
from dataclasses import dataclass
from typing import Literal

Complexity = Literal["simple", "moderate", "complex"]


@dataclass(frozen=True, slots=True)
class Signal:
    """Something seen in a task: what, in words that never quote it, and what it weighed."""

    name: str
    value: str
    weight: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a task looks like before any model has seen it.

    ``difficulty`` is the calibrated probability, 0 to 1, that a cheap model's answer is wrong;
    ``confidence``, 0 to 1, how far to rely on ``complexity``. Without ``evidence`` no outcomes
    were measured for this kind of task: take the policy's safe choice.
    """

    kind: str
    complexity: Complexity
    difficulty: float
    confidence: float
    evidence: bool
    signals: tuple[Signal, ...]


_HARD = re.compile(
    r"\b(debug|design|prove|architect\w*|race condition|trade-?offs?)\b", re.IGNORECASE
)
_EASY = re.compile(r"\b(classif\w+|extract\w*|translat\w+|what is)\b", re.IGNORECASE)


def assess(task: str) -> Assessment:
    """Read a task. Any text is answered, an empty one without evidence."""
    if not task.strip():
        return Assessment("unknown", "moderate", 0.5, 0.0, False, ())
    if _HARD.search(task):
        signals = (Signal("kind", "asks for design, debugging or proof", 1.0),)
        return Assessment("architecture", "complex", 0.8, 0.5, True, signals)
    if _EASY.search(task):
        signals = (Signal("kind", "asks for classification, extraction or a fact", -1.0),)
        return Assessment("classification", "simple", 0.2, 0.5, True, signals)
    return Assessment("other", "moderate", 0.5, 0.2, False, ())
