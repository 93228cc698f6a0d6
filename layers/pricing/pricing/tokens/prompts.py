"""The input tokens of a request that has not been sent: messages, system, tools and images.

Messages-shaped: ``messages`` is a string (one user message) or a list of ``{role, content}``,
where content is a string or a list of blocks. Text is estimated (``pricing.tokens``); images and
tool-use prompts follow published rules and are exact as far as those are.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pricing.errors import InvalidRequest, under
from pricing.tokens.estimator import (
    METHOD,
    Features,
    TokenCount,
    estimate_features,
    exactly,
    features_of,
)
from pricing.tokens.images import IMAGE_TIERS, ImageSize, image_tokens

#: Around the text. A one-message request costs Claude 7 tokens more than its text (measured on
#: its count_tokens endpoint: 8 for "a"); OpenAI documents 3 a request and 4 a message.
TOKENS_PER_REQUEST = 3
TOKENS_PER_MESSAGE = 4
#: For Claude models without a published figure: that of the newest models of their generation.
USUAL_TOOL_OVERHEAD: Mapping[str, Mapping[str, int]] = {
    "claude-2024": {"auto": 496, "any": 588},
    "claude-2026": {"auto": 286, "any": 406},
}

ToolChoice = Literal["auto", "any"]
Content = str | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request as a caller describes it. ``tools`` is True when some are sent, unseen."""

    messages: Content
    system: Content = ""
    tools: bool | Sequence[Mapping[str, Any]] = False
    tool_choice: ToolChoice = "auto"
    images: Sequence[ImageSize] = ()


@dataclass(frozen=True, slots=True)
class PromptRules:
    """What a price book says about how a model counts; None is not known."""

    tokenizer: str | None
    tool_overhead_tokens: Mapping[str, int] | None = None
    image_tier: str | None = None


@dataclass(frozen=True, slots=True)
class PromptCount:
    """Input tokens by where they come from, and what had to be assumed."""

    text: TokenCount
    framing: int
    tool_overhead: int
    images: int
    assumptions: tuple[str, ...] = ()

    @property
    def total(self) -> TokenCount:
        """Everything; only the text is uncertain."""
        return self.text + exactly(self.framing + self.tool_overhead + self.images)


def count_prompt(prompt: Prompt, rules: PromptRules) -> PromptCount:
    """Estimate a prompt; raises InvalidRequest, pointing at what cannot be counted."""
    return count_read(ReadPrompt.of(prompt), rules)


@dataclass(frozen=True, slots=True)
class ReadPrompt:
    """What of a prompt is the same for every model: only the weights and formulas differ."""

    prompt: Prompt
    features: Features | None
    images: tuple[tuple[str, ImageSize], ...]

    @classmethod
    def of(cls, prompt: Prompt) -> "ReadPrompt":
        """Read it once; raises InvalidRequest, pointing at what cannot be counted."""
        parts = read_parts(prompt)
        return cls(prompt, features_of(*parts.texts) if parts.texts else None, parts.images)


def count_read(read: ReadPrompt, rules: PromptRules) -> PromptCount:
    """Estimate a prompt for one model; raises InvalidRequest for what cannot be counted on it."""
    prompt = read.prompt
    text = estimate_features(read.features or Features(), rules.tokenizer)
    framing = TOKENS_PER_REQUEST + TOKENS_PER_MESSAGE * message_count(prompt)
    assumptions = [METHOD] if read.features else []
    assumptions.append(
        f"{framing} tokens around the text: {TOKENS_PER_REQUEST} a request and"
        f" {TOKENS_PER_MESSAGE} a message."
    )
    overhead = _tool_overhead(prompt, rules, assumptions.append)
    images = tokens_of_images(read.images, rules)
    return PromptCount(text, framing, overhead, images, tuple(assumptions))


@dataclass(frozen=True, slots=True)
class PromptParts:
    """A prompt taken apart: every text in it, and every image with its pointer."""

    texts: tuple[str, ...]
    images: tuple[tuple[str, ImageSize], ...]


