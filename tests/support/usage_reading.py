"""Reading a provider's usage object in a test, and saying briefly what came of it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import pytest

from pricing.errors import InvalidRequest
from pricing.usage.meanings import UsageFormat
from pricing.usage.parsed import ParsedUsage
from pricing.usage.reader import read_usage

#: The least each format needs.
ANTHROPIC = {"input_tokens": 10, "output_tokens": 20}
CHAT = {"prompt_tokens": 100, "completion_tokens": 50}
RESPONSES = {"input_tokens": 100, "output_tokens": 50}
GEMINI = {"promptTokenCount": 100, "candidatesTokenCount": 50}
CONVERSE = {"inputTokens": 10, "outputTokens": 20}
MINIMAL: Mapping[UsageFormat, dict[str, Any]] = {
    "anthropic": ANTHROPIC,
    "openai": CHAT,
    "openai_responses": RESPONSES,
    "gemini": GEMINI,
    "bedrock_converse": CONVERSE,
}
PROVIDERS: Mapping[UsageFormat, str] = {
    "anthropic": "anthropic",
    "openai": "openai",
    "openai_responses": "openai",
    "gemini": "google",
    "bedrock_converse": "bedrock",
}


def read(usage_format: UsageFormat, raw: Any) -> ParsedUsage:
    """The usage as the calculator takes it."""
    parsed = read_usage(raw, usage_format, "/usage")
    # A model that no special rule is about, and that bills output.
    attempts, notices = parsed.open.settled(
        parsed.attempts, PROVIDERS[usage_format], "some-model", lambda: True
    )
    return replace(parsed, attempts=attempts, notices=(*parsed.notices, *notices))


def buckets(usage_format: UsageFormat, raw: Any) -> dict[str, int]:
    """The buckets that are not empty, of a call that is one attempt."""
    (attempt,) = read(usage_format, raw).attempts
    return {name: count for name, count in asdict(attempt.usage).items() if count}


def refused(usage_format: UsageFormat, raw: Any) -> list[tuple[str, str]]:
    """Pointer and detail of every error."""
    with pytest.raises(InvalidRequest) as caught:
        read(usage_format, raw)
    return [(one.pointer, one.detail) for one in caught.value.errors]


def pointers(usage_format: UsageFormat, raw: Any) -> list[str]:
    """Where every error is."""
    return [pointer for pointer, _ in refused(usage_format, raw)]


def codes(parsed: ParsedUsage) -> list[str]:
    """The codes of the reader's notices."""
    return [notice.code for notice in parsed.notices]


def iteration(kind: str, fresh: int, output: int, **more: Any) -> dict[str, Any]:
    """One of Anthropic's iterations."""
    return {"type": kind, "input_tokens": fresh, "output_tokens": output, **more}


def modality(name: str, tokens: int) -> dict[str, Any]:
    """One of Gemini's counts by modality."""
    return {"modality": name, "tokenCount": tokens}


def fallen_back(declined_output: int) -> dict[str, Any]:
    """A response of the fallback model, after another model declined."""
    return {
        "input_tokens": 412,
        "output_tokens": 264,
        "iterations": [
            iteration("message", 408, declined_output, model="claude-fable-5"),
            iteration("fallback_message", 412, 264, model="claude-opus-4-8"),
        ],
    }
