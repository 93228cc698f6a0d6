"""Base classes of requests, and pydantic's errors as JSON pointers in Tariff's own words.

``api.requests`` has the requests of each route, a module a function, because a cold start pays for
every class it defines. A request validates what was sent, is documented, and builds a query.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar, get_args, get_origin

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
from pydantic_core.core_schema import ErrorType, no_info_before_validator_function

from pricing.errors import FieldError, InvalidRequest, is_plain_name
from pricing.money import meant
from pricing.timestamps import SLASHES, UNCLEAR_DAY, AsOf, as_rfc3339

Name = Annotated[str, Field(min_length=1, max_length=128)]


def _exact(value: Any) -> Any:
    """Read a decimal from a JSON number or from a string, which is how answers write decimals."""
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
Query = TypeVar("Query")


class Request(BaseModel):
    """A strict request: no unknown property, no coercion between types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)
    #: Where a property belongs that callers often send in the wrong place, as a sentence.
    HINTS: ClassVar[Mapping[str, str]] = {}

    @staticmethod
    def wholes() -> Sequence[tuple[AbstractSet[str], str]]:
        """Return names of which several tell a provider's whole object, and what to do with it."""
        return ()

    def require_one(self, pointer: str, *names: str) -> str:
        """Return which of these fields was sent; raises InvalidRequest for none or several."""
        sent = [name for name in names if getattr(self, name) not in (None, ())]
        if len(sent) == 1:
            return sent[0]
        *first, last = (f"`{name}`" for name in names)
        has = " and ".join(f"`{name}`" for name in sent) or "none"
        detail = f"Send exactly one of {', '.join(first)} or {last}; this request has {has}."
        raise InvalidRequest.at(pointer, detail)

    def refuse(self, names: AbstractSet[str], detail: str) -> None:
        """Raise InvalidRequest if one of these fields was sent with another value than its default.

        Some clients send every default: it states nothing.
        """
        if names.isdisjoint(self.model_fields_set):
            return
        fields = type(self).model_fields
        sent = {
            name
            for name in names & self.model_fields_set
            if getattr(self, name) != fields[name].default
        }
        if sent:
            raise InvalidRequest.at(f"/{min(sent)}", detail)


class NoQuery(Request):
    """The query of a route that takes no query parameters."""


class Versioned(Request):
    """The prices that an answer uses."""

    pricing_version: VersionReference = "active"
    as_of: AsOfText | None = None

    def moment(self, now: datetime) -> AsOf:
        """Return the instant to price at; raises InvalidRequest if ``as_of`` is not one."""
        return moment_or_now(self.as_of, now)


def moment_or_now(as_of: str | None, now: datetime) -> AsOf:
    """Return the instant of ``as_of``, or now; raises InvalidRequest for other text."""
    is_now = as_of is None or as_of.lower() in ("now", "today")
    return AsOf.now(now) if as_of is None or is_now else moment_in(as_of, "/as_of")


def moment_in(text: str, pointer: str) -> AsOf:
    """Return the instant that the field ``pointer`` names; raises InvalidRequest for other text."""
    try:
        return AsOf.parse(text)
    except ValueError as error:
        written = as_rfc3339(text)
        if written != text:
            return moment_in(written, pointer)
        detail = UNCLEAR_DAY if SLASHES.match(text) else f"cannot be read as an instant: {error}"
        raise InvalidRequest.at(pointer, detail) from None


def as_query(kind: type[Query], /, *sources: Any, **changes: Any) -> Query:
    """Build a query from the fields of the same name of requests or dataclasses.

    Later sources override earlier ones, and ``changes`` override all of them.
    """
    found: dict[str, Any] = {}
    shape: type = kind
    for source in sources:
        of: type = type(source)
        for name in _fields_in_both(shape, of):
            found[name] = getattr(source, name)
    return kind(**found | changes)


@cache
def _fields_in_both(kind: Any, of: Any) -> frozenset[str]:
    has = of.model_fields if issubclass(of, BaseModel) else of.__dataclass_fields__
    return frozenset(kind.__dataclass_fields__.keys() & has.keys())


