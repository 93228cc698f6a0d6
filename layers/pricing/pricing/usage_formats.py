"""Providers' own usage objects, validated as they come and normalised to disjoint buckets.

Fields a provider adds later are kept out of the arithmetic and named in a warning; an unknown
value of a field that selects a price is an error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pricing.calculator import Notice
from pricing.errors import InvalidRequest
from pricing.usage import MAX_COUNT, InferenceGeo, Processing, StatedTerms, Usage

Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


@dataclass(frozen=True, slots=True)
class ParsedUsage:
    """One call's usage as the calculator takes it, and what its object said about serving."""

    usage: Usage
    served: StatedTerms
    notices: tuple[Notice, ...]


class _Shape(BaseModel):
    """A provider's object: strict about what it knows, tolerant of what it does not."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, defer_build=True)

    def ignored(self, prefix: str = "") -> Iterator[str]:
        """Dotted names of fields this version does not know, nested ones included."""
        for name in self.__pydantic_extra__ or ():
            yield prefix + name
        for name, value in self.__dict__.items():
            if isinstance(value, _Shape):
                yield from value.ignored(f"{prefix}{name}.")


class AnthropicCacheCreation(_Shape):
    """Cache writes by time to live; together they are ``cache_creation_input_tokens``."""

    ephemeral_5m_input_tokens: Count = 0
    ephemeral_1h_input_tokens: Count = 0


class AnthropicOutputDetails(_Shape):
    """A subset of ``output_tokens``, never added to it."""

    thinking_tokens: Count = 0


class AnthropicServerToolUse(_Shape):
    """Uses of server tools. A web fetch has no fee beyond its tokens."""

    web_search_requests: Count = 0
    web_fetch_requests: Count = 0
    code_execution_requests: Count = 0


class AnthropicUsage(_Shape):
    """Anthropic Messages ``usage``: ``input_tokens`` excludes what was read from and written to
    the cache, ``output_tokens`` includes thinking.
    """

    input_tokens: Count
    output_tokens: Count
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation: AnthropicCacheCreation | None = None
    output_tokens_details: AnthropicOutputDetails | None = None
    server_tool_use: AnthropicServerToolUse | None = None
    service_tier: Literal["standard", "priority", "batch"] | None = None
    speed: Literal["standard", "fast"] | None = None
    inference_geo: Literal["global", "us", "not_available"] | None = None

    def normalised(self) -> ParsedUsage:
        """Raises InvalidRequest, with pointers into this object, for contradictions."""
        write_5m, write_1h = self._cache_writes()
        thinking = self.output_tokens_details and self.output_tokens_details.thinking_tokens
        if thinking and thinking > self.output_tokens:
            raise InvalidRequest.at(
                "/output_tokens_details/thinking_tokens",
                "is a part of output_tokens and cannot be larger",
            )
        tools = self.server_tool_use
        geo: InferenceGeo | None = None
        if self.inference_geo is not None:
            geo = "us" if self.inference_geo == "us" else "global"
        tier: Processing | None = self.service_tier
        return ParsedUsage(
            usage=Usage(
                input=self.input_tokens,
                cache_read=self.cache_read_input_tokens or 0,
                cache_write_5m=write_5m,
                cache_write_1h=write_1h,
                output=self.output_tokens,
                web_search=tools.web_search_requests if tools else 0,
                code_execution=tools.code_execution_requests if tools else 0,
            ),
            served=StatedTerms(processing=tier, speed=self.speed, inference_geo=geo),
            notices=tuple(
                Notice("usage_field_ignored", f"usage.{name} is not known and was not priced.")
                for name in self.ignored()
            ),
        )

    def _cache_writes(self) -> tuple[int, int]:
        """5 minute and 1 hour writes. Without a breakdown every write is a 5 minute one."""
        total = self.cache_creation_input_tokens
        if self.cache_creation is None:
            return total or 0, 0
        write_5m = self.cache_creation.ephemeral_5m_input_tokens
        write_1h = self.cache_creation.ephemeral_1h_input_tokens
        if total is not None and write_5m + write_1h != total:
            raise InvalidRequest.at(
                "/cache_creation_input_tokens",
                f"is {total}, but the 5m and 1h writes in cache_creation add up to"
                f" {write_5m + write_1h}; send figures that agree",
            )
        return write_5m, write_1h


USAGE_FORMATS: Mapping[str, type[AnthropicUsage]] = {"anthropic": AnthropicUsage}
