"""Generate the OpenAPI document and the page made of it, from the types that validate.

``python -m tariff.docs.openapi`` writes ``functions/site/static/openapi.json`` and ``docs.html``;
with ``--check`` it writes nothing and fails when what is committed there is not what the code says.
Every ``functions/*/app.py`` with ``ROUTES`` is found by itself.
"""

import argparse
import importlib.util
import json
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pricing.api.handler import DEFAULT_ROUTE, STATUSES, Asset
from tariff.docs import prose as words
from tariff.docs import slack_routes as openapi_slack
from tariff.docs.descriptions import markdown
from tariff.docs.examples import REFUSALS, problem_of
from tariff.docs.operations import Function, Schema, operation, tag_of
from tariff.docs.page import page
from tariff.docs.schemas import problem_schemas, schemas_of

ROOT = Path(__file__).resolve().parents[2]
#: The function whose routes are not described by types.
SLACK = "slack"
STATIC = ROOT / "functions" / "site" / "static"


def functions() -> list[Function]:
    """Every function with routes, loaded under a name of its own, in the order of the tags."""
    order = {name: number for number, name in enumerate(words.TAGS)}
    loaded = [_load(path) for path in ROOT.glob("functions/*/app.py")]
    found = [one for one in loaded if one.routes]
    return sorted(found, key=lambda one: (order.get(one.name, len(order)), one.name))


def document(found: Sequence[Function]) -> Schema:
    """The OpenAPI document of these functions. ``$default`` is no route a caller can name."""
    routes = [(one, route) for one in found for route in one.routes if route.key != DEFAULT_ROUTE]
    references, schemas = schemas_of(
        requests=[
            kind for _, route in routes for kind in (route.body, route.query, route.lines) if kind
        ],
        answers=[route.answer for _, route in routes if route.answer is not Asset],
    )
    for kind in {kind for _, route in routes for kind in (route.query, route.lines) if kind}:
        references[kind] = schemas.pop(kind.__name__)  # shown as parameters
    paths: dict[str, Schema] = {}
    for function, route in routes:
        described = operation(function, route, references)
        paths.setdefault(route.spec_path, {})[route.method.lower()] = described
    paths |= openapi_slack.paths()
    tags = dict.fromkeys([*map(tag_of, found), words.TAGS[SLACK]])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tariff",
            "version": _version(),
            "summary": words.SUMMARY,
            "description": words.DESCRIPTION,
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in tags],
        "paths": paths,
        "components": {
            "schemas": dict(
                sorted((schemas | problem_schemas() | dict(openapi_slack.SCHEMAS)).items())
            ),
            "examples": _problem_examples(found),
            "headers": _headers(),
            "securitySchemes": _security_schemes(),
        },
        "x-problems": problems(),
    }


def problems() -> dict[str, Schema]:
    """Every problem Tariff can answer with, by the slug that its ``type`` ends in."""
    found = {
        slug: {"status": status, "title": title, "description": markdown(kind.__doc__)}
        for kind, status, slug, title in STATUSES
    }
    found["internal-error"] = {
        "status": 500,
        "title": "Internal error",
        "description": "Something that should not happen did.",
    }
    return {slug: {**one, "x-remedy": words.REMEDIES.get(slug, "")} for slug, one in found.items()}


def _load(path: Path) -> Function:
    name = path.parent.name
    spec = importlib.util.spec_from_file_location(f"tariff_openapi_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their annotations up there
    spec.loader.exec_module(module)
    return Function(name, module, getattr(module, "ROUTES", ()))


def _version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def _problem_examples(found: Iterable[Function]) -> dict[str, Schema]:
    modules = {route.key: one.module for one in found for route in one.routes}
    return {
        slug: {"value": problem_of(modules[refusal.route], refusal)}
        for slug, refusal in REFUSALS.items()
        if refusal.route in modules
    }


def _headers() -> dict[str, Schema]:
    text = {"type": "string"}
    return {
        "RequestId": {"description": words.REQUEST_ID, "schema": text},
        "ETag": {"description": words.ETAG, "schema": text},
        "RetryAfter": {"description": words.RETRY_AFTER, "schema": {"type": "integer"}},
    }


def _security_schemes() -> dict[str, Schema]:
    return {
        "sigv4": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": words.SIGV4,
            "x-amazon-apigateway-authtype": "awsSigv4",
        },
        "jwt": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": words.JWT,
        },
    }


def build() -> dict[str, str]:
    """File name -> content of everything generated."""
    spec = document(functions())
    text = json.dumps(spec, indent=1, ensure_ascii=False) + "\n"
    return {"openapi.json": text, "docs.html": page(spec)}


def outdated(built: Mapping[str, str]) -> list[str]:
    """The files that are missing or not what was built."""
    return [
        name
        for name, text in built.items()
        if not (STATIC / name).is_file() or (STATIC / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or check them; the exit status."""
    parser = argparse.ArgumentParser(description="Generate the OpenAPI document and its page.")
    parser.add_argument("--check", action="store_true", help="fail if a file is out of date")
    checking = parser.parse_args(arguments).check
    built = build()
    old = outdated(built)
    if checking:
        for name in old:
            print(f"{STATIC.name}/{name} is out of date: run make openapi", file=sys.stderr)
        return 1 if old else 0
    STATIC.mkdir(exist_ok=True)
    for name, text in built.items():
        (STATIC / name).write_text(text, encoding="utf-8")
        print(f"functions/site/static/{name}: {len(text.encode()):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
