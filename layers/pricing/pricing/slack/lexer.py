"""A Slack command's text as numbers and words: ``2k``, ``1.5M``, ``x100``, ``in=2k``, ``60/h``."""

import re
from decimal import Decimal

from pricing.money import CURRENCIES
from pricing.timestamps import as_rfc3339
from pricing.values import immutable

_SCALES = {"": 0, "k": 3, "m": 6, "b": 9, "bn": 9}
_NUMBER = (
    r"(?P<digits>[0-9]{1,30}(?:[_,][0-9]{3})*(?:\.[0-9]{1,12})?|\.[0-9]{1,12})(?P<scale>k|m|bn?)?"
)
_PLAIN = re.compile(_NUMBER, re.IGNORECASE)
_LABELLED = re.compile(_NUMBER + r"(?P<label>[a-z][a-z0-9_-]*)", re.IGNORECASE)
_TIMES = re.compile(r"[x*](?P<number>[0-9.].*)", re.IGNORECASE)
_ASSIGNED = re.compile(r"(?P<label>[a-z0-9_-]+)[=:](?P<number>[0-9.].*)", re.IGNORECASE)
_RATE = re.compile(r"(?P<number>[0-9.][^/]*)?/(?P<unit>[a-z]+)", re.IGNORECASE)
#: A comma between digits belongs to the number; any other separates two words.
_COMMA = re.compile(r",(?![0-9]{3}(?![0-9])|[0-9]{1,2}[kmb]\b)|(?<![0-9]),|;", re.IGNORECASE)

#: The usage bucket that each word names.
LABELS = {
    **dict.fromkeys(("in", "input", "inputs", "prompt", "fresh", "uncached"), "input"),
    **dict.fromkeys(("out", "output", "outputs", "completion"), "output"),
    **dict.fromkeys(("cached", "cache", "read", "reads", "hit", "hits"), "cache_read"),
    **dict.fromkeys(("write", "writes", "written", "write5m", "write-5m"), "cache_write_5m"),
    **dict.fromkeys(("write1h", "write-1h"), "cache_write_1h"),
    **dict.fromkeys(("search", "searches"), "web_search"),
}
#: What words name in a caching plan only.
PLAN_LABELS = {
    **dict.fromkeys(("prefix", "shared", "system", "cached"), "prefix"),
    **dict.fromkeys(("suffix", "new"), "input"),
    **dict.fromkeys(("hours", "h", "hrs"), "hours"),
    "days": "days",
}
CODES = frozenset(CURRENCIES.values())
_CODE = re.compile(r"[A-Z]{3}|[a-z]{3}", re.ASCII)
_UNITS = {
    **dict.fromkeys(("minute", "min"), "/minute"),
    **dict.fromkeys(("hour", "h", "hr", "hourly"), "/hour"),
    **dict.fromkeys(("day", "d", "daily"), "/day"),
    **dict.fromkeys(("week", "weekly"), "/week"),
    **dict.fromkeys(("month", "mo", "monthly"), "/month"),
    **dict.fromkeys(("year", "yearly"), "/year"),
}
_ADVERBS = ("hourly", "daily", "weekly", "monthly", "yearly")
#: Words for what a number of calls counts, and for the terms of a price.
CALLS = frozenset({"call", "calls", "request", "requests", "times"})
TERMS = {
    **{word: ("processing", word) for word in ("standard", "batch", "priority", "flex")},
    "batched": ("processing", "batch"),
    "fast": ("speed", "fast"),
    **dict.fromkeys(("us", "usa"), ("inference_geo", "us")),
}
#: What is priced by POST /v1/estimate only.
UNITS = frozenset(
    {
        *("image", "images", "picture", "pictures", "second", "seconds", "minute", "minutes"),
        *("character", "characters", "chars", "page", "pages", "video", "videos"),
    }
)
#: Words that may be joined to their number.
_JOINED = LABELS.keys() | PLAN_LABELS.keys()
#: Words without a meaning of their own.
_FILLERS = frozenset(
    {
        *("token", "tokens", "tok", "toks", "of", "for", "with", "at", "using"),
        *("the", "please", "me", "is", "it", "what", "would", "will", "how", "much", "does", "do"),
        *("cost", "costs", "price", "prices", "pricing", "model", "models", "show", "tell"),
        *("mode", "run", "running", "use", "call", "to", "if", "i", "we", "send", "what's"),
        *("+", "&", "api"),
    }
)
#: Stands before a number that is a part of one before it.
PART = "of-which"
#: Two words that are one label, and a number whose scale is a word.
_PAIRS = (
    (re.compile(r"\bcached?[ _-]+(?:reads?|hits?)(?: rate)?\b", re.IGNORECASE), "cached"),
    (re.compile(r"\b(?:1h[ -]+(?:cached?[ _-]+)?writes?|(?:cached?[ _-]+)?writes?[ -]+1h)\b",
                re.IGNORECASE), "write1h"),
    (re.compile(r"\bcached?[ _-]+(?:writes?|written)\b", re.IGNORECASE), "write"),
    (re.compile(r"\bas[ -]of\b", re.IGNORECASE), "on"),
    (re.compile(r"\bweb[ -]+search(?:es)?\b", re.IGNORECASE), "searches"),
    (re.compile(r"\bsystem prompt\b", re.IGNORECASE), "system"),
    (re.compile(r"\b(calls?|requests?)/(?=[a-z])", re.IGNORECASE), r"\1 per "),
    (re.compile(r"\b(?:no|not|without|non)[ -](?:a |the )?batch(?:ed|ing)?\b", re.IGNORECASE),
     "standard"),
    (re.compile(r"\b(?:via|through)(?= (?:the )?batch\b)", re.IGNORECASE), ""),
    (re.compile(r"\bus[ -]?(?:dollars?\b|\$)", re.IGNORECASE), "USD"),
    # "what would it cost us" says for whom, and not where.
    (re.compile(r"\b(costs?|charges?|bills?|gives?|saves?|takes?|(?i:for|to)) us\b"), r"\1"),
    (re.compile(r"([0-9][0-9.,]*[kmb]?) (?:of (?:it|them|those|that)|thereof)\b", re.IGNORECASE),
     rf"{PART} \1"),
    (re.compile(r"\b(?:of which|including|incl\.)(?= )", re.IGNORECASE), PART),
    (re.compile(r"\bhours (?:a|per) day\b", re.IGNORECASE), "hours"),
    (re.compile(r"\bdays (?:a|per) month\b", re.IGNORECASE), "days"),
    (re.compile(r"(?<=[0-9]) +%"), "%"),
    (re.compile(r"\bper +(?:1 *|one +|a +)?(?:m|million|mtok)\b(?: +tokens?\b)?", re.IGNORECASE),
     "price"),
    (re.compile(r"(?<=[0-9])[ ]*(?:thousand)\b", re.IGNORECASE), "k"),
    (re.compile(r"(?<=[0-9])[ ]*(?:millions?|mio|mln)\b", re.IGNORECASE), "M"),
    (re.compile(r"(?<=[0-9])[ ]*(?:billions?)\b", re.IGNORECASE), "b"),
)  # fmt: skip


