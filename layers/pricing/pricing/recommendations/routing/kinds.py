"""The kind of work that a task asks for, recognised by its words and its shape.

Each kind has cues: words and word pairs with a weight. A cue counts once, and more among the first
words, where instructions are. Shapes (answer options, code, the numbers of a problem) count too.
The kind with the largest weight wins; its lead over the next one is the confidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from pricing.recommendations.routing.features import VOCABULARY
from pricing.recommendations.routing.reading import TaskFeatures

UNKNOWN = "unknown"

#: Cues of weight 2 name the work, cues of weight 1 hint at it. Two words are a pair in that order.
_STRONG = 2.0
_WEAK = 1.0
_STRONG_CUES: Mapping[str, str] = {
    "extraction": (
        "extract, extracting, pull all, pull out, parse out, find all, list all, collect all,"
        " find the, return it, lowercase, uppercase"
    ),
    "classification": (
        "classify, classifying, categorize, categorise, label, tag, sentiment, spam, detect the,"
        " moderate this, is this, which category, route this, triage, positive or, yes or"
    ),
    "conversion": (
        "convert, converting, reformat, format this, format the, normalize, normalise, turn this,"
        " turn these, into json, to json, into csv, to csv, to yaml, fahrenheit to, in celsius"
    ),
    "translation": "translate, translating, translation, localise, localize",
    "summarising": (
        "summarize, summarise, summary, summarizing, summarising, tldr, condense, key points,"
        " bullet points, main points, minutes of, digest"
    ),
    "rewriting": (
        "rewrite, rephrase, paraphrase, proofread, spelling, grammar, shorten, make this,"
        " synonym, synonyms, more formal, friendlier, polish, past tense, present tense,"
        " typo, typos, rename"
    ),
    "question answering": (
        "who was, who is, who wrote, when did, when was, where is, what year, define"
    ),
    "multiple choice": "which of, all of, none of, following is, following statements",
    "calculation": (
        "how much, how many, altogether, total cost, calculate, in total, what percentage"
    ),
    "maths": (
        "prove, proof, theorem, lemma, polynomial, integral, derivative, derive, eigenvalue,"
        " modulo, equation, inequality, converges, posterior, closed form, real numbers,"
        " complex numbers, positive integers, positive integer"
    ),
    "logic puzzle": "puzzle, riddle, logically, deduce, zebra, sudoku, knights and",
    "code generation": (
        "implement, implementing, python function, a function, write code, program, programme,"
        " code that, script that, a script, sql query, a query, regex, regular expression,"
        " endpoint, component, workflow, a class, cli, crud, boilerplate, dockerfile,"
        " docker compose,"
        " sql, react, http client, webhook, terraform, parser, matplotlib, api client,"
        " backend, frontend,"
        " a form, algorithm, binary search, typed"
    ),
    "code reading": (
        "assertion, output when, what does this, given code, provided code, explain this,"
        " executing the, this code, this snippet, this script"
    ),
    "tests": (
        "write tests, unit tests, pytest, jest, test cases, integration tests, write unit,"
        " test suite, edge cases, test coverage, add tests, mock"
    ),
    "review": "review, code review, pull request, feedback on, critique, this diff, merging",
    "debugging": (
        "debug, debugging, bug, bugs, fails with, error, exception, traceback, crash, crashes,"
        " stack trace, race condition, deadlock, memory leak, leak, root cause, root causes,"
        " regression, flaky, hangs, intermittent, intermittently, segfault, why does, troubleshoot,"
        " troubleshooting, not working, diagnose, diagnosing, out of, under load,"
        " work out, find out,"
        " dropped"
    ),
    "refactoring": (
        "refactor, refactoring, restructure, clean up, deduplicate, simplify this, port this"
    ),
    "architecture": (
        "architecture, architect, design a, design an, design the, designing a, designing an,"
        " system design, database schema, a schema, data model, scalable, microservices,"
        " layering, module structure, codebase, entire codebase, event driven,"
        " multi tenant, trade offs, tradeoffs, high availability"
    ),
    "data analysis": (
        "dataset, dashboard, cohort, retention, churn, regression model, causal, correlation,"
        " pandas, analyse, analyze, statistical, forecast, a b, ab test, median, spreadsheet, excel"
    ),
    "planning": (
        "migrate, migration, roadmap, rollout, rollback, plan the, plan a, strategy,"
        " without downtime,"
        " step plan, project plan, cutover, phased"
    ),
    "security": (
        "security, vulnerability, vulnerabilities, threat model, penetration, exploit, attack,"
        " attacks, oauth, injection, cve, hardening, audit"
    ),
    "expert analysis": (
        "gdpr, legal, legal memo, legal analysis, clause, liability, compliance,"
        " regulator, diagnosis, differential diagnosis,"
        " settlement, due diligence, position paper, policy paper, evidence from, litigation,"
        " valuation, plaintiff, defendant"
    ),
    "tool use": (
        "available tools, available functions, function call, tool call, call the, use the tool"
    ),
    "writing": (
        "blog post, essay, story, poem, email to, an email, draft a, draft an,"
        " subject lines, subject line, announcement, newsletter, advertisement, press release,"
        " product description, cover letter, speech, caption, slogan, commit message, tell the,"
        " reply to, marketing copy, release notes, checklist, job posting, biography"
    ),
}
_WEAK_CUES: Mapping[str, str] = {
    "extraction": "fields, names, dates, amounts, entities, invoice, json, emails",
    "classification": "category, categories, ticket, tickets, priority, negative, neutral, intent",
    "conversion": "celsius, json, csv, yaml, xml, units, timezone, markdown, cron, indentation",
    "translation": "german, french, spanish, english, italian, japanese, chinese, language, formal",
    "summarising": "bullets, report, transcript, meeting, article, minutes, overview, paragraphs",
    "rewriting": "sentence, shorter, clearer, tone, formal, wording, correct, fix",
    "question answering": (
        "what is, what are, what does, how do, how does, how long, which, who, when,"
        " where, does, mean"
    ),
    "calculation": "each, per, total, left, more, twice, half, percent, remaining, cost, average",
    "maths": (
        "integer, integers, triangle, circle, probability, matrix, vector, function, sequence,"
        " roots, angle, sum, product, divisible, prime, sqrt, frac, mathbb"
    ),
    "logic puzzle": "houses, lives, person, left, right, neighbor, neighbour, either, statements",
    "code generation": (
        "python, javascript, typescript, java, golang, rust, sql, bash, powershell, api, function,"
        " class, list, string, return, array, write, build, generate, client, types, add, pipeline"
    ),
    "code reading": "python, assert, literal, snippet, code, output, function",
    "tests": "tests, test, edge, coverage, assert, fixtures",
    "review": "diff, merge, comments, change, improve, point",
    "debugging": (
        "fix, fails, failing, issue, wrong, broken, logs, log, trace, traces, cause, slow, twice,"
        " why, unexpected, memory, latency, drops, heap"
    ),
    "refactoring": "cleaner, readable, separate, behaviour, behavior, extract, duplicate, legacy",
    "architecture": (
        "design, designing, system, distributed, consistency, scale, service, services, schema,"
        " database, tenants, throughput, availability, requirements, cache, queue, pipeline"
    ),
    "data analysis": "data, table, metrics, model, conversion, revenue, trend, distribution, mean",
    "planning": "plan, steps, risks, timeline, phases, downtime, team, milestones, verify",
    "security": "token, tokens, authorization, authentication, session, attacker, permissions",
    "expert analysis": (
        "court, statute, patient, clinical, treatment, argument, arguments, evidence, risks,"
        " claims, policy, agreement, dispute, tort, negligence, symptoms"
    ),
    "tool use": "parameters, function, functions, tool, tools, arguments, required, call",
    "writing": (
        "write a, write an, tone, audience, friendly, words, write, draft, post, letter,"
        " customers, politely"
    ),
}


@dataclass(frozen=True, slots=True)
class KindReading:
    """A task's kind, its lead over the next one (0 to 1), and the weight of its cues."""

    kind: str
    clarity: float
    weight: float
    runner_up: str


