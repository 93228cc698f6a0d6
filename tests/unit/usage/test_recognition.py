"""A usage object is of the shape that leaves least of it unread, whatever stands in its names."""

from decimal import Decimal
from typing import Any
from unittest import mock

import pytest

from pricing.errors import InvalidRequest
from pricing.usage import recognition
from pricing.usage.meanings import ANSWER, FRESH, NOTE, Fields, Shape, UsageFormat
from pricing.usage.recognition import camel, numbers, recognised

COUNTS: Fields = {"in": FRESH, "out": ANSWER}


def shape(name: UsageFormat, fields: Fields, **changes: Any) -> Shape:
    return Shape(name, {**COUNTS, **fields}, frozenset(("in",)), **changes)


def chosen(raw: dict[str, Any], *shapes: Shape) -> list[str]:
    with (
        mock.patch.object(recognition, "SHAPES", shapes),
        mock.patch.object(recognition, "_RECOGNISED", {}),
    ):
        first = recognised(raw, None, "/usage")
        assert recognised(raw, None, "/usage") == first  # from memory, where names alone decide
    return [one.name for one in first]


BASE = shape("openai", {})


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"extra": 3}, ["xai"]),
        ({"extra": 0}, ["xai"]),  # a name that is known tells, though it counts nothing
        ({"extra": None}, ["openai", "xai"]),  # a null says nothing
        ({"Extra": 3}, ["xai"]),  # as C# and Go write it
        ({"EXTRA": 3}, ["openai", "xai"]),
        ({}, ["openai", "xai"]),
    ],
)
def test_the_shape_that_has_every_name_is_chosen(more: dict[str, Any], expected: list[str]) -> None:
    assert chosen({"in": 1, "out": 2, **more}, BASE, shape("xai", {"extra": NOTE})) == expected


def test_an_unknown_name_that_counts_weighs_more_than_several_that_do_not() -> None:
    knows_count = shape("xai", {"counts": NOTE})
    knows_words = shape("openai", {"word": NOTE, "text": NOTE, "empty": NOTE})
    raw = {"in": 1, "out": 2, "counts": 7, "word": "x", "text": "y", "empty": {}}
    assert chosen(raw, knows_words, knows_count) == ["xai"]
    assert chosen({**raw, "counts": 0}, knows_words, knows_count) == ["openai"]


def test_every_number_of_an_unknown_object_counts() -> None:
    one, other = shape("openai", {"single": NOTE}), shape("xai", {"several": NOTE})
    raw = {"in": 1, "out": 2, "single": 5, "several": {"a": 1, "b": [{"c": 2}, 0]}}
    assert chosen(raw, one, other) == ["xai"]  # which leaves 1 number unread, and not 2


@pytest.mark.parametrize(
    ("fields", "details", "known"),
    [
        ({"details": {"cached": NOTE}}, {"cached": 1}, True),
        ({"details": {"cached": NOTE}}, {"cached": 1, "other": 2}, False),
        ({"details": {"*": NOTE}}, {"cached": 1, "other": 2}, True),
        ({"details": {"deep": {"cached": NOTE}}}, {"deep": {"cached": 1}}, True),
        ({"details": {"deep": {"cached": NOTE}}}, {"deep": {"cached": 1, "other": 2}}, False),
        ({"details": {"cached": NOTE}}, 5, True),  # no object: nothing of it is unknown
        ({"details": FRESH}, {"cached": 1}, False),  # an object where a count is expected
        ({"details": NOTE}, {"cached": 1}, True),
    ],
)
def test_objects_within_tell_shapes_apart(fields: Fields, details: Any, known: bool) -> None:
    whole = shape("openai", {"details": NOTE})
    found = chosen({"in": 1, "out": 2, "details": details}, whole, shape("xai", fields))
    assert found == (["openai", "xai"] if known else ["openai"])


def test_a_name_that_is_not_one_of_usage_counts_against_no_shape() -> None:
    prefixed = shape("otel_genai", {}, prefixes=("gen_ai.",))
    assert chosen({"in": 1, "out": 2, "http.status": 200}, BASE, prefixed) == ["otel_genai"]
    assert chosen({"in": 1, "out": 2, "gen_ai.new": 200}, BASE, prefixed) == [
        "openai",
        "otel_genai",
    ]


def test_the_shape_of_what_the_response_is_goes_first_and_others_are_tried_without_it() -> None:
    raw = {"prompt_tokens": 1, "completion_tokens": 2}
    assert recognised(raw, None, "/usage", "message")[0].name == "openai"
    anthropic = {"input_tokens": 1, "output_tokens": 2}
    assert recognised(anthropic, None, "/usage", "message")[0].name == "anthropic"
    assert recognised(anthropic, None, "/usage", "response")[0].name == "openai_responses"


def test_memory_of_recognised_objects_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "_MAX_RECOGNISED", 2)
    monkeypatch.setattr(recognition, "_RECOGNISED", {})
    for name in ("cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation"):
        value: Any = {} if name == "cache_creation" else 0
        found = recognised({"input_tokens": 1, "output_tokens": 2, name: value}, None, "/usage")
        assert found[0].name == "anthropic"
        assert len(recognition._RECOGNISED) <= 2


@pytest.mark.parametrize(
    ("usage", "names"),
    [
        ({"colour": 3}, "(it holds colour)"),
        ({f"n{number}": 1 for number in range(6)}, "(it holds n0, n1, n2, n3, n4)"),
        ({"what was asked?": 1}, "no count that is known; send"),  # it could be a prompt
    ],
)
def test_an_object_without_a_count_is_described_by_its_first_names(
    usage: dict[str, int], names: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        recognised(usage, None, "/usage")
    assert names in caught.value.detail


@pytest.mark.parametrize(
    ("written", "name"), [("InputTokens", "inputTokens"), ("input", "input"), ("X", "x"), ("", "")]
)
def test_a_name_is_read_with_a_small_first_letter(written: str, name: str) -> None:
    assert camel(written) == name


def test_numbers_are_found_with_their_pointers_and_neither_zero_nor_truth_is_one() -> None:
    value = {"a": 1, "b": [0, {"c": Decimal("0.5"), "what was asked?": 2}, True], "d": False}
    assert list(numbers("/u", value)) == [
        ("/u/a", Decimal(1)),
        ("/u/b/1/c", Decimal("0.5")),
        ("/u/b/1", Decimal(2)),  # the name could be a prompt
    ]
    assert list(numbers("/u", 0)) == []
    assert list(numbers("/u", "7")) == []


def test_what_was_recognised_by_values_is_not_remembered_by_names() -> None:
    """The same names, and the unknown one that counts is another: memory must not decide."""
    one, other = shape("openai", {"a": NOTE}), shape("xai", {"b": NOTE})
    raw = {"in": 1, "out": 2}
    objects = {"openai": {**raw, "a": 5, "b": "word"}, "xai": {**raw, "a": "word", "b": 5}}
    for order in (list(objects), list(objects)[::-1]):
        with (
            mock.patch.object(recognition, "SHAPES", (one, other)),
            mock.patch.object(recognition, "_RECOGNISED", {}),
        ):
            found = {name: recognised(objects[name], None, "/usage") for name in order}
        assert {name: [shape.name for shape in shapes] for name, shapes in found.items()} == {
            "openai": ["openai"],
            "xai": ["xai"],
        }
