"""The difficulty of each kind of task, and what makes a task harder or easier than its kind.

The weights are set by hand, on the scale of log-odds that a cheap model's answer is wrong; for most
of these kinds there are no outcomes (docs/routing.md). They are separate from everything that was
learned, and a test checks them with labelled tasks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from pricing.recommendations.routing.offered_tools import OfferedTools
from pricing.recommendations.routing.reading import TaskFeatures

#: The difficulty of a plain task of each kind.
LEVELS: Mapping[str, float] = {
    "extraction": -1.8,
    "classification": -2.0,
    "conversion": -1.8,
    "translation": -1.4,
    "summarising": -0.5,
    "rewriting": -2.0,
    "question answering": -1.6,
    "multiple choice": -0.2,
    "calculation": -0.8,
    "maths": 0.8,
    "logic puzzle": 0.8,
    "code generation": -0.1,
    "code reading": -0.2,
    "tests": -0.2,
    "review": 0.0,
    "debugging": 0.0,
    "refactoring": 0.0,
    "architecture": 1.0,
    "data analysis": 0.0,
    "planning": 0.7,
    "security": 0.9,
    "expert analysis": 0.8,
    "tool use": -0.3,
    "writing": -0.6,
    "unknown": -0.4,
}


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand of a task: name, meaning, and its weight for the first cue and for each further."""

    name: str
    meaning: str
    first: float
    more: float
    cues: str


DEMANDS = (
    Demand(
        "causes are unknown",
        "asks for the cause of something seen, not for a known fix",
        0.8,
        0.3,
        "root cause, root causes, race condition, race conditions, deadlock, intermittent,"
        " intermittently, memory leak, find out, work out, how this, once or, sometimes, why our,"
        " diagnose, out of, dropped, heisenbug, corrupts, corrupted, nondeterministic, only in,"
        " under load, not in",
    ),
    Demand(
        "systems interact",
        "several machines, services or copies act on each other",
        0.7,
        0.3,
        "distributed, concurrency, concurrent, consensus, replication, replicated, replicas,"
        " consistency, exactly once, idempotent, idempotency, microservices, failover, lock free,"
        " availability, sharding, multi region, multi tenant, eventual, partition, late arrivals,"
        " retries, transactions, isolation, quorum, zones, workers",
    ),
    Demand(
        "has to be argued",
        "wants trade-offs weighed or a conclusion defended",
        0.8,
        0.3,
        "trade offs, trade off, tradeoffs, justify, argue, defend, weigh, recommend, assumptions,"
        " counter arguments, counterexample, pros and, implications, explain why, objections,"
        " prove, proof, derive, critique, evaluate, risks, position",
    ),
    Demand(
        "is designed, not looked up",
        "wants something designed or planned as a whole",
        0.7,
        0.2,
        "design, designing, architect, architecture, plan, migrate, migration, strategy, roadmap,"
        " framework, end to, propose a, propose, from scratch, without downtime, zero downtime,"
        " rollback, system",
    ),
    Demand(
        "stakes are high",
        "security, law, money or safety depend on it",
        0.5,
        0.2,
        "security, vulnerabilities, attack, attacks, threat, gdpr, legal, compliance, contract,"
        " liability, regulator, audit, hipaa, fraud, safety, breach, terminate, lawsuit,"
        " damages, medical, production, finance",
    ),
    Demand(
        "spans much material",
        "a whole code base, many documents or a long period at once",
        0.5,
        0.2,
        "codebase, code base, monolith, entire, whole system, all services, across, months, years,"
        " entire codebase, manual, handbook, book, chapters, specification, legacy,"
        " correspondence, incident reports, large scale,"
        " events per, million",
    ),
    Demand(
        "one step",
        "a single, checkable step",
        -0.8,
        -0.2,
        "yes or, one line, one word, one sentence, single word, only the, just the, rename,"
        " synonym, synonyms, spelling, grammar, typo, typos, sentence, subject lines, formula,"
        " which flag, what does, what is, what are, convert, language of, label each, politely,"
        " keywords, title, indentation, shorter",
    ),
    Demand(
        "known pattern",
        "follows a pattern that is written down in many places",
        -0.4,
        -0.1,
        "crud, boilerplate, unit tests, faq, template, hello world, readme, docstring, docstrings,"
        " simple, basic, small, short, standard, example, getting started",
    ),
)
_TABLE: Mapping[str, tuple[int, ...]] = {
    cue: tuple(number for number, demand in enumerate(DEMANDS) if cue in demand.cues.split(", "))
    for demand in DEMANDS
    for cue in demand.cues.split(", ")
}
_MORE_LIMIT = 3


def demands(reading: TaskFeatures) -> list[tuple[Demand, float]]:
    """Return a task's demands with their weights, in the order of DEMANDS."""
    words = reading.edges()
    counts = [0] * len(DEMANDS)
    for cue in {*words, *map(" ".join, pairwise(words))}:
        for number in _TABLE.get(cue, ()):
            counts[number] += 1
    return [
        (demand, demand.first + demand.more * min(count - 1, _MORE_LIMIT))
        for demand, count in zip(DEMANDS, counts, strict=True)
        if count
    ]


_NO_TOOL_FITS = Demand(
    "no offered tool fits",
    "the request shares few words with the tools offered; a cheap model calls one anyway",
    1.6,
    0.0,
    "",
)
_TOOL_DOUBTFUL = Demand(
    "offered tools fit loosely",
    "part of the request is not in the words of the tools offered",
    0.6,
    0.0,
    "",
)
_SEVERAL_CALLS = Demand(
    "several calls", "the request lists more than one thing to do with the tools", 0.4, 0.2, ""
)
_FEW_SHARED, _SOME_SHARED = 0.15, 0.35
_JOINING = frozenset(["and", "also", "both", "each", "respectively", "then"])


def tool_demands(tools: OfferedTools, reading: TaskFeatures) -> list[tuple[Demand, float]]:
    """Return the demands on the tools that a task offers, with their weights."""
    if not tools.count:
        return []
    found = []
    if tools.match < _FEW_SHARED:
        found.append((_NO_TOOL_FITS, _NO_TOOL_FITS.first))
    elif tools.match < _SOME_SHARED:
        found.append((_TOOL_DOUBTFUL, _TOOL_DOUBTFUL.first))
    joined = sum(word in _JOINING for word in reading.edges())
    if joined > 1:
        more = _SEVERAL_CALLS.more * min(joined - 2, _MORE_LIMIT)
        found.append((_SEVERAL_CALLS, _SEVERAL_CALLS.first + more))
    return found
