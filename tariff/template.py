"""The files of a deployment as plain data: template.yaml and the recorded events."""

import json
from pathlib import Path
from typing import Any

import yaml

from tariff.paths import ROOT

__all__ = ["ROOT", "create_table_arguments", "load_template", "recorded_event", "resources"]

TEMPLATE = ROOT / "template.yaml"

#: The properties that CreateTable needs; billing, recovery and retention are the deployment's.
_TABLE_SHAPE = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
)
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """Read YAML as CloudFormation does: short function tags, and dates kept as strings."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """``!Sub x`` as ``{"Fn::Sub": x}``; ``!Ref`` and ``!Condition`` have no ``Fn::``."""
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise yaml.constructor.ConstructorError(
            None, None, f"!{suffix} takes a scalar, a list or a map", node.start_mark
        )
    return {name: value}


_Loader.add_multi_constructor("!", _function)


def load_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """Read the template as dicts, lists and scalars, with functions in their long form.

    ``!Ref X`` becomes ``{"Ref": "X"}``, ``!GetAtt A.B`` becomes ``{"Fn::GetAtt": ["A", "B"]}``,
    any other ``!Name v`` becomes ``{"Fn::Name": v}``; nothing is resolved.

    :raises FileNotFoundError: the file does not exist.
    :raises yaml.YAMLError: the file is not YAML; the message names line and column.
    :raises ValueError: the document is not a map.
    """
    with path.open(encoding="utf-8") as file:
        # A SafeLoader subclass: it constructs plain data only.
        document = yaml.load(file, Loader=_Loader)  # noqa: S506
    if not isinstance(document, dict):
        raise ValueError(f"{path.name} is not a map of sections")
    return document


def resources(template: dict[str, Any], type_name: str) -> dict[str, dict[str, Any]]:
    """Return the resources of one type by logical id, in the template's order."""
    return {
        logical_id: resource
        for logical_id, resource in template.get("Resources", {}).items()
        if resource["Type"] == type_name
    }


def create_table_arguments(template: dict[str, Any], table_name: str) -> dict[str, Any]:
    """Return CreateTable's arguments for the template's table under another name, on demand.

    Local stores and tests create their table from these, so that its keys match the deployment.

    :raises ValueError: the template does not declare exactly one AWS::DynamoDB::Table.
    """
    tables = resources(template, "AWS::DynamoDB::Table")
    if len(tables) != 1:
        raise ValueError(f"expected one AWS::DynamoDB::Table, found {sorted(tables) or 'none'}")
    (table,) = tables.values()
    shape = {name: value for name, value in table["Properties"].items() if name in _TABLE_SHAPE}
    return {"TableName": table_name, "BillingMode": "PAY_PER_REQUEST", **shape}


def recorded_event(name: str) -> dict[str, Any]:
    """Read ``events/<name>.json``, an event as API Gateway sends it."""
    content = (ROOT / "events" / f"{name}.json").read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(content)
    return event
