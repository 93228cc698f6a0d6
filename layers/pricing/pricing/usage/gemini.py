"""Gemini ``usageMetadata``: the prompt includes what was cached, the answer excludes thoughts.

Tool-use prompt tokens come on top of the prompt, thoughts on top of the candidates; the total
is the sum of the four. The ``...Details`` break counts down by modality.
"""

from typing import Annotated, Literal

from pricing.usage.buckets import Attempt, ParsedUsage, Processing, StatedTerms, Usage
from pricing.usage.fields import Count, Shape, cached_parts, remainder, same_total
from pricing.validation import AtMost

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
#: The Gemini API states this one, Vertex AI the traffic type.
ServiceTier = Literal["unspecified", "standard", "flex", "priority"]
SERVICE_TIER: dict[ServiceTier, Processing | None] = {
    "unspecified": None,
    "standard": "standard",
    "flex": "flex",
    "priority": "priority",
}


class GeminiModalityCount(Shape):
    """Tokens of one modality. Video and documents are priced like text."""

    modality: Modality
    tokenCount: Count = 0  # noqa: N815 - the provider's own name


ModalityCounts = Annotated[list[GeminiModalityCount], AtMost(100)]


class GeminiUsage(Shape):
    """``usageMetadata`` of a generateContent response."""

    promptTokenCount: Count = 0  # noqa: N815
    cachedContentTokenCount: Count | None = None  # noqa: N815
    candidatesTokenCount: Count | None = None  # noqa: N815
    thoughtsTokenCount: Count | None = None  # noqa: N815
    toolUsePromptTokenCount: Count | None = None  # noqa: N815
    totalTokenCount: Count | None = None  # noqa: N815
    promptTokensDetails: ModalityCounts | None = None  # noqa: N815
    cacheTokensDetails: ModalityCounts | None = None  # noqa: N815
    candidatesTokensDetails: ModalityCounts | None = None  # noqa: N815
    toolUsePromptTokensDetails: ModalityCounts | None = None  # noqa: N815
    trafficType: TrafficType | None = None  # noqa: N815
    serviceTier: ServiceTier | None = None  # noqa: N815

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
        audio, image, audio_cached = self._modalities(cached)
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
        return ParsedUsage((Attempt(usage),), self._served(), self.ignored())

    def _modalities(self, cached: int) -> tuple[int, int, int]:
        """Audio and images that were not cached, and audio that was."""
        audio = _tokens(self.promptTokensDetails, "AUDIO")
        image = _tokens(self.promptTokensDetails, "IMAGE")
        if self.cacheTokensDetails is None:
            audio_cached, image_cached = cached_parts(self.promptTokenCount, cached, audio, image)
        else:
            audio_cached = _tokens(self.cacheTokensDetails, "AUDIO")
            image_cached = _tokens(self.cacheTokensDetails, "IMAGE")
        if self.promptTokensDetails is None:
            return 0, 0, audio_cached
        pointer = "/promptTokensDetails"
        return (
            remainder(audio, {"AUDIO in cacheTokensDetails": audio_cached}, pointer),
            remainder(image, {"IMAGE in cacheTokensDetails": image_cached}, pointer),
            audio_cached,
        )

    def _served(self) -> StatedTerms:
        if self.trafficType is not None:
            return StatedTerms(PROCESSING[self.trafficType])
        return StatedTerms(SERVICE_TIER[self.serviceTier] if self.serviceTier else None)


def _tokens(details: ModalityCounts | None, modality: Modality) -> int:
    return sum(one.tokenCount for one in details or () if one.modality == modality)
