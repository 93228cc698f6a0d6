"""Anthropic Messages usage, also what Bedrock InvokeModel, Vertex and Foundry return for Claude.

Input buckets are disjoint as they come. With ``iterations`` the top level is the sum of those
that gave the answer only. Compaction and advisor calls are billed on top, an advisor at its own
model; so is an attempt that was declined after its first output, before another model was fallen
back to. Every iteration is one prompt of its own for the long-context tier.
"""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from pricing.errors import InvalidRequest, under
from pricing.notices import Notice
from pricing.usage.buckets import (
    WRITES_WITHOUT_SPLIT,
    Attempt,
    InferenceGeo,
    ParsedUsage,
    StatedTerms,
    Usage,
)
from pricing.usage.fields import MAX_NAMED, Count, Shape, same_total
from pricing.validation import AtMost

IterationType = Literal["message", "compaction", "advisor_message", "fallback_message"]
#: Where a request ran; a provider that does not say leaves it to the caller's own terms.
INFERENCE_GEO: dict[str, InferenceGeo | None] = {
    "global": "global",
    "us": "us",
    "not_available": "global",
    "": None,
}


class AnthropicCacheCreation(Shape):
    """Cache writes by time to live; together they are ``cache_creation_input_tokens``."""

    ephemeral_5m_input_tokens: Count = 0
    ephemeral_1h_input_tokens: Count = 0


class AnthropicOutputDetails(Shape):
    """A subset of ``output_tokens``, never added to it."""

    thinking_tokens: Count = 0


class AnthropicServerToolUse(Shape):
    """Uses of server tools. A web fetch has no fee beyond its tokens."""

    web_search_requests: Count = 0
    web_fetch_requests: Count = 0
    code_execution_requests: Count = 0


class AnthropicCounts(Shape):
    """Token counts of one prompt and its answer.

    ``input_tokens`` excludes what was read from and written to the cache; ``output_tokens``
    includes thinking. Cache writes without a breakdown are five minute writes.
    """

    input_tokens: Count
    output_tokens: Count
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation: AnthropicCacheCreation | None = None
    output_tokens_details: AnthropicOutputDetails | None = None

    def counts(self) -> Usage:
        """Raises InvalidRequest for counts that contradict each other."""
        write_5m, write_1h = self.cache_creation_input_tokens or 0, 0
        if self.cache_creation is not None:
            write_5m = self.cache_creation.ephemeral_5m_input_tokens
            write_1h = self.cache_creation.ephemeral_1h_input_tokens
            same_total(
                self.cache_creation_input_tokens,
                write_5m + write_1h,
                "/cache_creation_input_tokens",
                "the 5m and 1h writes in cache_creation",
            )
        self.check_thinking()
        return Usage(
            input=self.input_tokens,
            cache_read=self.cache_read_input_tokens or 0,
            cache_write_5m=write_5m,
            cache_write_1h=write_1h,
            output=self.output_tokens,
        )

    def check_thinking(self) -> None:
        """Raises InvalidRequest when thinking is larger than the output it is a part of."""
        details = self.output_tokens_details
        if details is not None and details.thinking_tokens > self.output_tokens:
            raise InvalidRequest.at(
                "/output_tokens_details/thinking_tokens",
                "is a part of output_tokens and cannot be larger",
            )


class AnthropicIteration(AnthropicCounts):
    """One attempt inside a call. ``model`` is set where it is not the call's own model."""

    type: IterationType
    model: str | None = None


