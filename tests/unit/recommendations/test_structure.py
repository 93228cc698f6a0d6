"""The structure of an answer is counted from its schema, and makes a task longer and harder."""

from typing import Any

import pytest

from pricing.recommendations.output import expected_output
from pricing.recommendations.routing import UNSTRUCTURED, Structure, assess, structure_of
from pricing.recommendations.routing.judgement import judge
from pricing.recommendations.routing.reading import read


def fields(count: int) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {f"field_{number}": {"type": "string"} for number in range(count)},
    }


ADDRESS = {"type": "object", "properties": {"street": {}, "town": {}}}
NESTED = {"type": "object", "properties": {"name": {}, "address": ADDRESS}}
LIST = {"type": "object", "properties": {"lines": {"type": "array", "items": ADDRESS}}}


@pytest.mark.parametrize(
    ("form", "structure"),
    [
        (None, UNSTRUCTURED),
        ({"type": "json_object"}, UNSTRUCTURED),
        ({"type": "json_schema", "json_schema": {"name": "x", "schema": fields(3)}}, (3, 0, 1)),
        ({"type": "json_schema", "schema": fields(3)}, (3, 0, 1)),
        # The name, the street and the town hold values; the address holds the two.
        ({"type": "json_schema", "json_schema": {"schema": NESTED}}, (3, 0, 2)),
        ({"type": "json_schema", "json_schema": {"schema": LIST}}, (3, 0, 2)),
        ({"type": "json_schema", "json_schema": {"schema": {"$defs": {"a": ADDRESS}}}}, (2, 0, 1)),
        ({"type": "json_schema", "json_schema": {"schema": {"anyOf": [fields(2)]}}}, (2, 0, 1)),
        ({"type": "json_schema", "json_schema": {"schema": {"properties": 5}}}, UNSTRUCTURED),
        ({"type": "json_schema", "json_schema": "not a schema"}, UNSTRUCTURED),
    ],
)
def test_the_fields_that_hold_values_are_counted(
    form: dict[str, Any] | None, structure: Structure | tuple[int, int, int]
) -> None:
    expected = structure if isinstance(structure, Structure) else Structure(*structure)
    assert structure_of(form) == expected


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": {"name": "a", "parameters": fields(4)}},
        {"name": "a", "input_schema": fields(4)},
        {"name": "a", "parameters": fields(4)},
    ],
)
def test_the_tool_with_the_most_arguments_counts(tool: dict[str, Any]) -> None:
    assert structure_of(None, [{"name": "small", "input_schema": fields(1)}, tool]) == Structure(
        0, 4, 1
    )
    assert structure_of(None, [{"name": "without arguments"}]) == UNSTRUCTURED


@pytest.mark.parametrize(
    ("structure", "weight"),
    [
        (Structure(11, 0, 2), 0.0),
        (Structure(12, 0, 2), 0.3),
        (Structure(0, 12, 1), 0.3),
        (Structure(30, 0, 2), 0.5),
        (Structure(1, 0, 3), 0.1),
        (Structure(4000, 4000, 90), 0.6),  # the most that it ever adds
    ],
)
def test_much_structure_adds_a_bounded_weight(structure: Structure, weight: float) -> None:
    task = 'Extract the address: "4 Mill Lane, Bath"'
    found = judge(task, read(task), structure=structure)
    added = [signal.weight for signal in found.signals if signal.name == "much structure"]
    assert sum(added) == pytest.approx(weight)


def test_a_text_that_asks_for_nothing_is_extracted_from_by_a_schema() -> None:
    text = "Blue Lamp Ltd\nLamp $12.00\nShade $8.50\nTotal $20.50"
    found = assess(text, structure=Structure(3, 0, 1))
    assert (found.kind, found.complexity) == ("extraction", "simple")
    assert assess(text).kind != "extraction"
    question = "Which of these two designs keeps more of our orders when the link fails?"
    assert assess(question, structure=Structure(3, 0, 1)).kind != "extraction"


def test_the_answer_is_at_least_as_long_as_its_fields() -> None:
    task = 'Classify as positive or negative: "I would buy it again."'
    found = assess(task)
    plain, long = expected_output(task, found), expected_output(task, found, fields=40)
    assert (long.low, long.expected, long.high) == (160, 480, 2000)
    assert plain.expected < long.expected
