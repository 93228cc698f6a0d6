"""Estimate the tokens of a text without the provider's tokenizer.

Tokenizers split text into words, digit groups, punctuation runs and whitespace before they look
anything up, and then use a fairly constant number of tokens for each piece. So the estimate counts
the pieces and multiplies: every character gets a class by its script, the features below are
counted in linear time, each has a weight in thousandths of a token per tokenizer generation, and
the sum is rounded up. All numbers are integers, because a count becomes money.

docs/token-counting.md has the source of the weights and bands, and their measured error.
``bench/tokens/calibrate.py`` makes the weights, ``bench/tokens/measure.py`` measures them.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from pricing.values import immutable

METHOD = (
    "Estimated from the text's words, digits, punctuation, whitespace and characters per script,"
    " weighted for the model's tokenizer generation; docs/token-counting.md has the measured error."
)
GENERIC = "generic"

#: Character classes of the Basic Multilingual Plane, first and last code point inclusive; later
#: rows override earlier ones. Characters in no row are _OTHER; those beyond the plane are astral,
#: ``?``.
_OTHER = "x"
_CLASSES = (
    ("\t", "\t", "t"),
    ("\n", "\n", "n"),
    ("\r", "\r", "n"),
    (" ", " ", " "),
    ("!", "~", "p"),  # ASCII punctuation, less the three rows below
    ("0", "9", "d"),
    ("A", "Z", "u"),
    ("a", "z", "l"),
    ("\u00a0", "\u00bf", "y"),  # Latin-1 symbols
    ("\u00c0", "\u024f", "e"),  # Latin letters beyond ASCII
    ("\u00d7", "\u00d7", "y"),
    ("\u00f7", "\u00f7", "y"),
    ("\u0370", "\u03ff", "g"),  # Greek
    ("\u0400", "\u052f", "c"),  # Cyrillic
    ("\u0590", "\u05ff", "b"),  # Hebrew
    ("\u0600", "\u077f", "r"),  # Arabic
    ("\u0900", "\u097f", "i"),  # Devanagari
    ("\u0980", "\u0dff", "m"),  # other Indic scripts
    ("\u0e00", "\u109f", "s"),  # Thai, Lao, Tibetan, Burmese
    ("\u1100", "\u11ff", "o"),  # Hangul
    ("\u1780", "\u17ff", "s"),  # Khmer
    ("\u1e00", "\u1eff", "e"),  # Latin with two marks, as in Vietnamese
    ("\u1f00", "\u1fff", "g"),
    ("\u2000", "\u206f", "q"),  # typographic punctuation
    ("\u2070", "\u2bff", "y"),  # arrows, mathematics, dingbats
    ("\u2500", "\u257f", "p"),  # box drawing comes in runs, as punctuation does
    ("\u3000", "\u303f", "q"),  # CJK punctuation
    ("\u3040", "\u30ff", "k"),  # kana
    ("\u3400", "\u4dbf", "h"),  # Han
    ("\u4e00", "\u9fff", "h"),
    ("\uac00", "\ud7af", "o"),
    ("\ufb50", "\ufdff", "r"),
    ("\ufe70", "\ufeff", "r"),
    ("\uff00", "\uffef", "q"),  # full-width forms
)


class Features(NamedTuple):
    """The counts of a text: pieces first, then the characters of each script."""

    words: int = 0  # runs of letters, cut where lower case turns to upper
    letters: int = 0
    long_parts: int = 0  # every full eight letters without a break
    capitals: int = 0  # pairs of capitals
    accents: int = 0  # letters beyond ASCII
    digit_groups: int = 0  # up to three digits each
    digits: int = 0
    punctuation_runs: int = 0
    punctuation: int = 0
    gaps: int = 0  # whitespace other than one space between words, up to 80 each
    line_ends: int = 0  # runs of up to eight
    typographic: int = 0
    symbols: int = 0
    greek: int = 0
    cyrillic: int = 0
    hebrew: int = 0
    arabic: int = 0
    devanagari: int = 0
    indic: int = 0
    southeast_asian: int = 0
    han: int = 0
    kana: int = 0
    hangul: int = 0
    other: int = 0
    astral: int = 0  # emoji, mostly


@immutable
class Tokenizer:
    """Weights in thousandths of a token per feature, and the band that 95% of texts fall into.

    ``plain_band`` is the percentage below and above for English and code, ``wide_band`` for
    accented Latin, other scripts, symbols, emoji and numbers; a mixed text gets a mixture.
    """

    weights: Features
    plain_band: tuple[int, int]
    wide_band: tuple[int, int]


@immutable
class TokenCount:
    """An estimate in tokens, with the range the true count is expected in; 0 for no text."""

    tokens: int
    low: int
    high: int
    method: str = METHOD

    def __add__(self, other: "TokenCount") -> "TokenCount":
        """Add two counts; errors of the same method do not cancel out."""
        return TokenCount(
            self.tokens + other.tokens, self.low + other.low, self.high + other.high, self.method
        )


NOTHING = TokenCount(0, 0, 0)


def exactly(tokens: int) -> TokenCount:
    """Return a count that is known, not estimated."""
    return TokenCount(tokens, tokens, tokens)


def estimate_tokens(
    text: str, tokenizer: str | None, features: Features | None = None
) -> TokenCount:
    """Estimate the tokens of a text for a tokenizer generation; the generic one if not known.

    ``features`` are those of the text, where they were counted for another tokenizer already.

    Any string is valid: lone surrogates, NUL and combining marks are characters like any other.
    """
    count = estimate_features(features or features_of(text), tokenizer)
    if text and not count.tokens:  # a single space, which between words belongs to one of them
        return TokenCount(1, 1, 1 + _SMALL_TEXT)
    return count


def estimate_features(features: Features, tokenizer: str | None) -> TokenCount:
    """Estimate the tokens of a text from its features."""
    generation = tokenizer_named(tokenizer)
    shares = [count * weight for count, weight in zip(features, generation.weights, strict=True)]
    total = sum(shares)
    if total == 0:
        return NOTHING
    tokens = -(-total // _THOUSAND)
    # With a fifth of its tokens outside ASCII, the whole text counts as another script: the words
    # between accented letters are not English either. Of the rest, numbers are the least certain.
    scripts = sum(shares[_FIRST_SCRIPT:]) + shares[_ACCENTS]
    numbers = shares[_DIGITS] + shares[_DIGIT_GROUPS]
    uncertain = min(total, 5 * scripts + numbers)
    below, above = (
        (plain * (total - uncertain) + wide * uncertain) // total
        for plain, wide in zip(generation.plain_band, generation.wide_band, strict=True)
    )
    return TokenCount(
        tokens,
        low=max(1, tokens - _part(tokens, below) - _SMALL_TEXT),
        high=tokens + _part(tokens, above) + _SMALL_TEXT,
    )


def features_of(*texts: str) -> Features:
    """Count the features of texts together: translate them to class letters, and scan the bytes.

    Every scan searches for a fixed string, in linear time for any text. A byte that is not a class
    separates the texts, so that thousands of short ones take one scan.
    """
    classes = _APART.join(map(_classes_of, texts))
    count = classes.count
    lower, upper, accents, digits, punctuation = map(count, (b"l", b"u", b"e", b"d", b"p"))
    joined = classes.translate(_LETTERS_ALIKE)
    return Features(
        words=_runs(joined, _IS_LETTER) + count(b"lu") + count(b"eu"),
        letters=lower + upper + accents,
        long_parts=joined.count(b"l" * 8),
        capitals=count(b"uu"),
        accents=accents,
        digit_groups=count(b"ddd") + _runs(classes.replace(b"ddd", b"#"), _IS_DIGIT),
        digits=digits,
        punctuation_runs=_runs(classes, _IS_PUNCTUATION),
        punctuation=punctuation,
        gaps=len(_GAP.findall(classes)),
        line_ends=_runs(classes, _IS_LINE_END) + count(b"n" * 8),
        **{name: count(letter) for name, letter in _SCRIPTS.items()},
    )


def tokenizer_named(name: str | None) -> Tokenizer:
    """Return the weights of a tokenizer generation; those of ``generic`` for any other name."""
    return TOKENIZERS.get(name or GENERIC) or TOKENIZERS[GENERIC]


def _classes_of(text: str) -> bytes:
    if text.isascii():
        return text.encode().translate(_ASCII_CLASS_OF)
    # Characters beyond the table stay as they are, and what is not ASCII then becomes "?".
    return text.translate(_CLASS_OF).encode("ascii", "replace")


def _runs(classes: bytes, mark: bytes) -> int:
    """Return the number of unbroken runs of the marked classes."""
    return b"0".join((b"", classes.translate(mark))).count(b"01")


def _class_table() -> str:
    table = [_OTHER] * (1 << 16)
    for first, last, letter in _CLASSES:
        table[ord(first) : ord(last) + 1] = letter * (ord(last) - ord(first) + 1)
    return "".join(table)


def _mark(letter: bytes) -> bytes:
    """Return a table for bytes.translate: 1 for this class letter, 0 for all others."""
    return bytes(b"01"[code == ord(letter)] for code in range(256))


def _part(tokens: int, percent: int) -> int:
    return -(-tokens * percent // 100)


_APART = b"|"
_CLASS_OF = _class_table()
_ASCII_CLASS_OF = _CLASS_OF[:256].encode()
_LETTERS_ALIKE = bytes.maketrans(b"ue", b"ll")
_IS_LETTER, _IS_DIGIT, _IS_PUNCTUATION, _IS_LINE_END = map(_mark, (b"l", b"d", b"p", b"n"))
_GAP = re.compile(b"[ t]{2,80}|t")
_SCRIPTS = {
    "typographic": b"q",
    "symbols": b"y",
    "greek": b"g",
    "cyrillic": b"c",
    "hebrew": b"b",
    "arabic": b"r",
    "devanagari": b"i",
    "indic": b"m",
    "southeast_asian": b"s",
    "han": b"h",
    "kana": b"k",
    "hangul": b"o",
    "other": b"x",
    "astral": b"?",
}

_THOUSAND = 1000
_SMALL_TEXT = 2
_ACCENTS = Features._fields.index("accents")
_DIGITS = Features._fields.index("digits")
_DIGIT_GROUPS = Features._fields.index("digit_groups")
_FIRST_SCRIPT = Features._fields.index("typographic")

#: Printed by bench/tokens/calibrate.py: thousandths of a token per feature, a column a generation.
_COLUMNS = ("claude-2024", "claude-2026", "o200k", "cl100k", "gemini", GENERIC)
_WEIGHTS: Mapping[str, tuple[int, ...]] = {
    "words": (762, 1143, 342, 361, 570, 355),
    "letters": (81, 121, 155, 154, 104, 156),
    "long_parts": (100, 290, 100, 100, 273, 100),
    "capitals": (63, 252, 50, 50, 50, 50),
    "accents": (2691, 3229, 613, 1632, 414, 700),
    "digit_groups": (1195, 1195, 1204, 1217, 444, 1367),
    "digits": (100, 100, 100, 100, 892, 100),
    "punctuation_runs": (593, 593, 666, 616, 995, 714),
    "punctuation": (272, 272, 74, 78, 69, 74),
    "gaps": (1313, 1313, 1103, 1017, 1105, 1108),
    "line_ends": (745, 745, 200, 200, 225, 200),
    "typographic": (497, 497, 713, 805, 571, 694),
    "symbols": (3032, 3032, 2250, 1828, 1428, 1903),
    "greek": (1348, 1348, 431, 1045, 459, 497),
    "cyrillic": (661, 661, 379, 615, 343, 403),
    "hebrew": (1088, 1088, 445, 1158, 508, 530),
    "arabic": (812, 812, 411, 914, 393, 450),
    "devanagari": (1423, 1423, 400, 1273, 327, 395),
    "indic": (2174, 2174, 381, 1494, 265, 334),
    "southeast_asian": (1861, 1861, 456, 982, 368, 448),
    "han": (1195, 1195, 926, 1443, 803, 942),
    "kana": (926, 926, 836, 1042, 551, 712),
    "hangul": (1473, 1473, 779, 1436, 676, 809),
    "other": (1434, 1434, 414, 2185, 526, 501),
    "astral": (3380, 3380, 1913, 3026, 1483, 2027),
}
_PLAIN_BANDS = ((18, 18), (22, 28), (18, 18), (18, 18), (14, 14), (25, 25))
_WIDE_BANDS = ((40, 40), (45, 45), (35, 35), (35, 35), (35, 35), (50, 130))

TOKENIZERS: Mapping[str, Tokenizer] = {
    name: Tokenizer(Features(*weights), plain_band, wide_band)
    for name, weights, plain_band, wide_band in zip(
        _COLUMNS,
        zip(*(_WEIGHTS[feature] for feature in Features._fields), strict=True),
        _PLAIN_BANDS,
        _WIDE_BANDS,
        strict=True,
    )
}
