"""Which of the cues occur in a text, and in which language it is.

A cue is a word, a stem (``translat*``) or a phrase. A text is read with the cues of its language
and with the English ones, which occur in all. Languages written without spaces are searched as
they are; in the others a stem also counts inside a long compound word.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from unicodedata import normalize

from pricing.recommendations.routing.demand_cues import DEMANDS
from pricing.recommendations.routing.kind_cues import KINDS
from pricing.recommendations.routing.manner_cues import ACTS, FREQUENT, LISTS
from pricing.values import immutable

_WORD = re.compile(r"[^\W\d_]+")
_KANA, _HAN = re.compile("[\u3040-\u30ff]"), re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_FOLDED = {
    code: folded
    for code in range(0xC0, 0x180)
    if (folded := normalize("NFKD", chr(code)).encode("ascii", "ignore").decode().lower())
} | {ord("ß"): "ss", ord("œ"): "oe", ord("æ"): "ae", 0xFF1F: "?"}
#: The country, which is not a word for the writer.
_COUNTRY = re.compile(r"\bUS\b|(?<=\bthe )us\b")
ENGLISH = "en"
#: The language of a text with no frequent word of any language that is read.
UNREAD = ""
#: Compounds are searched inside from this length on, for stems of at least this length.
_COMPOUND, _STEM_INSIDE = 10, 6
_SHORTEST_STEM = 3

#: What a cue belongs to: a section of the lexicon and the name in it.
Group = tuple[str, str]


@immutable
class Cues:
    """The cues of one or more languages, each with its groups.

    Phrases are by their first word, stems by their first letters, unspaced terms by their first.
    """

    words: Mapping[str, list[Group]]
    stems: Mapping[str, Mapping[str, list[Group]]]
    phrases: Mapping[str, list[tuple[str, Group]]]
    unspaced: Mapping[str, Mapping[str, list[Group]]]

    def _stems_in(self, token: str) -> Iterator[tuple[str, list[Group]]]:
        """Yield the stems that a word begins with, and those inside a long compound word."""
        for stem, groups in self.stems.get(token[:_SHORTEST_STEM], {}).items():
            if token.startswith(stem):
                yield stem, groups
        if len(token) >= _COMPOUND and token.isascii():
            for start in range(_SHORTEST_STEM, len(token) - _STEM_INSIDE + 1):
                inside = self.stems.get(token[start : start + _SHORTEST_STEM])
                for stem, groups in inside.items() if inside else ():
                    if len(stem) >= _STEM_INSIDE and token.startswith(stem, start):
                        yield stem, groups

    def found(self, text: str) -> "Found":
        """Return the cues in a folded text."""
        tokens = words_of(text)
        joined = f" {' '.join(tokens)} "
        found: Found = {}
        places = dict(zip(reversed(tokens), range(len(tokens) - 1, -1, -1), strict=True))
        for token in dict.fromkeys(tokens):  # each once: only its first place counts
            number = places[token]
            for group in self.words.get(token, ()):
                found.setdefault(group, {}).setdefault(token, number)
            for stem, groups in self._stems_in(token):
                for group in groups:
                    found.setdefault(group, {}).setdefault(stem, number)
            for phrase, group in self.phrases.get(token, ()):
                if phrase in joined:
                    found.setdefault(group, {}).setdefault(phrase, number)
        if self.unspaced and _HAN.search(text):
            for term, at in self._terms_in(text):
                for group in self.unspaced[term[0]][term]:
                    found.setdefault(group, {})[term] = at
        return found

    def _terms_in(self, text: str) -> Iterator[tuple[str, int]]:
        """Yield the unspaced terms with their places; of two that begin alike the longer one."""
        begun = (term for first in dict.fromkeys(text) for term in self.unspaced.get(first, ()))
        terms = {term: text.index(term) for term in begun if term in text}
        for term, at in terms.items():
            longer = (other for other, start in terms.items() if start == at and other != term)
            if not any(other.startswith(term) for other in longer):
                yield term, at


#: For each group its cues that occur, each with the number of the word where it first does.
Found = dict[Group, dict[str, int]]


def merged(parts: Iterable[Found]) -> Found:
    """Return the cues of several texts, each once."""
    whole: Found = {}
    for part in parts:
        for group, cues in part.items():
            whole.setdefault(group, {}).update(cues)
    return whole


def fold(text: str) -> str:
    """Return a text in lower case and without accents; a wide question mark is a plain one.

    The United States get a name that means nothing else.
    """
    return _COUNTRY.sub("america", text).lower().translate(_FOLDED)


def words_of(text: str) -> list[str]:
    """Return the words of a folded text, without figures."""
    return _WORD.findall(text)


def size_of(text: str) -> int:
    """Return the number of words; two characters of Chinese or Japanese count as one."""
    unspaced = len(_HAN.findall(text))
    return len(words_of(_HAN.sub(" ", text) if unspaced else text)) + unspaced // 2


def language_of(text: str) -> str:
    """Return the language of a folded text by its frequent words, or UNREAD."""
    return next(iter(languages_of(text)), UNREAD)


def languages_of(text: str) -> list[str]:
    """Return the languages with the most frequent words in a folded text: several if they tie."""
    if _HAN.search(text):
        return ["ja" if _KANA.search(text) else "zh"]
    counts: dict[str, int] = {}
    for token in words_of(text):
        for language in _frequent().get(token, ()):
            counts[language] = counts.get(language, 0) + 1
    most = max(counts.values(), default=0)
    return [language for language in _LANGUAGES if most and counts.get(language) == most]


@cache
def cues_of(language: str, only: Group | None = None) -> Cues:
    """Return the cues of a language and of English; of every language for UNREAD.

    With ``only`` they are those of one group, which are found several times as fast.
    """
    spoken = None if language == UNREAD else {ENGLISH, language}
    words, stems, terms = (defaultdict[str, list[Group]](list) for _ in range(3))
    phrases = defaultdict[str, list[tuple[str, Group]]](list)
    for group, cue in _cues(spoken):
        if only not in (None, group):
            continue
        bare = cue.removesuffix("*")
        kind = words if bare is cue else stems
        if bare.isascii() and bare.isalpha():  # most are, and a cold start reads thousands
            kind[bare].append(group)
        elif _HAN.search(cue):
            terms[cue].append(group)
        elif len(parts := words_of(bare)) > 1:
            phrase = f" {' '.join(parts)}{' ' if kind is words else ''}"
            phrases[parts[0]].append((phrase, group))
        else:
            kind[parts[0]].append(group)
    return Cues(dict(words), _by_start(stems, _SHORTEST_STEM), dict(phrases), _by_start(terms, 1))


def _by_start(cues: Mapping[str, list[Group]], length: int) -> dict[str, dict[str, list[Group]]]:
    starts: dict[str, dict[str, list[Group]]] = {}
    for cue, groups in cues.items():
        starts.setdefault(cue[:length], {})[cue] = groups
    return starts


@cache
def _frequent() -> Mapping[str, list[str]]:
    """Return the languages of each frequent word."""
    languages: dict[str, list[str]] = {}
    for language, cues in _by_language(FREQUENT):
        for word in _listed(cues):
            languages.setdefault(word, []).append(language)
    return languages


def _cues(spoken: set[str] | None) -> Iterator[tuple[Group, str]]:
    """Yield the cues of these languages with their groups; of all for None."""
    sections = [(("strong", name), rule.strong) for name, rule in KINDS.items()]
    sections += [(("weak", name), rule.weak) for name, rule in KINDS.items()]
    sections += [(("demand", name), rule.cues) for name, rule in DEMANDS.items()]
    sections += [(("act", name), cues) for name, cues in ACTS.items()]
    sections += [((name, ""), cues) for name, cues in LISTS.items()]
    for group, text in sections:
        for language, cues in _by_language(text):
            if spoken is None or language in spoken:
                yield from ((group, cue) for cue in _listed(cues))


def _by_language(text: str) -> Iterator[tuple[str, str]]:
    """Yield the language and the cues of each line; a line may be continued on the next."""
    for line in filter(None, text.replace(",\n    ", ", ").splitlines()):
        language, _, cues = line.partition(": ")
        yield language, cues


def _listed(cues: str) -> Iterable[str]:
    return filter(None, map(str.strip, cues.split(",")))


#: In the order in which they win ties.
_LANGUAGES = tuple(language for language, _ in _by_language(FREQUENT))
