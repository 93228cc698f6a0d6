"""The OpenAPI document as tests use it: by route, and as a judge of what functions answer."""

import copy
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from jsonschema_rs import Draft202012Validator

from tariff.docs import openapi
from tests.support.handlers import Answer


class Spec(dict[str, Any]):
    """The document, and the validators made from it so far."""

    def __init__(self) -> None:
        super().__init__(openapi.document())
        self.validators: dict[tuple[str, int, str], Draft202012Validator] = {}

    @cached_property
    def closed_schemas(self) -> Any:
        """Its schemas, which refuse members that they do not name."""
        return closed(copy.deepcopy(self["components"]["schemas"]))


def operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
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
    """What is wrong with a value, by JSON pointer."""
    return _judged(_validator(spec, schema), value)


def answered(spec: Spec, key: str, answer: Answer) -> list[str]:
    """What is wrong with a function's answer by its route's operation."""
    content_type = answer.headers["content-type"]
    known = (key, answer.status, content_type)
    if known not in spec.validators:
        response = dict(operations(spec))[key]["responses"][str(answer.status)]
        spec.validators[known] = _validator(spec, response["content"][content_type]["schema"])
    return _judged(spec.validators[known], answer.body)


def _validator(spec: Spec, schema: Mapping[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": {"schemas": spec.closed_schemas}})


def _judged(validator: Draft202012Validator, value: Any) -> list[str]:
    return [f"{one.instance_path}: {one.message}" for one in validator.iter_errors(value)]


def body_schema(spec: Mapping[str, Any], key: str) -> Any:
    return dict(operations(spec))[key]["requestBody"]["content"]["application/json"]["schema"]
