"""Two prompts for the same purpose side by side, and what the first could do without."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from pricing.caching import why_not_cacheable
from pricing.money import multiply, percent_of, subtract
from pricing.plan_workloads import Calls, PlanWorkload, plan_workload
from pricing.pricer import Pricer
from pricing.prompt_padding import Padding, asks_for_prose, courtesies, repeated_blocks
from pricing.prompts import Prompt, count_prompt, read_parts
from pricing.tokens import estimate_features, features_of
from pricing.usage import Usage
from pricing.work import TextWork, Work, rules_of

FindingKind = Literal["politeness", "repeated_block", "prose_instead_of_schema", "uncached_history"]
#: The lesson's own estimate, which its figures stand on.
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class RuleOfThumb:
    """The lesson's count of four characters a token, rounded down; too low, see the README."""

    before_tokens: int
    after_tokens: int
    saves_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class PromptComparison:
    """One prompt in the place of another; negative savings are extra costs.

    ``rule_of_thumb`` is null where a prompt is not text.
    """

    before_tokens: int
    after_tokens: int
    saves_tokens: int
    saves_percent: Decimal | None
    before_usd_per_call: Decimal
    after_usd_per_call: Decimal
    saves_usd_per_call: Decimal
    saves_usd_per_month: Decimal
    rule_of_thumb: RuleOfThumb | None


@dataclass(frozen=True, slots=True)
class PromptFinding:
    """Something the prompt can do without, how often it is there, and what that saves.

    The saving is an estimate: the prompt counted and priced again without it, or, where an
    ``assumption`` says so, on that assumption. ``workload`` names the one it was priced as.
    """

    kind: FindingKind
    count: int
    examples: tuple[str, ...]
    message: str
    saves_input_tokens: int
    saves_output_tokens: int
    saves_usd_per_call: Decimal
    saves_usd_per_month: Decimal
    assumption: str | None
    workload: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """Findings, each with the workload that its saving is the difference to."""

    findings: tuple[PromptFinding, ...]
    workloads: tuple[PlanWorkload, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A prompt's texts and usage, and what to price its findings with."""

    pricer: Pricer
    usage: Usage
    calls: int
    texts: tuple[str, ...]
    structured_output_share: Decimal
    history: int = 0

    def findings(self) -> Inspected:
        """Everything found; what saves nothing is not worth saying."""
        found = [one for one in self._all() if one[0].saves_usd_per_call > 0]
        return Inspected(tuple(one for one, _ in found), tuple(load for _, load in found))

    def _all(self) -> Iterator[tuple[PromptFinding, PlanWorkload]]:
        polite = courtesies(self.texts)
        if polite is not None:
            message = "Courtesies cost tokens and change nothing: say what is wanted, and no more."
            yield self._shorter("politeness", polite, message)
        repeated = repeated_blocks(self.texts)
        if repeated is not None:
            message = "The same block stands there more than once: send it once and refer to it."
            yield self._shorter("repeated_block", repeated, message)
        question = asks_for_prose(self.texts)
        if question is not None and self.usage.output:
            yield self._structured(question)
        if self.history and why_not_cacheable(self.pricer, self.history) is None:
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
        message = "An open question gets prose: name the fields of the answer, in a schema."
        assumption = (
            f"An answer in fields is taken to have {self.structured_output_share} of the tokens of"
            " one in prose (structured_output_share); measure your own."
        )
        return self._finding(
            "prose_instead_of_schema", usage, message, (question,), assumption=assumption
        )

    def _cached(self) -> tuple[PromptFinding, PlanWorkload]:
        usage = replace(self.usage, input=self.usage.input - self.history, cache_read=self.history)
        message = (
            f"All before the last message, {self.history} tokens, is the same in the next call:"
            " mark its end with cache_control."
        )
        assumption = (
            "The call finds the history in the cache; the first one writes it, for more than plain"
            " input. POST /v1/plan/caching plans both."
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
        return finding, plan_workload(name, (Calls.like("prompt", self.pricer, usage, self.calls),))

    def _tokens(self, texts: tuple[str, ...]) -> int:
        return estimate_features(features_of(*texts), self.pricer.model.tokenizer).tokens


def inspect_prompt(pricer: Pricer, work: Work, calls: int, share: Decimal) -> Inspected:
    """Findings on a prompt; none on a bare count. Raises InvalidRequest as counting does."""
    if not isinstance(work, TextWork):
        return Inspected((), ())
    usage = usage_on(pricer, work)
    texts = read_parts(work.prompt).texts
    return Inspection(pricer, usage, calls, texts, share, _history(pricer, work.prompt)).findings()


def compare_prompts(pricer: Pricer, before: Work, after: Work, calls: int) -> PromptComparison:
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


def usage_on(pricer: Pricer, work: Work) -> Usage:
    """The one call that a prompt makes; raises InvalidRequest as counting does."""
    return work.on(pricer.model).attempts[0].usage


def _history(pricer: Pricer, prompt: Prompt) -> int:
    """The tokens of all but the last message, where there are earlier ones."""
    if isinstance(prompt.messages, str) or len(prompt.messages) < _TURNS:
        return 0
    earlier = replace(prompt, messages=prompt.messages[:-1], images=())
    return count_prompt(earlier, rules_of(pricer.model)).total.tokens


#: A conversation has a question, an answer and the next question.
_TURNS = 3


def _rule_of_thumb(before: Work, after: Work) -> RuleOfThumb | None:
    if not isinstance(before, TextWork) or not isinstance(after, TextWork):
        return None
    first, second = (
        sum(map(len, read_parts(one.prompt).texts)) // _CHARACTERS_PER_TOKEN
        for one in (before, after)
    )
    return RuleOfThumb(first, second, percent_of(Decimal(first - second), Decimal(first)))
