"""What is wrong with a request, in words: pointers that lead somewhere, nothing of a prompt."""

from typing import Annotated, Any

import pytest
from pydantic import Field

from pricing.api.requests.catalogue import ModelsQuery
from pricing.api.requests.estimate import EstimateRequest
from pricing.api.requests.workload import WorkloadRequest
from pricing.errors import FieldError, InvalidRequest
from pricing.validation import Request, parse, parse_query


def refused(document: Any, shape: Any = EstimateRequest, pointer: str = "") -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        parse(shape, document, pointer)
    return caught.value


@pytest.mark.parametrize(
    ("document", "pointer", "detail"),
    [
        ({"system": 1}, "/system", "must be a string or must be a list"),
        ({"tools": "yes"}, "/tools", "must be true or false or must be a list"),
        ({"system": [1]}, "/system/0", "must be an object"),
        ({"tools": [{}, "x"]}, "/tools/1", "must be an object"),
        ({"tools": [{}] * 501}, "/tools", "must have at most 500 items"),
        ({"messages": [{}, []]}, "/messages/1", "must be an object"),
        ({"images": [{"width": 1}]}, "/images/0/height", "is required"),
        ({"calls": "1"}, "/calls", "must be a whole number, written without quotes or a fraction"),
    ],
)
def test_a_pointer_leads_to_the_field_and_names_no_type(
    document: dict[str, Any], pointer: str, detail: str
) -> None:
    assert refused(document).errors == (FieldError(pointer, detail),)


def test_a_document_inside_another_is_pointed_into_from_the_outside() -> None:
    (error,) = refused({"system": [1]}, pointer="/items/3").errors
    assert error.pointer == "/items/3/system/0"


def test_every_bad_field_is_found_beside_a_union() -> None:
    errors = refused({"system": 1, "calls": 0, "tools": [1, 2]}).errors
    assert [one.pointer for one in errors] == ["/system", "/tools/0", "/tools/1", "/calls"]


@pytest.mark.parametrize(
    "name", ["Dear Claude, my password is hunter2", "x" * 65, "a/b", "a~b", "", "ключ", "x\n"]
)
def test_a_made_up_name_is_told_by_where_it_is_and_not_by_what_it_is(name: str) -> None:
    error = refused({name: 1})
    assert error.errors[0].pointer == ""
    assert error.errors[0].detail.startswith("has a field that is not a property")
    inside = refused({"items": [{"name": "a", name: 1}]}, WorkloadRequest)
    assert inside.errors[0].pointer == "/items/0"
    if name:
        assert name not in f"{error} {inside}"


def test_a_name_that_could_be_a_field_is_repeated_for_whoever_misspelled_it() -> None:
    (error,) = refused({"modle": "opus"}).errors
    assert error.pointer == "/modle"
    assert refused({"x" * 64: 1}).errors[0].pointer == "/" + "x" * 64


def test_of_ten_thousand_bad_fields_twenty_are_shown_and_all_are_counted() -> None:
    error = refused({f"f{n}": 1 for n in range(10_000)})
    assert len(error.errors) == 20
    assert "9999 more" in error.detail


@pytest.mark.parametrize(
    "limit", ["1_0", " 10", "10 ", "+10", "1e1", "\u0661\u0660", "10.0", "", "0x10"]
)
def test_a_number_in_a_query_is_written_in_digits(limit: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_query(ModelsQuery, {"limit": limit})
    assert caught.value.errors == (FieldError("/limit", "must be a whole number"),)
    assert parse_query(ModelsQuery, {"limit": "10"}).limit == 10
    assert parse_query(ModelsQuery, {"limit": "010"}).limit == 10


def refused_query(parameters: dict[str, str], shape: Any = ModelsQuery) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        parse_query(shape, parameters)
    return caught.value


@pytest.mark.parametrize(
    ("limit", "detail"),
    [
        ("200", None),
        ("201", "must be 200 or less"),
        ("9" * 15, "must be 200 or less"),
        ("9" * 21, "must be 200 or less"),
        ("9" * 4000, "must be 200 or less"),
        ("1", None),
        ("0", "must be 1 or more"),
        ("-" + "9" * 21, "must be 1 or more"),
    ],
)
def test_a_number_of_any_length_is_held_against_the_limit(limit: str, detail: str | None) -> None:
    if detail is None:
        assert parse_query(ModelsQuery, {"limit": limit}).limit == int(limit)
    else:
        assert refused_query({"limit": limit}).errors == (FieldError("/limit", detail),)


class Optional(Request):
    cursor: Annotated[int, Field(ge=1)] | None = None


@pytest.mark.parametrize("cursor", ["1_0", " 10", "+10", "ten", ""])
def test_an_optional_number_in_a_query_is_written_in_digits_too(cursor: str) -> None:
    error = refused_query({"cursor": cursor}, Optional)
    assert error.errors == (FieldError("/cursor", "must be a whole number"),)


def test_what_is_wrong_with_a_query_is_said_of_the_query() -> None:
    error = refused_query({"familly": "opus"})
    assert error.detail.startswith("/familly is not a query parameter of this route")
    error = refused_query({"Dear Claude, my password is hunter2": "1"})
    assert error.detail.startswith("The query has a parameter that is not a query parameter")
    assert error.errors[0].pointer == ""
    assert "hunter2" not in str(error)
    assert refused({"Dear Claude": 1}).detail.startswith("The body has a field that")
