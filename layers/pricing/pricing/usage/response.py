"""Read a provider's whole response: its usage, model and service tier, and the tools it used.

Text is never read: of the items of an answer only their types, ids and counts are.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any

from pricing.errors import InvalidRequest
from pricing.jsonio import value_at
from pricing.notices import Notice
from pricing.usage.buckets import Attempt, StatedTerms, Usage
from pricing.usage.made import made
from pricing.usage.meanings import UsageFormat
from pricing.usage.other_shapes import BODY_COUNTS
from pricing.usage.parsed import ParsedUsage, Unread
from pricing.usage.reader import MAX_NAMED, read_usage
from pricing.usage.recognition import is_named_as_count, numbers
from pricing.usage.sdk_results import (
    PROVIDER_METADATA,
    PROVIDERS_RESPONSE,
    gateway_cost,
    is_of_one_call,
    kept_usage,
    lost_by_sums,
    metadata_of,
    model_usage,
    own_usage,
    provider_response,
    steps_of,
    summed,
)
from pricing.usage.shapes import STATED_COST
from pricing.usage.stated import stated_cost
from pricing.usage.terms import UNSTATED, WORDS, TierWord
from pricing.usage.tools import GROUNDED, tool_usage, unknown_items
from pricing.usage.uses import with_shown_tools
from pricing.values import immutable

MAX_MODEL_NAME = 128
#: Where the response is inside of what wraps it: events of a stream, lines of a batch's results,
#: serialised messages of SDKs.
WRAPPERS = (
    ("response", "body"),
    ("result", "message"),
    ("modelOutput",),
    ("response",),
    ("Response",),
    ("message",),
    ("data",),
    ("result",),
    ("body",),
    ("delta",),
    ("metadata",),
    ("kwargs",),
    # LlamaIndex
    ("raw",),
    # Events of Gemini's Interactions; Oracle's answers
    ("interaction",),
    ("chatResponse",),
    ("chat_response",),
)
USAGES = (
    "totalUsage",
    "usage",
    "usageMetadata",
    "usage_metadata",
    "usage_info",
    "Usage",
    "token_usage",
    "tokenUsage",
    "usage_details",
    "usageDetails",
    # AutoGen's
    "models_usage",
    "amazon-bedrock-invocationMetrics",
)
#: Where usage stands deeper in a response: Groq's streams, Cohere's first API, Replicate,
#: LangChain. Where the object may be something else, with the names by which it is usage.
_INNER_USAGES: Mapping[tuple[str, ...], frozenset[str]] = {
    ("meta",): frozenset(("billed_units",)),
    ("metrics",): BODY_COUNTS,
    # The headers of Bedrock's InvokeModel, as its SDK keeps them
    ("ResponseMetadata", "HTTPHeaders"): BODY_COUNTS,
    # Haystack, Strands
    ("meta", "usage"): frozenset(),
    ("metrics", "accumulated_usage"): frozenset(),
    # TGI, LM Studio and SGLang
    ("details",): frozenset(("generated_tokens",)),
    ("stats",): frozenset(("total_output_tokens",)),
    ("meta_info",): frozenset(("completion_tokens",)),
    ("x_groq", "usage"): frozenset(),
    # Nova Sonic's events
    ("event", "usageEvent"): frozenset(),
    ("usageEvent",): frozenset(),
    ("response_metadata", "token_usage"): frozenset(),
    ("response_metadata", "tokenUsage"): frozenset(),
    ("response_metadata", "usage"): frozenset(),
    ("llm_output", "token_usage"): frozenset(),
    ("llm_output", "usage"): frozenset(),
    ("llmOutput", "tokenUsage"): frozenset(),
}
_PROVIDERS_OWN = (*PROVIDER_METADATA, "/".join(PROVIDERS_RESPONSE), "steps")
#: Oracle has a model's version, which is a number, next to its id.
MODELS = (
    *("model", "modelId", "model_id", "modelVersion", "model_version", "model_name"),
    *("Model", "ModelId"),
)
_MODEL_HOLDERS = ("response_metadata", "llm_output", "llmOutput", "response", "meta")
_COUNT = re.compile(r"\d{1,13}", re.ASCII)
#: What each of several results counts: Titan's, KoboldCpp's.
_OF_RESULTS = BODY_COUNTS | {"prompt_tokens", "completion_tokens"}
#: What llama.cpp counts in the answer itself.
_OF_LLAMA_CPP = ("tokens_evaluated", "tokens_predicted")
_NO_USAGE = (type(None), int, Decimal)
_TIERS = ("service_tier", "serviceTier")
#: Where it may stand: next to the usage, and where SDKs keep what the provider says.
_TIER_HOLDERS = (
    (),
    ("response_metadata",),
    ("llm_output",),
    ("llmOutput",),
    ("meta",),
    ("provider_details",),
    PROVIDERS_RESPONSE,
)
#: The same as names that lead to the tier, the first place that has one first.
TIERS_AT = tuple((*holder, name) for holder in _TIER_HOLDERS for name in _TIERS)
#: Lists of which each event of a stream has a part.
_LISTS = ("candidates", "output")
#: Who served, by a member that only their responses have: a gateway, or a server of open models,
#: whose names are its own: its tokens have no price, also where a provider has a model of the name.
_SERVED_BY = {
    ("x_groq",): "groq",
    ("eval_count",): "ollama",
    ("tokens_predicted",): "llama.cpp",
    ("timings", "predicted_n"): "llama.cpp",
    ("model_info", "arch"): "lm_studio",
}
_FINGERPRINTS = {"fp_ollama": "ollama"}
#: Where Bedrock says what its guardrails did, and which model its prompt router chose.
_GUARDRAIL = ("trace", "guardrail")
_ROUTED = ("trace", "promptRouter", "invokedModelId")


_OPTIMIZED = (
    "The call was served latency-optimised, which may cost more; the standard price is shown."
)


@immutable
class ReadResponse:
    """What a response says. ``model`` is the one that served, and ``model_at`` where it is named.

    ``batch`` is set where the form of what wraps the response is that of a batch's results.
    """

    usage: ParsedUsage
    model: str | None
    model_at: str
    batch: bool


def read_response(
    response: Any, usage_format: UsageFormat | None, pointer: str = "/response", asked: str = ""
) -> ReadResponse:
    """What a raw response says was used; a refusal before any output used nothing that is billed.

    A list is the events of one streamed response. ``asked`` is the model that the caller names,
    where the response names none. Raises InvalidRequest, with pointers below
    ``pointer``, for a response without usage.
    """
    if isinstance(response, list):
        response, pointer = _joined(response, pointer)
    if not isinstance(response, dict):
        raise InvalidRequest.at(pointer, "must be an object: the provider's whole response")
    body, here, batch = unwrapped(response, pointer)
    # A gateway counts the seconds of a video alone, whose object has its size.
    sized = body.get("object") == "video" and bool(body.get("size"))
    quantities = made(body, here) if sized or not _has_usage(body) else ()
    if quantities:
        parsed = ParsedUsage((Attempt(Usage(units=quantities)),))
    else:
        raw, usage_at = _usage(body, here)
        if batch_of(body) and isinstance(raw, dict):
            raw = {**raw, "calls": batch_of(body)}
        kind = next(
            (body[name] for name in ("type", "object") if isinstance(body.get(name), str)), None
        )
        own = usage_at.startswith(tuple(f"{here}/{one}" for one in _PROVIDERS_OWN))
        parsed = read_usage(
            raw, None if own and usage_format == "vercel_ai" else usage_format, usage_at, kind
        )
    parsed = _with_tier(parsed, body, here)
    model, model_at = _model(body, here)
    summed_up = model_usage(body, here) if model is None else None
    if summed_up is not None:
        sums, model_at, model = summed_up
        lost = lost_by_sums(body.get("usage"), {model: sums})
        more = (Unread(f"{here}/usage/{name}", Decimal(count)) for name, count in lost.items())
        parsed = replace(parsed, unread=(*parsed.unread, *more))
    if model is None and body is not response:
        model, model_at = _model(response, pointer)
    parsed = with_shown_tools(parsed, tool_usage(body, model or asked), listed=GROUNDED in body)
    unknown = (Unread(at, Decimal(1)) for at in unknown_items(body, here))
    parsed = replace(
        parsed,
        unread=(*parsed.unread, *islice((*unknown, *_guarded(body, here)), MAX_NAMED)),
        stated=parsed.stated or stated_cost(body, here) or gateway_cost(body, here),
    )
    served_by = [body, *(own for own, _ in metadata_of(body, here))]
    if any(value_at(one, ("performanceConfig", "latency")) == "optimized" for one in served_by):
        notice = Notice("latency_optimized_at_list_price", _OPTIMIZED)
        parsed = replace(parsed, notices=(*parsed.notices, notice))
    answered = any(one.usage.output_tokens for one in parsed.attempts if one.serving)
    # A refusal before any output has no content, though a token or a few may be counted for it.
    if body.get("stop_reason") == "refusal" and not (body.get("content", True) and answered):
        message = "A refusal before any output is not billed, though its usage shows tokens."
        notice = Notice("refusal_not_billed", message)
        parsed = replace(parsed.refused(), notices=(*parsed.notices, notice))
    return ReadResponse(parsed, model, model_at, batch or batch_of(body) > 0)


def _guarded(body: Mapping[str, Any], pointer: str) -> Iterator[Unread]:
    """What Bedrock's guardrails bill of a call; words and free units cost nothing."""
    trace = value_at(body, _GUARDRAIL)
    for at, units in numbers(f"{pointer}/{'/'.join(_GUARDRAIL)}", trace):
        if at.endswith("Units") and not at.endswith(("FreeUnits", "/wordPolicyUnits")):
            yield Unread(at, units)


