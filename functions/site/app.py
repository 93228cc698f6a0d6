"""``GET /openapi.json`` and ``GET /docs``, both generated at build time, and every wrong turn."""

import json
from functools import cache
from pathlib import Path

from pricing import errors
from pricing.contract import NoQuery
from pricing.http import DEFAULT_ROUTE, Asset, Call, Route, serve

STATIC = Path(__file__).parent / "static"


@cache
def asset(name: str, content_type: str) -> Asset:
    """A generated file; it never changes while an instance lives."""
    return Asset(content_type, (STATIC / name).read_text(encoding="utf-8"))


def openapi(_query: NoQuery, _call: Call) -> Asset:
    """The specification of every route."""
    return asset("openapi.json", "application/json")


def docs(_query: NoQuery, _call: Call) -> Asset:
    """The same specification as a page that needs nothing from anywhere else."""
    return asset("docs.html", "text/html; charset=utf-8")


def wrong_turn(_query: None, call: Call) -> Asset:
    """Tells a wrong method (405) from a path that does not exist (404)."""
    path = call.event["rawPath"]
    methods = json.loads(asset("openapi.json", "application/json").text)["paths"].get(path)
    if methods:
        offered = ", ".join(sorted(method.upper() for method in methods))
        raise errors.MethodNotAllowed(f"This path answers {offered} only.")
    raise errors.NotFound("There is no such route; GET /openapi.json lists them all.")


ROUTES = (
    Route(
        "GET",
        "/openapi.json",
        openapi,
        query=NoQuery,
        answer=Asset,
        summary="This specification, as OpenAPI 3.1.",
        open_to_all=True,
    ),
    Route(
        "GET",
        "/docs",
        docs,
        query=NoQuery,
        answer=Asset,
        summary="The reference as a page that works offline.",
        open_to_all=True,
    ),
    Route("ANY", DEFAULT_ROUTE, wrong_turn, answer=Asset, summary="Everything else."),
)
lambda_handler = serve(*ROUTES)