def _table(
    strong: Mapping[str, str], weak: Mapping[str, str]
) -> dict[str, list[tuple[str, float]]]:
    table: dict[str, list[tuple[str, float]]] = {}
    for cues, weight in ((strong, _STRONG), (weak, _WEAK)):
        for kind, listed in cues.items():
            for cue in listed.split(", "):
                table.setdefault(cue, []).append((kind, weight))
    return table


_CUES = _table(_STRONG_CUES, _WEAK_CUES)
KINDS = tuple(dict.fromkeys([*_STRONG_CUES]))
#: The weight of a cue among the first words, which are the instruction, relative to elsewhere.
_FIRST = 2.0
_WEAK_LIMIT = 4.0


def read_kind(reading: TaskFeatures) -> KindReading:
    """Return the kind of a task, or UNKNOWN if no cue is strong enough."""
    words = reading.edges()
    weights: dict[str, float] = {}
    hints: dict[str, float] = {}
    seen: set[str] = set()
    opening = set(words[:2])
    for cue in (*words, *map(" ".join, pairwise(words))):
        if cue in seen or cue not in _CUES:
            continue
        seen.add(cue)
        factor = _FIRST if cue.partition(" ")[0] in opening else 1.0
        for kind, weight in _CUES[cue]:
            if weight == _STRONG:
                weights[kind] = weights.get(kind, 0.0) + weight * factor
            else:
                hints[kind] = min(_WEAK_LIMIT, hints.get(kind, 0.0) + weight)
    for kind, hint in hints.items():
        weights[kind] = weights.get(kind, 0.0) + hint / 2
    for kind, weight in _shapes(reading).items():
        weights[kind] = weights.get(kind, 0.0) + weight
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < _STRONG:
        return KindReading(UNKNOWN, 0.0, ranked[0][1] if ranked else 0.0, UNKNOWN)
    kind, best = ranked[0]
    runner_up, next_best = ranked[1] if len(ranked) > 1 else (UNKNOWN, 0.0)
    return KindReading(kind, (best - next_best) / best, best, runner_up)


