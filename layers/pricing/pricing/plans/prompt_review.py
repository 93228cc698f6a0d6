"""Compare two prompts for the same purpose, and find what a prompt could do without.

Findings are courtesies, repeated blocks, open questions that get prose, and a history that is not
cached. Each is priced by pricing the prompt again without it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from pricing.estimates.estimate import Pricer
from pricing.estimates.inputs import CallInput, PromptInput, rules_of
from pricing.money import multiply, percent_of, subtract
from pricing.plans.workloads import CallGroup, PlanWorkload, plan_workload
from pricing.tokens.estimator import estimate_features, features_of
from pricing.tokens.prompts import Prompt, ReadPrompt, count_prompt
from pricing.usage.buckets import Usage
from pricing.values import immutable

FindingKind = Literal["politeness", "repeated_block", "prose_instead_of_schema", "uncached_history"]

#: A common rule of thumb, shown next to the real count.
_CHARACTERS_PER_TOKEN = 4

#: A conversation has at least a question, an answer and the next question.
_TURNS = 3

#: Shorter blocks, such as headings and closing braces, may well occur twice.
MIN_BLOCK_CHARACTERS = 40

_MAX_EXAMPLES = 5

_EXAMPLE_CHARACTERS = 60


@immutable
class RuleOfThumb:
    """The comparison at four characters per token, which is too low: docs/token-counting.md."""

    before_tokens: int
    """Tokens of the prompt ``before``."""
    after_tokens: int
    """Tokens of the prompt ``after``."""
    saves_percent: Decimal | None
    """Tokens saved as a percentage; null when ``before`` has none."""


@immutable
class PromptComparison:
    """One prompt in place of another."""

    before_tokens: int
    """Tokens of the prompt ``before``."""
    after_tokens: int
    """Tokens of the prompt ``after``."""
    saves_tokens: int
    """Tokens saved; negative when ``after`` is longer."""
    saves_percent: Decimal | None
    """Tokens saved as a percentage; null when ``before`` has none."""
    before_usd_per_call: Decimal
    """Cost of a call with ``before``."""
    after_usd_per_call: Decimal
    """Cost of a call with ``after``."""
    saves_usd_per_call: Decimal
    """Saving per call; negative when ``after`` costs more."""
    saves_usd_per_month: Decimal
    """Saving per month; negative when ``after`` costs more."""
    rule_of_thumb: RuleOfThumb | None
    """The same at four characters per token; null when a prompt is not text."""


@immutable
class PromptFinding:
    """Something that the prompt can do without, and what that saves.

    The saving is an estimate: the prompt is counted and priced again without it or, where an
    ``assumption`` is given, on that assumption.
    """

    kind: FindingKind
    """The kind of finding."""
    count: int
    """Number of occurrences."""
    examples: tuple[str, ...]
    """Some occurrences, shortened."""
    message: str
    """The finding as one sentence."""
    saves_input_tokens: int
    """Input tokens saved."""
    saves_output_tokens: int
    """Output tokens saved."""
    saves_usd_per_call: Decimal
    """Saving per call; negative when it costs more."""
    saves_usd_per_month: Decimal
    """Saving per month; negative when it costs more."""
    assumption: str | None
    """What the saving takes for granted; null when the tokens were counted."""
    workload: str
    """The name in ``workloads`` of the month without it."""


@immutable
class InspectionResult:
    """Findings, each with the workload of the prompt without it."""

    findings: tuple[PromptFinding, ...]
    workloads: tuple[PlanWorkload, ...]


def usage_on(pricer: Pricer, call: CallInput) -> Usage:
    """Return the usage of a prompt's call; raises InvalidRequest as counting does."""
    return call.counted_for(pricer.model).attempts[0].usage


def compare_prompts(
    pricer: Pricer, before: CallInput, after: CallInput, calls: int
) -> PromptComparison:
    """Count and price both; raises InvalidRequest as counting does."""
    first, second = usage_on(pricer, before), usage_on(pricer, after)
    costs = pricer.cost(first), pricer.cost(second)
    fewer = first.prompt_tokens - second.prompt_tokens
    saves = subtract(*costs)
    return PromptComparison(
        before_tokens=first.prompt_tokens,
        after_tokens=second.prompt_tokens,
        saves_tokens=fewer,
        saves_percent=percent_of(Decimal(fewer), Decimal(first.prompt_tokens)),
        before_usd_per_call=costs[0],
        after_usd_per_call=costs[1],
        saves_usd_per_call=saves,
        saves_usd_per_month=multiply(saves, Decimal(calls)),
        rule_of_thumb=_rule_of_thumb(before, after),
    )


def _rule_of_thumb(before: CallInput, after: CallInput) -> RuleOfThumb | None:
    if not isinstance(before, PromptInput) or not isinstance(after, PromptInput):
        return None
    first, second = (
        sum(map(len, ReadPrompt.of(call.prompt).texts)) // _CHARACTERS_PER_TOKEN
        for call in (before, after)
    )
    return RuleOfThumb(first, second, percent_of(Decimal(first - second), Decimal(first)))


def inspect_prompt(pricer: Pricer, call: CallInput, calls: int, share: Decimal) -> InspectionResult:
    """Return the findings on a prompt; none on a bare count. Raises InvalidRequest as counting."""
    if not isinstance(call, PromptInput):
        return InspectionResult((), ())
    usage = usage_on(pricer, call)
    texts = ReadPrompt.of(call.prompt).texts
    return Inspection(pricer, usage, calls, texts, share, _history(pricer, call.prompt)).findings()


