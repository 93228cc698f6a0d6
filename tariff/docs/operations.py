"""One route as the OpenAPI document describes it: what it takes, answers and refuses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from pricing import errors
from pricing.api.handler import STATUSES, Asset, Route
from pricing.validation import Versioned
from tariff.docs.descriptions import markdown
from tariff.docs.examples import EXAMPLES, PROBLEMS, Example, answer_to
from tariff.docs.schemas import without_null

PROBLEM_JSON = "application/problem+json"
JSON = "application/json"
#: What the files of the page are.
ASSET_TYPES = ("text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml")
#: What every route with a body can refuse.
BODY_PROBLEMS = (
    errors.MalformedRequest,
    errors.BodyTooLarge,
    errors.UnsupportedMediaType,
    errors.InvalidRequest,
)

Schema = dict[str, Any]
GUARDED: list[Schema] = [{"sigv4": []}, {"jwt": []}]
REQUEST_ID: Schema = {"x-request-id": {"$ref": "#/components/headers/RequestId"}}
ETAG: Schema = {"etag": {"$ref": "#/components/headers/ETag"}}
RETRY_AFTER: Schema = {"retry-after": {"$ref": "#/components/headers/RetryAfter"}}


@dataclass(frozen=True, slots=True)
class Operation:
    """A route of a function, and what its description is made of.

    ``tag`` is the entry of document.yaml's tags; it says which routes are for administrators.
    ``schemas`` has a reference for each type, or the whole schema of one that is sent as query
    parameters; ``fragments`` are those of document.yaml.
    """

    route: Route
    module: ModuleType
    tag: Mapping[str, Any]
    schemas: Mapping[type, Schema]
    fragments: Mapping[str, Any]

    @property
    def examples(self) -> Sequence[Example]:
        """The recorded requests to the route."""
        return EXAMPLES.get(self.route.key, ())

    def described(self) -> Schema:
        """Return the Operation Object."""
        route = self.route
        found: Schema = {
            "operationId": re.sub(r"_(\w)", lambda at: at[1].upper(), route.respond.__name__),
            "summary": route.summary,
            "description": self._description(),
            "tags": [self.tag["name"]],
            "security": [] if route.open_to_all else GUARDED,
        }
        if parameters := [*self._parameters()]:
            found["parameters"] = parameters
        if route.body is not None:
            shown = {one.name: {"summary": one.summary, "value": one.body} for one in self.examples}
            content = {JSON: {"schema": self.schemas[route.body], "examples": shown}}
            found["requestBody"] = {"required": True, "content": content}
        found["responses"] = dict(sorted(self._responses()))
        return found

    def _description(self) -> str:
        """What is sent, or else what is answered; JSON Lines, which no client can generate."""
        route = self.route
        if route.answer is Asset:
            return str(self.fragments["asset"])
        texts = [markdown((route.body or route.answer).__doc__)]
        texts += [self.fragments["json_lines"]] if route.lines else []
        texts += [self.fragments["administrators"]] if "administrators" in self.tag else []
        return "\n\n".join(texts)

    def _parameters(self) -> Iterator[Schema]:
        path = self.route.spec_path
        for name in re.findall(r"\{(\w+)\}", path):
            up_to = path[: path.index(f"{{{name}}}")] + f"{{{name}}}"
            text = self.fragments["path_parameters"][up_to]
            schema = {"type": "string", "minLength": 1, "maxLength": 128, "description": text}
            yield _parameter(name, "path", schema, {e.name: e.path[name] for e in self.examples})
        query = self.schemas[self.route.query] if self.route.query else {}
        for name, schema in query.get("properties", {}).items():
            read = int if schema.get("type") == "integer" else str
            values = {e.name: read(e.query[name]) for e in self.examples if name in e.query}
            required = name in query.get("required", ())
            yield _parameter(name, "query", without_null(schema), values, required=required)
        if self.route.etag:
            yield self.fragments["etag_parameter"]
        if self.route.idempotent:
            yield self.fragments["idempotency_parameter"]

    def _responses(self) -> Iterator[tuple[str, Schema]]:
        route = self.route
        headers = REQUEST_ID | (ETAG if route.etag else {})
        asset = route.answer is Asset
        text = self.fragments["asset"] if asset else markdown(route.answer.__doc__)
        text, content = text.partition("\n\n")[0], self._answer_content()
        yield str(route.status), {"description": text, "headers": headers, "content": content}
        if route.started:
            text = markdown(route.started.__doc__).partition("\n\n")[0]
            content = {JSON: {"schema": self.schemas[route.started]}}
            yield "202", {"description": text, "headers": headers, "content": content}
        if route.etag:
            yield "304", {"description": self.fragments["not_modified"], "headers": headers}
        problems = {
            status: _problem_response(status, slugs) for status, slugs in self._problems().items()
        }
        gateway = {"429": self.fragments["throttled"]}
        if not route.open_to_all:
            gateway |= self.fragments["gateway_responses"]
        if route.body is not None:
            gateway |= self.fragments["gateway_body_responses"]
        for status, answered in gateway.items():  # the function has its own for some of them
            ours = problems.get(status, {"content": {}})
            problems[status] = {**answered, "content": answered["content"] | ours["content"]}
        yield from problems.items()

    def _answer_content(self) -> Schema:
        route = self.route
        if route.answer is Asset:
            if route.path.endswith(".json"):
                return {JSON: {"schema": {"type": "object"}}}
            if route.path.startswith("/assets/"):
                return {name: {"schema": {"type": "string"}} for name in ASSET_TYPES}
            return {"text/html; charset=utf-8": {"schema": {"type": "string"}}}
        shown = {
            one.name: {"summary": one.summary, "value": answer_to(self.module, one.event)}
            for one in self.examples
        }
        text = {"schema": {"type": "string"}}
        charset = "; charset=utf-8"
        others = {f"{one}{charset if 'text/' in one else ''}": text for one in route.formats}
        return {JSON: {"schema": self.schemas[route.answer], "examples": shown}} | others

    def _problems(self) -> Mapping[str, list[tuple[str, str]]]:
        """The slugs and titles of the problems that each status can come with."""
        route = self.route
        kinds: list[type[errors.TariffError]] = list(route.raises)
        if route.body is not None:
            kinds += BODY_PROBLEMS
        elif route.query is not None:
            kinds.append(errors.InvalidRequest)
        # A version that is requested by id may be in the store only.
        if any(kind and issubclass(kind, Versioned) for kind in (route.body, route.query)):
            kinds.append(errors.StoreUnavailable)
        found: dict[str, list[tuple[str, str]]] = {}
        for kind, status, slug, title in STATUSES:
            if kind in kinds:
                found.setdefault(str(status), []).append((slug, title))
        return found


def _parameter(
    name: str, place: str, schema: Schema, values: Mapping[str, Any], *, required: bool = True
) -> Schema:
    """Return a Parameter Object; the schema's description becomes the parameter's."""
    text = schema.pop("description")
    found = {"name": name, "in": place, "required": required, "description": text, "schema": schema}
    examples = {example: {"value": value} for example, value in values.items()}
    return found | ({"examples": examples} if examples else {})


def _problem_response(status: str, problems: Sequence[tuple[str, str]]) -> Schema:
    content: Schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    shown = {s: {"$ref": f"#/components/examples/{s}"} for s, _ in problems if s in PROBLEMS}
    if shown:
        content["examples"] = shown
    return {
        "description": " or ".join(f"[{title}](/docs#{slug})" for slug, title in problems) + ".",
        "headers": REQUEST_ID | (RETRY_AFTER if status in ("429", "503") else {}),
        "content": {PROBLEM_JSON: content},
    }