def _joined(events: Sequence[Any], pointer: str) -> tuple[Mapping[str, Any], str]:
    """One response of the events of its stream, and the pointer of the last one with usage.

    Counts of a stream are cumulative, so that the last of each count is the call's. Raises
    InvalidRequest for events of several responses.
    """
    whole: dict[str, Any] = {}
    at = pointer
    for number, event in enumerate(events):
        if not isinstance(event, dict):
            raise InvalidRequest.at(f"{pointer}/{number}", "must be an object: a stream's event")
        body, here, _ = unwrapped(event, f"{pointer}/{number}")
        found = next((name for name in USAGES if isinstance(body.get(name), dict)), None)
        if found or _has_usage(body):
            at = here
        for name, value in body.items():
            known = whole.get(name)
            if name == "id" and known not in (None, value):
                detail = "holds several responses; send each as an item of /v1/estimate/workload"
                raise InvalidRequest.at(pointer, detail)
            if name == found and isinstance(known, dict):
                whole[name] = {
                    **known,
                    **{key: one for key, one in value.items() if one is not None},
                }
            elif name in _LISTS and isinstance(known, list) and isinstance(value, list):
                whole[name] = [*known, *value]
            elif value is not None:
                whole[name] = value
    return whole, at


def unwrapped(response: Mapping[str, Any], pointer: str) -> tuple[Mapping[str, Any], str, bool]:
    """The response inside of a stream's event or a batch's line; its pointer; if it is batch."""
    if any(isinstance(response.get(name), dict) for name in USAGES):
        return response, pointer, False
    of_choice = usage_of_choice(response)
    if of_choice is not None:
        return {**response, "usage": of_choice}, pointer, False
    for path in WRAPPERS:
        body = value_at(response, path)
        if isinstance(body, dict) and (_has_usage(body) or made(body, "")):
            batch = is_batch_line(response.keys(), ".".join(path))
            return body, f"{pointer}/{'/'.join(path)}", batch
    return response, pointer, False


