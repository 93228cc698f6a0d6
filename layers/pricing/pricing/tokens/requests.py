"""A provider's whole request body, as the prompt that it sends.

Requests of OpenAI (chat completions, responses), Anthropic Messages, Gemini's generateContent,
Bedrock Converse and the older ones of a single prompt differ in names only, so that one walk serves
all: every string that the model sees counts (text, tool calls and their results, reasoning, names,
documents, schemas), and what is an id, a role or the bytes of a file does not. An image whose bytes
are sent is counted by its size; what else has no known size is pointed at as uncounted.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pricing.errors import InvalidRequest, is_plain_name
from pricing.jsonio import value_at
from pricing.tokens.image_files import size_of_base64
from pricing.tokens.images import ImageSize
from pricing.tokens.prompts import Prompt, as_seen
from pricing.values import immutable

#: Keys whose values the model does not see as text: roles, types, ids, addresses and bytes.
_NOT_TEXT = frozenset(
    (
        *("role", "type", "id", "call_id", "tool_call_id", "tool_use_id", "toolUseId", "item_id"),
        *("status", "format", "detail", "mimeType", "mime_type", "media_type", "data", "bytes"),
        *("url", "image_url", "file_id", "file_data", "fileUri", "file_uri", "signature"),
        *("thoughtSignature", "thought_signature", "encrypted_content", "cache_control"),
        *("cachePoint", "annotations", "logprobs", "is_error", "width", "height"),
    )
)
#: Parts that hold a file, by their ``type`` or by the name of the member that is one.
_FILES = frozenset(
    (
        *("image", "image_url", "input_image", "inlineData", "inline_data", "fileData"),
        *("file_data", "file", "input_file", "input_audio", "document", "video", "video_url"),
        "audio",
    )
)
#: Where a part has the bytes of its file, or an address that may be a data URI.
_CONTENTS = (
    *(("source", "data"), ("source", "bytes"), ("data",), ("bytes",), ("image_url", "url")),
    *(("image_url",), ("url",)),
)
_MESSAGES = ("messages", "input", "contents", "prompt", "message", "inputText", "texts")
_SYSTEM = ("system", "instructions", "systemInstruction", "system_instruction", "preamble")
#: What a model also reads: the schema that its answer must have.
_SCHEMAS = (
    ("response_format", "json_schema"),
    ("text", "format", "schema"),
    ("output_config", "format", "schema"),
    ("generationConfig", "responseSchema"),
    ("generationConfig", "responseJsonSchema"),
)
#: Parts of a prompt that the provider keeps, so that the body does not show how long they are.
_KEPT = ("previous_response_id", "conversation", "cachedContent", "cached_content")
_LIMITS = (
    ("max_completion_tokens",),
    ("max_output_tokens",),
    ("max_tokens",),
    ("max_tokens_to_sample",),
    ("max_gen_len",),
    ("generationConfig", "maxOutputTokens"),
    ("generation_config", "max_output_tokens"),
    ("inferenceConfig", "maxTokens"),
    ("textGenerationConfig", "maxTokenCount"),
)
_CHOICES = (("n",), ("generationConfig", "candidateCount"))
#: Where a line of a batch's input has its body: OpenAI's, Anthropic's, Bedrock's, Vertex AI's.
_BATCH_LINES = (
    ("body", "custom_id"),
    ("params", "custom_id"),
    ("modelInput", "recordId"),
    ("request", ""),
)
#: Members that let a provider use tools of its own, which it bills by the use.
_TOOL_MEMBERS = ("web_search_options", "plugins", "search_parameters")
_RUN_BY_PROVIDER = re.compile(
    r"(?i)(search|fetch|code_?exec|code_interp|maps|url_?context|image_gen|retrieval)", re.ASCII
).search
MAX_NAME = 128
MAX_MESSAGES = 2_000
MAX_TOOLS = 500


@immutable
class CachedPrefix:
    """The part of a prompt up to its last cache breakpoint, and how long that is kept."""

    prompt: Prompt
    ttl: Literal["5m", "1h"]


@immutable
class SentImage:
    """An image of a request: where it is, its size, and whether it is shown in low detail."""

    pointer: str
    size: ImageSize
    low: bool


@immutable
class ProviderRequest:
    """What a request body sends.

    ``max_output_tokens`` bounds one answer, of which it asks for ``choices``. ``cached`` is None
    where the prompt has no cache breakpoint. ``uncounted`` points at what has no known size;
    ``server_tools`` are the provider's tools that it allows. ``terms`` are the words of
    ``service_tier``, ``speed`` and ``inference_geo`` as the body states them.

    """

    prompt: Prompt
    model: str | None
    max_output_tokens: int | None
    choices: int
    terms: Mapping[str, str]
    batch: bool
    cached: CachedPrefix | None
    images: tuple[SentImage, ...]
    uncounted: tuple[str, ...]
    server_tools: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """What a walk over a body finds in addition to its texts."""

    uncounted: list[str] = field(default_factory=list)
    images: list[SentImage] = field(default_factory=list)


def read_request(body: Any, pointer: str = "/request") -> ProviderRequest:
    """Read a request body; raises InvalidRequest for one without a prompt."""
    if not isinstance(body, dict):
        raise InvalidRequest.at(pointer, "must be an object: the provider's whole request body")
    for line, mark in _BATCH_LINES:
        if isinstance(body.get(line), dict) and (not mark or mark in body):
            return replace(read_request(body[line], f"{pointer}/{line}"), batch=True)
    name = next((name for name in _MESSAGES if body.get(name) is not None), None)
    if name is None:
        raise InvalidRequest.at(
            pointer,
            "holds no prompt: send the request body with its `messages` (OpenAI, Anthropic,"
            " Bedrock), `input` (OpenAI responses) or `contents` (Gemini)",
        )
    found = _Found([f"{pointer}/{kept}" for kept in _KEPT if body.get(kept) is not None])
    system_name = next((one for one in _SYSTEM if body.get(one) is not None), "system")
    system = body.get(system_name, "")
    system_texts = list(_texts(system, f"{pointer}/{system_name}", found))
    schemas = filter(None, (value_at(body, path) for path in _SCHEMAS))
    system_texts += (json.dumps(schema, ensure_ascii=False, default=str) for schema in schemas)
    tools = list(_tools(body, pointer))
    turns = _turns(body, name, pointer)
    messages = [
        {"content": [{"type": "text", "text": text} for text in _texts(turn, here, found)]}
        for number, turn in enumerate(turns)
        for here in (f"{pointer}/{name}/{number}",)
    ]
    sent = [tool for tool in tools if not _is_server_tool(tool)]
    prompt = Prompt(messages, "\n".join(system_texts), sent or bool(tools), _choice(body))
    served = (_name_of(tool) for tool in tools if _is_server_tool(tool))
    allowed = (one for one in _TOOL_MEMBERS if body.get(one))
    return ProviderRequest(
        prompt=prompt,
        model=model_of(body),
        max_output_tokens=_first_count(body, _LIMITS, pointer),
        choices=_first_count(body, _CHOICES, pointer) or 1,
        terms=_terms(body),
        batch=False,
        cached=_cached(prompt, body, tools, system, turns),
        images=tuple(found.images),
        uncounted=tuple(found.uncounted),
        server_tools=tuple(dict.fromkeys(filter(is_plain_name, (*served, *allowed)))),
    )


def _turns(body: Mapping[str, Any], name: str, pointer: str) -> list[Any]:
    """The messages of a prompt; Cohere's history goes before its last message."""
    turns = body[name]
    turns = [{"content": turns}] if isinstance(turns, str | dict) else turns
    if not isinstance(turns, list):
        raise InvalidRequest.at(f"{pointer}/{name}", "must be a string or a list")
    history = body.get("chat_history")
    turns = [*(history if isinstance(history, list) else ()), *turns]
    if len(turns) > MAX_MESSAGES:
        raise InvalidRequest.at(f"{pointer}/{name}", f"must have at most {MAX_MESSAGES} items")
    return turns


