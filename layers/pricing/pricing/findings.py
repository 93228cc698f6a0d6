"""pydantic's findings in the API's words: where in the request, and what to do about it.

Values are never repeated, and neither are names that a caller made up: they may be prompts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pricing.errors import FieldError, InvalidRequest, is_plain_name

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
