"""One route as the OpenAPI document describes it: what it takes, answers and refuses."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from pricing.api.handler import JSON_LINES, STATUSES, Asset, Route
from pricing.errors import (
    BodyTooLarge,
    InvalidRequest,
    MalformedRequest,
    StoreUnavailable,
    TariffError,
    UnsupportedMediaType,
)
from pricing.store.idempotency import KEY_FORM
from pricing.validation import Versioned
from tariff.docs import prose as words
from tariff.docs.descriptions import markdown
from tariff.docs.examples import EXAMPLES, REFUSALS, Example, answer_to
from tariff.docs.schemas import without_null

PROBLEM_JSON = "application/problem+json"
JSON = "application/json"
#: What the door refuses, whichever route has a body.
DOOR = (MalformedRequest, BodyTooLarge, UnsupportedMediaType, InvalidRequest)

Schema = dict[str, Any]
GUARDED: list[Schema] = [{"sigv4": []}, {"jwt": []}]


@dataclass(frozen=True, slots=True)
class Function:
    """One function's module and its routes; ``name`` is its folder's."""

    name: str
    module: ModuleType
    routes: tuple[Route, ...]


def operation(function: Function, route: Route, references: Mapping[type, Schema]) -> Schema:
    """The Operation Object of a route; ``references`` has the schema of each of its types."""
    examples = EXAMPLES.get(f"{route.method} {route.spec_path}", ())
    found: Schema = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [tag_of(function)[0]],
        "security": [] if route.open_to_all else GUARDED,
    }
    parameters = _parameters(route, references, examples)
    if parameters:
        found["parameters"] = parameters
    if route.body is not None:
        shown = {one.name: {"summary": one.summary, "value": one.body} for one in examples}
        content = {JSON: {"schema": references[route.body], "examples": shown}}
        if route.lines is not None:
            lines = {"schema": {"type": "string", "description": words.LINES}}
            content |= dict.fromkeys(JSON_LINES, lines)
        found["requestBody"] = {"required": True, "content": content}
    found["responses"] = _responses(function, route, references, examples)
    return found


def tag_of(function: Function) -> tuple[str, str]:
    """Name and description of the tag of a function's routes."""
    return words.TAGS.get(function.name, (function.name.replace("_", " ").capitalize(), ""))


def _operation_id(route: Route) -> str:
    """``GET /v1/models/{provider}/{id}`` is ``getModelsByProviderAndId``."""
    segments = route.spec_path.removeprefix("/v1").strip("/").split("/")
    fixed = [word for one in segments if "{" not in one for word in re.split(r"\W", one)]
    variable = [one.strip("{+}").capitalize() for one in segments if "{" in one]
    by = "By" + "And".join(variable) if variable else ""
    return route.method.lower() + "".join(word.capitalize() for word in fixed) + by


def _parameters(
    route: Route, references: Mapping[type, Schema], examples: Iterable[Example]
) -> list[Schema]:
    found: list[Schema] = []
    for name in re.findall(r"\{(\w+)\}", route.spec_path):
        values = {one.name: {"value": one.path[name]} for one in examples}
        schema: Schema = {"type": "string", "minLength": 1, "maxLength": 128}
        text = words.PATH_PARAMETERS[route.spec_path.partition(f"{{{name}}}")[0] + f"{{{name}}}"]
        found.append(
            {"name": name, "in": "path", "required": True, "description": text, "schema": schema}
            | ({"examples": values} if values else {})
        )
    parameters = route.query or route.lines
    query = references[parameters] if parameters else {}
    for name, found_schema in query.get("properties", {}).items():
        sent = without_null(found_schema)
        text = sent.pop("description", "")
        read: Callable[[str], Any] = int if sent.get("type") == "integer" else str
        values = {
            one.name: {"value": read(one.query[name])} for one in examples if name in one.query
        }
        found.append(
            {
                "name": name,
                "in": "query",
                "required": name in query.get("required", ()),
                "description": text,
                "schema": sent,
            }
            | ({"examples": values} if values else {})
        )
    if route.etag:
        found.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": words.IF_NONE_MATCH,
                "schema": {"type": "string"},
            }
        )
    if route.idempotent:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": words.IDEMPOTENCY_KEY,
                "schema": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 128,
                    "pattern": f"^{KEY_FORM.pattern}$",
                },
            }
        )
    return found


def _responses(
    function: Function,
    route: Route,
    references: Mapping[type, Schema],
    examples: Iterable[Example],
) -> dict[str, Schema]:
    headers = {"x-request-id": {"$ref": "#/components/headers/RequestId"}}
    if route.etag:
        headers["etag"] = {"$ref": "#/components/headers/ETag"}
    found: dict[str, Schema] = {
        str(route.status): {
            "description": _headline(route.answer),
            "headers": headers,
            "content": _answer_content(function, route, references, examples),
        }
    }
    if route.etag:
        found["304"] = {"description": words.NOT_MODIFIED, "headers": headers}
    for status, slugs in _refusals(route).items():
        found[status] = _problem_response(status, slugs)
    gateway = {"429": words.THROTTLED}
    if not route.open_to_all:
        gateway |= words.GATEWAY_STATUSES
    message = {JSON: {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}}
    for status, text in gateway.items():
        found[status] = {"description": text, "content": message}
    return dict(sorted(found.items()))


def _headline(answer: type) -> str:
    if answer is Asset:
        return "As it was generated when this version was built."
    return markdown(answer.__doc__).partition("\n\n")[0]


def _answer_content(
    function: Function,
    route: Route,
    references: Mapping[type, Schema],
    examples: Iterable[Example],
) -> Schema:
    if route.answer is Asset:
        if route.path.endswith(".json"):
            return {JSON: {"schema": {"type": "object"}}}
        return {"text/html; charset=utf-8": {"schema": {"type": "string"}}}
    shown = {
        one.name: {"summary": one.summary, "value": answer_to(function.module, route, one)}
        for one in examples
    }
    others = {f"{one}; charset=utf-8": {"schema": {"type": "string"}} for one in route.formats}
    return {JSON: {"schema": references[route.answer], "examples": shown}} | others


def _refusals(route: Route) -> dict[str, list[str]]:
    """Status -> the slugs it can come with."""
    kinds: list[type[TariffError]] = list(route.raises)
    if route.body is not None:
        kinds += DOOR
    elif route.query is not None:
        kinds.append(InvalidRequest)
    if any(kind and issubclass(kind, Versioned) for kind in (route.body, route.query)):
        kinds.append(StoreUnavailable)  # a version asked for by id may be in the store only
    found: dict[str, list[str]] = {}
    for kind, status, slug, _ in STATUSES:
        if kind in kinds:
            found.setdefault(str(status), []).append(slug)
    return found


def _problem_response(status: str, slugs: Sequence[str]) -> Schema:
    titles = {slug: title for _, _, slug, title in STATUSES}
    headers = {"x-request-id": {"$ref": "#/components/headers/RequestId"}}
    if status == "503":
        headers["retry-after"] = {"$ref": "#/components/headers/RetryAfter"}
    content: Schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    shown = {s: {"$ref": f"#/components/examples/{s}"} for s in slugs if s in REFUSALS}
    if shown:
        content["examples"] = shown
    return {
        "description": " or ".join(f"[{titles[slug]}](/docs#{slug})" for slug in slugs) + ".",
        "headers": headers,
        "content": {PROBLEM_JSON: content},
    }
