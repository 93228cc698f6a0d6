"""The current book prices every provider as the public lists do.

Every expected number was read from genai-prices 0.2.3 or litellm 1.110.2 by eye, or from the
provider's pricing page where ``catalogue/corrections.toml`` says so; none comes from the importer.
"""

import json
from datetime import UTC, datetime, time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pricing.catalogue.models import Model, PriceList
from pricing.errors import UnknownModel
from pricing.store import bundled

TODAY = "2026-11-22"
DOCUMENT = json.loads(
    (Path(bundled.__file__).parent.parent / "data" / f"{bundled.current_id()}.json").read_bytes()
)
ROWS: dict[str, dict[str, Any]] = {f"{r['provider']}/{r['id']}": r for r in DOCUMENT["models"]}
COLUMNS = {"in": "input", "out": "output", "read": "cache_read", "5m": "cache_write_5m"}
COLUMNS |= {"1h": "cache_write_1h", "audio": "audio_input", "audio_read": "audio_cache_read"}
COLUMNS |= {"video": "video_input", "image_read": "image_cache_read"}
COLUMNS |= {"audio_out": "audio_output", "image": "image_input", "image_out": "image_output"}
COLUMNS |= {"reasoning": "reasoning_output", "search": "web_search", "request": "request_fee"}


def model(name: str) -> Model:
    return bundled.current().find(name).model


def price_list(name: str, mode: str, day: str = TODAY) -> PriceList:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    period = model(name).period_at(at)
    assert period is not None
    return period.lists_at(at)[mode]


def columns(text: str) -> dict[str, Fraction]:
    """``"in 2.5 out 10"`` as components and prices."""
    words = text.split()
    return {
        COLUMNS[word]: Fraction(price) for word, price in zip(words[::2], words[1::2], strict=True)
    }


def rates(prices: PriceList, prompt_tokens: int) -> dict[str, Fraction]:
    chosen = prices.tier_for(prompt_tokens) or prices
    return {component: Fraction(price) for component, price in chosen.rates.items()}


