"""Bedrock Converse usage: ``inputTokens`` excludes what was read from and written to the cache.

InvokeModel returns the model's own shape, which for Claude is Anthropic's.
"""

from typing import Annotated, Literal

from pricing.usage.buckets import WRITES_WITHOUT_SPLIT, Attempt, ParsedUsage, Processing, Usage
from pricing.usage.fields import Count, Shape, same_total
from pricing.validation import AtMost


class BedrockCacheDetail(Shape):
    """Cache writes of one time to live."""

    ttl: Literal["5m", "1h"]
    inputTokens: Count  # noqa: N815 - the provider's own name


class BedrockServerToolUsage(Shape):
    """Sent with every answer, and empty in all that were seen."""


#: Reserved capacity is paid for by commitment; the caller's own terms then decide.
PROCESSING: dict[str, Processing | None] = {
    "default": "standard",
    "flex": "flex",
    "priority": "priority",
    "reserved": None,
}


class BedrockServiceTier(Shape):
    """The tier that served a Converse call, which stands beside its usage."""

    type: Literal["default", "flex", "priority", "reserved"]


class BedrockConverseUsage(Shape):
    """``usage`` of a Converse answer.

    Answers carry each cache count under two names, of which the documentation has one. Their
    ``totalTokens`` counts the cache too; the documentation leaves that open, so either sum is
    taken.
    """

    inputTokens: Count  # noqa: N815
    outputTokens: Count  # noqa: N815
    totalTokens: Count | None = None  # noqa: N815
    cacheReadInputTokens: Count | None = None  # noqa: N815
    cacheWriteInputTokens: Count | None = None  # noqa: N815
    cacheReadInputTokenCount: Count | None = None  # noqa: N815
    cacheWriteInputTokenCount: Count | None = None  # noqa: N815
    cacheDetails: Annotated[list[BedrockCacheDetail], AtMost(100)] | None = None  # noqa: N815
    serverToolUsage: BedrockServerToolUsage | None = None  # noqa: N815

    def normalised(self) -> ParsedUsage:
        """Raises InvalidRequest for a breakdown or a total that does not add up."""
        read = _either(self.cacheReadInputTokens, self.cacheReadInputTokenCount, "Read")
        written = _either(self.cacheWriteInputTokens, self.cacheWriteInputTokenCount, "Write")
        write_5m, write_1h = written, 0
        if self.cacheDetails:
            write_5m = sum(one.inputTokens for one in self.cacheDetails if one.ttl == "5m")
            write_1h = sum(one.inputTokens for one in self.cacheDetails if one.ttl == "1h")
            sum_of = "the writes in cacheDetails"
            same_total(written, write_5m + write_1h, "/cacheWriteInputTokens", sum_of)
        counted = self.inputTokens + self.outputTokens
        if self.totalTokens != counted + read + written:
            same_total(self.totalTokens, counted, "/totalTokens", "inputTokens and outputTokens")
        usage = Usage(
            input=self.inputTokens,
            cache_read=read,
            cache_write_5m=write_5m,
            cache_write_1h=write_1h,
            output=self.outputTokens,
        )
        unsplit = written and not self.cacheDetails
        return ParsedUsage(
            (Attempt(usage),),
            notices=self.ignored(),
            assumptions=(WRITES_WITHOUT_SPLIT,) if unsplit else (),
        )


def _either(documented: int | None, other: int | None, what: str) -> int:
    """One count under its two names; raises InvalidRequest when they differ."""
    if documented is None:
        return other or 0
    same_total(other, documented, f"/cache{what}InputTokenCount", f"cache{what}InputTokens")
    return documented
