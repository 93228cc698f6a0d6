"""Show how two OpenAPI documents differ: for a caller's code, and in their texts.

Schemas are compared where they are used, so that a new name is one difference and not one at every
reference. A nullable value is the same whether null stands among its types or in an ``anyOf``.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

_TEXTS = {"description", "summary", "x-remedy"}
_SCHEMAS = "#/components/schemas/"
_NULL = {"type": "null"}
_ABSENT = object()


class Difference(NamedTuple):
    """One difference: its kind, the place in the newer document, and both values as JSON."""

    kind: str
    pointer: str
    old: str
    new: str


class Comparison:
    """Two documents, and the schemas of the older one that have been found in the newer one."""

    def __init__(self, old: Any, new: Any) -> None:
        self._old, self._new = old, new
        self._renamed: dict[str, str] = {}

    def differences(self) -> Iterator[Difference]:
        """Yield what differs, in the order of the newer document.

        The kinds are ``structure`` (what a caller's code depends on), ``schema name``,
        ``operation id``, ``text`` and ``example``.
        """
        yield from self._walk(_without_schemas(self._old), _without_schemas(self._new), "#")

    def _walk(self, old: Any, new: Any, pointer: str) -> Iterator[Difference]:
        old, new = _nullable(old), _nullable(new)
        if isinstance(old, dict) and isinstance(new, dict):
            for key in [*new, *(key for key in old if key not in new)]:
                values = old.get(key, _ABSENT), new.get(key, _ABSENT)
                if key == "$ref" and all(str(one).startswith(_SCHEMAS) for one in values):
                    yield from self._follow(*values)
                else:
                    name = str(key).replace("~", "~0").replace("/", "~1")
                    yield from self._walk(*values, f"{pointer}/{name}")
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            for number, (before, after) in enumerate(zip(old, new, strict=True)):
                yield from self._walk(before, after, f"{pointer}/{number}")
        elif old != new:
            yield Difference(_kind(pointer), pointer, _shown(old), _shown(new))

    def _follow(self, old: str, new: str) -> Iterator[Difference]:
        if old not in self._renamed:
            self._renamed[old] = new
            if old != new:
                yield Difference("schema name", new, old, new)
            yield from self._walk(_schema(self._old, old), _schema(self._new, new), new)
        elif self._renamed[old] != new:
            yield Difference("structure", new, old, f"{self._renamed[old]} and {new}")


def _schema(document: Any, reference: str) -> Any:
    return document["components"]["schemas"][reference.removeprefix(_SCHEMAS)]


def _without_schemas(document: Any) -> Any:
    return {**document, "components": {**document["components"], "schemas": {}}}


def _nullable(schema: Any) -> Any:
    """Write the choice of a simple schema and null as one schema of two types."""
    if not isinstance(schema, dict) or _NULL not in schema.get("anyOf", ()):
        return schema
    others = [one for one in schema["anyOf"] if one != _NULL]
    if len(others) != 1 or not isinstance(others[0].get("type"), str):
        return schema
    found = {**others[0], **schema, "type": [others[0]["type"], "null"]}
    del found["anyOf"]
    return found | ({"enum": [*found["enum"], None]} if "enum" in found else {})


def _kind(pointer: str) -> str:
    *parents, keyword = re.sub(r"/properties/[^/]+", "", pointer).split("/")
    if "examples" in {*parents, keyword}:
        return "example"
    if keyword == "operationId":
        return "operation id"
    return "text" if keyword in _TEXTS else "structure"


def _shown(value: Any) -> str:
    return "nothing" if value is _ABSENT else json.dumps(value, ensure_ascii=False)[:200]


def diff(
    old: Annotated[Path, typer.Argument(help="The older document.")],
    new: Annotated[Path, typer.Argument(help="The newer document.")],
    texts: Annotated[bool, typer.Option("--texts", help="List texts and examples too.")] = False,
) -> int:
    """Show how two OpenAPI documents differ; exit with 1 if a caller's code can tell."""
    documents = (json.loads(path.read_text(encoding="utf-8")) for path in (old, new))
    found = [*Comparison(*documents).differences()]
    kinds = ["structure", "schema name", "operation id", "text", "example"]
    for kind in kinds:
        of_kind = [one for one in found if one.kind == kind]
        typer.echo(f"{kind}: {len(of_kind)}")
        if texts or kind not in {"text", "example"}:
            for one in of_kind:
                typer.echo(f"  {one.pointer}: {one.old} -> {one.new}")
    return int(any(one.kind == "structure" for one in found))
