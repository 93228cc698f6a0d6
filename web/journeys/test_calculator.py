"""Estimates and comparisons in a browser, held against what the API answers."""

import csv
import json
import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from pricing import display
from tests.support.gateway import RunningGateway
from web.journeys.conftest import THREE, Open, amounts, curl, photographed, settled, violations


def shows(text: str, exact: Decimal) -> bool:
    """Whether a figure is as reports show it, or has the further decimals of its column."""
    whole, _, decimals = text.removeprefix("$").replace(",", "").partition(".")
    fewest = display.usd(exact).partition(".")[2]
    rounded = exact.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_EVEN)
    return len(decimals) >= len(fewest) and rounded == Decimal(f"{whole}.{decimals}")


def asked(gateway: RunningGateway, path: str, body: Any) -> Any:
    answer = gateway.send(
        "POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    assert answer.status == 200, answer.json
    return answer.json


def test_what_do_1000_requests_a_day_cost_on_three_models(
    open_page: Open, gateway: RunningGateway
) -> None:
    page = open_page(THREE)
    page.get_by_label("Input tokens").fill("3000")
    page.get_by_label("Output tokens").fill("700")
    page.get_by_label("Requests", exact=True).fill("1,234")
    settled(page)
    usage = {"input_tokens": 3000, "output_tokens": 700}
    compared = asked(gateway, "/v1/compare", {"models": ["sonnet", "haiku", "gpt"], "usage": usage})
    assert len(compared["rows"]) == 3
    for row in compared["rows"]:
        item = {"name": "x", "model": row["model"]["requested"], "calls": 1234, "usage": usage}
        totals = asked(gateway, "/v1/estimate/workload", {"items": [item]})["totals"]
        exact = [
            row["per_call_usd"],
            totals["period_usd"],
            totals["monthly_usd"],
            totals["yearly_usd"],
        ]
        assert amounts(page, row["model"]["id"]) == exact
        shown = page.locator(f"table.costs tr[data-model='{row['model']['id']}'] data")
        for text, amount in zip(shown.all_inner_texts(), exact, strict=True):
            assert shows(text, Decimal(amount))
    photographed(page, "calculator-1280-light")


def test_a_pasted_text_is_counted_and_its_error_band_shown(
    open_page: Open, gateway: RunningGateway
) -> None:
    text = "Summarise this ticket: the printer on floor 3 is “offline” again."
    page = open_page("/#/?m=sonnet,gpt")
    page.get_by_role("radio", name="Prompt text").check()
    page.get_by_label("Prompt", exact=True).fill(text)
    page.get_by_label("Expected output tokens").fill("80")
    settled(page)
    body = {"model": "sonnet", "text": text, "expected_output_tokens": 80}
    estimate = asked(gateway, "/v1/estimate", body)
    assert amounts(page, estimate["model"]["id"])[0] == estimate["total_usd"]
    page.locator("details.model", has_text=estimate["model"]["id"]).locator("summary").click()
    band = estimate["counting"]
    expect(
        page.get_by_text(f"between {band['low_tokens']} and {band['high_tokens']}")
    ).to_be_visible()


def test_a_pasted_response_brings_its_model_and_its_cached_tokens(
    open_page: Open, gateway: RunningGateway
) -> None:
    response = {
        "object": "chat.completion",
        "model": "gpt-5.1",
        "usage": {
            "prompt_tokens": 1200,
            "completion_tokens": 300,
            "prompt_tokens_details": {"cached_tokens": 1000},
        },
    }
    page = open_page("/#/?m=sonnet")
    page.get_by_role("radio", name="Pasted usage").check()
    page.get_by_label("A provider's request").fill(json.dumps(response))
    settled(page)
    # 200 fresh at $1.25, 1,000 cached at $0.125 and 300 output tokens at $10 per million:
    # 0.00025 + 0.000125 + 0.003
    assert amounts(page, "gpt-5.1")[0] == "0.003375"
    assert (
        amounts(page, "gpt-5.1")[0]
        == asked(gateway, "/v1/estimate", {"response": response})["total_usd"]
    )
    assert len(amounts(page, "claude-sonnet-5-5")) == 4
    page.get_by_label("A provider's request").fill('{"usage": ')
    expect(page.get_by_text("This is not whole JSON")).to_be_visible()


def test_a_pasted_request_is_priced_before_it_is_sent(
    open_page: Open, gateway: RunningGateway
) -> None:
    request = {
        "model": "gpt-5.1",
        "max_completion_tokens": 100,
        "messages": [{"role": "user", "content": "Name three birds that cannot fly."}],
    }
    page = open_page("/#/?m=sonnet")
    page.get_by_role("radio", name="Pasted usage").check()
    page.get_by_label("A provider's request").fill(json.dumps(request))
    settled(page)
    total = asked(gateway, "/v1/estimate", {"request": request})["total_usd"]
    assert amounts(page, "gpt-5.1")[0] == total


def test_counts_in_words_are_read_and_a_text_is_counted_as_a_prompt(open_page: Open) -> None:
    page = open_page("/#/?m=claude-sonnet-5-5&by=paste")
    pasted = page.get_by_label("A provider's request")
    pasted.fill("2k in, 500 out")
    settled(page)
    # 2,000 at $2 and 500 at $10 per million
    assert amounts(page, "claude-sonnet-5-5")[0] == "0.009"
    pasted.fill("User: where is my order?\nAgent: on its way.")
    page.get_by_role("button", name="Count it as a prompt").click()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(re.compile("where is my order"))
    settled(page)
    page.get_by_label("Prompt", exact=True).fill(
        '{"usage": {"input_tokens": 2000, "output_tokens": 500}}'
    )
    page.get_by_role("button", name="Read the usage instead").click()
    settled(page)
    assert amounts(page, "claude-sonnet-5-5")[0] == "0.009"


def test_a_pasted_table_is_read_as_a_report(open_page: Open) -> None:
    page = open_page("/#/?m=haiku&by=paste")
    rows = (
        ["date", "model", "input_tokens", "output_tokens"],
        ["2026-11-01", "gpt-5.1", "100", "20"],
    )
    page.get_by_label("A provider's request").fill("\n".join(map("\t".join, rows)))
    page.get_by_role("button", name="Read it as a report").click()
    expect(page.get_by_role("heading", name="pasted.csv")).to_be_visible()
    # 100 at $1.25 and 20 at $10 per million
    expect(page.locator(".figures data").first).to_have_attribute("value", "0.000325")


def test_a_request_without_a_limit_asks_for_its_expected_output(
    open_page: Open, gateway: RunningGateway
) -> None:
    request = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "Name a bird."}]}
    page = open_page("/#/?m=gpt-5.1&by=paste")
    page.get_by_label("A provider's request").fill(json.dumps(request))
    page.get_by_label("Expected output tokens").fill("1k")
    settled(page)
    body = {"request": request, "expected_output_tokens": 1000}
    assert amounts(page, "gpt-5.1")[0] == asked(gateway, "/v1/estimate", body)["total_usd"]