@immutable
class Number:
    """A number, which may have a fraction, and its text."""

    value: Decimal
    written: str


@immutable
class Word:
    """A word and its lower-case key; the unit of a rate has the key ``/hour``, ``/day``, ..."""

    key: str
    written: str


@immutable
class Positional:
    """``2k/1k/50k``: numbers in the order input, output, cached, written."""

    numbers: tuple[Number, ...]


Token = Number | Word | Positional


def scaled(text: str) -> str:
    """The text with ``2 million`` as ``2M``, and two words that are one label as that."""
    for pattern, label in _PAIRS:
        text = pattern.sub(label, text)
    return _DATE.sub(lambda found: f"on {as_rfc3339(found['date'])}", text)


_DATE = re.compile(
    r"\bon (?P<date>\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}"
    r"|\d{1,2}(?:st|nd|rd|th)? [A-Za-z]{3,9}\.?,? \d{4}"
    r"|[A-Za-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})(?![\w.])",
    re.ASCII | re.IGNORECASE,
)
#: What looks like a number and is read in several ways, or in none.
_ODD = re.compile(r"~?[0-9][0-9.,']*(?:k|m|bn?)?|[0-9.]+e[0-9]+", re.ASCII | re.IGNORECASE)
_SHARE = re.compile(r"[0-9.]+%", re.ASCII)
_NEGATIVE = re.compile(r"-[0-9][0-9.,]{0,30}[kmb]?", re.ASCII | re.IGNORECASE)


def unclear(word: str) -> str:
    """Say how to write a word that looks like an amount and is none; "" for any other word."""
    if _NEGATIVE.fullmatch(word):
        return f"{word} is less than 0."
    if _ODD.fullmatch(word):
        return f"{word} is not a number here: write 1500, 1,500, 1.5k or 2M."
    if _SHARE.fullmatch(word):
        return f"Say what {word} is: only cached takes a share, such as 30% cached."
    return ""