# name, mode, prompt tokens: every column of the list that applies today
TODAYS = {
    # OpenAI: cached input, batch, flex, priority; tiers of whole requests
    ("gpt-4o", "standard", 1): "in 2.5 out 10 read 1.25 search 0.01",
    ("gpt-4o", "priority", 1): "in 4.25 out 17 read 2.125 search 0.01",
    ("gpt-4o", "batch", 1): "in 1.25 out 5 read 1.25 search 0.01",
    ("gpt-4o-2024-05-13", "standard", 1): "in 5 out 15 search 0.01",
    ("gpt-4o-2024-05-13", "priority", 1): "in 8.75 out 26.25 search 0.01",
    ("gpt-4.1", "priority", 1): "in 3.5 out 14 read 0.875 search 0.01",
    ("gpt-5", "flex", 1): "in 0.625 out 5 read 0.0625 search 0.01",
    ("gpt-5-pro", "batch", 1): "in 7.5 out 60 search 0.01",
    ("gpt-5.4", "standard", 272_000): "in 2.5 out 15 read 0.25 search 0.01",
    ("gpt-5.4", "standard", 272_001): "in 5 out 22.5 read 0.5 search 0.01",
    ("gpt-5.4", "flex", 272_001): "in 2.5 out 11.25 read 0.25 search 0.01",
    ("gpt-5.5", "priority", 272_001): "in 12.5 out 75 read 1.25 search 0.01",
    ("gpt-6-astra", "standard", 272_000): "in 10 out 50 read 1 5m 12.5 search 0.01",
    ("gpt-6-astra", "priority", 272_001): "in 40 out 150 read 4 5m 50 search 0.01",
    ("gpt-6.1-terra", "batch", 272_001): "in 1 out 3.75 read 0.05 5m 1.25 search 0.01",
    ("gpt-6-luna", "fast", 1): "in 0.2 out 1 read 0.02 5m 0.25 search 0.01",
    ("o1-pro", "standard", 1): "in 150 out 600",
    ("gpt-audio", "standard", 1): "in 2.5 out 10 audio 32 audio_out 64",
    (
        "gpt-realtime",
        "standard",
        1,
    ): "in 4 out 16 read 0.4 audio 32 audio_out 64 image 5 image_read 0.5",
    ("text-embedding-3-large", "standard", 1): "in 0.13",
    # Google: audio, and cached audio; tiers; what litellm alone has
    ("gemini-2.0-flash", "standard", 1): "in 0.1 out 0.4 read 0.025 audio 0.7 audio_read 0.175 "
    "search 0.035",
    ("gemini-2.5-flash", "standard", 1): "in 0.3 out 2.5 read 0.03 audio 1 audio_read 0.1 "
    "search 0.035",
    ("gemini-2.5-flash", "priority", 1): "in 0.54 out 4.5 read 0.054 audio 1.8 audio_read 0.18 "
    "search 0.035",
    ("gemini-2.5-flash", "batch", 1): "in 0.15 out 1.25 read 0.03 audio 0.5 audio_read 0.1 "
    "search 0.035",
    ("gemini-2.5-pro", "standard", 200_000): "in 1.25 out 10 read 0.125 search 0.035",
    ("gemini-2.5-pro", "standard", 200_001): "in 2.5 out 15 read 0.25 search 0.035",
    ("gemini-2.5-pro", "batch", 200_001): "in 1.25 out 7.5 read 0.25 search 0.035",
    ("gemini-1.5-pro", "standard", 128_001): "in 2.5 out 10",
    # What a list had once: litellm 1.81.16, at genai-prices' price of its family, and 1.102.1
    ("gemini-2.5-pro-preview-05-06", "standard", 200_001): "in 2.5 out 15 read 0.25 search 0.035",
    # Until 2026-01-28 a model of its own; litellm 1.110.2 has the name for Kimi K3
    ("kimi-latest", "standard", 1): "in 3 out 15 read 0.3 5m 3 1h 6",
    # The price of a whole prompt rises with its length: litellm's tiered_pricing
    ("qwen3-max", "standard", 32_000): "in 1.2 out 6",
    ("qwen3-max", "standard", 32_001): "in 2.4 out 12",
    ("dashscope/qwen3-max", "standard", 128_001): "in 3 out 15",
    ("gemini-3.8-flash", "flex", 1): "in 0.375 out 1.875 read 0.0375 search 0.014",
    (
        "gemini-3.8-live",
        "standard",
        1,
    ): "in 0.75 out 4.5 audio 3 audio_out 12 image 1 video 1 search 0.014",
    ("gemini-2.5-flash-image", "standard", 1): "in 0.3 out 2.5 read 0.03 audio 1 image_out 30 "
    "search 0.035",
    ("gemini-3.1-flash-lite-image", "batch", 1): "in 0.125 out 0.75 image_out 15",
    # Bedrock: regions, GovCloud, other makers
    ("amazon.nova-pro-v1:0", "standard", 1): "in 0.8 out 3.2 read 0.2",
    ("us-gov-west-1/amazon.nova-pro-v1:0", "standard", 1): "in 0.96 out 3.84 read 0.24",
    ("eu.amazon.nova-2-lite-v1:0", "standard", 1): "in 0.429 out 3.597 read 0.10725",
    ("us.meta.llama3-3-70b-instruct-v1:0", "standard", 1): "in 0.72 out 0.72",
    ("openai.gpt-6-sol", "standard", 272_001): "in 4.4 out 16.5 read 0.44 5m 5.5 search 0.012",
    ("mistral.mistral-large-3-675b-instruct", "standard", 1): "in 0.5 out 1.5",
    # Vertex, which is not the Gemini API
    ("vertex/gemini-2.0-flash", "standard", 1): "in 0.15 out 0.6 audio 1",
    # Azure: data zones
    ("azure/gpt-6-sol", "standard", 1): "in 2 out 10 read 0.2 5m 2.5 search 0.014",
    ("azure/us/gpt-6-sol", "standard", 1): "in 2.2 out 11 read 0.22 5m 2.75 search 0.014",
    ("azure/eu/o4-mini", "standard", 1): "in 1.21 out 4.84 read 0.303 search 0.014",
    ("azure/phi-4-multimodal-instruct", "standard", 1): "in 0.08 out 0.32 audio 4",
    # Mistral, xAI, Cohere, DeepSeek, and others that sell their own
    ("codestral-2508", "batch", 1): "in 0.15 out 0.45 read 0.015",
    ("mistral-large-latest", "standard", 1): "in 0.5 out 1.5 read 0.05",
    ("grok-4.7", "standard", 199_999): "in 2 out 6 read 0.5 search 0.005",
    ("grok-4.7", "standard", 200_000): "in 4 out 12 read 1 search 0.005",
    ("grok-4.20", "batch", 1): "in 1 out 2 read 0.16 search 0.005",
    ("grok-4.20-reasoning", "standard", 199_999): "in 1.25 out 2.5 read 0.2 search 0.005",
    ("grok-4.20-reasoning", "standard", 200_000): "in 2.5 out 5 read 0.4 search 0.005",
    ("grok-code-fast-1", "standard", 199_999): "in 1 out 2 read 0.2 search 0.005",
    ("grok-code-fast-1", "standard", 200_000): "in 2 out 4 read 0.4 search 0.005",
    ("command-r7b-12-2024", "standard", 1): "in 0.0375 out 0.15",
    ("embed-v4.0", "standard", 1): "in 0.12 image 0.47",
    ("deepseek-chat", "standard", 1): "in 0.28 out 0.42 read 0.028",
    ("deepseek-reasoner", "standard", 1): "in 0.28 out 0.42 read 0.028",
    ("kimi-k3", "standard", 1): "in 3 out 15 read 0.3 5m 3 1h 6",
    ("minimax-m3", "standard", 512_001): "in 0.6 out 2.4 read 0.12",
    ("muse-wonder-1.0", "standard", 1): "in 4 out 20 read 0.2 search 0.0025",
    ("sonar", "standard", 1): "in 1 out 1",
    ("sonar-pro", "standard", 1): "in 3 out 15",
    # Those who sell other makers' models
    ("groq/openai/gpt-oss-120b", "batch", 1): "in 0.075 out 0.3 read 0.075 search 0.005",
    ("groq/qwen/qwen3-32b", "standard", 1): "in 0.29 out 0.59",
    ("together/MiniMaxAI/MiniMax-M3", "standard", 1): "in 0.3 out 1.2 read 0.06",
    ("fireworks/accounts/fireworks/models/glm-5p2", "standard", 1): "in 1.4 out 4.4 read 0.14",
    ("fireworks/glm-5p2", "standard", 1): "in 1.4 out 4.4 read 0.14",
    ("openrouter/x-ai/grok-4.7", "standard", 200_001): "in 4 out 12 read 1",
    ("openrouter/openai/gpt-6-luna:batch", "standard", 1): "in 0.05 out 0.25 read 0.005 "
    "5m 0.0625 search 0.01",
    ("cerebras/gpt-oss-120b", "standard", 1): "in 0.35 out 0.75",
    ("cloudflare/@cf/openai/gpt-oss-120b", "standard", 1): "in 0.35 out 0.75",
}