def test_a_budget_pays_for_whole_requests(open_page: Open) -> None:
    page = open_page("/#/?m=claude-sonnet-5-5&in=2000&out=500")
    page.get_by_label("Budget in USD").fill("100")
    settled(page)
    # 2,000 at $2 and 500 at $10 per million are $0.009; 100 / 0.009 = 11,111.1
    expect(page.locator("td[data-label='Requests for $100']")).to_have_text("11,111")


def test_list_and_net_prices_are_shown_side_by_side_in_another_currency(
    open_page: Open, gateway: RunningGateway
) -> None:
    page = open_page("/#/?m=claude-sonnet-5-5,gpt-5.1")
    page.get_by_label("Currency").select_option("EUR")
    page.get_by_text("Discount or rate card").click()
    page.get_by_label("Discount, %").fill("12.5")
    page.get_by_label("On models of").select_option("anthropic")
    settled(page)
    call = {"input_tokens": 2000, "output_tokens": 500, "currency": "EUR"}
    card = {"rules": [{"match": {"provider": "anthropic"}, "multiply": "0.875"}]}
    models = ["claude-sonnet-5-5", "gpt-5.1"]
    body = {**call, "models": models, "rate_card": card}
    for row in asked(gateway, "/v1/compare", body)["rows"]:
        euros = row["converted"]["amounts"]
        expected = [euros["/net/per_call_usd"], euros["/per_call_usd"], row["net"]["per_call_usd"]]
        if row["model"]["id"] == "gpt-5.1":  # no rule of the card is for it
            del expected[1]
        assert amounts(page, row["model"]["id"])[: len(expected)] == expected
    # $0.009 at list prices less 12.5%
    assert amounts(page, "claude-sonnet-5-5")[2] == "0.007875"
    item = {"name": "x", "model": models[0], "calls": 1000, "input_tokens": 2000}
    item["output_tokens"] = 500
    workload = {"items": [item], "rate_card": card, "currency": "EUR"}
    month = asked(gateway, "/v1/estimate/workload", workload)["converted"]["amounts"]
    shown = page.locator("tr[data-model='claude-sonnet-5-5'] td[data-label='A month'] data").first
    assert shown.get_attribute("value") == month["/net/totals/monthly_usd"]
    assert shown.inner_text() == "EUR " + display.usd(
        Decimal(month["/net/totals/monthly_usd"])
    ).removeprefix("$")
    expect(page.get_by_text("European Central Bank")).to_be_visible()
    page.get_by_label("stored rate card").fill("rate-card-unknown")
    expect(page.get_by_text("There is no rate card with this id")).to_be_visible()