def tokens(text: str) -> list[Token]:
    """The numbers and words of a command, without filler words."""
    text = scaled(text)
    text = text.replace("×", "x")  # noqa: RUF001 - a times sign
    words = [_trimmed(word) for word in _COMMA.sub(" , ", text).split()]
    found: list[Token] = []
    for word in words:
        found += _read(word)
    kept = [token for token in found if not (isinstance(token, Word) and token.key in _FILLERS)]
    return _with_units(kept)


def currency(word: Word) -> str | None:
    """The code of the currency that a word after ``in`` means; None for any other word."""
    if word.key in CURRENCIES:
        return CURRENCIES[word.key]
    is_code = _CODE.fullmatch(word.written) is not None and word.key not in LABELS
    return word.written.upper() if is_code else None


#: Slack's marks of bold, italic and code, and quotation marks.
_MARKED = re.compile(r"([*_`\"'“])([^*`\"'“”]+)[*_`\"'”]")


def _trimmed(word: str) -> str:
    """A word without the marks that end a sentence, or that stand between it and its number."""
    bare = _MARKED.sub(r"\2", word.rstrip("?!") or word)
    bare = bare[:-1] if bare[-1:] == "." and bare[:-1].isalnum() else bare
    return bare[:-1] if bare[-1:] in (":", "=") and bare[:-1].lower() in LABELS else bare


def number(written: str) -> Number | None:
    """``1.5M`` as 1,500,000; None when it is not a number."""
    match = _PLAIN.fullmatch(written)
    return _number(match) if match else None


def _number(match: re.Match[str]) -> Number:
    digits = match["digits"].replace(",", "").replace("_", "")
    scale = _SCALES[(match["scale"] or "").lower()]
    return Number(Decimal(digits).scaleb(scale), match["digits"] + (match["scale"] or ""))


def _read(word: str) -> list[Token]:
    """Split one written word into its tokens."""
    parts = [number(part) for part in word.split("/")]
    if len(parts) > 1 and all(parts):
        return [Positional(tuple(part for part in parts if part))]
    if found := number(word):
        return [found]
    for read in (_times, _rate, _assigned, _labelled):
        taken = read(word)
        if taken:
            return taken
    return [Word(word.lower(), word)]


def _times(word: str) -> list[Token]:
    """``x100``, or ``100x``."""
    match = _TIMES.fullmatch(word)
    if match is None and word[-1:].lower() == "x":
        found = number(word[:-1])
    else:
        found = number(match["number"]) if match else None
    return [Word("x", "x"), found] if found else []


def _rate(word: str) -> list[Token]:
    """``60/hour`` or ``/day``; ``provider/model`` has a slash too."""
    match = _RATE.fullmatch(word)
    unit = _UNITS.get(match["unit"].lower()) if match else None
    if match is None or unit is None:
        return []
    if match["number"] is None:
        return [Word(unit, word)]
    found = number(match["number"])
    return [found, Word(unit, word)] if found else []


def _assigned(word: str) -> list[Token]:
    """``in=2k`` or ``in:2k``; a colon belongs to some models' names."""
    match = _ASSIGNED.fullmatch(word)
    found = number(match["number"]) if match else None
    if match is None or found is None or match["label"].lower() not in _JOINED:
        return []
    return [found, Word(match["label"].lower(), match["label"])]


def _labelled(word: str) -> list[Token]:
    """``2kin``; some models' names begin with a digit."""
    match = _LABELLED.fullmatch(word)
    if match is None or match["label"].lower() not in _JOINED:
        return []
    return [_number(match), Word(match["label"].lower(), match["label"])]


def _with_units(found: list[Token]) -> list[Token]:
    """``per day``, ``a day`` and ``daily`` as one word, ``/day``."""
    united: list[Token] = []
    skip = False
    for at, token in enumerate(found):
        if skip:
            skip = False
            continue
        following = found[at + 1] if at + 1 < len(found) else None
        unit = _UNITS.get(following.key) if isinstance(following, Word) else None
        if isinstance(token, Word) and token.key in ("per", "a", "an", "each", "every"):
            if isinstance(following, Word) and unit:
                united.append(Word(unit, f"{token.written} {following.written}"))
                skip = True
            continue
        if isinstance(token, Word) and token.key in _ADVERBS:
            united.append(Word(_UNITS[token.key], token.written))
            continue
        united.append(token)
    return united
