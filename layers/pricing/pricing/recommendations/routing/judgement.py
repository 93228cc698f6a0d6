"""What a request asks for, judged by rules: the kind of work, and how demanding it is.

Only the instruction is read for cues, and no kind is decided by one of them: a cue that names a
mechanical step counts in full only with material to apply it to, or with a second cue. The weights
are log-odds that a cheap model is wrong, set by hand (``kind_cues``, ``demand_cues``), and limited
as a whole.
"""

import re
from dataclasses import replace
from typing import Literal

from pricing.recommendations.routing.demand_cues import DEMANDS
from pricing.recommendations.routing.features import VOCABULARY
from pricing.recommendations.routing.instruction import LONGEST, Instruction, instruction_of
from pricing.recommendations.routing.kind_cues import KINDS
from pricing.recommendations.routing.lexicon import (
    ENGLISH,
    UNREAD,
    cues_of,
    fold,
    language_of,
    languages_of,
)
from pricing.recommendations.routing.reading import TaskFeatures
from pricing.recommendations.routing.request import (
    LOOK_UP,
    SEVERAL_PARTS,
    STRONG,
    Request,
    names_a_step,
    read_request,
)
from pricing.recommendations.routing.structure import UNSTRUCTURED, Structure
from pricing.values import immutable

UNKNOWN = "unknown"
#: ``exam``: a form of which outcomes are known. ``bare``: a question or statement that says
#: neither what to do nor whose affair it is. ``question``: one whose words make demands or ask what
#: to do, but not in whose affair. ``tools``: one that offers tools. ``request``: all others.
Form = Literal["exam", "bare", "question", "request", "tools"]
#: The most that everything judged together moves the score, either way.
LIMIT = 2.5
#: A kind is sure from this weight on. Of an unsure mechanical kind, or one with demands, a share
#: of the level counts, and nothing of it if the demands weigh this much.
_SURE, _UNSURE_SHARE = 3.0, 0.4
_RAISED, _OVERRULED = 0.7, 1.2
#: What demands count with given material, and these subjects in something of a known form.
_DAMPED, _IN_A_KNOWN_FORM = 0.4, 0.7
_SUBJECTS = ("stakes are high", "expert subject", "people are at odds")
_FURTHER = 3
_SMALL_TALK, _SMALL_TALK_WORDS = "small talk", 8
#: The characters by which the language is recognised.
_LANGUAGE_FROM = 1200


@immutable
class Signal:
    """A recognised property of a task, in words that never quote it, and its weight.

    Weights are log-odds that a cheap model is wrong: positive ones make the task harder.
    """

    name: str
    value: str
    weight: float


@immutable
class Judgement:
    """A request as the rules read it.

    ``mechanical`` is whether it is one step on given material, of ``material`` characters.
    ``understood`` is whether its language is read, or its request recognised in spite of that;
    ``recognised`` is whether any request is. ``english`` is whether what was learned from English
    exam questions says something about it.
    """

    kind: str
    form: Form
    signals: tuple[Signal, ...]
    mechanical: bool = False
    understood: bool = True
    recognised: bool = True
    english: bool = True
    material: int = 0

    @property
    def score(self) -> float:
        """The sum of the weights, within the limit."""
        return max(-LIMIT, min(LIMIT, sum(signal.weight for signal in self.signals)))


