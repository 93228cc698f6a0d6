"""The reference page: the OpenAPI document as one HTML file that needs nothing from anywhere.

What is here turns the document into what the template shows, without knowing any route.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).resolve().parent / "page_template"
#: Where ``make run`` serves, so that what is copied from the page runs as it stands.
LOCAL = "http://127.0.0.1:3000"
WIDTH = 114

Schema = Mapping[str, Any]


class Field(NamedTuple):
    """One row of a table: a parameter, or a member of a request or an answer."""

    name: str
    type: Markup
    #: ``required`` of what callers send, ``optional`` of what answers hold; nothing if it goes
    #: without saying.
    mark: str
    limits: str
    meaning: Markup


class Shown(NamedTuple):
    """An example: a command to paste, and its answer where it is a document."""

    summary: str
    command: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    open_to_all: bool
    parameters: tuple[Field, ...]
    body: str | None
    answer: str | None
    answer_text: Markup
    examples: tuple[Shown, ...]
    errors: tuple[tuple[str, Markup], ...]


class Type(NamedTuple):
    """One schema as the page shows it."""

    name: str
    text: Markup
    fields: tuple[Field, ...]


def page(spec: Schema) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    lede, about = _about(spec["info"]["description"])
    types = {name: _type(name, one) for name, one in spec["components"]["schemas"].items()}
    operations = list(_operations(spec))
    owners: dict[str, str] = {}
    for one in operations:
        for name in filter(None, (one.body, one.answer)):
            owners.setdefault(name, one.id)
    providers = {n for n, one in spec["components"]["schemas"].items() if one.get("x-provider")}
    return environment.get_template("page.html.jinja").render(
        info=spec["info"],
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
        local=LOCAL,
        lede=lede,
        about=about,
        tags=[
            (tag, [one for one in operations if one.id in _tagged(spec, tag["name"])])
            for tag in spec["tags"]
        ],
        types=types,
        owners=owners,
        parts=[types[name] for name in types if name not in owners.keys() | providers],
        providers=[types[name] for name in types if name in providers],
        problems=spec["x-problems"],
        problem_examples={
            slug: folded(one["value"]) for slug, one in spec["components"]["examples"].items()
        },
        inline=inline,
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
    """CommonMark inside a paragraph: code, strong, and links within the page."""
    found = Markup()
    for number, part in enumerate(_SPAN.split(text)):
        if number % 2 == 0:  # what stands between two spans
            found += part
        elif part.startswith("`"):
            found += Markup("<code>{}</code>").format(part.strip("`"))
        elif part.startswith("**"):
            found += Markup("<strong>{}</strong>").format(part.strip("*"))
        else:
            words, _, slug = part[1:-1].partition("](/docs#")
            found += Markup('<a href="#{}">{}</a>').format(slug, words)
    return found


_SPAN = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\(/docs#[\w-]+\))")


def blocks(text: str) -> Markup:
    """CommonMark of paragraphs and lists."""
    found = Markup()
    for block in text.strip().split("\n\n"):
        if block.startswith("- "):
            rows = [
                " ".join(row.split()) for row in re.split(r"^- ", block, flags=re.MULTILINE)[1:]
            ]
            inside = Markup().join(Markup("<li>{}</li>\n").format(inline(row)) for row in rows)
            found += Markup("<ul>\n{}</ul>\n").format(inside)
        else:
            found += Markup("<p>{}</p>\n").format(inline(" ".join(block.split())))
    return found


def _about(description: str) -> tuple[Markup, list[tuple[str, str, Markup]]]:
    """The paragraphs before the first heading; then (id, heading, text) of each part."""
    lede, *parts = re.split(r"^## ", description, flags=re.MULTILINE)
    headed = [part.partition("\n") for part in parts]
    return blocks(lede), [
        (f"about-{title.lower().replace(' ', '-')}", title, blocks(text))
        for title, _, text in headed
    ]


def _tagged(spec: Schema, tag: str) -> set[str]:
    return {
        operation["operationId"]
        for operations in spec["paths"].values()
        for operation in operations.values()
        if tag in operation["tags"]
    }


def _success(operation: Schema) -> Schema:
    responses: Mapping[str, Schema] = operation["responses"]
    return next(found for status, found in responses.items() if status.startswith("2"))


def _operations(spec: Schema) -> Iterator[Operation]:
    for path, operations in spec["paths"].items():
        for method, one in operations.items():
            success = _success(one)
            yield Operation(
                id=one["operationId"],
                method=method.upper(),
                path=path,
                summary=one["summary"],
                open_to_all=not one["security"],
                parameters=tuple(_parameter(each) for each in one.get("parameters", ())),
                body=_named(one.get("requestBody", {})),
                answer=_named(success),
                answer_text=inline(success["description"]),
                examples=tuple(_examples(method, path, one)),
                errors=tuple(
                    (status, inline(response["description"]))
                    for status, response in one["responses"].items()
                    if status != "200"
                ),
            )


def _named(message: Schema) -> str | None:
    """The component that a body is, if it is one."""
    content = message.get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rpartition("/")[2] or None


def _parameter(one: Schema) -> Field:
    return Field(
        one["name"],
        _type_text(one["schema"]),
        "required" if one.get("required") else "",
        "; ".join(part for part in (f"in the {one['in']}", _limits(one["schema"])) if part),
        inline(one["description"]),
    )


def _type(name: str, schema: Schema) -> Type:
    sent = "additionalProperties" in schema  # requests are closed, usage objects open, on purpose
    required = schema.get("required", ())
    marks = ("", "required") if sent else ("optional", "")
    return Type(
        name,
        blocks(schema.get("description", "")),
        tuple(
            Field(
                field,
                _type_text(one),
                marks[field in required],
                _limits(one),
                inline(one.get("description", "")),
            )
            for field, one in schema.get("properties", {}).items()
        ),
    )


def _type_text(schema: Schema) -> Markup:
    """A schema as a reader says it: ``decimal or null``, ``list of LineItem``."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#type-{}">{}</a>').format(name, name)
    if "anyOf" in schema:
        choices = [_type_text(one) for one in schema["anyOf"]]
        return Markup(" or ").join(dict.fromkeys(choices))
    kinds = schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return Markup(" or ").join(_kind_text(kind, schema) for kind in kinds)