def usage_of_choice(response: Mapping[str, Any]) -> Any:
    """Return the usage that Moonshot's streams have in the last choice; None without one."""
    choices = response.get("choices")
    last = choices[-1] if isinstance(choices, list) and choices else None
    usage = last.get("usage") if isinstance(last, dict) else None
    return usage if isinstance(usage, dict) else None


def is_batch_line(names: Collection[str], container: str) -> bool:
    """Whether a line has the form of a batch result of OpenAI, Anthropic, Vertex or Bedrock.

    ``names`` are those at the top of the line, ``container`` the dotted path to the response.
    """
    if container in ("response.body", "result.message"):
        return "custom_id" in names
    if container == "response" and {*names} == {"key", "response"}:  # the Gemini API's file
        return True
    if container == "response":
        return "request" in names and ("status" in names or "processed_time" in names)
    return container == "modelOutput"


def batch_of(body: Mapping[str, Any]) -> int:
    """Return how many calls OpenAI's object of a batch sums up; 0 for any other object."""
    done = value_at(body, ("request_counts", "completed"))
    return done if body.get("object") == "batch" and type(done) is int and done > 0 else 0


def holds_usage(response: Any) -> bool:
    """Whether this is a response, or wraps one, in which ``read_response`` looks for usage."""
    if isinstance(response, list):
        return any(map(holds_usage, response))
    if not isinstance(response, dict):
        return False
    body, _, _ = unwrapped(response, "")
    return _has_usage(body) or bool(made(body, ""))