class AnthropicUsage(AnthropicCounts):
    """``usage`` of a message, or of the last ``message_delta`` of a stream, which is cumulative."""

    server_tool_use: AnthropicServerToolUse | None = None
    service_tier: Literal["standard", "priority", "batch"] | None = None
    speed: Literal["standard", "fast"] | None = None
    inference_geo: Literal["global", "us", "not_available", ""] | None = None
    fallback_credit: Any = Field(
        default=None,
        description="What became of a refused attempt's cache. The counts already show it.",
    )
    iterations: Annotated[list[AnthropicIteration], AtMost(1_000)] | None = None

    def normalised(self) -> ParsedUsage:
        """Raises InvalidRequest, with pointers into this object, for contradictions."""
        geo = INFERENCE_GEO[self.inference_geo or ""]
        attempts, notices = self._attempts()
        return ParsedUsage(
            attempts=attempts,
            served=StatedTerms(self.service_tier, self.speed, geo),
            notices=(*notices, *self.ignored()),
            assumptions=self._assumptions(),
        )

    def _assumptions(self) -> tuple[str, ...]:
        billed = self.iterations or (self,)
        unsplit = any(one.cache_creation_input_tokens and not one.cache_creation for one in billed)
        return (WRITES_WITHOUT_SPLIT,) if unsplit else ()

    def _attempts(self) -> tuple[tuple[Attempt, ...], list[Notice]]:
        if not self.iterations:
            return (Attempt(self._with_tools(self.counts())),), []
        attempts, notices = _billed(self.iterations)
        self._check_covers(attempts)
        # Server tools are counted for the whole call; the first attempt at the answer carries them.
        first = next((number for number, one in enumerate(attempts) if one.serving), 0)
        usage = self._with_tools(attempts[first].usage)
        attempts[first] = replace(attempts[first], usage=usage)
        return tuple(attempts), notices

    def _check_covers(self, attempts: list[Attempt]) -> None:
        """The top level is the sum of the attempts that served; else it was edited or cut.

        Its ``cache_creation`` is not read: a stream sends it once, with the first iteration, while
        the other counts go on growing. Each iteration has its own.
        """
        self.check_thinking()
        covered = [attempt.usage for attempt in attempts if attempt.serving]
        stated = {
            "input_tokens": (self.input_tokens, ("input",)),
            "output_tokens": (self.output_tokens, ("output",)),
            "cache_read_input_tokens": (self.cache_read_input_tokens, ("cache_read",)),
            "cache_creation_input_tokens": (
                self.cache_creation_input_tokens,
                ("cache_write_5m", "cache_write_1h"),
            ),
        }
        for name, (count, buckets) in stated.items():
            counted = sum(getattr(usage, bucket) for usage in covered for bucket in buckets)
            same_total(count, counted, f"/{name}", "the iterations that gave the answer")

    def _with_tools(self, usage: Usage) -> Usage:
        tools = self.server_tool_use
        if tools is None:
            return usage
        return replace(
            usage,
            web_search=tools.web_search_requests,
            code_execution=tools.code_execution_requests,
        )


def _hop(one: AnthropicIteration) -> tuple[str, str | None]:
    """Whose attempt at the answer an iteration is: a server tool's loop makes several of one."""
    return one.type, one.model


def _billed(iterations: list[AnthropicIteration]) -> tuple[list[Attempt], list[Notice]]:
    """Every iteration that is billed. An attempt that was declined before any output is not.

    The last hop served: the API goes on to another model only when the one before declined, and
    a chain of fallbacks may have several of those.
    """
    attempts: list[Attempt] = []
    notices: list[Notice] = []
    answering = [_hop(one) for one in iterations if one.type in _ANSWERING]
    for number, one in enumerate(iterations):
        with under(f"/iterations/{number}"):
            usage = one.counts()
        named_at = f"/iterations/{number}/model"
        if one.type in _AT_ITS_OWN_MODEL and one.model is None:
            raise InvalidRequest.at(
                named_at, "is required: this attempt is billed at its own model"
            )
        serving = one.type in _ANSWERING and _hop(one) == answering[-1]
        if one.type in _ANSWERING and not serving and usage.output == 0:
            message = f"usage.iterations[{number}] was declined before any output: not billed."
            notices.append(Notice("declined_attempt_not_billed", message))
            continue
        attempts.append(Attempt(usage, one.type, one.model, serving, named_at))
    return attempts, notices[:MAX_NAMED]


_ANSWERING = ("message", "fallback_message")
_AT_ITS_OWN_MODEL = ("advisor_message", "fallback_message")
