"""What a request means that is written as in a provider's SDK, or by hand.

Only what has one meaning is rewritten: counts under a provider's names are its usage object, a
provider's whole response or request is that, words and amounts may be written in other ways. All
else is left to the request's type, which says what to send instead.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from pricing.catalogue.spellings import at_provider
from pricing.errors import MalformedRequest
from pricing.jsonio import read_json
from pricing.money import EXACT
from pricing.usage.recognition import camel
from pricing.usage.response import MODELS, USAGES
from pricing.usage.shapes import OPENAI, RESPONSES, SUMS
from pricing.usage.written import amount, processing_of, unquoted
from pricing.validation import Name

#: What says what was used, or will be.
_SOURCES = frozenset(("usage", "response", "request", "text", "units"))
#: Counts by the names of providers and SDKs: one of them shows whose names all others are.
_COUNTS = frozenset(
    (
        *("prompt_tokens", "completion_tokens", "promptTokens", "completionTokens"),
        *("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"),
        *("promptTokenCount", "candidatesTokenCount", "cachedContentTokenCount"),
        *("prompt_token_count", "candidates_token_count", "cached_content_token_count"),
        *("cache_read_input_tokens", "cache_creation_input_tokens", "input_tokens_details"),
        *("prompt_tokens_details", "prompt_cache_hit_tokens", "tokens_in", "tokens_out"),
        *("total_tokens", "totalTokens"),
        *("InputTokens", "OutputTokens", "PromptTokens", "CompletionTokens"),
    )
)
#: What may stand next to them; how many calls they are the sum of is not left to a guess.
_NEXT_TO_COUNTS = frozenset(
    (
        *(*OPENAI.fields, *RESPONSES.fields, "totalTokens", "totalTokenCount", "cachedInputTokens"),
        *("cacheDetails", "inputTokenDetails", "outputTokenDetails", "reasoningTokens"),
        *("thoughtsTokenCount", "toolUsePromptTokenCount", "promptTokensDetails"),
        *("candidatesTokensDetails", "cacheTokensDetails", "thoughts_token_count"),
        *("total_token_count", "cachedTokens", "TotalTokens", "cachedInputTokenCount"),
    )
) - {*SUMS, "service_tier", "speed", "inference_geo", "audio_tokens", "prompt", "completion"}
#: Quantities that are not tokens, by the names that usage objects have for them.
_QUANTITIES: Mapping[str, tuple[str, int]] = {
    **{name: (name, 1) for name in ("seconds", "audio_seconds", "characters", "pages")},
    **{name: (name, 1) for name in ("image_count", "search_units")},
    "duration": ("seconds", 1),
    "minutes": ("seconds", 60),
    "hours": ("seconds", 3600),
}
#: Shorter names of counts, which other objects may have for other things.
_SHORTER = {
    **dict.fromkeys(("input", "in", "prompt"), "input_tokens"),
    **dict.fromkeys(("output", "out", "completion"), "output_tokens"),
}
_SEARCHES = ("web_searches", "web_search", "web_search_requests")
_NAMES_OF_MODELS = ("model_name", "modelId", "model_id", "modelName")
#: Members that only a provider's response, and only a provider's request, has.
_OF_RESPONSES = frozenset(
    (
        *("choices", "candidates", "object", "id", "stop_reason", "modelVersion", "stopReason"),
        *("created", "type", "delta"),
    )
)
_OF_REQUESTS = frozenset(
    (
        *("max_tokens", "max_completion_tokens", "max_output_tokens", "temperature", "stream"),
        *("generationConfig", "inferenceConfig", "systemInstruction", "contents", "instructions"),
        *("response_format", "stop_sequences", "top_p", "reasoning_effort", "stream_options"),
        *("size", "quality", "n", "documents", "input", "parallel_tool_calls", "toolConfig"),
    )
)
_PROMPTS = frozenset(("messages", "input", "contents", "prompt", "query"))
#: What callers say about a call and no provider's body has: next to one, it is not a part of it.
CALLERS_WORDS = frozenset(
    (
        *("calls_per_hour", "calls_per_day", "calls_per_month", "requests_per_hour", "batch"),
        *("requests_per_day", "requests_per_month", "messages_per_day", "messages_per_month"),
        *("queries_per_day", "queries_per_month", "daily_calls", "monthly_calls", "batch_api"),
        *("daily_requests", "monthly_requests", "monthly_queries", "num_calls", "num_requests"),
        *("n_calls", "n_requests", "number_of_calls", "number_of_requests", "requests", "times"),
        *("count", "repeat", "quantity", "volume", "users", "period", "frequency", "is_batch"),
        *("use_batch", "priority", "flex", "fast", "fast_mode", "region", "data_zone", "date"),
        *("budget", "max_budget", "max_cost", "discount", "discount_percent", "markup"),
        *("multiplier", "cache_hit_rate", "hit_rate", "cached", "cached_tokens", "cache_read"),
        *("cache_write", "cached_percent", "cache_ttl", "web_searches", "deadline"),
        *("expected_output", "currency_code", "max_usd"),
    )
)
#: Members of providers' bodies whose names are near to a field's.
_NEAR_TO_FIELDS = frozenset(("message", "texts", "text", "image", "models", "tool", "unit"))
#: So alike are a field's name and a misspelt one.
_ALIKE = 0.85
#: Fields whose values are words, which providers have too.
_TERMS = frozenset(("processing", "speed", "inference_geo"))
#: Fields of a request that are also members of a provider's object.
_SHARED = frozenset(("text", "messages", "system", "images", "tools", "tool_choice", "usage"))
_AMOUNTS = frozenset(
    (
        *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "calls"),
        *("expected_output_tokens", "thinking_tokens"),
    )
)
_FRACTION = re.compile(r"\d{1,12}\.\d{1,9}", re.ASCII)
#: A line of server-sent events that has data.
_EVENT = re.compile(r"^data:.*$", re.MULTILINE)
#: A count of seconds of this century; a shorter one may be a year, or days.
_THIS_CENTURY = 10**9


def as_meant(body: Mapping[str, Any], fields: AbstractSet[str]) -> dict[str, Any]:
    """The request with what has one meaning in the form that the fields of its type have."""
    sent = dict(body)
    _rename(sent, fields)
    if _SOURCES.isdisjoint(sent) or not {"usage", "custom_id"}.isdisjoint(sent):
        _wrap(sent, fields)
    if _SOURCES.isdisjoint(sent):
        _gather(sent)
    if isinstance(sent.get("usage"), dict):
        sent["usage"] = unquoted(sent["usage"])
    _tier(sent, fields)
    _date(sent)
    _name(sent, fields)
    return sent


def _rename(sent: dict[str, Any], fields: AbstractSet[str]) -> None:
    """Read fields under other names, and texts that hold objects."""
    if "model" in fields and "model" not in sent:
        name = next((one for one in _NAMES_OF_MODELS if isinstance(sent.get(one), str)), None)
        if name is not None:
            sent["model"] = sent.pop(name)
    for name in ("usage", "response", "request"):
        if isinstance(sent.get(name), str):
            sent[name] = _object(sent[name])
    if {"text", "messages"}.isdisjoint(sent) and not isinstance(sent.get("prompt"), str | list):
        _rename_counts(sent, fields)
    else:
        _rename_prompt(sent)


def _rename_counts(sent: dict[str, Any], fields: AbstractSet[str]) -> None:
    """Read counts under shorter names, and searches as uses of a tool."""
    for name in _SEARCHES:
        if _is_count(sent.get(name)) and "tool_uses" in fields - sent.keys():
            sent["tool_uses"] = {"web_search": amount(sent.pop(name))}
    if not _SOURCES.isdisjoint(sent):
        return
    for name, meaning in _SHORTER.items():
        if _is_count(sent.get(name)) and name not in fields and meaning not in sent:
            sent[meaning] = sent.pop(name)
    if "input_tokens" in sent and "output_tokens" not in sent and "expected_output_tokens" in sent:
        sent["output_tokens"] = sent.pop("expected_output_tokens")
    if isinstance(sent.get("tokens"), dict):
        sent["usage"] = sent.pop("tokens")


def _is_count(value: Any) -> bool:
    return type(amount(value)) is int


def _rename_prompt(sent: dict[str, Any]) -> None:
    """Read messages that are one text, and the output of a prompt as the expected one."""
    if isinstance(sent.get("messages"), str) and "text" not in sent:
        sent["text"] = sent.pop("messages")
    counted = {"input_tokens", "expected_output_tokens"} & sent.keys()
    if not counted and "output_tokens" in sent:
        sent["expected_output_tokens"] = sent.pop("output_tokens")


def _object(text: str) -> Any:
    """The object that a text holds, or the events of a stream; else the text."""
    lines = [line.removeprefix("data:").strip() for line in _EVENT.findall(text)]
    try:
        if lines:
            return [read_json(one.encode(errors="replace")) for one in lines if one != "[DONE]"]
        return read_json(text.encode(errors="replace")) if text[:1] in ("{", "[") else text
    except MalformedRequest:
        return text


def _wrap(sent: dict[str, Any], fields: AbstractSet[str]) -> None:
    """Make a provider's whole response, or its whole request, the one member that it is."""
    is_response = not _OF_RESPONSES.isdisjoint(sent) and any(
        isinstance(sent.get(name), dict) for name in USAGES
    )
    is_request = "usage" not in sent and not (
        _OF_REQUESTS.isdisjoint(sent) or _PROMPTS.isdisjoint(sent)
    )
    if "custom_id" in sent:  # a line of a batch, or of its results
        is_response = not {"response", "result"}.isdisjoint(sent)
        is_request = not is_response and not {"body", "params"}.isdisjoint(sent)
        fields = fields - {"response"}
    if not is_response and not is_request:
        if isinstance(sent.get("prompt"), str) and "messages" not in sent:
            sent["text"] = sent.pop("prompt")
        return
    own = fields - _SHARED - (set(MODELS) if is_response or "model" in sent else set())
    own |= CALLERS_WORDS if is_response else CALLERS_WORDS | {"output", "completion"}
    own |= _misspelt([name for name in sent if name not in own], fields)
    own -= {name for name in _TERMS if not isinstance(sent.get(name), str)}  # a voice's speed
    whole = {name: sent.pop(name) for name in [*sent] if name not in own}
    sent["response" if is_response else "request"] = whole
    if "model" in fields and isinstance(whole.get("model"), str):
        sent["model"] = whole["model"]


