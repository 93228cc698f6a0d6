"""What callers may send: the request types that validate, and that the OpenAPI spec shows.

Here is what all requests share; ``contract_<name>`` has each route's own. They are separate
modules because a cold start pays for every class it defines. Parsing ends in these types: each
turns into the plain value its domain function takes.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pricing.errors import FieldError, InvalidRequest
from pricing.instants import AsOf
from pricing.usage import MAX_COUNT

Name = Annotated[str, Field(min_length=1, max_length=128)]
Calls = Annotated[int, Field(ge=1, le=MAX_COUNT)]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


def _exact(value: Any) -> Any:
    """Decimals may be written as JSON numbers or, like every answer writes them, as strings."""
    if type(value) in (int, Decimal):
        value = format(Decimal(value), "f")
    return Decimal(value) if isinstance(value, str) and _PLAIN.fullmatch(value) else None


_PLAIN = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
ExactNumber = Annotated[Decimal, BeforeValidator(_exact, json_schema_input_type=Decimal)]
VersionReference = Annotated[
    Name, Field(description="A price version id, or `active` for the version in force.")
]
AsOfText = Annotated[
    str,
    Field(
        max_length=40,
        description="Price at this date (00:00 UTC) or RFC 3339 instant; default now.",
        examples=["2026-11-22", "2026-11-22T09:30:00Z"],
    ),
]
Parsed = TypeVar("Parsed", bound=BaseModel)


class Request(BaseModel):
    """Strict: no unknown property, no coercion between types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class NoQuery(Request):
    """A route without query parameters."""


class Versioned(Request):
    """Which prices an answer should stand on."""

    pricing_version: VersionReference = "active"
    as_of: AsOfText | None = None

    def moment(self, now: datetime) -> AsOf:
        """The moment to price at; raises InvalidRequest for text that names none."""
        return AsOf.now(now) if self.as_of is None else moment_in(self.as_of, "/as_of")


def moment_in(text: str, pointer: str) -> AsOf:
    """The moment a field names; raises InvalidRequest for text that names none."""
    try:
        return AsOf.parse(text)
    except ValueError as error:
        raise InvalidRequest.at(pointer, f"is not a moment in time: {error}") from None


def parse(shape: type[Parsed], document: Any, pointer: str = "") -> Parsed:
    """Validate a document; raises InvalidRequest with one FieldError for each bad field."""
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        raise InvalidRequest.of(list(_field_errors(error, pointer))) from None


def parse_query(shape: type[Parsed], parameters: Mapping[str, str]) -> Parsed:
    """Validate query parameters, which arrive as text."""
    try:
        return shape.model_validate_strings(dict(parameters), strict=False)
    except ValidationError as error:
        raise InvalidRequest.of(list(_field_errors(error))) from None


def _field_errors(error: ValidationError, pointer: str = "") -> Iterator[FieldError]:
    """Pydantic's findings in the API's words. Values are never repeated: they may be prompts."""
    for finding in error.errors(include_url=False, include_input=False):
        path = "".join(f"/{_escape(str(part))}" for part in finding["loc"])
        detail = _DETAILS.get(finding["type"], finding["msg"])
        yield FieldError(pointer + path, detail.format(**finding.get("ctx", {})))


def _escape(part: str) -> str:
    """RFC 6901 escaping; long unknown keys are cut, they may be anything."""
    return part.replace("~", "~0").replace("/", "~1")[:128]


_DETAILS = {
    "missing": "is required",
    "extra_forbidden": "is not a property of this request; remove it or check its spelling",
    "int_type": "must be a whole number, written without quotes or a fraction",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be one of {expected}",
    "is_instance_of": "must be a decimal of at most 20 places, as a number or in a string",
    "too_short": "must have at least {min_length} item",
    "too_long": "must have at most {max_length} items",
    "string_too_short": "must have at least {min_length} character",
    "string_too_long": "must have at most {max_length} characters",
}
