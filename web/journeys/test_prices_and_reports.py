"""Reports of a log, price changes, and the approval of a pending price, in a browser."""

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

from pricing import display
from tests.support.gateway import RunningGateway
from web.journeys.conftest import Open, photographed, violations

JSON = {"Content-Type": "application/json"}


def counts(input_tokens: int, output_tokens: int) -> dict[str, int]:
    return {"input_tokens": input_tokens, "output_tokens": output_tokens}


def test_a_dropped_log_is_reported_with_the_api_s_figures(
    open_page: Open, gateway: RunningGateway, tmp_path: Path
) -> None:
    lines = [
        {"timestamp": "2026-11-23", "model": "opus", "endpoint": "chat", "usage": counts(900, 40)},
        {
            "timestamp": "2026-11-24",
            "model": "haiku",
            "endpoint": "chat",
            "usage": counts(9000, 400),
        },
        {"timestamp": "2026-11-24", "model": "opus", "usage": counts(-1, 0)},
        {"timestamp": "2026-11-24", "model": "opus", "usage": counts(0, -1)},
    ]
    log = tmp_path / "november.jsonl"
    log.write_text("\n".join(map(json.dumps, lines)))
    page = open_page("/#/report")
    page.get_by_label("Log file").set_input_files(log)
    expect(page.get_by_role("heading", name="november.jsonl")).to_be_visible()
    answer = gateway.send(
        "POST",
        "/v1/usage/report?group_by=model,day&format=json",
        log.read_bytes(),
        {"Content-Type": "application/x-ndjson"},
    ).json
    expect(page.locator(".figures dt").first).to_have_text("Cost, at least")
    cost = page.locator(".figures data").first
    assert cost.get_attribute("value") == answer["totals"]["cost_usd"]
    assert cost.inner_text() == display.usd(Decimal(answer["totals"]["cost_usd"]))
    for row in answer["groups"][0]["rows"]:
        shown = page.get_by_role("row").filter(has_text=row["values"][0])
        assert shown.locator("data").first.get_attribute("value") == row["cost_usd"]
    expect(page.get_by_text("2 could not be read. Record 3:")).to_be_visible()
    page.get_by_role("button", name="See all of them").click()
    expect(page.locator("#unread li").last).to_contain_text("Record 4:")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download as a page").click()
    assert saved.value.path().read_text().startswith("<!")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download FOCUS").click()
    assert saved.value.suggested_filename == "usage-report.focus.csv"
    rows = list(csv.DictReader(saved.value.path().read_text("utf-8-sig").splitlines()))
    billed = sum(Decimal(row["BilledCost"]) for row in rows)
    assert billed == Decimal(answer["totals"]["cost_usd"])
    assert violations(page) == []
    photographed(page, "report-1280-light")


def test_the_example_shows_what_a_report_can_tell(open_page: Open) -> None:
    page = open_page("/#/report", width=360)
    page.get_by_role("button", name="Try an example").click()
    expect(page.get_by_role("heading", name="Example of 400 made-up calls")).to_be_visible()
    expect(page.get_by_text("of these, read from a cache")).to_be_visible()
    expect(page.get_by_role("heading", name="What would have cost less")).to_be_visible()
    # The cost is on the first screen of a telephone.
    cost = page.locator(".figures data").first
    assert (cost.bounding_box() or {"y": 9999})["y"] < 640
    # A table that is asked for comes, also where the view is left before the answer.
    page.get_by_role("checkbox", name="Team").check()
    page.get_by_role("link", name="Prices", exact=True).click()
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("checkbox", name="Team")).to_be_checked()
    expect(page.get_by_role("heading", name="By team")).to_be_visible()


def test_a_log_of_claude_code_is_read_as_it_is(open_page: Open, tmp_path: Path) -> None:
    message = {"id": "msg_1", "role": "assistant", "model": "claude-sonnet-5-5"}
    usage = {
        "input_tokens": 4,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 20000,
        "output_tokens": 100,
    }
    line = {
        "type": "assistant",
        "sessionId": "4f2a",
        "requestId": "req_1",
        "timestamp": "2026-11-20T09:00:00.000Z",
        "message": {**message, "usage": usage},
    }
    log = tmp_path / "4f2a.jsonl"
    log.write_text(json.dumps(line))
    page = open_page("/#/report")
    page.get_by_label("Log file").set_input_files(log)
    # Per million: 4 at $2, 20,000 cached at $0.10 and 100 at $10: 0.000008 + 0.002 + 0.001
    expect(page.locator(".figures data").first).to_have_text("$0.003008")


