"""OpenRouter's models: decimal strings a token, and what depends on the route is left out."""

from typing import Any

import pytest

from pricing.sources import openrouter as openrouter_api
from pricing.sources.payload import SourceNotes, SourceRefused
from pricing.sources.price_tables import document_of
from tests.support.payloads import payload
from tests.support.refreshing import excerpt


def openrouter(**pricing: Any) -> tuple[list[Any], list[str]]:
    notes = SourceNotes("openrouter")
    entry = {"id": "maker/swift", "name": "Swift", "context_length": 1000, "pricing": pricing}
    tables = openrouter_api.read(payload({"data": [entry]}), notes)
    return [document_of(one) for one in tables.values()], [one.code for one in notes.left_out]


def test_decimal_strings_a_token_become_prices_per_million() -> None:
    ((found,), left_out) = openrouter(
        prompt="0.000005",
        completion="0.000025",
        input_cache_read="0.0000005",
        input_cache_write="0.00000625",
        web_search="0.01",
        image="0.0048",
        request="0",
    )
    assert found["standard"]["rates"] == {
        "input": "5",
        "output": "25",
        "cache_read": "0.5",
        "cache_write_5m": "6.25",
        "web_search": "0.01",
    }
    assert left_out == []


def test_a_price_that_depends_on_the_route_is_not_read() -> None:
    assert openrouter(prompt="-1", completion="-1") == ([], [])


def test_openrouters_recorded_answer_is_read_completely() -> None:
    notes = SourceNotes("openrouter")
    tables = openrouter_api.read(payload(excerpt("openrouter")), notes)
    lists = {name: document_of(table)["standard"] for name, table in tables.items()}
    assert notes.left_out == []
    assert len(lists) == 11
    assert "openrouter/auto-beta" not in lists  # its price is that of whatever it routes to
    assert lists["anthropic/claude-opus-5"]["rates"] == {
        "cache_read": "0.5",
        "cache_write_1h": "10",
        "cache_write_5m": "6.25",
        "input": "5",
        "output": "25",
        "web_search": "0.01",
    }
    assert lists["dots-studio/dots-3-note-preview:free"]["rates"] == {"input": "0", "output": "0"}
    assert lists["openai/gpt-audio"]["rates"] == {
        "audio_input": "32",
        "audio_output": "64",
        "input": "2.5",
        "output": "10",
    }
    assert lists["mistralai/mistral-small-3.2-24b-instruct"]["rates"]["input"] == "0.09375"
    assert lists["x-ai/grok-4.5"]["tiers"] == [
        {"above_tokens": 200_000, "rates": {"cache_read": "0.6", "input": "4", "output": "12"}}
    ]


@pytest.mark.parametrize(
    "override",
    [
        {"utc_start": 0, "utc_end": 100, "prompt": "0.1"},
        {"min_prompt_tokens": 1000, "utc_days": ["monday"], "prompt": "0.1"},
        {"min_prompt_tokens": 0, "prompt": "0.1"},
        {"min_prompt_tokens": True, "prompt": "0.1"},
        {"min_prompt_tokens": "1000", "prompt": "0.1"},
        {"prompt": "0.1"},
        "expensive",
    ],
)
def test_a_model_with_a_price_under_an_unknown_condition_is_left_out(override: Any) -> None:
    assert openrouter(prompt="0.1", completion="0.1", overrides=[override]) == (
        [],
        ["invalid_entry"],
    )


def test_one_page_of_several_is_refused() -> None:
    with pytest.raises(SourceRefused, match="one page of several"):
        openrouter_api.read(
            payload({"data": [], "links": {"next": "/api/v1/models?page=2"}}), SourceNotes("x")
        )


@pytest.mark.parametrize(
    "price", ["-0.1", "NaN", "Infinity", "1e9", "", " 1", "\u0661", 0.000005, None]
)
def test_a_model_whose_price_is_not_a_decimal_string_is_left_out(price: Any) -> None:
    assert openrouter(prompt=price, completion="0.1") == ([], ["invalid_price"])


@pytest.mark.parametrize(
    ("name", "written", "write"),
    [
        # Gemini 2.5 Flash: 0.30 of input and five minutes of storage at $1 an hour, 0.0833.
        ("google/gemini-2.5-flash", "0.000000083333", "0.383333"),
        ("~google/gemini-flash-latest", "0.000000083333", "0.383333"),
        # As the field was before: both together.
        ("google/gemini-2.5-flash", "0.000000383333", "0.383333"),
        ("maker/swift", "0.000000083333", "0.083333"),
    ],
)
def test_a_gemini_cache_write_costs_input_and_storage(name: str, written: str, write: str) -> None:
    pricing = {"prompt": "0.0000003", "completion": "0.0000025", "input_cache_write": written}
    answer = payload({"data": [{"id": name, "pricing": pricing}]})
    table = openrouter_api.read(answer, SourceNotes("openrouter"))[name]
    assert document_of(table)["standard"]["rates"]["cache_write_5m"] == write


def test_a_tier_of_gemini_is_written_at_its_own_input_price() -> None:
    pricing = {
        "prompt": "0.00000125",
        "completion": "0.00001",
        "input_cache_write": "0.000000375",
        "overrides": [
            {"min_prompt_tokens": 200_000, "prompt": "0.0000025", "completion": "0.000015"}
        ],
    }
    answer = payload({"data": [{"id": "google/gemini-2.5-pro", "pricing": pricing}]})
    (table,) = openrouter_api.read(answer, SourceNotes("openrouter")).values()
    # 1.25 + 0.375 and 2.50 + 0.375
    assert {above: str(rates["cache_write_5m"]) for above, rates in table["standard"].items()} == {
        0: "1.625",
        200_000: "2.875",
    }
