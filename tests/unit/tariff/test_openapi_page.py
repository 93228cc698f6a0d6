"""The reference page: complete, self-contained, and with commands that run when pasted."""

import copy
import json
import re
import shlex
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from pricing.api.handler import STATUSES
from tariff.docs.examples import EXAMPLES
from tariff.docs.page import WIDTH, blocks, folded, inline, page
from tests.support.spec import Spec

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """What a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.code: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if self.open[-2:] == ["pre", "code"]:
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-2:] == ["pre", "code"]:
            self.code[-1] += data

    @property
    def ids(self) -> list[str]:
        return [one["id"] or "" for _, one in self.elements if "id" in one]

    @property
    def commands(self) -> list[list[str]]:
        """Every request that can be pasted into a shell, as the shell reads it."""
        return [shlex.split(one) for one in self.code if one.startswith("curl -s ")]


@pytest.fixture(scope="module")
def html(spec: Spec) -> str:
    return page(spec)


@pytest.fixture(scope="module")
def found(html: str) -> Page:
    return Page(html)


def test_every_problem_type_leads_to_a_place_on_it(found: Page) -> None:
    slugs = {slug for _, _, slug, _ in STATUSES} | {"internal-error"}
    assert slugs <= set(found.ids)


def test_every_element_is_closed_every_id_is_its_own_and_every_link_within_leads_somewhere(
    found: Page,
) -> None:
    assert found.open == []
    assert len(set(found.ids)) == len(found.ids)
    links = {one["href"] for tag, one in found.elements if tag == "a" and one["href"]}
    assert {link[1:] for link in links if link.startswith("#")} <= set(found.ids)
    assert {link for link in links if not link.startswith("#")} == {"/openapi.json"}


def test_it_loads_nothing_and_runs_nothing(html: str, found: Page) -> None:
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "base"}
    assert [one for tag, one in found.elements if tag == "link"] == [
        {"rel": "icon", "href": "data:,"}
    ]
    for _, attributes in found.elements:
        assert not {"src", "srcset", "style", "action"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    assert not re.search(r"@import|url\(|@font-face", html)


def test_it_can_be_read_by_everybody(found: Page) -> None:
    elements = found.elements
    assert ("html", {"lang": "en"}) in elements
    assert [tag for tag, _ in elements].count("h1") == 1
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for tag, attributes in elements:
        if tag == "pre":  # may be wider than the screen: reached and scrolled by keyboard too
            assert attributes["tabindex"] == "0"
            assert attributes["aria-label"]


def test_its_size_is_that_of_a_page(html: str, spec: Spec) -> None:
    operations = sum(len(path) for path in spec["paths"].values())
    assert len(html.encode()) < 27_000 * operations


def test_every_route_can_be_tried(found: Page, spec: Spec) -> None:
    asked = set()
    for command in found.commands:
        (url,) = [word for word in command if word.startswith("http://127.0.0.1:3000/")]
        method = "POST" if "-d" in command else "GET"
        asked.add((method, url.removeprefix("http://127.0.0.1:3000").partition("?")[0]))
    for path, methods in spec["paths"].items():
        if path.startswith("/slack/"):
            continue  # only Slack can sign what these take; `make slack` tries them
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method in methods:
            assert any(m == method.upper() and pattern.fullmatch(p) for m, p in asked), path


def test_commands_send_the_bodies_of_the_examples(found: Page) -> None:
    sent = [
        json.loads(command[command.index("-d") + 1])
        for command in found.commands
        if "-d" in command
    ]
    routes = (key for key in EXAMPLES if key.startswith("POST /v1"))
    bodies = [example.body for key in routes for example in EXAMPLES[key]]
    assert bodies
    assert all(body in sent for body in bodies)


def test_an_apostrophe_in_a_body_survives_the_shell(spec: Spec) -> None:
    changed = copy.deepcopy(dict(spec))
    content = changed["paths"]["/v1/estimate"]["post"]["requestBody"]["content"]["application/json"]
    body = {"model": "sonnet", "text": 'it\'s <b>bold</b> & "quoted" $HOME'}
    content["examples"]["estimate"]["value"] = body
    command = Page(page(changed)).commands[0]
    assert json.loads(command[-1]) == body


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        "text",
        {"a": {"b": [1, "2", None, True]}},
        {"long": ["x" * 30] * 5, "short": {"y": 1}},
        [{"name": "n" * 60, "more": ["m" * 60]}] * 2,
    ],
)
def test_folding_changes_lines_and_nothing_else(value: Any) -> None:
    text = folded(value)
    assert json.loads(text) == value
    assert all(len(line) <= WIDTH + 1 for line in text.splitlines())


def test_words_are_shown_as_words_and_never_as_markup() -> None:
    assert inline("`a<b` and **c&d**") == ("<code>a&lt;b</code> and <strong>c&amp;d</strong>")
    assert inline("[Unknown model](/docs#unknown-model) <i>") == (
        '<a href="#unknown-model">Unknown model</a> &lt;i&gt;'
    )
    assert blocks("One\nline.\n\n- a\n  b\n- c") == (
        "<p>One\nline.</p>\n<ul>\n<li>a\nb</li>\n<li>c</li>\n</ul>\n"
    )
