"""The input tokens of a request that has not been sent: messages, system, tools and images.

``messages`` is a string (one user message) or a list of ``{role, content}`` as in Anthropic
Messages; content is a string or a list of blocks. Text is estimated (``tokens.estimator``); images
and tool-use prompts follow published rules.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
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
from pricing.tokens.images import IMAGE_RULES, ImageSize, image_tokens
from pricing.values import immutable

#: Tokens around the text. A request of one message has 7 tokens more than its text on Claude
#: (measured with count_tokens: 8 for "a"); OpenAI documents 3 per request and 4 per message.
TOKENS_PER_REQUEST = 3
TOKENS_PER_MESSAGE = 4
#: For Claude models without a published figure: those of the newest models of their generation.
USUAL_TOOL_OVERHEAD: Mapping[str, Mapping[str, int]] = {
    "claude-2024": {"auto": 496, "any": 588},
    "claude-2026": {"auto": 286, "any": 406},
}

ToolChoice = Literal["auto", "any"]
Content = str | Sequence[Mapping[str, Any]]


@immutable
class Prompt:
    """A request before it is sent. ``tools`` is True if tools are sent whose text is not known."""

    messages: Content
    system: Content = ""
    tools: bool | Sequence[Mapping[str, Any]] = False
    tool_choice: ToolChoice = "auto"
    images: Sequence[ImageSize] = ()


@immutable
class PromptRules:
    """How a model counts a prompt, as far as the price book knows; None is not known.

    ``framed`` where a chat's tokens stand around the text, which embeddings do not have.
    """

    tokenizer: str | None
    tool_overhead_tokens: Mapping[str, int] | None = None
    image_tier: str | None = None
    framed: bool = True


@immutable
class PromptCount:
    """Input tokens by their origin, and the assumptions of counting them."""

    text: TokenCount
    framing: int
    tool_overhead: int
    images: int
    assumptions: tuple[str, ...] = ()

    @property
    def total(self) -> TokenCount:
        """All input tokens; only those of the text are uncertain."""
        return self.text + exactly(self.framing + self.tool_overhead + self.images)


def count_prompt(prompt: Prompt, rules: PromptRules) -> PromptCount:
    """Estimate a prompt; raises InvalidRequest that points at what cannot be counted."""
    return count_read(ReadPrompt.of(prompt), rules)


@immutable
class ReadPrompt:
    """The part of a prompt's count that is the same for every model.

    It has every text of the prompt, their features, and every image with its pointer.
    """

    prompt: Prompt
    texts: tuple[str, ...]
    features: Features | None
    images: tuple[tuple[str, ImageSize], ...]

    @classmethod
    def of(cls, prompt: Prompt) -> "ReadPrompt":
        """Read a prompt; raises InvalidRequest that points at what cannot be counted."""
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
        texts = list(filter(None, texts))
        return cls(prompt, tuple(texts), features_of(*texts) if texts else None, tuple(images))


def count_read(read: ReadPrompt, rules: PromptRules) -> PromptCount:
    """Estimate a prompt for one model; raises InvalidRequest for what cannot be counted on it."""
    prompt = read.prompt
    text = estimate_features(read.features or Features(), rules.tokenizer)
    messages = 1 if isinstance(prompt.messages, str) else len(prompt.messages)
    framing = TOKENS_PER_REQUEST + TOKENS_PER_MESSAGE * messages if rules.framed else 0
    assumptions = [METHOD] if read.features else []
    if rules.framed:
        assumptions.append(
            f"{framing} tokens around the text: {TOKENS_PER_REQUEST} per request and"
            f" {TOKENS_PER_MESSAGE} per message."
        )
    overhead = _tool_overhead(prompt, rules, assumptions.append)
    images = tokens_of_images(read.images, rules)
    return PromptCount(text, framing, overhead, images, tuple(assumptions))


def as_seen(value: object) -> str | None:
    """Return the text that a model sees of a string or a number, or None for any other value."""
    if isinstance(value, str):
        return value
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return str(value) if is_number else None


def tokens_of_images(images: Iterable[tuple[str, ImageSize]], rules: PromptRules) -> int:
    """Return the tokens of all images; raises InvalidRequest if the model's rule is not known."""
    tokens = 0
    for pointer, size in images:
        with under(pointer):
            counted = tokens_of_image(size, rules)
        if counted is None:
            raise InvalidRequest.at(
                pointer, "cannot be counted: this model's image rule is not known; send `usage`"
            )
        tokens += counted
    return tokens


