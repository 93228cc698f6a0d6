"""LiteLLM's price map: strict with each entry, and one bad entry costs no other."""

import json
from typing import Any

import pytest

from pricing.sources import litellm
from pricing.sources.payload import SourceNotes
from tests.support.payloads import payload


def of_entry(entry: Any) -> tuple[dict[str, Any], list[str]]:
    notes = SourceNotes("litellm")
    return (litellm.read(payload({"swift": entry}), notes), [one.code for one in notes.left_out])


LITELLM: dict[str, Any] = {
    "litellm_provider": "openai",
    "mode": "chat",
    "input_cost_per_token": 2.5e-06,
    "output_cost_per_token": 1e-05,
}


def of_text(*members: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The models of a map whose members are written out, and what was left out of it."""
    notes = SourceNotes("litellm")
    content = ("{" + ", ".join(members) + "}").encode()
    rows = litellm.read(payload(content), notes).get("openai", [])
    return [row["id"] for row in rows], [(one.model, one.code) for one in notes.left_out]


SWALLOW = f'"swallow": {json.dumps(LITELLM)}'


@pytest.mark.parametrize(
    ("again", "code"),
    [
        ({}, None),
        ({"supports_vision": True}, None),  # only one has it
        ({"max_tokens": 7}, None),
        ({"input_cost_per_token": 2.6e-06}, "invalid_price"),
        ({"cache_read_input_token_cost": 1e-07}, None),
        ({"mode": "embedding"}, "invalid_entry"),
        ({"litellm_provider": "azure"}, "invalid_entry"),
    ],
)
def test_a_key_that_occurs_twice_keeps_what_both_values_share(
    again: dict[str, Any], code: str | None
) -> None:
    """LiteLLM's map of 2025-11-08 held gpt-5-codex twice, and that of 2026-05-15 zai.glm-5."""
    once, twice = (json.dumps({**LITELLM, "max_tokens": 6, **one}) for one in ({}, again))
    names, found = of_text(f'"swift": {once}', SWALLOW, f'"swift": {twice}')
    assert names == (["swallow"] if code else ["swift", "swallow"])
    assert found == ([("swift", code)] if code else [])


def test_neither_of_two_prices_in_one_entry_is_used() -> None:
    twice = json.dumps(LITELLM)[:-1] + ', "input_cost_per_token": 2.6e-06}'
    assert of_text(f'"swift": {twice}', SWALLOW) == (["swallow"], [("swift", "invalid_price")])


def test_a_key_a_third_time_does_not_end_a_disagreement() -> None:
    entries = [json.dumps(LITELLM | {"mode": mode}) for mode in ("chat", "embedding", "chat")]
    found = of_text(*(f'"swift": {entry}' for entry in entries), SWALLOW)
    assert found == (["swallow"], [("swift", "invalid_entry")])


def test_a_price_a_token_becomes_a_price_per_million_exactly() -> None:
    rows, found = of_entry(LITELLM)
    assert rows["openai"][0]["lists"]["standard"]["rates"] == {"input": "2.5", "output": "10"}
    assert found == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"input_cost_per_token": None}, "invalid_price"),
        ({"input_cost_per_token": "2.5e-06"}, "invalid_price"),
        ({"output_cost_per_token_batches": -1e-06}, "invalid_price"),
        ({"search_context_cost_per_query": {"search_context_size_low": "1"}}, "invalid_price"),
        ({"regional_processing_uplift_multiplier_us": "1.1"}, "invalid_price"),
        ({"currency": "CNY"}, "invalid_entry"),
        ({"mode": ["chat"]}, "invalid_entry"),
    ],
)
def test_a_wrong_entry_is_left_out_and_noted(wrong: dict[str, Any], code: str) -> None:
    assert of_entry(LITELLM | wrong) == ({}, [code])


@pytest.mark.parametrize("entry", [[1], None, "swift", {}, 7])
def test_anything_but_an_object_is_left_out_and_noted(entry: Any) -> None:
    assert of_entry(entry) == ({}, ["invalid_entry"])


def test_a_provider_that_tariff_does_not_list_is_ignored() -> None:
    assert of_entry(LITELLM | {"litellm_provider": "nobody"}) == ({}, [])


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
        "priority": {"rates": {}, "tiers": [{"above_tokens": 272_000, "rates": {"input": "4"}}]},
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
        # No price has 13 digits: it is a quotient, of which ten are read.
        ("1.23456789012e-06", "1.23456789012"),
        ("1.234567890123e-06", "1.23456789"),
        ("4.1666666666666664e-08", "0.04166666667"),
    ],
)
def test_a_price_per_token_becomes_one_per_million_exactly(written: str, price: str) -> None:
    entry = f'{{"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": {written}}}'
    (found,) = litellm.read(payload(f'{{"m": {entry}}}'.encode()), SourceNotes("litellm"))["openai"]
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