def parse(shape: type[Parsed], document: Any, pointer: str = "") -> Parsed:
    """Validate a document; raises InvalidRequest with one FieldError for each bad field."""
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        found = _invalid(shape, error, document, _BODY, pointer)
        read = islice(error.errors(), _READ)
        unknown = {one["loc"] for one in read if one["type"] == "extra_forbidden"}
        for names, detail in shape.wholes() if issubclass(shape, Request) else ():
            if sum((name,) in unknown for name in names) > 1:
                found = InvalidRequest.at(pointer, detail)
        raise found from None


def parse_query(shape: type[Parsed], parameters: Mapping[str, str]) -> Parsed:
    """Validate query parameters, which arrive as text; raises InvalidRequest as ``parse`` does."""
    not_whole = [
        name
        for name, field in shape.model_fields.items()
        if _is_whole(field.annotation) and not _WHOLE.fullmatch(parameters.get(name, "0"))
    ]
    if not_whole:  # pydantic would read 1_0 and " 10 " as ten
        raise bad_parameters(not_whole, "must be a whole number")
    try:
        return shape.model_validate_strings(dict(parameters), strict=False)
    except ValidationError as error:
        raise _invalid(shape, error, parameters, _QUERY) from None


def bad_parameters(names: Iterable[str], detail: str) -> InvalidRequest:
    """Return the error of these query parameters.

    ``detail`` continues the name of each, or is a sentence with ``{}`` for the name. A name that a
    caller made up is not repeated: it could be a prompt.
    """
    is_sentence = detail.endswith(".")
    errors = []
    for name in names:
        if is_plain_name(name):
            errors.append(FieldError(f"/{name}", detail.format(f"`{name}`")))
        elif is_sentence:
            errors.append(FieldError("", detail.format("A query parameter")))
        else:
            errors.append(FieldError("", f"has {_QUERY.member} that {detail}"))
    return InvalidRequest.of(errors, whole=_QUERY.whole)


def _is_whole(annotation: Any) -> bool:
    """Return whether a field takes a whole number, which may be optional or limited to a range."""
    return annotation is int or any(_is_whole(part) for part in get_args(annotation))


#: As many digits as Python converts: a limit of a thousand digits is a number, and too large.
_WHOLE = re.compile(r"-?\d{1,4000}", re.ASCII)
#: Bad fields that are read; of a body with ten thousand of them the others are only counted.
_READ = 100


class _Words(NamedTuple):
    """How errors call a part of a request, one of its members, and an unknown member."""

    whole: str
    member: str
    unknown: str


_BODY = _Words("The body", "a field", "is not a property of this request")
_QUERY = _Words("The query", "a parameter", "is not a query parameter of this route")


class _Finding(NamedTuple):
    """A bad field. ``union`` is the pointer to the union of types it was tried as, if any."""

    pointer: str
    detail: str
    kind: str
    union: str | None


def _invalid(
    shape: type[BaseModel],
    error: ValidationError,
    document: Any,
    words: _Words,
    pointer: str = "",
) -> InvalidRequest:
    """Return one error for each bad field of the ``document`` that is found at ``pointer``."""
    findings = error.errors(include_url=False, include_input=False)
    read = [_finding(shape, finding, document, words) for finding in islice(findings, _READ)]
    # A list of nothing but bad items is not too short as well.
    lists = {bad.pointer for bad in read if bad.kind == "too_short"}
    full = {at for at in lists if any(bad.pointer.startswith(f"{at}/") for bad in read)}
    errors = [
        FieldError(pointer + bad.pointer, bad.detail)
        for bad in _one_per_union(read)
        if bad.kind != "too_short" or bad.pointer not in full
    ]
    return InvalidRequest.of(errors, uncounted=len(findings) - len(read), whole=words.whole)


