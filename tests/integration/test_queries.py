"""Query strings: read where a route has parameters, refused where it has none."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest

from pricing.api.handler import Route
from tariff.docs.openapi import functions
from tests.support.handlers import Answer, Event, call, handler

#: Every route with a body, with the function that answers it.
WITH_BODY = [
    (name, route)
    for name, module in functions().items()
    for route in module.ROUTES
    if route.body is not None
]


def queried(query: str) -> Mapping[str, Any]:
    """The members of an event that hold a query, as API Gateway writes them."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    joined = {name: ",".join(them) for name, them in values.items()}
    return {"rawQueryString": query, "queryStringParameters": joined or None}


def problem(answer: Answer) -> Any:
    assert (answer.status, answer.body["type"]) == (422, "/docs#invalid-request")
    return answer.body


@pytest.mark.parametrize(
    ("name", "route"), WITH_BODY, ids=[route.key.replace(" ", "_") for _, route in WITH_BODY]
)
def test_a_route_with_a_body_refuses_a_query_and_names_the_parameter(
    name: str, route: Route, event: Event
) -> None:
    recorded = event("pricing_admin")
    body = problem(call(handler(name), recorded, routeKey=route.key, **queried("dry=1")))
    assert [one["pointer"] for one in body["errors"]] == ["/dry"]
    assert "query" in body["detail"]


def test_nothing_is_done_before_the_query_is_refused(event: Event) -> None:
    """Without a store an activation is a 503: this one never came to ask it."""
    answer = call(handler("pricing_admin"), event("pricing_admin"), **queried("dry"))
    assert problem(answer)["detail"] == (
        "`dry` belongs in the JSON body; this route takes no query parameters."
    )


def test_a_query_with_json_lines_is_read_and_with_json_refused(event: Event) -> None:
    recorded, report = event("usage_report"), handler("usage_report")
    line = json.dumps(json.loads(recorded["body"])["records"][0])
    as_lines = {"headers": {"content-type": "application/jsonl"}, "body": line}
    assert call(report, recorded, **as_lines, **queried("top=1")).status == 200
    assert "`top`" in problem(call(report, recorded, **queried("top=1")))["detail"]


@pytest.mark.parametrize(
    ("key", "query", "pointer"),
    [
        ("GET /v1/models", "limit=1&limit=2", "/limit"),
        ("GET /v1/models", "limit=1&limit=1", "/limit"),
        ("GET /v1/pricing/diff", "from=a&from=b", "/from"),
        ("GET /v1/pricing/diff", "from=a&to=b&to=", "/to"),
    ],
)
def test_a_parameter_that_is_given_twice_is_refused(
    key: str, query: str, pointer: str, event: Event
) -> None:
    answer = call(handler("catalogue"), event("catalogue"), routeKey=key, **queried(query))
    (error,) = problem(answer)["errors"]
    assert error == {"pointer": pointer, "detail": "is given more than once; send it once"}


def test_a_made_up_name_next_to_a_body_is_not_repeated(event: Event) -> None:
    answer = call(handler("pricing_admin"), event("pricing_admin"), **queried("my%20secret=1"))
    assert problem(answer)["detail"].startswith("A query parameter belongs in the JSON body")
    assert "secret" not in json.dumps(answer.body)


def test_a_made_up_name_that_is_given_twice_is_not_repeated(event: Event) -> None:
    answer = call(
        handler("catalogue"), event("catalogue"), **queried("my%20secret=1&my%20secret=2")
    )
    assert problem(answer)["detail"].startswith("The query has a parameter that is given more")
    assert "secret" not in json.dumps(answer.body)


@pytest.mark.parametrize("as_of", ["2026-11-22T10:00:00+02:00", "2026-11-22T10:00:00.5+02:00"])
def test_a_plus_sign_that_was_not_encoded_is_told_how_to_be(as_of: str, event: Event) -> None:
    recorded, catalogue = event("catalogue"), handler("catalogue")
    model = {"provider": "anthropic", "id": "claude-sonnet-5-5"}
    key = "GET /v1/models/{provider}/{id+}"

    def asked(query: str) -> Answer:
        return call(catalogue, recorded, routeKey=key, pathParameters=model, **queried(query))

    assert "%2B" in problem(asked(f"as_of={as_of}"))["detail"]
    assert asked(f"as_of={as_of.replace('+', '%2B')}").status == 200
