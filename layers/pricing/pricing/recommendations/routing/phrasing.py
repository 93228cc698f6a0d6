"""How a question is put: its last sentence, its figures, and the words by which it asks.

These are features that difficulty is learned from, next to those of ``features``. They are read
from the text before the answer options, so that the number of options does not change them.
"""

import re
from collections.abc import Mapping
from math import log1p, log10

#: Words of English, by what they say about a question.
WORDS: Mapping[str, str] = {
    "negations": "not except incorrect false least",
    "persons": "he she his her him they their who",
    "a passage": "according passage author text article story",
    "causes": "because therefore thus hence since due result",
    "superlatives": "most best likely primary main suggest imply infer mainly",
    "definitions": "define called term refers",
}
_DEFINITIONS = tuple(WORDS).index("definitions")
#: Phrases that define, too.
_DEFINES = re.compile(r"\b(?:is an?|known as|example of)\b", re.IGNORECASE)
_GROUP = {word: group for group, words in enumerate(WORDS.values()) for word in words.split()}
NAMES = (
    *(f"phrases of {group}" for group in WORDS),
    "of the following",
    "capital negations",
    "numbered statements",
    "years",
    "names inside sentences",
    "fractions and powers",
    "words of the question",
    "share of the question",
    "sentences with numbers",
    "largest number",
    "last number is a fraction",
    "words a sentence before options",
    "digits",
    "different words",
    "question comes first",
)
_WORD = re.compile(r"[A-Za-z']+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]?")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_FRACTION = re.compile(r"\\frac|\d/\d|\^|sqrt")
_STATEMENTS = frozenset(["II", "III"])
_CAPITALS = frozenset(["NOT", "EXCEPT"])
#: Longer figures are not read as quantities.
_LONGEST_NUMBER = 30


def phrasing(stem: str) -> tuple[float, ...]:
    """Return the values of NAMES for the text before the options."""
    words = _WORD.findall(stem)
    count = len(words) or 1
    groups = [0] * len(WORDS)
    lower = [word.lower() for word in words]
    for word in lower:
        if word in _GROUP:
            groups[_GROUP[word]] += 1
    groups[_DEFINITIONS] += len(_DEFINES.findall(stem))
    sentences = [part for part in _SENTENCE.findall(stem) if _WORD.search(part)] or [stem]
    questions = [part for part in sentences if part.rstrip().endswith("?")] or sentences[-1:]
    asked = len(_WORD.findall(questions[-1]))
    numbers = _NUMBER.findall(stem)
    values = [_value(number) for number in numbers]
    return (
        *map(log1p, groups),
        log1p(stem.lower().count("of the following")),
        log1p(sum(word in _CAPITALS for word in words)),
        float(not _STATEMENTS.isdisjoint(words)),
        log1p(len(_YEAR.findall(stem))),
        log1p(len(_NAME.findall(stem))),
        log1p(len(_FRACTION.findall(stem))),
        log1p(asked),
        asked / count,
        sum(_NUMBER.search(part) is not None for part in sentences) / len(sentences),
        log10(1 + max(values, default=0.0)),
        float(bool(values) and values[-1] % 1 != 0),
        log1p(count / len(sentences)),
        log1p(sum(map(len, numbers))),
        len(set(lower)) / count,
        float(questions[-1] is sentences[0]),
    )


def _value(number: str) -> float:
    """Return a figure as a number; 0 for a date, a version and what is too long to be one."""
    plain = number.replace(",", "")
    short = len(plain) <= _LONGEST_NUMBER and plain.count(".") <= 1
    return float(plain) if short else 0.0
