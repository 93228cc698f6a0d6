"""The reference page: the OpenAPI document as one HTML file that loads nothing.

Where the page of ``web/`` is built, its script adds search, other languages, copying and trying.

The template shows the document; what is here answers its questions, without knowing any route.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

TEMPLATES = Path(__file__).resolve().parent / "page_template"
#: Where ``make run`` serves, so that commands copied from the page work unchanged.
LOCAL = "http://127.0.0.1:3000"
WIDTH = 114

Schema = Mapping[str, Any]
_COMMONMARK = MarkdownIt("commonmark", {"html": False})


class Shown(NamedTuple):
    """An example: a command to paste, and its answer where that is a document."""

    summary: str
    command: str
    answer: str | None
    #: The request as an object, for the page's script.
    request: Mapping[str, Any]


class Operation(NamedTuple):
    """One route; ``spec`` is its Operation Object."""

    method: str
    path: str
    spec: Schema

    @property
    def id(self) -> str:
        """The id, unique on the page."""
        return str(self.spec["operationId"])

    @property
    def success(self) -> Schema:
        """The response to a good request."""
        responses: Mapping[str, Schema] = self.spec["responses"]
        return next(found for status, found in responses.items() if status.startswith("2"))

    @property
    def body(self) -> str | None:
        """The type of the request's body, if it has one."""
        return _named(self.spec.get("requestBody", {}))

    @property
    def answer(self) -> str | None:
        """The type of the answer, if it has one."""
        return _named(self.success)

    def examples(self) -> Iterator[Shown]:
        """Yield a command for each example and its answer; without examples, the bare command."""
        answers = self.success["content"].get("application/json", {}).get("examples", {})
        sent = self.spec.get("requestBody", {}).get("content", {}).get("application/json", {})
        bodies = sent.get("examples", {})
        for name, answer in answers.items():
            request = {"method": self.method, "path": self._target(name)}
            if name in bodies:
                request["body"] = bodies[name]["value"]
            yield Shown(answer["summary"], _curl(request), folded(answer["value"]), request)
        if not answers and self.method == "GET":
            request = {"method": "GET", "path": self._target("")}
            yield Shown("", _curl(request), None, request)

    def _target(self, example: str) -> str:
        """The path and query of an example."""
        path, query = self.path, {}
        for one in self.spec.get("parameters", ()):
            if example in one.get("examples", {}):
                value = str(one["examples"][example]["value"])
                if one["in"] == "path":
                    path = path.replace(f"{{{one['name']}}}", quote(value, safe=""))
                else:
                    query[one["name"]] = value
        return f"{path}?{urlencode(query)}" if query else path


def _curl(request: Mapping[str, Any]) -> str:
    """The request as a command for a shell."""
    url = LOCAL + request["path"]
    command = f"curl -s '{url}'" if "?" in url else f"curl -s {url}"
    if "body" not in request:
        return command
    body = folded(request["body"]).replace("'", r"'\''")
    return f"{command} -H 'content-type: application/json' -d '{body}'"


def page(spec: Schema) -> str:
    """Render the whole page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"inline": inline, "blocks": blocks, "folded": folded}
    environment.globals |= {"type_of": type_of, "limits": limits, "local": LOCAL}
    operations = [
        Operation(method.upper(), path, found)
        for path, methods in spec["paths"].items()
        for method, found in methods.items()
    ]
    owners: dict[str, str] = {}
    for operation in operations:
        for name in filter(None, (operation.body, operation.answer)):
            owners.setdefault(name, operation.id)
    types: Mapping[str, Schema] = spec["components"]["schemas"]
    lede, *about = re.split(r"^## ", spec["info"]["description"], flags=re.MULTILINE)
    return environment.get_template("page.html.jinja").render(
        spec=spec,
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
        lede=lede,
        about=[part.partition("\n")[::2] for part in about],
        tags=[
            (tag, [one for one in operations if tag["name"] in one.spec["tags"]])
            for tag in spec["tags"]
        ],
        types=types,
        owners=owners,
        parts=[name for name in types if name not in owners],
    )


def folded(value: Any, indent: int = 0, lead: int = 0) -> str:
    """JSON with everything on one line that fits there; ``lead`` is what precedes the value."""
    flat = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or indent + lead + len(flat) <= WIDTH:
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        members = [
            f"{json.dumps(name)}: {folded(one, indent + 2, len(name) + 4)}"
            for name, one in value.items()
        ]
        return "{\n" + ",\n".join(pad + one for one in members) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + folded(v, indent + 2) for v in value) + f"\n{' ' * indent}]"


def inline(text: str) -> Markup:
    """Render CommonMark inside a paragraph; a link to a problem leads to its place on the page."""
    return _on_page(_COMMONMARK.renderInline(text))


def blocks(text: str) -> Markup:
    """Render CommonMark of paragraphs and lists."""
    return _on_page(_COMMONMARK.render(text))


def _on_page(html: str) -> Markup:
    return Markup(html.replace('href="/docs#', 'href="#'))  # noqa: S704 - escaped by the renderer


def _named(message: Schema) -> str | None:
    """The component that a body is, if it is one."""
    content = message.get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rpartition("/")[2] or None


def type_of(schema: Schema) -> Markup:
    """Name the type of a schema: ``decimal or null``, ``list of LineItem``."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#type-{}">{}</a>').format(name, name)
    if "anyOf" in schema:
        choices = [type_of(one) for one in schema["anyOf"]]
        return Markup(" or ").join(dict.fromkeys(choices))
    kinds = schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return Markup(" or ").join(_kind_of(kind, schema) for kind in kinds)


def _kind_of(kind: str, schema: Schema) -> Markup:
    if kind == "array":
        return Markup("list of ") + type_of(schema["items"])
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return Markup("map of ") + type_of(schema["additionalProperties"])
    if kind == "string" and schema.get("format") in {"decimal", "date", "date-time"}:
        return Markup("{}").format(schema["format"])
    return Markup("{}").format(kind)


def limits(schema: Schema) -> str:
    """State what a type does not: choices, bounds, lengths and the default."""
    parts = [text for one in schema.get("anyOf", ()) if (text := limits(one))]
    choices = [schema["const"]] if "const" in schema else schema.get("enum", ())
    named = [str(one) or '""' for one in choices]
    if named:
        parts.append("one of " + ", ".join(named) if len(named) > 1 else f"always {named[0]}")
    for low, high, unit in (
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
    ):
        if high in schema:
            lowest = f"{schema[low]:,} to " if low in schema else "up to "
            parts.append(f"{lowest}{schema[high]:,}{unit}")
        elif low in schema:
            parts.append(f"{schema[low]:,} or more{unit}")
    if "default" in schema and not isinstance(schema["default"], dict | list):
        default = schema["default"]
        parts.append(
            f"default {default if isinstance(default, str) and default else json.dumps(default)}"
        )
    return "; ".join(parts)