def _texts(value: Any, pointer: str, found: _Found) -> Iterator[str]:
    """Every text of a value that the model sees; files are noted by their size."""
    text = as_seen(value)
    if text is not None:
        yield text
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, f"{pointer}/{number}", found)
    elif isinstance(value, dict):
        kind = value.get("type")
        file = value if isinstance(kind, str) and kind in _FILES else None
        names = [name for name in value if name in _FILES and isinstance(value[name], dict | str)]
        if file is None and names:
            file = value[names[0]]
        if file is not None:
            yield from _text_of_file(value, file, pointer, found)
            value = {name: value[name] for name in value if name not in (*names, "source")}
        for name, one in value.items():
            if name not in _NOT_TEXT:
                yield from _texts(one, f"{pointer}/{name}", found)


def _text_of_file(part: Mapping[str, Any], file: Any, pointer: str, found: _Found) -> Iterator[str]:
    """The text of a file that is sent as text; notes the size of an image, and any other file."""
    source = file.get("source") if isinstance(file, dict) else None
    if isinstance(source, dict):
        text = source.get("data") if source.get("type") == "text" else source.get("text")
        text = text or source.get("content")
        if text:
            yield from _texts(text, f"{pointer}/source", found)
            return
    size = None
    for holder in (part, file):
        contents = (value_at(holder, path) for path in _CONTENTS)
        size = size or next(filter(None, map(size_of_base64, contents)), None)
    if size is None and type(part.get("width")) is int and type(part.get("height")) is int:
        size = ImageSize(part["width"], part["height"])
    if size is None:
        found.uncounted.append(pointer)
        return
    low = "low" in (part.get("detail"), value_at(part, ("image_url", "detail")))
    found.images.append(SentImage(pointer, size, low))


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