def _shapes(reading: TaskFeatures) -> dict[str, float]:
    """Return what the form of a text adds to the weights of kinds."""
    weights: dict[str, float] = {}
    if reading.options >= _OPTIONS:
        weights["multiple choice"] = 6.0
    if reading.tools.count:
        weights["tool use"] = 8.0
    vocabulary = set(reading.words)
    if reading.latex or (reading.dollars >= _DOLLARS and not reading.has_code):
        weights["maths"] = 4.0
    elif not reading.has_code:
        weights["maths"] = float(len(vocabulary & _MATHEMATICS))
    if vocabulary & _CLUES:
        weights["logic puzzle"] = 5.0
    if reading.has_code:
        weights["code reading"] = 1.0
        weights["debugging"] = weights["refactoring"] = weights["tests"] = 0.5
    if len(reading.numbers) >= _NUMBERS and not reading.has_code and reading.ends_with_question:
        weights["calculation"] = 2.5
    asks = reading.ends_with_question or (reading.words[:1] and reading.words[0] in _ASKING)
    if asks and 1 < len(reading.words) <= _SHORT:
        weights["question answering"] = 2.5
    return weights


_OPTIONS, _DOLLARS, _NUMBERS, _SHORT = 3, 2, 2, 25
_ASKING = frozenset(["what", "which", "who", "whose", "when", "where", "how", "is", "are", "does"])
_CLUES = frozenset(["clue", "clues", "premises"])
_MATHEMATICS = frozenset(VOCABULARY["mathematics"].split()) - frozenset(
    ["function", "series", "set", "group", "field", "ring", "real", "graph", "positive", "root"]
)