def judge(
    task: str, reading: TaskFeatures, system: str = "", structure: Structure = UNSTRUCTURED
) -> Judgement:
    """Judge a task; ``reading`` is of the same text, with the tools that are offered.

    A system prompt that opens with one mechanical step is the instruction, and the task is the
    material, unless the task itself asks for something to make, or what to do. A text that asks for
    nothing, with a schema for the answer, is what the answer is extracted from.
    """
    head = fold(task[:_LANGUAGE_FROM])
    languages = languages_of(head)
    language = next(iter(languages), UNREAD)
    # A few words may be of two languages that are alike: then the cues of all count.
    read_as = language if len(languages) == 1 else UNREAD
    cues = cues_of(read_as)
    exam = None if structure.answer_fields else _exam_form(reading, fold(task[-_LAST:]))
    prose = exam in _PROSE and not _has_formulas(reading)
    if exam is not None and not (prose and cues_of(read_as, _SELF).found(head)):
        return Judgement(exam, "exam", (Signal("kind of work", exam, KINDS[exam].level),))
    if reading.has_code and _STUB.search(task) is not None:
        made = "code generation"
        return Judgement(made, "request", (Signal("kind of work", made, KINDS[made].level),))
    instruction = instruction_of(task, lambda lead: names_a_step(fold(lead), cues))
    request = read_request(fold(instruction.text), cues, alone=not instruction.material)
    if system and request.acts.isdisjoint(("make", "open", "howto")):
        fixed = _fixed_step(fold(system[:LONGEST]))
        if fixed is not None:
            request, instruction = fixed, Instruction(system, len(task))
    kind, weight = _kind_of(request, reading)
    if kind == UNKNOWN and structure.answer_fields and not (request.acts or request.question):
        kind, weight, instruction = "extraction", _SURE, Instruction(task, len(task))
    raised = _demands(request, mechanical=_is_mechanical(kind))
    harder = sum(signal.weight for signal in raised if signal.weight > 0)
    kind, level = _level_of(kind, weight, harder, request, instruction)
    mechanical = _is_mechanical(kind)
    if mechanical and instruction.material:
        raised = [replace(s, weight=s.weight * (_DAMPED if s.weight > 0 else 1)) for s in raised]
    raised += _manner(request, kind, harder, instruction, code=reading.has_code)
    raised += _extent(request, instruction, mechanical=mechanical)
    raised += _tool_signals(reading, request, english=language == ENGLISH)
    raised += _structure_signals(structure)
    recognised = kind != UNKNOWN or bool(request.acts) or harder > 0
    meaning = "not recognised" if kind == UNKNOWN else kind
    return Judgement(
        kind=kind,
        form=_form(
            kind,
            request,
            reading,
            alone=language == ENGLISH and (instruction.names_only or not instruction.material),
            harder=harder > 0,
        ),
        signals=(
            Signal("kind of work", meaning, round(level, 4)),
            *(replace(signal, weight=round(signal.weight, 4)) for signal in raised),
        ),
        mechanical=mechanical,
        understood=language != UNREAD or recognised,
        recognised=recognised,
        english=language == ENGLISH,
        material=instruction.material,
    )


def _is_mechanical(kind: str) -> bool:
    return kind in KINDS and KINDS[kind].mechanical


def _level_of(
    kind: str, weight: float, harder: float, request: Request, instruction: Instruction
) -> tuple[str, float]:
    """Return the kind, and its plain difficulty; ``harder`` is what the demands weigh."""
    level = KINDS[kind].level if kind in KINDS else 0.0
    if _is_mechanical(kind) and not instruction.material:
        if "open" in request.acts:
            # What to do about a situation is not a step, whatever word of a step is in it.
            return UNKNOWN, 0.0
        if weight < _SURE or harder >= _RAISED:
            level *= 0.0 if harder >= _OVERRULED else _UNSURE_SHARE
    elif kind == "tool use" and (harder >= _RAISED or "open" in request.acts or _is_work(request)):
        level *= _UNSURE_SHARE  # to find something out is not a call
    return kind, level


def _is_work(request: Request) -> bool:
    """Return whether a request that offers tools names work that takes many calls."""
    return any(request.weights.get(kind, 0.0) >= _NAMED for kind in _MANY_CALLS)


_MANY_CALLS = ("debugging", "refactoring", "planning", "architecture", "security")
_NAMED = 1.0


def _extent(request: Request, instruction: Instruction, *, mechanical: bool) -> list[Signal]:
    """Return what the number of parts, the conditions and the length add."""
    signals = []
    if mechanical and len(request.parts) + request.joined > 1 and request.words > SEVERAL_PARTS:
        signals.append(Signal("several parts", "asks for more than one thing", _PARTS))
    elif not mechanical:
        signals += _scope(request, instruction)
    if _PAGES.search(request.text):
        signals.append(Signal("long document", "many pages, which have to agree", 1.3))
    return signals