def test_perplexity_charges_the_request_by_the_unit_and_no_search() -> None:
    """catalogue/imported/media.json has its fees by the size of the search context."""
    sizes = {"search_context_size_low": 0.005, "search_context_size_medium": 0.008}
    entry = {"litellm_provider": "perplexity", "search_context_cost_per_query": sizes}
    (found,) = listed("perplexity/sonar", **entry)["perplexity"]
    assert found["lists"]["standard"]["rates"].keys() <= {"input", "output"}


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


@pytest.mark.parametrize(
    "names",
    [
        '"a": {"alias_of": "b"}, "b": {"alias_of": "a"}',  # a circle
        '"a": {"alias_of": "a"}',
        '"a": {"alias_of": "gone"}',
        '"a": {"alias_of": "m"}, "m": 1',
    ],
)
def test_a_name_that_leads_nowhere_names_nothing(names: str) -> None:
    entry = '{"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06}'
    content = f'{{"gpt-9": {entry}, {names}}}'
    (found,) = litellm.read(payload(content.encode()), SourceNotes("litellm"))["openai"]
    assert found["id"] == "gpt-9"


def test_a_name_that_stands_for_two_models_keeps_its_prefix_for_the_second() -> None:
    """litellm's bedrock means the global endpoint, and its bedrock_mantle a regional one."""
    prices = {"input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06, "mode": "chat"}
    document = {
        "global.maker.swift": prices | {"litellm_provider": "bedrock_converse"},
        "bedrock_mantle/maker.swift": prices | {"litellm_provider": "bedrock_mantle"},
        "bedrock_mantle/swift-latest": {"alias_of": "bedrock_mantle/maker.swift"},
        "bedrock/swift-latest": {"alias_of": "global.maker.swift"},
    }
    found = litellm.read(payload(document), SourceNotes("litellm"))["bedrock"]
    assert {row["id"]: row["also"] for row in found} == {
        "global.maker.swift": ["swift-latest"],
        "maker.swift": ["bedrock_mantle/swift-latest"],
    }


def test_two_names_for_one_model_are_one_name() -> None:
    prices = {"input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06, "mode": "chat"}
    document = {
        f"{prefix}/{name}": entry
        for prefix in ("azure", "azure_ai")
        for name, entry in {
            "swift": prices | {"litellm_provider": prefix},
            "swift-latest": {"alias_of": f"{prefix}/swift"},
        }.items()
    }
    found = litellm.read(payload(document), SourceNotes("litellm"))["azure"]
    assert [row["also"] for row in found] == [["swift-latest"], ["swift-latest"]]


OFF_PEAK = {
    "input_cost_per_token": 5e-07,
    "output_cost_per_token": 2.5e-06,
    "windows": [
        {"hours_utc": ["00:00-01:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
        {"hours_utc": "00:00-00:00", "weekdays": [6, 7]},
    ],
}


def test_prices_of_other_hours_are_windows() -> None:
    (row,) = listed("deepseek/swift", litellm_provider="deepseek", off_peak_pricing=OFF_PEAK)[
        "deepseek"
    ]
    workdays, weekend = [1, 2, 3, 4, 5], [6, 7]
    assert [(one["from"], one["to"], one["days"]) for one in row["windows"]] == [
        ("00:00", "01:00", workdays),
        ("10:00", "00:00", workdays),
        ("00:00", "00:00", weekend),
    ]
    rates = {"input": "0.5", "output": "2.5"}
    assert [one["lists"]["standard"]["rates"] for one in row["windows"]] == [rates] * 3


@pytest.mark.parametrize("hours", ["always", "24:00-01:00", "1:00-2:00", "", "00:00-01:00-02:00"])
def test_hours_that_cannot_be_read_cost_the_entry(hours: str) -> None:
    window = {"hours_utc": hours, "weekdays": [1]}
    entry = LITELLM | {"off_peak_pricing": OFF_PEAK | {"windows": [window]}}
    assert of_entry(entry) == ({}, ["invalid_entry"])


@pytest.mark.parametrize(
    "off_peak",
    [
        {"windows": [{"hours_utc": "00:00-01:00", "weekdays": [1]}]},  # without prices
        OFF_PEAK | {"windows": [{"hours_utc": "00:00-01:00", "weekdays": [0]}]},
        OFF_PEAK | {"windows": [{"hours_utc": "00:00-01:00", "weekdays": [8]}]},
        OFF_PEAK | {"windows": [{"hours_utc": "00:00-01:00"}]},
        OFF_PEAK | {"windows": "nights"},
        ["nights"],
    ],
)
def test_other_prices_that_cannot_be_read_cost_the_entry(off_peak: Any) -> None:
    assert of_entry(LITELLM | {"off_peak_pricing": off_peak}) == ({}, ["invalid_entry"])


@pytest.mark.parametrize("price", [-1e-06, True, "free"])
def test_an_off_peak_price_that_is_none_costs_the_entry(price: Any) -> None:
    entry = LITELLM | {"off_peak_pricing": OFF_PEAK | {"input_cost_per_token": price}}
    assert of_entry(entry)[0] == {}