@pytest.mark.parametrize(("name", "mode", "prompt_tokens"), TODAYS)
def test_today_a_model_costs_what_the_lists_say(name: str, mode: str, prompt_tokens: int) -> None:
    expected = columns(TODAYS[name, mode, prompt_tokens])
    assert rates(price_list(name, mode), prompt_tokens) == expected


# name, mode, column, the last day of one price and the first of the next
CHANGES = [
    ("o3", "standard", "in", "2025-06-09", "10", "2025-06-10", "2"),
    ("grok-4.20", "standard", "out", "2026-04-29", "6", "2026-04-30", "2.5"),
    ("grok-code-fast", "standard", "in", "2026-05-15T18:59", "0.2", "2026-05-15T19:00", "1"),
    ("mistral-medium-latest", "standard", "in", "2026-06-15", "0.4", "2026-06-16", "1.5"),
    ("mistral-large-4", "standard", "in", "2026-10-19", "0.68", "2026-10-20", "1.36"),
    ("mistral-large-4", "batch", "in", "2026-10-28", "0.68", "2026-10-29", "0.35"),
    ("gemini-4-argon", "standard", "out", "2026-11-30", "10", "2026-12-01", "20"),
    ("gemini-4-argon", "priority", "in", "2026-11-30", "3.6", "2026-12-01", "7.2"),
    ("gemini-3.8-flash", "batch", "in", "2026-12-31", "0.375", "2027-01-01", "0.75"),
    ("gemini-3.8-flash", "flex", "out", "2026-12-31", "1.875", "2027-01-01", "3.75"),
    ("deepseek-chat", "standard", "in", "2025-09-28", "0.56", "2025-09-29", "0.28"),
    (
        "deepseek-reasoner",
        "standard",
        "out",
        "2025-09-05T15:59",
        "2.19",
        "2025-09-05T16:00",
        "1.68",
    ),
    (
        "deepseek-reasoner",
        "standard",
        "in",
        "2025-09-04T16:30",
        "0.135",
        "2025-09-05T00:30",
        "0.55",
    ),
    ("openai.gpt-5.6-sol", "standard", "in", "2026-08-20", "5.5", "2026-08-21", "4.4"),
    ("deepseek-v4-pro", "standard", "out", "2026-08-16T02:00", "0.87", "2026-08-17T02:00", "3.96"),
]


