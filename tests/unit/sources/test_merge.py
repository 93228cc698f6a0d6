"""Merging the two lists: which price is used, what completes it, and the notes about it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pricing.sources.book import merges
from pricing.sources.corrections import Corrections
from pricing.sources.merge import side_by_side
from pricing.sources.names import best, stem, undated
from pricing.sources.price_tables import completed, document_of, table_of
from tests.support.merging import GENAI_NAME, ONE, TWO, VERSIONS, genai, litellm, rows, standard
from tests.support.refresh_checks import lists


def test_where_both_state_a_name_genai_prices_wins_and_the_difference_stays() -> None:
    found = rows([genai(lists(standard=ONE))], [litellm(lists(standard=TWO))])["swift"]
    assert standard(found) == ONE
    assert found["disagreements"] == [
        {"component": "input", "mode": "standard", "genai_prices": "1", "litellm": "2", "used": "1"}
    ]
    assert found["prices"][0]["source"] == "genai-prices 1, litellm 2"


def test_litellms_hours_come_with_its_prices_alone() -> None:
    hours = [{"from": "00:00", "to": "08:00", "days": [1], "lists": lists(standard=TWO)}]
    listed = litellm(lists(standard=ONE), windows=hours)
    (alone,) = rows([], [listed])["swift"]["prices"]
    assert alone["windows"] == hours
    (other,) = rows([genai(lists(standard=ONE))], [listed])["swift"]["prices"]
    assert "windows" not in other


def test_where_only_a_pattern_matches_litellms_exact_name_wins() -> None:
    other = litellm(lists(standard=TWO), id="swift-cyber", like=["swift", "pattern"])
    found = rows([genai(lists(standard=ONE))], [other])
    assert standard(found["swift"]) == ONE
    assert standard(found["swift-cyber"]) == TWO
    assert found["swift-cyber"]["prices"][0]["source"] == "litellm 2"
    assert found["swift-cyber"]["disagreements"][0]["used"] == "2"


def test_a_dated_name_with_the_same_prices_is_an_alias() -> None:
    dated = litellm(lists(standard=ONE), id="swift-2026-01-02", like=["swift", "pattern"])
    found = rows([genai(lists(standard=ONE))], [litellm(lists(standard=ONE)), dated])
    assert found.keys() == {"swift"}
    assert found["swift"]["aliases"] == ["swift-2026-01-02"]


def test_a_numbered_name_with_other_prices_is_a_row_of_its_own() -> None:
    dated = litellm(lists(standard=TWO), id="swift-2512")
    assert rows([genai(lists(standard=ONE))], [dated]).keys() == {"swift", "swift-2512"}


def test_a_name_with_another_limit_is_a_row_of_its_own() -> None:
    names = [
        litellm(lists(standard=ONE), id="swift", context_window=8_000),
        litellm(lists(standard=ONE), id="swift-2026-01-02", context_window=16_000),
    ]
    assert rows([], names).keys() == {"swift", "swift-2026-01-02"}


def test_what_one_list_leaves_out_the_other_adds_where_their_base_prices_agree() -> None:
    more = ONE | {"cache_read": "0.1"}
    flex = {"input": "0.5", "output": "2.5"}
    found = rows([genai(lists(standard=ONE))], [litellm(lists(standard=more, flex=flex))])["swift"]
    assert standard(found) == more
    assert found["prices"][0]["lists"]["flex"]["rates"] == flex | {"cache_read": "0.1"}
    assert "disagreements" not in found


def test_what_one_list_adds_is_for_the_newest_price_that_it_has() -> None:
    """litellm has no dates, and may follow a price that was announced some days later."""
    announced = {"id": "swift", "names": ["swift"], "periods": [
        {"lists": lists(standard=ONE), "to": "2026-11-20"},
        {"lists": lists(standard=TWO), "from": "2026-11-20"},
    ]}  # fmt: skip
    batch = {"input": "0.5", "output": "2.5"}
    before, after = rows([announced], [litellm(lists(standard=ONE, batch=batch))])["swift"][
        "prices"
    ]
    assert (before["lists"].keys(), after["lists"].keys()) == ({"standard", "batch"}, {"standard"})


def test_what_one_list_adds_is_refused_where_their_base_prices_differ() -> None:
    flex = {"input": "1", "output": "2.5"}
    found = rows([genai(lists(standard=ONE))], [litellm(lists(standard=TWO, flex=flex))])["swift"]
    assert set(found["prices"][0]["lists"]) == {"standard"}


def test_a_threshold_one_token_apart_is_one_tier_and_a_disagreement() -> None:
    def tiered(above: int) -> dict[str, Any]:
        tiers = [{"above_tokens": above, "rates": TWO}]
        return {"standard": {"rates": ONE, "tiers": tiers}}

    found = rows([genai(tiered(199_999))], [litellm(tiered(200_000))])["swift"]
    assert [tier["above_tokens"] for tier in found["prices"][0]["lists"]["standard"]["tiers"]] == [
        199_999
    ]
    assert [one["component"] for one in found["disagreements"]] == ["above_tokens"]


COMPLETED = {
    "a discount's missing column costs what it does in standard": (
        lists(standard=ONE | {"cache_read": "0.2"}, batch={"input": "0.5", "output": "2.5"}),
        "batch",
        {"input": "0.5", "output": "2.5", "cache_read": "0.2"},
    ),
    "a part that costs what its whole does is not written": (
        lists(standard=ONE | {"audio_input": "1", "reasoning_output": "5"}),
        "standard",
        ONE,
    ),
    "a discount's part follows its own whole": (
        lists(standard=ONE | {"audio_input": "1"}, flex={"input": "0.5", "output": "2.5"}),
        "flex",
        {"input": "0.5", "output": "2.5"},
    ),
    "a search costs the same in a premium": (
        lists(standard=ONE | {"web_search": "0.01"}, priority=TWO),
        "priority",
        TWO | {"web_search": "0.01"},
    ),
}


@pytest.mark.parametrize("case", COMPLETED)
def test_a_list_is_completed(case: str) -> None:
    listed, mode, expected = COMPLETED[case]
    done, notes = completed(table_of(listed))
    assert document_of(done)[mode]["rates"] == expected
    assert notes == []


@pytest.mark.parametrize(
    ("mode", "stated"), [("priority", TWO), ("fast", TWO), ("batch", {"input": "0.5"})]
)
def test_a_mode_that_cannot_be_completed_is_left_out_with_a_note(
    mode: str, stated: dict[str, str]
) -> None:
    done, notes = completed(
        table_of(lists(**{"standard": ONE | {"cache_read": "0.2"}, mode: stated}))
    )
    assert set(done) == {"standard"}
    assert notes == [f"{mode.capitalize()} is not priced: the lists leave out a token price."]


def test_a_discount_without_the_tier_pays_standard_there_with_a_note() -> None:
    listed = {
        "standard": {"rates": ONE, "tiers": [{"above_tokens": 1000, "rates": TWO}]},
        "flex": {"rates": {"input": "0.5", "output": "2.5"}},
    }
    done, notes = completed(table_of(listed))
    assert document_of(done)["flex"]["tiers"] == [{"above_tokens": 1000, "rates": TWO}]
    assert notes == ["Flex has no listed long-context price: standard's is used."]


def test_a_tier_without_a_component_keeps_the_price_below_it() -> None:
    base = ONE | {"web_search": "0.01"}
    tier = {"above_tokens": 1000, "rates": {"input": "3"}}
    done, _ = completed(table_of({"standard": {"rates": base, "tiers": [tier]}}))
    assert done["standard"][1000] == {
        name: Decimal(price) for name, price in (base | {"input": "3"}).items()
    }


CLAUDE = {
    "id": "claude-opus-5",
    "name": "Claude Opus 5",
    "aliases": ["claude-opus-5.0"],
    "context_window": 1_000_000,
    "max_output_tokens": 128_000,
    "tokenizer": "claude-2026",
    "capabilities": ["tools", "batch"],
    "us_multiplier": "1.1",
    "prices": [{"lists": lists(standard={"input": "5", "output": "25", "web_search": "0.01"})}],
}


def clouds(provider: str, *names: str) -> dict[str, dict[str, Any]]:
    wrong = {"input": "7", "output": "25", "web_search": "0.01"}
    listed = [litellm(lists(standard=wrong), id=name) for name in names]
    return rows([], listed, provider=provider, claude=[CLAUDE])


@pytest.mark.parametrize(
    ("provider", "name", "price"),
    [
        ("bedrock", "global.anthropic.claude-opus-5", "5"),
        ("bedrock", "us.anthropic.claude-opus-5", "5.5"),
        ("bedrock", "anthropic.claude-opus-5-v1:0", "5.5"),
        ("bedrock", "us-gov.anthropic.claude-opus-5", "7"),
        ("bedrock", "us-gov-west-1/anthropic.claude-opus-5", "7"),
        ("bedrock", "anthropic.claude-opus-6", "7"),
        ("vertex", "claude-opus-5@default", "5"),
        ("vertex", "regional/claude-opus-5@default", "5.5"),
        ("azure", "claude-opus-5", "5"),
        ("groq", "claude-opus-5", "7"),
    ],
)
def test_a_clouds_claude_has_anthropics_price_by_endpoint(
    provider: str, name: str, price: str
) -> None:
    listed = name.removeprefix("regional/")
    assert standard(clouds(provider, listed)[name])["input"] == price


@pytest.mark.parametrize(("start", "price"), [("2026-11-22", "6"), ("2026-11-23", "5")])
def test_a_clouds_claude_costs_what_anthropic_charges_today_and_not_what_is_announced(
    start: str, price: str
) -> None:
    now, then = (lists(standard={"input": one, "output": "25"}) for one in ("5", "6"))
    periods = [{"lists": now, "to": start}, {"lists": then, "from": start}]
    listed = [litellm(now, id="claude-opus-5")]
    found = rows([], listed, provider="azure", claude=[CLAUDE | {"prices": periods}])
    assert standard(found["claude-opus-5"])["input"] == price


def test_a_claude_row_with_few_facts_still_prices_the_clouds() -> None:
    added = {key: CLAUDE[key] for key in ("id", "name", "prices")}
    listed = lists(standard={"input": "5", "output": "25"})
    both = [genai(listed, id="x", names=["claude-opus-5"])]
    found = rows(both, [], provider="azure", claude=[added])["claude-opus-5"]
    assert standard(found)["input"] == "5"
    assert "max_output_tokens" not in found


def test_a_search_costs_the_same_on_a_regional_endpoint() -> None:
    found = clouds("bedrock", "us.anthropic.claude-opus-5")
    assert standard(found["us.anthropic.claude-opus-5"])["web_search"] == "0.01"


def test_a_lists_other_price_of_a_clouds_claude_stays_on_the_row() -> None:
    found = clouds("bedrock", "us.anthropic.claude-opus-5")["us.anthropic.claude-opus-5"]
    assert found["disagreements"] == [
        {"component": "input", "mode": "standard", "litellm": "7", "used": "5.5"},
        {"component": "output", "mode": "standard", "litellm": "25", "used": "27.5"},
    ]


def test_a_window_adds_hours_at_the_off_peak_price_where_there_is_one() -> None:
    off_peak = {"from": "04:00", "to": "06:00", "lists": lists(standard=ONE)}
    before = {"to": "2026-08-17", "lists": lists(standard=TWO)}
    since = {"from": "2026-08-17", "lists": lists(standard=TWO), "windows": [off_peak]}
    hours = {"from": "00:00", "to": "00:00", "days": [6, 7]}
    about = {"provider": "openai", "ids": ["swift"], "reason": "Weekends are off-peak."}
    found = rows(
        [{**GENAI_NAME, "periods": [before, since]}], [], corrections={"window": [about | hours]}
    )["swift"]
    assert "windows" not in found["prices"][0]
    assert found["prices"][1]["windows"] == [off_peak, hours | {"lists": lists(standard=ONE)}]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("gemini-2.5-flash-preview-09-2025", "gemini-2-5-flash-preview"),
        ("amazon.nova-pro-v1:0", "amazon-nova-pro"),
        ("mistral-large-2512", "mistral-large-2512"),
        ("mistral-large-latest", "mistral-large-latest"),
        ("accounts/fireworks/models/glm-5p2", "glm-5p2"),
        ("us.amazon.nova-pro-v1:0", "us-amazon-nova-pro"),
    ],
)
def test_a_date_is_not_part_of_a_name_and_a_region_is(name: str, expected: str) -> None:
    assert undated(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("us.anthropic.claude-opus-4-6-v1", "anthropic-claude-opus-4-6"),
        ("us-gov-west-1/anthropic.claude-opus-5", "anthropic-claude-opus-5"),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "anthropic-claude-3-5-sonnet"),
        ("mistral-large-2512", "mistral-large"),
        ("eu/gpt-4o-2024-08-06", "gpt-4o"),
        ("global.openai.gpt-6-sol", "openai-gpt-6-sol"),
        ("gpt-5.1", "gpt-5-1"),
    ],
)
def test_a_stem_has_no_path_region_date_or_number(name: str, expected: str) -> None:
    assert stem(name) == expected


def test_the_id_is_the_undated_name_as_the_provider_spells_it() -> None:
    assert best(["gpt-5-1", "gpt-5.1", "gpt-5.1-2025-11-13"], ["gpt-5.1"]) == "gpt-5.1"
    assert best(["us/gpt-4o", "gpt-4o-2024-08-06", "gpt-4o"], ["us/gpt-4o"]) == "gpt-4o"
    assert best(["us.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"], []) == "amazon.nova-pro-v1:0"


@pytest.mark.parametrize("listed", [False, True])
def test_a_model_that_no_list_has_yet_is_known_until_a_list_has_it(listed: bool) -> None:
    entry = {
        "provider": "openai",
        "ids": ["swift"],
        "reason": "It is new.",
        "source": "its page",
        "period": [
            {"lists": lists(standard=ONE), "to": "2026-12-01"},
            {"lists": lists(standard=TWO), "from": "2026-12-01"},
        ],
        "facts": {"name": "Swift", "released": "2026-11-10", "context_window": 4096},
    }
    tables = Corrections({"as_of": date(2026, 11, 22), "model": [entry]})
    other = [litellm(lists(standard={"input": "3", "output": "5"}))] if listed else []
    imported = {"provider": "openai", "genai_prices": [], "litellm": other}
    (merge,) = merges([], [imported], tables, VERSIONS, [])
    (row,) = merge.rows
    prices = [(p.get("from"), p["lists"]["standard"]["rates"]["input"]) for p in row["prices"]]
    if listed:
        assert prices == [(None, "3")]
        assert tables.unused() == [
            "corrections.toml: model ['swift'] of openai matches nothing any more"
        ]
    else:
        assert prices == [(None, "1"), ("2026-12-01", "2")]
        assert (row["name"], row["context_window"]) == ("Swift", 4096)
        assert (row["lifecycle"], row["notes"]) == ({"released": "2026-11-10"}, ["It is new."])
        assert row["prices"][0]["source"] == "its page"
        assert tables.unused() == []


PRIORITY = {"input": "4", "output": "10"}


@pytest.mark.parametrize(
    ("other", "modes", "noted"),
    [
        (lists(standard=TWO, priority=PRIORITY), {"standard", "batch", "priority"}, False),
        (lists(standard=TWO, batch=PRIORITY), {"standard", "batch"}, True),
        (lists(standard=ONE, priority=PRIORITY), {"standard", "batch"}, True),
    ],
)
def test_an_id_that_litellm_has_twice_has_what_either_says_at_one_price(
    other: dict[str, Any], modes: set[str], noted: bool
) -> None:
    first = lists(standard=TWO, batch={"input": "1", "output": "2.5"})
    twice = [litellm(first, key="azure/swift"), litellm(other, key="azure_ai/swift")]
    (row,) = side_by_side({}, {"azure": twice})["azure"]["litellm"]
    assert row["lists"].keys() == modes
    assert row["lists"]["batch"]["rates"]["output"] == "2.5"
    assert bool(row.get("notes")) is noted


@pytest.mark.parametrize(
    ("genai_window", "most", "output", "window", "most_input"),
    [
        (1_000_000, 1_048_576, 65_536, 1_048_576, None),  # rounded to a million
        (1_000_000, 65_536, 32_768, 65_536, None),  # a million for every model of the family
        (400_000, 272_000, 128_000, 400_000, 272_000),  # OpenAI: input apart from the window
        (None, 922_000, 128_000, 1_050_000, 922_000),
        (256_000, 128_000, 128_000, 256_000, None),  # both as exact: genai-prices'
        (131_072, 128_000, None, 131_072, None),
    ],
)
def test_the_less_rounded_limit_is_used_and_an_input_limit_is_not_a_window(
    genai_window: int | None, most: int, output: int | None, window: int, most_input: int | None
) -> None:
    listed = litellm(lists(standard=ONE), context_window=most, max_output_tokens=output)
    both = [genai(lists(standard=ONE), context_window=genai_window)]
    found = rows(both, [listed])["swift"]
    assert found["context_window"] == window
    assert found.get("max_input_tokens") == most_input


def test_the_day_in_a_name_is_its_release() -> None:
    found = rows(
        [],
        [
            litellm(lists(standard=ONE), id="swift-2026-02-30"),
            litellm(lists(standard=ONE), id="fox-2025-08-07"),
        ],
    )
    assert found["fox-2025-08-07"]["lifecycle"] == {"released": "2025-08-07"}
    assert "lifecycle" not in found["swift-2026-02-30"]  # no such day