#: Code alone that ends where a body is missing: after its documentation, a colon or a brace.
_STUB = re.compile(
    r"\A\s*(?:```\w*\s*)?(?:from|import|def|class|fn|func|function|public|private|export|async|@\w)\b"
    r"(?s:.*)(?:\"\"\"|'''|\*/|:|\{)\s*(?:```\s*)?\Z"
)


def _fixed_step(system: str) -> Request | None:
    """Return the request of a folded system prompt whose first sentence is one mechanical step."""
    first = _ROLE.sub("", _SENTENCE_END.split(system, maxsplit=1)[0])
    cues = cues_of(language_of(system))
    return read_request(system, cues, alone=False) if names_a_step(first, cues) else None


#: How a system prompt introduces the program before it says what it does.
_ROLE = re.compile(
    r"^\W*(?:you are|du bist|sie sind|tu es|vous etes|eres|voce e|tu es)\b[^.,]{0,60}?"
    r"\b(?:that|which|who|der|die|das|qui|que)\b"
)
_SENTENCE_END = re.compile("[.!\u3002\n]")


def _kind_of(request: Request, reading: TaskFeatures) -> tuple[str, float]:
    """Return the kind of work and its weight: by its cues, and by what else the text has."""
    weights = dict(request.weights)
    if reading.tools.count:
        weights["tool use"] = weights.get("tool use", 0.0) + 8.0
    if reading.has_code:
        for kind, weight in _WITH_CODE.items():
            weights[kind] = weights.get(kind, 0.0) + weight
    else:
        subject = len(_MATHEMATICS.intersection(reading.words)) / 2
        weights["maths"] = weights.get("maths", 0.0) + subject
    if request.words > _SMALL_TALK_WORDS:
        weights.pop(_SMALL_TALK, None)
    kind, best = max(weights.items(), key=lambda item: (item[1], item[0]))
    fact = kind in (LOOK_UP, "calculation")
    if best < STRONG or (fact and not request.acts.isdisjoint(("open", "make"))):
        return UNKNOWN, 0.0
    if kind == LOOK_UP and not request.question and request.words > _SHORT_QUESTION:
        return UNKNOWN, 0.0
    if kind == LOOK_UP and request.own and (request.told or request.supposed):
        return UNKNOWN, 0.0  # what follows from one's own situation is not a fact to look up
    if kind == "debugging" and request.asks_why_in_general:
        return UNKNOWN, 0.0
    return kind, best


_WITH_CODE = {"code reading": 1.0, "debugging": 0.5, "refactoring": 0.5, "tests": 0.5}


#: A longer text that asks nothing and comes to an end is an order; one without an end is a
#: statement to complete.
_STATEMENT, _ENDS = 20, (".", "!", ":")
_EXAM_KINDS = (LOOK_UP, "multiple choice", "calculation", "maths", "logic puzzle")


def _form(kind: str, request: Request, reading: TaskFeatures, *, alone: bool, harder: bool) -> Form:
    """Return the form of what is not an exam.

    ``alone`` is plain English without material, ``harder`` whether there are demands.
    """
    if reading.tools.count:
        return "tools"
    if request.own or not alone:
        return "request"
    long = not request.question and request.words > _STATEMENT
    told = kind == UNKNOWN and long and request.text.rstrip().endswith(_ENDS)
    argued = kind == UNKNOWN and request.yes_no and request.conditions > 0
    if kind not in (*_EXAM_KINDS, UNKNOWN) or told or argued:
        return "request"
    if request.acts:
        return "question" if request.question else "request"
    return "question" if harder else "bare"