@pytest.mark.parametrize(("name", "mode", "column", "before", "old", "after", "new"), CHANGES)
def test_a_price_changes_on_its_day(
    name: str, mode: str, column: str, before: str, old: str, after: str, new: str
) -> None:
    component = COLUMNS[column]
    assert rates(price_list(name, mode, before), 1)[component] == Fraction(old)
    assert rates(price_list(name, mode, after), 1)[component] == Fraction(new)


def test_a_batch_price_is_unknown_where_only_todays_is_listed() -> None:
    before = model("o3").period_at(datetime(2025, 6, 9, tzinfo=UTC))
    assert before is not None
    assert set(before.lists) == {"standard"}


@pytest.mark.parametrize(
    ("hour", "price"),
    [
        (time(0, 59), "0.66"),
        (time(1, 0), "1.32"),
        (time(3, 59), "1.32"),
        (time(4, 0), "0.66"),
        (time(5, 59), "0.66"),
        (time(6, 0), "1.32"),
        (time(9, 59), "1.32"),
        (time(10, 0), "0.66"),
        (time(23, 0), "0.66"),
    ],
)
def test_deepseek_v4_pro_has_two_peaks_a_day(hour: time, price: str) -> None:
    day = f"2026-11-20T{hour.isoformat()}"
    assert rates(price_list("deepseek-v4-pro", "standard", day), 1)["input"] == Fraction(price)


@pytest.mark.parametrize(
    ("moment", "price"),
    [
        ("2026-11-20T09:59", "1.32"),  # the last peak of a Friday
        ("2026-11-21T00:00", "0.66"),
        ("2026-11-21T01:00", "0.66"),
        ("2026-11-22T23:59", "0.66"),
        ("2026-11-23T01:00", "1.32"),  # the first peak of a Monday
    ],
)
def test_deepseek_has_no_peak_at_weekends(moment: str, price: str) -> None:
    found = rates(price_list("deepseek-v4-pro", "standard", moment), 1)
    assert found["input"] == Fraction(price)


@pytest.mark.parametrize(
    ("moment", "price"),
    [
        ("2025-09-01T16:29", "0.27"),
        ("2025-09-01T16:30", "0.135"),
        ("2025-09-02T00:29", "0.135"),
        ("2025-09-02T00:30", "0.27"),
        ("2025-09-05T15:59", "0.27"),
        ("2025-09-05T16:00", "0.56"),
        ("2025-09-05T17:00", "0.56"),
    ],
)
def test_deepseek_chats_night_discount_ended_on_the_fifth_of_september_2025(
    moment: str, price: str
) -> None:
    assert rates(price_list("deepseek-chat", "standard", moment), 1)["input"] == Fraction(price)


