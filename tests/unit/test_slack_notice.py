"""The notice of new prices: readable, short, and inert whatever a list calls its models."""

from dataclasses import replace
from typing import Any

import pytest

from pricing.price_book import PriceBook
from pricing.refresh import Memory, Refreshed
from pricing.slack_notice import inert, notice_of
from pricing.slack_webhook import WebhookFailed, post
from tests.refreshing import excerpt_book

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
        "waiting": (),
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
        "*Prices changed* in version `2026-11-23.excerpt`",
        "• openai/gpt-4o: standard.input $2.5 → $2",
        "New: openai/gpt-9",
    ]


def test_no_notice_without_a_change_in_force() -> None:
    assert notice_of(refreshed()) is None
    assert notice_of(replace(refreshed(CHANGE), clean=None)) is None


def test_a_notice_stays_short_and_counts_the_rest() -> None:
    changes = [{**CHANGE, "model": f"openai/m-{number}"} for number in range(400)]
    text = notice_of(refreshed(*changes))
    assert text
    assert len(text) < 3000
    assert "and 385 more models" in text


@pytest.mark.parametrize(
    "name",
    ["<!channel>", "<https://evil.example|free>", "*bold*", "`code`", "@here", "a&b", "x\ny\u202e"],
)
def test_a_name_cannot_mention_link_or_format(name: str) -> None:
    shown = inert(name)
    assert "<" not in shown
    assert ">" not in shown
    assert "\n" not in shown
    assert "\u202e" not in shown
    assert not any(f"{mark}{letter}" in shown for mark in "*_`@!" for letter in "abcdefgh")


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
