"""The bundled prices of OpenRouter are those of its own list, recorded in catalogue/recorded."""

import json
from datetime import UTC, datetime

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