def _demands(request: Request, *, mechanical: bool) -> list[Signal]:
    """Return the demands of a request, in the order of the lexicon.

    Of a mechanical one those count that are in the sentences that ask.
    """
    found = request.asked if mechanical else request.found
    known = "make" in request.acts and "open" not in request.acts
    signals = []
    for name, rule in DEMANDS.items():
        if count := len(found.get(("demand", name), ())):
            weight = rule.first + rule.more * min(count - 1, _FURTHER)
            if known and weight > 0:
                weight *= _DAMPED if name in _SUBJECTS else _IN_A_KNOWN_FORM
            signals.append(Signal(name, rule.meaning, weight))
    return signals


def _manner(
    request: Request, kind: str, harder: float, instruction: Instruction, *, code: bool
) -> list[Signal]:
    """Return what the way of asking adds."""
    if request.asks_why_in_general and not harder:
        return []
    if "open" in request.acts:
        meaning = "asks what to do or whether something holds, not for a fact"
        about = request.told or (code and instruction.material)
        return [Signal("open question", meaning, _OPEN_ABOUT if about else _OPEN)]
    if kind == "tool use":
        one = request.sentences == 1 and not (harder or request.is_list or _is_work(request))
        return [Signal("plain step", "one thing to do", _ONE_CALL)] if one else []
    if kind not in (UNKNOWN, "code reading"):
        return []
    if "step" in request.acts and "make" not in request.acts:
        several = request.joined + request.conditions > 0 and request.words > SEVERAL_PARTS
        sure = harder < _RAISED and not several and not code
        meaning = "one thing to do, not something to make"
        return [Signal("plain step", meaning, _STEP if sure else _STEP * _UNSURE_SHARE)]
    plain = None if harder else _plain(request, kind, instruction, code=code)
    return [] if plain is None else [Signal("nothing hard", plain, _PLAIN)]


def _plain(request: Request, kind: str, instruction: Instruction, *, code: bool) -> str | None:
    """Return why a request without demands looks easy, or None."""
    if "howto" in request.acts:
        return "asks for a known way to do something"
    if kind != UNKNOWN or "make" in request.acts:
        return None
    if request.is_fact and request.words <= _SHORT_QUESTION:
        return "asks for a fact"
    short = 0 < instruction.material < _SHORT_MATERIAL and request.words <= _SHORT_REQUEST
    if short and request.sentences == 1 and not code:
        return "a short request about a few words"
    few = request.words <= _TINY and not request.acts
    return "a few words that ask for no work" if few else None


#: The weights of an open question, alone and about a situation, and of plain requests.
_OPEN, _OPEN_ABOUT, _STEP, _PLAIN, _TINY = 0.65, 1.15, -1.1, -0.9, 4
_ONE_CALL, _SHORT_QUESTION, _PARTS = -0.8, 25, 1.5
_SHORT_MATERIAL, _SHORT_REQUEST = 300, 14


def _scope(request: Request, instruction: Instruction) -> list[Signal]:
    """Return what the conditions, the length and the material of a request add."""
    signals = []
    if request.conditions > 1:
        weight = min(_CONDITIONS_LIMIT, _CONDITION * (request.conditions - 1))
        signals.append(Signal("several conditions", "have to be met together", weight))
    if request.words > _LONG_REQUEST or request.sentences >= _MANY_SENTENCES:
        signals.append(Signal("long instruction", "asks for much at once", 0.3))
    if instruction.material > _MUCH:
        signals.append(Signal("much material", "has to be understood as a whole", 0.4))
    return signals


_PAGES = re.compile(r"\b\d{2,}[- ]?(?:pages?|seit|pagin)|\d{2,} ?(?:ページ|页)")
_CONDITION, _CONDITIONS_LIMIT = 0.3, 1.2
_LONG_REQUEST, _MANY_SENTENCES, _MUCH = 60, 5, 4000