CLAUDE_ON_CLOUDS = {
    # in, out, read, 5m, 1h; list prices on global endpoints, 1.1 times on regional ones
    "bedrock/global.anthropic.claude-sonnet-5-5": "2 10 0.1 2.5 4",
    "us.anthropic.claude-sonnet-5-5": "2.2 11 0.11 2.75 4.4",
    "eu.anthropic.claude-sonnet-5-5": "2.2 11 0.11 2.75 4.4",
    "apac.anthropic.claude-sonnet-5-5": "2.2 11 0.11 2.75 4.4",
    "jp.anthropic.claude-sonnet-5-5": "2.2 11 0.11 2.75 4.4",
    "anthropic.claude-sonnet-5-5": "2.2 11 0.11 2.75 4.4",
    "us-gov-west-1/anthropic.claude-sonnet-5-5": "2.4 12 0.12 3 4.8",
    "us-gov.anthropic.claude-sonnet-5-5": "2.4 12 0.12 3 4.8",
    "global.anthropic.claude-fable-5-1": "10 50 0.25 12.5 20",
    "us.anthropic.claude-fable-5-1": "11 55 0.275 13.75 22",
    "global.anthropic.claude-opus-4-5-20251101-v1:0": "5 25 0.5 6.25 10",
    "us.anthropic.claude-opus-4-5-20251101-v1:0": "5.5 27.5 0.55 6.875 11",
    "us.anthropic.claude-opus-4-1-20250805-v1:0": "15 75 1.5 18.75 30",
    "anthropic.claude-3-5-haiku-20241022-v1:0": "0.8 4 0.08 1 1.6",
    "anthropic.claude-3-haiku-20240307-v1:0": "0.25 1.25 0.03 0.3 0.5",
    "vertex/claude-sonnet-5-5@default": "2 10 0.1 2.5 4",
    "vertex/regional/claude-sonnet-5-5": "2.2 11 0.11 2.75 4.4",
    "vertex/claude-haiku-4-5@20251001": "1 5 0.1 1.25 2",
    "vertex/regional/claude-haiku-4-5@20251001": "1.1 5.5 0.11 1.375 2.2",
    "vertex/claude-3-5-haiku": "0.8 4 0.08 1 1.6",
    "vertex/claude-fable-5-2": "8 40 0.2 10 16",
    "azure/claude-sonnet-5-5": "2 10 0.1 2.5 4",
    "azure/claude-opus-5-5-fast": "8 40 0.4 10 16",
}


@pytest.mark.parametrize("name", CLAUDE_ON_CLOUDS)
def test_claude_costs_ten_percent_more_on_a_clouds_regional_endpoints(name: str) -> None:
    found = rates(price_list(name, "standard"), 1)
    names = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
    expected = map(Fraction, CLAUDE_ON_CLOUDS[name].split())
    assert {column: found[column] for column in names} == dict(zip(names, expected, strict=True))


def test_claudes_tier_costs_ten_percent_more_too() -> None:
    prices = price_list("us.anthropic.claude-haiku-5-5", "standard")
    assert rates(prices, 100_000)["input"] == Fraction("0.11")
    assert rates(prices, 100_001)["input"] == Fraction("0.55")
    assert rates(prices, 100_001)["output"] == Fraction("2.75")


@pytest.mark.parametrize(
    ("key", "ambiguous"),
    [
        ("bedrock/anthropic.claude-sonnet-5-5", ["anthropic.claude-sonnet-5-5"]),
        ("bedrock/openai.gpt-6-sol", ["openai.gpt-6-sol"]),
        (
            "vertex/claude-sonnet-5-5",
            ["claude-sonnet-5-5", "claude-sonnet-5-5@default", "claude-sonnet-latest"],
        ),
    ],
)
def test_an_id_that_does_not_say_which_endpoint_is_marked(key: str, ambiguous: list[str]) -> None:
    assert ROWS[key]["ambiguous_aliases"] == ambiguous