def _is_server_tool(tool: Mapping[str, Any]) -> bool:
    """Whether the provider runs a tool: it has a type of its own, and no definition to send."""
    return len(tool) > 0 and "input_schema" not in tool and bool(_RUN_BY_PROVIDER(_name_of(tool)))


def _name_of(tool: Mapping[str, Any]) -> str:
    return str(tool.get("type") or next(iter(tool)))


def _choice(body: Mapping[str, Any]) -> Literal["auto", "any"]:
    choice = body.get("tool_choice")
    kind = choice.get("type") if isinstance(choice, dict) else choice
    return "any" if kind in ("any", "required", "tool", "function") else "auto"


def _terms(body: Mapping[str, Any]) -> Mapping[str, str]:
    """The words by which a body asks for a price list, a speed or a place."""
    tier = body.get("service_tier", body.get("serviceTier"))
    tier = tier.get("type") if isinstance(tier, dict) else tier
    words = {"service_tier": tier, "speed": body.get("speed")}
    words["inference_geo"] = body.get("inference_geo")
    return {name: word for name, word in words.items() if isinstance(word, str) and word}


def model_of(body: Mapping[str, Any]) -> str | None:
    """Return the model that a request body names, if it is a name at all."""
    names = (body.get("model"), body.get("modelId"))
    return next((one for one in names if isinstance(one, str) and 0 < len(one) <= MAX_NAME), None)


def _first_count(
    body: Mapping[str, Any], paths: Sequence[tuple[str, ...]], pointer: str
) -> int | None:
    """The first count that stands at one of these paths."""
    for path in paths:
        value = value_at(body, path)
        if value is None:
            continue
        if type(value) is not int or not 0 < value <= 10**9:
            detail = "must be a whole number of 1 or more"
            raise InvalidRequest.at(f"{pointer}/{'/'.join(path)}", detail)
        return value
    return None


def _cached(
    prompt: Prompt, body: Mapping[str, Any], tools: Any, system: Any, turns: Sequence[Any]
) -> CachedPrefix | None:
    """The prompt up to its last ``cache_control`` or ``cachePoint``.

    A breakpoint in a message caches everything before it: tools, system and the messages so far. A
    ``cache_control`` of the body itself is one at its end.
    """
    whole = _mark(body, nested=False)
    marks = [(number + 1, mark) for number, turn in enumerate(turns) if (mark := _mark(turn))]
    if whole or marks:
        last, mark = (len(turns), whole) if whole else marks[-1]
        messages = prompt.messages[:last]
        return CachedPrefix(replace(prompt, messages=messages), _ttl(mark))
    if mark := _mark(system):
        return CachedPrefix(replace(prompt, messages=[]), _ttl(mark))
    if mark := _mark(tools):
        return CachedPrefix(replace(prompt, messages=[], system=""), _ttl(mark))
    return None


def _ttl(mark: Mapping[str, Any]) -> Literal["5m", "1h"]:
    return "1h" if mark.get("ttl") == "1h" else "5m"


def _mark(value: Any, *, nested: bool = True) -> Mapping[str, Any] | None:
    """The last cache breakpoint in a value, as it is written."""
    if isinstance(value, dict):
        for name in ("cache_control", "cachePoint"):
            if isinstance(value.get(name), dict) and value[name]:
                own: Mapping[str, Any] = value[name]
                return own
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    marks = [mark for part in parts if nested and (mark := _mark(part))]
    return marks[-1] if marks else None
