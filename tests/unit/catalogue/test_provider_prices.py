"""The current book prices every provider as the public lists do.

Every expected number was read by eye from genai-prices 0.2.3, litellm 1.110.2 or the provider's
page: most are in ``tests/data/provider_prices.yaml``.
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
from tests.support.cases import cases

TODAY = "2026-11-22"
#: The day of the book, on which the lists are compared.
COMPARED = "2026-12-01"
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


TABLES = cases("provider_prices")


@pytest.mark.parametrize(("name", "mode", "prompt_tokens", "expected"), TABLES["today"])
def test_today_a_model_costs_what_the_lists_say(
    name: str, mode: str, prompt_tokens: int, expected: str
) -> None:
    assert rates(price_list(name, mode), prompt_tokens) == columns(expected)


@pytest.mark.parametrize(
    ("name", "mode", "column", "before", "old", "after", "new"), TABLES["changes"]
)
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


@pytest.mark.parametrize(("name", "prices"), TABLES["claude_on_clouds"].items())
def test_claude_costs_ten_percent_more_on_a_clouds_regional_endpoints(
    name: str, prices: str
) -> None:
    found = rates(price_list(name, "standard"), 1)
    names = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
    expected = map(Fraction, prices.split())
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


@pytest.mark.parametrize(("name", "key"), TABLES["makers"].items())
def test_a_bare_name_means_its_makers_model(name: str, key: str) -> None:
    assert bundled.current().find(name).model.key == key


@pytest.mark.parametrize(
    "name",
    [
        "openai/gpt-oss-120b",  # Groq's, Together's and others' id; none of them owns it
        "llama-3.3-70b-versatile",
        "gpt-oss-120b",
        "accounts/acme/models/glm-5p2",
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
            prices = price_list(key, one["mode"], f"{COMPARED}T02:00")
            used = rates(prices, one.get("tier", 0) + 1)[one["component"]]
            assert used == Fraction(one["used"]), (key, one)


def test_both_packages_are_in_the_provenance_by_version_and_content() -> None:
    entries = {entry["title"].split(",")[0]: entry for entry in DOCUMENT["provenance"]}
    retrieved = {"genai-prices 0.2.3": "2026-11-22", "litellm 1.110.2": "2026-11-30"}
    for package, day in retrieved.items():
        assert len(entries[package]["sha256"]) == 64
        assert entries[package]["as_of"] == day


def test_prices_that_were_announced_say_so_before_and_after_their_day() -> None:
    future = [
        key
        for key, row in ROWS.items()
        if any(period.get("from", "") > TODAY for period in row.get("prices", ()))
    ]
    assert "google/gemini-4-argon" in future
    for key in future:
        starts = [
            period["from"] for period in ROWS[key]["prices"] if period.get("from", "") > TODAY
        ]
        notes = " ".join(ROWS[key]["notes"])
        assert all(start[:10] in notes for start in starts), key
        assert "can still change" not in notes, key