@pytest.mark.parametrize(
    "key",
    [
        "bedrock/global.anthropic.claude-sonnet-5-5",
        "bedrock/anthropic.claude-opus-4-1-20250805-v1:0",
        "vertex/regional/claude-sonnet-5-5",
        "vertex/claude-3-5-haiku",
    ],
)
def test_an_id_with_one_price_everywhere_is_not_marked(key: str) -> None:
    assert "ambiguous_aliases" not in ROWS[key]


FOUND = {
    "gpt-4o-2024-11-20": "openai/gpt-4o",
    "gpt-5.1-chat-latest": "openai/gpt-5.1-chat",
    "o4-mini-2025-04-16": "openai/o4-mini",
    "claude-sonnet-5-5": "anthropic/claude-sonnet-5-5",
    "gemini-2.5-flash": "google/gemini-2.5-flash",
    "grok-4.7-latest": "xai/grok-4.7",
    "command-a-03-2025": "cohere/command-a",
    "us.amazon.nova-lite-v1:0": "bedrock/amazon.nova-lite-v1:0",
    "gpt": "openai/gpt-6.1-sol",
    "gpt-mini": "openai/gpt-5.4-mini",
    "gpt-nano": "openai/gpt-5.4-nano",
    "gemini-pro": "google/gemini-2.5-pro",
    "gemini-flash": "google/gemini-3.8-flash",
    "gemini-flash-lite": "google/gemini-3.5-flash-lite",
    "grok": "xai/grok-4.7",
    "mistral-large": "mistral/mistral-large-4",
    "mistral-small": "mistral/mistral-small-2603",
    "deepseek": "deepseek/deepseek-v4-pro",
    "opus": "anthropic/claude-opus-5-5",
}


@pytest.mark.parametrize("name", FOUND)
def test_a_bare_name_means_its_makers_model(name: str) -> None:
    assert bundled.current().find(name).model.key == FOUND[name]


@pytest.mark.parametrize(
    "name",
    [
        "openai/gpt-oss-120b",  # Groq's, Together's and others' id; none of them owns it
        "llama-3.3-70b-versatile",
        "gpt-oss-120b",
        "accounts/fireworks/models/glm-5p2",
        "claude-sonnet-5-5@20261231",
        "gpt-6-sol-preview",
        "gemini-3.8-flash-001",
        "gpt-4o-2024-01-01",
    ],
)
def test_a_name_without_an_owner_or_that_was_never_listed_is_not_priced(name: str) -> None:
    with pytest.raises(UnknownModel):
        bundled.current().find(name)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("groq/llama-3.3-70b-versatile", "llama-3.3-70b-versatile"),
        ("cerebras/gpt-oss-120b", "gpt-oss-120b"),
    ],
)
def test_a_resellers_model_is_found_behind_its_provider(key: str, name: str) -> None:
    assert model(key).id == name


def test_every_provider_that_was_promised_is_there() -> None:
    providers = {row["provider"] for row in DOCUMENT["models"]}
    promised = {"anthropic", "openai", "google", "bedrock", "vertex", "azure", "mistral", "xai"}
    promised |= {"deepseek", "cohere", "groq", "together", "fireworks", "openrouter"}
    assert promised <= providers


