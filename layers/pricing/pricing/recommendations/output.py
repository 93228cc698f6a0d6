"""How long the answer to a task will probably be, in tokens.

What transforms a text is about as long as the text; a label is a few tokens; what is made has a
usual length, unless the task states one. The ranges were set by hand; a caller who knows the length
sends ``expected_output_tokens``.
"""

import re
from collections.abc import Mapping
from math import ceil

from pricing.recommendations.routing import Assessment
from pricing.values import immutable

#: Output tokens of a kind of task: low, expected and high.
_USUAL: Mapping[str, tuple[int, int, int]] = {
    "small talk": (5, 30, 120),
    "classification": (1, 12, 100),
    "question answering": (10, 100, 500),
    "multiple choice": (5, 200, 1000),
    "calculation": (30, 250, 1200),
    "maths": (200, 1000, 6000),
    "logic puzzle": (200, 1000, 6000),
    "code reading": (30, 300, 1500),
    "code generation": (150, 700, 4000),
    "tests": (300, 1000, 5000),
    "debugging": (150, 800, 4000),
    "review": (150, 700, 3000),
    "summarising": (60, 250, 1000),
    "writing": (80, 450, 2000),
    "data analysis": (150, 700, 3000),
    "planning": (300, 1200, 5000),
    "architecture": (500, 1800, 8000),
    "security": (400, 1400, 6000),
    "expert analysis": (300, 1200, 5000),
    "tool use": (20, 120, 1000),
}
_PLAIN_STEP, _REQUEST, _LARGE = (5, 80, 600), (60, 500, 3000), (300, 1200, 6000)
#: Kinds whose answer is about as long as the material: low, expected and high share of it.
_OF_THE_MATERIAL: Mapping[str, tuple[float, float, float]] = {
    "translation": (0.6, 1.1, 2.0),
    "rewriting": (0.4, 1.0, 1.5),
    "conversion": (0.3, 1.0, 2.0),
    "refactoring": (0.6, 1.2, 2.5),
    "extraction": (0.02, 0.3, 1.0),
}
_SHORT_ANSWER = (5, 20, 120)
_STATED = re.compile(
    r"(\d{2,5})[- ]?(?:words?|wörter[n]?|worte[n]?|mots|palabras|palavras)\b|(\d{2,5}) ?(?:文字|字)"
)
_PER_WORD, _CHARACTERS_PER_TOKEN, _DENSE = 1.4, 3.5, 1.2
_ASCII_ENOUGH = 0.7


@immutable
class OutputRange:
    """A likely length of the answer in tokens."""

    low: int
    """A short answer; one in ten is expected to be shorter."""
    expected: int
    """The length that is priced."""
    high: int
    """A long answer; one in ten is expected to be longer."""


def expected_output(task: str, found: Assessment) -> OutputRange:
    """Estimate the length of a task's answer."""
    stated = _STATED.search(task.lower())
    if stated is not None and found.kind != "summarising":
        words = int(stated[1] or stated[2]) * (_PER_WORD if stated[1] else 1.0)
        return OutputRange(*(ceil(words * share) for share in (0.8, 1.0, 1.5)))
    low, expected, high = _usual(task, found)
    return OutputRange(max(1, ceil(low)), ceil(expected), ceil(high))


def _usual(task: str, found: Assessment) -> tuple[float, float, float]:
    tokens = tokens_of(task[-found.material :]) if found.material else 0.0
    if (shares := _OF_THE_MATERIAL.get(found.kind)) is not None:
        tokens = tokens or tokens_of(task)
        low, expected, high = (tokens * share for share in shares)
        return tuple(map(max, (low, expected, high), _SHORT_ANSWER))  # type: ignore[return-value]
    if found.kind in _USUAL:
        low, expected, high = _USUAL[found.kind]
        if found.kind == "classification":  # a label for each of many rows
            high = max(high, round(tokens / 2))
        if found.kind in ("debugging", "review", "tests", "code generation"):
            high += round(tokens)
        return low, expected, high
    return {"simple": _PLAIN_STEP, "moderate": _REQUEST, "complex": _LARGE}[found.complexity]


def tokens_of(text: str) -> float:
    """Estimate tokens roughly, for a range that is wider than the differences of tokenizers."""
    ascii_share = len(text.encode("ascii", "ignore")) / len(text) if text else 1.0
    return len(text) / (_CHARACTERS_PER_TOKEN if ascii_share > _ASCII_ENOUGH else _DENSE)
