"""The difference of two OpenAPI documents: each kind is seen, and nothing else."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tariff.docs.difference import Comparison, diff

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/a": {
            "get": {
                "operationId": "getA",
                "summary": "An answer.",
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/A"},
                                "examples": {"one": {"value": {"b": 1}}},
                            }
                        }
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            "A": {
                "type": "object",
                "required": ["b"],
                "properties": {
                    "b": {"type": ["string", "null"], "enum": ["x", None]},
                    "examples": {"type": "array", "items": {"$ref": "#/components/schemas/B"}},
                },
            },
            "B": {"type": "integer", "maximum": 9, "description": "A number."},
        }
    },
}


def rename(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    schemas["C"] = schemas.pop("B")
    schemas["A"]["properties"]["examples"]["items"]["$ref"] = "#/components/schemas/C"


def get_a(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/a"]["get"]
    return found


def a(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]["A"]
    return found


ENUM = {"anyOf": [{"type": "string", "enum": ["x"]}, {"type": "null"}]}


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (copy.deepcopy, []),
        (lambda new: a(new)["properties"].update(b=ENUM), []),
        (lambda new: get_a(new).update(operationId="readA"), ["operation id"]),
        (lambda new: get_a(new).update(summary="Another."), ["text"]),
        (lambda new: get_a(new).update(description="Added."), ["text"]),
        (rename, ["schema name"]),
        (lambda new: a(new).update(required=[]), ["structure"]),
        (lambda new: a(new)["properties"].pop("b"), ["structure"]),
        (lambda new: a(new)["properties"].update(b={"type": "string"}), ["structure"] * 2),
        (lambda new: a(new)["properties"]["examples"].update(maxItems=3), ["structure"]),
        (lambda new: new["components"]["schemas"]["B"].update(maximum=10), ["structure"]),
        (lambda new: new["components"]["schemas"]["B"].update(description="It."), ["text"]),
        (lambda new: new["paths"].update({"/c": {}}), ["structure"]),
    ],
)
def test_each_difference_is_of_its_kind(
    change: Callable[[dict[str, Any]], None], kinds: list[str]
) -> None:
    new = copy.deepcopy(DOCUMENT)
    change(new)
    assert [one.kind for one in Comparison(DOCUMENT, new).differences()] == kinds


def test_an_example_is_not_mistaken_for_a_property_with_that_name() -> None:
    new = copy.deepcopy(DOCUMENT)
    content = get_a(new)["responses"]["200"]["content"]["application/json"]
    content["examples"]["one"]["value"]["b"] = 2
    (found,) = Comparison(DOCUMENT, new).differences()
    assert (found.kind, found.old, found.new) == ("example", "1", "2")


def test_the_command_lists_what_matters_and_fails_for_a_change_of_structure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(DOCUMENT))
    changed = copy.deepcopy(DOCUMENT)
    get_a(changed)["summary"] = "Another."
    new.write_text(json.dumps(changed))
    assert diff(old, new) == 0
    assert capsys.readouterr().out.splitlines() == [
        "structure: 0", "schema name: 0", "operation id: 0", "text: 1", "example: 0",
    ]  # fmt: skip
    a(changed)["required"] = []
    new.write_text(json.dumps(changed))
    assert diff(old, new, texts=True) == 1
    shown = capsys.readouterr().out
    assert '#/components/schemas/A/required: ["b"] -> []' in shown
    assert '"An answer." -> "Another."' in shown