@pytest.mark.parametrize(
    ("key", "tokenizer"),
    [
        ("openai/gpt-4o", "o200k"),
        ("openai/gpt-6.1-sol", "o200k"),
        ("openai/o3", "o200k"),
        ("openai/gpt-4", "cl100k"),
        ("openai/gpt-4-turbo", "cl100k"),
        ("openai/gpt-3.5-turbo", "cl100k"),
        ("openai/text-embedding-3-small", "cl100k"),
        ("azure/us/gpt-4o", "o200k"),
        ("google/gemini-2.5-pro", "gemini"),
        ("vertex/claude-sonnet-5-5", "claude-2026"),
        ("bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-2024"),
        ("mistral/mistral-large-4", None),
        ("openai/davinci-002", None),
    ],
)
def test_the_tokenizer_is_named_where_it_is_known(key: str, tokenizer: str | None) -> None:
    assert model(key).tokenizer == tokenizer


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("openai/gpt-5.4", (1_050_000, 128_000)),
        ("google/gemini-2.5-pro", (1_048_576, 65_536)),
        ("groq/openai/gpt-oss-120b", (131_072, 65_536)),
        ("xai/grok-4.7", (500_000, 500_000)),
        ("bedrock/amazon.nova-pro-v1:0", (300_000, 10_000)),
    ],
)
def test_limits_are_the_lists(key: str, expected: tuple[int, int]) -> None:
    found = model(key)
    assert (found.context_window, found.max_output_tokens) == expected


def test_capabilities_follow_from_prices_and_from_litellms_flags() -> None:
    assert model("openai/gpt-5").capabilities == {
        "batch", "caching", "streaming", "thinking", "tools", "vision",
    }  # fmt: skip
    assert "batch" not in model("openai/o1-preview").capabilities
    assert "streaming" not in model("openai/o1-pro").capabilities
    assert model("openai/text-embedding-3-large").capabilities == {"batch"}


DISAGREEMENTS = [
    ("openai/gpt-4.1", "web_search", "standard", "0.01", "0.025", "0.01"),
    ("vertex/claude-3-5-haiku", "input", "standard", "0.8", "1", "0.8"),
    ("azure/text-embedding-3-large", "input", "standard", "0.13", "0.143", "0.13"),
    ("xai/grok-code-fast-1", "above_tokens", "standard", "none", "199999", "199999"),
    ("bedrock/anthropic.claude-opus-5", "input", "standard", "5.5", "5", "5.5"),
    ("bedrock/us-gov.anthropic.claude-sonnet-5", "input", "standard", "2.2", "2.4", "2.4"),
    ("bedrock/anthropic.claude-sonnet-4-20250514-v1:0", "above_tokens", "standard", "none",
     "200000", "none"),
    ("anthropic/claude-sonnet-4-5", "above_tokens", "standard", "200000", "none", "none"),
    ("deepseek/deepseek-chat", "output", "standard", "1.1", "0.42", "0.42"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "component", "mode", "genai", "litellm", "used"), DISAGREEMENTS)
def test_a_known_disagreement_is_on_the_row(
    key: str, component: str, mode: str, genai: str | None, litellm: str, used: str
) -> None:
    said = {"genai_prices": genai} if genai else {}
    expected = {"component": component, "mode": mode, "litellm": litellm, "used": used} | said
    assert expected in ROWS[key]["disagreements"]


def test_what_is_used_is_what_a_disagreement_says_is_used() -> None:
    for key, row in ROWS.items():
        for one in row.get("disagreements", ()):
            if one["component"] == "above_tokens" or "alias" in one:
                continue
            prices = price_list(key, one["mode"], f"{TODAY}T02:00")
            used = rates(prices, one.get("tier", 0) + 1)[one["component"]]
            assert used == Fraction(one["used"]), (key, one)


def test_both_packages_are_in_the_provenance_by_version_and_content() -> None:
    entries = {entry["title"].split(",")[0]: entry for entry in DOCUMENT["provenance"]}
    retrieved = {"genai-prices 0.2.3": "2026-11-22", "litellm 1.110.2": "2026-11-30"}
    for package, day in retrieved.items():
        assert len(entries[package]["sha256"]) == 64
        assert entries[package]["as_of"] == day


def test_announced_prices_say_that_they_can_change() -> None:
    future = [
        key
        for key, row in ROWS.items()
        if any(period.get("from", "") > TODAY for period in row.get("prices", ()))
    ]
    assert "google/gemini-4-argon" in future
    for key in future:
        assert any("scheduled" in note or "2026-11-30" in note for note in ROWS[key]["notes"]), key
