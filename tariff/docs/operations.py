"""One route as the OpenAPI document describes it: what it takes, answers and refuses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import ModuleType
from typing import Any

from pricing import errors
from pricing.api.handler import STATUSES, Asset, Route
from pricing.validation import Versioned
from tariff.docs.descriptions import markdown
from tariff.docs.examples import EXAMPLES, PROBLEMS, Example, answer_to
from tariff.docs.schemas import without_null

JSON = "application/json"
#: What every route with a body can refuse.
BODY_PROBLEMS = {
    errors.MalformedRequest,
    errors.BodyTooLarge,
    errors.UnsupportedMediaType,
    errors.InvalidRequest,
}

Schema = dict[str, Any]
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
            "security": [] if route.open_to_all else [{"sigv4": []}, {"jwt": []}],
        }
        if parameters := [*self._parameters()]:
            found["parameters"] = parameters
        if route.body is not None:
            shown = {one.name: {"summary": one.summary, "value": one.body} for one in self.examples}
            content = {JSON: {"schema": self.schemas[route.body], "examples": shown}}
            found["requestBody"] = {"required": True, "content": content}
        found["responses"] = dict(sorted(self._responses().items()))
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
        for at in re.finditer(r"\{(\w+)\}", path):
            text = self.fragments["path_parameters"][path[: at.end()]]
            schema = {"type": "string", "minLength": 1, "maxLength": 128, "description": text}
            yield _parameter(at[1], "path", schema, {e.name: e.path[at[1]] for e in self.examples})
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

    def _responses(self) -> dict[str, Schema]:
        route, fragments = self.route, self.fragments
        headers = REQUEST_ID | (ETAG if route.etag else {})
        text = fragments["asset"] if route.answer is Asset else _first_paragraph(route.answer)
        content = self._answer_content()
        found = {str(route.status): {"description": text, "headers": headers, "content": content}}
        if route.started:
            text = _first_paragraph(route.started)
            content = {JSON: {"schema": self.schemas[route.started]}}
            found["202"] = {"description": text, "headers": headers, "content": content}
        if route.etag:
            found["304"] = {"description": fragments["not_modified"], "headers": headers}
        found |= self._refusals()
        gateway = {"429": fragments["throttled"]}
        gateway |= {} if route.open_to_all else fragments["gateway_responses"]
        gateway |= fragments["gateway_body_responses"] if route.body else {}
        for status, answered in gateway.items():  # the function has its own for some of them
            ours = found.get(status, {"content": {}})
            found[status] = {**answered, "content": answered["content"] | ours["content"]}
        return found

    def _answer_content(self) -> Schema:
        route = self.route
        if route.answer is Asset:
            kinds: Mapping[str, Schema] = self.fragments["asset_content"]
            return kinds.get(route.path, kinds["otherwise"])
        shown = {
            one.name: {"summary": one.summary, "value": answer_to(self.module, one.event)}
            for one in self.examples
        }
        text = {"schema": {"type": "string"}}
        others = {re.sub("^text/.*", r"\g<0>; charset=utf-8", one): text for one in route.formats}
        return {JSON: {"schema": self.schemas[route.answer], "examples": shown}} | others

    def _refusals(self) -> Iterator[tuple[str, Schema]]:
        """Yield each status of a problem, with its Response Object."""
        route = self.route
        kinds = {*route.raises} | (BODY_PROBLEMS if route.body else set())
        if route.query:
            kinds.add(errors.InvalidRequest)
        if issubclass(route.body or route.query or object, Versioned):  # one in the store only
            kinds.add(errors.StoreUnavailable)
        rows = [row for row in STATUSES if row[0] in kinds]
        for status, problems in groupby(rows, key=lambda row: row[1]):
            titles = {slug: title for _, _, slug, title in problems}
            links = (f"[{title}](/docs#{slug})" for slug, title in titles.items())
            examples = {s: {"$ref": f"#/components/examples/{s}"} for s in titles if s in PROBLEMS}
            content: Schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
            yield (
                str(status),
                {
                    "description": " or ".join(links) + ".",
                    "headers": REQUEST_ID | (RETRY_AFTER if status in {429, 503} else {}),
                    "content": {
                        "application/problem+json": content
                        | ({"examples": examples} if examples else {})
                    },
                },
            )


def _first_paragraph(kind: type) -> str:
    return markdown(kind.__doc__).partition("\n\n")[0]


def _parameter(
    name: str, place: str, schema: Schema, values: Mapping[str, Any], *, required: bool = True
) -> Schema:
    """Return a Parameter Object; the schema's description becomes the parameter's."""
    text = schema.pop("description")
    found = {"name": name, "in": place, "required": required, "description": text, "schema": schema}
    examples = {example: {"value": value} for example, value in values.items()}
    return found | ({"examples": examples} if examples else {})
