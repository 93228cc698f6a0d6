"""Results of AI SDKs, which keep the provider's own figures next to what they derive from them.

A result of several steps has a call for each: the sum of their usage is the result's, and what
stands at its top is the last step's.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.errors import InvalidRequest, is_plain_name
from pricing.jsonio import value_at
from pricing.money import add
from pricing.usage.formats import SHAPES
from pricing.usage.other_shapes import BEDROCK_CACHE
from pricing.usage.parsed import StatedCost
from pricing.usage.sdk_shapes import VERCEL_AI
from pricing.usage.stated import amount_of

#: Where SDKs keep the provider's own figures, which go before those they derive from them.
PROVIDER_METADATA = ("providerMetadata", "experimental_providerMetadata")
#: Where SDKs keep the response of a call itself, the last one where a result had several.
PROVIDERS_RESPONSE = ("response", "body")


def metadata_of(body: Mapping[str, Any], pointer: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The objects that a result has of its providers, and where each is."""
    for holder in PROVIDER_METADATA:
        found = body.get(holder)
        for provider, own in found.items() if isinstance(found, dict) else ():
            if isinstance(own, dict) and is_plain_name(provider):
                yield own, f"{pointer}/{holder}/{provider}"


def provider_response(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the response of the provider itself, which a result of a call may have."""
    found = value_at(body, PROVIDERS_RESPONSE)
    return found if isinstance(found, dict) else None


def steps_of(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The steps of a result, each of which was a call; none of a result of one call."""
    steps = body.get("steps")
    if not isinstance(steps, list) or len(steps) < _SEVERAL:
        return ()
    return steps if all(isinstance(step, dict) for step in steps) else ()


_SEVERAL = 2
_NUMBERS = (int, Decimal)


def summed(usages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return usage objects of one kind added up: numbers by their names, lists one after another.

    Of words, such as a service tier, the last one counts.
    """
    whole: dict[str, Any] = {}
    for usage in usages:
        for name, value in usage.items():
            known: Any = whole.get(name)
            if isinstance(value, dict):
                whole[name] = summed([known, value] if isinstance(known, dict) else [value])
            elif isinstance(value, list) and isinstance(known, list):
                whole[name] = [*known, *value]
            elif type(value) is int and type(known) is int:
                whole[name] = known + value
            elif type(value) in _NUMBERS and type(known) in _NUMBERS:
                whole[name] = add((Decimal(known), Decimal(value)))
            elif value is not None:
                whole[name] = value
    return whole


def model_usage(body: Mapping[str, Any], pointer: str) -> tuple[Mapping[str, Any], str, str] | None:
    """The sums of a session of Claude's agent SDK, where they are, and their model.

    Its ``usage`` has a part of them.

    Raises InvalidRequest for sums of several models.
    """
    if body.get("type") != "result" and "total_cost_usd" not in body:
        return None
    at = next((name for name in _BY_MODEL if isinstance(body.get(name), dict) and body[name]), None)
    if at is None:
        return None
    models = body[at]
    if len(models) > 1:
        detail = "sums up several models; send the result to /v1/usage/report"
        raise InvalidRequest.at(f"{pointer}/{at}", detail)
    ((name, sums),) = models.items()
    if not isinstance(sums, dict):
        return None
    turns = body.get("num_turns")
    calls = {"calls": turns} if type(turns) is int and turns > 0 else {}
    here = f"{pointer}/{at}"
    return {**sums, **calls}, f"{here}/{name}" if is_plain_name(name) else here, name


#: By the SDK in TypeScript and by that in Python.
_BY_MODEL = ("modelUsage", "model_usage")
#: The counts of a turn's usage, and their names in the sums by model.
OF_THE_TURN = {
    "input_tokens": "inputTokens",
    "output_tokens": "outputTokens",
    "cache_read_input_tokens": "cacheReadInputTokens",
    "cache_creation_input_tokens": "cacheCreationInputTokens",
}


def lost_by_sums(usage: Any, models: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of the usage of a session's turn that no model's sums have any of."""
    held = [sums for sums in models.values() if isinstance(sums, dict)]
    stated = usage if isinstance(usage, dict) else {}
    return {
        name: stated[name]
        for name, of_sums in OF_THE_TURN.items()
        if type(stated.get(name)) is int and not any(sums.get(of_sums) for sums in held)
        if stated[name] > 0
    }


def kept_usage(body: Mapping[str, Any], pointer: str) -> tuple[Mapping[str, Any], str] | None:
    """The providers' own usage that TensorZero keeps of each call, next to its shorter one.

    Raises InvalidRequest for calls of several providers.
    """
    name = next((one for one in _KEPT if isinstance(body.get(one), list)), None)
    calls = [one for one in body[name] if isinstance(one, dict)] if name else []
    own = [one["data"] for one in calls if isinstance(one.get("data"), dict)]
    if not own or len(own) < len(calls):
        return None
    if len({str(one.get("provider_type")) for one in calls}) > 1:
        detail = "has calls of several providers; send the usage of each with its model"
        raise InvalidRequest.at(f"{pointer}/{name}", detail)
    if len(own) == 1:
        return own[0], f"{pointer}/{name}/0/data"
    return {**summed(own), "calls": len(own)}, f"{pointer}/{name}"


_KEPT = ("raw_usage", "tensorzero_raw_usage")


def gateway_cost(body: Mapping[str, Any], pointer: str) -> StatedCost | None:
    """What Vercel's gateway says that it charged for all steps; None where one does not say."""
    charged = [
        amount_of(own.get("cost"))
        for step in steps_of(body) or (body,)
        for own, at in metadata_of(step, pointer)
        if at.endswith("/gateway")
    ]
    amounts = [usd for usd in charged if usd]
    if not amounts or len(amounts) != len(steps_of(body) or (body,)):
        return None
    return StatedCost(add(amounts), f"{pointer}/{PROVIDER_METADATA[0]}/gateway/cost")


def is_of_one_call(usage: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Whether an AI SDK's usage is that of the provider's answer, and not of several answers."""
    counts = [usage[name] for name in VERCEL_AI.marks if usage.get(name)]
    stated = [one.get("total") if isinstance(one, dict) else one for one in counts]
    return not any(stated) or any(count in own.values() for count in stated if count)


def own_usage(
    usage: Any, body: Mapping[str, Any], names: Sequence[str], pointer: str
) -> tuple[Mapping[str, Any], str] | None:
    """The usage that a provider itself reported, as AI SDKs keep it under one of ``names``.

    Where it has some counts only, they add to the SDK's. Next to cache counts of Anthropic and
    Bedrock, the SDK's input excludes the cache, as theirs does.
    """
    derived = usage if isinstance(usage, dict) else None
    for own, at in metadata_of(body, pointer):
        for name in (*names, ""):
            counts = own.get(name) if name else own
            if not isinstance(counts, dict):
                continue
            here = f"{at}/{name}" if name else at
            if any(shape.fits(counts.keys()) for shape in SHAPES):
                if derived is None or is_of_one_call(derived, counts):
                    return counts, here
                continue
            more = {one: value for one, value in counts.items() if type(value) is int}
            if derived is None:
                continue
            if not BEDROCK_CACHE.isdisjoint(more):
                if _states_parts(derived):
                    continue
                sdk = {
                    "inputTokens": derived.get("inputTokens", derived.get("promptTokens")),
                    "outputTokens": derived.get("outputTokens", derived.get("completionTokens")),
                    "cacheReadInputTokens": derived.get("cachedInputTokens"),
                }
                cache = {one: more[one] for one in BEDROCK_CACHE if one in more}
                return {**sdk, **cache}, here
            more = {
                one: more[one] for one in more if one in VERCEL_AI.fields and one not in derived
            }
            if more:
                return {**derived, **more}, here
    return None


def _states_parts(usage: Mapping[str, Any]) -> bool:
    """Whether an AI SDK's input says what of it was cached, as from version 6 on."""
    return any(isinstance(usage.get(one), dict) for one in ("inputTokens", "inputTokenDetails"))
