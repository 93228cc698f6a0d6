"""What the documents point to exists: pages, headings, files and commands."""

import importlib.util
import re
from pathlib import Path

import pytest

from pricing.usage.formats import FORMATS
from tariff.template import ROOT

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md"))]
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def anchors(page: Path) -> set[str]:
    """The anchors of a page: its headings as GitHub writes them in addresses, and its own ids."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


@each_document
def test_a_link_leads_to_a_file_and_to_a_heading_in_it(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", document.read_text(encoding="utf-8"))
    for name, anchor in links:
        page = (document.parent / name).resolve() if name else document
        assert page.exists(), name
        assert not anchor or anchor in anchors(page), f"{name}#{anchor}"


@each_document
def test_a_named_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`)make ([a-z][a-z -]*)", text, re.MULTILINE)
    assert {target for words in named for target in words.split()} <= targets


@each_document
def test_a_named_python_module_exists(document: Path) -> None:
    modules = re.findall(r"python -m ([\w.]+)", document.read_text(encoding="utf-8"))
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_a_named_file_exists(name: str) -> None:
    named = re.findall(r"`(\w[\w./]*/[\w.]*)`", (ROOT / name).read_text(encoding="utf-8"))
    assert len(named) > 5
    roots = (ROOT, ROOT / "layers" / "pricing" / "pricing")
    assert [path for path in named if not any((root / path).exists() for root in roots)] == []


def test_the_guide_to_usage_has_every_format() -> None:
    guide = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE)
    assert sorted(rows) == sorted(("usage_format", *FORMATS))  # with the head of the table
