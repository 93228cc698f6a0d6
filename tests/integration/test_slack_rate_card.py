"""Slack's answers where the deployment has a rate card: list prices, and the card's next to them.

In lesson-2025 sonnet costs 3 and 15 USD per million, haiku 0.8 and 4. The card halves sonnet.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricing.catalogue.price_book import BookInForce
from pricing.errors import StoreUnavailable
from pricing.reports.summary import MonthSummary
from pricing.slack import settings as slack_settings
from pricing.slack.cards.base import Card
from pricing.slack.cards.report import report_card
from pricing.slack.dispatch import answer
from pricing.store import bundled
from tariff.template import recorded_event
from tests.support.handlers import handler, post
from tests.support.tables import StoreTable

NOW = datetime(2026, 11, 20, tzinfo=UTC)
CARD = {"name": "half", "rules": [{"match": {"model": "sonnet"}, "multiply": "0.5"}]}
LESSON = "version lesson-2025"


def book_of(reference: str) -> BookInForce:
    book = bundled.load(reference) or bundled.current()
    prices = BookInForce(book, "bundled", stale=False, age_seconds=None)
    return slack_settings.with_default_card(prices)


def card_of(text: str) -> Card:
    found = answer(text, book_of, NOW)
    assert found.problem is None, found.card
    return found.card


def facts(text: str) -> dict[str, str]:
    return dict(card_of(text).facts)


def notes(text: str) -> str:
    return " ".join(card_of(text).notes)


@pytest.fixture
def default_card(moto_table: StoreTable) -> str:
    """The id of the deployment's rate card."""
    os.environ |= moto_table.environment()
    slack_settings.rate_cards.cache_clear()
    stored = post(handler("pricing_admin"), recorded_event("rate_cards"), CARD)
    assert stored.status == 200, stored.body
    os.environ["TARIFF_RATE_CARD"] = stored.body["id"]
    found: str = stored.body["id"]
    return found


def test_an_estimate_has_the_list_price_and_yours(default_card: str) -> None:
    text = f"estimate sonnet 1k in 1k out {LESSON}"
    card = card_of(text)
    assert card.title == "$0.018 for one call"  # 0.003 + 0.015
    assert facts(text)["Your price"] == "$0.009"
    assert default_card in notes(text)


def test_your_price_of_many_calls_is_also_that_of_each(default_card: str) -> None:
    assert default_card
    found = facts(f"estimate sonnet 1k in 1k out x100 {LESSON}")
    assert found["Your price"] == "$0.90, $0.009 each"
    assert found["Each call"] == "$0.018"


def test_a_comparison_is_by_your_prices_with_list_prices_next_to_them(default_card: str) -> None:
    table = card_of(f"compare sonnet vs haiku 1k in 1k out {LESSON}").table
    assert default_card
    assert table is not None
    assert table.head[2:4] == ("Your price", "List price")
    # haiku: 0.0008 + 0.004, for which the card has no rule
    assert [row[2:4] for row in table.rows] == [("$0.0048", "$0.0048"), ("$0.009", "$0.018")]


def test_a_caching_plan_is_at_your_prices(default_card: str) -> None:
    text = f"plan caching sonnet 10k prefix 500 in 300 out 60 per hour {LESSON}"
    at_card = facts(text)["Without caching"]
    assert default_card in notes(text)
    os.environ["TARIFF_RATE_CARD"] = "list"
    # 8 hours of 22 days with 60 calls of 10,500 x 3 + 300 x 15 millionths: 380.16, and half of it
    assert (facts(text)["Without caching"], at_card) == ("$380.16 a month", "$190.08 a month")


def test_prices_are_list_prices_and_say_so(default_card: str) -> None:
    found = notes("prices sonnet")
    assert "these are list prices; estimates and comparisons also have" in found
    assert f"those of the rate card {default_card}." in found


@pytest.mark.parametrize("text", ["estimate sonnet 1k in 1k out", "compare sonnet vs haiku 1k in"])
def test_without_its_card_an_answer_names_it_and_has_list_prices(
    default_card: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: Any, _card: str) -> None:
        raise StoreUnavailable("The store does not answer.")

    monkeypatch.setattr("pricing.store.documents.Documents.get", fails)
    slack_settings.rate_cards.cache_clear()
    assert (
        f"these are list prices, because the rate card {default_card} could not be read"
        in notes(text)
    )
    assert "Your price" not in facts(text)


@pytest.mark.parametrize("setting", ["", "list"])
def test_without_a_default_card_nothing_is_added(default_card: str, setting: str) -> None:
    os.environ["TARIFF_RATE_CARD"] = setting
    text = f"estimate sonnet 1k in 1k out {LESSON}"
    assert "Your price" not in facts(text)
    assert default_card not in notes(text)


def test_the_months_summary_has_the_net_cost_and_the_list_cost() -> None:
    summary = MonthSummary(
        month="2026-10", cost_usd=Decimal(100), calls=3, unpriced_calls=0,
        could_save_usd=Decimal(1), drivers=(), version="v", reported_at="2026-11-01T00:00:00Z",
    )  # fmt: skip
    net = MonthSummary.from_json(replace(summary, net_usd=Decimal(80)).to_json())
    card = report_card(net)
    assert card.title == "$80.00 in 2026-10"
    assert dict(card.facts)["At list prices"] == "$100.00"
    plain = report_card(MonthSummary.from_json(summary.to_json()))
    assert plain.title == "$100.00 in 2026-10"
    assert "At list prices" not in dict(plain.facts)
    # Calls without a price are in no amount: what is known is the least, or nothing.
    part = replace(summary, unpriced_calls=2)
    assert report_card(part).title == "At least $100.00 in 2026-10"
    for part in (replace(summary, partial_calls=2), replace(summary, rejected_records=2)):
        assert report_card(part).title == "At least $100.00 in 2026-10"
        assert {"2 calls", "2 records"} & {*dict(report_card(part).facts).values()}
    part = replace(summary, unpriced_calls=2)
    none = replace(part, cost_usd=Decimal(0))
    assert report_card(none).title == "No known price in 2026-10"
