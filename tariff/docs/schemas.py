"""JSON Schemas of the types that validate requests and of the types that answer.

Pydantic writes them; what stands here is where Tariff's JSON differs from pydantic's own: decimals
are strings in plain notation, and an answer has all of its members, null or not, but for a line
item's optional prices.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import override

from pricing.api.requests.estimate import UsageInput
from pricing.estimates.calculator import LineItem
from pricing.jsonio import members
from pricing.usage.fields import Shape
from pricing.validation import Request, Versioned
from tariff.docs import prose as words
from tariff.docs.descriptions import field_descriptions, markdown

REF = "#/components/schemas/{model}"
Mode = Literal["validation", "serialization"]

#: What answers send: the exact value, in plain notation.
DECIMAL: JsonSchemaValue = {"type": "string", "format": "decimal", "pattern": r"^-?\d+(\.\d+)?$"}
#: What requests may send beside a JSON number.
DECIMAL_SENT: JsonSchemaValue = {**DECIMAL, "pattern": r"^-?\d{1,20}(\.\d{1,20})?$"}
#: A body holds exactly one of these: the first rule of ``UsageInput.asked``.
SOURCES = ("usage", "response", "text", "messages")
_ALWAYS_SENT = members(LineItem("input", Decimal(1), "token")).keys()


def schemas_of(
    requests: Iterable[type], answers: Iterable[type]
) -> tuple[dict[type, JsonSchemaValue], dict[str, JsonSchemaValue]]:
    """A reference for each type, and all schemas those refer to, by name in sorted order."""
    modes: list[tuple[type, Mode]] = [(one, "validation") for one in dict.fromkeys(requests)]
    modes += [(one, "serialization") for one in dict.fromkeys(answers)]
    references, found = TypeAdapter.json_schemas(
        [(one, mode, TypeAdapter(one)) for one, mode in modes],
        ref_template=REF,
        schema_generator=Generator,
    )
    schemas = found.get("$defs", {})
    for schema in schemas.values():
        _explain(schema, schemas)
        _bounded(schema)
    return {one: references[(one, mode)] for one, mode in modes}, dict(sorted(schemas.items()))


def problem_schemas() -> dict[str, JsonSchemaValue]:
    """What ``http`` answers when it refuses, and what API Gateway answers before it is asked."""
    text = {"type": "string"}
    types: Mapping[str, JsonSchemaValue] = {
        "type": {**text, "format": "uri-reference", "examples": ["/docs#invalid-request"]},
        "title": text,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": text,
        "instance": {**text, "format": "uri-reference"},
        "request_id": text,
        "errors": {"type": "array", "items": {"$ref": REF.format(model="FieldError")}},
        "suggestions": {"type": "array", "items": text, "maxItems": 3},
    }
    return {
        "Problem": {
            "type": "object",
            "description": words.PROBLEM,
            "properties": _with_words(types, words.PROBLEM_FIELDS),
            "required": [name for name in types if name not in {"errors", "suggestions"}],
        },
        "FieldError": {
            "type": "object",
            "description": words.FIELD_ERROR,
            "properties": _with_words(
                dict.fromkeys(("pointer", "detail"), text), words.FIELD_ERROR_FIELDS
            ),
            "required": ["pointer", "detail"],
        },
        "GatewayMessage": {
            "type": "object",
            "description": words.GATEWAY_MESSAGE,
            "properties": {"message": text},
            "required": ["message"],
        },
    }


def _with_words(
    types: Mapping[str, JsonSchemaValue], meanings: Mapping[str, str]
) -> dict[str, JsonSchemaValue]:
    return {name: {**schema, "description": meanings[name]} for name, schema in types.items()}


def _explain(schema: JsonSchemaValue, schemas: Mapping[str, JsonSchemaValue]) -> None:
    """Give a member without a description that of the one type it refers to."""
    for found in schema.get("properties", {}).values():
        choices = [one.get("items", one) for one in found.get("anyOf", [found])]
        named = [one["$ref"].rpartition("/")[2] for one in choices if "$ref" in one]
        if "description" not in found and len(named) == 1:
            found["description"] = schemas[named[0]]["description"].partition("\n\n")[0]


def _describe(schema: JsonSchemaValue, kind: type, aliases: Mapping[str, str]) -> None:
    """Describe a type's members as its docstrings do."""
    schema.pop("title", None)
    schema["description"] = markdown(kind.__doc__)
    for name, text in field_descriptions(kind).items():
        found = schema["properties"].get(aliases.get(name, name))
        if found is not None:
            found["description"] = text


