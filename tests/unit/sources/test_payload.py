"""Readers of the sources: strict with each entry, and one bad entry costs no other."""

from typing import Any

import pytest

from pricing.sources import bedrock as aws_list
from pricing.sources import genai_prices
from pricing.sources import litellm as litellm_map
from pricing.sources import openrouter as openrouter_api
from pricing.sources.payload import SourceNotes, SourceRefused
from tests.support.payloads import payload
from tests.support.refreshing import excerpt


def test_an_answer_records_where_it_is_from() -> None:
    assert payload([]).provenance() == {
        "title": "a list, as published",
        "source": "a list",
        "url": "https://example.com/list",
        "as_of": "2026-11-24",
        "retrieved_at": "2026-11-24T03:00:00Z",
        "etag": '"tag"',
        # printf '[]' | sha256sum
        "sha256": "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    }


@pytest.mark.parametrize("source", ["genai-prices", "litellm"])
def test_a_recorded_answer_is_read_completely(source: str) -> None:
    readers: dict[str, Any] = {"genai-prices": genai_prices.read, "litellm": litellm_map.read}
    notes = SourceNotes(source)
    assert readers[source](payload(excerpt(source)), notes)
    assert notes.left_out == []


@pytest.mark.parametrize(
    ("reader", "document"),
    [
        (genai_prices.read, {}),
        (genai_prices.read, [7]),
        (litellm_map.read, []),
        (openrouter_api.read, {"data": {}}),
        (aws_list.read, {"PriceList": 7}),
        (litellm_map.read, b'{"a": NaN}'),
        (litellm_map.read, b'{"a": 1e999999}'),
        (genai_prices.read, b"[" * 100_000),
        (litellm_map.read, b"<html>"),
    ],
)
def test_an_answer_of_another_shape_is_refused_whole(reader: Any, document: Any) -> None:
    with pytest.raises(SourceRefused):
        reader(payload(document), SourceNotes("a list"))
