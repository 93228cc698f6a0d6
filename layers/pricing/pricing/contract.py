"""What callers may send: the request types that validate, and that the OpenAPI spec shows.

Here is what all requests share; ``contract_<name>`` has each route's own. They are separate
modules because a cold start pays for every class it defines. Parsing ends in these types: each
turns into the plain value its domain function takes.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pricing.errors import InvalidRequest
from pricing.findings import QUERY, bad_parameters, invalid
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
        raise invalid(error, document, pointer) from None


def parse_query(shape: type[Parsed], parameters: Mapping[str, str]) -> Parsed:
    """Validate query parameters, which arrive as text."""
    odd = [
        name
        for name, field in shape.model_fields.items()
        if _is_whole(field.annotation) and not _WHOLE.fullmatch(parameters.get(name, "0"))
    ]
    if odd:  # pydantic would read 1_0 and " 10 " as ten
        raise bad_parameters(odd, "must be a whole number")
    try:
        return shape.model_validate_strings(dict(parameters), strict=False)
    except ValidationError as error:
        raise invalid(error, parameters, words=QUERY) from None


def _is_whole(annotation: Any) -> bool:
    """Whether a field takes a whole number, be it optional or of a range."""
    return annotation is int or any(_is_whole(one) for one in get_args(annotation))


#: As many digits as Python reads. A limit of a thousand digits is a number too: one too large.
_WHOLE = re.compile(r"-?\d{1,4000}", re.ASCII)
