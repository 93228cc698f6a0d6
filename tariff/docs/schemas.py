"""JSON Schemas of the types that validate requests and of the types that answer.

Pydantic writes them. What is here is where Tariff's JSON differs from pydantic's own: decimals are
strings in plain notation, and an answer has all of its members, null or not, except for a line
item's optional prices.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import override

from pricing.estimates.calculator import LineItem
from pricing.jsonio import members
from pricing.usage.buckets import InferenceGeo, Processing, Speed
from pricing.usage.meanings import UsageFormat
from pricing.validation import Request, Versioned
from tariff.docs.descriptions import field_descriptions, markdown

Mode = Literal["validation", "serialization"]

#: What answers send: the exact value, in plain notation.
DECIMAL: JsonSchemaValue = {"type": "string", "format": "decimal", "pattern": r"^-?\d+(\.\d+)?$"}
#: What requests may send instead of a JSON number.
DECIMAL_SENT: JsonSchemaValue = {**DECIMAL, "pattern": r"^-?\d{1,20}(\.\d{1,20})?$"}
#: Schemas that many fields share, each a type of its own: clients then have one of it.
SHARED: Mapping[str, JsonSchemaValue] = {
    "ProviderObject": {"type": "object", "additionalProperties": True},
    "UsageFormat": {"enum": [*get_args(UsageFormat)], "type": "string"},
    "Processing": {"enum": [*get_args(Processing)], "type": "string"},
    "Speed": {"enum": [*get_args(Speed)], "type": "string"},
    "InferenceGeo": {"enum": [*get_args(InferenceGeo)], "type": "string"},
}
#: What pydantic writes next to the choices of a value, and the keyword of the choice it is for.
_BOUNDS = {"ge": "minimum", "le": "maximum", "maxItems": "maxItems"}
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
    return {one: references[(one, mode)] for one, mode in modes}, schemas


def _explain(schema: JsonSchemaValue, schemas: Mapping[str, JsonSchemaValue]) -> None:
    """Give a member without a description that of the one type it is of."""
    for found in schema.get("properties", {}).values():
        choices = [one.get("items", one) for one in found.get("anyOf", [found])]
        for choice in choices:
            if text := choice.pop("description", None):
                found.setdefault("description", text)
        named = [one["$ref"].rpartition("/")[2] for one in choices if "$ref" in one]
        if "description" not in found and len(named) == 1:
            found["description"] = schemas[named[0]]["description"].partition("\n\n")[0]


def _simplify(schema: Any) -> None:
    """Write in place what generators of clients read best.

    Bounds move into the choice that they are for, and what is ``SHARED`` becomes a reference.
    """
    if isinstance(schema, dict):
        for bound, keyword in _BOUNDS.items():
            if bound in schema and "anyOf" in schema:
                schema["anyOf"][0][keyword] = schema.pop(bound)
        if (places := schema.pop("decimal_places", None)) is not None:
            schema["anyOf"][1]["pattern"] = rf"^-?\d{{1,20}}(\.\d{{1,{places}}})?$"
        for name, shared in SHARED.items():
            if shared.items() <= schema.items() and "properties" not in schema:
                for keyword in shared:
                    del schema[keyword]
                schema["$ref"] = f"#/components/schemas/{name}"
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
        for member in found["properties"].values():
            _state_default(member, kept=kind.__name__.endswith("Query"))
        return found

    @override
    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """An answer, or a part of one."""
        found = _described(super().dataclass_schema(schema), schema["cls"])
        for member in found["properties"].values():
            member.pop("default", None)
        if schema["cls"] is LineItem:
            found["required"] = [name for name in found["properties"] if name in _ALWAYS_SENT]
            for name in found["properties"].keys() - _ALWAYS_SENT:
                found["properties"][name] = without_null(found["properties"][name])
        return found


def _state_default(member: JsonSchemaValue, *, kept: bool) -> None:
    """Move a default into the description, but for one of a query, which is ``kept``.

    Clients that are generated from a schema with defaults send them all, and a field that is sent
    is a statement: the terms of a call, or a prompt next to usage.
    """
    default = member.pop("default", None)
    if kept and default is not None:
        member["default"] = default
    elif default and default != "0" and not isinstance(default, dict | list):
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
    others = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**others[0], **rest} if len(others) == 1 else dict(schema)


def _ordered(
    kind: type[BaseModel], properties: Mapping[str, JsonSchemaValue]
) -> dict[str, JsonSchemaValue]:
    """Order fields by the classes that declare them: the most specific class first."""
    owners = sorted(kind.__mro__, key=lambda owner: owner is Versioned)
    fields = kind.model_fields
    names = [name for owner in owners for name in vars(owner).get("__annotations__", {})]
    sent = [fields[name].alias or name for name in dict.fromkeys(names) if name in fields]
    return {name: properties[name] for name in sent if name in properties}