def _exam_form(reading: TaskFeatures, end: str) -> str | None:
    """Return the kind of a text in the form of an exam question, of which outcomes are known.

    ``end`` is the folded end of the text, where a calculation asks for a figure.
    """
    mathematics = _has_formulas(reading) or _is_mathematical(reading)
    asks = reading.ends_with_question or _ANSWER_IN_A_FORM.search(end) is not None
    story = not reading.has_code and len(reading.numbers) >= _NUMBERS
    story = story and len(reading.words) >= _STORY
    forms = (
        ("multiple choice", reading.options >= _OPTIONS),
        ("logic puzzle", not _CLUES.isdisjoint(reading.words)),
        ("maths", mathematics and (reading.latex or not reading.has_code)),
        ("calculation", story and asks and _FIGURE.search(end) is not None),
        ("code reading", reading.has_code and "assert" in reading.words),
    )
    return None if reading.tools.count else next((kind for kind, has in forms if has), None)


def _has_formulas(reading: TaskFeatures) -> bool:
    return reading.latex > 0 or reading.formulas >= _DOLLARS


def _is_mathematical(reading: TaskFeatures) -> bool:
    return len(_MATHEMATICS.intersection(reading.words)) >= _SUBJECT


_OPTIONS, _DOLLARS, _NUMBERS, _STORY, _SUBJECT = 3, 2, 2, 10, 3
#: Kinds that are also written about in prose: not read by form from a writer who says "we", unless
#: there are formulas.
_PROSE = ("calculation", "maths")
_SELF = ("self", "")
_LAST = 200
_FIGURE = re.compile(
    r"(?=[hwfcqい多几])"  # the first letters of all that follows, which are quick to look for
    r"(?:\bhow (?:many|much|long|far|old|fast|tall|often)"
    r"|\bwhat (?:is|was|are|were|will|would)\b(?! you\b)"
    r"|\bwhat (?:percent|fraction)|\bfind\b|calculate|\bwie ?viel|\bcombien|\bcuant|\bquant"
    r"|いくつ|いくら|多少|几)"
)
#: After its question, how a figure has to be given, or what a term in it means.
_ANSWER_IN_A_FORM = re.compile(
    r"\?\s*\([^?]*\)\W*$|\b(?:express|give|write|round|state) (?:your|the) (?:final )?answer\b"
)
_CLUES = frozenset(["clue", "clues", "premises"])
_MATHEMATICS = frozenset(VOCABULARY["mathematics"].split()) - frozenset(
    ["function", "series", "set", "group", "field", "ring", "real", "graph", "positive", "root"]
)
_FEW_SHARED, _SOME_SHARED = 0.15, 0.35


#: From so many fields, and deeper than so many levels, structure is easily got wrong.
_MANY_FIELDS, _VERY_MANY_FIELDS, _DEEP = 12, 30, 2
_FIELDS, _MORE_FIELDS, _LEVELS = 0.3, 0.2, 0.1


def _structure_signals(structure: Structure) -> list[Signal]:
    """Return what the structure of the answer or of a tool's arguments adds: at most 0.6."""
    fields = max(structure.answer_fields, structure.tool_fields)
    weight = _FIELDS * (fields >= _MANY_FIELDS) + _MORE_FIELDS * (fields >= _VERY_MANY_FIELDS)
    weight += _LEVELS * (structure.depth > _DEEP)
    meaning = "many or nested fields have to be filled in as a schema says"
    return [Signal("much structure", meaning, weight)] if weight else []


def _tool_signals(reading: TaskFeatures, request: Request, *, english: bool) -> list[Signal]:
    """Return the demands on the tools that a task offers.

    Whether they fit is compared by words, so only for requests in English.
    """
    if not reading.tools.count:
        return []
    signals = []
    if english and reading.tools.match < _FEW_SHARED:
        meaning = "the request shares few words with the tools; a cheap model calls one anyway"
        signals.append(Signal("no offered tool fits", meaning, 0.6))
    elif english and reading.tools.match < _SOME_SHARED:
        meaning = "part of the request is not in the words of the tools offered"
        signals.append(Signal("offered tools fit loosely", meaning, 0.25))
    if request.joined > 1:
        weight = 0.4 + 0.1 * min(request.joined - 2, _FURTHER)
        signals.append(Signal("several calls", "lists more than one thing to do", weight))
    return signals
