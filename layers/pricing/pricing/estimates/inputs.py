"""The input of a call before its model is known: measured usage, or a prompt to count."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal, Protocol

from pricing.catalogue.models import COMPONENT_UNITS, TOKEN, Model
from pricing.errors import InvalidRequest
from pricing.notices import Notice
from pricing.tokens.estimator import TokenCount, exactly
from pricing.tokens.images import documented_rule
from pricing.tokens.prompts import (
    Prompt,
    PromptCount,
    PromptRules,
    ReadPrompt,
    count_read,
    tokens_of_image,
)
from pricing.tokens.requests import SentImage
from pricing.usage.buckets import Attempt, Quantity, Usage, asked_anew
from pricing.usage.iterations import with_own_search
from pricing.usage.parsed import NOTHING_OPEN, OpenQuestions, ParsedUsage, Unread
from pricing.values import immutable

#: Tokens for the same text, relative to Claude models up to 4.6. The provider says that models
#: from 4.7 on make about 30% more; no figure is published between other tokenizers.
RELATIVE_TOKENS = {"claude-2024": 10, "claude-2026": 13}

CachedAs = Literal["input", "cache_read", "cache_write_5m", "cache_write_1h"]


@immutable
class CountedCall:
    """The attempts of one call as a model's tokenizer counts them.

    ``count`` is set if the input was estimated from text: its tokens with their error band.
    ``unread`` are counts of a usage object that were not understood; ``left_out`` are components
    without a price that a plan compares nothing by, and leaves out of both of its sides.
    """

    attempts: tuple[Attempt, ...]
    assumptions: tuple[str, ...] = ()
    count: TokenCount | None = None
    notices: tuple[Notice, ...] = ()
    unread: tuple[Unread, ...] = ()
    left_out: tuple[str, ...] = ()

    def without(self, components: Collection[str]) -> "CountedCall":
        """Return the same call without these components, which are then ``left_out``."""
        if not components:
            return self
        attempts = tuple(
            replace(attempt, usage=attempt.usage.without(components)) for attempt in self.attempts
        )
        return replace(self, attempts=attempts, left_out=tuple(dict.fromkeys(components)))


def check_same_parts(*counted: tuple[Model, Collection[Unread]]) -> None:
    """Compare what of one call each of some models cannot count.

    Raises InvalidRequest where another model counts it: their costs are not those of the same call.
    """
    by_none = set[Unread].intersection(*({*unread} for _, unread in counted))
    for model, unread in counted:
        if not {*unread} <= by_none:
            detail = (
                f"{model.id} has no known count of a part of its input, which is counted for the"
                " model it is compared with. Send the tokens as `usage` to compare them."
            )
            raise InvalidRequest.at("", detail)


class CallInput(Protocol):
    """The input of one call."""

    def counted_for(self, model: Model) -> CountedCall:
        """Return the attempts as a model counts them; raises InvalidRequest if it cannot."""


def counted_alike(call: CallInput, model: Model, first: tuple[Model, CountedCall]) -> CountedCall:
    """Return the call as a model counts it, without what the first model has no price for.

    Raises InvalidRequest if only one of the two models can count a part of it.
    """
    first_model, first_counted = first
    counted = call.counted_for(model)
    check_same_parts((first_model, first_counted.unread), (model, counted.unread))
    return counted.without(first_counted.left_out)


@immutable
class MeasuredInput:
    """Usage that was measured; the same counts are used for every model."""

    attempts: tuple[Attempt, ...]
    assumptions: tuple[str, ...] = ()
    open: OpenQuestions = NOTHING_OPEN
    unread: tuple[Unread, ...] = ()

    @classmethod
    def of(cls, parsed: ParsedUsage, within: str = "") -> "MeasuredInput":
        """Return the call of a usage object; ``within`` leads to the object that holds it."""
        unread = tuple(Unread(f"{within}{one.pointer}", one.value) for one in parsed.unread)
        return cls(parsed.attempts, parsed.assumptions, parsed.open, unread)

    def anew(self) -> "MeasuredInput":
        """Return the same call asked of other models; raises InvalidRequest for an unknown tier."""
        return replace(self, attempts=asked_anew(self.attempts), open=self.open.anew())

    def counted_for(self, model: Model) -> CountedCall:
        """Return the attempts as measured; raises InvalidRequest if this model cannot have them."""
        attempts, notices = self.open.settled(
            self.attempts, model.provider, model.id, lambda: model.bills_output
        )
        attempts = with_own_search(attempts, model.id)
        return CountedCall(attempts, self.assumptions, notices=notices, unread=self.unread)


@immutable
class RecountedInput:
    """Usage measured with one tokenizer, scaled to the tokens of the same text with another."""

    counted: CountedCall
    measured_with: str | None

    def counted_for(self, model: Model) -> CountedCall:
        """Return the attempts with every token bucket scaled, rounded half up."""
        counted = self.counted
        if model.tokenizer == self.measured_with:
            return counted
        made = RELATIVE_TOKENS.get(model.tokenizer or "")
        of = RELATIVE_TOKENS.get(self.measured_with or "")
        if made is None or of is None:
            assumption = (
                "The same token counts are assumed: the ratio to this model's tokenizer is not"
                " published."
            )
            return replace(counted, assumptions=(*counted.assumptions, assumption))
        # An advisor is not scaled: its own model counted its prompt, and still does.
        scaled = tuple(
            replace(attempt, usage=_scaled(attempt.usage, made, of))
            if attempt.model is None
            else attempt
            for attempt in counted.attempts
        )
        assumption = f"Tokens are recounted for the same text: times {made}/{of}."
        return replace(counted, attempts=scaled, assumptions=(*counted.assumptions, assumption))


@dataclass(frozen=True)  # no slots: the prompt is read once for all the models that count it
class PromptInput:
    """A prompt that has not been sent: its input is counted, its output is an expectation.

    Thinking is output. ``exact`` has the provider's own counts, by ``provider/id``.
    """

    prompt: Prompt
    expected_output_tokens: int = 0
    thinking_tokens: int = 0
    exact: Mapping[str, PromptCount] = field(default_factory=dict)
    #: The part of the prompt that a cache breakpoint ends, and the bucket that it is priced as.
    cached: Prompt | None = None
    cached_as: CachedAs = "input"
    #: Images of a provider's request; one that a model has no rule for is ``unread``.
    images: tuple[SentImage, ...] = ()
    assumptions: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()

    def counted_for(self, model: Model) -> CountedCall:
        """Return the input as this model counts it; raises InvalidRequest if it cannot.

        A model that is billed by the character counts those of the text, and no tokens.
        """
        if _bills_characters(model):
            characters = sum(map(len, self._read.texts))
            return CountedCall(
                (Attempt(Usage(units=(Quantity("character", Decimal(characters)),))),)
            )
        rules = rules_of(model)
        count = self.exact.get(model.key) or count_read(self._read, rules)
        output = self.expected_output_tokens + self.thinking_tokens
        unread = list(self.unread)
        total = count.total
        for image in self.images:
            tokens = tokens_of_image(image.size, rules, low=image.low)
            if tokens is None:
                unread.append(Unread(image.pointer, Decimal(1)))
            total += exactly(tokens or 0)
        usage = Usage(input=total.tokens, output=output)
        assumptions = (*count.assumptions, *self.assumptions)
        if self.cached is not None:
            prefix = count_read(ReadPrompt.of(self.cached), rules).total.tokens
            prefix = min(prefix, usage.input)
            if self.cached_as == "input":
                sentence = (
                    f"The prefix of {prefix} tokens that the request marks for the cache is priced"
                    ' as plain input; send "prefix_cache": "write" or "read" for its other prices.'
                )
                assumptions = (*assumptions, sentence)
            else:
                usage = usage.changed(**{"input": usage.input - prefix, self.cached_as: prefix})
        attempts = with_own_search((Attempt(usage),), model.id)
        return CountedCall(attempts, assumptions, total, unread=tuple(unread))

    @cached_property
    def _read(self) -> ReadPrompt:
        return ReadPrompt.of(self.prompt)


def _bills_characters(model: Model) -> bool:
    """Whether a model reads text that it speaks, by the character and not by the token."""
    lists = [period.lists["standard"] for period in model.prices if "standard" in period.lists]
    return any(unit.component == "character" for one in lists for unit in one.units) and not any(
        "input" in one.rates for one in lists
    )


#: Modes in which a text is not a message of a chat.
_READ_AS_SENT = frozenset(("embedding", "moderation", "rerank", "audio_speech"))


def rules_of(model: Model) -> PromptRules:
    """Return how a model counts a prompt, as far as the price book knows."""
    images = model.image_tier or documented_rule(model.provider, model.id)
    framed = model.mode not in _READ_AS_SENT
    return PromptRules(model.tokenizer, model.tool_overhead_tokens, images, framed)


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
    bucket.name for bucket in fields(Usage) if COMPONENT_UNITS.get(bucket.name) == TOKEN
)
