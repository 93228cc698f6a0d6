"""``GET /openapi.json``, ``GET /docs`` and every wrong turn, through the site's handler."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tariff.docs import site
from tariff.docs.site import STATIC
from tests.support.handlers import Answer, call, handler


@pytest.fixture(scope="module", autouse=True)
def generated() -> None:
    """The files that the site serves are generated; ``make test`` has them ready."""
    if not site.is_current():
        site.generate()


@pytest.fixture
def recorded(event: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return event("site")


def astray(recorded: dict[str, Any], method: str, path: str) -> Answer:
    """The answer to a request that no other route took."""
    http = {**recorded["requestContext"]["http"], "method": method, "path": path}
    context = {**recorded["requestContext"], "http": http, "routeKey": "$default"}
    changes = {"routeKey": "$default", "rawPath": path, "requestContext": context}
    return call(handler("site"), recorded, **changes)


def test_the_document_is_the_generated_one(recorded: dict[str, Any]) -> None:
    answer = call(handler("site"), recorded)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.body == json.loads((STATIC / "openapi.json").read_bytes())


def test_the_page_is_the_generated_one_and_may_load_nothing(recorded: dict[str, Any]) -> None:
    reply = handler("site")({**recorded, "routeKey": "GET /docs", "rawPath": "/docs"}, None)
    assert reply["statusCode"] == 200
    assert reply["headers"]["content-type"] == "text/html; charset=utf-8"
    assert reply["headers"]["x-content-type-options"] == "nosniff"
    assert reply["body"] == (STATIC / "docs.html").read_text(encoding="utf-8")
    policy = dict(
        rule.strip().split(" ", 1)
        for rule in reply["headers"]["content-security-policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_each_is_served_as_the_type_that_the_document_promises(
    recorded: dict[str, Any], path: str
) -> None:
    reply = handler("site")({**recorded, "routeKey": f"GET {path}", "rawPath": path}, None)
    paths = json.loads((STATIC / "openapi.json").read_bytes())["paths"]
    (promised,) = paths[path]["get"]["responses"]["200"]["content"]
    assert reply["headers"]["content-type"] == promised


def test_a_query_parameter_that_nobody_knows_is_refused(recorded: dict[str, Any]) -> None:
    answer = call(handler("site"), recorded, queryStringParameters={"pretty": "1"})
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/pretty"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/estimate", "POST"),
        ("DELETE", "/v1/estimate", "POST"),
        ("PUT", "/v1/estimate/workload", "POST"),
        ("HEAD", "/v1/health", "GET"),
        ("POST", "/docs", "GET"),
        ("POST", "/v1/models", "GET"),
        ("POST", "/v1/models/anthropic/x", "GET"),
        ("POST", "/v1/models/{provider}/{id}", "GET"),
    ],
)
def test_another_method_on_a_path_that_exists_is_told_which_to_use(
    recorded: dict[str, Any], method: str, path: str, allow: str
) -> None:
    answer = astray(recorded, method, path)
    assert answer.status == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["allow"] == allow
    assert answer.body["type"] == "/docs#method-not-allowed"
    assert answer.body["detail"] == f"This path answers {allow} only."
    assert answer.body["instance"] == path.replace("{", "%7B").replace("}", "%7D")


def test_the_instance_of_a_problem_is_a_uri_reference_whatever_was_asked_for(
    recorded: dict[str, Any],
) -> None:
    answer = astray(recorded, "GET", "/v1/modèles/\x1b[1m 100%")
    assert answer.body["instance"] == "/v1/mod%C3%A8les/%1B%5B1m%20100%25"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/nothing",
        "/v1/estimate/",
        "/v1/estimate/workload/more",
        "/V1/estimate",
        "//v1/estimate",
        "/v1/models/anthropic",
        "/v1/models/anthropic/",
        "/v1/models//x",
        "/v1/models/anthropic/x/y",
    ],
)
def test_a_path_that_does_not_exist_is_not_found(recorded: dict[str, Any], path: str) -> None:
    for method in ("GET", "POST"):
        answer = astray(recorded, method, path)
        assert answer.status == 404
        assert "allow" not in answer.headers
        assert answer.body["type"] == "/docs#not-found"
        assert "GET /openapi.json" in answer.body["detail"]
