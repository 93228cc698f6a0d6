"""OpenAI usage, chat completions and responses: input and output include their details.

Cached, cache-write, audio and image counts are parts of the input, reasoning and audio parts of
the output. Cache writes bill as five minute writes: there is one kind.

Others send the same objects with habits of their own. DeepSeek counts cache hits and misses beside
the prompt, which is their sum; xAI may count reasoning beside the output instead of inside.
"""

from typing import Literal, NamedTuple

from pricing.notices import Notice
from pricing.usage.buckets import Attempt, ParsedUsage, Processing, StatedTerms, Usage
from pricing.usage.fields import Count, Shape, cached_parts, remainder, same_total

ServiceTier = Literal["auto", "default", "standard", "flex", "priority", "batch", "scale"]
#: ``auto`` and ``scale`` name no public price list; the caller's own terms then decide.
PROCESSING: dict[str, Processing | None] = {
    "auto": None,
    "scale": None,
    "default": "standard",
    "standard": "standard",
    "flex": "flex",
    "priority": "priority",
    "batch": "batch",
}


class OpenAIPromptDetails(Shape):
    """Parts of the input."""

    cached_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    audio_tokens: Count | None = None
    image_tokens: Count | None = None
    text_tokens: Count | None = None


class OpenAICompletionDetails(Shape):
    """Parts of the output. Rejected predictions are billed as output like the rest."""

    reasoning_tokens: Count | None = None
    audio_tokens: Count | None = None
    image_tokens: Count | None = None
    text_tokens: Count | None = None
    accepted_prediction_tokens: Count | None = None
    rejected_prediction_tokens: Count | None = None


class OpenAIUsage(Shape):
    """``usage`` of a chat completion."""

    prompt_tokens: Count
    completion_tokens: Count
    total_tokens: Count | None = None
    prompt_tokens_details: OpenAIPromptDetails | None = None
    completion_tokens_details: OpenAICompletionDetails | None = None
    prompt_cache_hit_tokens: Count | None = None
    prompt_cache_miss_tokens: Count | None = None
    service_tier: ServiceTier | None = None

    def normalised(self) -> ParsedUsage:
        """Raises InvalidRequest for parts that exceed their whole and totals that do not add up."""
        return _parsed(
            _Side("prompt_tokens", self.prompt_tokens),
            _Side("completion_tokens", self.completion_tokens),
            self.total_tokens,
            self._prompt_details(),
            self.completion_tokens_details or OpenAICompletionDetails(),
            _served(self.service_tier),
            self.ignored(),
        )

    def _prompt_details(self) -> OpenAIPromptDetails:
        details = self.prompt_tokens_details or OpenAIPromptDetails()
        hits = self.prompt_cache_hit_tokens
        if hits is None:
            return details
        if self.prompt_cache_miss_tokens is not None:
            sum_of = "prompt_cache_hit_tokens and prompt_cache_miss_tokens"
            counted = hits + self.prompt_cache_miss_tokens
            same_total(self.prompt_tokens, counted, "/prompt_tokens", sum_of)
        same_total(
            details.cached_tokens,
            hits,
            "/prompt_tokens_details/cached_tokens",
            "prompt_cache_hit_tokens",
        )
        return details.model_copy(update={"cached_tokens": hits})


class OpenAIResponsesUsage(Shape):
    """``usage`` of a response; its details mean what they mean in a chat completion."""

    input_tokens: Count
    output_tokens: Count
    total_tokens: Count | None = None
    input_tokens_details: OpenAIPromptDetails | None = None
    output_tokens_details: OpenAICompletionDetails | None = None
    service_tier: ServiceTier | None = None

    def normalised(self) -> ParsedUsage:
        """Raises InvalidRequest for parts that exceed their whole and totals that do not add up."""
        return _parsed(
            _Side("input_tokens", self.input_tokens),
            _Side("output_tokens", self.output_tokens),
            self.total_tokens,
            self.input_tokens_details or OpenAIPromptDetails(),
            self.output_tokens_details or OpenAICompletionDetails(),
            _served(self.service_tier),
            self.ignored(),
        )


class _Side(NamedTuple):
    """The input or the output as a whole, under the name this format has for it."""

    name: str
    tokens: int


def _parsed(
    prompt: _Side,
    output: _Side,
    total: int | None,
    inside: OpenAIPromptDetails,
    outside: OpenAICompletionDetails,
    served: StatedTerms,
    notices: tuple[Notice, ...],
) -> ParsedUsage:
    reasoning = outside.reasoning_tokens or 0
    if reasoning and total == prompt.tokens + output.tokens + reasoning:
        output = _Side(output.name, output.tokens + reasoning)
        message = f"total_tokens shows reasoning_tokens beside {output.name}; both bill."
        notices = (Notice("reasoning_outside_completion", message), *notices)
    else:
        sum_of = f"{prompt.name} and {output.name}"
        same_total(total, prompt.tokens + output.tokens, "/total_tokens", sum_of)
    return ParsedUsage((Attempt(_disjoint(prompt, output, inside, outside)),), served, notices)


def _disjoint(
    prompt: _Side, output: _Side, inside: OpenAIPromptDetails, outside: OpenAICompletionDetails
) -> Usage:
    cached, written = inside.cached_tokens or 0, inside.cache_write_tokens or 0
    audio, image = inside.audio_tokens or 0, inside.image_tokens or 0
    in_cache = cached_parts(prompt.tokens, cached + written, audio, image)
    audio, image = audio - in_cache[0], image - in_cache[1]
    audio_cached = min(in_cache[0], cached)
    parts = {
        "cached_tokens": cached,
        "cache_write_tokens": written,
        "audio_tokens": audio,
        "image_tokens": image,
    }
    reasoning, spoken = outside.reasoning_tokens or 0, outside.audio_tokens or 0
    drawn = outside.image_tokens or 0
    output_parts = {"reasoning_tokens": reasoning, "audio_tokens": spoken, "image_tokens": drawn}
    return Usage(
        input=remainder(prompt.tokens, parts, f"/{prompt.name}"),
        audio_input=audio,
        image_input=image,
        cache_read=cached - audio_cached,
        audio_cache_read=audio_cached,
        cache_write_5m=written,
        output=remainder(output.tokens, output_parts, f"/{output.name}"),
        reasoning_output=reasoning,
        audio_output=spoken,
        image_output=drawn,
    )


def _served(tier: ServiceTier | None) -> StatedTerms:
    return StatedTerms(processing=PROCESSING[tier] if tier else None)
