"""The reference at /docs in a browser: search, languages, copying, and trying a request."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import Locator, Page, expect

from web.journeys.conftest import Open, curl, violations


def block(page: Page, operation: str) -> Locator:
    """The first request of an operation, whose tools are made when it comes near the screen."""
    page.locator(f"#{operation} pre").first.scroll_into_view_if_needed()
    return page.locator(f"#{operation} .code:has(> .tools)").first


def test_a_route_a_field_and_a_word_are_found(open_page: Open) -> None:
    page = open_page("/docs")
    expect(page.get_by_role("searchbox")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("compare")
    results = page.locator(".search li")
    expect(results.first).to_contain_text("/v1/compare")
    page.get_by_role("searchbox").fill("saves_percent")
    expect(results.first).to_contain_text("has the field saves_percent")
    page.get_by_role("searchbox").fill("429 too many")
    expect(results.first).to_be_visible()
    page.get_by_role("searchbox").fill("compare")
    results.first.get_by_role("link").click()
    assert page.url.endswith("#compareModels")
    expect(page.locator("#compareModels h3")).to_be_in_viewport()
    page.get_by_role("searchbox").fill("zebra crossing")
    expect(page.get_by_text("Nothing found")).to_be_visible()


def test_a_request_is_copied_in_three_languages_and_each_gives_the_same_answer(
    open_page: Open,
) -> None:
    page = open_page("/docs")
    request = block(page, "createEstimate")
    answers = []
    for language in ("curl", "Python", "TypeScript"):
        request.get_by_role("button", name=language).click()
        request.get_by_role("button", name="Copy").click()
        expect(request.get_by_text("Copied", exact=True)).to_be_visible()
        code = page.evaluate("navigator.clipboard.readText()")
        if language == "curl":
            answers.append(json.loads(curl(code))["total_usd"])
            continue
        run = (
            [sys.executable, "-c"]
            if language == "Python"
            else ["node", "--input-type=module", "-e"]
        )
        printed = code.replace("console.log(answer)", "console.log(JSON.stringify(answer))")
        done = subprocess.run([*run, printed], capture_output=True, text=True, check=True)
        answers.append(json.loads(done.stdout)["total_usd"])
    assert answers == [answers[0]] * 3
    # The language is that of every request on the page.
    expect(block(page, "compareModels").locator("pre")).to_contain_text("await fetch(")


def test_a_request_is_tried_on_this_server_as_it_was_changed(open_page: Open) -> None:
    page = open_page("/docs")
    request = block(page, "createEstimate")
    request.get_by_role("button", name="Try it").click()
    # 1,000,000 input tokens of Sonnet 5.5 cost $2.
    body = {"model": "claude-sonnet-5-5", "input_tokens": 1_000_000, "output_tokens": 0}
    request.get_by_label("Body").fill(json.dumps(body))
    request.get_by_role("button", name="Send to this server").click()
    expect(request.get_by_label("The server's answer")).to_contain_text('"total_usd": "2"')
    expect(request.get_by_text("200 OK")).to_be_visible()
    request.get_by_label("Body").fill('{"model": ')
    request.get_by_role("button", name="Send to this server").click()
    expect(request.get_by_text("400 Bad Request")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_in_the_reference_and_nothing_is_wider_than_the_screen(
    open_page: Open, width: int, scheme: str
) -> None:
    page = open_page("/docs", width=width, scheme=scheme)
    request = block(page, "createEstimate")
    request.get_by_role("button", name="Try it").click()
    page.get_by_role("searchbox").fill("cache")
    expect(page.locator(".search li").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    request.scroll_into_view_if_needed()
    page.screenshot(path=f".cache/page/reference-{width}-{scheme}.png")
    # One of each kind: axe takes a minute for all routes, which are made alike.
    parts = ("header", "nav", "#start", "#rules", "#createEstimate", "#listModels", "#errors")
    assert violations(page, *parts) == []