def _finding(shape: type[BaseModel], found: ErrorDetails, document: Any, words: _Words) -> _Finding:
    """Locate an error of pydantic, and say it in Tariff's own words.

    pydantic names the types of a union among the parts of a path. A part that leads nowhere in the
    document is such a type, unless it is the field that is missing.
    """
    kind, path = found["type"], found["loc"]
    here: Any = document
    pointer, union, is_plain = "", None, True
    for part in path:
        if (
            isinstance(here, list)
            if isinstance(part, int)
            else isinstance(here, Mapping) and part in here
        ):
            here = here[part]
        elif kind != "missing" or part != path[-1]:
            union = pointer if union is None else union
            continue
        if not is_plain_name(str(part)):
            is_plain = False
            break
        pointer = f"{pointer}/{part}"
    if kind == "extra_forbidden":
        detail = _unknown_name(shape, found, here, words)
    else:
        detail = _bad_value(shape, found, here)
    detail = detail if is_plain else f"has {words.member} that {detail}"
    return _Finding(pointer, detail, kind, union)


def _unknown_name(shape: type[BaseModel], found: ErrorDetails, value: Any, words: _Words) -> str:
    """Say what to send instead of an unknown property with this value."""
    *place, last = found["loc"]
    name = str(last)
    is_number = bool(meant(value)) or (isinstance(value, int) and not isinstance(value, bool))
    models = _models_at(shape, place)
    hints = _hints_of(shape, models)
    detail = (is_number and hints.get(f"{name}=")) or hints.get(name, "")
    called = _CALLED.search(detail)
    if not detail or (called and called[1] not in _names_in(models)):
        return _unknown(shape, models, place, name, words)
    return detail


def _bad_value(shape: type[BaseModel], found: ErrorDetails, value: Any) -> str:
    """Say what a value must be, or that it is missing."""
    kind, path, limits = found["type"], found["loc"], found.get("ctx", {})
    hints = _hints_of(shape, _models_at(shape, path[:-1]))
    own_words = "is not valid here" if kind in get_args(ErrorType) else found["msg"]
    detail = _DETAILS.get(kind, own_words).format(**limits)
    if not path or kind == "missing":
        detail = hints.get(f"{path[-1]}?" if path else ":", detail)
    elif kind.endswith(("_type", "_of")) or kind.startswith("string_too"):
        *_, name = (part for part in path if isinstance(part, str))
        sign = "#" if kind.startswith("string_too") else ":"
        count = hints.get(f"{name}=") if isinstance(value, int) and len(path) == 1 else None
        detail = count or hints.get(f"{name}{sign if name == path[-1] else '[]'}", detail)
    return _SINGULAR.sub(r" 1 \1", detail + _in_json(found, value))


def _hints_of(shape: type[BaseModel], inner: Iterable[type[BaseModel]]) -> Mapping[str, str]:
    requests = (one for one in (*inner, shape) if issubclass(one, Request))
    return next((one.HINTS for one in requests if one.HINTS), {})


def _in_json(found: ErrorDetails, value: Any) -> str:
    """Say how to write a number that was written in another way, but for one of another unit."""
    kind, name = found["type"], str(found["loc"][-1:])
    value = str(value).strip("% ") if "percent" in name else value
    number = "" if "usd" in name and "%" in str(value) else meant(value)
    if kind == "int_type" and _RATE.search(str(value)):
        return "; how often is the `period` of POST /v1/estimate/workload"
    if kind == "int_type" and number and "." not in number:
        return f"; send {number}"
    if kind == "is_instance_of" and number:
        return f'; send "{number}"'
    percent = Decimal(_exact(value) or 0)
    if kind == "less_than_equal" and found["ctx"]["le"] == 1 and 1 < percent <= 100:  # noqa: PLR2004
        share = meant(percent.scaleb(-2))
        if percent < 2:  # noqa: PLR2004 - it may be a factor
            detail = f'{percent}% is "{share}", and {meant(percent * 100)}% is more than all'
            return f"; it is a share from 0 to 1: {detail}"
        return f'; send "{share}"'
    return ""


_RATE = re.compile(r"\d.*(?:/|\b(?:per|an?|each|every|daily|monthly)\b)", re.ASCII | re.IGNORECASE)
#: A hint that another name is meant, which helps only where there is that name.
_CALLED = re.compile(r"is called `(\w+)` here")


