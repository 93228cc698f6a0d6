"""Gemini ``usageMetadata``: the prompt includes what was cached, the answer excludes thoughts.

Tool-use prompt tokens come on top of the prompt, thoughts on top of the candidates; the total
is the sum of the four. The ``...Details`` break counts down by modality.
"""

from typing import Literal

from pricing.usage import Attempt, ParsedUsage, Processing, StatedTerms, Usage
from pricing.usage_shape import Count, Shape, remainder, same_total

Modality = Literal["MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "VIDEO", "AUDIO", "DOCUMENT"]
TrafficType = Literal[
    "TRAFFIC_TYPE_UNSPECIFIED",
    "ON_DEMAND",
    "ON_DEMAND_FLEX",
    "ON_DEMAND_PRIORITY",
    "PROVISIONED_THROUGHPUT",
]
#: Provisioned throughput is paid for by commitment; the caller's own terms then decide.
PROCESSING: dict[TrafficType, Processing | None] = {
    "TRAFFIC_TYPE_UNSPECIFIED": None,
    "ON_DEMAND": "standard",
    "ON_DEMAND_FLEX": "flex",
    "ON_DEMAND_PRIORITY": "priority",
    "PROVISIONED_THROUGHPUT": None,
}


class GeminiModalityCount(Shape):
    """Tokens of one modality. Video and documents are priced like text."""

    modality: Modality
    tokenCount: Count = 0  # noqa: N815 - the provider's own name


class GeminiUsage(Shape):
    """``usageMetadata`` of a generateContent response."""

    promptTokenCount: Count = 0  # noqa: N815
    cachedContentTokenCount: Count | None = None  # noqa: N815
    candidatesTokenCount: Count | None = None  # noqa: N815
    thoughtsTokenCount: Count | None = None  # noqa: N815
    toolUsePromptTokenCount: Count | None = None  # noqa: N815
    totalTokenCount: Count | None = None  # noqa: N815
    promptTokensDetails: list[GeminiModalityCount] | None = None  # noqa: N815
    cacheTokensDetails: list[GeminiModalityCount] | None = None  # noqa: N815
    candidatesTokensDetails: list[GeminiModalityCount] | None = None  # noqa: N815
    toolUsePromptTokensDetails: list[GeminiModalityCount] | None = None  # noqa: N815
    trafficType: TrafficType | None = None  # noqa: N815

    def normalised(self) -> ParsedUsage:
        """Raises InvalidRequest for parts that exceed their whole and totals that do not add up."""
        cached, visible = self.cachedContentTokenCount or 0, self.candidatesTokenCount or 0
        thoughts, tool_use = self.thoughtsTokenCount or 0, self.toolUsePromptTokenCount or 0
        same_total(
            self.totalTokenCount,
            self.promptTokenCount + visible + thoughts + tool_use,
            "/totalTokenCount",
            "prompt, candidates, thoughts and tool use",
        )
        audio_cached = _tokens(self.cacheTokensDetails, "AUDIO")
        image_cached = _tokens(self.cacheTokensDetails, "IMAGE")
        audio = max(_tokens(self.promptTokensDetails, "AUDIO") - audio_cached, 0)
        image = max(_tokens(self.promptTokensDetails, "IMAGE") - image_cached, 0)
        if self.cacheTokensDetails is None:
            # No breakdown of the cache: more was cached than there is text, so that was audio.
            audio_cached = min(max(cached + audio + image - self.promptTokenCount, 0), audio)
            audio -= audio_cached
        fresh = {"cachedContentTokenCount": cached, "AUDIO": audio, "IMAGE": image}
        audio_output = _tokens(self.candidatesTokensDetails, "AUDIO")
        image_output = _tokens(self.candidatesTokensDetails, "IMAGE")
        spoken = {"AUDIO": audio_output, "IMAGE": image_output}
        usage = Usage(
            input=remainder(self.promptTokenCount, fresh, "/promptTokenCount") + tool_use,
            audio_input=audio,
            image_input=image,
            cache_read=remainder(cached, {"AUDIO": audio_cached}, "/cachedContentTokenCount"),
            audio_cache_read=audio_cached,
            output=remainder(visible, spoken, "/candidatesTokenCount"),
            reasoning_output=thoughts,
            audio_output=audio_output,
            image_output=image_output,
        )
        served = StatedTerms(PROCESSING[self.trafficType] if self.trafficType else None)
        return ParsedUsage((Attempt(usage),), served, self.ignored())


def _tokens(details: list[GeminiModalityCount] | None, modality: Modality) -> int:
    return sum(one.tokenCount for one in details or () if one.modality == modality)