def test_a_file_that_is_no_log_says_what_is_wrong(open_page: Open, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"records": [')
    page = open_page("/#/report")
    page.get_by_label("Log file").set_input_files(broken)
    expect(page.get_by_role("alert")).to_contain_text("cannot be read as JSON")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("chat.txt", "User: hello\nAgent: hello", "No usage was found in chat.txt"),
        ("empty.jsonl", "", "empty.jsonl is empty"),
        ("bill.pdf", "%PDF-1.4", "bill.pdf is a PDF"),
    ],
)
def test_a_file_without_usage_says_what_to_drop_instead(
    open_page: Open, tmp_path: Path, name: str, content: str, told: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    page = open_page("/#/report")
    page.get_by_label("Log file").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text(told)
    expect(page.get_by_role("alert")).to_contain_text("can be saved as CSV")
    expect(page.locator(".figures")).to_have_count(0)


def test_a_price_change_is_found_by_its_day(open_page: Open) -> None:
    page = open_page("/#/prices/changes?since=2026-10-01")
    change = page.locator("article.change").filter(
        has=page.get_by_role("link", name="anthropic/claude-sonnet-5-5", exact=True)
    )
    expect(change).to_contain_text("cache read: $0.20 → $0.10 per 1M (-50.0%)")
    page.get_by_label("Model or provider").fill("openai")
    expect(change).to_have_count(0)
    page.get_by_label("Model or provider").fill("anthropic sonnet")
    expect(change).to_have_count(1)
    page.get_by_label("Since").fill("2026-11-29")
    expect(change).to_have_count(0)
    assert violations(page) == []


def test_the_changes_since_a_day_are_counted_once_each_makers_own_first(
    open_page: Open, url: str
) -> None:
    page = open_page("/#/prices/changes?since=2026-11-01")
    status = page.get_by_role("status").filter(has_text="Since 1 ")
    text = status.inner_text()
    total, own, others = re.fullmatch(
        r"Since .*?, prices of ([\d,]+) models? changed\. (Makers' own: .*?\.) "
        r"(Resellers and hosts: .*?\.)",
        text,
    ).groups()  # type: ignore[union-attr]
    parts = [int(part) for part in re.findall(r"(\d+)(?= )", own + others)]
    assert sum(parts) == int(total.replace(",", ""))
    listed = page.request.get(f"{url}/v1/models?limit=200").json()["models"]
    today = datetime.now(UTC).date().isoformat()
    retiring = [model for model in listed if (model["retires"] or "") > today]
    section = page.locator("section", has=page.get_by_role("heading", name="Models that retire"))
    page.get_by_label("Model or provider").fill(retiring[0]["id"])
    expect(section).to_contain_text(retiring[0]["id"])


def test_models_that_retire_within_90_days_are_open_makers_first_and_others_folded(
    open_page: Open,
) -> None:
    page = open_page("/#/prices/changes")
    section = page.locator("section", has=page.get_by_role("heading", name="Models that retire"))
    expect(section).to_be_visible()
    open_days = days(section.locator("> ul"))
    assert open_days
    limit = datetime.now(UTC) + timedelta(days=90)
    assert all(day <= limit for day in open_days)
    expect(section.locator("details ul")).to_be_hidden()
    section.locator("summary").click()
    assert all(day > limit - timedelta(days=1) for day in days(section.locator("details ul")))


def days(entries: Locator) -> list[datetime]:
    """The days on which listed models retire."""
    texts = [text.rpartition(" retires ")[2] for text in entries.locator("li").all_inner_texts()]
    return [datetime.strptime(text, "%d %b %Y").replace(tzinfo=UTC) for text in texts]


def test_another_address_or_going_back_shows_what_it_states(open_page: Open) -> None:
    page = open_page("/#/prices/changes?since=2026-10-01&q=openai")
    search = page.get_by_label("Model or provider")
    status = page.get_by_role("status")
    expect(status).to_contain_text("“openai”")
    page.evaluate("location.hash = '#/prices/changes?since=2026-11-01&q=google'")
    expect(search).to_have_value("google")
    expect(status).to_contain_text("Since 1 Nov 2026")
    expect(status).to_contain_text("“google”")
    page.go_back()
    expect(search).to_have_value("openai")
    expect(page.get_by_label("Since")).to_have_value("2026-10-01")
    expect(status).to_contain_text("Since 1 Oct 2026")
    page.evaluate("location.hash = '#/prices?q=opus&provider=anthropic'")
    expect(page.get_by_label("Search")).to_have_value("opus")
    page.evaluate("location.hash = '#/prices?q=haiku'")
    expect(page.get_by_label("Search")).to_have_value("haiku")
    expect(page.get_by_label("Provider")).to_have_value("")
    page.go_back()
    expect(page.get_by_label("Search")).to_have_value("opus")
    expect(page.get_by_label("Provider")).to_have_value("anthropic")


def test_changes_of_several_names_are_of_any_of_them_and_each_model_counts_once(
    open_page: Open, url: str
) -> None:
    page = open_page("/#/prices/changes?since=2026-06-01&q=OpenAI, anthropic sonnet")
    status = page.get_by_role("status").filter(has_text="Since 1 Jun")
    expect(status).to_contain_text("“OpenAI” or “anthropic sonnet”")
    changed: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        path = f"{url}/v1/pricing/changes?since=2026-06-01&limit=200"
        found = page.request.get(path + (f"&cursor={quote(cursor)}" if cursor else "")).json()
        for entry in [*found["took_effect"], *found["changes"]]:
            changed.add(f"{entry['provider']}/{entry['id']}".lower())
        cursor = found["next_cursor"]
    matching = {
        name for name in changed if "openai" in name or ("anthropic" in name and "sonnet" in name)
    }
    expect(status).to_contain_text(f"prices of {len(matching)} models of")
    own = any(name.startswith("openai/") for name in changed)
    expect(page.get_by_text("OpenAI itself: no price changed.")).to_have_count(0 if own else 1)


def test_a_maker_without_a_change_of_its_own_is_told_before_its_resellers(open_page: Open) -> None:
    page = open_page("/#/prices/changes")
    expect(page.get_by_role("status")).to_contain_text("changed")  # the view states its address
    entry = {"fields": [], "starts": "2026-11-20T00:00:00Z", "kind": "changed"}
    body = {
        "took_effect": [{**entry, "provider": "openrouter", "id": "openai/gpt-5.1"}] * 2,
        "changes": [{**entry, "provider": "openrouter", "id": "openai/gpt-5.1"}],
        "activations": [],
        "announced": [],
        "next_cursor": None,
    }
    page.route("**/v1/pricing/changes?*", lambda route: route.fulfill(json=body))
    page.evaluate("location.hash = '#/prices/changes?since=2026-11-02&q=OpenAI'")
    expect(page.get_by_role("status")).to_have_text(
        "Since 2 Nov 2026, prices of 1 model of “OpenAI” changed. OpenAI itself: no price changed. "
        "Resellers and hosts: 1 model new, dropped or otherwise changed."
    )


def test_announced_prices_are_those_of_the_api(open_page: Open, url: str) -> None:
    page = open_page("/#/prices/changes?q=google")
    answer = page.request.get(f"{url}/v1/pricing/changes?since=2026-11-01&limit=200")
    ids = [found["id"] for found in answer.json()["announced"] if found["provider"] == "google"]
    shown = page.locator("section").filter(has=page.get_by_role("heading", name="Announced"))
    links = shown.get_by_role("link")
    expect(links).to_have_count(len(ids))
    assert [text.removeprefix("google/") for text in links.all_inner_texts()] == ids


def test_models_are_browsed_and_each_has_its_price_history(open_page: Open) -> None:
    page = open_page("/#/prices")
    page.get_by_label("Search").fill("sonnet 5.5")
    page.get_by_label("Provider").select_option("anthropic")
    page.get_by_role("link", name="claude-sonnet-5-5", exact=True).click()
    expect(page.get_by_role("heading", name="Claude Sonnet 5.5")).to_be_visible()
    history = page.get_by_role("region", name="Prices of Claude Sonnet 5.5 by period")
    expect(history.get_by_role("row")).to_have_count(3)
    expect(history).to_contain_text("7 Oct 2026")
    assert violations(page) == []


@pytest.mark.parametrize("address", ["/#/report", "/#/prices", "/#/prices/pending"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_fits_a_telephone(open_page: Open, address: str, scheme: str) -> None:
    page = open_page(address, width=360, scheme=scheme)
    expect(page.get_by_role("heading").first).to_be_visible()
    if address == "/#/report":
        page.get_by_role("button", name="Try an example").click()
        expect(page.get_by_role("heading", name="By model")).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(page) == []
    photographed(page, f"{address.strip('/#').replace('/', '-')}-360-{scheme}")


def rise(text: str, model: str, before: str, after: str) -> str:
    """A price list with another output price of a model."""
    pattern = rf'("id":"{re.escape(model)}".*?"output_mtok":){re.escape(before)}\}}'
    text, changed = re.subn(pattern, rf"\g<1>{after}}}", text, count=1)
    assert changed == 1
    return text


def test_pending_prices_are_approved_by_cause_and_by_a_second_person(
    open_page: Open, gateway: RunningGateway, upstream: Path
) -> None:
    page = open_page("/#/prices/pending")
    expect(page.get_by_text("Nothing is pending.")).to_be_visible()
    # Two output prices rise by half, which one list alone may not say.
    prices = upstream / "genai-prices.json"
    text = rise(prices.read_text(), "codestral-2508", "0.9", "1.35")
    prices.write_text(rise(text, "command-r-plus", "10", "15"))
    proposer = {**JSON, "x-local-caller": "ada"}
    body = json.dumps({"reason": "Codestral's output costs more"}).encode()
    assert gateway.send("POST", "/v1/pricing/refresh", body, proposer).status == 202
    gateway.until("RefreshPricingFunction answered")
    page.reload()
    held = page.locator("article.held")
    expect(held).to_contain_text("2 pending prices, 2 causes")
    expect(held).to_contain_text("$0.90 → $1.35")
    assert violations(page) == []
    photographed(page, "pending-1280-light")
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    photographed(page, "pending-360-dark")
    page.set_viewport_size({"width": 1280, "height": 900})
    held.get_by_label("Provider").select_option("cohere")
    expect(held.locator(".cards > li")).to_have_count(1)
    held.get_by_label("Provider").select_option("")
    held.get_by_role("checkbox", name=re.compile("cohere")).check()
    held.get_by_label("Reason, for the audit log").fill("Cohere's page says so")
    held.get_by_label("Your name").fill("grace")
    held.get_by_role("button", name="Approve the 1 selected").click()
    expect(page.get_by_text("1 cause is approved")).to_be_visible()
    expect(held).to_contain_text("1 pending price, 1 cause")
    expect(held).not_to_contain_text("command-r-plus")
    colleague = open_page("/#/prices/pending")
    expect(colleague.locator("article.held")).to_be_visible()
    held.get_by_label("Reason, for the audit log").fill("as on its page")
    held.get_by_label("Your name").fill("grace")
    held.get_by_role("checkbox").check()
    held.get_by_role("button", name="Approve and activate").click()
    expect(page.get_by_text("is approved and active.")).to_be_visible()
    expect(page.get_by_text("Nothing is pending.")).to_be_visible()
    # A page that was loaded before knows an earlier revision: its decision is refused.
    late = colleague.locator("article.held")
    late.get_by_label("Reason, for the audit log").fill("not on its page")
    late.get_by_role("button", name="Reject all").click()
    expect(late.get_by_role("alert")).to_be_visible()
    (decided, *_) = gateway.send("GET", "/v1/pricing/audit?limit=1").json["rows"]
    assert (decided["action"], decided["actor"]) == ("activate", "jwt:grace")