def _kind_text(kind: str, schema: Schema) -> Markup:
    if kind == "array":
        return Markup("list of ") + _type_text(schema["items"])
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return Markup("map of ") + _type_text(schema["additionalProperties"])
    if kind == "string" and schema.get("format") in {"decimal", "date", "date-time"}:
        return Markup("{}").format(schema["format"])
    return Markup("{}").format(kind)


def _limits(schema: Schema) -> str:
    """What a type does not say: choices, bounds, lengths and the default."""
    parts = []
    if "anyOf" in schema:
        parts = [text for one in schema["anyOf"] if (text := _limits(one))]
    choices = [schema["const"]] if "const" in schema else schema.get("enum", ())
    named = [str(one) or '""' for one in choices if one is not None]
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


def _examples(method: str, path: str, operation: Schema) -> Iterator[Shown]:
    success = _success(operation)
    answers = success["content"].get("application/json", {}).get("examples", {})
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    bodies = sent.get("examples", {})
    for name, answer in answers.items():
        target = _target(path, operation.get("parameters", ()), name)
        lines = [f"curl -s {target}"]
        if name in bodies:
            body = folded(bodies[name]["value"]).replace("'", r"'\''")
            lines = [f"curl -s {target} -H 'content-type: application/json' -d '{body}'"]
        yield Shown(answer["summary"], "\n".join(lines), folded(answer["value"]))
    if not answers and method == "get":
        yield Shown("", f"curl -s {_target(path, (), '')}", None)


def _target(path: str, parameters: Any, example: str) -> str:
    """The URL of an example, quoted where a shell would read it otherwise."""
    query = {}
    for one in parameters:
        if example not in one.get("examples", {}):
            continue
        value = str(one["examples"][example]["value"])
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(value, safe=""))
        else:
            query[one["name"]] = value
    return f"'{LOCAL}{path}?{urlencode(query)}'" if query else f"{LOCAL}{path}"
