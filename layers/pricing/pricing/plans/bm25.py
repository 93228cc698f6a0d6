"""Rank texts by their relevance to a task: Okapi BM25, with the standard library alone.

rank_bm25 had its last release in February 2022, and it and the maintained bm25s both need numpy:
tens of megabytes at a cold start, for a formula of three lines. So the formula is written out here
(Robertson and Zaragoza, 2009, with the idf that is never negative), in decimals of 28 digits, which
give the same result on every machine.

Unlike a count of shared words it gives rare words more weight, repeated words less and less, and
does not favour long texts.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal

from pricing.money import RATIO_PLACES

#: The usual constants: how soon repetition saturates, and how much length is discounted.
_K1, _B = Decimal("1.2"), Decimal("0.75")
_HALF = Decimal("0.5")
_DIGITS = Context(prec=28, rounding=ROUND_HALF_EVEN)
_WORD = re.compile(r"[^\W_]+")
#: Names in code are split into words: ``parseHTTPHeader`` into three, ``snake_case`` into two.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
#: Words too common to tell what a text is about.
_STOP_WORDS = frozenset(
    """
    a an and any are as at be been but by can could do does for from had has have how i if in into
    is it its me my no not of on or our please should so than that the their them then there these
    they this to us was we were what when where which who why will with would you your
    """.split()  # noqa: SIM905 - as a list it would be a page
)


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a text: lower case, parts of names, plurals as singulars."""
    for found in _WORD.finditer(text):
        for word in _CAMEL.split(found[0]):
            lower = word.lower()
            if lower not in _STOP_WORDS:
                yield _singular(lower)


def bm25(task: str, texts: Sequence[str]) -> list[Decimal]:
    """Return each text's relevance to the task, half-even at 12 places; 0 without a shared word."""
    wanted = dict.fromkeys(words_of(task))
    counts = [Counter(words_of(text)) for text in texts]
    lengths = [Decimal(sum(count.values())) for count in counts]
    if not any(lengths):
        return [Decimal(0)] * len(texts)
    mean = _DIGITS.divide(sum(lengths, Decimal(0)), Decimal(len(texts)))
    scores = [Decimal(0)] * len(texts)
    for word in wanted:
        holding = [number for number, count in enumerate(counts) if word in count]
        weight = _idf(len(texts), len(holding)) if holding else Decimal(0)
        for number in holding:
            gained = _term(Decimal(counts[number][word]), lengths[number], mean)
            scores[number] = _DIGITS.fma(weight, gained, scores[number])
    return [score.quantize(Decimal(1).scaleb(-RATIO_PLACES), context=_DIGITS) for score in scores]


def _idf(texts: int, holding: int) -> Decimal:
    """``ln(1 + (N - n + 0.5) / (n + 0.5))``: more for rare words, never negative."""
    missing = _DIGITS.add(Decimal(texts - holding), _HALF)
    odds = _DIGITS.divide(missing, _DIGITS.add(Decimal(holding), _HALF))
    return _DIGITS.ln(_DIGITS.add(Decimal(1), odds))


def _term(count: Decimal, length: Decimal, mean: Decimal) -> Decimal:
    """``tf (k1 + 1) / (tf + k1 (1 - b + b length / mean))``."""
    share = _DIGITS.divide(_DIGITS.multiply(_B, length), mean)
    discount = _DIGITS.multiply(_K1, _DIGITS.add(_DIGITS.subtract(Decimal(1), _B), share))
    top = _DIGITS.multiply(count, _DIGITS.add(_K1, Decimal(1)))
    return _DIGITS.divide(top, _DIGITS.add(count, discount))


def _singular(word: str) -> str:
    """Return the singular of most English plurals: ``query`` for ``queries``."""
    if len(word) > _SHORT and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > _SHORT and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


_SHORT = 3