def read_parts(prompt: Prompt) -> PromptParts:
    """Collect texts and images; raises InvalidRequest for what is neither."""
    texts: list[str] = []
    images = [(f"/images/{index}", size) for index, size in enumerate(prompt.images)]
    walk = _Walk(texts.append, lambda pointer, size: images.append((pointer, size)))
    walk.content(prompt.system, "/system")
    if isinstance(prompt.messages, str):
        texts.append(prompt.messages)
    else:
        for index, message in enumerate(prompt.messages):
            walk.message(message, f"/messages/{index}")
    if not isinstance(prompt.tools, bool):
        texts += map(_as_json, prompt.tools)
    return PromptParts(tuple(filter(None, texts)), tuple(images))


def message_count(prompt: Prompt) -> int:
    """How many messages frame the text; a bare string is one."""
    return 1 if isinstance(prompt.messages, str) else len(prompt.messages)


def tokens_of_images(images: Iterable[tuple[str, ImageSize]], rules: PromptRules) -> int:
    """All images together; raises InvalidRequest where the model's rule is not known."""
    tokens = 0
    for pointer, size in images:
        tier = IMAGE_TIERS.get(rules.image_tier or "")
        if tier is None:
            raise InvalidRequest.at(
                pointer, "cannot be counted: how this model bills images is not known; send usage"
            )
        with under(pointer):
            tokens += image_tokens(size, tier)
    return tokens


@dataclass(frozen=True, slots=True)
class _Walk:
    """Visits content blocks, handing texts and images to their collectors."""

    text: Callable[[str], None]
    image: Callable[[str, ImageSize], None]

    def message(self, message: object, pointer: str) -> None:
        if not isinstance(message, Mapping):
            raise InvalidRequest.at(pointer, "must be an object")
        self.content(message.get("content"), f"{pointer}/content")

    def content(self, content: object, pointer: str) -> None:
        if isinstance(content, str):
            self.text(content)
        elif isinstance(content, Sequence):
            for index, block in enumerate(content):
                self.block(block, f"{pointer}/{index}")
        else:
            raise InvalidRequest.at(pointer, "must be a string or a list of blocks")

    def block(self, block: object, pointer: str) -> None:
        if not isinstance(block, Mapping):
            raise InvalidRequest.at(pointer, "must be an object")
        kind = block.get("type")
        if kind in ("text", "thinking"):  # the field that holds the text is named like its kind
            self.string(block.get(kind), f"{pointer}/{kind}")
        elif kind == "tool_use":
            self.string(block.get("name"), f"{pointer}/name")
            self.text(_as_json(block.get("input", {})))
        elif kind == "tool_result":
            self.content(block.get("content", ""), f"{pointer}/content")
        elif kind == "image":
            self.image(pointer, _size(block, pointer))
        else:
            kinds = "text, thinking, image, tool_use or tool_result"
            raise InvalidRequest.at(f"{pointer}/type", f"must be {kinds} to be counted")

    def string(self, value: object, pointer: str) -> None:
        if not isinstance(value, str):
            raise InvalidRequest.at(pointer, "must be a string")
        self.text(value)


def _size(block: Mapping[str, Any], pointer: str) -> ImageSize:
    """The size is stated, not decoded: counting must not depend on the image's bytes."""
    width, height = block.get("width"), block.get("height")
    if type(width) is not int or type(height) is not int:
        raise InvalidRequest.at(pointer, "needs the image's width and height in pixels")
    return ImageSize(width, height)


def _tool_overhead(prompt: Prompt, rules: PromptRules, assume: Callable[[str], None]) -> int:
    """The system prompt a provider adds when tools are sent: published per model and choice."""
    if not prompt.tools:
        return 0
    published = rules.tool_overhead_tokens
    usual = USUAL_TOOL_OVERHEAD.get(rules.tokenizer or "")
    if published is None and usual is None:
        assume("No tool-use prompt is counted: none is published for this model.")
        return 0
    overhead = (published or usual or {}).get(prompt.tool_choice)
    if overhead is None:
        raise InvalidRequest.at("/tool_choice", "cannot be any: this model refuses to be forced")
    if published is None:
        assume(f"{overhead} tokens of tool-use prompt, as other models of its generation add.")
    return overhead


#: One encoder for all: a prompt may hold thousands of small definitions.
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
