"""The features that difficulty is learned from: a text's shape and vocabulary, never its words.

Counts of which the first few matter most are logarithms; shares of all words or tokens are used
where the length of the text must not matter.
"""

from collections.abc import Mapping
from math import log1p, sqrt

from pricing.recommendations.routing.phrasing import NAMES as PHRASES
from pricing.recommendations.routing.reading import TaskFeatures

#: Vocabulary by subject. A word may be in several groups.
VOCABULARY: Mapping[str, str] = {
    "quantities": (
        "each every twice half double triple percent ratio total remaining altogether times more"
        " less than sum difference product average many much left"
    ),
    "logic": "if then unless either neither both all none only must cannot implies therefore iff",
    "negation": "not except least incorrect false never without no nor",
    "constraints": (
        "must exactly least most without only ensure constraint constraints should require"
        " required given such"
    ),
    "reasons": (
        "prove derive explain why justify analyze analyse evaluate compare discuss show determine"
        " conclude argue critique"
    ),
    "mathematics": (
        "integer integers polynomial equation function matrix vector theorem proof integral"
        " derivative triangle circle probability prime modulo divisible real roots root sequence"
        " series graph set group ring field finite infinite continuous compact linear angle square"
        " digits digit positive"
    ),
    "physics": (
        "velocity acceleration force mass energy momentum charge electric magnetic field current"
        " voltage resistance wavelength frequency temperature pressure volume gas heat entropy"
        " photon electron particle density radius kinetic potential speed"
    ),
    "chemistry": (
        "acid base mole moles molar reaction solution compound element atom atoms ion ions bond"
        " oxidation equilibrium concentration ph molecule hydrogen oxygen carbon benzene catalyst"
        " product reagent"
    ),
    "law": (
        "court plaintiff defendant statute contract liability tort jurisdiction constitutional"
        " amendment sued state law legal property owner crime guilty evidence testimony buyer"
        " seller landlord"
    ),
    "medicine": (
        "patient disease symptoms diagnosis treatment clinical blood cells muscle nerve artery"
        " infection syndrome therapy drug dose cancer vitamin woman man"
    ),
    "economics": (
        "price market demand supply cost tax income interest inflation gdp monetary fiscal firm"
        " firms investment bond stock capital profit rate cash balance account"
    ),
    "humanities": (
        "theory argument moral ethics philosopher according passage author century war empire"
        " social cultural political psychologist behavior"
    ),
    "code": (
        "def return function class import for while print string list array int str len assert"
        " code python write dict tuple"
    ),
    "facts asked": "what which who when where whom whose",
    "how and why": "how why",
    "something to make": "write design create build implement generate compose draft develop make",
    "something simple": "translate extract classify summarize list define name convert identify",
    "function words": (
        "the of and to in a is that for on with as by at from it be this are was or an"
    ),
    "people": "he she they his her their him them i you we my your",
}
_GROUPS = tuple(VOCABULARY)
_BY_WORD: dict[str, tuple[int, ...]] = {}
for _number, _words in enumerate(VOCABULARY.values()):
    for _word in _words.split():
        _BY_WORD[_word] = (*_BY_WORD.get(_word, ()), _number)

_SHAPES = (
    "length",
    "words",
    "sentences",
    "lines",
    "word length",
    "share of long words",
    "numbers",
    "share of numbers",
    "different numbers",
    "long numbers",
    "decimals",
    "share of operators",
    "operators",
    "share of brackets",
    "share of marks",
    "dollar signs",
    "questions",
    "share of commas",
    "share of quotes",
    "share of capitals",
    "variety of words",
    "answer options",
    "has answer options",
    "latex commands",
    "length before the options",
    "share before the options",
    "words a sentence",
    "share beyond ascii",
    "a blank to fill",
    "ends with a question",
    "code",
    "indented lines",
)
NAMES = (
    *_SHAPES,
    *(f"words of {group}" for group in _GROUPS),
    *(f"share of {group}" for group in _GROUPS),
    *PHRASES,
)
_MANY_OPTIONS = 10
_LONG_NUMBER = 4


def features(reading: TaskFeatures) -> list[float]:
    """Return the values of NAMES, in that order."""
    words = len(reading.words) or 1
    tokens = reading.tokens or 1
    sentences = reading.stops + reading.questions
    seen = min(reading.characters, reading.seen_characters) or 1
    numbers = reading.numbers
    groups = [0] * len(_GROUPS)
    for word in reading.words:
        for group in _BY_WORD.get(word, ()):
            groups[group] += 1
    return [
        log1p(reading.characters),
        log1p(words),
        log1p(sentences),
        log1p(reading.lines),
        reading.letters / words,
        reading.long_words / words,
        log1p(len(numbers)),
        len(numbers) / tokens,
        len(set(numbers)) / len(numbers) if numbers else 0.0,
        log1p(sum(len(number) >= _LONG_NUMBER for number in numbers)),
        log1p(sum("." in number for number in numbers)),
        reading.operators / tokens,
        log1p(reading.operators),
        reading.brackets / tokens,
        reading.marks / tokens,
        log1p(reading.dollars),
        log1p(reading.questions),
        reading.commas / tokens,
        reading.quotes / tokens,
        reading.capitals / words,
        len(set(reading.words)) / sqrt(words),
        min(reading.options, _MANY_OPTIONS) / _MANY_OPTIONS,
        float(reading.options > 1),
        log1p(reading.latex),
        log1p(reading.stem_characters),
        reading.stem_characters / seen,
        log1p(words / (sentences + 1)),
        reading.strange,
        float(reading.has_blank),
        float(reading.ends_with_question),
        float(reading.has_code),
        log1p(reading.indented),
        *map(log1p, groups),
        *(group / words for group in groups),
        *reading.phrasing,
    ]