def _misspelt(names: Sequence[str], fields: AbstractSet[str]) -> set[str]:
    """The names that are nearly those of fields, and so not a provider's own."""
    unknown = set(names) - fields - _OF_RESPONSES - _OF_REQUESTS - _PROMPTS - _NEAR_TO_FIELDS
    unknown -= {"model", "choices", "usage", "metadata", "user", "seed", "stop", "top_k", "store"}
    if not unknown:
        return set()
    from difflib import get_close_matches  # few bodies have members that are not listed

    return {one for one in unknown if get_close_matches(one, fields, 1, _ALIKE)}


def _gather(sent: dict[str, Any]) -> None:
    """Make counts under a provider's names, and quantities, a usage object."""
    if not _COUNTS.isdisjoint(sent):
        names = [one for one in sent if one in _NEXT_TO_COUNTS or one in _COUNTS]
        names += [one for one in sent if camel(one) in _COUNTS and one not in names]
        sent["usage"] = {name: sent.pop(name) for name in names}
        return
    quantities = [name for name in _QUANTITIES if _is_number(_quantity(sent.get(name)))]
    if len(quantities) == 1 and _AMOUNTS.isdisjoint(sent.keys() - {"calls"}):
        (name,) = quantities
        unit, factor = _QUANTITIES[name]
        sent["usage"] = {unit: EXACT.multiply(Decimal(_quantity(sent.pop(name))), Decimal(factor))}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value >= 0


