"""What callers may send: the request types that validate, and that the OpenAPI spec shows.

Here is what all requests share; ``contract_<name>`` has each route's own. They are separate
modules because a cold start pays for every class it defines. Parsing ends in these types: each
turns into the plain value its domain function takes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any, NamedTuple, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails, PydanticKnownError
from pydantic_core.core_schema import no_info_before_validator_function

from pricing.errors import FieldError, InvalidRequest, is_plain_name
from pricing.timestamps import AsOf

Name = Annotated[str, Field(min_length=1, max_length=128)]


def _exact(value: Any) -> Any:
    """Decimals may be written as JSON numbers or, like every answer writes them, as strings."""
    if type(value) in (int, Decimal):
        value = format(Decimal(value), "f")
    return Decimal(value) if isinstance(value, str) and _PLAIN.fullmatch(value) else None


_PLAIN = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
ExactNumber = Annotated[Decimal, BeforeValidator(_exact, json_schema_input_type=Decimal)]
VersionReference = Annotated[
    Name, Field(description="A price version's id, or `active` for the active version.")
]
AsOfText = Annotated[
    str,
    Field(
        max_length=40,
        description="Price at this date (00:00 UTC) or RFC 3339 instant. Default: now.",
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
    """The prices that an answer uses."""

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


#: An answer shows fewer; of a body with ten thousand bad fields the rest is only counted.
_READ = 100


class Words(NamedTuple):
    """What a part of a request is called: as a whole, what it holds, and what it should not."""

    whole: str
    member: str
    unknown: str


BODY = Words(
    "The body",
    "a field",
    "is not a property of this request; remove it or check its spelling",
)
QUERY = Words(
    "The query",
    "a parameter",
    "is not a query parameter of this route; remove it or check its spelling",
)


def invalid(
    error: ValidationError, document: Any, pointer: str = "", words: Words = BODY
) -> InvalidRequest:
    """One error for each bad field of ``document``, which is found at ``pointer``."""
    findings = error.errors(include_url=False, include_input=False)
    read = [_Finding.of(one, document, words) for one in islice(findings, _READ)]
    errors = [FieldError(pointer + one.pointer, one.detail) for one in _without_branches(read)]
    return InvalidRequest.of(errors, uncounted=len(findings) - len(read), whole=words.whole)


def bad_parameters(names: Iterable[str], detail: str) -> InvalidRequest:
    """What is wrong with each of these query parameters; a name that may be anything is not told.

    ``detail`` goes on where the name ends.
    """
    errors = [
        FieldError(f"/{name}", detail)
        if is_plain_name(name)
        else FieldError("", f"has {QUERY.member} that {detail}")
        for name in names
    ]
    return InvalidRequest.of(errors, whole=QUERY.whole)


class _Finding(NamedTuple):
    """A bad field. ``union`` is where a choice of types began, if it is inside of one."""

    pointer: str
    detail: str
    kind: str
    union: str | None

    @classmethod
    def of(cls, found: ErrorDetails, document: Any, words: Words) -> "_Finding":
        path, union, made_up = _located(found, document)
        kind = found["type"]
        known = words.unknown if kind == "extra_forbidden" else _DETAILS.get(kind, found["msg"])
        detail = known.format(**found.get("ctx", {}))
        if made_up:
            detail = f"has {words.member} that {detail}"
        return cls(path, detail, kind, union)


def _located(found: ErrorDetails, document: Any) -> tuple[str, str | None, bool]:
    """The pointer to a finding, as far as it is safe to tell, and where its union began.

    pydantic names the types of a union among the parts of its path. A request has no such member:
    a part that leads nowhere in the document is one of those, unless it is what is missing.
    """
    here: Any = document
    pointer, union = "", None
    for part in found["loc"]:
        if _leads_on(here, part):
            here = here[part]
        elif found["type"] != "missing" or part != found["loc"][-1]:
            union = pointer if union is None else union
            continue
        if not is_plain_name(str(part)):
            return pointer, union, True
        pointer = f"{pointer}/{part}"
    return pointer, union, False


def _leads_on(here: Any, part: int | str) -> bool:
    if isinstance(part, int):
        return isinstance(here, list)
    return isinstance(here, Mapping) and part in here


def _without_branches(findings: Sequence[_Finding]) -> Iterator[_Finding]:
    """One finding for what several types of a union have to say.

    Of the types that a value is not, none matters if it is another one with something wrong in it;
    if it is none of them, all are named.
    """
    inside: dict[str, list[_Finding]] = {}
    for one in findings:
        if one.union is not None:
            inside.setdefault(one.union, []).append(one)
    for one in findings:
        if one.union is None:
            yield one
            continue
        branches = inside.pop(one.union, [])
        within = [it for it in branches if it.pointer != it.union or not _is_a_type(it)]
        if branches and not within:
            yield one._replace(detail=" or ".join(it.detail for it in branches))
        yield from within


def _is_a_type(finding: _Finding) -> bool:
    return finding.kind.endswith("_type")


_DETAILS = {
    "missing": "is required",
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


class AtMost:
    """At most so many items: ``Annotated[list[str], AtMost(20)]``.

    pydantic's own ``max_length`` counts items that turned out valid: it reads all of a list of a
    hundred thousand that are not, and has an error for each.
    """

    def __init__(self, items: int) -> None:
        self.items = items

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Counts first, then reads as the list would be read anyhow."""
        return no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The list's own schema, with the limit."""
        return {**handler(schema), "maxItems": self.items}

    def _check(self, value: Any) -> Any:
        if isinstance(value, list | tuple) and len(value) > self.items:
            counts = {"field_type": "List", "max_length": self.items, "actual_length": len(value)}
            raise PydanticKnownError("too_long", counts)
        return value
