"""Count what later steps need to know about a task's text; the text itself is not kept.

A long text is read at its two ends: an instruction is before or after the text it is about.
"""

import re

from pricing.recommendations.routing.offered_tools import OfferedTools, offered_tools
from pricing.recommendations.routing.phrasing import phrasing
from pricing.values import immutable

#: Characters read at the beginning and at the end of a text.
HEAD, TAIL = 3000, 1000
_TOKEN = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[^\sA-Za-z0-9]")
_OPTION = re.compile(r"^\(?([A-J])[.):]\s", re.MULTILINE)
#: A dollar sign before a figure that no formula goes on after.
_AMOUNT = re.compile(r"\$\d[\d,]*(?:\.\d+)?(?![\d$\\^_{}(*/+=ac-jln-z-]| ?[\\^+=*$])")
_LATEX = re.compile(r"\\[a-zA-Z]{2,}")
_CODE = re.compile(
    r"```|>>>|^[ \t]*(?:def|class|import|from|public|private|function|const|let|var|SELECT"
    r"|#include)[ \t]|^[ \t]*[\w.]+\(.*\);?[ \t]*$|^[+-] {2,}\S",
    re.MULTILINE,
)
_OPERATORS = frozenset("+-*/=<>^%\u00d7÷±≤≥√∑∫")
_BRACKETS = frozenset("(){}[]")
_QUOTES = frozenset("\"“”'`")
_ENDS = frozenset('.?!:"')
_LONG_WORD = 9


@immutable
class TaskFeatures:
    """Counts of a task's text. ``words`` are lower case, in order, of the ends that were read.

    ``phrasing`` are the values of ``phrasing.NAMES``; ``formulas`` the dollar signs that are not of
    an amount.
    """

    characters: int
    words: tuple[str, ...]
    tokens: int
    numbers: tuple[str, ...]
    marks: int
    operators: int
    brackets: int
    dollars: int
    formulas: int
    questions: int
    stops: int
    commas: int
    quotes: int
    capitals: int
    long_words: int
    letters: int
    lines: int
    indented: int
    options: int
    latex: int
    has_code: bool
    has_blank: bool
    ends_with_question: bool
    strange: float
    stem_characters: int
    seen_characters: int
    tools: OfferedTools
    phrasing: tuple[float, ...]


def read(task: str) -> TaskFeatures:
    """Read a task in one pass over at most ``HEAD + TAIL`` characters of it."""
    text = task if len(task) <= HEAD + TAIL else f"{task[:HEAD]}\n{task[-TAIL:]}"
    words: list[str] = []
    numbers: list[str] = []
    marks = operators = brackets = dollars = questions = stops = commas = quotes = 0
    capitals = long_words = letters = tokens = 0
    before = "."
    for token in _TOKEN.findall(text):
        tokens += 1
        first = token[0]
        if first.isalpha():
            words.append(token.lower())
            letters += len(token)
            long_words += len(token) >= _LONG_WORD
            capitals += first.isupper() and before not in _ENDS
        elif first.isdigit():
            numbers.append(token)
        else:
            marks += 1
            operators += first in _OPERATORS
            brackets += first in _BRACKETS
            quotes += first in _QUOTES
            dollars += first == "$"
            questions += first == "?"
            stops += first in ".!"
            commas += first == ","
        before = token
    options = [found.start() for found in _OPTION.finditer(text)]
    stem = text[: options[0]] if len(options) > 1 else text
    return TaskFeatures(
        characters=len(task),
        words=tuple(words),
        tokens=tokens,
        numbers=tuple(numbers),
        marks=marks,
        operators=operators,
        brackets=brackets,
        dollars=dollars,
        formulas=dollars - len(_AMOUNT.findall(text)) if dollars else 0,
        questions=questions,
        stops=stops,
        commas=commas,
        quotes=quotes,
        capitals=capitals,
        long_words=long_words,
        letters=letters,
        lines=text.count("\n") + 1,
        indented=text.count("\n  "),
        options=len(options),
        latex=len(_LATEX.findall(text)),
        has_code=_CODE.search(text) is not None,
        has_blank="__" in text or " _ " in text,
        ends_with_question=stem.rstrip().endswith("?"),
        strange=1 - len(text.encode("ascii", "ignore")) / len(text) if text else 0.0,
        stem_characters=len(stem),
        seen_characters=len(text),
        tools=offered_tools(text),
        phrasing=phrasing(stem),
    )
