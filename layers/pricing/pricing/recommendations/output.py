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
#: Tokens of a field in JSON: low, expected and high.
_PER_FIELD = (4, 12, 50)
_STATED = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[.,]\d{3}){1,2}|\d{2,6})"
    r"(?:[- ]?(?:words?|wörter[n]?|worte[n]?|mots|palabras|palavras)\b| ?(文字|字))"
)
#: A length that is asked for in other units: "two sentences", "in half a page".
_MEASURED = re.compile(
    r"\b(half a|an?|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}"
    r"|eine[nmr]?|zwei|drei|vier|fünf|une?|deux|trois|quatre|cinq|una?|dos|tres|cuatro|cinco"
    r"|uma?|dois|duas|três|quatro)[- ]"
    r"(?:short |kurze[nr]? )?(?:(sentence|satz|sätze|phrase|frase|oraci[oó]n)"
    r"|(line|zeile|ligne|línea|linha)|(paragraph|absatz|absätze|paragraphe|párrafo|parágrafo)"
    r"|(page|seite|página))(?:e?s|e?n)?\b"
)
_NUMERALS = {
    word: count
    for count, words in enumerate(
        (
            "",
            "a an one eine einen einem einer un une una um uma",
            "two zwei deux dos dois duas",
            "three drei trois tres três",
            "four vier quatre cuatro quatro",
            "five fünf cinq cinco",
            *("six", "seven", "eight", "nine", "ten"),
        )
    )
    for word in words.split()
} | {"half a": 0.5}
#: Tokens of a sentence, a line, a paragraph and a page.
_UNITS = (30, 20, 120, 650)
#: What transforms a text that is not in the task, and whose size was not sent.
_UNSEEN = (20, 1000, 16000)
_SIZED = re.compile(
    r"(?<!\d)(\d{1,3}(?:[., ]\d{3}){1,3}|\d{1,9})[- ]?"
    r"(?:(pages?|seiten|paginas?|páginas?|ページ|页)"
    r"|(?:[a-zà-ÿ]+ )?(?:rows?|lines?|records?|entries|items?|zeilen|lignes|filas|líneas|linhas)"
    r"|行|条)"
)
_SEPARATORS = re.compile("[., ]")
#: Words for a text that the task names and does not contain.
_ELSEWHERE = re.compile(
    r"\b(?:attached|enclosed|uploaded|manual|document|file|letter|report|article|contract|book"
    r"|chapter|transcript|essay|paper|website|beigefügt\w*|anhang|angehängt\w*|handbuch|dokument"
    r"|datei|brief|bericht|vertrag|ci-joint\w*|joint|manuel|fichier|lettre|rapport|contrat"
    r"|adjunt\w*|documento|archivo|carta|informe|contrato|anexo|anexad\w*|ficheiro|arquivo"
    r"|relatório)s?\b|添付|文書|書類|資料|ファイル|附件|文件|文档|手册|合同"
)
_ABOUT_A_TEXT = ("summarising", "review", "code reading")
_MUCH_MORE, _PER_PAGE, _PER_ROW = 2, 650, 20
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


def expected_output(
    task: str, found: Assessment, input_tokens: int | None = None, fields: int = 0
) -> OutputRange:
    """Estimate the length of a task's answer.

    ``input_tokens`` are the whole input's, if sent; ``fields`` those of the answer's schema.
    """
    stated = _stated(task.lower(), found)
    if stated is not None:
        return OutputRange(*(ceil(stated * share) for share in (0.8, 1.0, 1.5)))
    low, expected, high = _usual(task, found, input_tokens)
    if fields:  # names, marks and values; a text among them, or a list, is longer
        low, expected, high = (
            max(length, fields * tokens)
            for length, tokens in zip((low, expected, high), _PER_FIELD, strict=True)
        )
    return OutputRange(max(1, ceil(low)), ceil(expected), ceil(high))


def _stated(task: str, found: Assessment) -> float | None:
    """Return the tokens of the length that a task states for its answer; None if it states none.

    What is transformed or summed up has a length too, and a length in words is mostly that one.
    """
    given = found.kind == "summarising" or found.kind in _OF_THE_MATERIAL
    words = None if found.kind == "summarising" else _STATED.search(task)
    if words is not None:
        return int(_SEPARATORS.sub("", words[1])) * (1.0 if words[2] else _PER_WORD)
    for measured in _MEASURED.finditer(task):
        before = task[: measured.start()].rstrip()
        if before.rpartition(" ")[2] in _AS_LONG_AS or (before.endswith(",") and not given):
            number = measured[1]
            count = float(number) if number.isdigit() else _NUMERALS[number]
            return count * next(
                size for size, unit in zip(_UNITS, measured.groups()[1:], strict=True) if unit
            )
    return None


#: The words before the length of an answer.
_AS_LONG_AS = frozenset(
    (
        *("in", "into", "exactly", "under", "max", "maximum", "most"),
        *("höchstens", "genau", "en", "máximo", "em"),
    )
)


def _usual(task: str, found: Assessment, sent: int | None) -> tuple[float, float, float]:
    if (shares := _OF_THE_MATERIAL.get(found.kind)) is not None:
        tokens = _transformed(task, found, sent)
        if tokens is None:
            return _UNSEEN
        low, expected, high = (
            max(tokens * share, least) for share, least in zip(shares, _SHORT_ANSWER, strict=True)
        )
        # What is harder than a plain step also has something to explain.
        return low, expected, high if found.complexity == "simple" else max(high, _REQUEST[2])
    if found.kind in _USUAL:
        given = _given(task, found)
        low, expected, high = _USUAL[found.kind]
        if found.kind == "classification":  # a label for each of many rows
            high = max(high, round(given / 2))
        if found.kind in ("debugging", "review", "tests", "code generation"):
            high += round(given)
        return low, expected, high
    return {"simple": _PLAIN_STEP, "moderate": _REQUEST, "complex": _LARGE}[found.complexity]


def is_about_unsent_text(task: str, found: Assessment) -> bool:
    """Return whether a task is about a text that it names or measures, and does not contain."""
    about = found.kind in _OF_THE_MATERIAL or found.kind in _ABOUT_A_TEXT
    if found.material or not about:
        return False
    lower = task.lower()
    return any(pattern.search(lower) for pattern in (_ELSEWHERE, _SIZED, _STATED))


def _given(task: str, found: Assessment) -> float:
    """Return the tokens of the material in a task."""
    return tokens_of(task[-found.material :]) if found.material else 0.0


def _transformed(task: str, found: Assessment, sent: int | None) -> float | None:
    """Return the tokens of the text to transform; None if it is elsewhere and its size not sent."""
    if found.material:
        return _given(task, found)
    own = tokens_of(task)
    if sent is not None and sent > own * _MUCH_MORE:
        return float(sent)
    lower = task.lower()
    if (sized := _SIZED.search(lower)) is not None:
        number = int(_SEPARATORS.sub("", sized[1]))
        return float(number * (_PER_PAGE if sized[2] else _PER_ROW))
    return None if _ELSEWHERE.search(lower) else own


def tokens_of(text: str) -> float:
    """Estimate tokens roughly, for a range that is wider than the differences of tokenizers."""
    ascii_share = len(text.encode("ascii", "ignore")) / len(text) if text else 1.0
    return len(text) / (_CHARACTERS_PER_TOKEN if ascii_share > _ASCII_ENOUGH else _DENSE)
