"""What is kept of a calculation: in other views, by a link, a file and the copied command."""

import json
import re

from playwright.sync_api import expect

from web.journeys.conftest import THREE, Open, amounts, curl, settled


def test_a_question_and_a_report_are_kept_while_another_view_is_open(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet")
    page.get_by_label("Input tokens").fill("4321")
    settled(page)
    page.get_by_role("link", name="Report").click()
    page.get_by_role("button", name="Try an example").click()
    expect(page.get_by_role("heading", name="By model")).to_be_visible()
    page.get_by_role("link", name="Prices", exact=True).click()
    page.get_by_label("Search").fill("gpt-5.1")
    page.get_by_role("link", name="gpt-5.1", exact=True).first.click()
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", name="By model")).to_be_visible()
    page.get_by_role("link", name="Prices", exact=True).click()
    page.get_by_role("link", name="Estimate with this model").click()
    expect(page.get_by_label("Input tokens")).to_have_value("4321")
    settled(page)
    expect(page.locator("table.costs tbody tr")).to_have_count(2)
    expect(page.get_by_test_id("pinned")).to_have_count(0)
    page.get_by_role("link", name="Calculator").click()
    expect(page.get_by_label("Input tokens")).to_have_value("4321")
    expect(page).to_have_url(re.compile("in=4321"))


def test_the_reference_leaves_the_calculation_and_the_report_as_they_are(open_page: Open) -> None:
    page = open_page("/#/report")
    page.get_by_role("button", name="Try an example").click()
    expect(page.get_by_role("heading", name="By model")).to_be_visible()
    page.get_by_role("link", name="Calculator").click()
    page.get_by_label("Input tokens").fill("4321")
    settled(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="API reference").click()
    reference = opened.value
    expect(reference.get_by_role("searchbox")).to_be_visible()
    reference.get_by_role("link", name="Calculator").click()
    expect(page.get_by_label("Input tokens")).to_have_value("4321")
    assert reference.url.endswith("/docs")
    assert len(page.context.pages) == 2
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", name="By model")).to_be_visible()


def test_one_s_own_calculation_is_not_fixed_by_reloading_or_going_back(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet")
    page.get_by_label("Input tokens").fill("4321")
    settled(page)
    expect(page).to_have_url(re.compile("in=4321"))
    own = page.url
    page.reload()
    settled(page)
    expect(page.get_by_label("Input tokens")).to_have_value("4321")
    expect(page.get_by_test_id("pinned")).to_have_count(0)
    page.evaluate("location.hash = '#/?m=haiku&in=99'")
    expect(page.get_by_label("Input tokens")).to_have_value("99")
    settled(page)
    page.go_back()
    expect(page.get_by_label("Input tokens")).to_have_value("4321")
    settled(page)
    expect(page).to_have_url(own)
    expect(page.get_by_test_id("pinned")).to_have_count(0)


def test_a_link_with_an_unknown_version_or_model_says_how_to_go_on(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet,nonsense,haiku&v=2020-01-01.1")
    page.get_by_role("button", name="Use today's prices").click()
    expect(page.locator("table.costs tbody tr")).to_have_count(2)
    expect(page.get_by_role("alert")).to_contain_text("No model is called nonsense")


def test_a_link_shows_the_same_figures_in_another_browser(open_page: Open, url: str) -> None:
    page = open_page(f"{THREE}&in=4321&cache=1")
    settled(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"[?&]v=[^&]+&at=[^&]+", link)
    other = open_page(link.removeprefix(url))
    settled(other)
    expect(other.get_by_test_id("pinned")).to_contain_text("Today they are the same.")
    values = "[...document.querySelectorAll('data')].map(data => data.value)"
    assert other.evaluate(values) == page.evaluate(values)


def test_an_old_link_shows_its_own_figures_and_today_s_next_to_them(open_page: Open) -> None:
    # Cache reads of Sonnet 5.5 fell from $0.20 to $0.10 per million on 2026-10-07; 1,000,000 cached
    # tokens a request and 10 requests a month are $2.00, and $1.00 today.
    page = open_page("/#/?m=claude-sonnet-5-5&in=0&out=0&read=1000000&n=10&per=month&at=2026-10-06")
    settled(page)
    month = page.locator("table.costs td[data-label='A month']")
    expect(month).to_contain_text("$2.00")
    expect(month).to_contain_text("today $1.00")
    page.get_by_role("button", name="Use today's prices").click()
    settled(page)
    expect(month).to_have_text("$1.00")
    expect(page.get_by_test_id("pinned")).to_have_count(0)


def test_the_copied_command_prints_the_page_s_figures(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet,haiku")
    settled(page)
    page.get_by_text("The same in code").click()
    command = page.locator(".snippets pre").inner_text()
    for row in json.loads(curl(command))["rows"]:
        assert amounts(page, row["model"]["id"])[0] == row["per_call_usd"]


def test_the_table_is_saved_with_exact_amounts(open_page: Open) -> None:
    page = open_page("/#/?m=haiku")
    settled(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download CSV").click()
    lines = saved.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].split(",")[2] == amounts(page, "claude-haiku-5-5")[0]
