"""The whole lists that a local refresh reads first are those the bundled book was made from."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pricing.catalogue.price_book import PriceBook
from pricing.refresh.memory import Memory
from pricing.refresh.refresh import refresh
from pricing.sources import genai_prices, litellm
from pricing.sources.merge import side_by_side
from pricing.sources.payload import Payload, SourceNotes
from pricing.store import bundled
from tariff.catalogue import media
from tariff.catalogue.recorded import recorded
from tariff.template import ROOT

IMPORTED = ROOT / "catalogue" / "imported"


def payload(source: str) -> Payload:
    return Payload(source, "https://example.com", "2026-11-22T00:00:00Z", None, recorded(source))


def imported(folder: Path) -> dict[str, Any]:
    """The imported files without the rows that only older releases had."""
    files = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    del files["sources"], files["media"]
    return {
        provider: listed | {name: current(listed[name]) for name in ("genai_prices", "litellm")}
        for provider, listed in files.items()
    }


def current(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if "missing_since" not in row]


def test_read_back_they_are_what_was_imported() -> None:
    """If not, the packages were imported anew: ``make upstream-excerpts`` records them anew."""
    notes = SourceNotes("both lists")
    genai = genai_prices.read(payload("genai-prices"), notes)
    lists = side_by_side(genai, litellm.read(payload("litellm"), notes))
    assert json.loads(json.dumps(lists)) == imported(IMPORTED)
    assert notes.left_out == []
    rows = json.loads((IMPORTED / "media.json").read_text("utf-8"))["rows"]
    version = json.loads((IMPORTED / "sources.json").read_text("utf-8"))["litellm"]["version"]
    assert media.read(payload("litellm"), version) == current(rows)


@pytest.mark.parametrize("source", ["genai-prices", "litellm"])
def test_each_model_has_a_line_of_its_own(source: str) -> None:
    lines = recorded(source).decode().splitlines()
    named = [line for line in lines if '"codestral-2508"' in line or '/codestral-2508"' in line]
    assert named
    for line in named:
        one = json.loads("{" + line.rstrip(",") + "}" if source == "litellm" else line.rstrip(","))
        assert isinstance(one, dict)


def test_there_is_no_recording_of_other_sources() -> None:
    with pytest.raises(FileNotFoundError):
        recorded("aws")


@pytest.mark.parametrize(
    "answering", [("genai-prices", "litellm"), ("genai-prices", "litellm", "openrouter")]
)
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 12, 1, 3, tzinfo=UTC),  # prices that litellm does not have yet began today
        datetime(2026, 12, 31, 3, tzinfo=UTC),
        datetime(2027, 1, 1, 3, tzinfo=UTC),  # and others today
    ],
)
def test_a_refresh_from_the_whole_lists_changes_nothing(
    answering: tuple[str, ...], now: datetime
) -> None:
    """The bundled book was made from them; names that only move with a model are in no list."""
    payloads = [payload(source) for source in answering]
    done = refresh(bundled.current(), payloads, bundled.merge_rules(), Memory(), now)
    assert done.complete
    assert done.changes == ()


@pytest.mark.parametrize(("compared", "changes"), [("2026-11-30T03:00:00", 0), ("", 12)])
def test_a_version_of_an_administrator_does_not_make_a_price_that_began_a_change(
    compared: str, changes: int
) -> None:
    """Gemini 4 Argon doubled at midnight, litellm has the old price, and nothing was compared."""
    document = json.loads(bundled.current().to_json())
    for row in document["models"]:
        if row["id"] == "gemini-4-argon" and row["provider"] == "google":
            del row["disagreements"]  # as before the day
    document |= {"id": "corrected", "published_at": "2026-12-01T01:00:00Z"}
    payloads = [payload(source) for source in ("genai-prices", "litellm", "openrouter")]
    now = datetime(2026, 12, 1, 3, tzinfo=UTC)
    active, memory = PriceBook.from_document(document), Memory(compared=compared)
    done = refresh(active, payloads, bundled.merge_rules(), memory, now)
    assert len(done.changes) == changes
    assert done.memory.compared == "2026-12-01T03:00:00"
