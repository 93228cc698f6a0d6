"""The notice of new prices: readable, short, and inert whatever a list calls its models."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pricing.catalogue.price_book import PriceBook
from pricing.refresh.memory import Memory
from pricing.refresh.refresh import Refreshed
from pricing.slack.delivery import WebhookFailed, post
from pricing.slack.notices import notice_of, notice_of_activation
from pricing.store import bundled
from pricing.versions.cancellation import without_scheduled
from tests.support.books import book, row
from tests.support.refreshing import excerpt_book

CHANGE = {
    "model": "openai/gpt-4o",
    "field": "standard.input",
    "before": "2.5",
    "after": "2",
    "sources": ["litellm"],
}


def refreshed(*changes: Any, clean: PriceBook | None = None, **more: Any) -> Refreshed:
    book = clean or excerpt_book()
    given: dict[str, Any] = {
        "clean": book,
        "held": None,
        "changes": changes,
        "added": (),
        "quarantined": (),
        "missing": {},
        "compared": 1,
        "complete": True,
        "memory": Memory(),
    }
    return Refreshed(**(given | more))


def test_a_notice_names_each_model_with_its_old_and_new_price() -> None:
    text = notice_of(refreshed(CHANGE, added=("openai/gpt-9",)))
    assert text
    assert text.splitlines() == [
        "*Prices changed* in version `2026-11-23\u2024excerpt`",
        "• openai/gpt-4o: standard input $2.50 → $2.00",
        "New: openai/gpt-9",
    ]


def test_no_notice_without_a_changed_active_price() -> None:
    assert notice_of(refreshed()) is None
    assert notice_of(replace(refreshed(CHANGE), clean=None)) is None


def test_a_notice_stays_short_and_counts_the_rest() -> None:
    changes = [{**CHANGE, "model": f"openai/m-{number}"} for number in range(400)]
    text = notice_of(refreshed(*changes))
    assert text
    assert len(text) < 3000
    assert "and 385 more models" in text


# What an administrator activates

ANN = "arn:aws:sts::123456789012:assumed-role/tariff-admin/ann"
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def costing(version: str, usd: str, *others: str, name: str = "rocket") -> PriceBook:
    lists = {"standard": {"rates": {"input": usd, "output": "15"}}}
    rows = [row(name, prices=[{"source": "list", "lists": lists}]), *map(row, others)]
    return book(version, rows)


def activation(
    before: PriceBook | None, after: PriceBook, *, actor: str = ANN, reason: str = "Checked."
) -> str | None:
    return notice_of_activation(before, after, actor=actor, reason=reason, now=NOW)


def test_an_activation_is_told_with_who_and_why_and_every_kind_of_difference() -> None:
    text = activation(costing("v1", "3", "gone"), costing("v2", "4.50", "new"))
    assert text
    assert text.splitlines() == [
        "*Prices changed* by ann, to version `v2`, from `v1`",
        "Reason: Checked.",
        "• acme/rocket: standard input $3.00 → $4.50",
        "New: acme/new",
        "Removed: acme/gone",
    ]


def test_a_cancelled_announcement_is_told_with_the_day_it_was_for() -> None:
    day = "2027-01-01"
    now, rise = ({"standard": {"rates": {"input": usd}}} for usd in "34")
    announced = book(
        "v1",
        [
            row(
                "rocket",
                prices=[
                    {"source": "list", "lists": now, "to": day},
                    {"source": "list", "lists": rise, "from": day},
                ],
            )
        ],
    )
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    after = without_scheduled(announced, "acme/rocket", moment, NOW)
    text = activation(announced, after, actor="jwt:ann")
    assert text
    assert text.startswith("*Prices changed* by jwt\u2236ann, to version")
    assert text.splitlines()[2] == (
        "• acme/rocket: standard input from 2027-01-01T00\u223600\u223600Z $4.00 → $3.00"
    )


def test_the_first_version_is_told_without_a_comparison() -> None:
    assert activation(None, costing("v1", "3")) == (
        "*Prices changed* by ann, to version `v1`, the first\nReason: Checked."
    )


def test_a_version_that_prices_everything_the_same_is_not_told() -> None:
    assert activation(costing("v1", "3"), costing("v2", "3")) is None
    other_facts = book("v2", [row("rocket", context_window=5)])
    assert activation(book("v1"), other_facts) is None


def test_an_activation_of_thousands_of_differences_stays_a_notice() -> None:
    lesson = bundled.load("lesson-2025")
    assert lesson is not None
    for before, after in ((lesson, bundled.current()), (bundled.current(), lesson)):
        text = activation(before, after, reason="x" * 500)
        assert text
        assert len(text) < 3000
        assert " more" in text.splitlines()[-1]


def test_what_an_administrator_writes_cannot_mention_link_or_format() -> None:
    text = activation(
        costing("v1", "3"), costing("v2", "4"), actor="<!here>", reason="<!channel> *now*\n• x"
    )
    assert text
    assert "<" not in text
    assert "*now" not in text
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/T/B/x",
        "https://hooks.slack.com.evil.example/services/T/B/x",
        "https://hooks.slack.com@evil.example/x",
        "https://hooks.slack.com:8443/x",
        "https://127.0.0.1/x",
        "",
    ],
)
def test_nothing_is_posted_anywhere_but_to_slack(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr("http.client.HTTPSConnection", pytest.fail)
    with pytest.raises(WebhookFailed, match="Slack's host"):
        post(url, "text")