def _quantity(value: Any) -> Any:
    """A number of seconds, pages and so on, which may have a fraction, such as ``"12.345"``."""
    is_plain = isinstance(value, str) and _FRACTION.fullmatch(value)
    return Decimal(value) if is_plain else amount(value)


#: Names of the caller's own, and the model that each stands for.
ModelAliases = Annotated[dict[Name, Name], Field(max_length=100)]


def _tier(sent: dict[str, Any], fields: AbstractSet[str]) -> None:
    """Read a service tier, or that a call is one of a batch, as the processing that it is.

    A plan of a batch, which has a number of requests, decides that itself.
    """
    if "requests" in fields or "processing" in sent:
        return
    for name in {"service_tier", "tier", "batch"} - fields:
        word = processing_of(name, sent.get(name))
        if word and "processing" not in sent:
            sent["processing"] = word
            del sent[name]
        elif word == "":
            del sent[name]


def _date(sent: dict[str, Any]) -> None:
    """Read a date under its other name, and a count of seconds since 1970."""
    if isinstance(sent.get("date"), str) and "as_of" not in sent:
        sent["as_of"] = sent.pop("date")
    if sent.get("as_of") == "":
        del sent["as_of"]
    if type(sent.get("as_of")) is int and sent["as_of"] >= _THIS_CENTURY:
        sent["as_of"] = str(sent["as_of"])


def _name(sent: dict[str, Any], fields: AbstractSet[str]) -> None:
    """Read a provider's name next to a model's."""
    provider, model = sent.get("provider"), sent.get("model")
    if "provider" in fields or not isinstance(provider, str) or not isinstance(model, str):
        return
    aliases = sent.get("model_aliases")
    if provider.strip() and "/" not in model:
        del sent["provider"]
        is_own = isinstance(aliases, dict) and model in aliases  # a deployment's, which says all
        sent["model"] = model if is_own else at_provider(provider, model)
