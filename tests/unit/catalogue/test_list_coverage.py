"""Every model of litellm's list that a provider of the book sells has a price, or a reason.

docs/units.md has the table by kind of model, which this test counts again.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from pricing.catalogue.models import Model
from pricing.catalogue.price_book import PriceBook
from pricing.sources.corrections import Corrections
from pricing.sources.litellm import PROVIDERS, RESERVED, model_id
from pricing.store import bundled
from tariff.catalogue.build import CATALOGUE, merge_rules
from tariff.catalogue.media import _selectors
from tariff.catalogue.recorded import recorded
from tariff.template import ROOT

NOW = datetime(2026, 11, 30, tzinfo=UTC)
#: Modes of which at least 95% of the models with a price must be priced.
WANTED = (
    *("chat", "embedding", "realtime", "image_generation", "image_edit", "audio_transcription"),
    *("audio_speech", "video_generation", "rerank", "ocr", "responses", "completion"),
)
#: Keys that name no model: bands of prices, reservations, containers, guardrails.
NO_MODEL = re.compile(r"(fireworks|together)-ai-|.*commitment/|.*/container$|bedrock/guardrails")
#: What is left out because a call does not state what it is billed by, or no price is published.
NOT_STATED = re.compile(
    r"fireworks_ai/accounts/fireworks/models/(flux|SSD|japanese|playground|stable)"  # steps
    r"|azure_ai/FLUX\.2-flex"  # megapixels
    r"|medlm-"  # characters of text, in and out
    r"|meta/sam-"  # images sent to a chat
    r"|claude-mythos-preview"  # its provider publishes no price
)
COLUMNS = ("model", "priced", "unpriced", "left out")


def provider_of(entry: Mapping[str, Any]) -> str | None:
    named = str(entry.get("litellm_provider", ""))
    return PROVIDERS.get("vertex_ai" if named.startswith("vertex_ai-") else named)


def has_price(entry: Mapping[str, Any]) -> bool:
    """Whether the list has any amount for it, other than zero."""
    costs = [value for name, value in entry.items() if "cost" in name]
    steps = entry.get("tiered_pricing") or ()
    costs += [value for step in steps for name, value in step.items() if "cost" in name]
    return any(value for value in costs if not isinstance(value, dict))


def is_priced(book: PriceBook, key: str, provider: str, entry: dict[str, Any]) -> bool:
    when, name = _selectors(key, entry)
    names = (f"{provider}/{name}", f"{provider}/{model_id(key, entry)}", key)
    found = next(
        (m.model for m in map(book.known, names) if m and m.model.provider == provider), None
    )
    return found is not None and prices(found, when)


def prices(model: Model, when: Mapping[str, str]) -> bool:
    period = model.period_at(NOW)
    standard = period.lists["standard"] if period else None
    if standard is None:
        return False
    if not when:
        return bool(standard.rates or standard.units)
    return any(when.items() <= unit.when.items() for unit in standard.units)


@cache
def counted() -> tuple[Mapping[str, Counter[str]], tuple[str, ...]]:
    """The counts by mode, and the keys that have a price and no reason to be left out."""
    book = bundled.current()
    corrections = Corrections(merge_rules(CATALOGUE)["corrections"])
    table: dict[str, Counter[str]] = defaultdict(Counter)
    missing = []
    for key, entry in json.loads(recorded("litellm")).items():
        provider = provider_of(entry)
        if key in RESERVED or provider is None or NO_MODEL.match(key):
            continue
        row = table[entry.get("mode") or "audio_speech"]
        row["model"] += 1
        name = model_id(key, entry)
        if is_priced(book, key, provider, entry):
            row["priced"] += 1
        elif not has_price(entry):
            row["unpriced"] += 1
        else:
            row["left out"] += 1
            if not (corrections.excludes(provider, name) or NOT_STATED.match(key)):
                missing.append(key)
    return table, tuple(missing)


#: Names that litellm gives to another model than the book does, with the reason.
OTHERWISE = {
    "claude-fable-latest": "Anthropic's newest is Fable 5.2, which the list does not have yet",
    "moonshot/kimi-latest": "a model of its own once, at the price of Kimi K3 since",
    "xai/grok-latest": "xAI's own alias, of Grok 4.5 in genai-prices; a note says so",
}


def test_a_name_that_the_list_gives_to_a_model_means_that_model() -> None:
    """So bedrock_mantle/gpt-sol-latest is regional, and bedrock/gpt-sol-latest global."""
    book, entries = bundled.current(), json.loads(recorded("litellm"))
    names = {key: entry["alias_of"] for key, entry in entries.items() if "alias_of" in entry}
    assert len(names) == 98
    otherwise = {
        name
        for name, meant in names.items()
        if book.find(name).model.key != book.find(meant).model.key
    }
    assert otherwise == OTHERWISE.keys()
    mantle = book.find("bedrock_mantle/gpt-sol-latest").model.prices[-1].lists["standard"].rates
    worldwide = book.find("bedrock/gpt-sol-latest").model.prices[-1].lists["standard"].rates
    assert (mantle["input"], worldwide["input"]) == (Decimal("2.2"), Decimal(2))


def test_what_has_a_price_is_priced_or_left_out_for_a_reason() -> None:
    _, missing = counted()
    assert missing == ()


@pytest.mark.parametrize("mode", WANTED)
def test_of_each_mode_at_least_95_of_100_models_with_a_price_are_priced(mode: str) -> None:
    table, _ = counted()
    row = table[mode]
    assert row["priced"] * 100 >= (row["model"] - row["unpriced"]) * 95, row


def test_the_table_in_the_documentation_is_what_is_counted() -> None:
    table, _ = counted()
    text = (ROOT / "docs" / "units.md").read_text("utf-8")
    lines = re.findall(r"^\| ([a-z ]+) \| (\d+) \| (\d+) \| (\d*) \| (\d*) \|$", text, re.MULTILINE)
    shown = {
        mode.replace(" ", "_"): tuple(int(n or 0) for n in numbers) for mode, *numbers in lines
    }
    assert shown == {mode: tuple(row[name] for name in COLUMNS) for mode, row in table.items()}
