"""Generate the OpenAPI document and the page made from it, from the types that validate.

Every ``functions/*/app.py`` with ``ROUTES`` is found; document.yaml has what no type states.
"""

import importlib
import json
import os
import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
import yaml

from pricing.api.handler import DEFAULT_ROUTE, KEY_FORM, STATUSES, Asset
from pricing.jsonio import MAX_BODY_BYTES, MAX_DEPTH, MAX_NUMBER_CHARACTERS
from pricing.usage.buckets import MAX_COUNT
from tariff.docs.descriptions import markdown
from tariff.docs.examples import PROBLEMS, REFUSING, problem_of
from tariff.docs.operations import Operation, Schema
from tariff.docs.page import page
from tariff.docs.schemas import SHARED, schemas_of
from tariff.docs.site import STATIC
from tariff.template import ROOT

SKELETON = Path(__file__).with_name("document.yaml")


@cache
def functions() -> Mapping[str, ModuleType]:
    """The module of every function with routes, by the name of its folder."""
    names = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
    modules = {name: importlib.import_module(f"functions.{name}.app") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "ROUTES")}


def document() -> Schema:
    """Build the OpenAPI document of all functions."""
    spec = skeleton()
    fragments = spec.pop("fragments")
    tags = spec["tags"]
    spec["tags"] = [{key: tag[key] for key in ("name", "description")} for tag in tags]
    routes = [
        (tag, functions()[name], route)
        for tag in tags
        for name in tag["functions"]
        for route in functions()[name].ROUTES
        if route.key != DEFAULT_ROUTE  # not a route that a caller can name
    ]
    known, schemas = schemas_of(
        requests=[kind for *_, route in routes for kind in (route.body, route.query) if kind],
        answers=[
            answer
            for *_, route in routes
            for answer in (route.answer, route.started)
            if answer is not None and answer is not Asset
        ],
    )
    for kind in {route.query for *_, route in routes if route.query}:
        known[kind] = schemas.pop(kind.__name__)  # shown as parameters
    paths: dict[str, Schema] = {}
    for tag, module, route in routes:
        described = Operation(route, module, tag, known, fragments).described()
        paths.setdefault(route.spec_path, {})[route.method.lower()] = described
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    spec["info"]["version"] = project["version"]
    spec["paths"] = paths | spec["paths"]
    own = spec["components"]["schemas"]
    for name, shared in SHARED.items():
        own[name] = shared | own[name]
    spec["components"]["schemas"] = dict(sorted((own | schemas).items()))
    (refusing,) = [module for _, module, route in routes if route.key == REFUSING]
    spec["components"]["examples"] = {
        slug: {"value": problem_of(refusing, slug)} for slug in PROBLEMS
    }
    spec["x-problems"] = _problems(spec["x-problems"])
    return spec


def skeleton() -> Schema:
    """Read the parts of the document that no type states, with the limits filled in."""
    text = string.Template(SKELETON.read_text(encoding="utf-8")).safe_substitute(
        BODY_KIB=MAX_BODY_BYTES // 1024,
        DEPTH=MAX_DEPTH,
        NUMBER_CHARACTERS=MAX_NUMBER_CHARACTERS,
        COUNT=f"{MAX_COUNT:,}",
        IDEMPOTENCY_KEY=KEY_FORM.pattern,
    )
    found: Schema = yaml.safe_load(text)
    return found


def _problems(remedies: Mapping[str, Any]) -> dict[str, Schema]:
    """Describe every problem that Tariff can answer with, by the slug that its ``type`` ends in."""
    found = {
        slug: {"status": status, "title": title, "description": markdown(kind.__doc__)}
        for kind, status, slug, title in STATUSES
    }
    return {slug: {**found.get(slug, {}), **remedy} for slug, remedy in remedies.items()}


def generate(
    folder: Annotated[Path, typer.Argument(help="Where to write the two files.")] = STATIC,
) -> None:
    """Generate openapi.json, and the page docs.html made from it."""
    spec = document()
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"openapi.json": json.dumps(spec, indent=1, ensure_ascii=False) + "\n"}
    texts["docs.html"] = page(spec)
    for name, text in texts.items():
        unfinished = folder / f".{name}.{os.getpid()}"  # a reader never sees half of a file
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(folder / name)
