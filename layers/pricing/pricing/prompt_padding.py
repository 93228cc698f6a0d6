"""What a prompt need not say: courtesies, repeated blocks, a question where a schema would do.

Phrases are English. Code between fences is left alone: there a courtesy is a string.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Shorter blocks are headings and closing braces, which may well stand twice.
MIN_BLOCK_CHARACTERS = 40
_MAX_EXAMPLES = 5
_EXAMPLE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Padding:
    """What was found: how often, some examples, and the texts without it."""

    count: int
    examples: tuple[str, ...]
    texts: tuple[str, ...]


#: One phrase a line, longer ones first: of two that begin alike, the first is taken. A space
#: stands for any white space.
_COURTESIES = r"""
i would (?:(?:really|very much) )?appreciate (?:it|your help)(?:,? if you _CAN)?_HELP[.!]?
i(?: was|'m| am)? wonder(?:ing)? (?:if|whether) you _CAN(?: please)?
what (?:i'm|i am) hoping you can do is
what (?:i'd|i would) like you to do is
(?:i'd|i would) (?:really )?like you to
i hope (?:this|that|you)[^.!?\n]{0,80}[.!]
_CAN you (?:please|kindly|possibly)
(?:take a look at (?:it|this) and )?(?:let me know|tell me) what you think[.!?]?
if (?:it's|it is|that's|that is) (?:possible|okay|ok|alright|not too much trouble)[,.]?
if you (?:don't|do not) mind[,.]?
sorry (?:to bother you|for the (?:trouble|inconvenience))[,.!]?
(?:many thanks|thank you|thanks)(?: (?:so|very) much| a lot)?(?: in advance)?_FOR[.!]*
have a (?:nice|great|good|lovely) (?:day|one|weekend)[.!]*
(?:^|(?<=\n))(?:hello|hi|hey|good (?:morning|evening))(?: (?:there|claude|team))?[,.!]
(?:please|kindly)
"""
_SHORTHANDS = {
    "_CAN": "(?:can|could|would|will|might)",
    "_HELP": "(?: please)?(?: help me(?: out)?(?: with (?:this|it|something))?)?",
    "_FOR": "(?: for (?:all )?(?:your|the) (?:help|time|support|patience)(?: with (?:this|it))?)?",
}
#: Asks for an opinion or a report in whatever form it comes.
_OPEN_QUESTIONS = r"""
what (?:do )?you think
your (?:thoughts|opinion|feedback)
is (?:it|this) (?:good|bad|any good|ok)
(?:tell me|let me know) (?:if|what|whether|about)
(?:any|some) (?:issues|problems|bugs|suggestions)
"""
_STATED_FORMS = r"""
(?:json|yaml|xml|csv|schema|markdown|table|format|bullets|bullet points|one word|yes or no)
(?:return|respond|reply|answer|output|list) (?:only|with|in|as|any)
(?:at most|no more than)
"""


def _any_of(phrases: str) -> re.Pattern[str]:
    """Whole words, in any case, over line ends too."""
    for name, meaning in _SHORTHANDS.items():
        phrases = phrases.replace(name, meaning)
    each = "|".join(phrases.strip().splitlines()).replace(" ", r"\s{1,8}")
    return re.compile(rf"(?<!\w)(?:{each})(?!\w)", re.IGNORECASE)


_COURTESY, _OPEN_QUESTION, _STATED_FORM = map(
    _any_of, (_COURTESIES, _OPEN_QUESTIONS, _STATED_FORMS)
)
_FENCED = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)


def courtesies(texts: Sequence[str]) -> Padding | None:
    """Phrases that ask nothing, or None."""
    found: list[str] = []
    without = []
    for text in texts:
        pieces = _FENCED.split(text)
        for at in range(0, len(pieces), 2):  # every second piece is fenced
            found += [match[0] for match in _COURTESY.finditer(pieces[at])]
            pieces[at] = _COURTESY.sub("", pieces[at])
        without.append("".join(pieces))
    return _padding(found, without)


def repeated_blocks(texts: Sequence[str]) -> Padding | None:
    """Paragraphs that stand there again, in any of the texts, or None. Spacing does not matter."""
    seen: set[str] = set()
    found: list[str] = []
    without = []
    for text in texts:
        kept = []
        for block in _paragraphs(text):
            key = " ".join(block.split())
            if len(key) >= MIN_BLOCK_CHARACTERS and key in seen:
                found.append(block)
                continue
            seen.add(key)
            kept.append(block)
        without.append("".join(kept))
    return _padding(found, without)


def asks_for_prose(texts: Iterable[str]) -> str | None:
    """The open question of a prompt that nowhere states a form for its answer, or None."""
    asked = None
    for text in texts:
        if _STATED_FORM.search(text):
            return None
        asked = asked or _OPEN_QUESTION.search(text)
    return _example(asked[0]) if asked else None


def _paragraphs(text: str) -> list[str]:
    """The text cut before each first line after blank ones; joined they are the text again."""
    blocks: list[list[str]] = [[]]
    blank = False
    for line in text.splitlines(keepends=True):
        if blank and line.strip():
            blocks.append([])
        blank = not line.strip()
        blocks[-1].append(line)
    return ["".join(lines) for lines in blocks]


def _padding(found: Sequence[str], without: Sequence[str]) -> Padding | None:
    if not found:
        return None
    examples = dict.fromkeys(map(_example, found))
    return Padding(len(found), tuple(examples)[:_MAX_EXAMPLES], tuple(without))


def _example(text: str) -> str:
    """The text on one line, cut to a length that recognises it."""
    line = " ".join(text.split())
    return line if len(line) <= _EXAMPLE_CHARACTERS else f"{line[: _EXAMPLE_CHARACTERS - 1]}…"