def _bounded(schema: Any) -> None:
    """Pydantic leaves the bounds of an exact number beside the choice of its two notations."""
    if isinstance(schema, list):
        for one in schema:
            _bounded(one)
    if not isinstance(schema, dict):
        return
    for bound, keyword in (("ge", "minimum"), ("le", "maximum")):
        if bound in schema and "anyOf" in schema:
            schema["anyOf"][0][keyword] = schema.pop(bound)
    for one in schema.values():
        _bounded(one)


class Generator(GenerateJsonSchema):
    """Pydantic's generator with Tariff's decimals, nulls and words."""

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: a title would be the field's name again, with capitals."""
        return False

    @override
    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A string in an answer; in a request a number or a string."""
        if self.mode == "serialization":
            return dict(DECIMAL)
        return {"anyOf": [{"type": "number"}, dict(DECIMAL_SENT)]}

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """One schema of two types where that says it, not a choice of two schemas."""
        inner = self.generate_inner(schema["schema"])
        if not isinstance(inner.get("type"), str) or "const" in inner:
            return super().nullable_schema(schema)
        choices = {"enum": [*inner["enum"], None]} if "enum" in inner else {}
        return {**inner, "type": [inner["type"], "null"], **choices}

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """An answer's defaults are nobody's business, and neither is leaving a null out."""
        found = super().default_schema(schema)
        if self.mode == "serialization" or found.get("default", ...) is None:
            found.pop("default", None)
        return found

    @override
    def field_is_required(self, field: Any, total: bool) -> bool:
        """Answers have every member."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    @override
    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A request, its most specific fields first and the price version last."""
        found = super().model_schema(schema)
        kind: type[BaseModel] = schema["cls"]
        names = {name: field.alias for name, field in kind.model_fields.items() if field.alias}
        _describe(found, kind, names)
        if issubclass(kind, Request):
            found["properties"] = _ordered(kind, found.get("properties", {}))
        if issubclass(kind, UsageInput):
            found["oneOf"] = [{"required": [source]} for source in SOURCES]
            for source in SOURCES:
                found["properties"][source] = without_null(found["properties"][source])
        if issubclass(kind, Shape):
            found["x-provider"] = True
        return found

    @override
    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """An answer, or a part of one."""
        found = super().dataclass_schema(schema)
        _describe(found, schema["cls"], {})
        if schema["cls"] is LineItem:
            found["required"] = [name for name in found["properties"] if name in _ALWAYS_SENT]
            for name in found["properties"].keys() - _ALWAYS_SENT:
                found["properties"][name] = without_null(found["properties"][name])
        return found


def without_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    """The schema of the same value where it is not null."""
    if "anyOf" in schema:
        others = [one for one in schema["anyOf"] if one != {"type": "null"}]
        rest = {name: value for name, value in schema.items() if name != "anyOf"}
        return {**others[0], **rest} if len(others) == 1 else {**rest, "anyOf": others}
    found = dict(schema)
    if isinstance(found.get("type"), list):
        (found["type"],) = [one for one in found["type"] if one != "null"]
    if "enum" in found:
        found["enum"] = [one for one in found["enum"] if one is not None]
    return found


def _ordered(
    kind: type[BaseModel], properties: Mapping[str, JsonSchemaValue]
) -> dict[str, JsonSchemaValue]:
    """Fields in the order of the classes that declare them: the most specific class first."""
    owners = sorted(kind.__mro__, key=lambda owner: owner is Versioned)
    names = [name for owner in owners for name in vars(owner).get("__annotations__", {})]
    return {name: properties[name] for name in dict.fromkeys(names) if name in properties}