def _history(pricer: Pricer, prompt: Prompt) -> int:
    """Return the tokens of all messages but the last; 0 if the prompt is not a conversation."""
    if isinstance(prompt.messages, str) or len(prompt.messages) < _TURNS:
        return 0
    earlier = replace(prompt, messages=prompt.messages[:-1], images=())
    return count_prompt(earlier, rules_of(pricer.model)).total.tokens


@immutable
class Padding:
    """Phrases or blocks that a prompt can do without: examples, and the texts without them."""

    count: int
    examples: tuple[str, ...]
    texts: tuple[str, ...]


@immutable
class Inspection:
    """A prompt's texts and usage, and the pricer and number of calls to price findings with."""

    pricer: Pricer
    usage: Usage
    calls: int
    texts: tuple[str, ...]
    structured_output_share: Decimal
    history: int = 0

    def findings(self) -> InspectionResult:
        """Return the findings that save something."""
        found = [pair for pair in self._all() if pair[0].saves_usd_per_call > 0]
        return InspectionResult(
            tuple(finding for finding, _ in found), tuple(workload for _, workload in found)
        )

    def _all(self) -> Iterator[tuple[PromptFinding, PlanWorkload]]:
        polite = courtesies(self.texts)
        if polite is not None:
            message = "Courtesies cost tokens and change nothing: state the request only."
            yield self._shorter("politeness", polite, message)
        repeated = repeated_blocks(self.texts)
        if repeated is not None:
            message = "The same block occurs more than once: send it once and refer to it."
            yield self._shorter("repeated_block", repeated, message)
        question = asks_for_prose(self.texts)
        if question is not None and self.usage.output:
            yield self._structured(question)
        if self.history and self.pricer.why_not_cached(self.history, marked=True) is None:
            yield self._cached()

    def _shorter(
        self, kind: FindingKind, padding: Padding, message: str
    ) -> tuple[PromptFinding, PlanWorkload]:
        saved = self._tokens(self.texts) - self._tokens(padding.texts)
        usage = replace(self.usage, input=max(self.usage.input - saved, 0))
        return self._finding(kind, usage, message, padding.examples, count=padding.count)

    def _structured(self, question: str) -> tuple[PromptFinding, PlanWorkload]:
        kept = multiply(self.structured_output_share, Decimal(self.usage.output))
        usage = replace(self.usage, output=int(kept.to_integral_value()))
        message = "An open question gets prose: name the fields of the answer in a schema."
        assumption = (
            f"Structured output is assumed to have {self.structured_output_share} of the tokens of"
            " prose (`structured_output_share`); measure your own."
        )
        return self._finding(
            "prose_instead_of_schema", usage, message, (question,), assumption=assumption
        )

    def _cached(self) -> tuple[PromptFinding, PlanWorkload]:
        usage = replace(self.usage, input=self.usage.input - self.history, cache_read=self.history)
        message = (
            f"Everything before the last message, {self.history} tokens, is the same in the next"
            " call: mark its end with cache_control."
        )
        assumption = (
            "The call reads the history from the cache; the first call writes it, which costs more"
            " than plain input. POST /v1/plan/caching plans both."
        )
        return self._finding("uncached_history", usage, message, (), assumption=assumption)

    def _finding(
        self,
        kind: FindingKind,
        usage: Usage,
        message: str,
        examples: tuple[str, ...],
        *,
        count: int = 1,
        assumption: str | None = None,
    ) -> tuple[PromptFinding, PlanWorkload]:
        name = f"without_{kind}"
        saves = subtract(self.pricer.cost(self.usage), self.pricer.cost(usage))
        finding = PromptFinding(
            kind=kind,
            count=count,
            examples=examples,
            message=message,
            saves_input_tokens=self.usage.prompt_tokens - usage.prompt_tokens,
            saves_output_tokens=self.usage.output - usage.output,
            saves_usd_per_call=saves,
            saves_usd_per_month=multiply(saves, Decimal(self.calls)),
            assumption=assumption,
            workload=name,
        )
        return finding, plan_workload(
            name, (CallGroup.like("prompt", self.pricer, usage, self.calls),)
        )

    def _tokens(self, texts: tuple[str, ...]) -> int:
        return estimate_features(features_of(*texts), self.pricer.model.tokenizer).tokens


#: One phrase per line, longer ones first: of two that begin alike, the first is used. A space
#: matches any white space.
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

#: Questions for an opinion or a report, without a form for the answer.
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
    """Return a pattern for whole words, in any case, also across the ends of lines."""
    for name, meaning in _SHORTHANDS.items():
        phrases = phrases.replace(name, meaning)
    each = "|".join(phrases.strip().splitlines()).replace(" ", r"\s{1,8}")
    return re.compile(rf"(?<!\w)(?:{each})(?!\w)", re.IGNORECASE)


_COURTESY, _OPEN_QUESTION, _STATED_FORM = map(
    _any_of, (_COURTESIES, _OPEN_QUESTIONS, _STATED_FORMS)
)

_FENCED = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)


def courtesies(texts: Sequence[str]) -> Padding | None:
    """Find phrases that ask for nothing, outside of fenced code; None if there are none."""
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
    """Find paragraphs that occur again in any of the texts, whatever their spacing, or None."""
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
    """Return the open question of a prompt that states no form for its answer, or None."""
    asked = None
    for text in texts:
        if _STATED_FORM.search(text):
            return None
        asked = asked or _OPEN_QUESTION.search(text)
    return _example(asked[0]) if asked else None


def _paragraphs(text: str) -> list[str]:
    """Split a text into paragraphs; joined, they are the text again."""
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
    """Return the text on one line, shortened."""
    line = " ".join(text.split())
    return line if len(line) <= _EXAMPLE_CHARACTERS else f"{line[: _EXAMPLE_CHARACTERS - 1]}…"
