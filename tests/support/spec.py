"""The OpenAPI document as tests use it: by route, and as a judge of what functions answer."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from tests.support.handlers import Answer

Spec = dict[str, Any]


def operations(spec: Spec) -> Iterator[tuple[str, Spec]]:
    """Every route key with its operation."""
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def closed(schema: Any) -> Any:
    """The same schema with no room for a member it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(one) for name, one in schema.items()}
    if "properties" in found:
        found.setdefault("additionalProperties", False)
    return found


def faults(spec: Spec, schema: Mapping[str, Any], value: Any) -> list[str]:
    """What is wrong with a value, by JSON path."""
    components = {"schemas": closed(copy.deepcopy(spec["components"]["schemas"]))}
    validator = Draft202012Validator({**schema, "components": components})
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(value)]


def answered(spec: Spec, key: str, answer: Answer) -> list[str]:
    """What is wrong with a function's answer by its route's operation."""
    response = dict(operations(spec))[key]["responses"][str(answer.status)]
    content = response["content"][answer.headers["content-type"]]
    return faults(spec, content["schema"], answer.body)


def body_schema(spec: Spec, key: str) -> Any:
    return dict(operations(spec))[key]["requestBody"]["content"]["application/json"]["schema"]
