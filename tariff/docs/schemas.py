"""JSON Schemas of the types that validate requests and of the types that answer.

Pydantic writes them. What is here is where Tariff's JSON differs from pydantic's own: decimals are
strings in plain notation, and an answer has all of its members, null or not, except for a line
item's optional prices.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import override

from pricing.estimates.calculator import LineItem
from pricing.jsonio import members
from pricing.validation import Request, Versioned
from tariff.docs.descriptions import field_descriptions, markdown

Mode = Literal["validation", "serialization"]

#: What answers send: the exact value, in plain notation.
DECIMAL: JsonSchemaValue = {"type": "string", "format": "decimal", "pattern": r"^-?\d+(\.\d+)?$"}
#: What requests may send instead of a JSON number.
DECIMAL_SENT: JsonSchemaValue = {**DECIMAL, "pattern": r"^-?\d{1,20}(\.\d{1,20})?$"}
#: An object that is read as a provider wrote it.
PROVIDER_OBJECT: JsonSchemaValue = {"type": "object", "additionalProperties": True}
_ALWAYS_SENT = members(LineItem("input", Decimal(1), "token")).keys()


def schemas_of(
    requests: Iterable[type], answers: Iterable[type]
) -> tuple[dict[type, JsonSchemaValue], dict[str, JsonSchemaValue]]:
    """Return a reference for each type, and all schemas those refer to, by name."""
    modes: list[tuple[type, Mode]] = [(one, "validation") for one in dict.fromkeys(requests)]
    modes += [(one, "serialization") for one in dict.fromkeys(answers)]
    references, found = TypeAdapter.json_schemas(
        [(one, mode, TypeAdapter(one)) for one, mode in modes],
        ref_template="#/components/schemas/{model}",
        schema_generator=Generator,
    )
    schemas = found.get("$defs", {})
    for schema in schemas.values():
        _explain(schema, schemas)
        _simplify(schema)
    schemas["ProviderObject"] = {
        **PROVIDER_OBJECT,
        "description": "An object as a provider, gateway or SDK writes it.",
    }
    return {one: references[(one, mode)] for one, mode in modes}, schemas


def _explain(schema: JsonSchemaValue, schemas: Mapping[str, JsonSchemaValue]) -> None:
    """Give a member without a description that of the one type it refers to."""
    for found in schema.get("properties", {}).values():
        choices = [one.get("items", one) for one in found.get("anyOf", [found])]
        named = [one["$ref"].rpartition("/")[2] for one in choices if "$ref" in one]
        if "description" not in found and len(named) == 1:
            found["description"] = schemas[named[0]]["description"].partition("\n\n")[0]


def _simplify(schema: Any) -> None:
    """Write in place what generators of clients read best.

    An exact number's bounds move into its schema; pydantic leaves them next to the choices. Free
    objects become one type, and choices of choices one choice.
    """
    if isinstance(schema, dict):
        for bound, keyword in (("ge", "minimum"), ("le", "maximum")):
            if bound in schema and "anyOf" in schema:
                schema["anyOf"][0][keyword] = schema.pop(bound)
        if (places := schema.pop("decimal_places", None)) is not None:
            schema["anyOf"][1]["pattern"] = rf"^-?\d{{1,20}}(\.\d{{1,{places}}})?$"
        if PROVIDER_OBJECT.items() <= schema.items() and "properties" not in schema:
            for name in PROVIDER_OBJECT:
                del schema[name]
            schema["$ref"] = "#/components/schemas/ProviderObject"
        schema = list(schema.values())
    for part in schema if isinstance(schema, list) else ():
        _simplify(part)


class Generator(GenerateJsonSchema):
    """Pydantic's generator with Tariff's decimals, nulls and descriptions."""

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: a title would repeat the field's name with capitals."""
        return False

    @override
    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A string in an answer; in a request a number or a string."""
        if self.mode == "serialization":
            return dict(DECIMAL)
        return {"anyOf": [{"type": "number"}, dict(DECIMAL_SENT)]}

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """One schema of two types where that is possible, instead of a choice of two schemas."""
        inner = self.generate_inner(schema["schema"])
        if (
            not isinstance(inner.get("type"), str)
            or {"const", "enum", "additionalProperties"} & inner.keys()
        ):
            return super().nullable_schema(schema)
        return {**inner, "type": [inner["type"], "null"]}

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out the defaults of answers, and nulls."""
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
        kind: type[BaseModel] = schema["cls"]
        found = _described(super().model_schema(schema), kind)
        if issubclass(kind, Request):
            found["properties"] = _ordered(kind, found.get("properties", {}))
        if not kind.__name__.endswith("Query"):
            for member in found["properties"].values():
                _state_default(member)
        return found

    @override
    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """An answer, or a part of one."""
        found = _described(super().dataclass_schema(schema), schema["cls"])
        if schema["cls"] is LineItem:
            found["required"] = [name for name in found["properties"] if name in _ALWAYS_SENT]
            for name in found["properties"].keys() - _ALWAYS_SENT:
                found["properties"][name] = without_null(found["properties"][name])
        return found


def _state_default(member: JsonSchemaValue) -> None:
    """Move a default into the description.

    Clients that are generated from a schema with defaults send them all, and a field that is sent
    is a statement: the terms of a call, or a prompt next to usage.
    """
    default = member.pop("default", None)
    if default and default != "0" and not isinstance(default, dict | list):
        text = f"{member.get('description', '')} Default: `{default}`."
        member["description"] = text.lstrip()


def _described(schema: JsonSchemaValue, kind: type) -> JsonSchemaValue:
    """Return a type's schema with the descriptions of its docstrings."""
    schema.pop("title", None)
    fields = getattr(kind, "model_fields", {})
    for name, text in field_descriptions(kind).items():
        sent = fields[name].alias if name in fields else None
        schema["properties"][sent or name]["description"] = text
    return {**schema, "description": markdown(kind.__doc__)}


def without_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    """Return the schema of the same value where it is not null."""
    if "anyOf" in schema:
        others = [one for one in schema["anyOf"] if one != {"type": "null"}]
        rest = {name: value for name, value in schema.items() if name != "anyOf"}
        return {**others[0], **rest} if len(others) == 1 else {**rest, "anyOf": others}
    found = dict(schema)
    if isinstance(found.get("type"), list):
        (found["type"],) = [one for one in found["type"] if one != "null"]
    return found


def _ordered(
    kind: type[BaseModel], properties: Mapping[str, JsonSchemaValue]
) -> dict[str, JsonSchemaValue]:
    """Order fields by the classes that declare them: the most specific class first."""
    owners = sorted(kind.__mro__, key=lambda owner: owner is Versioned)
    fields = kind.model_fields
    names = [name for owner in owners for name in vars(owner).get("__annotations__", {})]
    sent = [fields[name].alias or name for name in dict.fromkeys(names) if name in fields]
    return {name: properties[name] for name in sent if name in properties}
