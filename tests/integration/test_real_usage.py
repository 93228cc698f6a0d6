"""Usage bodies that providers really sent, or document, and what each must cost.

``tests/data/usage/<format>.json`` holds them: where each is from, whether it was recorded from real
traffic or is an example in public documentation or tests, the model and day to price it at,
and the expected total with its arithmetic, ``count*price + count*price``, which is summed here in
fractions and shares nothing with the calculator. ``billed_usd`` is what the provider, or the
gateway in between, itself put on the bill for this very call.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from tariff.template import ROOT
from tests.support.handlers import Answer, Event, Handler, handler, post

FOLDER = ROOT / "tests" / "data" / "usage"
PRODUCT = re.compile(r"(\d+)\*(\d+(?:\.\d+)?)", re.ASCII)
BODIES: list[tuple[str, dict[str, Any]]] = [
    (path.stem, body)
    for path in sorted(FOLDER.glob("*.json"))
    for body in json.loads(path.read_text(encoding="utf-8"))
]
MEMBERS = {"name", "source", "kind", "model", "as_of", "usd_per_million", "total_usd"}
OPTIONAL = {"note", "usage", "response", "usd_each", "billed_usd", "warnings"}

each_body = pytest.mark.parametrize(
    ("usage_format", "body"), BODIES, ids=[f"{name}: {body['name']}" for name, body in BODIES]
)


def summed(arithmetic: str) -> Fraction:
    """``2*3 + 10*0.5`` as an exact number; anything else in it is a mistake in the data."""
    total = Fraction(0)
    for product in arithmetic.split(" + "):
        factors = PRODUCT.fullmatch(product)
        assert factors is not None, product
        total += Fraction(factors[1]) * Fraction(factors[2])
    return total


def expected(body: dict[str, Any]) -> Fraction:
    """Tokens at USD per million, and what is paid by the piece."""
    total = summed(body["usd_per_million"]) / 10**6
    return total + summed(body["usd_each"]) if "usd_each" in body else total


def usage_in(body: dict[str, Any]) -> dict[str, Any]:
    """The usage object, alone or inside its response."""
    if "usage" in body:
        usage: dict[str, Any] = body["usage"]
        return usage
    response: dict[str, dict[str, Any]] = body["response"]
    return response.get("usage") or response["usageMetadata"]


@pytest.fixture(scope="module")
def estimate() -> Handler:
    return handler("estimate")


@pytest.fixture
def ask(estimate: Handler, event: Event) -> Callable[..., Answer]:
    return lambda **fields: post(estimate, event("estimate"), fields)


@each_body
def test_a_real_body_costs_what_its_arithmetic_says(
    ask: Callable[..., Answer], usage_format: str, body: dict[str, Any]
) -> None:
    members = ("usage", "response", "model", "as_of")
    sent: dict[str, Any] = {name: body[name] for name in members if name in body}
    if "usage" in body:
        sent["usage_format"] = usage_format
    answer = ask(**sent)
    assert answer.status == 200, answer.body
    assert Fraction(body["total_usd"]) == expected(body)
    assert answer.body["total_usd"] == body["total_usd"]
    assert answer.body["status"] == "priced"
    # Nine bodies state what was charged, and every one of them agrees.
    assert answer.body["stated_cost_usd"] in (None, body["total_usd"])
    said = {warning["code"] for warning in answer.body["warnings"]}
    assert sorted(said) == body.get("warnings", [])


RESPONSES = [(name, body) for name, body in BODIES if "response" in body]
BILLED = [(name, body) for name, body in BODIES if "billed_usd" in body]


@pytest.mark.parametrize(
    ("usage_format", "body"), BILLED, ids=[f"{name}: {body['name']}" for name, body in BILLED]
)
def test_what_the_provider_billed_for_a_call_is_what_tariff_says(
    usage_format: str, body: dict[str, Any]
) -> None:
    assert body["total_usd"] == body["billed_usd"], usage_format
    ticks = usage_in(body).get("cost_in_usd_ticks")  # xAI's own field: ten to the ten make a dollar
    if ticks is not None:
        assert Fraction(ticks, 10**10) == Fraction(body["billed_usd"])


@pytest.mark.parametrize(
    ("usage_format", "body"), RESPONSES, ids=[f"{name}: {body['name']}" for name, body in RESPONSES]
)
def test_a_named_format_reads_a_raw_response_as_it_is_recognised(
    ask: Callable[..., Answer], usage_format: str, body: dict[str, Any]
) -> None:
    sent = {name: body[name] for name in ("response", "model", "as_of")}
    named, recognised = ask(**sent, usage_format=usage_format), ask(**sent)
    for member in ("total_usd", "line_items", "warnings"):
        assert named.body.get(member) == recognised.body.get(member)


def test_there_are_at_least_60_bodies_and_most_of_them_are_recorded() -> None:
    formats = Counter(usage_format for usage_format, _ in BODIES)
    assert formats.keys() == {
        *("anthropic", "openai", "openai_responses", "gemini", "bedrock_converse")
    }
    assert min(formats.values()) >= 12
    recorded = sum(body["kind"] == "recorded" for _, body in BODIES)
    assert recorded >= 60
    assert len({(name, body["name"]) for name, body in BODIES}) == len(BODIES)


def test_every_body_says_where_it_is_from_and_holds_figures_only() -> None:
    for _, body in BODIES:
        assert MEMBERS <= body.keys() <= MEMBERS | OPTIONAL
        assert ("usage" in body) != ("response" in body)
        assert body["kind"] in {"recorded", "documented"}
        assert len(body["source"]) > 10
        response = body.get("response", {})
        known = {"type", "object", "stop_reason", "service_tier", "usage", "usageMetadata"}
        assert response.keys() <= known


def seen(path: str) -> int:
    """How many bodies have something at a path such as ``iterations/type=compaction``."""
    return sum(_holds(usage_in(body), path.split("/")) for _, body in BODIES)


def _holds(value: Any, path: list[str]) -> bool:
    if isinstance(value, list):
        return any(_holds(one, path) for one in value)
    name, _, wanted = path[0].partition("=")
    if not isinstance(value, dict) or name not in value:
        return False
    if len(path) > 1:
        return _holds(value[name], path[1:])
    return str(value[name]) == wanted if "=" in path[0] else bool(value[name])


@pytest.mark.parametrize(
    "path",
    [
        "iterations/type=message",
        "iterations/type=compaction",
        "iterations/type=advisor_message",
        "iterations/type=fallback_message",
        "cache_creation/ephemeral_5m_input_tokens",
        "cache_creation/ephemeral_1h_input_tokens",
        "cache_read_input_tokens",
        "output_tokens_details/thinking_tokens",
        "server_tool_use/web_search_requests",
        "server_tool_use/web_fetch_requests",
        "service_tier=batch",
        "service_tier=standard",
        "speed=fast",
        "speed=standard",
        "inference_geo=us",
        "inference_geo=global",
        "inference_geo=not_available",
        "inference_geo=",
        "prompt_tokens_details/cached_tokens",
        "prompt_tokens_details/audio_tokens",
        "completion_tokens_details/reasoning_tokens",
        "prompt_cache_miss_tokens",
        "input_tokens_details/cached_tokens",
        "input_tokens_details/cache_write_tokens",
        "output_tokens_details/reasoning_tokens",
        "cachedContentTokenCount",
        "cacheTokensDetails/modality=IMAGE",
        "promptTokensDetails/modality=AUDIO",
        "promptTokensDetails/modality=VIDEO",
        "promptTokensDetails/modality=DOCUMENT",
        "candidatesTokensDetails/modality=IMAGE",
        "thoughtsTokenCount",
        "toolUsePromptTokenCount",
        "trafficType=ON_DEMAND",
        "serviceTier=standard",
        "cacheReadInputTokens",
        "cacheDetails/ttl=5m",
    ],
)
def test_the_bodies_hold_every_field_that_changes_a_price(path: str) -> None:
    assert seen(path) >= 1
