"""A browser on a running Tariff, as a person has it in front of them.

Debian's Chromium is used, where Playwright's own is not installed. Any request that leaves the
server, any error on the console and any violation of the page's policy fails a test.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tariff.template import ROOT
from tests.support.gateway import RunningGateway

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SCREENSHOTS = ROOT / ".cache" / "page"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
#: A busy machine is slow; a page that never answers still fails.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

Open = Callable[..., Page]
#: Three models, as an address of the page names them.
THREE = "/#/?m=sonnet,haiku,gpt"


@pytest.fixture(scope="session")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of price lists that tests may change."""
    return tmp_path_factory.mktemp("upstream")


@pytest.fixture(scope="session")
def gateway(upstream: Path) -> Iterator[RunningGateway]:
    """`make run`, for all journeys together."""
    running = RunningGateway("--upstream", str(upstream))
    try:
        yield running.until("Serving ")
    finally:
        running.close()


@pytest.fixture(scope="session")
def url(gateway: RunningGateway) -> str:
    """Where Tariff answers."""
    return f"http://127.0.0.1:{gateway.port}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, url: str) -> Iterator[Open]:
    """``open_page(address, width=, scheme=)`` is a fresh browser profile on that address.

    ``url`` is another Tariff, and ``provider`` where its page signs in.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def opened(
        address: str = "/",
        *,
        width: int = 1280,
        scheme: Any = "light",
        url: str = url,
        provider: str = url,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB"
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("console", lambda said: problems.append(said.text) if _bad(said) else None)
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((url, provider, "blob:", "data:"))
                else problems.append(f"asked {request.url}")
            ),
        )
        page.goto(url + address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


def _bad(said: Any) -> bool:
    """Whether a line of the console is an error of the page, not the browser's note of a 4xx."""
    return said.type in {"error", "warning"} and "Failed to load resource" not in said.text


def violations(page: Page, *within: str) -> list[str]:
    """What axe finds wrong with the page as it is now, or parts of it, one line per element."""
    # Evaluated by the debugger: the page's own policy allows no script of another origin.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    context = {"include": [[part] for part in within or ("html",)]}
    found = page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", context)
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def settled(page: Page) -> None:
    """Wait until the figures belong to what was entered."""
    expect(page.locator("section.answer")).to_have_attribute("aria-busy", "false")


def amounts(page: Page, model: str) -> list[str]:
    """The exact amounts in a model's row: a request, a day, a month, a year."""
    row = page.locator(f"table.costs tr[data-model='{model}']")
    return [str(data.get_attribute("value")) for data in row.locator("data").all()]


def photographed(page: Page, name: str) -> None:
    """Keep a picture of the whole page under .cache/page."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def curl(command: str) -> str:
    """What a command copied from the page prints, run by the shell as a person would."""
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    return done.stdout
