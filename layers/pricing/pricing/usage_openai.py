"""OpenAI usage, chat completions and responses: input and output include their details.

Cached, cache-write, audio and image counts are parts of the input, reasoning and audio parts of
the output. Cache writes bill as five minute writes: there is one kind.
"""

from typing import Literal

from pricing.notices import Notice
from pricing.usage import Attempt, ParsedUsage, Processing, StatedTerms, Usage
from pricing.usage_shape import Count, Shape, remainder, same_total

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
    service_tier: ServiceTier | None = None

    def normalised(self) -> ParsedUsage:
        """Raises InvalidRequest for parts that exceed their whole and totals that do not add up."""
        prompt, output = self.prompt_tokens, self.completion_tokens
        details = self.completion_tokens_details
        reasoning = (details and details.reasoning_tokens) or 0
        notices: tuple[Notice, ...] = ()
        if reasoning and self.total_tokens == prompt + output + reasoning:
            # xAI's chat completions count reasoning beside the completion; their total says so.
            output += reasoning
            message = "total_tokens shows reasoning_tokens beside completion_tokens; both bill."
            notices = (Notice("reasoning_outside_completion", message),)
        else:
            sum_of = "prompt_tokens and completion_tokens"
            same_total(self.total_tokens, prompt + output, "/total_tokens", sum_of)
        usage = _disjoint(
            prompt, output, self.prompt_tokens_details, details, "prompt", "completion"
        )
        return ParsedUsage(
            (Attempt(usage),), _served(self.service_tier), (*notices, *self.ignored())
        )


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
        counted = self.input_tokens + self.output_tokens
        same_total(self.total_tokens, counted, "/total_tokens", "input_tokens and output_tokens")
        usage = _disjoint(
            self.input_tokens,
            self.output_tokens,
            self.input_tokens_details,
            self.output_tokens_details,
            "input",
            "output",
        )
        return ParsedUsage((Attempt(usage),), _served(self.service_tier), self.ignored())


def _disjoint(
    prompt: int,
    output: int,
    prompt_details: OpenAIPromptDetails | None,
    output_details: OpenAICompletionDetails | None,
    prompt_name: str,
    output_name: str,
) -> Usage:
    inside = prompt_details or OpenAIPromptDetails()
    cached, written = inside.cached_tokens or 0, inside.cache_write_tokens or 0
    audio, image = inside.audio_tokens or 0, inside.image_tokens or 0
    parts = {
        "cached_tokens": cached,
        "cache_write_tokens": written,
        "audio_tokens": audio,
        "image_tokens": image,
    }
    outside = output_details or OpenAICompletionDetails()
    reasoning, spoken = outside.reasoning_tokens or 0, outside.audio_tokens or 0
    drawn = outside.image_tokens or 0
    output_parts = {"reasoning_tokens": reasoning, "audio_tokens": spoken, "image_tokens": drawn}
    return Usage(
        input=remainder(prompt, parts, f"/{prompt_name}_tokens"),
        audio_input=audio,
        image_input=image,
        cache_read=cached,
        cache_write_5m=written,
        output=remainder(output, output_parts, f"/{output_name}_tokens"),
        reasoning_output=reasoning,
        audio_output=spoken,
        image_output=drawn,
    )


def _served(tier: ServiceTier | None) -> StatedTerms:
    return StatedTerms(processing=PROCESSING[tier] if tier else None)
