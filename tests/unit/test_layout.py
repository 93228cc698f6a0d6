"""Packages list their public and internal modules truthfully, and modules stay small."""

import ast
import re

import grimp
import pytest

from tariff.template import ROOT

LAYER = ROOT / "layers" / "pricing"
ROUTING = "pricing.recommendations.routing"
GRAPH = grimp.build_graph("bench", "tariff", "functions", "pricing", cache_dir=None)
#: By dotted name. Routing is self-contained: its ``__init__`` imports what it offers.
PACKAGES = {
    name: ast.parse(path.read_text(encoding="utf-8"))
    for path in LAYER.rglob("__init__.py")
    if (name := ".".join(path.parent.relative_to(LAYER).parts)) != ROUTING
}
each_package = pytest.mark.parametrize("package", sorted(PACKAGES))


def listed(package: str, heading: str) -> set[str]:
    """The names behind ``Public:`` or ``Internal:``, which end with a full stop."""
    docstring = ast.get_docstring(PACKAGES[package]) or ""
    found = re.search(rf"^{heading}: (.+?)\.$", docstring, re.MULTILINE | re.DOTALL)
    return set(re.split(r",\s+", found[1])) if found else set()


def imported_elsewhere(child: str, package: str) -> bool:
    """Whether a module outside the package imports the child, or a module inside the child."""
    importers = {
        importer
        for module in (child, *GRAPH.find_descendants(child))
        for importer in GRAPH.find_modules_that_directly_import(module)
    }
    return not importers <= {package, *GRAPH.find_descendants(package)}


@each_package
def test_the_public_modules_of_a_package_are_those_imported_elsewhere(package: str) -> None:
    children = GRAPH.find_children(package)
    public = {child for child in children if imported_elsewhere(child, package)}
    assert listed(package, "Public") == {child.rpartition(".")[2] for child in public}
    assert listed(package, "Internal") == {child.rpartition(".")[2] for child in children - public}


@each_package
def test_a_package_by_itself_imports_nothing(package: str) -> None:
    assert [type(statement) for statement in PACKAGES[package].body] == [ast.Expr]


def test_no_module_is_longer_than_500_lines() -> None:
    too_long = {
        str(path.relative_to(ROOT)): length
        for folder in ("bench", "functions", "layers", "tariff")
        for path in (ROOT / folder).rglob("*.py")
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert too_long == {}


def test_at_most_twelve_modules_stand_outside_the_packages() -> None:
    entries = {path.name for path in (LAYER / "pricing").iterdir()} - {"data", "__pycache__"}
    packages = {name.split(".")[1] for name in PACKAGES}
    assert len(entries - packages) <= 12