def _unknown(
    shape: type[BaseModel],
    models: Sequence[type[BaseModel]],
    place: Sequence[int | str],
    name: str,
    words: _Words,
) -> str:
    """Say where an unknown name belongs, which name is near to it, or which there are."""
    fields = list(dict.fromkeys(field for model in models for field in _own_first(model)))
    if is_plain_name(name):
        for model in models:
            for field, info in model.model_fields.items():
                inside = _models_in(info.annotation)
                if any(name in one.model_fields for one in inside):
                    value = f'{{"{name}": ...}}'
                    value = f"[{value}]" if _is_list(info.annotation) else value
                    return f'belongs inside of `{field}`: {{"{field}": {value}}}'
        if shape not in models and name in shape.model_fields:
            return f"belongs at the top of the request, outside of `{place[0]}`"
        from difflib import get_close_matches  # only an error needs it

        if near := get_close_matches(name, fields, 1):
            return f"{words.unknown}; did you mean `{near[0]}`?"
    if not fields:
        return f"{words.unknown}, which takes none"
    listed = ", ".join(f"`{field}`" for field in fields[:_LISTED])
    return f"{words.unknown}, which takes {listed}" + (" and others" if fields[_LISTED:] else "")


#: An error names so many of the fields that there are.
_LISTED = 24


def _models_at(shape: type[BaseModel], place: Sequence[int | str]) -> list[type[BaseModel]]:
    """The types of the object at a place; of a part that no type has, those around it."""
    models = [shape]
    for name in place:
        inner = [
            found
            for model in models
            if name in model.model_fields
            for found in _models_in(model.model_fields[str(name)].annotation)
        ]
        models = inner or models
    return models


def _own_first(model: type[BaseModel]) -> Iterator[str]:
    """The fields of a type, those that it has in common with others last."""
    has = model.model_fields
    for one in model.__mro__:
        own = vars(one).get("__annotations__", ())
        yield from (has[name].alias or name for name in own if name in has)


def _names_in(models: Iterable[type[BaseModel]]) -> set[str]:
    """The names of the fields of these types, and of the objects in them."""
    found: set[str] = set()
    for model in models:
        inside = (_models_in(info.annotation) for info in model.model_fields.values())
        found |= model.model_fields.keys()
        found |= {name for types in inside for one in types for name in one.model_fields}
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The types of objects that an annotation has: itself, in a list, or one of several."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) in (list, tuple) or any(map(_is_list, get_args(annotation)))


def _one_per_union(findings: Sequence[_Finding]) -> Iterator[_Finding]:
    """Yield one finding for each value that was tried as several types.

    A value of one of the types has an error inside it: only that one is told. For a value of none
    of them, all types are named.
    """
    tried: dict[str, list[_Finding]] = {}
    for finding in findings:
        if finding.union is not None:
            tried.setdefault(finding.union, []).append(finding)
    for finding in findings:
        if finding.union is None:
            yield finding
            continue
        branches = tried.pop(finding.union, [])
        inside = [
            bad for bad in branches if bad.pointer != bad.union or not bad.kind.endswith("_type")
        ]
        if branches and not inside:
            yield finding._replace(detail=" or ".join(bad.detail for bad in branches))
        yield from inside


_SINGULAR = re.compile(r" 1 (item|character)s")
_DETAILS = {
    "missing": "is required",
    "int_type": "must be a whole number, written without quotes or a fraction",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of at most 4,000 digits",
    "int_from_float": "must be a whole number",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "decimal_max_places": "must have at most {decimal_places} decimal places",
    "literal_error": "must be one of {expected}",
    "is_instance_of": "must be a decimal of at most 20 places, as a number or in a string",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
}


class AtMost:
    """A limit on the items of a list: ``Annotated[list[str], AtMost(20)]``.

    pydantic's ``max_length`` counts valid items: of a list of a hundred thousand invalid ones it
    reads them all, and reports an error for each.
    """

    def __init__(self, items: int) -> None:
        self.items = items

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Count the items before the list is validated."""
        return no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Add the limit to the schema of the list."""
        return {**handler(schema), "maxItems": self.items}

    def _check(self, value: Any) -> Any:
        if isinstance(value, list | tuple) and len(value) > self.items:
            counts = {"field_type": "List", "max_length": self.items, "actual_length": len(value)}
            raise PydanticKnownError("too_long", counts)
        return value
