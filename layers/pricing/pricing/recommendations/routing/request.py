"""A request as its sentences put it: what is asked, in which way, and what is only told."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, cast

from pricing.recommendations.routing.kind_cues import KINDS
from pricing.recommendations.routing.lexicon import Cues, Found, merged, size_of, words_of
from pricing.values import immutable

#: ``step``: one thing to do; ``make``: something of a known form; ``howto``: a known way; ``open``:
#: what to do about a situation, or whether something holds in it.
Act = Literal["step", "make", "howto", "open"]
QUESTION_MARKS = ("?", "\uff1f")
LOOK_UP = "question answering"
#: The weights of a cue that names the work, also among the first words, and of one that hints.
STRONG, _WEAK, _FIRST = 2.0, 0.5, 1.5
_OPENING, _WEAK_LIMIT = 4, 4
#: First words of questions for a yes or a no.
_YES_NO = frozenset(
    [
        "is",
        "are",
        "can",
        "could",
        "does",
        "do",
        "will",
        "would",
        "may",
        "might",
        "should",
        "has",
        "have",
        "kann",
        "darf",
        "ist",
        "sind",
        "muss",
        "gibt",
        "hat",
        "est",
        "peut",
        "puede",
        "es",
        "hay",
        "pode",
        "ha",
    ]
)
#: The end of a question in Japanese and Chinese that has no question word.
_PARTICLE = re.compile(
    "^(?!.*(?:何|誰|どこ|いつ|いく|どの|どれ|どう|どん|なぜ|什么|谁|哪|几|多少|怎)).*(?:か|吗)[?\uff1f\u3002]?\\s*$",
    re.DOTALL,
)
_WHY = re.compile(
    r"^\W*(?:why|how come|warum|wieso|weshalb|pourquoi|por que)\b|なぜ|どうして|为什么"
)
_COMMA = re.compile("[,;\u3001\uff0c](?=\\s|[^\x00-\x7f])")
#: More than one thing to do takes more words than this.
SEVERAL_PARTS = 13
_SENTENCES, _TOLD, _BARE_WORDS = 16, 0.5, 5
#: From so many words, or so many characters where words are not separated, a sentence tells.
_TELLING = 4
#: A point inside a word, as in a file's name or an abbreviation, ends no sentence.
_SENTENCE = re.compile(
    "(?:[^.!?\u3002\uff01\uff1f\n]|[.](?=[\x21-\x7f]))+"
    "(?:[.!?\u3002\uff01\uff1f]+(?=\\s|$|[^\x00-\x7f])|\n|$|[!?])+"
)
_POLITE = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|i need you to|i want you to|i d like you to"
    r"|just|now|then|also|and|hi|hello|bitte|kannst du|konnen sie|konntest du|por favor|puedes"
    r"|podrias|pode|poderia|peux tu|pouvez vous|pourriez vous|s il te plait|s il vous plait)"
    r"\b\W*)+(?=\w)"
)


@immutable
class Request:
    """An instruction, read.

    ``found`` are its cues, and ``asked`` those of the sentences that ask; ``told`` is the number of
    sentences that describe a situation.
    ``weights`` are of the kinds of work that are named, and ``parts`` the different ones. ``own``
    is whether the writer's own affairs are spoken of; ``conditions`` and ``joined`` are numbers of
    words that set conditions, and that join several things.
    """

    text: str
    found: Found
    asked: Found
    words: int
    sentences: int
    told: int
    weights: Mapping[str, float]
    acts: frozenset[Act]
    parts: frozenset[str]
    own: bool
    conditions: int
    joined: int

    @property
    def is_list(self) -> bool:
        """Whether it lists several things to do: after a colon, or at some length."""
        room = self.words > SEVERAL_PARTS or ":" in self.text
        return room and self.joined + len(_COMMA.findall(self.text)) > 1

    @property
    def question(self) -> bool:
        """Whether it ends with a question mark."""
        return self.text.rstrip().endswith(QUESTION_MARKS)

    @property
    def supposed(self) -> bool:
        """Whether it supposes something."""
        return ("supposing", "") in self.found

    @property
    def yes_no(self) -> bool:
        """Whether it is a question for a yes or a no, by its first word or by its last particle."""
        first = next(iter(words_of(self.text)), "")
        particle = _PARTICLE.search(self.text) is not None
        return (self.question and first in _YES_NO) or particle

    @property
    def asks_why_in_general(self) -> bool:
        """Whether it is a single plain why about no situation: it asks for a known explanation."""
        single = self.question and self.sentences == 1 and not (self.own or self.conditions)
        return single and _WHY.search(self.text) is not None

    @property
    def is_fact(self) -> bool:
        """Whether it is a single question of no special form and without conditions."""
        special = self.acts or self.own or self.conditions or self.yes_no
        return self.question and self.sentences == 1 and not special


def read_request(text: str, cues: Cues, *, alone: bool) -> Request:
    """Read a folded instruction; ``alone`` is one without material that it could ask about.

    A short question after a description, which names nothing itself, is about the description.
    """
    asking: list[Found] = []
    telling: list[Found] = []
    told: list[str] = []
    acts: set[Act] = set()
    parts: set[str] = set()
    weights: dict[str, float] = {}
    making = False
    sentences = [part for part in _SENTENCE.findall(text) if words_of(part)]
    for sentence in sentences[:_SENTENCES]:
        plain = _POLITE.sub("", sentence)
        found = cues.found(plain)
        own = _acts(found, plain)
        question = sentence.rstrip().endswith(QUESTION_MARKS)
        if alone and question and _tells(told) and len(words_of(plain)) <= _BARE_WORDS:
            own.add("open")
        making = making or "make" in own
        if making and not question and min(found.get(("act", "open"), {"": 0}).values()) > 0:
            own.discard("open")  # what is to be made is about a question; it does not ask one
        asks = bool(own) or question
        (asking if asks else telling).append(found)
        if asks:
            acts |= own
            parts |= {kind for section, kind in found if section == "strong"} | (own & {"make"})
        else:
            told.append(sentence)
        for kind, weight in kind_weights(found).items():
            weights[kind] = weights.get(kind, 0.0) + weight * (1.0 if asks else _TOLD)
    if not asking:
        weights = {kind: weight / _TOLD for kind, weight in weights.items()}
    whole = merged(asking + telling)
    return Request(
        text=text,
        found=whole,
        asked=merged(asking) if asking else whole,
        words=size_of(text),
        sentences=sum(not part.rstrip().endswith((":", "\uff1a")) for part in sentences) or 1,
        told=_tells(told) if asking else 0,
        weights=weights,
        acts=frozenset(acts),
        parts=frozenset(parts),
        own=("self", "") in whole,
        conditions=len(whole.get(("constraints", ""), ())),
        joined=len(whole.get(("joining", ""), ())),
    )


def kind_weights(found: Found) -> dict[str, float]:
    """Return the weight of each kind by its cues."""
    weights: dict[str, float] = {}
    for (section, kind), positions in found.items():
        weight = 0.0
        if section == "strong":
            weight = sum(STRONG * (_FIRST if at < _OPENING else 1.0) for at in positions.values())
        elif section == "weak":
            weight = _WEAK * min(_WEAK_LIMIT, len(positions))
            weight += STRONG if kind == LOOK_UP and 0 in positions.values() else 0.0
        if weight:
            weights[kind] = weights.get(kind, 0.0) + weight
    return weights


def names_a_step(lead: str, cues: Cues) -> bool:
    """Return whether a folded lead asks for one mechanical step."""
    weights = kind_weights(cues.found(lead))
    kind = max(weights, key=weights.__getitem__, default=None)
    return kind is not None and weights[kind] >= STRONG and KINDS[kind].mechanical


def _acts(found: Found, sentence: str) -> set[Act]:
    """Return how a sentence is put; a verb counts where it opens the sentence."""
    anywhere = not sentence.isascii()
    return {
        cast(Act, act)
        for (section, act), positions in found.items()
        if section == "act" and (act == "open" or anywhere or 0 in positions.values())
    }


def _tells(sentences: Iterable[str]) -> int:
    """Return how many sentences are long enough to describe something."""
    return sum(
        len(words) >= _TELLING
        or any(len(word) >= _TELLING and not word.isascii() for word in words)
        for words in map(words_of, sentences)
    )
