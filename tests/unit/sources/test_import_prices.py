"""Reading the two public lists: genai-prices' objects and litellm's map, as data."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pricing.sources import genai_prices as sources_genai_prices
from pricing.sources import litellm as sources_litellm
from tariff.catalogue.import_lists import import_lists

ROOT = Path(__file__).resolve().parents[3]
IMPORTED = ROOT / "catalogue" / "imported"
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


@dataclass
class Prices:
    """As genai-prices' ModelPrice holds them."""

    input_mtok: Any = None
    output_mtok: Any = None
    cache_read_mtok: Any = None
    cache_write_mtok: Any = None
    web_searches_kcount: Any = None
    input_video_mtok: Any = None
    audio_hours: Any = None


@dataclass
class Genai:
    """As its ModelInfo does."""

    id: str
    match: Any
    prices: Any
    price_variants: list[Any] = field(default_factory=list)
    name: str | None = None
    context_window: int | None = None
    deprecated: bool | None = None


def d(text: str) -> Decimal:
    return Decimal(text)


def equals(name: str) -> Any:
    return SimpleNamespace(equals=name)


def tiered(base: str, start: int, price: str) -> Any:
    tier = SimpleNamespace(start=start, price=d(price))
    return SimpleNamespace(base=d(base), tiers=[tier])


def condition(prices: Prices, constraint: Any = None) -> Any:
    return SimpleNamespace(prices=prices, constraint=constraint)


def since(day: date) -> Any:
    return SimpleNamespace(start_date=day)


def between(start: time, end: time) -> Any:
    return SimpleNamespace(start_time=start, end_time=end)


def variant(when: dict[str, str], prices: Prices, day: date | None = None) -> Any:
    return SimpleNamespace(when=when, prices=prices, constraint=day and since(day))


def row(model: Genai) -> dict[str, Any]:
    (found,) = sources_genai_prices.rows_of(SimpleNamespace(models=[model]))
    return found


def test_names_are_stated_ones_never_patterns() -> None:
    rules = [equals("swift-1"), SimpleNamespace(starts_with="swift-1-"), equals("swift-1-x")]
    found = row(Genai("swift", SimpleNamespace(or_=rules), Prices(input_mtok=d("1"))))
    assert found["names"] == ["swift-1", "swift-1-x"]


def test_a_label_before_an_id_is_not_part_of_it() -> None:
    rule = SimpleNamespace(contains="maker.swift")
    found = row(Genai("regional.maker.swift-v1:0", rule, Prices(input_mtok=d("1"))))
    assert found["names"] == ["maker.swift-v1:0"]


def test_an_id_that_its_own_rule_does_not_accept_is_not_a_name() -> None:
    rule = SimpleNamespace(contains="us.maker.swift")
    found = row(Genai("regional.maker.swift-v1:0", rule, Prices(input_mtok=d("1"))))
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
        ({"and_": [equals("ab"), SimpleNamespace(regex="^b")]}, "ab", False),
        ({"or_": [equals("x"), equals("ab")]}, "ab", True),
    ],
)
def test_a_rule_is_read_as_data(rule: dict[str, Any], name: str, accepts: bool) -> None:
    assert sources_genai_prices.clause_matches(SimpleNamespace(**rule), name) is accepts


def test_a_rule_of_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown match rule"):
        sources_genai_prices.clause_matches(SimpleNamespace(sounds_like="ab"), "ab")


def test_tiers_and_per_thousand_prices_become_columns() -> None:
    prices = Prices(
        input_mtok=tiered("1", 200_000, "2"), output_mtok=d("5"), web_searches_kcount=d("10")
    )
    (period,) = row(Genai("m", equals("m"), prices))["periods"]
    assert period == {
        "lists": {
            "standard": {
                "rates": {"input": "1", "output": "5", "web_search": "0.01"},
                "tiers": [{"above_tokens": 200_000, "rates": {"input": "2"}}],
            }
        }
    }


def test_dated_prices_become_periods_that_join() -> None:
    prices = [
        condition(Prices(input_mtok=d("10"))),
        condition(Prices(input_mtok=d("2")), since(date(2025, 6, 10))),
    ]
    periods = row(Genai("m", equals("m"), prices))["periods"]
    assert [(part.get("from"), part.get("to")) for part in periods] == [
        (None, "2025-06-10"),
        ("2025-06-10", None),
    ]
    assert [part["lists"]["standard"]["rates"]["input"] for part in periods] == ["10", "2"]


def test_a_variants_date_is_when_it_was_seen_so_it_holds_for_its_whole_period() -> None:
    prices = [
        condition(Prices(input_mtok=d("10"))),
        condition(Prices(input_mtok=d("2")), since(date(2025, 6, 10))),
    ]
    seen = [variant({"processing": "batch"}, Prices(input_mtok=d("1")), date(2026, 10, 14))]
    before, after = row(Genai("m", equals("m"), prices, seen))["periods"]
    assert set(before["lists"]) == {"standard"}
    assert after["lists"]["batch"]["rates"] == {"input": "1"}


def test_of_two_variants_the_one_in_force_when_the_period_ends_holds() -> None:
    prices = [
        condition(Prices(input_mtok=d("2"))),
        condition(Prices(input_mtok=d("4")), since(date(2026, 12, 1))),
    ]
    seen = [
        variant({"processing": "batch"}, Prices(input_mtok=d("2")), date(2026, 12, 1)),
        variant({"processing": "batch"}, Prices(input_mtok=d("1")), date(2026, 10, 14)),
    ]
    periods = row(Genai("m", equals("m"), prices, seen))["periods"]
    assert [part["lists"]["batch"]["rates"]["input"] for part in periods] == ["1", "2"]