def tokens_of_image(size: ImageSize, rules: PromptRules, *, low: bool = False) -> int | None:
    """Return the tokens of one image, or None if the model's rule is not known.

    ``low`` is OpenAI's ``detail``. Raises InvalidRequest for a size that cannot be sent.
    """
    rule = IMAGE_RULES.get(rules.image_tier or "")
    return None if rule is None else image_tokens(size, rule, low=low)


@immutable
class _Walk:
    """A walk over content blocks that passes texts and images to their collectors."""

    text: Callable[[str], None]
    image: Callable[[str, ImageSize], None]

    def message(self, message: object, pointer: str) -> None:
        if not isinstance(message, Mapping):
            raise InvalidRequest.at(pointer, "must be an object")
        content = message.get("content")
        others = {name: part for name, part in message.items() if name not in _MESSAGE_FRAME}
        if content is not None or not others:
            self.content(content, f"{pointer}/content")
        for part in others.values():
            self.strings(part)

    def strings(self, value: object) -> None:
        """Every value of a tool call, a function call, reasoning or a name; ids are not seen."""
        text = as_seen(value)
        if text is not None:
            self.text(text)
        elif isinstance(value, Mapping):
            for name, part in value.items():
                if name not in _UNSEEN:
                    self.strings(part)
        elif isinstance(value, Sequence):
            for part in value:
                self.strings(part)

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
        elif kind in ("input_text", "output_text"):
            self.string(block.get("text"), f"{pointer}/text")
        elif kind == "document" and isinstance(block.get("source"), Mapping):
            self.document(block["source"], f"{pointer}/source")
            self.strings([block.get("title"), block.get("context")])
        elif kind is None and isinstance(block.get("text"), str):  # Gemini's and Bedrock's parts
            self.string(block["text"], f"{pointer}/text")
        elif kind == "tool_use":
            self.string(block.get("name"), f"{pointer}/name")
            self.text(_as_json(block.get("input", {})))
        elif kind == "tool_result":
            self.content(block.get("content", ""), f"{pointer}/content")
        elif kind == "image":
            self.image(pointer, _size(block, pointer))
        else:
            kinds = "text, thinking, image, tool_use or tool_result"
            detail = f"must be {kinds} to be counted; other parts are read in a whole `request`"
            raise InvalidRequest.at(f"{pointer}/type", detail)

    def document(self, source: Mapping[str, Any], pointer: str) -> None:
        """The text of a document; of one that is sent as bytes or an address it is not known."""
        if source.get("type") in ("base64", "url", "file"):
            raise InvalidRequest.at(pointer, "cannot be counted: send the document's text instead")
        self.strings(source)

    def string(self, value: object, pointer: str) -> None:
        if not isinstance(value, str):
            raise InvalidRequest.at(pointer, "must be a string")
        self.text(value)


#: What a message says about itself and the model does not see as text.
_MESSAGE_FRAME = frozenset(("role", "content", "id", "type", "tool_call_id", "status"))
_UNSEEN = frozenset(("id", "type", "call_id", "index", "media_type", "signature"))


def _size(block: Mapping[str, Any], pointer: str) -> ImageSize:
    """Return the size that was sent: counting does not decode the image."""
    width, height = block.get("width"), block.get("height")
    if type(width) is not int or type(height) is not int:
        raise InvalidRequest.at(pointer, "must have the image's `width` and `height` in pixels")
    return ImageSize(width, height)


def _tool_overhead(prompt: Prompt, rules: PromptRules, assume: Callable[[str], None]) -> int:
    """Return the tokens that a provider adds if tools are sent: published per model and choice."""
    if not prompt.tools:
        return 0
    published = rules.tool_overhead_tokens
    usual = USUAL_TOOL_OVERHEAD.get(rules.tokenizer or "")
    if published is None and usual is None:
        assume("No tool-use prompt is counted: none is published for this model.")
        return 0
    overhead = (published or usual or {}).get(prompt.tool_choice)
    if overhead is None:
        raise InvalidRequest.at("/tool_choice", "must be auto: this model cannot be forced")
    if published is None:
        assume(f"{overhead} tokens of tool-use prompt, as for other models of its generation.")
    return overhead


#: One encoder for all calls: a prompt may have thousands of small definitions.
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
