"""The OpenAPI document against the answers that the functions really give."""

import json
from typing import Any

import pytest

from pricing.store import bundled
from tariff.docs.examples import PROBLEMS, REFUSING
from tests.support.handlers import Event, call, handler, post
from tests.support.spec import Spec, answered, faults, operations

USAGE = {"input_tokens": 2000, "output_tokens": 1000, "cache_read_input_tokens": 50000}
ONE_CALL = {"model": "claude-sonnet-5-5", "usage": USAGE}


@pytest.mark.parametrize(
    ("amount", "fits"),
    [
        ("0", True),
        ("0.0525005", True),
        ("-3.14", True),
        ("1E+2", False),
        ("1.", False),
        (".5", False),
        ("", False),
        ("1,000", False),
        (1, False),
        (0.5, False),
        (None, False),
    ],
)
def test_money_is_a_string_in_plain_notation(spec: Spec, amount: Any, fits: bool) -> None:
    total = spec["components"]["schemas"]["Estimate"]["properties"]["total_usd"]
    assert (faults(spec, total, amount) == []) is fits


def test_an_answer_has_all_of_its_members_but_a_line_its_prices(spec: Spec) -> None:
    schemas = spec["components"]["schemas"]
    for name in ("Estimate", "ModelPage", "Lifecycle", "Provenance", "WorkloadEstimate"):
        assert schemas[name]["required"] == list(schemas[name]["properties"])
    assert schemas["LineItem"]["required"] == ["component", "quantity", "unit", "cost_usd"]
    amount, null = schemas["LineItem"]["properties"]["cost_usd"]["anyOf"]
    assert (amount["format"], null) == ("decimal", {"type": "null"})
    assert schemas["LineItem"]["properties"]["usd_per_mtok"]["type"] == "string"


ITERATIONS = [
    {"type": "message", "input_tokens": 100, "output_tokens": 20},
    {
        "type": "advisor_message",
        "model": "claude-opus-5-5",
        "input_tokens": 900,
        "output_tokens": 50,
    },
]
ESTIMATES = {
    "plain": ONE_CALL,
    "batch in the US": {**ONE_CALL, "processing": "batch", "inference_geo": "us", "calls": 7},
    "long": {"model": "haiku", "usage": {"input_tokens": 150_000, "output_tokens": 1}},
    "searches": {
        "model": "opus",
        "usage": {**USAGE, "server_tool_use": {"web_search_requests": 3}},
    },
    "a component without a price": {
        "model": "opus",
        "usage": {**USAGE, "server_tool_use": {"code_execution_requests": 3}},
    },
    "an advisor": {
        "model": "sonnet",
        "usage": {"input_tokens": 100, "output_tokens": 20, "iterations": ITERATIONS},
    },
    "text": {"model": "sonnet", "text": "How much?", "tools": True},
    "another version": {**ONE_CALL, "model": "opus", "pricing_version": "lesson-2025"},
    "nothing used": {"model": "sonnet", "usage": {"input_tokens": 0, "output_tokens": 0}},
}


@pytest.mark.parametrize("kind", ESTIMATES)
def test_estimates_are_what_their_schema_says(spec: Spec, event: Event, kind: str) -> None:
    answer = post(handler("estimate"), event("estimate"), ESTIMATES[kind])
    assert answer.status == 200, answer.body
    assert answered(spec, "POST /v1/estimate", answer) == []


def test_an_estimate_with_a_component_without_a_price_is_among_them(event: Event) -> None:
    body = ESTIMATES["a component without a price"]
    answer = post(handler("estimate"), event("estimate"), body).body
    assert answer["status"] == "partial"
    assert {"status": "unpriced", "cost_usd": None}.items() <= answer["line_items"][-1].items()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("compare", "POST /v1/compare"),
        ("workload", "POST /v1/estimate/workload"),
        ("catalogue", "GET /v1/models"),
    ],
)
def test_answers_to_the_recorded_events_are_what_their_schemas_say(
    spec: Spec, event: Event, name: str, key: str
) -> None:
    answer = call(handler(name), event(name))
    assert answer.status == 200, answer.body
    assert answered(spec, key, answer) == []


def test_health_and_the_page_of_every_model_are_what_their_schemas_say(
    spec: Spec, event: Event
) -> None:
    catalogue, recorded = handler("catalogue"), event("catalogue")
    del recorded["queryStringParameters"]
    health = call(catalogue, recorded, routeKey="GET /v1/health", rawPath="/v1/health")
    assert answered(spec, "GET /v1/health", health) == []
    key = "GET /v1/models/{provider}/{id}"
    for version in bundled.ids():
        book = bundled.load(version)
        assert book is not None
        for model in book.models():
            answer = call(
                catalogue,
                recorded,
                routeKey="GET /v1/models/{provider}/{id+}",
                rawPath=f"/v1/models/{model.key}",
                pathParameters={"provider": model.provider, "id": model.id},
                queryStringParameters={"pricing_version": version},
            )
            assert answer.status == 200, model.key
            assert answered(spec, key, answer) == [], model.key


def test_examples_show_answers_of_their_own_schema(spec: Spec) -> None:
    for key, operation in operations(spec):
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                for example in content.get("examples", {}).values():
                    shown = example
                    if "$ref" in example:
                        shown = spec["components"]["examples"][example["$ref"].rpartition("/")[2]]
                    where = f"{key} {status} {media_type}"
                    assert faults(spec, content["schema"], shown["value"]) == [], where


# Problems


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_refused_request_meets_the_problem_it_stands_for(spec: Spec, slug: str) -> None:
    shown = spec["components"]["examples"][slug]["value"]
    assert shown["type"] == f"/docs#{slug}"
    route = dict(operations(spec))[REFUSING]
    content = route["responses"][str(shown["status"])]["content"]["application/problem+json"]
    assert slug in content["examples"]


def test_problems_a_caller_meets_are_what_their_schema_says(spec: Spec, event: Event) -> None:
    bodies = {
        400: "{",
        404: json.dumps({**ONE_CALL, "model": "claude-sonet-5-5"}),
        413: " " * 300_000,
        422: json.dumps({**ONE_CALL, "calls": 0}),
    }
    for status, body in bodies.items():
        answer = post(handler("estimate"), event("estimate"), body)
        assert answer.status == status
        assert answered(spec, "POST /v1/estimate", answer) == []
    suggested = post(handler("estimate"), event("estimate"), bodies[404]).body
    assert len(suggested["suggestions"]) in range(1, 4)


def test_each_route_lists_the_statuses_it_can_answer_with(spec: Spec) -> None:
    guarded, both = {"401", "403"}, {"200", "422", "429"}
    versioned, body = {"404", "503"}, {"400", "413", "415"}
    expected = {
        "POST /v1/estimate": guarded | both | versioned | body,
        "POST /v1/estimate/workload": guarded | both | versioned | body,
        "POST /v1/compare": guarded | both | versioned | body,
        "GET /v1/models": guarded | both | versioned | {"304"},
        "GET /v1/models/{provider}/{id}": guarded | both | versioned | {"304"},
        "GET /v1/health": both,
        "GET /openapi.json": both,
        "GET /docs": both,
    }
    found = {key: set(operation["responses"]) for key, operation in operations(spec)}
    assert {key: found[key] for key in expected} == expected
