"""Refusals name the field with a JSON pointer, limits come first, and no prompt is repeated."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from pricing.api.requests.catalogue import ChangesQuery, DiffQuery, ModelsQuery
from pricing.api.requests.estimate import EstimateRequest, TextInput
from pricing.api.requests.plans import CachingPlanRequest, SubscriptionPlanRequest
from pricing.api.requests.recommendations import CascadeRequest, RecommendRequest
from pricing.api.requests.versions import RefreshRequest
from pricing.api.requests.workload import WorkloadRequest
from pricing.errors import FieldError, InvalidRequest, of_field, under
from pricing.validation import AtMost, ExactNumber, Request, as_query, parse, parse_query


def refused(document: Any, shape: Any = EstimateRequest, pointer: str = "") -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        parse(shape, document, pointer)
    return caught.value


NO_COUNT = "must be a whole number, written without quotes or a fraction"


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
        ({"calls": "one"}, "/calls", NO_COUNT),
        ({"images": "one"}, "/images", 'must be a list, such as [{"width": 1024, "height": 768}]'),
    ],
)
def test_a_pointer_leads_to_the_field_and_names_no_type(
    document: dict[str, Any], pointer: str, detail: str
) -> None:
    assert refused(document).errors == (FieldError(pointer, detail),)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1", "1"),
        ("1,000", "1000"),
        ("1_000", "1000"),
        ("2k", "2000"),
        ("1.5M", "1500000"),
        ("2 million", "2000000"),
        ("3 billion", "3000000000"),
        ("2000 calls", "2000"),
        ("10k requests", "10000"),
        ("1 500 000", "1500000"),
        (Decimal("1000000.0"), "1000000"),
        (Decimal("1e6"), "1000000"),
    ],
)
def test_a_count_is_read_as_people_write_it(written: Any, number: str) -> None:
    found = parse(RecommendRequest, {"task": "Do it", "calls": written})
    assert found.calls == int(number)


@pytest.mark.parametrize(
    ("written", "number"), [("50k tokens", "50000"), ("$5", "5"), ("2000 usd", "2000")]
)
def test_a_count_with_what_it_counts_is_refused_with_the_number_to_send(
    written: str, number: str
) -> None:
    (error,) = refused({"task": "Do it", "calls": written}, RecommendRequest).errors
    assert error == FieldError("/calls", f"{NO_COUNT}; send {number}")


@pytest.mark.parametrize(
    "written", ["1.5", "1,00", "1.2345k", "k", "ten", "1 2", "1" * 16, "-5", Decimal("1e30"), True]
)
def test_what_is_not_a_count_is_refused_without_a_guess(written: Any) -> None:
    (error,) = refused({"calls": written}).errors
    assert error.detail == NO_COUNT


def test_an_amount_or_a_share_written_in_another_way_is_told_in_its_own_form() -> None:
    class Shares(Request):
        share: Annotated[ExactNumber, Field(ge=0, le=1)]

    details = {
        written: refused({"share": written}, Shares).errors[0].detail
        for written in ("80%", "7.5%", "$100", "most", Decimal(70), Decimal("1.2"), Decimal(101))
    }
    no_decimal = "must be a decimal of at most 20 places, as a number or in a string"
    assert details == {
        "80%": f'{no_decimal}; send "0.8"',
        "7.5%": f'{no_decimal}; send "0.075"',
        "$100": f'{no_decimal}; send "100"',
        "most": no_decimal,
        Decimal(70): 'must be 1 or less; send "0.7"',
        Decimal("1.2"): 'must be 1 or less; it is a share from 0 to 1: 1.2% is "0.012", and 120% is'
        " more than all",
        Decimal(101): "must be 1 or less",
    }


@pytest.mark.parametrize(("least", "count"), [(1, "1 item"), (2, "2 items")])
def test_a_limit_names_what_it_counts(least: int, count: str) -> None:
    class Rows(Request):
        rows: Annotated[list[str], Field(min_length=least)]

    (error,) = refused({"rows": []}, Rows).errors
    assert error.detail == f"must have at least {count}"


def test_an_error_that_is_a_sentence_needs_no_pointer_before_it() -> None:
    sentence = InvalidRequest.at("/usage", "Send exactly one of `usage` and `text`.")
    assert str(sentence) == sentence.reason == "Send exactly one of `usage` and `text`."
    predicate = InvalidRequest.at("/calls", "must be 1 or more")
    assert str(predicate) == predicate.reason == "/calls must be 1 or more"


class Sent(Request):
    name: str
    calls: int = 1
    note: str = "only in the request"


@dataclass(frozen=True)
class Wanted:
    name: str
    calls: int
    share: Decimal = Decimal(1)


def test_a_query_takes_the_fields_of_the_same_name_and_changes_win() -> None:
    sent = Sent(name="a", calls=3)
    assert as_query(Wanted, sent) == Wanted("a", 3)
    assert as_query(Wanted, sent, Wanted("b", 4, Decimal(2))) == Wanted("b", 4, Decimal(2))
    assert as_query(Wanted, sent, calls=5) == Wanted("a", 5)


@pytest.mark.parametrize(
    ("document", "has"), [({}, "none"), ({"name": "a", "note": "b"}, "`name` and `note`")]
)
def test_of_fields_that_exclude_each_other_exactly_one_is_sent(
    document: dict[str, str], has: str
) -> None:
    class Either(Request):
        name: str | None = None
        note: str | None = None

    with pytest.raises(InvalidRequest) as caught:
        Either(**document).require_one("/name", "name", "note")
    expected = f"Send exactly one of `name` or `note`; this request has {has}."
    assert caught.value.errors == (FieldError("/name", expected),)
    assert Either(note="b").require_one("/name", "name", "note") == "note"


def test_errors_of_a_part_point_into_the_whole_headline_included() -> None:
    with pytest.raises(InvalidRequest) as caught, under("/items/3"):
        raise InvalidRequest.at("/calls", "must be 1 or more")
    assert str(caught.value) == "/items/3/calls must be 1 or more"
    with pytest.raises(InvalidRequest) as caught, of_field("/force"):
        raise InvalidRequest.at("/model", "is retired")
    assert str(caught.value) == "/force is retired"


def test_no_error_is_in_the_words_of_the_validating_library() -> None:
    sent = [
        {name: value}
        for name in EstimateRequest.model_fields
        for value in (True, 1, "1", [1], {"a": 1}, "", -1, 10**30)
    ]
    refusals: list[FieldError] = []
    for document in sent:
        with suppress(InvalidRequest):
            parse(EstimateRequest, document)
            continue
        refusals += refused(document).errors
    assert len(refusals) > 100
    assert [one for one in refusals if re.search("Input should|valid [a-z]", one.detail)] == []


def test_a_document_inside_another_is_pointed_into_from_the_outside() -> None:
    (error,) = refused({"system": [1]}, pointer="/items/3").errors
    assert error.pointer == "/items/3/system/0"


def test_every_bad_field_next_to_a_union_is_found() -> None:
    errors = refused({"system": 1, "calls": 0, "tools": [1, 2]}).errors
    assert [one.pointer for one in errors] == ["/system", "/tools/0", "/tools/1", "/calls"]


@pytest.mark.parametrize(
    ("shape", "document", "pointer", "detail"),
    [
        (
            EstimateRequest,
            {"expected_output": 100},
            "/expected_output",
            "is not a property of this request; did you mean `expected_output_tokens`?",
        ),
        (
            CachingPlanRequest,
            {"requests_per_hour": 10},
            "/requests_per_hour",
            "is not a property of this request; did you mean `calls_per_hour`?",
        ),
        (
            CascadeRequest,
            {"pass_rate": "0.7"},
            "/pass_rate",
            'belongs inside of `stages`: {"stages": [{"pass_rate": ...}]}',
        ),
        (
            WorkloadRequest,
            {"items": [{"period": "month"}]},
            "/items/0/period",
            "belongs at the top of the request, outside of `items`",
        ),
        (
            SubscriptionPlanRequest,
            {"growth": 0.1},
            "/growth",
            "is not a property of this request, which takes `seats`, `items`, `plans_version`, ",
        ),
        (
            EstimateRequest,
            {"zzz": 9},
            "/zzz",
            "is not a property of this request, which takes `budget_usd`, ",
        ),
        (EstimateRequest, {"usage": {}, "input": 9}, "/input", "`input` is called `input_tokens`"),
        (EstimateRequest, {"text": "a", "input": "a"}, "/input", "`input` is not a field here. "),
        (
            WorkloadRequest,
            {"input_tokens": 9},
            "/input_tokens",
            '`input_tokens` belongs inside of "i',
        ),
        # recommend has no `budget_usd`
        (RecommendRequest, {"budget": 1}, "/budget", "`budget` is called `max_usd_per_call` here"),
        (EstimateRequest, {"budget": 1}, "/budget", "`budget` is called `budget_usd` here"),
        (
            EstimateRequest,
            [{"model": "opus"}],
            "",
            "must be one object; POST /v1/estimate/workload",
        ),
    ],
)
def test_an_unknown_name_is_told_what_is_meant_or_what_there_is(
    shape: type[Any], document: Any, pointer: str, detail: str
) -> None:
    errors = refused(document, shape).errors
    told = next(one.detail for one in errors if one.pointer == pointer)
    assert told.startswith(detail)
    assert not told.endswith("..")  # it would be taken for a sentence, without its pointer


def test_every_name_that_a_hint_says_is_meant_is_a_field_of_its_route() -> None:
    for shape in (EstimateRequest, WorkloadRequest, RecommendRequest, CachingPlanRequest):
        for name in shape.HINTS:
            if not name.isidentifier() or name in shape.model_fields:
                continue
            with suppress(InvalidRequest):  # some are read as what they mean
                parse(shape, {name: "x"})
                continue
            for error in refused({name: "x"}, shape).errors:
                called = re.search(r"is called `(\w+)` here", error.detail)
                if called and error.pointer == f"/{name}":
                    assert called[1] in json.dumps(shape.model_json_schema())


@pytest.mark.parametrize(
    "name", ["Dear Claude, my password is hunter2", "x" * 65, "a/b", "a~b", "", "ключ", "x\n"]
)
def test_a_made_up_name_is_located_and_not_repeated(name: str) -> None:
    error = refused({name: 1})
    assert error.errors[0].pointer == ""
    assert error.errors[0].detail.startswith("has a field that is not a property")
    inside = refused({"items": [{"name": "a", name: 1}]}, WorkloadRequest)
    assert inside.errors[0].pointer == "/items/0"
    if name:
        assert name not in f"{error} {inside}"


def test_a_name_that_could_be_a_field_is_repeated_because_it_may_be_misspelt() -> None:
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
def test_a_number_of_any_length_is_compared_with_the_limit(limit: str, detail: str | None) -> None:
    if detail is None:
        assert parse_query(ModelsQuery, {"limit": limit}).limit == int(limit)
    else:
        assert refused_query({"limit": limit}).errors == (FieldError("/limit", detail),)


def test_a_field_is_listed_by_the_name_that_is_sent() -> None:
    """``from`` is a word of Python, where the field has another name."""
    for shape, sent in ((DiffQuery, {"from": "a", "model": "b"}), (DiffQuery, {"model": "b"})):
        details = [error.detail for error in refused_query(sent, shape).errors]
        assert "which takes `from`, `to`, `as_of`, `limit`, `cursor`" in details[-1]
    assert (
        refused_query({}, DiffQuery).errors[0].detail.startswith("is required: the id of a price")
    )
    assert refused_query({}, ChangesQuery).errors[0].detail.endswith("such as 2026-11-22")


class Optional(Request):
    cursor: Annotated[int, Field(ge=1)] | None = None


@pytest.mark.parametrize("cursor", ["1_0", " 10", "+10", "ten", ""])
def test_an_optional_number_in_a_query_is_written_in_digits_too(cursor: str) -> None:
    error = refused_query({"cursor": cursor}, Optional)
    assert error.errors == (FieldError("/cursor", "must be a whole number"),)


def test_an_error_in_a_query_names_the_query() -> None:
    error = refused_query({"familly": "opus"})
    assert error.detail.startswith("/familly is not a query parameter of this route")
    error = refused_query({"Dear Claude, my password is hunter2": "1"})
    assert error.detail.startswith("The query has a parameter that is not a query parameter")
    assert error.errors[0].pointer == ""
    assert "hunter2" not in str(error)
    assert refused({"Dear Claude": 1}).detail.startswith("The body has a field that")


class Held(BaseModel):
    """A list of at most three numbers."""

    items: Annotated[list[int], AtMost(3)]


def test_a_list_of_the_stated_length_is_read_and_one_longer_is_not() -> None:
    assert Held.model_validate({"items": [1, 2, 3]}).items == [1, 2, 3]
    with pytest.raises(ValidationError) as caught:
        Held.model_validate({"items": [1, 2, 3, 4]})
    assert [one["type"] for one in caught.value.errors()] == ["too_long"]


def test_a_long_list_of_nonsense_is_one_error_and_not_one_for_each_item() -> None:
    with pytest.raises(ValidationError) as caught:
        Held.model_validate({"items": ["nonsense"] * 10_000})
    assert caught.value.error_count() == 1


def test_a_value_that_is_not_a_list_fails_by_its_type() -> None:
    with pytest.raises(ValidationError) as caught:
        Held.model_validate({"items": "abcd"})
    assert [one["type"] for one in caught.value.errors()] == ["list_type"]


def test_the_schema_shows_the_limit() -> None:
    assert Held.model_json_schema()["properties"]["items"]["maxItems"] == 3


def lists_without_limit(schema: Any, path: str = "") -> list[str]:
    """Where a schema has a list that may be of any length."""
    if isinstance(schema, list):
        return [found for one in schema for found in lists_without_limit(one, path)]
    if not isinstance(schema, dict):
        return []
    own = [path] if schema.get("type") == "array" and "maxItems" not in schema else []
    return own + [
        found
        for name, one in schema.items()
        for found in lists_without_limit(one, f"{path}/{name}")
    ]


@pytest.mark.parametrize("shape", [TextInput])
def test_no_list_a_caller_sends_is_without_a_limit(shape: type[BaseModel]) -> None:
    assert lists_without_limit(shape.model_json_schema()) == []


def refused_reason(reason: str) -> FieldError:
    (error,) = refused({"reason": reason}, RefreshRequest).errors
    assert error.pointer == "/reason"
    return error


@pytest.mark.parametrize(
    "reason",
    [
        "x",
        "Opus doubled by a unit slip upstream",
        "Zwei Zeilen:\r\n\tdie zweite",
        "не та единица",
        "\u0648\u062d\u062f\u0629\u200f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\N{WOMAN}\u200d\N{PERSONAL COMPUTER} says so",
        "e\u0301",
        " . ",
        "x" * 500,
    ],
)
def test_text_that_can_be_read_is_a_reason(reason: str) -> None:
    assert parse(RefreshRequest, {"reason": reason}).reason == reason


@pytest.mark.parametrize(
    "reason",
    [
        *(" ", "\t\r\n", "\u00a0", "\u2028", "\u3000"),
        *("\u200b", "\u200b\ufeff\u2060", "\u200d", "\u00ad", " \u200b "),
        *("\u0301", "\ufe0f", "\u2800", "\u3164", "\U000e0041"),
    ],
)
def test_invisible_text_is_not_a_reason(reason: str) -> None:
    assert refused_reason(reason).detail == "must not be blank: say why, for the audit"


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u202a", "\u202e", "\u2066", "\u2069"]
)
def test_text_that_steers_whatever_shows_it_is_refused_by_its_number(character: str) -> None:
    error = refused_reason(f"all is well{character}really")
    point = f"U+{ord(character):04X}"
    assert error.detail == f"must be plain text, without control characters such as {point}"


def test_the_limits_of_a_reason_are_told_in_characters() -> None:
    assert refused_reason("").detail == "must have at least 1 character"
    assert refused_reason("x" * 501).detail == "must have at most 500 characters"
