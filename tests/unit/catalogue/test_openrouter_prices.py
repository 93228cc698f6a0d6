"""The bundled prices of OpenRouter are those of its own list, recorded in catalogue/recorded."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pricing.sources import openrouter
from pricing.sources.payload import Payload, SourceNotes
from pricing.store import bundled
from tariff.catalogue.recorded import RELEASES, recorded

#: Models that make images, which are priced by the image elsewhere in the catalogue.
EXCLUDED = {"google/gemini-3-pro-image", "google/gemini-nano-banana-2.1"}


def test_the_book_has_every_price_of_the_recorded_list() -> None:
    day = json.loads(RELEASES.read_text("utf-8"))[-1][0]
    answer = Payload("openrouter", "", day, None, recorded("openrouter"))
    listed = openrouter.read(answer, SourceNotes("openrouter"))
    book, at = bundled.current(), datetime.fromisoformat(day).replace(tzinfo=UTC)
    unequal = set()
    for name, table in listed.items():
        match = book.known(f"openrouter/{name}")
        period = match and match.model.period_at(at)
        prices = period.lists["standard"] if period else None
        used = {0: prices.rates} if prices else {}
        used |= {tier.above_tokens: tier.rates for tier in prices.tiers} if prices else {}
        for above, rates in table["standard"].items():
            if not rates.items() <= used.get(above, {}).items():
                unequal.add(name)
    assert len(listed) > 400
    assert unequal == EXCLUDED


def test_a_name_that_openrouter_answers_with_costs_what_its_list_has() -> None:
    """The list has z-ai/glm-5.3 at $0.0699; genai-prices' copy is twenty times that."""
    book = bundled.current()
    for name in ("openrouter/z-ai/glm-5.3", "z-ai/glm-5.3-20260816"):
        rates = book.find(name).model.prices[-1].lists["standard"].rates
        assert (rates["input"], rates["output"]) == (Decimal("0.0699"), Decimal("1.4"))


@pytest.mark.parametrize(
    ("name", "day", "prices"),
    [
        # Of OpenRouter's list in the recorded releases of those days, not of a copy of it.
        ("mistralai/mistral-large", "2025-10-01", ("2", "6")),
        ("deepseek/deepseek-r1", "2026-01-29", ("0.7", "2.5")),
        ("anthropic/claude-3.5-sonnet", "2025-12-12", ("6", "30")),
        ("moonshotai/kimi-k2-0905:exacto", "2026-02-26", ("0.6", "2.5")),
    ],
)
def test_the_past_is_that_of_its_own_list(name: str, day: str, prices: tuple[str, str]) -> None:
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    period = bundled.current().find(f"openrouter/{name}").model.period_at(at)
    assert period is not None
    rates = period.lists["standard"].rates
    assert (rates["input"], rates["output"]) == tuple(map(Decimal, prices))


def test_the_provenance_names_the_list_with_its_day() -> None:
    (entry,) = [e for e in bundled.current().provenance if e["title"].startswith("openrouter")]
    assert entry["as_of"] == "2026-11-20"
    assert "rounded to six places" in entry["title"]


def test_no_price_is_the_dust_of_a_binary_float() -> None:
    rows = json.loads(bundled.current().to_json())["models"]
    longest = max(
        len(price.replace(".", "").strip("0"))
        for row in rows
        for period in row.get("prices", ())
        for prices in period["lists"].values()
        for rates in [prices["rates"], *(tier["rates"] for tier in prices.get("tiers", ()))]
        for price in rates.values()
    )
    assert longest <= 12
