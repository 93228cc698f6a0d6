"""A provider's whole request body, as the prompt that it sends.

Five shapes are read: OpenAI chat completions and responses, Anthropic Messages, Gemini's
generateContent and Bedrock Converse. They differ in names only, so that one walk serves all: every
string that the model sees counts (text, tool calls and their results, reasoning, names, documents),
and what is an id, a role or the bytes of a file does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pricing.errors import InvalidRequest
from pricing.tokens.prompts import Prompt

#: Keys whose values the model does not see as text: roles, types, ids, addresses and bytes.
_NOT_TEXT = frozenset(
    (
        *("role", "type", "id", "call_id", "tool_call_id", "tool_use_id", "toolUseId", "item_id"),
        *("status", "format", "detail", "mimeType", "mime_type", "media_type", "data", "bytes"),
        *("url", "image_url", "file_id", "file_data", "fileUri", "file_uri", "signature"),
        *("thoughtSignature", "thought_signature", "encrypted_content", "cache_control"),
        *("cachePoint", "annotations", "logprobs", "is_error"),
    )
)
_IMAGES = frozenset(("image", "image_url", "input_image", "inlineData", "inline_data", "fileData"))
_MESSAGES = ("messages", "input", "contents")
_SYSTEM = ("system", "instructions", "systemInstruction", "system_instruction")
_LIMITS = (
    ("max_completion_tokens",),
    ("max_output_tokens",),
    ("max_tokens",),
    ("generationConfig", "maxOutputTokens"),
    ("generation_config", "max_output_tokens"),
    ("inferenceConfig", "maxTokens"),
)
_CHOICES = (("n",), ("generationConfig", "candidateCount"))
MAX_MESSAGES = 2_000
MAX_TOOLS = 500


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """What a request body sends.

    ``max_output_tokens`` bounds one answer, of which it asks for ``choices``. ``cached`` is the
    part of the prompt up to the last cache breakpoint, None where there is none. ``uncounted``
    points at images and files whose size is not stated. ``is_speech`` is set for a text to speak.
    """

    prompt: Prompt
    model: str | None
    max_output_tokens: int | None
    choices: int
    service_tier: str | None
    cached: Prompt | None
    uncounted: tuple[str, ...]
    is_speech: bool


def read_request(body: Any, pointer: str = "/request") -> ProviderRequest:
    """Read a request body; raises InvalidRequest for one without a prompt."""
    if not isinstance(body, dict):
        raise InvalidRequest.at(pointer, "must be an object: the provider's whole request body")
    name = next((name for name in _MESSAGES if body.get(name) is not None), None)
    if name is None:
        raise InvalidRequest.at(
            pointer,
            "holds no prompt: send the request body with its `messages` (OpenAI, Anthropic,"
            " Bedrock), `input` (OpenAI responses) or `contents` (Gemini)",
        )
    uncounted: list[str] = []
    system = next((body[one] for one in _SYSTEM if body.get(one) is not None), "")
    system_texts = list(_texts(system, f"{pointer}/system", uncounted))
    tools = list(_tools(body, pointer))
    turns = body[name]
    turns = [{"content": turns}] if isinstance(turns, str | dict) else turns
    if not isinstance(turns, list):
        raise InvalidRequest.at(f"{pointer}/{name}", "must be a string or a list")
    if len(turns) > MAX_MESSAGES:
        raise InvalidRequest.at(f"{pointer}/{name}", f"must have at most {MAX_MESSAGES} items")
    messages = [
        _message(list(_texts(turn, f"{pointer}/{name}/{number}", uncounted)))
        for number, turn in enumerate(turns)
    ]
    prompt = Prompt(messages, "\n".join(system_texts), tools or False, _choice(body))
    return ProviderRequest(
        prompt=prompt,
        model=_word(body, "model") or _word(body, "modelId"),
        max_output_tokens=_first_count(body, _LIMITS, pointer),
        choices=_first_count(body, _CHOICES, pointer) or 1,
        service_tier=_word(body, "service_tier"),
        cached=_cached(prompt, system, turns),
        uncounted=tuple(uncounted),
        is_speech="voice" in body,
    )


def _message(texts: Sequence[str]) -> Mapping[str, Any]:
    return {"content": [{"type": "text", "text": text} for text in texts]}


def _texts(value: Any, pointer: str, uncounted: list[str]) -> Iterator[str]:
    """Every string of a value that the model sees; images and files are noted as uncounted."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, f"{pointer}/{number}", uncounted)
    elif isinstance(value, dict):
        if value.get("type") in _IMAGES or not _IMAGES.isdisjoint(value):
            uncounted.append(pointer)
        for name, one in value.items():
            if name not in _NOT_TEXT and name not in _IMAGES:
                yield from _texts(one, f"{pointer}/{name}", uncounted)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _tools(body: Mapping[str, Any], pointer: str) -> Iterator[Mapping[str, Any]]:
    """The definitions of the tools that are sent, one by one."""
    tools = body.get("tools")
    config = body.get("toolConfig")
    if tools is None and isinstance(config, dict):
        tools = config.get("tools")
    if tools is None:
        return
    if not isinstance(tools, list) or len(tools) > MAX_TOOLS:
        raise InvalidRequest.at(f"{pointer}/tools", f"must be a list of at most {MAX_TOOLS} items")
    for tool in tools:
        declared = tool.get("functionDeclarations") if isinstance(tool, dict) else None
        for one in declared if isinstance(declared, list) else [tool]:
            if isinstance(one, dict):
                yield one


def _choice(body: Mapping[str, Any]) -> Literal["auto", "any"]:
    choice = body.get("tool_choice")
    kind = choice.get("type") if isinstance(choice, dict) else choice
    return "any" if kind in ("any", "required", "tool", "function") else "auto"


def _word(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= 128 else None  # noqa: PLR2004


def _first_count(
    body: Mapping[str, Any], paths: Sequence[tuple[str, ...]], pointer: str
) -> int | None:
    """The first count that stands at one of these paths."""
    for path in paths:
        value: Any = body
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            continue
        if type(value) is not int or not 0 < value <= 10**9:
            detail = "must be a whole number of 1 or more"
            raise InvalidRequest.at(f"{pointer}/{'/'.join(path)}", detail)
        return value
    return None


def _cached(prompt: Prompt, system: Any, turns: Sequence[Any]) -> Prompt | None:
    """The prompt up to its last ``cache_control`` or ``cachePoint``.

    A breakpoint in a message caches everything before it: tools, system and the messages so far.
    """
    marked = [number for number, turn in enumerate(turns) if _is_marked(turn)]
    if marked:
        last = marked[-1] + 1
        return Prompt(prompt.messages[:last], prompt.system, prompt.tools, prompt.tool_choice)
    if _is_marked(system):
        return Prompt([], prompt.system, prompt.tools, prompt.tool_choice)
    return None


def _is_marked(value: Any) -> bool:
    if isinstance(value, dict):
        marked = value.get("cache_control") or value.get("cachePoint")
        return bool(marked) or any(map(_is_marked, value.values()))
    return isinstance(value, list) and any(map(_is_marked, value))