def _has_usage(body: Mapping[str, Any]) -> bool:
    stated = (body[name] for name in USAGES if name in body)
    return not all(map(_is_cost_alone, stated)) or any(True for _ in _inner_usages(body, ""))


def _is_cost_alone(usage: Any) -> bool:
    """Whether a usage says only what was charged, as xAI's images do."""
    return isinstance(usage, dict) and bool(usage) and usage.keys() <= STATED_COST.keys()


def _inner_usages(body: Mapping[str, Any], pointer: str) -> Iterator[tuple[Any, str]]:
    """Usage that stands deeper in a response, or whose counts are members of it."""
    for path, own in _INNER_USAGES.items():
        found = value_at(body, path)
        if isinstance(found, dict) and (
            not own or any(found.get(name) not in (None, {}) for name in own)
        ):
            yield _counted(path[-1], found, own), f"{pointer}/{'/'.join(path)}"
    counts = {name: body[name] for name in BODY_COUNTS if name in body}
    embedded = _embedded(body.get("predictions"), ("embeddings",)) or _embedded(
        body.get("embeddings")
    )
    if embedded:
        counts["input_token_count"] = embedded
    results = body.get("results")
    for one in results if isinstance(results, list) else ():
        for name, value in one.items() if isinstance(one, dict) else ():
            count = "outputTextTokenCount" if name == "tokenCount" else name
            if count in _OF_RESULTS and type(value) is int:
                counts[count] = counts.get(count, 0) + value
    if counts:
        yield {**_beside(body), **counts}, pointer
    local = {name: body[name] for name in _OF_LLAMA_CPP if name in body}
    if local:
        yield local, pointer


