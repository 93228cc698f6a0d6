"""Reading the two public lists: genai-prices' entries and litellm's map, as data."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pricing.sources import genai_prices, litellm
from pricing.sources.payload import Payload, SourceNotes
from tariff.catalogue.import_lists import import_lists

ROOT = Path(__file__).resolve().parents[3]
IMPORTED = ROOT / "catalogue" / "imported"
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


def payload(document: Any) -> Payload:
    content = document if isinstance(document, str) else json.dumps(document)
    return Payload("a list", "https://example.com", "2026-11-24T03:00:00Z", None, content.encode())


def rows(**entry: Any) -> tuple[list[dict[str, Any] | None], list[str]]:
    """The row of one genai-prices model, and why it was left out."""
    notes = SourceNotes("genai-prices")
    models = [{"id": "m", "match": {"equals": "m"}, **entry}]
    found = genai_prices.read(payload([{"id": "openai", "models": models}]), notes)
    return [model.row for model in found["openai"]], [one.reason for one in notes.left_out]


def row(**entry: Any) -> dict[str, Any]:
    ((found,), left_out) = rows(**entry)
    assert found
    assert left_out == []
    return found


def equals(name: str) -> dict[str, str]:
    return {"equals": name}


def since(day: str, **prices: Any) -> dict[str, Any]:
    return {"constraint": {"start_date": day}, "prices": prices}


def between(start: str, end: str, **prices: Any) -> dict[str, Any]:
    return {"constraint": {"start_time": start, "end_time": end}, "prices": prices}


def test_names_are_stated_ones_never_patterns() -> None:
    rules = [equals("swift-1"), {"starts_with": "swift-1-"}, equals("swift-1-x")]
    found = row(id="swift", match={"or": rules}, prices={"input_mtok": 1})
    assert found["names"] == ["swift-1", "swift-1-x"]


def test_a_label_before_an_id_is_not_part_of_it() -> None:
    rule = {"contains": "maker.swift"}
    found = row(id="regional.maker.swift-v1:0", match=rule, prices={"input_mtok": 1})
    assert found["names"] == ["maker.swift-v1:0"]


def test_an_id_that_its_own_rule_does_not_accept_is_not_a_name() -> None:
    rule = {"contains": "us.maker.swift"}
    found = row(id="regional.maker.swift-v1:0", match=rule, prices={"input_mtok": 1})
    assert "names" not in found


@pytest.mark.parametrize(
    ("rule", "name", "accepts"),
    [
        ({"equals": "Ab"}, "aB", True),
        ({"equals": "ab"}, "abc", False),
        ({"starts_with": "ab"}, "abc", True),
        ({"ends_with": "bc"}, "abc", True),
        ({"ends_with": "ab"}, "abc", False),
        ({"contains": "b"}, "abc", True),
        ({"regex": r"^a\d$"}, "a1", True),
        ({"regex": r"^a\d$"}, "ab", False),
        ({"and": [equals("ab"), {"regex": "^b"}]}, "ab", False),
        ({"or": [equals("x"), equals("ab")]}, "ab", True),
    ],
)
def test_a_rule_is_read_as_data(rule: dict[str, Any], name: str, accepts: bool) -> None:
    assert genai_prices.rule_accepts(rule, name) is accepts


def test_a_rule_of_an_unknown_kind_is_an_error() -> None:
    found, (reason,) = rows(match={"sounds_like": "ab"}, prices={"input_mtok": 1})
    assert found == []
    assert "unknown match rule" in reason


def test_tiers_and_per_thousand_prices_become_components() -> None:
    long = {"base": 1, "tiers": [{"start": 200_000, "price": 2}]}
    found = row(prices={"input_mtok": long, "output_mtok": 5, "web_searches_kcount": 10})
    assert found["periods"] == [
        {
            "lists": {
                "standard": {
                    "rates": {"input": "1", "output": "5", "web_search": "0.01"},
                    "tiers": [{"above_tokens": 200_000, "rates": {"input": "2"}}],
                }
            }
        }
    ]


def test_dated_prices_become_periods_that_join() -> None:
    prices = [{"prices": {"input_mtok": 10}}, since("2025-06-10", input_mtok=2)]
    periods = row(prices=prices)["periods"]
    assert [(part.get("from"), part.get("to")) for part in periods] == [
        (None, "2025-06-10"),
        ("2025-06-10", None),
    ]
    assert [part["lists"]["standard"]["rates"]["input"] for part in periods] == ["10", "2"]


def test_a_variants_date_is_when_it_was_seen_so_it_holds_for_its_whole_period() -> None:
    prices = [{"prices": {"input_mtok": 10}}, since("2025-06-10", input_mtok=2)]
    seen = [{"when": {"processing": "batch"}, **since("2026-10-14", input_mtok=1)}]
    before, after = row(prices=prices, price_variants=seen)["periods"]
    assert set(before["lists"]) == {"standard"}
    assert after["lists"]["batch"]["rates"] == {"input": "1"}


def test_of_two_variants_the_one_that_applies_when_the_period_ends_is_used() -> None:
    prices = [{"prices": {"input_mtok": 2}}, since("2026-12-01", input_mtok=4)]
    batch = {"when": {"processing": "batch"}}
    seen = [
        batch | since("2026-12-01", input_mtok=2),
        batch | since("2026-10-14", input_mtok=1),
    ]
    periods = row(prices=prices, price_variants=seen)["periods"]
    assert [part["lists"]["batch"]["rates"]["input"] for part in periods] == ["1", "2"]


def test_a_variant_for_anything_else_is_not_a_mode() -> None:
    seen = [{"when": {"route": "mistral/eu"}, "prices": {"input_mtok": 9}}]
    (period,) = row(prices={"input_mtok": 1}, price_variants=seen)["periods"]
    assert set(period["lists"]) == {"standard"}


def test_peak_hours_become_off_peak_windows_of_the_newest_period_only() -> None:
    prices = [
        {"prices": {"input_mtok": 9}},
        since("2026-08-17", input_mtok=1),
        between("01:00:00Z", "04:00:00Z", input_mtok=2),
        between("06:00:00Z", "10:00:00Z", input_mtok=2),
    ]
    before, after = row(prices=prices)["periods"]
    assert "windows" not in before
    assert after["lists"]["standard"]["rates"] == {"input": "2"}
    assert [(part["from"], part["to"]) for part in after["windows"]] == [
        ("04:00", "06:00"),
        ("10:00", "01:00"),
    ]
    assert all(part["lists"]["standard"]["rates"] == {"input": "1"} for part in after["windows"])


def test_two_different_peaks_are_not_guessed_at() -> None:
    prices = [
        {"prices": {"input_mtok": 1}},
        between("01:00:00Z", "04:00:00Z", input_mtok=2),
        between("06:00:00Z", "10:00:00Z", input_mtok=3),
    ]
    found, (reason,) = rows(prices=prices)
    assert found == []
    assert "several peak prices" in reason


def test_a_price_without_a_component_is_named_in_a_note() -> None:
    found = row(prices={"input_mtok": 1, "cache_image_read_mtok": 12})
    assert found["notes"] == ["Not represented: cached image input at $12 per million tokens."]


@pytest.mark.parametrize("prices", [{}, {"audio_hours": 3}])
def test_a_model_without_token_prices_has_no_row(prices: dict[str, Any]) -> None:
    assert rows(prices=prices) == ([None], [])


def listed(key: str, **entry: Any) -> dict[str, list[dict[str, Any]]]:
    prices = {"input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06}
    document = {key: {"litellm_provider": "openai", "mode": "chat"} | prices | entry}
    return litellm.read(payload(document), SourceNotes("litellm"))


@pytest.mark.parametrize(
    ("provider", "key", "ours", "id_"),
    [
        ("openai", "gpt-5", "openai", "gpt-5"),
        ("gemini", "gemini/gemini-2.5-pro", "google", "gemini-2.5-pro"),
        ("vertex_ai-language-models", "gemini-2.5-pro", "vertex", "gemini-2.5-pro"),
        ("vertex_ai-anthropic_models", "vertex_ai/claude-x@1", "vertex", "claude-x@1"),
        ("bedrock_converse", "us.amazon.nova-pro-v1:0", "bedrock", "us.amazon.nova-pro-v1:0"),
        ("bedrock", "bedrock/us-gov-west-1/a.b", "bedrock", "us-gov-west-1/a.b"),
        ("bedrock_mantle", "bedrock_mantle/openai.gpt-6", "bedrock", "openai.gpt-6"),
        ("azure_ai", "azure_ai/grok-4", "azure", "grok-4"),
        ("azure_text", "azure/gpt-35-turbo-instruct", "azure", "gpt-35-turbo-instruct"),
        ("groq", "groq/openai/gpt-oss-20b", "groq", "openai/gpt-oss-20b"),
        ("fireworks_ai", "fireworks_ai/glm-5p2", "fireworks", "glm-5p2"),
        ("fireworks_ai-embedding-models", "fireworks_ai/a/b", "fireworks", "a/b"),
        ("together_ai", "together_ai/a/B", "together", "a/B"),
        ("text-completion-openai", "davinci-002", "openai", "davinci-002"),
    ],
)
def test_a_key_becomes_our_provider_and_its_own_id(
    provider: str, key: str, ours: str, id_: str
) -> None:
    rows = listed(key, litellm_provider=provider)
    assert {name: [one["id"] for one in found] for name, found in rows.items()} == {ours: [id_]}


@pytest.mark.parametrize(("provider", "above"), [("openai", 200_000), ("xai", 199_999)])
def test_a_threshold_that_already_pays_the_tiers_price_is_one_lower(
    provider: str, above: int
) -> None:
    entry = {"input_cost_per_token_above_200k_tokens": 2e-06, "litellm_provider": provider}
    (found,) = listed("m", **entry)[provider]
    (tier,) = found["lists"]["standard"]["tiers"]
    assert tier["above_tokens"] == above


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("m", {"litellm_provider": "ollama"}),
        ("m", {"mode": "image_generation"}),
        ("m", {"mode": "audio_transcription"}),
        ("fireworks-ai-up-to-4b", {"litellm_provider": "fireworks_ai"}),
        ("bedrock/*/1-month-commitment/cohere.command", {"litellm_provider": "bedrock"}),
        ("openai/container", {}),
        ("m", {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0}),
    ],
)
def test_what_is_not_a_token_priced_model_of_a_mapped_provider_is_left_out(
    key: str, entry: dict[str, Any]
) -> None:
    assert listed(key, **entry) == {}


def test_a_model_that_generates_images_in_a_chat_is_billed_as_text() -> None:
    entry = {"mode": "image_generation", "output_cost_per_image_token": 3e-05}
    assert listed("m", **entry, supported_endpoints=["/v1/images/generations"]) == {}
    (found,) = listed("m", **entry, supported_endpoints=["/v1/chat/completions"])["openai"]
    assert found["lists"]["standard"]["rates"]["image_output"] == "30"


def test_every_mode_and_tier_is_read_from_its_key() -> None:
    (found,) = listed(
        "m",
        input_cost_per_token_above_272k_tokens=2e-06,
        input_cost_per_token_above_272k_tokens_priority=4e-06,
        output_cost_per_token_flex=2.5e-06,
        cache_read_input_token_cost_batches=5e-08,
        cache_creation_input_token_cost=1.25e-06,
        cache_creation_input_token_cost_above_1hr=2e-06,
        cache_creation_input_token_cost_above_1hr_above_200k_tokens=4e-06,
        input_cost_per_token_ultrafast=6e-05,
    )["openai"]
    assert found["lists"] == {
        "standard": {
            "rates": {"input": "1", "output": "5", "cache_write_5m": "1.25", "cache_write_1h": "2"},
            "tiers": [
                {"above_tokens": 200_000, "rates": {"cache_write_1h": "4"}},
                {"above_tokens": 272_000, "rates": {"input": "2"}},
            ],
        },
        "priority": {
            "rates": {},
            "tiers": [{"above_tokens": 272_000, "rates": {"input": "4"}}],
        },
        "flex": {"rates": {"output": "2.5"}},
        "batch": {"rates": {"cache_read": "0.05"}},
    }


@pytest.mark.parametrize(
    ("written", "price"),
    [
        ("1.75e-07", "0.175"),
        ("0.0000025", "2.5"),
        ("1.6000000000000001e-06", "1.6"),
        ("9.499999999999999e-07", "0.95"),
        ("1.23456789012345e-06", "1.23456789012345"),
    ],
)
def test_a_price_per_token_becomes_one_per_million_exactly(written: str, price: str) -> None:
    entry = f'{{"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": {written}}}'
    (found,) = litellm.read(payload(f'{{"m": {entry}}}'), SourceNotes("litellm"))["openai"]
    assert found["lists"]["standard"]["rates"]["input"] == price


def test_a_zero_means_no_such_charge() -> None:
    (found,) = listed("m", output_cost_per_token=0.0, cache_creation_input_token_cost=0.0)["openai"]
    assert found["lists"]["standard"]["rates"] == {"input": "1"}


def test_a_search_costs_what_it_does_with_a_medium_context() -> None:
    prices = {"low": 0.03, "medium": 0.035, "high": 0.05}
    sizes = {f"search_context_size_{size}": price for size, price in prices.items()}
    (found,) = listed("m", search_context_cost_per_query=sizes)["openai"]
    assert found["lists"]["standard"]["rates"]["web_search"] == "0.035"
    assert "low $0.03, medium $0.035, high $0.05" in found["notes"][0]


def test_perplexity_charges_the_request_and_its_highest_price_is_used() -> None:
    sizes = {"search_context_size_low": 0.005, "search_context_size_high": 0.012}
    entry = {"litellm_provider": "perplexity", "search_context_cost_per_query": sizes}
    (found,) = listed("perplexity/sonar", **entry)["perplexity"]
    assert found["lists"]["standard"]["rates"]["request_fee"] == "0.012"


def test_limits_flags_and_dates_are_kept_where_they_make_sense() -> None:
    (found,) = listed(
        "m",
        max_input_tokens=400_000,
        max_output_tokens=128000.0,
        supports_vision=True,
        supports_function_calling=False,
        supports_native_streaming=False,
        deprecation_date="2027-04-01",
    )["openai"]
    assert found["context_window"] == 400_000
    assert found["max_output_tokens"] == 128_000
    assert found["capabilities"] == ["vision"]
    assert found["retires"] == "2027-04-01"
    (other,) = listed("m", max_input_tokens="unknown", deprecation_date="soon")["openai"]
    assert not {"context_window", "retires"} & other.keys()


def test_the_imported_files_are_of_the_pinned_packages() -> None:
    sources = json.loads((IMPORTED / "sources.json").read_text("utf-8"))
    pins = (ROOT / "requirements" / "bench.in").read_text("utf-8")
    for package, entry in sources.items():
        assert f"{package}=={entry['version']}" in pins
        assert re.fullmatch("[0-9a-f]{64}", entry["sha256"])


def test_every_corrected_provider_was_imported() -> None:
    corrections = tomllib.loads((ROOT / "catalogue" / "corrections.toml").read_text("utf-8"))
    named = {
        entry["provider"]
        for kind, entries in corrections.items()
        if kind != "as_of"
        for entry in entries
    }
    assert named - {"*"} <= {path.stem for path in IMPORTED.glob("*.json")}


def test_importing_again_gives_the_committed_files() -> None:
    if not BENCH_PYTHON.exists():
        pytest.skip("the price packages are in .venv-bench, which make bench makes")
    assert import_lists(check=True) == 0
