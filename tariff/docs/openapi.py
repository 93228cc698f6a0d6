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
from typing import Annotated

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
    routes = [
        (tag, functions()[name], route)
        for tag in spec["tags"]
        for name in tag["functions"]
        for route in functions()[name].ROUTES
        if route.key != DEFAULT_ROUTE  # not a route that a caller can name
    ]
    queries = {route.query for *_, route in routes if route.query}
    answers = {route.answer: None for *_, route in routes if route.answer is not Asset}
    known, schemas = schemas_of(
        requests=[*(route.body for *_, route in routes if route.body), *queries],
        answers=[*answers, *(route.started for *_, route in routes if route.started)],
    )
    known |= {kind: schemas.pop(kind.__name__) for kind in queries}  # shown as parameters
    paths: dict[str, Schema] = {}
    for tag, module, route in routes:
        described = Operation(route, module, tag, known, fragments).described()
        paths.setdefault(route.spec_path, {})[route.method.lower()] = described
    spec["paths"] = paths | spec["paths"]
    spec["tags"] = [{key: tag[key] for key in ("name", "description")} for tag in spec["tags"]]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    spec["info"]["version"] = project["version"]
    own = spec["components"]["schemas"]
    own |= {name: shared | own[name] for name, shared in SHARED.items()}
    spec["components"]["schemas"] = dict(sorted((own | schemas).items()))
    (refusing,) = [module for _, module, route in routes if route.key == REFUSING]
    problems = {slug: {"value": problem_of(refusing, slug)} for slug in PROBLEMS}
    spec["components"]["examples"] = problems
    for kind, status, slug, title in STATUSES:
        stated = {"status": status, "title": title, "description": markdown(kind.__doc__)}
        spec["x-problems"][slug] = stated | spec["x-problems"][slug]
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


def generate(
    folder: Annotated[Path, typer.Argument(help="Where to write the two files.")] = STATIC,
) -> None:
    """Generate openapi.json, and the page docs.html made from it."""
    spec = document()
    folder.mkdir(parents=True, exist_ok=True)
    as_json = json.dumps(spec, indent=1, ensure_ascii=False) + "\n"
    for name, text in (("openapi.json", as_json), ("docs.html", page(spec))):
        unfinished = folder / f".{name}.{os.getpid()}"  # a reader never sees half of a file
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(folder / name)