def test_a_wrong_number_is_named_next_to_its_field(open_page: Open) -> None:
    page = open_page("/#/?m=haiku")
    settled(page)
    page.get_by_label("Input tokens").fill("many")
    field = page.get_by_role("textbox", name="Input tokens")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("Enter a whole number"))
    page.get_by_label("Input tokens").fill("2,000")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Budget in USD").fill("a lot")
    expect(page.get_by_role("alert").first).to_be_visible()


def test_an_example_fills_in_the_numbers(open_page: Open) -> None:
    page = open_page("/#/?m=haiku")
    page.get_by_role("button", name="Support chat").click()
    expect(page.get_by_label("Input tokens")).to_have_value("1800")
    expect(page.get_by_label("Output tokens")).to_have_value("350")


def test_six_models_are_found_by_name_and_provider_and_compared(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet")
    for search, name in (
        ("haiku 5.5", "anthropic/claude-haiku-5-5"),
        ("openai gpt-5.1", "openai/gpt-5.1"),
        ("google 2.5 pro", "google/gemini-2.5-pro"),
        ("grok 4.7", "xai/grok-4.7"),
        ("mistral large 4", "mistral/mistral-large-4"),
    ):
        picker = page.get_by_label("Add a model", exact=True).locator("visible=true").first
        picker.fill(search)
        page.get_by_role("option").filter(
            has_text=re.compile(rf"\b{re.escape(name)}$|{re.escape(name)}\D")
        ).first.click()
    settled(page)
    rows = page.locator("table.costs tbody tr")
    expect(rows).to_have_count(6)
    each = [Decimal(amounts(page, str(row.get_attribute("data-model")))[0]) for row in rows.all()]
    assert each == sorted(each)
    assert page.locator(".bar").count() == 6


def test_what_batch_caching_and_another_model_would_save_is_the_api_s_answer(
    open_page: Open, gateway: RunningGateway
) -> None:
    page = open_page("/#/?m=sonnet&cheaper=haiku")
    page.get_by_text("Batch processing").click()
    page.get_by_text("Prompt caching").click()
    settled(page)
    usage = {"input_tokens": 2000, "output_tokens": 500}
    caching = {"prefix_tokens": 1500, "hit_rate": "0.9", "ttl": "5m"}
    changes = [
        {"name": "Batch", "processing": "batch"},
        {"name": "Caching", "caching": caching},
        {"name": "Batch and caching", "processing": "batch", "caching": caching},
        {"name": "On haiku", "model": "haiku"},
    ]
    item = {"name": "requests", "model": "sonnet", "calls": 22_000, "usage": usage}
    body = {"period": "month", "items": [item], "what_if": changes}
    for change in asked(gateway, "/v1/estimate/workload", body)["what_if"]:
        cell = page.locator(f"td[data-change='{change['name']}']")
        found = [data.get_attribute("value") for data in cell.locator("data").all()]
        assert found == [change["total_usd"], change["saves_usd"]]
    # What it saves is also next to where it is switched on.
    effect = page.locator(".effect").filter(has_text="a month").locator("data")
    first = asked(gateway, "/v1/estimate/workload", body)["what_if"][0]
    assert effect.nth(1).get_attribute("value") == first["saves_usd"]


def test_models_that_tie_for_the_cheapest_are_all_named(
    open_page: Open, gateway: RunningGateway
) -> None:
    models = ["sonnet", "gpt", "opus"]
    usage = {"input_tokens": 2000, "output_tokens": 500}
    rows = asked(gateway, "/v1/compare", {"models": models, **usage})["rows"]
    least = min(Decimal(row["total_usd"]) for row in rows)
    tied = [row["model"]["id"] for row in rows if Decimal(row["total_usd"]) == least]
    assert len(tied) == 2
    page = open_page(f"/#/?m={','.join(models)}&cache=1&batch=1")
    settled(page)
    headline = page.locator(".answer .headline")
    expect(headline).to_contain_text(f"on {tied[0]} and {tied[1]}, the cheapest of these.")
    expect(headline).to_contain_text(f"{tied[0]} and {tied[1]} with batch and caching")
    alone = open_page("/#/?m=sonnet,gpt")
    expect(alone.locator(".answer .headline")).to_contain_text("on each of these two models.")


def test_announced_prices_are_told_in_the_row_and_the_headline(
    open_page: Open, gateway: RunningGateway
) -> None:
    # Gemini 4 Argon's prices double on 2026-12-01.
    item = {"name": "x", "model": "gemini-4-argon", "calls": 1000}
    counts = {"input_tokens": 2000, "output_tokens": 500}
    body = {"items": [{**item, **counts}], "as_of": "2026-12-01T00:00:00Z"}
    month = asked(gateway, "/v1/estimate/workload", body)["totals"]["monthly_usd"]
    page = open_page("/#/?m=gemini-4-argon,haiku&at=2026-11-15")
    settled(page)
    row = page.locator("table.costs tr[data-model='gemini-4-argon'] th")
    expect(row).to_contain_text("from 1 Dec 2026:")
    assert row.locator("data").get_attribute("value") == month
    expect(page.locator(".answer .headline")).to_contain_text("gemini-4-argon from 1 Dec 2026:")
    expect(page.locator(".notices")).to_contain_text("Every model is priced here for the same")
    # Later than the month that is shown, only the row tells it.
    early = open_page("/#/?m=gemini-4-argon,haiku&at=2026-10-30")
    settled(early)
    expect(early.locator("table.costs")).to_contain_text("from 1 Dec 2026:")
    expect(early.locator(".answer .headline")).not_to_contain_text("1 Dec 2026")


def test_enter_adds_no_model_while_the_list_is_read(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet")
    settled(page)
    held: list[Route] = []
    released = False

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    page.route("**/v1/models?limit=200&cursor=*", hold)
    picker = page.get_by_role("combobox", name="Add a model")
    picker.fill("gpt")
    expect(page.get_by_text("Loading the models")).to_be_visible()
    page.wait_for_timeout(300)
    picker.press("Enter")
    chips = page.locator(".chips").first.get_by_role("listitem")
    expect(chips).to_have_count(1)
    released = True
    for route in held:
        route.continue_()
    expect(page.get_by_role("option").first).to_contain_text("openai/gpt-")
    picker.press("Enter")
    expect(chips).to_have_count(2)
    expect(chips.nth(1)).to_contain_text("openai/gpt-")


def test_a_model_s_page_starts_a_first_estimate_with_it(open_page: Open) -> None:
    page = open_page("/#/prices?model=openai/gpt-5.1")
    page.get_by_role("link", name="Estimate with this model").click()
    settled(page)
    expect(page.locator("table.costs tbody tr")).to_have_count(1)
    assert len(amounts(page, "gpt-5.1")) == 4


def test_a_context_window_that_is_not_known_is_no_reason_to_warn(open_page: Open) -> None:
    page = open_page("/#/?m=perplexity/anthropic/claude-haiku-4-5,claude-haiku-4-5")
    settled(page)
    expect(page.locator("table.costs tbody tr")).to_have_count(2)
    expect(page.get_by_text("does not fit")).to_have_count(0)
    page = open_page("/#/?m=claude-haiku-4-5&in=200001&out=0")
    expect(page.locator(".notices")).to_contain_text("200,001 tokens, and the context window has")


def test_the_first_click_on_caching_saves_something_on_a_short_input(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet&in=800&out=250")
    page.get_by_text("Prompt caching").last.click()
    expect(page.get_by_label("Prefix tokens")).to_have_value("600")
    settled(page)
    expect(page.locator(".answer .headline")).to_contain_text("with caching: $")
    page.get_by_label("Prefix tokens").fill("801")
    expect(page.locator("td[data-change='Caching']")).to_contain_text("the prefix is larger")
    page.get_by_role("button", name="Lower the prefix to 600").click()
    expect(page.locator("td[data-change='Caching']")).to_contain_text("saves")


def test_a_prefix_below_the_cache_minimum_says_why_it_saves_nothing(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet")
    settled(page)
    page.get_by_label("Input tokens").fill("300")
    page.get_by_label("Prompt caching").check()
    page.get_by_label("Prefix tokens").fill("200")
    change = page.locator("td[data-change='Caching']")
    expect(change).to_contain_text("saves nothing: under 512 tokens nothing is cached")


def test_the_figure_with_caching_is_made_of_requests_that_the_api_priced(open_page: Open) -> None:
    page = open_page("/#/?m=claude-sonnet-5-5&cache=1&batch=1")
    settled(page)
    page.locator("details.model summary").click()
    made = page.locator("details.model .notes").first
    # Per million: read at $0.10, written at $2.50, 500 plain at $2 and 500 of output at $10.
    found, other = Decimal("0.00015"), Decimal("0.00375")
    expect(made.locator("data")).to_have_count(2)
    each = [str(data.get_attribute("value")) for data in made.locator("data").all()]
    assert [Decimal(one) for one in each] == [found + Decimal("0.006"), other + Decimal("0.006")]
    expect(made).to_contain_text("90.0% of 22,000 requests a month find the prefix")
    # 22,000 requests, of which nine in ten find the prefix
    month = 22_000 * (Decimal("0.9") * Decimal(each[0]) + Decimal("0.1") * Decimal(each[1]))
    shown = page.locator("td[data-change='Caching'] data").first.get_attribute("value")
    assert Decimal(str(shown)) == month
    page.get_by_text("The same in code").click()
    page.locator(".snippets select").first.select_option("What would change on claude-sonnet-5-5")
    changes = json.loads(curl(page.locator(".snippets pre").inner_text()))["what_if"]
    assert changes[1]["total_usd"] == shown
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download CSV").click()
    (line,) = csv.DictReader(saved.value.path().read_text(encoding="utf-8-sig").splitlines())
    expected = {"caching_monthly_usd": shown, "input_tokens": "2000", "days_a_month": "22"}
    assert {name: line[name] for name in expected} == expected
    assert line["batch_saves_usd"] == changes[0]["saves_usd"]


def test_the_maker_s_own_model_is_found_first_and_not_added_twice(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet")
    settled(page)
    picker = page.get_by_role("combobox", name="Add a model")
    for search in ("claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"):
        picker.fill(search)
        first = page.get_by_role("option").first
        expect(first).to_contain_text("anthropic/claude-sonnet-4-5")
        expect(first).to_contain_text("30 Nov 2026")
    picker.fill("claude-sonnet-5-5")
    expect(page.get_by_role("option").first).to_contain_text("already chosen")
    picker.press("Enter")
    picker.fill("bedrock sonnet 5.5")
    expect(page.get_by_role("option").first).to_contain_text("at bedrock")
    linked = open_page("/#/?m=sonnet,claude-sonnet-5-5,haiku")
    expect(linked.locator(".chips").first.get_by_role("listitem")).to_have_count(2)


def test_a_prefix_larger_than_the_input_offers_to_raise_the_input(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet&cache=1&prefix=2001")
    page.get_by_role("button", name="Raise the input to 2,001").click()
    expect(page.get_by_label("Input tokens")).to_have_value("2001")
    expect(page.get_by_text("The prefix is larger than the input")).to_have_count(0)
    expect(page.locator(".answer .headline")).to_contain_text("with caching")
    # As large as the input is not larger.
    page.get_by_label("Prefix tokens").fill("2,002")
    expect(page.get_by_role("button", name="Raise the input to 2,002")).to_be_visible()


def test_an_unknown_model_is_named_with_those_that_it_may_mean(open_page: Open) -> None:
    page = open_page("/#/?m=claude-sonet-5-5")
    settled(page)
    expect(page.get_by_role("alert")).to_contain_text("Did you mean")
    page.get_by_role("button", name="claude-sonnet-5-5", exact=True).click()
    settled(page)
    expect(page.locator("table.costs tbody tr")).to_have_count(1)


def test_the_calculator_works_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page("/#/?m=sonnet")
    settled(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")  # the chip's button
    page.keyboard.press("Tab")  # the picker
    page.keyboard.type("anthropic haiku 5.5")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.locator("table.costs tbody tr")).to_have_count(2)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")  # removes the model that was added
    settled(page)
    expect(page.locator("table.costs tbody tr")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    open_page: Open, width: int, scheme: str
) -> None:
    page = open_page(f"{THREE}&batch=1&cache=1", width=width, scheme=scheme)
    settled(page)
    page.locator("details.model summary").first.click()
    page.get_by_text("The same in code").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    photographed(page, f"calculator-{width}-{scheme}")
