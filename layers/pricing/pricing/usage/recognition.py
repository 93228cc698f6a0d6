"""Recognise the shape of a usage object from the whole set of its fields."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.errors import InvalidRequest, is_plain_name
from pricing.usage import meanings
from pricing.usage.formats import FORMATS, KINDS, SHAPES
from pricing.usage.meanings import Fields, Shape, UsageFormat


def recognised(
    raw: Mapping[str, Any], usage_format: UsageFormat | None, pointer: str, kind: str | None = None
) -> Sequence[Shape]:
    """The shapes that know most of the object's fields, the preferred one first.

    Raises InvalidRequest where none of them knows a count of it.
    """
    layout = _layout(raw, usage_format, kind)
    known = _RECOGNISED.get(layout)
    if known is not None:
        return known
    allowed = SHAPES if usage_format is None else FORMATS[usage_format]
    if usage_format is None and kind in KINDS:
        allowed = FORMATS[KINDS[kind]]
    present = {camel(name) for name, value in raw.items() if value is not None}
    fitting = [shape for shape in allowed if shape.fits(present)]
    if usage_format is None and not fitting:  # some gateways name another kind than they send
        fitting = [shape for shape in SHAPES if shape.fits(present)]
    if usage_format is not None and not fitting:
        fitting = [one for one in allowed if not one.own and present & one.fields.keys()]
    if not fitting:
        names = [name for name in raw if is_plain_name(name)][:5]
        seen = f" (it holds {', '.join(names)})" if names else ""
        raise InvalidRequest.at(
            pointer,
            f"holds no count that is known{seen}; send the provider's usage object as it came,"
            ' such as {"input_tokens": 1000, "output_tokens": 200}',
        )
    if len(fitting) == 1:
        return fitting
    unknown = [tuple(_unknown(shape, shape.fields_for(present), raw)) for shape in fitting]
    # Those of the fewest names that count something, and of these the fewest names at all.
    ranks = [(len([*numbers("", list(values))]), len(values)) for values in unknown]
    found = [shape for shape, rank in zip(fitting, ranks, strict=True) if rank == min(ranks)]
    if () in unknown:  # where every name is known, names alone decide
        if len(_RECOGNISED) >= _MAX_RECOGNISED:
            _RECOGNISED.clear()
        _RECOGNISED[layout] = found
    return found


def camel(name: str) -> str:
    """Return a name as most SDKs write it, where C# and Go begin it with a capital."""
    return name[0].lower() + name[1:] if name[:1].isupper() else name


#: The name of a count, which may be billed also if no shape has it; bounds are settings of a call.
_NAME_OF_COUNT = re.compile(
    r"(?!max|min|limit|remaining)\w*(?:(?:_token|[a-z]Token)(?:s|_?[cC]ount)"
    r"|(?:_token|[a-z]Token)s?_?[dD]etails)",
    re.ASCII,
)


def is_named_as_count(name: str) -> bool:
    """Whether a name, which no shape of usage need have, is that of a count of tokens."""
    return _NAME_OF_COUNT.fullmatch(name.rpartition(".")[2]) is not None


#: The shapes of objects that were recognised before, by a hash of their names: most callers send
#: the same few kinds of objects.
_RECOGNISED: dict[int, Sequence[Shape]] = {}
_MAX_RECOGNISED = 1_000


def _layout(raw: Mapping[str, Any], usage_format: str | None, kind: str | None) -> int:
    """A hash of an object's names and of those within; Python's hash of text is keyed."""
    names: list[Any] = [usage_format, kind]
    for name, value in raw.items():
        if type(value) is dict:
            names.append((name, _layout(value, None, None)))
        elif value is not None:
            names.append(name)
    return hash(tuple(names))


def _unknown(shape: Shape, fields: Fields, raw: Mapping[str, Any]) -> Iterator[Any]:
    """The values of the names that the shape does not have.

    Objects within the usage tell shapes apart too: both have ``output_tokens_details``.
    """
    for name, value in raw.items():
        if value is None:
            continue
        meaning = fields.get(name)
        if meaning is None:
            meaning = fields.get(camel(name), fields.get("*"))
        if type(meaning) is dict:
            if type(value) is dict:
                yield from _unknown(shape, meaning, value)
        elif meaning is None:
            if shape.owns(name):
                yield value
        elif type(value) is dict and meaning in meanings.TOKEN_COUNTS:
            yield value


def numbers(pointer: str, value: Any) -> Iterator[tuple[str, Decimal]]:
    """Every number that is not zero, with its pointer as far as names may be repeated."""
    if isinstance(value, dict):
        for name, member in value.items():
            here = f"{pointer}/{name}" if is_plain_name(str(name)) else pointer
            yield from numbers(here, member)
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from numbers(f"{pointer}/{number}", member)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool) and value:
        yield pointer, Decimal(value)