def _beside(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members of a response that has counts itself which have the names of counts as well."""
    return {
        name: value
        for name, value in body.items()
        if isinstance(value, int | dict | list) and value and is_named_as_count(name)
    }


def _counted(name: str, found: Mapping[str, Any], own: frozenset[str]) -> Mapping[str, Any]:
    """The counts of a member, where it has them in another form than a usage object."""
    prompt = found.get("prefill")
    if name == "details" and isinstance(prompt, list) and prompt:
        return {"input_length": len(prompt), **found}  # TGI lists the prompt, if it is asked to
    if name == "HTTPHeaders":  # whose values are all texts
        texts = {one: str(found.get(one, "")) for one in own}
        return {one: int(text) for one, text in texts.items() if _COUNT.fullmatch(text)}
    return found


def _embedded(embeddings: Any, holder: tuple[str, ...] = ()) -> int:
    """Return the tokens of Google's embeddings, which each of them states, in its SDKs too."""
    found = [
        value_at(one, (*holder, "statistics", name))
        for one in (embeddings if isinstance(embeddings, list) else ())
        for name in ("token_count", "tokenCount")
    ]
    return sum(int(count) for count in found if isinstance(count, int | Decimal) and count > 0)


def _usage(body: Mapping[str, Any], pointer: str) -> tuple[Any, str]:
    """The usage of a response, and where it is."""
    # OpenRouter's record of a generation has its cost as ``usage``.
    stated = next((name for name in USAGES if not isinstance(body.get(name), _NO_USAGE)), None)
    usage = body[stated] if stated else None
    steps = [
        _usage(step, f"{pointer}/steps/{number}")[0]
        for number, step in enumerate(steps_of(body))
        if any(isinstance(step.get(name), dict) for name in USAGES)
    ]
    if len(steps) == len(steps_of(body)) > 0:
        return {**summed(steps), "calls": len(steps)}, f"{pointer}/steps"
    own = provider_response(body)
    if own is not None and isinstance(usage, dict) and _has_usage(own):
        found = _usage(own, f"{pointer}/{'/'.join(PROVIDERS_RESPONSE)}")
        if isinstance(found[0], dict) and is_of_one_call(usage, found[0]):
            return found
    summed_up = model_usage(body, pointer)
    if summed_up is not None:
        return summed_up[:2]
    reported = kept_usage(body, pointer) or own_usage(usage, body, USAGES, pointer)
    if reported is not None:
        return reported
    if stated:
        return usage, f"{pointer}/{stated}"
    inner = next(_inner_usages(body, pointer), None)
    if inner is not None:
        return inner
    name = "usageMetadata" if "modelVersion" in body or "candidates" in body else "usage"
    if name in body:
        detail = "is null: nothing was used, so there is nothing to price"
        raise InvalidRequest.at(f"{pointer}/{name}", detail)
    raise InvalidRequest.at(f"{pointer}/{name}", "is required: what was used is priced")


def _model(body: Mapping[str, Any], pointer: str) -> tuple[str | None, str]:
    """The model that the response names, and where; after its gateway where only that has it."""
    holders = [(body, pointer)]
    holders += [(body[name], f"{pointer}/{name}") for name in _MODEL_HOLDERS if name in body]
    for holder, here in holders:
        for name in MODELS if isinstance(holder, dict) else ():
            value = holder.get(name)
            if value is None:
                continue
            if not isinstance(value, str) or not 0 < len(value) <= MAX_MODEL_NAME:
                detail = f"must be a string of 1 to {MAX_MODEL_NAME} characters"
                raise InvalidRequest.at(f"{here}/{name}", detail)
            gateway = _server(body)
            prefixed = gateway and not value.startswith(f"{gateway}/")
            return f"{gateway}/{value}" if prefixed else value, f"{here}/{name}"
    routed = value_at(body, _ROUTED)
    if isinstance(routed, str) and len(routed) <= MAX_MODEL_NAME:
        return routed, f"{pointer}/{'/'.join(_ROUTED)}"
    return None, f"{pointer}/model"


def _server(body: Mapping[str, Any]) -> str:
    """Who served a response, where only that says whose model its name is."""
    found = (known for mark, known in _SERVED_BY.items() if value_at(body, mark) is not None)
    return next(found, _FINGERPRINTS.get(str(body.get("system_fingerprint")), ""))


def _with_tier(parsed: ParsedUsage, body: Mapping[str, Any], pointer: str) -> ParsedUsage:
    """The usage with the tier that stands next to it; what the usage itself says goes first."""
    if parsed.open.tier is not None:
        return parsed
    holders = [(value_at(body, path), "/".join((pointer, *path))) for path in _TIER_HOLDERS]
    holders += metadata_of(body, pointer)
    found = (
        (holder[name], f"{here}/{name}")
        for holder, here in holders
        if isinstance(holder, dict)
        for name in _TIERS
        if name in holder
    )
    for stated, at in found:
        # Bedrock Converse: {"type": "flex"}
        value, here = (
            (stated.get("type"), f"{at}/type") if isinstance(stated, dict) else (stated, at)
        )
        if value is None:
            continue
        if not isinstance(value, str):
            raise InvalidRequest.at(here, f"must be a word: {', '.join(sorted(WORDS))}")
        word = value.lower()
        served = replace(parsed.served, processing=WORDS.get(word, UNSTATED).processing)
        asked = replace(parsed.open, tier=TierWord(word, here))
        return replace(parsed, served=served, open=asked)
    return parsed


def terms_served(
    parsed: ParsedUsage, requested: StatedTerms, *, batch: bool = False
) -> StatedTerms:
    """The terms that a response states, for a call of which the caller states ``requested``.

    ``batch`` is set where the response stands in a batch's results. Bodies of a batch may still say
    ``service_tier: default``, which does not contradict a caller who says that it was one.
    """
    if batch:
        return replace(parsed.served, processing="batch")
    tier = parsed.open.tier
    if requested.processing == "batch" and tier is not None and tier.word == "default":
        return replace(parsed.served, processing=None)
    return parsed.served
