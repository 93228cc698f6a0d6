"""What is to be priced, before it is known on which model: measured usage, or text to count."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Protocol

from pricing.catalogue.models import COMPONENT_UNITS, TOKEN, Model
from pricing.tokens.estimator import TokenCount
from pricing.tokens.prompts import Prompt, PromptCount, PromptRules, ReadPrompt, count_read
from pricing.usage.buckets import Attempt, Usage

#: Tokens for the same text, relative to Claude models up to 4.6. The provider says that models
#: from 4.7 on make about 30% more; no figure is published between other tokenizers.
RELATIVE_TOKENS = {"claude-2024": 10, "claude-2026": 13}


@dataclass(frozen=True, slots=True)
class CountedCall:
    """The attempts of one call as a model's tokenizer counts them.

    ``count`` is set when the input was estimated from text: its tokens with their error band.
    """

    attempts: tuple[Attempt, ...]
    assumptions: tuple[str, ...] = ()
    count: TokenCount | None = None


class CallInput(Protocol):
    """Something a model can be asked to do."""

    def counted_for(self, model: Model) -> CountedCall:
        """The work counted for one model."""


@dataclass(frozen=True, slots=True)
class MeasuredInput:
    """Usage that was measured; the same counts stand for every model."""

    attempts: tuple[Attempt, ...]
    assumptions: tuple[str, ...] = ()

    def counted_for(self, model: Model) -> CountedCall:  # noqa: ARG002 - the same on every model
        """The attempts as measured."""
        return CountedCall(self.attempts, self.assumptions)


@dataclass(frozen=True, slots=True)
class RecountedInput:
    """Usage measured with one tokenizer, scaled to what another makes of the same text."""

    attempts: tuple[Attempt, ...]
    measured_with: str | None
    assumptions: tuple[str, ...] = ()

    def counted_for(self, model: Model) -> CountedCall:
        """The attempts with every token bucket scaled, rounded half up."""
        if model.tokenizer == self.measured_with:
            return CountedCall(self.attempts, self.assumptions)
        made = RELATIVE_TOKENS.get(model.tokenizer or "")
        of = RELATIVE_TOKENS.get(self.measured_with or "")
        if made is None or of is None:
            assumption = (
                "The same token counts are assumed: how this model's tokenizer counts the text is"
                " not published."
            )
            return CountedCall(self.attempts, (*self.assumptions, assumption))
        # An advisor stays what it is: its own model counted its prompt, and still does.
        scaled = tuple(
            replace(one, usage=_scaled(one.usage, made, of)) if one.model is None else one
            for one in self.attempts
        )
        assumption = f"Tokens were recounted for the same text: x {made}/{of} on this tokenizer."
        return CountedCall(scaled, (*self.assumptions, assumption))


@dataclass(frozen=True)  # no slots: a prompt is read once, however many models count it
class PromptInput:
    """A request that has not been sent: its input is counted, its output is what is expected.

    Thinking is output. ``exact`` holds counts the provider made, per ``provider/id``.
    """

    prompt: Prompt
    expected_output_tokens: int = 0
    thinking_tokens: int = 0
    exact: Mapping[str, PromptCount] = field(default_factory=dict)

    def counted_for(self, model: Model) -> CountedCall:
        """The input as this model's tokenizer counts it; raises InvalidRequest if it cannot be."""
        count = self.exact.get(model.key) or count_read(self._read, rules_of(model))
        output = self.expected_output_tokens + self.thinking_tokens
        usage = Usage(input=count.total.tokens, output=output)
        return CountedCall((Attempt(usage),), count.assumptions, count.total)

    @cached_property
    def _read(self) -> ReadPrompt:
        return ReadPrompt.of(self.prompt)


def rules_of(model: Model) -> PromptRules:
    """How a model counts a prompt, as far as the price book knows."""
    return PromptRules(model.tokenizer, model.tool_overhead_tokens, model.image_tier)


def _scaled(usage: Usage, made: int, of: int) -> Usage:
    return replace(
        usage,
        **{
            bucket: (2 * count * made + of) // (2 * of)
            for bucket in _TOKEN_BUCKETS
            if (count := getattr(usage, bucket))
        },
    )


_TOKEN_BUCKETS = tuple(
    bucket.name for bucket in fields(Usage) if COMPONENT_UNITS[bucket.name] == TOKEN
)
