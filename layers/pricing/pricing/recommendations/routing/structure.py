"""How much structure an answer must have: the fields of its schema, and of tools' arguments."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pricing.values import immutable

_NAMED_PARTS = ("$defs", "definitions")
_PARTS = ("items", "prefixItems", "anyOf", "oneOf", "allOf", *_NAMED_PARTS)
#: Where a tool has the schema of its arguments: OpenAI's forms, Anthropic's, Gemini's.
_ARGUMENTS = ("parameters", "input_schema", "inputSchema")
#: How the schema of an answer is wrapped.
_WRAPPED = ("json_schema", "schema")


@immutable
class Structure:
    """The fields that an answer must have, and those of the tool with the most.

    ``depth`` is that of the deeper of both: 1 for fields side by side, 0 without any.
    """

    answer_fields: int = 0
    tool_fields: int = 0
    depth: int = 0


UNSTRUCTURED = Structure()


def structure_of(
    response_format: Mapping[str, Any] | None, tools: Iterable[Mapping[str, Any]] = ()
) -> Structure:
    """Return the structure that a request asks for; of a form that is not known, none."""
    schema: Any = response_format
    for name in _WRAPPED:
        schema = schema[name] if isinstance(schema, Mapping) and name in schema else schema
    fields, depth = _size_of(schema)
    sizes = [_size_of(_arguments(tool)) for tool in tools]
    return Structure(
        answer_fields=fields,
        tool_fields=max((count for count, _ in sizes), default=0),
        depth=max([depth, *(levels for _, levels in sizes)]),
    )


def _arguments(tool: Mapping[str, Any]) -> Any:
    inner = tool.get("function", tool)
    found = (inner.get(name) for name in _ARGUMENTS) if isinstance(inner, Mapping) else ()
    return next(filter(None, found), None)


def _size_of(schema: Any) -> tuple[int, int]:
    """Return the number of fields that hold values, and how deeply they are nested."""
    fields = depth = 0
    waiting = [(schema, 1)]
    while waiting:
        part, level = waiting.pop()
        if isinstance(part, Mapping):
            below = part.get("properties")
            if isinstance(below, Mapping):
                fields += sum(_is_value(field) for field in below.values())
                depth = max(depth, level) if below else depth
                waiting += [(field, level + 1) for field in below.values()]
            for name in _PARTS:
                inner = part.get(name)
                if isinstance(inner, Mapping) and name in _NAMED_PARTS:
                    inner = list(inner.values())
                waiting.append((inner, level))
        elif isinstance(part, Sequence) and not isinstance(part, str):
            waiting += [(one, level) for one in part]
    return fields, depth


def _is_value(field: Any) -> bool:
    """Return whether a field holds a value itself, rather than fields of its own."""
    return not (isinstance(field, Mapping) and isinstance(field.get("properties"), Mapping))