def test_a_variant_for_anything_else_is_not_a_mode() -> None:
    seen = [variant({"route": "mistral/eu"}, Prices(input_mtok=d("9")))]
    (period,) = row(Genai("m", equals("m"), Prices(input_mtok=d("1")), seen))["periods"]
    assert set(period["lists"]) == {"standard"}


def test_peak_hours_become_off_peak_windows_of_the_newest_period_only() -> None:
    peak = Prices(input_mtok=d("2"))
    prices = [
        condition(Prices(input_mtok=d("9"))),
        condition(Prices(input_mtok=d("1")), since(date(2026, 8, 17))),
        condition(peak, between(time(1), time(4))),
        condition(peak, between(time(6), time(10))),
    ]
    before, after = row(Genai("m", equals("m"), prices))["periods"]
    assert "windows" not in before
    assert after["lists"]["standard"]["rates"] == {"input": "2"}
    assert [(part["from"], part["to"]) for part in after["windows"]] == [
        ("04:00", "06:00"),
        ("10:00", "01:00"),
    ]
    assert all(part["lists"]["standard"]["rates"] == {"input": "1"} for part in after["windows"])


def test_two_different_peaks_are_not_guessed_at() -> None:
    prices = [
        condition(Prices(input_mtok=d("1"))),
        condition(Prices(input_mtok=d("2")), between(time(1), time(4))),
        condition(Prices(input_mtok=d("3")), between(time(6), time(10))),
    ]
    with pytest.raises(ValueError, match="several peak prices"):
        row(Genai("m", equals("m"), prices))


def test_a_price_without_a_column_is_named_in_a_note() -> None:
    found = row(Genai("m", equals("m"), Prices(input_mtok=d("1"), input_video_mtok=d("12"))))
    assert found["notes"] == ["Not represented: video input at $12 per million tokens."]


@pytest.mark.parametrize("prices", [Prices(), Prices(audio_hours=d("3"))])
def test_a_model_without_token_prices_is_left_out(prices: Prices) -> None:
    models = [Genai("m", equals("m"), prices)]
    assert sources_genai_prices.rows_of(SimpleNamespace(models=models)) == []


def listed(key: str, **entry: Any) -> dict[str, list[dict[str, Any]]]:
    prices = {"input_cost_per_token": d("1e-06"), "output_cost_per_token": d("5e-06")}
    return sources_litellm.rows_of(
        {key: {"litellm_provider": "openai", "mode": "chat"} | prices | entry}
    )


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
def test_a_threshold_that_is_in_the_dearer_step_already_is_one_lower(
    provider: str, above: int
) -> None:
    entry = {"input_cost_per_token_above_200k_tokens": d("2e-06"), "litellm_provider": provider}
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
        ("m", {"input_cost_per_token": d("0.0"), "output_cost_per_token": d("0.0")}),
    ],
)
def test_what_is_not_a_token_priced_model_of_a_mapped_provider_is_left_out(
    key: str, entry: dict[str, Any]
) -> None:
    assert listed(key, **entry) == {}


def test_a_model_that_draws_in_a_chat_is_billed_as_text() -> None:
    entry = {"mode": "image_generation", "output_cost_per_image_token": d("3e-05")}
    assert listed("m", **entry, supported_endpoints=["/v1/images/generations"]) == {}
    (found,) = listed("m", **entry, supported_endpoints=["/v1/chat/completions"])["openai"]
    assert found["lists"]["standard"]["rates"]["image_output"] == "30"


def test_every_mode_and_tier_is_read_from_its_key() -> None:
    (found,) = listed(
        "m",
        input_cost_per_token_above_272k_tokens=d("2e-06"),
        input_cost_per_token_above_272k_tokens_priority=d("4e-06"),
        output_cost_per_token_flex=d("2.5e-06"),
        cache_read_input_token_cost_batches=d("5e-08"),
        cache_creation_input_token_cost=d("1.25e-06"),
        cache_creation_input_token_cost_above_1hr=d("2e-06"),
        cache_creation_input_token_cost_above_1hr_above_200k_tokens=d("4e-06"),
        input_cost_per_token_ultrafast=d("6e-05"),
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
    (found,) = listed("m", input_cost_per_token=d(written))["openai"]
    assert found["lists"]["standard"]["rates"]["input"] == price


def test_a_zero_means_no_such_charge() -> None:
    (found,) = listed(
        "m", output_cost_per_token=d("0.0"), cache_creation_input_token_cost=d("0.0")
    )["openai"]
    assert found["lists"]["standard"]["rates"] == {"input": "1"}


def test_a_search_costs_what_it_does_with_a_medium_context() -> None:
    sizes = {f"search_context_size_{size}": d(price) for size, price in (
        ("low", "0.03"), ("medium", "0.035"), ("high", "0.05"),
    )}  # fmt: skip
    (found,) = listed("m", search_context_cost_per_query=sizes)["openai"]
    assert found["lists"]["standard"]["rates"]["web_search"] == "0.035"
    assert "low $0.03, medium $0.035, high $0.05" in found["notes"][0]


def test_perplexity_charges_the_request_and_its_dearest_search_is_priced() -> None:
    sizes = {"search_context_size_low": d("0.005"), "search_context_size_high": d("0.012")}
    entry = {"litellm_provider": "perplexity", "search_context_cost_per_query": sizes}
    (found,) = listed("perplexity/sonar", **entry)["perplexity"]
    assert found["lists"]["standard"]["rates"]["request_fee"] == "0.012"


def test_limits_flags_and_dates_are_kept_where_they_make_sense() -> None:
    (found,) = listed(
        "m",
        max_input_tokens=400_000,
        max_output_tokens=d("128000.0"),
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
