"""``GET /openapi.json`` and ``GET /docs``, both generated at build time, and every wrong turn."""

import json
from functools import cache
from pathlib import Path

from pricing import errors
from pricing.api.handler import DEFAULT_ROUTE, Asset, Call, Event, Reply, Route, serve
from pricing.validation import NoQuery

STATIC = Path(__file__).parent / "static"
#: The page brings its style along and loads nothing; nobody may put it into a frame.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@cache
def asset(name: str, content_type: str) -> Asset:
    """A generated file; it never changes while an instance lives."""
    return Asset(content_type, (STATIC / name).read_text(encoding="utf-8"))


def get_openapi(_query: NoQuery, _call: Call) -> Asset:
    """The specification of every route."""
    return asset("openapi.json", "application/json")


def get_docs(_query: NoQuery, _call: Call) -> Asset:
    """The same specification as a page that needs nothing from anywhere else."""
    return asset("docs.html", "text/html; charset=utf-8")


@cache
def methods_by_path() -> dict[str, list[str]]:
    """What the specification offers at each path template."""
    paths = json.loads(asset("openapi.json", "application/json").text)["paths"]
    return {path: [method.upper() for method in offered] for path, offered in paths.items()}


def allowed(path: str) -> list[str]:
    """The methods that a path answers, sorted; none when there is no such path."""
    given = path.split("/")
    found = {
        method
        for template, methods in methods_by_path().items()
        if _matches(template.split("/"), given)
        for method in methods
    }
    return sorted(found)


def _matches(template: list[str], given: list[str]) -> bool:
    return len(template) == len(given) and all(
        segment if wanted.startswith("{") else segment == wanted
        for wanted, segment in zip(template, given, strict=True)
    )


def wrong_turn(_query: None, call: Call) -> Asset:
    """Tells a wrong method (405) from a path that does not exist (404)."""
    methods = allowed(call.event["rawPath"])
    if methods:
        raise errors.MethodNotAllowed(f"This path answers {', '.join(methods)} only.")
    raise errors.NotFound("There is no such route; GET /openapi.json lists them all.")


ROUTES = (
    Route(
        "GET",
        "/openapi.json",
        get_openapi,
        query=NoQuery,
        answer=Asset,
        summary="This specification, as OpenAPI 3.1.",
        open_to_all=True,
    ),
    Route(
        "GET",
        "/docs",
        get_docs,
        query=NoQuery,
        answer=Asset,
        summary="The reference as a page that works offline.",
        open_to_all=True,
    ),
    Route("ANY", DEFAULT_ROUTE, wrong_turn, answer=Asset, summary="Everything else."),
)
_answer = serve(*ROUTES)


def lambda_handler(event: Event, context: object) -> Reply:
    """What the routes answer, with what a browser may do with it, and RFC 9110's ``allow``."""
    reply = _answer(event, context)
    reply["headers"]["content-security-policy"] = POLICY
    if reply["statusCode"] == 405:  # noqa: PLR2004 - a status code is its own name
        reply["headers"]["allow"] = ", ".join(allowed(event["rawPath"]))
    return reply
